"""A real TCP transport of Twisted's over a socket and a reactor that do as a test says."""

from __future__ import annotations

from errno import EAGAIN
from typing import TYPE_CHECKING, Any, ClassVar

from twisted.internet.posixbase import _DisconnectSelectableMixin
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.task import Clock
from twisted.internet.tcp import Server
from twisted.trial.unittest import SynchronousTestCase

from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.telling.outlet import outlet_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.abstract import FileDescriptor
    from twisted.internet.interfaces import ITransport
    from twisted.python.failure import Failure

    from twistchat.telling.outlet import Outlet

NO_END = 1 << 40
"""More room than any test needs."""


class Socket:
    """The socket of a connection, and the kernel behind it."""

    def __init__(self) -> None:
        self.sent = bytearray()
        """What the kernel has taken."""
        self.room = NO_END
        """How many more bytes it takes."""
        self.most = NO_END
        """How many bytes it takes at once."""
        self.errors: list[OSError] = []
        """What the next calls of `send` raise."""
        self.received: list[bytes] = []
        """What the next calls of `recv` return; nothing for the end of input."""
        self.is_closed = False

    def send(self, data: bytes) -> int:
        if self.errors:
            raise self.errors.pop(0)
        count = min(len(data), self.room, self.most)
        if not count:
            raise BlockingIOError(EAGAIN, "Resource temporarily unavailable")
        self.room -= count
        self.sent += data[:count]
        return count

    def recv(self, size: int) -> bytes:
        if not self.received:
            raise BlockingIOError(EAGAIN, "Resource temporarily unavailable")
        return self.received.pop(0)

    def close(self) -> None:
        self.is_closed = True

    def fileno(self) -> int:
        return 3

    def setblocking(self, is_blocking: bool) -> None:
        assert not is_blocking

    def shutdown(self, how: int) -> None:
        pass

    def setsockopt(self, level: int, option: int, value: Any) -> None:
        pass

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", 4000)


class Reactor(_DisconnectSelectableMixin, Clock):
    """Watches descriptors, and comes to them when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.readers: list[FileDescriptor] = []
        self.writers: list[FileDescriptor] = []
        self.began_writing = 0
        """How often it was asked to watch whether one can write."""

    def addReader(self, reader: FileDescriptor) -> None:
        if reader not in self.readers:
            self.readers.append(reader)

    def addWriter(self, writer: FileDescriptor) -> None:
        if writer not in self.writers:
            self.began_writing += 1
            self.writers.append(writer)

    def removeReader(self, reader: FileDescriptor) -> None:
        if reader in self.readers:
            self.readers.remove(reader)

    def removeWriter(self, writer: FileDescriptor) -> None:
        if writer in self.writers:
            self.writers.remove(writer)

    def come(self) -> None:
        """Come once to each who wants to read, and then to each who wants to write."""
        for reader in list(self.readers):
            if (why := reader.doRead()) is not None:
                self._disconnectSelectable(reader, why, True)
        for writer in list(self.writers):
            if (why := writer.doWrite()) is not None:
                self._disconnectSelectable(writer, why, False)


class Owner(Protocol):
    """What has an outlet, and tells it that the connection is lost."""

    outlet: Outlet | None = None

    def __init__(self) -> None:
        self.reasons: list[Failure] = []
        """Why the connection was lost."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.reasons.append(reason)
        if self.outlet is not None:
            self.outlet.lost()


class Connection:
    """One connection over TCP: its socket, its transport, and its outlet."""

    def __init__(
        self, reactor: Reactor, limits: Limits = DEFAULT_LIMITS, kind: type[Server] = Server
    ) -> None:
        self.socket, self.owner = Socket(), Owner()
        self.transport = server_over(self.socket, self.owner, reactor, kind)
        self.owner.makeConnection(self.transport)
        self.overflows: list[str] = []
        """The limits that it has run into."""
        self.outlet = self.owner.outlet = outlet_for(
            self.transport, reactor, limits, self.overflows
        )

    @property
    def sent(self) -> bytes:
        return bytes(self.socket.sent)

    @property
    def held(self) -> int:
        """How many bytes the transport keeps for itself."""
        parts: Sequence[bytes] = self.transport._tempDataBuffer
        return len(self.transport.dataBuffer) - self.transport.offset + sum(map(len, parts))


def server_over(
    socket: Socket, protocol: Any, reactor: Reactor, kind: type[Server] = Server
) -> Server:
    """Make a transport over this socket, as a port does that has accepted a connection."""
    given: Any = (socket, protocol, ("127.0.0.1", 5000), None, 1, reactor)
    return kind(*given)


def outlet_for(
    transport: ITransport, reactor: Clock, limits: Limits, overflows: list[str]
) -> Outlet:
    return outlet_of(transport, clock=reactor, limits=limits, overflowed=overflows.append)


class OtherServer(Server):
    """A transport that is not exactly TCP, so that it is written to, and not sent to."""


class ConnectedTestCase(SynchronousTestCase):
    """A test of one connection; more of them can be made by `connect`."""

    limits = DEFAULT_LIMITS
    kind: ClassVar[type[Server]] = Server

    def setUp(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin with a new reactor, and a new connection."""
        self.reactor = Reactor()
        self.connection = self.connect()
        self.outlet, self.socket = self.connection.outlet, self.connection.socket

    def connect(self) -> Connection:
        return Connection(self.reactor, self.limits, self.kind)

    def come(self, times: int = 1) -> None:
        """Let the reactor come round."""
        for _ in range(times):
            self.reactor.come()
            self.reactor.advance(0)

    def read_all(self) -> None:
        """Let the reader take all that there is."""
        self.socket.room = self.socket.most = NO_END
        for _ in range(10_000):
            if not self.reactor.writers:
                return
            self.come()
        self.fail("this does not end")
