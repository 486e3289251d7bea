"""The clients as programs: on a terminal, in pipes and scripts, over a server that is killed."""

from __future__ import annotations

import json
import re
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest_twisted
from twisted.internet import reactor
from twisted.internet.protocol import Factory
from twisted.internet.task import deferLater
from twisted.protocols.basic import LineReceiver

from tests.e2e.programs import BIN, Caller, Program, Server
from tests.test_docs import DOCS

if TYPE_CHECKING:
    from pathlib import Path

TOOL = BIN / "twistchat"
UNPACED = ("--limit", "rate=0", "--limit", "joins=0", "--limit", "connects-private=0")
SLOWLY = "for n in $(seq 1 400); do echo line $n; sleep 0.01; done"


def where(server: Server) -> dict[str, str]:
    return {"TWISTCHAT_SERVER": f"127.0.0.1:{server.port}", "USER": "cron"}


async def printed(server: Server, *words: str) -> str:
    """Run a tool that ends by itself and well, and return what it prints."""
    program = Program.start(TOOL, *words, env=where(server))
    assert await program.end() == 0, program.err.text
    return program.out.text


async def texts(server: Server, room: str) -> list[str]:
    lines = (await printed(server, "tail", room, "--since", "1", "--json")).splitlines()
    return [json.loads(line)["text"] for line in lines]


async def killed_and_started_again(server: Server, cwd: Path, seconds: float = 0.5) -> Server:
    server.kill(signal.SIGKILL)
    await server.end()
    await deferLater(reactor, seconds)
    return await Server.run(cwd, "--port", str(server.port), *UNPACED)


def numbers(text: str, who: str = "bot") -> list[int]:
    return [int(n) for n in re.findall(rf"<{who}> line (\d+)", text)]


