"""What all nodes have put into the feed, told in its order: this node's own from memory.

own batch ──its reply──┐
├─ is it the next? ──▶ told
the others' ──read ────┘
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from twisted.logger import Logger
from twisted.python.failure import Failure

from twistchat.core.concerns import is_durable
from twistchat.engine.redis.store import FeedTrimmedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.engine import Committed
    from twistchat.engine.redis.outbox import Outbox
    from twistchat.engine.redis.place import Place
    from twistchat.engine.redis.shapes import Batch
    from twistchat.engine.redis.store import Store

log = Logger()

AT_ONCE = 100
"""Batches that are read together."""


class Feed:
    """Tells each batch when all before it is told."""

    def __init__(
        self,
        *,
        store: Store,
        place: Place,
        outbox: Outbox,
        tell: Callable[[Sequence[Committed]], None],
    ) -> None:
        self.last = 0
        """The last that is known to be there."""
        self.lost: Callable[[Failure], None] = lambda _: None
        """Called when it cannot be told what comes next."""
        self.ended: Callable[[], None] = lambda: None
        """Called when the feed says that somebody who is connected here is not: either this node
        has said so itself, or it was taken for dead."""
        self._store = store
        self._place = place
        self._outbox = outbox
        self._tell = tell
        self._read: deque[Batch] = deque()
        self._is_on = False
        self._is_going = False
        self._reading: object = None
        outbox.changed = self.go_on

    def hear(self, seq: int) -> None:
        """There is something up to this place."""
        if seq > self.last:
            self.last = seq
            self.go_on()

    def go(self) -> None:
        """Tell what there is, from where this node is now."""
        self._is_on = True
        self.last = max(self.last, self._place.at)
        self.go_on()

    def pause(self) -> None:
        """Tell nothing for now: nobody knows whether the store is still as it was."""
        self._is_on = False
        self._reading = None
        self._read.clear()
        self.last = self._place.at

    def go_on(self) -> None:
        """Tell what comes next, if that is known."""
        if self._is_going:
            return
        self._is_going = True
        try:
            while self._is_on and self._tell_next():
                pass
        finally:
            self._is_going = False
        if self._is_on and not self._read and self.last > self._place.at:
            self._fetch()

    def _tell_next(self) -> bool:
        place, own = self._place, self._outbox.pending
        if own is not None and own.appended is not None and own.here is not None:
            seq, after = own.appended.seq, own.appended.after
            self.last = max(self.last, seq, after)
            if seq == place.at + 1 or (not seq and after <= place.at):
                if seq:
                    place.passed(seq, own.here, own.number)
                self._outbox.tell(own)
                return True
        while self._read and self._read[0].seq <= place.at:
            self._read.popleft()
        if not self._read:
            return False
        batch = self._read[0]
        if self._outbox.is_own(batch.here, batch.number):
            return False  # until it is known what has become of it
        self._read.popleft()
        place.passed(batch.seq, batch.here, batch.number)
        if batch.here == place.here and not batch.number:
            self.ended()
        else:
            self._tell(self.as_told(batch))
        return True

    def as_told(self, batch: Batch) -> Sequence[Committed]:
        """What is told here of a batch that was not told from memory."""
        if batch.here.node != self._place.here.node or not batch.number:
            return batch.items
        # It was given up: its presence was told then. Or it is of a former life.
        return [replace(each, node="") for each in batch.items if is_durable(each.item)]

    def _fetch(self) -> None:
        if self._reading is not None:
            return
        reading = self._reading = object()
        after = self._place.at

        def read(batches: Sequence[Batch]) -> None:
            if self._reading is not reading:
                return
            self._reading = None
            own = self._outbox.pending
            is_hole = own is not None and own.appended is not None and own.appended.seq > after + 1
            if batches[0].seq > after + 1 if batches else is_hole:
                self.lost(Failure(FeedTrimmedError("something is not in the feed any more")))
                return
            self._read.extend(batches)
            if not batches:
                self.last = after
            self.go_on()

        def failed(failure: Failure) -> None:
            if self._reading is reading:
                self._reading = None
                self.lost(failure)

        fetched = self._store.feed(after, AT_ONCE).addCallbacks(read, failed)
        fetched.addErrback(lambda failure: log.failure("telling the feed failed", failure))
