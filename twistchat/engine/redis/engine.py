"""The engine itself: what the rest of a node knows of all this."""

from __future__ import annotations

import random
import time
from collections import deque
from typing import TYPE_CHECKING

from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.logger import Logger

from twistchat import counts
from twistchat.core.concerns import is_shared, stands_in
from twistchat.core.events import Departed, Entered, Resynced, RulesChanged, Withdrew
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.engine import Committed
from twistchat.engine.groupcommit import GroupCommit
from twistchat.engine.redis.feed import Feed
from twistchat.engine.redis.keeping import Keeping
from twistchat.engine.redis.lease import Lease
from twistchat.engine.redis.names import Names
from twistchat.engine.redis.outbox import Outbox
from twistchat.engine.redis.place import Place
from twistchat.engine.redis.reading import Reading
from twistchat.engine.redis.resync import Resync
from twistchat.engine.redis.store import LEASE, Store
from twistchat.engine.retention import Retention

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from twistchat.core.events import Durable, Item, SearchOpened, Unkept
    from twistchat.counts import Commits
    from twistchat.engine import Audited, Entry, NodeSeen, Repeated
    from twistchat.engine.redis.link import Link
    from twistchat.engine.redis.shapes import Snapshot

log = Logger()

MOST = 500
"""Items of one batch: more would let Redis, which does one thing at a time, make others wait."""

LAST_TURN = 0.01
"""Seconds: a turn of the reactor, and to spare."""

CLOSE_TIME = 1.0
"""Seconds in which, at the end, each of the last things is to be done."""

LATEST_BEAT = 5.0
"""Seconds after which a node looks anyway whether the others have told something."""

CLAIM_TIME = 3.0
"""Seconds for which somebody who comes in while there is no connection waits for one."""


