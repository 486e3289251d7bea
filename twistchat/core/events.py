"""What happened and what is answered. Each is a value, complete in itself.

An *event* is something that other people may see. It holds names as they were when it was
decided, so that a later rename cannot rewrite a line in flight. A *durable* event gets the next
number of its log and is remembered; *presence* keeps its place in the order and is not.
A *reply* is for the one session that asked; it rides in the same order.

Times (`at`) are seconds since 1970, UTC. A `user` is a `User.id`, a `who` is a nickname.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.codes import LIMITS_BITTEN as LIMITS_BITTEN

# Part of this vocabulary, kept in a file of their own for its length.
from twistchat.core.codes import Cause as Cause
from twistchat.core.codes import Refusal as Refusal
from twistchat.core.codes import Unkept as Unkept

# Many who come and go, told together.
from twistchat.core.crowded import Folded as Folded
from twistchat.core.crowded import Several as Several

# What the nodes of one chat tell each other.
from twistchat.core.nodes import Answered as Answered
from twistchat.core.nodes import Asked as Asked
from twistchat.core.nodes import Between as Between
from twistchat.core.nodes import Entered as Entered
from twistchat.core.nodes import Resynced as Resynced
from twistchat.core.nodes import Withdrew as Withdrew

# Answers stand in a file of their own, for their length.
from twistchat.core.replies import AwayNoted as AwayNoted
from twistchat.core.replies import AwayTold as AwayTold
from twistchat.core.replies import ConversationsOpened as ConversationsOpened
from twistchat.core.replies import Done as Done
from twistchat.core.replies import Goodbye as Goodbye
from twistchat.core.replies import HistoryOpened as HistoryOpened
from twistchat.core.replies import JoinOpened as JoinOpened
from twistchat.core.replies import Kept as Kept
from twistchat.core.replies import KeptBefore as KeptBefore
from twistchat.core.replies import KeyOpened as KeyOpened
from twistchat.core.replies import LoggedOut as LoggedOut
from twistchat.core.replies import MembersListed as MembersListed
from twistchat.core.replies import Noted as Noted
from twistchat.core.replies import NotKept as NotKept
from twistchat.core.replies import PersonDescribed as PersonDescribed
from twistchat.core.replies import PrivateOpened as PrivateOpened
from twistchat.core.replies import ReadTold as ReadTold
from twistchat.core.replies import Refused as Refused
from twistchat.core.replies import Rejoined as Rejoined
from twistchat.core.replies import Reply as Reply
from twistchat.core.replies import RoomListed as RoomListed
from twistchat.core.replies import RoomsListed as RoomsListed
from twistchat.core.replies import RulesTold as RulesTold
from twistchat.core.replies import SanctionsListed as SanctionsListed
from twistchat.core.replies import SearchOpened as SearchOpened
from twistchat.core.replies import Settled as Settled
from twistchat.core.replies import Slowed as Slowed
from twistchat.core.replies import TokenTold as TokenTold
from twistchat.core.replies import TopicTold as TopicTold
from twistchat.core.replies import Welcomed as Welcomed
from twistchat.core.replies import WillFind as WillFind
from twistchat.core.replies import Written as Written
from twistchat.core.values import value

if TYPE_CHECKING:
    from twistchat.core.accounts import Account, AccountDeed
    from twistchat.core.law import Deed, RoomRules
    from twistchat.core.model import Persona

# ---------------------------------------------------------------- durable events


@value(frozen=True, slots=True)
class Said:
    """Somebody said something in a room."""

    room: str
    user: str
    who: str
    text: str
    action: bool
    at: float
    notice: bool = False
    """Whether no program is to answer it."""
    tags: str = ""
    """What the speaker's program says of it to other programs; it is not kept."""
    outside: bool = False
    """Whether the speaker is not in the room, and is told it besides; it is not kept."""


@value(frozen=True, slots=True)
class Whispered:
    """Somebody said something to one person."""

    user: str
    who: str
    to_user: str
    to: str
    text: str
    action: bool
    at: float
    notice: bool = False
    tags: str = ""


@value(frozen=True, slots=True)
class Tagged:
    """Somebody's program said something to the programs of others, which is remembered."""

    room: str
    """Empty: to one person only."""
    user: str
    who: str
    to_user: str
    to: str
    tags: str
    """As IRC writes them."""
    at: float


@value(frozen=True, slots=True)
class TopicChanged:
    """Somebody said what a room is about."""

    room: str
    user: str
    who: str
    topic: str
    at: float


@value(frozen=True, slots=True)
class RulesChanged:
    """Somebody changed how a room is used."""

    room: str
    user: str
    who: str
    rules: RoomRules
    """All of them, as they are now."""
    changed: tuple[str, ...]
    """The names of those that are other than before."""
    at: float


