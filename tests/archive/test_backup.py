"""`twistchat backup`."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import sys
from typing import TYPE_CHECKING

from tests.archive.kit import ALICE, ArchiveTestCase, said, topic
from twistchat.archive import backup
from twistchat.engine.sqlite.loading import new_epoch
from twistchat.engine.sqlite.migrate import copy_database, newest_version
from twistchat.engine.sqlite.store import Proposed

if TYPE_CHECKING:
    from pathlib import Path


class BackupTests(ArchiveTestCase):
    def test_a_copy_beside_a_running_server(self) -> None:
        store = self.store()
        store.open()
        self.addCleanup(store.close)
        store.append([Proposed(said("你好"), new_epoch()), Proposed(topic("茶"), new_epoch())])
        copy = self.folder / "copy.db"
        told = self.succeeds("backup", copy)
        self.assertRegex(told, rf"^{re.escape(str(copy))}: 2 lines, [0-9.]+ KB\n$")
        if sys.platform != "win32":
            self.assertEqual(stat.S_IMODE(copy.stat().st_mode), 0o600)
        store.append([Proposed(said("after it"), new_epoch())])
        self.assertEqual(self.loaded(copy), [topic("茶")])
        self.assertEqual(
            sorted(file.name for file in self.folder.iterdir() if "copy" in file.name),
            ["copy.db", "copy.db.lock"],
        )

    def test_a_server_that_opens_it_begins_new_epochs(self) -> None:
        self.keep(said("hello"))
        copy = self.folder / "copy.db"
        self.succeeds("backup", copy)
        ((epoch,),) = self.rows("SELECT epoch FROM logs")
        loaded = self.with_store(lambda _: None, copy)
        self.assertEqual(loaded.stands["#lobby"].number, 1)
        self.assertNotEqual(loaded.stands["#lobby"].epoch, epoch)

    def test_it_has_the_passwords_and_is_nobody_elses_to_read(self) -> None:
        self.with_store(lambda store: store.set_password(ALICE, "$argon2id$..."))
        copy = self.folder / "copy.db"
        self.succeeds("backup", copy)
        self.assertEqual(self.rows("SELECT * FROM passwords", copy), [(ALICE, "$argon2id$...")])
        if sys.platform != "win32":
            self.assertEqual(stat.S_IMODE(copy.stat().st_mode), 0o600)

    def test_into_a_folder(self) -> None:
        self.keep(said("hello"))
        backups = self.folder / "backups"
        backups.mkdir()
        self.succeeds("backup", backups)
        (made,) = backups.iterdir()
        self.assertRegex(made.name, r"^twistchat-\d{8}-\d{6}\.db$")

    def test_a_name_that_ends_in_a_slash_is_a_folder(self) -> None:
        self.keep(said("hello"))
        self.assertEqual(
            self.fails("backup", f"{self.folder}/backups/"),
            f"there is no folder {self.folder}/backups: make it, or choose another",
        )
        (self.folder / "backups").mkdir()
        self.succeeds("backup", f"{self.folder}/backups/")

    def test_of_a_damaged_database_none_is_made(self) -> None:
        self.keep(*(said(f"line {number} " + "x" * 500) for number in range(200)))
        with self.path.open("r+b") as file:
            file.seek(self.path.stat().st_size // 2)
            file.write(b"\x55" * 9_000)
        copy = self.folder / "copy.db"
        self.assertIn("is damaged, and no backup was made", self.fails("backup", copy))
        self.assertFalse(copy.exists())

    def test_what_is_there_is_not_replaced_without_force(self) -> None:
        self.keep(said("hello"))
        there = self.folder / "there"
        there.write_text("precious")
        self.assertEqual(
            self.fails("backup", there),
            f"{there} is there already: choose another name, or add --force",
        )
        self.assertEqual(there.read_text(), "precious")
        self.succeeds("backup", there, "--force")
        self.assertEqual(self.rows("SELECT text FROM events", there), [("hello",)])

    def test_neither_the_database_nor_what_belongs_to_one_is_replaced(self) -> None:
        self.keep(said("hello"))
        for companion in ("", "-wal", "-shm", "-journal", ".lock"):
            path = self.folder / f"chat.db{companion}"
            told = self.fails("backup", path, "--force")
            self.assertIn("belongs to the database itself", told)
        (self.folder / "other.db-wal").touch()
        self.assertIn("other.db-wal stands there", self.fails("backup", self.folder / "other.db"))
        (self.folder / "pipe").symlink_to(os.devnull)
        self.assertIn("no plain file", self.fails("backup", self.folder / "pipe", "--force"))

    def test_no_folder(self) -> None:
        self.keep(said("hello"))
        self.assertIn("there is no folder", self.fails("backup", self.folder / "no" / "x.db"))
        self.assertEqual(self.fails("backup", ""), "the name of the file is empty")

    def test_nothing_is_left_of_a_copy_that_failed(self) -> None:
        self.keep(said("hello"))
        before = sorted(self.folder.iterdir())

        def full(source: sqlite3.Connection, path: Path) -> None:
            copy_database(source, path)
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error

        self.patch(backup, "copy_database", full)
        copy = self.folder / "copy.db"
        self.assertEqual(
            self.fails("backup", copy), f"cannot copy {self.path} to {copy}: the disk is full"
        )
        self.assertEqual(sorted(self.folder.iterdir()), before)

    def test_one_that_an_older_version_wrote(self) -> None:
        from twistchat.archive import database

        self.keep(said("hello"))
        self.patch(database, "newest_version", lambda: newest_version() + 1)
        self.succeeds("backup", self.folder / "copy.db")
        self.assertIn("start the server with it once", self.fails("export"))
        self.assertIn("start the server with it once", self.fails("db", "check"))


class DatabaseTests(ArchiveTestCase):
    """What every command that reads says where there is nothing to be read."""

    READERS = (["backup", "copy.db"], ["export"], ["db", "check"])

    def test_nothing_there(self) -> None:
        for words in self.READERS:
            self.assertEqual(
                self.fails(*words), f"there is no database {self.path}: name it with --db PATH"
            )
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_folder(self) -> None:
        for words in self.READERS:
            self.assertIn("is a folder", self.fails(*words, "--db", self.folder))

    def test_something_else(self) -> None:
        self.path.write_text("what is this")
        for words in self.READERS:
            self.assertIn("is no database of twistchat's", self.fails(*words))
        self.path.unlink()
        self.rows("CREATE TABLE x (y)")
        for words in self.READERS:
            self.assertIn("is another program's database", self.fails(*words))

    def test_an_empty_one(self) -> None:
        self.path.touch()
        for words in self.READERS:
            self.assertIn("is empty: no server has used it yet", self.fails(*words))

    def test_a_newer_one(self) -> None:
        self.keep(said("hello"))
        self.rows("PRAGMA user_version = 99")
        for words in self.READERS:
            self.assertIn("was written by a newer twistchat (schema 99", self.fails(*words))

    def test_as_a_server_takes_it(self) -> None:
        self.keep(said("hello"))
        for suffix in ("", "?durability=fast"):
            self.succeeds("export", "--db", f"sqlite:{self.path}{suffix}")
        self.assertIn("names no file", self.fails("export", "--db", "sqlite:"))
        self.assertIn("names no file", self.fails("export", "--db", ""))
        self.assertIn("has no file", self.fails("export", "--db", "memory:"))

    def test_what_is_told_is_one_clean_line(self) -> None:
        self.assertIn("\u241b[31m\u240a", self.fails("export", "--db", "\x1b[31m\n"))
