"""The real twistd: foreground and daemonised, its console, its errors, its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.endpoints import clientFromString, connectProtocol
from twisted.internet.task import deferLater

from tests.e2e.programs import BIN, PATIENCE, Caller, Program, Server

if TYPE_CHECKING:
    from pathlib import Path

    from twisted.internet.defer import Deferred


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest_twisted.ensureDeferred
async def test_sigterm_says_goodbye_to_everybody(tmp_path: Path) -> None:
    server = await Server.run(tmp_path)
    people = [await Caller.call(server.port, name) for name in ("alice", "bob")]
    door = await Caller.call(server.port)
    people[0].types("last words")
    await people[1].heard.until("last words")
    begun = time.monotonic()
    await server.stop()
    assert time.monotonic() - begun < 5
    for person in (*people, door):
        await person.lost
        assert person.lines[-1] == "-- Goodbye, the server is stopping."


@pytest_twisted.ensureDeferred
async def test_the_end_waits_for_nobody_who_does_not_read(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, "--limit", "rate=0")
    with socket.create_connection(("127.0.0.1", server.port)) as deaf:
        deaf.sendall(b"deaf\n")
        alice = await Caller.call(server.port, "alice")
        for number in range(400):
            alice.types(f"{number:05}" + "x" * 16_000)
        await alice.heard.until("^<alice> 00399")
        begun = time.monotonic()
        await server.stop()
        assert time.monotonic() - begun < 5


@pytest_twisted.ensureDeferred
async def test_the_log_says_who_came_and_went_and_not_what_was_said(tmp_path: Path) -> None:
    server = await Server.run(tmp_path)
    alice = await Caller.call(server.port, "alice")
    alice.types("a secret")
    alice.types("/topic another secret")
    await alice.heard.until("another secret")
    alice.types("/quit")
    await alice.lost
    await server.stop()
    assert "alice came in from 127.0.0.1 by line" in server.out.text
    assert "alice is gone: left" in server.out.text
    assert "secret" not in server.out.text
    assert "Traceback" not in server.out.text


@pytest_twisted.ensureDeferred
async def test_daemonised(tmp_path: Path) -> None:
    port = free_port()
    words = ["--pidfile=chat.pid", "--logfile=chat.log", "chat", "--port", str(port)]
    twistd = Program.start(BIN / "twistd", *words, cwd=tmp_path)
    assert await twistd.end() == 0
    pid = int((tmp_path / "chat.pid").read_text())
    try:
        alice = await Caller.call(port, "alice")
        bob = await Caller.call(port, "bob", host="::1")
        alice.types("a secret")
        await bob.heard.until("^<alice> a secret$")
        os.kill(pid, signal.SIGTERM)
        await bob.heard.until("^-- Goodbye, the server is stopping.$")
        await alice.lost
        await bob.lost
    finally:
        deadline = time.monotonic() + PATIENCE
        while (tmp_path / "chat.pid").exists() and time.monotonic() < deadline:
            await deferLater(reactor, 0.05)
    assert not (tmp_path / "chat.pid").exists()
    log = (tmp_path / "chat.log").read_text()
    assert f"twistchat connect 127.0.0.1:{port}" in log or f" {port}" in log
    assert "bob came in from ::1 by line" in log
    assert "secret" not in log
    assert "Traceback" not in log


@pytest.mark.parametrize("foreground", [True, False])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "TAKEN"], "is in use: stop what uses it, or choose another with --port"),
        (["--port", "http"], "'http' is no port"),
        (["--port", "tcp:x"], "cannot listen on 'tcp:x'"),
        (["--motd", "nowhere.txt"], "cannot read --motd nowhere.txt: No such file or directory"),
        (["--engine", "paper:"], "there is no engine 'paper:'"),
        (["--password-file", "nix"], "cannot read --password-file nix: No such file or directory"),
        (["--auth", "file:nix"], "--auth: cannot read nix: No such file or directory"),
        (["--auth", "ldap:x"], "--auth: there is no 'ldap' to ask; there are: file, memory"),
        (["--prot", "8000"], "option --prot not recognized"),
        (["--port"], "option --port requires argument"),
        (["8000"], "'8000' is no option"),
        (["--listen", "TAKEN"], "is in use: stop what uses it, or choose another with --listen"),
        (
            ["--listen", "lne=8000"],
            "'lne' is no kind to listen for (there are: any, line, json, irc, web); did you",
        ),
        (["--listen", "unix:x", "--listen", "unix:x"], "the socket x is asked for twice"),
        (["--limit", "rte=3"], "there is no limit 'rte'; did you mean rate?"),
        (["--config", "nowhere.toml"], "cannot read --config nowhere.toml: No such file"),
        (["--config", "."], "cannot read --config .: Is a directory"),
        (["--config", "chat.toml"], "chat.toml, line 3: limit rate takes a number of lines a sec"),
    ],
)
def test_an_error_at_the_start_is_one_line(
    tmp_path: Path, options: list[str], words: str, foreground: bool
) -> None:
    (tmp_path / "chat.toml").write_text("name = 'Room 5'\n[limits]\nrate = 'fast'\n")
    with socket.socket(socket.AF_INET6) as taken:
        taken.bind(("::", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        options = [port if word == "TAKEN" else word for word in options]
        how = ["-n"] if foreground else []
        twistd = subprocess.run(
            [BIN / "twistd", *how, "--pidfile=", "chat", *options],
            cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert twistd.returncode == 1
    assert words in twistd.stderr
    assert twistd.stderr.startswith("twistd chat: ")
    assert twistd.stderr.count("\n") == 1, twistd.stderr
    assert "Traceback" not in twistd.stdout


def test_a_console_needs_a_terminal(tmp_path: Path) -> None:
    twistd = subprocess.run(
        [BIN / "twistd", "chat", "--console"],
        cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert twistd.returncode != 0
    assert twistd.stderr == (
        "twistd chat: --console needs the terminal: start with twistd -n chat --console\n"
    )


def test_twistd_lists_chat() -> None:
    shown = subprocess.run([BIN / "twistd", "--help"], capture_output=True, text=True, check=True)
    assert " chat " in shown.stdout


@pytest_twisted.ensureDeferred
async def test_the_console_on_a_terminal(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, "--console", use_pty=True)
    await server.out.until("This is the operator's console")
    alice = await Caller.call(server.port, "alice")
    bob = await Caller.call(server.port, "bob")
    server.types("count\n")
    await server.out.until("2 online.")
    server.types("who\n")
    await server.out.until(r"2  bob +127\.0\.0\.1  line  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  0")
    server.types("say tea 茶 is ready\n")
    for person in (alice, bob):
        await person.heard.until("^-- The operator to all: tea 茶 is ready$")
    server.types("msg 2 come here\n")
    await bob.heard.until("^-- The operator to bob: come here$")
    alice.types("unwatched words")
    await bob.heard.until("unwatched")
    server.types("watch\n")
    await server.out.until("Watching #lobby")
    bob.types("watched words")
    await server.out.until("<bob> watched words")
    assert "unwatched words" not in server.out.text
    server.types("shutdown Lunch.\n")
    await alice.heard.until("^-- Goodbye, the server is stopping: Lunch.$")
    assert await server.end() == 0
    await alice.lost
    await bob.lost
    assert "Traceback" not in server.out.text


@pytest_twisted.ensureDeferred
async def test_the_console_under_a_flood_of_its_own_output(tmp_path: Path) -> None:
    """The log and the console share a terminal, and neither loses anything of the other's."""
    server = await Server.run(tmp_path, "--console", "--limit", "rate=0", use_pty=True)
    server.types("watch\n")
    await server.out.until("Watching #lobby")
    alice = await Caller.call(server.port, "alice")
    for number in range(2000):
        alice.types(f"{number:05} " + "x" * 200)
    for number in range(20):
        other = await Caller.call(server.port, f"other{number}")
        await other.leave()
    await server.out.until("<alice> 01999 ")
    for number in range(20):
        await server.out.until(f"other{number} is gone: left")
    assert server.out.text.count("<alice> ") == 2000
    await alice.leave()
    await server.stop()
    assert "Error" not in server.out.text


