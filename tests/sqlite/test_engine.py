"""The SQLite engine: the suites of every engine, and what is peculiar to a file."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from twistchat.engine.sqlite import file
from twistchat.testing import sqlite_engine
from twistchat.testing.conformance import (
    EngineConformance,
    FaultyConformance,
    LastingConformance,
)

if TYPE_CHECKING:
    from pathlib import Path

    from twisted.internet.task import Clock

    from twistchat.core.limits import Limits
    from twistchat.engine import Engine


class OnFile(SynchronousTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    path: Path

    def setUp(self) -> None:
        self.patch(file, "BUSY", 0.01)
        self.path = temporary_folder(self) / "chat.db"
        super().setUp()

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return sqlite_engine(self.path, clock, limits)


class SQLiteEngineTests(OnFile, EngineConformance, LastingConformance, SynchronousTestCase):
    pass


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
