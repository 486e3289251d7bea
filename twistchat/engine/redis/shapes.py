"""What is asked of the store, and what it answers, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from twistchat.engine.groupcommit import Told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twistchat.core.events import Item
    from twistchat.engine import Committed, Outcome, Stamp


__all__ = ["Appended", "Batch", "Beat", "Here", "Snapshot", "Told"]


class Here(NamedTuple):
    """Which node this is, and which of its lives: a new one begins whenever it registers."""

    node: str
    life: str


@dataclass(frozen=True, slots=True)
class Appended:
    """What has become of a batch: it stands in the feed as a whole, under one number."""

    seq: int
    """Its number in the feed; 0: nothing of it is to be seen by anybody else."""
    outcomes: Sequence[Outcome | Told]
    """One for each item, in their order."""
    stands: Mapping[str, Stamp]
    """Where the logs that were asked for stood before it."""
    after: int = 0
    """The last number in the feed before it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one node has put into the feed at once."""

    seq: int
    """1, 2, 3 …: of all nodes together, without a hole."""
    here: Here
    """Whose it is."""
    number: int
    """Which of that life's batches (1, 2, 3 …); 0: the store has put it there by itself."""
    items: Sequence[Committed]
    """As the others are to be told, each with its node."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How everything stands, right behind one place in the feed."""

    store: str
    """Which store that is: another one has lost everything."""
    seq: int
    secret: bytes
    stands: Mapping[str, Stamp]
    """Of the rooms' logs, and the server's."""
    resync: Item
    """The rest: a `Resynced`."""
    is_new: bool
    """Whether there was nothing in it before."""
    mark: tuple[int, bytes] | None
    """The last of the feed that nobody else can have put there: its number, and whose it is."""
    times: Mapping[str, float]
    """When the last of a log happened, of those where that is known."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What a node is told that says it is alive."""

    seq: int
    """The last in the feed."""
    store: str
    is_known: bool
    """Whether it still holds its lease; if not, its people have been announced as gone."""
    is_same: bool = False
    """Whether all is there that it has told, if it has looked."""
    is_doubtful: bool = False
    """Whether others have not: see `Store.look`."""
