"""A database that is opened to be read, beside whoever writes to it, or why it cannot be."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from twistchat.archive import ArchiveError
from twistchat.engine.choice import SQLiteChoice, read_choice
from twistchat.engine.sqlite.faults import explain
from twistchat.engine.sqlite.file import APPLICATION_ID, connect_to_read, header_version
from twistchat.engine.sqlite.migrate import newest_version, refuse_newer

if TYPE_CHECKING:
    from collections.abc import Iterator


def locate(text: str) -> Path:
    """Read which database is meant: a path, or what a server takes as its engine.

    Raises:
        ArchiveError: it names no file.
    """
    if text.startswith(("sqlite:", "memory:")):
        try:
            engine = read_choice(text)
        except ValueError as error:
            raise ArchiveError(str(error)) from error
        if not isinstance(engine, SQLiteChoice):
            raise ArchiveError("the memory engine has no file: a server keeps one with sqlite:PATH")
        text = engine.path
    if not text or "\0" in text:
        raise ArchiveError("--db names no file: write --db PATH")
    return Path(text)


@contextmanager
def reading(path: Path, *, older: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a database that is there, and change nothing in it.

    `older` takes one, too, that this program's server would first bring to its own schema.

    Raises:
        ArchiveError: it cannot be read, then or while it is open.
        DatabaseError: it is something else, or of a newer version.
    """
    try:
        if path.is_dir():
            raise ArchiveError(f"{path} is a folder: name the file in it with --db")
        if not path.exists():
            raise ArchiveError(f"there is no database {path}: name it with --db PATH")
    except PermissionError as error:
        raise ArchiveError(
            f"no right to look at {path}: run this as the user who runs the server"
        ) from error
    except OSError as error:
        raise ArchiveError(f"cannot read {path}: {error.strerror}") from error
    if not os.access(path, os.R_OK):
        raise ArchiveError(f"no right to read {path}: run this as the user who runs the server")
    header_version(path)
    try:
        database = connect_to_read(path)
        try:
            _refuse_unknown(database, path, older=older)
            yield database
        finally:
            database.close()
    except sqlite3.Error as error:
        raise ArchiveError(_explained(path, error)) from error


def _refuse_unknown(database: sqlite3.Connection, path: Path, *, older: bool) -> None:
    """Look again: what the header says may not be the last word, since a log stands beside it."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (application,) = database.execute("PRAGMA application_id").fetchone()
    if not version and not application:
        raise ArchiveError(f"{path} is empty: no server has used it yet")
    if application != APPLICATION_ID:
        raise ArchiveError(f"{path} is another program's database: name another with --db PATH")
    refuse_newer(path, version)
    if version < newest_version() and not older:
        raise ArchiveError(
            f"{path} was written by an older twistchat (schema {version}, this one reads"
            f" {newest_version()}): start the server with it once, which brings it up to date"
        )


def _explained(path: Path, error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) and not (
        os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    ):
        # Who reads shares memory with who writes: a file beside the database.
        return (
            f"no right to write beside {path}, as reading it needs:"
            " run this as the user who runs the server"
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return f"{path} is damaged ({error}): stop the server, and restore a backup"
    return f"cannot read {path}: {explain(error)}"


@contextmanager
def snapshot(database: sqlite3.Connection) -> Iterator[None]:
    """See one state of the database, whatever is written meanwhile.

    As long as this goes on, the write-ahead log cannot be emptied: never wait for anybody in it.
    """
    database.execute("BEGIN")
    try:
        yield
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")
