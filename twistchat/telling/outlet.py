"""How one connection is written to: at once, or later and by reference; and bounded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from errno import EAGAIN, ENOBUFS, EPIPE, EWOULDBLOCK
from typing import TYPE_CHECKING, NoReturn

from twisted.internet.interfaces import IConsumer, IPullProducer, IPushProducer, ISSLTransport
from twisted.internet.tcp import Server
from zope.interface import implementer

from twistchat.telling.backlog import Backlog, Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IDelayedCall, IReactorTime, ITransport

    from twistchat.core.limits import Limits


RELIEF = 128 * 1024
"""Bytes. Whoever leaves more waiting is behind, and should ask for nothing more for now."""

PORTION = 64 * 1024
"""Bytes that are offered to a transport at once: what is cut out of a larger buffer is a copy."""

AHEAD = 4 * 1024
"""Bytes that a transport of TCP is given for a reader who does not read: each has its own."""

INNOCENT = frozenset((EAGAIN, EWOULDBLOCK, ENOBUFS, EPIPE))
"""Errors of sending after which the input ends as it should: it would block, or the other end had
closed the connection properly before."""


class Outlet(ABC):
    """Everything that one connection is sent goes through here, in order and bounded.

    What its transport does not take now waits here by reference: a thousand slow readers of one
    room share its bytes. A reader who lets more than `Limits.queue` bytes wait for
    `Limits.catch_up` seconds, or takes nothing for `Limits.stall` seconds, is given up:
    `overflowed` is called with the name of the limit.

    How a transport takes bytes is for those who derive from this; `outlet_of` chooses.
    """

    __slots__ = (
        "_backlog",
        "_catching_up",
        "_clock",
        "_closed",
        "_closing",
        "_farewell",
        "_is_full",
        "_limits",
        "_overflowed",
        "_relieved",
        "_stalled",
        "_transport",
        "is_broken",
    )

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
        self._backlog: Backlog | None = None
        """What waits; there is one also while the transport is full, and nothing waits."""
        self._is_full = False
        """Whether the transport takes nothing for now; it will say when it does."""
        self._closing = False
        self._closed = False
        self._stalled: IDelayedCall | None = None
        self._catching_up: IDelayedCall | None = None
        self._farewell: IDelayedCall | None = None
        self._relieved: Sequence[Callable[[], None]] = ()
        self.is_broken = False
        """Whether the connection will be found lost in a moment. Its input ends now as if its
        other end had closed it, since the system tells an error only once."""
        self._begin()

    @property
    def queued(self) -> int:
        """How many bytes wait here; what the transport and the kernel hold is not counted."""
        return 0 if self._backlog is None else self._backlog.size

    @property
    def is_encrypted(self) -> bool:
        """Whether nobody on the way can read it."""
        return bool(ISSLTransport.providedBy(self._transport))

    @property
    def is_behind(self) -> bool:
        """Whether its reader has much to catch up with."""
        return self._backlog is not None and self._backlog.size > RELIEF

    @property
    def waits(self) -> float:
        """For how many seconds something has been waiting here or in the transport, at most.

        What a transport holds that is not full will be sent in a moment.
        """
        return 0.0 if self._backlog is None else self._clock.seconds() - self._backlog.since

    def put(self, data: bytes) -> None:
        """Send this after everything before it."""
        if self._closing or not data:
            return
        if self._backlog is None:
            taken = self._offer(data)
            if taken < len(data):
                self._keep(data, taken)
        else:
            self._waiting().put(data)
            self._look_how_much_waits()

    def when_relieved(self, relieved: Callable[[], None]) -> None:
        """Call this, once, as soon as no more than `RELIEF` bytes wait here."""
        self._relieved = (*self._relieved, relieved)

    def reserve(self) -> Slot:
        """Keep a place: what is put from now on waits until it is filled.

        Behind the end there is none: what it is filled with is told to nobody.
        """
        slot = Slot(self._filled)
        if self._closing:
            slot.forget()
        else:
            self._waiting().reserve(slot)
        return slot

    def close(self) -> None:
        """Close the connection after everything before this is sent, or after a while."""
        if not self._closing:
            self._begin_farewell()
            self._drain()

    def abandon(self, last: bytes) -> None:
        """Drop all that waits, send some last words if the reader takes them, and close.

        Of what the reader has the beginning it gets the end.
        """
        if self._closed:
            return
        backlog = self._waiting()
        backlog.drop()
        backlog.put(last)
        self._begin_farewell()
        self._drain()

    def abort(self) -> None:
        """Close the connection now, whatever has not been sent."""
        self._closing = self._closed = True
        getattr(self._transport, "abortConnection", self._transport.loseConnection)()

    def lost(self) -> None:
        """The connection is gone."""
        self._closing = self._closed = True
        self._backlog = None
        for call in (self._stalled, self._catching_up, self._farewell):
            if call is not None and call.active():
                call.cancel()

    # ------------------------------------------------------------ the transport

    @abstractmethod
    def _begin(self) -> None:
        """Become the transport's producer."""

    @abstractmethod
    def _offer(self, data: bytes) -> int:
        """Give bytes to a transport that is not full; return how many it has taken."""

    @abstractmethod
    def _ask(self, backlog: Backlog) -> None:
        """The transport has not taken all: let it say when it takes more."""

    def resumeProducing(self) -> None:
        """The transport takes bytes again. Called by it."""
        self._is_full = False
        self._moves()
        self._drain()

    def stopProducing(self) -> None:
        """The transport will take no more. Called by it, before the connection is lost.

        What waits is kept until then: where somebody stopped reading is asked for when they are
        gone.
        """
        self._closing = self._closed = True

    def _stalls(self) -> None:
        """From now on the reader has to take something before long."""
        if self._stalled is None and not self._closing:
            self._stalled = self._clock.callLater(self._limits.stall, self._overflow, "stall")

    def _moves(self) -> None:
        """The reader has taken something."""
        if self._stalled is not None and self._stalled.active():
            self._stalled.cancel()
        self._stalled = None

    # ------------------------------------------------------------ inside

    def _keep(self, data: bytes, taken: int) -> None:
        """Let the rest wait of what the transport has taken the beginning of."""
        backlog = self._waiting()
        backlog.put(data)
        backlog.take(taken)
        self._ask(backlog)
        self._look_how_much_waits()

    def _waiting(self) -> Backlog:
        if self._backlog is None:
            self._backlog = Backlog(self._clock.seconds())
        return self._backlog

    def _filled(self, count: int) -> None:
        """Go on after a slot got its content. Called by the slot."""
        if self._closed or self._backlog is None:
            return
        self._backlog.size += count
        self._drain()
        if not self._closing:
            self._look_how_much_waits()

    def _drain(self) -> None:
        backlog = self._backlog
        if backlog is not None:
            while not self._is_full and (data := backlog.first(PORTION)):
                taken = self._offer(data)
                backlog.take(taken)
                if taken < len(data):
                    self._ask(backlog)
            if not backlog and not self._is_full and self._backlog is backlog:
                self._backlog = None
        if self._catching_up is not None and self.queued <= self._limits.queue:
            self._catching_up.cancel()
            self._catching_up = None
        if self._relieved and not self.is_behind:
            relieved, self._relieved = self._relieved, ()
            for call in relieved:
                call()
        if self._closing and not self._backlog and not self._closed:
            self._closed = True
            IConsumer(self._transport).unregisterProducer()
            self._transport.loseConnection()

    def _look_how_much_waits(self) -> None:
        if self.queued > self._limits.queue_at_most:
            self._overflow("queue-at-most")
        elif self.queued > self._limits.queue and self._catching_up is None:
            self._catching_up = self._clock.callLater(self._limits.catch_up, self._caught_up)

    def _caught_up(self) -> None:
        self._catching_up = None
        if self.queued > self._limits.queue:
            self._overflow("queue")

    def _begin_farewell(self) -> None:
        self._closing = True
        if self._farewell is None:
            self._farewell = self._clock.callLater(self._limits.farewell, self.abort)

    def _overflow(self, limit: str) -> None:
        self._moves()
        if self._catching_up is not None and self._catching_up.active():
            self._catching_up.cancel()
        self._catching_up = None
        if not self._closing:
            self._overflowed(limit)


