"""What a server that is killed leaves behind, as the next start finds it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from twistchat.engine.sqlite.faults import DatabaseError
from twistchat.engine.sqlite.file import connect
from twistchat.engine.sqlite.inspection import check
from twistchat.engine.sqlite.migrate import migrate

if TYPE_CHECKING:
    from pathlib import Path


def as_killed(path: Path, folder: Path) -> Path:
    """Copy a database that is open, as it would be found if its server were killed now."""
    folder.mkdir()
    for file in path.parent.glob(f"{path.name}*"):
        shutil.copy(file, folder)
    return folder / path.name


class FirstStartTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = temporary_folder(self)
        self.path = self.folder / "chat.db"

    def assert_starts(self, path: Path) -> None:
        check(path)
        with closing(connect(path)) as database:
            migrate(database, path)
        check(path)

    def test_killed_before_there_is_anything(self) -> None:
        self.path.touch()
        self.assert_starts(self.path)

    def test_killed_before_the_schema(self) -> None:
        with closing(connect(self.path)):
            left = as_killed(self.path, self.folder / "killed")
        self.assert_starts(left)

    def test_killed_behind_the_schema(self) -> None:
        with closing(connect(self.path)) as database:
            migrate(database, self.path)
            left = as_killed(self.path, self.folder / "killed")
        self.assert_starts(left)

    def test_pages_can_be_given_back(self) -> None:
        with closing(connect(self.path)) as database:
            self.assertEqual(database.execute("PRAGMA auto_vacuum").fetchone(), (2,))

    def test_another_programs_database_stays_as_it_is(self) -> None:
        with closing(sqlite3.connect(self.path)) as database:
            database.execute("CREATE TABLE theirs (x)")
        found = self.path.read_bytes()
        self.assertRaises(DatabaseError, check, self.path)
        self.assertEqual(self.path.read_bytes(), found)
