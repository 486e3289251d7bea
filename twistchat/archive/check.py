"""What is wrong with a database. It is looked at as it is at one moment, and not changed."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twistchat.archive import deeds
from twistchat.archive.database import reading, snapshot
from twistchat.archive.shape import misshapen
from twistchat.archive.terminal import count as counted
from twistchat.archive.terminal import lines
from twistchat.core.concerns import SERVER_LOG
from twistchat.engine.sqlite import chores
from twistchat.engine.sqlite.rows import ABOUT, DECIDES, KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAULTS = 20
"""Faults of one kind that are told."""

SAMPLE = 100
"""Lines, of the first and of the last, that are looked for in the search index."""

LOGS = ("#", "@", SERVER_LOG)
"""How names of logs begin."""

REMEDY_INDEX = "an export that is imported into a new file makes it anew"


@dataclass(frozen=True, slots=True)
class Contents:
    """What there is in a database."""

    schema: int
    is_copy: bool
    size: int
    """Bytes, with what stands in the write-ahead log beside it."""
    rooms: int
    forgotten: int
    conversations: int
    lines: int
    oldest: float | None
    newest: float | None
    deeds: int
    """How many entries the audit log has."""
    indexed: int | None
    """How many lines are in the search index; None: there is none."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a check has found."""

    faults: tuple[str, ...]
    """A sentence each."""
    contents: Contents | None
    """None if the file is damaged: who knows what is in it."""


def check(path: Path) -> Report:
    """Look at all of a database.

    Raises:
        ArchiveError: it cannot be read.
        DatabaseError: it is no database of ours, or newer than this program.
    """
    with reading(path) as database, snapshot(database):
        damage = _damage(database) or tuple(misshapen(database))
        if damage:
            return Report(damage, None)
        faults = [fault for find in CHECKS for fault in find(database)]
        return Report(tuple(faults), _contents(database, path))


def _damage(database: sqlite3.Connection) -> tuple[str, ...]:
    """What SQLite says of the file itself."""
    try:
        rows = database.execute(f"PRAGMA integrity_check({FAULTS})").fetchall()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        return (str(error),)
    return tuple(
        line
        for (said,) in rows
        for line in said.splitlines()
        # Some versions would have to write for that.
        if line != "ok" and not line.startswith(("unable to validate", "*** in database"))
    )


def _relations(database: sqlite3.Connection) -> Iterator[str]:
    counts: dict[str, int] = {}
    for table, *_ in database.execute("PRAGMA foreign_key_check"):
        counts[table] = counts.get(table, 0) + 1
    for table, count in counts.items():
        yield f"{counted(count, 'row', 'rows')} of the table {table} with no log to belong to"


def _rows(database: sqlite3.Connection) -> Iterator[str]:
    """Events that cannot be read, and ids that would be given twice."""
    marks, about = ", ".join("?" * len(KINDS)), ", ".join("?" * len(ABOUT))
    for kind, count in database.execute(
        f"SELECT kind, count(*) FROM events WHERE kind NOT IN ({marks}) GROUP BY kind",  # noqa: S608, constants
        KINDS,
    ):
        yield f"{lines(count)} of a kind that this twistchat does not know: {kind!r}"
    (count,) = database.execute(
        f"SELECT count(*) FROM events WHERE (to_user IS NOT NULL) != (kind IN ({about}))",  # noqa: S608, constants
        ABOUT,
    ).fetchone()
    if count:
        yield f"{lines(count)} that are to or about somebody and do not say so, or the other way"
    (count,) = database.execute(
        "SELECT count(*) FROM events WHERE id >"
        " coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)"
    ).fetchone()
    if count:
        yield f"{lines(count)} with an id that would be given a second time"


def _numbers(database: sqlite3.Connection) -> Iterator[str]:
    """Logs that do not run from their first number to their last, each number once."""
    changes = ", ".join("?" * len(DECIDES))
    rows = database.execute(
        "SELECT name, first, last, count(events.id), coalesce(sum(number < first), 0),"  # noqa: S608, constants
        f" coalesce(sum(number < first AND kind NOT IN ({changes})), 0),"
        " coalesce(sum(number > last), 0)"
        " FROM logs LEFT JOIN events ON events.log = logs.id GROUP BY logs.id",
        tuple(DECIDES),
    )
    told = 0
    for name, first, last, count, below, lines_below, beyond in rows:
        kept = count - below - beyond
        if not 1 <= first <= last + 1 or not name.startswith(LOGS):
            fault = f"the log {name} runs from {first} to {last}, which cannot be"
        elif beyond:
            fault = f"{name} has {lines(beyond)} behind its last number, {last}"
        elif lines_below:
            fault = f"{name} has {lines(lines_below)} before its first number, {first}"
        elif kept != last - first + 1:
            fault = f"{name} has {lines(kept)} from {first} to {last}: some are missing"
        else:
            continue
        told += 1
        if told > FAULTS:
            yield "and other logs"
            return
        yield fault


