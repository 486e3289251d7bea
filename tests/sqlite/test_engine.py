"""The SQLite engine: the suites of every engine, and what is peculiar to a file."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from twistchat.core import events as e
from twistchat.engine.retention import Retention, Rule
from twistchat.engine.sqlite import SQLiteEngine, chores, file, keeping
from twistchat.engine.sqlite.faults import UnknownOutcomeError
from twistchat.engine.sqlite.reader import Reader
from twistchat.testing import ClockWorker, sqlite_engine
from twistchat.testing.conformance import (
    EngineConformance,
    FaultyConformance,
    LastingConformance,
)
from twistchat.testing.harness import EngineHarness, said

if TYPE_CHECKING:
    from pathlib import Path

    from twisted.internet.task import Clock

    from twistchat.core.limits import Limits
    from twistchat.engine import Engine, Stamp


class OnFile(EngineHarness):
    path: Path

    def setUp(self) -> None:
        self.patch(file, "BUSY", 0.01)
        self.path = temporary_folder(self) / "chat.db"
        super().setUp()

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return sqlite_engine(self.path, clock, limits)


class SQLiteEngineTests(OnFile, EngineConformance, LastingConformance, SynchronousTestCase):
    engine: SQLiteEngine

    def die(self) -> None:
        store = self.engine._store
        assert store._database is not None
        store._database.close()
        store._lock.release()
        self.addCleanup(self.engine._keeping.stop)


class WithoutIndexTests(OnFile, EngineConformance, SynchronousTestCase):
    """A SQLite that has no FTS5, or no trigrams in it: all is looked at line by line."""

    def setUp(self) -> None:
        self.patch(chores, "make_index", lambda _: False)
        super().setUp()


class LockedOutTests(OnFile, FaultyConformance, SynchronousTestCase):
    def breaks(self) -> None:
        self.other = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(self.other.close)
        self.other.execute("BEGIN IMMEDIATE")

    def mends(self) -> None:
        self.other.execute("ROLLBACK")


class GoneTests(OnFile, FaultyConformance, SynchronousTestCase):
    """Somebody moves the file away, and back."""

    def breaks(self) -> None:
        self.path.rename(self.path.with_name("moved.db"))

    def mends(self) -> None:
        self.path.with_name("moved.db").rename(self.path)


class KeepingTests(OnFile, EngineHarness, SynchronousTestCase):
    """What is done beside everything else."""

    engine: SQLiteEngine

    def make_engine(self, clock: Clock, limits: Limits) -> SQLiteEngine:
        return sqlite_engine(self.path, clock, limits, retention=Retention(Rule(lines=3)))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        database = sqlite3.connect(self.path)
        found = database.execute(query).fetchall()
        database.close()
        return found

    def test_what_is_said_comes_into_the_index(self) -> None:
        self.put(said("a cat"))
        self.pump()
        indexed = "SELECT value FROM facts WHERE name = 'indexed'"
        self.assertEqual(self.rows(indexed), [])
        self.clock.pump([0.5] * 24)
        self.assertEqual(self.rows(indexed), [(1,)])

    def test_what_was_left_to_index_is_indexed_after_the_next_start(self) -> None:
        self.put(said("a cat"))
        self.pump()
        self.stop()
        self.start()
        self.assertEqual(self.rows("SELECT value FROM facts WHERE name = 'indexed'"), [])
        self.clock.pump([0.5] * 24)
        self.assertEqual(self.rows("SELECT value FROM facts WHERE name = 'indexed'"), [(1,)])

    def test_what_is_too_much_goes(self) -> None:
        self.put(*(said(str(number)) for number in range(10)))
        self.clock.pump([0.5] * 240)
        self.assertEqual([c.number for c in self.history("#lobby")], [8, 9, 10])

    def test_the_file_is_brought_up_to_date(self) -> None:
        self.put(*(said("x" * 1_000) for _ in range(100)))
        self.pump()
        size = self.path.stat().st_size
        self.clock.pump([0.5] * 80)
        self.assertGreater(self.path.stat().st_size, size + 50_000)

    def test_at_once_after_many_commits(self) -> None:
        self.patch(keeping, "CHECKPOINT_COMMITS", 20)
        size = self.path.stat().st_size
        for _ in range(25):
            self.put(said("x" * 3_000))
            self.pump()
        self.assertLess(self.clock.seconds(), 20)
        self.assertGreater(self.path.stat().st_size, size + 50_000)

    def test_what_a_checkpoint_beside_leaves_is_done_by_the_writer(self) -> None:
        self.patch(Reader, "checkpoint", lambda _: None)  # all the time something is in its way
        self.patch(keeping, "CHECKPOINT_COMMITS", 20)
        log = self.path.with_name("chat.db-wal")
        for _ in range(100):
            self.put(said("x" * 3_000))
            self.pump()
        # Each of a hundred commits takes some 40,000 bytes of it.
        self.assertLess(log.stat().st_size, 2_000_000)

    def test_chores_that_fail_are_told_once_and_tried_again(self) -> None:
        self.put(said("a cat"))
        self.pump()
        self.path.rename(self.path.with_name("moved.db"))
        with capturedLogs() as logged:
            self.clock.pump([0.5] * 90)
        told = [formatEvent(event) or "" for event in logged]
        self.assertEqual(len(told), 2, told)
        self.assertIn("the search index has to wait", told[0])
        self.assertIn("the checkpoint has to wait", told[1])
        self.path.with_name("moved.db").rename(self.path)
        self.clock.pump([0.5] * 40)
        self.assertEqual(self.rows("SELECT value FROM facts WHERE name = 'indexed'"), [(1,)])

    def test_nothing_is_left_to_do_after_the_end(self) -> None:
        self.put(said("a cat"))
        self.pump()
        self.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertFalse(self.path.with_name("chat.db-wal").exists())


class SilentDiskTests(OnFile, EngineHarness, SynchronousTestCase):
    """A disk that never answers."""

    engine: SQLiteEngine

    def make_engine(self, clock: Clock, limits: Limits) -> SQLiteEngine:
        self.workers: list[ClockWorker] = []

        def worker(_: str) -> ClockWorker:
            self.workers.append(ClockWorker(clock))
            return self.workers[-1]

        return SQLiteEngine(self.path, clock=clock, worker=worker, limits=limits)

    def test_it_ends_all_the_same(self) -> None:
        for each in self.workers:
            each.delay = 1_000_000.0
        self.put(said("a"))
        done: list[None] = []
        self.engine.stop().addCallback(done.append)
        self.clock.pump([0.1] * 70)
        self.assertEqual(done, [None])
        self.assertEqual([c.item for c in self.delivered], [e.NotKept(said("a"), e.Unkept.UNKNOWN)])


class FailingCommitTests(OnFile, EngineHarness, SynchronousTestCase):
    engine: SQLiteEngine

    def make_engine(self, clock: Clock, limits: Limits) -> SQLiteEngine:
        return sqlite_engine(self.path, clock, limits)

    def test_a_disk_that_fails_at_the_commit(self) -> None:
        def append(_: object) -> list[Stamp | e.Unkept]:
            raise UnknownOutcomeError("its disk does not work")

        self.patch(self.engine._store, "append", append)
        with capturedLogs() as logged:
            self.put(said("a"))
            self.pump()
            self.put(said("b"))
            self.pump()
        self.assertEqual(
            [c.item for c in self.delivered],
            [e.NotKept(said(text), e.Unkept.UNKNOWN) for text in "ab"],
        )
        self.assertEqual(len(logged), 1)
