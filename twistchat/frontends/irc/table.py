"""All commands, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core import commands as c
from twistchat.frontends.irc.caps import NAMES
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.help import help_commands
from twistchat.frontends.irc.questions import QUESTION_COMMANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message


def _nick(dialog: IRCDialog, message: Message) -> None:
    if dialog.session.user is None:
        dialog.registration.takes_nick(message.params[0])
    else:
        dialog.does(c.Rename(message.params[0]))


def _user(dialog: IRCDialog, message: Message) -> None:
    dialog.registration.takes_user(message.params[0], message.params[3])


def _cap(dialog: IRCDialog, message: Message) -> None:
    if message.params[0].upper() == "LS":
        dialog.tell(dialog.about.server, "CAP", dialog.nick, "LS", " ".join(NAMES))


def _ping(dialog: IRCDialog, message: Message) -> None:
    dialog.tell(dialog.about.server, "PONG", dialog.about.server, message.params[0])


def _join(dialog: IRCDialog, message: Message) -> None:
    dialog.does(c.Join(message.params[0], past_last=True))


def _privmsg(dialog: IRCDialog, message: Message) -> None:
    dialog.does(c.Say(message.params[0], message.params[1]))


def _quit(dialog: IRCDialog, message: Message) -> None:
    dialog.does(c.Quit(" ".join(message.params[:1])))


_COMMANDS: Mapping[str, Entry] = {
    **QUESTION_COMMANDS,
    "CAP": Entry(_cap, 1, at_door=True),
    "JOIN": Entry(_join, 1),
    "NICK": Entry(_nick, 1, at_door=True),
    "PING": Entry(_ping, 1, at_door=True),
    "PRIVMSG": Entry(_privmsg, 2),
    "QUIT": Entry(_quit, 0, at_door=True),
    "USER": Entry(_user, 4, at_door=True),
}

COMMANDS: Mapping[str, Entry] = {**_COMMANDS, **help_commands(_COMMANDS)}
"""Every command: how it is done."""
