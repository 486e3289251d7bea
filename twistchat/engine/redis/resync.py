"""How a node that was cut off, or whose store has lost something, knows again how all stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.concerns import is_durable, is_put_out, log_of
from twistchat.core.events import Departed, Left, Missed
from twistchat.engine import Committed
from twistchat.engine.redis.place import new_life
from twistchat.engine.redis.store import FeedTrimmedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.defer import Deferred

    from twistchat.engine.redis.feed import Feed
    from twistchat.engine.redis.outbox import Outbox, Own
    from twistchat.engine.redis.place import Place
    from twistchat.engine.redis.shapes import Batch, Snapshot
    from twistchat.engine.redis.store import Store

AT_ONCE = 100
"""Batches that are read together."""

MOST = 1_000
"""Batches of the feed that are read to be told late; who missed more reads the rooms' logs."""


class Resync:
    """Registers the node anew, and tells what it has missed."""

    def __init__(
        self,
        *,
        store: Store,
        place: Place,
        outbox: Outbox,
        feed: Feed,
        missed: Callable[[str, int, int], Deferred[list[Committed] | None]],
        tell: Callable[[Sequence[Committed]], None],
        now: Callable[[], float],
    ) -> None:
        self.count = 0
        """How often."""
        self._store = store
        self._place = place
        self._outbox = outbox
        self._feed = feed
        self._missed = missed
        self._tell = tell
        self._now = now

    async def begin(self) -> Snapshot:
        """Register for the first time."""
        snapshot = await self._store.hello(self._place.here, verify={})
        self._place.take(snapshot)
        return snapshot

    async def run(self, *, is_same: bool) -> None:
        """Register anew, and tell what was missed.

        Args:
            is_same: whether the feed is still what it was where this node stopped.
        """
        place, former = self._place, self._place.here
        self.count += 1
        own = self._outbox.pending
        if not is_same and own is not None and own.appended is not None:
            self._outbox.tell(own)  # it was kept, in what was lost since
        here = new_life(former)
        snapshot = await self._store.hello(
            here, secret=place.secret, verify=place.told, former=former.life
        )
        place.here = here
        await self._outbox.find_out()
        is_same = is_same and snapshot.store == place.store
        batches = await self._read(snapshot.seq) if is_same else None
        lines = await self._of_rooms(snapshot) if batches is None else []
        await self._store.reassert(here, sorted(place.people))
        # From here on nothing is waited for: what is on its way may be given up meanwhile.
        parts = self._around_own(lines, snapshot) if batches is None else self._of_feed(batches)
        put_out = self._put_out(batches or ())
        if put_out:
            self._tell(put_out)
        self._tell_all(snapshot, *parts, is_exact=batches is not None)
        place.take(snapshot)

    def _tell_all(
        self,
        snapshot: Snapshot,
        before: list[Committed],
        own: Own | None,
        behind: list[Committed],
        *,
        is_exact: bool,
    ) -> None:
        place, now = self._place, self._now()
        told = place.follow([Committed(snapshot.resync), *before])
        if own is not None:
            self._tell(told)
            self._outbox.tell(own)
            told = []
        told += place.follow(behind)
        told += place.missed(snapshot, now)
        if not is_exact:
            told.append(Committed(Missed("", 0, 0, is_new_epoch=False, at=now)))
        if told:
            self._tell(told)

    def _own(self, snapshot: Snapshot | None = None) -> Own | None:
        """The batch on its way, if it stands in the feed before the snapshot was taken."""
        own = self._outbox.pending
        if own is None or own.appended is None:
            return None
        if snapshot is not None and own.appended.seq > snapshot.seq:
            return None
        return own

    # ------------------------------------------------------------ from the feed

    def _put_out(self, batches: Sequence[Batch]) -> list[Committed]:
        """Who of those here was made to leave meanwhile: told before the others enter anew."""
        return [
            each
            for batch in batches
            if batch.number and batch.here.node != self._place.here.node
            for each in batch.items
            if isinstance(each.item, Left | Departed)
            and is_put_out(each.item)
            and each.item.user in self._place.people
        ]

    async def _read(self, last: int) -> list[Batch] | None:
        """Read on from where this node is; None if that cannot be, or is too much."""
        batches: list[Batch] = []
        at = self._place.at
        while at < last:
            if len(batches) >= MOST:
                return None
            try:
                found = await self._store.feed(at, AT_ONCE)
            except FeedTrimmedError:
                return None
            if not found or found[0].seq != at + 1:
                return None
            batches += [batch for batch in found if batch.seq <= last]
            at = found[-1].seq
        return batches

    def _of_feed(
        self, batches: Sequence[Batch]
    ) -> tuple[list[Committed], Own | None, list[Committed]]:
        own, before, behind = self._own(), list[Committed](), list[Committed]()
        lines, met = before, None
        for batch in batches:
            if own is not None and self._outbox.is_own(batch.here, batch.number):
                met, lines = own, behind
            else:
                lines += [e for e in self._feed.as_told(batch) if is_durable(e.item)]
        if own is not None and met is None and own.appended and not own.appended.seq:
            met = own  # of it nobody else hears
        return before, met, behind

    # ------------------------------------------------------------ from the rooms' logs

    async def _of_rooms(self, snapshot: Snapshot) -> list[Committed]:
        lines: list[Committed] = []
        for name, upto in self._place.told.items():
            stamp = snapshot.stands.get(name)
            if stamp is not None and stamp.epoch == upto.epoch and stamp.number > upto.number:
                lines += await self._missed(name, upto.number, stamp.number) or ()
        return lines

    def _around_own(
        self, lines: Sequence[Committed], snapshot: Snapshot
    ) -> tuple[list[Committed], Own | None, list[Committed]]:
        own = self._own(snapshot)
        if own is None:
            return list(lines), None, []
        numbers: dict[tuple[str, str], set[int]] = {}
        for log, stamp in self._outbox.stamps(own):
            numbers.setdefault((log, stamp.epoch), set()).add(stamp.number)
        before, behind = list[Committed](), list[Committed]()
        for line in lines:
            taken = numbers.get((log_of(line.item) or "", line.epoch), set())
            if line.number in taken:
                continue
            (behind if taken and line.number > min(taken) else before).append(line)
        return before, own, behind
