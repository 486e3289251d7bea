"""What people see whose node is cut off from its Redis, and taken for dead."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from tests.redis.engines import link_of, redis_engine
from tests.redis.server import shared_server
from twistchat.engine.redis import keeping
from twistchat.engine.redis.engine import RedisEngine
from twistchat.testing import NodesTestCase

if TYPE_CHECKING:
    from tests.redis.clocklink import ClockLink
    from twistchat.engine import Engine


class CutOffPeopleTests(NodesTestCase):
    names = ()

    def setUp(self) -> None:
        self.server = shared_server()
        with closing(self.server.client()) as redis:
            redis.flushall()
        self.patch(keeping, "EVERY", 86_400.0)
        super().setUp()
        for node in ("a", "b"):
            self.begin(node)
            self.turn()

    def tearDown(self) -> None:
        for world in self.worlds.values():
            world.engine.stop()
        self.clock.pump([0.01] * 300)
        self.flushLoggedErrors()

    def make_engine(self, node: str) -> Engine:
        return redis_engine(self.server, self.clock, self.limits, node=node)

    def link(self, node: str) -> ClockLink:
        engine = self.worlds[node].engine
        assert isinstance(engine, RedisEngine)
        return link_of(engine)

    def take_for_dead(self, node: str) -> None:
        with closing(self.server.client()) as redis:
            redis.zadd("twistchat:nodes", {node: 0})
        self.wait(6)

    def test_who_leaves_meanwhile(self) -> None:
        ada, ben, cat = (self.person(name, at="a") for name in ("ada", "ben", "cat"))
        dan = self.person("dan", at="b")
        self.link("a").go_down()
        self.typing(ben, "/away lunch", "/join #lab")
        self.typing(cat, "/quit")
        self.take_for_dead("a")
        self.link("a").come_up()
        self.wait(6)
        self.assertEqual(ada.sees().count("-- cat left."), 1)
        for person in (ada, dan):
            self.assertIn("-- In #lobby (3): ada, ben (away), dan", self.typing(person, "/who"))
        seen = ben.sees()
        self.assertEqual((seen.count("-- ben joined #lab."), seen.count("-- cat left.")), (1, 1))

    def test_a_name_whose_claim_was_lost(self) -> None:
        person = self.worlds["a"].connect(self.front_end)
        self.link("a").lose_next("claim", is_done=True, back_in=None)
        person.comes_in_as("ada")
        self.wait(6)
        self.link("a").come_up()
        self.wait(6)
        person.hangs_up()
        self.turn()
        self.person("ada", at="b")
