"""The schema: numbered files, applied in order."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from twistchat.engine.sqlite.faults import DatabaseError, explain
from twistchat.engine.sqlite.file import APPLICATION_ID

SCHEMA = Path(__file__).parent / "schema"
"""Where the files are: `1.sql`, `2.sql` …"""


def newest_version(schema: Path = SCHEMA) -> int:
    """Tell the version of the schema that this program writes."""
    return max(int(file.stem) for file in schema.glob("*.sql"))


def refuse_newer(path: Path, version: int, schema: Path = SCHEMA) -> None:
    """Refuse a database of a later version of the program.

    Raises:
        DatabaseError: it is one.
    """
    newest = newest_version(schema)
    if version > newest:
        raise DatabaseError(
            f"{path} was written by a newer twistchat (schema {version}, this one knows {newest}):"
            " install that, or choose another file"
        )


def migrate(connection: sqlite3.Connection, path: Path, schema: Path = SCHEMA) -> None:
    """Bring a database to the newest schema; if it is older, a copy of it is made first.

    Raises:
        DatabaseError: it is no database of ours, is newer than the program, or cannot be changed.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and (tables or version or application):
        raise DatabaseError(f"{path} is another program's database: choose another file")
    refuse_newer(path, version, schema)
    newest = newest_version(schema)
    if 0 < version < newest:
        _keep_copy(connection, path, version)
    for number in range(version + 1, newest + 1):
        _apply(connection, path, number, (schema / f"{number}.sql").read_text("utf-8"))


def _apply(connection: sqlite3.Connection, path: Path, number: int, script: str) -> None:
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}\n"
            f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {number};\nCOMMIT;"
        )
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.rollback()
        raise DatabaseError(
            f"{path} could not be brought to schema {number}: {explain(error)}"
        ) from error


def _keep_copy(connection: sqlite3.Connection, path: Path, version: int) -> None:
    date = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    copy = path.with_name(f"{path.name}.schema-{version}.{date}")
    try:
        copy_database(connection, copy)
    except (OSError, sqlite3.Error) as error:
        copy.unlink(missing_ok=True)
        why = explain(error) if isinstance(error, sqlite3.Error) else error.strerror
        raise DatabaseError(f"cannot copy {path} before changing its schema: {why}") from error


def copy_database(source: sqlite3.Connection, path: Path) -> None:
    """Write a consistent copy of a database, which may be in use, to a new file.

    The copy knows that it is one. It is on the disk when this returns.

    Raises:
        OSError: there is something already, or it cannot be written.
        sqlite3.Error: the same, or the source cannot be read.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    copy = sqlite3.connect(path, isolation_level=None)
    try:
        # All pages in one step: a step ends where another program commits, and would begin anew.
        source.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        (version,) = copy.execute("PRAGMA user_version").fetchone()
        if version:
            copy.execute("INSERT OR REPLACE INTO facts VALUES ('copy', 1)")
    finally:
        copy.close()
