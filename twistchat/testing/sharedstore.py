"""What the engines of several nodes share, in the memory of one test."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from twistchat.core.concerns import is_durable, is_shared, log_of, stands_as, stands_in
from twistchat.core.events import Done, Joined, NotKept, Rejoined, Resynced, RoomForgotten
from twistchat.core.law import Deed
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.engine import NOWHERE, Committed, Entry, Stamp
from twistchat.engine.memory import Memory
from twistchat.testing.whereabouts import Whereabouts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.task import Clock

    from twistchat.core.events import Durable


@dataclass(slots=True)
class _Node:
    """A node that has registered."""

    life: object
    since: float
    seen: float


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one node has put into the feed at once."""

    life: object
    items: Sequence[Committed]
    """As the others are told."""


class Reader(Protocol):
    """What is known here of an engine."""

    delay: float

    def read(self) -> None:
        """Tell what the feed has got since."""


class SharedStore:
    """What the engines of several nodes share.

    `lease`: a node of which nothing was heard for so many seconds counts as dead.
    """

    def __init__(
        self, clock: Clock, limits: Limits = DEFAULT_LIMITS, *, lease: float = 15.0
    ) -> None:
        self.clock = clock
        self.lease = lease
        self.limits = limits
        self.nodes: dict[str, _Node] = {}
        self.engines: list[Reader] = []
        self._begin()

    def _begin(self) -> None:
        self.id = secrets.token_hex(4)
        """Another one has lost everything."""
        self.memory = Memory(self.limits, now=self.clock.seconds)
        self.feed: list[_Batch] = []
        self.people = Whereabouts()
        self.names: dict[str, tuple[str, str]] = {}
        """The holder of each, and at which node."""
        self._holds: dict[tuple[str, str, str], Durable] = {}
        self._last: dict[str, Durable] = {}

    def lose_everything(self) -> None:
        """Be empty, as after FLUSHALL; no node knows it yet."""
        self.nodes.clear()
        self._begin()

    # ------------------------------------------------------------ nodes

    def hello(self, name: str, life: object) -> tuple[int, Resynced]:
        """Let a node register; a former life of it ends. How everything stands, and where."""
        if name in self.nodes:
            self._reap(name)
        now = self.clock.seconds()
        self.nodes[name] = _Node(life, now, now)
        people = self.people.all()
        holds = (*self._last.values(), *self._holds.values())
        return len(self.feed), Resynced(people, holds, now)

    def beat(self, name: str, life: object) -> bool:
        """Hear of a node; whether it still holds its lease. Those that are dead are taken out."""
        now = self.clock.seconds()
        node = self.nodes.get(name)
        if node is not None and node.life is life:
            node.seen = now
        for other, its in list(self.nodes.items()):
            if its.seen + self.lease <= now:
                self._reap(other)
        return node is not None and node.life is life and name in self.nodes

    def leave(self, name: str) -> None:
        """Let a node go."""
        if name in self.nodes:
            self._reap(name)

    def _reap(self, name: str) -> None:
        del self.nodes[name]
        gone = self.people.leaves(name, self.clock.seconds())
        for folded, (holder, node) in list(self.names.items()):
            if node != name:
                continue
            if (home := self.people.home_of(holder)) is None:
                del self.names[folded]
            else:
                self.names[folded] = holder, home
        if gone:
            self._put(None, [Committed(item, node=name) for item in gone])

    def _put(self, life: object, items: Sequence[Committed]) -> None:
        self.feed.append(_Batch(life, items))
        for engine in self.engines:
            self.clock.callLater(engine.delay, engine.read)

    # ------------------------------------------------------------ what is put into the feed

    def append(self, name: str, life: object, entries: Sequence[Entry]) -> Sequence[Committed]:
        """Put a batch into the feed; as its node is told."""
        placed, others = [], []
        for entry in entries:
            own = self._place(entry, name)
            if own is not None:
                placed.append(own)
                if is_shared(own.item) and not isinstance(own.item, NotKept):
                    others.append(Committed(own.item, own.epoch, own.number, node=name))
        if others:
            self._put(life, others)
        return placed

    def _place(self, entry: Entry, node: str) -> Committed | None:
        item = entry.item
        if is_durable(item):
            outcome = self.memory.put(entry, item)
            if isinstance(outcome, Stamp):
                self._last[log_of(item) or ""] = item
                self._hold(item)
            return entry.settled(item, outcome)
        name = stands_in(item)
        stamp = NOWHERE if name is None else self.memory.stands(name)
        if isinstance(item, RoomForgotten):
            self.memory.forget(item.room)
            self._last.pop(item.room, None)
            self._holds = {k: e for k, e in self._holds.items() if k[0] != item.room}
        told = self.people.told(item, node) if is_shared(item) else item
        if told is not None:
            return entry.committed(told, stamp)
        if isinstance(item, Joined):
            return entry.committed(Rejoined(item.room), stamp)
        return None if entry.label is None else entry.committed(Done(), NOWHERE)

    def _hold(self, event: Durable) -> None:
        decided = stands_as(event)
        if decided is None:
            return
        key = (log_of(event) or "", *decided)
        if getattr(event, "deed", None) is Deed.FOUND and key in self._holds:
            return  # whoever was first has made the room
        self._holds.pop(key, None)
        self._holds[key] = event

    def claim(self, folded: str, holder: str, node: str) -> bool:
        """See `Engine.claim`."""
        theirs = self.names.setdefault(folded, (holder, node))[0] == holder
        if theirs:
            self.names[folded] = holder, node
        return theirs

    def release(self, folded: str, holder: str, node: str) -> None:
        """See `Engine.release`: only where that node was the last to claim it."""
        if self.names.get(folded) == (holder, node):
            del self.names[folded]
