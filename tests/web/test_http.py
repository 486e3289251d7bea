"""HTTP with limits: what is asked, how, and for how long, before anything is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from twisted.web import http

from tests.sniff.test_everybody import ANY
from tests.web.browsers import REQUEST, WEB, Browser, frame
from tests.web.kit import Answer, read_answer
from twistchat.core.limits import Limits
from twistchat.frontends.callers import DEBT, LATELY, QUESTIONS, REMEMBERED
from twistchat.frontends.registry import OF_A_BROWSER, SPARE
from twistchat.frontends.web.channel import AT_ONCE, FAREWELL, Channel
from twistchat.frontends.web.socket import WebSocketProtocol
from twistchat.testing import ChatTestCase, FrontEnd, Person

if TYPE_CHECKING:
    from twistchat.testing.people import Wire

GET = b"GET / HTTP/1.1\r\nHost: chat.example:8000\r\nAccept: */*\r\n\r\n"
LONG = 20_000
"""More than a request may have."""


class HTTPTestCase(ChatTestCase):
    front_end: ClassVar[FrontEnd] = FrontEnd(WEB.factory)

    def setUp(self) -> None:
        super().setUp()
        # So that what is compared was not answered in another second.
        self.patch(http, "datetimeToString", lambda: b"Sun, 06 Nov 1994 08:49:37 GMT")

    def ask(self, *pieces: bytes) -> Person:
        asking = self.connect(speaks_first=True)
        for piece in pieces:
            asking.sends(piece)
        self.turn()
        return asking

    def answer(self, *pieces: bytes) -> Answer:
        """What is answered, if that is the end."""
        asking = self.ask(*pieces)
        answer = read_answer(asking.wire.value())
        self.assertFalse(asking.is_connected)
        self.assertNotIn("server", answer.headers)
        self.assertNotIn("set-cookie", answer.headers)
        self.assertEqual(answer.headers["connection"], "close")
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        return answer

    def status(self, *pieces: bytes) -> int:
        answer = self.answer(*pieces)
        self.assertEqual(answer.headers["content-length"], str(len(answer.body)))
        return answer.status

    def statuses(self, asking: Person) -> list[int]:
        """What was answered to several requests: their numbers."""
        value: bytes = asking.wire.value()
        return [int(head[:3]) for head in value.split(b"HTTP/1.1 ")[1:]]


class RequestTests(HTTPTestCase):
    def test_the_page(self) -> None:
        asking = self.ask(GET)
        answer = read_answer(asking.wire.value())
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["content-type"], "text/html; charset=utf-8")
        self.assertNotIn("server", answer.headers)
        self.assertTrue(asking.is_connected)

    def test_however_it_comes(self) -> None:
        whole = self.ask(GET).wire.value()
        for pieces in (
            [bytes([byte]) for byte in GET],
            [GET.replace(b"\r\n", b"\n")],
            [b"\r\n" + GET],
            [GET.replace(b"GET / ", b"GET http://chat.example:8000/ ")],
            [GET.replace(b"GET / ", b"GET HTTP://chat.example:8000 ")],
            [GET.replace(b"GET / ", b"GET /?a=b ")],
        ):
            self.assertEqual(self.ask(*pieces).wire.value(), whole)

    def test_one_after_the_other_and_together(self) -> None:
        asking = self.ask(GET)
        one = asking.wire.value()
        asking.sends(GET)
        self.assertEqual(asking.wire.value(), one + one)
        self.assertEqual(self.ask(GET + GET + GET).wire.value(), one * 3)

    def test_who_asks_for_more_at_once_than_browsers_do(self) -> None:
        asking = self.ask(GET * (AT_ONCE * 10))
        self.assertEqual(self.statuses(asking), [200] * AT_ONCE)
        self.assertFalse(asking.is_connected)

    def test_http_1_0(self) -> None:
        asking = self.ask(b"GET / HTTP/1.0\n\n")
        self.assertTrue(asking.wire.value().startswith(b"HTTP/1.0 200 OK\r\n"))
        self.assertFalse(asking.is_connected)

    def test_who_wishes_no_more(self) -> None:
        self.assertEqual(self.status(GET[:-2] + b"Connection: close\r\n\r\n"), 200)

    def test_head(self) -> None:
        whole = read_answer(self.ask(GET).wire.value())
        answer = read_answer(self.ask(GET.replace(b"GET", b"HEAD")).wire.value())
        self.assertEqual((answer.status, answer.headers, answer.body), (200, whole.headers, b""))
        for path in (b"/nowhere", b"/socket"):
            asking = self.ask(b"HEAD " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertTrue(asking.wire.value().endswith(b"\r\n\r\n"))

    def test_what_is_not_there(self) -> None:
        for path in (b"/index.html", b"//", b"/../etc/passwd", b"http://x/y", b"/%2e%2e/%00"):
            asking = self.ask(GET.replace(b"GET / ", b"GET " + path + b" "))
            self.assertEqual(self.statuses(asking), [404], path)

    def test_what_is_no_request(self) -> None:
        for line in (
            b"GET /", b"GET  / HTTP/1.1", b"GET / HTTP/2.0", b"PRI * HTTP/2.0", b"GET / HTTP/1.1 x",
            b"GET x HTTP/1.1", b"GET \xff HTTP/1.1", b"GET * HTTP/1.1", b"hello",
            b"GET /\r HTTP/1.1",
            b"G@T / HTTP/1.1", b"GET / HTTP/1.1\r\nno header", b"GET / HTTP/1.1\r\na b: c",
            b"GET / HTTP/1.1\r\n: c", b"GET / HTTP/1.1\r\na: \x00", b"GET / HTTP/1.1\r\na: b\rc",
        ):  # fmt: skip
            self.assertEqual(self.status(line + b"\r\nHost: x\r\n\r\n"), 400, line)

    def test_what_is_sent_here(self) -> None:
        for verb in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"):
            answer = self.answer(GET.replace(b"GET", verb.encode()) + b"mallory\nspam\n")
            self.assertEqual(answer.status, 405)
            self.assertEqual(answer.headers["allow"], "GET, HEAD")
        connect = b"CONNECT smtp.example:25 HTTP/1.1\r\nHost: x\r\n\r\n"
        self.assertEqual(self.status(connect), 405)
        for more in (b"Content-Length: 1000000000", b"Transfer-Encoding: chunked"):
            for method, status in ((b"POST", 405), (b"GET", 413)):
                request = GET.replace(b"GET", method)[:-2] + more + b"\r\n\r\n"
                self.assertEqual(self.status(request), status)
                self.assertEqual(self.status(request + b"x" * 5_000 + GET), status)

    def test_who_waits_to_be_asked_for_it(self) -> None:
        request = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
        self.assertEqual(self.status(request), 405)

    def test_lengths_that_do_not_agree(self) -> None:
        for more in (
            b"Content-Length: 0\r\nContent-Length: 5", b"Content-Length: -1",
            b"Content-Length: 5, 5", b"Transfer-Encoding: chunked\r\nContent-Length: 5",
            b"Transfer-Encoding: gzip",
        ):  # fmt: skip
            self.assertEqual(self.status(GET[:-2] + more + b"\r\n\r\n"), 400, more)

    def test_too_much(self) -> None:
        for request, status in (
            (b"GET /" + b"x" * LONG, 431),
            (b"GET / HTTP/1.1\r\nCookie: " + b"x" * LONG, 431),
            (b"GET / HTTP/1.1\r\n" + b"X: 12345678\r\n" * 2_000, 400),
            (b"GET / HTTP/1.1\r\n" + b"X:1\r\n" * (Channel.maxHeaders + 2), 400),
        ):
            self.assertEqual(self.status(request), status)

    def test_what_browsers_send_is_not_too_much(self) -> None:
        cookies = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 200) for number in range(60))
        self.assertEqual(self.statuses(self.ask(GET[:-2] + cookies + b"\r\n")), [200])

    def test_bytes_that_are_no_text(self) -> None:
        """Whatever stands in a header: nobody's fault is ours."""
        for name in (b"Host", b"Accept-Encoding", b"If-None-Match", b"Cookie", b"Origin",
                     b"X-Forwarded-For", b"X-Forwarded-Proto", b"Forwarded"):  # fmt: skip
            page = self.ask(b"GET / HTTP/1.1\r\n" + name + b": \xff\r\n\r\n")
            self.assertEqual(self.statuses(page), [200], name)
            socket = REQUEST[:-2] + name + b": \xff\r\n\r\n"
            if name in (b"Host", b"Origin"):
                socket = b"\r\n".join(
                    line for line in REQUEST.split(b"\r\n") if not line.startswith(name)
                ).replace(b"Upgrade: websocket", name + b": \xff\r\nUpgrade: websocket")
            (status,) = self.statuses(self.ask(socket))
            self.assertEqual(status, 403 if name in (b"Host", b"Origin") else 101, name)
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_it_says_nothing_in_the_log(self) -> None:
        for request in (GET, b"junk\r\n\r\n", GET.replace(b"GET", b"POST"), b"GET /" + b"x" * LONG):
            self.ask(request)
        self.ask(GET[:-2])
        self.wait(100)
        self.assertEqual(self.flushLoggedErrors(), [])


