"""Durable events as rows of the table `events`, and back."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING, Any, assert_never

from twistchat.core.concerns import log_of
from twistchat.core.events import Durable, Said, TopicChanged, Whispered
from twistchat.core.names import fold
from twistchat.engine import Committed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

_folded = lru_cache(4096)(fold)

COLUMNS = "at, kind, user, who, folded, text, to_user, to_who"
"""What `row_of` makes, and `read_row` reads behind log name, epoch and number."""

_INSERT = f"INSERT INTO events (log, number, {COLUMNS}) VALUES "  # noqa: S608, constants
_ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

INSERT = _INSERT + _ROW
"""Writes an event: the log's id, its number, then what `row_of` makes."""

AT_ONCE = 32
"""Events that are written by one statement where there are so many. For each statement Python's
lock is given up and waited for, while the reactor may be busy."""

_INSERT_MANY = _INSERT + ", ".join([_ROW] * AT_ONCE)

SPOKEN = ("said", "did")
"""The kinds that a search looks through."""

WHISPERED = ("whispered", "whispered-did")
"""The kinds of private words."""

CHANGES = ("topic",)
"""The kinds that change a room: the last of each stands."""

KINDS = (*SPOKEN, *WHISPERED, *CHANGES)
"""All of them."""

Row = tuple[float, str, str, str, str, str, str | None, str | None]


def insert(database: sqlite3.Connection, rows: Sequence[tuple[int, int, *Row]]) -> None:
    """Write events, as `INSERT` does."""
    end = len(rows) - len(rows) % AT_ONCE
    for start in range(0, end, AT_ONCE):
        values = chain.from_iterable(rows[start : start + AT_ONCE])
        database.execute(_INSERT_MANY, tuple(values))
    database.executemany(INSERT, rows[end:])


def row_of(event: Durable) -> Row:
    """Make the row of an event, without its place.

    Raises:
        ValueError: it holds text that no UTF-8 can carry, or a time that is none.
    """
    match event:
        case Said():
            kind, text = ("did" if event.action else "said"), event.text
            to: tuple[str | None, str | None] = (None, None)
        case Whispered():
            kind, text = ("whispered-did" if event.action else "whispered"), event.text
            to = (event.to_user, event.to)
        case TopicChanged():
            kind, text, to = "topic", event.topic, (None, None)
        case _:
            assert_never(event)
    row = (event.at, kind, event.user, event.who, _folded(event.who), text, *to)
    if not text.isascii():
        text.encode()
    for name in (log_of(event), event.user, event.who, *to):
        if name is not None and not name.isascii():
            name.encode()
    if not isfinite(event.at):
        raise ValueError(f"{event.at} is no time")
    return row


def read_row(row: tuple[Any, ...]) -> Committed:
    """Read an event: the log's name and epoch, its number, then `COLUMNS`."""
    log, epoch, number, at, kind, user, who, _, text, to_user, to_who = row
    event: Durable
    match kind:
        case "said" | "did":
            event = Said(log, user, who, text, kind == "did", at)
        case "whispered" | "whispered-did":
            event = Whispered(user, who, to_user, to_who, text, kind == "whispered-did", at)
        case "topic":
            event = TopicChanged(log, user, who, text, at)
        case _:
            raise ValueError(f"an event of a kind that this version does not know: {kind!r}")
    return Committed(event, epoch, number)
