"""TLS on the port for everybody: behind the handshake it is looked again."""

from __future__ import annotations

import contextlib
from typing import Any

from OpenSSL import SSL
from twisted.internet.tcp import Server
from twisted.internet.testing import StringTransport
from twisted.protocols.haproxy._wrapper import HAProxyWrappingFactory
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol

from tests.certificates import server_options
from tests.sniff.kit import KINDS, SniffTestCase
from tests.sniff.test_sniff import BEGINNINGS, WAIT
from tests.sockets import Reactor, Socket, server_over
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.service import any_factory
from twistchat.telling.outlet import SendingOutlet, WritingOutlet

PATIENCE = DEFAULT_LIMITS.handshake


class Client:
    """The other end of a connection over a socket that is none, with TLS or without."""

    def __init__(self, test: TLSTestCase, socket: Socket) -> None:
        self.heard = b""
        """What was told over TLS."""
        self.socket = socket
        self.protocol: Any = None
        """The outermost one, as the transport has it."""
        self._test = test
        self._tls = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), None)
        self._tls.set_connect_state()
        self._taken = 0
        self.is_over = False

    def hello(self) -> bytes:
        """The first bytes of a handshake; they are not sent yet."""
        with contextlib.suppress(SSL.WantReadError):
            self._tls.do_handshake()
        return self._tls.bio_read(1 << 16)

    def arrives(self, data: bytes) -> None:
        """Let these bytes arrive at the server."""
        self.socket.received.append(data)
        self._test.reactor.come()

    def shakes_hands(self, hello: bytes | None = None) -> None:
        """Come to the end of the handshake; a hello has perhaps been sent already."""
        if hello is None:
            self.arrives(self.hello())
        for _ in range(3):
            self.turn()

    def says(self, data: bytes) -> None:
        """Send something over TLS."""
        self._tls.send(data)
        self.turn()

    def turn(self) -> None:
        """Take what the server has sent, answer, and let the reactor come round."""
        if data := bytes(self.socket.sent[self._taken :]):
            self._taken += len(data)
            self._tls.bio_write(data)
        with contextlib.suppress(SSL.WantReadError):
            self._tls.do_handshake()
        try:
            while True:
                self.heard += self._tls.recv(1 << 16)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.is_over = True
        with contextlib.suppress(SSL.WantReadError):
            self.arrives(self._tls.bio_read(1 << 16))
        self._test.reactor.advance(0)
        self._test.reactor.come()


class TLSTestCase(SniffTestCase):
    tls = server_options()

    @property
    def reactor(self) -> Reactor:
        assert isinstance(self.clock, Reactor)
        return self.clock

    def make_clock(self) -> Reactor:
        return Reactor()

    def call(self, factory: Any = None) -> Client:
        """Connect; nothing is sent yet."""
        client = Client(self, Socket())
        protocol = (factory or self.factory).buildProtocol(None)
        client.protocol = server_over(client.socket, protocol, self.reactor)
        protocol.makeConnection(client.protocol)
        client.protocol.startReading()
        return client