def _keys(database: sqlite3.Connection) -> Iterator[str]:
    """Keys that lead to where nothing was ever said; of a log that is gone, nobody knows."""
    yield from (
        f"of {name} {counted(count, 'key leads', 'keys lead')} to where nothing was ever said"
        for name, count in database.execute(
            "SELECT name, count(*) FROM keys JOIN logs ON logs.id = keys.log"
            " WHERE keys.epoch != logs.epoch OR number < 1 OR number > last"
            " GROUP BY logs.id LIMIT ?",
            (FAULTS,),
        )
    )


# ---------------------------------------------------------------- the search index


def _has_index(database: sqlite3.Connection) -> bool:
    found = database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'search_docsize'")
    return found.fetchone() is not None


def _index(database: sqlite3.Connection) -> Iterator[str]:
    """Where the search index and the events differ."""
    done = chores.indexed(database)
    if not _has_index(database):
        if done:
            yield f"the search index is gone, which had events up to {done}: {REMEDY_INDEX}"
        return
    (newest,) = database.execute(
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)"
    ).fetchone()
    if done > newest:
        yield f"the search index is said to go up to {done}, and events to {newest}: {REMEDY_INDEX}"
    (missing,) = database.execute(
        "SELECT count(*) FROM events WHERE id <= ? AND id NOT IN (SELECT id FROM search_docsize)",
        (done,),
    ).fetchone()
    (more,) = database.execute(
        "SELECT count(*) FROM search_docsize WHERE id > ? OR id NOT IN (SELECT id FROM events)",
        (done,),
    ).fetchone()
    if missing or more:
        yield f"the search index lacks {lines(missing)}, and has {more} too many: {REMEDY_INDEX}"
        return
    samples = _samples(database, done)
    try:
        lost = sum(not _finds(database, *row) for row in samples.items())
    except sqlite3.OperationalError as error:
        # Without FTS5 or its trigrams, this SQLite cannot look anything up.
        if "no such module" in str(error) or "tokenizer" in str(error):
            return
        raise
    if lost:
        yield f"the search index does not find {lines(lost)} that it has: {REMEDY_INDEX}"


def _samples(database: sqlite3.Connection, done: int) -> dict[int, str]:
    """Choose lines, by their ids."""
    samples: dict[int, str] = {}
    for order in ("ASC", "DESC"):
        samples |= database.execute(
            f"SELECT id, text FROM events WHERE id <= ? ORDER BY id {order} LIMIT ?",  # noqa: S608, constants
            (done, SAMPLE),
        ).fetchall()
    return samples


def _finds(database: sqlite3.Connection, number: int, text: str) -> bool:
    words = text[:50].replace('"', '""')
    if len(text) < 3:  # trigrams begin here
        return True
    found = database.execute(
        "SELECT 1 FROM search WHERE search MATCH ? AND rowid = ?", (f'"{words}"', number)
    )
    return found.fetchone() is not None


CHECKS = (
    _relations, _rows, deeds.unreadable, _numbers, deeds.standing, deeds.audit, _keys, _index,
)  # fmt: skip
"""What is looked at, in a file that is not damaged."""

# ---------------------------------------------------------------- what there is


def _contents(database: sqlite3.Connection, path: Path) -> Contents:
    (schema,) = database.execute("PRAGMA user_version").fetchone()
    size = path.stat().st_size
    with suppress(OSError):
        size += path.with_name(path.name + "-wal").stat().st_size
    rooms, forgotten, conversations = database.execute(
        "SELECT coalesce(sum(name GLOB '#*' AND ended IS NULL), 0),"
        " coalesce(sum(name GLOB '#*' AND ended IS NOT NULL), 0),"
        " coalesce(sum(name GLOB '@*'), 0) FROM logs"
    ).fetchone()
    count, oldest, newest = database.execute(
        "SELECT count(*), min(at), max(at) FROM events"
    ).fetchone()
    copy = database.execute("SELECT 1 FROM facts WHERE name = 'copy'").fetchone()
    (entries,) = database.execute("SELECT count(*) FROM audit").fetchone()
    indexed = None
    if _has_index(database):
        (indexed,) = database.execute("SELECT count(*) FROM search_docsize").fetchone()
    return Contents(
        schema, copy is not None, size, rooms, forgotten, conversations, count, oldest, newest,
        entries, indexed,
    )  # fmt: skip
