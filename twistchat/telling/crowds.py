"""Tells of many who come and go in one line, where many read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twistchat.core.concerns import rooms_of
from twistchat.core.events import Departed, Folded, Item, Joined, Left

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

Rooms = tuple[str, ...]


@dataclass(slots=True)
class _Crowd:
    """Who came and went, by user, and under which name; not told yet."""

    telling: IDelayedCall
    at: float = 0.0
    users: dict[str, None] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    departed: dict[str, str] = field(default_factory=dict)


class Crowds:
    """Collects comings and goings for a while, to tell of them as one `Folded`.

    They are collected by the rooms that hear of them, so that somebody who is in several of these
    rooms is told once. Before anything else is told of somebody who is in a collection, that is
    told: nobody speaks before they have come.
    """

    def __init__(self, clock: IReactorTime, time: float, tell: Callable[[Folded], None]) -> None:
        self._clock = clock
        self._time = time
        self._tell = tell
        self._crowds: dict[Rooms, _Crowd] = {}
        self._of: dict[str, dict[Rooms, None]] = {}

    def add(self, item: Joined | Left | Departed) -> None:
        """Collect this; `settle` was called for it before."""
        rooms, user = rooms_of(item), item.user
        crowd = self._crowds.get(rooms)
        if crowd is None:
            telling = self._clock.callLater(self._time, self._flush, rooms)
            crowd = self._crowds[rooms] = _Crowd(telling)
        goes = crowd.departed if isinstance(item, Departed) else crowd.left
        if isinstance(item, Joined):
            # Who went for a moment only was not seen to go.
            if crowd.left.pop(user, None) is None:
                crowd.joined[user] = item.who
        elif crowd.joined.pop(user, None) is None:
            crowd.left.pop(user, None)
            goes[user] = item.who
        crowd.at = item.at
        crowd.users[user] = None
        self._of.setdefault(user, {})[rooms] = None

    def settle(self, item: Item) -> None:
        """Tell what was collected of somebody, before something else is told of them."""
        if not self._of:
            return
        user: str | None = getattr(item, "user", None)
        if user is None or user not in self._of:
            return
        same = rooms_of(item) if isinstance(item, Joined | Left | Departed) else None
        for rooms in list(self._of[user]):
            if rooms != same:
                self._flush(rooms)

    def _flush(self, rooms: Rooms) -> None:
        crowd = self._crowds.pop(rooms)
        if crowd.telling.active():
            crowd.telling.cancel()
        for user in crowd.users:
            collections = self._of[user]
            del collections[rooms]
            if not collections:
                del self._of[user]
        joined, left, departed = (
            tuple(names.values()) for names in (crowd.joined, crowd.left, crowd.departed)
        )
        if joined or left or departed:
            self._tell(Folded(rooms, joined, left, departed, crowd.at))
