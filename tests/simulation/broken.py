"""Servers that are broken on purpose, each in one way, for the simulation to find out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from twisted.internet.defer import Deferred, succeed

from tests.simulation.disk import DiskHouse
from tests.simulation.houses import House, SlowHouse, words_of
from twistchat.core.concerns import is_durable, stands_in
from twistchat.core.events import Durable, NotKept, Said, Unkept
from twistchat.engine import Committed, Entry, Outcome, Stamp
from twistchat.engine.memory import MemoryEngine
from twistchat.testing import SlowEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.task import Clock

    from twistchat.core.limits import Limits
    from twistchat.engine import Engine


class _Eager(SlowEngine):
    """Says that all is kept, before it is tried."""

    def _write(self, entries: Sequence[Entry]) -> Deferred[Sequence[Outcome]]:
        stamps: list[Outcome] = []
        last: dict[str, Stamp] = {}
        for entry in entries:
            log = getattr(entry.item, "room", "@")
            before = last.get(log) or self._memory.stands(log)
            last[log] = Stamp(before.epoch, before.number + 1)
            stamps.append(last[log])
        super()._write(entries).addErrback(lambda _: None)
        return succeed(stamps)


class TellsTooEarly(SlowHouse):
    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        self.slow = _Eager(clock, limits)
        return self.slow


class ReusesNumbers(SlowHouse):
    """What comes after something that was refused gets a number that there was."""

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        engine = super().make_engine(clock, limits)
        keep, refused = self.slow._memory.keep, [False]

        def keep_wrong(event: Durable) -> Committed:
            kept, number = keep(event), int(refused[0])
            refused[0] = False
            return replace(kept, number=max(1, kept.number - number))

        def refuses(event: Durable) -> Unkept | None:
            why = Unkept.FAILED if sum(map(ord, words_of(event))) % 5 == 0 else None
            refused[0] = refused[0] or why is not None
            return why

        self.slow.refuses = refuses
        # What is broken on purpose.
        self.slow._memory.keep = keep_wrong  # type: ignore[method-assign]
        return engine


class KeepsRefused(SlowHouse):
    """What was refused stands in the history all the same."""

    def _refusing(self, why: Unkept) -> Callable[[Durable], Unkept | None]:
        refuses = super()._refusing(why)

        def keeps(event: Durable) -> Unkept | None:
            if refuses(event) is not None:
                self.slow._memory.keep(event)
            return refuses(event)

        return keeps


class TellsRefused(SlowHouse):
    """What was refused is told to everybody."""

    def _watch(self, clock: Clock, limits: Limits) -> Engine:
        engine = super()._watch(clock, limits)
        return _changed(engine, lambda batch: [self._told(each) for each in batch])

    def _told(self, committed: Committed) -> Committed:
        item = committed.item
        return Committed(item.event) if isinstance(item, NotKept) else committed


class SilentOnRefusal(SlowHouse):
    """Whose line was refused is not told so."""

    def _watch(self, clock: Clock, limits: Limits) -> Engine:
        engine = super()._watch(clock, limits)
        return _changed(engine, lambda batch: [c for c in batch if not isinstance(c.item, NotKept)])


class _Swapping:
    """Keeps a batch back until the next one has gone."""

    def __init__(self, clock: Clock, hand_on: Callable[[Sequence[Any]], None]) -> None:
        self._clock = clock
        self._hand_on = hand_on
        self._kept_back: list[Sequence[Any]] = []

    def take(self, batch: Sequence[Any]) -> None:
        is_said = any(isinstance(each.item, Said) for each in batch)
        if is_said and not self._kept_back:
            self._kept_back.append(batch)
            self._clock.callLater(0.01, self._let_go)
        else:
            self._hand_on(batch)
            self._let_go()

    def _let_go(self) -> None:
        while self._kept_back:
            self._hand_on(self._kept_back.pop())


class SwapsBatches(SlowHouse):
    """Two batches are told in the wrong order, the same for all."""

    def _watch(self, clock: Clock, limits: Limits) -> Engine:
        engine: Any = super()._watch(clock, limits)
        start = engine.start
        engine.start = lambda deliver: start(_Swapping(clock, deliver).take)
        return cast("Engine", engine)


class SwapsBatchesInEngine(House):
    """The same, but the engine itself hands them on so."""

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        engine = MemoryEngine(limits)
        swapping = _Swapping(clock, engine.append)
        # What is broken on purpose; its types too.
        engine.append = swapping.take  # type: ignore[method-assign, assignment]
        return engine


class PresenceOvertakes(SlowHouse):
    """Who comes and goes is told at once, whatever waits."""

    def _watch(self, clock: Clock, limits: Limits) -> Engine:
        engine: Any = super()._watch(clock, limits)
        start, append = engine.start, engine.append
        deliver: list[Callable[[Sequence[Committed]], None]] = []

        def started(told: Callable[[Sequence[Committed]], None]) -> Any:
            deliver.append(told)
            return start(told)

        def overtake(entries: Sequence[Entry]) -> None:
            for entry in entries:
                room = None if is_durable(entry.item) else stands_in(entry.item)
                if room is None:
                    append([entry])
                else:
                    stamp = self.slow._memory.stands(room)
                    deliver[0]([entry.committed(entry.item, stamp)])

        engine.start, engine.append = started, overtake
        return cast("Engine", engine)


class PresenceOvertakesInEngine(SlowHouse):
    """The same, but the engine itself hands it on so."""

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        engine = super().make_engine(clock, limits)
        line: Any = self.slow._line
        append = line.append

        def overtake(entries: Sequence[Entry]) -> None:
            for entry in entries:
                room = None if is_durable(entry.item) else stands_in(entry.item)
                if room is None:
                    append([entry])
                else:
                    line._deliver([entry.committed(entry.item, self.slow._memory.stands(room))])

        line.append = overtake
        return engine


class ForgetsTheLast(House):
    """History lacks the last line."""

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        engine = MemoryEngine(limits)
        history = engine.history

        def shorter(
            log: str, *, limit: int, before: int | None = None, **page: Any
        ) -> Deferred[list[Committed]]:
            return history(log, before=before and before - 1, limit=limit, **page)

        # What is broken on purpose.
        engine.history = shorter  # type: ignore[method-assign]
        return engine


class LosesWhatWasTold(DiskHouse):
    """What a process that is killed has written last is not on the disk."""

    def _lies(self) -> dict[str, bytes]:
        found = super()._lies()
        found.pop("-wal", None)
        return found


def _changed(engine: Any, change: Callable[[Sequence[Committed]], Sequence[Committed]]) -> Engine:
    """Change what comes from an engine on its way."""
    start = engine.start
    engine.start = lambda deliver: start(lambda batch: deliver(change(batch)))
    return cast("Engine", engine)
