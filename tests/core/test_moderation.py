"""Who may do what to whom, what then holds, and until when."""

from __future__ import annotations

from dataclasses import replace

from tests.core.kit import LAB, CoreTestCase
from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.accounts import Role
from twistchat.core.deeds import LONGEST
from twistchat.core.law import ADDRESS, EVERYWHERE, Deed, Sanction
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.core.model import User
from twistchat.core.names import LOBBY
from twistchat.core.rights import Rank, rank_of

R = e.Refusal


def moderate(deed: Deed, to: str, room: str = LAB, seconds: float | None = None) -> c.Moderate:
    return c.Moderate(deed, room, to, seconds, "spam")


class WhoMayTests(CoreTestCase):
    def test_ranks(self) -> None:
        room = self.chat.room(LAB)
        assert room is not None
        ranks = {user.name: rank_of(user, room.law) for user in self.chat.people}
        self.assertEqual(
            ranks,
            {
                "ada": Rank.FOUNDER, "mo": Rank.MODERATOR, "op": Rank.OPERATOR,
                "bob": Rank.MEMBER, "cat": Rank.MEMBER,
            },
        )  # fmt: skip

    def test_members_may_do_nothing(self) -> None:
        for deed in Deed:
            if deed is not Deed.FOUND:
                self.assert_refused(self.bob, moderate(deed, "cat"), R.NOT_MODERATOR)
        for command in (
            c.ChangeRules(LAB, (("slow", "10"),)), c.ListSanctions(LAB), c.Delete(LAB, 1),
        ):  # fmt: skip
            self.assert_refused(self.bob, command, R.NOT_MODERATOR)
        self.assertIsInstance(self.decides(self.bob, c.ReadRules(LAB))[0], e.RulesTold)

    def test_nothing_is_done_to_who_may_do_as_much(self) -> None:
        for deed in (Deed.KICK, Deed.MUTE, Deed.BAN):
            for who, to in ((self.mo, "ada"), (self.mo, "op"), (self.ada, "op")):
                self.does(self.op, c.Join(LAB))
                self.assert_refused(who, moderate(deed, to), R.OUTRANKED)
            self.assert_refused(self.mo, moderate(deed, "mo"), R.TO_ONESELF)
        other = self.comes("mia", registers=True)
        self.does(self.ada, moderate(Deed.OP, "mia"))
        self.assert_refused(self.mo, moderate(Deed.MUTE, "mia"), R.OUTRANKED)
        self.does(self.ada, moderate(Deed.MUTE, "mia"))
        self.assertIsNotNone(other)

    def test_nothing_is_done_to_moderators_who_are_away(self) -> None:
        self.chat.depart(self.ada, e.Cause.LOST)
        self.assert_refused(self.mo, moderate(Deed.BAN, "ada"), R.OUTRANKED)

    def test_moderators_make_others_and_only_the_founder_and_operators_take_it_back(self) -> None:
        self.comes("mia", registers=True)
        for who in (self.ada, self.op):
            self.assert_refused(self.mo, moderate(Deed.DEOP, "mia"), R.NOT_SANCTIONED)
            self.does(self.mo, moderate(Deed.OP, "mia"))
            self.assert_refused(self.mo, moderate(Deed.DEOP, "mia"), R.NOT_FOUNDER)
            self.does(who, moderate(Deed.DEOP, "mia"))
        self.assert_refused(self.mo, moderate(Deed.DEOP, "ada"), R.NOT_SANCTIONED)

    def test_moderators_resign(self) -> None:
        self.does(self.mo, moderate(Deed.DEOP, "MO"))
        self.assert_refused(self.mo, moderate(Deed.KICK, "bob"), R.NOT_MODERATOR)

    def test_moderators_need_no_account_but_to_be_here(self) -> None:
        self.does(self.ada, moderate(Deed.OP, "bob"))
        self.does(self.bob, moderate(Deed.KICK, "cat"))
        self.assert_refused(self.bob, moderate(Deed.BAN, "mo"), R.OUTRANKED)
        for name in ("nobody", ""):
            self.assert_refused(self.ada, moderate(Deed.OP, name), R.NO_SUCH_PERSON)

    def test_moderators_put_one_another_out_and_may_come_back(self) -> None:
        self.does(self.ada, moderate(Deed.OP, "bob"))
        self.does(self.bob, moderate(Deed.KICK, "mo"))
        self.assertNotIn(LAB, self.mo.rooms)
        self.does(self.mo, c.Join(LAB))
        for who, to in ((self.mo, "ada"), (self.op, "op")):
            self.does(self.op, c.Join(LAB))
            self.assertIsInstance(self.chat.perform(who, moderate(Deed.KICK, to)), e.Refused)

    def test_everywhere_is_for_operators(self) -> None:
        for deed in (Deed.KICK, Deed.MUTE, Deed.UNMUTE, Deed.BAN, Deed.UNBAN):
            self.assert_refused(self.ada, moderate(deed, "bob", EVERYWHERE), R.OPERATORS_ONLY)
        self.assert_refused(self.ada, c.ListSanctions(EVERYWHERE), R.OPERATORS_ONLY)
        for deed in (Deed.OP, Deed.DEOP, Deed.VOICE, Deed.DEVOICE):
            self.assert_refused(self.op, moderate(deed, "bob", EVERYWHERE), R.NO_SUCH_ROOM)

    def test_where_there_is_no_room(self) -> None:
        self.assert_refused(self.op, moderate(Deed.KICK, "bob", "#none"), R.NO_SUCH_ROOM)
        self.assert_refused(self.bob, moderate(Deed.KICK, "cat", "#none"), R.NOT_IN_ROOM)
        self.assert_refused(self.bob, moderate(Deed.KICK, "cat", ""), R.IN_NO_ROOM)
        self.assert_refused(self.bob, moderate(Deed.KICK, "cat", "a b"), R.ROOM_NAME)

    def test_from_elsewhere(self) -> None:
        self.does(self.mo, c.Leave(LAB))
        self.does(self.mo, moderate(Deed.KICK, "bob"))
        self.assertNotIn(LAB, self.bob.rooms)

    def test_who_loses_the_account_loses_the_rank(self) -> None:
        self.registers(self.op, Role.PERSON)
        self.assert_refused(self.op, moderate(Deed.MUTE, "bob", EVERYWHERE), R.OPERATORS_ONLY)


