"""Who is where, as the store of several nodes knows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twistchat.core import events as e

if TYPE_CHECKING:
    from collections.abc import Sequence

PUT_OUT = frozenset({e.Cause.KICKED, e.Cause.BANNED})


@dataclass(slots=True)
class _Known:
    """One person."""

    entered: e.Entered
    homes: dict[str, None]
    """The nodes to which they are connected, the last at the end."""


class Whereabouts:
    """Everybody who is connected to any node."""

    def __init__(self) -> None:
        self._people: dict[str, _Known] = {}

    def all(self) -> tuple[tuple[str, e.Entered], ...]:
        """Tell who is connected to which nodes, in the order of coming."""
        return tuple((home, each.entered) for each in self._people.values() for home in each.homes)

    def count(self, node: str) -> int:
        """Count those who are connected to a node."""
        return sum(node in each.homes for each in self._people.values())

    def home_of(self, user: str) -> str | None:
        """Name a node to which somebody is connected."""
        known = self._people.get(user)
        return None if known is None else next(reversed(known.homes), None)

    def leaves(self, node: str, now: float) -> Sequence[e.Item]:
        """Let a node go, with its people; what the others are told of it."""
        gone = []
        for user, known in list(self._people.items()):
            if node in known.homes:
                who = known.entered.who
                departed = e.Departed((), user, who, e.Cause.LOST, "", now)
                if (item := self.told(departed, node)) is not None:
                    gone.append(item)
        return gone

    def told(self, item: e.Item, node: str) -> e.Item | None:
        """Follow an item of a node; as it is told, or None: by it nothing changes."""
        if isinstance(item, e.Entered):
            return self._entered(item, node)
        user = getattr(item, "user", None)
        known = self._people.get(user) if isinstance(user, str) else None
        if known is None:  # nobody knows anything of them
            return item
        now = known.entered
        match item:
            case e.Joined():
                if item.room in now.rooms:
                    return None
                known.entered = replace(now, rooms=(*now.rooms, item.room))
            case e.Left():
                if item.room not in now.rooms:
                    return None
                rooms = tuple(room for room in now.rooms if room != item.room)
                known.entered = replace(now, rooms=rooms)
            case e.Renamed():
                known.entered = replace(now, who=item.new)
                return replace(item, rooms=now.rooms)
            case e.AwayChanged():
                known.entered = replace(now, away=item.words)
                return replace(item, rooms=now.rooms)
            case e.PersonaChanged():
                known.entered = replace(now, persona=item.persona)
                return replace(item, rooms=now.rooms)
            case e.Departed() if item.cause in PUT_OUT:
                del self._people[item.user]
                return replace(item, rooms=now.rooms)
            case e.Departed() | e.Withdrew():
                return self._goes(known, item, node)
            case _:
                pass
        return item

    def _entered(self, item: e.Entered, node: str) -> e.Item:
        known = self._people.get(item.user)
        if known is None or item.is_guest:
            self._people.pop(item.user, None)
            self._people[item.user] = _Known(item, {node: None})
            return item
        if set(known.homes) != {node}:
            item = replace(item, rooms=tuple(dict.fromkeys((*known.entered.rooms, *item.rooms))))
        known.entered = item
        known.homes.pop(node, None)
        known.homes[node] = None
        return item

    def _goes(self, known: _Known, item: e.Departed | e.Withdrew, node: str) -> e.Item | None:
        if known.homes.pop(node, node) is not None:
            return None  # they have moved on
        now = known.entered
        if known.homes:
            return e.Withdrew(item.user, now.who, item.at)
        del self._people[item.user]
        if isinstance(item, e.Departed):
            return replace(item, rooms=now.rooms)
        return e.Departed(now.rooms, item.user, now.who, e.Cause.LOST, "", item.at)
