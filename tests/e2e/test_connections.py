"""Real connections: readers who stop for a while miss nothing, and get nothing twice; resets."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any

import pytest_twisted
from twisted.internet import reactor
from twisted.internet.endpoints import TCP4ServerEndpoint, clientFromString, connectProtocol
from twisted.protocols.tls import TLSMemoryBIOFactory

from tests.certificates import server_options
from tests.e2e.programs import Caller
from twistchat.assembly import assemble
from twistchat.core.limits import NONE, Limits
from twistchat.engine.memory import MemoryEngine
from twistchat.frontends.line.protocol import ChatFactory
from twistchat.telling.outlet import Outlet, SendingOutlet, WritingOutlet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twistchat.frontends.registry import Registry

LINES = 500
SMALL = 32 * 1024
"""Bytes that the system keeps for a slow reader, at either end; it takes some more."""


@pytest_twisted.async_yield_fixture
async def registry() -> AsyncIterator[Registry]:
    """A chat in this process, which nobody can reach yet."""
    limits = Limits(rate=NONE)
    parts = assemble(reactor, engine=MemoryEngine(limits), limits=limits)
    parts.pipeline.start()
    yield parts.registry
    parts.registry.abort_all()
    await parts.registry.wait_until_empty()


async def come(call: str, name: str) -> Caller:
    caller = Caller()
    await connectProtocol(clientFromString(reactor, call), caller)
    caller.types(name)
    await caller.heard.until(f"^-- {name} joined")
    return caller


def said(caller: Caller) -> list[str]:
    return [line for line in caller.lines if line.startswith("<")]


def keep_little(transport: Any, option: int) -> None:
    """Let the system keep little for one end of a connection."""
    tcp = getattr(transport, "transport", transport)  # beneath TLS
    tcp.getHandle().setsockopt(socket.SOL_SOCKET, option, SMALL)


async def stop_and_read_on(registry: Registry, call: str, kind: type[Outlet]) -> None:
    alice, fast, slow = [await come(call, name) for name in ("alice", "fast", "slow")]
    session = registry.find("slow")
    assert session is not None
    assert type(session.outlet) is kind
    keep_little(session.outlet._transport, socket.SO_SNDBUF)
    keep_little(slow.transport, socket.SO_RCVBUF)
    for number in range(3):  # again and again
        slow.pauseProducing()
        for line in range(LINES):
            alice.types(f"{number} {line} " + "x" * 1000)
        await fast.heard.until(f"^<alice> {number} {LINES - 1} ")
        assert 200_000 < session.outlet.queued < registry.limits.queue
        slow.resumeProducing()
        await slow.heard.until(f"^<alice> {number} {LINES - 1} ")
        assert session.outlet.queued == 0
    expected = [f"<alice> {number} {line} " for number in range(3) for line in range(LINES)]
    assert [line.rstrip("x") for line in said(slow)] == expected
    assert said(slow) == said(fast) == said(alice)
    slow.types("still here")
    await alice.heard.until("^<slow> still here$")
    for caller in (alice, fast, slow):
        await caller.leave()


async def listen(factory: Any) -> tuple[Any, int]:
    """Open a port; return that, and its number."""
    port: Any = await TCP4ServerEndpoint(reactor, 0, interface="127.0.0.1").listen(factory)
    return port, port.getHost().port


@pytest_twisted.ensureDeferred
async def test_over_tcp(registry: Registry) -> None:
    port, number = await listen(ChatFactory(registry))
    await stop_and_read_on(registry, f"tcp:127.0.0.1:{number}", SendingOutlet)
    await port.stopListening()


@pytest_twisted.ensureDeferred
async def test_over_tls(registry: Registry) -> None:
    factory = TLSMemoryBIOFactory(server_options(), False, ChatFactory(registry))
    port, number = await listen(factory)
    await stop_and_read_on(registry, f"ssl:127.0.0.1:{number}", WritingOutlet)
    await port.stopListening()


@pytest_twisted.ensureDeferred
async def test_a_reset_that_is_met_in_sending(registry: Registry) -> None:
    port, number = await listen(ChatFactory(registry))
    alice = await come(f"tcp:127.0.0.1:{number}", "alice")
    with socket.create_connection(("127.0.0.1", number)) as bob:
        bob.sendall(b"bob\n")
        await alice.heard.until("^-- bob joined")
        session = registry.find("bob")
        assert session is not None
        no_linger = struct.pack("ii", 1, 0)
        bob.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
    session.put(b"before the reactor has noticed")
    assert session.outlet.is_broken
    await alice.heard.until(r"^-- bob left \(connection lost\)\.")
    await alice.leave()
    await port.stopListening()
