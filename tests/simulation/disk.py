"""A server on an SQLite file, and what can go wrong with that."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections import deque
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from tests.simulation.houses import House
from tests.simulation.model import must
from twistchat.engine.sqlite import SQLiteEngine
from twistchat.engine.sqlite.file import Durability
from twistchat.engine.sqlite.rows import COLUMNS, read_row
from twistchat.testing import sqlite_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from tests.simulation.watched import Kept
    from twistchat.core.limits import Limits
    from twistchat.engine import Committed, Engine

T = TypeVar("T")

DELAYS = (0.0, 0.0003, 0.001, 0.02)
ENDLESS = 2**30

EVENTS = (
    f"SELECT name, epoch, number, {COLUMNS} FROM events JOIN logs ON logs.id = events.log"
    " WHERE ended IS NULL"
)


class Hand:
    """A worker that takes its time: until it begins with something, and until it says so.

    While it hangs it begins nothing, or says nothing of what it has done.
    """

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._jobs: deque[Callable[[], None]] = deque()
        self._is_busy = False
        self._is_stopped = False
        self.hangs = False
        self.delays: Sequence[float] = DELAYS

    def run(
        self, work: Callable[[], T], interrupt: Callable[[], None] | None = None
    ) -> Deferred[T]:
        """See `twistchat.engine.worker.Worker`."""
        cancelled: list[bool] = []
        done: Deferred[T] = Deferred(lambda _: cancelled.append(True))

        def do() -> None:
            result: Any = None
            if not cancelled:
                try:
                    result = work()
                except Exception:  # told to whoever waits for it, as by a thread
                    result = Failure()
            self._jobs.appendleft(lambda: say(result))

        def say(result: Any) -> None:
            if not cancelled:
                done.callback(result)

        if not self._is_stopped:
            self._jobs.append(do)
            self._go_on()
        return done

    def stop(self) -> None:
        """See `twistchat.engine.worker.Worker`."""
        self._is_stopped = True

    def answer(self) -> None:
        """Hang no more."""
        self.hangs = False
        self._go_on()

    def _go_on(self) -> None:
        if self._jobs and not self._is_busy:
            self._is_busy = True
            self._clock.callLater(self._random.choice(self.delays), self._step)

    def _step(self) -> None:
        self._is_busy = False
        if not self.hangs:
            self._jobs.popleft()()
            self._go_on()


class InDoubt:
    """A connection whose next commit ends with an error of the disk, done or not."""

    def __init__(self, connection: sqlite3.Connection, *, is_done: bool) -> None:
        self._connection = connection
        self._is_done = is_done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, query: str, *values: Any) -> Any:
        """Do what is asked."""
        if query != "COMMIT":
            return self._connection.execute(query, *values)
        if self._is_done:
            self._connection.execute(query)
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        error.sqlite_errorname = "SQLITE_IOERR"
        raise error


def fast_folder() -> tempfile.TemporaryDirectory[str]:
    """Make a folder, in memory where the system has such, since no power fails here."""
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None)


@cache
def template() -> bytes:
    """Make a database in which nothing was said yet: made once, since that takes a while."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chat.db"
        clock = Clock()
        engine = sqlite_engine(path, clock)
        for _ in (engine.start(lambda _: None), engine.stop()):
            clock.pump([0.01] * 10)
        return path.read_bytes()


