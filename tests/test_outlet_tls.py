"""Only what is plain TCP is sent to directly; over TLS nothing ever goes out unencrypted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from twisted.internet import unix
from twisted.internet.protocol import Factory
from twisted.internet.tcp import Server
from twisted.protocols.haproxy._wrapper import HAProxyWrappingFactory
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.trial.unittest import SynchronousTestCase

from tests.certificates import server_options
from tests.sockets import NO_END, OtherServer, Owner, Reactor, Socket, outlet_for, server_over
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.telling.outlet import AHEAD, SendingOutlet, WritingOutlet

if TYPE_CHECKING:
    from twistchat.telling.outlet import Outlet

SECRET = b"a secret that nobody may overhear; "


class Client:
    """The other end of a connection over TLS, in memory."""

    def __init__(self, socket: Socket, reactor: Reactor) -> None:
        self.heard = b""
        self._socket, self._reactor = socket, reactor
        self._tls = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), None)
        self._tls.set_connect_state()
        self._taken = 0

    def turn(self) -> None:
        """Take what the server has sent, answer, and let the reactor come round."""
        if data := bytes(self._socket.sent[self._taken :]):
            self._taken += len(data)
            self._tls.bio_write(data)
        try:
            while True:
                self.heard += self._tls.recv(1 << 16)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self._tls.shutdown()
        with contextlib.suppress(SSL.WantReadError):
            self._socket.received.append(self._tls.bio_read(1 << 16))
        self._reactor.come()
        self._reactor.advance(0)


class TLSTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor, self.socket = Reactor(), Socket()
        self.owner = Owner()

    def _connect(self) -> Any:
        """Make a connection over TLS, as an endpoint `ssl:` does; return its transport."""
        factory = TLSMemoryBIOFactory(
            server_options(), False, Factory.forProtocol(lambda: self.owner), self.reactor
        )
        protocol = factory.buildProtocol(None)
        protocol.makeConnection(server_over(self.socket, protocol, self.reactor))
        return self.owner.transport

    def _outlet(self) -> Outlet:
        assert self.owner.transport is not None
        outlet = outlet_for(self.owner.transport, self.reactor, DEFAULT_LIMITS, [])
        self.owner.outlet = outlet
        return outlet

    def _talk(self, outlet: Outlet) -> None:
        """Send much, over a kernel that takes little, and read all of it."""
        client = Client(self.socket, self.reactor)
        told = [b"%d " % number + SECRET * (number + 1) for number in range(100)]
        outlet.put(told[0])  # before the handshake
        for _ in range(10):
            client.turn()
        self.socket.room, self.socket.most = 5_000, 700
        slot = outlet.reserve()
        for data in told[2:]:
            outlet.put(data)
            client.turn()
        slot.fill(told[1])
        for _ in range(100):
            self.socket.room = 5_000
            client.turn()
        outlet.close()
        for _ in range(100):
            self.socket.room = self.socket.most = NO_END
            client.turn()
        self.assertNotIn(SECRET, self.socket.sent)
        self.assertEqual(client.heard, b"".join(told))
        self.assertTrue(self.socket.is_closed)

    def test_a_connection_over_tls(self) -> None:
        transport = self._connect()
        self.assertIs(type(transport.transport), Server)
        self.assertIs(transport.getHandle.__self__, transport)
        self.assertIs(transport.writeSomeData.__self__, transport.transport)  # it is forwarded
        outlet = self._outlet()
        self.assertIs(type(outlet), WritingOutlet)
        self._talk(outlet)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_a_connection_whose_handshake_never_ends(self) -> None:
        self._connect()
        outlet = self._outlet()
        for _ in range(10_000):
            outlet.put(SECRET)
        self.reactor.come()
        self.reactor.advance(0)
        outlet.abandon(SECRET)
        self.reactor.come()
        self.reactor.advance(DEFAULT_LIMITS.farewell)
        self.reactor.advance(0)
        self.assertNotIn(SECRET, self.socket.sent)
        self.assertTrue(self.socket.is_closed)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_tls_that_began_before(self) -> None:
        transport = server_over(self.socket, self.owner, self.reactor)
        self.owner.makeConnection(transport)
        transport.startTLS(server_options())
        wrapper: Any = transport.protocol
        wrapper._aggregator._clock = self.reactor  # and not the global one
        outlet = self._outlet()
        self.assertIs(type(outlet), WritingOutlet)
        self._talk(outlet)

    def test_tls_cannot_begin_afterwards(self) -> None:
        transport = server_over(self.socket, self.owner, self.reactor)
        self.owner.makeConnection(transport)
        outlet = self._outlet()
        with self.assertRaises(RuntimeError):
            transport.startTLS(server_options())
        outlet.put(b"as plain as before")
        self.assertEqual(bytes(self.socket.sent), b"as plain as before")


class KindTests(SynchronousTestCase):
    """Whatever is not exactly a connection over TCP is written to, and not sent to."""

    def setUp(self) -> None:
        self.reactor, self.socket, self.owner = Reactor(), Socket(), Owner()

    def _kind_of_outlet(self, transport: Any) -> type[Outlet]:
        outlet = outlet_for(transport, self.reactor, DEFAULT_LIMITS, [])
        outlet.put(b"x" * AHEAD)
        is_sent = bool(self.socket.sent)
        self.assertEqual(is_sent, type(outlet) is SendingOutlet)
        self.reactor.readers.clear()
        self.reactor.come()
        self.assertEqual(bytes(self.socket.sent), b"x" * AHEAD)
        return type(outlet)

    def test_tcp(self) -> None:
        transport = server_over(self.socket, self.owner, self.reactor)
        self.assertIs(self._kind_of_outlet(transport), SendingOutlet)

    def test_something_derived_from_tcp(self) -> None:
        transport = server_over(self.socket, self.owner, self.reactor, OtherServer)
        self.assertIs(self._kind_of_outlet(transport), WritingOutlet)

    def test_a_unix_socket(self) -> None:
        transport = server_over(self.socket, self.owner, self.reactor, unix.Server)
        self.assertIs(self._kind_of_outlet(transport), WritingOutlet)

    def test_behind_a_proxy(self) -> None:
        factory = HAProxyWrappingFactory(Factory.forProtocol(lambda: self.owner))
        protocol = factory.buildProtocol(None)
        protocol.makeConnection(server_over(self.socket, protocol, self.reactor))
        self.assertIs(self._kind_of_outlet(self.owner.transport), WritingOutlet)