@pytest_twisted.ensureDeferred
async def test_the_end_of_the_consoles_input_leaves_the_server_running(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, "--console", use_pty=True)
    await server.out.until("operator's console")
    server.types("\x04")
    await server.out.until("The console is closed; the server goes on")
    alice = await Caller.call(server.port, "alice")
    await alice.leave()
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_a_name_and_a_message_of_the_day(tmp_path: Path) -> None:
    (tmp_path / "motd.txt").write_text("Be kind.\n请友善。\n", encoding="utf-8")
    server = await Server.run(tmp_path, "--name", "五班", "--motd", "motd.txt")
    caller = await Caller.call(server.port)
    assert caller.lines[:3] == ["-- Welcome to 五班.", "-- | Be kind.", "-- | 请友善。"]
    await caller.leave()
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_over_tls_and_over_a_unix_socket(tmp_path: Path) -> None:
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "cert.pem",
        ],
        cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip
    port = free_port()
    for listen, call in {
        f"ssl:{port}:privateKey=key.pem:certKey=cert.pem": f"ssl:127.0.0.1:{port}",
        "unix:chat.sock": f"unix:{tmp_path}/chat.sock",
    }.items():
        twistd = Program.start(
            BIN / "twistd", "-n", "--pidfile=", "chat", "--port", listen, "--limit", "rate=0",
            cwd=tmp_path,
        )  # fmt: skip
        await twistd.out.until("Join with:")
        callers = []
        for name in ("alice", "bob"):
            caller = Caller()
            connected: Deferred[object] = connectProtocol(clientFromString(reactor, call), caller)
            await connected
            caller.types(name)
            await caller.heard.until(f"^-- {name} joined")
            callers.append(caller)
        alice, bob = callers
        for number in range(200):
            alice.types(f"{number} " + "x" * 5000)
        await bob.heard.until("^<alice> 199 ")
        twistd.kill(signal.SIGTERM)
        assert await twistd.end() == -signal.SIGTERM
        await bob.heard.until("-- Goodbye, the server is stopping.")
        for caller in callers:
            await caller.lost
        assert "Traceback" not in twistd.out.text


