"""The connection itself: whether it lives, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.words.protocols.irc import ERR_NOORIGIN

from twistchat.core import commands as c
from twistchat.core.codes import Cause
from twistchat.core.text import clean
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.sentences import ERROR

if TYPE_CHECKING:
    from twistchat.core.events import Goodbye
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message


def closing(words: str) -> str:
    """Write the last line before a connection is closed."""
    return f"ERROR :Closing link: {clean(words)}"


def last_words(goodbye: Goodbye) -> str:
    """Write the last line of somebody who goes, or is made to."""
    words = ERROR[goodbye.cause]
    return closing(f"{words} ({goodbye.words})" if goodbye.words else words)


def _ping(dialog: IRCDialog, message: Message) -> None:
    if not message.params:
        dialog.reply(ERR_NOORIGIN, "Say PING and what is to come back")
        return
    server = dialog.about.server
    dialog.tell(server, "PONG", server, message.params[0])


def _nothing(dialog: IRCDialog, message: Message) -> None:
    """Any line is a sign of life, and what a client says of errors is for its own log."""


def _quit(dialog: IRCDialog, message: Message) -> None:
    words = " ".join(message.params[:1])
    if dialog.session.user is None:
        dialog.turn_away(f"Quit: {words}" if words else ERROR[Cause.LEFT])
    else:
        dialog.does(c.Quit(words))


CONNECTION_COMMANDS = {
    "ERROR": Entry(_nothing, at_door=True),
    "PING": Entry(_ping, at_door=True),
    "PONG": Entry(_nothing, at_door=True),
    "QUIT": Entry(_quit, at_door=True),
}
