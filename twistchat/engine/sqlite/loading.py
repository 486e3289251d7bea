"""What a start begins with: the epochs that may go on, the logs of the rooms, what still holds."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from twistchat.core.concerns import SERVER_LOG
from twistchat.engine import Stamp
from twistchat.engine.sqlite import passing
from twistchat.engine.sqlite.file import Durability
from twistchat.engine.sqlite.rows import COLUMNS, read_row

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from twistchat.engine import Committed


class Loaded(NamedTuple):
    """What a start begins with."""

    events: Sequence[Committed]
    """Those that still hold, and the last of each room, in the order in which they happened."""
    stands: dict[str, Stamp]
    """Where the log of each room stands, and the server's."""
    is_behind: bool
    """Whether there are events that the search index does not have."""
    lines: int
    """How many are kept in all."""
    is_anew: bool
    """Whether new epochs have begun."""
    secret: bytes
    """See `Engine.secret`."""


@dataclass(slots=True)
class Log:
    """A log, as its row has it."""

    id: int
    epoch: str
    last: int


def new_epoch() -> str:
    """Make an epoch that no log had before."""
    return secrets.token_hex(4)


def boot_id() -> str:
    """Tell which run of the machine this is; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def begin_epochs(database: sqlite3.Connection, durability: Durability) -> bool:
    """Begin new epochs where numbers that were told may stand for nothing in this file.

    That is so if it was a backup, and if the machine has failed under a writer that did not wait
    for the disk. Returns whether it was so.
    """
    facts = dict(database.execute("SELECT name, value FROM facts"))
    unsynced, boot = facts.get("unsynced"), boot_id()
    # What is written here is on the disk before anything is told that may not be.
    database.execute("PRAGMA synchronous = FULL")
    database.execute("BEGIN IMMEDIATE")
    is_anew = "copy" in facts or (unsynced is not None and (not boot or unsynced != boot))
    if is_anew:
        ids = database.execute("SELECT id FROM logs WHERE ended IS NULL").fetchall()
        database.executemany(
            "UPDATE logs SET epoch = ? WHERE id = ?", [(new_epoch(), log) for (log,) in ids]
        )
        passing.follow_epochs(database)
    database.execute("INSERT OR IGNORE INTO facts VALUES ('secret', ?)", (secrets.token_hex(32),))
    database.execute("DELETE FROM facts WHERE name IN ('copy', 'unsynced')")
    if durability is Durability.FAST:
        database.execute("INSERT INTO facts VALUES ('unsynced', ?)", (boot,))
    database.execute("COMMIT")
    database.execute(f"PRAGMA synchronous = {durability.synchronous}")
    return is_anew


def secret_of(database: sqlite3.Connection) -> bytes:
    """Read the secret, which `begin_epochs` has made if there was none."""
    (digits,) = database.execute("SELECT value FROM facts WHERE name = 'secret'").fetchone()
    return bytes.fromhex(digits)


def count_lines(database: sqlite3.Connection) -> int:
    """Count what is kept of rooms and of private words, by where the logs begin and end."""
    (lines,) = database.execute(
        "SELECT sum(last - first + 1) FROM logs WHERE name != ?", (SERVER_LOG,)
    ).fetchone()
    return lines or 0


def stands(database: sqlite3.Connection) -> dict[str, Stamp]:
    """Tell where the logs of all rooms stand that are not forgotten, and the server's."""
    return {
        name: Stamp(epoch, last)
        for name, epoch, last in database.execute(
            "SELECT name, epoch, last FROM logs WHERE ended IS NULL AND name NOT GLOB '@*'"
        )
    }


def what_holds(database: sqlite3.Connection) -> list[Committed]:
    """Read the events that a start begins with."""
    columns = f"events.id, name, epoch, events.number, {COLUMNS.replace('kind', 'events.kind')}"
    rows = database.execute(
        f"SELECT {columns} FROM logs JOIN events ON log = logs.id AND number = last"  # noqa: S608, constants
        " WHERE ended IS NULL AND name GLOB '#*'"
        # A CROSS JOIN goes from left to right: otherwise SQLite would look through all events.
        f" UNION SELECT {columns} FROM standing CROSS JOIN logs ON logs.id = standing.log"
        " CROSS JOIN events ON events.log = logs.id AND events.number = standing.number"
        " WHERE ended IS NULL ORDER BY 1"
    )
    return [read_row(row[1:]) for row in rows]
