"""The engines on which scenarios are run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.testing import ChatTestCase, SlowEngine

if TYPE_CHECKING:
    from twisted.internet.task import Clock

    from twistchat.core.limits import Limits


class OnSlowEngine(ChatTestCase):
    """Put before a class of scenarios, runs them on an engine whose commits wait."""

    @property
    def slow(self) -> SlowEngine:
        assert isinstance(self.world.engine, SlowEngine)
        return self.world.engine

    def make_engine(self, clock: Clock, limits: Limits) -> SlowEngine:
        return SlowEngine(clock, limits)
