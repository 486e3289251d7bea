"""What happens on every wire when moderators do something, and to whom they do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.wires import Wire
from twistchat.core.accounts import Role

if TYPE_CHECKING:
    from twistchat.testing import Person


class ModerationScenarios(Wire):
    """A day of somebody who keeps order."""

    def moderated(self) -> tuple[Person, Person, Person]:
        """An operator, and two others."""
        ada, bob, cat = self.people("ada", "bob", "cat")
        self.world.registers(ada, role=Role.OPERATOR)
        return ada, bob, cat

    def a_room(self) -> tuple[Person, Person, Person]:
        """Who founded #lab, and two others who are in it."""
        ada, bob, cat = self.people("ada", "bob", "cat")
        self.world.registers(ada)
        for person in (ada, bob, cat):
            self.joins(person, "#lab")
            self.turn()
        for person in (ada, bob, cat):
            person.sees()
        return ada, bob, cat

    def assert_told(self, *lines: str, to: tuple[Person, ...]) -> None:
        self.turn()
        for person in to:
            self.assertEqual(self.told(person), list(lines))

    def assert_refused(self, person: Person, sentence: str) -> None:
        """One was told that, and nothing else."""
        self.turn()
        (refusal,) = (line for line in person.sees() if not line.startswith("-- What you type"))
        self.assertIn(sentence, refusal)

    # ------------------------------------------------------------ out

    def test_putting_somebody_out_of_a_room(self) -> None:
        ada, bob, cat = self.a_room()
        self.does(ada, "kick", "bob", "#lab", "no shouting")
        cat.says("quiet now", "#lab")
        self.turn()
        told = "-- ada put bob out of #lab (no shouting)."
        self.assertEqual(self.told(bob), [told])
        self.assert_told(told, "[#lab] <cat> quiet now", to=(ada, cat))
        bob.says("me too", "#lab")
        self.assert_refused(bob, "ou are not in #lab")
        self.joins(bob, "#lab")
        self.turn()
        self.assert_told("-- bob joined #lab.", to=(ada, cat))

    def test_putting_somebody_out_of_the_chat(self) -> None:
        ada, bob, cat = self.moderated()
        self.does(ada, "kick", "bob", "#*", "no shouting")
        self.turn()
        told = "-- ada put bob out of the chat (no shouting)."
        self.assert_told(told, to=(ada, cat))
        self.assertEqual(bob.sees(), [told, "-- Goodbye: you were put out (no shouting)."])
        self.assertFalse(bob.is_connected)
        self.people("bob")

    def test_a_ban_ends(self) -> None:
        ada, bob, cat = self.a_room()
        self.does(ada, "ban", "bob", "#lab", "10m spam")
        told = "-- ada banned bob from #lab until 00:10 (spam)."
        self.assert_told(told, to=(ada, bob, cat))
        self.joins(bob, "#lab")
        self.assert_refused(bob, "You are banned")
        self.renames(bob, "bert")
        self.turn()
        bob.sees()
        self.joins(bob, "#lab")
        self.assert_refused(bob, "You are banned")
        self.passes(600)
        for person in (ada, bob, cat):
            person.sees()
        self.joins(bob, "#lab")
        self.assert_told("-- bert joined #lab.", to=(ada, cat))

    def test_a_ban_is_lifted(self) -> None:
        ada, bob, cat = self.a_room()
        self.does(ada, "ban", "bob", "#lab")
        self.assert_told("-- ada banned bob from #lab for good.", to=(ada, bob, cat))
        self.does(ada, "unban", "bob", "#lab")
        outside = (bob,) if self.is_told_outside else ()
        self.assert_told("-- ada lets bob come into #lab again.", to=(ada, *outside, cat))
        self.joins(bob, "#lab")
        self.assert_told("-- bob joined #lab.", to=(ada, cat))

    def test_a_pattern_names_nobody(self) -> None:
        ada, bob, cat = self.a_room()
        self.does(ada, "ban", "B?b*", "#lab", "1d")
        self.turn()
        told = "-- ada banned B?b* from #lab until 1970-01-02 00:00."
        self.assertEqual(self.told(bob)[0], told)
        self.assert_told(told, "-- bob was put out of #lab.", to=(ada, cat))
        self.joins(bob, "#lab")
        self.turn()
        self.assertIn("ou are banned", bob.sees()[-1])

    def test_banned_everywhere_with_the_same_token(self) -> None:
        ada, bob, cat = self.moderated()
        token = self.asks_for_token(bob)
        ada.sees()
        self.does(ada, "ban", "bob", "#*", "2d spam")
        self.turn()
        told = "-- ada banned bob from the chat until 1970-01-03 00:00 (spam)."
        self.assert_told(told, to=(ada, cat))
        self.assertEqual(bob.sees(), [told, "-- Goodbye: you are banned (spam)."])
        self.assertFalse(bob.is_connected)
        back = self.connect()
        back.sees()
        self.resumes(back, token, "bert", 0)
        self.turn()
        self.assertIn("ou are banned", back.sees()[-1])
        self.passes(2 * 86_400)
        again = self.connect()
        again.sees()
        self.comes_in(again, "bob")
        self.turn()
        self.assertIn("-- bob joined.", self.told(again))

    def test_no_ban_of_a_room_meets_who_is_exempt(self) -> None:
        ada, bob, cat = self.a_room()
        self.does(bob, "exempt", "bob", "#lab")
        self.assert_refused(bob, "Only moderators of #lab")
        self.does(ada, "exempt", "bob", "#lab", "1d a friend")
        self.does(ada, "ban", "?o?", "#lab")
        lines = [
            "-- ada exempted bob from the bans of #lab until 1970-01-02 00:00 (a friend).",
            "-- ada banned ?o? from #lab for good.",
        ]
        self.assert_told(*lines, to=(ada, bob, cat))
        bob.says("still here", "#lab")
        self.assert_told("[#lab] <bob> still here", to=(ada, bob, cat))
        self.does(ada, "unexempt", "bob", "#lab")
        told = "-- ada exempts bob from the bans of #lab no more."
        self.assert_told(told, to=(ada, bob, cat))
        self.leaves(bob, "#lab")
        self.turn()
        bob.sees()
        self.joins(bob, "#lab")
        self.assert_refused(bob, "ou are banned")

    # ------------------------------------------------------------ mute

    def test_a_mute_ends(self) -> None:
        ada, bob, cat = self.moderated()
        self.does(ada, "mute", "bob", more="10m spam")
        self.assert_told("-- ada muted bob until 00:10 (spam).", to=(ada, bob, cat))
        bob.says("but")
        self.assert_refused(bob, "You are muted")
        self.sets_topic(bob, "#lobby", "but")
        self.assert_refused(bob, "You are muted")
        self.passes(600)
        bob.says("at last")
        self.assert_told("<bob> at last", to=(ada, bob, cat))

    def test_a_mute_is_lifted(self) -> None:
        ada, bob, cat = self.moderated()
        self.does(ada, "mute", "bob")
        self.does(ada, "unmute", "bob")
        lines = ["-- ada muted bob for good.", "-- ada unmuted bob."]
        self.assert_told(*lines, to=(ada, bob, cat))
        bob.says("thanks")
        self.assert_told("<bob> thanks", to=(ada, bob, cat))

    def test_what_was_said_before_a_mute_is_heard_and_nothing_behind_it(self) -> None:
        ada, bob, cat = self.moderated()
        bob.says("one")
        bob.says("two")
        self.does(ada, "mute", "bob")
        bob.says("three")
        cat.says("four")
        lines = ["<bob> one", "<bob> two", "-- ada muted bob for good.", "<cat> four"]
        self.turn()
        for person in (ada, cat):
            self.assertEqual(self.told(person), lines)
        self.assertEqual([line for line in bob.sees() if "You are" not in line], lines)
        self.looks_back(cat, "#lobby")
        self.turn()
        self.assertNotIn("three", " ".join(cat.sees()))

    def test_muted_everywhere_is_muted_privately_too(self) -> None:
        ada, bob, cat = self.moderated()
        self.does(ada, "mute", "bob", "#*", "1h")
        self.assert_told("-- ada muted bob everywhere until 01:00.", to=(ada, bob, cat))
        self.whispers(bob, "cat", "psst")
        self.assert_refused(bob, "You are muted")
        self.whispers(bob, "ada", "why?")
        self.assert_told("<bob -> ada> why?", to=(ada, bob))
        self.quits(bob, "an insult")
        self.assert_told("-- bob left.", to=(ada, cat))

    # ------------------------------------------------------------ who may

    def test_only_moderators_may(self) -> None:
        ada, bob, cat = self.a_room()
        for deed in ("kick", "mute", "ban", "voice"):
            self.does(bob, deed, "cat", "#lab")
            self.assert_refused(bob, "Only moderators of #lab")
        self.changes(bob, "#lab", "secret")
        self.assert_refused(bob, "Only moderators of #lab")
        self.deletes(bob, "#lab", 1)
        self.assert_refused(bob, "Only moderators of #lab")
        self.does(bob, "op", "bob", "#lab")
        self.assert_refused(bob, "Only moderators of #lab")
        self.does(ada, "kick", "cat", "#*")
        self.assert_refused(ada, "Only operators")
        self.assert_told(to=(bob, cat))

    def test_making_moderators(self) -> None:
        ada, bob, cat = self.a_room()
        self.does(ada, "op", "bob", "#lab")
        self.assert_told("-- ada made bob a moderator of #lab.", to=(ada, bob, cat))
        self.does(bob, "mute", "cat", "#lab")
        self.assert_told("-- bob muted cat in #lab for good.", to=(ada, bob, cat))
        self.does(bob, "kick", "ada", "#lab")
        self.assert_refused(bob, "ada, who may do as much")
        self.does(bob, "op", "cat", "#lab")
        self.assert_told("-- bob made cat a moderator of #lab.", to=(ada, bob, cat))
        self.does(bob, "deop", "cat", "#lab")
        self.assert_refused(bob, "Only who made #lab")
        self.does(cat, "deop", "cat", "#lab")
        self.assert_told("-- cat took cat off the moderators of #lab.", to=(ada, bob, cat))
        self.does(ada, "deop", "bob", "#lab")
        told = "-- ada took bob off the moderators of #lab."
        self.assert_told(told, to=(ada, bob, cat))
        self.does(bob, "unmute", "cat", "#lab")
        self.assert_refused(bob, "Only moderators of #lab")

    def test_a_guest_who_makes_a_room_moderates_it(self) -> None:
        ada, bob, cat = self.people("ada", "bob", "cat")
        for person in (ada, bob, cat):
            self.joins(person, "#lab")
            self.turn()
        for person in (ada, bob, cat):
            person.sees()
        self.does(ada, "mute", "bob", "#lab")
        self.assert_told("-- ada muted bob in #lab for good.", to=(ada, bob, cat))
        self.does(ada, "op", "cat", "#lab")
        self.assert_told("-- ada made cat a moderator of #lab.", to=(ada, bob, cat))
        self.does(cat, "deop", "ada", "#lab")
        self.assert_refused(cat, "Only who made #lab")
        self.does(ada, "deop", "ada", "#lab")
        self.assert_told("-- ada took ada off the moderators of #lab.", to=(ada, bob, cat))
        self.does(ada, "unmute", "bob", "#lab")
        self.assert_refused(ada, "Only moderators of #lab")

    # ------------------------------------------------------------ rules

    def test_a_room_with_a_key(self) -> None:
        ada, bob, cat = self.a_room()
        self.leaves(bob, "#lab")
        self.turn()
        self.changes(ada, "#lab", "key=sesame")
        self.turn()
        told = "-- ada changed #lab: one needs its key to come in."
        self.assertEqual(self.told(cat)[-1], told)
        bob.sees()
        for key in ("", "wrong"):
            self.joins(bob, "#lab", key)
            self.assert_refused(bob, "#lab has a key")
        cat.sees()
        self.joins(bob, "#lab", "sesame")
        self.assert_told("-- bob joined #lab.", to=(cat,))
        self.assertNotIn("sesame", " ".join(bob.sees()))

    def test_by_invitation_only(self) -> None:
        ada, bob, cat = self.a_room()
        self.leaves(bob, "#lab")
        self.changes(ada, "#lab", "invite-only")
        self.turn()
        bob.sees()
        self.joins(bob, "#lab")
        self.assert_refused(bob, "Only who is invited comes into #lab")
        cat.sees()
        self.invites(cat, "bob", "#lab")
        self.assert_refused(cat, "Only moderators of #lab")
        self.invites(ada, "bob", "#lab")
        self.joins(bob, "#lab")
        self.assert_told("-- bob joined #lab.", to=(cat,))

    def test_coming_in_uninvited(self) -> None:
        ada, bob, cat = self.a_room()
        self.leaves(bob, "#lab")
        self.changes(ada, "#lab", "invite-only")
        self.turn()
        for person in (ada, bob, cat):
            person.sees()
        self.does(ada, "allow", "bob", "#lab", "10m a guest")
        told = "-- ada lets bob come into #lab uninvited until 00:10 (a guest)."
        self.assert_told(told, to=(ada, bob, cat))
        self.joins(bob, "#lab")
        self.assert_told("-- bob joined #lab.", to=(cat,))
        self.leaves(bob, "#lab")
        self.passes(600)
        self.turn()
        bob.sees()
        self.joins(bob, "#lab")
        self.assert_refused(bob, "Only who is invited comes into #lab")
        self.does(ada, "allow", "b*", "#lab")
        self.does(ada, "disallow", "b*", "#lab")
        self.turn()
        lines = [
            "-- bob left #lab.",
            "-- ada lets b* come into #lab uninvited for good.",
            "-- ada lets b* come into #lab uninvited no more.",
        ]
        self.assertEqual(self.told(cat), lines)
        self.joins(bob, "#lab")
        self.assert_refused(bob, "Only who is invited comes into #lab")

    def test_a_room_that_is_full(self) -> None:
        ada, bob, _ = self.a_room()
        self.changes(ada, "#lab", "limit=3")
        (dot,) = self.people("dot")
        self.joins(dot, "#lab")
        self.assert_refused(dot, "#lab is full: 3")
        self.leaves(bob, "#lab")
        self.joins(dot, "#lab")
        self.turn()
        self.assertIn("-- dot joined #lab.", self.told(dot))

    def test_a_moderated_room(self) -> None:
        ada, bob, cat = self.a_room()
        self.changes(ada, "#lab", "moderated")
        told = "-- ada changed #lab: only who has a voice may speak."
        self.assert_told(told, to=(ada, bob, cat))
        bob.says("a question", "#lab")
        self.turn()
        self.assertIn("#lab one needs a voice", bob.sees()[-1])
        self.does(ada, "voice", "bob", "#lab")
        self.assert_told("-- ada gave bob a voice in #lab.", to=(ada, bob, cat))
        bob.says("a question", "#lab")
        ada.says("an answer", "#lab")
        lines = ["[#lab] <bob> a question", "[#lab] <ada> an answer"]
        self.assert_told(*lines, to=(ada, bob, cat))
        self.does(ada, "devoice", "bob", "#lab")
        self.turn()
        bob.sees()
        bob.says("another", "#lab")
        self.turn()
        self.assertIn("#lab one needs a voice", bob.sees()[-1])

    def test_a_slow_room(self) -> None:
        ada, bob, cat = self.a_room()
        self.changes(ada, "#lab", "slow=10")
        told = "-- ada changed #lab: 10 seconds between two lines of one person."
        self.assert_told(told, to=(ada, bob, cat))
        bob.says("one", "#lab")
        bob.says("two", "#lab")
        cat.says("three", "#lab")
        self.turn()
        lines = ["[#lab] <bob> one", "[#lab] <cat> three"]
        self.assertEqual(self.told(cat), lines)
        self.assertIn("#lab is slow", " ".join(bob.sees()))
        self.passes(10)
        bob.says("two", "#lab")
        self.assert_told("[#lab] <bob> two", to=(bob, cat))

    def test_a_topic_that_is_locked(self) -> None:
        ada, bob, cat = self.a_room()
        self.changes(ada, "#lab", "topic-locked")
        self.turn()
        bob.sees()
        cat.sees()
        self.sets_topic(bob, "#lab", "mine")
        self.assert_refused(bob, "Only moderators of #lab")
        self.sets_topic(ada, "#lab", "ours")
        self.assert_told("-- ada changed the topic of #lab: ours", to=(cat,))

    def test_an_operator_elsewhere_is_told_of_the_topic_they_set(self) -> None:
        ada, bob, _ = self.moderated()
        self.joins(bob, "#lab")
        self.turn()
        for person in (ada, bob):
            person.sees()
        self.sets_topic(ada, "#lab", "order")
        self.assert_told("-- ada changed the topic of #lab: order", to=(ada, bob))

    def test_a_room_that_hears_people_outside(self) -> None:
        ada, bob, cat = self.a_room()
        (dot,) = self.people("dot")
        dot.says("hello?", "#lab")
        self.assert_refused(dot, "You are not in #lab")
        self.changes(ada, "#lab", "outside")
        told = "-- ada changed #lab: also people who are not in it may say something in it."
        self.assert_told(told, to=(ada, bob, cat))
        dot.says("hello?", "#lab")
        bob.says("come in", "#lab")
        line = "[#lab] <dot> hello?"
        self.turn()
        self.assertEqual(self.told(dot), [line])
        self.assert_told(line, "[#lab] <bob> come in", to=(ada, bob, cat))
        self.does(ada, "ban", "dot", "#lab")
        outside = (dot,) if self.is_told_outside else ()
        self.assert_told("-- ada banned dot from #lab for good.", to=(ada, bob, cat, *outside))
        dot.says("and now?", "#lab")
        self.assert_refused(dot, "You are banned")
        self.assert_told(to=(ada, bob, cat))

    def test_moderators_put_one_another_out(self) -> None:
        ada, bob, cat = self.a_room()
        for name in ("bob", "cat"):
            self.does(ada, "op", name, "#lab")
            self.turn()
        for person in (ada, bob, cat):
            person.sees()
        self.does(bob, "mute", "cat", "#lab")
        self.assert_refused(bob, "who may do as much as you")
        self.does(bob, "kick", "cat", "#lab")
        self.assert_told("-- bob put cat out of #lab.", to=(ada, bob, cat))
        self.joins(cat, "#lab")
        self.assert_told("-- cat joined #lab.", to=(ada, bob))

    def test_rules_that_there_are_not(self) -> None:
        ada, bob, _ = self.a_room()
        self.changes(ada, "#lab", "slwo=10")
        self.assert_refused(ada, "There is no rule slwo")
        self.changes(ada, "#lab", "slow=often")
        self.assert_refused(ada, "The rule slow is given seconds")
        self.assert_told(to=(bob,))

    # ------------------------------------------------------------ deleting

    def test_deleting_a_line(self) -> None:
        ada, bob, cat = self.moderated()
        bob.says("a number")
        bob.says("harmless")
        self.turn()
        for person in (ada, bob, cat):
            person.sees()
        self.deletes(ada, "#lobby", 1)
        self.assert_told("-- ada deleted line 1.", to=(ada, bob, cat))
        self.looks_back(cat, "#lobby")
        self.turn()
        seen = cat.sees()
        self.assertIn("[00:00] <bob> (deleted by a moderator)", seen)
        self.assertIn("[00:00] <bob> harmless", seen)
        self.assertNotIn("a number", " ".join(seen))
        self.deletes(ada, "#lobby", 1)
        self.assert_refused(ada, "here is nothing under")

    def test_deleting_what_is_being_said(self) -> None:
        ada, bob, cat = self.moderated()
        bob.says("a number")
        self.deletes(ada, "#lobby", 1)
        self.assert_told("<bob> a number", "-- ada deleted line 1.", to=(ada, bob, cat))
        self.looks_back(cat, "#lobby")
        self.turn()
        self.assertNotIn("a number", " ".join(cat.sees()))

    # ------------------------------------------------------------ at the same time

    def test_put_out_while_coming_back(self) -> None:
        ada, bob, cat = self.moderated()
        token = self.asks_for_token(bob)
        for person in (ada, cat):
            person.sees()
        back = self.connect()
        back.sees()
        self.resumes(back, token, "bob", 0)
        self.does(ada, "kick", "bob", "#*")
        self.turn()
        self.assert_told("-- ada put bob out of the chat.", to=(ada, cat))
        self.assertFalse(bob.is_connected)
        self.assertFalse(back.is_connected)
        self.assertIn("-- Goodbye: you were put out.", back.sees())
        self.assertIsNone(self.world.parts.chat.person("bob"))

    def test_put_out_and_then_coming_back(self) -> None:
        ada, bob, cat = self.moderated()
        token = self.asks_for_token(bob)
        for person in (ada, cat):
            person.sees()
        back = self.connect()
        back.sees()
        self.does(ada, "kick", "bob", "#*")
        self.resumes(back, token, "bob", 0)
        self.turn()
        self.assertFalse(bob.is_connected)
        self.assertTrue(back.is_connected)
        lines = ["-- ada put bob out of the chat.", "-- bob joined."]
        self.assert_told(*lines, to=(ada, cat))
        back.says("still here")
        self.assert_told("<bob> still here", to=(ada, cat))

    def test_a_mute_and_an_unmute_cross(self) -> None:
        ada, bob, cat = self.moderated()
        self.world.registers(cat, role=Role.OPERATOR)
        self.does(ada, "mute", "bob")
        self.does(cat, "unmute", "bob")
        bob.says("hello")
        lines = ["-- ada muted bob for good.", "-- cat unmuted bob.", "<bob> hello"]
        self.assert_told(*lines, to=(ada, bob, cat))
