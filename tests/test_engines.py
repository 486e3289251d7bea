"""The engines: the suite that each passes, and what is peculiar to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Standing
from twistchat.core.concerns import private_log, weight
from twistchat.core.law import Deed
from twistchat.core.limits import Limits
from twistchat.engine import Entry, Repeated, Stamp
from twistchat.engine import memory as memory_module
from twistchat.engine.keys import Keys, digest_of
from twistchat.engine.memory import Memory, MemoryEngine
from twistchat.testing import SharedEngine, SharedStore, SlowEngine
from twistchat.testing.conformance import EngineConformance, FaultyConformance
from twistchat.testing.deeds import EVERYTHING, KEY, account, deleted, moderated, rules, whispered
from twistchat.testing.harness import joined, said

if TYPE_CHECKING:
    from twisted.internet.task import Clock

    from twistchat.engine import Engine


class MemoryEngineTests(EngineConformance, SynchronousTestCase):
    limits = Limits(history=40, private_logs=3, private_logs_of_accounts=4)

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return MemoryEngine(limits, now=clock.seconds)

    def test_the_oldest_is_forgotten(self) -> None:
        for number in range(43):
            self.put(said(str(number)))
        self.pump()
        self.assertEqual([c.number for c in self.history("#lobby")], list(range(4, 44)))

    def test_a_private_log_that_is_forgotten_begins_a_new_epoch(self) -> None:
        first = e.Whispered("1", "alice", "2", "bob", "psst", False, 7.0)
        self.put(first)
        for other in "3456":
            self.put(e.Whispered("1", "alice", other, "x", "psst", False, 7.0))
        self.put(first)
        before, *_, after = self.delivered
        self.assertEqual((before.number, after.number), (1, 1))
        self.assertNotEqual(before.epoch, after.epoch)

    def test_those_of_accounts_are_kept_beside_those_of_guests(self) -> None:
        self.put(account(AccountDeed.REGISTER, "Bob", "2"))
        first = whispered("one", "2")
        self.put(first)
        self.engine.move_cursor("2", private_log("1", "2"), 1)
        for guest in range(10, 20):
            self.put(whispered("x", str(guest)))
        again = whispered("two", "2")
        self.put(again)
        self.assertEqual([c.item for c in self.unread("2")], [again])
        for guest in range(20, 25):
            self.put(whispered("x", "2", str(guest)))
        self.assertEqual(len(self.unread("2")), self.limits.private_logs_of_accounts)
        self.put(account(AccountDeed.DELETE, "Bob", "2", standing=Standing.DELETED))
        self.put(whispered("anew", "2", "24"))
        self.assertEqual([c.number for c in self.delivered][-1], 2)

    def test_the_last_of_what_was_done(self) -> None:
        self.patch(memory_module, "AUDITED", 3)
        memory = Memory(self.limits)
        for number in range(5):
            memory.keep(moderated(Deed.KICK, str(number)))
        self.assertEqual([each.id for each in memory.audit(10, None, None)], [3, 4, 5])

    def test_what_is_deleted_takes_no_room(self) -> None:
        memory = Memory(self.limits)
        for text in ("a", "b" * 1_000, "c"):
            memory.put(Entry(said(text)), said(text))
        memory.put(Entry(deleted(2)), deleted(2))
        kept = memory.history("#lobby", None, 10)
        self.assertEqual(memory._bytes, sum(weight(event.item) for event in kept))
        self.assertLess(memory._bytes, 4_000)

    def test_a_cursor_ends_with_a_private_log(self) -> None:
        self.put(e.Whispered("1", "alice", "2", "bob", "psst", False, 7.0))
        self.engine.move_cursor("2", private_log("1", "2"), 1)
        for other in "3456":
            self.put(e.Whispered("1", "alice", other, "x", "psst", False, 7.0))
        found: list[dict[str, int]] = []
        self.engine.cursors("2").addCallback(found.append)
        self.assertEqual(found, [{}])


class SlowEngineTests(EngineConformance, FaultyConformance, SynchronousTestCase):
    """The same on an engine whose commits wait."""

    engine: SlowEngine

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return SlowEngine(clock, limits)

    def breaks(self) -> None:
        self.engine.fails = True

    def mends(self) -> None:
        self.engine.fails = False

    def test_presence_alone_waits_for_no_commit(self) -> None:
        self.put(joined())
        self.assertEqual([c.item for batch in self.batches for c in batch], [joined()])


class SharedEngineTests(EngineConformance, SynchronousTestCase):
    """The same on the engine of a node that is the only one."""

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return SharedEngine(SharedStore(clock, limits), limits=limits)


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


class DigestTests(SynchronousTestCase):
    """What makes a deed the same as another."""

    def test_each_is_its_own(self) -> None:
        digests = [digest_of(event) for event in EVERYTHING]
        self.assertEqual(len(set(digests)), len(digests))

    def test_the_same_at_another_time(self) -> None:
        for one, other in (
            (moderated(Deed.BAN, until=60.0, at=1.0), moderated(Deed.BAN, until=65.0, at=6.0)),
            (moderated(Deed.BAN, "Bob", to_user="2"), moderated(Deed.BAN, "bob", to_user="7")),
            (rules(key=KEY, slow=1.0), rules(key="other:hidden", slow=1.0)),
        ):
            self.assertEqual(digest_of(one), digest_of(other))

    def test_another_deed(self) -> None:
        ban = moderated(Deed.BAN)
        for other in (
            moderated(Deed.MUTE),
            moderated(Deed.BAN, until=60.0),
            moderated(Deed.BAN, words="spam"),
            moderated(Deed.BAN, room=""),
        ):
            self.assertNotEqual(digest_of(ban), digest_of(other))
        self.assertNotEqual(digest_of(rules(slow=1.0)), digest_of(rules(slow=2.0)))
        self.assertNotEqual(digest_of(rules(key=KEY)), digest_of(rules("key")))

    def test_what_is_long_in_them_is_counted(self) -> None:
        self.assertGreater(weight(rules(key="x" * 150)), weight(rules(slow=1.0)) + 100)
        long = account(AccountDeed.REGISTER, "x" * 300)
        self.assertGreater(weight(long), weight(account(AccountDeed.REGISTER)) + 250)


class KeysTests(SynchronousTestCase):
    """How many keys one process remembers, and for how long."""

    def test_the_oldest_are_forgotten(self) -> None:
        keys = Keys(Limits(keys=3))
        for number in range(5):
            keys.note(said(str(number)), str(number), Stamp("e", number))
        found = [keys.answer(said(str(number)), str(number)) for number in range(5)]
        self.assertEqual(found, [None, None, *(Repeated(Stamp("e", n)) for n in (2, 3, 4))])

    def test_those_that_had_their_time_take_no_room(self) -> None:
        keys = Keys(Limits(key_time=60.0))
        for number in range(100):
            keys.note(said("x", at=float(number)), str(number), Stamp("e", number))
        self.assertEqual(len(keys._used), 60)

    def test_one_that_is_used_again_is_young_again(self) -> None:
        keys = Keys(Limits(keys=2))
        for key in ("a", "b", "a", "c"):
            keys.note(said(key), key, Stamp("e", 1))
        self.assertEqual(list(keys._used), [("1", "a"), ("1", "c")])

    def test_people_of_whom_something_is_remembered(self) -> None:
        self.patch(memory_module, "REMEMBERED", 3)
        memory = Memory(Limits(), now=lambda: 0.0)
        for person in "12341":
            memory.remember(person, person, 1.0)
        self.assertEqual([memory.recall(person) for person in "1234"], ["1", None, "3", "4"])
