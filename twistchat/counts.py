"""What is counted of a chat while it runs: plain numbers, for whoever shows them.

Here nobody knows what they are shown with. Who counts adds to an integer, at most once for each
line that is read, and for all that is told together once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COMMIT_TIMES = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds: from a disk that lies about syncing to one that is about to fail."""

BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Durable events of one commit."""


class Spread:
    """How often something was how large: a histogram."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(bounds) + 1)
        """How many were at most as large as each bound, and larger than that before it; and how
        many were larger than all."""
        self.total = 0.0
        """The sum of them."""

    def add(self, size: float) -> None:
        """Count one."""
        self.counts[bisect_left(self.bounds, size)] += 1
        self.total += size

    def copy(self) -> Spread:
        """Keep it as it is at this moment."""
        copied = Spread(self.bounds)
        copied.counts, copied.total = list(self.counts), self.total
        return copied


@dataclass(slots=True)
class Heard:
    """What has come over one kind of wire."""

    lines: int = 0
    """Lines that were read, whatever became of them."""


@dataclass(frozen=True, slots=True)
class Feed:
    """How far a node has read what all nodes of its chat do."""

    at: int = 0
    """The last that was told here, of 1, 2, 3 …"""
    last: int = 0
    """The last of which is known that it is there."""
    asked_again: int = 0
    """How often the answer to a batch was lost, so that the same was asked once more."""
    resyncs: int = 0
    """How often it had to learn anew how everything stands."""


@dataclass(slots=True)
class Commits:
    """What an engine has committed, if it does so later."""

    times: Spread = field(default_factory=lambda: Spread(COMMIT_TIMES))
    """Seconds from handing a batch to the writer until it has answered."""
    sizes: Spread = field(default_factory=lambda: Spread(BATCH_SIZES))
    """Durable events of each batch."""
    unkept: Counter[str] = field(default_factory=Counter)
    """Durable events that were not kept, by why (`Unkept`), but for what the store cannot be
    blamed for."""
    since: float | None = None
    """When the writer was given what it has now, by the reactor's clock; None if it has nothing."""
    is_failing: bool = False
    """Whether the last batch could not be kept."""
    feed: Callable[[], Feed] = Feed
    """Tells how far this node has read; nothing where the chat has one."""


@dataclass(slots=True)
class Counts:
    """What is counted of one chat, from its start on."""

    heard: defaultdict[str, Heard] = field(default_factory=lambda: defaultdict(Heard))
    """By wire."""
    deliveries: int = 0
    """How often a session was sent what a turn has brought, however much that was."""
    drops: Counter[str] = field(default_factory=Counter)
    """Connections that ended, by why (`Cause`), also those of people who have left."""
    bites: Counter[str] = field(default_factory=Counter)
    """How often each limit has bitten, by its name in `Limits`."""
    refused_logins: Counter[str] = field(default_factory=Counter)
    """How often somebody was not let in, by why (`Refusal`)."""
