"""A WebSocket over real transports of Twisted's: TCP, and TLS on a port for everybody."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from typing import TYPE_CHECKING
from weakref import ref

from tests.sniff.test_tls import TLSTestCase
from tests.web.browsers import CLOSE, PING, REQUEST, BrowserTestCase, close, frame, read_frames
from twistchat.frontends.web.channel import Channel
from twistchat.frontends.web.reading import Frames
from twistchat.frontends.web.socket import PARTING, WebSocketProtocol
from twistchat.service import any_factory, web_factory
from twistchat.telling.outlet import SendingOutlet, WritingOutlet
from twistchat.testing import JSON, World

if TYPE_CHECKING:
    from tests.sniff.test_tls import Client

GET = b"GET / HTTP/1.1\r\nHost: chat.example:8000\r\n\r\n"
HELLO = frame(b'{"type":"hello","name":"ada"}')
SAY = frame(b'{"type":"say","room":"#lobby","text":"hi"}')


class TransportTestCase(TLSTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.factory = any_factory(self.registry, self.tls)

    def live(self, client: Client, *, is_encrypted: bool = False) -> None:
        for _ in range(5):
            self.passes(0.1)
            if is_encrypted:
                client.turn()
            else:
                self.reactor.come()

    def behind_the_head(self, data: bytes) -> list[bytes]:
        _, _, rest = data.partition(b"101 Switching")[2].partition(b"\r\n\r\n")
        frames, rest = read_frames(rest)
        self.assertEqual(rest, b"")
        return [data for _, data in frames]


class PlainTests(TransportTestCase):
    def test_it_has_the_connection_and_the_outlet_sends(self) -> None:
        for factory in (self.factory, web_factory(self.registry)):
            client = self.call(factory)
            client.arrives(REQUEST)
            (session,) = self.registry.sessions
            server = client.protocol
            self.assertIsInstance(server.protocol, WebSocketProtocol)
            self.assertIs(type(session.outlet), SendingOutlet)
            self.assertIs(server.producer, session.outlet)
            self.assertFalse(server.streamingProducer)
            self.assertTrue(client.socket.sent.startswith(b"HTTP/1.1 101 "))  # at once
            self.assertEqual(server.dataBuffer, b"")
            client.arrives(HELLO)
            client.arrives(SAY)
            self.live(client)
            told = self.behind_the_head(bytes(client.socket.sent))
            self.assertIn(b'"text":"hi"', told[-1])
            self.assertEqual([each.wire for each in self.registry.people], ["web"])
            client.arrives(close())
            self.live(client)
            self.assertTrue(client.socket.is_closed)
            self.assertEqual(self.registry.sessions, [])

    def test_behind_an_answer_that_has_not_been_sent(self) -> None:
        client = self.call()
        client.arrives(GET + REQUEST + HELLO)
        self.live(client)
        sent = bytes(client.socket.sent)
        self.assertTrue(sent.startswith(b"HTTP/1.1 200 OK\r\n"))
        self.assertIn(b"</html>", sent.partition(b"HTTP/1.1 101 ")[0])
        self.assertIn(b'"type":"welcome"', self.behind_the_head(sent)[1])

    def test_behind_an_answer_that_is_not_taken(self) -> None:
        client = self.call()
        client.socket.room = 100
        client.arrives(GET + REQUEST + HELLO)
        self.live(client)
        self.assertTrue(client.socket.is_closed)
        self.assertEqual(len(client.socket.sent), 100)
        self.assertEqual(self.registry.sessions, [])

    def test_it_is_closed_when_the_browser_has_said_goodbye_too(self) -> None:
        for answer in (close(), b""):
            client = self.call()
            client.arrives(REQUEST + HELLO)
            client.arrives(frame(b'{"type":"quit"}'))
            self.live(client)
            self.assertTrue(client.socket.sent.endswith(b"\x88\x02\x03\xe8"))
            self.assertFalse(client.socket.is_closed)
            if answer:
                client.arrives(answer)
            else:
                self.passes(PARTING)
            self.live(client)
            self.assertTrue(client.socket.is_closed)
            self.assertEqual(self.registry.sessions, [])

    def test_a_browser_that_was_killed(self) -> None:
        client = self.call()
        client.arrives(REQUEST + HELLO)
        self.live(client)
        client.arrives(b"")  # the end of input
        self.live(client)
        self.assertTrue(client.socket.is_closed)
        self.assertEqual(self.registry.sessions, [])
        self.assertEqual(self.registry.place.people, [])

    def test_the_end_of_input_behind_a_request(self) -> None:
        client = self.call()
        client.arrives(GET)
        client.arrives(b"")
        self.live(client)
        self.assertTrue(client.socket.sent.endswith(b"</html>\n"))
        self.assertTrue(client.socket.is_closed)

    def test_nothing_of_http_is_kept(self) -> None:
        client = self.call()
        client.arrives(GET)
        channel = ref(client.protocol.protocol)
        self.assertIsInstance(channel(), Channel)
        client.arrives(REQUEST)
        gc.collect()
        self.assertIsNone(channel())


class EncryptedTests(TransportTestCase):
    def test_on_the_common_port(self) -> None:
        client = self.call()
        client.shakes_hands()
        client.says(REQUEST + HELLO)
        client.says(SAY + frame(b"p", PING))
        self.live(client, is_encrypted=True)
        (session,) = self.registry.sessions
        self.assertIs(type(session.outlet), WritingOutlet)
        self.assertTrue(session.outlet.is_encrypted)
        told = self.behind_the_head(client.heard)
        self.assertTrue(any(b'"text":"hi"' in each for each in told))
        self.assertIn(b"p", told)
        self.assertNotIn(b"welcome", client.socket.sent)  # nothing goes out in the clear
        client.says(close())
        self.live(client, is_encrypted=True)
        self.assertTrue(client.is_over)
        self.assertTrue(client.heard.endswith(b"\x88\x02\x03\xe8"))

    def test_a_protocol_error(self) -> None:
        client = self.call()
        client.shakes_hands()
        client.says(REQUEST + frame(b"x", 0x83))
        self.live(client, is_encrypted=True)
        frames, _ = read_frames(client.heard.partition(b"\r\n\r\n")[2])
        self.assertEqual(frames[-1].first, CLOSE)
        self.passes(PARTING)
        self.live(client, is_encrypted=True)
        self.assertTrue(client.is_over)


class MemoryTests(BrowserTestCase):
    def test_an_idle_connection_takes_little_more_than_a_program_s(self) -> None:
        def measured(front_end: object) -> float:
            world = World()
            for each in (self.front_end, JSON):
                world.connect(each)
            gc.collect()
            tracemalloc.start()
            before = tracemalloc.get_traced_memory()[0]
            kept = [world.connect(front_end, speaks_first=True) for _ in range(100)]  # type: ignore[arg-type]
            for person in kept:
                person.protocol.dataReceived(b"")
                person.wire.clear()
                person.writes.clear()
                vars(person).pop("head", None)
            gc.collect()
            after = tracemalloc.get_traced_memory()[0]
            tracemalloc.stop()
            return (after - before) / 100

        more = measured(self.front_end) - measured(JSON)
        self.assertLess(more, 2_000)

    def test_nothing_is_kept_of_frames_that_are_taken(self) -> None:
        frames = Frames()
        for data in (SAY, frame(b"x", PING), frame(b"x" * 70_000)):
            frames.receive(data)
            while frames.next() is not None:
                pass
            self.assertIsNone(frames._wsproto)
        self.assertLess(sys.getsizeof(frames), 100)
