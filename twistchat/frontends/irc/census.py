"""How many are here, on all wires."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twistchat.session.state import State

if TYPE_CHECKING:
    from twistchat.frontends.registry import Registry


class Count(NamedTuple):
    """How many there are of what."""

    people: int
    invisible: int
    operators: int
    nameless: int
    """Connections of those who have not come in."""
    rooms: int
    """With somebody in them."""


class Census:
    """Counts who is here, once for all who ask for it in the same turn of the reactor."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._counted: Count | None = None
        self.most = 0
        """How many people were here at the same time, at most, since the server was started."""

    def note(self) -> None:
        """Take note of how many there are, since somebody has come in."""
        self.most = max(self.most, self._registry.place.population)

    def take(self) -> Count:
        """Count them."""
        if self._counted is None:
            self._registry.clock.callLater(0, self._forget)
            self._counted = self._count()
            self.note()
        return self._counted

    def _count(self) -> Count:
        people, rooms = self._registry.place.people, self._registry.place.rooms
        return Count(
            len(people),
            len([user for user in people if user.persona.is_invisible]),
            len([user for user in people if user.operator]),
            len([each for each in self._registry.sessions if each.state is State.DOOR]),
            len([room for room in rooms if room.members]),
        )

    def _forget(self) -> None:
        self._counted = None
