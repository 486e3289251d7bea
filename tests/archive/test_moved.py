"""A chat that was moved goes on: in a Redis as in its database, and back there again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.task import Clock

from tests.archive.kit import ALICE, BOB, START, said
from tests.archive.test_shared import SharedTestCase
from tests.redis.engines import redis_engine
from twistchat.core import events as e
from twistchat.core.concerns import is_durable
from twistchat.engine import Entry
from twistchat.testing.engines import sqlite_engine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from twisted.internet.defer import Deferred

    from twistchat.engine import Committed, Engine


class MovedTests(SharedTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()
        self.clock.advance(START + 1_000)
        self.told: list[Committed] = []

    def started(self, engine: Engine) -> Engine:
        self.told = []
        started = engine.start(self.deliver)
        self.passes()
        self.successResultOf(started)
        return engine

    def deliver(self, batch: Sequence[Committed]) -> None:
        self.told += batch

    def passes(self) -> None:
        self.clock.pump([0.01] * 100)

    def stop(self, engine: Engine) -> None:
        engine.stop()
        self.passes()

    def on_redis(self) -> Engine:
        return self.started(redis_engine(self.server, self.clock))

    def on_disk(self, path: Path) -> Engine:
        return self.started(sqlite_engine(path, self.clock))

    def holds(self) -> list[e.Item]:
        """What a start has told that was decided, or said last."""
        found: list[e.Item] = []
        for committed in self.told:
            item = committed.item
            found += item.holds if isinstance(item, e.Resynced) else [item]
        return [item for item in dict.fromkeys(found) if is_durable(item)]

    def get(self, reading: Deferred[list[Committed]]) -> list[Committed]:
        self.passes()
        return self.successResultOf(reading)

    def say(self, engine: Engine, text: str) -> Committed:
        self.told = []
        engine.append([Entry(said(text, at=self.clock.seconds()))])
        self.passes()
        return self.told[-1]

    def test_there_and_back(self) -> None:
        self.fill()
        disk = self.on_disk(self.path)
        held, secret = self.holds(), disk.secret
        first = self.say(disk, "the last on the disk")
        history = self.get(disk.history("#lobby", limit=1_000))
        audit = self.get_audit(disk)
        self.stop(disk)

        self.load(self.export("--db", self.path))
        redis = self.on_redis()
        self.assertLessEqual(set(held[:-1]), {*self.holds(), history[-2].item})
        self.assertEqual(redis.secret, secret)
        self.assertEqual(self.get(redis.history("#lobby", limit=1_000)), history)
        self.assertEqual(self.get_audit(redis), audit)
        next_ = self.say(redis, "the first in the Redis")
        self.assertEqual((next_.epoch, next_.number), (first.epoch, first.number + 1))
        cursors = redis.cursors(BOB)
        self.passes()
        self.assertEqual(self.successResultOf(cursors), {"#lobby": 3})
        noted = redis.recall(ALICE)
        self.passes()
        self.assertEqual(self.successResultOf(noted), "her rooms")
        exported = self.export()  # while the node runs
        self.say(redis, "after that")
        self.stop(redis)

        new = self.folder / "new.db"
        self.load(exported, "--db", new)
        disk = self.on_disk(new)
        last = self.say(disk, "on a disk again")
        self.assertEqual((last.epoch, last.number), (first.epoch, first.number + 2))
        self.assertEqual(self.get(disk.history("#lobby", limit=1_000))[: len(history)], history)
        self.assertEqual(disk.secret, secret)
        self.stop(disk)

    def get_audit(self, engine: Engine) -> list[Committed]:
        found = engine.audit(limit=100)
        self.passes()
        return [each.committed for each in self.successResultOf(found)]
