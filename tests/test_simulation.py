"""Thousands of seeded schedules of a whole chat, on each engine; see `tests/simulation/`."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from twisted.trial.unittest import SynchronousTestCase

from tests.simulation.disk import fast_folder
from tests.simulation.running import run
from twistchat.engine.sqlite import file

KNOWN_SEEDS: dict[str, tuple[int, ...]] = {
    "memory": (265,),
    "slow": (1318,),
    "sqlite": (711, 1318),
    "memory+json": (),
    "slow+json": (500, 1195, 2210, 3966),
    "sqlite+json": (),
    "memory+irc": (75, 2172, 2236, 3069, 5170),
    "slow+irc": (2378, 3138),
    "sqlite+irc": (),
}
"""Seeds whose schedules have failed once: add yours."""


class SimulationTests(SynchronousTestCase):
    """On the memory engine."""

    engine: ClassVar[str] = "memory"
    count: ClassVar[int] = 1_200

    def setUp(self) -> None:
        self.patch(file, "BUSY", 0.0)  # another program's lock is waited for in real seconds
        folder = fast_folder()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_schedules(self) -> None:
        for seed in range(self.count):
            run(self.engine, seed, self.folder)
        self.flushLoggedErrors()  # each was looked at while it was played

    def test_what_has_failed_once(self) -> None:
        for seed in KNOWN_SEEDS[self.engine]:
            run(self.engine, seed, self.folder)
        self.flushLoggedErrors()


class SimulationOnSlowEngineTests(SimulationTests):
    engine = "slow"
    count = 1_500


class SimulationOnSQLiteTests(SimulationTests):
    engine = "sqlite"
    count = 400


class SimulationOfProgramsTests(SimulationTests):
    """With some who speak JSON, and come back."""

    engine = "memory+json"
    count = 500


class SimulationOfProgramsOnSlowEngineTests(SimulationTests):
    engine = "slow+json"
    count = 500


class SimulationOfProgramsOnSQLiteTests(SimulationTests):
    engine = "sqlite+json"
    count = 250


class SimulationOfClientsTests(SimulationTests):
    """With IRC clients, in the rooms of the others and in their own."""

    engine = "memory+irc"
    count = 150


class SimulationOfClientsOnSlowEngineTests(SimulationTests):
    engine = "slow+irc"
    count = 150


class SimulationOfClientsOnSQLiteTests(SimulationTests):
    engine = "sqlite+irc"
    count = 80
