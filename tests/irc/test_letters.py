"""Modes of rooms as letters: what a line wants to change, and how the rules are written."""

from dataclasses import fields

from twisted.trial.unittest import SynchronousTestCase

from twistchat.core.law import LASTING, Deed, RoomRules
from twistchat.core.rules import changed, hidden_key
from twistchat.frontends.irc.changes import Change, as_rule, read_changes, why_not
from twistchat.frontends.irc.letters import (
    ALL,
    CHANMODES,
    LISTS,
    PARTS,
    WITH_PARAMETER,
    deed_mode,
    modes_changed,
    modes_of,
)
from twistchat.frontends.irc.modes import ANSWERS


class ReadingTests(SynchronousTestCase):
    def assert_read(self, line: str, *expected: Change) -> None:
        modes, *params = line.split(" ")
        self.assertEqual(read_changes(modes, params), list(expected), line)

    def test_signs(self) -> None:
        on, off = Change("m", on=True), Change("m", on=False)
        self.assert_read("m", on)
        self.assert_read("+m", on)
        self.assert_read("-m", off)
        self.assert_read("+-+m", on)
        self.assert_read("+m-m", on, off)
        for nothing in ("", "+", "-", "+-"):
            self.assert_read(nothing)

    def test_parameters_go_to_the_letters_that_have_one(self) -> None:
        self.assert_read(
            "+kl-t key 5",
            Change("k", on=True, param="key"), Change("l", on=True, param="5"),
            Change("t", on=False),
        )  # fmt: skip
        self.assert_read("+l-l 5", Change("l", on=True, param="5"), Change("l", on=False))
        self.assert_read(
            "+b-b+ov a b c d",
            Change("b", on=True, param="a"), Change("b", on=False, param="b"),
            Change("o", on=True, param="c"), Change("v", on=True, param="d"),
        )  # fmt: skip
        self.assert_read("+i left over", Change("i", on=True))

    def test_what_is_left_out(self) -> None:
        self.assert_read("+bo x", Change("b", on=True, param="x"), Change("o", on=True))
        self.assert_read("+k", Change("k", on=True))
        self.assertTrue(Change("b", on=True).is_question)
        self.assertFalse(Change("o", on=True).is_question)

    def test_the_key_that_is_taken_away_may_be_left_out(self) -> None:
        bob = Change("o", on=True, param="bob")
        self.assert_read("-k", Change("k", on=False))
        self.assert_read("-k *", Change("k", on=False, param="*"))
        self.assert_read("-k+o bob", Change("k", on=False), bob)
        self.assert_read("-k+o key bob", Change("k", on=False, param="key"), bob)
        self.assert_read("+o-k bob", bob, Change("k", on=False))
        self.assert_read("+o-k bob key", bob, Change("k", on=False, param="key"))
        self.assert_read("-kk a", Change("k", on=False, param="a"), Change("k", on=False))

    def test_any_characters(self) -> None:
        self.assert_read("+茶", Change("茶", on=True))
        self.assertFalse(Change("茶", on=True).is_known)
        self.assertEqual(len(read_changes("k" * 500, ["x"] * 200)), 500)


