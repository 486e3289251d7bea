"""A real server with its own limits: crowds, floods, silence, and people who do not read."""

from __future__ import annotations

import re
import resource
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest_twisted
from twisted.internet.defer import ensureDeferred, gatherResults

from tests.e2e.programs import BIN, Caller, Program, Server

if TYPE_CHECKING:
    from pathlib import Path


def have_room_for(files: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))


def call(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


@pytest_twisted.ensureDeferred
async def test_a_school_behind_one_private_address(server: Server) -> None:
    have_room_for(1024)
    people = await gatherResults(
        [ensureDeferred(Caller.call(server.port, f"pupil{number}")) for number in range(300)],
        consumeErrors=True,
    )
    for number, person in enumerate(people):
        person.types(f"hello {number}")
    for number in range(300):
        await people[0].heard.until(f"^<pupil{number}> hello {number}$")
    people[0].types("all of you have spoken")
    for person in people:
        await person.heard.until("^<pupil0> all of you")

    def said(lines: list[str]) -> list[str]:
        return [line for line in lines if line.startswith("<")]

    first = said(people[0].lines)
    assert len(first) == 301
    for person in people:
        assert said(person.lines) == first
    folded = [line for line in people[0].lines if "others joined" in line]
    announced = [line for line in people[0].lines if line.endswith(" joined.")]
    assert folded
    assert len(announced) < 200  # not one for each of three hundred
    for person in people:
        await person.leave()


@pytest_twisted.ensureDeferred
async def test_a_flood_slows_nobody_but_its_sender(server: Server) -> None:
    alice = await Caller.call(server.port, "alice")
    bob = await Caller.call(server.port, "bob")
    flood = await Caller.call(server.port, "flood")
    for number in range(5_000):
        flood.types(f"flood {number}")
    for number in range(20):
        alice.types(f"calm {number}")
        await bob.heard.until(f"^<alice> calm {number}$")
    await flood.heard.until("^-- That was faster than 5 lines a second")
    heard = [line for line in bob.lines if line.startswith("<flood> ")]
    assert heard == [f"<flood> flood {number}" for number in range(len(heard))]
    assert 30 <= len(heard) < 500
    flood.types("still connected")
    for caller in (alice, bob, flood):
        await caller.leave()


@pytest_twisted.ensureDeferred
async def test_a_thousand_silent_connections(server: Server) -> None:
    have_room_for(4096)
    alice = await Caller.call(server.port, "alice")
    with ExitStack() as silent:
        for number in range(1_000):
            silent.enter_context(call(server))
            if number % 100 == 0:
                alice.types(f"word {number}")
                await alice.heard.until(f"^<alice> word {number}$")
        bob = await Caller.call(server.port, "bob")
        bob.types("hello")
        await alice.heard.until("^<bob> hello$")
        await bob.leave()
    await alice.leave()


@pytest_twisted.ensureDeferred
async def test_fifty_readers_that_stop_reading(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, "--limit", "rate=0")
    alice = await Caller.call(server.port, "alice")
    bob = await Caller.call(server.port, "bob")
    with ExitStack() as deaf:
        for number in range(50):
            deaf.enter_context(call(server)).sendall(f"deaf{number}\n".encode())
            await bob.heard.until(f"^-- deaf{number} joined")
        for number in range(1_500):
            alice.types(f"{number:05}" + "x" * 16_000)
            if number % 100 == 99:
                await alice.heard.until(f"^<alice> {number:05}")
        await bob.heard.until("^<alice> 01499")
        for number in range(50):
            await bob.heard.until(f"^-- deaf{number} left .too slow..$")
    said = [line[8:13] for line in bob.lines if line.startswith("<alice>")]
    assert said == [f"{number:05}" for number in range(1_500)]
    for caller in (alice, bob):
        await caller.leave()
    await server.stop()
    assert re.search("limit queue(-at-most)? bit deaf", server.out.text)


@pytest_twisted.ensureDeferred
async def test_behind_a_proxy_people_have_their_own_addresses(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    server = await Server.run(
        tmp_path, "--listen", f"haproxy:tcp:{port}:interface=127.0.0.1", "--limit", "per-address=2"
    )

    def proxied(address: str) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", port), timeout=20)
        connection.sendall(f"PROXY TCP4 {address} 127.0.0.1 5000 {port}\r\n".encode())
        return connection

    with ExitStack() as connections:
        for name in ("ann", "ben"):
            connections.enter_context(proxied("8.8.4.4")).sendall(f"{name}\n".encode())
            await server.out.until(f"{name} came in from 8.8.4.4 by line")
        third = connections.enter_context(proxied("8.8.4.4"))
        assert b"-- Sorry, 2 connections from your address" in third.recv(4096)
        other = connections.enter_context(proxied("8.8.8.8"))
        assert b"-- Welcome to twistchat." in other.recv(4096)
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_the_limits_are_explained() -> None:
    twistd = Program.start(BIN / "twistd", "chat", "--help-limits")
    assert await twistd.end() == 0
    assert "per-private-address" in twistd.out.text
