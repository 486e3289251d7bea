"""Moderators on nc: what they type, what is never said, and what they and others read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.engines import OnSlowEngine, OnSQLite
from twistchat.core.accounts import Role
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.testing import JSON, ChatTestCase, Program

if TYPE_CHECKING:
    from twistchat.testing import Person


class ModeratorTests(ChatTestCase):
    def moderated(self) -> tuple[Person, Person]:
        ada, bob = self.people("ada", "bob")
        self.world.registers(ada, role=Role.OPERATOR)
        return ada, bob

    def test_what_is_mistyped_is_never_said(self) -> None:
        ada, bob = self.moderated()
        for line, answer in (
            ("/mute bob 10min", "-- Nothing was done: 10min is no time. Write 10m, 2h or 7d."),
            ("/mute", "-- Usage: /mute [#ROOM] NAME [TIME] [WHY]"),
            ("/delete twelve", "-- Usage: /delete [#ROOM] NUMBER [WHY]"),
            ("/slow", "-- Usage: /slow SECONDS|off [#ROOM]"),
            ("/bans bob", "-- Usage: /bans [#ROOM]"),
            ("/kik bob", "-- There is no command /kik. Did you mean /kick?"),
            ("/ kick bob", "-- There is no command /; // at the start says a line with a slash."),
            ("/kick nobody", "-- Nobody here is called nobody. /who shows who is."),
            ("/rules slwo=10", "-- There is no rule slwo."),
            ("/rules slow=often", "-- The rule slow is given seconds between two lines"),
            ("/rules topic-locked=x", "-- The rule topic-locked is given on or off."),
            ("/kick #none bob", "-- There is no room #none to do that in."),
            ("/mute *", "-- That is no name, and no pattern of names like spam*: *"),
            ("/exempt bob 9min", "-- Nothing was done: 9min is no time. Write 10m, 2h or 7d."),
            ("/allow", "-- Usage: /allow [#ROOM] NAME [TIME] [WHY]"),
            ("/exempt #* bob", "-- There is no room #* to do that in."),
            ("/disallow bob", "-- There is nothing of bob to be taken back. Look at /bans."),
            ("/unban bob", "-- There is nothing of bob to be taken back. Look at /bans."),
        ):
            (seen,) = self.typing(ada, line)
            self.assertTrue(seen.startswith(answer), seen)
        self.assertEqual(bob.sees(), [])

    def test_the_pages_of_help(self) -> None:
        (ada,) = self.people("ada")
        page = self.typing(ada, "/help moderation")
        self.assertEqual(page[0], "-- Moderation:")
        self.assertEqual(
            page[1], "--   /kick [#ROOM] NAME [WHY]           put somebody out of the room"
        )
        self.assertTrue(all(line.startswith("-- ") for line in page))
        self.assertEqual(self.typing(ada, "/help Accounts")[0], "-- Accounts:")
        self.assertIn("/help accounts, /help moderation", self.typing(ada, "/help")[-1])

    def test_numbers(self) -> None:
        ada, bob = self.moderated()
        self.typing(ada, "/numbers on")
        bob.types("one")
        bob.types("/me waves")
        bob.types("/topic cats")
        bob.types("/msg ada psst")
        self.turn()
        self.assertEqual(
            ada.sees(),
            [
                "(1) <bob> one", "(2) * bob waves", "-- bob changed the topic of #lobby: cats",
                "<bob -> ada> psst",
            ],
        )  # fmt: skip
        self.typing(ada, "/delete 1")
        self.assertEqual(
            self.typing(ada, "/time on", "/history 4")[1:],
            [
                "-- The last 4 lines of #lobby:", "[00:00] (1) <bob> (deleted by a moderator)",
                "[00:00] (2) * bob waves", "[00:00] -- bob changed the topic of #lobby: cats",
                "[00:00] -- ada deleted line 1.",
            ],
        )  # fmt: skip
        bob.types("two")
        self.turn()
        self.assertEqual(ada.sees(), ["[00:00] (5) <bob> two"])
        self.assertEqual(self.typing(ada, "/numbers off", "/time off", "x")[-1], "<ada> x")

    def test_what_was_meant_for_a_room_that_one_was_put_out_of(self) -> None:
        ada, bob = self.moderated()
        self.typing(bob, "/join #lab", "psst")
        self.typing(ada, "/kick #lab bob")
        self.assertEqual(bob.sees(), ["-- ada put bob out of #lab."])
        moved = "-- Not sent: you are no longer in #lab. What you type now goes to #lobby."
        self.assertEqual(self.typing(bob, "a secret"), [moved])
        self.assertEqual(self.typing(bob, "hello"), ["<bob> hello"])
        self.assertEqual(ada.sees(), ["<bob> hello"])

    def test_commands_meant_for_it_are_not_done_elsewhere(self) -> None:
        ada, bob = self.moderated()
        self.typing(bob, "/join #lab", "psst")
        self.typing(ada, "/kick #lab bob")
        bob.sees()
        (moved,) = self.typing(bob, "/topic secret plans")
        self.assertTrue(moved.startswith("-- Not sent: you are no longer in #lab."))
        self.assertEqual(ada.sees(), [])

    def test_commands_of_other_places_are_done(self) -> None:
        ada, bob = self.moderated()
        self.typing(bob, "/join #lab", "psst")
        self.typing(ada, "/kick #lab bob")
        bob.sees()
        self.assertEqual(self.typing(bob, "/msg ada why?"), ["<bob -> ada> why?"])
        self.typing(bob, "/join #lab", "psst")
        self.typing(ada, "/kick #lab bob")
        bob.sees()
        self.assertEqual(self.typing(bob, "/msg #lobby why?"), ["<bob> why?"])

    def test_who_is_in_no_room_any_more_is_told_so(self) -> None:
        ada, bob = self.moderated()
        self.typing(bob, "hello")
        self.typing(ada, "/kick bob")
        bob.sees()
        self.assertEqual(
            self.typing(bob, "hello?"),
            ["-- You are in no room. /join #lobby goes back to the lobby."],
        )

    def test_lists(self) -> None:
        ada, bob = self.moderated()
        self.assertEqual(
            self.typing(ada, "/bans"), ["-- Nobody is muted in #lobby, or banned from it."]
        )
        self.assertEqual(
            self.typing(ada, "/bans #*"),
            ["-- Nobody is muted everywhere, or banned from the chat."],
        )
        for line in (
            "/mute bob 10m", "/ban spam* 2d advertising", "/ban #* 192.0.2.7/24",
            "/mute #* bob no more",
        ):  # fmt: skip
            self.typing(ada, line)
        self.assertEqual(
            self.typing(ada, "/bans"),
            [
                "-- Muted in #lobby:", "--   bob until 00:10, by ada", "-- Banned from #lobby:",
                "--   spam* until 1970-01-03 00:00, by ada (advertising)",
            ],
        )  # fmt: skip
        self.assertEqual(
            self.typing(ada, "/bans #*"),
            [
                "-- Muted everywhere:", "--   bob for good, by ada (no more)",
                "-- Banned from the chat:", "--   192.0.2.0/24 for good, by ada",
            ],
        )  # fmt: skip
        for line in ("/exempt spambot", "/allow bob 10m a guest", "/unban spam*", "/unmute bob"):
            self.typing(ada, line)
        self.assertEqual(
            self.typing(ada, "/bans"),
            [
                "-- Exempt from the bans of #lobby:", "--   spambot for good, by ada",
                "-- Come into #lobby uninvited:", "--   bob until 00:10, by ada (a guest)",
            ],
        )  # fmt: skip
        self.assertNotIn("192.0.2", " ".join(bob.sees()))

    def test_rules_and_who_moderates(self) -> None:
        ada, bob, cat = self.people("ada", "bob", "cat")
        for person in (ada, bob):
            self.world.registers(person)
        for person in (ada, bob, cat):
            self.typing(person, "/join #lab")
        self.typing(ada, "/op bob", "/voice cat")
        cat.sees()
        self.assertEqual(
            self.typing(cat, "/rules"),
            [
                "-- #lab has no rules: everybody may come in, and speak.",
                "-- #lab was founded by ada.", "-- Moderators of #lab: bob.",
                "-- With a voice in #lab: cat.",
            ],
        )  # fmt: skip
        self.typing(ada, "/rules key=sesame limit=3 moderated retention=2d,1", "/slow 90")
        several, one = cat.sees()
        self.assertEqual(
            several,
            "-- ada changed #lab: one needs its key to come in, 3 people at most, only who has a "
            "voice may speak, lines are kept for 2 days, 1 line is kept.",
        )
        self.assertEqual(one, "-- ada changed #lab: 90 seconds between two lines of one person.")
        self.assertEqual(self.typing(cat, "/rules")[0].count("sesame"), 0)

    def test_a_word_behind_a_room_is_a_room_and_never_a_key(self) -> None:
        ada, bob = self.moderated()
        self.typing(ada, "/join #lab", "/rules key=cats")
        self.typing(bob, "/join #lab cats")
        assert bob.user is not None
        self.assertEqual(list(bob.user.rooms), ["#lobby", "#cats"])
        self.assertIn("-- bob joined #lab.", self.typing(bob, "/join #lab key=cats"))

    def test_in_the_history_of_a_room(self) -> None:
        ada, _ = self.moderated()
        self.typing(ada, "/mute bob 10m spam", "/rules slow=10", "/ban #* spam*")
        (cat,) = self.people("cat")
        self.assertEqual(
            self.typing(cat, "/history"),
            [
                "-- The last 2 lines of #lobby:",
                "[00:00] -- ada muted bob until 00:10 (spam).",
                "[00:00] -- ada changed #lobby: 10 seconds between two lines of one person.",
            ],
        )

    def test_nobody_is_deaf_to_moderators(self) -> None:
        ada, bob = self.moderated()
        self.typing(bob, "/ignore ada")
        self.typing(ada, "/mute bob 10m")
        self.assertEqual(bob.sees(), ["-- ada muted bob until 00:10."])

    def test_at_the_door(self) -> None:
        ada, _ = self.moderated()
        self.typing(ada, "/ban #* bob 10m spam")
        bob = self.connect()
        bob.sees()
        self.assertEqual(
            self.typing(bob, "bob"), ["-- Sorry, you are banned from this chat until 00:10 (spam)."]
        )
        self.assertIn("-- bert joined.", self.typing(bob, "bert"))

    def test_each_reads_until_when_in_their_own_format(self) -> None:
        ada, bob = self.moderated()
        program = self.world.connect(JSON)
        assert isinstance(program, Program)
        program.comes_in_as("bot")
        self.turn()
        program.hears()
        self.typing(ada, "/mute bot 10m spam")
        (told,) = program.hears()
        until = told["until"]
        self.assertEqual(
            [told[name] for name in ("type", "deed", "to", "words")],
            ["moderated", "mute", "bot", "spam"],
        )
        program.says("but")
        self.turn()
        (refused,) = program.hears()
        self.assertEqual(
            (refused["code"], refused["about"], refused["hint"], refused["until"]),
            ("muted", "#lobby", "spam", until),
        )
        self.assertIn("-- ada muted bot until 00:10 (spam).", bob.sees())


class ModeratorOnSlowEngineTests(OnSlowEngine, ModeratorTests):
    """The same, with commits that take a while."""

    def test_what_cannot_be_kept_is_undone(self) -> None:
        ada, bob = self.moderated()
        self.slow.fails = True
        self.assertEqual(
            self.typing(ada, "/mute bob", "/rules secret", "/delete 1"),
            ["-- Not done: the server could not keep it. Try again."] * 3,
        )
        self.slow.fails = False
        self.assertEqual(self.typing(bob, "still here"), ["<bob> still here"])
        self.assertEqual(ada.sees(), ["<bob> still here"])

    def test_who_is_put_out_stays_out_though_nobody_can_keep_why(self) -> None:
        ada, bob = self.moderated()
        self.slow.fails = True
        self.typing(ada, "/kick #* bob")
        self.assertFalse(bob.is_connected)
        self.assertIsNone(self.world.parts.chat.person("bob"))


class ModeratorOnSQLiteTests(OnSQLite, ModeratorTests):
    """The same, on a database."""

    def test_all_of_it_survives_a_restart(self) -> None:
        ada, bob, cat = self.people("ada", "bob", "cat")
        self.world.registers(ada)
        for person in (ada, bob, cat):
            self.typing(person, "/join #lab")
        self.typing(ada, "/ban bob 2d spam", "/mute cat 10m", "/rules slow=10 key=sesame")
        self.is_killed()
        bob, dot = self.people("bob", "dot")
        self.assertEqual(
            self.typing(bob, "/join #lab"),
            ["-- You are banned from #lab until 1970-01-03 00:00 (spam)."],
        )
        self.assertEqual(
            self.typing(dot, "/join #lab"), ["-- #lab has a key: /join #lab key=WORD goes there."]
        )
        self.assertIn("-- dot joined #lab.", self.typing(dot, "/join #lab key=sesame"))
        rules, founder = self.typing(dot, "/rules")
        self.assertEqual(
            rules,
            "-- Rules of #lab: one needs its key to come in, 10 seconds between two lines of one "
            "person.",
        )
        self.assertEqual(founder, "-- #lab was founded by ada.")


class CrowdedTests(ChatTestCase):
    """Where many hear a room, and are told of those who come and go in one line."""

    limits = replace(DEFAULT_LIMITS, crowd=3)

    def test_who_is_put_out_is_told_at_once_and_once(self) -> None:
        ada, *others = self.people("ada", "bob", "cat", "dot")
        self.world.registers(ada, role=Role.OPERATOR)
        self.wait(10)
        eve = self.world.connect()
        eve.types("eve")
        self.turn()
        for person in others:
            person.sees()
        self.typing(ada, "/kick eve", "/ban c*t")
        self.wait(10)
        self.assertEqual(
            others[0].sees(),
            [
                "-- eve joined.", "-- ada put eve out of #lobby.",
                "-- ada banned c*t from #lobby for good.", "-- cat was put out of #lobby.",
            ],
        )  # fmt: skip
