"""The engines on which scenarios are run."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from tests.folders import temporary_folder
from tests.redis.engines import redis_engine
from tests.redis.server import shared_server
from twistchat.engine.redis import keeping
from twistchat.engine.sqlite import SQLiteEngine
from twistchat.testing import ChatTestCase, SlowEngine, World, sqlite_engine

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

    def restarts(self) -> None:
        """Stop the server, and start it again: a world after this one."""
        self.world.registry.say_goodbye("")
        self.turn()
        self.world.parts.stop()
        self.world.engine.stop()
        self.world.clock.pump([0.01] * 10)
        self._starts_again()

    def is_killed(self) -> None:
        """Let the server end without a word, and start it again."""
        engine = self.world.engine
        assert isinstance(engine, SQLiteEngine)
        database = engine._store._database
        assert database is not None
        database.close()
        engine._store._lock.release()
        engine._keeping.stop()
        self._starts_again()

    def _starts_again(self) -> None:
        clock = self.world.clock
        for call in clock.getDelayedCalls():
            call.cancel()
        self.world = World(self.make_engine, limits=self.limits, doors=self.doors, clock=clock)

    def close_database(self) -> None:
        self.world.engine.stop()
        self.world.clock.pump([0.01] * 10)


class OnRedis(ChatTestCase):
    """Put before a class of scenarios, runs them on a node that has a Redis for itself."""

    def setUp(self) -> None:
        self.server = shared_server()
        with closing(self.server.client()) as redis:
            redis.flushall()
        self.patch(keeping, "EVERY", 86_400.0)  # some tests last for days
        super().setUp()
        self.addCleanup(self.leave)

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return redis_engine(self.server, clock, limits, is_alone=True)

    def leave(self) -> None:
        self.world.engine.stop()
        self.world.clock.pump([0.01] * 10)
