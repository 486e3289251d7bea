"""What a database has kept, read beside the server by SQLite alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.e2e.views import Spoken

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class Log:
    """The log of one room: its events from the first on, as they are numbered."""

    epoch: str
    last: int
    """The number that it says its last event has."""
    numbers: list[int] = field(default_factory=list)
    events: list[Spoken] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """All logs, by room."""

    logs: dict[str, Log] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    """All texts, in the order in which they were written, whatever their room."""


def read_record(path: Path) -> Record:
    """Read a database that a server may be using."""
    record = Record()
    by_id = {}
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        database.execute("BEGIN")
        for number, room, epoch, last in database.execute(
            "SELECT id, name, epoch, last FROM logs WHERE ended IS NULL"
        ):
            by_id[number] = room
            record.logs[room] = Log(epoch, last)
        for log, number, who, kind, text in database.execute(
            "SELECT log, number, who, kind, text FROM events ORDER BY id"
        ):
            room = by_id[log]
            record.logs[room].numbers.append(number)
            record.logs[room].events.append(Spoken(room, who, kind, text))
            record.order.append(text)
    return record


def integrity(path: Path) -> str:
    """Let SQLite check the file: `ok`, or what is wrong with it."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("PRAGMA integrity_check").fetchall()
    return "\n".join(row[0] for row in rows)