@implementer(IPushProducer)
class WritingOutlet(Outlet):
    """Writes to whatever transport: TLS, a proxy's, a test's.

    It is the transport's push producer: what is written waits in the transport too, and is sent
    when the reactor comes to it.
    """

    __slots__ = ()

    def _begin(self) -> None:
        IConsumer(self._transport).registerProducer(self, True)

    def pauseProducing(self) -> None:
        """The transport has enough. Called by it."""
        self._is_full = True
        self._waiting()
        self._stalls()

    def abandon(self, last: bytes) -> None:
        """See `Outlet.abandon`; the end goes behind what the transport holds, full or not."""
        self._is_full = False
        super().abandon(last)

    def _offer(self, data: bytes) -> int:
        self._transport.write(data)
        return len(data)

    def _ask(self, backlog: Backlog) -> None:
        """Nothing to ask: it takes whatever it is given, and says when to go on."""


def too_late_for_tls(*_: object, **__: object) -> NoReturn:
    """Refuse to begin TLS, in place of `startTLS`: what is told goes past the transport now."""
    raise RuntimeError("TLS has to begin before the outlet of its connection is made")


@implementer(IPullProducer)
class SendingOutlet(Outlet):
    """Sends at once, over plain TCP: what the kernel takes never waits for the reactor.

    To write to such a transport would cost a turn of the reactor, a copy, and two changes of what
    it watches. What the kernel does not take waits here; the transport is given a little of it,
    so that it asks for more (this is its pull producer) when that is gone.
    """

    __slots__ = ("_send",)

    _send: Callable[[bytes], int]

    def _begin(self) -> None:
        transport = self._transport
        assert isinstance(transport, Server)
        # What `writeSomeData` calls, without looking for it at each of thousands of transports.
        self._send = transport.getHandle().send
        # On this one transport, from now on.
        transport.startTLS = too_late_for_tls  # type: ignore[method-assign]
        transport.registerProducer(self, streaming=False)

    def _offer(self, data: bytes) -> int:
        try:
            return self._send(data)
        except OSError as error:
            # If the connection is broken, the transport finds that out when it writes what it is
            # given next.
            if error.errno not in INNOCENT:
                self.is_broken = True
            return 0

    def _ask(self, backlog: Backlog) -> None:
        ahead = backlog.first(AHEAD)
        backlog.take(len(ahead))
        self._is_full = True
        self._stalls()
        self._transport.write(ahead)


def outlet_of(
    transport: ITransport,
    *,
    clock: IReactorTime,
    limits: Limits,
    overflowed: Callable[[str], None],
) -> Outlet:
    """Make the outlet of a connection.

    By the exact type of its transport: one of TLS forwards what it does not have itself to the
    socket beneath, and what is sent there is not encrypted. So whoever begins TLS on a connection
    (`startTLS`) does it before its outlet is made; afterwards it is refused.
    """
    is_plain = type(transport) is Server and not ISSLTransport.providedBy(transport)
    kind = SendingOutlet if is_plain else WritingOutlet
    return kind(transport, clock=clock, limits=limits, overflowed=overflowed)
