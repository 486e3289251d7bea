"""Whether a database has all its tables, and in each column what belongs there.

SQLite lets anything stand in any column, and does not look whether text is UTF-8. All else that
reads a database, a server's start among it, takes for granted what is looked at here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twistchat.archive.fields import LATEST
from twistchat.engine.keys import DIGEST

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

NUMBER = ("integer",)
TEXT = ("text",)
TEXT_OR_NONE = ("null", "text")
BYTES = ("blob",)
TIME = ("integer", "real")
TIME_OR_NONE = ("integer", "null", "real")

TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "logs": {
        "id": NUMBER, "name": TEXT, "epoch": TEXT, "first": NUMBER, "last": NUMBER,
        "ended": TIME_OR_NONE,
    },
    "events": {
        "id": NUMBER, "log": NUMBER, "number": NUMBER, "at": TIME, "kind": TEXT, "user": TEXT,
        "who": TEXT, "folded": TEXT, "text": TEXT, "to_user": TEXT_OR_NONE, "to_who": TEXT_OR_NONE,
        "until": TIME_OR_NONE,
    },
    "standing": {"log": NUMBER, "kind": TEXT, "subject": TEXT, "number": NUMBER},
    "audit": {
        "id": NUMBER, "log": TEXT, "epoch": TEXT, "number": NUMBER, "at": TIME, "kind": TEXT,
        "user": TEXT, "who": TEXT, "folded": TEXT, "text": TEXT, "to_user": TEXT_OR_NONE,
        "to_who": TEXT_OR_NONE, "until": TIME_OR_NONE,
    },
    "cursors": {"person": TEXT, "log": NUMBER, "number": NUMBER},
    "keys": {
        "owner": TEXT, "key": TEXT, "log": NUMBER, "epoch": TEXT, "number": NUMBER,
        "digest": BYTES, "at": TIME,
    },
    "remembered": {"person": TEXT, "text": TEXT, "until": TIME},
    "passwords": {"account": TEXT, "hash": TEXT},
    "facts": {"name": TEXT, "value": ("integer", "text")},
    "sqlite_sequence": {"name": TEXT, "seq": NUMBER},
}  # fmt: skip
"""The tables, their columns, and the types (as SQLite's `typeof` calls them) of what is in them."""

RULES = (
    ("events", f"NOT at BETWEEN 0 AND {LATEST}", "with a time that cannot be"),
    ("logs", f"NOT ended BETWEEN 0 AND {LATEST}", "with an end at a time that cannot be"),
    (
        "events",
        "(to_user IS NULL) != (to_who IS NULL) AND kind != 'erased'",
        "of which half says to whom",
    ),
    ("events", f"NOT until BETWEEN 0 AND {LATEST}", "with an end that cannot be"),
    ("audit", f"NOT at BETWEEN 0 AND {LATEST}", "with a time that cannot be"),
    ("audit", f"NOT until BETWEEN 0 AND {LATEST}", "with an end that cannot be"),
    ("facts", "name = 'indexed' AND typeof(value) != 'integer'", "(indexed) that is no number"),
    (
        "facts",
        "name = 'secret' AND (length(value) != 64 OR value GLOB '*[^0-9a-f]*')",
        "(secret) that is no 32 bytes",
    ),
    ("keys", f"NOT at BETWEEN 0 AND {LATEST}", "with a time that cannot be"),
    ("keys", f"length(digest) != {2 * DIGEST}", "with a digest of another length"),
)
"""What else holds of every row: a table, what is wrong, and how that is told."""


def misshapen(database: sqlite3.Connection) -> Iterator[str]:
    """Say what stands where it does not belong. All that is there can be read if nothing does."""
    there = {name for (name,) in database.execute("SELECT CAST(name AS BLOB) FROM sqlite_schema")}
    missing = [table for table in TABLES if table.encode() not in there]
    if missing:
        yield from (f"the table {table} is missing" for table in missing)
        return
    for table, columns in TABLES.items():
        for column, types in columns.items():
            marks = ", ".join("?" * len(types))
            count = _count(database, table, f"typeof({column}) NOT IN ({marks})", types)
            if count:
                yield f"{_rows(count, table)} with something else in {column} than belongs there"
    for table, wrong, told in RULES:
        count = _count(database, table, wrong)
        if count:
            yield f"{_rows(count, table)} {told}"
    for table in TABLES:
        count = _undecodable(database, table)
        if count:
            yield f"{_rows(count, table)} with text that is no UTF-8"


def _rows(count: int, table: str) -> str:
    return f"{count} {'row' if count == 1 else 'rows'} of the table {table}"


def _count(
    database: sqlite3.Connection, table: str, which: str, values: tuple[str, ...] = ()
) -> int:
    (count,) = database.execute(
        f"SELECT count(*) FROM {table} WHERE {which}",  # noqa: S608, constants
        values,
    ).fetchone()
    return int(count)


def _undecodable(database: sqlite3.Connection, table: str) -> int:
    """Count the rows whose text is no UTF-8. SQLite itself does not look."""
    columns = [column for column, types in TABLES[table].items() if "text" in types]
    before: Any = database.text_factory
    database.text_factory = bytes
    try:
        rows = database.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608, constants
        return sum(not _is_utf_8(row) for row in rows)
    finally:
        database.text_factory = before


def _is_utf_8(row: tuple[object, ...]) -> bool:
    try:
        for value in row:
            if isinstance(value, bytes):
                value.decode()
    except UnicodeDecodeError:
        return False
    return True
