"""A Redis with a replica, and a Sentinel that lets that take over when the first one dies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet import reactor
from twisted.internet.task import deferLater

from tests.e2e.nodes import Nodes
from tests.e2e.programs import PATIENCE
from tests.redis.server import RedisServer, free_port

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

NAME = "chat"

SETTINGS = f"""\
monitor {NAME} 127.0.0.1 {{port}} 1
down-after-milliseconds {NAME} 300
failover-timeout {NAME} 1000
"""


class Watched:
    """Two nodes that ask a Sentinel where their Redis is."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        url = f"redis+sentinel://127.0.0.1:{port}/{NAME}/0"
        self.nodes = Nodes(folder, names="ab", url=url)
        self._sentinel_port = port
        self._sentinel: RedisServer | None = None
        self._former: RedisServer | None = None

    async def __aenter__(self) -> Self:
        await self.nodes.begin_to_copy()
        settings = SETTINGS.format(port=self.nodes.redis.port)
        self._sentinel = RedisServer(
            {"sentinel": settings.strip()}, port=self._sentinel_port, is_sentinel=True
        ).start()
        await self._knows("num-slaves", 1)
        await self.nodes.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        try:
            await self.nodes.__aexit__(*error)
        finally:
            for server in (self._sentinel, self._former):
                if server is not None:
                    server.close()

    async def lose_the_master(self) -> None:
        """Let it die, and wait until the Sentinel has made the replica the master."""
        assert self.nodes.replica is not None
        self._former, self.nodes.redis = self.nodes.redis, self.nodes.replica
        self.nodes.replica = None
        self._former.kill()
        await self._knows("port", self.nodes.redis.port)

    async def _knows(self, what: str, wanted: int) -> None:
        assert self._sentinel is not None
        with self._sentinel.client() as client:
            for _ in range(int(PATIENCE / 0.05)):
                known = client.sentinel_master(NAME)[what]
                if known == wanted:
                    return
                await deferLater(reactor, 0.05)
        raise AssertionError(f"the Sentinel knows of {what} {known}, and not {wanted}")