class FoundingTests(CoreTestCase):
    def test_who_makes_a_room_with_an_account_founds_it(self) -> None:
        items = self.does(self.mo, c.Join("#new"))
        self.assertIn(
            e.Moderated(
                "#new", self.mo.id, "mo", Deed.FOUND, self.mo.id, "mo", "", None, self.time
            ),
            items,
        )

    def test_guests_found_nothing(self) -> None:
        items = self.does(self.bob, c.Join("#new"))
        self.assertFalse(any(isinstance(item, e.Moderated) for item in items))
        self.does(self.mo, c.Join("#new"))
        self.assert_refused(self.mo, moderate(Deed.KICK, "bob", "#new"), R.NOT_MODERATOR)

    def test_nobody_founds_the_lobby_or_what_there_was(self) -> None:
        self.assert_refused(self.ada, moderate(Deed.KICK, "bob", LOBBY), R.NOT_MODERATOR)
        self.does(self.bob, c.Join("#new"))
        self.does(self.bob, c.Say("#new", "mine"))
        self.does(self.bob, c.Leave("#new"))
        self.does(self.mo, c.Join("#new"))
        self.assert_refused(self.mo, c.ChangeRules("#new", (("slow", "1"),)), R.NOT_MODERATOR)

    def test_the_founder_comes_back_after_a_restart(self) -> None:
        self.restarts()
        ada = self.comes_back(self.ada)
        self.does(ada, c.Join(LAB))
        self.does(ada, c.ChangeRules(LAB, (("secret", "on"),)))


