"""A WebSocket from its beginning to its end (RFC 6455); the cases of Autobahn, 1 to 7.

The numbers of that test suite stand beside the tests that say the same.
"""

from __future__ import annotations

import tracemalloc
from typing import ClassVar

from tests.json.kit import LOBBY
from tests.web.browsers import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    Browser,
    BrowserTestCase,
    close,
    frame,
)
from twistchat.core.events import Cause
from twistchat.core.limits import NONE, Limits
from twistchat.frontends.jsonlines.codec import longest_line
from twistchat.frontends.web.socket import LINES, PARTING

SAY = b'{"type":"say","room":"#lobby","text":"%s"}'
PING_LINE = b'{"type":"ping","id":1}'
FIN = 0x80
MORE, FIRST, LAST = 0x00, 0x01, 0x80
"""Fragments: one in the middle, the first of a text, the last."""


def say(text: str) -> bytes:
    return SAY % text.encode()


class FrameTestCase(BrowserTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.ada, self.bob = self.browsers("ada", "bob")

    def sends(self, *data: bytes) -> Browser:
        """Let ada send these packets, and everything happen."""
        for packet in data:
            self.ada.sends_bytes(packet)
        self.turn()
        return self.ada

    def assert_said(self, *texts: str) -> None:
        self.turn()
        self.assertEqual(self.bob.sees(), [f"<ada> {text}" for text in texts])

    def assert_failed(self, code: int, *data: bytes) -> None:
        """Whoever sends this is told why and closed, said nothing, and their name is kept."""
        (carl,) = self.browsers(f"carl{len(self.world.clock.getDelayedCalls())}{code}x")
        self.bob.sees()
        carl.is_mute = True
        for packet in data:
            carl.sends_bytes(packet)
        self.turn()
        carl.hears()
        self.assertEqual(carl.code, code, data)
        self.assertEqual(carl.frames[-1].first, CLOSE)
        self.assertTrue(carl.is_connected)
        carl.sends_bytes(frame(say("late")) * 100)
        self.wait(PARTING)
        self.assertFalse(carl.is_connected)
        (gone,) = self.bob.sees()
        self.assertTrue(gone.endswith("left (connection lost)."), gone)


class MessageTests(FrameTestCase):
    """Cases 1, 5 and 6: what is said, in however many pieces."""

    def test_a_line_with_its_end_or_without(self) -> None:
        for data in (say("x"), say("x") + b"\n", say("x") + b"\r\n", say("x") + b"\r"):
            self.sends(frame(data))
            self.assert_said("x")

    def test_several_lines_in_a_message(self) -> None:
        self.sends(frame(b"\n".join((say("1"), b"", say("2"), say("3"))) + b"\n\n"))
        self.assert_said("1", "2", "3")

    def test_of_every_length(self) -> None:
        """1.1: lengths of one, two and eight bytes, and where they change."""
        for size in (125, 126, 127, 128, 200, 5_000, 16_000):
            text = "x" * (size - len(say("")))
            self.sends(frame(say(text)))
            self.assert_said(text)

    def test_a_message_of_more_than_64_kib(self) -> None:
        """1.1.8: a length of eight bytes."""
        lines = [say(f"{number} " + "x" * 15_000) for number in range(5)]
        data = frame(b"\n".join(lines))
        self.assertEqual(data[1] & 0x7F, 127)
        self.sends(data)
        self.wait(60)
        self.assertEqual(len([line for line in self.bob.sees() if line.startswith("<ada>")]), 5)

    def test_cut_at_every_byte(self) -> None:
        whole = frame(say("你好")) + frame(b"p", PING) + frame(b"", CLOSE)
        for at in range(1, len(whole) - 8):
            self.sends(whole[:at], whole[at : -len(frame(b"", CLOSE))])
            self.assert_said("你好")
            self.wait(20)

    def test_in_fragments(self) -> None:
        """5.3 to 5.8: with pings between them, and an empty one at either end."""
        data = say("你好")
        for at in range(len(data) + 1):
            self.sends(frame(data[:at], FIRST) + frame(b"p", PING) + frame(data[at:], LAST))
            self.assert_said("你好")
            self.assertEqual(self.ada.frames[-2:][0].first, PONG)
            self.wait(20)
        self.sends(
            frame(b"", FIRST), frame(data[:5], MORE), frame(b"", MORE), frame(data[5:], MORE),
            frame(b"", LAST),
        )  # fmt: skip
        self.assert_said("你好")

    def test_nothing(self) -> None:
        """1.1.1, 6.1: messages in which there is nothing."""
        self.sends(frame(b""), frame(b"\n"), frame(b"", FIRST) + frame(b"", LAST))
        self.assertEqual(self.ada.hears(), [])
        self.sends(frame(say("still here")))
        self.assert_said("still here")

    def test_text_of_all_kinds(self) -> None:
        """6.2, 6.5 to 6.22: whatever is UTF-8, also cut within a character."""
        text = "κόσμε Hello-µ@ßöäüàá-UTF-8!! 😀 \U0010ffff \ufffd \u2028"
        data = say(text)
        for at in range(38, len(data), 7):
            self.sends(frame(data[:at], FIRST) + frame(data[at:], LAST))
            (told,) = self.bob.hears()
            self.assertEqual(told["who"], "ada")
            self.wait(20)

    def test_a_line_that_is_too_long(self) -> None:
        long = say("x" * longest_line(self.limits.line))
        self.sends(frame(b"\n".join((say("1"), long, say("2")))))
        codes = [told["code"] for told in self.ada.hears() if "code" in told]
        self.assertEqual(codes, ["too-long"])
        self.wait(60)
        self.assertEqual(
            [line for line in self.bob.sees() if "<ada>" in line], ["<ada> 1", "<ada> 2"]
        )

    def test_lines_are_counted(self) -> None:
        before = self.world.parts.counts.heard["web"].lines
        self.sends(frame(b"\n".join([PING_LINE] * 5)), frame(PING_LINE))
        self.assertEqual(self.world.parts.counts.heard["web"].lines, before + 6)


class WrongTests(FrameTestCase):
    """Cases 2 to 7: what no browser sends."""

    def test_binary(self) -> None:
        """1.2: bytes are no JSON."""
        self.assert_failed(1003, frame(b"hello", BINARY))
        self.assert_failed(1003, frame(b"", BINARY))

    def test_reserved_bits(self) -> None:
        """Cases 3."""
        for bits in (0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70):
            self.assert_failed(1002, frame(say("x"), TEXT | bits))
        self.assert_failed(1002, frame(b"", PING | 0x40))
        self.assert_failed(1002, frame(b"", CLOSE | 0x10))

    def test_reserved_opcodes(self) -> None:
        """Cases 4."""
        for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
            self.assert_failed(1002, frame(b"", FIN | code))
            self.assert_failed(1002, frame(say("x"), FIN | code))

    def test_without_a_mask(self) -> None:
        self.assert_failed(1002, frame(say("x"), key=None))
        self.assert_failed(1002, frame(b"", PING, key=None))

    def test_control_frames_that_are_too_long(self) -> None:
        """2.5, 7.3.6."""
        for first in (PING, PONG, CLOSE):
            self.assert_failed(1002, frame(b"\x03\xe8" + b"x" * 124, first))

    def test_control_frames_in_pieces(self) -> None:
        """5.1, 5.2."""
        for first in (PING, PONG, CLOSE):
            self.assert_failed(1002, frame(b"", first & 0x0F) + frame(b"", LAST))

    def test_what_begins_in_the_middle(self) -> None:
        """5.9 to 5.18."""
        self.assert_failed(1002, frame(b"x", LAST))
        self.assert_failed(1002, frame(b"x", MORE))
        self.assert_failed(1002, frame(b"x", FIRST) + frame(say("x"), TEXT))
        self.assert_failed(1002, frame(b"x", FIRST) + frame(say("x"), FIRST))
        self.assert_failed(1002, frame(PING_LINE, FIRST) + frame(b"", LAST) + frame(b"", LAST))

    def test_text_that_is_none(self) -> None:
        """6.3, 6.4, 6.6 to 6.21: as soon as it is known."""
        for bad in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xce\xba\xe1"):
            self.assert_failed(1007, frame(SAY % bad))
            self.assert_failed(1007, frame(SAY % bad, FIRST), frame(b"", LAST))
        self.assert_failed(1007, frame(b"\xff" * 10, FIRST))
        self.assert_failed(
            1007, frame(b"x" * 100_000)[:-50_000].replace(b"x", b"x") and frame(b"\xce")
        )

    def test_lengths_that_could_be_shorter(self) -> None:
        for length in (b"\xfe\x00\x05", b"\xff" + (5).to_bytes(8), b"\xff" + (1 << 63).to_bytes(8)):
            self.assert_failed(1002, b"\x81" + length + b"\0\0\0\0hello")

    def test_goodbyes_that_are_none(self) -> None:
        """7.3.2, 7.5.1, 7.9."""
        self.assert_failed(1002, frame(b"\x03", CLOSE))
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535):
            self.assert_failed(1002, close(code))
        self.assert_failed(1007, close(1000, b"\xce\xba\xe1"))

    def test_what_is_behind_is_not_read(self) -> None:
        self.sends(frame(say("before")) + frame(b"x", LAST) + frame(say("behind")))
        self.assertEqual(self.bob.sees()[0], "<ada> before")
        self.assertNotIn("<ada> behind", self.bob.sees())


