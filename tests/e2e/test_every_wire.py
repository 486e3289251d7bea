"""One port, one room, one order: nc, telnet, TLS, JSON, IRC and the web, over a `kill -9` too."""

from __future__ import annotations

import shutil
import signal
from random import Random
from typing import TYPE_CHECKING

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import deferLater

from tests.certificates import write_pair
from tests.e2e.crash import seeded
from tests.e2e.mates import ROOM, Mate, faults, until
from tests.e2e.programs import Server
from tests.e2e.record import integrity, read_record
from tests.e2e.tongues import OnIRC, OnJSON, OnLines, OnModernIRC, OnWeb

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = ("--limit", "rate=0", "--limit", "joins=0", "--limit", "page=5000")

needs_programs = pytest.mark.skipif(
    shutil.which("nc") is None or shutil.which("telnet") is None, reason="no nc, or no telnet"
)


class Gathering:
    """Everybody in the room of one database, and the servers that have it one after the other."""

    def __init__(self, folder: Path, seed: int) -> None:
        rng = Random(seed)
        self._folder = folder
        self._tls = folder / "tls"
        self._tls.mkdir()
        write_pair(self._tls)
        self.mates: list[Mate] = [
            OnLines("小红", rng, "nc", remembers=True),
            OnLines("telly", rng, "telnet", remembers=False),
            OnLines("tess", rng, remembers=True),
            OnJSON("bot", rng),
            OnWeb("webb", rng),
            OnIRC("ирина", rng),
            OnModernIRC("weechat", rng),
            OnModernIRC("halloy", rng, tls=True),
        ]
        self.rng = rng

    async def start(self) -> None:
        """Start a server, and let everybody come to it, in any order."""
        self._server = await Server.run(self._folder, *OPTIONS, "--tls", str(self._tls))
        self.rng.shuffle(self.mates)
        for mate in self.mates:
            await mate.come(self._server.port)
            mate.talk()

    async def kill(self) -> None:
        """Kill it, in the middle of whatever is said."""
        self._server.kill(signal.SIGKILL)
        assert await self._server.end() == -signal.SIGKILL
        for mate in self.mates:
            await mate.go()
        self.check(is_over=False)

    async def end(self) -> None:
        """Let everybody fall silent, and end the server in peace."""
        for mate in self.mates:
            await mate.be_quiet()
        last = read_record(self._path).logs[ROOM].events[-1]
        hearers = [mate for mate in self.mates if mate.echoes or mate.name != last.who]
        await until(
            lambda: all(last in mate.stays[-1].live for mate in hearers),
            lambda: f"not everybody has heard {last}",
        )
        await self._server.stop()
        for mate in self.mates:
            await mate.go()
        assert integrity(self._path) == "ok"
        self.check(is_over=True)

    def check(self, *, is_over: bool) -> None:
        """Compare what everybody was told with what is kept."""
        order = read_record(self._path).logs[ROOM].events
        found = [fault for mate in self.mates for fault in faults(mate, order, is_over=is_over)]
        assert not found, "\n".join(found[:20])

    @property
    def _path(self) -> Path:
        return self._folder / "twistchat.db"


@needs_programs
@seeded
@pytest_twisted.ensureDeferred
async def test_everybody_sees_one_order(tmp_path: Path, seed: int) -> None:
    gathering = Gathering(tmp_path, seed)
    await gathering.start()
    await until(
        lambda: all(len(mate.typed) > 100 for mate in gathering.mates),
        lambda: (
            "they talk too slowly: "
            + repr(
                [
                    (m.name, len(m.typed), m._unheard, m.stays[-1].live[-2:], m.wrong)
                    for m in gathering.mates
                ]
            )
        ),
    )
    await gathering.end()


@needs_programs
@seeded
@pytest_twisted.ensureDeferred
async def test_killed_while_everybody_talks(tmp_path: Path, seed: int) -> None:
    gathering = Gathering(tmp_path, seed)
    for _ in range(3):
        await gathering.start()
        await deferLater(reactor, gathering.rng.uniform(0, 1.0))
        await gathering.kill()
    await gathering.start()
    await gathering.end()
