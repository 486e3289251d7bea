"""Who is here and where, as this node has told it.

The store answers of presence whether it changes anything there. What a node has decided while it
was cut off changes nothing there, where its people were announced as gone meanwhile; but here
nobody was told that, so here it is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.events import (
    AwayChanged,
    Departed,
    Entered,
    Joined,
    Left,
    PersonaChanged,
    Renamed,
    Resynced,
    Withdrew,
)

if TYPE_CHECKING:
    from twistchat.core.events import Item


class Present:
    """Where those are who are connected to this node, and are not known to be at another."""

    def __init__(self) -> None:
        self._rooms: dict[str, set[str]] = {}

    def follow(self, item: Item, node: str) -> None:
        """Something is told that this node has decided (`node` is empty), or another."""
        match item:
            case Entered():
                if node:
                    self._rooms.pop(item.user, None)
                else:
                    self._rooms[item.user] = set(item.rooms)
            case Joined():
                if (rooms := self._rooms.get(item.user)) is not None:
                    rooms.add(item.room)
            case Left():
                if (rooms := self._rooms.get(item.user)) is not None:
                    rooms.discard(item.room)
            case Departed():
                self._rooms.pop(item.user, None)
            case Withdrew():
                if not node:
                    self._rooms.pop(item.user, None)
            case Resynced():
                for _, each in item.people:
                    self._rooms.pop(each.user, None)
            case _:
                pass

    def changes(self, item: Item) -> bool:
        """Tell whether something that this node has decided differs from what it has told."""
        match item:
            case Joined():
                rooms = self._rooms.get(item.user)
                return rooms is not None and item.room not in rooms
            case Left():
                return item.room in self._rooms.get(item.user, ())
            case Departed() | Renamed() | AwayChanged() | PersonaChanged():
                return item.user in self._rooms
            case _:
                return False
