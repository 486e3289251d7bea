"""A reader's side of the database: history and search, beside whoever writes."""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from twistchat.core.names import fold
from twistchat.engine import Audited
from twistchat.engine.sqlite import chores
from twistchat.engine.sqlite.faults import DatabaseError, explain
from twistchat.engine.sqlite.file import SameFile, connect_to_read
from twistchat.engine.sqlite.passing import FIND, read_used
from twistchat.engine.sqlite.rows import COLUMNS, SPOKEN, WHISPERED, read_row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from twistchat.core.events import SearchOpened
    from twistchat.engine import Committed
    from twistchat.engine.keys import Used

OPERATIONS = 20_000
"""Steps of SQLite's machine, a millisecond or less, between two looks at the clock."""

LATE = "it took longer than"

TRIGRAM = 3
"""Characters: shorter words are not in the index."""

ENDLESS = 2**63 - 1
"""No number is as great: the greatest that SQLite takes."""

PROBE = "SELECT number, at FROM events WHERE log = ? AND number >= ? ORDER BY number LIMIT 1"


def _listed(kinds: Sequence[str]) -> str:
    """Write kinds of events as a list of texts."""
    return ", ".join(f"'{kind}'" for kind in kinds)


# Each with its table, since the search index has a column of the same name.
_EVENTS = f"SELECT name, epoch, number, {COLUMNS.replace(' text', ' events.text')} FROM"
# CROSS JOINs go from left to right: to each log of theirs, and from where they have read it on.
_MINE = (
    "SELECT id FROM logs WHERE name GLOB '@*' AND substr(name, 2, instr(name, ',') - 2) = :person"
    " UNION SELECT id FROM logs WHERE name GLOB '@*'"
    " AND substr(name, instr(name, ',') + 1) = :person"
)
_UNREAD = (
    f"{_EVENTS} ({_MINE}) AS mine"  # noqa: S608, constants
    " CROSS JOIN logs ON logs.id = mine.id CROSS JOIN events ON events.log = mine.id"
    " AND events.number > coalesce((SELECT cursors.number FROM cursors"
    " WHERE person = :person AND cursors.log = mine.id), 0)"
    f" WHERE ended IS NULL AND to_user = :person AND kind IN ({_listed(WHISPERED)})"
    " ORDER BY events.id LIMIT :limit"
)
_SPOKEN = f" AND kind IN ({_listed((*SPOKEN, *WHISPERED))})"
# The last words in each of their rooms, and in each of their private logs.
_LAST = (
    "(SELECT id FROM logs WHERE name IN ({rooms}) UNION "  # noqa: S608, constants
    f"{_MINE}) AS mine"
    " CROSS JOIN logs ON logs.id = mine.id CROSS JOIN events ON events.log = mine.id"
    " AND events.number = (SELECT number FROM events WHERE log = mine.id"
    f"{_SPOKEN} ORDER BY number DESC LIMIT 1)"
    " WHERE ended IS NULL AND at >= :since AND at < :until"
)
_AUDIT = f"SELECT id, log, epoch, number, {COLUMNS} FROM audit WHERE id < ?"  # noqa: S608, constants
_OF_LOG = "events JOIN logs ON logs.id = events.log WHERE name = ? AND ended IS NULL"


