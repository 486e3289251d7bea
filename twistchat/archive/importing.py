"""An export in `json`, put into a database: all of it or nothing.

A room that the database does not have begins a new log, with an epoch of its own: numbers, times
and topics are those of the file. Where numbers are missing (in a file that somebody has cut) what
is behind moves up, since a log has no holes. With `append`, rooms that it has go on: what is in the
file gets the next numbers. A room that was forgotten in the file meanwhile is so in the database,
too, and what came after that in the file is its next life.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from twistchat.archive import ArchiveError
from twistchat.archive.records import (
    AuditRecord,
    EndRecord,
    EventRecord,
    LogRecord,
    RecordError,
    read,
    read_header,
)
from twistchat.core.concerns import SERVER_LOG, log_of, stands_as
from twistchat.engine.sqlite import chores, deeds
from twistchat.engine.sqlite.faults import explain
from twistchat.engine.sqlite.file import WriterLock, connect, header_version
from twistchat.engine.sqlite.loading import new_epoch
from twistchat.engine.sqlite.migrate import migrate
from twistchat.engine.sqlite.rows import AUDITED, COLUMNS, INSERT, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST = 1 << 22
"""Bytes of a line: far more than anybody can say."""

OTHERS = {SERVER_LOG: "what is known of accounts"}
"""What a log is called that is neither a room's nor of two people."""

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


@dataclass(frozen=True, slots=True)
class Import:
    """What was put in."""

    lines: int
    rooms: int
    conversations: int
    gaps: tuple[str, ...]
    """The rooms of whose numbers some were missing."""


@dataclass(slots=True)
class _Log:
    """A log that is being written."""

    record: LogRecord
    id: int
    goes_on: bool
    """Whether it is one that was there."""
    last: int
    """The last number that was written."""
    first: int | None = None
    """The number of the first line, behind those that only still hold."""
    read: int = 0
    """The last number of the file."""
    has_gaps: bool = False
    standing: dict[tuple[str, str], int] = field(default_factory=dict)
    """By what it decides, and about whom, the number of the last event that does."""


