"""Whether in a database holds what should, and whether an account is given of all that was done."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from twistchat.archive.terminal import count as counted
from twistchat.core.concerns import is_durable, stands_as
from twistchat.core.events import Moderated
from twistchat.engine.sqlite.deeds import is_over
from twistchat.engine.sqlite.rows import AUDITED, COLUMNS, DECIDES, FIELDS, read_row

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from twistchat.core.events import Durable

FAULTS = 20
"""Faults of one kind that are told."""

TRIGGERS = ("audit_unchanged", "audit_undeleted", "audit_unreplaced")
"""What keeps the audit log as it is."""

_EVENT = f"epoch, events.number, {COLUMNS.replace('kind', 'events.kind')}"


def _of_kinds(kinds: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{kind}'" for kind in kinds) + ")"


def _read(row: Sequence[Any]) -> Durable | None:
    """Read an event; None if that cannot be."""
    try:
        item = read_row(tuple(row)).item
    except ValueError:
        return None
    assert is_durable(item)
    return item


def unreadable(database: sqlite3.Connection) -> Iterator[str]:
    """Find events and entries whose fields nobody can read."""
    kinds = _of_kinds(FIELDS)
    for table, columns in (
        ("events", f"name, {_EVENT} FROM events JOIN logs ON logs.id = log"),
        ("audit", f"log, epoch, number, {COLUMNS} FROM audit AS events"),
    ):
        rows = database.execute(f"SELECT {columns} WHERE events.kind IN {kinds}")
        count = sum(_read(row) is None for row in rows)
        if count:
            rows_of = counted(count, "row", "rows")
            yield f"{rows_of} of the table {table} with fields that cannot be read"


def standing(database: sqlite3.Connection) -> Iterator[str]:
    """Find topics, bans and their like that are not the last that was decided."""
    yield from islice(chain(_standing_for_nothing(database), _not_standing(database)), FAULTS)


def _standing_for_nothing(database: sqlite3.Connection) -> Iterator[str]:
    rows = database.execute(
        f"SELECT standing.kind, subject, standing.number, name, {_EVENT} FROM standing"  # noqa: S608, constants
        " JOIN logs ON logs.id = standing.log"
        " LEFT JOIN events ON events.log = standing.log AND events.number = standing.number"
    )
    for kind, subject, number, *row in rows:
        event = None if row[2] is None else _read(row)
        if event is None or stands_as(event) != (kind, subject):
            yield f"of {row[0]} the {kind} number {number} should hold, and there is none"


def _not_standing(database: sqlite3.Connection) -> Iterator[str]:
    latest: dict[tuple[str, str, str], tuple[int, Durable]] = {}
    for row in database.execute(
        f"SELECT name, {_EVENT} FROM events JOIN logs ON logs.id = log"  # noqa: S608, constants
        f" WHERE ended IS NULL AND events.kind IN {_of_kinds(tuple(DECIDES))}"
        " ORDER BY log, events.number"
    ):
        event = _read(row)
        decides = None if event is None else stands_as(event)
        if event is not None and decides is not None:
            latest[row[0], *decides] = (row[2], event)
    there: Mapping[tuple[str, str, str], int] = {
        (name, kind, subject): number
        for name, kind, subject, number in database.execute(
            "SELECT name, kind, subject, number FROM standing JOIN logs ON logs.id = log"
            " WHERE ended IS NULL"
        )
    }
    for place, (number, event) in latest.items():
        holds = there.get(place)
        if holds != number and not (holds is None and _may_be_over(event)):
            yield (
                f"of {place[0]} the {place[1]} number {number} should hold,"
                f" and {holds or 'none'} does"
            )


def _may_be_over(event: Durable) -> bool:
    """Whether a server may have found, by its clock, that it need not stand any more."""
    lasts = isinstance(event, Moderated) and event.until is not None
    return lasts or is_over(event, 0.0)


def audit(database: sqlite3.Connection) -> Iterator[str]:
    """Find out whether the audit log is whole, and has all that it should."""
    names = {name for (name,) in database.execute("SELECT name FROM sqlite_schema")}
    if not names.issuperset(TRIGGERS):
        yield "nothing keeps the audit log from being changed any more"
    count, last = database.execute("SELECT count(*), coalesce(max(id), 0) FROM audit").fetchone()
    (given,) = database.execute(
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0)"
    ).fetchone()
    missing = max(last, given) - count
    if missing:
        entries = counted(missing, "entry of the audit log is", "entries of the audit log are")
        yield f"{entries} missing"
    (unknown,) = database.execute(
        f"SELECT count(*) FROM audit WHERE kind NOT IN {_of_kinds(AUDITED)}"  # noqa: S608, constants
    ).fetchone()
    if unknown:
        yield f"{counted(unknown, 'entry', 'entries')} of the audit log of an unknown kind"
    (lacking,) = database.execute(
        "SELECT count(*) FROM events JOIN logs ON logs.id = events.log"  # noqa: S608, constants
        f" WHERE events.kind IN {_of_kinds(AUDITED)} AND NOT EXISTS (SELECT 1 FROM audit"
        " WHERE audit.log = name AND audit.at = events.at AND audit.kind = events.kind"
        " AND audit.user = events.user AND audit.to_user IS events.to_user)"
    ).fetchone()
    if lacking:
        yield f"{counted(lacking, 'deed', 'deeds')} of which the audit log gives no account"
