"""What one turn of the reactor has brought, and each thing of it encoded once."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from twistchat.core.events import Folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.engine import Committed
    from twistchat.telling.crowds import Crowd, Rooms
    from twistchat.wire import WireFormat


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

    def __init__(self) -> None:
        self.items: list[Committed] = []
        self.batches: dict[str, Batch] = defaultdict(Batch)
        """What each room hears."""
        self.crowds: dict[int, Crowd] = {}
        """What was collected, by the place of the `Folded` that tells it."""
        self.came: Counter[str] = Counter()
        """How many have come into each room this turn, and will hear it."""
        self._folded: dict[int, Rooms] = {}
        """The rooms in which somebody's coming or going is told later, by its place."""
        self._pieces: dict[WireFormat, dict[int, bytes]] = defaultdict(dict)
        self._heard: dict[tuple[WireFormat, tuple[str, ...]], Heard] = {}
        self._joined: dict[tuple[WireFormat, tuple[str, ...]], bytes] = {}

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

    def heard(self, wire_format: WireFormat, room: str, since: int = 0) -> Sequence[int]:
        """Find the places that a room is told in this format, from one place on."""
        if room not in self.batches:
            return ()
        batch = self.batches[room]
        places = batch.folding if wire_format.folds_presence else batch.exact
        return places[bisect_left(places, since) :]

    def piece(self, wire_format: WireFormat, place: int) -> bytes:
        """Write one item, once for each format."""
        pieces = self._pieces[wire_format]
        data = pieces.get(place)
        if data is None:
            data = pieces[place] = wire_format.encode(self.items[place])
        return data

    def heard_in(self, wire_format: WireFormat, rooms: tuple[str, ...]) -> Heard:
        """Write all that somebody in these rooms is told, once for each combination of rooms."""
        key = (wire_format, rooms)
        heard = self._heard.get(key)
        if heard is None:
            # A rename or departure stands in several batches under one place: told once.
            if len(rooms) == 1:
                places = self.heard(wire_format, rooms[0])
            else:
                places = sorted({p for room in rooms for p in self.heard(wire_format, room)})
            heard = self._heard[key] = Heard(places, self._written(wire_format, places))
        return heard

    def _written(self, wire_format: WireFormat, places: Sequence[int]) -> Sequence[bytes]:
        pieces, encode, items = self._pieces[wire_format], wire_format.encode, self.items
        written = []
        for place in places:  # as `piece` does, whose call would be felt here
            data = pieces.get(place)
            if data is None:
                data = pieces[place] = encode(items[place])
            written.append(data)
        return written

    def joined(self, wire_format: WireFormat, rooms: tuple[str, ...]) -> bytes:
        """Write all that somebody in these rooms is told, to whom nothing special happens."""
        key = (wire_format, rooms)
        data = self._joined.get(key)
        if data is None:
            pieces = self.heard_in(wire_format, rooms).pieces
            data = self._joined[key] = wire_format.pack([piece for piece in pieces if piece])
        return data