@pytest_twisted.ensureDeferred
async def test_a_server_that_is_killed_loses_and_doubles_nothing(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    address = f"127.0.0.1:{server.port}"
    alice = Program.start(TOOL, "connect", address, "-n", "alice", use_pty=True)
    await alice.out.until("-- alice joined")
    follower = Program.start(TOOL, "tail", "#lobby", "--follow", env=where(server))
    await alice.out.until("-- cron joined")
    pipe = Program.start(
        "/bin/sh", "-c", f"{SLOWLY} | {TOOL} connect {address} --nick bot > out.txt", cwd=tmp_path
    )
    await alice.out.until("<bot> line 1")
    for _ in range(3):
        await deferLater(reactor, 1.0)
        server = await killed_and_started_again(server, tmp_path)
    assert await pipe.end() == 0, pipe.err.text
    everything = [f"line {n}" for n in range(1, 401)]
    assert await texts(server, "#lobby") == everything
    for program in (alice, follower):
        await program.out.until("<bot> line 400")
    assert numbers(follower.out.text) == list(range(1, 401)), follower.err.text
    shown = numbers(alice.out.text)  # more than a page may have been missed: she is told so
    missed = sum(int(count) for count in re.findall(r"-- (\d+) lines? of #lobby", alice.out.text))
    assert shown == sorted(set(shown))
    assert len(shown) + missed == 400, alice.out.text
    assert "-- The connection was lost." in alice.out.text
    follower.kill(signal.SIGTERM)
    assert await follower.end() == 143
    alice.types("exit\n")
    assert await alice.end() == 0
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_what_is_typed_without_a_server_is_said_later(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    client = Program.start(TOOL, "connect", f"127.0.0.1:{server.port}", "-n", "bob", use_pty=True)
    await client.out.until("-- bob joined")
    server.kill(signal.SIGKILL)
    await server.end()
    await client.out.until("-- Trying again in ")
    client.types("one\ntwo\n")
    await client.out.until("-- Not connected: 2 lines of yours are sent as soon as")
    server = await Server.run(tmp_path, "--port", str(server.port), *UNPACED)
    await client.out.until("-- Connected again[.](\r?\n-- .*)*\r?\n<bob> one\r?\n<bob> two")
    assert await texts(server, "#lobby") == ["one", "two"]
    client.types("exit\n")
    assert await client.end() == 0
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_send(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    bob = await Caller.call(server.port, "bob")
    bob.types("/join #lab")
    await bob.heard.until("^-- What you type now goes")
    assert await printed(server, "send", "#lab", "the", "build is done") == ""
    await bob.heard.until(r"^\[#lab\] <cron> the build is done$")
    assert await printed(server, "send", "--to", "bob", "psst", "--nick", "eve") == ""
    await bob.heard.until("^<eve -> bob> psst$")
    pipe = Program.start(
        "/bin/sh", "-c", f"printf '/who\\n\\nlast' | {TOOL} send '#lab' --nick pipe",
        env=where(server),
    )  # fmt: skip
    assert await pipe.end() == 0
    assert (await texts(server, "#lab"))[1:] == ["/who", "last"]
    for words, told in {
        ("send", "lab", "x"): "say which room",
        ("send", "#lab", "x", "--server", "a:b"): "'a:b' is no address",
    }.items():
        wrong = Program.start(TOOL, *words, env=where(server))
        assert await wrong.end() == 2
        assert told in wrong.err.text
    taken = Program.start(TOOL, "send", "#lab", "x", "--nick", "bob", env=where(server))
    assert await taken.end() == 1
    assert taken.err.text == "twistchat: Sorry, the name bob is taken. How about bob2?\n"
    nobody = Program.start(TOOL, "send", "--to", "nobody", "x", env=where(server))
    assert await nobody.end() == 1
    assert "Nobody here is called nobody" in nobody.err.text
    await bob.leave()
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_send_finds_another_name_where_the_users_is_taken(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    cron = await Caller.call(server.port, "cron")
    await printed(server, "send", "#lobby", "hello")
    await cron.heard.until(r"^<cron\d+> hello$")
    await cron.leave()
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_send_over_a_server_that_is_killed(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    pipe = Program.start(
        "/bin/sh", "-c", f"{SLOWLY} | {TOOL} send '#lab' --nick bot", env=where(server)
    )
    while "line 1" not in await texts(server, "#lab"):
        pass
    for _ in range(2):
        await deferLater(reactor, 1.0)
        server = await killed_and_started_again(server, tmp_path)
    assert await pipe.end() == 0, pipe.err.text
    assert await texts(server, "#lab") == [f"line {n}" for n in range(1, 401)]
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_send_is_ended(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    bob = await Caller.call(server.port, "bob")
    sender = Program.start(TOOL, "send", "#lobby", env=where(server))
    sender.types("one\ntwo\nno line end")
    await bob.heard.until("^<cron> two$")
    sender.kill(signal.SIGTERM)
    assert await sender.end() == 1
    assert sender.err.text == "twistchat: perhaps not said: no line end\n"
    sender = Program.start(TOOL, "send", "#lobby", env=where(server))
    sender.types("three\n")
    await bob.heard.until("^<cron> three$")
    sender.kill(signal.SIGTERM)
    assert await sender.end() == 143
    sender = Program.start(TOOL, "send", "#lobby", env=where(server))
    await bob.heard.until("-- cron left[.]\n(.*\n)*-- cron joined[.]\n(.*\n)*-- cron joined[.]")
    sender.kill(signal.SIGINT)
    assert await sender.end() == 130
    await bob.leave()
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_tail(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    pipe = Program.start(
        "/bin/sh", "-c", f"seq -f 'line %g' 1 450 | {TOOL} send '#lab' --nick bot",
        env=where(server),
    )  # fmt: skip
    assert await pipe.end() == 0
    assert numbers(await printed(server, "tail", "#lab")) == list(range(441, 451))
    assert numbers(await printed(server, "tail", "#lab", "--since", "3")) == list(range(3, 451))
    assert numbers(await printed(server, "tail", "lab", "--since", "1h")) == list(range(1, 451))
    assert await printed(server, "tail", "#lab", "--since", "2100-01-01") == ""
    assert await printed(server, "tail", "#nothing") == ""
    head = Program.start(
        "/bin/sh", "-c", f"{TOOL} tail '#lab' --since 1 --follow | head -1", env=where(server)
    )
    assert await head.end() == 0
    assert numbers(head.out.text) == [1]
    assert head.err.text == ""
    wrong = Program.start(TOOL, "tail", "#lab", "--since", "soon", env=where(server))
    assert await wrong.end() == 2
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_tail_prints_each_line_once_over_many_runs(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    cursor = str(tmp_path / "cursor.json")
    pipe = Program.start(
        "/bin/sh", "-c", f"{SLOWLY} | {TOOL} send '#lab' --nick bot", env=where(server)
    )
    words = ["tail", "#lab", "--cursor", cursor, "--since", "1"]
    seen: list[int] = []
    for run in range(4):
        if run % 2:
            seen += numbers(await printed(server, *words))
        else:
            tail = Program.start(TOOL, *words, "--follow", env=where(server))
            await tail.out.until("<bot> line")
            await deferLater(reactor, 0.5)
            tail.kill(signal.SIGTERM)
            assert await tail.end() == 143
            seen += numbers(tail.out.text)
    assert await pipe.end() == 0
    seen += numbers(await printed(server, *words))
    assert seen == list(range(1, 401))
    assert await printed(server, *words) == ""
    assert json.loads((tmp_path / "cursor.json").read_text("utf-8"))["#lab"][1] == 400
    (tmp_path / "cursor.json").write_text("[]")
    wrong = Program.start(TOOL, *words, env=where(server))
    assert await wrong.end() == 1
    assert "is no cursor" in wrong.err.text
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_the_bot(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    bot = Program.start(sys.executable, DOCS / "examples/bot.py", f"127.0.0.1:{server.port}")
    bob = await Caller.call(server.port, "bob")
    bob.types("/join #bots")
    await bob.heard.until("In #bots|-- echo joined #bots")
    await deferLater(reactor, 0.5)
    bob.types("!echo one")
    await bob.heard.until(r"^\[#bots\] <echo> one$")
    await bot.out.until("^said as number 2 of #bots$")
    server = await killed_and_started_again(server, tmp_path)
    again = await Caller.call(server.port, "bob")
    again.types("/join #bots")
    await again.heard.until("-- echo joined #bots|In #bots .2")
    again.types("!echo two")
    await again.heard.until(r"^\[#bots\] <echo> two$")
    bot.kill(signal.SIGTERM)
    await bot.end()
    await again.leave()
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_the_bot_on_asyncio(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    code = (
        "from twisted.internet import asyncioreactor\n"
        "asyncioreactor.install()\n"
        "import runpy, sys\n"
        f"sys.argv = ['bot.py', '127.0.0.1:{server.port}']\n"
        f"runpy.run_path({str(DOCS / 'examples/bot.py')!r}, run_name='__main__')\n"
    )
    bot = Program.start(sys.executable, "-c", code)
    bob = await Caller.call(server.port, "bob")
    bob.types("/join #bots")
    await bob.heard.until("-- echo joined #bots|In #bots .2")
    bob.types("!echo one")
    await bob.heard.until(r"^\[#bots\] <echo> one$")
    bot.kill(signal.SIGTERM)
    await bot.end()
    await bob.leave()
    await server.stop()


class OldServer(LineReceiver):
    """A server of before there was JSON."""

    delimiter = b"\n"

    def connectionMade(self) -> None:
        self.sendLine(b"-- Welcome to old.\n-- What is your name? Type it and press Enter.")
        self.name = ""

    def lineReceived(self, line: bytes) -> None:
        words = line.decode()
        if words == "/quit":
            self.sendLine(b"-- Goodbye.")
            assert self.transport is not None
            self.transport.loseConnection()
        elif words.startswith("/nick "):
            self.name = words[6:]
            self.sendLine(f"-- You are {self.name}. Type to talk.".encode())
        elif not self.name:
            self.sendLine(b"-- That needs a name first. What is your name?")
        else:
            self.sendLine(f"<{self.name}> {words.removeprefix('/say ')}".encode())


@pytest_twisted.ensureDeferred
async def test_an_older_server(tmp_path: Path) -> None:
    listening: Any = reactor  # more than its interfaces say
    port = listening.listenTCP(0, Factory.forProtocol(OldServer), interface="127.0.0.1")
    address = f"127.0.0.1:{port.getHost().port}"
    client = Program.start(TOOL, "connect", address, "-n", "bob", use_pty=True)
    await client.out.until("-- You are bob[.]")
    client.types("hello\n")
    await client.out.until("<bob> hello")
    client.types("exit\n")
    assert await client.end() == 0
    assert client.out.text.startswith("-- Welcome to old.\r\n-- What is your name?")
    assert "needs a name" not in client.out.text
    pipe = Program.start(TOOL, "connect", address, "-n", "bot")
    pipe.types("one\ntwo")
    pipe.ends_input()
    assert await pipe.end() == 0
    assert pipe.out.text == "-- You are bot. Type to talk.\n<bot> one\n<bot> two\n-- Goodbye.\n"
    sender = Program.start(TOOL, "send", "#lobby", "x", "--server", address)
    assert await sender.end() == 1
    assert sender.err.text == "twistchat: what listens there does not speak twistchat's JSON\n"
    await port.stopListening()
