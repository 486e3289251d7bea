"""Items as JSON, and back: as the feed of all nodes has them, and as they are stored.

An item is its kind and its fields, by their own names; what is as it usually is is left out. Other
versions of this program may read it: what they do not know of an item they leave out.
"""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, dataclass, fields, replace
from json.encoder import encode_basestring
from math import isfinite
from operator import itemgetter
from typing import TYPE_CHECKING, Any, get_args

from twisted.logger import Logger

from twistchat.core.accounts import Account, AccountDeed
from twistchat.core.codes import Cause
from twistchat.core.concerns import is_durable
from twistchat.core.events import Durable, Event, Item, Moderated, Said, Whispered
from twistchat.core.law import Deed, RoomRules
from twistchat.core.model import NO_PERSONA, Persona
from twistchat.core.nodes import Answered, Asked, Entered, Withdrew
from twistchat.engine.fields import account_fields, as_text, read_account, read_rules, rules_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

log = Logger()

quoted = encode_basestring
"""Writes text as JSON has it."""

# ---------------------------------------------------------------- values of fields


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"no text: {str(value)[:40]!r}")  # noqa: TRY004, as all else here
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise ValueError(f"no whole number: {str(value)[:40]!r}")
    return value


def _time(value: object) -> float:
    if type(value) not in (int, float) or not isfinite(value):  # type: ignore[arg-type]  # it is
        raise ValueError(f"no time: {str(value)[:40]!r}")
    return float(value)  # type: ignore[arg-type]  # see above


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"neither true nor false: {str(value)[:40]!r}")  # noqa: TRY004, see above
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"no list: {str(value)[:40]!r}")  # noqa: TRY004, as all else here
    return tuple(map(_text, value))


def _persona(value: object) -> Persona:
    if not isinstance(value, dict):
        raise ValueError("a persona that is no fields")  # noqa: TRY004, as all else here
    known = {name: value[name] for name in Persona.__slots__ if name in value}
    for name, each in known.items():
        (_truth if name.startswith("is_") else _text)(each)
    return Persona(**known)


def persona_fields(persona: Persona) -> dict[str, Any]:
    """Name what somebody says of themselves."""
    values = {name: getattr(persona, name) for name in Persona.__slots__}
    return {name: value for name, value in values.items() if value != getattr(NO_PERSONA, name)}


def _perhaps(read: Callable[[object], Any]) -> Callable[[object], Any]:
    return lambda value: None if value is None else read(value)


_READ: dict[str, Callable[[object], Any]] = {
    "str": _text,
    "int": _number,
    "float": _time,
    "bool": _truth,
    "str | None": _perhaps(_text),
    "float | None": _perhaps(_time),
    "tuple[str, ...]": _texts,
    "Deed": lambda value: Deed(_text(value)),
    "Cause": lambda value: Cause(_text(value)),
    "AccountDeed": lambda value: AccountDeed(_text(value)),
    "RoomRules": read_rules,
    "Account": read_account,
    "Persona": _persona,
}
"""How the values of fields are read, by what the classes of items call their types."""

_WRITE: dict[type, Callable[[Any], Any]] = {
    RoomRules: rules_fields,
    Account: account_fields,
    Persona: persona_fields,
}
"""What values are written as that JSON does not have."""


# ---------------------------------------------------------------- kinds of items


@dataclass(frozen=True, slots=True)
class _Kind:
    """One class of items."""

    name: str
    make: Callable[..., Item]
    usual: dict[str, Any]
    """By field, what is left out; `MISSING`: nothing."""
    read: dict[str, Callable[[object], Any]]

    @classmethod
    def of(cls, item: Any) -> _Kind:
        """Look at a class."""
        name = re.sub("(?<!^)(?=[A-Z])", "-", item.__name__).lower()
        known = fields(item)
        return cls(
            name,
            item,
            {field.name: False if str(field.type) == "bool" else field.default for field in known},
            {field.name: _READ[str(field.type)] for field in known},
        )


_NOT_HERE = {"Folded", "Stopping"}
"""What every node tells only its own people."""

_KINDS: dict[type, _Kind] = {
    each: _Kind.of(each)
    for each in (*get_args(Event), Entered, Withdrew, Asked, Answered)
    if each.__name__ not in _NOT_HERE
}

