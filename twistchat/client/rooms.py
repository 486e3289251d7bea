"""The rooms that a client is to be in, and up to where it has read each."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from twistchat.client.events import Gap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twistchat.client.events import Live, Numbered, Whispered


class Place(NamedTuple):
    """Up to where a room has been read."""

    epoch: str
    number: int


def room_called(typed: str) -> str:
    """Spell a room as the server will: `Lab` and `#LAB` are `#lab`.

    NFKC, casefold, NFKC again (Unicode Standard, section 3.13, toNFKC_Casefold).
    """
    name = unicodedata.normalize("NFKC", typed.strip())
    name = unicodedata.normalize("NFKC", name.casefold())
    return name if name.startswith("#") else f"#{name}"


class Rooms:
    """Where one wants to be, up to where one has read, and where one is on this connection."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._places: dict[str, Place | None] = {room_called(name): None for name in names}
        self._live: set[str] = set()
        self._private: dict[str, int] = {}
        """The last number of what was said privately, by the epochs of these logs."""
        self.may_jump = False
        """Whether numbers may be left out without a word: those of people who are ignored."""
        self.keys: dict[str, str] = {}
        """What it takes to come into some of them."""

    def __contains__(self, room: str) -> bool:
        return room in self._places

    def place(self, room: str) -> Place | None:
        """Tell up to where a room has been read."""
        return self._places.get(room)

    def want(self, room: str, seen: Place | None = None) -> None:
        """Be in a room from now on, on every connection."""
        if seen is not None or room not in self._places:
            self._places[room] = seen

    def forget(self, room: str) -> None:
        """Be in it no more."""
        self._places.pop(room, None)
        self.keys.pop(room, None)
        self._live.discard(room)

    def clear(self) -> None:
        """Be nowhere, as somebody else."""
        self._places.clear()
        self._live.clear()

    def lost(self) -> None:
        """The connection is gone, and with it one's being there."""
        self._live.clear()

    def is_live(self, room: str) -> bool:
        """Whether one is there, on this connection."""
        return room in self._live

    def missing(self) -> list[str]:
        """Name the rooms where one wants to be and is not yet."""
        return [room for room in self._places if room not in self._live]

    def wishes(self) -> dict[str, list[str | int] | None]:
        """Write them as `hello` has them."""
        return {room: self.seen(room) for room in self._places}

    def seen(self, room: str) -> list[str | int] | None:
        """Write up to where a room was read, as `join` has it."""
        place = self._places.get(room)
        return None if place is None else [place.epoch, place.number]

    # ------------------------------------------------------------ what comes in

    def take(self, event: Numbered) -> tuple[bool, Gap | None]:
        """Take in a line; tell whether it is new, and what was left out before it."""
        room, before = event.room, self._places.get(event.room)
        if room not in self._places:
            return True, None  # said on leaving, perhaps: it has no place to keep
        self._places[room] = Place(event.epoch, event.number)
        if before is None or before.epoch != event.epoch:
            return True, None
        if event.number <= before.number:
            self._places[room] = before
            return False, None
        return True, self._jump(room, before, event.number - 1)

    def take_private(self, event: Whispered) -> bool:
        """Take in what was said to one alone; tell whether it is new: it may come again."""
        before = self._private.get(event.epoch, 0)
        self._private[event.epoch] = max(before, event.number)
        return not event.past or event.number > before

    def skip(self, gap: Gap) -> bool:
        """Take in that lines are left out, and tell whether that matters."""
        if gap.room not in self._places:
            return True
        before = self._places[gap.room]
        if before is None or before.epoch != gap.epoch or before.number < gap.last:
            self._places[gap.room] = Place(gap.epoch, gap.last)
        # An epoch that ended before anything was said in it had nothing to miss.
        return gap.first <= gap.last or (before is not None and before.number > 0)

    def enter(self, room: str) -> None:
        """Take in that one is there, though nobody knows how it stands."""
        if room in self._places:
            self._live.add(room)

    def begin(self, live: Live) -> Gap | None:
        """Take in that a room is told as it happens from here on."""
        before = self._places.get(live.room)
        self._live.add(live.room)
        if before is not None and before.epoch == live.epoch:
            if before.number >= live.number:
                return None
            gap = self._jump(live.room, before, live.number)
        else:
            gap = None
        self._places[live.room] = Place(live.epoch, live.number)
        return gap

    def _jump(self, room: str, before: Place, last: int) -> Gap | None:
        if self.may_jump or last <= before.number:
            return None
        return Gap(room=room, epoch=before.epoch, first=before.number + 1, last=last, why="jump")
