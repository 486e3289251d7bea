"""Whom no ban of a room keeps out, and who comes in uninvited."""

from __future__ import annotations

from dataclasses import replace

from tests.core.kit import LAB, CoreTestCase
from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.law import EVERYWHERE, Deed, Sanction
from twistchat.core.limits import DEFAULT_LIMITS

R = e.Refusal


def moderate(deed: Deed, to: str, room: str = LAB, seconds: float | None = None) -> c.Moderate:
    return c.Moderate(deed, room, to, seconds, "why")


class ExemptTests(CoreTestCase):
    def test_no_ban_of_the_room_keeps_them_out(self) -> None:
        for exempt, ban in (("bob", "b*"), ("bob", "bob"), ("?o?", "bob")):
            self.does(self.mo, moderate(Deed.EXEMPT, exempt))
            items = self.does(self.mo, moderate(Deed.BAN, ban))
            self.assertEqual(len(items), 1)
            self.does(self.bob, c.Leave(LAB))
            self.does(self.bob, c.Join(LAB))
            for lifting, name in ((Deed.UNEXEMPT, exempt), (Deed.UNBAN, ban)):
                self.does(self.mo, moderate(lifting, name))

    def test_others_it_does(self) -> None:
        self.does(self.mo, moderate(Deed.EXEMPT, "bob"))
        _, left = self.does(self.mo, moderate(Deed.BAN, "*a*"))
        assert isinstance(left, e.Left)
        self.assertEqual(left.who, "cat")
        self.assert_refused(self.cat, c.Join(LAB), R.BANNED)

    def test_a_ban_before_it(self) -> None:
        self.does(self.mo, moderate(Deed.BAN, "bob"))
        self.assert_refused(self.bob, c.Join(LAB), R.BANNED)
        self.does(self.mo, moderate(Deed.EXEMPT, "bob", seconds=60))
        self.does(self.bob, c.Join(LAB))
        self.does(self.bob, c.Leave(LAB))
        self.time += 60
        self.assert_refused(self.bob, c.Join(LAB), R.BANNED)

    def test_a_ban_everywhere_keeps_them_out(self) -> None:
        self.does(self.mo, moderate(Deed.EXEMPT, "bob"))
        _, gone = self.does(self.op, moderate(Deed.BAN, "bob", EVERYWHERE))
        self.assertIsInstance(gone, e.Departed)
        self.assertIsNotNone(self.chat.why_not_enter(self.bob))

    def test_a_mute_holds(self) -> None:
        self.does(self.mo, moderate(Deed.EXEMPT, "bob"))
        self.does(self.mo, moderate(Deed.MUTE, "bob"))
        self.assert_refused(self.bob, c.Say(LAB, "x"), R.MUTED)

    def test_they_may_bear_a_name_that_is_banned(self) -> None:
        self.does(self.mo, moderate(Deed.BAN, "spam*"))
        self.assert_refused(self.bob, c.Rename("spammer"), R.BANNED)
        self.does(self.mo, moderate(Deed.EXEMPT, "spambot"))
        self.does(self.bob, c.Rename("spambot"))
        self.does(self.mo, moderate(Deed.EXEMPT, "cat"))
        self.does(self.cat, c.Rename("spammer"))

    def test_who_takes_it_back(self) -> None:
        """Moderators, also from themselves; whoever is in the room stays."""
        self.does(self.mo, moderate(Deed.EXEMPT, "mo"))
        self.does(self.mo, moderate(Deed.UNEXEMPT, "MO"))
        self.assert_refused(self.mo, moderate(Deed.UNEXEMPT, "mo"), R.NOT_SANCTIONED)
        self.does(self.mo, moderate(Deed.EXEMPT, "bob"))
        self.does(self.mo, moderate(Deed.BAN, "bob"))
        self.does(self.mo, moderate(Deed.UNEXEMPT, "bob"))
        self.assertIn(LAB, self.bob.rooms)
        self.does(self.bob, c.Leave(LAB))
        self.assert_refused(self.bob, c.Join(LAB), R.BANNED)


