"""How a WebSocket begins, and whose does not."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, ClassVar

from twisted.internet.address import IPv4Address, UNIXAddress

from tests.sniff.test_everybody import ANY
from tests.web.browsers import REQUEST, WEB, Browser, BrowserTestCase, Frame, frame, read_frames
from tests.web.kit import Answer, read_answer
from twistchat.frontends.jsonlines.format import JSON
from twistchat.frontends.web.forwarded import Proxies
from twistchat.frontends.web.frames import Close, close_frame, ping_frame, pong_frame, text_frame
from twistchat.frontends.web.origins import read_origin
from twistchat.frontends.web.place import WebPlace
from twistchat.frontends.web.site import WebFactory
from twistchat.testing import ChatTestCase, FrontEnd, Person

if TYPE_CHECKING:
    from twistchat.frontends.registry import Registry

SWITCHED = (
    b"HTTP/1.1 101 Switching Protocols\r\n"
    b"Upgrade: websocket\r\n"
    b"Connection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    b"\r\n"
)
"""The answer to the example of RFC 6455, section 1.3."""


def with_place(place: WebPlace) -> FrontEnd:
    def factory(registry: Registry) -> WebFactory:
        return WebFactory(registry, told=JSON, place=place)

    return FrontEnd(factory)  # type: ignore[arg-type]  # a factory of Twisted's web is one, too


class HandshakeTestCase(ChatTestCase):
    front_end: ClassVar[FrontEnd] = FrontEnd(WEB.factory)

    def ask(self, request: bytes, front_end: FrontEnd | None = None) -> Person:
        asking = self.world.connect(front_end or self.front_end, speaks_first=True)
        asking.sends(request)
        self.turn()
        return asking

    def refusal(self, request: bytes) -> Answer:
        asking = self.ask(request)
        self.assertEqual(self.world.registry.sessions, [])
        return read_answer(asking.wire.value())

    def has_begun(self, request: bytes, front_end: FrontEnd | None = None) -> bool:
        asking = self.ask(request, front_end)
        has_begun: bool = asking.wire.value().startswith(SWITCHED)
        self.assertEqual(len(self.world.registry.sessions), has_begun)
        asking.vanishes()
        return has_begun


class BeginTests(HandshakeTestCase):
    def test_the_example(self) -> None:
        for front_end in (self.front_end, ANY):
            asking = self.ask(REQUEST, front_end)
            value: bytes = asking.wire.value()
            self.assertEqual(value[: len(SWITCHED)], SWITCHED)
            (hello,), rest = read_frames(value[len(SWITCHED) :])
            self.assertEqual((hello.first, rest), (0x81, b""))
            self.assertTrue(hello.data.startswith(b'{"type":"hello",'))

    def test_however_it_is_written(self) -> None:
        for request in (
            REQUEST.replace(b"Connection: Upgrade", b"Connection: keep-alive, Upgrade"),
            REQUEST.replace(b"Connection: Upgrade", b"connection: a\r\nconnection: UPGRADE"),
            REQUEST.replace(b": websocket", b": WebSocket"),
            REQUEST.replace(b"GET /socket", b"GET /socket?x=y"),
            REQUEST.replace(b"GET /socket", b"GET http://chat.example:8000/socket"),
            REQUEST.replace(b"\r\n", b"\n"),
            REQUEST[:-2] + b"Sec-WebSocket-Protocol: chat\r\n\r\n",
            REQUEST[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
            REQUEST[:-2] + b"Cookie: a=b\r\n\r\n",
        ):  # fmt: skip
            self.assertTrue(self.has_begun(request), request)

    def test_byte_by_byte(self) -> None:
        asking = self.connect(speaks_first=True)
        for byte in REQUEST:
            asking.sends(bytes([byte]))
        self.assertTrue(asking.wire.value().startswith(SWITCHED))

    def test_what_does_not_ask_for_one(self) -> None:
        for request in (
            b"GET /socket HTTP/1.1\r\nHost: chat.example:8000\r\n\r\n",
            REQUEST.replace(b"Upgrade: websocket\r\n", b""),
            REQUEST.replace(b"Connection: Upgrade\r\n", b""),
            REQUEST.replace(b": websocket", b": h2c"),
            REQUEST.replace(b": Upgrade", b": close"),
            REQUEST.replace(b"HTTP/1.1", b"HTTP/1.0"),
        ):
            answer = self.refusal(request)
            self.assertEqual(answer.status, 426, request)
            self.assertEqual(answer.headers["upgrade"], "websocket")

    def test_other_versions(self) -> None:
        for version in (b"8", b"12", b"14", b"", b"13, 8", b"13\r\nSec-WebSocket-Version: 8"):
            answer = self.refusal(REQUEST.replace(b": 13", b": " + version))
            self.assertEqual(answer.status, 426)
            self.assertEqual(answer.headers["sec-websocket-version"], "13")

    def test_keys_that_are_none(self) -> None:
        key = b"dGhlIHNhbXBsZSBub25jZQ=="
        for other in (b"", b"x", key[:-1], key + b"=", key.replace(b"Q==", b"R=="), b"\xff" * 24):
            self.assertEqual(self.refusal(REQUEST.replace(key, other)).status, 400, other)
        twice = REQUEST[:-2] + b"Sec-WebSocket-Key: " + key + b"\r\n\r\n"
        self.assertEqual(self.refusal(twice).status, 400)
        self.assertEqual(self.refusal(REQUEST.replace(b"Sec-WebSocket-Key", b"X")).status, 400)

    def test_without_a_host(self) -> None:
        host = b"Host: chat.example:8000\r\n"
        self.assertEqual(self.refusal(REQUEST.replace(host, b"")).status, 400)
        self.assertEqual(self.refusal(REQUEST.replace(host, host + host)).status, 400)

    def test_other_verbs(self) -> None:
        self.assertEqual(self.refusal(REQUEST.replace(b"GET", b"HEAD")).status, 405)
        asking = self.ask(REQUEST.replace(b"GET", b"POST"))
        self.assertIn(b" 405 ", asking.wire.value())

    def test_elsewhere(self) -> None:
        self.assertEqual(self.refusal(REQUEST.replace(b"/socket", b"/")).status, 200)
        self.assertEqual(self.refusal(REQUEST.replace(b"/socket", b"/sockets")).status, 404)

    def test_half_of_one(self) -> None:
        for at in range(0, len(REQUEST), 20):
            asking = self.ask(REQUEST[:at])
            self.wait(self.limits.handshake + 1)
            self.assertFalse(asking.is_connected)
        self.assertEqual(self.world.registry.sessions, [])

    def test_who_says_nothing_behind_it(self) -> None:
        browser = self.world.connect(WEB)
        self.wait(self.limits.name_time + 2)
        self.assertFalse(browser.is_connected)
        assert isinstance(browser, Browser)
        self.assertEqual(browser.hears()[-1], {"type": "goodbye", "cause": "no name given"})
        self.assertEqual(browser.code, 1013)


class OriginTests(HandshakeTestCase):
    def test_whose_page_it_is(self) -> None:
        mine = b"http://chat.example:8000"
        for origin, may in (
            (mine, True), (b"http://CHAT.example:8000", True), (b"http://evil.example", False),
            (b"http://chat.example:8001", False), (b"http://chat.example", False),
            (b"http://chat.example:8000.evil.example", False), (b"null", False), (b"", False),
            (b"file://", False), (b"http://x@chat.example:8000", False),
        ):  # fmt: skip
            self.assertEqual(self.has_begun(REQUEST.replace(mine, origin)), may, origin)
        answer = self.refusal(REQUEST.replace(mine, b"http://evil.example"))
        self.assertEqual(answer.status, 403)

    def test_a_program(self) -> None:
        self.assertTrue(self.has_begun(REQUEST.replace(b"Origin: ", b"X: ")))

    def test_two_of_them(self) -> None:
        twice = REQUEST[:-2] + b"Origin: http://chat.example:8000\r\n\r\n"
        self.assertEqual(self.refusal(twice).status, 403)

    def test_whose_the_operator_allows(self) -> None:
        origin = read_origin("https://school.example")
        assert origin is not None
        there = REQUEST.replace(b"http://chat.example:8000", b"https://school.example")
        place = WebPlace(origins=frozenset([origin]))
        self.assertTrue(self.has_begun(there, with_place(place)))
        self.assertTrue(self.has_begun(there, with_place(WebPlace(is_any_origin=True))))
        self.assertFalse(self.has_begun(there))


class AddressTests(HandshakeTestCase):
    def address(self, place: WebPlace, *, peer: IPv4Address | UNIXAddress) -> str:
        asking = self.world.connect(with_place(place), speaks_first=True)
        asking.wire.peerAddr = peer
        asking.sends(REQUEST[:-2] + b"X-Forwarded-For: 192.0.2.99, 192.0.2.7\r\n\r\n")
        (session,) = self.world.registry.sessions
        asking.vanishes()
        return session.address

    def test_who_is_behind_a_proxy(self) -> None:
        proxy = IPv4Address("TCP", "10.0.0.5", 4000)
        believed = WebPlace(proxies=Proxies((ip_network("10.0.0.0/24"),)))
        self.assertEqual(self.address(believed, peer=proxy), "192.0.2.7")
        self.assertEqual(self.address(WebPlace(), peer=proxy), "10.0.0.5")
        local = WebPlace(proxies=Proxies(is_local=True))
        self.assertEqual(self.address(local, peer=UNIXAddress(b"/run/x")), "192.0.2.7")
        self.assertEqual(self.address(WebPlace(), peer=UNIXAddress(b"/run/x")), "local")


class ChosenTests(BrowserTestCase):
    def test_nobody_may_choose_what_is_not_spoken(self) -> None:
        chosen = WebFactory(self.world.registry, told=JSON).acceptableProtocols()
        self.assertEqual(chosen, [b"http/1.1"])


class BannedTests(BrowserTestCase):
    def test_who_is_banned_is_told_so_behind_a_proxy(self) -> None:
        place = WebPlace(proxies=Proxies((ip_network("192.168.1.1/32"),)))
        browser = self.world.connect(FrontEnd(with_place(place).factory, Banned))
        self.assertIsInstance(browser, Banned)
        self.turn()
        (session,) = self.world.registry.sessions
        self.assertEqual((session.address, session.wire), ("203.0.113.5", "web"))


class Banned(Browser):
    request = REQUEST[:-2] + b"X-Forwarded-For: 203.0.113.5\r\n\r\n"


class WrittenTests(ChatTestCase):
    def test_frames(self) -> None:
        """The examples of RFC 6455, section 5.7, and where the length changes."""
        self.assertEqual(text_frame(b"Hello"), b"\x81\x05Hello")
        self.assertEqual(text_frame(b"x" * 256), b"\x81\x7e\x01\x00" + b"x" * 256)
        self.assertEqual(text_frame(b"x" * 65536), b"\x81\x7f" + (65536).to_bytes(8) + b"x" * 65536)
        self.assertEqual(pong_frame(b"Hello"), b"\x8a\x05Hello")
        self.assertEqual(ping_frame(), b"\x89\x00")
        for size in (0, 1, 125, 126, 127, 65535, 65536):
            self.assertEqual(
                read_frames(text_frame(b"x" * size)), ([Frame(0x81, b"x" * size)], b"")
            )

    def test_goodbyes(self) -> None:
        self.assertEqual(close_frame(1000), b"\x88\x02\x03\xe8")
        self.assertEqual(close_frame(Close.NO_CODE, "unsaid"), b"\x88\x00")
        self.assertEqual(close_frame(1008, "no"), b"\x88\x04\x03\xf0no")
        long = close_frame(1008, "你" * 100)
        self.assertEqual(len(long), 2 + 2 + 123)
        self.assertEqual(long[4:].decode(), "你" * 41)

    def test_how_they_are_read(self) -> None:
        """The masked example of RFC 6455, section 5.7."""
        self.assertEqual(frame(b"Hello"), b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")
