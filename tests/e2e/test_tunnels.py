"""The way to a Redis does to the bytes what the tests of many nodes want of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_twisted
from twisted.internet import reactor
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.task import deferLater

from tests.e2e.programs import Caller
from tests.e2e.tunnels import HOST, Tunnel
from tests.redis.server import RedisServer, free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest_twisted.async_yield_fixture
async def tunnel() -> AsyncIterator[Tunnel]:
    server = RedisServer(port=free_port()).start()
    leading = Tunnel(server.port)
    yield leading
    await leading.end()
    server.close()


async def reach(tunnel: Tunnel) -> Caller:
    caller = Caller()
    await connectProtocol(HostnameEndpoint(reactor, HOST.encode(), tunnel.port), caller)
    return caller


async def incremented(caller: Caller, to: int) -> None:
    caller.types("INCR n")
    await caller.heard.until(f"^:{to}\r$")


@pytest_twisted.ensureDeferred
async def test_carries_and_is_cut(tunnel: Tunnel) -> None:
    caller = await reach(tunnel)
    await incremented(caller, 1)
    tunnel.cut()
    await caller.lost
    again = await reach(tunnel)
    await incremented(again, 2)
    tunnel.close()
    await again.lost
    await (await reach(tunnel)).lost
    tunnel.mend()
    await incremented(await reach(tunnel), 3)


@pytest_twisted.ensureDeferred
async def test_holds_up_what_comes_in_its_order(tunnel: Tunnel) -> None:
    caller = await reach(tunnel)
    await incremented(caller, 1)
    tunnel.hold()
    late = await reach(tunnel)
    caller.types("INCR n")
    caller.types("INCR n")
    late.types("GET n")
    await deferLater(reactor, 0.1)
    assert (caller.lines, late.lines) == ([":1\r"], [])
    tunnel.mend()
    await caller.heard.until("^:2\r\n:3\r$")
    await late.heard.until(r"^[123]\r$")


@pytest_twisted.ensureDeferred
async def test_loses_what_comes_back(tunnel: Tunnel) -> None:
    caller = await reach(tunnel)
    tunnel.lose_answers()
    caller.types("INCR n")
    await deferLater(reactor, 0.1)
    tunnel.mend()
    await caller.lost
    assert caller.lines == []
    await incremented(await reach(tunnel), 2)
