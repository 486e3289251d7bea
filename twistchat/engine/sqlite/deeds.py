"""What moderators and operators do: what of it holds, what it deletes, and the account of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twistchat.core.accounts import Standing
from twistchat.core.concerns import SERVER_LOG, is_audited, is_durable, log_of, stands_as
from twistchat.core.events import AccountSet, Deleted, Moderated, RulesChanged
from twistchat.core.law import Deed
from twistchat.core.rules import without_key
from twistchat.engine.retention import rule_of
from twistchat.engine.sqlite import chores
from twistchat.engine.sqlite.rows import COLUMNS, ERASED, SPOKEN, TAGGED, Row, row_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from twistchat.core.events import Durable
    from twistchat.engine import Committed, Stamp
    from twistchat.engine.retention import Rule
    from twistchat.engine.sqlite.loading import Log

LIFTS = frozenset({Deed.UNMUTE, Deed.UNBAN, Deed.DEOP, Deed.DEVOICE, Deed.UNEXEMPT, Deed.DISALLOW})
"""Deeds behind which nothing is left to hold."""

ERASABLE = (*SPOKEN, TAGGED[0])
"""The kinds of what can be deleted: whatever people in a room, or their programs, were told."""

STAND = "INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?)"
"""Lets an event stand: the log's id, what it decides, about whom, its number."""

AUDIT = (
    f"INSERT INTO audit (log, epoch, number, {COLUMNS})"  # noqa: S608, constants
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
"""Writes an entry of the audit log: the log's name, its epoch, the number, what `row_of` makes."""

Placed = tuple[int, int, float, str, str, str, str, str, str | None, str | None, float | None]
"""The row of an event, behind its log's id and its number."""


class Deeds:
    """The deeds of one transaction, of which most have none."""

    __slots__ = ("_audit", "_database", "_is_indexed", "_standing", "has_erased", "own")

    def __init__(self, database: sqlite3.Connection, *, is_indexed: bool) -> None:
        self._database = database
        self._is_indexed = is_indexed
        self._standing: list[tuple[int, str, str, int]] = []
        self._audit: list[tuple[Any, ...]] = []
        self.own: dict[str, Rule] = {}
        """By room, what it is to keep of itself from now on."""
        self.has_erased = False
        """Whether there are words that were in the search index, and are deleted."""

    def note(self, event: Durable, log: Log, columns: Row) -> None:
        """Take note of what an event decides, which is put at the end of a log."""
        decides = stands_as(event)
        if decides is not None:
            self._standing.append((log.id, *decides, log.last))
        if is_audited(event):
            if isinstance(event, RulesChanged):
                self.own[event.room] = rule_of(event.rules)
            self._audit.append(audit_row(event, log.epoch, log.last, columns))

    def erase(self, event: Deleted, log: Log, waiting: list[Placed]) -> bool:
        """Delete what was said under a number; whether there was anything.

        `waiting` are rows of the same transaction that are still to be written.
        """
        if not 0 < event.number <= log.last:  # no number that SQLite cannot take
            return False
        for index, row in enumerate(waiting):
            if row[:2] == (log.id, event.number):
                place, number, at, kind, user, who, folded, *_ = row
                if kind not in ERASABLE:
                    return False
                gone = (place, number, at, ERASED, user, who, folded, "", None, event.who, None)
                waiting[index] = gone
                return True
        found = self._database.execute(
            "SELECT id, kind, text FROM events WHERE log = ? AND number = ?", (log.id, event.number)
        ).fetchone()
        if found is None or found[1] not in ERASABLE:
            return False
        place, kind, text = found
        self._database.execute(
            "UPDATE events SET kind = ?, text = '', to_who = ? WHERE id = ?",
            (ERASED, event.who, place),
        )
        if self._is_indexed and kind in SPOKEN:
            self.has_erased |= chores.forget_text(self._database, place, text)
        return True

    def write(self) -> None:
        """Write what was noted, with its events."""
        if self._standing:
            self._database.executemany(STAND, self._standing)
        if self._audit:
            self._database.executemany(AUDIT, self._audit)


def audit_row(event: Durable, epoch: str, number: int, columns: Row) -> tuple[Any, ...]:
    """Make the row of an entry in the audit log."""
    if isinstance(event, RulesChanged) and event.rules.key:
        columns = row_of(replace(event, rules=without_key(event.rules)))
    return (log_of(event), epoch, number, *columns)


def is_over(event: Durable, now: float) -> bool:
    """Whether what an event decides is nothing any more: it is lifted, or its time is over.

    A clock may be ahead: so its time is not over before it is so for long.
    """
    match event:
        case Moderated():
            return event.deed in LIFTS or (
                event.until is not None and event.until < now - chores.DAY
            )
        case AccountSet():
            return event.account.standing is Standing.DELETED
        case _:
            return False


def prune(
    database: sqlite3.Connection,
    loaded: Sequence[Committed],
    stands: Mapping[str, Stamp],
    now: float,
) -> Sequence[Committed]:
    """Let no longer stand what is over; returns the others of what was loaded.

    Whatever is the last of a room is not left out: that tells that there is such a room.
    """
    over = [each for each in loaded if is_durable(each.item) and is_over(each.item, now)]
    if not over:
        return loaded
    database.execute("BEGIN IMMEDIATE")
    database.executemany(
        "DELETE FROM standing WHERE number = ? AND log ="
        " (SELECT id FROM logs WHERE name = ? AND ended IS NULL)",
        [(each.number, log_of(each.item)) for each in over],
    )
    database.execute("COMMIT")
    left_out = {
        each
        for each in over
        if (log := log_of(each.item)) == SERVER_LOG or stands[log or ""].number != each.number
    }
    return [each for each in loaded if each not in left_out]


def own_rules(holds: Sequence[Committed]) -> dict[str, Rule]:
    """Find what rooms are to keep of themselves."""
    return {c.item.room: rule_of(c.item.rules) for c in holds if isinstance(c.item, RulesChanged)}
