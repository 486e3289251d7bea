"""Tells: who hears what, in which order, and each thing encoded once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from twistchat.core.concerns import is_durable, is_for_everybody, people_of, rooms_of
from twistchat.core.events import (
    Departed,
    Folded,
    Joined,
    Kept,
    Left,
    Renamed,
    Reply,
    Said,
    Whispered,
)
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.engine import Committed
from twistchat.faults import guarded
from twistchat.telling.crowds import Crowds
from twistchat.telling.ignores import Ignores

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twistchat.wire import WireFormat


class Listener(Protocol):
    """What Fanout knows of a session."""

    @property
    def format(self) -> WireFormat:
        """How it is written to."""

    def put(self, data: bytes) -> None:
        """Send bytes that many share."""

    def tell(self, batch: Sequence[tuple[Committed, bytes]]) -> None:
        """Send what this one is told this turn; the bytes of a reply are still empty."""


def _wants_kept(committed: Committed) -> bool:
    """Whether the speaker's own session is told `Kept` instead of the event."""
    if committed.label is not None:
        return True
    return isinstance(committed.item, Said | Whispered) and not committed.echo


class _Special:
    """What one session is told this turn, where that is not the same as for its whole room."""

    def __init__(self, rooms: Iterable[str]) -> None:
        self.places: set[int] = set()
        self.untold: set[int] = set()
        """What comes from somebody it ignores."""
        self.own: set[int] = set()
        """Its own coming, which is told even where others are not told each one."""
        self.instead: dict[int, Committed | None] = {}
        self.since = dict.fromkeys(rooms, 0)
        """From which place on it hears which room."""


