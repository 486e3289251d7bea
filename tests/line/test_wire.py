"""Bytes of the line wire: line ends, telnet, encodings, lengths."""

from __future__ import annotations

import random

from twisted.trial.unittest import SynchronousTestCase

from tests.engines import OnSlowEngine, OnSQLite
from twistchat.core.limits import NONE, Limits
from twistchat.frontends.line.telnet import MAX_SUBNEGOTIATION, TelnetFilter
from twistchat.testing import ChatTestCase

LIMIT = 16 * 1024


class LineEndTests(ChatTestCase):
    def test_lf_crlf_and_cr_nul(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"one\ntwo\r\nthree\r\0four\n")
        self.turn()
        self.assertEqual(
            bob.sees(), ["<alice> one", "<alice> two", "<alice> three", "<alice> four"]
        )

    def test_split_anywhere(self) -> None:
        alice, bob = self.people("alice", "bob")
        for byte in "你好\r\nwave\r\0".encode():
            alice.sends(bytes([byte]))
        self.turn()
        self.assertEqual(bob.sees(), ["<alice> 你好", "<alice> wave"])

    def test_who_ends_lines_with_cr_lf_reads_cr_lf(self) -> None:
        windows, unix = self.connect(), self.connect()
        windows.sends(b"win\r\n")
        unix.sends(b"nix\n")
        self.turn()
        for person in (windows, unix):
            person.sees()
            person.writes.clear()
        unix.types("hello")
        self.turn()
        self.assertEqual(windows.writes, [b"<nix> hello\r\n"])
        self.assertEqual(unix.writes, [b"<nix> hello\n"])


class LengthTests(ChatTestCase):
    limits = Limits(rate=NONE)

    REFUSED = "-- Not sent: it is longer than 16 KiB. Please send it in pieces."

    def test_the_longest_line(self) -> None:
        for end in (b"\n", b"\r\n"):
            alice, bob = self.people("alice", "bob")
            alice.sends(b"x" * LIMIT + end)
            self.turn()
            self.assertEqual(bob.sees(), ["<alice> " + "x" * LIMIT])
            alice.hangs_up()
            bob.hangs_up()
            self.turn()

    def test_a_longer_one_is_refused_whole(self) -> None:
        alice, bob = self.people("alice", "bob")
        for extra in (1, 2, 3, 100, LIMIT, 10 * LIMIT):
            alice.sends(b"x" * (LIMIT + extra) + b"\nafter\n")
            self.turn()
            self.assertEqual(bob.sees(), ["<alice> after"], extra)
            self.assertEqual(alice.sees(), [self.REFUSED, "<alice> after"], extra)

    def test_in_packets(self) -> None:
        alice, bob = self.people("alice", "bob")
        for _ in range(100):
            alice.sends(b"x" * 1000)
        alice.sends(b"exit\nexit not")
        alice.sends(b"\n")
        self.turn()
        self.assertEqual(bob.sees(), ["<alice> exit not"])
        self.assertEqual(alice.sees(), [self.REFUSED, "<alice> exit not"])

    def test_at_the_end_of_input(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"x" * (LIMIT + 100))
        alice.ends_input()
        self.turn()
        self.assertEqual(bob.sees(), ["-- alice left."])

    def test_what_follows_is_read_as_telnet_once(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"x" * (LIMIT + 100) + b"\nhello\n\xff")
        alice.sends(b"\xfb\x01after\n")
        self.turn()
        self.assertEqual(bob.sees(), ["<alice> hello", "<alice> after"])

    def test_at_the_door(self) -> None:
        alice = self.connect()
        alice.sees()
        alice.sends(b"x" * (LIMIT + 100) + b"\nalice\n")
        self.turn()
        self.assertEqual(alice.sees()[0], self.REFUSED)
        self.assertTrue(alice.is_connected)


class LengthOnSlowEngineTests(OnSlowEngine, LengthTests):
    """The same on an engine whose commits wait."""


class EncodingTests(ChatTestCase):
    HINT = (
        "-- Not sent: that is not UTF-8. Another charset? Type /charset gbk "
        "(or big5, ...). On telnet? Some break Chinese: use nc."
    )

    def test_invalid_utf8_is_refused_and_the_connection_stays(self) -> None:
        alice, bob = self.people("alice", "bob")
        for bad in ("你好".encode("gbk"), b"\xc0\xaf", b"\xed\xa0\x80", b"a\xffz", b"\xf5\x80"):
            alice.sends(bad + b"\nafter\n")
            self.turn()
            self.assertEqual(alice.sees(), [self.HINT, "<alice> after"], bad)
            self.assertEqual(bob.sees(), ["<alice> after"], bad)

    def test_at_the_door(self) -> None:
        ming = self.connect()
        ming.sees()
        ming.sends("小明".encode("gbk") + b"\n")
        ming.types("小明")
        self.turn()
        seen = ming.sees()
        self.assertEqual(seen[0], self.HINT)
        self.assertIn("-- 小明 joined.", seen)


