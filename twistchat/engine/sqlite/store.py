"""The writer's side of the database. One thread at a time uses it, and may wait here."""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from twistchat.core.concerns import changes_state, log_of
from twistchat.core.events import Unkept
from twistchat.engine import Stamp
from twistchat.engine.sqlite import chores
from twistchat.engine.sqlite.faults import (
    DatabaseError,
    UnknownOutcomeError,
    explain,
    is_doubtful,
    may_be_kept,
)
from twistchat.engine.sqlite.file import Durability, SameFile, WriterLock, connect
from twistchat.engine.sqlite.loading import (
    Loaded,
    Log,
    begin_epochs,
    new_epoch,
    room_logs,
    what_holds,
)
from twistchat.engine.sqlite.migrate import migrate
from twistchat.engine.sqlite.rows import INSERT, row_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from twistchat.core.events import Durable
    from twistchat.engine.retention import Retention

PRIVATE_LOGS = 1_000
"""Logs of two people that are known without asking the database."""


class Proposed(NamedTuple):
    """A durable event to be kept, and the epoch that its log begins if there is none yet."""

    event: Durable
    epoch: str


class Store:
    """The one who writes: each call is a transaction, which is kept as a whole or not at all."""

    def __init__(self, path: Path, *, durability: Durability, retention: Retention) -> None:
        self.path = path
        self._durability = durability
        self._retention = retention
        self._sweep = chores.Sweep(retention)
        self.file = SameFile(path)
        self._lock = WriterLock(path)
        self._database: sqlite3.Connection | None = None
        self._is_open = False
        self._logs: dict[str, Log] = {}
        self._forgotten: set[str] = set()
        """Rooms whose logs are to be ended by the next transaction."""
        self._dead_epochs: set[str] = set()
        self.can_search = False
        """Whether there is a search index (FTS5 with trigrams)."""

    # ------------------------------------------------------------ opening and closing

    def open(self) -> Loaded:
        """Open the file, bring it to this program's schema, and load what still holds.

        Raises:
            DatabaseError: it cannot be used; nothing is held then.
        """
        self._lock.take()
        try:
            database = self._connect()
            try:
                begin_epochs(database, self._durability)
                self._logs = room_logs(database)
                stands = {name: Stamp(log.epoch, log.last) for name, log in self._logs.items()}
                loaded = Loaded(what_holds(database), stands)
            except sqlite3.Error as error:
                raise DatabaseError(f"cannot read {self.path}: {explain(error)}") from error
        except BaseException:
            self.close()
            raise
        self._is_open = True
        return loaded

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            with suppress(sqlite3.Error):
                if self._is_open:
                    self._database.execute("DELETE FROM facts WHERE name = 'unsynced'")
            with suppress(sqlite3.Error):
                self._database.close()  # the last to close syncs
            self._database = None
        self._is_open = False
        self._lock.release()

    def _connect(self) -> sqlite3.Connection:
        database = connect(self.path, durability=self._durability)
        try:
            migrate(database, self.path)
            self.can_search = chores.make_index(database)
            self.file.opened()
        except sqlite3.Error as error:
            database.close()
            raise DatabaseError(f"cannot read {self.path}: {explain(error)}") from error
        except (OSError, DatabaseError):
            database.close()
            raise
        self._database = database
        return database

    def _sure(self) -> sqlite3.Connection:
        """Return the connection, to the file that was opened at the start and to no other.

        Raises:
            DatabaseError: that file is gone, or cannot be opened again.
        """
        self.file.check()
        return self._database or self._connect_again()

    def _connect_again(self) -> sqlite3.Connection:
        """Open the same file anew, and see whether all is there that was told."""
        told = self._logs
        database = self._connect()
        self._logs = room_logs(database)
        for name, log in told.items():
            if name.startswith("@"):
                continue  # looked up when next needed
            found = self._logs.get(name)
            if found is None:
                self._dead_epochs.add(log.epoch)
            elif found.epoch == log.epoch and found.last < log.last:
                # Numbers that were told stand for nothing now, and must not be used again.
                epoch = new_epoch()
                database.execute("UPDATE logs SET epoch = ? WHERE id = ?", (epoch, found.id))
                found.epoch = epoch
        return database

    # ------------------------------------------------------------ writing

    def append(self, proposed: Sequence[Proposed]) -> list[Stamp | Unkept]:
        """Number events and keep them; they are on the disk when this returns.

        Raises:
            DatabaseError: none of them was kept.
            UnknownOutcomeError: they may have been.
        """
        database = self._sure()
        try:
            database.execute("BEGIN IMMEDIATE")
            outcomes, touched = self._write(database, proposed)
        except sqlite3.Error as error:
            raise self._failed(database, error) from error
        self._commit(database)
        self._logs.update(touched)
        self._forgotten.difference_update(touched)
        if len(self._logs) > PRIVATE_LOGS:
            self._forget_private()
        return outcomes

    def _write(
        self, database: sqlite3.Connection, proposed: Sequence[Proposed]
    ) -> tuple[list[Stamp | Unkept], dict[str, Log]]:
        outcomes: list[Stamp | Unkept] = []
        touched: dict[str, Log] = {}
        rows, standing = [], []
        for event, epoch in proposed:
            try:
                columns = row_of(event)
            except UnicodeError:  # refused alone, and not with all the others
                outcomes.append(Unkept.FAILED)
                continue
            name = log_of(event) or ""
            log = touched.get(name)
            if log is None:
                log = touched[name] = self._log(database, name, epoch)
            log.last += 1
            rows.append((log.id, log.last, *columns))
            if changes_state(event):
                standing.append((log.id, columns[1], log.last))
            outcomes.append(Stamp(log.epoch, log.last))
        database.executemany(INSERT, rows)
        if standing:
            database.executemany("INSERT OR REPLACE INTO standing VALUES (?, ?, ?)", standing)
        database.executemany(
            "UPDATE logs SET last = ? WHERE id = ?",
            [(log.last, log.id) for log in touched.values()],
        )
        return outcomes, touched

    def _log(self, database: sqlite3.Connection, name: str, epoch: str) -> Log:
        """Find a log, or begin it."""
        known = self._logs.get(name)
        if known is not None:
            return replace(known)
        if name in self._forgotten:
            self._end(database, name)
        row = database.execute(
            "SELECT id, epoch, last FROM logs WHERE name = ? AND ended IS NULL", (name,)
        ).fetchone()
        if row is not None:
            return Log(*row)
        if epoch in self._dead_epochs:
            epoch = new_epoch()
        cursor = database.execute("INSERT INTO logs (name, epoch) VALUES (?, ?)", (name, epoch))
        assert cursor.lastrowid is not None
        return Log(cursor.lastrowid, epoch, 0)

    def forget(self, name: str) -> None:
        """End the log of a room: what was said is kept, and a room of that name begins anew.

        Raises:
            DatabaseError: it could not be written yet; the next event of such a room will.
        """
        self._logs.pop(name, None)
        self._forgotten.add(name)
        database = self._sure()
        try:
            database.execute("BEGIN IMMEDIATE")
            self._end(database, name)
        except sqlite3.Error as error:
            raise self._failed(database, error) from error
        self._commit(database)
        self._forgotten.discard(name)

    def _end(self, database: sqlite3.Connection, name: str) -> None:
        (log,) = database.execute(
            "SELECT max(id) FROM logs WHERE name = ? AND ended IS NULL", (name,)
        ).fetchone()
        database.execute("UPDATE logs SET ended = ? WHERE id = ?", (time.time(), log))
        # What still held does so no more; it may have been kept longer than the rest.
        database.execute("DELETE FROM standing WHERE log = ?", (log,))
        database.execute(
            "DELETE FROM events WHERE log = ? AND number < (SELECT first FROM logs WHERE id = ?)",
            (log, log),
        )

    def _forget_private(self) -> None:
        """Know no more than so many logs of two; they are found again in the database."""
        private = [name for name in self._logs if name.startswith("@")]
        for name in private[: -PRIVATE_LOGS // 2]:
            del self._logs[name]

    def move_cursor(self, person: str, log: str, number: int) -> None:
        """Note how far somebody has read a log; never back.

        Raises:
            DatabaseError: it was not kept.
        """
        database = self._sure()
        try:
            database.execute(
                "INSERT INTO cursors SELECT ?, id, ? FROM logs WHERE name = ? AND ended IS NULL"
                " ON CONFLICT DO UPDATE SET number = max(number, excluded.number)",
                (person, number, log),
            )
        except sqlite3.Error as error:
            raise self._failed(database, error) from error

    # ------------------------------------------------------------ chores

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is ever deleted."""
        return self._retention.keeps_all

    def index(self) -> bool:
        """Bring the search index on by a step; whether there is more to do."""
        return self.can_search and self._chore(chores.index)

    def delete_old(self, now: float) -> bool:
        """Delete by a step what is no longer to be kept; whether there is more to do."""
        for name in [name for name in self._logs if name.startswith("@")]:
            del self._logs[name]  # it may go
        return self._chore(
            lambda database: self._sweep.step(database, now, is_indexed=self.can_search)
        )

    def _chore(self, step: chores.Step) -> bool:
        database = self._sure()
        try:
            database.execute("BEGIN IMMEDIATE")
            has_more = step(database)
        except sqlite3.Error as error:
            raise self._failed(database, error) from error
        self._commit(database)
        return has_more

    # ------------------------------------------------------------ the end of a transaction

    def _commit(self, database: sqlite3.Connection) -> None:
        try:
            database.execute("COMMIT")
        except sqlite3.Error as error:
            failed = self._failed(database, error)
            if may_be_kept(error):
                raise UnknownOutcomeError(str(failed)) from error
            raise failed from error

    def _failed(self, database: sqlite3.Connection, error: sqlite3.Error) -> DatabaseError:
        """Undo what was begun; after some errors the next to write opens the file anew."""
        with suppress(sqlite3.Error):
            if database.in_transaction:
                database.execute("ROLLBACK")
        if is_doubtful(error):
            with suppress(sqlite3.Error):
                database.close()
            self._database = None
        return DatabaseError(f"{self.path}: {explain(error)}")
