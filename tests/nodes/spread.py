"""Scenarios of one server, whose people come in at several nodes by turns."""

from __future__ import annotations

from contextlib import closing
from itertools import cycle
from typing import TYPE_CHECKING, Any
from unittest import SkipTest

from twisted.internet.task import Clock

from tests.redis.engines import kill, redis_engine
from tests.redis.server import shared_server
from twistchat.testing import LINE, ChatTestCase, FrontEnd, Person, SharedEngine, SharedStore, World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.core.limits import Limits
    from twistchat.engine import Engine


AT_ONCE = {
    "test_a_mute_and_an_unmute_cross",
    "test_a_room_that_is_full",
    "test_by_invitation_only",
    "test_one_name_and_one_person",
    "test_put_out_while_coming_back",
    "test_saying",
    "test_the_server_stops",
    "test_what_one_says_is_heard_over_the_other",
    "test_what_was_said_before_a_mute_is_heard_and_nothing_behind_it",
}
"""Scenarios in which one asks for something before another is told what it depends on, or that look
into one node."""


class SpreadWorld(World):
    """Several nodes that look like one: whoever connects is at the next of them."""

    def __init__(self, *names: str, engine: Callable[[str], Engine], **kwargs: Any) -> None:
        def make(name: str) -> Callable[[Clock, Limits], Engine]:
            return lambda _, __: engine(name)

        first, *others = names
        self._others = [World(make(name), **kwargs) for name in others]
        super().__init__(make(first), **kwargs)
        self._next = cycle([None, *self._others])

    def connect(self, front_end: FrontEnd = LINE, *, speaks_first: bool = False) -> Person:
        world = next(self._next)
        if world is None:
            return super().connect(front_end, speaks_first=speaks_first)
        person = world.connect(front_end, speaks_first=speaks_first)
        self._everybody.append(person)
        return person

    @property
    def nodes(self) -> Sequence[World]:
        """The nodes, in order."""
        return [self, *self._others]

    def is_in(self, name: str) -> bool:
        return super().is_in(name) or any(world.is_in(name) for world in self._others)


class OnNodes(ChatTestCase):
    """Put before a class of scenarios, runs them with people at three nodes."""

    lease = 86_400.0

    def setUp(self) -> None:
        super().setUp()
        self.engines: list[Any] = []
        if self._testMethodName in AT_ONCE:
            raise SkipTest("at two nodes at once either may be the first")
        self.clock = Clock()
        self.world = SpreadWorld(
            "a", "b", "c", engine=self.engine_of, clock=self.clock, limits=self.limits,
            doors=self.doors,
        )  # fmt: skip

    def engine_of(self, node: str) -> Engine:
        """Make the engine of a node."""
        if not hasattr(self, "store"):
            self.store = SharedStore(self.clock, self.limits, lease=self.lease)
        engine = SharedEngine(self.store, node)
        self.engines.append(engine)
        return engine


class OnNodesOfRedis(OnNodes):
    """The same on a Redis."""

    def setUp(self) -> None:
        self.server = shared_server()
        with closing(self.server.client()) as redis:
            redis.flushall()
        super().setUp()

    def tearDown(self) -> None:
        for engine in self.engines:
            kill(engine)
        super().tearDown()

    def engine_of(self, node: str) -> Engine:
        engine = redis_engine(self.server, self.clock, self.limits, node=node, is_alone=True)
        self.engines.append(engine)
        return engine