class Reader:
    """One connection that reads, and gives up what takes longer than `patience` (seconds)."""

    def __init__(self, path: Path, file: SameFile | None = None, *, patience: float = 60.0) -> None:
        self._path = path
        self._file = file or SameFile(path)
        self._patience = patience
        self._deadline = 0.0
        self._is_ending = False
        self._database: sqlite3.Connection | None = None

    def history(
        self,
        log: str,
        before: int | None,
        limit: int,
        *,
        after: int | None = None,
        since: float | None = None,
        until: float | None = None,
        oldest: bool = False,
        is_spoken: bool = False,
    ) -> list[Committed]:
        """See `Engine.history`."""
        self._begin()
        above = 0 if after is None else after
        below = ENDLESS if before is None else min(before, ENDLESS)
        if since is not None or until is not None:
            found = self._read("SELECT id, last FROM logs WHERE name = ? AND ended IS NULL", [log])
            for log_id, last in found:
                if since is not None:
                    above = max(above, self._first_from(since, log_id, last) - 1)
                if until is not None:
                    below = min(below, self._first_from(until, log_id, last))
        if above >= below:
            return []
        rows = self._read(
            f"{_EVENTS} {_OF_LOG} AND number > ? AND number < ?{_SPOKEN if is_spoken else ''}"
            f" ORDER BY number {'ASC' if oldest else 'DESC'} LIMIT ?",
            [log, above, below, limit],
        )
        return [read_row(row) for row in (rows if oldest else reversed(rows))]

    def conversations(
        self, person: str, rooms: Sequence[str], *, since: float, until: float, limit: int,
        oldest: bool,
    ) -> list[Committed]:  # fmt: skip
        """See `Engine.conversations`."""
        self._begin()
        order = f"ORDER BY at {'ASC' if oldest else 'DESC'} LIMIT :limit"
        names = {f"room{number}": room for number, room in enumerate(rooms)}
        values = {"person": person, "since": since, "until": until, "limit": limit} | names
        last = _LAST.format(rooms=", ".join(f":{name}" for name in names))
        rows = self._read(f"{_EVENTS} {last} {order}", values)
        return [read_row(row) for row in (rows if oldest else reversed(rows))]

    def _first_from(self, at: float, log: int, last: int) -> int:
        """Find from which number on everything was said at a time or later.

        By halves, as if time always went on, since looking through a long log would take too long.
        Numbers may be missing, where the oldest were deleted.
        """
        low, high = 1, last + 1
        while low < high:
            middle = (low + high) // 2
            row = self._read(PROBE, [log, middle])
            if not row or row[0][1] >= at:
                high = middle
            else:
                low = row[0][0] + 1
        return low

    def used(self, person: str, key: str) -> Used | None:
        """Tell what was kept under the key of a person, if anything."""
        self._begin()
        rows = self._read(FIND, [person, key])
        return read_used(rows[0]) if rows else None

    def recall(self, person: str, now: float) -> str | None:
        """See `Engine.recall`."""
        self._begin()
        rows = self._read(
            "SELECT text FROM remembered WHERE person = ? AND until > ?", [person, now]
        )
        return rows[0][0] if rows else None

    def password(self, account: str) -> str | None:
        """See `Engine.password`."""
        self._begin()
        rows = self._read("SELECT hash FROM passwords WHERE account = ?", [account])
        return rows[0][0] if rows else None

    def search(self, wanted: SearchOpened, before: int, *, has_index: bool) -> list[Committed]:
        """See `Engine.search`."""
        self._begin()
        if not has_index or all(len(word) < TRIGRAM for word in wanted.words):
            rows = self._scan(wanted, before, after=0)
        else:
            # What is not in the index yet first, since it is newer than all that is.
            done = self._indexed()
            rows = self._scan(wanted, before, after=done)
            if len(rows) < wanted.limit:
                rows += self._look_up(wanted, before, done, wanted.limit - len(rows))
        return [read_row(row) for row in reversed(rows)]

    def cursors(self, person: str) -> dict[str, int]:
        """See `Engine.cursors`."""
        self._begin()
        rows = self._read(
            "SELECT name, number FROM cursors JOIN logs ON logs.id = log"
            " WHERE person = ? AND ended IS NULL",
            [person],
        )
        return dict(rows)

    def unread(self, person: str, limit: int) -> list[Committed]:
        """See `Engine.unread`."""
        self._begin()
        return [read_row(row) for row in self._read(_UNREAD, {"person": person, "limit": limit})]

    def audit(self, limit: int, before: int | None, log: str | None) -> list[Audited]:
        """See `Engine.audit`."""
        self._begin()
        which, values = ("", []) if log is None else (" AND log = ?", [log])
        below = ENDLESS if before is None else min(before, ENDLESS)
        rows = self._read(f"{_AUDIT}{which} ORDER BY id DESC LIMIT ?", [below, *values, limit])
        return [Audited(row[0], read_row(row[1:])) for row in reversed(rows)]

    def checkpoint(self) -> None:
        """See `chores.checkpoint`."""
        self._begin()
        self._with(chores.checkpoint)

    def end(self) -> None:
        """Give up what is being read, and whatever comes. From any thread."""
        self._is_ending = True

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
            self._database = None

    # ------------------------------------------------------------ searching

    def _indexed(self) -> int:
        rows = self._read("SELECT value FROM facts WHERE name = 'indexed'", [])
        return int(rows[0][0]) if rows else 0

    def _scan(self, wanted: SearchOpened, before: int, *, after: int) -> list[Any]:
        """Look at events one by one, from the newest on."""
        conditions, values = _conditions(wanted, before, wanted.words)
        if not after:
            return self._read(
                f"{_EVENTS} {_OF_LOG} {conditions} ORDER BY number DESC LIMIT ?",
                [wanted.room, *values, wanted.limit],
            )
        # By the order of all events, and not by that of the room (the + is for that): there are
        # few behind the index, and many in the room.
        return self._read(
            f"{_EVENTS} events JOIN logs ON logs.id = +events.log WHERE events.id > ?"
            f" AND name = ? AND ended IS NULL {conditions} ORDER BY events.id DESC LIMIT ?",
            [after, wanted.room, *values, wanted.limit],
        )

    def _look_up(self, wanted: SearchOpened, before: int, done: int, limit: int) -> list[Any]:
        """Ask the index; words that are too short for it are looked for in what it finds."""
        short = tuple(word for word in wanted.words if len(word) < TRIGRAM)
        conditions, values = _conditions(wanted, before, short)
        match = " AND ".join(
            '"' + word.replace('"', '""') + '"' for word in wanted.words if len(word) >= TRIGRAM
        )
        return self._read(
            f"{_EVENTS} search JOIN events ON events.id = search.rowid JOIN logs ON logs.id = log"
            f" WHERE search MATCH ? AND search.rowid <= ? AND name = ? AND ended IS NULL"
            f" {conditions} ORDER BY search.rowid DESC LIMIT ?",
            [match, done, wanted.room, *values, limit],
        )

    # ------------------------------------------------------------ the connection

    def _begin(self) -> None:
        self._deadline = time.monotonic() + self._patience

    def _is_late(self) -> bool:
        return self._is_ending or time.monotonic() > self._deadline

    @property
    def _why(self) -> str:
        return "the server is stopping" if self._is_ending else f"{LATE} {self._patience:g} s"

    def _read(self, query: str, values: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
        rows: list[Any] = self._with(lambda database: database.execute(query, values).fetchall())
        return rows

    def _with(self, use: Callable[[sqlite3.Connection], Any]) -> Any:
        try:
            if self._database is None:
                self._file.check()
                self._database = connect_to_read(self._path)
                self._database.set_progress_handler(self._is_late, OPERATIONS)
            if self._is_late():  # also between the statements of one search
                raise DatabaseError(self._why)
            return use(self._database)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
                raise DatabaseError(self._why) from error
            self.close()  # the next reading begins anew
            raise DatabaseError(f"{self._path}: {explain(error)}") from error


def _conditions(wanted: SearchOpened, before: int, words: Sequence[str]) -> tuple[str, list[Any]]:
    conditions = [f"AND kind IN ({_listed(SPOKEN)}) AND number < ?"]
    values: list[Any] = [before]
    if wanted.who:
        conditions.append("folded = ?")
        values.append(fold(wanted.who))
    if wanted.since is not None:
        conditions.append("at >= ?")
        values.append(wanted.since)
    if wanted.until is not None:
        conditions.append("at < ?")
        values.append(wanted.until)
    for word in words:
        spellings = _spellings(word)
        likes = " OR ".join(["events.text LIKE ? ESCAPE '\\'"] * len(spellings))
        conditions.append(f"({likes})")
        values += [f"%{_escaped(spelling)}%" for spelling in spellings]
    return " AND ".join(conditions), values


def _spellings(word: str) -> list[str]:
    """How a word may be written: of letters beyond ASCII, LIKE knows no other case."""
    if word.isascii():
        return [word]
    return list(dict.fromkeys((word, word.lower(), word.upper(), word.title())))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
