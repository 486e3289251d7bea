"""The waiting line of every engine that commits later: group commit.

One batch is with the writer at a time; all that comes in meanwhile is the next batch. So the
cost of a synced write is shared by everybody who speaks during the one before.

    append ─▶ waiting ──hand over──▶ writing ──committed──▶ deliver
                 │ too old, or stopping         │ failed
                 └─▶ NotKept, in its place      └─▶ NotKept, in its place

What is durable goes to the writer; of an engine that several nodes share, whatever they all have
to know. The rest needs no writer, but its place among what does.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.logger import Logger

from twistchat.core.codes import NO_FAULT
from twistchat.core.concerns import is_durable, log_of, stands_in, weight
from twistchat.core.events import Done, Joined, NotKept, Rejoined, RoomForgotten, Unkept
from twistchat.core.limits import NONE
from twistchat.counts import Commits
from twistchat.engine import NOWHERE, Committed, Entry, Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twisted.internet.interfaces import IDelayedCall, IReactorTime
    from twisted.python.failure import Failure

    from twistchat.core.events import Item
    from twistchat.core.limits import Limits
    from twistchat.engine import Outcome

log = Logger()


if TYPE_CHECKING:
    Written = Deferred[Sequence[Outcome]] | Deferred[Sequence[Outcome | "Told"]]


@dataclass(frozen=True, slots=True)
class Told:
    """What has become of an item that went to the writer, and has no number of its own."""

    item: Item | None
    """As it is to be told here; None: it is not told (nothing has changed by it)."""
    stamp: Stamp
    """Where the log stands that it belongs to, or nowhere."""


@dataclass(slots=True)
class _Waiting:
    entry: Entry
    since: float
    size: int
    is_written: bool = False
    """Whether the writer has it."""

    def refuse(self, why: Unkept) -> None:
        """Turn a durable event into the answer that it was not kept, in its place."""
        item = self.entry.item
        if is_durable(item):
            self.entry = replace(self.entry, item=NotKept(item, why))


def _told(entry: Entry, told: Told) -> Committed | None:
    """Place what the writer says is to be told; whoever waits for an answer has one anyway."""
    if told.item is not None:
        return entry.committed(told.item, told.stamp)
    if isinstance(entry.item, Joined):
        return entry.committed(Rejoined(entry.item.room), told.stamp)
    return None if entry.label is None else entry.committed(Done(), NOWHERE)


class MaybeKeptError(Exception):
    """Raised by a writer that does not know whether a batch was kept."""


class _Trouble:
    """Tells the operator that lines cannot be kept: at once, each minute, and when that ends."""

    EVERY = 60.0
    """Seconds."""

    CALM = 5.0
    """Seconds without a failure until it counts as over: where there is nearly no space left, a
    short line can still be kept between two long ones that cannot."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._unkept = 0
        self._told = 0.0
        self._last = 0.0

    def met(self, count: int, failure: Failure) -> None:
        """So many lines were not kept."""
        now = self._clock.seconds()
        if not self._unkept or now - self._told >= self.EVERY:
            self._told = now
            log.error(
                "Lines cannot be kept, and their speakers are told so: {why}", why=failure.value
            )
        self._unkept += count
        self._last = now

    def kept(self) -> None:
        """Lines were kept."""
        if self._unkept and self._clock.seconds() - self._last >= self.CALM:
            log.info("Lines are kept again. {count} were not.", count=self._unkept)
            self._unkept = 0


