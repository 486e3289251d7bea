"""How a node holds its place among the others.

It says that it is alive, and looks after trouble whether all is as it was left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from twistchat.engine.redis.link import PASSING, NotSentError, RefusedError, StoreError
from twistchat.engine.redis.store import FeedTrimmedError, NodeGoneError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twistchat.engine.redis.feed import Feed
    from twistchat.engine.redis.link import Link
    from twistchat.engine.redis.outbox import Outbox
    from twistchat.engine.redis.place import Place
    from twistchat.engine.redis.resync import Resync
    from twistchat.engine.redis.shapes import Beat, Snapshot
    from twistchat.engine.redis.store import Store

log = Logger()

ELSEWHERE = frozenset(("READONLY", "LOADING", "MASTERDOWN"))
"""How a Redis says that it is not the one to ask, or not yet: there may be another by now."""

SOONEST = 0.05
LATEST = 5.0
"""Seconds until it is looked again, when that failed for the first time, and at most."""

TOGETHER = 1.0
"""Seconds after a connection for which it is waited until the other nodes have looked, too: what is
said before that begins a new epoch."""


class Lease:
    """Whether this node may tell and be told; and what is done about it."""

    def __init__(
        self,
        *,
        clock: IReactorTime,
        link: Link,
        store: Store,
        place: Place,
        outbox: Outbox,
        feed: Feed,
        resync: Resync,
        every: float,
        jitter: Callable[[], float],
    ) -> None:
        self.is_ready = False
        self._clock = clock
        self._link = link
        self._store = store
        self._place = place
        self._outbox = outbox
        self._feed = feed
        self._resync = resync
        self._every = every
        self._jitter = jitter
        self._since = clock.seconds()
        self._alive = 0.0
        """When the store has said so for the last time."""
        self._trouble = ""
        self._owes = False
        self._is_looking = False
        self._is_stopped = False
        self._tries = 0
        self._came_up: float | None = None
        self._again: IDelayedCall | None = None
        self._beating: IDelayedCall | None = None
        self._complained = 0.0
        self._has_complained = False
        self._waiters: list[Deferred[None]] = []
        self.now_ready: Callable[[], None] = lambda: None
        """Called when this node may tell again."""
        outbox.lease = self
        feed.lost = self.doubt
        feed.ended = self.beat

    @property
    def away(self) -> float:
        """For how many seconds this node could not tell or be told; 0: it can."""
        return 0.0 if self.is_ready else self._clock.seconds() - self._since

    @property
    def trouble(self) -> str:
        """What is wrong, in words for the operator; empty: nothing."""
        if not self._link.is_up:
            return self._link.trouble or "there is no connection to Redis"
        if not self.is_ready:
            return self._trouble or "it is looked whether Redis has lost anything"
        return self._outbox.refusal

    async def begin(self) -> Snapshot:
        """Register this node for the first time."""
        snapshot = await self._resync.begin()
        self._ready()
        self._beat_later()
        return snapshot

    def came_up(self) -> None:
        """There is a connection again."""
        self._tries = 0
        self._came_up = self._clock.seconds()
        self._look()

    def went_down(self) -> None:
        """There is no connection any more."""
        self._unready(self._link.trouble)

    def doubt(self, failure: Failure) -> None:
        """Something went wrong: look whether all is as it was left."""
        if self._is_stopped:
            return
        if not failure.check(StoreError, CancelledError):
            log.failure("the store cannot be used", failure)
        error = failure.value
        if failure.check(NodeGoneError, FeedTrimmedError):
            self._owes = True
        self._unready(str(error))
        if isinstance(error, RefusedError) and error.code in ELSEWHERE and self._link.is_up:
            self._link.drop(str(error))
        elif self._link.is_up:
            self._look_later()

    def doubt_of(self, error: Exception) -> None:
        """The same, of an error that was caught."""
        self.doubt(Failure(error))

    def owe(self) -> None:
        """The others were not told of somebody here; they are told as soon as that can be."""
        self._owes = True

    async def ready(self, patience: float) -> None:
        """Wait until this node may tell.

        Raises:
            StoreError: it could not in so many seconds.
        """
        if self.is_ready:
            return
        waiter: Deferred[None] = Deferred()
        self._waiters.append(waiter)
        call = self._clock.callLater(patience, waiter.cancel)
        try:
            await waiter
        except CancelledError:
            raise NotSentError(self.trouble) from None
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            if call.active():
                call.cancel()

    def stop(self) -> None:
        """Say no more, and look no more."""
        self._is_stopped = True
        self._unready("it is stopping")
        for call in (self._again, self._beating):
            if call is not None and call.active():
                call.cancel()
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.cancel()

    # ------------------------------------------------------------ alive

    def _beat_later(self) -> None:
        self._beating = self._clock.callLater(
            self._every * (0.9 + 0.1 * self._jitter()), self._beat
        )

    def _beat(self) -> None:
        self._beat_later()
        if self.is_ready:
            self.beat()
        else:
            self._complain()
            self._look()

    def beat(self) -> None:
        """Say that this node is alive, and hear whether it is taken for that."""
        at = self._place.at

        def beaten(beat: Beat) -> None:
            if not self.is_ready:
                return
            if beat.store != self._place.store:
                self.doubt(Failure(NodeGoneError("Redis was emptied, or is another one")))
            elif beat.seq < at:
                self.doubt(Failure(NodeGoneError("Redis has lost the last that was in it")))
            elif not beat.is_known:
                self.doubt(Failure(NodeGoneError("this node was taken for dead")))
            elif self._owes:
                self._unready("the others are told who is here")
                self._look()
            else:
                self._outbox.refusal = ""  # until the next that is refused
                self._alive = self._clock.seconds()
                self._feed.hear(beat.seq)

        def failed(failure: Failure) -> None:
            error = failure.value
            if isinstance(error, RefusedError) and error.code not in PASSING:
                self._outbox.refusal = str(error)  # it keeps nothing now, but all is as it was
            else:
                self.doubt(failure)

        self._store.beat(self._place.here).addCallbacks(beaten, failed)

    # ------------------------------------------------------------ looking

    def _look_later(self) -> None:
        if self._again is None or not self._again.active():
            pause = min(LATEST, SOONEST * 2 ** min(self._tries, 10))
            self._tries += 1
            self._again = self._clock.callLater(pause * (0.5 + self._jitter()), self._look)

    def _look(self) -> None:
        if self._is_looking or self.is_ready or self._is_stopped or not self._link.is_up:
            return
        self._is_looking = True
        looking = Deferred.fromCoroutine(self._mend())
        looking.addBoth(self._looked)
        looking.addErrback(lambda failure: log.failure("looking after Redis failed", failure))

    def _looked(self, result: object) -> None:
        self._is_looking = False
        if self._is_stopped:
            return
        if isinstance(result, Failure):
            self.doubt(result)
        elif self._link.is_up:
            self._tries = 0
            self._ready()
        else:
            self._unready(self._link.trouble)

    async def _mend(self) -> None:
        place = self._place
        beat = await self._store.look(place.here, at=place.at, mark=place.mark)
        is_same = beat.is_same
        if is_same and beat.is_known and beat.is_doubtful and self._is_early:
            raise StoreError("the other nodes have not looked yet whether Redis has lost anything")
        if is_same and beat.is_known and not self._owes:
            self._feed.hear(beat.seq)
            return
        if is_same and not beat.is_known and self._clock.seconds() - self._alive < self._every:
            log.error(
                "Somebody else has ended this node, though it is alive. Each needs a name of its"
                " own (--node): is there another one called {node}?",
                node=place.here.node,
            )
        self._owes = False
        try:
            await self._resync.run(is_same=is_same)
        except Exception:
            self._owes = True
            raise

    @property
    def _is_early(self) -> bool:
        return self._came_up is not None and self._clock.seconds() - self._came_up < TOGETHER

    # ------------------------------------------------------------ ready or not

    def _ready(self) -> None:
        self.is_ready = True
        self._alive = self._clock.seconds()
        self._trouble = ""
        if self._has_complained:
            self._has_complained = False
            log.info("Redis can be used again: this node tells and is told what there is")
        self.now_ready()
        self._outbox.go_on()
        self._feed.go()
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.callback(None)

    def _unready(self, why: str) -> None:
        if why:
            self._trouble = why
        if not self.is_ready:
            return
        self.is_ready = False
        self._since = self._clock.seconds()
        self._feed.pause()
        if not self._is_stopped:
            self._complain()

    def _complain(self) -> None:
        now = self._clock.seconds()
        if not self._has_complained or now - self._complained >= 60.0:
            self._has_complained, self._complained = True, now
            log.error("This node cannot use Redis now: {why}", why=self.trouble)