class AllowTests(CoreTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.does(self.ada, c.ChangeRules(LAB, (("invite-only", "on"),)))
        self.does(self.bob, c.Leave(LAB))

    def test_uninvited(self) -> None:
        self.assert_refused(self.bob, c.Join(LAB), R.INVITE_ONLY)
        for name in ("bob", "B*"):
            self.does(self.mo, moderate(Deed.ALLOW, name))
            self.does(self.bob, c.Join(LAB))
            self.does(self.bob, c.Leave(LAB))
            self.does(self.mo, moderate(Deed.DISALLOW, name))
            self.assert_refused(self.bob, c.Join(LAB), R.INVITE_ONLY)

    def test_until_the_time_is_over(self) -> None:
        self.does(self.mo, moderate(Deed.ALLOW, "bob", seconds=60))
        self.time += 60
        self.assert_refused(self.bob, c.Join(LAB), R.INVITE_ONLY)

    def test_another_name_does_not_hinder(self) -> None:
        self.does(self.mo, moderate(Deed.ALLOW, "bob"))
        self.does(self.bob, c.Rename("rob"))
        self.does(self.bob, c.Join(LAB))

    def test_keys_limits_and_bans_hold(self) -> None:
        self.does(self.mo, moderate(Deed.ALLOW, "bob"))
        self.does(self.ada, c.ChangeRules(LAB, (("key", "sesame"),)))
        self.assert_refused(self.bob, c.Join(LAB), R.KEY_NEEDED)
        self.does(self.ada, c.ChangeRules(LAB, (("key", "off"), ("limit", "1"))))
        self.assert_refused(self.bob, c.Join(LAB), R.ROOM_FULL)
        self.does(self.mo, moderate(Deed.BAN, "bob"))
        self.assert_refused(self.bob, c.Join(LAB), R.BANNED)


class ListedTests(CoreTestCase):
    limits = replace(DEFAULT_LIMITS, sanctions=2)

    def test_in_rooms_alone(self) -> None:
        for deed in (Deed.EXEMPT, Deed.UNEXEMPT, Deed.ALLOW, Deed.DISALLOW):
            self.assert_refused(self.op, moderate(deed, "bob", EVERYWHERE), R.NO_SUCH_ROOM)
            self.assert_refused(self.bob, moderate(deed, "bob"), R.NOT_MODERATOR)

    def test_no_addresses_and_nobody_in_particular(self) -> None:
        for deed in (Deed.EXEMPT, Deed.ALLOW):
            self.assert_refused(self.op, moderate(deed, "192.0.2.7"), R.ADDRESS_BAN)
            self.assert_refused(self.op, moderate(deed, "*"), R.NO_PATTERN)

    def test_listed_while_they_hold(self) -> None:
        self.does(self.mo, moderate(Deed.EXEMPT, "bob", seconds=60))
        self.does(self.mo, moderate(Deed.ALLOW, "c*"))
        exempt = Sanction(self.bob.id, "bob", "mo", "why", 1060.0, 1000.0)
        allowed = Sanction("", "c*", "mo", "why", None, 1000.0)
        self.assertEqual(
            self.does(self.mo, c.ListSanctions(LAB)),
            [e.SanctionsListed(LAB, (), (), (exempt,), (allowed,))],
        )
        self.time += 60
        self.assertEqual(
            self.does(self.mo, c.ListSanctions(LAB)),
            [e.SanctionsListed(LAB, (), (), (), (allowed,))],
        )

    def test_as_many_as_there_may_be(self) -> None:
        for deed in (Deed.EXEMPT, Deed.ALLOW):
            for name in ("a*", "b*"):
                self.does(self.mo, moderate(deed, name))
            self.assert_refused(self.mo, moderate(deed, "c*"), R.SANCTIONS)
            self.does(self.mo, moderate(deed, "A*", seconds=60))

    def test_after_a_restart_the_same_holds(self) -> None:
        self.does(self.mo, moderate(Deed.EXEMPT, "bob"))
        self.does(self.mo, moderate(Deed.ALLOW, "c*", seconds=60))
        self.does(self.mo, moderate(Deed.ALLOW, "bob"))
        self.does(self.mo, moderate(Deed.DISALLOW, "bob"))
        before = self.chat.room(LAB)
        self.restarts()
        after = self.chat.room(LAB)
        assert before is not None
        assert after is not None
        self.assertEqual(after.law, before.law)

    def test_what_could_not_be_kept_is_undone(self) -> None:
        self.does(self.mo, moderate(Deed.BAN, "bob"))
        (event,) = self.decides(self.mo, moderate(Deed.EXEMPT, "bob"))
        assert isinstance(event, e.Moderated)
        self.chat.unkept(event)
        self.assert_refused(self.bob, c.Join(LAB), R.BANNED)
