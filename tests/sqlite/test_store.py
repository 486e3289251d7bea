"""The writer: what is refused alone, what is not known, a file that is opened anew."""

from __future__ import annotations

import math
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from tests.sqlite.test_file import FileTestCase
from twistchat.core import events as e
from twistchat.engine import Stamp
from twistchat.engine.retention import Retention
from twistchat.engine.sqlite import loading
from twistchat.engine.sqlite import store as store_module
from twistchat.engine.sqlite.faults import DatabaseError, UnknownOutcomeError
from twistchat.engine.sqlite.file import Durability
from twistchat.engine.sqlite.reader import Reader
from twistchat.engine.sqlite.store import Proposed, Store
from twistchat.testing.harness import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twistchat.engine import Outcome


def break_at(store: Store, statement: str, code: int) -> Callable[[], None]:
    """Let a store's connection fail at one statement; returns what mends it."""
    healthy = store._database
    assert healthy is not None
    store._database = cast("sqlite3.Connection", Failing(healthy, statement, code))

    def mend() -> None:
        store._database = healthy

    return mend


class Failing:
    """A connection to SQLite that fails at one statement."""

    def __init__(self, database: sqlite3.Connection, statement: str, code: int) -> None:
        self._database = database
        self._statement = statement
        self._code = code

    def execute(self, statement: str, *values: Any) -> Any:
        if statement.startswith(self._statement):
            error = sqlite3.OperationalError("made to fail")
            error.sqlite_errorcode = self._code
            raise error
        return self._database.execute(statement, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


@contextmanager
def monkey_patched(store: Store, name: str, fault: type[Exception]) -> Iterator[None]:
    def fail(*_: object) -> None:
        raise fault

    setattr(store, name, fail)
    yield
    delattr(store, name)


class StoreTests(FileTestCase):
    def texts(self) -> list[str]:
        database = sqlite3.connect(self.path)
        rows = database.execute("SELECT text FROM events ORDER BY id").fetchall()
        database.close()
        return [text for (text,) in rows]

    def test_what_cannot_be_written_is_refused_alone(self) -> None:
        store = self.filled()
        outcomes = self.put(store, "a", "\ud800", "b")
        self.assertEqual(outcomes, [Stamp("e1", 1), e.Unkept.FAILED, Stamp("e1", 2)])
        self.assertEqual(self.texts(), ["a", "b"])

    def test_a_commit_that_fails_keeps_nothing(self) -> None:
        store = self.filled("a")
        mend = break_at(store, "COMMIT", sqlite3.SQLITE_FULL)
        error = self.assertRaises(DatabaseError, self.put, store, "b")
        self.assertIn("the disk is full", str(error))
        mend()
        self.assertEqual(self.put(store, "c"), [Stamp("e1", 2)])
        self.assertEqual(self.texts(), ["a", "c"])

    def test_a_disk_that_fails_at_the_commit_may_have_kept_it(self) -> None:
        store = self.filled("a")
        break_at(store, "COMMIT", sqlite3.SQLITE_IOERR | 4 << 8)
        self.assertRaises(UnknownOutcomeError, self.put, store, "b")
        self.assertIsNone(store._database)  # opened anew by the next
        self.assertEqual(self.put(store, "c"), [Stamp("e1", 2)])

    def test_numbers_that_were_told_are_never_used_again(self) -> None:
        """A disk that has lied: what was committed is gone when the file is opened anew."""
        store = self.filled("a", "b", "c")
        self.put(store, "x", room="#lab")
        assert store._database is not None
        store._database.close()
        store._database = None
        other = sqlite3.connect(self.path)
        other.execute("DELETE FROM events WHERE number = 3")
        other.execute("UPDATE logs SET last = 2 WHERE name = '#lobby'")
        other.execute("DELETE FROM logs WHERE name = '#lab'")
        other.commit()
        other.close()
        (again,) = self.put(store, "other than c")
        (lab,) = store.append([Proposed(said("other than x", "#lab"), "e1")])
        assert isinstance(again, Stamp)
        assert isinstance(lab, Stamp)
        self.assertEqual((again.number, lab.number), (3, 1))
        self.assertNotEqual(again.epoch, "e1")
        self.assertNotEqual(lab.epoch, "e1")

    def test_a_file_that_was_replaced_is_not_written_to(self) -> None:
        store = self.filled("a")
        self.path.rename(self.folder / "old.db")
        error = self.assertRaises(DatabaseError, self.put, store, "b")
        self.assertIn("is gone (No such file or directory): put it back", str(error))
        self.path.write_bytes(b"something else")
        error = self.assertRaises(DatabaseError, self.put, store, "b")
        self.assertIn("was replaced by another file", str(error))
        self.assertEqual(self.path.read_bytes(), b"something else")
        self.path.unlink()
        (self.folder / "old.db").rename(self.path)
        self.assertEqual(self.put(store, "c"), [Stamp("e1", 2)])

    def test_a_room_that_could_not_be_ended_is_ended_with_the_next_line(self) -> None:
        store = self.filled("old")
        mend = break_at(store, "UPDATE logs SET ended", sqlite3.SQLITE_FULL)
        self.assertRaises(DatabaseError, store.forget, "#lobby")
        mend()
        self.assertEqual(store.append([Proposed(said("new"), "e2")]), [Stamp("e2", 1)])
        self.assertEqual(self.texts(), ["old", "new"])

    def test_logs_of_two_go_on_when_nobody_remembers_them(self) -> None:
        self.patch(store_module, "PRIVATE_LOGS", 5)
        store = self.filled()

        def whisper(number: int) -> list[Outcome]:
            event = e.Whispered("a", "a", f"b{number}", "b", "x", False, 7.0)
            return store.append([Proposed(event, "e1")])

        for number in range(10):
            self.assertEqual(whisper(number), [Stamp("e1", 1)])
        self.assertEqual(whisper(0), [Stamp("e1", 2)])
        self.assertEqual(len(store._told_privately), 5)

    def test_what_is_no_fault_of_sqlites_costs_its_batch_alone(self) -> None:
        store = self.filled("a")
        for fault in (MemoryError, OverflowError):
            with monkey_patched(store, "_write", fault):
                self.assertRaises(fault, self.put, store, "b")
            store.move_cursor("1", "#lobby", 1)
            self.put(store, "c")
        self.assertEqual(self.texts(), ["a", "c", "c"])

    def test_what_is_no_time_is_refused_alone(self) -> None:
        store = self.filled()
        times = (7.0, math.nan, math.inf, 8.0)
        outcomes = store.append([Proposed(said("x", at=at), "e1") for at in times])
        self.assertEqual(
            outcomes, [Stamp("e1", 1), e.Unkept.FAILED, e.Unkept.FAILED, Stamp("e1", 2)]
        )
        odd = store.append([Proposed(said("x", "#\ud800"), "e1"), Proposed(said("y"), "e1")])
        self.assertEqual(odd, [e.Unkept.FAILED, Stamp("e1", 3)])


class ForgettingOnABadDiskTests(FileTestCase):
    """A disk fails around the moment at which a room is forgotten."""

    IOERR = sqlite3.SQLITE_IOERR | 4 << 8

    def lose(self, store: Store, statement: str) -> None:
        """Let a statement fail as a bad disk does, once: the next to write opens the file anew."""
        break_at(store, statement, self.IOERR)

    def test_just_before(self) -> None:
        store = self.filled("life one")
        self.lose(store, "COMMIT")
        self.assertRaises(UnknownOutcomeError, self.put, store, "perhaps")
        store.forget("#lobby")
        self.assertEqual(store.append([Proposed(said("life two"), "e2")]), [Stamp("e2", 1)])
        reader = Reader(self.path)
        self.addCleanup(reader.close)
        self.assertEqual([c.item for c in reader.history("#lobby", None, 9)], [said("life two")])

    def test_at_that_moment(self) -> None:
        for statement in ("BEGIN", "UPDATE logs SET ended", "COMMIT"):
            store = self.filled("life one")
            self.lose(store, statement)
            self.assertRaises(DatabaseError, store.forget, "#lobby")
            self.assertEqual(store.append([Proposed(said("life two"), "e2")]), [Stamp("e2", 1)])
            reader = Reader(self.path)
            found = [c.item for c in reader.history("#lobby", None, 9)]
            self.assertEqual(found, [said("life two")])
            reader.close()
            store.close()
            self.assertEqual(self.store().open().stands, {"#lobby": Stamp("e2", 1)})
            for path in self.folder.iterdir():
                path.unlink()

    def test_a_repair_that_fails_is_tried_again(self) -> None:
        store = self.filled("a", "b", "c")
        other = sqlite3.connect(self.path)
        other.execute("DELETE FROM events WHERE number = 3")
        other.execute("UPDATE logs SET last = 2")
        other.commit()
        other.close()
        mend = break_at(store, "UPDATE logs SET epoch", sqlite3.SQLITE_FULL)
        self.assertRaises(DatabaseError, self.put, store, "d")
        mend()
        (stamp,) = self.put(store, "d")
        assert isinstance(stamp, Stamp)
        self.assertEqual(stamp.number, 3)
        self.assertNotEqual(stamp.epoch, "e1")


class UnsyncedTests(FileTestCase):
    """A writer that does not wait for the disk, on a machine that fails."""

    def epoch_after(self, end: Callable[[Store], None]) -> str:
        store = self.filled("a")
        end(store)
        store.close()
        return self.store().open().stands["#lobby"].epoch

    def test_after_an_orderly_end(self) -> None:
        self.assertEqual(self.epoch_after(lambda _: None), "e1")

    def test_after_the_end_of_the_process_alone(self) -> None:
        self.assertEqual(self.epoch_after(die), "e1")

    def test_after_the_end_of_the_machine(self) -> None:
        def fail(store: Store) -> None:
            die(store)
            self.patch(loading, "boot_id", lambda: "the next boot")

        self.assertNotEqual(self.epoch_after(fail), "e1")

    def test_the_mark_is_on_the_disk_before_anything_is_told(self) -> None:
        """What was synced is all that a power failure leaves: here, the file alone."""
        store = self.store()
        statements: list[str] = []
        connect = sqlite3.connect

        def traced(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*args, **kwargs)
            connection.set_trace_callback(statements.append)
            return connection

        self.patch(sqlite3, "connect", traced)
        store.open()
        mark = next(i for i, text in enumerate(statements) if "'unsynced', " in text)
        before = [text for text in statements[:mark] if "synchronous" in text]
        after = [text for text in statements[mark:] if "synchronous" in text]
        self.assertEqual(before[-1], "PRAGMA synchronous = FULL")
        self.assertEqual(after, ["PRAGMA synchronous = NORMAL"])

    def test_where_nobody_knows(self) -> None:
        self.patch(loading, "boot_id", lambda: "")
        self.assertNotEqual(self.epoch_after(die), "e1")
        self.path.unlink()

    def test_with_full_durability_nothing_is_in_doubt(self) -> None:
        store = Store(self.path, durability=Durability.FULL, retention=Retention())
        store.open()
        self.put(store, "a")
        die(store)
        store.close()
        self.patch(loading, "boot_id", lambda: "the next boot")
        self.assertEqual(self.store().open().stands["#lobby"].epoch, "e1")


def die(store: Store) -> None:
    """Let go of the file without a word, as a process does that is killed."""
    assert store._database is not None
    store._database.close()
    store._database = None


class ReplacedTests(FileTestCase):
    """Somebody puts another database into the place of the one in use."""

    def test_a_reader_does_not_open_it(self) -> None:
        store = self.filled("a")
        self.path.rename(self.folder / "old.db")
        other = sqlite3.connect(self.path)
        other.execute("CREATE TABLE recipes (name)")
        other.close()
        before = self.path.read_bytes()
        reader = Reader(self.path, store.file)
        error = self.assertRaises(DatabaseError, reader.checkpoint)
        self.assertIn("was replaced by another file", str(error))
        self.assertRaises(DatabaseError, reader.history, "#lobby", None, 10)
        self.assertEqual(self.path.read_bytes(), before)


class CheckpointTests(FileTestCase):
    """The log beside the database, which grows until it begins anew."""

    def test_the_writer_does_what_was_in_the_way(self) -> None:
        store = self.filled("a")
        log = self.path.with_name(f"{self.path.name}-wal")
        somebody = sqlite3.connect(self.path, isolation_level=None)
        somebody.execute("BEGIN")
        somebody.execute("SELECT count(*) FROM events").fetchall()
        self.put(store, "b")
        Reader(self.path, store.file).checkpoint()
        somebody.close()
        size = log.stat().st_size
        self.put(store, "c")
        self.assertGreater(log.stat().st_size, size)
        store.checkpoint()
        size = log.stat().st_size
        for _ in range(3):
            self.put(store, "d")
            store.checkpoint()
        self.assertEqual(log.stat().st_size, size)

    def test_one_that_fails_says_why(self) -> None:
        store = self.filled("a")
        break_at(store, "PRAGMA wal_checkpoint", sqlite3.SQLITE_IOERR)
        error = self.assertRaises(DatabaseError, store.checkpoint)
        self.assertIn(str(self.path), str(error))
