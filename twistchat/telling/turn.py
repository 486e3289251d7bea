"""What one turn of the reactor has brought, and each thing of it encoded once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from twistchat.core.concerns import rooms_of
from twistchat.core.events import Folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twistchat.engine import Committed
    from twistchat.telling.crowds import Crowd, Rooms
    from twistchat.wire import WireFormat


class Turn:
    """The items of one turn. The index of each is its *place*.

    A room's batch is a list of places. What comes and goes in a crowded room is in its batch too,
    for formats that want to be told of each; for those that fold presence it is left out there.
    """

    def __init__(self) -> None:
        self.items: list[Committed] = []
        self.batches: dict[str, list[int]] = defaultdict(list)
        """The places of what each room hears."""
        self.crowds: dict[int, Crowd] = {}
        """What was collected, by the place of the `Folded` that tells it."""
        self._folded: dict[int, Rooms] = {}
        """The rooms in which somebody's coming or going is told later, by its place."""
        self._pieces: dict[WireFormat, dict[int, bytes]] = defaultdict(dict)
        self._joined: dict[tuple[WireFormat, tuple[str, ...]], bytes] = {}

    def put(self, committed: Committed, folded: Rooms = ()) -> int:
        """Put an item behind the others; return its place."""
        place = len(self.items)
        self.items.append(committed)
        if folded:
            self._folded[place] = folded
        return place

    def hear(self, place: int) -> None:
        """Put an item into the batches of its rooms."""
        for room in rooms_of(self.items[place].item):
            self.batches[room].append(place)

    def heard(self, wire_format: WireFormat, room: str, since: int = 0) -> Iterable[int]:
        """Find the places that a room is told in this format, from one place on."""
        places = self.batches.get(room, ())
        if not (self._folded or self.crowds):
            return places if not since else [place for place in places if place >= since]
        return [
            place for place in places if place >= since and self._is_told(wire_format, room, place)
        ]

    def _is_told(self, wire_format: WireFormat, room: str, place: int) -> bool:
        if wire_format.folds_presence:
            return room not in self._folded.get(place, ())
        return not isinstance(self.items[place].item, Folded)

    def piece(self, wire_format: WireFormat, place: int) -> bytes:
        """Write one item, once for each format."""
        pieces = self._pieces[wire_format]
        data = pieces.get(place)
        if data is None:
            data = pieces[place] = wire_format.encode(self.items[place])
        return data

    def joined(self, wire_format: WireFormat, rooms: tuple[str, ...]) -> bytes:
        """Write all that somebody in these rooms is told, once for each combination of rooms."""
        key = (wire_format, rooms)
        data = self._joined.get(key)
        if data is None:
            # A rename or departure stands in several batches under one place: told once.
            if len(rooms) == 1:
                places: Sequence[int] = list(self.heard(wire_format, rooms[0]))
            else:
                places = sorted({p for room in rooms for p in self.heard(wire_format, room)})
            pieces = (self.piece(wire_format, place) for place in places)
            data = self._joined[key] = wire_format.pack([piece for piece in pieces if piece])
        return data
