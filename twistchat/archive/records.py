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

from twistchat.archive import belongings
from twistchat.archive.belongings import Belonging
from twistchat.archive.fields import (
    RecordError,
    id_of,
    name_of,
    number_of,
    parsed,
    text_of,
    time_of,
)
from twistchat.core.concerns import SERVER_LOG, is_audited, is_durable, log_of
from twistchat.core.events import AccountSet, Deleted, RulesChanged
from twistchat.core.law import ADDRESS, Deed, RoomRules
from twistchat.core.names import may_be_room
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

    from twistchat.archive.selection import Selected
    from twistchat.core.events import Durable
    from twistchat.engine import Committed

FORMAT = "twistchat"
VERSION = 2
"""Of what is written. Version 1 had no deeds in it, and no audit log."""

VERSION_OF_EVERYTHING = 3
"""Of what is written where belongings are in it, and the keys of rooms."""

READABLE = (1, VERSION, VERSION_OF_EVERYTHING)

DEEDS = frozenset(deed.value for deed in Deed)

TO_WHOM = "a private word needs to_user and to, anything else a room"

LONGEST_TEXT = 64 * 1024
"""Bytes of what was said: four times as much as a line may have."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A log begins, whose events are among those that follow."""

    log: int
    name: str
    first: int
    last: int
    ended: float | None
    epoch: str = ""
    """Under which its numbers were told; empty: that is not said."""


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
    belongings: int


Record = LogRecord | EventRecord | AuditRecord | Belonging | EndRecord

# ---------------------------------------------------------------- writing


def write(selection: Selected) -> Iterator[str]:
    """Write an export, a line at a time."""
    everything = selection.has_everything
    version = VERSION_OF_EVERYTHING if everything else VERSION
    yield _line({"type": "export", "format": FORMAT, "version": version})
    places: dict[int, int] = {}
    logs = sorted([*selection.logs, *selection.silent], key=lambda log: log.id)
    for place, log in enumerate(logs, 1):
        places[log.id] = place
        record = {
            "type": "log", "log": place, "name": log.name, "first": log.first, "last": log.last,
        }  # fmt: skip
        if log.ended is not None:
            record["ended"] = log.ended
        yield _line({**record, "epoch": log.epoch} if everything else record)
    for log, committed in selection.in_order():
        at = {"log": places[log.id], "number": committed.number}
        yield _line(_event_record(at, committed, with_key=everything))
    entries = 0
    for entry in selection.audit():
        committed = entry.committed
        put = {"name": entry.log, "epoch": committed.epoch, "number": committed.number}
        yield _line({"type": "audit", **put, "event": _event_record({}, committed)})
        entries += 1
    end = {"type": "end", "events": selection.count, "audit": entries}
    if everything:
        others = 0
        for belonging in selection.belongings():
            yield _line(belongings.record_of(belonging, places))
            others += 1
        end["belongings"] = others
    yield _line(end)


def _event_record(
    place: dict[str, Any], committed: Committed, *, with_key: bool = False
) -> dict[str, Any]:
    event = committed.item
    if isinstance(event, RulesChanged) and not with_key:
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


def read_header(line: bytes) -> int:
    """Read the first line of an export; returns the version.

    Raises:
        RecordError: it is none, or of a later version.
    """
    try:
        fields = parsed(line)
    except RecordError:
        fields = {}
    if fields.get("type") != "export" or fields.get("format") != FORMAT:
        raise RecordError("this is no export: it is made by twistchat export --format json")
    version = fields.get("version")
    if version not in READABLE:
        raise RecordError(
            f"this export has version {str(version)[:40]}, and this twistchat reads {READABLE[-1]}:"
            " install a newer one"
        )
    return int(version)


def read(line: bytes, version: int = VERSION) -> Record:
    """Read any other line.

    Raises:
        RecordError: it is not as it should be.
    """
    fields = parsed(line)
    match fields.get("type"):
        case "export":
            raise RecordError("another export begins here: import one after the other")
        case "log":
            return _read_log(fields)
        case "end":
            audit = number_of(fields, "audit", least=0) if "audit" in fields else 0
            others = number_of(fields, "belongings", least=0) if "belongings" in fields else 0
            return EndRecord(number_of(fields, "events", least=0), audit, others)
        case "audit":
            return _read_entry(fields)
        case str() as kind if version >= VERSION_OF_EVERYTHING and kind in belongings.KINDS:
            return belongings.read(fields)
        case str():
            log, number = number_of(fields, "log"), number_of(fields, "number")
            with_key = version >= VERSION_OF_EVERYTHING
            return EventRecord(log, number, _read_event(fields, with_key=with_key))
        case _:
            raise RecordError("type is missing")


