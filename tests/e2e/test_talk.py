"""People on real sockets, real nc, real telnet and the real client, in one room."""

from __future__ import annotations

import json
import shutil
import socket
from typing import TYPE_CHECKING

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import ensureDeferred, gatherResults
from twisted.internet.task import deferLater

from tests.e2e.programs import BIN, Caller, Program, Server
from tests.lines import COME_BACK, without_tokens

if TYPE_CHECKING:
    from pathlib import Path


@pytest_twisted.ensureDeferred
async def test_fifty_people_and_the_stdio_client(server: Server) -> None:
    names = [f"人{number}" for number in range(50)]
    people = await gatherResults(
        [ensureDeferred(Caller.call(server.port, name)) for name in names], consumeErrors=True
    )
    client = Program.start(BIN / "twistchat", "connect", f"127.0.0.1:{server.port}", "-n", "cleo")
    await client.out.until("^-- cleo joined")
    for number, person in enumerate(people):
        person.types(f"hello {number}")
        if number == 25:
            client.types("half of you have spoken\n")
    for person in people:
        await person.heard.until("^<cleo> half of you")
        for number in range(50):
            await person.heard.until(f"^<人{number}> hello {number}$")

    def said(lines: list[str]) -> list[str]:
        return [line for line in lines if line.startswith("<")]

    first = said(people[0].lines)
    assert len(first) == 51
    for person in people:
        assert said(person.lines) == first  # one order for all
    await client.out.until("<人49> hello 49")
    client.ends_input()
    assert await client.end() == 0
    assert said(client.out.text.splitlines()) == first
    await people[0].heard.until("^-- cleo left")
    for person in people:
        await person.leave()


@pytest_twisted.ensureDeferred
async def test_a_pipe_says_all_of_it(unpaced: Server, tmp_path: Path) -> None:
    listener = await Caller.call(unpaced.port, "listener")
    client = Program.start(BIN / "twistchat", "connect", f"[::1]:{unpaced.port}", "--nick", "bot")
    client.types("".join(f"line {number}\n" for number in range(5000)) + "/quit\nexit\nlast")
    client.ends_input()
    assert await client.end() == 0
    await listener.heard.until("^-- bot left")
    said = [line for line in listener.lines if line.startswith("<bot>")]
    expected = [f"line {number}" for number in range(5000)] + ["/quit", "exit", "last"]
    assert said == [f"<bot> {words}" for words in expected]
    await listener.leave()


@pytest_twisted.ensureDeferred
async def test_everything_is_printed_however_slowly_it_is_read(unpaced: Server) -> None:
    client = f"{BIN}/twistchat connect 127.0.0.1:{unpaced.port} --nick bot"
    slowly = "{ read first; sleep 2; wc -l; }"  # far more than a pipe holds waits meanwhile
    pipe = Program.start("/bin/sh", "-c", f"seq 1 30000 | {client} | {slowly}")
    assert await pipe.end() == 0
    # After the first line: joined, who is here, what was said, goodbye.
    assert int(pipe.out.text) == 30_000 + 3


@pytest_twisted.ensureDeferred
async def test_many_who_talk_a_lot_drop_nobody(unpaced: Server) -> None:
    idle = await Caller.call(unpaced.port, "idle")
    client = f"{BIN}/twistchat connect 127.0.0.1:{unpaced.port} --nick"
    pipes = [
        Program.start("/bin/sh", "-c", f"seq 1 10000 | {client} p{number} > /dev/null")
        for number in range(4)
    ]
    for number, pipe in enumerate(pipes):
        assert await pipe.end() == 0
        await idle.heard.until(f"^-- p{number} left.$")
    for number in range(4):
        said = [line for line in idle.lines if line.startswith(f"<p{number}> ")]
        assert said == [f"<p{number}> {count}" for count in range(1, 10_001)]
    await idle.leave()


