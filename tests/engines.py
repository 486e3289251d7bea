"""The engines on which scenarios are run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.folders import temporary_folder
from twistchat.testing import ChatTestCase, SlowEngine, sqlite_engine

if TYPE_CHECKING:
    from twisted.internet.task import Clock

    from twistchat.core.limits import Limits
    from twistchat.engine import Engine


class OnSlowEngine(ChatTestCase):
    """Put before a class of scenarios, runs them on an engine whose commits wait."""

    @property
    def slow(self) -> SlowEngine:
        assert isinstance(self.world.engine, SlowEngine)
        return self.world.engine

    def make_engine(self, clock: Clock, limits: Limits) -> SlowEngine:
        return SlowEngine(clock, limits)


class OnSQLite(ChatTestCase):
    """Put before a class of scenarios, runs them on a database."""

    def setUp(self) -> None:
        self.path = temporary_folder(self) / "chat.db"
        super().setUp()
        self.addCleanup(self.close_database)

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return sqlite_engine(self.path, clock, limits)

    def close_database(self) -> None:
        self.world.engine.stop()
        self.world.clock.pump([0.01] * 10)
