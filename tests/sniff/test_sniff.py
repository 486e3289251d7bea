"""One port for everybody: who is handed the connection, when, and with which bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IProtocolNegotiationFactory
from twisted.internet.protocol import Factory
from twisted.internet.tcp import Server
from twisted.internet.testing import StringTransport
from twisted.protocols.haproxy._wrapper import HAProxyWrappingFactory
from twisted.python.failure import Failure

from tests.sniff.kit import SniffTestCase
from tests.sockets import Reactor, Socket, server_over
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.frontends.callers import LATELY
from twistchat.frontends.sniff import IN_RESERVE, SniffFactory
from twistchat.testing import Wire

BEGINNINGS = {
    "line": b"alice\nhello\n",
    "json": b'{"type":"hello"}\n',
    "irc": b"CAP LS 302\r\nNICK alice\r\n",
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
}
WAIT = DEFAULT_LIMITS.greeting


class ChosenTests(SniffTestCase):
    """What a browser may choose to speak before anything is said."""

    def test_twisted_is_told(self) -> None:
        self.assertTrue(IProtocolNegotiationFactory.providedBy(self.factory))
        self.assertIn(b"http/1.1", self.factory.acceptableProtocols())


class HandOverTests(SniffTestCase):
    """On a transport that knows no protocol, so that all is passed on."""

    def test_all_in_one_packet(self) -> None:
        for kind, data in BEGINNINGS.items():
            self.connect(StringTransport()).dataReceived(data)
            listener = self.made.pop()
            self.assertEqual((listener.kind, listener.heard), (kind, data))
            self.assertFalse(listener.has_begun)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_byte_at_a_time(self) -> None:
        for kind, data in BEGINNINGS.items():
            protocol = self.connect(StringTransport())
            for byte in data:
                protocol.dataReceived(bytes([byte]))
            listener = self.made.pop()
            self.assertEqual((listener.kind, listener.heard), (kind, data))
        self.assertEqual(self.made, [])

    def test_silence(self) -> None:
        self.connect(StringTransport())
        self.passes(WAIT - 0.01)
        self.assertEqual(self.made, [])
        self.passes(0.01)
        self.assertEqual(self.listener.kind, "line")
        self.assertTrue(self.listener.has_begun)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_silence_beside_a_browser(self) -> None:
        """Browsers open connections before they need them."""
        self.registry.readers.note("192.168.1.1")
        reserve = self.connect(StringTransport())
        self.passes(WAIT + IN_RESERVE - 0.01)
        self.assertEqual(self.made, [])
        reserve.dataReceived(BEGINNINGS["http"])
        self.assertEqual(self.made.pop().kind, "http")
        self.connect(StringTransport())
        for seconds in (WAIT, IN_RESERVE):
            self.assertEqual(self.made, [])
            self.passes(seconds)
        self.assertEqual(self.made.pop().kind, "line")
        self.passes(LATELY)
        self.connect(StringTransport())
        self.passes(WAIT)
        self.assertEqual(self.made.pop().kind, "line")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_browser_beside_whom_one_is_silent_already(self) -> None:
        self.connect(StringTransport())
        self.passes(WAIT - 0.1)
        self.registry.readers.note("192.168.1.1")
        self.passes(IN_RESERVE)
        self.assertEqual(self.made, [])

    def test_no_more_of_them_than_may_be_connected(self) -> None:
        """Else silence beside a browser would be a way to have as many as one likes."""
        self.registry.change_limits(Limits(per_private_address=2))
        self.registry.readers.note("192.168.1.1")
        first, *_ = [self.connect(StringTransport()) for _ in range(3)]
        self.passes(WAIT)
        self.assertEqual([each.kind for each in self.made], ["line"])
        first.connectionLost(Failure(ConnectionDone()))
        self.made.clear()
        self.connect(StringTransport())
        self.passes(WAIT)
        self.assertEqual(self.made, [])
        self.passes(IN_RESERVE)
        self.assertEqual(len(self.made), 2)
        for _ in range(2):
            self.connect(StringTransport())
        self.made.clear()
        self.passes(WAIT)
        self.assertEqual(self.made, [])

    def test_what_came_while_the_reactor_was_busy(self) -> None:
        protocol = self.connect(StringTransport())
        # A reactor calls what is due, and reads then.
        self.clock.callLater(WAIT, protocol.dataReceived, BEGINNINGS["irc"])
        self.passes(WAIT + 1)
        self.assertEqual((self.listener.kind, self.listener.heard), ("irc", BEGINNINGS["irc"]))

    def test_time_runs_from_the_beginning(self) -> None:
        protocol = self.connect(StringTransport())
        self.passes(WAIT - 0.1)
        protocol.dataReceived(b"NI")
        self.assertEqual(self.made, [])
        self.passes(0.1)
        self.assertEqual((self.listener.kind, self.listener.heard), ("line", b"NI"))
        self.assertFalse(self.listener.has_begun)  # it has bytes to begin with
        protocol.dataReceived(b"CK\n")
        self.assertEqual(self.listener.heard, b"NICK\n")

    def test_the_limit_that_holds_now(self) -> None:
        self.registry.change_limits(replace(DEFAULT_LIMITS, greeting=0))
        self.connect(StringTransport())
        self.passes(0)
        self.assertTrue(self.listener.has_begun)

    def test_what_nobody_speaks_is_for_people(self) -> None:
        self.factory = self.make_factory(["line", "json"])
        for data in (BEGINNINGS["irc"], BEGINNINGS["http"], b"\x16\x03\x01\x00\x00"):
            self.connect(StringTransport()).dataReceived(data)
            listener = self.made.pop()
            self.assertEqual((listener.kind, listener.heard), ("line", data))

    def test_hanging_up(self) -> None:
        self.connect(StringTransport()).connectionLost(Failure(ConnectionDone()))
        protocol = self.connect(StringTransport())
        protocol.dataReceived(b"NICK")
        protocol.connectionLost(Failure(ConnectionLost()))
        self.assertEqual((self.made, self.clock.getDelayedCalls()), ([], []))

    def test_the_end_of_input_before_anything(self) -> None:
        transport = StringTransport()
        self.connect(transport).readConnectionLost()
        self.assertTrue(transport.disconnecting)
        self.assertEqual(self.made, [])

    def test_the_end_of_input_behind_something(self) -> None:
        self.connect(StringTransport()).dataReceived(b"alice")
        protocol = self.connect(StringTransport())
        protocol.dataReceived(b"NICK")  # perhaps all of a name
        protocol.readConnectionLost()
        protocol.writeConnectionLost()
        listener = self.made.pop()
        self.assertEqual((listener.kind, listener.heard), ("line", b"NICK"))
        self.assertTrue(listener.is_half_closed)
        self.assertFalse(listener.has_begun)

    def test_everything_is_passed_on(self) -> None:
        transport = StringTransport()
        protocol = self.connect(transport)
        protocol.dataReceived(b"{")
        self.assertIs(self.listener.transport, transport)
        protocol.dataReceived(b"}\n")
        protocol.readConnectionLost()
        reason = Failure(ConnectionLost())
        protocol.connectionLost(reason)
        self.assertEqual(self.listener.heard, b"{}\n")
        self.assertTrue(self.listener.is_half_closed)
        self.assertEqual(self.listener.reasons, [reason])

    def test_a_factory_that_takes_nobody(self) -> None:
        class Closed(Factory):
            def buildProtocol(self, addr: object) -> None:
                return None

        self.factory = SniffFactory(self.registry, {"line": Closed()})
        transport = StringTransport()
        self.connect(transport).dataReceived(b"alice\n")
        self.assertTrue(transport.disconnecting)
        self.assertEqual(self.clock.getDelayedCalls(), [])


class InPlaceTests(SniffTestCase):
    """On transports that call whom they are told to: nobody stands between any more."""

    def make_clock(self) -> Reactor:
        return Reactor()

    def test_a_socket(self) -> None:
        for data in BEGINNINGS.values():
            socket = Socket()
            transport, reactor = self._over(socket)
            socket.received += [data[:3], data[3:], b"more"]
            for _ in range(3):
                reactor.come()
            listener = self.made.pop()
            self.assertIs(transport.protocol, listener)
            self.assertIs(listener.transport, transport)
            self.assertIs(type(transport), Server)  # as the outlet wants it
            self.assertEqual(listener.heard, data + b"more")
            socket.received.append(b"")
            reactor.come()
            self.assertTrue(listener.is_half_closed)

    def _over(self, socket: Socket) -> tuple[Any, Reactor]:
        reactor = Reactor()
        protocol = self.factory.buildProtocol(None)
        transport = server_over(socket, protocol, reactor)
        protocol.makeConnection(transport)
        transport.startReading()
        return transport, reactor

    def test_behind_a_proxy(self) -> None:
        factory = HAProxyWrappingFactory(self.factory)
        wrapper: Any = factory.buildProtocol(None)
        wrapper.makeConnection(StringTransport())
        wrapper.dataReceived(b"PROXY TCP4 203.0.113.9 192.0.2.1 4000 8000\r\n")
        wrapper.dataReceived(b"CAP LS 302\r\n")
        self.assertIs(wrapper.wrappedProtocol, self.listener)
        self.assertIs(self.listener.transport, wrapper)
        self.assertEqual(self.listener.transport.getPeer().host, "203.0.113.9")  # type: ignore[union-attr]
        wrapper.dataReceived(b"more")
        self.assertEqual(self.listener.heard, b"CAP LS 302\r\nmore")
        wrapper.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(len(self.listener.reasons), 1)

    def test_silence_behind_a_proxy(self) -> None:
        wrapper: Any = HAProxyWrappingFactory(self.factory).buildProtocol(None)
        wrapper.makeConnection(StringTransport())
        wrapper.dataReceived(b"PROXY TCP4 203.0.113.9 192.0.2.1 4000 8000\r\n")
        self.passes(WAIT)
        self.assertTrue(self.listener.has_begun)
        self.assertIs(wrapper.wrappedProtocol, self.listener)

    def test_a_transport_of_a_test(self) -> None:
        wire = Wire()
        wire.protocol = self.connect(wire)
        wire.protocol.dataReceived(b"{")
        self.assertIs(wire.protocol, self.listener)
