"""The database's file: whose it is, what is refused, how its schema is brought on."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from twistchat.archive.check import check as check_all
from twistchat.engine import Repeated, Stamp
from twistchat.engine.retention import Retention
from twistchat.engine.sqlite import file, migrate
from twistchat.engine.sqlite.faults import DatabaseError, DatabaseInUseError
from twistchat.engine.sqlite.file import Durability
from twistchat.engine.sqlite.inspection import check
from twistchat.engine.sqlite.migrate import SCHEMA, copy_database, newest_version
from twistchat.engine.sqlite.store import Proposed, Store
from twistchat.testing.harness import said

if TYPE_CHECKING:
    from pathlib import Path

    from twistchat.engine import Outcome


OPEN_AND_CLOSE = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("SELECT count(*) FROM events").fetchone()
database.close()
"""


class FileTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.patch(file, "BUSY", 0.01)
        self.folder = temporary_folder(self)
        self.path = self.folder / "chat.db"

    def store(self, retention: Retention | None = None) -> Store:
        store = Store(self.path, durability=Durability.FAST, retention=retention or Retention())
        self.addCleanup(store.close)
        return store

    def filled(self, *texts: str) -> Store:
        store = self.store()
        store.open()
        self.put(store, *texts)
        return store

    def put(self, store: Store, *texts: str, room: str = "#lobby") -> list[Outcome]:
        return store.append([Proposed(said(text, room), "e1") for text in texts])

    def error(self, path: Path | None = None) -> str:
        return str(self.assertRaises(DatabaseError, check, path or self.path))


class CheckTests(FileTestCase):
    """What is found out before the start, in the terminal."""

    def test_nothing_there_is_well_and_stays_so(self) -> None:
        check(self.path)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_database_of_ours_is_left_as_it_is(self) -> None:
        self.filled("hello").close()
        before = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        check(self.path)
        after = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        self.assertEqual(after, before)

    def test_places_that_cannot_be(self) -> None:
        self.assertIn("there is no folder", self.error(self.folder / "nowhere" / "chat.db"))
        self.assertIn("is a folder", self.error(self.folder))

    def test_other_files(self) -> None:
        self.path.write_bytes(b"not a database\n" * 100)
        self.assertIn("is no database of twistchat's", self.error())
        self.path.write_bytes(b"short")
        self.assertIn("is no database of twistchat's", self.error())
        self.path.unlink()
        other = sqlite3.connect(self.path)
        other.execute("CREATE TABLE recipes (name)")
        other.close()
        self.assertIn("is another program's database", self.error())
        error = self.assertRaises(DatabaseError, self.store().open)
        self.assertIn("is another program's database", str(error))

    def test_a_newer_schema(self) -> None:
        self.filled("hello").close()
        newer = sqlite3.connect(self.path)
        newer.execute("PRAGMA user_version = 99")
        newer.close()
        self.assertIn("was written by a newer twistchat (schema 99", self.error())
        error = self.assertRaises(DatabaseError, self.store().open)
        self.assertIn("was written by a newer twistchat", str(error))

    def test_one_server_at_a_time(self) -> None:
        first = self.filled("hello")
        self.assertIn("is in use by another server", self.error())
        self.assertRaises(DatabaseInUseError, self.store().open)
        self.put(first, "still well")
        first.close()
        check(self.path)
        self.assertEqual(self.store().open().stands["#lobby"].number, 2)

    def test_one_server_at_a_time_whatever_the_file_is_called(self) -> None:
        self.filled("hello")
        link = self.folder / "link.db"
        link.symlink_to(self.path)
        self.assertIn("is in use by another server", self.error(link))
        other = Store(link, durability=Durability.FAST, retention=Retention())
        self.assertRaises(DatabaseInUseError, other.open)

    def test_looking_takes_no_locks_from_the_one_who_has_it(self) -> None:
        """POSIX ends all locks of a process on a file with any descriptor of it that is closed."""
        store = self.filled("one")
        self.error()
        other = [sys.executable, "-c", OPEN_AND_CLOSE, str(self.path)]
        subprocess.run(other, check=True)
        self.put(store, "two")
        self.assertTrue(self.path.with_name("chat.db-wal").exists())
        store.close()
        self.assertEqual(self.store().open().stands["#lobby"].number, 2)

    def test_an_empty_file_is_filled(self) -> None:
        self.path.touch()
        check(self.path)
        self.filled("hello")


class PrivacyTests(FileTestCase):
    def test_all_files_are_for_their_owner_alone(self) -> None:
        self.filled("hello")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in self.folder.iterdir()}
        self.assertEqual(
            {name: mode for name, mode in modes.items() if name != "chat.db.lock-journal"},
            dict.fromkeys(["chat.db", "chat.db-shm", "chat.db-wal", "chat.db.lock"], 0o600),
        )

    def test_also_where_a_link_leads_to(self) -> None:
        target = self.folder / "target.db"
        self.path.symlink_to(target)
        self.filled("hello")
        self.assertEqual(stat.S_IMODE(target.stat().st_mode), 0o600)

    def test_a_lock_that_is_none_is_told_in_a_line(self) -> None:
        self.path.with_name("chat.db.lock").write_bytes(b"rubbish" * 1000)
        self.assertIn("cannot lock", self.error())