class TimeTests(HTTPTestCase):
    def test_a_request_that_never_ends(self) -> None:
        asking = self.ask(GET[:-2])
        self.wait(self.limits.handshake - 1)
        self.assertEqual((asking.wire.value(), asking.is_connected), (b"", True))
        self.wait(1)
        self.assertEqual(self.statuses(asking), [408])
        self.assertFalse(asking.is_connected)

    def test_a_byte_now_and_then_gains_nothing(self) -> None:
        asking = self.ask(GET[:10])
        for byte in GET[10:28]:
            self.wait(0.5)
            asking.sends(bytes([byte]))
        self.wait(2)
        self.assertEqual(self.statuses(asking), [408])

    def test_who_asks_nothing(self) -> None:
        asking = self.ask()
        self.wait(self.limits.handshake)
        self.assertEqual((asking.wire.value(), asking.is_connected), (b"", False))

    def test_who_asks_nothing_more(self) -> None:
        asking = self.ask(GET)
        asking.wire.clear()
        self.wait(self.limits.handshake - 1)
        self.assertTrue(asking.is_connected)
        asking.sends(GET)
        self.assertEqual(self.statuses(asking), [200])
        asking.wire.clear()
        self.wait(self.limits.handshake - 1)
        self.assertTrue(asking.is_connected)
        self.wait(1)
        self.assertEqual((asking.wire.value(), asking.is_connected), (b"", False))

    def test_who_does_not_take_the_answer(self) -> None:
        asking = self.connect(speaks_first=True)
        asking.wire.stall()
        asking.notice_closing = lambda: None  # type: ignore[method-assign]  # it is not sent
        asking.sends(GET)
        self.wait(self.limits.handshake + 1)
        self.assertFalse(asking.wire.is_aborted)
        self.wait(FAREWELL)
        self.assertTrue(asking.wire.is_aborted)

    def test_nothing_is_left_behind(self) -> None:
        before = len(self.world.clock.getDelayedCalls())
        for request in (b"", GET[:20], GET, b"junk\r\n"):
            asking = self.ask(request)
            asking.hangs_up()
        self.assertEqual(len(self.world.clock.getDelayedCalls()), before)

    def test_the_end_of_input(self) -> None:
        for front_end in (self.front_end, ANY):
            for request, answered in ((GET, [200]), (GET[:-2], [400])):
                browser = self.world.connect(front_end, speaks_first=True)
                browser.sends(request)
                browser.ends_input()
                self.turn()
                self.assertEqual(self.statuses(browser), answered)
                self.assertFalse(browser.is_connected)


