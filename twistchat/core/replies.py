"""What is answered to the one session that asked. Each is a value, complete in itself.

They ride in the same order as events, so that an answer never overtakes what happened before it.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from twistchat.core.values import value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twistchat.core.accounts import Role
    from twistchat.core.codes import Cause, Refusal, Unkept
    from twistchat.core.events import Durable, Event
    from twistchat.core.law import RoomRules, Sanction
    from twistchat.core.model import Seen, User


@value(frozen=True, slots=True)
class Welcomed:
    """You are in, under this name."""

    name: str
    is_back: bool = False
    """Whether you are who you were on an earlier connection."""
    token: str = ""
    """What you come back with as yourself; empty where nobody can."""
    expires: float = 0.0
    """Until when."""
    role: Role | None = None
    """What you may do as the owner of an account; None: you are a guest."""
    was: str = ""
    """The name that you had over this connection until now; empty: you come in."""
    user: str = ""
    """Who you are (a `User.id`), which nobody is told."""


@value(frozen=True, slots=True)
class TokenTold:
    """What you come back with as yourself, and until when."""

    token: str
    expires: float


@value(frozen=True, slots=True)
class Rejoined:
    """You were in this room already, as a person: this connection hears it from here on."""

    room: str


@value(frozen=True, slots=True)
class Done:
    """It was done, and there is nothing else to tell of it."""


@value(frozen=True, slots=True)
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
    roster: Sequence[tuple[User, str]] = ()
    """Those who are in it, and their names: the first `count` of these. For wires on which one is
    told of all of them (`Join.past_last`); empty for others."""
    here: Sequence[tuple[User, str, bool]] = ()
    """Where several nodes share the chat: those of them who are connected here, what they are
    called and whether they are away."""


@value(frozen=True, slots=True)
class TopicTold:
    """What a room is about; empty if nobody has said."""

    room: str
    topic: str


@value(frozen=True, slots=True)
class RulesTold:
    """How a room is used, and who moderates it."""

    room: str
    rules: RoomRules
    founder: str
    """The name of who made it; empty: nobody's."""
    moderators: tuple[str, ...]
    voiced: tuple[str, ...]


@value(frozen=True, slots=True)
class SanctionsListed:
    """Who is muted and who is banned, in a room or (the empty one) everywhere, and who is not."""

    room: str
    mutes: tuple[Sanction, ...]
    bans: tuple[Sanction, ...]
    exempt: tuple[Sanction, ...] = ()
    """Whom no ban of the room keeps out."""
    allowed: tuple[Sanction, ...] = ()
    """Who comes in uninvited."""


@value(frozen=True, slots=True)
class LoggedOut:
    """You are nobody again, and may come in anew."""


@value(frozen=True, slots=True)
class Settled:
    """Nothing: all that was asked before is told now, and the session goes on; see its `settle`."""


@value(frozen=True, slots=True)
class ReadTold:
    """You have read up to this number, in a room or what somebody and you said to each other."""

    room: str
    """Empty: what was said privately."""
    to: str
    """With whom."""
    number: int


@value(frozen=True, slots=True)
class WillFind:
    """The person to whom you wrote is not here, and will find it."""

    name: str


@value(frozen=True, slots=True)
class PrivateOpened:
    """You may read what was said to you alone while you were away; the session fetches it."""

    user: str


@value(frozen=True, slots=True)
class RoomListed:
    """One room in a list of rooms."""

    name: str
    count: int
    """How many people are in it."""
    topic: str
    is_yours: bool
    """Whether the one who asked is in it."""


@value(frozen=True, slots=True)
class RoomsListed:
    """Which rooms there are, the fullest first."""

    rooms: tuple[RoomListed, ...]
    count: int
    """How many there are; not all may be listed."""
    matching: str = ""


@value(frozen=True, slots=True)
class PersonDescribed:
    """What is known of a person. Times in seconds until now."""

    name: str
    here: float
    idle: float
    away: str | None
    rooms: tuple[str, ...]
    """Those that the one who asked is in too."""


@value(frozen=True, slots=True)
class AwayNoted:
    """You are away now, for this reason, or back (None)."""

    words: str | None


