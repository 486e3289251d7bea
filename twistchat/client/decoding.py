"""What a server says → events.

What is not in the table, or lacks a field that it needs, is nothing: servers may say more than
this client knows.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from twistchat.client.events import (
    Absent,
    Account,
    Announced,
    AnyEvent,
    Away,
    Deleted,
    Departed,
    Erased,
    Event,
    Gap,
    Goodbye,
    Hello,
    Invited,
    Joined,
    Left,
    Live,
    Members,
    Moderated,
    Note,
    Read,
    Renamed,
    Rules,
    Said,
    Slowed,
    Stopping,
    Tagged,
    Topic,
    Whispered,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from twistchat.frontends.jsonlines.codec import Object

TOLD: dict[str, type[AnyEvent]] = {
    kind.type: kind
    for kind in (
        Said, Tagged, Topic, Whispered, Joined, Left, Departed, Renamed, Away, Invited, Announced,
        Note, Absent, Moderated, Rules, Deleted, Erased, Account, Live, Gap, Members, Hello, Slowed,
        Stopping, Goodbye, Read,
    )
}  # fmt: skip
"""What a server says, by its `type`; the others are this client's own."""

SPELLED: dict[type[Event], dict[str, str]] = {
    Gap: {"first": "from", "last": "to"},
    Read: {"to": "with"},
}
"""Fields that are called otherwise on the wire, since `from` is a word of Python's."""


def decode(told: Object, *, name: str = "") -> AnyEvent | None:
    """Make an event of what a server said; None if this is none that we know.

    `name` is what this client is called: what bears it is `mine`.
    """
    kind = TOLD.get(str(told.get("type")))
    if kind is None:
        return None
    values: dict[str, Any] = {"raw": told}
    for spelled, called, read, is_needed in _PLANS[kind]:
        value = told.get(spelled)
        if value is None and is_needed:
            return None
        if value is not None:
            try:
                values[called] = read(value)
            except (TypeError, ValueError, OverflowError):
                return None
    if kind in _CAN_BE_MINE:
        values["mine"] = bool(name) and told.get("old" if kind is Renamed else "who") == name
    return kind(**values)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(_text, value))


def _values(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _count(value: object) -> int:
    return int(_number(value))


_READERS: dict[str, Callable[[object], object]] = {
    "str": _text,
    "str | None": _text,
    "tuple[str, ...]": _texts,
    "float": _number,
    "float | None": _number,
    "Mapping[str, object]": _values,
    "int": _count,
    "bool": lambda value: value is True,
}
"""How a field is read, by its annotation."""

_OWN = ("raw", "mine")

_PLANS = {
    kind: [
        (
            SPELLED.get(kind, {}).get(slot.name, slot.name),
            slot.name,
            _READERS[str(slot.type)],
            slot.default is MISSING,
        )
        for slot in fields(kind)
        if slot.name not in _OWN
    ]
    for kind in TOLD.values()
}

_CAN_BE_MINE = frozenset(
    kind for kind in TOLD.values() if any(slot.name == "mine" for slot in fields(kind))
)
