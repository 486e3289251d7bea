"""What happened and what is answered. Each is a value, complete in itself.

An *event* is something that other people may see. It holds names as they were when it was
decided, so that a later rename cannot rewrite a line in flight. A *durable* event gets the next
number of its log and is remembered; *presence* keeps its place in the order and is not.
A *reply* is for the one session that asked; it rides in the same order.

Times (`at`) are seconds since 1970, UTC. A `user` is a `User.id`, a `who` is a nickname.
"""

from __future__ import annotations

from dataclasses import dataclass

from twistchat.core.codes import LIMITS_BITTEN as LIMITS_BITTEN

# Part of this vocabulary, kept in a file of their own for its length.
from twistchat.core.codes import Cause as Cause
from twistchat.core.codes import Refusal as Refusal
from twistchat.core.codes import Unkept as Unkept

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
class Invited:
    """Somebody invited one person to a room."""

    room: str
    user: str
    who: str
    to_user: str
    to: str
    at: float


@dataclass(frozen=True, slots=True)
class AwayChanged:
    """Somebody is away, for a reason in words (perhaps none), or is back (None)."""

    rooms: tuple[str, ...]
    user: str
    who: str
    words: str | None
    at: float


@dataclass(frozen=True, slots=True)
class RoomForgotten:
    """A room with nobody in it is no more: there were too many. Its log may go too."""

    room: str
    at: float


@dataclass(frozen=True, slots=True)
class Folded:
    """Several people came into crowded rooms or left them: one line instead of many.

    Fanout makes it of `Joined`, `Left` and `Departed`, for wires that fold presence.
    """

    rooms: tuple[str, ...]
    joined: tuple[str, ...]
    left: tuple[str, ...]
    """Those who left the room and may be in others."""
    departed: tuple[str, ...]
    """Those who left the chat, for whatever cause."""
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
    """Of those who are in it, as far as they are named."""
    count: int
    """How many are in it."""
    away: tuple[str, ...] = ()
    """Those of them who are away."""
    on_joining: bool = False
    """Told because one has just come in, and not because one asked."""


@dataclass(frozen=True, slots=True)
class TopicTold:
    """What a room is about; empty if nobody has said."""

    room: str
    topic: str


@dataclass(frozen=True, slots=True)
class RoomListed:
    """One room in a list of rooms."""

    name: str
    count: int
    """How many people are in it."""
    topic: str
    is_yours: bool
    """Whether the one who asked is in it."""


@dataclass(frozen=True, slots=True)
class RoomsListed:
    """Which rooms there are, the fullest first."""

    rooms: tuple[RoomListed, ...]
    count: int
    """How many there are; not all may be listed."""
    matching: str = ""


@dataclass(frozen=True, slots=True)
class PersonDescribed:
    """What is known of a person. Times in seconds until now."""

    name: str
    here: float
    idle: float
    away: str | None
    rooms: tuple[str, ...]
    """Those that the one who asked is in too."""


@dataclass(frozen=True, slots=True)
class AwayNoted:
    """You are away now, for this reason, or back (None)."""

    words: str | None


@dataclass(frozen=True, slots=True)
class AwayTold:
    """The person to whom you wrote is away."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class HistoryOpened:
    """You may read the last lines of this room up to here; the session fetches them."""

    room: str
    limit: int


@dataclass(frozen=True, slots=True)
class SearchOpened:
    """You may look for this in what was said in a room up to here; the session fetches it."""

    room: str
    words: tuple[str, ...]
    """Each must be in what was said."""
    who: str
    """The name of who said it; empty: anybody."""
    since: float | None
    until: float | None
    """Not later than this; None: until now."""
    limit: int


@dataclass(frozen=True, slots=True)
class Slowed:
    """You send faster than so many lines a second: what you send is read slowly, and whole."""

    rate: float


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
class KeptBefore:
    """Your own line was kept before, under the same key: nobody is told anything again."""

    event: Durable


@dataclass(frozen=True, slots=True)
class NotKept:
    """Your own line was not kept: nobody else ever hears of it."""

    event: Durable
    why: Unkept


Durable = Said | Whispered | TopicChanged
Presence = (
    Joined
    | Left
    | Departed
    | Renamed
    | Invited
    | AwayChanged
    | RoomForgotten
    | Folded
    | Announced
    | Stopping
)
Event = Durable | Presence
Reply = (
    Welcomed
    | MembersListed
    | TopicTold
    | RoomsListed
    | PersonDescribed
    | AwayNoted
    | AwayTold
    | HistoryOpened
    | SearchOpened
    | Slowed
    | Refused
    | Noted
    | Goodbye
    | Kept
    | KeptBefore
    | NotKept
)
Item = Event | Reply
