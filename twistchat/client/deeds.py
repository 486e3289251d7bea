"""What moderators do, and what becomes of accounts, as values; a part of `events.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from twistchat.client.base import Event

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderated(Event):
    """Somebody who may did something about somebody."""

    type: ClassVar[Literal["moderated"]] = "moderated"
    room: str
    """`#*`: everywhere; then it has no number."""
    epoch: str = ""
    number: int = 0
    time: float
    who: str
    deed: str
    """`kick`, `mute`, `unmute`, `ban`, `unban`, `op`, `deop`, `voice`, `devoice`, `exempt`,
    `unexempt`, `allow`, `disallow` or `found`."""
    to: str
    """A name, a pattern of names, or an address."""
    words: str = ""
    """Why."""
    until: float | None = None
    """None: for good, or it does not last."""
    past: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules(Event):
    """Somebody changed how a room is used."""

    type: ClassVar[Literal["rules"]] = "rules"
    room: str
    epoch: str
    number: int
    time: float
    who: str
    rules: Mapping[str, object]
    """All of them, as they are now."""
    changed: tuple[str, ...]
    past: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted(Event):
    """Somebody took back what was said under a number (`line`)."""

    type: ClassVar[Literal["deleted"]] = "deleted"
    room: str
    epoch: str
    number: int
    time: float
    who: str
    line: int
    words: str = ""
    past: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased(Event):
    """Stands among past lines in the place of what somebody had said, and another one deleted."""

    type: ClassVar[Literal["erased"]] = "erased"
    room: str
    epoch: str
    number: int
    time: float
    who: str
    by: str = ""
    past: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Event):
    """An account of this client's was made or changed, or one that it changed."""

    type: ClassVar[Literal["account"]] = "account"
    time: float
    who: str
    name: str
    role: str
    deed: str
    mine: bool = False
