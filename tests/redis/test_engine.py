"""The Redis engine: the suites that each engine passes."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from tests.redis.engines import kill, link_of, redis_engine
from tests.redis.server import shared_server
from twistchat.core.limits import Limits
from twistchat.engine.redis.engine import RedisEngine
from twistchat.testing.conformance import (
    EngineConformance,
    FaultyConformance,
    LastingConformance,
)
from twistchat.testing.harness import EngineHarness

if TYPE_CHECKING:
    from twisted.internet.task import Clock

    from twistchat.engine import Engine


class OnRedis(EngineHarness):
    """Put before a suite, runs it on a Redis."""

    def setUp(self) -> None:
        self.server = shared_server()
        with closing(self.server.client()) as redis:
            redis.flushall()
        super().setUp()

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return redis_engine(self.server, clock, limits)

    @property
    def redis_engine(self) -> RedisEngine:
        engine = self.engine
        assert isinstance(engine, RedisEngine)
        return engine


class RedisEngineTests(OnRedis, EngineConformance, LastingConformance, SynchronousTestCase):
    def die(self) -> None:
        kill(self.redis_engine)


class FaultyRedisTests(OnRedis, FaultyConformance, SynchronousTestCase):
    """Of a Redis that has no memory left."""

    def breaks(self) -> None:
        link_of(self.redis_engine).refuse("OOM")

    def mends(self) -> None:
        link_of(self.redis_engine).accept()


class CutOffTests(OnRedis, FaultyConformance, SynchronousTestCase):
    """Of a node that has no connection."""

    limits = Limits(uncommitted_age=3.0)

    def breaks(self) -> None:
        link_of(self.redis_engine).go_down()

    def mends(self) -> None:
        link_of(self.redis_engine).come_up()
        self.pump()
