"""The format `json`: a line for each thing, as it is written and as it is read.

    {"type": "export", "format": "twistchat", "version": 1}
    {"type": "log", "log": 1, "name": "#lobby", "first": 1, "last": 2}
    {"type": "topic", "log": 1, "number": 1, "at": 1763719080.5, "room": "#lobby", "user": ...}
    {"type": "said", "log": 1, "number": 2, "at": 1763719081.5, "room": "#lobby", "user": ...}
    {"type": "end", "events": 2}

docs/operating.md says what each field means.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twistchat.core.concerns import is_durable, log_of
from twistchat.core.names import may_be_name, may_be_room
from twistchat.core.text import clean
from twistchat.engine.sqlite.rows import WHISPERED, read_row, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twistchat.archive.selection import Selection
    from twistchat.core.events import Durable
    from twistchat.engine import Committed

FORMAT = "twistchat"
VERSION = 1

LATEST = 253_000_000_000.0
"""Seconds since 1970: a time in the year 9987. Calendars end soon after."""

LONGEST_NAME = 1024
"""Bytes of a name or an id: some hundred characters, and more than anybody can have."""

LONGEST_TEXT = 64 * 1024
"""Bytes of what was said: four times as much as a line may have."""


class RecordError(Exception):
    """A line is not as this format has it; the message says how."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A log begins, whose events are among those that follow."""

    log: int
    name: str
    first: int
    last: int
    ended: float | None


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event, with its place."""

    log: int
    number: int
    event: Durable


@dataclass(frozen=True, slots=True)
class EndRecord:
    """That is all."""

    events: int


Record = LogRecord | EventRecord | EndRecord

# ---------------------------------------------------------------- writing


def write(selection: Selection) -> Iterator[str]:
    """Write an export, a line at a time."""
    yield _line({"type": "export", "format": FORMAT, "version": VERSION})
    places: dict[int, int] = {}
    logs = sorted([*selection.logs, *selection.silent], key=lambda log: log.id)
    for place, log in enumerate(logs, 1):
        places[log.id] = place
        record = {
            "type": "log", "log": place, "name": log.name, "first": log.first, "last": log.last,
        }  # fmt: skip
        yield _line(record if log.ended is None else {**record, "ended": log.ended})
    for log, committed in selection.in_order():
        yield _line(_event_record(places[log.id], committed))
    yield _line({"type": "end", "events": selection.count})


def _event_record(place: int, committed: Committed) -> dict[str, Any]:
    event = committed.item
    assert is_durable(event)
    at, kind, user, who, _, text, to_user, to, _ = row_of(event)
    record = {"type": kind, "log": place, "number": committed.number, "at": at}
    if to_user is None:
        return {**record, "room": log_of(event), "user": user, "who": who, "text": text}
    return {**record, "user": user, "who": who, "to_user": to_user, "to": to, "text": text}


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


# ---------------------------------------------------------------- reading


def read_header(line: bytes) -> None:
    """Read the first line of an export.

    Raises:
        RecordError: it is none, or of a later version.
    """
    try:
        fields = _parse(line)
    except RecordError:
        fields = {}
    if fields.get("type") != "export" or fields.get("format") != FORMAT:
        raise RecordError("this is no export: it is made by twistchat export --format json")
    version = fields.get("version")
    if version != VERSION:
        raise RecordError(
            f"this export has version {str(version)[:40]}, and this twistchat reads {VERSION}:"
            " install a newer one"
        )


def read(line: bytes) -> Record:
    """Read any other line.

    Raises:
        RecordError: it is not as it should be.
    """
    fields = _parse(line)
    match fields.get("type"):
        case "export":
            raise RecordError("another export begins here: import one after the other")
        case "log":
            return _read_log(fields)
        case "end":
            return EndRecord(_number(fields, "events", least=0))
        case str():
            return _read_event(fields)
        case _:
            raise RecordError("type is missing")


def _read_log(fields: dict[str, Any]) -> LogRecord:
    name = _text(fields, "name")
    first, last = _number(fields, "first"), _number(fields, "last", 0)
    people = name[1:].split(",")
    if not (
        may_be_room(name)
        or (name[:1] == "@" and len(people) == 2 and all(people) and people == sorted(people))
    ):
        raise RecordError(f"{name[:40]!r} is no name of a room, nor of a private conversation")
    if first > last + 1:
        raise RecordError("first is greater than last")
    ended = _time(fields, "ended") if "ended" in fields else None
    return LogRecord(_number(fields, "log"), name, first, last, ended)


def _read_event(fields: dict[str, Any]) -> EventRecord:
    log, number, kind = _number(fields, "log"), _number(fields, "number"), fields["type"]
    who, text = _name(fields, "who"), _text(fields, "text", LONGEST_TEXT)
    room = to_user = to = None
    if "to_user" in fields:
        to_user, to = _id(fields, "to_user"), _name(fields, "to")
    else:
        room = _text(fields, "room")
    # As it stands in a database, which knows the kinds.
    row = (
        room, "", number, _time(fields, "at"), kind, _id(fields, "user"), who, "", clean(text),
        to_user, to,
    )  # fmt: skip
    try:
        event = read_row(row).item
    except ValueError as error:
        raise RecordError(f"{kind[:40]!r} is no type that this twistchat knows") from error
    assert is_durable(event)
    if (room is None) != (kind in WHISPERED):
        raise RecordError("a private word needs to_user and to, anything else a room")
    return EventRecord(log, number, event)


def _parse(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise RecordError("this is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise RecordError("this is no JSON") from error
    if not isinstance(fields, dict):
        raise RecordError("this is no JSON object")
    return fields


def _text(fields: dict[str, Any], name: str, longest: int = LONGEST_NAME) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise RecordError(f"{name} is missing, or no text")
    try:
        size = len(value.encode())
    except UnicodeEncodeError as error:
        raise RecordError(f"{name} has half a character in it (a surrogate)") from error
    if size > longest:  # before anybody normalises it, which may take long
        raise RecordError(f"{name} is longer than {longest} bytes")
    return value


def _name(fields: dict[str, Any], name: str) -> str:
    value = _text(fields, name)
    if not may_be_name(value):
        raise RecordError(f"{name} is {value[:40]!r}, which is no name: see /nick")
    return value


def _id(fields: dict[str, Any], name: str) -> str:
    value = _text(fields, name)
    if not value or "," in value or clean(value) != value:
        raise RecordError(f"{name} is {value[:40]!r}, which is no id")
    return value


def _number(fields: dict[str, Any], name: str, least: int = 1) -> int:
    value = fields.get(name)
    if type(value) is not int or not least <= value < 2**62:
        raise RecordError(f"{name} is missing, or no number from {least} on")
    return value


def _time(fields: dict[str, Any], name: str) -> float:
    value = fields.get(name)
    if not isinstance(value, int | float) or value is True or not 0 <= value < LATEST:
        raise RecordError(f"{name} is missing, or no time in seconds since 1970")
    return float(value)