class KeepingTests(CoreTestCase):
    """A guest who makes a room moderates it, until the server starts anew."""

    def setUp(self) -> None:
        super().setUp()
        for user in (self.bob, self.cat, self.mo):
            self.does(user, c.Join("#new"))

    def rank(self, user: User, room: str = "#new") -> Rank:
        found = self.chat.room(room)
        assert found is not None
        return rank_of(user, found.law)

    def moderators(self) -> tuple[str, ...]:
        (told,) = self.does(self.op, c.ReadRules("#new"))
        assert isinstance(told, e.RulesTold)
        return told.moderators

    def test_who_makes_a_room(self) -> None:
        self.assertEqual(self.rank(self.bob), Rank.MODERATOR)
        self.does(self.bob, c.ChangeRules("#new", (("slow", "1"),)))
        self.does(self.bob, moderate(Deed.KICK, "cat", "#new"))
        self.does(self.bob, c.Rename("rob"))
        self.assertEqual(self.moderators(), ("rob",))

    def test_who_comes_in_later_does_not(self) -> None:
        self.does(self.bob, c.Join("#other"))
        self.does(self.bob, c.Leave("#other"))
        self.does(self.cat, c.Join("#other"))
        self.assertEqual(self.rank(self.cat, "#other"), Rank.MEMBER)
        self.assertEqual(self.rank(self.bob, "#other"), Rank.MODERATOR)

    def test_nobody_keeps_the_lobby(self) -> None:
        self.chat = self.make_chat()
        self.assertEqual(self.rank(self.comes("dot"), LOBBY), Rank.MEMBER)

    def test_makes_moderators_and_takes_it_back(self) -> None:
        for name in ("mo", "cat"):
            self.does(self.bob, moderate(Deed.OP, name, "#new"))
        self.assertEqual(self.moderators(), ("bob", "cat", "mo"))
        for user in (self.mo, self.cat):
            self.assert_refused(user, moderate(Deed.DEOP, "bob", "#new"), R.NOT_FOUNDER)
            self.assert_refused(user, moderate(Deed.BAN, "bob", "#new"), R.OUTRANKED)
        self.does(self.cat, c.Rename("kit"))
        self.assertEqual(self.moderators(), ("bob", "kit", "mo"))
        for name in ("kit", "mo"):
            self.does(self.bob, moderate(Deed.DEOP, name, "#new"))
        self.assertEqual(self.moderators(), ("bob",))

    def test_a_moderator_who_is_gone_is_found_by_the_name_of_then(self) -> None:
        self.does(self.bob, moderate(Deed.OP, "cat", "#new"))
        self.does(self.cat, c.Rename("kit"))
        self.chat.depart(self.cat, e.Cause.LEFT)
        self.assertEqual(self.moderators(), ("bob", "cat"))
        self.does(self.bob, moderate(Deed.DEOP, "CAT", "#new"))
        self.assertEqual(self.moderators(), ("bob",))

    def test_a_moderator_with_another_name_is_told_of_by_that(self) -> None:
        for deed in (Deed.OP, Deed.VOICE):
            self.does(self.bob, moderate(deed, "cat", "#new"))
        self.does(self.cat, c.Rename("kit"))
        for deed in (Deed.DEOP, Deed.DEVOICE):
            (event,) = self.does(self.bob, moderate(deed, "cat", "#new"))
            assert isinstance(event, e.Moderated)
            self.assertEqual(event.to, "kit")

    def test_no_name_is_nobodys(self) -> None:
        self.chat.depart(self.bob, e.Cause.LEFT)
        self.assertEqual(self.moderators(), ())
        self.assert_refused(self.op, moderate(Deed.DEOP, "", "#new"), R.NOT_SANCTIONED)

    def test_steps_down(self) -> None:
        (event,) = self.decides(self.bob, moderate(Deed.DEOP, "bob", "#new"))
        assert isinstance(event, e.Moderated)
        self.assertEqual(self.rank(self.bob), Rank.MEMBER)
        self.chat.unkept(event)
        self.assertEqual(self.rank(self.bob), Rank.MODERATOR)
        self.does(self.bob, moderate(Deed.DEOP, "bob", "#new"))
        self.assertEqual((self.rank(self.bob), self.moderators()), (Rank.MEMBER, ()))
        self.does(self.op, moderate(Deed.OP, "bob", "#new"))
        self.does(self.bob, moderate(Deed.DEOP, "bob", "#new"))
        self.assertEqual(self.rank(self.bob), Rank.MEMBER)

    def test_what_they_did_in_a_room_that_was_forgotten_since_means_nothing(self) -> None:
        under_way = self.decides(self.bob, moderate(Deed.DEOP, "bob", "#new"))
        for user in (self.bob, self.cat, self.mo):
            self.does(user, c.Leave("#new"))
        self.chat.change_limits(replace(self.limits, rooms=len(self.chat.rooms)))
        forgotten = self.decides(self.cat, c.Join("#other"))
        self.does(self.cat, c.Leave("#other"))
        self.chat.change_limits(self.limits)
        again = self.decides(self.bob, c.Join("#new"))
        self.commit([*under_way, *forgotten, *again])
        self.assertEqual(self.rank(self.bob), Rank.MODERATOR)

    def test_operators_take_it_back(self) -> None:
        self.does(self.op, moderate(Deed.DEOP, "bob", "#new"))
        self.assertEqual(self.rank(self.bob), Rank.MEMBER)

    def test_goes_on_with_an_account(self) -> None:
        self.registers(self.bob)
        self.assertEqual(self.rank(self.bob), Rank.MODERATOR)
        self.chat.depart(self.bob, e.Cause.LEFT)
        self.assertEqual(self.moderators(), ("bob",))
        self.assert_refused(self.comes_back(self.bob), c.Rename("rob"), R.NAME_OF_ACCOUNT)

    def test_who_comes_back_keeps_it_still(self) -> None:
        self.does(self.bob, c.ChangeRules("#new", (("invite-only", "on"),)))
        self.chat.depart(self.bob, e.Cause.LEFT)
        self.does(self.comes_back(self.bob), c.Join("#new"))

    def test_until_the_server_starts_anew(self) -> None:
        self.does(self.bob, moderate(Deed.OP, "cat", "#new"))
        self.restarts()
        self.assertEqual(self.rank(self.comes_back(self.bob)), Rank.MEMBER)
        self.assertEqual(self.rank(self.comes_back(self.cat)), Rank.MODERATOR)


