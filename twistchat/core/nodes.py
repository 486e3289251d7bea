"""What the nodes of one chat tell each other. No wire ever writes any of it.

A *node* is one server process of a chat that several share. Who is where is known at each of them:
a person may be connected to one, or (the owner of an account) to several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.values import value

if TYPE_CHECKING:
    from twistchat.core.events import Durable
    from twistchat.core.model import Persona


@value(frozen=True, slots=True)
class Entered:
    """Somebody is connected to a node, as this says: who has come in, or whom it tells anew.

    It is all that others have to know of a person, so that it can be told again at any time:
    where they are in other rooms than was known, they have joined or left.
    """

    user: str
    who: str
    rooms: tuple[str, ...]
    """In the order of joining."""
    away: str | None
    persona: Persona
    office: str
    """The id of the account as which they are an operator here; empty: none."""
    is_guest: bool
    """Whether they have no account: then they are connected to one node at a time, the last."""
    since: float
    spoke: float
    at: float
    keeps: tuple[str, ...] = ()
    """The rooms among these that they made as a guest, and moderate."""


@value(frozen=True, slots=True)
class Withdrew:
    """Somebody with an account is no longer connected to a node, but to others: they are here."""

    user: str
    who: str
    at: float


@value(frozen=True, slots=True)
class Resynced:
    """A node knows again how everything stands, of which it may have missed something.

    So it is at its start, and when it was cut off from the store for too long, or the store has
    lost something. What holds by this takes the place of all that held.
    """

    people: tuple[tuple[str, Entered], ...]
    """Who is connected to which other nodes, in the order of coming."""
    holds: tuple[Durable, ...]
    """What was decided and still holds, in the order in which it was; and the last of each room."""
    at: float


@value(frozen=True, slots=True)
class Asked:
    """An operator asks another node something, or all of them."""

    node: str
    """Who is to answer; empty: every node."""
    id: str
    """Chosen at random by who asks."""
    line: str
    """The command, as it is typed at the console."""
    by: str
    """Who asks, for the log."""
    at: float


@value(frozen=True, slots=True)
class Answered:
    """A node answers what an operator has asked at another."""

    node: str
    """Who answers."""
    id: str
    """Of what was asked."""
    results: str
    """What `twistchat ctl` is told, as JSON."""
    at: float


Between = Entered | Withdrew | Resynced | Asked | Answered
