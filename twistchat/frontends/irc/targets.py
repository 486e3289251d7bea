"""Whom, or which rooms, a command is about: lists with commas, and what one may know of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.words.protocols.irc import (
    ERR_CHANOPRIVSNEEDED,
    ERR_NOSUCHCHANNEL,
    ERR_NOTONCHANNEL,
    ERR_TOOMANYTARGETS,
)

from twistchat.core.names import LOBBY, fold
from twistchat.core.rights import Rank, rank_of
from twistchat.frontends.irc.message import word
from twistchat.frontends.irc.seeing import sees_room

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.core.model import Room, User
    from twistchat.frontends.irc.dialog import IRCDialog

MOST = 4
"""People or rooms to which one line may say something, or that one line puts out."""

NAMES_TARGETS = 10
"""Rooms that one `NAMES` asks for; more are passed over."""

ANY = ""

TARGMAX: Mapping[str, int | str] = {
    "JOIN": ANY,
    "KICK": MOST,
    "NAMES": NAMES_TARGETS,
    "NOTICE": MOST,
    "PART": ANY,
    "PRIVMSG": MOST,
    "TAGMSG": MOST,
}
"""How many targets a command may have; `ANY`: as many as fit into a line."""


def several(typed: str) -> list[str]:
    """Read a list with commas; who is named twice in it is meant once."""
    names = {fold(name): name for name in reversed(typed.split(",")) if name}
    return list(reversed(names.values()))


def few(dialog: IRCDialog, names: list[str], *, is_silent: bool = False) -> list[str]:
    """Leave out of a list what is too many, and say so."""
    if len(names) > MOST and not is_silent:
        left_out = f"That is for {MOST} at once; the others were left out"
        dialog.reply(ERR_TOOMANYTARGETS, names[MOST], left_out)
    return names[:MOST]


def is_room(name: str) -> bool:
    """Whether it is the name of a room, and of nobody."""
    return name.startswith("#")


def find_room(dialog: IRCDialog, user: User, typed: str) -> Room | None:
    """Find a room, as far as somebody may know that there is one.

    One with nobody in it there is for IRC only where one moderates it, or everybody is told of it.
    """
    room = dialog.about.place.room(fold(typed[:200])) if is_room(typed) else None
    if room is None or rank_of(user, room.law) > Rank.MEMBER:
        return room
    is_there = bool(room.members) or room.name == LOBBY
    return room if is_there and sees_room(user, room) else None


def known_room(dialog: IRCDialog, user: User, typed: str) -> Room | None:
    """Find a room as `find_room` does, or say that there is none."""
    room = find_room(dialog, user, typed)
    if room is None:
        dialog.reply(ERR_NOSUCHCHANNEL, word(typed), "There is no such room")
    return room


def moderated_room(dialog: IRCDialog, user: User, typed: str) -> Room | None:
    """Find a room that somebody moderates, or say why there is none."""
    room = known_room(dialog, user, typed)
    if room is None or rank_of(user, room.law) >= Rank.MODERATOR:
        return room
    if user.id in room.members:
        dialog.reply(ERR_CHANOPRIVSNEEDED, room.name, "Only operators of that room can do that")
    else:
        dialog.reply(ERR_NOTONCHANNEL, room.name, "You are not in that room")
    return None
