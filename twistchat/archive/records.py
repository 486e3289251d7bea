"""The format `json`: a line for each thing, as it is written and as it is read.

    {"type": "export", "format": "twistchat", "version": 2}
    {"type": "log", "log": 1, "name": "#lobby", "first": 1, "last": 2}
    {"type": "topic", "log": 1, "number": 1, "at": 1763719080.5, "room": "#lobby", "user": ...}
    {"type": "said", "log": 1, "number": 2, "at": 1763719081.5, "room": "#lobby", "user": ...}
    {"type": "end", "events": 2, "audit": 0}

docs/operating.md says what each field means.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from twistchat.core.concerns import SERVER_LOG, is_audited, is_durable, log_of
from twistchat.core.events import AccountSet, Deleted, RulesChanged
from twistchat.core.law import ADDRESS, Deed, RoomRules
from twistchat.core.names import may_be_name, may_be_room
from twistchat.core.rules import without_key
from twistchat.core.text import clean
from twistchat.engine.fields import as_text, from_text
from twistchat.engine.sqlite.rows import (
    ABOUT,
    ERASED,
    FIELDS,
    KINDS,
    TAGGED,
    WHISPERED,
    read_row,
    row_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twistchat.archive.selection import Selection
    from twistchat.core.events import Durable
    from twistchat.engine import Committed

FORMAT = "twistchat"
VERSION = 2
"""Of what is written. Version 1 had no deeds in it, and no audit log."""

READABLE = (1, 2)

DEEDS = frozenset(deed.value for deed in Deed)

TO_WHOM = "a private word needs to_user and to, anything else a room"

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
class AuditRecord:
    """An entry of the audit log: a deed, and where it was put then."""

    name: str
    epoch: str
    number: int
    event: Durable


@dataclass(frozen=True, slots=True)
class EndRecord:
    """That is all."""

    events: int
    audit: int


Record = LogRecord | EventRecord | AuditRecord | EndRecord

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
        at = {"log": places[log.id], "number": committed.number}
        yield _line(_event_record(at, committed))
    entries = 0
    for entry in selection.audit():
        committed = entry.committed
        put = {"name": entry.log, "epoch": committed.epoch, "number": committed.number}
        yield _line({"type": "audit", **put, "event": _event_record({}, committed)})
        entries += 1
    yield _line({"type": "end", "events": selection.count, "audit": entries})


def _event_record(place: dict[str, Any], committed: Committed) -> dict[str, Any]:
    event = committed.item
    if isinstance(event, RulesChanged):
        event = replace(event, rules=without_key(event.rules))
    assert is_durable(event)
    at, kind, user, who, _, text, to_user, to, until = row_of(event)
    log = log_of(event) or ""
    record = {
        "type": kind,
        **place,
        "at": at,
        "room": log if log.startswith("#") else None,
        "user": user,
        "who": who,
        "to_user": to_user,
        "to": to if kind != ERASED else None,
        "until": until,
    }
    record = {name: value for name, value in record.items() if value is not None}
    if kind == ERASED:
        return {**record, "by": to}
    return {**record, **from_text(text)} if kind in FIELDS else {**record, "text": text}


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
    if version not in READABLE:
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
            audit = _number(fields, "audit", least=0) if "audit" in fields else 0
            return EndRecord(_number(fields, "events", least=0), audit)
        case "audit":
            return _read_entry(fields)
        case str():
            log, number = _number(fields, "log"), _number(fields, "number")
            return EventRecord(log, number, _read_event(fields))
        case _:
            raise RecordError("type is missing")


def _read_log(fields: dict[str, Any]) -> LogRecord:
    name = _text(fields, "name")
    first, last = _number(fields, "first"), _number(fields, "last", 0)
    people = name[1:].split(",")
    if not (
        may_be_room(name)
        or name == SERVER_LOG
        or (name[:1] == "@" and len(people) == 2 and all(people) and people == sorted(people))
    ):
        raise RecordError(f"{name[:40]!r} is no name of a room, nor of a private conversation")
    if first > last + 1:
        raise RecordError("first is greater than last")
    ended = _time(fields, "ended") if "ended" in fields else None
    if ended is not None and name == SERVER_LOG:
        raise RecordError(f"{SERVER_LOG} never ends")
    return LogRecord(_number(fields, "log"), name, first, last, ended)


def _read_entry(fields: dict[str, Any]) -> AuditRecord:
    name, about = _text(fields, "name"), fields.get("event")
    if not isinstance(about, dict) or not isinstance(about.get("type"), str):
        raise RecordError("event is missing, or says no type")
    event = _read_event(about)
    if not is_audited(event):
        raise RecordError(f"the audit log has no {about['type'][:40]!r}")
    if log_of(event) != name:
        raise RecordError(f"this is of {log_of(event)}, and not of {name[:40]}")
    return AuditRecord(name, _text(fields, "epoch"), _number(fields, "number"), event)


def _read_event(fields: dict[str, Any]) -> Durable:
    kind, who = fields["type"], _name(fields, "who")
    # As it stands in a database, which knows the kinds.
    row = (
        _log_of(fields), "", 0, _time(fields, "at"), kind, _id(fields, "user"), who, "",
        _text_of(fields), *_to(fields), _time(fields, "until") if "until" in fields else None,
    )  # fmt: skip
    try:
        event = read_row(row).item
    except ValueError as error:
        if kind in KINDS:
            raise RecordError(f"{kind} cannot be so: {str(error)[:100]}") from error
        raise RecordError(f"{kind[:40]!r} is no type that this twistchat knows") from error
    assert is_durable(event)
    return _checked(event)


def _log_of(fields: dict[str, Any]) -> str | None:
    """Find in which log an event is; None for private words, which say so themselves."""
    kind = fields["type"]
    if kind in (*WHISPERED, TAGGED[1]):
        if "to_user" not in fields:
            raise RecordError(TO_WHOM)
        return None
    if kind == "account" or (kind in DEEDS and "room" not in fields):
        return SERVER_LOG
    return _text(fields, "room")


def _text_of(fields: dict[str, Any]) -> str:
    """Read what stands in one column: what was said, or other fields."""
    kind = fields["type"]
    if kind == ERASED:
        return ""
    if kind not in FIELDS:
        return clean(_text(fields, "text", LONGEST_TEXT))
    names = ("rules", "changed", "deed", "account", "line", "words")
    return as_text({name: fields[name] for name in names if name in fields})


def _to(fields: dict[str, Any]) -> tuple[str | None, str | None]:
    """Read to whom or about whom it is; for what is erased, by whom."""
    kind = fields["type"]
    if kind == ERASED:
        return None, _name(fields, "by")
    if kind not in ABOUT:
        if "to_user" in fields and kind in KINDS:
            raise RecordError(TO_WHOM)
        return None, None
    if kind in DEEDS and fields.get("to_user") == "":
        return "", _pattern(fields)
    to_user = _id(fields, "to_user")
    return to_user, _pattern(fields) if to_user == ADDRESS else _name(fields, "to")


def _pattern(fields: dict[str, Any]) -> str:
    """Read a pattern of names, or an address."""
    pattern = _text(fields, "to")
    if not pattern or clean(pattern) != pattern:
        raise RecordError(f"to is {pattern[:40]!r}, which is neither a name nor an address")
    return pattern


def _checked(event: Durable) -> Durable:
    """See that there is nothing in an event that nobody could have done."""
    match event:
        case RulesChanged():
            if not set(event.changed) <= set(RoomRules.__slots__):
                raise RecordError("changed names rules that there are not")
            return replace(event, rules=without_key(event.rules))
        case Deleted():
            if not 0 < event.number < 2**62:
                raise RecordError("line is no number")
            return replace(event, words=clean(event.words))
        case AccountSet():
            account = event.account
            _name({"name": account.name}, "name")
            _id({"id": account.id}, "id")
            _time({"since": account.since}, "since")
        case _:
            pass
    return event


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
