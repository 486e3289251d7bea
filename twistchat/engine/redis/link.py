"""What the engine knows of the connection to its Redis: the seam between it and the network.

The engine is written against this alone; so it is tried on a Clock, with a link that loses answers
when it is told to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha1
from typing import TYPE_CHECKING, Any, Protocol

from twistchat.engine import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.defer import Deferred

Word = str | bytes | int | float
"""What a command is made of. Text goes as UTF-8."""


class StoreError(Exception):
    """Something could not be done with the store; the message is a sentence for the operator."""


class NotSentError(StoreError, UnavailableError):
    """There is no connection, and nothing was sent: it has certainly not happened."""


class AnswerLostError(StoreError, UnavailableError):
    """It was sent, and there is no answer: it may have happened, or may happen yet."""


class RefusedError(StoreError):
    """Redis answered with an error, and nothing was changed."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """The first word of it: OOM, READONLY, LOADING, MISCONF, NOREPLICAS, MASTERDOWN, BUSY …"""


FULL = frozenset(("OOM", "MISCONF", "NOREPLICAS"))
"""How Redis says that it keeps nothing now."""

PASSING = frozenset(("READONLY", "LOADING", "MASTERDOWN", "BUSY", "TRYAGAIN", "CLUSTERDOWN"))
"""How Redis says that this is not the time or not the place; all else it will say again."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script in Lua, which Redis runs as one step that nothing comes between."""

    name: str
    text: bytes
    sha: str = field(init=False)
    """As EVALSHA names it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha", sha1(self.text, usedforsecurity=False).hexdigest())


class Link(Protocol):
    """The connections to one Redis, which come back by themselves.

    Answers are as Redis sends them: bytes, int, None, and lists of these.
    """

    @property
    def is_up(self) -> bool:
        """Whether there is a connection that has answered."""

    @property
    def trouble(self) -> str:
        """Why there is none, in words for the operator; empty: there is."""

    def watch(
        self,
        *,
        came_up: Callable[[], None],
        went_down: Callable[[], None],
        woken: Callable[[bytes], None],
    ) -> None:
        """Call these when there is a connection again, none any more, and something published.

        The first connection is told by `start` alone. Messages may be lost without a word.
        `came_up` is called only when the channel is listened to, too; so nothing that is published
        behind it is lost but by losing the connection, which is told.
        """

    def start(self, channel: str) -> Deferred[None]:
        """Connect, and listen to a channel. Fires when there is a connection.

        It fails with `StoreError` where there is none within a while, or it can be of no use (a
        wrong password, a version that is too old).
        """

    def run(
        self,
        script: Script,
        keys: Sequence[Word],
        words: Sequence[Word],
        *,
        is_reading: bool = False,
    ) -> Deferred[Any]:
        """Let Redis run a script. Readings go beside what is written, over a connection of theirs.

        It fails with `NotSentError`, `AnswerLostError` or `RefusedError`.
        """

    def command(self, *words: Word, is_reading: bool = False) -> Deferred[Any]:
        """Let Redis do one command; see `run`."""

    def drop(self, why: str) -> None:
        """Let go of the connections, and make others: what answers there is of no use."""

    def stop(self) -> Deferred[None]:
        """Close the connections, and make none any more."""
