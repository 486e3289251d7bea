"""Nodes that die and nodes that are started anew, as those see it who talk meanwhile."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest_twisted
from twisted.internet import reactor

from tests.e2e.crash import seeded
from tests.e2e.mates import until
from tests.e2e.mishaps import Mishaps
from tests.e2e.nodes import LEASE, Nodes
from tests.e2e.programs import Caller
from tests.e2e.sentinels import Watched

if TYPE_CHECKING:
    from pathlib import Path


@pytest_twisted.ensureDeferred
async def test_whoever_was_at_a_dead_node_has_left_and_the_name_is_free(tmp_path: Path) -> None:
    async with Nodes(tmp_path) as nodes:
        ann, bob, carol = await nodes.call("ann", "bob", "carol")
        carol.types("/who")
        await carol.heard.until(r"^-- In #lobby \(3\): ann, bob, carol")
        await nodes["a"].kill()
        died = reactor.seconds()
        await ann.lost
        await bob.heard.until("^-- ann left")
        await carol.heard.until("^-- ann left")
        assert reactor.seconds() - died < 2 * LEASE
        bob.types("/who")
        await bob.heard.until(r"^-- In #lobby \(2\): bob, carol")
        again = await Caller.call(nodes["b"].port, "ann")
        await carol.heard.until("^-- ann joined")
        # Started anew under its name it frees at once what its former life has left behind.
        await nodes["c"].kill()
        await nodes["c"].start()
        await bob.heard.until("^-- carol left")
        carol = await Caller.call(nodes["c"].port, "carol")
        carol.types("back")
        await again.heard.until("^<carol> back")
        for caller in (again, bob, carol):
            await caller.leave()


@pytest_twisted.ensureDeferred
async def test_nodes_come_and_go(tmp_path: Path) -> None:
    async with Nodes(tmp_path) as nodes:
        ann, bob, carol = await nodes.call("ann", "bob", "carol")
        await nodes["a"].stop()
        await ann.lost
        assert "-- Goodbye, the server is stopping." in ann.lines
        await bob.heard.until("^-- ann left")
        carol.types("still here")
        await bob.heard.until("^<carol> still here")
        await nodes["a"].start()
        (again,) = await nodes.call("anna")
        assert any("<carol> still here" in line for line in again.lines)
        for caller in (again, bob, carol):
            await caller.leave()


@pytest_twisted.ensureDeferred
async def test_a_node_that_was_cut_off_is_back_as_if_nothing_had_been(tmp_path: Path) -> None:
    """Longer than its lease: its people have left for the others, and are there again."""
    async with Nodes(tmp_path) as nodes:
        ann, bob, carol = await nodes.call("ann", "bob", "carol")
        nodes["a"].tunnel.close()
        await bob.heard.until("^-- ann left")
        bob.types("you miss this")
        await carol.heard.until("^<bob> you miss this")
        ann.types("nobody hears this")
        await ann.heard.until("^-- (Not|Perhaps not) sent: .*nobody hears this")
        ann.types("/who")
        await ann.heard.until(r"^-- In #lobby \(3\)")
        nodes["a"].tunnel.mend()
        await bob.heard.until("^-- ann joined")
        await ann.heard.until("^<bob> you miss this")
        ann.types("here again")
        await carol.heard.until("^<ann> here again")
        assert ann.heard.text.count("you miss this") == 1
        assert "nobody hears this" not in bob.heard.text + carol.heard.text
        for caller in (ann, bob, carol):
            await caller.leave()


@seeded
@pytest_twisted.ensureDeferred
async def test_a_rolling_restart_loses_nothing_for_whoever_comes_back(
    tmp_path: Path, seed: int
) -> None:
    rng = Random(seed)
    async with Nodes(tmp_path) as nodes:
        mishaps = Mishaps(nodes, rng)
        await mishaps.begin()
        for node in nodes.all:
            await mishaps.wait(0.3, 0.6)
            await node.stop()
            await mishaps.wait(0, 0.3)
            await node.start()
            await mishaps.gather()
        await mishaps.wait(0.3, 0.6)
        await mishaps.end()
        mishaps.check()
        assert sum(program.moves for program in mishaps.programs) > 3


@pytest_twisted.ensureDeferred
async def test_sentinel_makes_another_redis_the_master(tmp_path: Path) -> None:
    async with Watched(tmp_path) as watched:
        ann, bob = await watched.nodes.call("ann", "bob")
        ann.types("before")
        await bob.heard.until("^<ann> before")
        before = watched.nodes.record()
        await watched.lose_the_master()
        await watched.nodes.heal("after")
        await until(lambda: not ann.lost.called, lambda: "ann was put out")
        ann.types("after all")
        await bob.heard.until("^<ann> after all")
        now = watched.nodes.record().logs["#lobby"]
        assert now.events[: len(before.logs["#lobby"].events)] == before.logs["#lobby"].events
        for caller in (ann, bob):
            await caller.leave()
