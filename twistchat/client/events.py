"""What happens in a chat, as values: one class for each `type` that a server sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from twistchat.client.base import Event as Event

# Parts of this vocabulary, kept in files of their own for its length.
from twistchat.client.deeds import Account as Account
from twistchat.client.deeds import Deleted as Deleted
from twistchat.client.deeds import Erased as Erased
from twistchat.client.deeds import Moderated as Moderated
from twistchat.client.deeds import Rules as Rules
from twistchat.client.standing import Connected as Connected
from twistchat.client.standing import Disconnected as Disconnected
from twistchat.client.standing import Goodbye as Goodbye
from twistchat.client.standing import Hello as Hello
from twistchat.client.standing import LoggedIn as LoggedIn
from twistchat.client.standing import LoggedOut as LoggedOut
from twistchat.client.standing import Problem as Problem
from twistchat.client.standing import Read as Read
from twistchat.client.standing import Retrying as Retrying
from twistchat.client.standing import Slowed as Slowed
from twistchat.client.standing import Stopping as Stopping

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
    notice: bool = False
    past: bool = False
    """Whether it was said before this client heard it: on joining, or while it was away."""
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged(Event):
    """Somebody's program said something to other programs, in a room or (`to`) to one person."""

    type: ClassVar[Literal["tagged"]] = "tagged"
    epoch: str
    number: int
    time: float
    who: str
    tags: str
    """As IRC writes them: `+draft/react=…;+draft/reply=…`."""
    room: str = ""
    to: str = ""
    past: bool = False
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
    epoch: str = ""
    number: int = 0
    """In what these two say to each other."""
    action: bool = False
    notice: bool = False
    past: bool = False
    """Whether it was said while its owner was away; or perhaps told before, over another client."""
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
    cause: str = "left"
    """Or `kicked`, or `banned`."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent(Event):
    """Somebody to whom this client whispered is not here, and will find it."""

    type: ClassVar[Literal["absent"]] = "absent"
    who: str


# ---------------------------------------------------------------- how a room stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Live(Event):
    """From here on everything that happens in the room is told as it happens."""

    type: ClassVar[Literal["live"]] = "live"
    room: str
    epoch: str
    number: int
    read: int = 0
    """Up to where the owner of an account has read it; 0: nowhere yet."""


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


AnyEvent = (
    Said
    | Topic
    | Whispered
    | Tagged
    | Joined
    | Left
    | Departed
    | Renamed
    | Away
    | Invited
    | Announced
    | Note
    | Absent
    | Moderated
    | Rules
    | Deleted
    | Erased
    | Account
    | Live
    | Gap
    | Members
    | Hello
    | Connected
    | LoggedIn
    | LoggedOut
    | Read
    | Disconnected
    | Retrying
    | Problem
    | Slowed
    | Stopping
    | Goodbye
)
Numbered = Said | Tagged | Topic | Moderated | Rules | Deleted | Erased
"""What has a number in its room."""