class InsideTests(TLSTestCase):
    def test_every_kind(self) -> None:
        for kind, data in BEGINNINGS.items():
            client = self.call()
            client.shakes_hands()
            self.assertEqual(self.made, [])
            client.says(data)
            client.says(b"more")
            listener = self.made.pop()
            self.assertEqual((listener.kind, listener.heard), (kind, data + b"more"))
            self.assertIsInstance(listener.transport, TLSMemoryBIOProtocol)
            # Nobody stands between any more, at neither place.
            transport: Any = listener.transport
            self.assertIs(transport.wrappedProtocol, listener)
            self.assertIs(client.protocol.protocol, transport)
            self.assertIs(type(client.protocol), Server)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_silence_counts_from_the_end_of_the_handshake(self) -> None:
        client = self.call()
        client.arrives(client.hello())
        self.passes(PATIENCE - 1)
        self.assertEqual(self.made, [])
        client.shakes_hands(b"")
        self.passes(WAIT - 0.01)
        self.assertEqual(self.made, [])
        self.passes(0.02)
        self.assertEqual(self.listener.kind, "line")
        self.assertTrue(self.listener.has_begun)
        client.says(b"alice\n")
        self.assertEqual(self.listener.heard, b"alice\n")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_hello_in_pieces(self) -> None:
        for size in (1, 2, 3, 50):
            client = self.call()
            hello = client.hello()
            for start in range(0, len(hello), size):
                client.arrives(hello[start : start + size])
            client.shakes_hands(hello)
            client.says(b"{")
            self.assertEqual(self.made.pop().kind, "json")

    def test_a_hello_whose_rest_comes_late(self) -> None:
        for size in (1, 2, 3, 50):
            client = self.call()
            hello = client.hello()
            client.arrives(hello[:size])
            self.passes(3)
            client.arrives(hello[size:])
            client.shakes_hands(hello)
            client.says(b"{")
            self.assertEqual(self.made.pop().kind, "json")

    def test_words_right_behind_the_handshake(self) -> None:
        client = self.call()
        client.arrives(client.hello())
        client._tls.bio_write(bytes(client.socket.sent))
        client._taken = len(client.socket.sent)
        client._tls.do_handshake()
        client.says(b"CAP LS 302\r\n")  # in one packet with the end of the handshake
        self.assertEqual((self.listener.kind, self.listener.heard), ("irc", b"CAP LS 302\r\n"))

    def test_others_come_without(self) -> None:
        for kind, data in BEGINNINGS.items():
            self.call().arrives(data)
            listener = self.made.pop()
            self.assertEqual((listener.kind, listener.heard), (kind, data))
            self.assertIs(type(listener.transport), Server)

    def test_tls_inside_tls(self) -> None:
        client = self.call()
        client.shakes_hands()
        client.says(b"\x16\x03\x01\x00\x00")
        self.assertEqual(self.listener.kind, "line")  # where it is told that this is a chat

    def test_behind_a_proxy(self) -> None:
        client = self.call(HAProxyWrappingFactory(self.factory))
        client.arrives(b"PROXY TCP4 203.0.113.9 192.0.2.1 4000 8000\r\n")
        client.shakes_hands()
        client.says(b"NICK a\r\n")
        self.assertEqual(self.listener.kind, "irc")
        peer: Any = self.listener.transport.getPeer()  # type: ignore[union-attr]
        self.assertEqual(peer.host, "203.0.113.9")

    def test_an_endpoint_of_tls(self) -> None:
        """As `ssl:` and `tls:` have it: the first that is looked at is inside."""
        self.tls = None
        inside = self.make_factory(KINDS)
        factory = TLSMemoryBIOFactory(server_options(), False, inside, self.reactor)
        client = self.call(factory)
        client.shakes_hands()
        self.passes(WAIT)
        self.assertTrue(self.made.pop().has_begun)
        client = self.call(factory)
        client.shakes_hands()
        client.says(b"{")
        self.assertEqual(self.listener.kind, "json")

    def test_hanging_up(self) -> None:
        for when in range(4):
            client = self.call()
            if when > 0:
                client.arrives(client.hello()[: 100 if when == 1 else None])
            if when > 2:
                client.shakes_hands(b"")
            client.arrives(b"")
            self.passes(1)
            self.assertTrue(client.socket.is_closed)
        self.assertEqual((self.made, self.clock.getDelayedCalls()), ([], []))
        self.assertEqual(len(self.registry._handshakes), 0)

    def test_the_end_of_input_after_something_was_said(self) -> None:
        client = self.call()
        client.shakes_hands()
        client.says(b"{")
        client._tls.shutdown()
        client.turn()
        client.arrives(b"")
        self.assertEqual(len(self.listener.reasons), 1)


class HandshakeTests(TLSTestCase):
    limits = Limits(per_private_address=3, clients=5)

    def test_one_that_never_ends(self) -> None:
        client = self.call()
        client.arrives(client.hello())
        self.passes(PATIENCE - 0.1)
        self.assertFalse(client.socket.is_closed)
        self.passes(0.1)
        self.passes(0)
        self.assertTrue(client.socket.is_closed)
        self.assertEqual((self.made, self.clock.getDelayedCalls()), ([], []))

    def test_one_that_fails(self) -> None:
        client = self.call()
        client.arrives(b"\x16\x03\x01" + bytes(50))
        self.passes(0)
        self.reactor.come()
        self.assertTrue(client.socket.is_closed)
        self.assertEqual((self.made, self.clock.getDelayedCalls()), ([], []))

    def test_so_many_of_one_address(self) -> None:
        clients = [self.call() for _ in range(4)]
        for client in clients:
            client.arrives(client.hello())
        self.passes(0)
        closed = [client.socket.is_closed for client in clients]
        self.assertEqual(closed, [False, False, False, True])
        clients[0].shakes_hands(b"")  # who is through it is counted as everybody is
        client = self.call()
        client.shakes_hands()
        self.assertFalse(client.socket.is_closed)
        clients[1].arrives(b"")
        self.passes(PATIENCE)
        self.assertEqual(len(self.registry._handshakes), 0)

    def test_so_many_of_all(self) -> None:
        self.change_limits(Limits(clients=2))
        clients = [self.call() for _ in range(3)]
        for client in clients:
            client.arrives(client.hello())
        self.passes(0)
        self.assertEqual([each.socket.is_closed for each in clients], [False, False, True])

    def test_none_begins_when_the_server_stops(self) -> None:
        self.registry.say_goodbye("")
        client = self.call()
        client.arrives(client.hello())
        self.passes(0)
        self.assertTrue(client.socket.is_closed)