@value(frozen=True, slots=True)
class AwayTold:
    """The person to whom you wrote is away."""

    name: str
    words: str


@value(frozen=True, slots=True)
class HistoryOpened:
    """You may read a page of what was said in this room up to here; the session fetches it.

    It is the last lines that are numbered between two numbers and were said between two times;
    or the oldest ones.
    """

    room: str
    """Empty: what somebody and you said to each other alone."""
    limit: int
    after: int | None = None
    before: int | None = None
    since: float | None = None
    until: float | None = None
    oldest: bool = False
    to: str = ""
    """With whom, where it is no room."""
    log: str = ""
    """The log of that."""
    is_spoken: bool = False
    """Only what was said."""
    around: bool = False
    """The last before `before` or `until`, and as many from there on."""
    epoch: str = ""
    """The life of the log in which these numbers are known; empty: the present one."""


@value(frozen=True, slots=True)
class ConversationsOpened:
    """You may read where was last spoken, of what you may read; the session fetches it."""

    user: str
    rooms: tuple[str, ...]
    since: float
    until: float
    limit: int
    oldest: bool


@value(frozen=True, slots=True)
class JoinOpened:
    """You come into this room, and may read what you missed in it, or its last lines."""

    room: str
    limit: int
    """How many lines at most; of the last lines, if one has not seen any, fewer are told."""
    seen: Seen | None


@value(frozen=True, slots=True)
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


@value(frozen=True, slots=True)
class Slowed:
    """You send faster than so many lines a second: what you send is read slowly, and whole."""

    rate: float


@value(frozen=True, slots=True)
class Refused:
    """That was not done, and why."""

    code: Refusal
    about: str = ""
    """The name, room or command that it is about."""
    hint: str = ""
    """What one could try instead; for `Refusal.CUSTOM` the sentence itself."""
    until: float | None = None
    """Until when it is so (seconds since 1970, UTC), where that is known."""
    since: float = 0.0
    """Since when, if it is so until a time."""


@value(frozen=True, slots=True)
class Noted:
    """Words of the front end to its own session, a line each."""

    lines: tuple[str, ...]


@value(frozen=True, slots=True)
class Written:
    """What the front end itself has written for its own session: put into the order as it is."""

    data: bytes


@value(frozen=True, slots=True)
class Goodbye:
    """The last that a session is told before its connection is closed."""

    cause: Cause
    words: str = ""
    token: str = ""
    """What somebody can come back with who was not told before; empty otherwise."""
    expires: float = 0.0
    read: Mapping[str, Seen] = field(default_factory=dict)
    """Up to where they were told each room that they left; known when it is told."""


@value(frozen=True, slots=True)
class Kept:
    """Your own line was kept, or your own deed is done.

    Told instead of the event where echo is off, and where the wire calls requests by a name.
    """

    event: Event


@value(frozen=True, slots=True)
class KeptBefore:
    """Your own line was kept before, under the same key: nobody is told anything again."""

    event: Durable | None
    """What you have said again; None if it could no longer be said."""


@value(frozen=True, slots=True)
class KeyOpened:
    """What you say again is refused now; but you may see whether it was kept before."""

    key: str
    refused: Refused
    event: Durable
    """What would be kept if it were not refused; where, is not known."""


@value(frozen=True, slots=True)
class NotKept:
    """Your own line was not kept: nobody else ever hears of it."""

    event: Durable
    why: Unkept


Reply = (
    Welcomed
    | MembersListed
    | TopicTold
    | TokenTold
    | Rejoined
    | Done
    | RoomsListed
    | RulesTold
    | SanctionsListed
    | WillFind
    | LoggedOut
    | Settled
    | ReadTold
    | PrivateOpened
    | PersonDescribed
    | AwayNoted
    | AwayTold
    | HistoryOpened
    | ConversationsOpened
    | JoinOpened
    | SearchOpened
    | Slowed
    | Refused
    | Noted
    | Written
    | Goodbye
    | Kept
    | KeptBefore
    | KeyOpened
    | NotKept
)