class _Lines:
    """The lines of a file, with their numbers for whoever has to mend them."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self.number = 0

    def __iter__(self) -> Iterator[bytes]:
        while line := self._file.readline(LONGEST + 1):
            self.number += 1
            if len(line) > LONGEST:
                raise RecordError(f"this is longer than {LONGEST >> 20} MB")
            if not line.isspace():
                yield line

    def wrong(self, error: object) -> ArchiveError:
        """Say where that is."""
        return ArchiveError(
            f"{self._name}, line {max(self.number, 1)}: {error}; nothing was imported"
        )


def import_export(file: BinaryIO, name: str, database: Path, *, append: bool = False) -> Import:
    """Put an export into a database; it is made if there is none. `name` is that of the file.

    Raises:
        ArchiveError: nothing was put in.
        DatabaseInUseError: a server has it.
        DatabaseError: it cannot be used.
    """
    lines = _Lines(file, name)
    rest = iter(lines)
    try:
        read_header(next(rest, b""))
    except RecordError as error:
        raise lines.wrong(error) from error
    except OSError as error:
        raise ArchiveError(f"cannot read {name}: {error.strerror}") from error
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
                return _import(connection, database, lines, rest, append=append)
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


def _import(
    connection: sqlite3.Connection,
    path: Path,
    lines: _Lines,
    rest: Iterator[bytes],
    *,
    append: bool,
) -> Import:
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = _Importing(connection, path, append=append).run(lines, rest)
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise
    return done


class _Importing:
    """One import, within its transaction."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, append: bool) -> None:
        self._connection = connection
        self._path = path
        self._append = append
        self._records: dict[int, LogRecord] = {}
        self._living: set[str] = set()
        """The names of those that have not ended."""
        self._logs: dict[int, _Log] = {}
        self._rows: list[tuple[object, ...]] = []
        self._text = 0
        """Characters that were said in these rows."""
        self._count = 0
        self._entries = 0

    def run(self, lines: _Lines, rest: Iterator[bytes]) -> Import:
        """Read all of a file behind its first line, and write it."""
        try:
            self._read(rest)
        except RecordError as error:
            raise lines.wrong(error) from error
        if not self._logs:
            self._begin()
        return self._end()

    def _read(self, rest: Iterator[bytes]) -> None:
        for line in rest:
            match read(line):
                case LogRecord() as record:
                    self._take(record)
                case EventRecord() as record:
                    if not self._logs:
                        self._begin()
                    self._put(record)
                case AuditRecord() as record:
                    if not self._logs:
                        self._begin()
                    self._give_account(record)
                case EndRecord() as record:
                    self._refuse_parts(record)
                    break
        else:
            raise RecordError("the file ends here, without the line that ends an export")
        if next(rest, None) is not None:
            raise RecordError("something stands behind the end of the export")

    def _refuse_parts(self, end: EndRecord) -> None:
        for said, count, what in (
            (end.events, self._count, "events"),
            (end.audit, self._entries, "entries of the audit log"),
        ):
            if said != count:
                raise RecordError(
                    f"of {said} {what} {count} stand above: a part of the file is missing"
                )

    # ------------------------------------------------------------ logs

    def _take(self, record: LogRecord) -> None:
        if self._logs:
            raise RecordError("a log must stand above all events")
        if record.log in self._records:
            raise RecordError(f"there is a log {record.log} above")
        if record.ended is None:
            if record.name in self._living:
                raise RecordError(
                    f"there is a log of {record.name} above that has not ended either"
                )
            self._living.add(record.name)
        self._records[record.log] = record

    def _begin(self) -> None:
        """Find the logs that go on, and make the others."""
        if not self._append:
            self._refuse_those_there()
        for key, record in self._records.items():
            found = self._connection.execute(
                "SELECT id, last, first FROM logs WHERE name = ? AND ended IS NULL", (record.name,)
            ).fetchone()
            if found is not None and record.ended is not None:
                found = self._ended(record, *found)
            if found is not None:
                self._logs[key] = _Log(record, found[0], goes_on=True, last=found[1])
                continue
            made = self._connection.execute(
                "INSERT INTO logs (name, epoch, ended) VALUES (?, ?, ?)",
                (record.name, new_epoch(), record.ended),
            )
            assert made.lastrowid is not None
            self._logs[key] = _Log(record, made.lastrowid, goes_on=False, last=0)

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

    def _refuse_those_there(self) -> None:
        known = {name for (name,) in self._connection.execute("SELECT name FROM logs")}
        names = dict.fromkeys(record.name for record in self._records.values())
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

    def _put(self, record: EventRecord) -> None:
        log = self._logs.get(record.log)
        if log is None:
            raise RecordError(f"there is no log {record.log} above")
        number = self._place(log, record)
        columns = row_of(record.event)
        self._rows.append((log.id, number, *columns))
        decides = stands_as(record.event)
        if decides is not None and log.record.ended is None:
            log.standing[decides] = number
        log.last, log.read = number, record.number
        self._count += 1
        self._text += len(columns[5])
        if len(self._rows) >= BATCH or self._text >= BATCH_TEXT:
            self._write()

    def _place(self, log: _Log, record: EventRecord) -> int:
        """Find the number under which an event is to be kept."""
        name, number = log.record.name, record.number
        if log_of(record.event) != name:
            raise RecordError(f"this is of {log_of(record.event)}, and log {record.log} is {name}")
        if not log.read < number <= log.record.last:
            raise RecordError(
                f"number {number} of {name} must be greater than {log.read},"
                f" and at most {log.record.last}"
            )
        holds = number < log.record.first
        if holds and stands_as(record.event) is None:
            raise RecordError(f"number {number} of {name} is less than its first")
        if holds and log.record.ended is not None:
            raise RecordError(
                f"number {number} of {name} is less than its first, and nothing holds in a room"
                " that was forgotten"
            )
        if log.goes_on:
            return log.last + 1
        if holds:
            return number
        if log.first is None:
            log.first = number
            return number
        log.has_gaps |= number != log.read + 1
        return log.last + 1

    def _give_account(self, record: AuditRecord) -> None:
        """Put an entry into the audit log, unless it is there already."""
        self._entries += 1
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

    def _end(self) -> Import:
        self._write()
        for log in self._logs.values():
            first, last = log.first, log.last
            if first is None and not log.goes_on:  # of which nothing is kept, but its numbers
                last = log.record.last
                first = last + 1
            self._connection.execute(
                "UPDATE logs SET first = coalesce(?, first), last = ? WHERE id = ?",
                (first, last, log.id),
            )
            self._connection.executemany(
                deeds.STAND,
                [(log.id, *decides, number) for decides, number in log.standing.items()],
            )
            self._connection.execute(UNACCOUNTED, (log.id, *AUDITED))
        names = {log.record.name for log in self._logs.values()} - {SERVER_LOG}
        rooms = {name for name in names if name.startswith("#")}
        gaps = tuple(log.record.name for log in self._logs.values() if log.has_gaps)
        return Import(self._count, len(rooms), len(names - rooms), gaps)
