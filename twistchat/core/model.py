"""People and rooms, as they are now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twistchat.core.law import NO_LAW, Law

if TYPE_CHECKING:
    from twistchat.core.accounts import Account
    from twistchat.core.pace import Bucket


@dataclass(frozen=True, slots=True)
class Seen:
    """Up to where somebody has read a room."""

    epoch: str
    number: int
    perhaps_until: float = 0.0
    """What was said later than that number and before this time, they may have read too: a
    connection was lost, and nobody knows how much of it had arrived."""


@dataclass(frozen=True, slots=True)
class Persona:
    """How somebody presents themselves besides their name, as IRC knows it."""

    ident: str = ""
    """What they are called on their machine, as they say; empty: they have not said."""
    realname: str = ""
    """Who they are, in their own words."""
    is_bot: bool = False
    """Whether they say that they are a program."""
    is_invisible: bool = False
    """Whether they wish to be listed only to those who are in a room with them, or know their
    name."""


NO_PERSONA = Persona()
"""Of those who have said nothing of it."""


@dataclass(slots=True, eq=False)
class User:
    """One person, whatever they came with and over how many connections."""

    id: str
    """Stays the same through every rename; nobody sees it."""
    name: str
    operator: bool = False
    """May do what the operator at the server may do, and is not slowed down."""
    rooms: dict[str, Room] = field(default_factory=dict)
    """By name, in the order of joining."""
    away: str | None = None
    """Why they are away, perhaps in no words; None while they are here."""
    since: float = 0.0
    """When they came in: seconds since 1970, UTC."""
    spoke: float = 0.0
    """When they last said something, or came in."""
    paces: dict[str, Bucket] = field(default_factory=dict)
    """How much of what is limited to so many a minute they may still do, by the limit's name."""
    correspondents: dict[str, None] = field(default_factory=dict)
    """The ids of people who have written to them: no strangers."""
    account: Account | None = None
    """Theirs, if they have logged in; its id is theirs."""
    office: Account | None = None
    """The account of an operator, whose password they have shown to be one while they are here."""
    persona: Persona = NO_PERSONA
    """How they present themselves."""
    is_here: bool = True
    """Whether they are connected to this node."""
    elsewhere: set[str] = field(default_factory=set)
    """The other nodes to which they are connected."""


@dataclass(slots=True, eq=False)
class Room:
    """One room: who is in it now, and its durable state, as far as it is committed."""

    name: str
    topic: str = ""
    topic_who: str = ""
    """The name of who said so."""
    topic_at: float = 0.0
    """When that was: seconds since 1970, UTC."""
    since: float = 0.0
    """When it was made, or found in the store by a server that started: seconds since 1970, UTC."""
    has_log: bool = False
    """Whether anything was ever said in it that is remembered."""
    members: dict[str, User] = field(default_factory=dict)
    """By the user's id, in the order of joining."""
    roster: list[tuple[User, str]] | None = None
    """The same with their names, for those who come in and are told how it was just then: who was
    there are the first of it. It is begun anew behind whoever leaves or is renamed."""
    law: Law = NO_LAW
    """What holds in it, with what is decided and not committed yet."""
    keeper: str = ""
    """The id of the guest who made it, and moderates it until the server starts anew; empty: it
    was made by somebody with an account, or long ago, or they moderate it no more."""
    is_made: bool = False
    """Whether it was told that somebody came into it, the first of whom has made it. Known where
    several nodes share the chat."""
    is_restrained: bool = False
    """Whether anybody may have to be kept from speaking in it."""
    lines: dict[str, float] = field(default_factory=dict)
    """When whom was last heard in it, by id, while it is slow."""
    admitted: dict[str, bool] = field(default_factory=dict)
    """The ids of those who may come in though it is full: they are invited, or were in it when
    their connection was lost. Whether also past a key, and by invitation only."""
