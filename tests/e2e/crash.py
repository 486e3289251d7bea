"""Servers that are killed while people talk, and the people who come back each time."""

from __future__ import annotations

import os
import signal
from random import Random
from typing import TYPE_CHECKING

import pytest
from twisted.internet import reactor
from twisted.internet.task import deferLater

from tests.e2e import stories
from tests.e2e.checker import faults
from tests.e2e.disks import FAULTS
from tests.e2e.programs import Server
from tests.e2e.readers import ReturningReader
from tests.e2e.record import Record, integrity, read_record
from tests.e2e.returning import ReturningProgram
from tests.e2e.talkers import Listener, Talker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.disks import FaultyDisk
    from tests.e2e.views import View

KILLS = int(os.environ.get("KILLS", "4"))
"""How often each test that is done by chance does what it does."""

SEED = int(
    os.environ.get("SEED") or Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**6)
)

seeded = pytest.mark.parametrize("seed", [SEED])
"""For tests that are done by chance: a failure shows the seed in the test's name."""

ROOMS = ("#lobby", "#cats", "#dogs")
OPTIONS = ("--limit", "rate=0", "--limit", "joins=0")


class Crashes:
    """One database, the servers that have it one after the other, and what everybody saw."""

    def __init__(self, folder: Path, rng: Random, disk: FaultyDisk | None = None) -> None:
        self.disk = disk
        self.folder = folder
        self.path = folder / "twistchat.db"
        self.kills = 0
        self.programs = [
            ReturningProgram(f"program{number}", ("#lobby", *self._some_rooms(rng)), rng)
            for number in range(3)
        ]
        """They come back to each server as who they were, and so do the readers on nc."""
        self.readers = [ReturningReader(f"reader{number}", rng) for number in range(2)]
        self._rng = rng
        self._record = Record()
        self._views: list[View] = []
        self._doubtful: set[str] = set()

    async def start(self) -> Server:
        """Start a server, and compare what it has with what everybody saw before."""
        env = self.disk.env if self.disk else None
        server = await Server.run(self.folder, *OPTIONS, env=env)
        self.check()
        return server

    async def talk_and_kill(self, seconds: float, how: int = signal.SIGKILL) -> None:
        """Let everybody come and talk; kill the server in the middle of it."""
        server = await self.start()
        people = self._people()
        late = people.pop()
        for program in self.programs:
            await program.come(server.port)
        for reader in self.readers:
            await reader.come(server.port)
        for person in people:
            await person.come(server.port)
        await deferLater(reactor, seconds / 2)
        await late.come(server.port)
        people.append(late)
        if self.disk:
            self.disk.fails(self._rng.choice(FAULTS))
        await deferLater(reactor, seconds / 2)
        server.kill(how)
        if how == signal.SIGTERM:
            await deferLater(reactor, self._rng.uniform(0, 0.1))
            server.kill(signal.SIGKILL)
        assert await server.end() in (-signal.SIGKILL, -signal.SIGTERM)
        self.kills += 1
        if self.disk:
            self.disk.works()
        for person in people:
            await person.lost
        for program in self.programs:
            await program.stay_away()
        for reader in self.readers:
            await reader.stay_away()
        self._views = [person.view() for person in people]

    def check(self) -> None:
        record = read_record(self.path)
        may_refuse = self.disk is not None
        found = faults(record, self._views, self._record, may_refuse=may_refuse)
        perhaps = self._perhaps()
        found += stories.faults([program.story for program in self.programs], record, perhaps)
        for reader in self.readers:
            found += reader.faults(record, perhaps, is_marked=self.disk is None)
        assert not found, "\n".join([f"after {self.kills} kills:", *found[:20]])
        self._record, self._views = record, []

    def _perhaps(self) -> set[str]:
        """Find of what nobody knew whether it was kept: where the disk fails, that may be much."""
        if self.disk is None:
            return set()
        typed = {text for view in self._views for text in view.typed}
        self._doubtful |= typed
        return self._doubtful.union(*(program.story.keys.values() for program in self.programs))

    async def end(self) -> Record:
        """Start and stop once more, in peace: all that was said is acknowledged in the end."""
        server = await self.start()
        for program in self.programs:
            await program.come(server.port)
        for program in self.programs:
            await program.be_quiet()
        await server.stop()
        for program in self.programs:
            await program.stay_away()
        assert integrity(self.path) == "ok"
        self.check()
        return self._record

    @staticmethod
    def _some_rooms(rng: Random) -> tuple[str, ...]:
        return tuple(rng.sample(ROOMS[1:], rng.randrange(3)))

    def _people(self) -> list[Listener]:
        """Everybody, in any order; some call themselves as before, some have new names."""
        people: list[Listener] = []
        for number in range(4):
            name = self._named(f"talker{number}")
            people.append(Talker(name, self._rooms(), f"{number}.{self.kills}", self._rng))
        for number in range(3):
            people.append(Listener(self._named(f"listener{number}"), self._rooms()))
        self._rng.shuffle(people)
        return people

    def _named(self, name: str) -> str:
        return self._rng.choice((name, f"{name}-{self.kills}"))

    def _rooms(self) -> tuple[str, ...]:
        """Choose rooms beside the lobby; what is typed goes to the last of them."""
        return self._some_rooms(self._rng)