class PaceTests(HTTPTestCase):
    limits = Limits(burst=20, rate=2)

    def test_who_asks_too_fast_is_answered_at_a_pace(self) -> None:
        asking = self.ask(GET * 12)
        self.assertEqual(len(self.statuses(asking)), 12)
        asking.sends(GET * 12)
        self.assertEqual(len(self.statuses(asking)), 20)  # to come counts as one
        asking.sends(GET)
        self.assertEqual(asking.wire.producerState, "paused")
        self.wait(0.5)
        self.assertEqual(len(self.statuses(asking)), 21)
        self.assertEqual(asking.wire.producerState, "paused")
        self.wait(2)
        self.assertEqual(self.statuses(asking), [200] * 25)
        self.wait(10)
        self.assertFalse(asking.is_connected)

    def test_who_ends_meanwhile_is_answered(self) -> None:
        asking = self.ask(GET * 12)
        asking.sends(GET * 12)
        asking.ends_input()
        self.assertTrue(asking.is_connected)
        self.wait(3)
        self.assertEqual(self.statuses(asking), [200] * 24)
        self.assertFalse(asking.is_connected)

    def test_who_is_gone_meanwhile(self) -> None:
        before = len(self.world.clock.getDelayedCalls())
        asking = self.ask(GET * 12)
        asking.sends(GET * 12)
        asking.vanishes()
        self.assertEqual(len(self.world.clock.getDelayedCalls()), before)


