"""What was decided here about people, and has no place yet in the order of several nodes.

Somebody is where they are by what was told, and by what was decided here and is under way: for
other nodes decide, too, and what is theirs may come first. What then changes nothing any more is
told nobody, by the store; so it is forgotten here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twistchat.core import events as e

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twistchat.core.model import User

_MOVES = (e.Joined, e.Left, e.Departed)
_FOLLOWED = frozenset((*_MOVES, e.Entered, e.Renamed))


@dataclass(slots=True)
class _UnderWay:
    """What is under way of one person."""

    told: dict[str, None]
    """The rooms where they are by what was told, in order."""
    moves: list[e.Joined | e.Left | e.Departed] = field(default_factory=list)
    entering: int = 0
    renames: int = 0

    @property
    def is_over(self) -> bool:
        return not (self.moves or self.entering or self.renames)

    def rooms(self) -> dict[str, None]:
        """Find where they are; what changes nothing any more is forgotten."""
        now, moves = dict(self.told), []
        for move in self.moves:
            if _apply(now, move):
                moves.append(move)
        self.moves = moves
        return now


class Pending:
    """What is under way of everybody, by id."""

    def __init__(self) -> None:
        self._people: dict[str, _UnderWay] = {}
        self.is_used = False
        """Whether other nodes decide, too."""

    def clear(self) -> None:
        """Forget where people are to be: it is known anew. Who comes in here, still does."""
        self._people = {user: here for user, here in self._people.items() if here.entering}
        for here in self._people.values():
            here.moves, here.renames = [], 0

    def decided(self, items: Sequence[e.Item], people: Mapping[str, User]) -> None:
        """Take note of what was decided just now; it holds already."""
        followed = [item for item in items if type(item) in _FOLLOWED]
        if not followed:
            return
        before: dict[str, dict[str, None]] = {}
        for item in reversed(followed):
            assert isinstance(item, e.Entered | e.Renamed | e.Joined | e.Left | e.Departed)
            if item.user in self._people:
                continue
            if item.user not in before:
                user = people.get(item.user)
                before[item.user] = {} if user is None else dict.fromkeys(user.rooms)
            _undo(before[item.user], item)
        for identity, rooms in before.items():
            self._people[identity] = _UnderWay(rooms)
        for item in followed:
            match item:
                case e.Entered():
                    self._people[item.user].entering += 1
                case e.Renamed():
                    self._people[item.user].renames += 1
                case e.Joined() | e.Left() | e.Departed():
                    self._people[item.user].moves.append(item)
                case _:
                    pass

    def is_entering(self, user: str) -> bool:
        """Whether it is under way that somebody is connected to this node."""
        return user in self._people and self._people[user].entering > 0

    def is_renamed(self, user: str) -> bool:
        """Whether it is under way that somebody takes another name."""
        return user in self._people and self._people[user].renames > 0

    def entered(self, user: str, rooms: Iterable[str], *, is_whole: bool) -> Sequence[str]:
        """Follow where somebody is by their own `Entered`; where they were, by what was told."""
        here = self._people.get(user)
        if here is None:
            return tuple(rooms)
        before = tuple(here.told)
        here.told = dict.fromkeys(rooms if is_whole else (*before, *rooms))
        return before

    def now(self, user: str) -> Iterable[str] | None:
        """Tell where somebody is; None: nothing of theirs is under way."""
        here = self._people.get(user)
        return None if here is None else here.rooms()

    def gone(self, user: str) -> Iterable[str] | None:
        """Tell where somebody was of whom it is under way that they go; None: it is not.

        They have come in at another node meanwhile; so they do not go.
        """
        here = self._people.get(user)
        if here is None or not any(isinstance(move, e.Departed) for move in here.moves):
            return None
        here.moves = [move for move in here.moves if not isinstance(move, e.Departed)]
        return here.rooms()

    def moved(self, item: e.Joined | e.Left | e.Departed) -> Iterable[str] | None:
        """Follow another node; where they are by that now. None: nothing of theirs is under way."""
        here = self._people.get(item.user)
        if here is None:
            return None
        _apply(here.told, item)
        return here.rooms()

    def knows(self, item: e.Item) -> bool:
        """Whether anything is under way of the person whom an item is about."""
        return getattr(item, "user", None) in self._people

    def told(self, item: e.Item) -> Iterable[str] | None:
        """Follow what was decided here and is told now; where they are, if that may be new."""
        if type(item) not in _FOLLOWED:
            return None
        assert isinstance(item, e.Entered | e.Renamed | e.Joined | e.Left | e.Departed)
        here = self._people.get(item.user)
        if here is None:
            return None
        rooms: Iterable[str] | None = None
        match item:
            case e.Entered():
                here.entering -= 1
            case e.Renamed():
                here.renames -= 1
            case _:
                place = next((i for i, move in enumerate(here.moves) if _same(move, item)), None)
                if place is not None:
                    del here.moves[: place + 1]
                _apply(here.told, item)
                rooms = here.rooms()
        if here.is_over:
            del self._people[item.user]
        return rooms


def _same(one: e.Item, other: e.Item) -> bool:
    return type(one) is type(other) and getattr(one, "room", "") == getattr(other, "room", "")


def _apply(rooms: dict[str, None], move: e.Joined | e.Left | e.Departed) -> bool:
    """Be where one is after that; whether it changes anything."""
    match move:
        case e.Joined():
            if move.room in rooms:
                return False
            rooms[move.room] = None
        case e.Left():
            if move.room not in rooms:
                return False
            del rooms[move.room]
        case e.Departed():
            rooms.clear()
    return True


def _undo(
    rooms: dict[str, None], item: e.Entered | e.Renamed | e.Joined | e.Left | e.Departed
) -> None:
    match item:
        case e.Joined():
            rooms.pop(item.room, None)
        case e.Left():
            rooms[item.room] = None
        case e.Departed():
            rooms.clear()
            rooms.update(dict.fromkeys(item.rooms))
        case _:
            pass