class SizeTests(FrameTestCase):
    limits: ClassVar[Limits] = Limits(rate=NONE)

    @property
    def most(self) -> int:
        return LINES * longest_line(self.limits.line)

    def test_a_message_that_is_too_long(self) -> None:
        data = b"x" * (self.most + 1)
        self.assert_failed(1009, frame(data))
        self.assert_failed(1009, frame(data[:-5], FIRST) + frame(data[-5:], LAST))

    def test_it_is_known_before_it_is_there(self) -> None:
        head = frame(b"")[:1] + b"\xff" + (50_000_000).to_bytes(8) + b"\0\0\0\0"
        self.assert_failed(1009, head + b"x" * (self.most + 1))

    def test_no_more_than_that_is_kept(self) -> None:
        head = b"\x81\xff" + (50_000_000).to_bytes(8) + b"\0\0\0\0"
        self.sends(head)
        for _ in range(self.most // 8192):
            self.sends(b"x" * 8192)
        protocol = self.ada.protocol
        self.assertLessEqual(len(protocol._message), self.most)  # type: ignore[attr-defined]

    def test_nothing_is_kept_when_nobody_listens(self) -> None:
        self.ada.is_mute = True
        self.ada.asks("quit")
        self.turn()
        self.sends(b"\x81\xff" + (50_000_000).to_bytes(8) + b"\0\0\0\0", b"x" * 100_000)
        self.assertIsNone(self.ada.protocol._message)  # type: ignore[attr-defined]

    def test_what_waits_takes_no_more_than_the_message(self) -> None:
        data = frame(b"\n".join([b"xx"] * (self.most // 3)))
        self.ada.sends_bytes(data[:100])
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        for at in range(100, len(data), 8192):
            self.ada.sends_bytes(data[at : at + 8192])
        self.assertTrue(self.ada.protocol.paused)  # type: ignore[attr-defined]
        self.assertLess(tracemalloc.get_traced_memory()[0], 2 * self.most)

    def test_a_line_as_long_as_a_message(self) -> None:
        """However it ends."""
        line = b'{"type":"ping"' + b" " * (self.most - 100) + b"}"
        for end in (b"", b"\r\r\n", b"\r\n\r"):
            self.sends(frame(line + end + b"\n" + say("x")))
            self.assertEqual(self.ada.hears()[0]["code"], "too-long", end)
            self.assert_said("x")

    def test_one_that_is_just_right(self) -> None:
        line = say("x" * 16_000)
        data = b"\n".join([line] * (self.most // (len(line) + 1)))
        self.sends(frame(data))
        self.assertIsNone(self.ada.code)
        self.assertEqual(len(self.bob.sees()), data.count(b"\n") + 1)


class PingTests(FrameTestCase):
    def test_a_ping_is_answered(self) -> None:
        """2.1 to 2.4."""
        for payload in (b"", b"hello", b"\x00\xff\xfe\xfd", b"x" * 125):
            self.ada.frames.clear()
            self.sends(frame(payload, PING))
            self.ada.hears()
            self.assertEqual(self.ada.frames, [(PONG, payload)])

    def test_one_by_one(self) -> None:
        """2.6: byte by byte."""
        self.sends(*(bytes([byte]) for byte in frame(b"x" * 125, PING)))
        self.assertEqual(self.ada.hears(), [])
        self.assertEqual(self.ada.frames[-1], (PONG, b"x" * 125))

    def test_many_at_once_are_answered_by_one(self) -> None:
        """2.10, as section 5.5.3 of the RFC allows."""
        self.ada.frames.clear()
        self.sends(b"".join(frame(b"%d" % number, PING) for number in range(10)))
        self.ada.hears()
        self.assertEqual(self.ada.frames, [(PONG, b"9")])

    def test_pongs_that_nobody_asked_for(self) -> None:
        """2.7 to 2.9."""
        self.ada.frames.clear()
        self.sends(frame(b"", PONG), frame(b"hello", PONG), frame(b"x", PING))
        self.ada.hears()
        self.assertEqual(self.ada.frames, [(PONG, b"x")])

    def test_who_is_there_is_asked_and_stays(self) -> None:
        self.wait(self.limits.ping + 1)
        self.ada.hears()
        self.assertEqual([each.first for each in self.ada.frames].count(PING), 1)
        self.wait(600)
        self.assertTrue(self.ada.is_connected)

    def test_who_does_not_answer_is_gone(self) -> None:
        self.ada.is_mute = True
        self.wait(self.limits.pong + PARTING)
        self.assertFalse(self.ada.is_connected)
        self.assertEqual(self.bob.sees(), ["-- ada left (timed out)."])


class FloodTests(FrameTestCase):
    """What makes no lines costs what lines cost."""

    limits: ClassVar[Limits] = Limits(burst=20, rate=5.0)

    def answered(self, flood: bytes, count: int) -> float:
        """How many seconds go by before what is said behind a flood is heard."""
        began = self.world.clock.seconds()
        self.sends(flood * count + frame(say("behind")))
        while "<ada> behind" not in self.bob.sees():
            self.wait(1)
            self.assertLess(self.world.clock.seconds(), began + 1_000)
        return self.world.clock.seconds() - began

    def test_floods(self) -> None:
        for flood in (
            frame(b"", PING), frame(b"x" * 20, PONG), frame(b""), frame(b"\n"),
            frame(b"", FIRST) + frame(b"", LAST), frame(PING_LINE),
        ):  # fmt: skip
            self.assertGreater(self.answered(flood, 100), 10)
            self.wait(60)

    def test_pieces_without_an_end(self) -> None:
        began = self.world.clock.seconds()
        self.sends(frame(b"", FIRST) + frame(b"", MORE) * 100 + frame(say("x"), LAST))
        while not self.bob.sees():
            self.wait(1)
        self.assertGreater(self.world.clock.seconds() - began, 10)

    def test_what_waits_is_not_unframed(self) -> None:
        self.sends(frame(PING_LINE) * 1_000 + frame(b"p", PING))
        self.assertEqual([each for each in self.ada.frames if each.first == PONG], [])
        self.assertEqual(self.ada.wire.producerState, "paused")


class TurnTests(FrameTestCase):
    limits: ClassVar[Limits] = Limits(rate=NONE, turn=10)

    def test_others_have_their_turn(self) -> None:
        self.ada.sends_bytes(frame(b"", PING) * 100 + frame(b"\n".join([PING_LINE] * 50)))
        protocol = self.ada.protocol
        self.assertTrue(protocol.paused)  # type: ignore[attr-defined]
        self.turn()
        self.assertEqual(len(self.ada.hears()), 50)


class GoodbyeTests(FrameTestCase):
    """Case 7, and what it means in a chat."""

    def test_who_leaves(self) -> None:
        """7.1, 7.3.1, 7.3.3: whatever was said before is told."""
        for number, (goodbye, code) in enumerate(
            ((close(1000), 1000), (close(None), 1000), (close(1000, b"bye" * 41), 1000))
        ):
            (carl,) = self.browsers(f"carl{number}")
            self.bob.sees()
            carl.sends_bytes(frame(say("bye")) + goodbye + frame(say("nobody hears")))
            self.turn()
            self.assertEqual(carl.hears()[-1]["type"], "goodbye")
            self.assertEqual((carl.code, carl.is_connected), (code, False))
            self.assertEqual(self.bob.sees()[1:], [f"-- carl{number} left."])

    def test_whose_page_is_gone_may_come_back(self) -> None:
        for code in (1001, 1002, 1003, 1007, 1011, 3000, 4999):
            (carl,) = self.browsers("carl")
            self.bob.sees()
            carl.asks("token")
            self.turn()
            token = next(told["token"] for told in carl.hears() if "token" in told)
            carl.says_goodbye(code)
            self.turn()
            self.assertEqual((carl.code, carl.is_connected), (code, False))
            self.assertEqual(self.bob.sees(), ["-- carl left (connection lost)."])
            back = self.connect()
            assert isinstance(back, Browser)
            back.asks("hello", name="carl", token=token)
            self.turn()
            self.assertIn("welcome", [told["type"] for told in back.hears()])
            back.hangs_up()
            self.turn()
            self.bob.sees()

    def test_who_vanishes(self) -> None:
        self.ada.vanishes()
        self.turn()
        self.assertEqual(self.bob.sees(), ["-- ada left (connection lost)."])

    def test_who_ends_without_a_word(self) -> None:
        """As a browser that was killed: the system ends its connection properly."""
        self.ada.sends_bytes(frame(say("1")))
        self.ada.protocol.readConnectionLost()  # type: ignore[attr-defined]
        self.turn()
        self.assertFalse(self.ada.is_connected)
        self.assertEqual(self.bob.sees(), ["<ada> 1", "-- ada left (connection lost)."])

    def test_what_waits_is_said_before_that(self) -> None:
        self.ada.sends_bytes(b"".join(frame(say(f"{number}")) for number in range(60)))
        self.ada.protocol.readConnectionLost()  # type: ignore[attr-defined]
        self.wait(60)
        self.assertEqual(self.bob.sees()[-2:], ["<ada> 59", "-- ada left (connection lost)."])

    def test_who_waits_for_no_answer(self) -> None:
        """7.1: the goodbye and the end of the connection in one packet."""
        self.ada.sends_bytes(frame(say("bye")) + close())
        self.ada.protocol.readConnectionLost()  # type: ignore[attr-defined]
        self.turn()
        self.assertEqual(self.bob.sees(), ["<ada> bye", "-- ada left."])

    def test_how_we_say_it(self) -> None:
        self.ada.asks("quit", words="so long")
        self.turn()
        self.assertEqual(self.ada.hears()[-1]["type"], "goodbye")
        self.assertEqual((self.ada.code, self.ada.is_connected), (1000, False))
        self.assertEqual(self.bob.sees(), ["-- ada left: so long"])

    def test_it_is_closed_when_it_was_answered_or_after_a_moment(self) -> None:
        self.ada.is_mute = True
        self.ada.asks("quit")
        self.turn()
        self.ada.hears()
        self.assertEqual((self.ada.code, self.ada.wire.disconnecting), (1000, False))
        self.wait(PARTING)
        self.assertFalse(self.ada.is_connected)

    def test_the_server_stops(self) -> None:
        door = self.connect()
        assert isinstance(door, Browser)
        self.world.registry.say_goodbye("for a while")
        self.turn()
        for browser in (self.ada, door):
            self.assertEqual((browser.code, browser.is_connected), (1001, False))

    def test_who_is_put_out(self) -> None:
        for cause, code in (
            (Cause.KICKED, 1008), (Cause.BANNED, 1008), (Cause.RESUMED, 1008),
            (Cause.TIMED_OUT, 1013), (Cause.TOO_SLOW, 1013), (Cause.LOGGED_OUT, 1008),
        ):  # fmt: skip
            (carl,) = self.browsers("carl")
            session = next(each for each in self.world.registry.people if each.name == "carl")
            session.drop(cause)
            self.turn()
            self.assertEqual((carl.code, carl.is_connected), (code, False))
            self.assertEqual(carl.hears()[-1], {"type": "goodbye", "cause": str(cause)})
            self.wait(200)

    def test_nobody_is_let_in(self) -> None:
        self.world.registry.is_draining = True
        late = self.connect()
        assert isinstance(late, Browser)
        (error,) = late.hears()
        self.assertEqual((error["type"], error["code"]), ("error", "draining"))
        self.assertEqual((late.code, late.is_connected), (1013, False))
        self.assertTrue(late.head.startswith(b"HTTP/1.1 101 "))

    def test_nothing_is_left_behind(self) -> None:
        self.ada.hangs_up()
        self.bob.vanishes()
        self.wait(300)
        self.assertEqual(self.world.clock.getDelayedCalls(), [])


class SharedTests(FrameTestCase):
    def test_all_browsers_are_sent_the_same_object(self) -> None:
        carl, dora = self.browsers("carl", "dora")
        for browser in (carl, dora):
            browser.writes.clear()
        self.sends(frame(say("x")))
        (one,), (other,) = carl.writes, dora.writes
        self.assertIs(one, other)

    def test_a_frame_holds_whole_lines(self) -> None:
        self.sends(*(frame(say(f"{number}")) for number in range(30)))
        self.ada.asks("history", room=LOBBY)
        self.turn()
        self.ada.hears()
        for first, data in self.ada.frames:
            self.assertEqual(first, TEXT)
            self.assertTrue(data.endswith(b"\n"))

    def test_the_first_packet_is_the_answer_and_hello(self) -> None:
        browser = self.connect()
        self.assertEqual(len(browser.writes), 1)
        self.assertIn(b'{"type":"hello"', browser.writes[0])
        self.assertTrue(browser.writes[0].startswith(b"HTTP/1.1 101 "))

    def test_speaking_first(self) -> None:
        """7.1.1, and what programs do that do not wait for the answer."""
        eager = self.world.connect(self.front_end, speaks_first=True)
        assert isinstance(eager, Browser)
        eager.sends_bytes(frame(b'{"type":"hello","name":"eve"}') + frame(say("hi")) + close())
        self.turn()
        self.assertIn("<eve> hi", self.bob.sees())
