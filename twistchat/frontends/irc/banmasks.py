"""Masks of bans and the like (`nick!user@host`), and whom the rules mean by them.

The rules know people, and patterns of names. Hosts are cloaked, so a mask with a host, or with
what somebody is called on their machine, is about somebody in person, or it is none.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from twistchat.core.names import fold
from twistchat.frontends.irc.masks import host_of, user_name
from twistchat.frontends.irc.wildcards import has_wildcards, matching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.core.law import Sanction
    from twistchat.core.model import Room, User
    from twistchat.frontends.place import Place

LONGEST = 300
"""Characters of a mask; more stand for nobody."""


def mask_of(to: str) -> str:
    """Write whom a ban or the like is about: a name, or a pattern of names, in whatever case."""
    return f"{fold(to)}!*@*"


class Hosts:
    """Who is here, by their hosts: looked up once for all masks of a line."""

    def __init__(self, place: Place) -> None:
        self._place = place

    @cached_property
    def _by_host(self) -> Mapping[str, User]:
        return {host_of(user.id): user for user in self._place.people}

    def such(self, host: str, room: Room) -> list[User]:
        """Find who has a host: of all if it is whole, or else of those in a room."""
        if has_wildcards(host):
            is_host = matching(host)
            return [user for user in room.members.values() if is_host(host_of(user.id))]
        found = self._by_host.get(host.lower())
        return [] if found is None else [found]


def target_of(mask: str, room: Room, hosts: Hosts) -> str | None:
    """Find the name, or the pattern of names, that a mask means; None if the rules know no such.

    `bob!*@*` is `bob`. With a user or a host it is who alone is such: of all who are here, if the
    host is whole; or else of those in the room.
    """
    nick, user, host = _parts(mask)
    if len(mask) > LONGEST:
        return None
    if _is_anything(user) and _is_anything(host):
        return nick
    is_nick, is_user = matching(nick), matching(user)
    met = [
        each
        for each in hosts.such(host, room)
        if is_nick(each.name) and is_user(user_name(each.persona.ident))
    ]
    return met[0].name if len(met) == 1 else None


def listed_as(mask: str, sanctions: Mapping[str, Sanction], now: float) -> Sanction | None:
    """Find what a mask means of what is on a list, as it is shown there or by a host."""
    nick, user, host = _parts(mask)
    wanted = fold(nick[:LONGEST])
    by_name = _is_anything(user) and _is_anything(host)
    for sanction in sanctions.values():
        if sanction.holds(now) and (
            fold(sanction.to) == wanted
            if by_name
            else bool(sanction.to_user) and host_of(sanction.to_user) == host.lower()
        ):
            return sanction
    return None


def _parts(mask: str) -> tuple[str, str, str]:
    """Take a mask apart; what is left out is anything."""
    nick, bang, rest = mask.partition("!")
    if not bang and "@" in mask:
        nick, rest = "*", mask
    user, _, host = rest.partition("@")
    return nick or "*", user or "*", host or "*"


def _is_anything(part: str) -> bool:
    return not part.strip("*")