@pytest_twisted.ensureDeferred
async def test_a_file_and_two_ways_in_to_one_room(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "motd.txt").write_text("Be kind.\n", encoding="utf-8")
    (tmp_path / "chat.toml").write_text(
        f"""
        listen = ["unix:chat.sock", "line={port}"]
        name = "五班"
        motd = "motd.txt"
        [limits]
        line = 10
        clients = 2
        """,
        encoding="utf-8",
    )
    words = ["-n", "--pidfile=", "chat", "--config", "chat.toml", "--limit", "line=20"]
    twistd = Program.start(BIN / "twistd", *words, cwd=tmp_path)
    await twistd.out.until(rf"    nc -U .*chat.sock\s(.*\s)*.*    nc \S+ {port}\s")
    local = Caller()
    endpoint = clientFromString(reactor, f"unix:{tmp_path}/chat.sock")
    connected: Deferred[object] = connectProtocol(endpoint, local)
    await connected
    await local.heard.until("^-- What is your name")
    assert local.lines[:2] == ["-- Welcome to 五班.", "-- | Be kind."]
    local.types("alice")
    bob = await Caller.call(port, "bob", host="::1")
    bob.types("x" * 21)
    bob.types("fifteen letters")
    await local.heard.until("^<bob> fifteen letters$")
    assert not any("x" * 21 in line for line in local.lines)
    local.types("hello bob")
    await bob.heard.until("^<alice> hello bob$")
    third = Caller()
    called: Deferred[object] = connectProtocol(
        clientFromString(reactor, f"tcp:127.0.0.1:{port}"), third
    )
    await called
    await third.lost
    twistd.kill(signal.SIGTERM)
    assert await twistd.end() == -signal.SIGTERM
    for caller in (local, bob):
        await caller.lost
    assert "Traceback" not in twistd.out.text


@pytest_twisted.ensureDeferred
async def test_a_port_of_systemds(tmp_path: Path) -> None:
    launcher = """
import os, socket, sys
port = socket.create_server(("127.0.0.1", int(sys.argv[1])))
os.dup2(port.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="chat")
os.execv(sys.argv[2], sys.argv[2:])
"""
    port = free_port()
    twistd = Program.start(
        sys.executable, "-c", launcher, str(port),
        BIN / "twistd", "-n", "--pidfile=", "chat", "--listen", "systemd:domain=INET:name=chat",
        cwd=tmp_path,
    )  # fmt: skip
    await twistd.out.until("Join with:")
    alice = await Caller.call(port, "alice")
    alice.types("hello")
    await alice.heard.until("^<alice> hello$")
    await alice.leave()
    twistd.kill(signal.SIGTERM)
    assert await twistd.end() == -signal.SIGTERM
    assert "Traceback" not in twistd.out.text


@pytest_twisted.ensureDeferred
async def test_too_few_files_for_everybody(tmp_path: Path) -> None:
    words = "ulimit -n 70; exec twistd -n --pidfile= chat --port tcp:0:interface=127.0.0.1"
    path = f"PATH='{BIN}':$PATH; {words}"
    twistd = Program.start("/bin/sh", "-c", path, cwd=tmp_path)
    match = await twistd.out.until(r"    nc \S+ (\d+)\s")
    assert "Room for 6 connections and not 10000, since this process may have 70" in (
        twistd.out.text
    )
    people = [await Caller.call(int(match[1]), f"person{number}") for number in range(6)]
    seventh = Caller()
    called: Deferred[object] = connectProtocol(
        clientFromString(reactor, f"tcp:127.0.0.1:{match[1]}"), seventh
    )
    await called
    await seventh.lost
    for person in people:
        await person.leave()
    twistd.kill(signal.SIGTERM)
    assert await twistd.end() == -signal.SIGTERM
    assert "Traceback" not in twistd.out.text
