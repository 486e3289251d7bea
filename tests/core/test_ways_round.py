"""Ways round what moderators decide, which lead nowhere."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tests.core.kit import LAB, CoreTestCase
from tests.engines import OnSlowEngine, OnSQLite
from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.accounts import Role
from twistchat.core.law import ADDRESS, EVERYWHERE, Deed, Law, Sanction
from twistchat.core.limits import DEFAULT_LIMITS, NONE, Limits
from twistchat.core.model import User
from twistchat.testing import JSON, ChatTestCase

if TYPE_CHECKING:
    from twistchat.testing import Person


class InARoom(ChatTestCase):
    """Who founded #lab, and two others who are in it."""

    limits: ClassVar[Limits] = replace(DEFAULT_LIMITS, rate=NONE, joins=1_000)

    def setUp(self) -> None:
        super().setUp()
        self.ada, self.bob, self.cat = self.people("ada", "bob", "cat")
        self.world.registers(self.ada)
        self.all_join("#lab")

    def all_join(self, room: str) -> None:
        for person in (self.ada, self.bob, self.cat):
            person.types(f"/join {room}")
            self.turn()
        self.nobody_looks()

    def nobody_looks(self) -> None:
        self.turn()
        for person in (self.ada, self.bob, self.cat):
            person.sees()

    def makes_moderator(self, person: Person, name: str) -> None:
        self.world.registers(person)
        self.typing(self.ada, f"/op #lab {name}")
        self.nobody_looks()


class RankTests(InARoom):
    def test_who_founded_a_room_mutes_a_moderator(self) -> None:
        self.makes_moderator(self.bob, "bob")
        self.typing(self.ada, "/mute #lab bob 10m")
        self.nobody_looks()
        self.assertIn("You are muted", self.typing(self.bob, "/msg #lab but")[-1])
        self.assertEqual(self.cat.sees(), [])
        self.wait(600)
        self.typing(self.bob, "/msg #lab at last")
        self.assertIn("[#lab] <bob> at last", self.cat.sees())

    def test_who_founded_a_room_bans_a_moderator(self) -> None:
        self.makes_moderator(self.bob, "bob")
        self.typing(self.ada, "/ban #lab bob 10m")
        self.nobody_looks()
        self.assertIn("You are banned", self.typing(self.bob, "/join #lab")[-1])

    def test_a_pattern_meets_no_moderator(self) -> None:
        self.makes_moderator(self.bob, "bob")
        self.typing(self.ada, "/mute #lab b*")
        self.nobody_looks()
        self.typing(self.bob, "/msg #lab still here")
        self.assertIn("[#lab] <bob> still here", self.cat.sees())

    def test_nobody_lifts_what_was_done_about_themselves(self) -> None:
        self.makes_moderator(self.bob, "bob")
        self.typing(self.ada, "/mute #lab bob 10m")
        self.nobody_looks()
        self.typing(self.bob, "/unmute #lab bob")
        self.assertEqual(self.cat.sees(), [])
        self.assertIn("You are muted", self.typing(self.bob, "/msg #lab but")[-1])

    def test_whoever_is_at_the_server_mutes_an_operator(self) -> None:
        self.world.registers(self.bob, role=Role.OPERATOR)
        self.world.parts.operator.perform(c.Moderate(Deed.MUTE, "#*", "bob", None, ""))
        self.nobody_looks()
        self.assertIn("You are muted", self.typing(self.bob, "/msg #lab but")[-1])


class MutedTests(InARoom):
    def setUp(self) -> None:
        super().setUp()
        self.typing(self.ada, "/mute #lab bob")
        self.nobody_looks()

    def test_no_other_name(self) -> None:
        self.typing(self.bob, "/nick you_are_all_idiots")
        self.assertEqual(self.cat.sees(), [])

    def test_no_invitation(self) -> None:
        (dot,) = self.people("dot")
        self.typing(self.bob, "/invite dot #lab")
        self.assertEqual(dot.sees(), [])

    def test_no_parting_words(self) -> None:
        self.typing(self.bob, "/leave #lab an insult")
        self.assertNotIn("insult", " ".join(self.cat.sees()))

    def test_no_reason_for_being_away(self) -> None:
        self.typing(self.bob, "/away an insult")
        self.typing(self.cat, "/whois bob")
        self.assertNotIn("insult", " ".join(self.cat.sees()))

    def test_unmuted_under_a_name_of_later(self) -> None:
        self.typing(self.ada, "/unmute #lab bob")
        self.typing(self.bob, "/leave #lab", "/nick rob", "/join #lab")
        self.nobody_looks()
        self.typing(self.bob, "/msg #lab hello")
        self.assertIn("[#lab] <rob> hello", self.cat.sees())


class ModeratedRoomTests(InARoom):
    def test_parting_words_need_a_voice(self) -> None:
        self.typing(self.ada, "/rules #lab moderated")
        self.nobody_looks()
        self.typing(self.bob, "/away an opinion")
        self.typing(self.bob, "/leave #lab an opinion")
        self.assertNotIn("opinion", " ".join(self.cat.sees()))


