"""Which logs and events an export takes, read in pages.

What is taken is fixed at the beginning: all that was committed by then. It is not held by a
transaction: as long as one reads, the write-ahead log cannot be emptied, and whoever takes in
the export may take hours. It needs none. An event never changes (unless a moderator deletes it, and
then its text is better left out), and one that is written later has a greater id; so it is enough
to know the last id and to read a page at a time. What retention deletes before its page is read is
missing. Only what holds, which may be replaced and deleted meanwhile, is read at the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import merge
from math import inf
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol

from twistchat.archive import ArchiveError
from twistchat.archive.belongings import of_database
from twistchat.archive.database import snapshot
from twistchat.archive.fields import LATEST
from twistchat.core.concerns import SERVER_LOG
from twistchat.core.events import Whispered
from twistchat.core.names import fold
from twistchat.engine.sqlite.rows import ABOUT, COLUMNS, read_row

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from twistchat.archive.belongings import Belonging
    from twistchat.engine import Committed

PAGE = 500
"""Events that are in memory at once."""

SELECT = f"SELECT events.id, events.log, name, epoch, events.number, {COLUMNS}".replace(
    "kind", "events.kind"
)
"""Reads an event, with its id and that of its log."""

ORDERS = {0: "events.id", 4: "events.number"}
"""Columns of that by which pages are read."""

ROOMS_NAMED = 8
"""Rooms that are named to whoever has asked for one that there is not."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an operator wants to take out."""

    room: str | None = None
    """None: all rooms. As it was typed, with `#` or without."""
    private: bool = False
    """Whether what two people said to each other is taken too."""
    since: float | None = None
    """Seconds since 1970, UTC."""
    until: float | None = None
    """Not later than this."""
    everything: bool = False
    """Whether secrets are taken too, and notes of people: all that a move needs."""