_BY_NAME = {kind.name: kind for kind in _KINDS.values()}


# ---------------------------------------------------------------- writing


def told(item: Item) -> bytes:
    """Write an item as the others are told.

    Raises:
        ValueError: it holds text that no UTF-8 can carry, or a time that is none.
    """
    if type(item) is Said and not (item.action or item.notice or item.tags or item.outside):
        # Most are, and this is five times as fast.
        if not isfinite(item.at):
            raise ValueError(f"{item.at} is no time")
        return (
            f'{{"kind":"said","room":{quoted(item.room)},"user":{quoted(item.user)},'
            f'"who":{quoted(item.who)},"at":{item.at!r},"text":{quoted(item.text)}}}'
        ).encode()
    return as_text(written_of(item)).encode()


def written_of(item: Item) -> dict[str, Any]:
    """Name what is written of an item."""
    kind = _KINDS[type(item)]
    written: dict[str, Any] = {"kind": kind.name}
    for name, usual in kind.usual.items():
        value = getattr(item, name)
        if value != usual:
            write = _WRITE.get(type(value))
            written[name] = value if write is None else write(value)
    return written


def stored(event: Durable) -> bytes:
    """Write an event as it is kept, without what is only told.

    Raises:
        ValueError: see `told`.
    """
    return told(_kept(event))


def is_stored_otherwise(event: Durable) -> bool:
    """Whether it is told with something that is not kept."""
    return _kept(event) is not event


def _kept(event: Durable) -> Durable:
    match event:
        case Said() if event.tags or event.outside:
            return replace(event, tags="", outside=False)
        case Whispered() if event.tags:
            return replace(event, tags="")
        case Moderated() if event.rooms:
            return replace(event, rooms=())
        case _:
            return event


# ---------------------------------------------------------------- reading

_plain = itemgetter("room", "user", "who", "text", "at")
"""What there is of a line, as most are, besides its kind."""


def item_of(written: object) -> Item:
    """Make an item of its fields.

    Raises:
        ValueError: this version knows no such item.
    """
    if not isinstance(written, dict):
        raise ValueError("an item that is no fields")  # noqa: TRY004, as all else here
    name = written.get("kind")
    if name == "said" and len(written) == 6:  # most are
        try:
            room, user, who, text, at = _plain(written)
        except KeyError:
            pass  # one of the six is another one
        else:
            if type(room) is type(user) is type(who) is type(text) is str and type(at) is float:
                return Said(room, user, who, text, action=False, at=at)
    kind = _BY_NAME.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"an item of a kind that this version does not know: {str(name)[:40]!r}")
    values = []
    for name, usual in kind.usual.items():
        if name in written:
            values.append(kind.read[name](written[name]))
        elif usual is MISSING:
            raise ValueError(f"{kind.name} without {name}")
        else:
            values.append(usual)
    return kind.make(*values)


def item_of_text(data: bytes) -> Item:
    """Read an item as `told` has written it.

    Raises:
        ValueError: this version knows no such item.
    """
    return item_of(_parsed(data))


def read_stored(data: bytes) -> Durable:
    """Read an event as `stored` has written it.

    Raises:
        ValueError: this version knows no such event.
    """
    event = item_of_text(data)
    if not is_durable(event):
        raise ValueError(f"{type(event).__name__} is nothing that is stored")
    return event


def read_told(data: bytes) -> Sequence[Item | None]:
    """Read a list of items; None stands for those that this version does not know.

    Raises:
        ValueError: it is no list.
    """
    found = _parsed(data)
    if not isinstance(found, list):
        raise ValueError("no list of items")  # noqa: TRY004, as all else here
    items: list[Item | None] = []
    for each in found:
        try:
            items.append(item_of(each))
        except ValueError as error:
            log.warn("Another node tells something that is left out here: {why}", why=error)
            items.append(None)
    return items


def _parsed(data: bytes) -> object:
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("fields within fields") from error


def read_texts(text: str) -> tuple[str, ...]:
    """Read a list of texts.

    Raises:
        ValueError: it is something else.
    """
    return _texts(json.loads(text))
