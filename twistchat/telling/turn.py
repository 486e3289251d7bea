"""What one turn of the reactor has brought, and each thing of it encoded once."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING

from twisted.logger import Logger

from twistchat.core.events import Folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.engine import Committed
    from twistchat.telling.crowds import Crowd, Rooms
    from twistchat.wire import WireFormat

log = Logger()


class Batch:
    """The places of what one room hears, in order, by how presence is told."""

    __slots__ = ("exact", "folding")

    def __init__(self) -> None:
        self.folding: list[int] = []
        """For formats that fold presence."""
        self.exact: list[int] = []
        """For formats that are told of each who comes and goes."""


class Heard:
    """What is told in some rooms in one format, in the order of its places."""

    __slots__ = ("_runs", "pieces", "places")

    def __init__(self, places: Sequence[int], pieces: Sequence[bytes]) -> None:
        self.places = places
        self.pieces = pieces
        """How each of them is written."""
        self._runs: dict[tuple[int, int], bytes] = {}

    def run(self, first: int, end: int) -> bytes:
        """Join the pieces from one index up to another, once for all who are told just these."""
        data = self._runs.get((first, end))
        if data is None:
            data = self._runs[first, end] = b"".join(self.pieces[first:end])
        return data


class Turn:
    """The items of one turn. The index of each is its *place*.

    A room's batch is a list of places. Who comes and goes in a crowded room is in it for formats
    that want to be told of each; for those that fold presence it is left out there.
    """

    __slots__ = ("_folded", "_written", "batches", "came", "crowds", "items")

    def __init__(self) -> None:
        self.items: list[Committed] = []
        self.batches: dict[str, Batch] = defaultdict(Batch)
        """What each room hears."""
        self.crowds: dict[int, Crowd] = {}
        """What was collected, by the place of the `Folded` that tells it."""
        self.came: dict[str, int] = {}
        """How many have come into each room this turn, and will hear it."""
        self._folded: dict[int, Rooms] = {}
        """The rooms in which somebody's coming or going is told later, by its place."""
        self._written: dict[WireFormat, Written] = {}

    def put(self, committed: Committed, folded: Rooms = ()) -> int:
        """Put an item behind the others; return its place."""
        place = len(self.items)
        self.items.append(committed)
        if folded:
            self._folded[place] = folded
        return place

    def hear(self, place: int, rooms: Rooms) -> None:
        """Put an item into the batches of its rooms."""
        folded = self._folded.get(place, ())
        is_fold = type(self.items[place].item) is Folded
        for room in rooms:
            batch = self.batches[room]
            if room not in folded:
                batch.folding.append(place)
            if not is_fold:
                batch.exact.append(place)

    def written(self, wire_format: WireFormat) -> Written:
        """Find how this turn is written in a format."""
        written = self._written.get(wire_format)
        if written is None:
            written = self._written[wire_format] = Written(self, wire_format)
        return written


class Written:
    """A turn as it is written in one format: each thing once, whoever is told it."""

    __slots__ = ("_heard", "_joined", "_pieces", "_turn", "format")

    def __init__(self, turn: Turn, wire_format: WireFormat) -> None:
        self._turn = turn
        self.format = wire_format
        self._pieces: dict[int, bytes] = {}
        self._heard: dict[Rooms, Heard] = {}
        self._joined: dict[Rooms, bytes] = {}

    def places(self, room: str, since: int = 0) -> Sequence[int]:
        """Find the places that a room is told in this format, from one place on."""
        batch = self._turn.batches.get(room)
        if batch is None:
            return ()
        places = batch.folding if self.format.folds_presence else batch.exact
        return places[bisect_left(places, since) :] if since else places

    def piece(self, place: int) -> bytes:
        """Write one item; nothing, if the format cannot write it."""
        data = self._pieces.get(place)
        if data is None:
            try:
                data = self.format.encode(self._turn.items[place])
            except Exception:  # its fault is not to cost the others theirs
                log.failure("one event could not be written")
                data = b""
            self._pieces[place] = data
        return data

    def heard(self, rooms: Rooms) -> Heard:
        """Write all that somebody in these rooms is told, piece by piece."""
        heard = self._heard.get(rooms)
        if heard is None:
            # A rename or departure stands in several batches under one place: told once.
            if len(rooms) == 1:
                places = self.places(rooms[0])
            else:
                places = sorted({place for room in rooms for place in self.places(room)})
            heard = self._heard[rooms] = Heard(places, [self.piece(place) for place in places])
        return heard

    def joined(self, rooms: Rooms) -> bytes:
        """Write all that somebody in these rooms is told to whom nothing special happens."""
        data = self._joined.get(rooms)
        if data is None:
            pieces = [piece for piece in self.heard(rooms).pieces if piece]
            data = self._joined[rooms] = self.format.pack(pieces)
        return data
