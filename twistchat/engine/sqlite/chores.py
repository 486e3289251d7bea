"""What is done beside writing, in small steps that stall nobody."""

from __future__ import annotations

import math
import sqlite3
from typing import TYPE_CHECKING

from twistchat.core.concerns import SERVER_LOG
from twistchat.engine.retention import KEEP, stricter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twistchat.engine.retention import Retention, Rule

STEP = 100
"""Events that are indexed or deleted in one transaction: some milliseconds of the writer's."""

STEP_TEXT = 20_000
"""Characters of them, in all: long ones take longer."""

LOGS = 200
"""Logs that are looked at in one step."""

PAGES = 100
"""Free pages that are given back to the system in one step."""

DAY = 86_400.0
"""Seconds by which a clock may be ahead and not be wrong."""

HOUR = 3_600.0
"""Seconds between two times that deleted words are merged out of the search index."""

MERGED = 200
"""Pages of the search index that are merged in one step."""

FREE = 1_000
"""Free pages that stay in the file: what is written next needs some."""

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


def is_behind(database: sqlite3.Connection) -> bool:
    """Whether there are events that the index does not have."""
    (last,) = database.execute("SELECT max(id) FROM events").fetchone()
    return bool((last or 0) > indexed(database))


def index(database: sqlite3.Connection) -> bool:
    """Take the next events into the index."""
    done = indexed(database)
    rows = database.execute(
        "SELECT id, length(text) FROM events WHERE id > ? ORDER BY id LIMIT ?", (done, STEP)
    ).fetchall()
    if not rows:
        return False
    count = _as_many_as_fit((length for _, length in rows), STEP_TEXT)
    last = rows[count - 1][0]
    database.execute(
        "INSERT INTO search (rowid, text) SELECT id, text FROM events WHERE id > ? AND id <= ?",
        (done, last),
    )
    database.execute("INSERT OR REPLACE INTO facts VALUES ('indexed', ?)", (last,))
    return len(rows) == STEP or count < len(rows)


def forget_text(database: sqlite3.Connection, event: int, text: str) -> bool:
    """Let the index know no text of an event (its id) any more; whether it knew any.

    It only notes that, until it is merged (see `_purge`).
    """
    if event > indexed(database):
        return False
    database.execute(
        "INSERT INTO search (search, rowid, text) VALUES ('delete', ?, ?)", (event, text)
    )
    database.execute("INSERT INTO search (rowid, text) VALUES (?, '')", (event,))
    database.execute("INSERT OR REPLACE INTO facts VALUES ('erased', 1)")
    return True


def has_erased(database: sqlite3.Connection) -> bool:
    """Whether the index may have traces of deleted words."""
    row = database.execute("SELECT 1 FROM facts WHERE name = 'erased'").fetchone()
    return row is not None


def _as_many_as_fit(lengths: Iterable[int], room: int) -> int:
    """Count the events that one step takes, by their lengths: one at least."""
    count = size = 0
    for length in lengths:
        size += length
        if count and size > room:
            break
        count += 1
    return count


# ---------------------------------------------------------------- retention


class Sweep:
    """Goes over all logs, again and again, and deletes what is no longer to be kept.

    `own` are the rules that rooms have of themselves, by their names; they may change.
    """

    def __init__(self, retention: Retention, own: Mapping[str, Rule]) -> None:
        self._retention = retention
        self._own = own
        self._done = 0
        """The last log (its id) that this round has been through with."""
        self._are_events_done = self._are_logs_done = False
        self._are_traces_left = False
        self._is_purging = False
        self._purged = -math.inf
        self.has_erased = False
        """Whether words that somebody has deleted may have left traces in the search index."""

    def step(self, database: sqlite3.Connection, now: float, *, is_indexed: bool) -> bool:
        """Delete some; whether this round goes on."""
        if not self._are_events_done:
            before = database.total_changes
            self._are_events_done = not self._delete_some(database, now, is_indexed=is_indexed)
            self._are_traces_left |= is_indexed and database.total_changes > before
            return True
        if is_indexed and self._is_to_be_purged(now):
            is_first = not self._is_purging
            self._is_purging = self._are_traces_left = _purge(database, is_first=is_first)
            self.has_erased &= not is_first  # what is deleted from now on is for the next time
            if not self._is_purging:
                self._purged = now
                if not self.has_erased:
                    database.execute("DELETE FROM facts WHERE name = 'erased'")
            return True
        if not self._are_logs_done:
            self._are_logs_done = not _forget_logs(database)
            return True
        if _give_back(database):
            return True
        self._done = 0
        self._are_events_done = self._are_logs_done = False
        return False

    def _is_to_be_purged(self, now: float) -> bool:
        since = abs(now - self._purged)
        return (
            self._is_purging
            or (self.has_erased and since >= HOUR)
            or (self._are_traces_left and since >= DAY)
        )

    def _delete_some(self, database: sqlite3.Connection, now: float, *, is_indexed: bool) -> bool:
        logs = database.execute(
            "SELECT id, name, first, last, ended FROM logs WHERE id > ? AND first <= last"
            " AND name != ? ORDER BY id LIMIT ?",
            (self._done, SERVER_LOG, LOGS),
        ).fetchall()
        events, text = STEP, STEP_TEXT
        for log, name, first, last, ended in logs:
            own = self._own.get(name, KEEP) if ended is None else KEEP  # it is another room's now
            rule = stricter(self._retention.rule_for(name), own)
            keep_from = first if rule.lines is None else max(first, last - rule.lines + 1)
            if rule.age is not None:
                keep_from = max(keep_from, _young_from(database, now, rule.age, log, first))
            if keep_from > first:
                rows = database.execute(
                    "SELECT number, length(text) FROM events"
                    " WHERE log = ? AND number >= ? AND number < ? ORDER BY number LIMIT ?",
                    (log, first, keep_from, events),
                ).fetchall()
                count = _as_many_as_fit((length for _, length in rows), text)
                if count < len(rows):
                    keep_from = rows[count - 1][0] + 1
                elif len(rows) == events:
                    keep_from = rows[-1][0] + 1
                delete(database, log, keep_from, is_indexed=is_indexed)
                events -= count
                text -= sum(length for _, length in rows[:count])
                if events <= 0 or text <= 0 or count < len(rows):
                    return True
            self._done = log
        if len(logs) == LOGS:
            return True
        total = self._retention.total
        return total is not None and _delete_beyond(database, total, is_indexed=is_indexed)