class TelnetTests(SynchronousTestCase):
    SESSION = (
        b"\xff\xfd\x03\xff\xfb\x18"  # IAC DO SGA, IAC WILL TTYPE
        b"hel\xff\xf1lo\n"  # a NOP in the middle of a word
        b"\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0"  # a subnegotiation of the window's size
        b"\xff\xfa\x18\x00x\xff\xffy\xff\xf0"  # with a doubled 0xFF in it
        b"\xe4\xbd\xa0\r\0"
    )

    def test_commands_are_taken_out(self) -> None:
        self.assertEqual(TelnetFilter().feed(self.SESSION), b"hello\n\xe4\xbd\xa0\r\n")

    def test_however_packets_split_them(self) -> None:
        whole = TelnetFilter().feed(self.SESSION)
        for seed in range(200):
            chooser, split, rest = random.Random(seed), TelnetFilter(), self.SESSION
            out = b""
            while rest:
                length = chooser.randint(1, 5)
                out += split.feed(rest[:length])
                rest = rest[length:]
            self.assertEqual(out, whole, seed)

    def test_plain_text_is_handed_on_as_it_is(self) -> None:
        text = "你好 hello\r\n".encode()
        self.assertIs(TelnetFilter().feed(text), text)

    def test_a_nul_elsewhere_is_dropped(self) -> None:
        self.assertEqual(TelnetFilter().feed(b"a\0b\r\0\0c"), b"ab\r\nc")

    def test_what_is_no_telnet_stays(self) -> None:
        self.assertEqual(TelnetFilter().feed(b"a\xff\nb\n"), b"a\xff\nb\n")
        self.assertEqual(TelnetFilter().feed(b"a\xff\xffb\n"), b"a\xffb\n")

    def test_an_endless_subnegotiation_swallows_little(self) -> None:
        line = TelnetFilter().feed(b"\xff\xfa" + b"x" * (MAX_SUBNEGOTIATION + 1) + b"hello\n")
        self.assertEqual(line, b"hello\n")


class TelnetTalkTests(ChatTestCase):
    def test_nothing_is_begun_and_everything_refused(self) -> None:
        alice = self.connect()
        self.assertNotIn(b"\xff", alice.wire.value())
        alice.writes.clear()
        alice.sends(b"\xff\xf4\xff\xfd\x06")  # Ctrl-C: IAC IP, IAC DO TIMING-MARK
        self.assertEqual(alice.writes, [b"\xff\xfc\x06"])
        alice.writes.clear()
        alice.sends(b"ali\xff\xfb\x1fce")
        self.assertEqual(alice.writes, [b"\xff\xfe\x1f"])
        alice.wire.clear()
        alice.sends(b"\xff\xfc\x06\xff\xfe\x1f\r\n")  # a refusal is not answered
        self.turn()
        self.assertIn("-- alice joined.", alice.sees())


class FloodTests(ChatTestCase):
    limits = Limits(rate=NONE)

    def test_a_flood_is_taken_in_a_little_at_a_time(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"x\n" * 1000)
        bob.types("me too")
        self.turn()
        seen = bob.sees()
        self.assertEqual(len(seen), 1001)
        self.assertLess(seen.index("<bob> me too"), 100)

    def test_many_histories_are_told_one_at_a_time(self) -> None:
        alice, _ = self.people("alice", "bob")
        alice.types("x")
        alice.sends(b"/history 1\n" * 100 + b"done\n")
        self.turn()
        self.assertEqual(len(alice.sees()), 202)

    def test_a_name_of_endless_marks_is_refused(self) -> None:
        alice, _ = self.people("alice", "bob")
        marks = "a" + "\u0345" * 4000 + "\u0334" * 4000
        for command in ("/nick ", "/msg "):
            for _ in range(20):
                alice.types(f"{command}{marks} x"[:8000])
        self.turn()
        self.assertEqual(len(alice.sees()), 40)

    def test_a_packet_full_of_line_ends(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"\n" * 65536 + b"still here\n")
        self.turn()
        self.assertEqual(bob.sees(), ["<alice> still here"])


class LengthOnSQLiteTests(OnSQLite, LengthTests):
    """The same, on a database."""
