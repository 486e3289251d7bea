"""How somebody wants to come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twisted.cred.credentials import ICredentials

    from twistchat.core.events import Refused
    from twistchat.core.model import Persona, Seen
    from twistchat.engine import Label


@dataclass(frozen=True, slots=True)
class Coming:
    """How somebody wants to come in."""

    credentials: ICredentials
    rooms: Mapping[str, Seen | None] | None = None
    """Where they want to be, and up to where they have read; None: where everybody is, or where
    the owner of an account was."""
    label: Label | None = None
    is_by_hand: bool = False
    """Whether they do not remember up to where they have read, so that the server does."""
    has_been_in: bool = False
    """Whether they were somebody else over this connection."""
    takes_private: bool = True
    """Whether what was said to them alone is for this connection, and not for another."""
    kept: Mapping[str, Seen] = field(default_factory=dict)
    """Rooms in which they were, as the server knows."""
    persona: Persona | None = None
    """How they present themselves; None: as before."""
    past_last: bool = False
    """Whether they are told what was said in a room after their own coming, and not before."""
    refused: Callable[[Refused], None] | None = None
    """Called with why they are not let in, if not; None: that is told to their session."""
