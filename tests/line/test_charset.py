"""Terminals that do not speak UTF-8."""

from __future__ import annotations

import encodings

from twisted.trial.unittest import SynchronousTestCase

from twistchat.frontends.line.charsets import KNOWN, charset
from twistchat.frontends.line.format import LineFormat
from twistchat.testing import ChatTestCase

SAMPLES = {
    "gbk": "你好，世界",
    "gb18030": "你好，𠀀",
    "gb2312": "你好",
    "big5": "你好，世界",
    "big5hkscs": "你好",
    "shift_jis": "こんにちは、ソ表",
    "cp932": "こんにちは、ソ表①",
    "euc_jp": "こんにちは",
    "euc_kr": "안녕하세요",
    "cp949": "안녕하세요 똠",
    "cp866": "привет",
    "tis-620": "สวัสดี",
    "utf-8": "你好 👋",
}


class CharsetTests(ChatTestCase):
    def test_both_ways_in_each(self) -> None:
        self.assertEqual(set(SAMPLES), set(KNOWN))
        alice, bob = self.people("alice", "bob")
        for name, words in SAMPLES.items():
            alice.types(f"/charset {name}")
            self.turn()
            self.assertEqual(alice.sees(), [f"-- This connection speaks {name} now."])
            alice.writes.clear()
            for start in range(len(words.encode(name))):  # however the network splits it
                alice.sends(words.encode(name)[start : start + 1])
            alice.sends(b"\r\n")
            self.turn()
            self.assertEqual(bob.sees(), [f"<alice> {words}"])
            self.assertEqual(b"".join(alice.writes), f"<alice> {words}\n".encode(name))
            alice.wire.clear()
            self.wait(10)

    def test_at_the_door(self) -> None:
        ming = self.connect()
        ming.sees()
        ming.sends("小明\n".encode("gbk"))
        self.turn()
        self.assertEqual(
            ming.sees(),
            [
                (
                    "-- Not sent: that is not UTF-8. Another charset? Type /charset gbk "
                    "(or big5, ...). On telnet? Some break Chinese: use nc."
                )
            ],
        )
        ming.types("/charset gbk")
        ming.sends("小明\n你好\n".encode("gbk"))
        self.turn()
        self.assertIn("<小明> 你好\n".encode("gbk"), ming.wire.value())

    def test_what_a_charset_lacks(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("/charset gbk")
        self.turn()
        alice.sees()
        bob.types("한글 👋 你好")
        self.turn()
        self.assertEqual(alice.wire.value(), "<bob> ?? ? 你好\n".encode("gbk"))

    def test_what_is_not_in_it_is_refused(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("/charset gbk")
        alice.sends(b"\x81\n")
        self.turn()
        self.assertEqual(
            alice.sees()[-1],
            "-- Not sent: that was not gbk. /charset utf-8 goes back to what most terminals speak.",
        )
        self.assertEqual(bob.sees(), [])

    def test_unknown_ones(self) -> None:
        (alice,) = self.people("alice")
        for name in ("utf-16", "rot13", "base64", "hz", "iso2022_jp", "latin-1", "x" * 99, "utf-7"):
            alice.types(f"/charset {name}")
            self.turn()
            (answer,) = alice.sees()
            self.assertTrue(
                answer.startswith(f"-- {name[:40]} is not a charset that this chat knows."), answer
            )

    def test_what_is_asked_for_is_not_remembered(self) -> None:
        (alice,) = self.people("alice")
        before = len(encodings._cache)
        for number in range(20):
            alice.types(f"/charset no{number}such")
        self.turn()
        self.assertEqual(len(encodings._cache), before)

    def test_which_there_are(self) -> None:
        (alice,) = self.people("alice")
        alice.types("/charset")
        self.turn()
        (answer,) = alice.sees()
        self.assertTrue(
            answer.startswith("-- This connection speaks utf-8. There are also: gbk, gb18030,")
        )

    def test_no_byte_is_a_telnet_command(self) -> None:
        every = "".join(map(chr, range(0x20, 0xD800))) + "".join(map(chr, range(0xE000, 0x11000)))
        for name in KNOWN:
            data = LineFormat(charset=name).lines([every])
            self.assertNotIn(b"\xff", data, name)
            self.assertEqual(data.count(b"\n"), 1)


class NameTests(SynchronousTestCase):
    def test_names_of_charsets(self) -> None:
        for typed, name in {
            "GBK": "gbk",
            "cp936": "gbk",
            "UTF8": "utf-8",
            "Shift-JIS": "shift_jis",
            "sjis": "shift_jis",
            " big5 ": "big5",
            "": None,
            "\0": None,
            "é": None,
        }.items():
            self.assertEqual(charset(typed), name, typed)
