"""What is counted while people talk: plain numbers, where it happens."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.engines import OnSlowEngine
from twistchat.core.limits import Limits
from twistchat.counts import BATCH_SIZES, COMMIT_TIMES, Counts, Spread
from twistchat.testing import JSON, ChatTestCase, Program


class SpreadTests(SynchronousTestCase):
    def test_each_is_counted_under_the_first_bound_that_holds_it(self) -> None:
        spread = Spread((1, 5))
        for size in (0.5, 1, 1.5, 5, 5.1, 100):
            spread.add(size)
        self.assertEqual((spread.counts, spread.total), ([2, 2, 2], 113.1))

    def test_a_copy_stays_as_it_was(self) -> None:
        spread = Spread((1, 5))
        copied = spread.copy()
        spread.add(3)
        self.assertEqual((copied.bounds, copied.counts, copied.total), ((1, 5), [0, 0, 0], 0.0))


class CountingCase(ChatTestCase):
    @property
    def counts(self) -> Counts:
        return self.world.parts.counts

    def heard(self) -> dict[str, int]:
        return {wire: heard.lines for wire, heard in self.counts.heard.items()}


class LineTests(CountingCase):
    limits = Limits(line=100)

    def test_every_line_is_counted_on_the_wire_it_came_over(self) -> None:
        alice = self.connect()
        alice.sends(b"alice\nhello\n\n/no\n" + b"x" * 101 + b"\n" + b"x" * 1000 + b"\nbye")
        self.turn()
        self.assertEqual(self.heard(), {"line": 6})
        alice.ends_input()
        self.assertEqual(self.heard(), {"line": 7})  # the last one has no end

    def test_who_changes_to_another_language_is_counted_there(self) -> None:
        (alice,) = self.people("alice")
        alice.sends(b'/json\n{"type": "say", "room": "#lobby", "text": "hi"}\n')
        self.turn()
        (program,) = self.world.people("bob", front_end=JSON)
        self.assertIsInstance(program, Program)
        self.assertEqual(self.heard(), {"line": 2, "json": 2})

    def test_foreign_programs_say_no_lines(self) -> None:
        self.connect(speaks_first=True).sends(b"GET / HTTP/1.1\r\nHost: chat\r\n\r\n")
        self.turn()
        self.assertEqual(sum(self.heard().values()), 0)


class DeliveryTests(CountingCase):
    def setUp(self) -> None:
        super().setUp()
        self.before = 0

    def deliveries(self) -> int:
        """How many there were since one last asked."""
        before, self.before = self.before, self.counts.deliveries
        return self.before - before

    def test_one_for_each_who_is_told_in_a_turn_however_much(self) -> None:
        alice, bob, _ = self.people("alice", "bob", "carol")
        self.deliveries()
        alice.sends(b"one\ntwo\n")
        bob.sends(b"three\n")
        self.turn()
        self.assertEqual(self.deliveries(), 3)

    def test_in_several_rooms(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        for person in (alice, bob):
            person.types("/join #lab")
            self.turn()
        self.deliveries()
        alice.says("to all", "#lobby")
        bob.says("to two", "#lab")
        self.turn()
        self.assertEqual(self.deliveries(), 3)
        self.assertEqual(len(carol.sees()), 1)

    def test_what_one_alone_is_told(self) -> None:
        alice, _ = self.people("alice", "bob")
        self.deliveries()
        alice.types("/msg bob psst")
        self.turn()
        self.assertEqual(self.deliveries(), 2)
        alice.types("/who")
        self.turn()
        self.assertEqual(self.deliveries(), 1)


class EndTests(CountingCase):
    limits = Limits(name_time=60, clients=3)

    def test_why_connections_end(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        self.connect()  # one too many: a limit that has bitten, and no drop
        self.assertEqual(self.counts.bites, {"clients": 1})
        alice.types("/quit")
        self.turn()
        bob.vanishes()
        carol.wire.stall()
        self.connect().hangs_up()
        self.connect().vanishes()
        nameless = self.connect()
        self.wait(5)
        self.people("dan")[0].types("hello")
        self.wait(75)
        nameless.notice_closing()
        carol.vanishes()
        self.assertEqual(
            self.counts.drops,
            {"left": 2, "connection lost": 2, "too slow": 1, "no name given": 1},
        )

    def test_who_goes_on_over_another_connection(self) -> None:
        (alice,) = self.people("alice")
        alice.types("/token")
        self.turn()
        token = next(line.split()[-1] for line in alice.sees() if "/resume" in line)
        again = self.connect()
        again.types(f"/resume {token}")
        self.turn()
        self.assertEqual(self.counts.drops, {"resumed": 1})
        again.types("/quit")
        self.turn()
        self.assertEqual(self.counts.drops, {"resumed": 1, "left": 1})

    def test_the_end_of_the_server(self) -> None:
        self.people("alice", "bob")
        self.connect()
        self.world.registry.say_goodbye("")
        self.turn()
        self.assertEqual(self.counts.drops, {"server stopping": 3})


class LoginTests(CountingCase):
    def test_why_people_are_not_let_in(self) -> None:
        self.people("alice")
        other = self.connect()
        for line in ("alice", "a b", "x" * 100, "/resume nonsense", "bob", "/nick alice"):
            other.types(line)
            self.turn()
        self.assertEqual(
            self.counts.refused_logins,
            {"name-taken": 1, "name-characters": 1, "name-long": 1, "token-unknown": 1},
        )


class MemoryTests(ChatTestCase):
    def test_an_engine_that_commits_at_once_counts_nothing(self) -> None:
        (alice,) = self.people("alice")
        self.typing(alice, "hello")
        self.assertEqual(sum(self.world.engine.commits.times.counts), 0)


class CommitTests(OnSlowEngine):
    limits = Limits(uncommitted_age=10)

    def test_batches_and_how_long_they_take(self) -> None:
        alice, bob = self.people("alice", "bob")
        commits = self.slow.commits
        self.slow.delay = 0.04
        alice.sends(b"one\ntwo\nthree\n")
        bob.sends(b"four\n")
        self.assertIsNone(commits.since)
        self.world.clock.advance(0)
        self.assertEqual(commits.since, self.world.clock.seconds())
        self.turn()
        self.assertIsNone(commits.since)
        times = dict(zip((*COMMIT_TIMES, None), commits.times.counts, strict=True))
        self.assertEqual({bound: n for bound, n in times.items() if n}, {0.05: 1})
        self.assertAlmostEqual(commits.times.total, 0.04)
        sizes = dict(zip((*BATCH_SIZES, None), commits.sizes.counts, strict=True))
        self.assertEqual({bound: n for bound, n in sizes.items() if n}, {5: 1})
        self.assertEqual(commits.sizes.total, 4)

    def test_what_is_not_kept(self) -> None:
        (alice,) = self.people("alice")
        commits = self.slow.commits
        self.slow.fails = True
        self.typing(alice, "one", "two")
        self.assertTrue(commits.is_failing)
        self.assertEqual(commits.unkept, {"failed": 2})
        self.slow.fails = False
        self.typing(alice, "three")
        self.assertFalse(commits.is_failing)
        self.slow.hangs = True
        self.typing(alice, "four")
        self.typing(alice, "five")
        self.wait(11)
        self.assertIsNotNone(commits.since)
        self.slow.answer()
        self.turn()
        self.assertEqual(commits.unkept, {"failed": 2, "too-late": 1})
        self.assertIsNone(commits.since)