class KickTests(CoreTestCase):
    def test_out_of_a_room(self) -> None:
        event, left = self.does(self.mo, moderate(Deed.KICK, "BOB"))
        self.assertEqual(
            event,
            e.Moderated(LAB, self.mo.id, "mo", Deed.KICK, self.bob.id, "bob", "spam", None, 1000.0),
        )
        self.assertEqual(
            left, e.Left(LAB, self.bob.id, "bob", "", 1000.0, e.Cause.KICKED, is_told=True)
        )
        self.assertEqual(list(self.bob.rooms), [LOBBY])
        self.does(self.bob, c.Join(LAB))

    def test_out_of_the_chat(self) -> None:
        event, gone = self.does(self.op, moderate(Deed.KICK, "bob", EVERYWHERE))
        assert isinstance(event, e.Moderated)
        self.assertEqual((event.room, event.rooms), ("", (LOBBY, LAB)))
        assert isinstance(gone, e.Departed)
        self.assertEqual(
            (gone.rooms, gone.cause, gone.words, gone.is_told),
            ((LOBBY, LAB), e.Cause.KICKED, "spam", True),
        )
        self.assertIsNone(self.chat.person("bob"))

    def test_who_is_not_there(self) -> None:
        self.assert_refused(self.mo, moderate(Deed.KICK, "op"), R.NO_SUCH_PERSON)
        self.assert_refused(self.mo, moderate(Deed.KICK, "nobody"), R.NO_SUCH_PERSON)

    def test_a_time_means_nothing_to_it(self) -> None:
        event, _ = self.does(self.mo, moderate(Deed.KICK, "bob", seconds=60))
        assert isinstance(event, e.Moderated)
        self.assertIsNone(event.until)


