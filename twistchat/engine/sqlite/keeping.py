"""When the chores are done: beside everything else, a step at a time.

A chat in which nothing is said does nothing.
"""

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

INDEX_AFTER = 10.0
"""Seconds. What is not in the search index yet is found too, only not as fast."""

DELETE_EVERY = 60.0
"""Seconds between two looks for what is too old."""

FORGET_EVERY = 600.0
"""Seconds between two looks for keys, and notes of people, that have had their time."""

CHECKPOINT_AFTER = 30.0
"""Seconds: what is committed stands beside the database until then, and is as safe there. A
checkpoint syncs too, which whoever speaks at that moment may have to wait for."""

CHECKPOINT_COMMITS = 1_000
"""Commits (of four pages or more) after which it is done at once."""

BREATH = 0.02
"""Seconds between two steps, in which those who speak have the writer for themselves."""


class _Chore:
    """One thing that is done some time after it is called for, in steps if there is much to do.

    As long as it `is_called_for`, it is so without anybody calling.
    """

    def __init__(
        self,
        clock: IReactorTime,
        delay: float,
        step: Callable[[], Deferred[bool]],
        name: str,
        *,
        is_called_for: Callable[[], bool] = lambda: False,
    ) -> None:
        self._clock = clock
        self._delay = delay
        self._step = step
        self._name = name
        self._is_still_called_for = is_called_for
        self._next: IDelayedCall | None = None
        self._is_under_way = False
        self._is_called_for = False
        self._is_failing = False
        self._is_stopped = False

    def call(self, *, at_once: bool = False) -> None:
        """Let it be done, in its time or at once."""
        self._is_called_for = True
        if self._is_under_way:
            return
        if self._next is None:
            self._again(0.0 if at_once else self._delay)
        elif at_once and not self._is_failing:
            self._next.reset(0.0)

    def stop(self) -> None:
        self._is_stopped = True
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _go(self) -> None:
        self._next = None
        self._is_under_way = True
        self._is_called_for = False
        self._step().addCallbacks(self._done, self._failed).addErrback(
            lambda failure: log.failure("a chore went wrong", failure)
        )

    def _done(self, has_more: bool) -> None:
        self._is_under_way = self._is_failing = False
        if has_more:
            self._again(BREATH)
        elif self._is_called_for or self._is_still_called_for():
            self._again(self._delay)

    def _failed(self, failure: Failure) -> None:
        if not self._is_failing and not self._is_stopped:  # said once, until it works again
            log.error("{what} has to wait: {why}", what=self._name, why=failure.value)
        self._is_under_way = False
        self._is_failing = True
        self._again(self._delay)

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
        self._index = _Chore(
            clock, INDEX_AFTER, lambda: writer.run(store.index), "the search index"
        )
        # What is committed meanwhile is left, and the log would only grow: the rest, which is
        # little, is done where nothing is committed beside it, and then the log begins anew. To
        # write over what there was is synced in half the time that making a file longer takes.
        self._checkpoint = _Chore(
            clock,
            CHECKPOINT_AFTER,
            lambda: side.run(reader.checkpoint).addCallback(lambda _: writer.run(store.checkpoint)),
            "the checkpoint",
        )
        self._delete = _Chore(
            clock,
            DELETE_EVERY,
            lambda: writer.run(lambda: store.delete_old(now())),
            "deleting what is too old",
            is_called_for=lambda: not store.keeps_all,
        )
        self._forget = _Chore(
            clock,
            FORGET_EVERY,
            lambda: writer.run(lambda: store.forget_old(now())).addCallback(self._look_again),
            "forgetting old keys",
        )
        self._store = store
        self._commits = 0

    def start(self, *, is_behind: bool) -> None:
        """Begin. `is_behind`: before the last end something was left to index."""
        if is_behind:
            self._index.call()
        if self._store.has_passing:
            self._forget.call()
        if not self._store.keeps_all:
            self._delete.call()

    def has_written(self) -> None:
        """Something was committed."""
        self._commits += 1
        is_much = self._commits >= CHECKPOINT_COMMITS
        if is_much:
            self._commits = 0
        self._index.call()
        self._checkpoint.call(at_once=is_much)
        if self._store.has_passing:
            self._forget.call()
        if not self._store.keeps_all:
            self._delete.call()

    def _look_again(self, has_more: bool) -> bool:
        """Look again later, as long as there is anything that will have had its time."""
        if self._store.has_passing:
            self._forget.call()
        return has_more

    def stop(self) -> None:
        """Do nothing more."""
        for chore in (self._index, self._checkpoint, self._delete, self._forget):
            chore.stop()
