"""What was asked of a server, and what has become of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twistchat.client.errors import ChatError
    from twistchat.client.events import AnyEvent
    from twistchat.frontends.jsonlines.codec import Object

KEY_TIME = 24 * 60 * 60.0
"""Seconds for which a server remembers the key of a message (docs/json-protocol.md)."""


@dataclass(eq=False, slots=True)
class Request:
    """Something that is answered once."""

    fields: Object
    lines: list[AnyEvent] = field(default_factory=list)
    """Past lines that came as a part of the answer."""
    is_done: bool = False


@dataclass(eq=False, slots=True)
class Join(Request):
    """A wish to be in a room. It is granted when the room is told as it happens."""

    is_again: bool = False
    """Whether the client goes back by itself, and nobody waits for it."""

    @property
    def room(self) -> str:
        """Where."""
        return str(self.fields["room"])


@dataclass(eq=False, slots=True)
class Say(Request):
    """Something to be said once, however often it is sent."""

    first_sent: float | None = None
    """When it was first sent: from then on somebody may have heard it."""

    @property
    def key(self) -> str:
        """What makes sure that it is said once."""
        return str(self.fields["key"])

    def is_stale(self, now: float) -> bool:
        """Whether its key may be forgotten, so that sending it again could double it."""
        return self.first_sent is not None and now - self.first_sent >= KEY_TIME


def make_key() -> str:
    """Make a key that nobody else makes."""
    return secrets.token_urlsafe(16)


# ---------------------------------------------------------------- what comes of a line


@dataclass(frozen=True, slots=True)
class Happened:
    """Something to be told to whoever uses this client."""

    event: AnyEvent


@dataclass(frozen=True, slots=True)
class Done:
    """A request is answered, or will never be: `error` says why."""

    request: Request
    answer: Object = field(default_factory=dict)
    error: ChatError | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """The client is in."""


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The client did not come in under that name, and may try another."""

    error: ChatError


@dataclass(frozen=True, slots=True)
class HangUp:
    """This connection is of no use: end it, and try another later."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No connection would be of use."""

    error: ChatError


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so many seconds go by, then call `Core.waited`."""

    seconds: float


Outcome = Happened | Done | Entered | TurnedAway | HangUp | GiveUp | Wait