def _young_from(database: sqlite3.Connection, now: float, age: float, log: int, first: int) -> int:
    """Find the first number of a log that is young enough; no further than a step looks.

    A time in the future (a clock went wrong) is not young, if what is behind it is too old.
    """
    (keep_from,) = database.execute(
        "WITH ahead AS (SELECT number, at FROM events WHERE log = :log AND number >= :first"
        " ORDER BY number LIMIT :step)"
        " SELECT max(number) + 1 FROM ahead WHERE at < :old AND number < coalesce("
        "(SELECT min(number) FROM ahead WHERE at BETWEEN :old AND :future), :first + :step)",
        {"log": log, "first": first, "step": STEP, "old": now - age, "future": now + DAY},
    ).fetchone()
    return first if keep_from is None else int(keep_from)


def _delete_beyond(database: sqlite3.Connection, total: int, *, is_indexed: bool) -> bool:
    """Delete the oldest events of all, whatever their log, if there are more than `total`."""
    (kept,) = database.execute(
        "SELECT sum(last - first + 1) FROM logs WHERE name != ?", (SERVER_LOG,)
    ).fetchone()
    too_many = min((kept or 0) - total, STEP)
    if too_many <= 0:
        return False
    oldest = database.execute(
        "SELECT log, number, length(text) FROM events JOIN logs ON logs.id = log"
        " WHERE number >= logs.first AND name != ? ORDER BY events.id LIMIT ?",
        (SERVER_LOG, too_many),
    ).fetchall()
    if not oldest:  # fewer than their logs say: somebody has taken some away
        return False
    count = _as_many_as_fit((length for *_, length in oldest), STEP_TEXT)
    for log, last in {log: number for log, number, _ in oldest[:count]}.items():
        delete(database, log, last + 1, is_indexed=is_indexed)
    return True


def delete(database: sqlite3.Connection, log: int, keep_from: int, *, is_indexed: bool) -> None:
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


def let_go(database: sqlite3.Connection, log: int, first: int, *, is_indexed: bool) -> None:
    """Let nothing hold any more in a log that has ended, nor anybody go on reading there."""
    database.execute("DELETE FROM standing WHERE log = ?", (log,))
    database.execute("DELETE FROM cursors WHERE log = ?", (log,))
    delete(database, log, first, is_indexed=is_indexed)  # it was kept longer than the rest


def _purge(database: sqlite3.Connection, *, is_first: bool) -> bool:
    """Take what was deleted out of the index, by merging all of it bit by bit; whether to go on.

    FTS5 only notes what is deleted, until that is merged (SQLite's documentation of FTS5,
    section 6.8: a negative number begins to merge all into one, positive ones go on).
    """
    before = database.total_changes
    pages = -MERGED if is_first else MERGED
    database.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (pages,))
    return database.total_changes - before >= 2


def _forget_logs(database: sqlite3.Connection) -> bool:
    """Forget logs of which nothing is left; whether there may be more."""
    gone = database.execute(
        "DELETE FROM logs WHERE id IN (SELECT id FROM logs WHERE first > last AND last > 0"
        " AND (ended IS NOT NULL OR name GLOB '@*')"
        " AND NOT EXISTS (SELECT 1 FROM cursors WHERE cursors.log = logs.id) LIMIT ?)",
        (LOGS,),
    ).rowcount
    return bool(gone == LOGS)


def _give_back(database: sqlite3.Connection) -> bool:
    """Give free pages back to the system; whether there are more."""
    (free,) = database.execute("PRAGMA freelist_count").fetchone()
    if free <= FREE:
        return False
    for _ in range(PAGES):  # one at a time: given a number, some versions of Python stop at one
        database.execute("PRAGMA incremental_vacuum(1)").fetchall()
    (left,) = database.execute("PRAGMA freelist_count").fetchone()
    return bool(left < free)


# ---------------------------------------------------------------- the write-ahead log


def checkpoint(database: sqlite3.Connection) -> None:
    """Move what is committed into the database itself, as far as nobody has to wait for it."""
    database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
