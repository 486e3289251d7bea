"""Whom an item concerns, and which log."""

from __future__ import annotations

from sys import getsizeof
from typing import get_args

from typing_extensions import TypeIs

from twistchat.core.accounts import Account
from twistchat.core.codes import Cause
from twistchat.core.events import (
    AccountSet,
    Announced,
    AwayChanged,
    AwayTold,
    Between,
    ConversationsOpened,
    Deleted,
    Departed,
    Durable,
    Erased,
    Event,
    Folded,
    HistoryOpened,
    InvitationShown,
    Invited,
    Item,
    Joined,
    JoinOpened,
    KeyOpened,
    Left,
    MembersListed,
    Missed,
    Moderated,
    PersonaChanged,
    Presence,
    PrivateOpened,
    Rejoined,
    Renamed,
    Reply,
    Resynced,
    RulesChanged,
    Said,
    SearchOpened,
    Settled,
    Signalled,
    Slowed,
    Stopping,
    Tagged,
    TopicChanged,
    Whispered,
    WillFind,
    Written,
)
from twistchat.core.law import SUBJECTS, Deed, RoomRules, target_key

# Asked of every item several times: a set of types answers ten times as fast as a union.
_DURABLE = frozenset(get_args(Durable))
_REPLIES = frozenset(get_args(Reply))
_READINGS = frozenset(
    (HistoryOpened, ConversationsOpened, SearchOpened, JoinOpened, KeyOpened, PrivateOpened)
)
_CHANGES = frozenset((TopicChanged, RulesChanged, Moderated, Deleted, AccountSet))
_HOLDING = _CHANGES | {HistoryOpened, ConversationsOpened, SearchOpened}
_AUDITED = _CHANGES - {TopicChanged}
_EVENTS = _DURABLE | frozenset(get_args(Presence))
_BETWEEN = frozenset(get_args(Between))
_OWN = frozenset((Folded, Missed, Stopping, Resynced))
_SHARED = (_EVENTS | _BETWEEN) - _OWN
_COMING_OR_GOING = frozenset((Joined, Left, Departed))
_ANSWERS = (
    _DURABLE
    | (
        _REPLIES
        - {AwayTold, JoinOpened, PrivateOpened, Rejoined, Settled, Slowed, WillFind, Written}
    )
    | {Joined, Left, Renamed, Invited, Signalled, PersonaChanged}
)
_PARTS = frozenset((JoinOpened, AwayTold, WillFind, AwayChanged, InvitationShown))


SERVER_LOG = "!"
"""The log of what concerns no room: accounts, and what was done everywhere."""

SAID = 460
"""Bytes, roughly, of what somebody said, but for its text."""


def log_of(item: Item) -> str | None:
    """Name the log in which an item is numbered and remembered; None if it is not durable.

    A private conversation is a room of two: its log is named by the ids of both, in order.
    """
    if type(item) is Said:  # most are, and it is asked of each several times
        return item.room
    match item:
        case Said() | TopicChanged() | RulesChanged() | Deleted() | Erased():
            return item.room
        case Moderated():
            return item.room or SERVER_LOG
        case AccountSet():
            return SERVER_LOG
        case Whispered():
            return private_log(item.user, item.to_user)
        case Tagged():
            return item.room or private_log(item.user, item.to_user)
        case _:
            return None


def private_log(one: str, other: str) -> str:
    """Name the log of what two people say to each other."""
    return "@" + ",".join(sorted((one, other)))


def changes_state(item: Item) -> bool:
    """Whether it changes durable state, so that whoever asked waits for it to be committed."""
    return type(item) in _CHANGES


def stands_as(event: Durable) -> tuple[str, str] | None:
    """Name what an event decides, in its log: of all that decide the same the last holds."""
    match event:
        case TopicChanged():
            return "topic", ""
        case RulesChanged():
            return "rules", ""
        case AccountSet():
            return "account", event.account.id
        case Moderated() if event.deed is not Deed.KICK:
            key = "" if event.deed is Deed.FOUND else target_key(event.to_user, event.to)
            return SUBJECTS[event.deed], key
        case _:
            return None


def is_audited(item: Item) -> TypeIs[RulesChanged | Moderated | Deleted | AccountSet]:
    """Whether it is a deed of which an account is given: who did what, to whom, why."""
    return type(item) in _AUDITED


def is_durable(item: Item) -> TypeIs[Durable]:
    """Whether it gets a number and is remembered."""
    return type(item) in _DURABLE