class ValueTests(SynchronousTestCase):
    def test_keys(self) -> None:
        for good in ("key", "茶", "x" * 100, "+k", "a:b"):
            self.assertEqual(why_not(Change("k", on=True, param=good)), "", good)
        for bad in (None, "", " ", "two words", "a,b", ":x", "x" * 101, "off", "NONE", "a\u3000b"):
            self.assertNotEqual(why_not(Change("k", on=True, param=bad)), "", bad)
        for off in (None, "", "two words"):
            self.assertEqual(why_not(Change("k", on=False, param=off)), "", off)

    def test_limits(self) -> None:
        for good in ("1", "007", "999999"):
            self.assertEqual(why_not(Change("l", on=True, param=good)), "", good)
        for bad in (None, "", "0", "-1", "+5", "5.0", "abc", "٣", "9" * 11, "9999999999"):
            self.assertNotEqual(why_not(Change("l", on=True, param=bad)), "", bad)
        self.assertEqual(why_not(Change("l", on=False)), "")

    def test_what_is_so_already_is_no_change(self) -> None:
        rules = RoomRules(key=hidden_key("key"), limit=5, moderated=True)
        for so in (
            Change("k", on=True, param="key"), Change("l", on=True, param="05"),
            Change("m", on=True), Change("n", on=True), Change("i", on=False),
        ):  # fmt: skip
            self.assertIsNone(as_rule(so, rules), so)
        for nothing in ("k", "l"):
            self.assertIsNone(as_rule(Change(nothing, on=False), RoomRules()), nothing)

    def test_as_people_write_it(self) -> None:
        rules = RoomRules(key=hidden_key("key"), limit=5, moderated=True)
        for change, expected in (
            (Change("k", on=True, param="other"), ("key", "other")),
            (Change("k", on=False, param="wrong"), ("key", "off")),
            (Change("l", on=True, param="006"), ("limit", "6")),
            (Change("l", on=False), ("limit", "off")),
            (Change("m", on=False), ("moderated", "off")),
            (Change("n", on=False), ("outside", "on")),
        ):
            self.assertEqual(as_rule(change, rules), expected)
            changed(rules, [expected])  # it is one

    def test_every_mode_can_be_set_and_taken_away(self) -> None:
        rules = RoomRules(outside=True)
        params = {"k": "key", "l": "5"}
        for letter in ALL:
            if letter in LISTS or letter in PARTS:
                continue
            rule = as_rule(Change(letter, on=True, param=params.get(letter)), rules)
            assert rule is not None, letter
            now, names = changed(rules, [rule])
            self.assertEqual(modes_changed(now, names)[0], f"+{letter}")
            taken = as_rule(Change(letter, on=False), now)
            assert taken is not None, letter
            back, names = changed(now, [taken])
            self.assertEqual(modes_changed(back, names)[0], f"-{letter}")
            self.assertEqual(back, rules)


class WritingTests(SynchronousTestCase):
    def test_the_modes_of_a_room(self) -> None:
        self.assertEqual(modes_of(RoomRules()), ["+n"])
        self.assertEqual(modes_of(RoomRules(outside=True)), ["+"])
        rules = RoomRules(key=hidden_key("x"), limit=20, topic_locked=True, slow=5)
        self.assertEqual(modes_of(rules), ["+ntkl", "*", "20"])

    def test_changes(self) -> None:
        rules = RoomRules(key=hidden_key("x"), limit=20, moderated=True)
        for names, expected in (
            (("moderated",), ["+m"]),
            (("key", "limit"), ["+kl", "*", "20"]),
            (("secret", "limit", "outside"), ["+ln-s", "20"]),
            (("slow",), []),
            (("slow", "moderated"), ["+m"]),
        ):
            self.assertEqual(modes_changed(rules, names), expected, names)
        self.assertEqual(modes_changed(RoomRules(), ("key", "limit")), ["-kl", "*"])
        self.assertEqual(modes_changed(RoomRules(outside=True), ("key", "outside")), ["-kn", "*"])

    def test_deeds(self) -> None:
        self.assertEqual([deed_mode(deed) for deed in (Deed.BAN, Deed.DEVOICE)], ["+b", "-v"])
        for deed in (Deed.KICK, Deed.FOUND):
            self.assertEqual(deed_mode(deed), "")

    def test_nothing_is_forgotten(self) -> None:
        """Every rule that is on or off is a mode, and every list of the law."""
        flags = [field.name for field in fields(RoomRules) if isinstance(field.default, bool)]
        self.assertGreater(len(flags), 4)
        written = [modes_changed(RoomRules(), (name,)) for name in flags]
        self.assertEqual(len({modes for (modes,) in written}), len(flags))
        self.assertEqual({deed for deed, _ in LISTS.values()}, set(LASTING))
        self.assertEqual(ANSWERS.keys(), LISTS.keys())

    def test_005_and_004(self) -> None:
        lists, always, set_only, never = CHANMODES.split(",")
        self.assertEqual((lists, always, set_only, never), ("beIq", "k", "l", "imnst"))
        self.assertEqual(WITH_PARAMETER, "Ibekloqv")
        self.assertEqual(set(ALL), set(CHANMODES.replace(",", "")) | set(PARTS))
