"""What the operator reads while lines cannot be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from twistchat.testing import SlowEngine
from twistchat.testing.harness import EngineHarness, said

if TYPE_CHECKING:
    from twisted.internet.task import Clock

    from twistchat.core.limits import Limits

WHY = "Lines cannot be kept, and their speakers are told so"


class TroubleTests(EngineHarness, SynchronousTestCase):
    engine: SlowEngine

    def make_engine(self, clock: Clock, limits: Limits) -> SlowEngine:
        return SlowEngine(clock, limits)

    def logged(self, *outcomes: bool) -> list[str]:
        """Say a line each half second, of which some can be kept, and tell what is logged."""
        with capturedLogs() as logged:
            for can_be_kept in outcomes:
                self.engine.fails = not can_be_kept
                self.put(said("hello"))
                self.pump()
        return [(formatEvent(event) or "").split(": ")[0] for event in logged]

    def test_the_beginning_and_the_end(self) -> None:
        found = self.logged(True, False, False, *[True] * 15)
        self.assertEqual(found, [WHY, "Lines are kept again. 2 were not."])

    def test_again_each_minute(self) -> None:
        found = self.logged(*[False] * 130)
        self.assertEqual(found, [WHY] * 2)

    def test_a_disk_that_is_nearly_full_takes_some_lines_and_others_not(self) -> None:
        found = self.logged(*[False, True] * 50, *[True] * 15)
        self.assertEqual(found, [WHY, "Lines are kept again. 50 were not."])