def is_event(item: Item) -> TypeIs[Event]:
    """Whether people may be told of it, as of something that happened."""
    return type(item) in _EVENTS


def is_reply(item: Item) -> TypeIs[Reply]:
    """Whether it is for one session alone."""
    return type(item) in _REPLIES


def is_coming_or_going(item: Item) -> TypeIs[Joined | Left | Departed]:
    """Whether somebody came into a room or left it."""
    return type(item) in _COMING_OR_GOING


def is_put_out(item: Left | Departed | Joined) -> bool:
    """Whether it is that somebody was made to leave: that is told of each, and at once."""
    return not isinstance(item, Joined) and item.cause in (Cause.KICKED, Cause.BANNED)


def is_reading(
    item: Item,
) -> TypeIs[
    HistoryOpened | ConversationsOpened | SearchOpened | JoinOpened | KeyOpened | PrivateOpened
]:
    """Whether it opens what was said to a session, which has to fetch it."""
    return type(item) in _READINGS


def holds_input(item: Item) -> bool:
    """Whether whoever asked for it is heard no further until it is settled or told.

    One reading at a time, since each may be large. Whoever comes in need not wait for what they
    missed.
    """
    return type(item) in _HOLDING


def is_answer(item: Item) -> bool:
    """Whether it answers the request that it follows from, and is not only a part of that."""
    return type(item) in _ANSWERS


def is_part(item: Item) -> bool:
    """Whether it is told besides the answer to a request, and of interest to who asked alone.

    It bears the label of the request, but is not its answer.
    """
    if isinstance(item, MembersListed):
        return item.on_joining
    return type(item) in _PARTS


def stands_in(item: Item) -> str | None:
    """Name the log whose last number an item carries that has no number of its own.

    It tells up to where history is to be read, for whoever comes in or looks back here.
    """
    match item:
        case HistoryOpened():
            return item.log or item.room
        case Joined() | Left() | SearchOpened() | JoinOpened():
            return item.room
        case Missed():
            return item.room or None
        case _:
            return None


def rooms_of(item: Item) -> tuple[str, ...]:
    """Name the rooms whose people hear of it."""
    match item:
        case Said() | TopicChanged() | Joined() | Left() | RulesChanged() | Deleted():
            return (item.room,)
        case InvitationShown():
            return (item.room,)
        case Missed():
            return (item.room,) if item.room else ()
        case Moderated():
            return (item.room,) if item.room else item.rooms
        case Departed() | Renamed() | AwayChanged() | Folded() | PersonaChanged():
            return item.rooms
        case Signalled() | Tagged():
            return (item.room,) if item.room else ()
        case _:
            return ()


def people_of(item: Item) -> tuple[str, ...]:
    """Name the people (by id) who hear of it wherever they are."""
    match item:
        case Said():
            return (item.user,) if item.outside else ()
        case Whispered() | Invited():
            return (item.user, item.to_user)
        case Renamed() | PersonaChanged():
            return (item.user,)
        case Signalled() | Tagged():
            return () if item.room else (item.user, item.to_user)
        case Moderated():
            return (item.user, item.to_user)
        case AccountSet():
            return (item.user, item.account.id)
        case TopicChanged() | RulesChanged() | Deleted():
            return (item.user,)
        case Announced(to_user=str() as user):
            return (user,)
        case _:
            return ()


def is_for_everybody(item: Item) -> bool:
    """Whether every session hears of it, in whatever room."""
    match item:
        case Stopping() | Announced(to_user=None) | Missed(room=""):
            return True
        case _:
            return False


def is_between(item: Item) -> TypeIs[Between]:
    """Whether only the nodes of a chat tell it each other: no person is told."""
    return type(item) in _BETWEEN


def is_shared(item: Item) -> bool:
    """Whether the other nodes of a chat have to know of it."""
    return type(item) in _SHARED and not (isinstance(item, Announced) and item.only_here)


def weight(item: Item) -> int:
    """Roughly how many bytes an item holds."""
    if type(item) is Said:  # most are, and the names in them are short
        return SAID + getsizeof(item.text) + len(item.tags)
    size = 200
    for name in item.__slots__:  # a loop, since it is asked of every item
        value = getattr(item, name)
        if isinstance(value, str):
            size += getsizeof(value)
        else:
            size += sum(map(_length, value)) if isinstance(value, tuple) else _length(value)
    return size


def _length(value: object) -> int:
    if isinstance(value, str):
        return getsizeof(value)
    if isinstance(value, RoomRules | Account):
        return 400 + sum(getsizeof(getattr(value, name)) for name in value.__slots__)
    return 50
