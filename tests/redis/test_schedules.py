"""Some schedules by chance; many more by `python -m tests.redis.schedules`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.redis.schedules import run


class SchedulesTests(SynchronousTestCase):
    def test_of_a_store_that_loses_nothing(self) -> None:
        for seed in range(0, 60, 2):
            run(seed, loses=False)
        self.flushLoggedErrors()

    def test_of_a_store_that_loses_something(self) -> None:
        for seed in range(1, 60, 2):
            run(seed, loses=True)
        self.flushLoggedErrors()
