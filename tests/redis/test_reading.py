"""What is read of a store: history, search, cursors, private words, deeds, keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.task import Clock

from tests.redis.clocklink import ClockLink
from tests.redis.server import RedisTestCase
from twistchat.core import events as e
from twistchat.core.concerns import log_of, private_log
from twistchat.core.law import Deed
from twistchat.core.limits import Limits
from twistchat.engine import Repeated, Stamp
from twistchat.engine.keys import digest_of
from twistchat.engine.redis.filling import Filling
from twistchat.engine.redis.link import NotSentError, StoreError
from twistchat.engine.redis.reading import LOGS, READ_AT_ONCE, Reading
from twistchat.testing.deeds import moderated, whispered
from twistchat.testing.harness import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twisted.internet.defer import Deferred

    from twistchat.engine import Committed

T = TypeVar("T")

PREFIX = "chat:"


class ReadingTestCase(RedisTestCase):
    """Something in a store, and who reads it."""

    limits = Limits()

    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()
        self.link = ClockLink(self.clock, self.server)
        self.link.start("wake")
        self.clock.pump([0.01] * 5)
        self.addCleanup(self.link.stop)
        self.reading = Reading(
            self.link,
            prefix=PREFIX,
            limits=self.limits,
            clock=self.clock,
            now=self.clock.seconds,
        )

    def fill(self, *events: e.Durable, first: int = 1, epoch: str = "e1") -> None:
        """Let these be all that was said."""
        connection = self.server.connect()
        self.addCleanup(connection.close)
        filling = Filling(connection, PREFIX)
        last: dict[str, int] = {}
        for event in events:
            log = log_of(event) or ""
            last[log] = last.get(log, first - 1) + 1
            filling.put(last[log], event)
            if isinstance(event, e.Moderated):
                filling.give_account(Stamp(epoch, last[log]), event)
        for log, number in last.items():
            filling.stands(log, Stamp(epoch, number), first)
        filling.finish()

    def get(self, reading: Deferred[T], seconds: float = 2.0) -> T:
        """Wait for what is read."""
        self.clock.pump([0.001] * int(seconds * 1_000))
        return self.successResultOf(reading)

    def numbers(self, found: Iterable[Committed] | None) -> list[int]:
        return [each.number for each in found or ()]


class HistoryTests(ReadingTestCase):
    def page(self, log: str = "#lobby", limit: int = 100, **wanted: Any) -> list[int]:
        return self.numbers(self.get(self.reading.history(log, limit=limit, **wanted), 0.1))

    def test_pages(self) -> None:
        self.fill(*(said(str(n), at=10.0 * n) for n in range(1, 11)), said("x", "#lab"))
        self.assertEqual(self.page(limit=3), [8, 9, 10])
        self.assertEqual(self.page(limit=3, before=5), [2, 3, 4])
        self.assertEqual(self.page(limit=3, after=5, oldest=True), [6, 7, 8])
        self.assertEqual(self.page(after=2, before=5), [3, 4])
        self.assertEqual(self.page(before=2**70, after=-5, limit=1), [10])
        self.assertEqual(self.page(after=2**70), [])
        self.assertEqual(self.page(since=20.0, until=41.0), [2, 3, 4])
        self.assertEqual(self.page(since=float("inf")), [])
        self.assertEqual(self.page(until=float("inf"), since=-float("inf"), limit=1), [10])
        self.assertEqual(self.page("#nowhere"), [])
        found = self.get(self.reading.history("#lab", limit=9))
        self.assertEqual(
            [(c.item, c.epoch, c.number) for c in found], [(said("x", "#lab"), "e1", 1)]
        )

    def test_what_is_erased_is_in_its_place(self) -> None:
        lines: list[e.Durable] = [said(str(n), at=10.0 * n) for n in range(1, 11)]
        for number in (1, 4, 5, 10):
            lines[number - 1] = e.Erased("#lobby", "1", "alice", 10.0 * number, "op")
        self.fill(*lines)
        self.assertEqual(self.page(), list(range(1, 11)))
        self.assertEqual(self.page(limit=3), [8, 9, 10])
        self.assertEqual(self.page(limit=3, before=6), [3, 4, 5])
        self.assertEqual(self.page(limit=3, oldest=True), [1, 2, 3])
        self.assertEqual(self.page(since=40.0, until=60.0), [4, 5])
        self.assertEqual(self.page(since=41.0, until=51.0), [5])
        self.assertEqual(self.page(until=10.0), [])
        self.assertEqual(self.page(until=10.5), [1])
        self.assertEqual(self.page(since=100.0), [10])
        self.assertEqual(self.page(is_spoken=True), [2, 3, 6, 7, 8, 9])
        found = self.get(self.reading.history("#lobby", limit=9, before=2))
        self.assertEqual([c.item for c in found], [lines[0]])

    def test_only_what_was_said_far_behind_other_things(self) -> None:
        deeds = [moderated(Deed.KICK)] * (2 * READ_AT_ONCE + 3)
        self.fill(said("a"), said("b"), *deeds, said("c"))
        self.assertEqual(self.page(is_spoken=True, limit=2), [2, len(deeds) + 3])
        self.assertEqual(self.page(is_spoken=True, limit=9, oldest=True), [1, 2, len(deeds) + 3])
        self.assertEqual(
            self.page(is_spoken=True, limit=9, oldest=True, until=7.5, after=1)[:1], [2]
        )

    def test_numbers_that_are_gone(self) -> None:
        self.fill(*(said(str(n), at=10.0 * n) for n in range(1, 5)), first=7)
        self.assertEqual(self.page(), [7, 8, 9, 10])
        self.assertEqual(self.page(since=20.0), [8, 9, 10])
        self.assertEqual(self.page(until=20.0), [7])
        self.assertEqual(self.page(before=7), [])

    def test_what_was_missed(self) -> None:
        count = READ_AT_ONCE + 5
        self.fill(*(said(str(n)) for n in range(count)), first=3)
        last = count + 2
        self.assertEqual(
            self.numbers(self.get(self.reading.missed("#lobby", 4, last))), list(range(5, last + 1))
        )
        self.assertEqual(self.get(self.reading.missed("#lobby", last, last)), [])
        self.assertIsNone(self.get(self.reading.missed("#lobby", 1, last)))
        self.assertIsNone(self.get(self.reading.missed("#lobby", 4, last + 1)))
        self.assertIsNone(self.get(self.reading.missed("#nowhere", 0, 1)))


class SearchTests(ReadingTestCase):
    limits = Limits(search_time=0.05)

    def search(self, word: str, limit: int = 20, before: int = 10**6) -> Deferred[list[Committed]]:
        wanted = e.SearchOpened("#lobby", (word,), "", None, None, limit)
        return self.reading.search(wanted, before=before)

    def test_the_last_that_match_a_page_at_a_time(self) -> None:
        self.fill(*(said(f"line {n % 100}.") for n in range(1, 4 * READ_AT_ONCE)))
        self.assertEqual(self.numbers(self.get(self.search(" 7.", 3))), [507, 607, 707])
        self.assertEqual(self.numbers(self.get(self.search(" 7.", 3, before=700))), [407, 507, 607])
        self.assertEqual(self.get(self.search("nothing")), [])

    def test_it_ends_in_time(self) -> None:
        self.fill(*(said("x") for n in range(10 * READ_AT_ONCE)))
        self.link.delay = 0.01
        found = self.search("nothing")
        self.clock.pump([0.01] * 20)
        self.assertIn("longer than 0.05 s", str(self.failureResultOf(found, StoreError).value))


class PrivateTests(ReadingTestCase):
    def test_conversations_far_back_and_many(self) -> None:
        tagged = e.Tagged("#lobby", "1", "alice", "", "", "+x=y", 8.0)
        many = [whispered(str(n), f"{n:04}", "1", at=100.0 + n) for n in range(2, LOGS + 10)]
        self.fill(said("a", at=1.0), *[tagged] * 50, said("b", "#lab", at=2.0), *many)
        found = self.get(
            self.reading.conversations(
                "1", ["#lobby", "#lab"], since=0.0, until=1e9, limit=5, oldest=True
            )
        )
        self.assertEqual([getattr(c.item, "text", "") for c in found], ["a", "b", "2", "3", "4"])
        last = self.get(self.reading.conversations("1", [], since=0.0, until=1e9, limit=2))
        self.assertEqual([c.item for c in last], many[-2:])

    def test_unread_of_many(self) -> None:
        theirs = [whispered(str(n), "1", f"{n % 150:04}", at=float(n)) for n in range(6_000)]
        answers = [whispered("back", f"{n:04}", "1", at=7_000.0) for n in range(150)]
        self.fill(*theirs, *answers)
        found = self.get(self.reading.unread("1", limit=200), 1.0)
        self.assertEqual([c.item for c in found], theirs[:200])
        for n in range(150):
            self.get(self.reading.move_cursor("1", private_log("1", f"{n:04}"), 39), 0.01)
        found = self.get(self.reading.unread("1", limit=200), 1.0)
        self.assertEqual([c.item for c in found], theirs[-150:])

    def test_cursors_belong_to_a_life_of_a_log(self) -> None:
        self.fill(said("a"), said("b", "#lab"), whispered("x", "2", "1"))
        for log, number in (("#lobby", 1), ("#lab", 7), ("#nowhere", 2), ("#lab", 3), ("@1,2", 1)):
            self.get(self.reading.move_cursor("1", log, number), 0.01)
        self.assertEqual(self.get(self.reading.cursors("1")), {"#lobby": 1, "#lab": 7, "@1,2": 1})
        self.redis.hset(f"{PREFIX}stands", "#lab", "e2 1 e2")
        self.redis.hset(f"{PREFIX}stands", "#lobby", "e3 1 e1")  # the same under another epoch
        self.assertEqual(self.get(self.reading.cursors("1")), {"#lobby": 1, "@1,2": 1})
        self.get(self.reading.move_cursor("1", "#lab", 1))
        self.assertEqual(self.get(self.reading.cursors("1"))["#lab"], 1)


class DeedAndKeyTests(ReadingTestCase):
    def test_deeds(self) -> None:
        deeds = [
            moderated(Deed.KICK, str(n), room="#lab" if n % 50 == 0 else "#lobby")
            for n in range(501)
        ]
        self.fill(*deeds)
        found = self.get(self.reading.audit(limit=3))
        self.assertEqual([each.id for each in found], [499, 500, 501])
        self.assertEqual([each.committed.item for each in found], deeds[-3:])
        self.assertEqual(found[0].committed.epoch, "e1")
        before = self.get(self.reading.audit(limit=2, before=499))
        self.assertEqual([each.id for each in before], [497, 498])
        of_lab = self.get(self.reading.audit(limit=3, before=501, log="#lab"))
        self.assertEqual([each.id for each in of_lab], [351, 401, 451])
        self.assertEqual(self.get(self.reading.audit(limit=9, before=1)), [])
        self.assertEqual(self.get(self.reading.audit(limit=9, log="#nowhere")), [])

    def test_what_was_kept_under_a_key(self) -> None:
        event = said("a", at=1_000.0)
        used = f"e1 e1 7 {digest_of(event).hex()} 1000.0"
        self.redis.set(f"{PREFIX}keys:1:odd: key", used)
        under = self.reading.kept_under
        self.assertEqual(self.get(under(event, "odd: key")), Repeated(Stamp("e1", 7)))
        self.redis.hset(f"{PREFIX}epochs", mapping={"e1": "e2", "e2": "e3"})
        elsewhere = replace(event, room="#lab", at=1_001.0)
        self.assertEqual(self.get(under(elsewhere, "odd: key")), Repeated(Stamp("e3", 7)))
        self.assertEqual(self.get(under(said("b", at=1_000.0), "odd: key")), e.Unkept.KEY_REUSED)
        self.assertIsNone(self.get(under(replace(event, at=1e6), "odd: key")))
        self.assertIsNone(self.get(under(event, "another")))


class NoteTests(ReadingTestCase):
    def test_what_is_remembered_ends_in_redis_too(self) -> None:
        self.get(self.reading.remember("1", "你好", self.clock.seconds() + 60.0))
        self.assertEqual(self.get(self.reading.recall("1")), "你好")
        left = self.redis.pttl(f"{PREFIX}remembered:1")
        self.assertTrue(60_000 < left < 10**9)
        self.clock.advance(60.0)
        self.assertIsNone(self.get(self.reading.recall("1")))
        self.get(self.reading.remember("1", "b", 1e300))
        self.assertEqual(self.get(self.reading.recall("1")), "b")
        self.get(self.reading.remember("1", "c", 1.0))
        self.assertIsNone(self.redis.get(f"{PREFIX}remembered:1"))

    def test_an_answer_that_was_lost_is_asked_for_again(self) -> None:
        for is_done in (True, False):
            self.link.lose_next("HSET", is_done=is_done, count=1)
            self.get(self.reading.set_password("1", f"hash{is_done}"))
            self.assertEqual(self.get(self.reading.password("1")), f"hash{is_done}")
        self.fill_and_lose()

    def fill_and_lose(self) -> None:
        self.redis.delete(f"{PREFIX}passwords")
        self.fill(said("a"))
        self.link.lose_next("read_page", count=1)
        self.assertEqual(self.numbers(self.get(self.reading.history("#lobby", limit=5))), [1])

    def test_not_for_ever(self) -> None:
        self.link.lose_next("HGET", back_in=None)
        found = self.reading.password("1")
        self.clock.pump([0.1] * 100)
        self.failureResultOf(found, StoreError)
        self.failureResultOf(self.reading.password("1"), NotSentError)
        self.link.come_up()
        self.clock.pump([0.1] * 5)

    def test_whoever_waits_may_give_up(self) -> None:
        self.fill(said("a"))
        found = self.reading.history("#lobby", limit=5)
        found.addErrback(lambda _: "given up")
        found.cancel()
        self.assertEqual(self.successResultOf(found), "given up")
        self.clock.pump([0.1] * 5)
