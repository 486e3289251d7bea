"""How rooms are used: as people write it, and what follows from it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from tests.core.kit import LAB, CoreTestCase
from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.durations import read_duration, write_duration
from twistchat.core.law import Deed, RoomRules
from twistchat.core.orders import (
    NoTimeError,
    Order,
    RoomWanted,
    first_room,
    read_changes,
    read_order,
    read_rooms,
)
from twistchat.core.rules import READERS, RuleError, changed, is_key

if TYPE_CHECKING:
    from twistchat.core.model import User

R = e.Refusal


class WritingTests(SynchronousTestCase):
    def read(self, *changes: tuple[str, str]) -> RoomRules:
        rules, _ = changed(RoomRules(), changes)
        return rules

    def assert_wrong(self, name: str, *values: str) -> None:
        for value in values:
            error = self.assertRaises(RuleError, self.read, (name, value))
            self.assertTrue(error.expected, (name, value))

    def test_flags(self) -> None:
        for name in ("invite-only", "moderated", "secret", "topic-locked", "outside"):
            field = name.replace("-", "_")
            for value in ("on", "Yes", "TRUE", "1", ""):
                self.assertTrue(getattr(self.read((name, value)), field), value)
            for value in ("off", "no", "false", "0", "-", "none"):
                on_and_off = self.read((name, "on"), (field.upper(), value))
                self.assertFalse(getattr(on_and_off, field), value)
            self.assert_wrong(name, "perhaps", "2")

    def test_the_key_is_hidden_and_known_again(self) -> None:
        rules = self.read(("key", " sésame "))
        self.assertNotIn("sésame", rules.key)
        for typed in ("sésame", "se\u0301same"):
            self.assertTrue(is_key(typed, rules.key))
        for typed in ("", "sesame", "Sésame", "sésame "):
            self.assertFalse(is_key(typed, rules.key))
        self.assertNotEqual(self.read(("key", "x")), self.read(("key", "x")))
        self.assertEqual(self.read(("key", "x"), ("key", "off")), RoomRules())
        self.assert_wrong("key", "", "x" * 101)

    def test_numbers(self) -> None:
        self.assertEqual(self.read(("limit", "20")).limit, 20)
        self.assertEqual(self.read(("limit", "20"), ("limit", "off")).limit, 0)
        self.assert_wrong("limit", "-1", "many", "1.5", "9" * 11, "²", "")

    def test_slow(self) -> None:
        for value, seconds in (("10", 10), ("10s", 10), ("2m", 120), ("off", 0), ("1d", 86_400)):
            self.assertEqual(self.read(("slow", value)).slow, seconds, value)
        self.assert_wrong("slow", "2d", "86401", "often", "-1")

    def test_retention(self) -> None:
        for value, time, lines in (
            ("7d", 7 * 86_400, 0), ("1000", 0, 1000), ("7d,1000", 7 * 86_400, 1000),
            ("1000,12h", 12 * 3_600, 1000), ("off", 0, 0),
        ):  # fmt: skip
            rules = self.read(("retention", "1d,1"), ("retention", value))
            self.assertEqual((rules.keep_time, rules.keep_lines), (time, lines), value)
        self.assert_wrong("retention", "", "7m", "for ever", "0d", "0,0")

    def test_there_is_no_such_rule(self) -> None:
        error = self.assertRaises(RuleError, self.read, ("colour", "red"))
        self.assertEqual((error.name, error.expected), ("colour", ""))

    def test_one_that_is_wrong_changes_none(self) -> None:
        self.assertRaises(RuleError, self.read, ("secret", "on"), ("slow", "often"))

    def test_every_rule_can_be_written(self) -> None:
        written = {name.replace("-", "_") for name in READERS} - {"retention"}
        self.assertEqual(
            written | {"keep_time", "keep_lines"}, {field.name for field in fields(RoomRules)}
        )

    def test_durations_are_written_as_they_are_read(self) -> None:
        for text in ("1m", "90m", "12h", "36h", "3d", "2w", "1y"):
            seconds = read_duration(text)
            assert seconds is not None
            self.assertEqual(read_duration(write_duration(seconds)), seconds)
            self.assertEqual(write_duration(seconds), text)


class OrderTests(SynchronousTestCase):
    def test_orders(self) -> None:
        for text, order in (
            ("bob", Order("", "bob", None, "")),
            ("  #lab  bob ", Order("#lab", "bob", None, "")),
            ("#* bob 10m", Order("#*", "bob", 600.0, "")),
            ("bob 2d  no  shouting ", Order("", "bob", 172_800.0, "no  shouting")),
            ("bob no 10m", Order("", "bob", None, "no 10m")),
            ("#lab", Order("#lab", "", None, "")),
            ("", Order("", "", None, "")),
        ):
            self.assertEqual(read_order(text, lasts=True), order, text)
        self.assertEqual(read_order("bob 10m why"), Order("", "bob", None, "10m why"))

    def test_what_begins_like_a_time_has_to_be_one(self) -> None:
        for text in ("bob 10min", "bob 10", "bob 10s spam", "bob 3 warnings", "bob 0m", "bob 1½h"):
            error = self.assertRaises(NoTimeError, read_order, text, lasts=True)
            self.assertIn(str(error), text)

    def test_rooms_first(self) -> None:
        self.assertEqual(first_room(" #lab  a b "), ("#lab", "a b"))
        self.assertEqual(first_room("a #lab"), ("", "a #lab"))

    def test_changes(self) -> None:
        self.assertEqual(
            read_changes("slow=10  secret key=a=b limit="),
            (("slow", "10"), ("secret", "on"), ("key", "a=b"), ("limit", "")),
        )

    def test_rooms_and_keys(self) -> None:
        for text, rooms in (
            ("#a", [RoomWanted("#a")]),
            ("#a #b,c", [RoomWanted("#a"), RoomWanted("#b"), RoomWanted("c")]),
            ("#a key=x,y #b", [RoomWanted("#a", "x,y"), RoomWanted("#b")]),
            ("#a KEY=x", [RoomWanted("#a", "x")]),
            ("#a sesame", [RoomWanted("#a"), RoomWanted("sesame")]),
            ("key=x", [RoomWanted("key=x")]),
            (" , ", []),
        ):
            self.assertEqual(read_rooms(text), rooms, text)


class RulesTests(CoreTestCase):
    """What follows from them. Bob and Cat are in #lab, Dot comes later."""

    def rules(self, **changes: str) -> None:
        self.does(self.ada, c.ChangeRules(LAB, tuple(changes.items())))

    def later(self) -> User:
        return self.comes("dot")

    def test_who_is_told_what(self) -> None:
        (event,) = self.does(self.mo, c.ChangeRules("#LAB", (("slow", "10"), ("secret", "off"))))
        self.assertEqual(
            event,
            e.RulesChanged(LAB, self.mo.id, "mo", RoomRules(slow=10.0), ("slow",), 1000.0),
        )

    def test_no_change_is_none(self) -> None:
        (told,) = self.does(self.mo, c.ChangeRules(LAB, (("slow", "off"),)))
        self.assertEqual(told, e.RulesTold(LAB, RoomRules(), "ada", ("mo",), ()))
        self.assertEqual(self.decides(self.bob, c.ReadRules(LAB)), [told])

    def test_who_may_read_them(self) -> None:
        self.assert_refused(self.later(), c.ReadRules(LAB), R.NOT_IN_ROOM)
        self.assertIsInstance(self.decides(self.op, c.ReadRules(LAB))[0], e.RulesTold)

    def test_wrong_ones(self) -> None:
        self.assertEqual(
            self.refuses(self.ada, c.ChangeRules(LAB, (("colour", "red"),))),
            e.Refused(R.NO_SUCH_RULE, "colour"),
        )
        refused = self.refuses(self.ada, c.ChangeRules(LAB, (("slow", "often"),)))
        self.assertEqual((refused.code, refused.about), (R.RULE_VALUE, "slow"))

    def test_a_key(self) -> None:
        self.rules(key="sesame")
        dot = self.later()
        self.assert_refused(dot, c.Join(LAB), R.KEY_NEEDED)
        self.assert_refused(dot, c.Join(LAB, key="Sesame"), R.KEY_NEEDED)
        self.does(dot, c.Join(LAB, key="sesame"))

    def test_moderators_need_no_key(self) -> None:
        self.rules(key="sesame", limit="1", **{"invite-only": "on"})
        for user in (self.mo, self.ada, self.op):
            if LAB in user.rooms:
                self.does(user, c.Leave(LAB))
            self.does(user, c.Join(LAB))

    def test_an_invitation_past_a_key_is_a_moderators(self) -> None:
        self.rules(key="sesame")
        dot = self.later()
        self.does(self.bob, c.Invite(LAB, "dot"))
        self.assert_refused(dot, c.Join(LAB), R.KEY_NEEDED)
        self.does(self.mo, c.Invite(LAB, "dot"))
        self.does(dot, c.Join(LAB))

    def test_by_invitation_only(self) -> None:
        self.rules(**{"invite-only": "on"})
        dot = self.later()
        self.assert_refused(dot, c.Join(LAB), R.INVITE_ONLY)
        self.assert_refused(self.bob, c.Invite(LAB, "dot"), R.NOT_MODERATOR)
        self.does(self.mo, c.Invite(LAB, "dot"))
        self.does(dot, c.Join(LAB))
        self.does(dot, c.Leave(LAB))
        self.assert_refused(dot, c.Join(LAB), R.INVITE_ONLY)

    def test_who_was_lost_is_let_in_again_and_who_left_is_not(self) -> None:
        self.rules(**{"invite-only": "on"})
        self.chat.depart(self.bob, e.Cause.LOST)
        bob = self.comes_back(self.bob)
        self.does(bob, c.Join(LAB))
        self.does(bob, c.Quit())
        bob = self.comes_back(self.bob)
        self.assert_refused(bob, c.Join(LAB), R.INVITE_ONLY)

    def test_who_was_put_out_is_not_let_in_again(self) -> None:
        self.rules(**{"invite-only": "on"})
        self.does(self.mo, c.Moderate(Deed.KICK, LAB, "bob"))
        self.assert_refused(self.bob, c.Join(LAB), R.INVITE_ONLY)

    def test_as_many_as_may_be(self) -> None:
        self.rules(limit="4")
        dot = self.later()
        self.assertEqual(self.refuses(dot, c.Join(LAB)), e.Refused(R.ROOM_FULL, LAB, "4"))
        self.does(self.bob, c.Leave(LAB))
        self.does(dot, c.Join(LAB))
        self.does(self.cat, c.Invite(LAB, "bob"))
        self.does(self.bob, c.Join(LAB))

    def test_secret_rooms(self) -> None:
        self.rules(secret="on")
        dot = self.later()
        for user, is_listed in ((dot, False), (self.bob, True), (self.op, True)):
            (listed,) = self.decides(user, c.ListRooms())
            assert isinstance(listed, e.RoomsListed)
            self.assertEqual(LAB in [room.name for room in listed.rooms], is_listed, user.name)

    def test_a_locked_topic(self) -> None:
        self.rules(**{"topic-locked": "on"})
        self.assert_refused(self.bob, c.SetTopic(LAB, "x"), R.TOPIC_LOCKED)
        self.does(self.mo, c.SetTopic(LAB, "x"))
        self.decides(self.bob, c.ReadTopic(LAB))

    def test_a_room_that_hears_people_outside(self) -> None:
        dot = self.later()
        self.assert_refused(dot, c.Say(LAB, "x"), R.NOT_IN_ROOM)
        self.rules(outside="on")
        (said,) = self.does(dot, c.Say("Lab", "x"))
        self.assertEqual(said, e.Said(LAB, dot.id, "dot", "x", False, self.time, outside=True))
        (said,) = self.does(self.bob, c.Say(LAB, "x"))
        self.assertEqual(said, e.Said(LAB, self.bob.id, "bob", "x", False, self.time))
        for asked in (c.Say("#none", "x"), c.SetTopic(LAB, "x"), c.Signal(LAB, "")):
            self.assert_refused(dot, asked, R.NOT_IN_ROOM)
        self.rules(moderated="on")
        self.assert_refused(dot, c.Say(LAB, "x"), R.MODERATED)
        self.does(self.mo, c.Moderate(Deed.VOICE, LAB, "dot"))
        self.does(dot, c.Say(LAB, "x"))
        self.does(self.mo, c.Moderate(Deed.BAN, LAB, "dot"))
        self.assert_refused(dot, c.Say(LAB, "x"), R.BANNED)
        self.does(self.mo, c.Moderate(Deed.UNBAN, LAB, "dot"))
        for user in (self.ada, self.mo, self.bob, self.cat):
            self.does(user, c.Leave(LAB))
        self.assert_refused(dot, c.Say(LAB, "x"), R.NOT_IN_ROOM)

    def test_slow(self) -> None:
        self.rules(slow="10")
        self.assert_speaks(self.bob, self.cat)
        self.time += 4
        self.assertEqual(self.refuses(self.bob, c.Say(LAB, "x")), e.Refused(R.SLOW_MODE, LAB, "6"))
        self.assert_refused(self.bob, c.SetTopic(LAB, "x"), R.SLOW_MODE)
        self.assert_speaks(self.mo, self.mo)
        self.does(self.mo, c.Moderate(Deed.VOICE, LAB, "cat"))
        self.assert_speaks(self.cat, self.cat)
        self.time += 6
        self.assert_speaks(self.bob)

    def test_slow_no_more(self) -> None:
        self.rules(slow="10")
        self.assert_speaks(self.bob)
        self.rules(slow="off")
        self.assert_speaks(self.bob)
        self.rules(slow="10")
        self.assert_speaks(self.bob)

    def test_what_is_not_kept_holds_no_more(self) -> None:
        (event,) = self.decides(self.ada, c.ChangeRules(LAB, (("moderated", "on"),)))
        self.assert_refused(self.bob, c.Say(LAB, "x"), R.MODERATED)
        assert isinstance(event, e.RulesChanged)
        self.chat.unkept(event)
        self.assert_speaks(self.bob)
