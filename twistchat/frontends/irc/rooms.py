"""Rooms: `JOIN`, `PART`, `INVITE`, `TOPIC`."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from twisted.words.protocols.irc import (
    ERR_NEEDMOREPARAMS,
    ERR_NOSUCHCHANNEL,
    ERR_NOSUCHNICK,
    ERR_USERONCHANNEL,
    RPL_NOTOPIC,
    RPL_TOPIC,
)

from twistchat.core import commands as c
from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.formatting import plain
from twistchat.frontends.irc.message import word
from twistchat.frontends.irc.numerics import RPL_ENDOFINVITATIONS, RPL_INVITATIONS, RPL_TOPICWHOTIME
from twistchat.frontends.irc.targets import is_room, known_room, several

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

NOWHERE = "0"
"""Instead of rooms to join: leave all rooms (RFC 2812, section 3.2.1)."""


def _join(dialog: IRCDialog, message: Message) -> None:
    """Enter rooms; each may have a key."""
    user, typed = dialog.session.user, message.params[0]
    if user is None:
        return
    dialog.several()
    if typed == NOWHERE:
        for name in list(user.rooms):
            dialog.does(c.Leave(name), about=name)
        return
    keys = message.params[1].split(",") if len(message.params) > 1 else []
    for name, key in zip_longest(typed.split(","), keys[: typed.count(",") + 1], fillvalue=""):
        if is_room(name):
            without_past = Cap.CHATHISTORY in dialog.caps  # then it asks for that itself
            join = c.Join(name, key=key, past_last=True, without_past=without_past)
            dialog.does(join, about=name)
        elif name:
            dialog.reply(ERR_NOSUCHCHANNEL, word(name), "The name of a room begins with #")


def _part(dialog: IRCDialog, message: Message) -> None:
    """Leave rooms, and stay in the chat."""
    user, names = dialog.session.user, several(message.params[0])
    words = plain(message.params[1]) if len(message.params) > 1 else ""
    if len(names) > 1:
        dialog.several()
    for name in names:
        if user is not None and (room := known_room(dialog, user, name)) is not None:
            dialog.does(c.Leave(room.name, words), about=room.name)


def _invite(dialog: IRCDialog, message: Message) -> None:
    """Invite somebody; or tell where one is invited oneself."""
    user = dialog.session.user
    if user is None:
        return
    if not message.params:
        for each in dialog.about.place.rooms:
            if user.id in each.admitted and user.id not in each.members:
                dialog.reply(RPL_INVITATIONS, each.name)
        dialog.reply(RPL_ENDOFINVITATIONS, "End of /INVITE list")
        return
    if len(message.params) < 2:
        dialog.reply(ERR_NEEDMOREPARAMS, message.command, "Say whom, and to which room")
        return
    name, typed = message.params[:2]
    if is_room(name) and not is_room(typed):  # as some people write it
        name, typed = typed, name
    room = known_room(dialog, user, typed)
    if room is None:
        return
    other = dialog.about.place.person(name)
    if other is None:
        dialog.reply(ERR_NOSUCHNICK, word(name), "Nobody here is called that")
    elif user.id in room.members and other.id in room.members:
        dialog.reply(ERR_USERONCHANNEL, other.name, room.name, "is in that room already")
    else:
        dialog.does(c.Invite(room.name, other.name), about=room.name)


def _topic(dialog: IRCDialog, message: Message) -> None:
    """Ask what a room is about, or say it."""
    user, typed = dialog.session.user, message.params[0]
    room = None if user is None else known_room(dialog, user, typed)
    if user is None or room is None:
        return
    if len(message.params) > 1:
        dialog.does(c.SetTopic(room.name, plain(message.params[1])), about=room.name)
    elif room.name in user.rooms:  # a change may be under way: the chat answers behind that
        dialog.does(c.ReadTopic(room.name), about=room.name)
    elif room.topic:
        dialog.reply(RPL_TOPIC, room.name, room.topic)
        dialog.reply(RPL_TOPICWHOTIME, room.name, room.topic_who, str(int(room.topic_at)))
    else:
        dialog.reply(RPL_NOTOPIC, room.name, "No topic is set")


ROOM_COMMANDS: Mapping[str, Entry] = {
    "INVITE": Entry(_invite),
    "JOIN": Entry(_join, 1),
    "PART": Entry(_part, 1),
    "TOPIC": Entry(_topic, 1),
}
"""Where one is."""
