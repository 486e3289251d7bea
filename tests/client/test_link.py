"""One connection: how its wire is found, silence, long lines, and being paused."""

from __future__ import annotations

from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from twistchat.client import link as links
from twistchat.client.link import Link
from twistchat.frontends.jsonlines.codec import Object, encode

HELLO = b'{"type":"hello","protocol":1}\n'
GREETING = b"-- Welcome to x.\n-- | be kind\n-- What is your name? Type it and press Enter.\n"


class Plain(Protocol):
    """Somebody who speaks with people's wires, and remembers what was read."""

    read = b""
    is_lost = False

    def dataReceived(self, data: bytes) -> None:
        self.read += data

    def connectionLost(self, reason: Any = None) -> None:
        self.is_lost = True


class LinkTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.hellos: list[Object] = []
        self.told: list[Object] = []
        self.is_lost = False
        self.plain: Plain | None = Plain()
        self.link = Link(owner=self, clock=self.clock)
        self.transport = StringTransport()
        self.link.makeConnection(self.transport)

    def link_found(self, link: Link, hello: Object) -> None:
        self.hellos.append(hello)

    def link_is_plain(self, link: Link) -> Plain | None:
        return self.plain

    def link_refused(self, link: Link, told: Object) -> None:
        self.told.append(told)

    def link_received(self, link: Link, told: Object) -> None:
        self.told.append(told)

    def link_lost(self, link: Link) -> None:
        self.is_lost = True

    def hear(self, data: bytes) -> None:
        self.link.dataReceived(data)

    def read(self) -> bytes:
        assert self.plain is not None
        return self.plain.read

    def test_a_port_for_programs(self) -> None:
        self.hear(HELLO + b'{"type":"said"}\n')
        self.assertEqual(self.hellos, [{"type": "hello", "protocol": 1}])
        self.assertEqual(self.told, [{"type": "said"}])
        self.assertEqual(self.transport.value(), b"")

    def test_a_port_for_people(self) -> None:
        self.hear(GREETING)
        self.assertEqual(self.transport.value(), b"/json\n")
        self.hear(HELLO)
        self.assertEqual(len(self.hellos), 1)

    def test_a_server_that_is_full(self) -> None:
        for line, text in (
            (b'{"type":"error","code":"full","text":"Full."}\n', "Full."),
            (b"-- Sorry, full.\n", "Sorry, full."),
        ):
            self.setUp()
            self.hear(line)
            self.assertEqual(self.told, [{"type": "error", "code": "full", "text": text}])
            self.assertTrue(self.transport.disconnecting)
            self.link.connectionLost(Failure(ConnectionDone()))
            self.assertTrue(self.is_lost)
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_server_that_is_stopping(self) -> None:
        for before in (b"", GREETING):
            self.setUp()
            self.hear(before + b"-- Goodbye, the server is stopping.\n")
            self.link.connectionLost(Failure(ConnectionDone()))
            self.assertTrue(self.is_lost)
            self.assertEqual((self.told, self.read()), ([], b""))
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_byte_by_byte(self) -> None:
        for byte in GREETING + HELLO + b'{"type":"a"}\r\n':
            self.hear(bytes([byte]))
        self.assertEqual((len(self.hellos), self.told), (1, [{"type": "a"}]))

    def test_an_older_server(self) -> None:
        self.hear(GREETING)
        self.hear(b"-- That needs a name first. What is your name?\n-- more\n")
        self.assertEqual(self.read(), GREETING + b"-- more\n")
        self.hear(b"and on")
        self.assertTrue(self.read().endswith(b"and on"))

    def test_something_else(self) -> None:
        self.hear(b"220 mail ESMTP\r\n")
        self.assertEqual(self.read(), b"220 mail ESMTP\r\n")

    def test_json_that_is_no_hello(self) -> None:
        self.hear(b'{"type":"jsonrpc"}\n')
        self.assertEqual(self.read(), b'{"type":"jsonrpc"}\n')

    def test_silence(self) -> None:
        self.hear(b"login: ")
        self.clock.advance(2)
        self.assertEqual(self.read(), b"login: ")

    def test_silence_after_the_greeting(self) -> None:
        self.clock.advance(1.9)
        self.hear(GREETING)
        self.clock.advance(2)
        self.assertEqual(self.read(), GREETING)

    def test_nobody_speaks_with_anything_else(self) -> None:
        self.plain = None
        self.hear(b"220 mail ESMTP\r\n")
        self.assertTrue(self.transport.disconnecting)

    def test_the_end_of_a_plain_connection_is_told(self) -> None:
        self.hear(b"hi\n")
        self.link.connectionLost(Failure(ConnectionDone()))
        assert self.plain is not None
        self.assertTrue(self.plain.is_lost)
        self.assertEqual((self.is_lost, self.clock.getDelayedCalls()), (False, []))

    def test_a_greeting_without_an_end(self) -> None:
        self.patch(links, "FIRST", 10_000)
        self.hear(GREETING)
        for _ in range(4):
            self.hear(b"-- and so on\n" * 1_000)
        self.assertEqual(self.read(), GREETING + b"-- and so on\n" * 4_000)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_long_lines(self) -> None:
        told = {"type": "said", "text": "x" * 700_000}
        self.hear(HELLO + encode(told) * 2)
        self.assertEqual(self.told, [told, told])

    def test_lines_that_are_no_json_are_left_out(self) -> None:
        self.hear(HELLO + b'\xff\n[1]\nnonsense\n{"type":"a"}\n')
        self.assertEqual(self.told, [{"type": "a"}])

    def test_a_ping_is_answered_beside_everything_else(self) -> None:
        self.hear(HELLO + b'{"type":"ping"}\n')
        self.assertEqual(self.transport.value(), b'{"type":"pong"}\n')
        self.assertEqual(self.told, [])

    def test_a_silent_server_is_asked_and_then_given_up(self) -> None:
        self.hear(HELLO)
        self.clock.advance(30)
        self.assertEqual(self.transport.value(), b'{"type":"ping"}\n')
        self.clock.advance(29)
        self.assertFalse(self.transport.disconnecting)
        self.clock.advance(1)
        self.assertTrue(self.transport.disconnecting)

    def test_a_server_that_answers_is_kept(self) -> None:
        self.hear(HELLO)
        for _ in range(20):
            self.clock.advance(30)
            if self.transport.value():
                self.hear(b'{"type":"pong"}\n')
                self.transport.clear()
        self.assertFalse(self.transport.disconnecting)

    def test_one_that_is_paused_is_alive_and_gives_nobody_up(self) -> None:
        self.hear(HELLO)
        self.link.pause()
        self.assertEqual(self.transport.producerState, "paused")
        self.hear(b'{"type":"a"}\n' * 3)
        for _ in range(10):
            self.clock.advance(30)
        self.assertEqual(self.transport.value().count(b"ping"), 10)
        self.assertEqual((self.told, self.transport.disconnecting), ([], False))
        self.link.go_on()
        self.assertEqual(len(self.told), 3)
        self.assertEqual(self.transport.producerState, "producing")
