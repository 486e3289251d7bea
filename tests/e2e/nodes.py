"""Several nodes of one chat: their processes, their Redis, and the ways between."""

from __future__ import annotations

import re
import signal
import sys
from typing import TYPE_CHECKING

from twisted.internet import reactor
from twisted.internet.task import deferLater

from tests.e2e.programs import PATIENCE, Caller, Server
from tests.e2e.record import read_redis
from tests.e2e.tunnels import Tunnel
from tests.redis.server import RedisServer, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Self

    from tests.e2e.record import Record

LEASE = 2.0
"""Seconds that a node of a test is believed to be alive without a sign."""

OPTIONS = (
    "--limit", "rate=0", "--limit", "joins=0", "--limit", f"lease={LEASE:g}",
    "--limit", "uncommitted-age=3",
)  # fmt: skip

ALWAYS = {"appendonly": "yes", "appendfsync": "always", "repl-diskless-sync-delay": "0"}
EVERY_SECOND = ALWAYS | {"appendfsync": "everysec"}


class Node:
    """One server process of the chat, which may be killed and started again."""

    def __init__(self, name: str, folder: Path, to: int, url: str, options: Sequence[str]) -> None:
        folder.mkdir()
        self.name = name
        self.tunnel = Tunnel(to)
        self.url = url or f"redis://127.0.0.1:{self.tunnel.port}/0"
        self.is_paused = False
        self.said = ""
        """What its former processes have logged."""
        self._folder = folder
        self._options = options
        self._server: Server | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        return self._server is not None

    @property
    def port(self) -> int:
        assert self._server is not None, f"{self} does not run"
        return self._server.port

    @property
    def folder(self) -> Path:
        return self._folder

    async def start(self) -> None:
        """Start it, and wait until people can come."""
        self._server = await Server.run(
            self._folder, "--engine", self.url, "--node", self.name, *OPTIONS, *self._options
        )

    async def kill(self) -> None:
        """`kill -9`: it says goodbye to nobody."""
        server, self._server = self._server, None
        assert server is not None
        server.kill(signal.SIGKILL)
        assert await server.end() == -signal.SIGKILL, f"{self} had ended:\n{server.out.text}"
        self.said += server.out.text
        self.is_paused = False

    async def stop(self) -> None:
        """End it as systemd would."""
        server, self._server = self._server, None
        assert server is not None
        await server.stop()
        self.said += server.out.text

    async def ends(self) -> None:
        """Wait for its end, of which somebody else has told it."""
        server, self._server = self._server, None
        assert server is not None
        assert await server.end() == 0, server.out.text
        self.said += server.out.text

    def pause(self) -> None:
        """Let it stand still."""
        assert self._server is not None
        self._server.kill(signal.SIGSTOP)
        self.is_paused = True

    def resume(self) -> None:
        """Let it go on, as if nothing had been."""
        assert self._server is not None
        self._server.kill(signal.SIGCONT)
        self.is_paused = False

    def log(self) -> str:
        """Tell what all its processes have logged."""
        return self.said + (self._server.out.text if self._server else "")

    async def end(self) -> None:
        """Leave nothing behind, whatever the test has come to."""
        if self._server is not None:
            await self.kill()
        await self.tunnel.end()


def record_of(server: RedisServer) -> Record:
    """Read what a Redis has."""
    with server.client() as client:
        return read_redis(client)


