"""What lies between a node and its Redis, and may be cut, held up, or lose what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet import reactor
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import ITCPTransport
from twisted.internet.protocol import Protocol, ServerFactory, connectionDone

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress
    from twisted.python.failure import Failure

HOST = "127.0.0.1"


class Tunnel(ServerFactory):
    """A port of this machine that leads to another one, as long as it is let."""

    noisy = False

    def __init__(self, to: int) -> None:
        self.is_open = True
        """Whether anybody is let through."""
        self.loses_answers = False
        """Whether what comes back is thrown away."""
        self.carried = 0
        """Bytes from the near side, of all connections."""
        self.is_held = False
        """Whether everything waits in here, both ways."""
        self.ends: list[_Near] = []
        self.to = to
        self._door = reactor.listenTCP(0, self, interface=HOST)
        where = self._door.getHost()
        assert isinstance(where, IPv4Address)
        self.port = where.port

    def buildProtocol(self, addr: IAddress | None) -> _Near:
        return _Near(self)

    # ------------------------------------------------------------ what is done to it

    def cut(self) -> None:
        """Break what is connected; whoever comes again is let through."""
        for end in list(self.ends):
            end.breaks()

    def close(self) -> None:
        """Break what is connected, and let nobody through."""
        self.is_open = False
        self.cut()

    def hold(self) -> None:
        """Let what is sent from now on wait, both ways; new connections, too."""
        self.is_held = True

    def lose_answers(self) -> None:
        """Let everything through, and nothing of what comes back."""
        self.loses_answers = True

    def mend(self) -> None:
        """Be whole again. Where answers were lost the connections end, as they do in the world."""
        self.is_open, self.is_held = True, False
        if self.loses_answers:
            self.loses_answers = False
            self.cut()
        for end in list(self.ends):
            end.let_go()

    def leads_to(self, port: int) -> None:
        """Lead to another port; what is connected is broken."""
        self.to = port
        self.cut()

    async def end(self) -> None:
        """Listen no more."""
        self.close()
        await maybeDeferred(self._door.stopListening)


class _End(Protocol):
    """One side of a connection: what it hears goes to the other one."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        """For this side, in their order."""

    def takes(self, data: bytes) -> None:
        """Pass on what the other side has sent, now or later."""
        if data:
            self.waiting.append(data)
        if self.transport is not None and not self.is_held:
            pieces, self.waiting = self.waiting, []
            self.transport.write(b"".join(pieces))

    @property
    def is_held(self) -> bool:
        raise NotImplementedError  # each side knows its tunnel in its way

    def breaks(self) -> None:
        if self.transport is not None:
            ITCPTransport(self.transport).abortConnection()


class _Near(_End):
    """The side of whoever has come."""

    def __init__(self, tunnel: Tunnel) -> None:
        super().__init__()
        self.tunnel = tunnel
        self._far = _Far(self)
        self._is_over = False

    @property
    def is_held(self) -> bool:
        return self.tunnel.is_held

    def connectionMade(self) -> None:
        self.tunnel.ends.append(self)
        if not self.tunnel.is_open:
            self.breaks()
            return
        endpoint = HostnameEndpoint(reactor, HOST.encode(), self.tunnel.to)
        Deferred.fromCoroutine(self._reach(endpoint))

    async def _reach(self, endpoint: HostnameEndpoint) -> None:
        try:
            await connectProtocol(endpoint, self._far)
        except ConnectError:
            self.breaks()
        else:
            if self._is_over:
                self._far.breaks()
            self._far.takes(b"")

    def dataReceived(self, data: bytes) -> None:
        self.tunnel.carried += len(data)
        self._far.takes(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._is_over = True
        if self in self.tunnel.ends:
            self.tunnel.ends.remove(self)
        self._far.breaks()

    def let_go(self) -> None:
        """Pass on what has waited, both ways."""
        self.takes(b"")
        self._far.takes(b"")


class _Far(_End):
    """The side of the port that it leads to."""

    def __init__(self, near: _Near) -> None:
        super().__init__()
        self._near = near

    @property
    def is_held(self) -> bool:
        return self._near.tunnel.is_held

    def dataReceived(self, data: bytes) -> None:
        if not self._near.tunnel.loses_answers:
            self._near.takes(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._near.breaks()
