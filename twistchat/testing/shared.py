"""An engine that several nodes share, in the memory of one test: no Redis is needed for it.

Its order is that of the Redis engine: what one node hands over at once is one entry of a feed,
which each node tells from the beginning to the end. Nodes are cut off, come back, end without a
word, and the store loses everything, when a test says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, fail, succeed

from twistchat.core.codes import NO_FAULT
from twistchat.core.concerns import is_durable, is_shared, log_of, stands_in, weight
from twistchat.core.events import (
    Missed,
    NotKept,
    RoomForgotten,
    Unkept,
)
from twistchat.counts import Commits
from twistchat.engine import NOWHERE, Committed, Entry, NodeSeen, Stamp, UnavailableError
from twistchat.testing.engines import SlowEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IDelayedCall

    from twistchat.core.limits import Limits
    from twistchat.testing.sharedstore import SharedStore


class SharedEngine(SlowEngine):
    """The engine of one of several nodes. `delay`: seconds to the store, and as many back."""

    def __init__(
        self,
        store: SharedStore,
        node: str = "a",
        *,
        limits: Limits | None = None,
        delay: float = 0.002,
    ) -> None:
        super().__init__(store.clock, limits or store.limits, delay)
        self.node = node
        self.store = store
        self.limits = limits or store.limits
        self.is_cut = False
        """Whether it cannot reach the store."""
        self.is_dead = False
        """Whether it has ended without a word."""
        self._life = object()
        self._store_id = store.id
        self._memory = store.memory
        self._queue: list[tuple[Entry, float]] = []
        self._writing: list[Entry] = []
        self._handing_over: IDelayedCall | None = None
        self._at = 0
        self._own: dict[int, Sequence[Committed]] = {}
        self._told: dict[str, Stamp] = {}
        """Up to where it has told each room."""
        self._owes = False
        """Whether it has told something that the store does not know."""
        self._counted = Commits()
        self._beating: IDelayedCall | None = None
        self._deliver: Callable[[Sequence[Committed]], None] = lambda _: None
        self._stopped: Deferred[None] | None = None

    @property
    def full(self) -> bool:
        """See `Engine.full`."""
        return self.waiting >= self.limits.uncommitted

    @property
    def waiting(self) -> int:
        """See `Engine.waiting`."""
        return sum(weight(e.item) for e in (*self._writing, *(e for e, _ in self._queue)))

    @property
    def commits(self) -> Commits:
        """See `Engine.commits`."""
        return self._counted

    def nodes(self) -> Deferred[Sequence[NodeSeen]]:
        """See `Engine.nodes`."""
        now, people = self._clock.seconds(), self.store.people
        return succeed(
            [
                NodeSeen(name, people.count(name), its.since, now - its.seen, name == self.node)
                for name, its in self.store.nodes.items()
            ]
        )

    # ------------------------------------------------------------ what a test does with it

    def cut(self) -> None:
        """Let it reach the store no more."""
        self.is_cut = self.fails = True
        self.trouble = "it is cut off"

    def join(self) -> None:
        """Let it reach the store again."""
        self.is_cut = self.fails = False
        self.trouble = ""
        self._beat()

    def die(self) -> None:
        """End without a word."""
        self.cut()
        self.is_dead = True
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None

    # ------------------------------------------------------------ the engine

    def start(self, deliver: Callable[[Sequence[Committed]], None]) -> Deferred[None]:
        """See `Engine.start`."""
        self._deliver = deliver
        return self._later(self._resync)

    def stop(self) -> Deferred[None]:
        """See `Engine.stop`."""
        if self.is_dead:
            return succeed(None)
        self._stopped = Deferred()
        if not self._writing and not self._queue:
            self._end()
            return succeed(None)
        return self._stopped

    def _end(self) -> None:
        self.store.leave(self.node)
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None
        if self._stopped is not None:
            self._stopped.callback(None)

    def claim(self, name: str, holder: str) -> Deferred[bool]:
        """See `Engine.claim`."""
        if self.is_cut:
            return fail(UnavailableError("it is cut off"))
        return self._later(lambda: self.store.claim(name, holder, self.node))

    def release(self, name: str, holder: str) -> None:
        """See `Engine.release`."""
        if not self.is_cut:
            self.store.release(name, holder, self.node)

    def append(self, entries: Sequence[Entry]) -> None:
        """See `Engine.append`."""
        now = self._clock.seconds()
        self._queue += [(entry, now) for entry in entries]
        self._hand_over_soon()

    def _hand_over_soon(self) -> None:
        if not self._writing and self._handing_over is None and self._queue and not self.is_dead:
            self._handing_over = self._clock.callLater(0, self._hand_over)

    def _hand_over(self) -> None:
        self._handing_over = None
        since = self._queue[0][1]
        self._writing, self._queue = [entry for entry, _ in self._queue], []
        if any(is_shared(entry.item) for entry in self._writing):
            self._clock.callLater(self.delay, self._reach, since)
        else:
            self._finish([self._answer(entry) for entry in self._writing])

    def _answer(self, entry: Entry) -> Committed:
        name = stands_in(entry.item)
        stands = NOWHERE if name is None else self.store.memory.stands(name)
        return entry.committed(entry.item, stands)

    def _reach(self, since: float) -> None:
        if self.is_dead:
            return
        if self.is_cut:
            if self._clock.seconds() - since < self.limits.uncommitted_age:
                self._clock.callLater(0.1, self._reach, since)
            else:
                self._owes = True
                self._finish([self._unkept(entry) for entry in self._writing])
            return
        before = len(self.store.feed)
        placed = self.store.append(self.node, self._life, self._writing)
        if len(self.store.feed) == before:
            self._clock.callLater(self.delay, self._finish, placed)
        else:
            self._own[before + 1] = placed

    def read(self) -> None:
        """Tell what the feed has got since."""
        if self.is_cut or self.store.id != self._store_id:
            return
        while self._at < len(self.store.feed):
            batch = self.store.feed[self._at]
            self._at += 1
            if (own := self._own.pop(self._at, None)) is not None:
                self._finish(own)
            else:
                self._tell(batch.items)

    def _finish(self, placed: Sequence[Committed]) -> None:
        self._writing = []
        for committed in placed:
            if isinstance(committed.item, NotKept) and committed.item.why not in NO_FAULT:
                self._counted.unkept[committed.item.why] += 1
        self._tell(placed)
        if self._queue:
            self._hand_over_soon()
        elif self._stopped is not None and not self._writing:
            self._end()

    def _tell(self, batch: Sequence[Committed]) -> None:
        for committed in batch:
            if isinstance(committed.item, RoomForgotten):
                self._told.pop(committed.item.room, None)
            elif is_durable(committed.item):
                self._told[log_of(committed.item) or ""] = Stamp(committed.epoch, committed.number)
        if batch:
            self._deliver(batch)

    @staticmethod
    def _unkept(entry: Entry) -> Committed:
        item = entry.item
        return (
            entry.settled(item, Unkept.FAILED)
            if is_durable(item)
            else entry.committed(item, NOWHERE)
        )

    # ------------------------------------------------------------ being one of several

    def _beat(self) -> None:
        if self._beating is not None and self._beating.active():
            self._beating.cancel()
        self._beating = self._clock.callLater(self.store.lease / 3, self._beat)
        if self.is_cut:
            return
        is_known = self.store.beat(self.node, self._life)
        if is_known and self.store.id == self._store_id and not self._owes:
            self.read()
        else:
            self._resync()

    def _resync(self) -> None:
        store, told = self.store, self._told
        self._life = object()
        self._owes = False
        self._store_id, self._memory = store.id, store.memory
        if self not in store.engines:
            store.engines.append(self)
        self._at, resynced = store.hello(self.node, self._life)
        self._own.clear()
        self._told = {}
        is_empty = not (resynced.people or resynced.holds or told)
        batch = [] if is_empty else [Committed(resynced)]
        for room in dict.fromkeys((*told, *store.memory.rooms)):
            if room[:1] == "#":
                now = self._told[room] = store.memory.stands(room)
                if self._beating is not None:  # else it begins, and has missed nothing
                    batch += self._missed(room, told.get(room, Stamp(now.epoch, 0)))
        if batch:
            self._deliver(batch)
        if self._beating is None:
            self._beat()

    def _missed(self, room: str, at: Stamp) -> Sequence[Committed]:
        memory = self.store.memory
        now = memory.stands(room)
        if now.epoch != at.epoch:
            lost = Missed(room, 1, now.number, is_new_epoch=True, at=self._clock.seconds())
            return [Committed(lost, now.epoch, now.number)]
        lines = memory.history(room, None, now.number - at.number, after=at.number)
        return [replace(line, node="?") for line in lines]