def _read_log(fields: dict[str, Any]) -> LogRecord:
    name = text_of(fields, "name")
    first, last = number_of(fields, "first"), number_of(fields, "last", 0)
    people = name[1:].split(",")
    if not (
        may_be_room(name)
        or name == SERVER_LOG
        or (name[:1] == "@" and len(people) == 2 and all(people) and people == sorted(people))
    ):
        raise RecordError(f"{name[:40]!r} is no name of a room, nor of a private conversation")
    if first > last + 1:
        raise RecordError("first is greater than last")
    ended = time_of(fields, "ended") if "ended" in fields else None
    if ended is not None and name == SERVER_LOG:
        raise RecordError(f"{SERVER_LOG} never ends")
    epoch = id_of(fields, "epoch") if "epoch" in fields else ""
    return LogRecord(number_of(fields, "log"), name, first, last, ended, epoch)


def _read_entry(fields: dict[str, Any]) -> AuditRecord:
    name, about = text_of(fields, "name"), fields.get("event")
    if not isinstance(about, dict) or not isinstance(about.get("type"), str):
        raise RecordError("event is missing, or says no type")
    event = _read_event(about)
    if not is_audited(event):
        raise RecordError(f"the audit log has no {about['type'][:40]!r}")
    if log_of(event) != name:
        raise RecordError(f"this is of {log_of(event)}, and not of {name[:40]}")
    return AuditRecord(name, text_of(fields, "epoch"), number_of(fields, "number"), event)


def _read_event(fields: dict[str, Any], *, with_key: bool = False) -> Durable:
    kind, who = fields["type"], name_of(fields, "who")
    # As it stands in a database, which knows the kinds.
    row = (
        _log_of(fields), "", 0, time_of(fields, "at"), kind, id_of(fields, "user"), who, "",
        _text_of(fields), *_to(fields), time_of(fields, "until") if "until" in fields else None,
    )  # fmt: skip
    try:
        event = read_row(row).item
    except ValueError as error:
        if kind in KINDS:
            raise RecordError(f"{kind} cannot be so: {str(error)[:100]}") from error
        raise RecordError(f"{kind[:40]!r} is no type that this twistchat knows") from error
    assert is_durable(event)
    return _checked(event, with_key=with_key)


def _log_of(fields: dict[str, Any]) -> str | None:
    """Find in which log an event is; None for private words, which say so themselves."""
    kind = fields["type"]
    if kind in (*WHISPERED, TAGGED[1]):
        if "to_user" not in fields:
            raise RecordError(TO_WHOM)
        return None
    if kind == "account" or (kind in DEEDS and "room" not in fields):
        return SERVER_LOG
    return text_of(fields, "room")


def _text_of(fields: dict[str, Any]) -> str:
    """Read what stands in one column: what was said, or other fields."""
    kind = fields["type"]
    if kind == ERASED:
        return ""
    if kind not in FIELDS:
        return clean(text_of(fields, "text", LONGEST_TEXT))
    names = ("rules", "changed", "deed", "account", "line", "words")
    return as_text({name: fields[name] for name in names if name in fields})


def _to(fields: dict[str, Any]) -> tuple[str | None, str | None]:
    """Read to whom or about whom it is; for what is erased, by whom."""
    kind = fields["type"]
    if kind == ERASED:
        return None, name_of(fields, "by")
    if kind not in ABOUT:
        if "to_user" in fields and kind in KINDS:
            raise RecordError(TO_WHOM)
        return None, None
    if kind in DEEDS and fields.get("to_user") == "":
        return "", _pattern(fields)
    to_user = id_of(fields, "to_user")
    return to_user, _pattern(fields) if to_user == ADDRESS else name_of(fields, "to")


def _pattern(fields: dict[str, Any]) -> str:
    """Read a pattern of names, or an address."""
    pattern = text_of(fields, "to")
    if not pattern or clean(pattern) != pattern:
        raise RecordError(f"to is {pattern[:40]!r}, which is neither a name nor an address")
    return pattern


def _checked(event: Durable, *, with_key: bool) -> Durable:
    """See that there is nothing in an event that nobody could have done."""
    match event:
        case RulesChanged():
            if not set(event.changed) <= set(RoomRules.__slots__):
                raise RecordError("changed names rules that there are not")
            return event if with_key else replace(event, rules=without_key(event.rules))
        case Deleted():
            if not 0 < event.number < 2**62:
                raise RecordError("line is no number")
            return replace(event, words=clean(event.words))
        case AccountSet():
            account = event.account
            name_of({"name": account.name}, "name")
            id_of({"id": account.id}, "id")
            time_of({"since": account.since}, "since")
        case _:
            pass
    return event
