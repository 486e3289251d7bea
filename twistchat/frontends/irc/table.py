"""All commands, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.frontends.irc.accounts import ACCOUNT_COMMANDS
from twistchat.frontends.irc.capability import CAPABILITY_COMMANDS
from twistchat.frontends.irc.connection import CONNECTION_COMMANDS
from twistchat.frontends.irc.help import help_commands
from twistchat.frontends.irc.history import HISTORY_COMMANDS
from twistchat.frontends.irc.modes import MODE_COMMANDS
from twistchat.frontends.irc.oneself import SELF_COMMANDS
from twistchat.frontends.irc.questions import QUESTION_COMMANDS
from twistchat.frontends.irc.registration import REGISTRATION_COMMANDS
from twistchat.frontends.irc.removing import REMOVING_COMMANDS
from twistchat.frontends.irc.rooms import ROOM_COMMANDS
from twistchat.frontends.irc.sasl import SASL_COMMANDS
from twistchat.frontends.irc.talking import TALKING_COMMANDS
from twistchat.frontends.irc.welcome import WELCOME_COMMANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.frontends.irc.entry import Entry

_COMMANDS: Mapping[str, Entry] = {
    **ACCOUNT_COMMANDS,
    **CAPABILITY_COMMANDS,
    **CONNECTION_COMMANDS,
    **HISTORY_COMMANDS,
    **MODE_COMMANDS,
    **QUESTION_COMMANDS,
    **REGISTRATION_COMMANDS,
    **REMOVING_COMMANDS,
    **ROOM_COMMANDS,
    **SASL_COMMANDS,
    **SELF_COMMANDS,
    **TALKING_COMMANDS,
    **WELCOME_COMMANDS,
}

COMMANDS: Mapping[str, Entry] = {**_COMMANDS, **help_commands(_COMMANDS)}
"""Every command: how it is done."""
