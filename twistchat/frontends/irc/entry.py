"""One command of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: what does it, and what it needs."""

    do: Callable[[IRCDialog, Message], None]
    fewest: int = 0
    """Parameters that there have to be."""
    at_door: bool = False
    """Whether it can be said before one has come in."""
