"""What happened and what is answered. Each is a value, complete in itself.

An *event* is something that other people may see. It holds names as they were when it was
decided, so that a later rename cannot rewrite a line in flight. A *durable* event gets the next
number of its log and is remembered; *presence* keeps its place in the order and is not.
A *reply* is for the one session that asked; it rides in the same order.

Times (`at`) are seconds since 1970, UTC. A `user` is a `User.id`, a `who` is a nickname.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import TypeIs


class Cause(StrEnum):
    """Why somebody is gone."""

    LEFT = "left"
    LOST = "connection lost"
    TIMED_OUT = "timed out"
    TOO_SLOW = "too slow"
    STOPPING = "server stopping"
    NO_NAME = "no name given"


class Refusal(StrEnum):
    """Why something was refused: stable codes, put into words by each wire."""

    NAME_EMPTY = "name-empty"
    NAME_CHARACTERS = "name-characters"
    NAME_NUMBER = "name-number"
    NAME_LONG = "name-long"
    NAME_RESERVED = "name-reserved"
    NAME_TAKEN = "name-taken"
    NAME_SAME = "name-same"
    ROOM_NAME = "room-name"
    NOT_IN_ROOM = "not-in-room"
    NO_SUCH_PERSON = "no-such-person"
    NO_SUCH_COMMAND = "no-such-command"
    NOTHING_TO_SAY = "nothing-to-say"
    TOPIC_LONG = "topic-long"
    TO_ONESELF = "to-oneself"
    OPERATORS_ONLY = "operators-only"
    CUSTOM = "custom"
    NO_HISTORY = "no-history"
    UNAVAILABLE = "unavailable"
    STOPPING = "stopping"
    FAULT = "fault"
    FULL = "full"


class Unkept(StrEnum):
    """Why a durable event was not kept."""

    FAILED = "failed"
    TOO_LATE = "too-late"
    STOPPING = "stopping"
    UNKNOWN = "unknown"
    """The store never answered: it may have been kept."""


# ---------------------------------------------------------------- durable events


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody said something in a room."""

    room: str
    user: str
    who: str
    text: str
    action: bool
    at: float


@dataclass(frozen=True, slots=True)
class Whispered:
    """Somebody said something to one person."""

    user: str
    who: str
    to_user: str
    to: str
    text: str
    action: bool
    at: float


@dataclass(frozen=True, slots=True)
class TopicChanged:
    """Somebody said what a room is about."""

    room: str
    user: str
    who: str
    topic: str
    at: float


# ---------------------------------------------------------------- presence


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody entered a room."""

    room: str
    user: str
    who: str
    at: float


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody left a room and may still be in others."""

    room: str
    user: str
    who: str
    words: str
    at: float


@dataclass(frozen=True, slots=True)
class Departed:
    """Somebody left the chat, and so each of the rooms they were in."""

    rooms: tuple[str, ...]
    user: str
    who: str
    cause: Cause
    words: str
    at: float


@dataclass(frozen=True, slots=True)
class Renamed:
    """Somebody took another nickname."""

    rooms: tuple[str, ...]
    user: str
    old: str
    new: str
    at: float


@dataclass(frozen=True, slots=True)
class Announced:
    """The operator told everybody something, or one person."""

    text: str
    to_user: str | None
    to: str | None
    at: float


@dataclass(frozen=True, slots=True)
class Stopping:
    """The server goes: the last that everybody is told."""

    words: str
    at: float


# ---------------------------------------------------------------- replies


@dataclass(frozen=True, slots=True)
class Welcomed:
    """You are in, under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class MembersListed:
    """Who is in a room, and what it is about."""

    room: str
    topic: str
    names: tuple[str, ...]
    on_joining: bool = False
    """Told because one has just come in, and not because one asked."""


@dataclass(frozen=True, slots=True)
class TopicTold:
    """What a room is about; empty if nobody has said."""

    room: str
    topic: str


@dataclass(frozen=True, slots=True)
class HistoryOpened:
    """You may read the last lines of this room up to here; the session fetches them."""

    room: str
    limit: int


@dataclass(frozen=True, slots=True)
class Refused:
    """That was not done, and why."""

    code: Refusal
    about: str = ""
    """The name, room or command that it is about."""
    hint: str = ""
    """What one could try instead; for `Refusal.CUSTOM` the sentence itself."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Words of the front end to its own session, a line each."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The last that a session is told before its connection is closed."""

    cause: Cause
    words: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """Your own line was kept; told instead of the event where echo is off."""

    event: Durable


@dataclass(frozen=True, slots=True)
class NotKept:
    """Your own line was not kept: nobody else ever hears of it."""

    event: Durable
    why: Unkept


Durable = Said | Whispered | TopicChanged
Presence = Joined | Left | Departed | Renamed | Announced | Stopping
Event = Durable | Presence
Reply = (
    Welcomed
    | MembersListed
    | TopicTold
    | HistoryOpened
    | Refused
    | Noted
    | Goodbye
    | Kept
    | NotKept
)
Item = Event | Reply


def log_of(item: Item) -> str | None:
    """Name the log in which an item is numbered and remembered; None if it is not durable.

    A private conversation is a room of two: its log is named by the ids of both, in order.
    """
    match item:
        case Said() | TopicChanged():
            return item.room
        case Whispered():
            return private_log(item.user, item.to_user)
        case _:
            return None


def private_log(one: str, other: str) -> str:
    """Name the log of what two people say to each other."""
    return "@" + ",".join(sorted((one, other)))


def changes_state(item: Item) -> bool:
    """Whether it changes durable state, so that whoever asked waits for it to be committed."""
    return isinstance(item, TopicChanged)


def is_durable(item: Item) -> TypeIs[Durable]:
    """Whether it gets a number and is remembered."""
    return isinstance(item, Durable)


def stands_in(item: Item) -> str | None:
    """Name the log whose last number an item carries that has no number of its own.

    It tells up to where history is to be read, for whoever comes in or looks back here.
    """
    match item:
        case Joined() | Left() | HistoryOpened():
            return item.room
        case _:
            return None


def rooms_of(item: Item) -> tuple[str, ...]:
    """Name the rooms whose people hear of it."""
    match item:
        case Said() | TopicChanged() | Joined() | Left():
            return (item.room,)
        case Departed() | Renamed():
            return item.rooms
        case _:
            return ()


def people_of(item: Item) -> tuple[str, ...]:
    """Name the people (by id) who hear of it wherever they are."""
    match item:
        case Whispered():
            return (item.user, item.to_user)
        case Renamed():
            return (item.user,)
        case Announced(to_user=str() as user):
            return (user,)
        case _:
            return ()


def is_for_everybody(item: Item) -> bool:
    """Whether every session hears of it, in whatever room."""
    return isinstance(item, Stopping) or (isinstance(item, Announced) and item.to_user is None)
