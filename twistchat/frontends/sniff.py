"""One port for everybody: the first bytes of a connection say who is to read it.

    connectionMade ─ first bytes, or `Limits.greeting` seconds of silence (more beside a browser)
        └─ a kind (recognising.py) ─ the protocol of that kind, in this one's place
               └─ it is fed what has come so far: every byte, or nothing, and then it greets at once

TLS is such a kind too: behind its handshake another `Sniffer` looks again. Who makes the protocols
of which kind is told by the table of factories; no front end knows another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from typing import Protocol as Interface

from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    IHandshakeListener,
    IProtocolNegotiationFactory,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from zope.interface import implementer

from twistchat.frontends.peer import address_of, own_address_of, put_in_place
from twistchat.frontends.recognising import LINE, TLS, recognise, recognise_so_far

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twisted.internet.interfaces import (
        IAddress,
        IDelayedCall,
        IOpenSSLServerConnectionCreator,
        IProtocol,
    )
    from twisted.python.failure import Failure

    from twistchat.frontends.registry import Registry


CHOSEN = (b"http/1.1", b"irc")
"""What clients may choose beforehand at an `ssl:` endpoint; `--tls` says it by itself."""


IN_RESERVE = 2.0
"""Seconds of silence more, where browsers are: they open connections before they need them, and one
that is greeted as a person's is no good for what it is asked for then."""


class Makes(Interface):
    """A factory, of ours or of Twisted's."""

    def buildProtocol(self, addr: Any) -> IProtocol | None:
        """Make the protocol of a connection, or refuse it."""


@implementer(IHalfCloseableProtocol, IHandshakeListener)
class Sniffer(Protocol):
    """One connection, until it is known what is spoken on it.

    Then the protocol of that takes its place at the transport, as far as that has such a place;
    else (a test's) everything is passed on.
    """

    _next: IProtocol | None = None
    _has_waited = False
    """Whether it was silent for as long as people are."""

    def __init__(
        self, *, registry: Registry, factories: Mapping[str, Makes], addr: IAddress | None
    ) -> None:
        self._registry = registry
        self._factories = factories
        self._addr = addr
        self._data = b""
        self._waiting: IDelayedCall | None = None
        self._shaking: Callable[[], None] | None = None
        """What is called when a handshake, or being held in reserve, is over."""

    # ------------------------------------------------------------ called by the transport

    def connectionMade(self) -> None:
        """Wait for the first bytes; over TLS, for the end of the handshake before."""
        assert self.transport is not None
        if not isinstance(self.transport, TLSMemoryBIOProtocol):
            self._wait()
            return
        address, here = address_of(self.transport), own_address_of(self.transport)
        self._shaking = self._registry.admit_handshake(address, here)
        if self._shaking is None:
            self.transport.abortConnection()
        else:
            patience = self._registry.limits.handshake
            self._set_timer(patience, self.transport.abortConnection)

    def handshakeCompleted(self) -> None:
        """Begin to wait: only now is there anything to be read."""
        self._handshake_is_over()
        if self._next is None:
            self._wait()

    def dataReceived(self, data: bytes) -> None:
        """Look at what has come so far."""
        if self._next is not None:
            self._next.dataReceived(data)
            return
        self._data += data
        kind = recognise(self._data)
        if kind is not None:
            self._hand_over(kind)

    def readConnectionLost(self) -> None:
        """Nothing more comes: whoever has sent something is answered all the same."""
        if self._next is None and self._data:
            self._hand_over(recognise_so_far(self._data))
        if IHalfCloseableProtocol.providedBy(self._next):
            self._next.readConnectionLost()
        elif self.transport is not None:
            self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """We never close only our half."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Be gone."""
        self._stop_timer()
        self._handshake_is_over()
        if self._next is not None:
            self._next.connectionLost(reason)

    # ------------------------------------------------------------ inside

    def _wait(self) -> None:
        self._set_timer(self._registry.limits.greeting, self._time_is_up)

    def _time_is_up(self) -> None:
        # A reactor that was busy calls what is due before it looks at its sockets: what came in
        # time is read first.
        self._set_timer(0, self._nobody_speaks)

    def _nobody_speaks(self) -> None:
        assert self.transport is not None
        if not (self._data or self._has_waited):
            self._has_waited = True
            address, here = address_of(self.transport), own_address_of(self.transport)
            if self._registry.readers.has(address):
                # Counted meanwhile like those who shake hands: else silence would be a way to have
                # more connections than one may.
                self._shaking = self._registry.admit_handshake(address, here)
            if self._shaking is not None:
                self._set_timer(IN_RESERVE, self._time_is_up)
                return
        self._hand_over(recognise_so_far(self._data))

    def _handshake_is_over(self) -> None:
        done, self._shaking = self._shaking, None
        if done is not None:
            done()

    def _hand_over(self, kind: str) -> None:
        """Let the protocol of this kind take over, with every byte so far."""
        self._stop_timer()
        self._handshake_is_over()
        assert self.transport is not None
        factory = self._factories.get(kind) or self._factories[LINE]
        protocol = factory.buildProtocol(self._addr)
        if protocol is None:
            self.transport.loseConnection()
            return
        data, self._data = self._data, b""
        self._next = protocol
        put_in_place(self.transport, self, protocol)
        protocol.makeConnection(self.transport)
        protocol.dataReceived(data)  # nothing, too: then nobody is going to speak first

    def _set_timer(self, seconds: float, call: Callable[[], object]) -> None:
        self._stop_timer()
        self._waiting = self._registry.clock.callLater(seconds, call)

    def _stop_timer(self) -> None:
        if self._waiting is not None and self._waiting.active():
            self._waiting.cancel()
        self._waiting = None


@implementer(IProtocolNegotiationFactory)
class SniffFactory(Factory):
    """Makes a `Sniffer` for each connection.

    `factories` has for each kind (`recognising.py`) what makes its protocols; where there is none
    for a kind, that of people (`LINE`) tells them what this is. With `tls` connections may be
    encrypted, or not.
    """

    noisy = False

    def __init__(
        self,
        registry: Registry,
        factories: Mapping[str, Makes],
        *,
        tls: IOpenSSLServerConnectionCreator | None = None,
    ) -> None:
        self._registry = registry
        self._factories = dict(factories)
        if tls is not None:
            inside = SniffFactory(registry, factories)
            self._factories[TLS] = TLSMemoryBIOFactory(tls, False, inside, clock=registry.clock)

    def acceptableProtocols(self) -> list[bytes]:
        """Name what clients may choose beforehand at an endpoint of TLS (ALPN, RFC 7301)."""
        return list(CHOSEN)

    def buildProtocol(self, addr: IAddress | None) -> Sniffer:
        """Make the protocol of a new connection."""
        sniffer = Sniffer(registry=self._registry, factories=self._factories, addr=addr)
        sniffer.factory = self
        return sniffer