class ManyReadersTests(HTTPTestCase):
    limits = Limits(connects_private=6)

    def test_one_address_reads_at_a_pace(self) -> None:
        """However many connections it takes for that: each counts, and so does what it asks."""
        most = 6 * QUESTIONS
        for _ in range(most // 2):
            self.assertEqual(self.statuses(self.ask(GET)), [200])
        late = self.ask(GET)
        self.assertEqual(self.statuses(late), [])
        self.wait(1)
        self.assertEqual(self.statuses(late), [200])
        late.hangs_up()
        self.wait(60)
        self.assertEqual(self.statuses(self.ask(GET * 3)), [200] * 3)

    def test_it_pays_for_that_only_for_a_while(self) -> None:
        for _ in range(1_000):
            self.ask(GET).hangs_up()
        self.assertEqual(self.statuses(self.ask(GET)), [])
        self.wait(DEBT + 1)
        self.assertEqual(self.statuses(self.ask(GET)), [200])


class FullTests(HTTPTestCase):
    """Answers that are not taken."""

    def test_nothing_more_is_answered(self) -> None:
        asking = self.connect(speaks_first=True)
        asking.wire.stall()
        asking.sends(GET * 5)
        self.assertEqual(len(self.statuses(asking)), 1)
        self.assertEqual(asking.wire.producerState, "paused")
        asking.sends(GET)
        self.assertEqual(len(self.statuses(asking)), 1)
        asking.wire.flow()
        self.assertEqual(self.statuses(asking), [200] * 6)
        self.assertEqual(asking.wire.producerState, "producing")

    def test_who_has_ended(self) -> None:
        asking = self.connect(speaks_first=True)
        asking.wire.stall()
        asking.sends(GET * 5)
        asking.ends_input()
        self.assertTrue(asking.is_connected)
        asking.wire.flow()
        self.turn()
        self.assertEqual(self.statuses(asking), [200] * 5)
        self.assertFalse(asking.is_connected)


class HowManyTests(HTTPTestCase):
    limits = Limits(per_private_address=2, clients=50)

    def test_from_one_address(self) -> None:
        there = [self.ask(GET[:-2]) for _ in range(2 * OF_A_BROWSER)]
        other = self.ask(GET)
        self.assertEqual(self.statuses(other), [503])
        self.assertFalse(other.is_connected)
        there.pop().hangs_up()
        self.assertEqual(self.statuses(self.ask(GET)), [200])

    def test_who_was_counted_as_a_reader_is_counted_as_somebody_who_talks(self) -> None:
        for _ in range(2 * OF_A_BROWSER + 2):
            self.world.connect(WEB).hangs_up()
        self.assertEqual(len(self.world.registry.sessions), 0)
        self.assertEqual(self.statuses(self.ask(GET)), [200])


class HowManyInAllTests(HTTPTestCase):
    limits = Limits(clients=SPARE + 8)

    def test_in_all(self) -> None:
        for _ in range(SPARE + 8):
            self.assertEqual(self.ask(GET[:-2]).wire.value(), b"")
        self.assertEqual(self.statuses(self.ask(GET)), [503])

    def test_where_the_chat_is_full(self) -> None:
        for number in range(SPARE + 8):
            self.world.people(f"p{number}")
        self.assertEqual(self.statuses(self.ask(GET)), [200])
        browser = self.world.connect(WEB)
        assert isinstance(browser, Browser)
        self.assertEqual([told["code"] for told in browser.hears()], ["full"])
        self.assertEqual((browser.code, browser.is_connected), (1013, False))


class EndTests(HTTPTestCase):
    def test_who_has_no_answer_yet_when_the_server_stops(self) -> None:
        half, idle = self.ask(GET[:-2]), self.ask(GET)
        idle.wire.clear()
        self.world.registry.say_goodbye("")
        self.turn()
        self.assertEqual(self.statuses(half), [503])
        self.assertEqual(idle.wire.value(), b"")
        self.assertEqual((half.is_connected, idle.is_connected), (False, False))
        self.assertEqual(self.statuses(self.ask(GET)), [503])

    def test_where_nobody_is_let_in_the_page_is_shown_all_the_same(self) -> None:
        self.world.registry.is_draining = True
        self.assertEqual(self.statuses(self.ask(GET)), [200])

    def test_who_reads_is_not_there(self) -> None:
        self.ask(GET)
        self.assertEqual(self.world.registry.sessions, [])


class ReadersTests(HTTPTestCase):
    def test_from_where_a_page_was_asked_for(self) -> None:
        readers = self.world.registry.readers
        self.assertFalse(readers.has("192.168.1.1"))
        self.ask(GET)
        self.assertTrue(readers.has("192.168.1.1"))
        self.assertFalse(readers.has("192.168.1.2"))
        self.wait(LATELY)
        self.assertFalse(readers.has("192.168.1.1"))

    def test_not_all_are_remembered(self) -> None:
        readers = self.world.registry.readers
        for number in range(REMEMBERED + 1):
            readers.note(str(number))
        self.assertFalse(readers.has("0"))
        self.assertTrue(readers.has("1"))


class TakenOverTests(HTTPTestCase):
    front_end: ClassVar[FrontEnd] = WEB

    def test_behind_other_requests(self) -> None:
        for front_end in (FrontEnd(WEB.factory), ANY):
            asking = self.world.connect(front_end, speaks_first=True)
            asking.sends(GET)
            asking.wire.clear()
            asking.sends(GET + REQUEST + frame(b'{"type":"hello","name":"ada"}'))
            self.turn()
            value = asking.wire.value()
            self.assertIn(b"HTTP/1.1 101 Switching Protocols\r\n", value)
            self.assertIn(b'"type":"welcome","name":"ada"', value)
            asking.sends(frame(b"", 0x88))
            self.turn()
            self.assertFalse(asking.is_connected)

    def test_nothing_of_http_is_kept(self) -> None:
        import gc

        browser = self.connect()
        wire: Wire = browser.wire
        self.assertIsInstance(wire.protocol, WebSocketProtocol)
        gc.collect()
        channels = [each for each in gc.get_objects() if isinstance(each, Channel)]
        self.assertEqual(channels, [])
