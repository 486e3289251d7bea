"""What moderators do, and what holds in rooms, as lines; a part of `showing.py`, for its length."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twistchat.client import events as e
from twistchat.client import sentences_moderation as s
from twistchat.client.sentences import length
from twistchat.core.durations import read_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import tzinfo

    from twistchat.client.errors import RefusedError
    from twistchat.frontends.jsonlines.codec import Object

EVERYWHERE = "#*"
LOBBY = "#lobby"

PUT_OUT = frozenset({"kicked", "banned"})
"""Causes of those who were made to leave."""

LASTING = frozenset({"mute", "ban", "exempt", "allow"})
"""Deeds that hold until a time, or for good."""

Deed = e.Moderated | e.Rules | e.Deleted | e.Erased


def deed(event: Deed, zone: tzinfo | None) -> str:
    """Say what a moderator did; of what was deleted, that it was."""
    match event:
        case e.Moderated():
            return _moderated(event, zone)
        case e.Rules():
            rules = ", ".join(_rules(event.rules, event.changed))
            return s.RULES_CHANGED.format(who=event.who, room=event.room, rules=rules)
        case e.Deleted():
            template = s.DELETED_HERE if event.room == LOBBY else s.DELETED
            words = why(event.words)
            return template.format(who=event.who, line=event.line, room=event.room, why=words)
        case e.Erased():
            return s.ERASED.format(who=event.who)


def _moderated(event: e.Moderated, zone: tzinfo | None) -> str:
    place = s.THE_CHAT if event.room == EVERYWHERE else event.room
    template = s.MUTED_IN.get(event.room, {}).get(event.deed)
    template = template or s.DEEDS.get(event.deed, s.OTHER_DEED)
    end = until(event.until, event.time, zone) if event.deed in LASTING else ""
    return template.format(
        who=event.who, to=event.to, deed=event.deed, place=place, until=end, why=why(event.words)
    )


def until(end: float | None, since: float, zone: tzinfo | None) -> str:
    """Say until when something holds; with its date, if that is another day."""
    if end is None:
        return s.FOR_GOOD
    try:
        begins, ends = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (since, end))
    except (OverflowError, OSError, ValueError):  # a server may say anything
        return s.FOR_GOOD
    is_today = begins.date() == ends.date()
    return s.UNTIL.format(time=ends.strftime("%H:%M" if is_today else "%Y-%m-%d %H:%M"))


def why(words: str) -> str:
    """Say why, if anything was said of that."""
    return s.WHY.format(words=words) if words else ""


def put_out(event: e.Left | e.Departed) -> str:
    """Say that somebody was made to leave."""
    if isinstance(event, e.Left):
        return s.PUT_OUT_OF.format(who=event.who, room=event.room)
    return s.PUT_OUT.format(who=event.who, why=why(event.words))


def account(event: e.Account) -> str:
    """Say what was done about an account."""
    if event.deed == "role" and event.role == "operator":
        return s.IS_OPERATOR.format(name=event.name)
    return s.ACCOUNTS.get(event.deed, "").format(name=event.name)


# ---------------------------------------------------------------- answers


def rules(told: Object) -> list[str]:
    """Show how a room is used, and who moderates it."""
    room, values = told.get("room"), told.get("rules")
    values = values if isinstance(values, dict) else {}
    found = ", ".join(_rules(values, [name for name, value in values.items() if value]))
    lines = [s.RULES.format(room=room, rules=found) if found else s.NO_RULES.format(room=room)]
    if told.get("founder"):
        lines.append(s.FOUNDER.format(room=room, name=told["founder"]))
    for template, field in ((s.MODERATORS, "moderators"), (s.VOICED, "voiced")):
        names = told.get(field)
        if isinstance(names, list) and names:
            lines.append(template.format(room=room, names=", ".join(map(str, names))))
    return lines


def _rules(values: Mapping[str, object], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if name not in s.FLAGS:
            continue
        is_so, is_not = s.FLAGS[name]
        value = values.get(name)
        if name == "retention" and isinstance(value, str):
            for part in value.split(","):
                age = read_duration(part)
                if age is None:
                    yield s.KEEP_LINES.format(value=part)
                else:
                    yield is_so.format(value=length(age))
        elif name == "slow" and isinstance(value, int) and value:
            yield is_so.format(value=length(value))
        elif name == "limit" and value == 1:
            yield s.ONE_PERSON
        else:
            yield is_so.format(value=value) if value else is_not


def sanctions(told: Object, zone: tzinfo | None) -> list[str]:
    """Show who is muted, who is banned, and who is not."""
    room = str(told.get("room"))
    is_everywhere = room == EVERYWHERE
    place = s.THE_CHAT if is_everywhere else room
    lines: list[str] = []
    for field, head in (
        ("mutes", s.MUTES_EVERYWHERE if is_everywhere else s.MUTES),
        ("bans", s.BANS),
        ("exempt", s.EXEMPT),
        ("allowed", s.ALLOWED),
    ):
        listed = told.get(field)
        found = [each for each in listed if isinstance(each, dict)] if listed else []
        if found:
            lines.append(head.format(place=place))
        lines += (_sanction(each, zone) for each in found)
    nobody = s.NO_SANCTIONS_EVERYWHERE if is_everywhere else s.NO_SANCTIONS
    return lines or [nobody.format(room=room)]


def _sanction(told: Object, zone: tzinfo | None) -> str:
    words = str(told.get("words") or "")
    end, since = told.get("until"), told.get("time")
    end = float(end) if isinstance(end, int | float) else None
    since = float(since) if isinstance(since, int | float) else 0.0
    return s.SANCTION.format(
        to=told.get("to"), who=told.get("who"), until=until(end, since, zone), why=why(words)
    )


def refused(error: RefusedError, now: float, zone: tzinfo | None) -> str | None:
    """Say that one is muted or banned, until when and why; None of other refusals."""
    sentences = {
        "muted": (s.MUTED, s.MUTED_EVERYWHERE),
        "banned": (s.BANNED, s.BANNED_EVERYWHERE),
    }
    if error.code not in sentences:
        return None
    template = sentences[error.code][not error.about]
    end = until(error.until, now, zone)
    return template.format(about=error.about, until=end, why=why(error.hint))