class SlowRoomTests(InARoom):
    def setUp(self) -> None:
        super().setUp()
        self.typing(self.ada, "/rules #lab slow=10")
        self.nobody_looks()

    def heard(self) -> int:
        return " ".join(self.cat.sees()).count("word")

    def test_all_that_is_said_counts(self) -> None:
        self.typing(
            self.bob, "/msg #lab word", "/me #lab word", "/topic #lab word", "/nick rob",
            "/msg #lab word", "/leave #lab word",
        )  # fmt: skip
        self.assertEqual(self.heard(), 1)

    def test_it_is_not_remembered_for_ever_who_spoke(self) -> None:
        room = self.world.parts.chat.room("#lab")
        assert room is not None
        for number in range(20):
            guest = self.connect()
            guest.types(f"guest{number}")
            self.turn()
            self.typing(guest, "/join #lab", "/msg #lab hello")
            guest.hangs_up()
            self.wait(11)
        self.assertLess(len(room.lines), 5)


class BannedNameTests(InARoom):
    def test_nobody_takes_a_name_that_is_banned_where_they_are(self) -> None:
        self.typing(self.ada, "/ban #lab spam*")
        self.nobody_looks()
        self.typing(self.bob, "/nick spammer")
        self.assertEqual(self.cat.sees(), [])
        self.assertIsNone(self.world.parts.chat.person("spammer"))

    def test_nobody_takes_a_name_that_is_banned_everywhere(self) -> None:
        self.world.registers(self.ada, role=Role.OPERATOR)
        self.typing(self.ada, "/ban #* spam*")
        self.nobody_looks()
        self.assertIn("banned", self.typing(self.bob, "/nick spammer")[-1])


class PatternTests(CoreTestCase):
    def test_many_patterns_in_many_rooms(self) -> None:
        laws = [
            Law(
                mutes={
                    f"{n}": Sanction("", f"{room}x{n}*", "ada", "", None, 0.0) for n in range(500)
                }
            )
            for room in range(5)
        ]
        began = time.process_time()
        for law in laws:
            law.muted(User("1", "somebody"), 0.0)
        self.assertLess(time.process_time() - began, 0.05)

    def test_patterns_that_no_name_can_have(self) -> None:
        for bad in ("<bob>", "@bob", "bob,cat", "2001:db8::/200", "a:*"):
            refused = self.refuses(self.mo, c.Moderate(Deed.BAN, LAB, bad, None, ""))
            self.assertIs(refused.code, e.Refusal.NO_PATTERN, bad)

    def test_addresses_as_they_are_seen_here(self) -> None:
        for typed, banned in (
            ("::ffff:192.0.2.7", "192.0.2.7/32"),
            ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
            ("fe80::1%eth0", "fe80::1/128"),
            ("192.0.2.7/24", "192.0.2.0/24"),
        ):
            event, *_ = self.does(self.op, c.Moderate(Deed.BAN, EVERYWHERE, typed, None, ""))
            assert isinstance(event, e.Moderated)
            self.assertEqual((event.to_user, event.to), (ADDRESS, banned))
            self.does(self.op, c.Moderate(Deed.UNBAN, EVERYWHERE, typed, None, ""))

    def test_a_pattern_of_who_founded_a_room_meets_no_moderator(self) -> None:
        self.does(self.ada, c.Moderate(Deed.BAN, LAB, "?o*", None, ""))
        self.assertIn(LAB, self.mo.rooms)
        self.assertNotIn(LAB, self.bob.rooms)


class AppointingTests(CoreTestCase):
    limits = replace(DEFAULT_LIMITS, sanctions=2)

    def test_no_more_voices_than_there_may_be(self) -> None:
        self.does(self.mo, c.Moderate(Deed.VOICE, LAB, "bob", None, ""))
        for name in ("cat", "bob", "cat"):
            self.does(self.mo, c.Moderate(Deed.VOICE, LAB, name, None, ""))
        refused = self.refuses(self.mo, c.Moderate(Deed.VOICE, LAB, "op", None, ""))
        self.assertIs(refused.code, e.Refusal.SANCTIONS)


class InvitationTests(InARoom):
    def test_an_invitation_by_anybody_is_none_past_a_key_of_later(self) -> None:
        (dot,) = self.people("dot")
        self.typing(self.bob, "/invite dot #lab")
        self.typing(self.ada, "/rules #lab key=sesame")
        self.assertIn("#lab has a key", self.typing(dot, "/join #lab")[-1])
        self.typing(self.ada, "/rules #lab key=off invite-only")
        self.assertIn("invited", self.typing(dot, "/join #lab")[-1])

    def test_an_invitation_by_a_moderator_is(self) -> None:
        (dot,) = self.people("dot")
        self.typing(self.ada, "/invite dot #lab")
        self.typing(self.bob, "/invite dot #lab")
        self.typing(self.ada, "/rules #lab key=sesame")
        self.typing(dot, "/join #lab")
        self.assertIn("-- dot joined #lab.", self.cat.sees())