@pytest_twisted.ensureDeferred
async def test_a_pipe_that_is_refused(server: Server) -> None:
    bob = await Caller.call(server.port, "bob")
    address = f"127.0.0.1:{server.port}"
    for name, words in {"bob": "the name bob is taken", "a b": "a name has no blanks"}.items():
        client = Program.start(BIN / "twistchat", "connect", address, "--nick", name)
        client.types("hello\n")
        client.ends_input()
        assert await client.end() == 1
        assert words in client.err.text
        assert client.err.text.count("\n") == 1
        assert client.out.text == ""
    await bob.leave()


@pytest_twisted.ensureDeferred
async def test_a_connection_that_is_refused() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    client = Program.start(BIN / "twistchat", "connect", f"127.0.0.1:{port}", "--nick", "bot")
    assert await client.end() == 1
    assert client.err.text == f"twistchat: nothing listens at 127.0.0.1 port {port}\n"


@pytest_twisted.ensureDeferred
async def test_the_client_on_a_terminal(server: Server) -> None:
    bob = await Caller.call(server.port, "bob")
    client = Program.start(BIN / "twistchat", "connect", f"127.0.0.1:{server.port}", use_pty=True)
    await client.out.until("-- What is your name")
    client.types("小明\n")
    await client.out.until("-- 小明 joined")
    client.types("你好\n")
    await bob.heard.until("^<小明> 你好$")
    bob.types("hi 小明")
    await client.out.until("<bob> hi 小明")
    client.types("exit\n")
    assert await client.end() == 0
    await bob.heard.until("^-- 小明 left.$")
    await bob.leave()


@pytest_twisted.ensureDeferred
async def test_ctrl_c_ends_the_client(server: Server) -> None:
    bob = await Caller.call(server.port, "bob")
    client = Program.start(
        BIN / "twistchat", "connect", f"127.0.0.1:{server.port}", "-n", "eve", use_pty=True
    )
    await client.out.until("-- eve joined")
    client.types("\x03")
    assert await client.end() == 130
    await bob.heard.until("^-- eve left.$")
    assert "lost" not in client.out.text
    await bob.leave()


@pytest_twisted.ensureDeferred
async def test_the_client_finds_its_server_again(tmp_path: Path) -> None:
    first = await Server.run(tmp_path)
    client = Program.start(
        BIN / "twistchat", "connect", f"127.0.0.1:{first.port}", "-n", "bob", use_pty=True
    )
    await client.out.until("-- bob joined")
    await first.stop()
    await client.out.until("-- Goodbye, the server is stopping.\r?\n-- The connection was lost.")
    await client.out.until("-- Trying again in ")
    client.types("typed meanwhile\n")
    second = await Server.run(tmp_path, "--port", str(first.port))
    await client.out.until("<bob> typed meanwhile")
    client.types("exit\n")
    assert await client.end() == 0
    await second.stop()


@pytest.mark.skipif(shutil.which("nc") is None, reason="nc is not installed")
@pytest_twisted.ensureDeferred
async def test_nc(server: Server) -> None:
    bob = await Caller.call(server.port, "bob")
    nc = Program.start(shutil.which("nc") or "", "-N", "127.0.0.1", str(server.port))
    nc.types("小明\n你好\n/me 挥手")
    nc.ends_input()
    assert await nc.end() == 0
    said = "<小明> 你好\n* 小明 挥手\n"
    assert without_tokens([nc.out.text])[0].endswith(f"{said}{COME_BACK}\n-- Goodbye.\n")
    await bob.heard.until("^-- 小明 left.$")
    assert bob.lines[-4:] == ["-- 小明 joined.", "<小明> 你好", "* 小明 挥手", "-- 小明 left."]
    await bob.leave()


