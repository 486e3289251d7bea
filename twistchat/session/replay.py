"""Past lines of a room, read for one session and put in their place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, assert_never

from twisted.internet import defer
from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from twistchat.core import events as e
from twistchat.engine import Repeated
from twistchat.session.gaps import Opened, as_many_as_fit, left_out, seen_here, unread
from twistchat.session.state import State
from twistchat.wire import Past

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
            if isinstance(item, e.ConversationsOpened):
                return self._read_conversations(reader, item, place)
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
            self._unread.met(opened.room or "private", failure, patience)
            if isinstance(opened, e.JoinOpened):  # they come in all the same
                past = Past(left_out=unread(opened, place), is_unread=True)
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
                return self._ask_for(_in_this_life(opened, place), place)
            case e.JoinOpened():
                after = seen_here(opened, place)
                if not opened.limit or place.number <= (after or 0):
                    return succeed([])
                return engine.history(opened.room, limit=opened.limit, before=before, after=after)
            case _:
                assert_never(opened)

    def _ask_for(self, opened: e.HistoryOpened, place: Committed) -> Deferred[list[Committed]]:
        """Ask for history; where it stands is known of rooms, and perhaps of what is private."""
        end = place.number + 1 if place.epoch else None
        log = opened.log or opened.room

        def read(limit: int, **which: Any) -> Deferred[list[Committed]]:
            if end is not None:
                before = which.get("before")
                which["before"] = end if before is None else min(before, end)
            return self._engine.history(log, limit=limit, is_spoken=opened.is_spoken, **which)

        if not opened.around:
            return read(
                opened.limit,
                before=opened.before,
                after=opened.after,
                since=opened.since,
                until=opened.until,
                oldest=opened.oldest,
            )
        behind = (opened.limit - 1) // 2

        def go_on(found: list[Committed]) -> Deferred[list[Committed]]:
            after = opened.before - 1 if opened.before is not None else None
            more = read(behind, after=after, since=opened.until, oldest=True)
            return more.addCallback(lambda others: found + others)

        first = read(opened.limit - behind, before=opened.before, until=opened.until)
        return first.addCallback(go_on) if behind else first

    def _read_conversations(
        self, reader: Reader, opened: e.ConversationsOpened, place: Committed
    ) -> Deferred[bytes]:
        """Read where was last spoken, of what somebody may read."""
        reading = self._engine.conversations(
            opened.user,
            opened.rooms,
            since=opened.since,
            until=opened.until,
            limit=opened.limit,
            oldest=opened.oldest,
        )
        if not reading.called:
            reading.addTimeout(self._limits.history_time, self._clock)

        def encode(events: list[Committed]) -> bytes:
            heard = [event for event in events if reader.hears(event.item)]
            return reader.format.encode_past(place, Past(heard), now=self._now())

        def failed(failure: Failure) -> bytes:
            self._unread.met("all rooms", failure, self._limits.history_time)
            refused = replace(place, item=e.Refused(e.Refusal.NO_HISTORY))
            return reader.format.encode_reply(refused, reader.name)

        return reading.addCallbacks(encode, failed)

    def _past(
        self, reader: Reader, opened: Opened, place: Committed, events: Sequence[Committed]
    ) -> Past:
        # Of another epoch is another life of the room: it may have been forgotten, and made anew,
        # while this was read.
        found = [event for event in events if event.epoch == place.epoch or not place.epoch]
        oldest = isinstance(opened, e.HistoryOpened) and opened.oldest
        kept = as_many_as_fit(found, self._limits.queue // 4, oldest=oldest)
        is_cut = len(kept) < len(found) or len(events) >= opened.limit
        heard = [event for event in kept if reader.hears(event.item)]
        return Past(heard, left_out(opened, place, kept, is_cut=is_cut), is_cut)


def _in_this_life(opened: e.HistoryOpened, place: Committed) -> e.HistoryOpened:
    """Understand numbers of an earlier life of a log: all that is there now came after them."""
    if not opened.epoch or not place.epoch or opened.epoch == place.epoch:
        return opened
    before = None if opened.before is None else 0
    return replace(opened, after=None, before=before, around=False)