class EverybodyTests(TLSTestCase):
    """With the real wires behind it."""

    def setUp(self) -> None:
        super().setUp()
        self.factory = any_factory(self.registry, self.tls)

    def live(self, *clients: Client) -> None:
        self.passes(WAIT)
        for _ in range(5):
            for client in clients:
                client.turn()

    def test_all_in_one_room(self) -> None:
        person, program, irc, plain = (self.call() for _ in range(4))
        for client in (person, program, irc):
            client.shakes_hands()
        program.says(b'{"type":"hello","name":"bot"}\n')
        irc.says(b"NICK iris\r\nUSER i 0 * :i\r\nJOIN #lobby\r\n")
        self.live(person, program, irc)
        self.assertTrue(person.heard.startswith(b"-- Welcome to twistchat.\n"))
        person.says(b"alice\nhello\n")
        plain.arrives(b"paul\nhi\n")
        self.live(person, program, irc)
        for client, words in (
            (person, [b"<alice> hello", b"<paul> hi"]),
            (program, [b'"text":"hello"', b'"text":"hi"']),
            (irc, [b"PRIVMSG #lobby :hello", b"PRIVMSG #lobby :hi"]),
        ):
            for each in words:
                self.assertIn(each.replace(b" :", b" "), client.heard.replace(b" :", b" "))
        self.assertIn(b"<alice> hello\n", plain.socket.sent)
        for client in (person, program, irc):
            self.assertNotIn(b"hello", client.socket.sent)  # nothing goes out in the clear
        sessions = self.registry.sessions
        self.assertEqual(
            {session.name: (session.wire, type(session.outlet)) for session in sessions},
            {
                "alice": ("line", WritingOutlet),
                "bot": ("json", WritingOutlet),
                "iris": ("irc", WritingOutlet),
                "paul": ("line", SendingOutlet),
            },
        )

    def test_the_page(self) -> None:
        client = self.call()
        client.shakes_hands()
        client.says(b"GET / HTTP/1.1\r\nHost: chat.example:8000\r\n\r\n")
        self.live(client)
        self.assertTrue(client.heard.startswith(b"HTTP/1.1 200 OK\r\n"))
        self.assertIn(b"twistchat connect tls:chat.example:8000", client.heard)
        client.says(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        self.live(client)
        self.assertTrue(client.is_over)
        plain = self.call()
        plain.arrives(b"GET / HTTP/1.0\r\n\r\n")
        self.assertIn(b"ircs://127.0.0.1:4000", plain.socket.sent)

    def test_a_late_client(self) -> None:
        client = self.call()
        client.shakes_hands()
        self.live(client)
        client.says(b"CAP LS 302\r\n")
        self.live(client)
        self.assertIn(b" CAP * LS ", client.heard)


class TransportTests(SniffTestCase):
    tls = server_options()

    def test_a_transport_that_knows_no_protocol(self) -> None:
        """Then everything is passed on, through TLS too."""
        transport = StringTransport()
        protocol = self.connect(transport)
        tls = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), None)
        tls.set_connect_state()
        for _ in range(3):
            with contextlib.suppress(SSL.WantReadError):
                tls.do_handshake()
            with contextlib.suppress(SSL.WantReadError):
                protocol.dataReceived(tls.bio_read(1 << 16))
            if transport.value():
                tls.bio_write(transport.value())
                transport.clear()
        tls.send(b"{")
        protocol.dataReceived(tls.bio_read(1 << 16))
        self.assertEqual((self.listener.kind, self.listener.heard), ("json", b"{"))
