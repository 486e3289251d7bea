"""What some sessions are told in a turn, where that is not the same as for their whole rooms."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Protocol, TypeVar

from twistchat.core.concerns import is_reply
from twistchat.core.events import Said, Signalled, Whispered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from twistchat.core.model import Seen
    from twistchat.engine import Committed
    from twistchat.telling.turn import Heard, Turn, Written
    from twistchat.wire import WireFormat

L = TypeVar("L")

Part = tuple["Committed | None", bytes]
"""Something that a session is told as such, and how it is written (a reply is not yet); or None,
and the bytes of several events in a row that it is told as everybody is."""


class Reader(Protocol):
    """What is known here of a session."""

    @property
    def format(self) -> WireFormat:
        """How it is written to now."""


class Special:
    """What one session is told this turn, where that is not the same as for its whole room."""

    __slots__ = ("instead", "places", "read", "since", "untold")

    def __init__(self, rooms: Iterable[str]) -> None:
        self.places: set[int] = set()
        """What it is told besides."""
        self.instead: dict[int, Committed] = {}
        """What it is told in another way than the others."""
        self.untold: set[int] = set()
        """What it is not told."""
        self.since = dict.fromkeys(rooms, 0)
        """From which place on it hears which room."""
        self.read: Mapping[str, Seen] = {}
        """Up to where it was told the rooms that it leaves with the chat."""

    def parts(self, turn: Turn, reader: Reader) -> Iterator[Part]:
        """Find what it is told, in order.

        With what it is told its format may become another one, in which the rest is written.
        """
        written = turn.written(reader.format)
        heard, at = self._heard(turn, written)
        for place in sorted(self.places | self.untold | self.instead.keys()):
            end = bisect_left(heard.places, place, at)
            if end > at:
                yield None, heard.run(at, end)
            at = end
            is_heard = end < len(heard.places) and heard.places[end] == place
            if is_heard:
                at = end + 1
            if place not in self.untold and (is_heard or place in self.places):
                yield self._part(place, turn, written)
                if reader.format is not written.format:
                    written = turn.written(reader.format)
                    heard, _ = self._heard(turn, written)
                    at = bisect_right(heard.places, place)
        if at < len(heard.places):
            yield None, heard.run(at, len(heard.places))

    def _part(self, place: int, turn: Turn, written: Written) -> Part:
        instead = self.instead.get(place)
        committed = instead or turn.items[place]
        if is_reply(committed.item):
            return committed, b""
        if instead is not None:
            return committed, written.format.encode(instead)
        return committed, written.piece(place)

    def _heard(self, turn: Turn, written: Written) -> tuple[Heard, int]:
        """Find what it hears of its rooms as everybody does, and from where on in that."""
        rooms = [room for room in self.since if room in turn.batches]
        if len(rooms) == 1:  # such as the one that many come into in this turn
            heard = written.heard((rooms[0],))
            return heard, bisect_left(heard.places, self.since[rooms[0]])
        for room in rooms:
            if since := self.since[room]:
                self.places.update(written.places(room, since))
        throughout = tuple(room for room in rooms if not self.since[room])
        return written.heard(throughout), 0


class Specials(dict[L, Special]):
    """Those who are special this turn; whoever is looked up is from then on."""

    def __init__(self, rooms: Mapping[L, Iterable[str]]) -> None:
        super().__init__()
        self._rooms = rooms

    def __missing__(self, listener: L) -> Special:
        special = self[listener] = Special(self._rooms[listener])
        return special


def wants_kept(committed: Committed) -> bool:
    """Whether the session that asked is told `Kept` instead of the event."""
    if committed.label is not None:
        return True
    return not committed.echo and isinstance(committed.item, Said | Whispered | Signalled)
