"""The writer's side of the database. One thread at a time uses it, and may wait here."""

from __future__ import annotations

import sqlite3
import time
from collections import OrderedDict
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from twistchat.core.concerns import log_of
from twistchat.core.events import Deleted, Said, Unkept
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.engine import Stamp
from twistchat.engine.sqlite import chores, file, passing
from twistchat.engine.sqlite.deeds import Deeds, Placed, own_rules, prune
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
    count_lines,
    new_epoch,
    secret_of,
    stands,
    what_holds,
)
from twistchat.engine.sqlite.migrate import migrate
from twistchat.engine.sqlite.rows import insert, row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from twistchat.core.events import Durable
    from twistchat.engine import Outcome
    from twistchat.engine.retention import Retention, Rule

PRIVATE_LOGS = 1_000
"""Logs of two people of which it is remembered where they stood when they were last written to."""


class Proposed(NamedTuple):
    """A durable event to be kept, and the epoch that its log begins if there is none yet."""

    event: Durable
    epoch: str
    key: str | None = None
    """What is kept under the same key of the same speaker is kept once."""


class Store:
    """The one who writes: each call is a transaction, which is kept as a whole or not at all."""

    def __init__(
        self,
        path: Path,
        *,
        durability: Durability,
        retention: Retention,
        key_time: float = DEFAULT_LIMITS.key_time,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self.file = SameFile(path)
        self.can_search = False
        """Whether there is a search index (FTS5 with trigrams)."""
        self.has_passing = False
        """Whether there may be anything that is kept for a time only."""
        self._durability = durability
        self.retention = retention
        self._key_time = key_time
        self._now = now
        self._retains_all = retention.keeps_all
        self._own: dict[str, Rule] = {}
        """What rooms are to keep of themselves, where that is not all."""
        self._sweep = chores.Sweep(retention, self._own)
        self._lock = WriterLock(path)
        self._patience = int(file.BUSY * 1000)
        self._database: sqlite3.Connection | None = None
        self._is_open = False
        self._told: dict[str, Stamp] = {}
        """Up to which number each room's log was told: there must never be less in the file."""
        self._told_privately: OrderedDict[str, Stamp] = OrderedDict()
        self._forgotten: set[str] = set()
        """Rooms whose logs are to be ended by the next transaction that begins another."""

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
                is_anew = begin_epochs(database, self._durability)
                self._told = stands(database)
                self.has_passing = passing.is_any(database)
                self._sweep.has_erased = self.can_search and chores.has_erased(database)
                holds = prune(database, what_holds(database), self._told, self._now())
                self._learn(own_rules(holds))
                loaded = Loaded(
                    holds,
                    dict(self._told),
                    self.can_search and chores.is_behind(database),
                    count_lines(database),
                    is_anew,
                    secret_of(database),
                )
            except sqlite3.Error as error:
                raise DatabaseError(f"cannot read {self.path}: {explain(error)}") from error
        except BaseException:
            self.close()
            raise
        self._is_open = True
        return loaded

    def _learn(self, rules: Mapping[str, Rule]) -> None:
        """Learn what rooms are to keep of themselves."""
        for room, rule in rules.items():
            if rule.keeps_all:
                self._own.pop(room, None)
            else:
                self._own[room] = rule

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
        except BaseException:
            database.close()
            raise
        self._database = database
        return database

    @contextmanager
    def _transaction(self, *, waits: bool = True) -> Iterator[sqlite3.Connection]:
        """Write to the file that was opened at the start, and to no other; all of it or nothing.

        Another program's lock is waited for, or not.

        Raises:
            DatabaseError: nothing was written.
            UnknownOutcomeError: it may have been.
        """
        self.file.check()
        database = self._database or self._connect()
        try:
            database.execute(f"PRAGMA busy_timeout = {self._patience if waits else 0}")
            database.execute("BEGIN IMMEDIATE")
            yield database
        except sqlite3.Error as error:
            self._undo(database, error)
            raise DatabaseError(f"{self.path}: {explain(error)}") from error
        except BaseException:
            self._undo(database)
            raise
        try:
            database.execute("COMMIT")
        except sqlite3.Error as error:
            self._undo(database, error)
            kind = UnknownOutcomeError if may_be_kept(error) else DatabaseError
            raise kind(f"{self.path}: {explain(error)}") from error

    def _undo(self, database: sqlite3.Connection, error: sqlite3.Error | None = None) -> None:
        """Undo what was begun; after some errors the next to write opens the file anew."""
        with suppress(sqlite3.Error):
            if database.in_transaction:
                database.execute("ROLLBACK")
        if error is not None and is_doubtful(error):
            with suppress(sqlite3.Error):
                database.close()
            self._database = None

    # ------------------------------------------------------------ writing

    def append(self, proposed: Sequence[Proposed]) -> list[Outcome]:
        """Number events and keep them; they are on the disk when this returns.

        Raises:
            DatabaseError: none of them was kept.
            UnknownOutcomeError: they may have been.
        """
        with self._transaction() as database:
            deeds = Deeds(database, is_indexed=self.can_search)
            outcomes, touched = self._write(database, proposed, deeds)
        self._learn(deeds.own)
        self._sweep.has_erased |= deeds.has_erased
        for name, log in touched.items():
            self._forgotten.discard(name)
            if name.startswith("@"):
                self._told_privately[name] = Stamp(log.epoch, log.last)
                self._told_privately.move_to_end(name)
            else:
                self._told[name] = Stamp(log.epoch, log.last)
        while len(self._told_privately) > PRIVATE_LOGS:
            self._told_privately.popitem(last=False)
        return outcomes

    def _write(
        self, database: sqlite3.Connection, proposed: Sequence[Proposed], deeds: Deeds
    ) -> tuple[list[Outcome], dict[str, Log]]:
        outcomes: list[Outcome] = []
        touched: dict[str, Log] = {}
        rows: list[Placed] = []
        keys = passing.NewKeys(database, self._key_time)
        for event, epoch, key in proposed:
            try:
                columns = row_of(event)
                before = None if key is None else keys.answer(event, key)
            except ValueError:  # refused alone, and not with all the others
                outcomes.append(Unkept.FAILED)
                continue
            if before is not None:
                outcomes.append(before)
                continue
            name = log_of(event) or ""
            log = touched.get(name)
            if log is None and type(event) is Deleted and not self._has_log(database, name):
                outcomes.append(Unkept.NO_SUCH_LINE)
                continue
            if log is None:
                log = touched[name] = self._log(database, name, epoch)
            if type(event) is Deleted and not deeds.erase(event, log, rows):
                outcomes.append(Unkept.NO_SUCH_LINE)
                continue
            log.last += 1
            rows.append((log.id, log.last, *columns))
            if type(event) is not Said:
                deeds.note(event, log, columns)
            if key is not None:
                keys.note(event, key, log)
            outcomes.append(Stamp(log.epoch, log.last))
        self.has_passing |= keys.write()
        insert(database, rows)
        deeds.write()
        database.executemany(
            "UPDATE logs SET last = ? WHERE id = ?",
            [(log.last, log.id) for log in touched.values()],
        )
        return outcomes, touched

    def _has_log(self, database: sqlite3.Connection, name: str) -> bool:
        found = database.execute("SELECT 1 FROM logs WHERE name = ? AND ended IS NULL", (name,))
        return found.fetchone() is not None

    def _log(self, database: sqlite3.Connection, name: str, epoch: str) -> Log:
        """Find a log, or begin it; under a new epoch if there is less in it than was told.

        (A disk may lie, and a file be replaced. What a number stood for must not change.)
        """
        if name in self._forgotten:
            self._end(database, name)
        told = self._told.get(name) or self._told_privately.get(name)
        row = database.execute(
            "SELECT id, epoch, last FROM logs WHERE name = ? AND ended IS NULL", (name,)
        ).fetchone()
        if row is None:
            if told is not None and told.epoch == epoch:
                epoch = new_epoch()
            cursor = database.execute("INSERT INTO logs (name, epoch) VALUES (?, ?)", (name, epoch))
            assert cursor.lastrowid is not None
            return Log(cursor.lastrowid, epoch, 0)
        log = Log(*row)
        if told is not None and told.epoch == log.epoch and log.last < told.number:
            log.epoch = new_epoch()
            passing.begin_epoch(database, log.id, log.epoch)
        return log

    def forget(self, name: str) -> None:
        """End the log of a room: what was said is kept, and a room of that name begins anew.

        Raises:
            DatabaseError: it could not be written yet; the next event of such a room will.
        """
        self._told.pop(name, None)
        self._own.pop(name, None)
        self._forgotten.add(name)
        with self._transaction() as database:
            self._end(database, name)
        self._forgotten.discard(name)

    def _end(self, database: sqlite3.Connection, name: str) -> None:
        row = database.execute(
            "SELECT id, first FROM logs WHERE name = ? AND ended IS NULL", (name,)
        ).fetchone()
        if row is None:
            return
        log, first = row
        database.execute("UPDATE logs SET ended = ? WHERE id = ?", (time.time(), log))
        chores.let_go(database, log, first, is_indexed=self.can_search)

    def move_cursor(self, person: str, log: str, number: int) -> None:
        """Note how far somebody has read a log; never back.

        Raises:
            DatabaseError: it was not kept.
        """
        with self._transaction() as database:
            database.execute(
                "INSERT INTO cursors SELECT ?, id, ? FROM logs WHERE name = ? AND ended IS NULL"
                " ON CONFLICT DO UPDATE SET number = max(number, excluded.number)",
                (person, number, log),
            )

    def remember(self, texts: Mapping[str, tuple[str, float]]) -> None:
        """Remember texts of people, each until a time; see `Engine.remember`.

        Raises:
            DatabaseError: none of them was kept.
        """
        with self._transaction() as database:
            passing.remember(database, texts)
        self.has_passing = True

    def set_password(self, account: str, hashed: str | None) -> None:
        """Keep the hash of an account's password, or none any more; see `Engine.set_password`.

        Raises:
            DatabaseError: it was not kept.
            UnknownOutcomeError: it may have been.
        """
        with self._transaction() as database:
            if hashed is None:
                database.execute("DELETE FROM passwords WHERE account = ?", (account,))
            else:
                database.execute(
                    "INSERT OR REPLACE INTO passwords VALUES (?, ?)", (account, hashed)
                )

    # ------------------------------------------------------------ chores

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is to be deleted."""
        return self._retains_all and not self._own and not self._sweep.has_erased

    def checkpoint(self) -> bool:
        """See `chores.checkpoint`; never is there more to do.

        Raises:
            DatabaseError: it could not be done.
        """
        if self._database is not None:
            try:
                chores.checkpoint(self._database)
            except sqlite3.Error as error:
                raise DatabaseError(f"{self.path}: {explain(error)}") from error
        return False

    def index(self) -> bool:
        """Bring the search index on by a step; whether there is more to do."""
        if not self.can_search:
            return False
        with self._transaction(waits=False) as database:
            return chores.index(database)

    def delete_old(self, now: float) -> bool:
        """Delete by a step what is no longer to be kept; whether there is more to do."""
        with self._transaction(waits=False) as database:
            has_more = self._sweep.step(database, now, is_indexed=self.can_search)
        # Logs of two may be gone altogether: what comes next there begins anew.
        self._told_privately.clear()
        return has_more

    def forget_old(self, now: float) -> bool:
        """Delete by a step keys and notes that have had their time; whether there is more."""
        with self._transaction(waits=False) as database:
            has_more = passing.forget_old(database, now, self._key_time)
            self.has_passing = has_more or passing.is_any(database)
        return has_more
