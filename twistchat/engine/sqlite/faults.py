"""What SQLite reports, as sentences for the operator."""

from __future__ import annotations

import sqlite3

from twistchat.engine.groupcommit import MaybeKeptError


class DatabaseError(Exception):
    """The database cannot be used as it should be; the message is a sentence for the operator."""


class DatabaseInUseError(DatabaseError):
    """Another program writes to the database."""


class UnknownOutcomeError(DatabaseError, MaybeKeptError):
    """A transaction may have been kept, or may not."""


_SENTENCES = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it may only be read: its file, its folder or its disk is read-only",
    sqlite3.SQLITE_PERM: "there is no right to use the file",
    sqlite3.SQLITE_BUSY: "another program has locked it for too long",
    sqlite3.SQLITE_LOCKED: "another program has locked it for too long",
    sqlite3.SQLITE_IOERR: "its disk does not work",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: `twistchat db check` says how; restore a backup",
    sqlite3.SQLITE_NOTADB: "the file is no database, or is damaged",
}

_DOUBTFUL = (
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CONSTRAINT,  # numbers that are taken: somebody else has written
)


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def explain(error: sqlite3.Error) -> str:
    """Say what an error means for the operator, with SQLite's own words where those say more."""
    sentence = _SENTENCES.get(_code(error))
    if sentence is None or _code(error) in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        return f"{sentence or 'it failed'} ({name}: {error})"
    return sentence


def is_doubtful(error: sqlite3.Error) -> bool:
    """Whether a connection that has met this error is better opened anew."""
    return _code(error) in _DOUBTFUL


def may_be_kept(error: sqlite3.Error) -> bool:
    """Whether a commit that ended with this error may be found on the disk all the same."""
    return _code(error) == sqlite3.SQLITE_IOERR