class GroupCommit:
    """Hands batches to a writer, one at a time, and delivers everything in one order.

    `write` is given the entries of a batch for whose items `is_written` (those that are durable,
    and perhaps others), at `most` so many, and fires with one `Stamp` (kept), `Unkept` (refused) or
    `Repeated` (kept before) for each that is durable, and `Told` for each other. If it fails, none
    of them was kept, but with `MaybeKeptError` they may have been; what is not durable is told all
    the same. `last` tells where a room's log stands, for what else has its place between. `forget`
    is told of rooms that are no more when all before is written, and nothing after it.
    """

    def __init__(
        self,
        *,
        clock: IReactorTime,
        limits: Limits,
        write: Callable[[Sequence[Entry]], Written],
        last: Callable[[str], Stamp],
        forget: Callable[[str], None] = lambda _: None,
        is_written: Callable[[Item], bool] = is_durable,
        most: int = NONE,
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._write = write
        self._last = last
        self._forget = forget
        self._is_written = is_written
        self._most = most
        self._deliver: Callable[[Sequence[Committed]], None] | None = None
        self._waiting: deque[_Waiting] = deque()
        self._writing: list[_Waiting] = []
        self._bytes = 0
        self._handing_over: IDelayedCall | None = None
        self._expiry: IDelayedCall | None = None
        self._stopped: Deferred[None] | None = None
        self._given_up = False
        self._trouble = _Trouble(clock)
        self.commits = Commits()
        """What was committed so far."""

    @property
    def full(self) -> bool:
        """Whether so much waits that nothing more should be read."""
        return self._bytes >= self._limits.uncommitted

    @property
    def waiting(self) -> int:
        """How many bytes wait."""
        return self._bytes

    def start(self, deliver: Callable[[Sequence[Committed]], None]) -> None:
        """Say where committed batches go."""
        self._deliver = deliver

    def append(self, entries: Sequence[Entry]) -> None:
        """Put items into the line."""
        now = self._clock.seconds()
        for entry in entries:
            waiting = _Waiting(entry, now, weight(entry.item))
            if self._given_up:
                waiting.refuse(Unkept.STOPPING)
            self._bytes += waiting.size
            self._waiting.append(waiting)
        if not self._writing and self._handing_over is None:
            if any(self._is_written(waiting.entry.item) for waiting in self._waiting):
                # Not before all that this turn of the reactor brings is there: else the first
                # line would be written alone, and all others wait for it.
                self._handing_over = self._clock.callLater(0, self._hand_over)
            else:
                self._hand_over()
        self._watch_age()

    def stop(self) -> Deferred[None]:
        """Fire when the line is empty; what cannot be committed in time is given up."""
        if not self._waiting and not self._writing:
            self._forget_age()
            return succeed(None)
        self._stopped = Deferred()
        timeout = self._clock.callLater(self._limits.drain, self._give_up)

        def done(_: None) -> None:
            if timeout.active():
                timeout.cancel()

        return self._stopped.addCallback(done)

    # ------------------------------------------------------------ to the writer and back

    def _hand_over(self) -> None:
        """Give the writer its next batch; what needs no disk before it is delivered at once."""
        self._handing_over = None
        while self._waiting and not self._writing and self._handing_over is None:
            batch = self._writing = self._next_batch()
            stands = self._stands(batch)
            written = []
            for waiting in batch:
                # Once the writer has had its time, nothing goes there any more.
                waiting.is_written = not self._given_up and self._is_written(waiting.entry.item)
                if waiting.is_written:
                    written.append(waiting.entry)
            if written:
                self._commit(batch, stands, written)
            else:
                self._finish(batch, stands, [])  # nothing but replies, or what else needs no writer

    def _look_once_more(self) -> None:
        """Let the reactor look at its sockets before the next batch is handed over.

        Who was told just now may speak again at once. Without this they would always be divided
        into those in this batch and those in the next, each of which costs the same.
        """
        self._handing_over = self._clock.callLater(0, self._hand_over)

    def _commit(
        self, batch: list[_Waiting], stands: dict[str, Stamp], written: list[Entry]
    ) -> None:
        commits, begun = self.commits, self._clock.seconds()
        durable = sum(is_durable(entry.item) for entry in written)

        def committed(
            outcomes: Sequence[Outcome | Told],
            stands: dict[str, Stamp],
            *,
            is_failing: bool = False,
        ) -> None:
            commits.since = None
            if durable:
                commits.is_failing = is_failing
                commits.times.add(max(0.0, self._clock.seconds() - begun))  # clocks are set back
                commits.sizes.add(durable)
            if self._writing is batch:  # else it was given up meanwhile, and its speakers told
                # The next batch waits until this one is told (which is put off to the end of the
                # turn, and so is this, behind it): whatever follows from it at once is then in
                # the next, and nobody hears that a line is kept before that one was refused.
                telling = self._handing_over = self._clock.callLater(0, self._look_once_more)
                self._finish(batch, stands, outcomes)
                if telling.active():
                    telling.reset(0)

        def kept(outcomes: Sequence[Outcome | Told]) -> None:
            if durable:
                self._trouble.kept()
            committed(outcomes, stands)

        def failed(failure: Failure) -> None:
            if durable:
                self._trouble.met(durable, failure)
            is_unknown = failure.check(MaybeKeptError) is not None
            why = Unkept.UNKNOWN if is_unknown else Unkept.FAILED
            for waiting in batch:
                waiting.is_written = waiting.is_written and is_durable(waiting.entry.item)
            # Others may have moved the logs on meanwhile.
            committed([why] * durable, self._stands(batch), is_failing=True)

        commits.since = begun if durable else None
        writing = maybeDeferred(self._write, written)
        writing.addCallbacks(kept, failed)
        writing.addErrback(lambda failure: log.failure("delivering a batch failed", failure))

    def _next_batch(self) -> list[_Waiting]:
        """Take what waits, but for what comes after a log that is to be forgotten first."""
        batch: list[_Waiting] = []
        while self._waiting and len(batch) < self._most:
            item = self._waiting[0].entry.item
            if isinstance(item, RoomForgotten):
                if batch:
                    break
                self._forget(item.room)
            batch.append(self._waiting.popleft())
        return batch

    def _stands(self, batch: list[_Waiting]) -> dict[str, Stamp]:
        """Where the logs stand before this batch: presence at its head needs that."""
        names = {stands_in(waiting.entry.item) for waiting in batch}
        return {name: self._last(name) for name in names if name is not None}

    def _finish(
        self,
        batch: list[_Waiting],
        stands: dict[str, Stamp],
        outcomes: Sequence[Outcome | Told],
    ) -> None:
        results = iter(outcomes)
        placed = []
        for waiting in batch:
            self._bytes -= waiting.size
            committed = self._place(waiting, stands, results)
            if committed is not None:
                placed.append(committed)
        self._writing = []
        assert self._deliver is not None, "the engine is not started"
        if placed:
            self._deliver(placed)
        self._watch_age()
        if self._stopped is not None and not self._waiting and not self._writing:
            self._forget_age()
            stopped, self._stopped = self._stopped, None
            stopped.callback(None)

    def _place(
        self, waiting: _Waiting, stands: dict[str, Stamp], results: Iterator[Outcome | Told]
    ) -> Committed | None:
        entry = waiting.entry
        item = entry.item
        outcome = next(results) if waiting.is_written else None
        if isinstance(outcome, Told):
            return _told(entry, outcome)
        if is_durable(item):
            assert outcome is not None, "what is durable goes to the writer"
            if isinstance(outcome, Stamp):
                stands[log_of(item) or ""] = outcome
                return entry.committed(item, outcome)
            if isinstance(outcome, Unkept) and outcome not in NO_FAULT:
                self.commits.unkept[outcome] += 1
            return entry.settled(item, outcome)
        if isinstance(item, NotKept):
            self.commits.unkept[item.why] += 1
        name = stands_in(item)
        return entry.committed(item, NOWHERE if name is None else stands[name])

    # ------------------------------------------------------------ giving up

    def _watch_age(self) -> None:
        if self._expiry is not None:
            return
        oldest = next((w for w in self._waiting if is_durable(w.entry.item)), None)
        if oldest is not None:
            age = self._clock.seconds() - oldest.since
            self._expiry = self._clock.callLater(
                max(0.0, self._limits.uncommitted_age - age), self._expire
            )

    def _forget_age(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None

    def _expire(self) -> None:
        self._expiry = None
        # A millisecond of grace: sums of floats may fall short of the age they were set to.
        limit = self._clock.seconds() - self._limits.uncommitted_age + 0.001
        for waiting in self._waiting:
            if waiting.since <= limit:
                waiting.refuse(Unkept.TOO_LATE)
        self._watch_age()

    def _give_up(self) -> None:
        """Tell the speakers, and end: the writer has had its time."""
        self._given_up = True
        for waiting in self._waiting:
            waiting.refuse(Unkept.STOPPING)
        writing = self._writing
        if self._handing_over is not None:
            self._handing_over.cancel()
        # What the writer holds may still reach the store, so it is not called lost.
        for waiting in writing:
            waiting.is_written = is_durable(waiting.entry.item)
        unknown = [Unkept.UNKNOWN] * sum(waiting.is_written for waiting in writing)
        self._finish(writing, self._stands(writing), unknown)
        self._hand_over()
