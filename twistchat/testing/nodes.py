"""A chat of several nodes on one Clock: a `World` each, and what they share.

class TestNodes(NodesTestCase):
    def test_everybody_hears(self) -> None:
        alice, bob = self.person("alice", at="a"), self.person("bob", at="b")
        alice.types("hello")
        self.turn()
        self.assertEqual(bob.sees(), ["<alice> hello"])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twistchat.accounts.doors import OPEN, Doors
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.testing.people import LINE, FrontEnd, Person, World
from twistchat.testing.shared import SharedEngine
from twistchat.testing.sharedstore import SharedStore

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twistchat.engine import Engine


class NodesTestCase(SynchronousTestCase):
    """A test with several nodes. Override `make_engine` to run it on another store."""

    limits: ClassVar[Limits] = DEFAULT_LIMITS
    doors: ClassVar[Doors] = OPEN
    front_end: ClassVar[FrontEnd] = LINE
    names: ClassVar[Iterable[str]] = ("a", "b", "c")
    """Of the nodes that there are when a test begins."""

    def setUp(self) -> None:
        """Make the nodes."""
        self.clock = Clock()
        self.store = SharedStore(self.clock, self.limits)
        self.worlds: dict[str, World] = {}
        for name in self.names:
            self.begin(name)

    def make_engine(self, node: str) -> Engine:
        """Make the engine of a node."""
        return SharedEngine(self.store, node, limits=self.limits)

    def begin(self, node: str) -> World:
        """Let a node begin, perhaps after another life of it."""
        self.worlds[node] = World(
            lambda _, __: self.make_engine(node),
            limits=self.limits,
            doors=self.doors,
            clock=self.clock,
        )
        return self.worlds[node]

    def stop(self, node: str) -> None:
        """Let a node stop as one is told to: its people are told goodbye."""
        world = self.worlds.pop(node)
        world.registry.say_goodbye("")
        world.turn()
        world.engine.stop()
        world.turn()
        world.parts.stop()

    def kill(self, node: str) -> None:
        """Let a node end without a word. Its people notice nothing yet."""
        self._engine(node).die()
        self.worlds.pop(node)

    def cuts(self, node: str) -> None:
        """Let a node reach the store no more."""
        self._engine(node).cut()

    def joins(self, node: str) -> None:
        """Let it reach the store again."""
        self._engine(node).join()

    def lease_is_over(self, node: str) -> None:
        """Let so much time go by that a node of which nothing was heard counts as dead."""
        self.wait(self.store.lease * 2)

    def lose_everything(self) -> None:
        """Let the store forget all there is, and each node notice it."""
        self.store.lose_everything()
        self.wait(self.store.lease)

    def _engine(self, node: str) -> SharedEngine:
        engine = self.worlds[node].engine
        assert isinstance(engine, SharedEngine)
        return engine

    def person(self, name: str, *, at: str, front_end: FrontEnd | None = None) -> Person:
        """Let somebody come in at a node. What all saw until then is forgotten."""
        (person,) = self.worlds[at].people(name, front_end=front_end or self.front_end)
        self.turn()
        for world in self.worlds.values():
            world.forget_seen()
        return person

    def turn(self) -> None:
        """Let everything happen that follows from what was typed, at all nodes."""
        for _ in range(2):  # what one has brought about at another is seen, too
            for world in list(self.worlds.values()):
                world.turn()

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        next(iter(self.worlds.values())).wait(seconds)
        self.turn()

    def typing(self, person: Person, *lines: str) -> list[str]:
        """Let somebody type lines, and return what they see when all of it has happened."""
        for line in lines:
            person.types(line)
        self.turn()
        return person.sees()