class KeyedDeedTests(ChatTestCase):
    def test_what_is_asked_twice_does_not_outlive_its_end(self) -> None:
        bob, cat = self.people("bob", "cat")
        (ada,) = self.world.people("ada", front_end=JSON)
        self.world.registers(ada, role=Role.OPERATOR)
        for _ in range(2):
            ada.types('{"type":"mute","room":"#lobby","to":"bob","key":"k1"}')
            self.turn()
        ada.types('{"type":"unmute","room":"#lobby","to":"bob"}')
        self.turn()
        self.typing(bob, "hello")
        self.assertIn("<bob> hello", cat.sees())


class ForgottenRoomTests(CoreTestCase):
    limits = replace(DEFAULT_LIMITS, rooms=2)

    def test_a_new_life_has_no_law_of_the_old_one(self) -> None:
        """Not even while what was decided in the old one is still under way."""
        self.decides(self.ada, c.ChangeRules(LAB, (("key", "sesame"),)))
        for user in (self.ada, self.mo, self.bob, self.cat):
            self.decides(user, c.Leave(LAB))
        self.decides(self.bob, c.Join("#one"))
        self.decides(self.bob, c.Leave("#one"))
        self.decides(self.mo, c.Join(LAB))
        room = self.chat.room(LAB)
        assert room is not None
        self.assertEqual((room.law.rules.key, room.law.founder_name), ("", "mo"))


class EnteringTests(OnSlowEngine):
    def test_banned_while_one_comes_in(self) -> None:
        ada, bob = self.people("ada", "bob")
        self.world.registers(ada, role=Role.OPERATOR)
        self.typing(bob, "/register", "a long secret", "a long secret")
        bob.hangs_up()
        self.turn()
        self.slow.delay = 0.03
        for steps in range(15):
            back = self.connect()
            back.types("/login bob")
            self.turn()
            back.types("a long secret")
            for _ in range(steps):
                self.world.clock.advance(0.01)
            ada.types("/ban #* bob")
            self.turn()
            self.assertIsNone(self.world.parts.chat.person("bob"), steps)
            ada.types("/unban #* bob")
            back.hangs_up()
            self.turn()


class AnotherLifeTests(OnSQLite):
    limits: ClassVar[Limits] = replace(DEFAULT_LIMITS, rooms=2)

    def test_who_was_in_a_room_of_that_name_is_not_let_in_for_that(self) -> None:
        ada, bob = self.people("ada", "bob")
        self.world.registers(ada)
        for line in ("/register", "a long secret", "a long secret"):
            self.typing(bob, line)
        self.typing(bob, "/join #lab", "/msg #lab of the old life")
        bob.vanishes()
        self.turn()
        self.typing(ada, "/join #one", "/leave #one")
        self.typing(ada, "/join #lab", "/rules #lab key=sesame", "/msg #lab of the new life")
        back = self.connect()
        self.typing(back, "/login bob")
        seen = " ".join(self.typing(back, "a long secret"))
        self.assertNotIn("of the new life", seen)
        self.assertIn("#lab has a key", seen)


class UnkeptTests(OnSlowEngine):
    """Whoever is put out is gone, though it could not be kept by whom and why."""

    def unkept(self, deed: str) -> tuple[list[str], list[str]]:
        ada, bob, cat = self.people("ada", "bob", "cat")
        self.world.registers(ada, role=Role.OPERATOR)
        self.slow.fails = True
        self.typing(ada, deed)
        self.slow.fails = False
        told = bob.sees(), cat.sees()
        self.typing(ada, "/kick #lobby cat")
        self.assertEqual(cat.sees(), ["-- ada put cat out of #lobby."])
        return told

    def test_everybody_is_told_that_they_are_gone(self) -> None:
        bob, cat = self.unkept("/kick #lobby bob")
        self.assertEqual(cat, ["-- bob was put out of #lobby."])
        self.assertIn("out of #lobby", " ".join(bob))

    def test_also_who_is_gone_from_the_chat(self) -> None:
        bob, cat = self.unkept("/ban #* bob")
        self.assertEqual(bob, ["-- Goodbye: you are banned."])
        self.assertIn("bob", " ".join(cat))

    def test_whoever_was_not_there_is_told_of_once(self) -> None:
        ada, cat = self.people("ada", "cat")
        self.world.registers(ada, role=Role.OPERATOR)
        self.world.registers(cat)
        self.typing(cat, "/leave #lobby")
        self.slow.fails = True
        self.typing(ada, "/ban #lobby cat")
        self.slow.fails = False
        self.typing(cat, "/join #lobby")
        self.nobody_missed(ada, cat)
        self.typing(ada, "/kick #lobby cat")
        self.assertEqual(cat.sees(), ["-- ada put cat out of #lobby."])

    def nobody_missed(self, *people: Person) -> None:
        for person in people:
            person.sees()
