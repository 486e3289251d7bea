"""The database's file: made for its owner alone, opened, locked, looked at without touching it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from twistchat.engine.sqlite.faults import DatabaseError, DatabaseInUseError, explain

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_ID = 0x7477_6368
"""What the file says in its header that it is: `twch` (SQLite file format, section 1.3.16)."""

BUSY = 3.0
"""Seconds that are waited for another program's lock: less than a line may wait to be kept."""

CHECKPOINT = 20_000
"""Pages in the write-ahead log from which a commit moves them into the database itself.

That is 80 MB, and does not happen as long as the side worker gets to do it (`chores.py`).
"""


class Durability(StrEnum):
    """What a commit waits for."""

    FULL = "full"
    """For the disk: nothing is lost when the power fails."""
    FAST = "fast"
    """For the system: what a killed process has told is kept, but a power failure may lose the
    last moments."""

    @property
    def synchronous(self) -> str:
        """What SQLite calls it."""
        return "FULL" if self is Durability.FULL else "NORMAL"


class WriterLock:
    """Held by the one program that may write to a database; it ends with the process.

    It is an empty SQLite database beside the file, locked exclusively: SQLite knows how to lock
    on every system, and nothing is left behind that must be cleaned up after a crash.
    """

    def __init__(self, path: Path) -> None:
        self._database = path
        self._connection: sqlite3.Connection | None = None

    def take(self) -> None:
        """Take it.

        Raises:
            DatabaseInUseError: another program has it.
            DatabaseError: it cannot be made.
        """
        path = lock_of(self._database)
        try:
            make_private(path)
            connection = sqlite3.connect(
                path, timeout=0, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.Error:
                connection.close()
                raise
        except OSError as error:
            raise DatabaseError(f"cannot make {path}: {error.strerror}") from error
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY:
                raise DatabaseInUseError(
                    f"{self._database} is in use by another server or program: stop that, or choose"
                    " another file"
                ) from error
            raise DatabaseError(f"cannot lock {path}: {explain(error)}") from error
        self._connection = connection

    def release(self) -> None:
        """Let go of it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, *error: object) -> None:
        self.release()


def lock_of(path: Path) -> Path:
    """Find the file by which a database is locked: one for all names that the database has."""
    path = path.resolve()
    return path.with_name(path.name + ".lock")


class SameFile:
    """Watches that a path still leads to the file that was opened first.

    Else, with what stands beside it, two databases would be mixed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity: tuple[int, int] | None = None

    def check(self) -> None:
        """See that it does.

        Raises:
            DatabaseError: it does not; the message says what to do.
        """
        try:
            found = os.stat(self._path)  # noqa: PTH116, for its speed: it is asked for each batch
        except OSError as error:
            if self._identity is None:
                return  # it is still to be made
            raise DatabaseError(
                f"{self._path} is gone ({error.strerror}): put it back, or start the server again"
            ) from error
        identity = (found.st_dev, found.st_ino)
        if self._identity not in (None, identity):
            raise DatabaseError(
                f"{self._path} was replaced by another file: put it back, or start the server again"
            )

    def opened(self) -> None:
        """Take note of the file that was opened first."""
        found = self._path.stat()
        self._identity = (found.st_dev, found.st_ino)


def make_private(path: Path) -> None:
    """Make an empty file that its owner alone may read, if there is none.

    SQLite gives the files that it makes beside it the same mode.
    """
    with suppress(FileExistsError):
        # What a link leads to, since SQLite would make that as everybody may read it.
        os.close(os.open(path.resolve(), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def connect(path: Path, *, durability: Durability = Durability.FULL) -> sqlite3.Connection:
    """Open a database for writing, in WAL mode; it is made if there is none.

    Raises:
        DatabaseError: it cannot be opened.
    """
    try:
        make_private(path)
    except OSError as error:
        raise DatabaseError(f"cannot make {path}: {error.strerror}") from error
    connection = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
    try:
        if not path.stat().st_size:
            # Before the first table is made: pages of deleted events can be given back bit by bit.
            # In one step with the id: wherever the process is killed, the file is known as ours.
            connection.executescript(
                "BEGIN; PRAGMA auto_vacuum = INCREMENTAL;"
                f" PRAGMA application_id = {APPLICATION_ID}; COMMIT;"
            )
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute(f"PRAGMA synchronous = {durability.synchronous}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
        connection.execute("PRAGMA journal_size_limit = 16777216")
        # What retention deletes is overwritten. (In the search index only when that is merged.)
        connection.execute("PRAGMA secure_delete = ON")
    except sqlite3.Error as error:
        connection.close()
        raise DatabaseError(f"cannot open {path}: {explain(error)}") from error
    if mode != "wal":
        connection.close()
        raise DatabaseError(
            f"cannot open {path}: its disk has no shared memory (WAL); choose another"
        )
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a database that is there, beside whoever writes to it, and change nothing in it.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    # Not read-only for SQLite: a reader of a write-ahead log shares memory with the writer.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True, timeout=BUSY, isolation_level=None, check_same_thread=False,
    )  # fmt: skip
    connection.execute("PRAGMA query_only = ON")
    return connection


def header_version(path: Path) -> int | None:
    """Read the schema's version from a file's header, without opening it as a database.

    Returns None where there is no database yet; 0 is one whose schema is not in the file itself,
    since the server was killed at its first start.

    Raises:
        DatabaseError: it cannot be read, or is something else.
    """
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DatabaseError(f"cannot read {path}: {error.strerror}") from error
    if not header:
        return None
    # SQLite file format, section 1.3: the magic string, the user version, the application id.
    application = int.from_bytes(header[68:72], "big")
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise DatabaseError(f"{path} is no database of twistchat's: choose another file")
    if application != APPLICATION_ID:
        raise DatabaseError(f"{path} is another program's database: choose another file")
    return int.from_bytes(header[60:64], "big")
