"""What is deleted since it is too old, what is not, and who does it."""

from __future__ import annotations

from tests.redis.clocklink import ClockLink
from tests.redis.test_reading import PREFIX, ReadingTestCase
from twistchat.core import events as e
from twistchat.core.law import Deed
from twistchat.engine.redis.keeping import EVERY, FIRST_AFTER, SOON, STEP, Keeping
from twistchat.engine.retention import read_retention
from twistchat.testing.deeds import moderated, rules, whispered
from twistchat.testing.harness import said

DAY = 86_400.0


class KeepingTests(ReadingTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.clock.advance(20 * DAY)
        self.fills = 0

    def keeping(self, *texts: str, link: ClockLink | None = None) -> Keeping:
        keeping = Keeping(
            link or self.link,
            prefix=PREFIX,
            retention=read_retention(texts),
            clock=self.clock,
            now=self.clock.seconds,
        )
        keeping.start()
        self.addCleanup(keeping.stop)
        return keeping

    def sweep(self, *texts: str) -> Keeping:
        """Do all that there is to do."""
        keeping = self.keeping(*texts)
        self.passes(FIRST_AFTER + 10.0)
        return keeping

    def passes(self, seconds: float) -> None:
        self.clock.pump([0.01] * int(seconds * 100))

    def days(self, room: str = "#lobby", count: int = 20) -> list[e.Said]:
        """A line a day, the last is of now."""
        return [said(f"day {day}", room, at=day * DAY) for day in range(21 - count, 21)]

    def left(self, log: str = "#lobby") -> list[int]:
        history = self.reading.history(log, limit=10_000)
        return self.numbers(self.get(history, 0.1))

    def test_without_a_rule_all_is_kept(self) -> None:
        self.fill(*self.days())
        self.sweep()
        self.assertEqual(self.left(), list(range(1, 21)))

    def test_by_age_and_count(self) -> None:
        self.fill(*self.days(), *self.days("#lab"), *self.days("#tea"), *self.days("#old"))
        self.sweep("#lobby=3d", "#lab=4", "#tea=2,10d", "#old=12h")
        self.assertEqual(self.left("#lobby"), [18, 19, 20])
        self.assertEqual(self.left("#lab"), [17, 18, 19, 20])
        self.assertEqual(self.left("#tea"), [19, 20])
        self.assertEqual(self.left("#old"), [20])
        self.assertEqual(self.redis.hget(f"{PREFIX}first", "#lab"), b"17 e1")

    def test_everything_may_be_too_old_and_numbers_go_on(self) -> None:
        self.fill(*self.days())
        self.clock.advance(9 * DAY)
        self.sweep("1d")
        self.assertEqual(self.left(), [])
        self.assertEqual(self.redis.hget(f"{PREFIX}stands", "#lobby"), b"e1 20 e1")
        self.assertEqual(self.redis.hget(f"{PREFIX}first", "#lobby"), b"21 e1")
        self.redis.xadd(f"{PREFIX}events:#lobby", {"e": b"x"}, id="21-0")

    def test_what_rooms_wish_themselves(self) -> None:
        self.fill(*self.days(), rules(keep_lines=3, at=20 * DAY), *self.days("#lab"))
        keeping = self.sweep("10")
        self.assertEqual(self.left(), [19, 20, 21])
        self.assertEqual(self.left("#lab"), list(range(11, 21)))
        changed = b'21 {"kind":"rules-changed","rules":{"keep_time":90000}}'
        self.redis.hset(f"{PREFIX}standing:#lab", "rules ", changed)
        keeping.rules_changed()
        self.passes(SOON + 1.0)
        self.assertEqual(self.left("#lab"), [19, 20])

    def test_many_lines_go_in_steps(self) -> None:
        count = 3 * STEP + 10
        self.fill(*(said(str(n), at=n * DAY / count) for n in range(count)), said("x", "#lab"))
        self.sweep("#lobby=1h", "#lab=1h")
        self.assertEqual(self.left(), [])
        self.assertEqual(self.left("#lab"), [])
        self.assertGreater(self.link.done.count("sweep"), 3)

    def test_what_holds_and_what_was_erased(self) -> None:
        topic = e.TopicChanged("#lobby", "1", "alice", "cats", 2 * DAY)
        gone = e.Erased("#lobby", "1", "alice", 3 * DAY, "op")
        ban = moderated(Deed.BAN, at=5 * DAY)
        self.fill(
            said("a", at=DAY), topic, gone, gone, ban, said("b", at=6 * DAY), gone, *self.days()
        )
        self.redis.hset(
            f"{PREFIX}erased:#lobby", "27", self.redis.hget(f"{PREFIX}erased:#lobby", "7") or b""
        )
        self.redis.xdel(f"{PREFIX}events:#lobby", "27-0")
        self.sweep("#lobby=2")
        self.assertEqual(self.left(), [2, 5, 26, 27])
        self.assertEqual(self.redis.hkeys(f"{PREFIX}erased:#lobby"), [b"27"])
        self.redis.hdel(f"{PREFIX}standing:#lobby", "topic ")  # another took its place
        self.redis.hset(f"{PREFIX}stands", "#lobby", "e1 28 e1")
        self.passes(EVERY + 10.0)
        self.assertEqual(self.left(), [5, 27])

    def test_times_of_the_future(self) -> None:
        self.fill(
            *(said("x", at=at * DAY) for at in (1, 900, 2, 20, 3)), said("y", "#lab", at=900 * DAY)
        )
        self.sweep("5d")
        self.assertEqual(self.left(), [4, 5])
        self.assertEqual(self.left("#lab"), [1])

    def test_in_all(self) -> None:
        self.fill(*self.days(), *self.days("#lab"), whispered("x", "1", "2", at=15.5 * DAY))
        self.sweep("total=7")
        self.assertEqual(self.left() + self.left("#lab"), [17, 18, 19, 20, 18, 19, 20])
        self.assertEqual(self.left("@1,2"), [])

    def test_far_too_many_in_all(self) -> None:
        lines = [said(str(n), f"#{n % 3}", at=float(n)) for n in range(1_800)]
        self.fill(*lines)
        self.sweep("total=100")
        self.passes(20.0)
        left = [len(self.left(f"#{n}")) for n in range(3)]
        self.assertEqual(sorted(left), [33, 33, 34])

    def test_private_logs_of_which_nothing_is_left(self) -> None:
        self.fill(whispered("a", "1", "2", at=DAY), whispered("b", "1", "3", at=DAY), said("c"))
        self.get(self.reading.move_cursor("1", "@1,3", 1))
        self.sweep("private=2d")
        self.assertEqual(self.redis.hkeys(f"{PREFIX}private"), [b"@1,3"])
        self.assertEqual(self.redis.smembers(f"{PREFIX}of:1"), {b"@1,3"})
        self.assertEqual(self.redis.exists(f"{PREFIX}of:2", f"{PREFIX}events:@1,2"), 0)
        self.assertEqual(self.redis.hget(f"{PREFIX}first", "@1,3"), b"2 e1")
        self.assertEqual(self.get(self.reading.cursors("1")), {"@1,3": 1})

    def test_cursors_in_logs_that_are_no_more(self) -> None:
        self.fill(said("a"), said("b", "#lab"), whispered("c", "1", "2"))
        for log in ("#lobby", "#lab", "@1,2"):
            self.get(self.reading.move_cursor("1", log, 1), 0.01)
        self.redis.hset(f"{PREFIX}stands", "#lab", "e2 1 e2")
        self.redis.hdel(f"{PREFIX}private", "@1,2")
        self.sweep()
        self.assertEqual(self.redis.hgetall(f"{PREFIX}cursors:1"), {b"#lobby": b"1 e1"})
        self.redis.hset(f"{PREFIX}stands", "#lobby", "e2 1 e2")
        self.passes(EVERY + 10.0)
        self.assertEqual(self.redis.exists(f"{PREFIX}cursors:1"), 1)
        self.clock.advance(DAY)
        self.passes(EVERY + 10.0)
        self.assertEqual(self.redis.exists(f"{PREFIX}cursors:1"), 0)

    def test_a_room_in_its_next_life(self) -> None:
        self.fill(*self.days())
        self.redis.hset(f"{PREFIX}first", "#lobby", "400 e0")
        self.sweep("3")
        self.assertEqual(self.left(), [18, 19, 20])

    def test_one_node_does_it(self) -> None:
        self.fill(*self.days())
        other = ClockLink(self.clock, self.server)
        other.start("wake")
        self.addCleanup(other.stop)
        for link in (self.link, other):
            self.keeping("3", link=link)
        self.passes(FIRST_AFTER + 10.0)
        self.assertEqual(sorted(each.done.count("sweep") for each in (self.link, other)), [0, 1])
        self.passes(EVERY + 10.0)
        self.assertEqual(self.link.done.count("sweep") + other.done.count("sweep"), 2)
        self.assertIsNone(self.redis.get(f"{PREFIX}keeping"))

    def test_nobody_goes_on_whose_turn_is_over(self) -> None:
        count = 3 * STEP
        self.fill(*(said(str(n)) for n in range(count)))
        self.keeping("10")
        self.clock.advance(FIRST_AFTER)
        while not self.link.done.count("sweep"):
            self.clock.advance(0.001)
        self.redis.set(f"{PREFIX}keeping", "another")
        self.passes(5.0)
        self.assertEqual(len(self.left()), count - STEP)
        self.assertEqual(self.redis.get(f"{PREFIX}keeping"), b"another")
        self.redis.delete(f"{PREFIX}keeping")
        self.passes(EVERY + 5.0)
        self.assertEqual(len(self.left()), 10)

    def test_it_goes_on_when_redis_is_there_again(self) -> None:
        self.fill(*self.days())
        self.link.refuse("OOM", "sweep", count=1)
        keeping = self.sweep("3")
        self.assertEqual(len(self.left()), 20)
        self.redis.delete(f"{PREFIX}keeping")  # some seconds later it ends by itself
        self.link.lose_next("HSCAN", count=1)
        self.passes(EVERY)
        self.assertEqual(len(self.left()), 20)
        self.redis.delete(f"{PREFIX}keeping")
        self.passes(EVERY)
        self.assertEqual(self.left(), [18, 19, 20])
        keeping.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_it_stops_in_the_middle(self) -> None:
        self.fill(*(said(str(n)) for n in range(3 * STEP)))
        keeping = self.keeping("10")
        self.clock.advance(FIRST_AFTER)
        while not self.link.done.count("sweep"):
            self.clock.advance(0.001)
        keeping.stop()
        self.passes(5.0)
        self.assertEqual(self.link.done.count("sweep"), 1)
