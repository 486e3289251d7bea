"""When the chores are done: beside everything else, a step at a time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from twisted.logger import Logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IDelayedCall, IReactorTime
    from twisted.python.failure import Failure

    from twistchat.engine.sqlite.reader import Reader
    from twistchat.engine.sqlite.store import Store
    from twistchat.engine.worker import Worker

log = Logger()

INDEX_EVERY = 2.0
"""Seconds. What is not in the search index yet is found too, only not as fast."""

DELETE_EVERY = 60.0
"""Seconds between two looks for what is too old."""

CHECKPOINT_EVERY = 5.0
"""Seconds."""

BREATH = 0.02
"""Seconds between two steps, in which those who speak have the writer for themselves."""


class _Chore:
    """One thing that is done every so often, and in several steps where there is much to do."""

    def __init__(
        self, clock: IReactorTime, every: float, step: Callable[[], Deferred[bool]], name: str
    ) -> None:
        self._clock = clock
        self._every = every
        self._step = step
        self._name = name
        self._next: IDelayedCall | None = None
        self._is_failing = False
        self._is_stopped = False

    def start(self) -> None:
        self._next = self._clock.callLater(self._every, self._go)

    def stop(self) -> None:
        self._is_stopped = True
        if self._next is not None and self._next.active():
            self._next.cancel()

    def _go(self) -> None:
        self._step().addCallbacks(self._done, self._failed).addErrback(
            lambda failure: log.failure("a chore went wrong", failure)
        )

    def _done(self, has_more: bool) -> None:
        self._is_failing = False
        self._again(BREATH if has_more else self._every)

    def _failed(self, failure: Failure) -> None:
        if not self._is_failing and not self._is_stopped:  # said once, until it works again
            log.error("{what} has to wait: {why}", what=self._name, why=failure.value)
        self._is_failing = True
        self._again(self._every)

    def _again(self, delay: float) -> None:
        if not self._is_stopped:
            self._next = self._clock.callLater(delay, self._go)


class Keeping:
    """Does the chores of a database while it is open."""

    def __init__(
        self,
        *,
        clock: IReactorTime,
        store: Store,
        writer: Worker,
        reader: Reader,
        side: Worker,
        now: Callable[[], float] = time.time,
    ) -> None:
        def checkpoint() -> bool:
            reader.checkpoint()
            return False

        self._chores = (
            _Chore(clock, INDEX_EVERY, lambda: writer.run(store.index), "the search index"),
            _Chore(
                clock,
                DELETE_EVERY,
                lambda: writer.run(lambda: store.delete_old(now())),
                "deleting what is too old",
            ),
            _Chore(clock, CHECKPOINT_EVERY, lambda: side.run(checkpoint), "the checkpoint"),
        )

    def start(self) -> None:
        """Begin."""
        for chore in self._chores:
            chore.start()

    def stop(self) -> None:
        """Do nothing more."""
        for chore in self._chores:
            chore.stop()