@pytest.mark.skipif(shutil.which("nc") is None, reason="nc is not installed")
@pytest_twisted.ensureDeferred
async def test_a_port_for_programs(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, "--port", "0", "--listen", "json=tcp:0:interface=127.0.0.1")
    port = (await server.out.until(r"\(json\) 127\.0\.0\.1:(\d+)"))[1]
    bob = await Caller.call(server.port, "bob")
    nc = Program.start(shutil.which("nc") or "", "-N", "127.0.0.1", port)
    nc.types('{"type":"hello","name":"小明"}\n')
    nc.types('{"type":"say","room":"#lobby","text":"你好","key":"k","id":7}\n' * 2)
    await nc.out.until('"type":"kept".*"number":1.*"id":7')
    nc.ends_input()
    assert await nc.end() == 0
    told = [json.loads(line) for line in nc.out.text.splitlines()]
    kinds = ["hello", "welcome", "live", "joined", "members", "said", "kept", "goodbye"]
    assert [each["type"] for each in told] == kinds
    await bob.heard.until("^-- 小明 left.$")
    assert bob.lines[-3:] == ["-- 小明 joined.", "<小明> 你好", "-- 小明 left."]
    await bob.leave()
    await server.stop()


@pytest.mark.skipif(shutil.which("telnet") is None, reason="telnet is not installed")
@pytest_twisted.ensureDeferred
async def test_telnet(server: Server) -> None:
    bob = await Caller.call(server.port, "bob")
    telnet = Program.start(
        shutil.which("telnet") or "", "127.0.0.1", str(server.port), use_pty=True
    )
    await telnet.out.until("What is your name")
    telnet.types("tel\n")
    await telnet.out.until("-- tel joined")
    telnet.types("hello from telnet\n")
    await bob.heard.until("^<tel> hello from telnet$")
    bob.types("hello telnet")
    await telnet.out.until("<bob> hello telnet")
    # After Ctrl-C telnet shows nothing until the server has answered what it then asks.
    telnet.types("\x03and on\n")
    await bob.heard.until("^<tel> and on$")
    bob.types("still there?")
    await telnet.out.until("<bob> still there")
    telnet.types("exit\n")
    await telnet.out.until("-- Goodbye.")
    await telnet.end()
    await bob.heard.until("^-- tel left.$")
    await bob.leave()


@pytest_twisted.ensureDeferred
async def test_a_reader_that_does_not_read_delays_nobody(unpaced: Server) -> None:
    with socket.create_connection(("127.0.0.1", unpaced.port)) as deaf:
        deaf.sendall(b"deaf\n")
        alice = await Caller.call(unpaced.port, "alice")
        bob = await Caller.call(unpaced.port, "bob")
        await alice.heard.until("bob joined")
        for number in range(1500):
            alice.types(f"{number:05}" + "x" * 16_000)
            if number % 100 == 99:
                # Give the server what a talker gives: time to take it in.
                await alice.heard.until(f"^<alice> {number:05}")
        await bob.heard.until("^-- deaf left .too slow..$")
        await bob.heard.until("^<alice> 01499")
        said = [line[8:13] for line in bob.lines if line.startswith("<alice>")]
        assert said == [f"{number:05}" for number in range(1500)]
    await alice.leave()
    await bob.leave()


@pytest_twisted.ensureDeferred
async def test_text_without_a_line_end_is_answered(server: Server) -> None:
    caller = await Caller.call(server.port)
    assert caller.transport is not None
    caller.transport.write(b"hello server")  # as socket tutorials send it
    await caller.heard.until("press Enter")
    caller.types("")
    await caller.heard.until("-- Sorry, a name has no blanks")
    await caller.leave()


@pytest_twisted.ensureDeferred
async def test_a_connection_cut_off_is_announced(server: Server) -> None:
    bob = await Caller.call(server.port, "bob")
    cut = socket.create_connection(("127.0.0.1", server.port))
    cut.sendall(b"cut\n")
    await bob.heard.until("^-- cut joined")
    # With SO_LINGER of zero seconds a close is a reset.
    cut.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    cut.close()
    await bob.heard.until("^-- cut left .connection lost..$")
    await deferLater(reactor, 0)
    await bob.leave()
