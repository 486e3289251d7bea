"""What must hold of sessions, people, names and accounts, whatever they do and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from twisted.trial.unittest import SynchronousTestCase

from tests.accounts.schedules import Schedule
from tests.folders import temporary_folder
from twistchat.engine.memory import MemoryEngine
from twistchat.testing import SlowEngine, sqlite_engine

if TYPE_CHECKING:
    from twistchat.engine.holders import Holders

SEEDS = range(40)
STEPS = 150


def in_memory(engine: Any) -> Holders:
    return cast("Holders", engine._memory._holders)


class ScheduleTests(SynchronousTestCase):
    def test_in_memory(self) -> None:
        for seed in SEEDS:
            engine = lambda clock, limits: MemoryEngine(limits, now=clock.seconds)  # noqa: E731
            Schedule(seed, engine, in_memory).play(STEPS)

    def test_on_a_slow_engine(self) -> None:
        for seed in SEEDS:
            Schedule(seed, SlowEngine, in_memory).play(STEPS)

    def test_on_sqlite(self) -> None:
        folder = temporary_folder(self)
        for seed in SEEDS[:15]:
            path = folder / f"{seed}.db"
            schedule = Schedule(
                seed,
                lambda clock, limits, path=path: sqlite_engine(path, clock, limits, delay=0.007),  # type: ignore[misc]
                lambda engine: cast("Any", engine)._holders,
            )
            schedule.play(STEPS)
            schedule.world.engine.stop()
            schedule.world.clock.pump([0.01] * 20)