@value(frozen=True, slots=True)
class Moderated:
    """Somebody who may did something about somebody, in a room or everywhere."""

    room: str
    """Empty: everywhere."""
    user: str
    who: str
    deed: Deed
    to_user: str
    """Whom it is about: a person's or an account's id; `law.ADDRESS`; empty: whoever bears such
    a name."""
    to: str
    """The name, a pattern of names, or an address."""
    words: str
    """Why."""
    until: float | None
    """Until when it holds; None: for good, or a deed that does not last."""
    at: float
    rooms: tuple[str, ...] = ()
    """Of what is done everywhere: the rooms that are told, since the person is in them."""


@value(frozen=True, slots=True)
class Deleted:
    """Somebody who may took back what was said under a number."""

    room: str
    number: int
    user: str
    who: str
    words: str
    """Why."""
    at: float


@value(frozen=True, slots=True)
class Erased:
    """Something was said here that was deleted; it is never told but in a history."""

    room: str
    user: str
    """Who had said it."""
    who: str
    at: float
    by: str
    """The name of who deleted it."""


@value(frozen=True, slots=True)
class AccountSet:
    """An account was made, changed or deleted: now it is like this."""

    account: Account
    deed: AccountDeed
    user: str
    """Who did it: its owner, or an operator."""
    who: str
    at: float


# ---------------------------------------------------------------- presence


@value(frozen=True, slots=True)
class Joined:
    """Somebody entered a room."""

    room: str
    user: str
    who: str
    at: float


@value(frozen=True, slots=True)
class Left:
    """Somebody left a room and may still be in others."""

    room: str
    user: str
    who: str
    words: str
    at: float
    cause: Cause = Cause.LEFT
    """Whether they went, or were made to."""
    is_told: bool = False
    """Whether it was told before that they were made to, and by whom."""


@value(frozen=True, slots=True)
class Departed:
    """Somebody left the chat, and so each of the rooms they were in."""

    rooms: tuple[str, ...]
    user: str
    who: str
    cause: Cause
    words: str
    at: float
    is_told: bool = False
    """Whether these rooms were told before that they were put out, and by whom."""


@value(frozen=True, slots=True)
class Renamed:
    """Somebody took another nickname."""

    rooms: tuple[str, ...]
    user: str
    old: str
    new: str
    at: float


@value(frozen=True, slots=True)
class Announced:
    """The operator told everybody something, or one person."""

    text: str
    to_user: str | None
    to: str | None
    at: float
    only_here: bool = False
    """Whether it concerns only those who are connected to this node: no other hears of it."""


@value(frozen=True, slots=True)
class Invited:
    """Somebody invited one person to a room."""

    room: str
    user: str
    who: str
    to_user: str
    to: str
    at: float


@value(frozen=True, slots=True)
class InvitationShown:
    """Somebody in a room invited one person to it: what the others there may know."""

    room: str
    user: str
    who: str
    to: str
    at: float


@value(frozen=True, slots=True)
class AwayChanged:
    """Somebody is away, for a reason in words (perhaps none), or is back (None)."""

    rooms: tuple[str, ...]
    user: str
    who: str
    words: str | None
    at: float


@value(frozen=True, slots=True)
class Signalled:
    """Somebody's program said something to the programs of others."""

    room: str
    """Empty: to one person only."""
    user: str
    who: str
    to_user: str
    to: str
    text: str
    notice: bool
    tags: str
    at: float


@value(frozen=True, slots=True)
class PersonaChanged:
    """Somebody presents themselves in another way."""

    rooms: tuple[str, ...]
    user: str
    who: str
    was: Persona
    persona: Persona
    at: float


@value(frozen=True, slots=True)
class RoomForgotten:
    """A room with nobody in it is no more: there were too many. Its log may go too."""

    room: str
    at: float


@value(frozen=True, slots=True)
class Missed:
    """Something of a room cannot be told any more to those who are in it.

    The store has lost it, or it is no longer kept. Its place is that of the last number before
    what comes next; where the log goes on under another epoch, all numbers from 1 on are missed.
    """

    room: str
    """Empty: of what is said to people alone; everybody is told, since nobody knows to whom."""
    first: int
    last: int
    """0: nobody knows."""
    is_new_epoch: bool
    at: float


@value(frozen=True, slots=True)
class Stopping:
    """The server goes: the last that everybody is told."""

    words: str
    at: float


Durable = (
    Said
    | Whispered
    | Tagged
    | TopicChanged
    | RulesChanged
    | Moderated
    | Deleted
    | Erased
    | AccountSet
)
Presence = (
    Joined
    | Left
    | Departed
    | Renamed
    | Invited
    | InvitationShown
    | AwayChanged
    | Signalled
    | PersonaChanged
    | RoomForgotten
    | Folded
    | Announced
    | Missed
    | Stopping
)
Event = Durable | Presence
Item = Event | Reply | Between
