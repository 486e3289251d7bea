"""Passwords, on a real server: guesses slow nobody else, and what was kept outlives `kill -9`."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from random import Random
from typing import TYPE_CHECKING

import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.task import deferLater

from tests.e2e.crash import KILLS, seeded
from tests.e2e.guessers import SLOWED, WRONG, guess_from, talk
from tests.e2e.programs import Caller, Program, Server
from tests.e2e.record import integrity
from tests.e2e.test_crash import open_store
from twistchat.engine.retention import Retention
from twistchat.engine.sqlite.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from twistchat.engine import Engine

ACCOUNT = "00000000000a11ce"

PASSWORD = "correct horse"

REGISTERED = r"^-- The name \S+ is registered"

KEEP = "import sys; from tests.e2e.test_passwords import keep; keep(sys.argv[1])"


def keep(path: str) -> None:
    """Set one password after the other, and tell each that is kept. Run in a process of its own."""
    from twistchat.core.limits import DEFAULT_LIMITS
    from twistchat.engine.choice import read_choice

    engine = read_choice(f"sqlite:{path}").open(reactor, DEFAULT_LIMITS, Retention())

    async def go_on() -> None:
        await engine.start(lambda _: None)
        begun = int(await engine.password(ACCOUNT) or 0)
        for number in range(begun + 1, begun + 100_000):
            await kept(engine, number)

    async def kept(engine: Engine, number: int) -> None:
        await engine.set_password(ACCOUNT, str(number))
        sys.stdout.write(f"kept {number}.\n")

    reactor.callWhenRunning(Deferred.fromCoroutine, go_on())
    reactor.run()


def read(path: Path) -> str | None:
    reader = Reader(path)
    try:
        return reader.password(ACCOUNT)
    finally:
        reader.close()


@seeded
@pytest_twisted.ensureDeferred
async def test_what_was_told_to_be_kept_is_there_after_a_kill(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    path = tmp_path / "chat.db"
    env = {"PYTHONPATH": os.pathsep.join(sys.path)}
    told = 0
    for _ in range(KILLS):
        program = Program.start(sys.executable, "-c", KEEP, path, env=env)
        await program.out.until(rf"^kept {told + 1}\.$|^kept {told + 2}\.$")
        await deferLater(reactor, rng.uniform(0, 0.3))
        program.kill(signal.SIGKILL)
        assert await program.end() == -signal.SIGKILL
        *_, last = program.out.text.rsplit(".\n", 1)[0].splitlines()
        told = int(last.removeprefix("kept "))
        open_store(path)
        found = read(path)
        assert found is not None
        # One more may have been kept, and not told any more.
        assert int(found) in (told, told + 1)
        told = int(found)
        assert integrity(path) == "ok"


async def register(server: Server, name: str) -> Caller:
    """Come in, and make an account of the name."""
    owner = await Caller.call(server.port, name)
    owner.types("/register")
    await owner.heard.until(r"^-- A new password")
    owner.types(PASSWORD)
    await owner.heard.until(r"^-- The same again")
    owner.types(PASSWORD)
    await owner.heard.until(REGISTERED)
    return owner


@pytest_twisted.ensureDeferred
async def test_two_hundred_wrong_passwords_slow_nobody_else(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, "--limit", "rate=0")
    alice = await register(server, "alice")
    bob = await Caller.call(server.port, "bob")
    # From forty addresses, five each: all of them are looked at. Then from one, which is slowed.
    for sources, times in (
        ([f"127.0.1.{number}" for number in range(1, 41)], 5),
        (["127.0.2.1"] * 20, 10),
    ):
        before = await talk(alice, bob, succeed(None), f"before{times}")
        begun = time.perf_counter()
        guessing = Deferred.fromCoroutine(guess_from(server, sources, times))
        during = await talk(alice, bob, guessing, f"during{times}")
        lines = await guessing
        assert len(lines) == 200
        wrong, slowed = (sum(line.startswith(words) for line in lines) for words in (WRONG, SLOWED))
        seconds = time.perf_counter() - begun
        sys.stdout.write(
            f"{wrong} wrong, {slowed} not looked at, in {seconds:.1f} s\n"
            f"a line before: {before}\nmeanwhile:     {during}\n"
        )
        if len(set(sources)) > 1:
            assert wrong == 200
        else:
            assert wrong <= 40
    # The owner, at an address where nobody guessed and they were never before, and where they were.
    for source in ("127.0.3.1", "127.0.0.1"):
        owner = await Caller.call(server.port, source=source)
        owner.types("/login alice")
        await owner.heard.until(r"^-- The password of alice")
        owner.types(PASSWORD)
        told = await owner.heard.until(rf"^-- You are alice|^{SLOWED}")
        if told[0] == SLOWED:  # for five seconds at most, whoever guesses wherever
            await deferLater(reactor, 5.1)
            owner.types(PASSWORD)
            await owner.heard.until(r"^-- You are alice")
    assert PASSWORD not in server.out.text
    assert "wrong 1" not in server.out.text
    await server.stop()


async def at_the_door(server: Server, question: str) -> Caller:
    """Connect, and wait for what is asked first."""
    caller = Caller()
    endpoint = HostnameEndpoint(reactor, b"127.0.0.1", server.port)
    await connectProtocol(endpoint, caller)
    await caller.heard.until(question)
    return caller


async def answer(caller: Caller, *answers: tuple[str, str]) -> None:
    """Type lines, and wait for what is told after each."""
    for typed, told in answers:
        heard = len(caller.lines)
        caller.types(typed)
        while not any(re.search(told, line) for line in caller.lines[heard:]):
            await caller.heard.until(told)
            await deferLater(reactor, 0.01)


@pytest_twisted.ensureDeferred
async def test_only_those_whom_somebody_else_knows_may_come_in(tmp_path: Path) -> None:
    (tmp_path / "people").write_text("zoe:zoe's own\n")
    (tmp_path / "password.txt").write_text("open sesame\n")
    (tmp_path / "password.txt").chmod(0o644)
    options = ("--guests", "no", "--password-file", "password.txt", "--auth", "file:people")
    server = await Server.run(tmp_path, *options)
    assert "password.txt can be read by every user of this machine" in server.out.text
    zoe = await at_the_door(server, r"^-- This chat has a password")
    await answer(
        zoe,
        ("guessed", r"^-- Sorry, that is not the password of this chat"),
        ("open sesame", r"^-- What is the name of your account"),
        ("zoe", r"^-- The password of zoe"),
        ("zoe's other", r"^-- Sorry, that is not the password of an account"),
        ("zoe's own", r"^-- You are zoe"),
        ("/passwd", r"^-- Your present password"),
        ("zoe's own", r"^-- A new password for zoe"),
        (PASSWORD, r"^-- The same again"),
        (PASSWORD, r"^-- The password of zoe was changed"),
    )
    server.kill(signal.SIGKILL)
    assert await server.end() == -signal.SIGKILL
    server = await Server.run(tmp_path, *options)
    zoe = await at_the_door(server, r"^-- This chat has a password")
    await answer(
        zoe,
        ("open sesame", r"^-- What is the name of your account"),
        ("ZOE", r"^-- The password of ZOE"),
        ("zoe's own", r"^-- Sorry, that is not the password of an account"),
        (PASSWORD, r"^-- You are zoe"),
    )
    for secret in (PASSWORD, "zoe's own", "open sesame", "guessed"):
        assert secret not in server.out.text
        for file in tmp_path.glob("twistchat.db*"):
            assert secret.encode() not in file.read_bytes()
    await server.stop()
