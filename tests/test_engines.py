"""What every engine does: one suite, run on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twistchat.core import events as e
from twistchat.core.concerns import private_log, weight
from twistchat.core.limits import Limits
from twistchat.engine import Committed, Engine, Entry, open_engine
from twistchat.engine.memory import Memory, MemoryEngine
from twistchat.testing import SlowEngine

if TYPE_CHECKING:
    from collections.abc import Sequence


def said(text: str, room: str = "#lobby") -> e.Said:
    return e.Said(room, "1", "alice", text, action=False, at=7.0)


def joined(room: str = "#lobby") -> e.Joined:
    return e.Joined(room, "2", "bob", 7.0)


class MemoryEngineTests(SynchronousTestCase):
    limits = Limits(history=5, private_logs=3)

    def setUp(self) -> None:
        self.clock = Clock()
        self.engine = self.make_engine()
        self.batches: list[Sequence[Committed]] = []
        self.engine.start(self.batches.append)
        self.pump()

    def make_engine(self) -> Engine:
        return MemoryEngine(self.limits)

    def pump(self) -> None:
        self.clock.pump([0.005] * 100)

    @property
    def delivered(self) -> list[Committed]:
        self.pump()
        return [committed for batch in self.batches for committed in batch]

    def put(self, *items: e.Item) -> None:
        self.engine.append([Entry(item) for item in items])

    def history(self, log: str, before: int | None = None, limit: int = 100) -> list[Committed]:
        found: list[list[Committed]] = []
        self.engine.history(log, before=before, limit=limit).addCallback(found.append)
        self.pump()
        return found[0]

    def claim(self, name: str, holder: str) -> bool:
        answers: list[bool] = []
        self.engine.claim(name, holder).addCallback(answers.append)
        self.pump()
        return answers[0]

    def test_each_room_is_numbered_from_one(self) -> None:
        self.put(said("a"), said("b", "#lab"), said("c"))
        self.put(said("d"))
        places = [(c.item, c.number) for c in self.delivered]
        self.assertEqual(
            places, [(said("a"), 1), (said("b", "#lab"), 1), (said("c"), 2), (said("d"), 3)]
        )
        epochs = {c.epoch for c in self.delivered if c.item != said("b", "#lab")}
        self.assertEqual(len(epochs), 1)
        self.assertNotEqual(epochs, {""})

    def test_one_order_for_everything(self) -> None:
        goodbye = e.Goodbye(e.Cause.LEFT)
        items: list[e.Item] = [said("a"), joined(), e.Noted(("x",)), said("b"), goodbye, said("c")]
        for item in items:
            self.put(item)
        self.assertEqual([c.item for c in self.delivered], items)

    def test_presence_carries_the_number_before_it(self) -> None:
        opened = e.HistoryOpened("#lobby", 5)
        self.put(joined(), said("a"), joined(), said("b"), opened, said("c"), joined("#lab"))
        numbers = [c.number for c in self.delivered]
        self.assertEqual(numbers, [0, 1, 1, 2, 2, 3, 0])

    def test_who_asked_is_handed_through(self) -> None:
        origin = object()
        self.engine.append([Entry(said("a"), origin, "7")])
        (committed,) = self.delivered
        self.assertIs(committed.origin, origin)
        self.assertEqual(committed.label, "7")

    def test_history(self) -> None:
        self.put(
            said("a"), joined(), e.TopicChanged("#lobby", "1", "alice", "cats", 7.0), said("b")
        )
        self.pump()
        self.assertEqual([c.number for c in self.history("#lobby")], [1, 2, 3])
        self.assertEqual([c.item for c in self.history("#lobby", before=2)], [said("a")])
        self.assertEqual([c.number for c in self.history("#lobby", limit=2)], [2, 3])
        self.assertEqual([c.number for c in self.history("#lobby", before=3, limit=1)], [2])
        self.assertEqual(self.history("#lobby", before=1), [])
        self.assertEqual(self.history("#nowhere"), [])

    def test_the_oldest_is_forgotten(self) -> None:
        for number in range(8):
            self.put(said(str(number)))
        self.pump()
        self.assertEqual([c.number for c in self.history("#lobby")], [4, 5, 6, 7, 8])

    def test_private_conversations_have_logs_of_their_own(self) -> None:
        there = e.Whispered("1", "alice", "2", "bob", "psst", False, 7.0)
        back = e.Whispered("2", "bob", "1", "alice", "yes?", False, 7.0)
        self.put(said("a"), there, back)
        self.assertEqual([c.number for c in self.delivered], [1, 1, 2])
        log = private_log("2", "1")
        self.assertEqual([c.item for c in self.history(log)], [there, back])
        self.assertEqual([c.item for c in self.history("#lobby")], [said("a")])

    def test_a_private_log_that_is_forgotten_begins_a_new_epoch(self) -> None:
        first = e.Whispered("1", "alice", "2", "bob", "psst", False, 7.0)
        self.put(first)
        for other in "3456":
            self.put(e.Whispered("1", "alice", other, "x", "psst", False, 7.0))
        self.put(first)
        before, *_, after = self.delivered
        self.assertEqual((before.number, after.number), (1, 1))
        self.assertNotEqual(before.epoch, after.epoch)

    def test_a_room_that_is_forgotten_begins_anew(self) -> None:
        self.put(said("old", "#lab"))
        before = self.delivered[-1]
        # All in one batch: each belongs to the life in which it stands.
        self.put(
            said("older than that", "#lab"),
            e.RoomForgotten("#lab", 8.0),
            joined("#lab"),
            said("new", "#lab"),
            said("elsewhere"),
        )
        late, forgotten, came, new, elsewhere = self.delivered[1:]
        self.assertEqual((late.epoch, late.number), (before.epoch, 2))
        self.assertEqual(forgotten.item, e.RoomForgotten("#lab", 8.0))
        self.assertNotEqual(new.epoch, before.epoch)
        self.assertEqual((new.number, came.number, came.epoch), (1, 0, new.epoch))
        self.assertEqual(elsewhere.number, 1)
        self.assertEqual([event.item for event in self.history("#lab")], [said("new", "#lab")])

    def test_names(self) -> None:
        self.assertTrue(self.claim("bob", "1"))
        self.assertFalse(self.claim("bob", "2"))
        self.assertTrue(self.claim("bob", "1"))
        self.engine.release("bob", "2")  # not theirs to give
        self.assertFalse(self.claim("bob", "2"))
        self.engine.release("bob", "1")
        self.assertTrue(self.claim("bob", "2"))

    def test_stopping_with_nothing_under_way(self) -> None:
        done: list[None] = []
        self.engine.stop().addCallback(done.append)
        self.assertEqual(done, [None])

    def test_what_is_submitted_while_delivering_comes_after(self) -> None:
        seen: list[e.Item] = []

        def deliver(batch: Sequence[Committed]) -> None:
            seen.extend(committed.item for committed in batch)
            if batch[0].item == said("a"):
                self.put(said("c"), joined())

        self.engine.start(deliver)
        self.pump()
        self.put(said("a"), said("b"))
        self.pump()
        self.assertEqual(seen, [said("a"), said("b"), said("c"), joined()])


class SlowEngineTests(MemoryEngineTests):
    """The same on an engine whose commits wait."""

    def make_engine(self) -> Engine:
        return SlowEngine(self.clock, self.limits)

    def test_presence_alone_waits_for_no_commit(self) -> None:
        self.put(joined())
        self.assertEqual([c.item for batch in self.batches for c in batch], [joined()])


class MemoryBoundTests(SynchronousTestCase):
    """How much one process remembers, in bytes."""

    def test_of_one_room_and_of_all(self) -> None:
        limits = Limits(history_bytes=100_000, history_total=500_000)
        memory = Memory(limits)
        for number in range(2_000):
            memory.keep(said("😀" + "x" * 1_000, f"#r{number % 20}"))
            if number == 999:
                memory.forget("#r7")
        kept = [memory.history(f"#r{number}", None, 10_000) for number in range(20)]
        size = sum(weight(event.item) for events in kept for event in events)
        self.assertLess(size, 500_000)
        self.assertGreater(size, 200_000)
        for events in kept:
            self.assertGreater(len(events), 0)
            self.assertLess(sum(weight(event.item) for event in events), 100_000)

    def test_the_room_with_most_pays(self) -> None:
        memory = Memory(Limits(history_total=1_000_000))
        memory.keep(said("precious", "#quiet"))
        for _ in range(3_000):
            memory.keep(said("x" * 4_000, "#loud"))
        self.assertEqual(len(memory.history("#quiet", None, 10)), 1)


class OpenTests(SynchronousTestCase):
    def test_memory(self) -> None:
        self.assertIsInstance(open_engine("memory:", Limits()), MemoryEngine)

    def test_unknown(self) -> None:
        error = self.assertRaises(ValueError, open_engine, "paper:", Limits())
        self.assertEqual(str(error), "there is no engine 'paper:'; choose memory:")
