"""An export in `json`, read and checked, and put into a chat: all of it or nothing.

What the chat does not have begins a new log: numbers, times and topics are those of the file. Where
numbers are missing (in a file that somebody has cut) what is behind moves up, since a log has no
holes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Protocol

from twistchat.archive import ArchiveError
from twistchat.archive.belongings import Belonging, Cursor
from twistchat.archive.fields import RecordError
from twistchat.archive.records import (
    AuditRecord,
    EndRecord,
    EventRecord,
    LogRecord,
    read,
    read_header,
)
from twistchat.core.concerns import SERVER_LOG, log_of, stands_as

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twistchat.core.events import Durable

LONGEST = 1 << 22
"""Bytes of a line: far more than anybody can say."""

OTHERS = {SERVER_LOG: "what is known of accounts"}
"""What a log is called that is neither a room's nor of two people."""


@dataclass(frozen=True, slots=True)
class Import:
    """What was put in."""

    lines: int
    rooms: int
    conversations: int
    gaps: tuple[str, ...]
    """The rooms of whose numbers some were missing."""


@dataclass(slots=True)
class Written:
    """A log that is being written."""

    record: LogRecord
    id: int
    """Whatever it is called where it is written."""
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

    @property
    def bounds(self) -> tuple[int | None, int]:
        """The first number that is kept (None: as before), and the last."""
        if self.first is None and not self.goes_on:  # nothing of it is kept, but its numbers
            return self.record.last + 1, self.record.last
        return self.first, self.last


class Target(Protocol):
    """A chat into which an export is put."""

    def begin(self, records: Mapping[int, LogRecord]) -> dict[int, Written]:
        """Find the logs that go on, and make the others.

        Raises:
            ArchiveError: one of them is there, and may not go on.
        """

    def put(self, log: Written, number: int, event: Durable) -> None:
        """Put an event into a log."""

    def give_account(self, record: AuditRecord) -> None:
        """Put an entry into the audit log, unless it is there already."""

    def keep(self, belonging: Belonging, log: Written | None) -> None:
        """Keep what a chat has besides what was said; a cursor is one in a `log`."""

    def end(self, logs: Sequence[Written]) -> None:
        """Write what is still to be written."""


class Lines:
    """The lines of a file, with their numbers for whoever has to mend them."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Read the first of them: raises `ArchiveError` if that is not an export's."""
        self._file = file
        self._name = name
        self.number = 0
        self.rest = iter(self)
        try:
            self.version = read_header(next(self.rest, b""))
        except RecordError as error:
            raise self.wrong(error) from error
        except OSError as error:
            raise ArchiveError(f"cannot read {name}: {error.strerror}") from error

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


class Importing:
    """One import."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._records: dict[int, LogRecord] = {}
        self._living: set[str] = set()
        """The names of those that have not ended."""
        self._logs: dict[int, Written] | None = None
        self._count = 0
        self._entries = 0
        self._belongings = 0

    def run(self, lines: Lines) -> Import:
        """Read all of a file behind its first line, and write it.

        Raises:
            ArchiveError: something in it cannot be so.
        """
        try:
            self._read(lines)
        except RecordError as error:
            raise lines.wrong(error) from error
        logs = list(self._begin().values())
        self._target.end(logs)
        names = {log.record.name for log in logs} - {SERVER_LOG}
        rooms = {name for name in names if name.startswith("#")}
        gaps = tuple(log.record.name for log in logs if log.has_gaps)
        return Import(self._count, len(rooms), len(names - rooms), gaps)

    def _read(self, lines: Lines) -> None:
        for line in lines.rest:
            match read(line, lines.version):
                case LogRecord() as record:
                    self._take(record)
                case EventRecord() as record:
                    self._put(record)
                case AuditRecord() as record:
                    self._begin()
                    self._entries += 1
                    self._target.give_account(record)
                case EndRecord() as record:
                    self._refuse_parts(record)
                    break
                case belonging:
                    self._keep(belonging)
        else:
            raise RecordError("the file ends here, without the line that ends an export")
        if next(lines.rest, None) is not None:
            raise RecordError("something stands behind the end of the export")

    def _begin(self) -> dict[int, Written]:
        """Find the logs, when no more may come."""
        if self._logs is None:
            self._logs = self._target.begin(self._records)
        return self._logs

    def _refuse_parts(self, end: EndRecord) -> None:
        for said, count, what in (
            (end.events, self._count, "events"),
            (end.audit, self._entries, "entries of the audit log"),
            (end.belongings, self._belongings, "belongings"),
        ):
            if said != count:
                raise RecordError(
                    f"of {said} {what} {count} stand above: a part of the file is missing"
                )

    def _take(self, record: LogRecord) -> None:
        if self._logs is not None:
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

    def _keep(self, belonging: Belonging) -> None:
        logs, log = self._begin(), None
        if isinstance(belonging, Cursor):
            log = logs.get(belonging.log)
            if log is None:
                raise RecordError(f"there is no log {belonging.log} above")
        self._belongings += 1
        self._target.keep(belonging, log)

    def _put(self, record: EventRecord) -> None:
        log = self._begin().get(record.log)
        if log is None:
            raise RecordError(f"there is no log {record.log} above")
        number = _place(log, record)
        decides = stands_as(record.event)
        if decides is not None and log.record.ended is None:
            log.standing[decides] = number
        self._target.put(log, number, record.event)
        log.last, log.read = number, record.number
        self._count += 1


def _place(log: Written, record: EventRecord) -> int:
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
