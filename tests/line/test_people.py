"""Being away, being known, being ignored; on an engine that commits at once, and a slow one."""

from __future__ import annotations

from tests.engines import OnSlowEngine, OnSQLite
from twistchat.core.limits import Limits
from twistchat.testing import ChatTestCase


class PeopleTests(ChatTestCase):
    def test_away_and_back(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.assertEqual(
            self.typing(alice, "/away at lunch"),
            ["-- You are away: at lunch. Anyone who writes to you alone is told; /back ends it."],
        )
        self.assertEqual(bob.sees(), [])
        self.assertEqual(
            self.typing(bob, "/msg alice hi"),
            ["<bob -> alice> hi", "-- alice is away: at lunch"],
        )
        self.assertEqual(self.typing(alice, "/away")[-1], "-- You are back.")
        self.assertEqual(self.typing(bob, "/msg alice hi"), ["<bob -> alice> hi"])
        self.typing(alice, "/away")
        self.assertEqual(self.typing(bob, "/msg alice hi")[-1], "-- alice is away.")
        self.assertEqual(self.typing(alice, "/back")[-1], "-- You are back.")
        self.assertEqual(self.typing(alice, "/back"), ["-- You are back."])
        self.typing(alice, "/away")
        self.assertEqual(self.typing(alice, "/away off")[-1], "-- You are back.")

    def test_away_words_are_clean_and_short(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/away \x1b[2J" + "x" * 300)
        seen = self.typing(bob, "/msg alice hi")[-1]
        self.assertEqual(seen, "-- alice is away: ␛[2J" + "x" * 196)

    def test_what_is_known_of_somebody(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #cats #dogs")
        self.typing(bob, "/join #cats", "/join #birds")
        self.wait(60 * 50)
        self.typing(bob, "/me moves")
        self.wait(60 * 2)
        self.typing(bob, "/away")
        alice.sees()
        self.assertEqual(
            self.typing(alice, "/whois BOB"),
            [
                "-- bob has been here for 52 minutes, and silent for 2 minutes.",
                "-- bob is in #lobby, #cats with you.",  # and not where only one of them is
                "-- bob is away.",
            ],
        )
        self.assertEqual(
            self.typing(alice, "/whois carol"),
            ["-- Nobody here is called carol. /who shows who is."],
        )
        self.wait(3 * 86_400)
        self.assertIn("for 3 days", self.typing(alice, "/whois alice")[0])

    def test_nobody_learns_an_address(self) -> None:
        alice, bob = self.people("alice", "bob")
        for words in ("/whois alice", "/who", "/rooms", "/whois bob"):
            for line in self.typing(bob, words):
                self.assertNotIn("192.168.", line)
        alice.sees()

    def test_ignoring(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        self.assertEqual(
            self.typing(alice, "/ignore Bob"),
            ["-- You hear nothing more of Bob. /unignore Bob ends it."],
        )
        self.typing(bob, "/join #cats", "/invite alice", "/room #lobby")
        bob.sends(b"hello\n/me waves\n/msg alice psst\n")
        carol.types("hi")
        bob.types("/topic of bob")
        self.turn()
        self.assertEqual(alice.sees(), ["<carol> hi", "-- bob changed the topic of #lobby: of bob"])
        self.assertIn("<bob -> alice> psst", bob.sees())  # who is ignored is not told
        self.assertIn("<bob> hello", carol.sees())
        self.assertEqual(
            self.typing(alice, "/ignore"), ["-- You ignore Bob. /unignore NAME ends it."]
        )
        self.assertEqual(self.typing(alice, "/unignore bob"), ["-- You hear bob again."])
        self.typing(bob, "now?")
        self.assertEqual(alice.sees(), ["<bob> now?"])
        self.assertEqual(self.typing(alice, "/unignore bob"), ["-- You do not ignore bob."])
        self.assertEqual(
            self.typing(alice, "/ignore"),
            ["-- You ignore nobody now. To begin: /ignore NAME"],
        )

    def test_who_is_ignored_stays_so_under_another_name(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/ignore bob")
        bob.sends(b"one\n/nick rob\ntwo\n")
        self.turn()
        self.assertEqual(alice.sees(), ["-- bob is now rob."])
        self.typing(bob, "three")
        self.assertEqual(alice.sees(), [])
        self.typing(bob, "/quit")
        self.assertEqual(alice.sees(), ["-- rob left."])
        rob, bob = self.people("rob", "bob")
        self.typing(rob, "innocent")
        self.typing(bob, "back")  # who comes back under the name that was typed is ignored
        self.assertEqual(alice.sees(), ["<rob> innocent"])

    def test_who_is_ignored_is_not_in_the_past_either(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(bob, "one")
        self.typing(alice, "two", "/ignore bob")
        self.assertEqual(
            self.typing(alice, "/history 2"), ["-- The last line of #lobby:", "[00:00] <alice> two"]
        )

    def test_nor_under_the_name_they_had_then(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(bob, "insult")
        self.typing(alice, "/ignore bob")
        self.typing(bob, "/nick rob")
        alice.sees()
        self.assertEqual(
            self.typing(alice, "/history"), ["-- Nothing has been said in #lobby yet."]
        )
        self.assertEqual(self.typing(alice, "/unignore bob"), ["-- You hear bob again."])
        self.typing(bob, "still rob")
        self.assertEqual(alice.sees(), ["<rob> still rob"])

    def test_parting_words_are_words_too(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/ignore bob")
        self.typing(bob, "/leave #lobby insult")
        self.assertEqual(alice.sees(), ["-- bob left #lobby."])
        self.typing(bob, "/join #lobby", "/quit insult")
        self.assertEqual(alice.sees(), ["-- bob joined.", "-- bob left."])

    def test_ignoring_on_the_way_out_costs_nobody_a_line(self) -> None:
        eve, bob, carol = self.people("eve", "bob", "carol")
        eve.wire.stall()
        self.typing(eve, "/quit")
        self.typing(eve, "/ignore bob")
        carol.sees()
        self.typing(bob, "hello")
        self.assertEqual(carol.sees(), ["<bob> hello"])

    def test_taking_the_name_of_somebody_one_ignores(self) -> None:
        (alice,) = self.people("alice")
        self.assertEqual(
            self.typing(alice, "/ignore carol"),
            ["-- Nobody is called carol now. You will hear nothing of them if they come."],
        )
        self.assertEqual(
            self.typing(alice, "/nick carol", "hello"),
            ["-- alice is now carol.", "<carol> hello"],
        )

    def test_what_nobody_can_be_called_cannot_be_ignored(self) -> None:
        (alice,) = self.people("alice")
        for name in ("\ufdfa" * 5000, "a" + "\u0316\u0301" * 2000, "a!b", "x" * 30):
            self.assertTrue(self.typing(alice, f"/ignore {name}")[0].startswith("-- Nobody here"))
            self.assertTrue(self.typing(alice, f"/unignore {name}")[0].startswith("-- You do not"))
            self.wait(10)
        self.assertEqual(
            self.typing(alice, "/ignore"),
            ["-- You ignore nobody now. To begin: /ignore NAME"],
        )

    def test_ignoring_oneself(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.assertEqual(self.typing(alice, "/ignore ALICE"), ["-- You cannot ignore yourself."])
        self.typing(alice, "/ignore bob")
        # Another's ignoring is another's.
        self.typing(bob, "/ignore alice", "/unignore alice")
        self.typing(bob, "heard?")
        self.assertEqual(alice.sees(), [])

    def test_times(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.assertEqual(
            self.typing(alice, "/time on"),
            ["-- Each line shows the server's time now. /time off takes it away."],
        )
        self.wait(3600)
        self.assertEqual(self.typing(bob, "hello"), ["<bob> hello"])
        self.assertEqual(alice.sees(), ["[01:00] <bob> hello"])
        self.typing(bob, "/msg alice psst")
        self.assertEqual(alice.sees(), ["[01:00] <bob -> alice> psst"])
        self.assertEqual(self.typing(alice, "/who"), ["-- In #lobby (2): alice, bob"])
        self.assertEqual(self.typing(alice, "/time off"), ["-- Lines no longer show the time."])
        bob.types("again")
        self.turn()
        self.assertEqual(alice.sees(), ["<bob> again"])


class PeopleOnSlowEngineTests(OnSlowEngine, PeopleTests):
    """The same, with commits that take a while."""


class ManyIgnoredTests(ChatTestCase):
    limits = Limits(ignores=2)

    def test_one_may_ignore_so_many(self) -> None:
        (alice,) = self.people("alice")
        for name in "abc":
            alice.types(f"/ignore {name}")
        self.turn()
        self.assertEqual(
            alice.sees()[-1],
            "-- You ignore 2 people, and that is as many as one may. /unignore one first.",
        )


class PeopleOnSQLiteTests(OnSQLite, PeopleTests):
    """The same, on a database."""
