"""What happens in a chat, as values: one class for each `type` that a server sends.

`decode` makes them of what a line says. What is not in the table, or lacks a field that it needs,
is nothing: servers may say more than this client knows.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from twistchat.frontends.jsonlines.codec import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Anything that happens; `raw` is the server's own object, empty for what it did not say."""

    raw: Object = field(default_factory=dict, repr=False, compare=False)


# ---------------------------------------------------------------- what people do


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Event):
    """Somebody said something in a room."""

    type: ClassVar[Literal["said"]] = "said"
    room: str
    epoch: str
    number: int
    time: float
    who: str
    text: str
    action: bool = False
    past: bool = False
    """Whether it was said before this client heard it: on joining, or while it was away."""
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Event):
    """Somebody said what a room is about; empty if nothing any more."""

    type: ClassVar[Literal["topic"]] = "topic"
    room: str
    epoch: str
    number: int
    time: float
    who: str
    topic: str
    past: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Whispered(Event):
    """Somebody said something to this client alone, or it to somebody."""

    type: ClassVar[Literal["whispered"]] = "whispered"
    time: float
    who: str
    to: str
    text: str
    number: int = 0
    action: bool = False
    past: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Event):
    """Somebody entered a room."""

    type: ClassVar[Literal["joined"]] = "joined"
    room: str
    who: str
    time: float = 0.0
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(Event):
    """Somebody left a room and may still be in others."""

    type: ClassVar[Literal["left"]] = "left"
    room: str
    who: str
    time: float = 0.0
    words: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed(Event):
    """Somebody left the chat, and so every room."""

    type: ClassVar[Literal["departed"]] = "departed"
    who: str
    time: float = 0.0
    cause: str = "left"
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed(Event):
    """Somebody took another name."""

    type: ClassVar[Literal["renamed"]] = "renamed"
    old: str
    new: str
    time: float = 0.0
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Away(Event):
    """Somebody is away, for a reason in words (perhaps none), or is back (None)."""

    type: ClassVar[Literal["away"]] = "away"
    who: str
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited(Event):
    """Somebody invited this client to a room, or it somebody."""

    type: ClassVar[Literal["invited"]] = "invited"
    room: str
    who: str
    to: str
    time: float = 0.0
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced(Event):
    """The operator told everybody something, or (`to`) one person."""

    type: ClassVar[Literal["announced"]] = "announced"
    text: str
    time: float = 0.0
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Event):
    """The server tells this client something in words, a line each."""

    type: ClassVar[Literal["note"]] = "note"
    lines: tuple[str, ...] = ()


# ---------------------------------------------------------------- how a room stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Live(Event):
    """From here on everything that happens in the room is told as it happens."""

    type: ClassVar[Literal["live"]] = "live"
    room: str
    epoch: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Event):
    """Here lines of a room are missing, from `first` to `last`.

    `why` is `page` (`history` has them), `deleted`, `epoch` (nobody knows which of them are new),
    or `jump`: numbers were left out without a word.
    """

    type: ClassVar[Literal["gap"]] = "gap"
    room: str
    epoch: str
    first: int
    last: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Members(Event):
    """Who is in a room and what it is about: told on coming in."""

    type: ClassVar[Literal["members"]] = "members"
    room: str
    topic: str = ""
    names: tuple[str, ...] = ()
    away: tuple[str, ...] = ()
    count: int = 0


# ---------------------------------------------------------------- how the connection stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Event):
    """A server was found; it calls itself `server`."""

    type: ClassVar[Literal["hello"]] = "hello"
    protocol: int
    server: str = ""
    software: str = ""
    motd: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected(Event):
    """In, under this name. `resumed`: as the same person as before."""

    type: ClassVar[Literal["connected"]] = "connected"
    name: str
    resumed: bool = False
    again: bool = False
    """Whether this client was in before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected(Event):
    """The connection is gone; the next is tried after so many seconds."""

    type: ClassVar[Literal["disconnected"]] = "disconnected"
    retry: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying(Event):
    """There was no server; the next try comes after so many seconds."""

    type: ClassVar[Literal["retrying"]] = "retrying"
    retry: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem(Event):
    """The server refused what no request waits for, such as going back into a room."""

    type: ClassVar[Literal["problem"]] = "problem"
    code: str
    text: str = ""
    about: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowed(Event):
    """One sends faster than so many lines a second, and is read slowly. Nothing is lost."""

    type: ClassVar[Literal["slowed"]] = "slowed"
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping(Event):
    """The server goes."""

    type: ClassVar[Literal["stopping"]] = "stopping"
    time: float = 0.0
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodbye(Event):
    """The last that the server says on this connection."""

    type: ClassVar[Literal["goodbye"]] = "goodbye"
    cause: str = ""


AnyEvent = (
    Said
    | Topic
    | Whispered
    | Joined
    | Left
    | Departed
    | Renamed
    | Away
    | Invited
    | Announced
    | Note
    | Live
    | Gap
    | Members
    | Hello
    | Connected
    | Disconnected
    | Retrying
    | Problem
    | Slowed
    | Stopping
    | Goodbye
)
Numbered = Said | Topic

TOLD: dict[str, type[AnyEvent]] = {
    kind.type: kind
    for kind in (
        Said, Topic, Whispered, Joined, Left, Departed, Renamed, Away, Invited, Announced, Note,
        Live, Gap, Members, Hello, Slowed, Stopping, Goodbye,
    )
}  # fmt: skip
"""What a server says, by its `type`; the others are this client's own."""

SPELLED: dict[type[Event], dict[str, str]] = {Gap: {"first": "from", "last": "to"}}
"""Fields that are called otherwise on the wire, since `from` is a word of Python's."""


# ---------------------------------------------------------------- reading


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
