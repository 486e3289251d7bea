"""Past lines of a room, read for one session and put in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twisted.internet import defer
from twisted.logger import Logger

from twistchat.core import events as e
from twistchat.core.concerns import weight
from twistchat.engine import Committed

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from twistchat.core.limits import Limits
    from twistchat.engine import Engine
    from twistchat.telling.outlet import Outlet
    from twistchat.wire import WireFormat

log = Logger()

SEARCHES = 5
"""One's own, and those of others that may be waited for: each for as long as one may take."""

Opened = e.HistoryOpened | e.SearchOpened
"""What is to be read."""


class Reader(Protocol):
    """What is known here of a session."""

    @property
    def name(self) -> str:
        """The nickname."""

    format: WireFormat
    outlet: Outlet

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


class Replay:
    """Reads history from the engine, and writes it as one session wants it."""

    def __init__(
        self,
        *,
        engine: Engine,
        clock: IReactorTime,
        limits: Limits,
        now: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._limits = limits
        self._now = now
        self._unread = _Unread(clock)

    def tell(
        self, reader: Reader, opened: Opened, place: Committed, pieces: list[bytes]
    ) -> Deferred[None]:
        """Add past lines of a room, up to a place, to what a reader is told in one turn.

        If they cannot be read at once, what comes before them is sent, and what comes after them
        waits. Fires when they are told.
        """
        told = self._read(reader, opened, place)
        if told.called:
            return told.addCallback(pieces.append)
        reader.put(reader.format.pack(pieces))
        pieces.clear()
        return told.addCallback(reader.outlet.reserve().fill)

    def _read(self, reader: Reader, opened: Opened, place: Committed) -> Deferred[bytes]:
        wire_format = reader.format
        before = place.number + 1
        if isinstance(opened, e.SearchOpened):
            reading = self._engine.search(opened, before=before)
            patience = SEARCHES * self._limits.search_time
        else:
            reading = self._engine.history(opened.room, before=before, limit=opened.limit)
            patience = self._limits.history_time
        if not reading.called:
            reading.addTimeout(patience, self._clock)

        def encode(events: list[Committed]) -> bytes:
            # Of another epoch is another life of the room: it may have been forgotten, and made
            # anew, while this was read.
            heard = [x for x in events if x.epoch == place.epoch and reader.hears(x.item)]
            # A quarter of what may wait for one reader; the newest lines are the ones to keep.
            room, first = self._limits.queue // 4, len(heard)
            while first and (room > 0 or first == len(heard)):
                first -= 1
                room -= weight(heard[first].item)
            return wire_format.encode_history(opened, heard[first:], now=self._now())

        def refuse(failure: Failure) -> bytes:
            self._unread.met(opened.room, failure, patience)
            is_search = isinstance(opened, e.SearchOpened)
            code = e.Refusal.NO_SEARCH if is_search else e.Refusal.NO_HISTORY
            refused = Committed(e.Refused(code, opened.room))
            return wire_format.encode_reply(refused, reader.name)

        return reading.addCallback(encode).addErrback(refuse)