class RedisEngine:
    """Keeps everything that anybody saw in a Redis, which several nodes share."""

    def __init__(
        self,
        link: Link,
        *,
        clock: IReactorTime,
        node: str,
        prefix: str = "twistchat:",
        limits: Limits = DEFAULT_LIMITS,
        retention: Retention | None = None,
        now: Callable[[], float] = time.time,
        lease: float = LEASE,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.node = node
        self._link = link
        self._clock = clock
        self._channel = f"{prefix}wake"
        self._deliver: Callable[[Sequence[Committed]], None] | None = None
        self._untold: deque[Sequence[Committed]] = deque()
        self._is_telling = False
        self._place = Place(node)
        self._store = Store(link, prefix=prefix, limits=limits, now=now, lease=lease)
        self._reading = Reading(link, prefix=prefix, limits=limits, clock=clock, now=now)
        self._outbox = Outbox(
            clock=clock, store=self._store, place=self._place, patience=limits.uncommitted_age
        )
        self._feed = Feed(
            store=self._store,
            place=self._place,
            outbox=self._outbox,
            tell=self._tell,
        )
        self._resync = Resync(
            store=self._store,
            place=self._place,
            outbox=self._outbox,
            feed=self._feed,
            missed=self._reading.missed,
            tell=self._tell,
            now=now,
        )
        self._lease = Lease(
            clock=clock,
            link=link,
            store=self._store,
            place=self._place,
            outbox=self._outbox,
            feed=self._feed,
            resync=self._resync,
            every=min(lease / 3, LATEST_BEAT),
            jitter=jitter,
        )
        self._names = Names(
            store=self._store,
            place=self._place,
            lease=self._lease,
            patience=min(CLAIM_TIME, limits.uncommitted_age),
        )
        self._line = GroupCommit(
            clock=clock,
            limits=limits,
            write=self._outbox.write,
            last=self._place.stand,
            is_written=_is_written,
            most=MOST,
        )
        self._line.commits.feed = self._counted
        self._keeping = Keeping(
            link, prefix=prefix, retention=retention or Retention(), clock=clock, now=now
        )
        link.watch(came_up=self._lease.came_up, went_down=self._lease.went_down, woken=self._woken)

    @property
    def full(self) -> bool:
        """See `Engine.full`."""
        return self._line.full

    @property
    def commits(self) -> Commits:
        """See `Engine.commits`."""
        return self._line.commits

    def _counted(self) -> counts.Feed:
        """Tell what is counted besides."""
        return counts.Feed(
            at=self._place.at,
            last=max(self._feed.last, self._place.at),
            asked_again=self._outbox.asked_again,
            resyncs=self._resync.count,
        )

    @property
    def waiting(self) -> int:
        """See `Engine.waiting`."""
        return self._line.waiting

    @property
    def trouble(self) -> str:
        """See `Engine.trouble`."""
        return self._lease.trouble

    def nodes(self) -> Deferred[Sequence[NodeSeen]]:
        """See `Engine.nodes`. It fails with `StoreError` where the store cannot be asked."""
        return self._store.nodes(self._place.here)

    # ------------------------------------------------------------ the one order

    def start(self, deliver: Callable[[Sequence[Committed]], None]) -> Deferred[None]:
        """See `Engine.start`. It fails with `StoreError` where the store cannot be used.

        Where others are connected to other nodes, the first that is delivered is a `Resynced`.
        """
        self._deliver = deliver
        self._line.start(self._tell)
        return Deferred.fromCoroutine(self._start())

    async def _start(self) -> None:
        await self._link.start(self._channel)
        try:
            snapshot = await self._lease.begin()
        except BaseException:  # also where it is cancelled; who has called is told
            self._lease.stop()
            await self._link.stop()
            raise
        log.info(
            "Everything is kept in Redis; this node is {node}{others}",
            node=self.node,
            others=", and there is nothing yet" if snapshot.is_new else "",
        )
        self._tell(_first(snapshot))
        self._keeping.start()

    def append(self, entries: Sequence[Entry]) -> None:
        """See `Engine.append`."""
        for entry in entries:
            item = entry.item
            if isinstance(item, Entered):
                self._place.people.add(item.user)
                self._place.coming[item.user] += 1
            elif isinstance(item, Departed | Withdrew):
                self._place.people.discard(item.user)
        self._line.append(entries)

    def _tell(self, batch: Sequence[Committed]) -> None:
        """Deliver a batch behind what is being delivered at this moment."""
        self._untold.append(batch)
        if self._is_telling:
            return
        self._is_telling = True
        try:
            while self._untold:
                self._tell_now(self._untold.popleft())
        finally:
            self._is_telling = False

    def _tell_now(self, batch: Sequence[Committed]) -> None:
        assert self._deliver is not None, "the engine is not started"
        told = self._place.follow(batch)
        if not told:
            return
        for each in told:
            if isinstance(each.item, RulesChanged):
                self._keeping.rules_changed()
            elif isinstance(each.item, Departed) and each.node:
                if not self._place.coming[each.item.user]:
                    self._place.people.discard(each.item.user)
            elif isinstance(each.item, Entered) and not each.node:
                self._place.came(each.item.user)
        try:
            self._deliver(told)
        except Exception:
            log.failure("delivering a batch failed")

    def _woken(self, message: bytes) -> None:
        seq, _, node = message.partition(b" ")
        if node != self.node.encode() and seq.isdigit():
            self._feed.hear(int(seq))

    # ------------------------------------------------------------ what was said

    def history(
        self,
        log: str,
        *,
        limit: int,
        before: int | None = None,
        after: int | None = None,
        since: float | None = None,
        until: float | None = None,
        oldest: bool = False,
        is_spoken: bool = False,
    ) -> Deferred[list[Committed]]:
        """See `Engine.history`."""
        return self._reading.history(
            log, before=before, limit=limit, after=after, since=since, until=until, oldest=oldest,
            is_spoken=is_spoken,
        )  # fmt: skip

    def conversations(
        self, person: str, rooms: Sequence[str], *, since: float, until: float, limit: int,
        oldest: bool = False,
    ) -> Deferred[list[Committed]]:  # fmt: skip
        """See `Engine.conversations`."""
        return self._reading.conversations(
            person, rooms, since=since, until=until, limit=limit, oldest=oldest
        )

    def search(self, wanted: SearchOpened, *, before: int) -> Deferred[list[Committed]]:
        """See `Engine.search`."""
        return self._reading.search(wanted, before=before)

    def unread(self, person: str, *, limit: int) -> Deferred[list[Committed]]:
        """See `Engine.unread`."""
        return self._reading.unread(person, limit=limit)

    def audit(
        self, *, limit: int, before: int | None = None, log: str | None = None
    ) -> Deferred[list[Audited]]:
        """See `Engine.audit`."""
        return self._reading.audit(limit=limit, before=before, log=log)

    def kept_under(self, event: Durable, key: str) -> Deferred[Repeated | Unkept | None]:
        """See `Engine.kept_under`."""
        return self._reading.kept_under(event, key)

    # ------------------------------------------------------------ of people

    @property
    def secret(self) -> bytes:
        """See `Engine.secret`."""
        return self._place.secret

    def move_cursor(self, person: str, log: str, number: int) -> Deferred[None]:
        """See `Engine.move_cursor`."""
        return self._reading.move_cursor(person, log, number)

    def cursors(self, person: str) -> Deferred[dict[str, int]]:
        """See `Engine.cursors`."""
        return self._reading.cursors(person)

    def remember(self, person: str, text: str, until: float) -> Deferred[None]:
        """See `Engine.remember`."""
        return self._reading.remember(person, text, until)

    def recall(self, person: str) -> Deferred[str | None]:
        """See `Engine.recall`."""
        return self._reading.recall(person)

    def set_password(self, account: str, hashed: str | None) -> Deferred[None]:
        """See `Engine.set_password`."""
        return self._reading.set_password(account, hashed)

    def password(self, account: str) -> Deferred[str | None]:
        """See `Engine.password`."""
        return self._reading.password(account)

    def claim(self, name: str, holder: str) -> Deferred[bool]:
        """See `Engine.claim`. It fails with `StoreError` where nobody can say."""
        return Deferred.fromCoroutine(self._names.claim(name, holder))

    def release(self, name: str, holder: str) -> None:
        """See `Engine.release`."""
        self._names.release(name, holder)

    # ------------------------------------------------------------ the end

    def stop(self) -> Deferred[None]:
        """See `Engine.stop`."""
        return self._line.stop().addBoth(lambda _: Deferred.fromCoroutine(self._close()))

    async def _close(self) -> None:
        # What was delivered last is told: whoever came in with it asks for a history.
        await deferLater(self._clock, LAST_TURN)
        is_there = self._lease.is_ready
        self._keeping.stop()
        self._lease.stop()
        self._outbox.stop()
        if is_there:
            await self._within_time(self._store.leave(self._place.here))
        await self._within_time(self._link.stop())

    def _within_time(self, done: Deferred[None]) -> Deferred[None]:
        def failed(failure: Failure) -> None:
            why = "it did not answer" if failure.check(defer.TimeoutError) else failure.value
            log.error("Redis was not left as it should be: {why}", why=why)

        return done.addTimeout(CLOSE_TIME, self._clock).addErrback(failed)


def _is_written(item: Item) -> bool:
    """Whether the store is asked of it: the others have to know it, or it has a place in a log."""
    return is_shared(item) or stands_in(item) is not None


def _first(snapshot: Snapshot) -> list[Committed]:
    """What a start delivers: what holds, and who is elsewhere, if anybody is."""
    resync = snapshot.resync
    if isinstance(resync, Resynced) and not resync.people:
        return [Committed(event) for event in resync.holds]
    return [Committed(resync)]
