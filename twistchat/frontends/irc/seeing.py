"""What one may see of people and rooms on IRC, and how they are marked there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.names import fold
from twistchat.core.rights import is_founder

if TYPE_CHECKING:
    from twistchat.core.law import Law
    from twistchat.core.model import Room, User
    from twistchat.frontends.irc.about import About


_MARKS = {"": "", "o": "@", "v": "+", "ov": "@+"}


def modes_of(user: User, law: Law) -> str:
    """Tell the modes of somebody in a room, the highest first.

    Who made the room, or moderates it, is its operator. Operators of the server are not operators
    of each room where they are.
    """
    letter = "o" if is_founder(user, law) or law.is_moderated_by(user.id) else ""
    return letter + "v" if user.id in law.voiced else letter


def marks(user: User, law: Law, *, all_of_them: bool) -> str:
    """Write the marks of a member of a room, the highest first; only that, or `all_of_them`."""
    found = _MARKS[modes_of(user, law)]
    return found if all_of_them else found[:1]


def sees_room(user: User | None, room: Room) -> bool:
    """Whether somebody may know that there is a room, and who is in it."""
    if not room.law.rules.secret:
        return True
    return user is not None and (room.name in user.rooms or user.operator)


def sees_person(user: User, other: User) -> bool:
    """Whether somebody finds a person whom they do not call by name."""
    if user is other or user.operator or not other.persona.is_invisible:
        return True
    return not user.rooms.keys().isdisjoint(other.rooms)


def room_of(typed: str, about: About) -> Room | None:
    """Find a room by its name as a client wrote it; None if nobody is in one of that name."""
    room = about.place.room(fold(typed[:200])) if typed.startswith("#") else None
    return room if room is not None and room.members else None


def realname(user: User) -> str:
    """Tell who somebody is, in their own words, if they have any."""
    return user.persona.realname or user.name