class Fanout:
    """The told state: which sessions hear which room, as far as they have been told.

    Everything published in one turn of the reactor is told together. Each item has a *place* in
    the turn. A room's batch is encoded and joined once for each format, and those to whom nothing
    else happens are sent this one buffer. A session that is special this turn (it gets a reply,
    a private word, joins, leaves, wants its own line otherwise) is given its pieces in the order
    of their places.
    """

    def __init__(self, clock: IReactorTime, limits: Limits = DEFAULT_LIMITS) -> None:
        self._clock = clock
        self._crowd = limits.crowd
        self._crowds = Crowds(clock, limits.crowd_time, lambda folded: self._put(Committed(folded)))
        self.ignores: Ignores[Listener] = Ignores()
        """Whom each listener ignores."""
        self._turn: list[Committed] = []
        self._folded: set[int] = set()
        """The places in this turn of who comes and goes in a crowded room."""
        self._flushing: IDelayedCall | None = None
        self._hearers: dict[str, dict[Listener, None]] = {}
        self._rooms: dict[Listener, dict[str, None]] = {}
        self._sessions: dict[str, dict[Listener, None]] = {}
        self._person: dict[Listener, str | None] = {}

    # ------------------------------------------------------------ told state

    def attach(self, listener: Listener, user: str | None) -> None:
        """Begin to tell a session what concerns it, as one of a person (or of nobody)."""
        self._rooms[listener] = {}
        self._person[listener] = user
        if user is not None:
            self._sessions.setdefault(user, {})[listener] = None

    def detach(self, listener: Listener) -> None:
        """Tell a session nothing more, at once."""
        self.ignores.clear(listener)
        for room in self._rooms.pop(listener, {}):
            self._hearers[room].pop(listener, None)
        user = self._person.pop(listener, None)
        if user is not None:
            sessions = self._sessions[user]
            sessions.pop(listener, None)
            if not sessions:
                del self._sessions[user]

    def listen(self, listener: Listener, room: str) -> None:
        """Let a session hear a room, from the next turn on."""
        self._rooms[listener][room] = None
        self._hearers.setdefault(room, {})[listener] = None

    def unlisten(self, listener: Listener, room: str) -> None:
        """Let a session no longer hear a room."""
        self._rooms[listener].pop(room, None)
        hearers = self._hearers.get(room, {})
        hearers.pop(listener, None)
        if not hearers:
            self._hearers.pop(room, None)

    def hears(self, listener: Listener, room: str) -> bool:
        """Whether a session hears a room."""
        return room in self._rooms.get(listener, {})

    # ------------------------------------------------------------ telling

    def publish(self, committed: Committed) -> None:
        """Tell this after everything published before it, in this turn of the reactor."""
        item = committed.item
        self._crowds.settle(item)
        if isinstance(item, Joined | Left | Departed) and self._is_crowded(rooms_of(item)):
            self._crowds.add(item)
            self._folded.add(len(self._turn))
        self._put(committed)

    def _is_crowded(self, rooms: Iterable[str]) -> bool:
        return any(len(self._hearers.get(room, ())) >= self._crowd for room in rooms)

    def _put(self, committed: Committed) -> None:
        self._turn.append(committed)
        if self._flushing is None:
            # With no delay, so that one flush sees all that a round of the reactor brought.
            self._flushing = self._clock.callLater(0, self.flush)

    def flush(self) -> None:
        """Tell what this turn has brought: at most one write a session."""
        if self._flushing is not None and self._flushing.active():
            self._flushing.cancel()
        self._flushing = None
        turn, self._turn = self._turn, []
        folded, self._folded = self._folded, set()
        batches: dict[str, list[int]] = defaultdict(list)
        specials: dict[Listener, _Special] = {}
        for place, committed in enumerate(turn):
            self._sort_out(place, committed, batches, specials)
        encoder = _Encoder(turn, folded)
        self._tell_rooms(batches, specials, encoder)
        for listener, special in specials.items():
            for room, since in special.since.items():
                special.places.update(p for p in batches.get(room, ()) if p >= since)
            pieces = []
            for place in sorted(special.places - special.untold):
                committed = special.instead.get(place) or turn[place]
                if isinstance(committed.item, Reply):
                    data = b""
                elif place in special.own:
                    data = listener.format.encode(committed)
                else:
                    data = encoder.piece(listener.format, place)
                pieces.append((committed, data))
            if pieces:
                guarded(listener.tell, pieces)

    def _sort_out(
        self,
        place: int,
        committed: Committed,
        batches: dict[str, list[int]],
        specials: dict[Listener, _Special],
    ) -> None:
        """Put an item into the batches of its rooms, and see for whom it is something special."""
        item, origin = committed.item, committed.origin

        def special(listener: Listener) -> _Special:
            found = specials.get(listener)
            if found is None:
                found = specials[listener] = _Special(self._rooms[listener])
            return found

        if isinstance(item, Reply):
            if origin in self._rooms:
                special(origin).places.add(place)
            return
        for room in rooms_of(item):
            batches[room].append(place)
        for user in people_of(item):
            for listener in self._sessions.get(user, ()):
                special(listener).places.add(place)
        if is_for_everybody(item):
            for listener in self._rooms:
                special(listener).places.add(place)
        if is_durable(item) and origin in self._rooms and _wants_kept(committed):
            special(origin).instead[place] = replace(committed, item=Kept(item))
        for deaf in self.ignores.deaf_to(item):
            if deaf in self._rooms:
                special(deaf).untold.add(place)
        if isinstance(item, Renamed):
            self.ignores.follow(item)
        elif isinstance(item, Joined):
            for listener in self._sessions.get(item.user, ()):
                special(listener).since.setdefault(item.room, place)
                special(listener).own.add(place)
                self.listen(listener, item.room)
        elif isinstance(item, Left | Departed):
            for listener in self._sessions.get(item.user, ()):
                mine = special(listener)
                for room in rooms_of(item):
                    since = mine.since.pop(room, place)
                    mine.places.update(p for p in batches[room] if p >= since)
                    self.unlisten(listener, room)
                if isinstance(item, Departed):
                    mine.places.discard(place)  # it is told goodbye instead

    def _tell_rooms(
        self,
        batches: dict[str, list[int]],
        specials: dict[Listener, _Special],
        encoder: _Encoder,
    ) -> None:
        """Tell everybody to whom nothing but room talk happens this turn."""
        if len(batches) == 1:
            ((room, places),) = batches.items()
            for listener in list(self._hearers.get(room, ())):
                if listener not in specials:
                    guarded(listener.put, encoder.joined(listener.format, (room,), places))
            return
        hearing: dict[Listener, list[str]] = defaultdict(list)
        for room in batches:
            for listener in self._hearers.get(room, ()):
                if listener not in specials:
                    hearing[listener].append(room)
        for listener, rooms in hearing.items():
            # A rename or departure stands in several batches under one place: told once.
            places = sorted({place for room in rooms for place in batches[room]})
            guarded(listener.put, encoder.joined(listener.format, tuple(rooms), places))


class _Encoder:
    """Encodes each piece once for each format, and joins each combination of rooms once."""

    def __init__(self, turn: list[Committed], folded: set[int]) -> None:
        self._turn = turn
        self._folded = folded
        self._pieces: dict[WireFormat, dict[int, bytes]] = defaultdict(dict)
        self._joined: dict[tuple[WireFormat, tuple[str, ...]], bytes] = {}

    def piece(self, wire_format: WireFormat, place: int) -> bytes:
        pieces = self._pieces[wire_format]
        data = pieces.get(place)
        if data is None:
            is_folding = isinstance(self._turn[place].item, Folded)
            if place in self._folded if wire_format.folds_presence else is_folding:
                data = b""  # this format tells it in another way
            else:
                data = wire_format.encode(self._turn[place])
            pieces[place] = data
        return data

    def joined(
        self, wire_format: WireFormat, rooms: tuple[str, ...], places: Sequence[int]
    ) -> bytes:
        key = (wire_format, rooms)
        data = self._joined.get(key)
        if data is None:
            data = self._joined[key] = wire_format.pack(
                list(filter(None, (self.piece(wire_format, place) for place in places)))
            )
        return data
