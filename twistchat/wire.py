"""The seam that the author of a front end reads: what its protocol does, and how to write."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.engine import Committed


class Input(Protocol):
    """Where a session's commands come from: the protocol of its connection."""

    def hold(self) -> None:
        """Take in nothing more for now."""

    def release(self) -> None:
        """Go on taking in."""

    def lift(self) -> None:
        """Take in what has come already, though it is not its turn yet: it is all refused."""


class WhyLeftOut(StrEnum):
    """Why somebody is not told something that was said."""

    PAGE = "page"
    """There is more than one page of it."""
    DELETED = "deleted"
    """It is no longer kept."""
    EPOCH = "epoch"
    """Nobody knows up to where they have read, since the numbers of the room began anew."""
    UNREAD = "unread"
    """It cannot be read now."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Numbers of a room that somebody is not told, from the first to the last."""

    first: int
    last: int
    why: WhyLeftOut


@dataclass(frozen=True, slots=True)
class Past:
    """What was said in a room, as it was read for one session."""

    events: Sequence[Committed] = ()
    """Oldest first."""
    left_out: Sequence[LeftOut] = ()
    has_more: bool = False
    """Whether there may be more beyond the end at which it was cut."""
    marker: int = 0
    """Up to where the owner of an account has read it; 0: nothing, or it is not told them."""
    is_unread: bool = False
    """Whether it could not be read, so that whoever comes in is told nothing of it."""


class WireFormat(Protocol):
    """One way of writing for a wire: a hashable value.

    All sessions whose formats are equal are sent the very same bytes, encoded once; so a format
    holds options (line ends, what a client has asked for) and nothing of one person.
    """

    @property
    def folds_presence(self) -> bool:
        """Whether many who come and go in a crowded room are told in one line (`Folded`).

        Such a format is not asked to write the single events; any other never sees a `Folded`.
        """

    @property
    def hears_elsewhere(self) -> bool:
        """Whether one is told what moderators do about oneself in rooms where one is not."""

    def encode(self, committed: Committed) -> bytes:
        """Write an event, as everybody with this format reads it. Empty: nothing to tell.

        Who asked and under which label is nobody else's business, and must not be in it.
        """

    def encode_reply(self, committed: Committed, reader: str) -> bytes:
        """Write an answer to one session, whose nickname is `reader` (empty at the door).

        Its item is a `Reply`; a `Kept` has the number of its event, and the asker's label.
        """

    def encode_past(self, place: Committed, past: Past, *, now: float) -> bytes:
        """Write past events of a room: some page, what a search has found, or what one missed.

        The item of `place` says what was asked for (`HistoryOpened`, `SearchOpened`, or
        `JoinOpened` for whoever comes in), its number up to where was read. `now` is seconds since
        1970, UTC.
        """

    def pack(self, pieces: Sequence[bytes]) -> bytes:
        """Put pieces that are told together into one buffer.

        Some of them may be several pieces in a row, one after the other.
        """

    def __hash__(self) -> int:
        """Equal formats share one buffer."""
