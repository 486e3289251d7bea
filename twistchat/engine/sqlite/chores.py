"""What is done beside writing, in small steps that stall nobody."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twistchat.engine.retention import Retention

STEP = 100
"""Events that are indexed or deleted in one transaction: some milliseconds of the writer's."""

LOGS = 200
"""Logs that are looked at in one step."""

PAGES = 100
"""Free pages that are given back to the system in one step."""

FREE = 1_000
"""Free pages that stay in the file: what is written next needs some."""

Step = Callable[[sqlite3.Connection], bool]
"""Does something inside a transaction; whether there is more to do."""

# ---------------------------------------------------------------- the search index


def make_index(database: sqlite3.Connection) -> bool:
    """Make the search index, where this SQLite has FTS5 and its trigrams. Whether it has.

    Trigrams find what stands anywhere in a word, and in Chinese, which has no blanks between
    words. The index refers to the table of events, and keeps no text itself.
    """
    try:
        database.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS search"
            " USING fts5(text, content='events', content_rowid='id', tokenize='trigram')"
        )
        database.execute("SELECT 1 FROM search LIMIT 0")
    except sqlite3.OperationalError as error:
        if "no such" in str(error) or "tokenizer" in str(error):
            return False
        raise
    return True


def indexed(database: sqlite3.Connection) -> int:
    """Tell the last event (its id) that the index has; later ones are looked at one by one."""
    row = database.execute("SELECT value FROM facts WHERE name = 'indexed'").fetchone()
    return int(row[0]) if row else 0


def index(database: sqlite3.Connection) -> bool:
    """Take the next events into the index."""
    done = indexed(database)
    (last,) = database.execute(
        "SELECT max(id) FROM (SELECT id FROM events WHERE id > ? ORDER BY id LIMIT ?)",
        (done, STEP),
    ).fetchone()
    if last is None:
        return False
    database.execute(
        "INSERT INTO search (rowid, text) SELECT id, text FROM events WHERE id > ? AND id <= ?",
        (done, last),
    )
    database.execute("INSERT OR REPLACE INTO facts VALUES ('indexed', ?)", (last,))
    return bool(last - done >= STEP)


# ---------------------------------------------------------------- retention


class Sweep:
    """Goes over all logs, again and again, and deletes what is no longer to be kept."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._done = 0
        """The last log (its id) that this round has been through with."""

    def step(self, database: sqlite3.Connection, now: float, *, is_indexed: bool) -> bool:
        """Delete some; whether this round goes on."""
        deleted = 0
        logs = database.execute(
            "SELECT id, name, first, last FROM logs WHERE id > ? AND first <= last"
            " ORDER BY id LIMIT ?",
            (self._done, LOGS),
        ).fetchall()
        for log, name, first, last in logs:
            rule = self._retention.rule_for(name)
            keep_from = first if rule.lines is None else max(first, last - rule.lines + 1)
            if rule.age is not None:
                young = _first_since(database, now - rule.age, log, first)
                keep_from = max(keep_from, min(young, last + 1))
            keep_from = min(keep_from, first + STEP - deleted)
            if keep_from > first:
                _delete(database, log, keep_from, is_indexed=is_indexed)
                deleted += keep_from - first
            if deleted >= STEP:
                return True
            self._done = log
        if len(logs) == LOGS:
            return True
        if self._retention.total is not None and _delete_beyond(
            database, self._retention.total, is_indexed=is_indexed
        ):
            return True
        self._done = 0
        return _tidy(database)


def _first_since(database: sqlite3.Connection, moment: float, log: int, first: int) -> int:
    """Find the first number of a log that is not older; no further than a step looks."""
    (young,) = database.execute(
        "SELECT min(number) FROM (SELECT number, at FROM events WHERE log = ? AND number >= ?"
        " ORDER BY number LIMIT ?) WHERE at >= ?",
        (log, first, STEP, moment),
    ).fetchone()
    return first + STEP if young is None else int(young)


def _delete_beyond(database: sqlite3.Connection, total: int, *, is_indexed: bool) -> bool:
    """Delete the oldest events of all, whatever their log, if there are more than `total`."""
    (kept,) = database.execute("SELECT sum(last - first + 1) FROM logs").fetchone()
    too_many = min((kept or 0) - total, STEP)
    if too_many <= 0:
        return False
    oldest = database.execute(
        "SELECT log, max(number) FROM (SELECT log, number FROM events"
        " JOIN logs ON logs.id = log WHERE number >= logs.first ORDER BY events.id LIMIT ?)"
        " GROUP BY log",
        (too_many,),
    ).fetchall()
    for log, last in oldest:
        _delete(database, log, last + 1, is_indexed=is_indexed)
    return True


def _delete(database: sqlite3.Connection, log: int, keep_from: int, *, is_indexed: bool) -> None:
    """Delete the events of a log below a number, but for those that still hold."""
    which = (
        "log = ? AND number < ?"
        " AND number NOT IN (SELECT number FROM standing WHERE standing.log = events.log)"
    )
    values = (log, keep_from)
    if is_indexed:
        database.execute(
            "INSERT INTO search (search, rowid, text) SELECT 'delete', id, text FROM events"  # noqa: S608, constants
            f" WHERE {which} AND id <= ?",
            (*values, indexed(database)),
        )
    database.execute(f"DELETE FROM events WHERE {which}", values)  # noqa: S608, constants
    database.execute("UPDATE logs SET first = ? WHERE id = ?", (keep_from, log))


def _tidy(database: sqlite3.Connection) -> bool:
    """Forget logs of which nothing is left, and give free pages back; whether there are more."""
    database.execute(
        "DELETE FROM logs WHERE first > last AND last > 0"
        " AND (ended IS NOT NULL OR name GLOB '@*')"
        " AND NOT EXISTS (SELECT 1 FROM cursors WHERE cursors.log = logs.id)"
    )
    (free,) = database.execute("PRAGMA freelist_count").fetchone()
    if free <= FREE:
        return False
    # One step of this pragma gives one page back: fetching drives it.
    database.execute(f"PRAGMA incremental_vacuum({PAGES})").fetchall()
    return True


# ---------------------------------------------------------------- the write-ahead log


def checkpoint(database: sqlite3.Connection) -> None:
    """Move what is committed into the database itself, as far as nobody has to wait for it."""
    database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
