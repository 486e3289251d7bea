"""Past lines of a room, read for one session and put in their place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, assert_never

from twisted.internet import defer
from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from twistchat.core import events as e
from twistchat.core.concerns import weight
from twistchat.engine import Repeated
from twistchat.session.state import State
from twistchat.wire import LeftOut, Past, WhyLeftOut

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from twistchat.core.limits import Limits
    from twistchat.core.model import User
    from twistchat.engine import Committed, Engine
    from twistchat.session.wayback import WayBack
    from twistchat.telling.outlet import Outlet
    from twistchat.wire import WireFormat

log = Logger()

SEARCHES = 5
"""One's own, and those of others that may be waited for: each for as long as one may take."""

Opened = e.HistoryOpened | e.SearchOpened | e.JoinOpened
"""What is to be read."""


class Reader(Protocol):
    """What is known here of a session."""

    @property
    def name(self) -> str:
        """The nickname."""

    user: User | None
    way_back: WayBack
    format: WireFormat
    outlet: Outlet
    state: State
    reading: Deferred[bytes] | None
    """The last that is being read for it."""

    def put(self, data: bytes) -> None:
        """Send bytes."""

    def hears(self, item: e.Item) -> bool:
        """Whether it wants to be told this."""


class _Unread:
    """Tells the operator that something cannot be read: at once, and then once a minute."""

    EVERY = 60.0
    """Seconds."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._told: float | None = None
        self._more = 0

    def met(self, room: str, failure: Failure, patience: float) -> None:
        """It could not be read what was said in a room."""
        now = self._clock.seconds()
        if self._told is not None and now - self._told < self.EVERY:
            self._more += 1
            return
        is_late = failure.check(defer.TimeoutError) is not None
        log.error(
            "What was said in {room} could not be read{before}: {why}",
            room=room,
            before=f" (and {self._more} times more before)" if self._more else "",
            why=f"it took longer than {patience:g} s" if is_late else failure.value,
        )
        self._told, self._more = now, 0


class Found(Protocol):
    """Is told which private words somebody is told now who was away."""

    def __call__(self, person: str, events: Sequence[Committed], *, is_all: bool) -> None:
        """`is_all`: they are told no others later."""


class Replay:
    """Reads history from the engine, and writes it as one session wants it."""

    def __init__(
        self,
        *,
        engine: Engine,
        clock: IReactorTime,
        limits: Limits,
        now: Callable[[], float],
        found: Found | None = None,
    ) -> None:
        self._engine = engine
        self._found = found
        self._clock = clock
        self._limits = limits
        self._now = now
        self._unread = _Unread(clock)

    def tell(self, reader: Reader, place: Committed, pieces: list[bytes]) -> Deferred[None]:
        """Add past lines of a room, up to a place, to what a reader is told in one turn.

        The item of the place opens them. If they cannot be read at once, what comes before them
        is sent, and what comes after them waits. Fires when they are told.
        """
        told = self._in_turn(reader, place)
        if told.called:
            return told.addCallback(pieces.append)
        reader.put(reader.format.pack(pieces))
        pieces.clear()
        return told.addCallback(reader.outlet.reserve().fill)

    def _in_turn(self, reader: Reader, place: Committed) -> Deferred[bytes]:
        """Read when what this reader waits for already is told.

        Who comes into fifty rooms is not to fill the waiting line of all others.
        """
        before = reader.reading

        def read() -> Deferred[bytes]:
            if reader.state is State.GONE:
                return succeed(b"")
            item = place.item
            if isinstance(item, e.KeyOpened):
                return self._look_up(reader, item, place)
            if isinstance(item, e.PrivateOpened):
                return self._read_private(reader, item, place)
            return self._read(reader, place)

        if before is None or before.called:
            told = read()
        else:
            told = Deferred()
            before.addBoth(lambda _: read().chainDeferred(told))
        reader.reading = told

        def is_over(data: bytes) -> bytes:
            if reader.reading is told:
                reader.reading = None
            return data

        return told.addCallback(is_over)

    def _read(self, reader: Reader, place: Committed) -> Deferred[bytes]:
        opened, wire_format = place.item, reader.format
        assert isinstance(opened, Opened)
        is_search = isinstance(opened, e.SearchOpened)
        patience = SEARCHES * self._limits.search_time if is_search else self._limits.history_time
        reading = self._ask(opened, place)
        if not reading.called:
            reading.addTimeout(patience, self._clock)

        def encode(events: list[Committed], marker: int = 0) -> bytes:
            past = self._past(reader, opened, place, events)
            if marker:
                past = replace(past, marker=marker)
            return wire_format.encode_past(place, past, now=self._now())

        def encode_marked(events: list[Committed]) -> Deferred[bytes]:
            marking = self._marker(person, opened.room)
            return marking.addCallback(lambda marker: encode(events, marker))

        def refuse(failure: Failure) -> bytes:
            self._unread.met(opened.room, failure, patience)
            if isinstance(opened, e.JoinOpened):  # they come in all the same
                past = Past(left_out=_unread(opened, place), is_unread=True)
                return wire_format.encode_past(place, past, now=self._now())
            code = e.Refusal.NO_SEARCH if is_search else e.Refusal.NO_HISTORY
            refused = replace(place, item=e.Refused(code, opened.room))
            return wire_format.encode_reply(refused, reader.name)

        is_join = isinstance(opened, e.JoinOpened)
        if is_join and (person := reader.way_back.marks_of(reader.user)):
            told: Deferred[bytes] = Deferred()  # that has been called when it is known, not before
            reading.addCallback(encode_marked).addErrback(refuse).chainDeferred(told)
            return told
        return reading.addCallback(encode).addErrback(refuse)

    def _marker(self, person: str, room: str) -> Deferred[int]:
        """Read up to where the owner of an account has read a room."""
        reading = self._engine.cursors(person)
        if not reading.called:
            reading.addTimeout(self._limits.history_time, self._clock)

        def unknown(failure: Failure) -> int:
            log.error("It is not known up to where somebody has read: {why}", why=failure.value)
            return 0

        return reading.addCallback(lambda at: at.get(room, 0)).addErrback(unknown)

    def _read_private(
        self, reader: Reader, opened: e.PrivateOpened, place: Committed
    ) -> Deferred[bytes]:
        """Read what was said to somebody alone while they were away."""
        reading = self._engine.unread(opened.user, limit=self._limits.page)
        if not reading.called:
            reading.addTimeout(self._limits.history_time, self._clock)

        def encode(events: list[Committed]) -> bytes:
            has_more = len(events) >= self._limits.page
            if self._found is not None:
                self._found(opened.user, events, is_all=not has_more)
            if not events:
                return b""
            heard = [event for event in events if reader.hears(event.item)]
            past = Past(heard, has_more=has_more)
            return reader.format.encode_past(place, past, now=self._now())

        def failed(failure: Failure) -> bytes:
            log.error("Private words cannot be read now: {why}", why=failure.value)
            return reader.format.encode_past(place, Past(is_unread=True), now=self._now())

        return reading.addCallbacks(encode, failed)

    def _look_up(self, reader: Reader, opened: e.KeyOpened, place: Committed) -> Deferred[bytes]:
        """Tell why something is refused, or that it was kept before: that is the better answer."""

        def found(outcome: Repeated | e.Unkept | None) -> bytes:
            match outcome:
                case None:
                    answer = replace(place, item=opened.refused)
                case Repeated(stamp):
                    kept = e.KeptBefore(None)
                    answer = replace(place, item=kept, epoch=stamp.epoch, number=stamp.number)
                case _:
                    answer = replace(place, item=e.NotKept(opened.event, outcome))
            return reader.format.encode_reply(answer, reader.name)

        def failed(failure: Failure) -> bytes:
            log.error("Nobody knows whether something was kept: {why}", why=failure.value)
            unknown = replace(place, item=e.Refused(e.Refusal.UNKNOWN))
            return reader.format.encode_reply(unknown, reader.name)

        looking = self._engine.kept_under(opened.event, opened.key)
        if not looking.called:
            looking.addTimeout(self._limits.history_time, self._clock)
        return looking.addCallbacks(found, failed)

    def _ask(self, opened: Opened, place: Committed) -> Deferred[list[Committed]]:
        engine, before = self._engine, place.number + 1
        match opened:
            case e.SearchOpened():
                return engine.search(opened, before=before)
            case e.HistoryOpened():
                return engine.history(
                    opened.room,
                    limit=opened.limit,
                    before=before if opened.before is None else min(opened.before, before),
                    after=opened.after,
                    since=opened.since,
                    until=opened.until,
                    oldest=opened.oldest,
                )
            case e.JoinOpened():
                after = _seen_here(opened, place)
                if not opened.limit or place.number <= (after or 0):
                    return succeed([])
                return engine.history(opened.room, limit=opened.limit, before=before, after=after)
            case _:
                assert_never(opened)

    def _past(
        self, reader: Reader, opened: Opened, place: Committed, events: Sequence[Committed]
    ) -> Past:
        # Of another epoch is another life of the room: it may have been forgotten, and made anew,
        # while this was read.
        found = [event for event in events if event.epoch == place.epoch]
        oldest = isinstance(opened, e.HistoryOpened) and opened.oldest
        kept = _as_many_as_fit(found, self._limits.queue // 4, oldest=oldest)
        is_cut = len(kept) < len(found) or len(events) >= opened.limit
        heard = [event for event in kept if reader.hears(event.item)]
        return Past(heard, _left_out(opened, place, kept, is_cut=is_cut), is_cut)


def _seen_here(opened: e.JoinOpened, place: Committed) -> int | None:
    """Tell up to where one has read a room in its present life; None if nobody knows."""
    seen = opened.seen
    return seen.number if seen is not None and seen.epoch == place.epoch else None


def _unread(opened: e.JoinOpened, place: Committed) -> Sequence[LeftOut]:
    """Find the numbers that somebody missed, and that cannot be read now."""
    if opened.seen is None:
        return ()
    after = _seen_here(opened, place) or 0
    return _holes((), after + 1, place.number, WhyLeftOut.UNREAD)


def _as_many_as_fit(events: Sequence[Committed], room: int, *, oldest: bool) -> Sequence[Committed]:
    """Leave out what does not fit into so many bytes: the oldest, or what comes behind those."""
    in_turn = events if oldest else events[::-1]
    count = 0
    for committed in in_turn:
        room -= weight(committed.item)
        if count and room < 0:
            break
        count += 1
    return events[:count] if oldest else events[len(events) - count :]


def _left_out(
    opened: Opened, place: Committed, events: Sequence[Committed], *, is_cut: bool
) -> Sequence[LeftOut]:
    """Find the numbers that one might expect here and is not told."""
    numbers = [committed.number for committed in events]
    match opened:
        case e.SearchOpened() | e.JoinOpened(seen=None):
            return ()
        case e.HistoryOpened():
            first, last = _expected(opened, place, numbers, is_cut=is_cut)
            return _holes(numbers, first, last, WhyLeftOut.DELETED)
        case e.JoinOpened():
            after = _seen_here(opened, place)
            if after is None:
                start = numbers[0] if numbers else place.number + 1
                before = LeftOut(1, start - 1, WhyLeftOut.EPOCH)
                return (before, *_holes(numbers, start, place.number, WhyLeftOut.DELETED))
            head = WhyLeftOut.PAGE if is_cut else WhyLeftOut.DELETED
            return _holes(numbers, after + 1, place.number, head)
        case _:
            assert_never(opened)


def _expected(
    opened: e.HistoryOpened, place: Committed, numbers: Sequence[int], *, is_cut: bool
) -> tuple[int, int]:
    """Tell from which number to which a page has everything, if nothing was deleted."""
    first = numbers[0] if numbers else 1
    last = numbers[-1] if numbers else 0
    is_by_number = opened.since is None and opened.until is None
    if is_by_number and (opened.oldest or not is_cut):
        first = max(opened.after or 0, 0) + 1
    if is_by_number and not (opened.oldest and is_cut):
        last = place.number if opened.before is None else min(opened.before - 1, place.number)
    return first, last


def _holes(
    numbers: Sequence[int], first: int, last: int, at_first: WhyLeftOut
) -> Sequence[LeftOut]:
    """Find the holes in ascending numbers that are to go from the first to the last."""
    holes = []
    why = at_first
    for number in (*numbers, last + 1):
        if number > first:
            holes.append(LeftOut(first, number - 1, why))
        first, why = number + 1, WhyLeftOut.DELETED
    return holes
