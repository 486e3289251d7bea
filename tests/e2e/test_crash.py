"""`kill -9` loses nothing that anybody saw, and doubles, swaps and invents nothing.

`make test` kills a few times, `make soak` as often as `KILLS` says. A failure shows its seed in the
name of the test: `SEED=1234 make soak` tries that one again.
"""

from __future__ import annotations

import os
import signal
from random import Random, SystemRandom
from typing import TYPE_CHECKING

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import deferLater

from tests.e2e.crash import Crashes
from tests.e2e.programs import PATIENCE, Caller, Server
from tests.e2e.record import integrity

if TYPE_CHECKING:
    from pathlib import Path

KILLS = int(os.environ.get("KILLS", "4"))
"""While people talk; a part of that while it starts, and while it stops."""

FEWER = max(KILLS // 4, 2)

SEED = int(os.environ.get("SEED") or SystemRandom().randrange(10**6))

seeded = pytest.mark.parametrize("seed", [SEED])


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
        is_long = number % 5 == 2
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