class DiskHouse(House):
    """A server on an SQLite file, whose restarts find what was kept."""

    faults = (
        "delay", "hangs", "answers", "locked", "moved", "full", "fails done", "fails undone", "well"
    )  # fmt: skip
    lasts = True

    def __init__(self, limits: Limits, random: Random, folder: Path) -> None:
        super().__init__(limits, random, folder)
        self._folder = folder
        self._clear()
        self.path = folder / "chat.db"
        self.path.write_bytes(template())
        self._away = self.path.with_name("moved.db")
        self._other: sqlite3.Connection | None = None
        self._eye: sqlite3.Connection | None = None

    def open(self) -> None:
        self._hands: list[Hand] = []
        super().open()
        self.world.wait(1.0)
        self._eye = sqlite3.connect(self.path, isolation_level=None)
        self._eye.execute("SELECT 1 FROM events").fetchall()  # so that it has the file open

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        def worker(name: str) -> Hand:
            hand = Hand(clock, self.random)
            self._hands.append(hand)
            return hand

        self.sqlite = SQLiteEngine(
            self.path,
            clock=clock,
            worker=worker,
            limits=limits,
            durability=Durability.FULL,
            now=clock.seconds,
        )
        return self.sqlite

    @property
    def _store(self) -> Any:
        return self.sqlite._store

    # ------------------------------------------------------------ faults

    def harm(self, fault: str) -> None:
        database = self._store._database
        match fault:
            case "delay":
                self._hands[0].delays = (self.random.choice((*DELAYS, 0.3)),)
            case "hangs":
                self.random.choice(self._hands[:2]).hangs = True
            case "answers":
                self._answer()
            case "locked" if self._other is None and self.path.exists():
                self._other = sqlite3.connect(self.path, timeout=0, isolation_level=None)
                self._other.execute("BEGIN IMMEDIATE")
            case "moved" if self.path.exists():
                self.path.rename(self._away)
            case "full" if database is not None:
                (pages,) = database.execute("PRAGMA page_count").fetchone()
                database.execute(f"PRAGMA max_page_count = {pages}")
            case "fails done" | "fails undone" if database is not None:
                self._store._database = InDoubt(database, is_done=fault == "fails done")
            case "well":
                self.mend()

    def _answer(self) -> None:
        for hand in self._hands:
            hand.answer()

    def mend(self) -> None:
        self._put_right()
        self._answer()

    def _put_right(self) -> None:
        if self._other is not None:
            self._other.close()
            self._other = None
        if self._away.exists():
            self._away.rename(self.path)
        database = self._store._database
        if database is not None:
            database.execute(f"PRAGMA max_page_count = {ENDLESS}")
        if isinstance(database, InDoubt):
            self._store._database = database._connection

    # ------------------------------------------------------------ the end of the process

    def stop(self) -> None:
        super().stop()
        if self.random.random() < 0.5:
            self._answer()  # too late
            self.world.wait(1.0)
        self.crash()

    def crash(self) -> None:
        """Let the process be killed: what lies in the files is what the next one finds."""
        found = self._lies()
        self.close_files()
        self._clear()
        _lay(found, self.path)

    def _lies(self) -> dict[str, bytes]:
        """Read the files as they lie there, by the endings of their names."""
        path = self.path if self.path.exists() else self._away
        found = {"": path.read_bytes()}
        log = Path(f"{self.path}-wal")
        if log.exists():
            found["-wal"] = log.read_bytes()
        return found

    def close_files(self) -> None:
        """Close what a process that dies has open."""
        self._put_right()
        for each in (self._store, self.sqlite._history, self.sqlite._search, self._eye):
            if each is not None:
                each.close()

    def _clear(self) -> None:
        for path in self._folder.iterdir():
            path.unlink()

    def close(self) -> None:
        """Clear up, at the end of all."""
        self.close_files()

    # ------------------------------------------------------------ what is kept

    def kept(self) -> Kept:
        """Tell what the engine has kept, as another program would find it."""
        copy = self._folder / "copy.db"
        _lay(self._lies(), copy)
        with closing(sqlite3.connect(copy)) as database:
            kept: Kept = {
                # Filled below: a hole that stays is what the checker then stumbles over.
                name: [None] * last  # type: ignore[list-item]
                for name, last in database.execute(
                    "SELECT name, last FROM logs WHERE ended IS NULL"
                )
            }
            for row in database.execute(f"{EVENTS} ORDER BY events.id"):
                kept[row[0]][row[2] - 1] = read_row(row)
            (found,) = database.execute("PRAGMA quick_check").fetchone()
        must(found == "ok", "a damaged database", found)
        return kept

    def is_kept(self, log: str, committed: Committed) -> bool:
        assert self._eye is not None
        row = self._eye.execute(f"{EVENTS} AND name = ? AND number = ?", (log, committed.number))
        found = row.fetchone()
        return found is not None and read_row(found) == committed


def _lay(found: dict[str, bytes], path: Path) -> None:
    for ending, content in found.items():
        Path(f"{path}{ending}").write_bytes(content)
