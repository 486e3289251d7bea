"""What must hold of sessions, people, names and accounts, whatever they do and when."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from twisted.trial.unittest import SynchronousTestCase

from tests.accounts.schedules import Schedule
from tests.folders import temporary_folder
from twistchat.engine.memory import MemoryEngine
from twistchat.testing import SlowEngine, sqlite_engine

if TYPE_CHECKING:
    from twisted.internet.task import Clock

    from twistchat.core.limits import Limits
    from twistchat.engine.holders import Holders

SEEDS = range(40)
STEPS = 150


def in_memory(engine: Any) -> Holders:
    return cast("Holders", engine._memory._holders)


def memory(clock: Clock, limits: Limits) -> MemoryEngine:
    return MemoryEngine(limits, now=clock.seconds)


class ScheduleTests(SynchronousTestCase):
    def test_in_memory(self) -> None:
        for seed in SEEDS:
            Schedule(seed, memory, in_memory).play(STEPS)

    def test_on_a_slow_engine(self) -> None:
        for seed in SEEDS:
            Schedule(seed, SlowEngine, in_memory).play(STEPS)

    def test_on_sqlite(self) -> None:
        folder = temporary_folder(self)
        for seed in SEEDS[:15]:
            path = folder / f"{seed}.db"
            engine = partial(sqlite_engine, path, delay=0.007)
            schedule = Schedule(seed, engine, lambda made: cast("Any", made)._holders)
            schedule.play(STEPS)
            schedule.world.engine.stop()
            schedule.world.clock.pump([0.01] * 20)
