"""All commands, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core import commands as c
from twistchat.frontends.irc.accounts import ACCOUNT_COMMANDS
from twistchat.frontends.irc.capability import CAPABILITY_COMMANDS
from twistchat.frontends.irc.connection import CONNECTION_COMMANDS
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.help import help_commands
from twistchat.frontends.irc.oneself import SELF_COMMANDS
from twistchat.frontends.irc.questions import QUESTION_COMMANDS
from twistchat.frontends.irc.registration import REGISTRATION_COMMANDS
from twistchat.frontends.irc.sasl import SASL_COMMANDS
from twistchat.frontends.irc.welcome import WELCOME_COMMANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message


def _join(dialog: IRCDialog, message: Message) -> None:
    dialog.does(c.Join(message.params[0], past_last=True))


def _privmsg(dialog: IRCDialog, message: Message) -> None:
    dialog.does(c.Say(message.params[0], message.params[1]))


_COMMANDS: Mapping[str, Entry] = {
    **ACCOUNT_COMMANDS,
    **CAPABILITY_COMMANDS,
    **CONNECTION_COMMANDS,
    **QUESTION_COMMANDS,
    **REGISTRATION_COMMANDS,
    **SASL_COMMANDS,
    **SELF_COMMANDS,
    **WELCOME_COMMANDS,
    "JOIN": Entry(_join, 1),
    "PRIVMSG": Entry(_privmsg, 2),
}

COMMANDS: Mapping[str, Entry] = {**_COMMANDS, **help_commands(_COMMANDS)}
"""Every command: how it is done."""