class MuteTests(CoreTestCase):
    def test_until_the_time_is_over(self) -> None:
        self.does(self.mo, moderate(Deed.MUTE, "bob", seconds=60))
        refused = self.refuses(self.bob, c.Say(LAB, "x"))
        self.assertEqual(refused, e.Refused(R.MUTED, LAB, "spam", 1060.0, 1000.0))
        self.time = 1059.9
        self.assert_refused(self.bob, c.Say(LAB, "x"), R.MUTED)
        self.time = 1060.0
        self.assert_speaks(self.bob)

    def test_whatever_one_says_it_with(self) -> None:
        self.does(self.mo, moderate(Deed.MUTE, "bob"))
        self.does(self.cat, c.Leave(LAB))
        for command in (c.Say(LAB, "x", action=True), c.SetTopic(LAB, "x"), c.Invite(LAB, "cat")):
            refused = self.refuses(self.bob, command)
            self.assertEqual((refused.code, refused.about), (R.MUTED, LAB))
        (left,) = self.does(self.bob, c.Leave(LAB, "an insult"))
        assert isinstance(left, e.Left)
        self.assertEqual(left.words, "")
        self.assert_speaks(self.bob, room=LOBBY)

    def test_reasons_for_being_away_and_parting_words(self) -> None:
        self.does(self.mo, moderate(Deed.MUTE, "bob"))
        away, _ = self.does(self.bob, c.SetAway("an insult"))
        assert isinstance(away, e.AwayChanged)
        self.assertEqual(away.words, "")
        gone, _ = self.does(self.bob, c.Quit("an insult"))
        assert isinstance(gone, e.Departed)
        self.assertEqual(gone.words, "")

    def test_everywhere(self) -> None:
        self.does(self.op, moderate(Deed.MUTE, "bob", EVERYWHERE))
        self.does(self.cat, c.Leave(LAB))
        for command in (c.Say(LAB, "x"), c.Whisper("cat", "x"), c.Invite(LAB, "cat")):
            refused = self.refuses(self.bob, command)
            self.assertEqual((refused.code, refused.about), (R.MUTED, ""))

    def test_everywhere_operators_may_still_be_asked(self) -> None:
        self.does(self.op, moderate(Deed.MUTE, "bob", EVERYWHERE))
        self.does(self.bob, c.Whisper("op", "why?"))

    def test_everywhere_it_meets_moderators_too(self) -> None:
        self.does(self.op, moderate(Deed.MUTE, "ada", EVERYWHERE))
        self.assert_refused(self.ada, c.Say(LAB, "x"), R.MUTED)

    def test_another_name_does_not_help(self) -> None:
        self.does(self.mo, moderate(Deed.MUTE, "bob"))
        self.assert_refused(self.bob, c.Rename("bert"), R.MUTED)
        self.does(self.bob, c.Leave(LAB))
        self.does(self.bob, c.Rename("bert"))
        self.does(self.bob, c.Join(LAB))
        self.assert_refused(self.bob, c.Say(LAB, "x"), R.MUTED)
        self.does(self.cat, c.Rename("bob"))
        self.assert_refused(self.cat, c.Say(LAB, "x"), R.MUTED)

    def test_a_pattern(self) -> None:
        self.does(self.mo, moderate(Deed.MUTE, "?o*"))
        self.assert_refused(self.bob, c.Say(LAB, "x"), R.MUTED)
        self.assert_speaks(self.cat, self.mo)

    def test_patterns_that_are_none(self) -> None:
        for bad in ("", "*", "**?", "a b*", " "):
            self.assert_refused(self.mo, moderate(Deed.MUTE, bad), R.NO_PATTERN)

    def test_a_pattern_with_many_stars_takes_no_time(self) -> None:
        self.does(self.mo, moderate(Deed.MUTE, "*a" * 12 + "*b"))
        self.does(self.cat, c.Rename("a" * 24))
        self.assert_speaks(self.cat)  # for minutes, if it were tried in all ways

    def test_what_patterns_meet(self) -> None:
        for pattern, met, not_met in (
            ("bob", ["bob", "BOB", "ｂob"], ["bobo", "bo"]),
            ("b*", ["b", "bob"], ["cob"]),
            ("*b*", ["bob", "abc", "b"], ["cat"]),
            ("a*b*c", ["abc", "axbxc", "abcbc"], ["ab", "acb", "abcd"]),
            ("*ab*ab", ["abab", "xabyab", "ababab"], ["ab", "abb"]),
            ("?", ["x", "小"], ["xx"]),
            ("a?c*", ["abc", "abcd"], ["ac", "abd"]),
            ("a.c", ["a.c"], ["abc"]),
            ("**a**", ["a", "xax"], ["x"]),
            ("*", ["", "x"], []),
        ):
            sanction = Sanction("", pattern, "mo", "", None, 0.0)
            for name in met:
                self.assertTrue(sanction.meets(User("9", name)), (pattern, name))
            for name in not_met:
                self.assertFalse(sanction.meets(User("9", name)), (pattern, name))

    def test_an_account_that_is_away(self) -> None:
        dot = self.comes("dot", registers=True)
        self.chat.depart(dot, e.Cause.LEFT)
        self.does(self.mo, moderate(Deed.MUTE, "dot"))
        dot = self.comes_back(dot)
        self.does(dot, c.Join(LAB))
        self.assert_refused(dot, c.Say(LAB, "x"), R.MUTED)

    def test_the_last_deed_holds(self) -> None:
        self.does(self.mo, moderate(Deed.MUTE, "bob"))
        self.does(self.ada, moderate(Deed.MUTE, "bob", seconds=60))
        self.time += 60
        self.assert_speaks(self.bob)

    def test_lifted(self) -> None:
        self.does(self.mo, moderate(Deed.MUTE, "Bo*"))
        self.does(self.mo, moderate(Deed.MUTE, "bob"))
        self.does(self.mo, moderate(Deed.UNMUTE, "BOB"))
        self.assert_refused(self.bob, c.Say(LAB, "x"), R.MUTED)
        self.does(self.mo, moderate(Deed.UNMUTE, "bo*"))
        self.assert_speaks(self.bob)
        self.assert_refused(self.mo, moderate(Deed.UNMUTE, "bob"), R.NOT_SANCTIONED)

    def test_what_is_over_cannot_be_lifted(self) -> None:
        self.does(self.mo, moderate(Deed.MUTE, "bob", seconds=60))
        self.time += 60
        self.assert_refused(self.mo, moderate(Deed.UNMUTE, "bob"), R.NOT_SANCTIONED)

    def test_longer_than_a_century_is_for_good(self) -> None:
        (event,) = self.does(self.mo, moderate(Deed.MUTE, "bob", seconds=LONGEST + 1))
        assert isinstance(event, e.Moderated)
        self.assertIsNone(event.until)


