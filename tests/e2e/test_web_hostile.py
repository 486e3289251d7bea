"""What no browser would send: it is refused, and harms nobody who chats meanwhile."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import ClassVar

from twisted.trial.unittest import SynchronousTestCase

from tests.e2e.houses import Caller, House
from tests.e2e.sockets import BINARY, CLOSE, PING, TEXT, Raw, frame, opened, upgrade

MEGABYTE = 1 << 20
OPTIONS = (
    "--engine",
    "memory:",
    "--limit",
    "handshake=2",
    "--limit",
    "name-time=4",
    "--limit",
    "rate=0",
)


def hello(name: str) -> bytes:
    return frame(TEXT, json.dumps({"type": "hello", "name": name}).encode())


class HostileTests(SynchronousTestCase):
    """Two people chat, and go on chatting whatever is done to the server."""

    house: ClassVar[House]
    folder: ClassVar[str]
    people: ClassVar[list[Caller]]
    said: ClassVar[int] = 0

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = mkdtemp()
        cls.house = House(Path(cls.folder), *OPTIONS)
        cls.people = [Caller(cls.house.port) for _ in range(2)]
        for name, person in zip(("ada", "bob"), cls.people, strict=True):
            person.heard.until("What is your name")
            person.types(name)
            person.heard.until("Here now")

    @classmethod
    def tearDownClass(cls) -> None:
        for person in cls.people:
            person.leave()
        cls.house.stop()
        rmtree(cls.folder)

    def setUp(self) -> None:
        self.port = self.house.port
        self.addCleanup(self._they_chat)

    def _they_chat(self) -> None:
        ada, bob = self.people
        HostileTests.said += 1
        ada.types(f"hello {self.said}")
        bob.heard.until(rf"<ada> hello {self.said}$")
        self.assertNotIn("Traceback", self.house.said.text)

    def test_frames_that_are_none(self) -> None:
        """RFC 6455, section 5: each of these fails the connection."""
        told = []
        for what, data, code in (
            ("a reserved bit", frame(TEXT, b"{}", first=0xC0), 1002),
            ("an unknown opcode", frame(3, b"{}"), 1002),
            ("an unknown control frame", frame(11, b""), 1002),
            ("no mask", frame(TEXT, b"{}", is_masked=False), 1002),
            ("a ping in pieces", frame(PING, b"", first=0), 1002),
            ("a ping that is too long", frame(PING, b"x" * 126), 1002),
            ("the rest of nothing", frame(0, b"{}"), 1002),
            ("a beginning after a beginning", frame(TEXT, b"{", first=0) + frame(TEXT, b"}"), 1002),
            ("half a close code", frame(CLOSE, b"\x03"), 1002),
            ("no close code", frame(CLOSE, b"\x03\xed"), 1002),
            ("no UTF-8", frame(TEXT, b'{"type": "\xff"}'), 1007),
            ("bytes", frame(BINARY, b"{}"), 1003),
        ):
            raw = opened(self.port)
            raw.sends(data)
            told.append((what, code, raw))
        for what, code, raw in told:
            self.assertEqual(raw.close_code(), code, what)
            raw.hangs_up()

    def test_messages_that_are_too_long(self) -> None:
        """What is announced is not waited for, and what comes in pieces is counted together."""
        raw = opened(self.port)
        raw.sends(frame(TEXT, b"{", size=1 << 40))
        raw.sends(b" " * MEGABYTE)
        self.assertEqual(raw.close_code(), 1009)

        raw = opened(self.port)
        raw.sends(frame(TEXT, b"{" * 1000, first=0))
        try:
            for _ in range(1000):
                raw.sends(frame(0, b" " * 1000, first=0))
        except ConnectionError:
            pass
        else:
            self.assertEqual(raw.close_code(), 1009)

    def test_a_line_that_is_too_long(self) -> None:
        """It is answered, and the next one is taken."""
        raw = opened(self.port)
        long = {"type": "hello", "name": "x" * 17_000}
        raw.sends(frame(TEXT, json.dumps(long).encode()))
        (told,) = raw.lines()
        self.assertEqual(told["type"], "error")
        raw.sends(hello("eve"))
        self.assertEqual(raw.lines()[0]["type"], "welcome")
        raw.hangs_up()

    def test_pages_from_elsewhere(self) -> None:
        for origin in ("http://evil.example", "null", f"http://localhost.evil:{self.port}", "x y"):
            with self.subTest(origin):
                raw = Raw(self.port)
                raw.sends(upgrade(self.port, Origin=origin))
                self.assertEqual(raw.status(), 403, origin)
                raw.hangs_up()

    def test_programs_have_no_origin(self) -> None:
        raw = Raw(self.port)
        raw.sends(upgrade(self.port, Origin=""))
        self.assertEqual(raw.status(), 101)
        raw.hangs_up()

    def test_no_upgrade(self) -> None:
        for headers in (
            {"Upgrade": "", "Connection": "close"},
            {"Sec_WebSocket_Version": "8"},
            {"Sec_WebSocket_Key": ""},
        ):
            with self.subTest(str(headers)):
                raw = Raw(self.port)
                raw.sends(upgrade(self.port, **headers))
                self.assertIn(raw.status(), {400, 426}, headers)
                raw.hangs_up()

    def test_half_handshakes(self) -> None:
        """Those who never finish are not waited for, however many they are."""
        request = upgrade(self.port)
        halves = [Raw(self.port) for _ in range(100)]
        for count, raw in enumerate(halves):
            raw.sends(request[: 1 + count % (len(request) - 1)])
        self._they_chat()
        for raw in halves:
            raw.ends()
            raw.hangs_up()

    def test_whoever_comes_drop_by_drop(self) -> None:
        """The time for a handshake is not begun anew by each byte."""
        raw = Raw(self.port)
        raw.socket.settimeout(0.05)
        request = upgrade(self.port, Cookie="x" * 4000)
        sent = 0
        for at in range(200):
            try:
                raw.sends(request[at : at + 1])
                sent = at
                raw.socket.recv(1)
                break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        self.assertLess(sent, 150)
        raw.hangs_up()

    def test_hung_up_in_the_middle(self) -> None:
        whole = upgrade(self.port) + hello("mia")
        for size in range(1, len(whole), 7):
            raw = Raw(self.port)
            raw.sends(whole[:size])
            raw.hangs_up()

    def test_floods(self) -> None:
        """Frames that say nothing are not for free; others chat on while somebody sends them."""
        for flood in (frame(PING, b"x" * 100), frame(TEXT, b""), frame(TEXT, b"", first=0)):
            raw = opened(self.port)
            raw.sends(hello(f"flood{flood[0]}"))
            raw.lines()
            raw.socket.settimeout(0.3)
            follows = frame(0, b"", first=0) if flood[0] == TEXT else flood
            try:
                raw.sends(flood)
                for _ in range(300):
                    raw.sends(follows * 100)
            except (TimeoutError, ConnectionError):
                pass  # it is not read so fast, or not any more
            self._they_chat()
            raw.hangs_up()
        self.assertLess(self.house.memory(), 150 * MEGABYTE)

    def test_requests_that_are_none(self) -> None:
        for data in (
            b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
            b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\nzz\r\n",
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 100_000,
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET /\xff\x00 HTTP/1.1\r\nHost: \x01\r\n\r\n",
        ):
            with self.subTest(str(data[:40])):
                raw = Raw(self.port)
                try:
                    raw.sends(data)
                    status = raw.status()
                except (ConnectionError, EOFError):
                    status = 0
                self.assertTrue(status == 0 or 400 <= status < 600, f"{status} {data[:40]!r}")
                raw.hangs_up()
