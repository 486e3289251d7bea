"""A port for everybody whose protocols say what they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from twistchat.assembly import assemble
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.frontends.sniff import SniffFactory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import IAddress, ITransport
    from twisted.python.failure import Failure

KINDS = ("line", "json", "irc", "http")


@implementer(IHalfCloseableProtocol)
class Listener(Protocol):
    """A protocol that remembers what it was given, and how it began and ended."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.heard = b""
        self.has_begun = False
        """Whether it was told that nobody speaks first."""
        self.is_half_closed = False
        self.reasons: list[Failure] = []

    def dataReceived(self, data: bytes) -> None:
        self.has_begun = not data and not self.heard
        self.heard += data

    def readConnectionLost(self) -> None:
        self.is_half_closed = True

    def writeConnectionLost(self) -> None:
        pass

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.reasons.append(reason)


class ListenerFactory(Factory):
    def __init__(self, kind: str, made: list[Listener]) -> None:
        self._kind = kind
        self._made = made

    def buildProtocol(self, addr: IAddress | None) -> Listener:
        self._made.append(Listener(self._kind))
        return self._made[-1]


class SniffTestCase(SynchronousTestCase):
    """A port for everybody, on a Clock, behind which nobody but listeners stand."""

    limits = DEFAULT_LIMITS
    tls: Any = None

    def setUp(self) -> None:
        self.clock = self.make_clock()
        parts = assemble(self.clock, limits=self.limits)
        parts.pipeline.start()
        self.registry = parts.registry
        self.made: list[Listener] = []
        self.factory = self.make_factory(KINDS)

    def make_clock(self) -> Clock:
        return Clock()

    def make_factory(self, kinds: Sequence[str]) -> SniffFactory:
        factories = {kind: ListenerFactory(kind, self.made) for kind in kinds}
        return SniffFactory(self.registry, factories, tls=self.tls)

    def connect(self, transport: ITransport) -> Any:
        """Make a connection; return who is to be told what comes over it."""
        protocol = self.factory.buildProtocol(None)
        protocol.makeConnection(transport)
        return protocol

    @property
    def listener(self) -> Listener:
        """The only one who was asked to take over."""
        (listener,) = self.made
        return listener

    def passes(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def change_limits(self, limits: Limits) -> None:
        self.registry.change_limits(limits)