class BanTests(CoreTestCase):
    def test_put_out_and_kept_out(self) -> None:
        event, left = self.does(self.mo, moderate(Deed.BAN, "bob", seconds=60))
        assert isinstance(event, e.Moderated)
        assert isinstance(left, e.Left)
        self.assertEqual((left.cause, left.is_told, event.until), (e.Cause.BANNED, True, 1060.0))
        self.assertEqual(
            self.refuses(self.bob, c.Join(LAB)), e.Refused(R.BANNED, LAB, "spam", 1060.0, 1000.0)
        )
        self.time = 1060.0
        self.does(self.bob, c.Join(LAB))

    def test_neither_an_invitation_nor_a_key_helps(self) -> None:
        self.does(self.ada, c.ChangeRules(LAB, (("key", "sesame"),)))
        self.does(self.mo, moderate(Deed.BAN, "bob"))
        self.does(self.ada, c.Invite(LAB, "bob"))
        self.assert_refused(self.bob, c.Join(LAB, key="sesame"), R.BANNED)
        self.assert_refused(self.bob, c.Join(LAB, is_kept=True), R.BANNED)

    def test_a_pattern_puts_all_out_whom_it_meets_but_moderators(self) -> None:
        event, *left = self.does(self.mo, moderate(Deed.BAN, "?o?"))
        self.assertEqual([item.who for item in left if isinstance(item, e.Left)], ["bob"])
        self.assertFalse(any(item.is_told for item in left if isinstance(item, e.Left)))
        assert isinstance(event, e.Moderated)
        self.assertEqual((event.to_user, event.to), ("", "?o?"))
        event, *left = self.does(self.mo, moderate(Deed.BAN, "m*"))
        self.assertEqual(left, [])

    def test_everywhere_by_a_pattern_is_told_where_they_were(self) -> None:
        self.does(self.cat, c.Join("#cats"))
        event, *gone = self.does(self.op, moderate(Deed.BAN, "?[a]t", EVERYWHERE))
        self.assertEqual(gone, [])
        event, *gone = self.does(self.op, moderate(Deed.BAN, "?at", EVERYWHERE))
        assert isinstance(event, e.Moderated)
        self.assertEqual(event.rooms, (LOBBY, LAB, "#cats"))
        (departed,) = gone
        assert isinstance(departed, e.Departed)
        self.assertEqual((departed.cause, departed.is_told), (e.Cause.BANNED, False))

    def test_who_is_banned_everywhere_may_not_come_in(self) -> None:
        self.does(self.op, moderate(Deed.BAN, "bob", EVERYWHERE, 60))
        for user in (User(self.bob.id, "bert"), User("0" * 16, "bob")):
            self.assertEqual(
                self.chat.why_not_enter(user), e.Refused(R.BANNED, "", "spam", 1060.0, 1000.0)
            )
        self.assertIsNone(self.chat.why_not_enter(User("0" * 16, "bert")))
        self.time = 1060.0
        self.assertIsNone(self.chat.why_not_enter(User(self.bob.id, "bob")))

    def test_addresses(self) -> None:
        self.assert_refused(self.mo, moderate(Deed.BAN, "192.0.2.7"), R.ADDRESS_BAN)
        self.assert_refused(self.op, moderate(Deed.MUTE, "192.0.2.7", EVERYWHERE), R.ADDRESS_BAN)
        for typed, network in (
            ("192.0.2.7", "192.0.2.7/32"), ("192.0.2.7/24", "192.0.2.0/24"),
            ("2001:db8::7", "2001:db8::7/128"),
        ):  # fmt: skip
            (event,) = self.does(self.op, moderate(Deed.BAN, typed, EVERYWHERE, 60))
            assert isinstance(event, e.Moderated)
            self.assertEqual((event.to_user, event.to, event.rooms), (ADDRESS, network, ()))
        self.assertEqual(len(self.chat.address_bans()), 3)
        self.does(self.op, moderate(Deed.UNBAN, "192.0.2.0/24", EVERYWHERE))
        self.assertEqual(len(self.chat.address_bans()), 2)
        self.time += 60
        self.assertEqual(self.chat.address_bans(), [])

    def test_lists(self) -> None:
        self.does(self.mo, moderate(Deed.MUTE, "cat", seconds=60))
        self.does(self.mo, moderate(Deed.BAN, "bob"))
        mute = Sanction(self.cat.id, "cat", "mo", "spam", 1060.0, 1000.0)
        ban = Sanction(self.bob.id, "bob", "mo", "spam", None, 1000.0)
        self.assertEqual(
            self.decides(self.mo, c.ListSanctions(LAB)), [e.SanctionsListed(LAB, (mute,), (ban,))]
        )
        self.time += 60
        self.assertEqual(
            self.decides(self.mo, c.ListSanctions(LAB)), [e.SanctionsListed(LAB, (), (ban,))]
        )
        self.assertEqual(
            self.decides(self.op, c.ListSanctions(EVERYWHERE)), [e.SanctionsListed("", (), ())]
        )


