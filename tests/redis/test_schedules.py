"""Some schedules by chance; many more by `python -m tests.redis.schedules`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.redis.schedules import run

KNOWN_SEEDS = (129, 155, 341, 2143, 2541, 2585, 2704, 10291, 10507)
"""Of schedules that have failed once: add yours."""


class SchedulesTests(SynchronousTestCase):
    def test_of_a_store_that_loses_nothing(self) -> None:
        for seed in range(0, 60, 2):
            run(seed, loses=False)
        self.flushLoggedErrors()

    def test_of_a_store_that_loses_something(self) -> None:
        for seed in range(1, 60, 2):
            run(seed, loses=True)
        self.flushLoggedErrors()

    def test_what_has_failed_once(self) -> None:
        for seed in KNOWN_SEEDS:
            run(seed, loses=bool(seed % 2))
        self.flushLoggedErrors()
