"""All questions: about rooms, people and the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.frontends.irc.listing import LIST_COMMANDS
from twistchat.frontends.irc.monitor import MONITOR_COMMANDS
from twistchat.frontends.irc.names import NAMES_COMMANDS
from twistchat.frontends.irc.server import SERVER_COMMANDS
from twistchat.frontends.irc.who import WHO_COMMANDS
from twistchat.frontends.irc.whois import WHOIS_COMMANDS
from twistchat.frontends.irc.whowas import WHOWAS_COMMANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.frontends.irc.entry import Entry

QUESTION_COMMANDS: Mapping[str, Entry] = {
    **LIST_COMMANDS,
    **MONITOR_COMMANDS,
    **NAMES_COMMANDS,
    **SERVER_COMMANDS,
    **WHO_COMMANDS,
    **WHOIS_COMMANDS,
    **WHOWAS_COMMANDS,
}
"""What is answered by looking, but for `HELP`, which needs the table of all commands."""
