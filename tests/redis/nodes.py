"""Several nodes on one Clock and one Redis, each with somebody who notes what it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from twisted.internet.task import Clock

from tests.redis.engines import kill, link_of, redis_engine
from tests.redis.server import RedisTestCase
from tests.redis.storing import entered
from twistchat.core import events as e
from twistchat.core.concerns import is_durable, is_shared
from twistchat.core.limits import Limits
from twistchat.engine import Entry, Label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import redis

    from tests.redis.clocklink import ClockLink
    from twistchat.engine import Committed


T = TypeVar("T")


class Node:
    """One node: its engine, and what that has told; it says who is here when it is asked to."""

    def __init__(self, case: NodesTestCase, name: str) -> None:
        self.name = name
        self.told: list[Committed] = []
        self.people: dict[str, e.Entered] = {}
        self.react: Callable[[Committed], None] = lambda _: None
        self.engine = redis_engine(case.server, case.clock, case.limits, node=name)
        self.started: list[None] = []
        self._case = case
        self._is_telling = False
        self.engine.start(self._deliver).addCallback(self.started.append)

    @property
    def link(self) -> ClockLink:
        return link_of(self.engine)

    def put(self, *items: e.Item, origin: object = None, key: str | None = None) -> None:
        """Append items, as one request."""
        label = None if key is None else Label(key=key)
        self.engine.append([Entry(item, origin, label) for item in items])

    def enter(self, user: str, *rooms: str, is_guest: bool = True) -> None:
        """Somebody comes in here."""
        self.people[user] = entered(user, *rooms, is_guest=is_guest)
        self.put(self.people[user])

    def say(self, *texts: str, room: str = "#lobby") -> None:
        """Somebody says something here."""
        self.put(*(e.Said(room, "1", "alice", text, action=False, at=7.0) for text in texts))

    @property
    def lines(self) -> list[str]:
        """What was said, as this node has told it; what could not be kept behind a `-`."""
        return [text for each in self.told if (text := _text(each)) is not None]

    @property
    def shared(self) -> list[e.Item]:
        """What all nodes are told, in the order in which this one was."""
        return [each.item for each in self.told if is_shared(each.item)]

    def of(self, kind: type) -> list[Committed]:
        """What was told of a kind."""
        return [each for each in self.told if isinstance(each.item, kind)]

    def items(self, kind: type[T]) -> list[T]:
        """The same without their places."""
        return [each.item for each in self.told if isinstance(each.item, kind)]

    def _deliver(self, batch: Sequence[Committed]) -> None:
        assert not self._is_telling, "told while it was being told"
        self._is_telling = True
        for each in batch:
            self.told.append(each)
            if isinstance(each.item, e.Resynced):
                self.put(*self.people.values())
            self.react(each)
        self._is_telling = False


class NodesTestCase(RedisTestCase):
    """Nodes `a`, `b` and so on, as many as are wanted."""

    limits = Limits()

    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()
        self.nodes: list[Node] = []

    def tearDown(self) -> None:
        for node in self.nodes:
            kill(node.engine)

    def start(self, name: str) -> Node:
        """Start a node, perhaps again."""
        node = Node(self, name)
        self.nodes.append(node)
        self.pump()
        self.assertEqual(node.started, [None])
        return node

    def pump(self, seconds: float = 0.5) -> None:
        """Let time go by."""
        self.clock.pump([0.005] * round(seconds / 0.005))

    def beat(self) -> None:
        """Let so much time go by that each node has said that it is alive."""
        self.clock.pump([0.05] * 120)

    def lease_is_over(self, node: Node) -> None:
        """Let a node count as dead as soon as another one looks."""
        self.redis.zadd("twistchat:nodes", {node.name: 0})

    def assert_one_order(self, *nodes: Node) -> None:
        """All were told the same, in one order."""
        first, *others = (node.shared for node in nodes)
        for other in others:
            self.assertEqual(other, first)

    def places(self, node: Node) -> list[tuple[str, int]]:
        """Where the durable was put that a node was told."""
        return [(each.epoch, each.number) for each in node.told if is_durable(each.item)]


def _text(committed: Committed) -> str | None:
    match committed.item:
        case e.Said() as said:
            return said.text
        case e.NotKept(e.Said() as said, why):
            return f"-{said.text}" if why is not e.Unkept.UNKNOWN else f"?{said.text}"
        case _:
            return None


def members(store: redis.Redis, key: str) -> set[str]:
    """Who is in a set."""
    return {each.decode() if isinstance(each, bytes) else each for each in store.smembers(key)}


def dumped(store: redis.Redis) -> dict[bytes, bytes]:
    """All that a Redis has."""
    found = {key: store.dump(key) for key in store.scan_iter()}
    return {key: value for key, value in found.items() if value is not None}


def restore(store: redis.Redis, kept: Mapping[bytes, bytes]) -> None:
    """Let a Redis have that, and nothing else."""
    store.flushall()
    for key, value in kept.items():
        store.restore(key, 0, value)
