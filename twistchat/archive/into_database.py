"""An export, put into a database: all of it or nothing.

With `append`, rooms that it has go on: what is in the file gets the next numbers. A room that was
forgotten in the file meanwhile is so in the database, too, and what came after that in the file is
its next life.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, BinaryIO

from twistchat.archive import ArchiveError, belongings
from twistchat.archive.importing import OTHERS, Import, Importing, Lines, Written
from twistchat.engine.sqlite import chores, deeds
from twistchat.engine.sqlite.faults import explain
from twistchat.engine.sqlite.file import WriterLock, connect, header_version
from twistchat.engine.sqlite.loading import new_epoch
from twistchat.engine.sqlite.migrate import migrate
from twistchat.engine.sqlite.rows import AUDITED, COLUMNS, INSERT, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from twistchat.archive.belongings import Belonging
    from twistchat.archive.records import AuditRecord, LogRecord
    from twistchat.core.events import Durable

UNACCOUNTED = (
    f"INSERT INTO audit (log, epoch, number, {COLUMNS})"  # noqa: S608, constants
    f" SELECT name, epoch, number, {COLUMNS} FROM events AS done JOIN logs ON logs.id = done.log"
    f" WHERE done.log = ? AND kind IN ({', '.join('?' * len(AUDITED))}) AND NOT EXISTS ("
    "SELECT 1 FROM audit WHERE audit.log = name AND audit.at = done.at AND audit.kind = done.kind"
    " AND audit.user = done.user AND audit.to_user IS done.to_user) ORDER BY done.id"
)
"""Gives an account of deeds of a log (by its id) of which the file gives none."""

BATCH = 1_000
"""Events that are written at once."""

BATCH_TEXT = 1 << 20
"""Characters from which on fewer are."""


def import_export(file: BinaryIO, name: str, database: Path, *, append: bool = False) -> Import:
    """Put an export into a database; it is made if there is none. `name` is that of the file.

    Raises:
        ArchiveError: nothing was put in.
        DatabaseInUseError: a server has it.
        DatabaseError: it cannot be used.
    """
    lines = Lines(file, name)
    try:
        if not database.parent.is_dir():
            raise ArchiveError(f"there is no folder {database.parent}: make it, or choose another")
        if database.is_dir():
            raise ArchiveError(f"{database} is a folder: name a file with --db PATH")
    except OSError as error:
        raise ArchiveError(f"cannot write {database}: {error.strerror}") from error
    header_version(database)  # before anything is made beside what is no database of ours
    with WriterLock(database):
        is_new = not database.exists()
        try:
            with closing(connect(database)) as connection:
                migrate(connection, database)
                return _import(connection, database, lines, append=append)
        except BaseException as error:
            if is_new:  # whatever it was that went wrong; a link stays, and what it led to goes
                made = database.resolve()
                for companion in ("", "-wal", "-shm"):
                    made.with_name(made.name + companion).unlink(missing_ok=True)
            if isinstance(error, sqlite3.Error):
                raise ArchiveError(
                    f"cannot write {database}: {explain(error)}; nothing was imported"
                ) from error
            if isinstance(error, OSError):
                raise ArchiveError(
                    f"cannot read {name}: {error.strerror}; nothing was imported"
                ) from error
            raise


def _import(connection: sqlite3.Connection, path: Path, lines: Lines, *, append: bool) -> Import:
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = Importing(_Database(connection, path, append=append)).run(lines)
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise
    return done


class _Database:
    """A database, within the transaction of one import."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, append: bool) -> None:
        self._connection = connection
        self._path = path
        self._append = append
        self._rows: list[tuple[object, ...]] = []
        self._text = 0
        """Characters that were said in these rows."""

    # ------------------------------------------------------------ logs

    def begin(self, records: Mapping[int, LogRecord]) -> dict[int, Written]:
        """See `Target.begin`."""
        if not self._append:
            self._refuse_those_there(records)
        return {key: self._log(record) for key, record in records.items()}

    def _log(self, record: LogRecord) -> Written:
        found = self._connection.execute(
            "SELECT id, last, first FROM logs WHERE name = ? AND ended IS NULL", (record.name,)
        ).fetchone()
        if found is not None and record.ended is not None:
            found = self._ended(record, *found)
        if found is not None:
            return Written(record, found[0], goes_on=True, last=found[1])
        made = self._connection.execute(
            "INSERT INTO logs (name, epoch, ended) VALUES (?, ?, ?)",
            (record.name, record.epoch or new_epoch(), record.ended),
        )
        assert made.lastrowid is not None
        return Written(record, made.lastrowid, goes_on=False, last=0)

    def _ended(
        self, record: LogRecord, log: int, last: int, first: int
    ) -> tuple[int, int, int] | None:
        """End the life of a room that ended in the file; None if it began only after that.

        Whoever is in the next life must not read this one.
        """
        found = self._connection.execute(
            "SELECT at > ? FROM events WHERE log = ? ORDER BY number LIMIT 1", (record.ended, log)
        ).fetchone()
        if found == (1,):
            return None
        self._connection.execute("UPDATE logs SET ended = ? WHERE id = ?", (record.ended, log))
        chores.let_go(self._connection, log, first, is_indexed=self._is_indexed())
        return log, last, first

    def _is_indexed(self) -> bool:
        return bool(chores.indexed(self._connection)) and chores.make_index(self._connection)

    def _refuse_those_there(self, records: Mapping[int, LogRecord]) -> None:
        known = {name for (name,) in self._connection.execute("SELECT name FROM logs")}
        names = dict.fromkeys(record.name for record in records.values())
        there = [
            name if name.startswith("#") else OTHERS.get(name, "a private conversation")
            for name in names
            if name in known
        ]
        if there:
            there = list(dict.fromkeys(there))
            raise ArchiveError(
                f"{self._path} has {', '.join(there)} already: --append puts the lines of the file"
                " behind those that are there; nothing was imported"
            )

    # ------------------------------------------------------------ events

    def put(self, log: Written, number: int, event: Durable) -> None:
        """See `Target.put`."""
        columns = row_of(event)
        self._rows.append((log.id, number, *columns))
        self._text += len(columns[5])
        if len(self._rows) >= BATCH or self._text >= BATCH_TEXT:
            self._write()

    def give_account(self, record: AuditRecord) -> None:
        """See `Target.give_account`."""
        row = deeds.audit_row(record.event, record.epoch, record.number, row_of(record.event))
        found = self._connection.execute(
            "SELECT 1 FROM audit WHERE log = ? AND epoch = ? AND number = ? AND at = ?", row[:4]
        )
        if found.fetchone() is None:
            self._connection.execute(deeds.AUDIT, row)

    def _write(self) -> None:
        self._connection.executemany(INSERT, self._rows)
        self._rows.clear()
        self._text = 0

    def keep(self, belonging: Belonging, log: Written | None) -> None:
        """See `Target.keep`."""
        belongings.put_into(self._connection, belonging, log.id if log is not None else 0)

    def end(self, logs: Sequence[Written]) -> None:
        """See `Target.end`."""
        self._write()
        for log in logs:
            first, last = log.bounds
            self._connection.execute(
                "UPDATE logs SET first = coalesce(?, first), last = ? WHERE id = ?",
                (first, last, log.id),
            )
            if log.has_gaps and log.record.epoch:  # its numbers are others
                self._connection.execute(
                    "UPDATE logs SET epoch = ? WHERE id = ?", (new_epoch(), log.id)
                )
            self._connection.executemany(
                deeds.STAND,
                [(log.id, *decides, number) for decides, number in log.standing.items()],
            )
            self._connection.execute(UNACCOUNTED, (log.id, *AUDITED))