@dataclass(frozen=True, slots=True)
class Log:
    """One life of a room, or a conversation of two."""

    id: int
    name: str
    first: int
    """The first number that is taken."""
    last: int
    ended: float | None
    """When the room was forgotten, in seconds since 1970, UTC."""
    epoch: str

    @property
    def is_private(self) -> bool:
        """Whether it is a conversation of two."""
        return self.name.startswith("@")

    @property
    def is_servers(self) -> bool:
        """Whether it is that of what concerns no room: accounts, and what is done everywhere."""
        return self.name == SERVER_LOG


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the audit log."""

    log: str
    """The name of the log in which it was put."""
    committed: Committed


class Selected(Protocol):
    """What an export takes, wherever it is."""

    logs: Sequence[Log]
    silent: Sequence[Log]
    """Rooms that were forgotten in that time, and of which nothing in it is kept."""
    has_everything: bool
    """See `Wanted.everything`."""
    count: int
    """Events that were taken so far."""

    @property
    def conversations(self) -> Sequence[Log]:
        """What people read: not the log of what concerns no room, which has addresses in it."""

    def of(self, log: Log, *, standing: bool = False) -> Iterator[Committed]:
        """Read the events of a log, in their order.

        `standing` takes what held at the beginning (topics, bans), too, if it is older than what
        is wanted.
        """

    def in_order(self) -> Iterator[tuple[Log, Committed]]:
        """Read the events of all logs in the order in which they happened, and what held."""

    def audit(self) -> Iterator[Entry]:
        """Read the account of what was done, of one room or of all."""

    def belongings(self) -> Iterator[Belonging]:
        """Read secrets and notes; a cursor names its log by its id."""

    def people(self, log: Log) -> tuple[str, str]:
        """Name the two of a conversation, as they were called at its beginning."""


class Selection:
    """What an export takes of a database."""

    def __init__(self, database: sqlite3.Connection, wanted: Wanted) -> None:
        """Raises `ArchiveError` if there is no such room."""
        self._database = database
        self._room = None if wanted.room is None else room_of(wanted.room)
        self._since = -inf if wanted.since is None else wanted.since
        self._until = inf if wanted.until is None else wanted.until
        self._ends = wanted.until
        with snapshot(database):
            (last,) = database.execute("SELECT max(id) FROM events").fetchone()
            self._last: int = last or 0
            (entry,) = database.execute("SELECT max(id) FROM audit").fetchone()
            self._last_entry: int = entry or 0
            self.logs: Sequence[Log] = self._find_logs(private=wanted.private)
            self.silent: Sequence[Log] = self._find_silent(private=wanted.private)
            self._standing = self._find_standing()
        self.has_everything = wanted.everything
        self.count = 0

    @property
    def conversations(self) -> Sequence[Log]:
        """See `Selected.conversations`."""
        return [log for log in self.logs if not log.is_servers]

    def _which(self, *, private: bool) -> tuple[str, list[Any]]:
        if self._room is not None:
            return "name = ?", [self._room]
        return ("1" if private else "name NOT GLOB '@*'"), []

    def _find_silent(self, *, private: bool) -> Sequence[Log]:
        which, values = self._which(private=private)
        rows = self._database.execute(
            f"SELECT id, name, last + 1, last, ended, epoch FROM logs WHERE {which}"  # noqa: S608, constants
            " AND ended >= ? AND ended < ? ORDER BY id",
            [*values, self._since, self._until],
        ).fetchall()
        found = {log.id for log in self.logs}
        return [_log(row) for row in rows if row[0] not in found]

    def _find_logs(self, *, private: bool) -> Sequence[Log]:
        which, values = self._which(private=private)
        rows = self._database.execute(
            f"SELECT id, name, first, last, ended, epoch FROM logs WHERE {which} ORDER BY id",  # noqa: S608, constants
            values,
        ).fetchall()
        if self._room is not None and not rows:
            raise ArchiveError(f"there is no room {self._room} in it; {self._rooms()}")
        if (self._since, self._until) != (-inf, inf):
            rows = self._database.execute(
                "SELECT logs.id, name, min(number), max(number), ended, epoch FROM events"  # noqa: S608, constants
                f" JOIN logs ON logs.id = log WHERE {which} AND number >= first"
                " AND at >= ? AND at < ? GROUP BY logs.id ORDER BY logs.id",
                [*values, self._since, self._until],
            ).fetchall()
        return [_log(row) for row in rows]

    def _find_standing(self) -> Sequence[Any]:
        """Read what holds: it may be replaced, and deleted, before its page is read."""
        rows = self._database.execute(
            f"{SELECT} FROM standing JOIN logs ON logs.id = standing.log"
            " CROSS JOIN events ON events.log = standing.log AND events.number = standing.number"
            " WHERE (at < ?) IS NOT 0 ORDER BY events.id",
            (self._ends,),
        ).fetchall()
        logs = {log.id for log in self.logs}
        return [row for row in rows if row[1] in logs]

    def _rooms(self) -> str:
        rows = self._database.execute(
            "SELECT DISTINCT name FROM logs WHERE name GLOB '#*' ORDER BY name LIMIT ?",
            (ROOMS_NAMED + 1,),
        ).fetchall()
        names = [name for (name,) in rows]
        more = " and others" if len(names) > ROOMS_NAMED else ""
        return f"there are {', '.join(names[:ROOMS_NAMED]) or 'none'}{more}"

    # ------------------------------------------------------------ reading

    def of(self, log: Log, *, standing: bool = False) -> Iterator[Committed]:
        """See `Selected.of`."""
        held = [row for row in self._standing if row[1] == log.id] if standing else []
        for row in _merged(self._pages("log = ? AND events.number > ?", [log.id], 4), held, 4):
            self.count += 1
            yield _event(row)

    def in_order(self) -> Iterator[tuple[Log, Committed]]:
        """See `Selected.in_order`."""
        if self._room is not None:
            # Its lives come one after the other; no need to look at all other rooms.
            for log in self.logs:
                yield from ((log, committed) for committed in self.of(log, standing=True))
            return
        logs = {log.id: log for log in self.logs}
        for row in _merged(self._pages("events.id > ?", [], 0), self._standing, 0):
            if row[1] in logs:
                self.count += 1
                yield logs[row[1]], _event(row)

    def audit(self) -> Iterator[Entry]:
        """See `Selected.audit`."""
        which, values = ("", []) if self._room is None else (" AND log = ?", [self._room])
        done = 0
        while rows := self._database.execute(
            f"SELECT id, log, epoch, number, {COLUMNS} FROM audit WHERE id > ? AND id <= ?"  # noqa: S608, constants
            f"{which} AND at >= ? AND at < ? ORDER BY id LIMIT ?",
            [done, self._last_entry, *values, self._since, self._until, PAGE],
        ).fetchall():
            yield from (Entry(row[1], _event((row[0], None, *row[1:]))) for row in rows)
            done = rows[-1][0]

    def belongings(self) -> Iterator[Belonging]:
        """See `Selected.belongings`."""
        return of_database(self._database, [log.id for log in self.logs])

    def people(self, log: Log) -> tuple[str, str]:
        """See `Selected.people`."""
        for row in self._read("log = ?", [log.id], "number", limit=1):
            item = _event(row).item
            if isinstance(item, Whispered):
                return item.who, item.to
        return "?", "?"

    def _pages(self, which: str, values: Sequence[Any], key: int) -> Iterator[Any]:
        """Read by pages, in the order of a column by which `which` asks for what comes next."""
        done = 0
        while rows := self._read(which, [*values, done], ORDERS[key]):
            yield from rows
            done = rows[-1][key]

    def _read(self, which: str, values: Sequence[Any], order: str, *, limit: int = 0) -> list[Any]:
        return self._database.execute(
            f"{SELECT} FROM events JOIN logs ON logs.id = events.log"
            f" WHERE {which} AND events.id <= ? AND at >= ? AND (at < ?) IS NOT 0"
            f" ORDER BY {order} LIMIT ?",
            # Without an end even what has no time is taken, to be told as a fault.
            [*values, self._last, self._since, self._ends, limit or PAGE],
        ).fetchall()


def _merged(rows: Iterator[Any], held: Sequence[Any], key: int) -> Iterator[Any]:
    """Put rows that are held among those that are read, each once."""
    last = None
    for row in merge(rows, held, key=itemgetter(key)):
        if row[key] != last:
            yield row
        last = row[key]


def _log(row: Sequence[Any]) -> Log:
    _, name, first, last, ended, _ = row
    if not (
        isinstance(name, str)
        and isinstance(first, int)
        and isinstance(last, int)
        and (ended is None or _is_time(ended))
    ):
        raise ArchiveError("a room cannot be read; see twistchat db check")
    return Log(*row)


def _event(row: Sequence[Any]) -> Committed:
    _, _, number, at, kind, *texts, to_user, to, until = row[2:]
    if kind in ABOUT:
        texts += to_user, to
    if not (
        isinstance(number, int)
        and _is_time(at)
        and (until is None or _is_time(until))
        and all(isinstance(text, str) for text in texts)
    ):
        raise ArchiveError("a line cannot be read; see twistchat db check")
    try:
        return read_row(tuple(row[2:]))
    except ValueError as error:
        raise ArchiveError(f"a line cannot be read: {error}; see twistchat db check") from error


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= LATEST


def room_of(typed: str) -> str:
    """Read which room is meant."""
    name = fold(typed.strip())
    return name if name.startswith("#") else f"#{name}"
