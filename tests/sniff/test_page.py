"""What browsers are shown."""

from __future__ import annotations

from html import unescape

from twistchat.frontends.web.protocol import LONGEST, MOST
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.trial.unittest import SynchronousTestCase

from tests.sniff.test_everybody import ANY
from twistchat.core.limits import Limits
from twistchat.frontends.registry import Greeting
from twistchat.frontends.web.page import Place, write_page
from twistchat.testing import ChatTestCase, Person

GET = b"GET / HTTP/1.1\r\nHost: chat.example:8000\r\nAccept: */*\r\n\r\n"


def head_and_body(answer: bytes) -> tuple[list[str], str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode().split("\r\n"), body.decode()


class PageTests(ChatTestCase):
    front_end = ANY

    def ask(self, *pieces: bytes) -> Person:
        browser = self.connect(speaks_first=True)
        for piece in pieces:
            browser.sends(piece)
        self.turn()
        return browser

    def answer(self, *pieces: bytes) -> tuple[list[str], str]:
        """What is answered to a request; the connection is closed behind it."""
        browser = self.ask(*pieces)
        self.assertFalse(browser.is_connected)
        head, body = head_and_body(browser.wire.value())
        self.assertIn("X-Content-Type-Options: nosniff", head)
        self.assertIn("Connection: close", head)
        return head, body

    def status(self, *pieces: bytes) -> str:
        head, body = self.answer(*pieces)
        self.assertIn(f"Content-Length: {len(body.encode())}", head)
        return head[0]

    def test_the_page(self) -> None:
        head, body = self.answer(GET)
        self.assertEqual(head[0], "HTTP/1.1 200 OK")
        self.assertIn("Content-Type: text/html; charset=utf-8", head)
        self.assertIn(f"Content-Length: {len(body.encode())}", head)
        self.assertTrue(body.startswith("<!DOCTYPE html>"))
        for way in (
            "nc chat.example 8000",
            "twistchat connect chat.example:8000",
            "irc://chat.example:8000",
        ):
            self.assertIn(f"<code>{way}</code>", body)
        self.assertNotIn("tls:", body)
        self.assertNotIn("<script", body)

    def test_where_it_is(self) -> None:
        for address, way in (
            (IPv4Address("TCP", "192.0.2.7", 81), "nc 192.0.2.7 81"),
            (IPv6Address("TCP", "::ffff:192.0.2.7", 81), "nc 192.0.2.7 81"),
            (IPv6Address("TCP", "2001:db8::1", 81), "nc 2001:db8::1 81"),
            (UNIXAddress(b"/run/chat.sock"), "nc -U"),
        ):
            browser = self.connect(speaks_first=True)
            browser.wire.hostAddr = address
            browser.sends(b"GET / HTTP/1.0\r\n\r\n")
            self.turn()
            self.assertIn(way, browser.wire.value().decode())

    def test_however_it_comes(self) -> None:
        whole = self.answer(GET)
        self.assertEqual(self.answer(*(bytes([byte]) for byte in GET[:40]), GET[40:]), whole)
        self.assertEqual(self.answer(GET.replace(b"\r\n", b"\n")), whole)
        self.assertEqual(self.answer(GET.replace(b"GET / ", b"GET http://x/?a=b ")), whole)
        self.assertEqual(self.answer(GET.replace(b"GET / ", b"GET /?a=b ")), whole)
        self.assertEqual(self.answer(GET + GET), whole)

    def test_nothing_is_answered_before_the_request_is_whole(self) -> None:
        browser = self.ask(GET[:-2])
        self.assertEqual(browser.wire.value(), b"")
        self.wait(30)
        self.assertTrue(browser.is_connected)
        self.wait(Limits().name_time)
        self.assertTrue(browser.wire.value().startswith(b"HTTP/1.1 408 "))
        self.assertFalse(browser.is_connected)

    def test_the_end_of_input(self) -> None:
        browser = self.ask(GET[:-2])
        browser.ends_input()
        self.turn()
        self.assertTrue(browser.wire.value().startswith(b"HTTP/1.1 400 "))
        self.assertFalse(browser.is_connected)
        typed = self.ask(b"GET /")
        typed.ends_input()
        self.turn()
        self.assertTrue(typed.wire.value().startswith(b"HTTP/1.1 200 "))

    def test_http_0_9(self) -> None:
        self.assertEqual(self.status(b"GET /\r\n"), "HTTP/1.1 200 OK")

    def test_head(self) -> None:
        whole, page = self.answer(GET)
        self.assertEqual(self.answer(GET.replace(b"GET", b"HEAD")), (whole, ""))
        self.assertTrue(page)

    def test_other_verbs(self) -> None:
        for verb in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"):
            head, _ = self.answer(GET.replace(b"GET", verb.encode()) + b"mallory\nspam\n")
            self.assertEqual(head[0], "HTTP/1.1 405 Method Not Allowed")
            self.assertIn("Allow: GET, HEAD", head)
        connect = b"CONNECT smtp.example:25 HTTP/1.1\r\nHost: x\r\n\r\n"
        self.assertEqual(self.status(connect), "HTTP/1.1 405 Method Not Allowed")

    def test_what_is_not_there(self) -> None:
        for path in (b"/favicon.ico", b"/index.html", b"//", b"/../etc/passwd", b"http://x/y"):
            request = GET.replace(b"GET / ", b"GET " + path + b" ")
            self.assertEqual(self.status(request), "HTTP/1.1 404 Not Found")

    def test_what_is_no_request(self) -> None:
        for line in (
            b"GET", b"GET  / HTTP/1.1", b"GET / HTTP/2.0", b"PRI * HTTP/2.0", b"GET / HTTP/1.1 x",
            b"GET x HTTP/1.1", b"GET \xff HTTP/1.1", b"GET * HTTP/1.1",
        ):  # fmt: skip
            request = line.replace(b"GET", b"GET ", 1) if line == b"GET" else line
            status = self.status(request + b"\r\nHost: x\r\n\r\n")
            self.assertEqual(status, "HTTP/1.1 400 Bad Request", line)

    def test_too_much(self) -> None:
        for request in (
            b"GET /" + b"x" * (LONGEST + 100),
            b"GET / HTTP/1.1\r\nCookie: " + b"x" * (LONGEST + 100),
            b"GET / HTTP/1.1\r\n" + b"X: 12345678\r\n" * (MOST // 11 + 1),
        ):
            self.assertTrue(self.status(request).startswith("HTTP/1.1 431 "))

    def test_what_browsers_send_is_not_slowed(self) -> None:
        cookies = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 400) for number in range(60))
        browser = self.connect(speaks_first=True)
        browser.sends(GET[:-2] + cookies + b"\r\n")
        self.world.clock.advance(0)
        self.world.clock.advance(0)
        self.assertTrue(browser.wire.value().startswith(b"HTTP/1.1 200 OK"))

    def test_a_name_that_is_none_is_not_shown(self) -> None:
        for name in (
            b"<script>alert(1)</script>", b"a b", b"x:99999", b"x:0", b"x:", b"", b"evil\x00",
            b"\xff\xfe", b"x\"onload='y", b"x/y", b"user@x", b"[x]", b"x" * 300, "小红".encode(),
            b"x:\xd9\xa1",
        ):  # fmt: skip
            _, body = self.answer(GET.replace(b"chat.example:8000", name))
            self.assertIn("<code>nc 10.0.0.1 12345</code>", body)
        self.assertIn("nc 10.0.0.1 12345", self.answer(b"GET / HTTP/1.0\r\n\r\n")[1])

    def test_names(self) -> None:
        for name, way in (
            (b"chat.example", "twistchat connect chat.example:12345"),
            (b"192.0.2.1:80", "twistchat connect 192.0.2.1:80"),
            (b"[2001:db8::1]:23", "twistchat connect [2001:db8::1]:23"),
            (b"[2001:db8::1]:23", "nc 2001:db8::1 23"),
            (b" chat_1:23 ", "twistchat connect chat_1:23"),
        ):
            _, body = self.answer(GET.replace(b"chat.example:8000", name))
            self.assertIn(f"<code>{way}</code>", body)

    def test_whom_nobody_lets_in(self) -> None:
        self.world.registry.is_draining = True
        self.assertEqual(self.status(GET), "HTTP/1.1 503 Service Unavailable")

    def test_one_who_has_no_answer_yet_when_the_server_stops(self) -> None:
        browser = self.ask(GET[:-2])
        self.world.registry.say_goodbye("")
        self.turn()
        self.assertTrue(browser.wire.value().startswith(b"HTTP/1.1 503 "))
        self.assertFalse(browser.is_connected)

    def test_how_the_chat_calls_itself(self) -> None:
        self.world.registry.greeting = Greeting("<五班> & {co}")
        _, body = self.answer(GET)
        self.assertIn("<title>&lt;五班&gt; &amp; {co}</title>", body)

    def test_it_is_counted_as_what_it_is(self) -> None:
        browser = self.ask(GET[:-2])
        self.assertEqual([session.wire for session in self.world.registry.sessions], ["http"])
        browser.hangs_up()
        self.assertEqual(self.world.clock.getDelayedCalls(), [])


class PlaceTests(SynchronousTestCase):
    def test_where_tls_is(self) -> None:
        page = unescape(write_page(Place("chat", "2001:db8::1", 8000, is_encrypted=True)))
        for way in (
            "nc 2001:db8::1 8000",
            "twistchat connect tls:[2001:db8::1]:8000",
            "openssl s_client -quiet -connect [2001:db8::1]:8000",
            "ircs://[2001:db8::1]:8000",
        ):
            self.assertIn(f"<code>{way}</code>", page)

    def test_a_unix_socket(self) -> None:
        place = Place("chat", "", 0)
        self.assertIn("nc -U", write_page(place))
        self.assertEqual(place.called("chat.example"), place)