class Nodes:
    """Some nodes, each with a way of its own to the Redis that they share."""

    def __init__(
        self,
        folder: Path,
        *,
        names: str = "abc",
        settings: Mapping[str, str] = ALWAYS,
        options: Sequence[str] = (),
        url: str = "",
    ) -> None:
        """Start their Redis; the nodes run when this is entered.

        Args:
            folder: where each has a folder of its own.
            names: of the nodes, a letter each.
            settings: of the Redis.
            options: of the nodes, besides `OPTIONS`.
            url: where the nodes find Redis; empty: through their tunnels.
        """
        self.redis = RedisServer(settings, port=free_port()).start()
        self.replica: RedisServer | None = None
        """What has everything a moment later, if there is one, and can take the place of it."""
        self._copying: Tunnel | None = None
        """The way from there to here."""
        self.all = [Node(name, folder / name, self.redis.port, url, options) for name in names]

    def __getitem__(self, name: str) -> Node:
        return next(node for node in self.all if node.name == name)

    async def __aenter__(self) -> Self:
        for node in self.all:
            await node.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        try:
            if not any(error):
                for node in self.all:
                    if node.is_running:
                        await node.stop()
        finally:
            for node in self.all:
                await node.end()
                sys.stdout.write(f"---- {node} has logged:\n{node.said}")  # shown of what fails
            if self.replica and self._copying:
                await self._copying.end()
                self.replica.close()
            self.redis.close()

    def ports(self) -> list[int]:
        """Where people can come."""
        return [node.port for node in self.all if node.is_running]

    def record(self) -> Record:
        """Read what is kept."""
        return record_of(self.redis)

    # ------------------------------------------------------------ a replica

    async def begin_to_copy(self, settings: Mapping[str, str] = ALWAYS) -> None:
        """Start a replica."""
        self._copying = Tunnel(self.redis.port)
        self.replica = RedisServer(settings, port=free_port()).start()
        await self._copies(self.replica)

    async def _copies(self, replica: RedisServer) -> None:
        assert self._copying is not None
        with replica.client() as client:
            client.slaveof("127.0.0.1", str(self._copying.port))
            for _ in range(int(PATIENCE / 0.05)):
                info = client.info("replication")
                if info["master_link_status"] == "up":
                    return
                await deferLater(reactor, 0.05)
        raise AssertionError(f"nothing is copied: {info}")

    async def fail_over(
        self, seconds: float, *, lives_on: float, dies: Callable[[Record, Record | None], None]
    ) -> None:
        """Let the replica take over, which has not heard what was written these last seconds.

        The nodes go there one after the other. The first one dies before, or `lives_on` so long;
        what it has had is told when it `dies`, and in the second case what the other one has.
        """
        former, copying, self.redis = self.redis, self._copying, self.replica or self.redis
        assert copying is not None
        copying.hold()
        await deferLater(reactor, seconds)
        if not lives_on:
            await self.hold()
            dies(record_of(former), None)
            former.kill()
        copying.close()
        with self.redis.client() as client:
            client.slaveof()
        for node in self.all:
            node.tunnel.leads_to(self.redis.port)
            node.tunnel.mend()
            await deferLater(reactor, lives_on / len(self.all))
        if lives_on:
            dies(record_of(former), record_of(self.redis))
            former.kill()
        self.replica = former.start()
        copying.leads_to(self.redis.port)
        copying.mend()
        await self._copies(former)

    async def hold(self) -> None:
        """Let nothing more come to Redis from any node; what has come is done."""
        for node in self.all:
            node.tunnel.hold()
        await deferLater(reactor, 0.05)

    def let_go(self) -> None:
        """Let everything come."""
        for node in self.all:
            node.tunnel.mend()

    # ------------------------------------------------------------ people

    async def call(self, *names: str) -> list[Caller]:
        """Let somebody come in at each of the nodes, until all know of all.

        The names are theirs, in that order.
        """
        callers: list[Caller] = []
        for node, name in zip(self.all, names, strict=False):
            caller = await Caller.call(node.port, name)
            for other in callers:
                await other.heard.until(f"^-- {name} joined")
            callers.append(caller)
        return callers

    async def heal(self, words: str) -> None:
        """Wait until what is said at any node is heard at every one.

        It is said by people who have just come, so they could; and again until all have heard it,
        since a node that has just got its Redis back may still refuse it.
        """
        callers = [await self._comes_in(node, f"{words}-{node}") for node in self.all]
        for number in range(int(PATIENCE / 0.5)):
            for caller, node in zip(callers, self.all, strict=True):
                caller.types(f"{words}.{number} from {node}")
            for _ in range(50):
                await deferLater(reactor, 0.01)
                deaf = [
                    f"at {node} nobody hears {other}"
                    for caller, node in zip(callers, self.all, strict=True)
                    for other in self.all
                    if not re.search(rf"> {words}\.\d+ from {other}\n", caller.heard.text)
                ]
                if not deaf:
                    for caller in callers:
                        await caller.leave()
                    return
        raise AssertionError("; ".join(deaf))

    async def _comes_in(self, node: Node, name: str) -> Caller:
        """Come in, however often one has to try."""
        for number in range(int(PATIENCE / 0.3)):
            caller = await Caller.call(node.port)
            caller.types(f"{name}{number}")
            for _ in range(30):
                await deferLater(reactor, 0.01)
                if "-- Here now" in caller.heard.text:
                    return caller
            await caller.leave()
        raise AssertionError(f"nobody can come in at {node}:\n{caller.heard.text}")
