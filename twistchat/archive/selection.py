"""Which logs and events an export takes, read in pages.

What is taken is fixed at the beginning: all that was committed by then. It is not held by a
transaction: as long as one reads, the write-ahead log cannot be emptied, and whoever takes in
the export may take hours. It needs none. An event never changes, and one that is written later has
a greater id; so it is enough to know the last id and to read a page at a time. What retention
deletes before its page is read is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from twistchat.archive import ArchiveError
from twistchat.archive.database import snapshot
from twistchat.archive.records import LATEST
from twistchat.core.events import Whispered
from twistchat.core.names import fold
from twistchat.engine.sqlite.rows import COLUMNS, WHISPERED, read_row

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from twistchat.engine import Committed

PAGE = 500
"""Events that are in memory at once."""

HOLDS = (
    " OR EXISTS (SELECT 1 FROM standing"
    " WHERE standing.log = events.log AND standing.number = events.number)"
)

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

    @property
    def is_private(self) -> bool:
        """Whether it is a conversation of two."""
        return self.name.startswith("@")


class Selection:
    """What an export takes."""

    def __init__(self, database: sqlite3.Connection, wanted: Wanted) -> None:
        """Raises `ArchiveError` if there is no such room."""
        self._database = database
        self._room = None if wanted.room is None else _room_of(wanted.room)
        self._since = -inf if wanted.since is None else wanted.since
        self._until = inf if wanted.until is None else wanted.until
        self._ends = wanted.until
        with snapshot(database):
            (last,) = database.execute("SELECT max(id) FROM events").fetchone()
            self._last: int = last or 0
            self.logs: Sequence[Log] = self._find_logs(private=wanted.private)
        self.count = 0
        """Events that were taken so far."""

    def _find_logs(self, *, private: bool) -> Sequence[Log]:
        which = "name NOT GLOB '@*'"
        values: list[Any] = []
        if self._room is not None:
            which, values = "name = ?", [self._room]
        elif private:
            which = "1"
        rows = self._database.execute(
            f"SELECT id, name, first, last, ended FROM logs WHERE {which} ORDER BY id",  # noqa: S608, constants
            values,
        ).fetchall()
        if self._room is not None and not rows:
            raise ArchiveError(f"there is no room {self._room} in it; {self._rooms()}")
        if (self._since, self._until) != (-inf, inf):
            rows = self._database.execute(
                "SELECT logs.id, name, min(number), max(number), ended FROM events"  # noqa: S608, constants
                f" JOIN logs ON logs.id = log WHERE {which} AND number >= first"
                " AND at >= ? AND at < ? GROUP BY logs.id ORDER BY logs.id",
                [*values, self._since, self._until],
            ).fetchall()
        return [_log(row) for row in rows]

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
        """Read the events of a log, in their order.

        `standing` takes what still holds (a topic), too, if it is older than what is wanted.
        """
        number = 0
        while rows := self._read(
            "log = ? AND number > ?", [log.id, number], "number", standing=standing
        ):
            self.count += len(rows)
            yield from map(_event, rows)
            number = rows[-1][4]

    def in_order(self) -> Iterator[tuple[Log, Committed]]:
        """Read the events of all logs in the order in which they happened, and what still holds."""
        if self._room is not None:
            # Its lives come one after the other; no need to look at all other rooms.
            for log in self.logs:
                yield from ((log, committed) for committed in self.of(log, standing=True))
            return
        logs = {log.id: log for log in self.logs}
        done = 0
        while rows := self._read("events.id > ?", [done], "events.id", standing=True):
            done = rows[-1][0]
            taken = [row for row in rows if row[1] in logs]
            self.count += len(taken)
            yield from ((logs[row[1]], _event(row)) for row in taken)

    def people(self, log: Log) -> tuple[str, str]:
        """Name the two of a conversation, as they were called at its beginning."""
        for row in self._read("log = ?", [log.id], "number", standing=False, limit=1):
            item = _event(row).item
            if isinstance(item, Whispered):
                return item.who, item.to
        return "?", "?"

    def _read(
        self, which: str, values: Sequence[Any], order: str, *, standing: bool, limit: int = 0
    ) -> list[Any]:
        # Those that are as old as is wanted, or hold though they are older.
        young = f"(at >= ?{HOLDS})" if standing else "at >= ?"
        return self._database.execute(
            f"SELECT events.id, events.log, name, epoch, number, {COLUMNS}"  # noqa: S608, constants
            f" FROM events JOIN logs ON logs.id = events.log WHERE {which} AND events.id <= ?"
            f" AND {young} AND (at < ?) IS NOT 0 ORDER BY {order} LIMIT ?",
            # Without an end even what has no time is taken, to be told as a fault.
            [*values, self._last, self._since, self._ends, limit or PAGE],
        ).fetchall()


def _log(row: Sequence[Any]) -> Log:
    _, name, first, last, ended = row
    if not (
        isinstance(name, str)
        and isinstance(first, int)
        and isinstance(last, int)
        and (ended is None or _is_time(ended))
    ):
        raise ArchiveError("a room cannot be read; see twistchat db check")
    return Log(*row)


def _event(row: Sequence[Any]) -> Committed:
    _, _, number, at, kind, *texts, to_user, to = row[2:]
    if kind in WHISPERED:
        texts += to_user, to
    if not (
        isinstance(number, int) and _is_time(at) and all(isinstance(text, str) for text in texts)
    ):
        raise ArchiveError("a line cannot be read; see twistchat db check")
    try:
        return read_row(tuple(row[2:]))
    except ValueError as error:
        raise ArchiveError(f"a line cannot be read: {error}; see twistchat db check") from error


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= LATEST


def _room_of(typed: str) -> str:
    name = fold(typed.strip())
    return name if name.startswith("#") else f"#{name}"
