"""What is kept in Redis, and how all nodes change it: each call is one script, done as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twistchat.engine.redis.link import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twisted.internet.defer import Deferred

    from twistchat.core.limits import Limits
    from twistchat.engine import Entry, NodeSeen
    from twistchat.engine.redis.link import Link
    from twistchat.engine.redis.shapes import Appended, Batch, Beat, Here, Snapshot

LEASE = 15.0
"""Seconds without a beat after which a node counts as dead, by the clock of Redis."""


class NodeGoneError(StoreError):
    """This life of the node is not registered (any more): its people were announced as gone."""


class FeedTrimmedError(StoreError):
    """What comes next in the feed is no longer there, or was lost."""


class ToldUpTo(NamedTuple):
    """Up to where a node has told a log."""

    epoch: str
    number: int
    at: float | None = None
    """When the event of that number happened (its `at`), by which it is known; None: nobody
    knows, and it is taken for the same if there is one."""


class Store:
    """The one Redis of a chat, as one node uses it."""

    def __init__(
        self,
        link: Link,
        *,
        prefix: str,
        limits: Limits,
        now: Callable[[], float],
        lease: float = LEASE,
    ) -> None:
        self._link = link
        self._prefix = prefix
        self._limits = limits
        self._now = now
        self._lease = lease

    def hello(
        self,
        here: Here,
        *,
        secret: bytes | None = None,
        verify: Mapping[str, ToldUpTo],
        former: str = "",
    ) -> Deferred[Snapshot]:
        """Register a life of this node, and learn how everything stands.

        A former life of it is ended, and its people announced as gone; but where this life goes on
        for the `former` one they stay, until it says who is still there (`reassert`).

        Each log that was told further than the store has it, or otherwise, goes on under a new
        epoch; the feed has a `Missed` of it.

        `secret` becomes that of a store that has none.

        It fails with `StoreError` where the store was made by a newer version.
        """
        raise NotImplementedError

    def append(
        self, here: Here, number: int, entries: Sequence[Entry], opens: Sequence[str]
    ) -> Deferred[Appended]:
        """Put a batch into the logs and into the feed; asked again, it is answered the same.

        Each life numbers its batches 1, 2, 3 …; numbers may be left out, but never come later
        than a higher one. `opens` are logs of which is asked where they stood before; those of
        rooms begin.

        It fails with `NodeGoneError` where this life is not registered (and the batch was not
        put there before it was ended), and as `Link.run` does.
        """
        raise NotImplementedError

    def feed(self, after: int, limit: int) -> Deferred[Sequence[Batch]]:
        """Read the feed on from behind a place; nothing is left out.

        It fails with `FeedTrimmedError` where that cannot be.
        """
        raise NotImplementedError

    def entry_at(self, seq: int) -> Deferred[bytes | None]:
        """Tell whose batch stands at a place of the feed: see `identity_of`. None: there is none."""
        raise NotImplementedError

    def beat(self, here: Here) -> Deferred[Beat]:
        """Say that this node is alive, and let those who have not said so for long be gone."""
        raise NotImplementedError

    def leave(self, here: Here) -> Deferred[None]:
        """End this life: who is still here has departed. Names of theirs are kept for a while."""
        raise NotImplementedError

    def reassert(self, here: Here, people: Sequence[str]) -> Deferred[None]:
        """Let those be gone who are said to be connected to this node and are not among these."""
        raise NotImplementedError

    def nodes(self, here: Here) -> Deferred[Sequence[NodeSeen]]:
        """Tell which nodes there are."""
        raise NotImplementedError

    def claim(self, here: Here, folded: str, holder: str) -> Deferred[bool]:
        """Take a name for a holder; see `Engine.claim`. It is freed when this node is gone."""
        raise NotImplementedError

    def release(self, here: Here, folded: str, holder: str) -> Deferred[None]:
        """Give a name back, unless its holder is connected to another node too."""
        raise NotImplementedError


def identity_of(here: Here, number: int) -> bytes:
    """What `Store.entry_at` finds where this batch stands."""
    return f"{here.node} {here.life} {number}".encode()
