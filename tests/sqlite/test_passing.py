"""What is kept for a time only: keys of what was said, and what is remembered of people."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from tests.sqlite.test_file import FileTestCase
from tests.sqlite.test_store import break_at
from twistchat.core import events as e
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.engine import Entry, Label, Repeated, Stamp
from twistchat.engine.sqlite import SQLiteEngine, file, keeping, passing
from twistchat.engine.sqlite.faults import DatabaseError, UnknownOutcomeError
from twistchat.engine.sqlite.migrate import copy_database, migrate
from twistchat.engine.sqlite.store import Proposed, Store
from twistchat.testing import sqlite_engine
from twistchat.testing.harness import EngineHarness, said

if TYPE_CHECKING:
    from pathlib import Path

    from twisted.internet.task import Clock

    from twistchat.core.limits import Limits
    from twistchat.engine import Outcome

DAY = DEFAULT_LIMITS.key_time


class KeysTestCase(FileTestCase):
    def say(self, store: Store, key: str | None, text: str, at: float = 7.0) -> Outcome:
        (outcome,) = store.append([Proposed(said(text, at=at), "e1", key)])
        return outcome

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.path)) as database:
            return database.execute(query).fetchall()


class KeysTests(KeysTestCase):
    def test_what_has_no_key_costs_nothing(self) -> None:
        store = self.filled()
        asked: list[str] = []
        assert store._database is not None
        store._database.set_trace_callback(asked.append)
        self.say(store, None, "a")
        self.assertEqual([text for text in asked if "keys" in text], [])

    def test_a_repeat_writes_nothing(self) -> None:
        store = self.filled()
        self.say(store, "k", "a")
        log = self.path.with_name("chat.db-wal")
        size = log.stat().st_size
        self.assertEqual(self.say(store, "k", "a"), Repeated(Stamp("e1", 1)))
        self.assertEqual(self.say(store, "k", "b"), e.Unkept.KEY_REUSED)
        self.assertEqual(log.stat().st_size, size)

    def test_what_cannot_be_written_is_refused_alone_and_its_key_is_free(self) -> None:
        store = self.filled()
        outcomes = store.append(
            [
                Proposed(said("\ud800"), "e1", "k"),
                Proposed(said("a"), "e1", "\ud800"),
                Proposed(said("b"), "e1", "k"),
            ]
        )
        self.assertEqual(outcomes, [e.Unkept.FAILED, e.Unkept.FAILED, Stamp("e1", 1)])

    def test_a_key_goes_with_its_event(self) -> None:
        store = self.filled()
        mend = break_at(store, "COMMIT", sqlite3.SQLITE_FULL)
        self.assertRaises(DatabaseError, self.say, store, "k", "a")
        mend()
        self.assertEqual(self.say(store, "k", "b"), Stamp("e1", 1))

    def test_what_nobody_knows_is_known_when_it_is_repeated(self) -> None:
        """A disk that fails at the commit, which is found done all the same, or not."""
        store = self.filled()
        break_at(store, "COMMIT", sqlite3.SQLITE_IOERR | 4 << 8)
        self.assertRaises(UnknownOutcomeError, self.say, store, "k", "a")
        self.assertEqual(self.say(store, "k", "a"), Stamp("e1", 1))
        self.assertEqual(self.say(store, "k", "a"), Repeated(Stamp("e1", 1)))

    def test_it_outlives_what_retention_deletes(self) -> None:
        store = self.filled()
        self.say(store, "k", "a")
        with closing(sqlite3.connect(self.path)) as other:
            other.execute("DELETE FROM events")
            other.execute("DELETE FROM logs")
            other.commit()
        self.assertEqual(self.say(store, "k", "a"), Repeated(Stamp("e1", 1)))


class EpochTests(KeysTestCase):
    def test_keys_in_a_copy_have_its_new_epochs(self) -> None:
        store = self.filled()
        self.say(store, "k", "a")
        store.append([Proposed(said("x", "#lab"), "e2", "lab")])
        store.forget("#lab")
        with closing(file.connect_to_read(self.path)) as reader:
            copy_database(reader, self.folder / "copy.db")
        self.path = self.folder / "copy.db"
        other = self.store()
        loaded = other.open()
        epoch = loaded.stands["#lobby"].epoch
        self.assertNotEqual(epoch, "e1")
        self.assertEqual(self.say(other, "k", "a"), Repeated(Stamp(epoch, 1)))
        # What has ended stays as it was.
        (ended,) = other.append([Proposed(said("x", "#lab"), "e3", "lab")])
        self.assertEqual(ended, Repeated(Stamp("e2", 1)))

    def test_keys_of_a_log_that_goes_on_under_another(self) -> None:
        store = self.filled()
        for text in "abc":
            self.say(store, text, text)
        store.append([Proposed(said("x", "#lab"), "e2", "lab")])
        with closing(sqlite3.connect(self.path)) as other:
            other.execute("DELETE FROM events WHERE number = 3")
            other.execute("DELETE FROM keys WHERE number = 3")
            other.execute("UPDATE logs SET last = 2 WHERE name = '#lobby'")
            other.commit()
        new, again, lab = store.append(
            [
                Proposed(said("d"), "e1", "d"),
                Proposed(said("a"), "e1", "a"),
                Proposed(said("x", "#lab"), "e1", "lab"),
            ]
        )
        assert isinstance(new, Stamp)
        self.assertEqual(new.number, 3)
        self.assertNotEqual(new.epoch, "e1")
        self.assertEqual(again, Repeated(Stamp(new.epoch, 1)))
        self.assertEqual(lab, Repeated(Stamp("e2", 1)))

    def test_a_copy_keeps_the_secret(self) -> None:
        store = self.store()
        secret = store.open().secret
        self.assertEqual(len(secret), 32)
        with closing(file.connect_to_read(self.path)) as reader:
            copy_database(reader, self.folder / "copy.db")
        store.close()
        self.assertEqual(self.store().open().secret, secret)
        self.path = self.folder / "copy.db"
        self.assertEqual(self.store().open().secret, secret)


class ForgettingTests(KeysTestCase):
    def test_step_by_step(self) -> None:
        self.patch(passing, "STEP", 4)
        store = self.filled()
        for number in range(10):
            self.say(store, str(number), "x", at=float(number))
        for number in range(5):
            store.remember({str(number): ("x", float(number))})
        steps = []
        while store.forget_old(DAY + 5.0):
            steps.append(len(self.rows("SELECT * FROM keys")))
        self.assertEqual(steps, [6])
        self.assertEqual(
            self.rows("SELECT key FROM keys ORDER BY key"), [(str(number),) for number in "6789"]
        )
        self.assertEqual(self.rows("SELECT * FROM remembered"), [])
        self.assertEqual(len(self.rows("SELECT * FROM events")), 10)

    def test_it_waits_for_nobodys_lock(self) -> None:
        store = self.filled("a")
        with closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self.patch(file, "BUSY", 1_000.0)
            self.assertRaises(DatabaseError, store.forget_old, 0.0)


class PlanTests(SynchronousTestCase):
    def test_nothing_is_looked_through(self) -> None:
        path = temporary_folder(self) / "chat.db"
        asked: list[str] = []
        with closing(file.connect(path)) as database:
            migrate(database, path)
            database.set_trace_callback(asked.append)
            passing.forget_old(database, 7.0, 7.0)
            database.execute(passing.FIND, ("1", "k"))
            database.set_trace_callback(None)
            plans = [
                database.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
                for query in asked
                if query.startswith(("DELETE", "SELECT"))
            ]
        self.assertEqual(len(plans), 3)
        for plan in plans:
            steps = [step for *_, step in plan]
            self.assertEqual([step for step in steps if step.startswith("SCAN")], [], steps)
            self.assertTrue(any("SEARCH" in step for step in steps), steps)


class ChoreTests(EngineHarness, SynchronousTestCase):
    """When they are forgotten."""

    engine: SQLiteEngine

    def setUp(self) -> None:
        self.path = temporary_folder(self) / "chat.db"
        super().setUp()

    def make_engine(self, clock: Clock, limits: Limits) -> SQLiteEngine:
        return sqlite_engine(self.path, clock, limits)

    def count(self, table: str) -> int:
        with closing(sqlite3.connect(self.path)) as database:
            (count,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(count)

    def fill(self) -> None:
        at = self.clock.seconds()
        self.engine.append([Entry(said("a", at=at), label=Label(key="k"))])
        self.engine.remember("1", "one", at + 100.0)
        self.pump()

    def test_in_their_time(self) -> None:
        self.fill()
        self.assertEqual((self.count("keys"), self.count("remembered")), (1, 1))
        self.clock.pump([1.0] * (int(keeping.FORGET_EVERY) + 10))
        self.assertEqual((self.count("keys"), self.count("remembered")), (1, 0))
        self.clock.pump([60.0] * int(DAY / 60 + 20))
        self.assertEqual(self.count("keys"), 0)

    def test_only_as_long_as_there_are_any(self) -> None:
        self.put(said("a"))
        self.clock.pump([1.0] * 60)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.fill()
        self.clock.pump([60.0] * int(DAY / 60 + 30))
        self.assertEqual((self.count("keys"), self.count("remembered")), (0, 0))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_also_those_of_before_the_start(self) -> None:
        self.fill()
        self.stop()
        self.start()
        self.clock.pump([1.0] * (int(keeping.FORGET_EVERY) + 10))
        self.assertEqual(self.count("remembered"), 0)

    def test_where_nothing_is_said_nothing_is_written(self) -> None:
        self.fill()
        self.clock.pump([1.0] * 700)
        before = self.files()
        self.clock.pump([10.0] * 720)
        self.assertEqual(self.files(), before)

    def files(self) -> list[tuple[str, int, int, bytes]]:
        paths: list[Path] = [self.path, self.path.with_name("chat.db-wal")]
        return [
            (path.name, path.stat().st_mtime_ns, path.stat().st_size, path.read_bytes())
            for path in paths
        ]
