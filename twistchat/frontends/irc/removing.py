"""Putting people out: `KICK` out of rooms, `KILL` out of the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.words.protocols.irc import (
    ERR_NEEDMOREPARAMS,
    ERR_NOPRIVILEGES,
    ERR_NOSUCHNICK,
    ERR_USERNOTINCHANNEL,
)

from twistchat.core import commands as c
from twistchat.core.law import EVERYWHERE, Deed
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.formatting import plain
from twistchat.frontends.irc.message import word
from twistchat.frontends.irc.targets import few, moderated_room

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.core.model import Room
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message


def _kick(dialog: IRCDialog, message: Message) -> None:
    """Put people out of a room; or each out of another one (RFC 2812, section 3.2.8)."""
    user = dialog.session.user
    rooms, names = message.params[0].split(","), message.params[1].split(",")
    words = plain(message.params[2]) if len(message.params) > 2 else ""
    if user is None:
        return
    if len(rooms) > 1 and len(rooms) != len(names):
        dialog.reply(ERR_NEEDMOREPARAMS, message.command, "Name one room, or one for each person")
        return
    if len(names) > 1:
        dialog.several()
    for place, name in enumerate(few(dialog, names)):
        room = moderated_room(dialog, user, rooms[place if len(rooms) > 1 else 0])
        if room is not None:
            _put_out(dialog, room, name, words)
        elif len(rooms) == 1:
            return


def _put_out(dialog: IRCDialog, room: Room, name: str, words: str) -> None:
    user, other = dialog.session.user, dialog.about.place.person(name)
    if other is None:
        dialog.reply(ERR_NOSUCHNICK, word(name), "Nobody here is called that")
    elif other.id not in room.members:
        dialog.reply(ERR_USERNOTINCHANNEL, other.name, room.name, "is not in that room")
    elif other is user:  # the rules know no such deed, and this comes to the same
        dialog.does(c.Leave(room.name, words), about=room.name)
    else:
        dialog.does(c.Moderate(Deed.KICK, room.name, other.name, words=words), about=room.name)


def _kill(dialog: IRCDialog, message: Message) -> None:
    """Put somebody out of the chat."""
    user, name = dialog.session.user, message.params[0]
    words = plain(message.params[1]) if len(message.params) > 1 else ""
    if user is None or not user.operator:
        dialog.reply(ERR_NOPRIVILEGES, "Only operators can do that")
        return
    other = dialog.about.place.person(name)
    if other is None:
        dialog.reply(ERR_NOSUCHNICK, word(name), "Nobody here is called that")
    elif other is user:
        dialog.does(c.Quit(words))
    else:
        dialog.does(c.Moderate(Deed.KICK, EVERYWHERE, other.name, words=words), about=other.name)


REMOVING_COMMANDS: Mapping[str, Entry] = {"KICK": Entry(_kick, 2), "KILL": Entry(_kill, 1)}
"""Putting people out."""