class ManySanctionsTests(CoreTestCase):
    limits = replace(DEFAULT_LIMITS, sanctions=2)

    def test_as_many_as_there_may_be(self) -> None:
        for name in ("a*", "b*"):
            self.does(self.mo, moderate(Deed.MUTE, name, seconds=60))
        self.assert_refused(self.mo, moderate(Deed.MUTE, "c*"), R.SANCTIONS)
        self.does(self.mo, moderate(Deed.MUTE, "B*", seconds=60))
        self.does(self.mo, moderate(Deed.BAN, "c*"))

    def test_those_that_are_over_do_not_count(self) -> None:
        for name in ("a*", "b*"):
            self.does(self.mo, moderate(Deed.MUTE, name, seconds=60))
        self.time += 60
        self.does(self.mo, moderate(Deed.MUTE, "c*"))


class VoiceTests(CoreTestCase):
    def test_only_who_has_a_voice_speaks(self) -> None:
        self.does(self.ada, c.ChangeRules(LAB, (("moderated", "on"),)))
        self.assert_refused(self.bob, c.Say(LAB, "x"), R.MODERATED)
        self.does(self.mo, moderate(Deed.VOICE, "bob"))
        self.assert_speaks(self.bob, self.mo, self.ada)
        self.does(self.mo, moderate(Deed.DEVOICE, "bob"))
        self.assert_refused(self.bob, c.Say(LAB, "x"), R.MODERATED)
        self.assert_refused(self.mo, moderate(Deed.DEVOICE, "bob"), R.NOT_SANCTIONED)
        self.assert_refused(self.mo, moderate(Deed.VOICE, "nobody"), R.NO_SUCH_PERSON)

    def test_a_voice_does_not_help_who_is_muted(self) -> None:
        self.does(self.mo, moderate(Deed.VOICE, "bob"))
        self.does(self.mo, moderate(Deed.MUTE, "bob"))
        self.assert_refused(self.bob, c.Say(LAB, "x"), R.MUTED)