class SchemaTests(FileTestCase):
    """A database of before, under a program that has one schema more."""

    def setUp(self) -> None:
        super().setUp()
        self.filled("hello").close()
        self.schema = self.folder / "schema"
        shutil.copytree(SCHEMA, self.schema)
        self.next = migrate.newest_version() + 1

    def migrate(self, script: str) -> sqlite3.Connection:
        (self.schema / f"{self.next}.sql").write_text(script, "utf-8")
        database = file.connect(self.path)
        self.addCleanup(database.close)
        migrate.migrate(database, self.path, self.schema)
        return database

    def copies(self) -> list[Path]:
        return list(self.folder.glob("chat.db.schema-*"))

    def test_it_is_brought_on_after_a_copy(self) -> None:
        database = self.migrate("CREATE TABLE more (x); INSERT INTO more VALUES (7);")
        self.assertEqual(database.execute("SELECT x FROM more").fetchone(), (7,))
        self.assertEqual(database.execute("PRAGMA user_version").fetchone(), (self.next,))
        (copy,) = self.copies()
        self.assertEqual(stat.S_IMODE(copy.stat().st_mode), 0o600)
        before = sqlite3.connect(copy)
        self.addCleanup(before.close)
        self.assertEqual(before.execute("PRAGMA user_version").fetchone(), (self.next - 1,))
        self.assertEqual(before.execute("SELECT text FROM events").fetchall(), [("hello",)])

    def test_one_that_fails_changes_nothing(self) -> None:
        error = self.assertRaises(
            DatabaseError, self.migrate, "CREATE TABLE more (x); INSERT INTO nowhere VALUES (7);"
        )
        self.assertIn(f"could not be brought to schema {self.next}", str(error))
        database = sqlite3.connect(self.path)
        self.addCleanup(database.close)
        self.assertEqual(database.execute("PRAGMA user_version").fetchone(), (self.next - 1,))
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_schema")}
        self.assertNotIn("more", tables)

    def test_a_new_one_needs_no_copy(self) -> None:
        self.path.unlink()
        self.migrate("CREATE TABLE more (x);")
        self.assertEqual(self.copies(), [])

    def test_the_files_are_numbered_without_a_hole(self) -> None:
        numbers = sorted(int(path.stem) for path in SCHEMA.glob("*.sql"))
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))


class FirstSchemaTests(FileTestCase):
    """A database of the first schema, as a server of then has left it."""

    def setUp(self) -> None:
        super().setUp()
        with closing(file.connect(self.path)) as database:
            first = (SCHEMA / "1.sql").read_text("utf-8")
            database.executescript(
                f"BEGIN; {first}; PRAGMA application_id = {file.APPLICATION_ID};"
                " PRAGMA user_version = 1;"
                " INSERT INTO logs (name, epoch, last) VALUES ('#lobby', 'e1', 2);"
                " INSERT INTO events (log, number, at, kind, user, who, folded, text)"
                " VALUES (1, 1, 7, 'topic', '1', 'alice', 'alice', 'cats'),"
                " (1, 2, 7, 'said', '1', 'alice', 'alice', 'hello');"
                " INSERT INTO standing VALUES (1, 'topic', 1); COMMIT;"
            )

    def copy(self) -> Path:
        (copy,) = self.folder.glob("chat.db.schema-1.*")
        return copy

    def test_it_goes_on_where_it_was(self) -> None:
        check(self.path)
        store = self.store()
        loaded = store.open()
        self.assertEqual(loaded.stands, {"#lobby": Stamp("e1", 2)})
        self.assertEqual((len(loaded.events), loaded.lines, loaded.is_anew), (2, 2, False))
        self.assertEqual(len(loaded.secret), 32)
        keyed = Proposed(said("new"), "e1", "k")
        self.assertEqual(store.append([keyed, keyed]), [Stamp("e1", 3), Repeated(Stamp("e1", 3))])
        store.remember({"1": ("one", 7.0)})
        store.close()
        report = check_all(self.path)
        self.assertEqual(report.faults, ())
        assert report.contents is not None
        self.assertEqual((report.contents.schema, report.contents.lines), (newest_version(), 3))
        self.store().open()
        self.copy()  # one, made once

    def test_its_copy_is_as_it_was(self) -> None:
        self.store().open()
        with closing(sqlite3.connect(self.copy())) as copy:
            self.assertEqual(copy.execute("PRAGMA user_version").fetchone(), (1,))
            self.assertEqual(copy.execute("SELECT count(*) FROM events").fetchone(), (2,))
            tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_schema")}
        self.assertFalse({"keys", "remembered", "passwords"} & tables)
        self.path = self.copy()
        loaded = self.store().open()
        self.assertTrue(loaded.is_anew)
        self.assertEqual(loaded.stands["#lobby"].number, 2)


class CopyTests(FileTestCase):
    def test_whoever_opens_a_copy_begins_new_epochs(self) -> None:
        store = self.filled("one", "two")
        reader = file.connect_to_read(self.path)
        self.addCleanup(reader.close)
        copy_database(reader, self.folder / "copy.db")
        (three,) = self.put(store, "three")
        self.assertEqual(three, Stamp("e1", 3))
        self.path = self.folder / "copy.db"
        other = self.store()
        stand = other.open().stands["#lobby"]
        self.assertEqual(stand.number, 2)
        self.assertNotEqual(stand.epoch, "e1")
        # Else a reader who has seen "three" would take what comes now for it.
        self.assertEqual(self.put(other, "something else"), [Stamp(stand.epoch, 3)])
        other.close()
        self.assertEqual(self.store().open().stands["#lobby"].epoch, stand.epoch)  # once

    def test_nothing_is_written_over(self) -> None:
        self.filled("one")
        reader = file.connect_to_read(self.path)
        self.addCleanup(reader.close)
        self.assertRaises(FileExistsError, copy_database, reader, self.path)
