"""How one connection is written to."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from twisted.internet.interfaces import IConsumer, IPushProducer, ITransport
from zope.interface import implementer

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twistchat.core.limits import Limits


RELIEF = 128 * 1024
"""Bytes. Whoever leaves more waiting is behind, and should ask for nothing more for now."""


class Slot:
    """A place in what one connection is told, kept free until its bytes are known."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self.content: bytes | None = None

    def fill(self, content: bytes) -> None:
        """Put in what belongs here; all that waited behind it may go on its way."""
        self.content = content
        self._outlet.filled(self)


@implementer(IPushProducer)
class Outlet:
    """Everything that one connection is sent goes through here, in order and bounded.

    While the transport takes bytes they are handed to it. When it says that it has enough (it is
    the consumer, this is its push producer), buffers wait here by reference: a thousand slow
    readers of one room share its bytes. A reader who lets more than `Limits.queue` bytes wait for
    `Limits.catch_up` seconds, or takes nothing for `Limits.stall` seconds, is given up:
    `overflowed` is called with the name of the limit.
    """

    def __init__(
        self,
        transport: ITransport,
        *,
        clock: IReactorTime,
        limits: Limits,
        overflowed: Callable[[str], None],
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._limits = limits
        self._overflowed = overflowed
        self._waiting: deque[bytes | Slot] = deque()
        self._paused = False
        self._closing = False
        self._closed = False
        self._stalled: IDelayedCall | None = None
        self._catching_up: IDelayedCall | None = None
        self._farewell: IDelayedCall | None = None
        self._relieved: list[Callable[[], None]] = []
        self._waits_since: float | None = None
        self.queued = 0
        """How many bytes wait here; what the transport and the kernel hold is not counted."""
        IConsumer(transport).registerProducer(self, True)

    @property
    def is_behind(self) -> bool:
        """Whether its reader has much to catch up with."""
        return self.queued > RELIEF

    @property
    def waits(self) -> float:
        """For how many seconds something has been waiting here, at most."""
        return 0.0 if self._waits_since is None else self._clock.seconds() - self._waits_since

    def put(self, data: bytes) -> None:
        """Send this after everything before it."""
        if self._closing or not data:
            return
        if not self._paused and not self._waiting:
            self._transport.write(data)
            return
        self._wait_for(data)
        self.queued += len(data)
        self._look_how_much_waits()

    def when_relieved(self, relieved: Callable[[], None]) -> None:
        """Call this, once, as soon as no more than `RELIEF` bytes wait here."""
        self._relieved.append(relieved)

    def reserve(self) -> Slot:
        """Keep a place: what is put from now on waits until it is filled."""
        slot = Slot(self)
        self._wait_for(slot)
        return slot

    def close(self) -> None:
        """Close the connection after everything before this is sent, or after a while."""
        if self._closing:
            return
        self._closing = True
        self._farewell = self._clock.callLater(self._limits.farewell, self.abort)
        self._drain()

    def abandon(self, last: bytes) -> None:
        """Drop all that waits, send some last words if the reader takes them, and close."""
        if self._closed:
            return
        self._waiting.clear()
        self._waiting.append(last)
        self.queued = len(last)
        self._closing = True
        self._paused = False
        if self._farewell is None:
            self._farewell = self._clock.callLater(self._limits.farewell, self.abort)
        self._drain()

    def abort(self) -> None:
        """Close the connection now, whatever has not been sent."""
        self._waiting.clear()
        self._closing = self._closed = True
        abort = getattr(self._transport, "abortConnection", self._transport.loseConnection)
        abort()

    def lost(self) -> None:
        """The connection is gone."""
        self._closed = self._closing = True
        self._waiting.clear()
        self.queued = 0
        for call in (self._stalled, self._catching_up, self._farewell):
            if call is not None and call.active():
                call.cancel()

    def filled(self, slot: Slot) -> None:
        """Go on after a slot got its content. Called by the slot."""
        if self._closed:
            return
        assert slot.content is not None
        self.queued += len(slot.content)
        self._drain()
        if not self._closing:
            self._look_how_much_waits()

    # ------------------------------------------------------------ IPushProducer

    def pauseProducing(self) -> None:
        """The transport has enough. Called by it."""
        self._paused = True
        if self._stalled is None and not self._closing:
            self._stalled = self._clock.callLater(self._limits.stall, self._overflow, "stall")

    def resumeProducing(self) -> None:
        """The transport takes bytes again. Called by it."""
        self._paused = False
        if self._stalled is not None and self._stalled.active():
            self._stalled.cancel()
        self._stalled = None
        self._drain()

    def stopProducing(self) -> None:
        """The transport will take no more. Called by it, before the connection is lost."""
        self._closing = True
        self._waiting.clear()
        self.queued = 0

    # ------------------------------------------------------------ inside

    def _wait_for(self, what: bytes | Slot) -> None:
        self._waiting.append(what)
        if self._waits_since is None:
            self._waits_since = self._clock.seconds()

    def _look_how_much_waits(self) -> None:
        if self.queued > self._limits.queue_at_most:
            self._overflow("queue-at-most")
        elif self.queued > self._limits.queue and self._catching_up is None:
            self._catching_up = self._clock.callLater(self._limits.catch_up, self._caught_up)

    def _drain(self) -> None:
        while self._waiting and not self._paused:
            head = self._waiting[0]
            if isinstance(head, Slot):
                if head.content is None:
                    break
                head = head.content
            self._waiting.popleft()
            self.queued -= len(head)
            if head:
                self._transport.write(head)
        if not self._waiting:
            self._waits_since = None
        if self._catching_up is not None and self.queued <= self._limits.queue:
            self._catching_up.cancel()
            self._catching_up = None
        if self._relieved and not self.is_behind:
            relieved, self._relieved = self._relieved, []
            for call in relieved:
                call()
        if self._closing and not self._waiting and not self._closed:
            self._closed = True
            IConsumer(self._transport).unregisterProducer()
            self._transport.loseConnection()

    def _caught_up(self) -> None:
        self._catching_up = None
        if self.queued > self._limits.queue:
            self._overflow("queue")

    def _overflow(self, limit: str) -> None:
        if self._catching_up is not None and self._catching_up.active():
            self._catching_up.cancel()
        self._catching_up = None
        if self._stalled is not None and self._stalled.active():
            self._stalled.cancel()
        self._stalled = None
        if not self._closing:
            self._overflowed(limit)
