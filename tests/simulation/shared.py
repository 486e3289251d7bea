"""A server on a Redis that it has for itself, and what can go wrong with that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from tests.redis.engines import kill, link_of, redis_engine
from tests.redis.server import shared_server
from tests.simulation.houses import House
from tests.simulation.watched import Watched, as_kept
from twistchat.core.concerns import is_durable
from twistchat.core.events import (
    Departed,
    Done,
    Joined,
    Missed,
    NotKept,
    Rejoined,
    Resynced,
    Unkept,
)
from twistchat.engine import Committed, Entry
from twistchat.engine.redis.codec import read_stored

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from twisted.internet.task import Clock

    from tests.redis.clocklink import ClockLink
    from tests.simulation.watched import Kept
    from twistchat.core.events import Durable
    from twistchat.core.limits import Limits
    from twistchat.engine import Engine
    from twistchat.engine.redis.engine import RedisEngine

DELAYS = (0.0, 0.0003, 0.001, 0.02)


class WatchedNode(Watched):
    """The engine of a node, watched: some of what it hands on, nobody here has asked for."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._unknown: list[Durable] = []

    def _take(self, committed: Committed) -> None:
        item = committed.item
        if isinstance(item, Resynced | Missed):
            return
        if item in self._unknown and not (self._due and self._due[0].item == item):
            self._unknown.remove(item)  # it was kept after all
            self.told.append(committed)
            return
        if isinstance(item, NotKept) and item.why is Unkept.UNKNOWN:
            self._unknown.append(item.event)
        while self._due and not _is_of(self._due[0], committed):
            if is_durable(self._due[0].item) or self._due[0].label is not None:
                break
            del self._due[0]  # it has changed nothing
        if self._due and isinstance(item, Rejoined | Done | Departed):
            committed = Committed(
                self._due[0].item, committed.epoch, committed.number, committed.origin
            )
        super()._take(committed)


def _is_of(entry: Entry, committed: Committed) -> bool:
    item = committed.item
    if entry.item == item:
        return True
    if isinstance(item, NotKept):
        return entry.item == item.event
    if isinstance(item, Rejoined):
        return isinstance(entry.item, Joined) and entry.item.room == item.room
    if isinstance(item, Departed):  # of the rooms of which the store knows
        return isinstance(entry.item, Departed) and entry.item.user == item.user
    return isinstance(item, Done) and not is_durable(entry.item)


class RedisHouse(House):
    """A server on a Redis, whose restarts find what was kept."""

    faults = ("delay", "cut", "joins", "loses", "refuses", "accepts", "holds", "lets go", "well")
    lasts = True
    may_refuse_names = True

    def __init__(self, limits: Limits, random: Random, folder: Path) -> None:
        # What was given up and is kept after all is told late: see tests/redis/schedules.py.
        super().__init__(replace(limits, uncommitted_age=60.0), random, folder)
        self._server = shared_server()
        self._redis: Any = self._server.client()
        self._redis.flushall()

    def open(self) -> None:
        super().open()
        self.world.wait(1.0)

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        self.engine: RedisEngine = redis_engine(
            self._server, clock, limits, delay=self.random.choice(DELAYS)
        )
        return self.engine

    def _watch(self, clock: Clock, limits: Limits) -> Engine:
        self.watched = WatchedNode(self.make_engine(clock, limits), self.is_kept)
        engine: Any = self.watched
        return cast("Engine", engine)

    @property
    def _link(self) -> ClockLink:
        return link_of(self.engine)

    def harm(self, fault: str) -> None:
        link, random = self._link, self.random
        match fault:
            case "delay":
                link.delay = random.choice((*DELAYS, 0.3))
            case "cut":
                link.go_down(is_done=random.random() < 0.5)
            case "joins":
                link.come_up()
            case "loses":
                name = random.choice(("append", "append", "claim", "read_page", "beat", ""))
                link.lose_next(name, is_done=random.random() < 0.5)
            case "refuses":
                code = random.choice(("OOM", "READONLY", "LOADING", "MISCONF"))
                link.refuse(code, random.choice(("append", "")), count=random.choice((1, 3, 10)))
            case "accepts":
                link.accept()
            case "holds":
                link.hold()
            case "lets go":
                link.let_go()
            case "well":
                self.mend()

    def mend(self) -> None:
        link = self._link
        link.accept()
        link.let_go()
        link.come_up()

    def stop(self) -> None:
        super().stop()
        self.crash()

    def crash(self) -> None:
        kill(self.engine)

    def close(self) -> None:
        kill(self.engine)
        self._redis.close()

    # ------------------------------------------------------------ what is kept

    def kept(self) -> Kept:
        kept: Kept = {}
        for key in ("twistchat:stands", "twistchat:private"):
            for name, stand in self._redis.hgetall(key).items():
                epoch, last, *_ = stand.decode().split()
                log = name.decode()
                if int(last):
                    kept[log] = self._events(log, epoch)
        return kept

    def is_kept(self, log: str, committed: Committed) -> bool:
        found = self._redis.xrange(
            f"twistchat:events:{log}", f"{committed.number}-0", f"{committed.number}-0"
        )
        return any(as_kept(committed).item == read_stored(fields[b"e"]) for _, fields in found)

    def _events(self, log: str, epoch: str) -> list[Committed]:
        return [
            Committed(read_stored(fields[b"e"]), epoch, int(place.decode().partition("-")[0]))
            for place, fields in self._redis.xrange(f"twistchat:events:{log}")
        ]
