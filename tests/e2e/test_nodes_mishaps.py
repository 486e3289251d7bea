"""Nodes die, stand still and are cut off, and Redis does: nothing is lost, or it is said to be.

`make test` lets a few things happen, `make kills` as many as `KILLS` says. A failure shows its
seed in the name of the test: `SEED=1234 make kills` tries that one again.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest_twisted

from tests.e2e.crash import KILLS, seeded
from tests.e2e.mishaps import HARMLESS, LOSSY, Mishaps, drawn
from tests.e2e.nodes import EVERY_SECOND, Nodes

if TYPE_CHECKING:
    from pathlib import Path


@seeded
@pytest_twisted.ensureDeferred
async def test_nothing_is_lost_where_redis_syncs_always(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    async with Nodes(tmp_path) as nodes:
        mishaps = Mishaps(nodes, rng)
        await mishaps.register()
        await mishaps.begin()
        for mishap in drawn(rng, KILLS + 1, HARMLESS):
            await mishaps.befall(mishap)
        await mishaps.end()
        mishaps.check()


@seeded
@pytest_twisted.ensureDeferred
async def test_what_is_lost_is_said_to_be(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    async with Nodes(tmp_path, settings=EVERY_SECOND) as nodes:
        await nodes.begin_to_copy(EVERY_SECOND)
        mishaps = Mishaps(nodes, rng)
        await mishaps.begin()
        for mishap in drawn(rng, max(KILLS // 2, 2), LOSSY):
            await mishaps.befall(mishap)
            if rng.randrange(2):
                await mishaps.befall(rng.choice(HARMLESS))
        await mishaps.end()
        mishaps.check_losses()