class UnderWayTests(CoreTestCase):
    """What is decided holds at once, and is undone if it cannot be kept."""

    def test_before_it_is_committed(self) -> None:
        (event,) = self.decides(self.mo, moderate(Deed.MUTE, "bob"))
        self.assert_refused(self.bob, c.Say(LAB, "x"), R.MUTED)
        assert isinstance(event, e.Moderated)
        self.chat.unkept(event)
        self.assert_speaks(self.bob)

    def test_what_was_kept_of_several(self) -> None:
        (muted,) = self.decides(self.mo, moderate(Deed.MUTE, "bob"))
        (lifted,) = self.decides(self.ada, moderate(Deed.UNMUTE, "bob"))
        assert isinstance(muted, e.Moderated)
        assert isinstance(lifted, e.Moderated)
        self.assert_speaks(self.bob)
        self.chat.apply(muted)
        self.assert_speaks(self.bob)
        self.chat.unkept(lifted)
        self.assert_refused(self.bob, c.Say(LAB, "x"), R.MUTED)

    def test_a_room_whose_founding_is_not_kept(self) -> None:
        items = self.decides(self.ada, c.Join("#new"))
        (founded,) = (item for item in items if isinstance(item, e.Moderated))
        self.chat.unkept(founded)
        self.assert_refused(self.ada, c.ChangeRules("#new", (("slow", "1"),)), R.NOT_MODERATOR)

    def test_after_a_restart_the_same_holds(self) -> None:
        self.does(self.mo, moderate(Deed.MUTE, "bob", seconds=600))
        self.does(self.op, moderate(Deed.BAN, "spam*", EVERYWHERE))
        self.does(self.ada, c.ChangeRules(LAB, (("slow", "10"), ("key", "sesame"))))
        before = self.chat.room(LAB)
        self.restarts()
        after = self.chat.room(LAB)
        assert before is not None
        assert after is not None
        self.assertEqual(after.law, before.law)
        self.assertTrue(after.is_restrained)
        self.assertIsNotNone(self.chat.why_not_enter(User("1" * 16, "spammer")))


class DeleteTests(CoreTestCase):
    def test_the_engine_knows_whether_there_is_such_a_line(self) -> None:
        self.assertEqual(
            self.decides(self.mo, c.Delete(LAB, 12, " a number ")),
            [e.Deleted(LAB, 12, self.mo.id, "mo", "a number", 1000.0)],
        )

    def test_words_are_cleaned_and_cut(self) -> None:
        (deleted,) = self.decides(self.mo, c.Delete(LAB, 1, "\x1b" + "x" * 1_000))
        assert isinstance(deleted, e.Deleted)
        self.assertEqual(deleted.words, "␛" + "x" * (self.limits.words - 1))
