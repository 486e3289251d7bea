"""A server that can be started again, on each engine, and the faults of its engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tests.simulation.watched import Kept, Watched, as_kept
from twistchat.core.events import Said, TopicChanged, Unkept, Whispered
from twistchat.engine.memory import MemoryEngine
from twistchat.testing import SlowEngine, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

    from twisted.internet.task import Clock

    from twistchat.core.events import Durable
    from twistchat.core.limits import Limits
    from twistchat.engine import Committed, Engine

STOPPING = 8.0
"""Seconds, more than a server takes to stop."""


class House:
    """A server on the memory engine: it keeps all that it is given, until it ends."""

    faults: tuple[str, ...] = ()
    """What `harm` knows."""
    lasts = False
    """Whether what is kept is still there after a restart."""
    may_refuse_names = False

    def __init__(self, limits: Limits, random: Random, folder: Path) -> None:
        self.limits = limits
        self.random = random

    def open(self) -> None:
        """Start the server, for the first time or again."""
        self.world = World(self._watch, limits=self.limits)

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        """Make the engine, as it is to be watched."""
        return MemoryEngine(limits)

    def harm(self, fault: str) -> None:
        """Let something go wrong with the engine, or another way than before."""

    def mend(self) -> None:
        """Let everything be well."""

    def stop(self) -> None:
        """Stop the server, as an operator does."""
        registry, engine, fanout = self.world.registry, self.world.engine, self.world.parts.fanout
        registry.say_goodbye("")
        engine.stop()
        self.world.wait(STOPPING)
        fanout.stop()
        self.world.wait(2.0)
        registry.abort_all()
        self.world.wait(0.0)
        self.world.parts.stop()

    def crash(self) -> None:
        """Let the process be killed, here and now."""

    def close(self) -> None:
        """Clear up, at the end of all."""

    def kept(self) -> Kept:
        """Tell what the engine has kept."""
        memory = self.watched.engine._memory
        return {log: memory.history(log, None, 10_000) for log in sorted(self.watched.logs)}

    def is_kept(self, log: str, committed: Committed) -> bool:
        """Whether an event is kept, at this moment."""
        found = self.watched.engine._memory.history(log, committed.number + 1, 1)
        return [_place(as_kept(event)) for event in found] == [_place(committed)]

    def _watch(self, clock: Clock, limits: Limits) -> Engine:
        self.watched = Watched(self.make_engine(clock, limits), self.is_kept)
        engine: Any = self.watched
        return cast("Engine", engine)


def _place(event: Committed) -> tuple[object, str, int]:
    return event.item, event.epoch, event.number


def words_of(event: Durable) -> str:
    """What was typed."""
    if isinstance(event, TopicChanged):
        return event.topic
    return event.text if isinstance(event, Said | Whispered) else ""


class SlowHouse(House):
    """A server on an engine that is slow, and that refuses, fails and hangs."""

    faults = ("delay", "fails", "refuses", "doubts", "hangs", "answers", "well")
    may_refuse_names = True

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        self.slow = SlowEngine(clock, limits, self.random.choice((0.0, 0.001, 0.01)))
        return self.slow

    def harm(self, fault: str) -> None:
        match fault:
            case "delay":
                self.slow.delay = self.random.choice((0.0, 0.0005, 0.004, 0.05))
            case "fails":
                self.slow.fails = True
            case "refuses":
                self.slow.refuses = self._refusing(Unkept.FAILED)
            case "doubts":
                self.slow.refuses = self._refusing(Unkept.UNKNOWN)
            case "hangs":
                self.slow.hangs = True
            case "answers":
                self.slow.answer()
            case "well":
                self.mend()

    def mend(self) -> None:
        self.slow.fails = False
        self.slow.refuses = lambda _: None
        self.slow.answer()

    def _refusing(self, why: Unkept) -> Callable[[Durable], Unkept | None]:
        third = self.random.randrange(3)
        return lambda event: why if sum(map(ord, words_of(event))) % 3 == third else None

    def stop(self) -> None:
        super().stop()
        self.mend()  # an answer that comes after all is over
