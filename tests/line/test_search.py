"""Finding what was said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from tests.engines import OnSlowEngine, OnSQLite
from twistchat.core import commands as c
from twistchat.core.limits import Limits
from twistchat.core.moments import NoMomentError, read_moment
from twistchat.frontends.line.search import Find, read_find
from twistchat.testing import ChatTestCase, SlowEngine


class SearchTests(ChatTestCase):
    def test_words(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "The cat sat", "a dog", "/me pets the CAT")
        self.typing(bob, "你好，世界")
        bob.sees()
        self.assertEqual(
            self.typing(bob, "/search cat"),
            [
                "-- 2 lines in #lobby for cat:",
                "[00:00] <alice> The cat sat",
                "[00:00] * alice pets the CAT",
            ],
        )
        self.assertEqual(
            self.typing(bob, "/search the cat sat"),
            ["-- 1 line in #lobby for the cat sat:", "[00:00] <alice> The cat sat"],
        )
        self.assertEqual(
            self.typing(bob, "/search 世界"),
            ["-- 1 line in #lobby for 世界:", "[00:00] <bob> 你好，世界"],
        )
        self.assertEqual(
            self.typing(bob, "/search horse"), ["-- Nothing was found in #lobby for horse."]
        )
        self.assertEqual(
            self.typing(bob, "/search from:ALICE dog"),
            ["-- 1 line in #lobby for dog from:ALICE:", "[00:00] <alice> a dog"],
        )
        self.assertEqual(self.typing(bob, "/search from:bob")[1:], ["[00:00] <bob> 你好，世界"])

    def test_times(self) -> None:
        (alice,) = self.people("alice")
        self.typing(alice, "old cat")
        self.wait(3 * 3_600)
        self.typing(alice, "new cat")
        new = "[03:00] <alice> new cat"
        for typed, shown in (
            ("since:2h", "since:1970-01-01T01:00"),
            ("since:1970-01-01T02:00", "since:1970-01-01T02:00"),
        ):
            self.assertEqual(
                self.typing(alice, f"/search cat {typed}"),
                [f"-- 1 line in #lobby for cat {shown}:", new],
            )
        self.assertEqual(
            self.typing(alice, "/search cat until:2h"),
            ["-- 1 line in #lobby for cat until:1970-01-01T01:00:", "[00:00] <alice> old cat"],
        )
        self.assertEqual(
            self.typing(alice, "/search cat since:1990-01-01"),
            ["-- Nothing was found in #lobby for cat since:1990-01-01T00:00."],
        )
        self.assertEqual(
            self.typing(alice, "/search cat since:yesterday"),
            ["-- yesterday is no time. Write 30m, 12h, 7d, 2026-11-20 or 2026-11-20T14:00."],
        )

    def test_in_rooms_that_one_is_in(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #lab", "a cat here")
        self.assertEqual(
            self.typing(bob, "/search #lab cat"),
            ["-- You are not in #lab. /join #lab goes there."],
        )
        self.assertEqual(
            self.typing(bob, "/search cat"), ["-- Nothing was found in #lobby for cat."]
        )
        self.assertEqual(
            self.typing(alice, "/search #lab cat"),
            ["-- 1 line in #lab for cat:", "[00:00] [#lab] <alice> a cat here"],
        )

    def test_private_words_are_not_found(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/msg bob a secret cat")
        bob.sees()
        for person in (alice, bob):
            self.assertEqual(
                self.typing(person, "/search cat"), ["-- Nothing was found in #lobby for cat."]
            )

    def test_the_last_that_match(self) -> None:
        (alice,) = self.people("alice")
        for number in range(30):
            self.typing(alice, f"cat {number}")
            self.wait(1)
        seen = self.typing(alice, "/search cat")
        self.assertRegex(
            seen[0],
            r"-- The last 20 lines in #lobby for cat"
            r" \(until:1970-01-01T00:00:1\d\.\d\d\d looks further back\):",
        )
        self.assertEqual(seen[1:], [f"[00:00] <alice> cat {n}" for n in range(10, 30)])

    def test_all_can_be_reached_by_going_further_back(self) -> None:
        (alice,) = self.people("alice")
        for number in range(50):
            self.typing(alice, f"cat {number}")
            self.wait(0.3)
        found: list[str] = []
        command = "/search cat"
        while True:
            head, *lines = self.typing(alice, command)
            found = [*lines, *found]
            if "further back" not in head:
                break
            command = f"/search cat {head.partition('(')[2].partition(' ')[0]}"
        self.assertEqual(
            list(dict.fromkeys(found)), [f"[00:00] <alice> cat {n}" for n in range(50)]
        )

    def test_words_in_quotation_marks_belong_together(self) -> None:
        (alice,) = self.people("alice")
        self.typing(alice, "hello first", "first hello", 'a "quoted" word')
        self.assertEqual(
            self.typing(alice, '/search "hello first"'),
            ['-- 1 line in #lobby for "hello first":', "[00:00] <alice> hello first"],
        )
        self.assertEqual(len(self.typing(alice, '/search "quoted"')), 2)
        self.assertEqual(len(self.typing(alice, '/search "')), 2)

    def test_times_alone(self) -> None:
        (alice,) = self.people("alice")
        self.typing(alice, "one", "two")
        self.assertEqual(
            self.typing(alice, "/search since:1970-01-01"),
            [
                "-- 2 lines in #lobby for since:1970-01-01T00:00:",
                "[00:00] <alice> one",
                "[00:00] <alice> two",
            ],
        )

    def test_in_its_place(self) -> None:
        (alice,) = self.people("alice")
        alice.sends(b"cat one\n/search cat\ncat two\n")
        self.turn()
        self.assertEqual(
            alice.sees(),
            [
                "<alice> cat one",
                "-- 1 line in #lobby for cat:",
                "[00:00] <alice> cat one",
                "<alice> cat two",
            ],
        )

    def test_whom_one_ignores_is_not_found(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "cat")
        self.assertEqual(
            self.typing(bob, "/ignore alice", "/search cat")[-1],
            "-- Nothing was found in #lobby for cat.",
        )

    def test_what_is_no_search(self) -> None:
        (alice,) = self.people("alice")
        usage = "-- Usage: /search [#ROOM] WORDS (for example /search cats from:alice since:7d)"
        self.assertEqual(self.typing(alice, "/search"), [usage])
        nothing = "-- What are you looking for? For example: /search cats since:7d"
        self.assertEqual(self.typing(alice, "/search #lobby"), [nothing])


class SearchOnSlowEngineTests(OnSlowEngine, SearchTests):
    """The same on an engine whose commits wait."""


class SearchOnSQLiteTests(OnSQLite, SearchTests):
    """The same, on a database."""


class ManySearchesTests(ChatTestCase):
    limits = Limits(searches=3)

    def test_so_many_a_minute(self) -> None:
        (alice,) = self.people("alice")
        for _ in range(3):
            self.typing(alice, "/search cat")
        self.assertEqual(
            self.typing(alice, "/search cat"),
            ["-- You may search 3 times a minute. Please wait for 20 s, and try again."],
        )


class FailingSearchTests(OnSlowEngine):
    def test_a_search_that_fails_costs_no_more(self) -> None:
        (alice,) = self.people("alice")
        engine = self.world.engine
        assert isinstance(engine, SlowEngine)
        engine.fails = True
        alice.sends(b"/search cat\n/time on\n")
        with capturedLogs() as logged:
            self.turn()
        self.assertEqual(
            alice.sees()[0],
            "-- Searching #lobby failed or took too long. Try rarer words, or since:30d.",
        )
        self.assertEqual(len(logged), 1)


class ReadingTests(SynchronousTestCase):
    """How the command is read."""

    def test_find(self) -> None:
        self.assertEqual(
            read_find("#lobby", "#cats a from:Bob b:c SINCE:2d until:1h from:"),
            Find("#cats", ("a", "b:c", "from:"), "Bob", timedelta(days=2), timedelta(hours=1)),
        )
        self.assertEqual(read_find("#lobby", "http://x"), Find("#lobby", ("http://x",)))

    def test_moments(self) -> None:
        self.assertEqual(read_moment("90m"), timedelta(minutes=90))
        self.assertEqual(read_moment("2026-11-20"), datetime(2026, 11, 20))
        self.assertEqual(read_moment("2026-11-20T14:00Z"), datetime(2026, 11, 20, 14, tzinfo=UTC))
        for text in ("yesterday", "d", "7", "7x", "2026-13-01", "٣d"):
            self.assertRaises(NoMomentError, read_moment, text)

    def test_on_the_clock_of_a_zone(self) -> None:
        find = read_find("#lobby", "x since:1970-01-02 until:7d")
        self.assertEqual(
            find.command(UTC), c.Search("#lobby", ("x",), "", 86_400.0, timedelta(days=7))
        )
        odd = read_find("#lobby", "x since:0001-01-01 until:9999-12-31")
        self.assertIsInstance(odd.command(UTC).since, float)
        self.assertIsInstance(odd.command(None).until, float)
