"""Several nodes on one Clock, each with a store of its own on the same Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.task import Clock

from tests.redis.clocklink import ClockLink
from tests.redis.server import RedisTestCase
from twistchat.core import events as e
from twistchat.core.limits import Limits
from twistchat.core.model import NO_PERSONA
from twistchat.engine import Entry, Label
from twistchat.engine.redis.shapes import Here, Told
from twistchat.engine.redis.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from twistchat.core.model import Persona
    from twistchat.engine import Committed, Outcome
    from twistchat.engine.redis.shapes import Appended, Snapshot
    from twistchat.engine.redis.store import ToldUpTo

Answer = TypeVar("Answer")


def entered(
    user: str,
    *rooms: str,
    who: str = "",
    is_guest: bool = True,
    since: float = 5.0,
    away: str | None = None,
    persona: Persona = NO_PERSONA,
) -> e.Entered:
    """Make somebody who is connected."""
    return e.Entered(
        user, who or user, rooms, away, persona, "", is_guest, since, since, since
    )  # fmt: skip


def departed(user: str, *rooms: str, cause: e.Cause = e.Cause.LOST) -> e.Departed:
    return e.Departed(rooms, user, user, cause, "", 9.0)


class Node:
    """One node's store, and what it asks of it."""

    def __init__(self, case: StoreTestCase, name: str, lease: float = 15.0) -> None:
        self.case = case
        self.here = Here(name, f"{name}1")
        self.link = ClockLink(case.clock, case.server)
        self.store = Store(
            self.link, prefix="t:", limits=case.limits, now=lambda: case.now, lease=lease
        )
        self.number = 0
        self.at = 0
        self.link.start("t:wake")
        case.clock.pump([0.01] * 3)

    def hello(
        self, *, verify: dict[str, ToldUpTo] | None = None, life: str = "", former: str = "",
        secret: bytes | None = None,
    ) -> Snapshot:  # fmt: skip
        if life:
            self.here, self.number = Here(self.here.node, life), 0
        found = self.case.wait(
            self.store.hello(self.here, verify=verify or {}, former=former, secret=secret)
        )
        self.at = found.seq
        return found

    def append(self, entries: Sequence[Entry], opens: Sequence[str] = ()) -> Appended:
        self.number += 1
        return self.case.wait(self.store.append(self.here, self.number, entries, opens))

    def put(self, *items: e.Item) -> Sequence[Outcome | Told]:
        return self.append([Entry(item) for item in items]).outcomes

    def say(self, key: str, *items: e.Item) -> Sequence[Outcome | Told]:
        return self.append([Entry(item, label=Label(key=key)) for item in items]).outcomes

    def news(self) -> list[Committed]:
        """What stands in the feed behind what was read before."""
        batches = self.case.wait(self.store.feed(self.at, 100))
        self.at += len(batches)
        return [committed for batch in batches for committed in batch.items]

    def items(self) -> list[e.Item]:
        return [committed.item for committed in self.news()]

    def resync(self, **how: Any) -> e.Resynced:
        found = self.hello(**how).resync
        assert isinstance(found, e.Resynced)
        return found


class StoreTestCase(RedisTestCase):
    """Nodes that share a Redis."""

    limits = Limits()

    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()
        self.now = 1000.0
        self.db: Any = self.redis
        """It, to look at what is there."""
        self.a, self.b = Node(self, "a"), Node(self, "b")

    def wait(self, asked: Deferred[Answer]) -> Answer:
        """Let time go by until there is an answer."""
        found: list[Answer] = []
        failed: list[Failure] = []
        asked.addCallbacks(found.append, failed.append)
        for _ in range(200):
            if found or failed:
                break
            self.clock.advance(0.001)
        if failed:
            failed[0].raiseException()
        return found[0]

    def hello(self) -> None:
        self.a.hello()
        self.b.hello()
        self.a.news()

    def epoch(self, log: str = "#lobby") -> str:
        epoch: str = self.db.hget("t:stands", log).decode().split()[0]
        return epoch

    def told(self, outcomes: Sequence[Outcome | Told]) -> list[e.Item | None]:
        """What is told of presence."""
        found = []
        for outcome in outcomes:
            assert isinstance(outcome, Told), outcome
            found.append(outcome.item)
        return found
