"""Durable events as rows of the table `events`, and back."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING, Any, assert_never

from twistchat.core.accounts import AccountDeed
from twistchat.core.concerns import SERVER_LOG, log_of
from twistchat.core.events import (
    AccountSet,
    Deleted,
    Durable,
    Erased,
    Moderated,
    RulesChanged,
    Said,
    Tagged,
    TopicChanged,
    Whispered,
)
from twistchat.core.law import SUBJECTS, Deed
from twistchat.core.names import fold
from twistchat.engine import Committed
from twistchat.engine.fields import (
    account_fields,
    as_text,
    from_text,
    read_account,
    read_rules,
    rules_fields,
    said_as,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

_folded = lru_cache(4096)(fold)

COLUMNS = "at, kind, user, who, folded, text, to_user, to_who, until"
"""What `row_of` makes, and `read_row` reads behind log name, epoch and number."""

_INSERT = f"INSERT INTO events (log, number, {COLUMNS}) VALUES "  # noqa: S608, constants
_ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

INSERT = _INSERT + _ROW
"""Writes an event: the log's id, its number, then what `row_of` makes."""

AT_ONCE = 32
"""Events that are written by one statement where there are so many. For each statement Python's
lock is given up and waited for, while the reactor may be busy."""

_INSERT_MANY = _INSERT + ", ".join([_ROW] * AT_ONCE)

SPOKEN = ("said", "did", "noticed")
"""The kinds that a search looks through, and that may be deleted."""

WHISPERED = ("whispered", "whispered-did", "whispered-noticed")
"""The kinds of private words."""

TAGGED = ("tagged", "whispered-tagged")
"""The kinds of what programs say to programs: in rooms, and to one person."""

ERASED = "erased"
"""The kind of what was said and is deleted."""

DECIDES = {
    "topic": "topic",
    "rules": "rules",
    "account": "account",
    **{deed.value: subject for deed, subject in SUBJECTS.items()},
}
"""The kinds of events that stand, and what each decides (`standing.kind`)."""

AUDITED = ("rules", "account", *(deed.value for deed in Deed), "deleted")
"""The kinds that the audit log has."""

FIELDS = ("rules", "account", "deleted")
"""The kinds whose text is fields (`engine.fields`)."""

ABOUT = (*WHISPERED, TAGGED[1], *(kind for kind in AUDITED if kind not in ("rules", "deleted")))
"""The kinds that are to somebody, or about somebody."""

KINDS = (*SPOKEN, *WHISPERED, *TAGGED, "topic", *AUDITED, ERASED)
"""All of them."""

Row = tuple[float, str, str, str, str, str, str | None, str | None, float | None]


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
    if type(event) is Said:  # most are
        kind, text = said_as(event), event.text
        _check(text, event.room, event.user, event.who, event.at)
        folded = _folded(event.who)
        return event.at, kind, event.user, event.who, folded, text, None, None, None
    to: tuple[str | None, str | None] = (None, None)
    until = None
    match event:
        case Said():
            raise AssertionError("it is done above")
        case Whispered():
            kind, text = said_as(event), event.text
            to = (event.to_user, event.to)
        case Tagged():
            kind, text = TAGGED[0 if event.room else 1], event.tags
            to = (None, None) if event.room else (event.to_user, event.to)
        case TopicChanged():
            kind, text = "topic", event.topic
        case RulesChanged():
            fields = {"rules": rules_fields(event.rules), "changed": list(event.changed)}
            kind, text = "rules", as_text(fields)
        case Moderated():  # but for the rooms: that somebody was in them is not remembered
            kind, text, until = event.deed.value, event.words, event.until
            to = (event.to_user, event.to)
        case Deleted():
            kind, text = "deleted", as_text({"line": event.number, "words": event.words})
        case Erased():
            kind, text, to = ERASED, "", (None, event.by)
        case AccountSet():
            account = event.account
            fields = {"deed": event.deed.value, "account": account_fields(account)}
            kind, text, to = "account", as_text(fields), (account.id, account.name)
        case _:
            assert_never(event)
    _check(text, log_of(event) or "", event.user, event.who, event.at)
    _check(to[0] or "", to[1] or "", "", "", until or 0.0)
    return event.at, kind, event.user, event.who, _folded(event.who), text, *to, until


def _check(one: str, two: str, three: str, four: str, at: float) -> None:
    for text in (one, two, three, four):
        if not text.isascii():
            text.encode()
    if not isfinite(at):
        raise ValueError(f"{at} is no time")


def read_row(row: tuple[Any, ...]) -> Committed:
    """Read an event: the log's name and epoch, its number, then `COLUMNS`.

    Raises:
        ValueError: this version knows no such event.
    """
    log, epoch, number, at, kind, user, who, _, text, to_user, to_who, until = row
    event: Durable
    match kind:
        case "said" | "did" | "noticed":
            event = Said(log, user, who, text, kind == "did", at, kind == "noticed")
        case "whispered" | "whispered-did" | "whispered-noticed":
            action, notice = kind == "whispered-did", kind == "whispered-noticed"
            event = Whispered(user, who, to_user, to_who, text, action, at, notice)
        case "tagged":
            event = Tagged(log, user, who, "", "", text, at)
        case "whispered-tagged":
            event = Tagged("", user, who, to_user, to_who, text, at)
        case "topic":
            event = TopicChanged(log, user, who, text, at)
        case "rules":
            event = _read_rules(log, user, who, text, at)
        case "deleted":
            event = _read_deleted(log, user, who, text, at)
        case "erased":
            event = Erased(log, user, who, at, to_who or "")
        case "account":
            event = _read_account(user, who, text, at)
        case _ if kind in _DEEDS:
            room = "" if log == SERVER_LOG else log
            to = (to_user or "", to_who or "")
            event = Moderated(room, user, who, Deed(kind), *to, text, until, at)
        case _:
            raise ValueError(f"an event of a kind that this version does not know: {kind!r}")
    return Committed(event, epoch, number)


_DEEDS = frozenset(deed.value for deed in Deed)


def _read_rules(log: str, user: str, who: str, text: str, at: float) -> RulesChanged:
    fields = from_text(text)
    changed = fields.get("changed")
    if not isinstance(changed, list) or not all(isinstance(name, str) for name in changed):
        raise ValueError("rules that do not say which of them are changed")
    return RulesChanged(log, user, who, read_rules(fields.get("rules")), tuple(changed), at)


def _read_deleted(log: str, user: str, who: str, text: str, at: float) -> Deleted:
    fields = from_text(text)
    number, words = fields.get("line"), fields.get("words")
    if type(number) is not int or not isinstance(words, str):
        raise ValueError("something deleted that does not say which")
    return Deleted(log, number, user, who, words, at)


def _read_account(user: str, who: str, text: str, at: float) -> AccountSet:
    fields = from_text(text)
    account = read_account(fields.get("account"))
    return AccountSet(account, AccountDeed(str(fields.get("deed"))), user, who, at)
