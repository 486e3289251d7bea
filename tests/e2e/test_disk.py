"""A disk that fails while people talk: what cannot be kept is refused, for its speaker alone.

Nobody is disconnected, the log says why (once, and not for each line), and when the disk works
again so does the chat, by itself.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import ensureDeferred, gatherResults
from twisted.internet.task import deferLater

from tests.e2e.checker import faults
from tests.e2e.crash import KILLS, ROOMS, seeded
from tests.e2e.disks import FAULTS, FaultyDisk, SmallDisk
from tests.e2e.programs import Caller, Server
from tests.e2e.record import integrity, read_record
from tests.e2e.talkers import Listener, Talker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
NOT_KEPT = "^-- (Not|Perhaps not) sent: "


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallDisk]:
    disk = SmallDisk(tmp_path)
    yield disk
    disk.unmount()


@pytest.fixture
def faulty(tmp_path: Path) -> FaultyDisk:
    return FaultyDisk(tmp_path)


@dataclass(slots=True)
class Scene:
    """A server on some disk, three who talk, and one who listens to it all."""

    path: Path
    server: Server
    talkers: list[Talker]
    listener: Listener
    begun: float = field(default_factory=time.monotonic)

    @classmethod
    async def begin(
        cls, path: Path, *, env: Mapping[str, str] | None = None, size: int = 0, count: int = 3
    ) -> Scene:
        options = ("--engine", f"sqlite:{path}", "--limit", "rate=0")
        server = await Server.run(path.parent, *options, env=env)
        rooms: list[tuple[str, ...]] = [(), ("#cats",), ("#dogs", "#cats")]
        talkers = [
            Talker(f"talker{number}", rooms[number], str(number), Random(number), size)
            for number in range(count)
        ]
        scene = cls(path, server, talkers, Listener("listener", ("#cats", "#dogs")))
        for person in (*talkers, scene.listener):
            await person.come(server.port)
        await scene.every(r"> {}\.")
        return scene

    async def every(self, pattern: str) -> None:
        """Wait until each talker, known by its number, has read this."""
        for number, talker in enumerate(self.talkers):
            await talker.heard.until(pattern.format(number))

    async def goes_on(self) -> None:
        """Wait until everybody's words are kept that are said from now on."""
        for talker in self.talkers:
            talker.phase = "after"
        await self.every(r"> {}\.after")

    async def end(self) -> str:
        """Check everything; return what the server has logged."""
        await gatherResults([ensureDeferred(talker.be_quiet()) for talker in self.talkers])
        people = [*self.talkers, self.listener]
        for person in people:
            await person.quit()
            assert person.lines[-1] == "-- Goodbye."
        await self.server.stop()
        found = faults(read_record(self.path), [person.view() for person in people])
        assert not found, "\n".join(found[:20])
        assert integrity(self.path) == "ok"
        log = self.server.out.text
        minutes = int(time.monotonic() - self.begun) // 60
        assert 1 <= log.count("Lines cannot be kept") <= 1 + minutes, log
        return log


async def talk_while_it_fails(
    scene: Scene, breaks: Callable[[], object], mends: Callable[[], object]
) -> str:
    """Let people talk before, during and after a failure; return what the server has logged."""
    breaks()
    await scene.every(NOT_KEPT)
    # Who comes in meanwhile is welcome, and whoever leaves may.
    guest = await Caller.call(scene.server.port, "guest")
    await scene.listener.heard.until("^-- guest joined.$")
    await guest.leave()
    await scene.listener.heard.until("^-- guest left.$")
    mends()
    await scene.goes_on()
    return await scene.end()


@pytest_twisted.ensureDeferred
async def test_a_small_disk_fills(small: SmallDisk) -> None:
    scene = await Scene.begin(small.folder / "chat.db", size=8_000)
    log = await talk_while_it_fails(scene, lambda: None, small.make_room)
    assert "chat.db: the disk is full" in log


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("full", "the disk is full"),
        ("readonly", "its disk does not work"),
        ("sync", "its disk does not work"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_disk_fails(faulty: FaultyDisk, fault: str, why: str) -> None:
    scene = await Scene.begin(faulty.folder / "chat.db", env=faulty.env)
    log = await talk_while_it_fails(scene, lambda: faulty.fails(fault), faulty.works)
    assert f"chat.db: {why}" in log


@seeded
@pytest_twisted.ensureDeferred
async def test_a_disk_that_fails_now_and_then(faulty: FaultyDisk, seed: int) -> None:
    rng = Random(seed)
    scene = await Scene.begin(faulty.folder / "chat.db", env=faulty.env)
    for _ in range(2 * KILLS):
        faulty.fails(rng.choice(FAULTS))
        scene.listener.types(f"/room {rng.choice(ROOMS)}\n/history {rng.randrange(1, 200)}")
        await deferLater(reactor, rng.uniform(0, 0.2))
        faulty.works()
        await deferLater(reactor, rng.uniform(0, 0.2))
    await scene.goes_on()
    await scene.end()


@pytest_twisted.ensureDeferred
async def test_another_program_locks_it(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    scene = await Scene.begin(path, count=1)  # since each batch waits for the lock
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await scene.every(NOT_KEPT)
        other.execute("ROLLBACK")
    await scene.goes_on()
    assert "chat.db: another program has locked it for too long" in await scene.end()


@pytest_twisted.ensureDeferred
async def test_the_file_is_moved_away_and_back(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    elsewhere = tmp_path / "moved.db"
    scene = await Scene.begin(path)
    log = await talk_while_it_fails(
        scene, lambda: path.rename(elsewhere), lambda: elsewhere.rename(path)
    )
    assert "chat.db is gone" in log
