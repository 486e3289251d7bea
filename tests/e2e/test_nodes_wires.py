"""One room, one order, over three nodes: nc, JSON, IRC and the web, over a `kill -9` of one too."""

from __future__ import annotations

import shutil
from random import Random
from typing import TYPE_CHECKING

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import deferLater

from tests.e2e.crash import seeded
from tests.e2e.mates import ROOM, Mate, faults, until
from tests.e2e.nodes import LEASE, Nodes
from tests.e2e.tongues import OnIRC, OnJSON, OnLines, OnModernIRC, OnWeb

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.nodes import Node

OPTIONS = ("--limit", "page=5000")

needs_nc = pytest.mark.skipif(shutil.which("nc") is None, reason="no nc")


class Gathering:
    """Everybody in the room, spread over the nodes."""

    def __init__(self, nodes: Nodes, seed: int) -> None:
        self.rng = rng = Random(seed)
        self.nodes = nodes
        self.mates: list[Mate] = [
            OnLines("小红", rng, "nc", remembers=True),
            OnLines("ned", rng, "nc", remembers=True),
            OnJSON("bot", rng),
            OnJSON("bess", rng),
            OnWeb("webb", rng),
            OnIRC("ирина", rng),
            OnModernIRC("weechat", rng),
        ]
        self.at: dict[str, Node] = {}
        """Where each of them is, by name."""

    async def come(self, mates: list[Mate], nodes: list[Node]) -> None:
        """Let some come to nodes, one after the other."""
        for number, mate in enumerate(mates):
            node = self.at[mate.name] = nodes[number % len(nodes)]
            await mate.come(node.port)
            mate.talk()

    async def end(self) -> None:
        """Let everybody fall silent, and be told everything."""
        for mate in self.mates:
            await mate.be_quiet()
        last = self.nodes.record().logs[ROOM].events[-1]
        hearers = [mate for mate in self.mates if mate.echoes or mate.name != last.who]
        await until(
            lambda: all(last in mate.stays[-1].live for mate in hearers),
            lambda: f"not everybody has heard {last}",
        )
        for mate in self.mates:
            await mate.go()
        self.check(is_over=True)

    def check(self, *, is_over: bool) -> None:
        """Compare what everybody was told with what is kept."""
        order = self.nodes.record().logs[ROOM].events
        found = [fault for mate in self.mates for fault in faults(mate, order, is_over=is_over)]
        assert not found, "\n".join(found[:20])


@needs_nc
@seeded
@pytest_twisted.ensureDeferred
async def test_everybody_sees_one_order(tmp_path: Path, seed: int) -> None:
    async with Nodes(tmp_path, options=OPTIONS) as nodes:
        gathering = Gathering(nodes, seed)
        gathering.rng.shuffle(gathering.mates)
        await gathering.come(gathering.mates, nodes.all)
        await until(
            lambda: all(len(mate.typed) > 30 for mate in gathering.mates),
            lambda: f"they talk too slowly: {[len(mate.typed) for mate in gathering.mates]}",
        )
        # One node dies, and those who were there come to the others.
        dead, others = nodes.all[0], nodes.all[1:]
        await dead.kill()
        lost = [mate for mate in gathering.mates if gathering.at[mate.name] is dead]
        for mate in lost:
            await mate.go()
        gathering.check(is_over=False)
        # Programs and people on nc come back as who they are; others, when their names are free.
        knows = [mate for mate in lost if not isinstance(mate, OnIRC)]
        await gathering.come(knows, others)
        await deferLater(reactor, 2 * LEASE)
        await gathering.come([mate for mate in lost if mate not in knows], others)
        await deferLater(reactor, gathering.rng.uniform(0.2, 0.6))
        await gathering.end()
