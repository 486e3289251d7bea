"""What is kept, read beside the servers: from a database by SQLite alone, or from a Redis."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.e2e.views import Spoken

if TYPE_CHECKING:
    from pathlib import Path

    import redis


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
    """All texts, in the order in which they were written, whatever their room; none, where only
    the order of each room is kept."""

    def texts(self) -> list[str]:
        """List all that was said, room by room."""
        return [event.text for log in self.logs.values() for event in log.events]


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


def read_redis(client: redis.Redis, prefix: str = "twistchat:") -> Record:
    """Read a Redis that nodes may be using: each room is read in one step."""
    record = Record()
    names = (n if isinstance(n, str) else n.decode() for n in client.hkeys(f"{prefix}stands"))
    for name in sorted(names):
        if not name.startswith("#"):
            continue
        with client.pipeline() as pipeline:
            pipeline.hget(f"{prefix}stands", name)
            pipeline.xrange(f"{prefix}events:{name}")
            stands, entries = pipeline.execute()
        epoch, last, _ = stands.decode().split(" ")
        log = record.logs[name] = Log(epoch, int(last))
        for id_, fields in entries:
            log.numbers.append(int(id_.partition(b"-")[0]))
            log.events.append(_spoken(name, json.loads(fields[b"e"])))
    return record


def _spoken(room: str, event: dict[str, Any]) -> Spoken:
    """Read an event as the database calls it."""
    match event:
        case {"kind": "topic-changed", "topic": text}:
            kind = "topic"
        case {"kind": kind, "text": text}:
            kind = "did" if event.get("action") else kind
        case {"kind": kind}:
            text = ""
    return Spoken(room, event["who"], kind, text)


def integrity(path: Path) -> str:
    """Let SQLite check the file: `ok`, or what is wrong with it."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("PRAGMA integrity_check").fetchall()
    return "\n".join(row[0] for row in rows)
