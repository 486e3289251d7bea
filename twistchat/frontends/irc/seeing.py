"""What one may see of people and rooms on IRC, and how they are marked there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.names import fold

if TYPE_CHECKING:
    from twistchat.core.law import Law
    from twistchat.core.model import Room, User
    from twistchat.frontends.irc.about import About


def is_op(user: User, law: Law) -> bool:
    """Whether somebody is marked as an operator of a room: they made it, or moderate it.

    Operators of the server are not marked in each room where they are.
    """
    return user.id == law.founder or law.is_moderated_by(user.id)


def marks(user: User, law: Law, *, all_of_them: bool) -> str:
    """Write the marks of a member of a room, the highest first; only that, or `all_of_them`."""
    is_voiced = user.id in law.voiced
    if is_op(user, law):
        return "@+" if is_voiced and all_of_them else "@"
    return "+" if is_voiced else ""


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
