"""The same scenarios on a real Redis."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from tests.redis.engines import kill, link_of, redis_engine
from tests.redis.server import shared_server
from twistchat.testing import NodesTestCase

if TYPE_CHECKING:
    from twistchat.engine import Engine
    from twistchat.engine.redis.engine import RedisEngine


class OnRedis(NodesTestCase):
    """Put before a class of scenarios, runs them on a Redis."""

    def setUp(self) -> None:
        self.server = shared_server()
        self.engines: dict[str, RedisEngine] = {}
        with closing(self.server.client()) as redis:
            redis.flushall()
        super().setUp()

    def tearDown(self) -> None:
        for engine in self.engines.values():
            kill(engine)
        super().tearDown()

    def make_engine(self, node: str) -> Engine:
        engine = redis_engine(self.server, self.clock, self.limits, node=node)
        self.engines[node] = engine
        return engine

    def kill(self, node: str) -> None:
        kill(self.engines.pop(node))
        self.worlds.pop(node)

    def cuts(self, node: str) -> None:
        link_of(self.engines[node]).go_down()

    def joins(self, node: str) -> None:
        link_of(self.engines[node]).come_up()
        self.wait(1)

    def lease_is_over(self, node: str) -> None:
        with closing(self.server.client()) as redis:
            redis.zadd("twistchat:nodes", {node: 0})  # by the clock of Redis no time goes by
        self.wait(15)

    def lose_everything(self) -> None:
        with closing(self.server.client()) as redis:
            redis.flushall()
        self.wait(15)
