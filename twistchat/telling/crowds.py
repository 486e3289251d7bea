"""Tells of many who come and go in one line, where many read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from twistchat.core.concerns import rooms_of
from twistchat.core.events import (
    AwayChanged,
    Departed,
    Folded,
    Item,
    Joined,
    Left,
    Moderated,
    Renamed,
    Several,
)
from twistchat.core.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

Rooms = tuple[str, ...]
Presence = Joined | Left | Departed


NAMED = 3
"""Of several people so many are named."""


class _How(Enum):
    JOINED = "joined"
    LEFT = "left"
    DEPARTED = "departed"


def _how(item: Presence) -> _How:
    match item:
        case Joined():
            return _How.JOINED
        case Left():
            return _How.LEFT
        case Departed():
            return _How.DEPARTED


@dataclass(frozen=True, slots=True)
class _Change:
    """One who came or went, and where it was told at once."""

    user: str
    name: str
    how: _How
    at: float
    elsewhere: Rooms


class Crowd:
    """Who came into the same rooms and left them lately, in the order in which they did."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.changes: dict[str, _Change] = {}
        """By user: one each."""
        self._places: dict[str, int] = {}
        self._count = 0
        self._came: list[tuple[int, str]] = []
        """Those who came, each with their place, and some who are here no more."""
        self._named: dict[str, set[str]] = {}
        """The users of a name."""
        self._names: dict[_How, list[str]] = {how: [] for how in _How}
        self._after: dict[str, tuple[int, ...]] = {}
        self._at = 0.0

    @property
    def came(self) -> Sequence[str]:
        """The ids of those who came."""
        return [user for user, change in self.changes.items() if change.how is _How.JOINED]

    @property
    def elsewhere(self) -> dict[str, Rooms]:
        """The rooms that were told at once of somebody, by that somebody's id."""
        return {user: change.elsewhere for user, change in self.changes.items() if change.elsewhere}

    def add(self, change: _Change) -> None:
        """Take somebody in who is not here yet."""
        user = change.user
        self._count += 1
        self.changes[user] = change
        self._places[user] = self._count
        self._named.setdefault(fold(change.name), set()).add(user)
        if change.how is _How.JOINED:
            self._came.append((self._count, user))

    def drop(self, user: str) -> _Change:
        """Let somebody be here no more."""
        change = self.changes.pop(user)
        del self._places[user]
        self._named[fold(change.name)].discard(user)
        return change

    def has_come_since(self, user: str) -> bool:
        """Whether somebody came after this one came or went, and saw how it was."""
        came = self._came
        while came and self._places.get(came[-1][1]) != came[-1][0]:
            came.pop()
        return bool(came) and came[-1][0] > self._places[user]

    def has_another(self, name: str, user: str | None) -> bool:
        """Whether somebody else of this name came or went."""
        users = self._named.get(fold(name), ())
        return len(users) > (user in users)

    def finish(self) -> None:
        """Nothing more belongs here: count who came and went before whom."""
        for user, change in self.changes.items():
            self._names[change.how].append(change.name)
            self._after[user] = tuple(len(names) for names in self._names.values())
            self._at = change.at

    def folded(self, *, since: str | None = None, without: Collection[str] = ()) -> Folded | None:
        """Tell of all; or of those after somebody, or without some. None if there are none."""
        starts = (0, 0, 0) if since is None else self._after[since]
        joined, left, departed = (
            Several(tuple(names[start : start + NAMED]), len(names) - start)
            for names, start in zip(self._names.values(), starts, strict=True)
        )
        if without:
            known = {self.changes[user].name for user in without}
            names = [n for n in self._names[_How.DEPARTED][starts[-1] :] if n not in known]
            departed = Several(tuple(names[:NAMED]), len(names))
        if not (joined or left or departed):
            return None
        return Folded(self.rooms, joined, left, departed, self._at)


class Crowds:
    """Collects comings and goings for a while, to tell of them as one `Folded`.

    They are collected by the rooms that hear of them. Before anything else is told of somebody
    who is in a collection, that is told: nobody speaks before they have come.
    """

    def __init__(self, clock: IReactorTime, time: float, tell: Callable[[Crowd], None]) -> None:
        self._clock = clock
        self._time = time
        self._tell = tell
        self._crowds: dict[Rooms, Crowd] = {}
        self._telling: dict[Rooms, IDelayedCall] = {}
        self.people: dict[str, dict[Rooms, None]] = {}
        """The collections that somebody is in, by their id."""
        self._named: dict[str, dict[Rooms, None]] = {}
        """The collections that a name is in."""
        self.is_stopped = False
        """Whether nothing is collected any more."""

    def collects(self, room: str) -> bool:
        """Whether there is a collection for a room: then what follows belongs into it."""
        return any(room in rooms for rooms in self._crowds)

    def add(self, item: Presence, rooms: Rooms, elsewhere: Rooms) -> None:
        """Collect this for some rooms; in others it is told at once."""
        user = item.user
        self.settle(item, but=rooms)
        crowd = self._crowds.get(rooms)
        before = crowd.changes.get(user) if crowd is not None else None
        if crowd is not None and before is not None:
            is_back = (before.how is _How.JOINED) != isinstance(item, Joined)
            if is_back and not crowd.has_come_since(user):
                # Who came or went for a moment only: nobody needs to know.
                self._leaves(crowd.drop(user), rooms)
                return
            self._flush(rooms)
            crowd = None
        if crowd is None:
            crowd = self._crowds[rooms] = Crowd(rooms)
            self._telling[rooms] = self._clock.callLater(self._time, self._flush, rooms)
        crowd.add(_Change(user, item.who, _how(item), item.at, elsewhere))
        self.people.setdefault(user, {})[rooms] = None
        self._named.setdefault(fold(item.who), {})[rooms] = None

    def settle(self, item: Item, but: Rooms = ()) -> None:
        """Tell what was collected of somebody, before something else is told of them."""
        if isinstance(item, AwayChanged):
            return
        user: str | None = getattr(item, "user", None)
        heard = set(rooms_of(item))
        is_last = not heard or isinstance(item, Departed)
        told = list(self.people.get(user, ())) if user is not None else []
        if isinstance(item, Moderated):  # it tells of two people
            told += (rooms for rooms in self.people.get(item.to_user, ()) if rooms not in told)
        for rooms in told:
            # What is told in other rooms alone tells nobody anything too early here.
            if rooms != but and (is_last or not heard.isdisjoint(rooms)):
                self._flush(rooms)
        # A name may be free because somebody left, of whom it was not told yet.
        name: str = item.new if isinstance(item, Renamed) else getattr(item, "who", "")
        for rooms in list(self._named.get(fold(name), ())):
            if rooms != but and self._crowds[rooms].has_another(name, user):
                self._flush(rooms)

    def stop(self) -> None:
        """Tell all that is collected, and collect nothing more."""
        self.is_stopped = True
        for rooms in list(self._crowds):
            self._flush(rooms)

    def _leaves(self, change: _Change, rooms: Rooms) -> None:
        for index, key in ((self.people, change.user), (self._named, fold(change.name))):
            collections = index.get(key, {})
            collections.pop(rooms, None)
            if not collections:
                index.pop(key, None)

    def _flush(self, rooms: Rooms) -> None:
        crowd = self._crowds.pop(rooms)
        telling = self._telling.pop(rooms)
        if telling.active():
            telling.cancel()
        for change in crowd.changes.values():
            self._leaves(change, rooms)
        if crowd.changes:
            crowd.finish()
            self._tell(crowd)
