"""`kill -9` loses nothing that anybody saw, and doubles, swaps and invents nothing.

`make test` kills a few times, `make kills` as often as `KILLS` says. A failure shows its seed in
the name of the test: `SEED=1234 make kills` tries that one again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import deferLater

from tests.e2e.crash import KILLS, Crashes, seeded
from tests.e2e.disks import FaultyDisk
from tests.e2e.programs import PATIENCE, Caller, Server
from tests.e2e.record import integrity
from twistchat.engine.retention import Retention
from twistchat.engine.sqlite.file import Durability
from twistchat.engine.sqlite.inspection import check
from twistchat.engine.sqlite.store import Store

FEWER = max(KILLS // 4, 2)


async def kill_while_starting(folder: Path, rng: Random) -> None:
    """Start a server, and kill it somewhere near its first look at the database."""
    lock = folder / "twistchat.db.lock"
    lock.unlink(missing_ok=True)
    server = Server.spawn(folder)
    for _ in range(int(PATIENCE / 0.001)):
        if lock.exists():
            break
        await deferLater(reactor, 0.001)
    await deferLater(reactor, rng.choice((0, rng.uniform(0, 0.01), rng.uniform(0, 0.1))))
    server.kill(signal.SIGKILL)
    assert await server.end() == -signal.SIGKILL


@seeded
@pytest_twisted.ensureDeferred
async def test_killed_while_people_talk(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    crashes = Crashes(tmp_path, rng)
    for number in range(KILLS):
        # Every fifth lives long enough for the chores that are done beside: the search index
        # after two seconds, a checkpoint after five.
        is_long = number % 5 == 4
        await crashes.talk_and_kill(rng.uniform(2, 6) if is_long else rng.uniform(0, 0.8))
    record = await crashes.end()
    assert len(record.order) > 100 * KILLS


@seeded
@pytest_twisted.ensureDeferred
async def test_killed_while_it_stops(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    crashes = Crashes(tmp_path, rng)
    for _ in range(FEWER):
        await crashes.talk_and_kill(rng.uniform(0, 0.5), signal.SIGTERM)
    await crashes.end()


@seeded
@pytest_twisted.ensureDeferred
async def test_killed_while_the_disk_fails(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    disk = FaultyDisk(tmp_path)
    crashes = Crashes(disk.folder, rng, disk)
    for _ in range(FEWER):
        await crashes.talk_and_kill(rng.uniform(0, 0.5))
    await crashes.end()


@seeded
@pytest_twisted.ensureDeferred
async def test_killed_while_it_starts(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    crashes = Crashes(tmp_path, rng)
    await crashes.talk_and_kill(0.3)
    for _ in range(FEWER):
        await kill_while_starting(tmp_path, rng)
    await crashes.end()


@seeded
@pytest_twisted.ensureDeferred
async def test_killed_at_its_first_start(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    for number in range(FEWER):
        folder = tmp_path / str(number)
        folder.mkdir()
        await kill_while_starting(folder, rng)
        server = await Server.run(folder)
        alice = await Caller.call(server.port, "alice")
        alice.types("hello")
        await alice.heard.until("^<alice> hello$")
        await alice.leave()
        await server.stop()
        assert integrity(folder / "twistchat.db") == "ok"


OPEN = "import sys; from tests.e2e.test_crash import open_store; open_store(sys.argv[1])"


def open_store(path: Path | str) -> None:
    store = Store(Path(path), durability=Durability.FULL, retention=Retention())
    store.open()
    store.close()


@seeded
def test_killed_at_each_change_of_the_disk(tmp_path: Path, seed: int) -> None:
    """A file is made in some ninety changes of the disk; `make kills` tries a kill before each."""
    disk = FaultyDisk(tmp_path)
    path = disk.folder / "chat.db"
    stride = max(90 // KILLS, 1)
    number = Random(seed).randrange(1, stride + 1)
    while True:
        env = {**os.environ, **disk.env_to_die(number), "PYTHONPATH": os.pathsep.join(sys.path)}
        killed = subprocess.run([sys.executable, "-c", OPEN, path], env=env, check=False)
        if killed.returncode == 0:
            break
        assert killed.returncode == -signal.SIGKILL
        check(path)
        open_store(path)
        check(path)
        assert integrity(path) == "ok"
        for file in disk.folder.iterdir():
            file.unlink()
        number += stride
    assert number > 50
