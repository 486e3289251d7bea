"""A daemon, and its operator: the control socket, signals, the shell."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from tests.e2e.programs import BIN, PATIENCE, Caller, Program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOBODY = 65534


class Daemon:
    """A twistd that has gone into the background."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    @classmethod
    async def run(cls, folder: Path, *options: str) -> Daemon:
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            port = trial.getsockname()[1]
        where = f"tcp:{port}:interface=127.0.0.1"
        words = ["--pidfile=chat.pid", "--logfile=chat.log", "chat", "--port", where, *options]
        twistd = Program.start(BIN / "twistd", *words, cwd=folder)
        assert await twistd.end() == 0, twistd.err.text
        daemon = cls(folder, port)
        await daemon.until(lambda: "Listening." in daemon.log)
        return daemon

    @property
    def pid(self) -> int:
        return int((self.folder / "chat.pid").read_text())

    @property
    def log(self) -> str:
        return (self.folder / "chat.log").read_text("utf-8")

    async def until(self, happens: Any) -> None:
        deadline = time.monotonic() + PATIENCE
        while not happens():
            assert time.monotonic() < deadline, self.log
            await deferLater(reactor, 0.05)

    def is_running(self) -> bool:
        return (self.folder / "chat.pid").exists()

    async def ended(self) -> None:
        await self.until(lambda: not self.is_running())
        assert "Traceback" not in self.log

    async def stop(self) -> None:
        if self.is_running():
            os.kill(self.pid, signal.SIGTERM)
            await self.ended()

    async def ctl(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return await run(self.folder, BIN / "twistchat", "ctl", *words, typed=typed)

    async def does(self, *words: str) -> str:
        """Let the operator do something that is possible."""
        done = await self.ctl(*words)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    async def data(self, *words: str) -> Any:
        return json.loads(await self.does("--json", *words))


async def run(
    folder: Path, *command: str | Path, typed: str = "", **how: Any
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, while the reactor goes on."""

    def run() -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            command, cwd=folder, input=typed, capture_output=True, text=True, timeout=PATIENCE,
            check=False, **how,
        )  # fmt: skip
        return done

    done: subprocess.CompletedProcess[str] = await deferToThread(run)
    return done


@pytest_twisted.async_yield_fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Daemon]:
    (tmp_path / "chat.toml").write_text('name = "Room 5"\n[limits]\nrate = 7\n')
    running = await Daemon.run(tmp_path, "--config", "chat.toml")
    yield running
    await running.stop()


@pytest_twisted.ensureDeferred
async def test_one_command_after_the_other(daemon: Daemon) -> None:
    assert await daemon.does("count") == "0 online.\n"
    alice = await Caller.call(daemon.port, "alice")
    assert await daemon.does("say", "tea", "茶", "is ready") == "Told 1 person.\n"
    await alice.heard.until("^-- The operator to all: tea 茶 is ready$")
    assert (await daemon.does("who")).splitlines()[1].split()[1:4] == ["alice", "127.0.0.1", "line"]
    (row,) = await daemon.data("who")
    assert (row["number"], row["name"], row["address"]) == (1, "alice", "127.0.0.1")
    assert (
        await daemon.does("topic", "#lobby", "all about tea") == "#lobby is about: all about tea\n"
    )
    await alice.heard.until("about tea")
    assert (await daemon.data("room"))["members"] == ["alice"]
    assert (await daemon.data("stats"))["sessions"] == {"line": 1}
    await alice.leave()


@pytest_twisted.ensureDeferred
async def test_exit_codes(daemon: Daemon, tmp_path: Path) -> None:
    for words, code, told in (
        (("msg", "bob", "hi"), 1, "Nobody here is bob. Type who for names and numbers."),
        (("cuont",), 2, "There is no command cuont. Did you mean count?"),
        (("say",), 2, "Usage: say TEXT"),
        (("limit", "key-time=5"), 1, "key-time can be changed at a start only"),
        (("--control", "nowhere.ctl", "count"), 3, "there is no server at nowhere.ctl"),
        (("--control", "chat.log", "count"), 3, "chat.log"),
        (("--frob",), 2, "unrecognized arguments: --frob"),
        (("",), 2, "the command is empty"),
    ):
        done = await daemon.ctl(*words)
        assert (done.returncode, done.stdout) == (code, ""), words
        assert told in done.stderr
        assert done.stderr.startswith("twistchat")
        assert done.stderr.count("\n") == 1
    done = await daemon.ctl("who", "--json")
    assert done.returncode == 2
    assert "--json stands before the command" in done.stderr
    done = await daemon.ctl("--json", "msg", "bob", "hi")
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["error"] == "no-such-person"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
@pytest_twisted.ensureDeferred
async def test_another_user(daemon: Daemon, tmp_path: Path) -> None:
    path = tmp_path / "twistchat.ctl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    # Every folder on the way lets others through, and the file itself is safe.
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and len(folder.parts) > 2:
            folder.chmod(0o755)

    code = (
        "import socket\n"
        "s = socket.socket(socket.AF_UNIX)\n"
        f"s.connect({str(path)!r})\n"
        """s.sendall(b'{"command": "shutdown"}\\n')\n"""
        "print(s.makefile().read())\n"
    )
    # Nobody may not be able to read what is ours: so this is Python alone.
    as_nobody: Any = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    python = ("/usr/bin/env", "python3", "-c", code)
    done = await run(Path("/"), *python, **as_nobody)
    assert "PermissionError" in done.stderr
    # A mode that was changed by mistake lets them connect, and no further.
    path.chmod(0o777)
    done = await run(Path("/"), *python, **as_nobody)
    assert "Only the user who runs the server, or root, may control it." in done.stdout
    assert '{"end": 3}' in done.stdout
    assert await daemon.does("count") == "0 online.\n"
    assert "another user was refused at the control socket" in daemon.log


@pytest_twisted.ensureDeferred
async def test_reload(daemon: Daemon, tmp_path: Path) -> None:
    file = tmp_path / "chat.toml"
    assert await daemon.does("reload") == "Nothing has changed.\n"
    file.write_text('name = "Room 6"\nport = 9000\n[limits]\nrate = 8\ntopic = 50\n')
    # The port is the command line's, so that it has not changed.
    assert (await daemon.does("reload")).splitlines() == [
        "name: Room 5 → Room 6 (for new connections)",
        "limit rate: 7 → 8 (for new connections)",
        "limit topic: 400 → 50 (at once)",
    ]
    file.write_text("prot = 9000\n")
    done = await daemon.ctl("reload")
    words = "Nothing is changed: chat.toml, line 1: there is no option 'prot'; did you mean port?"
    assert (done.returncode, done.stderr) == (1, f"twistchat: {words}\n")
    caller = await Caller.call(daemon.port)
    await caller.heard.until("Welcome to Room 6")
    await caller.leave()


@pytest_twisted.ensureDeferred
async def test_the_signal_to_reload(daemon: Daemon, tmp_path: Path) -> None:
    file = tmp_path / "chat.toml"
    file.write_text('name = "Room 6"\n[limits]\nrate = 7\n')
    os.kill(daemon.pid, signal.SIGHUP)
    await daemon.until(lambda: "reload: name: Room 5 → Room 6" in daemon.log)
    file.write_text("[limits\n")
    os.kill(daemon.pid, signal.SIGHUP)
    await daemon.until(lambda: "reload: nothing is changed: chat.toml, line 1" in daemon.log)
    caller = await Caller.call(daemon.port)
    await caller.heard.until("Welcome to Room 6")
    await caller.leave()


@pytest_twisted.ensureDeferred
async def test_draining(daemon: Daemon) -> None:
    alice = await Caller.call(daemon.port, "alice")
    await daemon.does("drain")
    with socket.create_connection(("127.0.0.1", daemon.port)) as late:
        late.settimeout(PATIENCE)
        told = await deferToThread(late.recv, 1000)
        assert told == b"-- Sorry, nobody new is let in for now. Please come again later.\n"
    alice.types("still here")
    await alice.heard.until("^<alice> still here$")
    assert (await daemon.data("count"))["draining"] is True
    await daemon.does("drain", "off")
    bob = await Caller.call(daemon.port, "bob")
    await bob.leave()
    await alice.leave()


@pytest_twisted.ensureDeferred
async def test_the_end_announces_itself(daemon: Daemon) -> None:
    alice = await Caller.call(daemon.port, "alice")
    assert "stops in 5 minutes" in await daemon.does("shutdown", "in", "5m", "Lunch.")
    await alice.heard.until("^-- The operator to all: The server stops in 5 minutes: Lunch.$")
    assert await daemon.does("shutdown", "cancel") == "The server goes on.\n"
    await alice.heard.until("^-- The operator to all: The server goes on")
    await daemon.does("shutdown", "in", "2s", "Dinner.")
    await alice.heard.until("^-- Goodbye, the server is stopping: Dinner.$")
    await daemon.ended()
    assert not (daemon.folder / "twistchat.ctl").exists()
    done = await daemon.ctl("count")
    assert (done.returncode, done.stdout) == (3, "")
    await alice.lost


@pytest_twisted.ensureDeferred
async def test_shutdown_now(daemon: Daemon) -> None:
    assert await daemon.does("shutdown") == "Stopping.\n"
    await daemon.ended()


@pytest_twisted.ensureDeferred
async def test_a_socket_that_a_server_left_over(daemon: Daemon, tmp_path: Path) -> None:
    os.kill(daemon.pid, signal.SIGKILL)
    path = tmp_path / "twistchat.ctl"
    assert path.is_socket()
    done = await daemon.ctl("count")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "twistchat: no server runs any more at twistchat.ctl\n"
    (tmp_path / "chat.pid").unlink()
    (tmp_path / "chat.log").unlink()
    again = await Daemon.run(tmp_path)
    assert await again.does("count") == "0 online.\n"
    await again.stop()


@pytest.mark.parametrize("foreground", [True, False])
@pytest_twisted.ensureDeferred
async def test_the_socket_of_a_server_that_lives(daemon: Daemon, foreground: bool) -> None:
    cases: list[tuple[list[str], str]] = [
        (["--engine", "memory:"], "another server has the socket"),
        (["--engine", "memory:", "--control", "chat.log"], "is no socket"),
        (["--engine", "memory:", "--control", "no/ctl"], "there is no folder"),
        (["--engine", "memory:", "--control", ""], "--control is empty"),
    ]
    for options, words in cases:
        twistd: list[str | Path] = [BIN / "twistd", "--pidfile=", "chat", "--port", "0", *options]
        if foreground:
            twistd.insert(1, "-n")
        done = await run(daemon.folder, *twistd)
        assert done.returncode == 1
        assert done.stderr.startswith("twistd chat: ")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
    assert await daemon.does("count") == "0 online.\n"


@pytest_twisted.ensureDeferred
async def test_without_a_socket(tmp_path: Path) -> None:
    daemon = await Daemon.run(tmp_path, "--control", "no")
    assert not (tmp_path / "twistchat.ctl").exists()
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_watching(daemon: Daemon) -> None:
    ctl = Program.start(BIN / "twistchat", "ctl", "watch", cwd=daemon.folder)
    program = Program.start(BIN / "twistchat", "ctl", "--json", "watch", "lobby", cwd=daemon.folder)
    alice = await Caller.call(daemon.port, "alice")
    for stream in (ctl.out, program.out):
        while not stream.text:
            alice.types("hello 茶")
            await deferLater(reactor, 0.2)
    await ctl.out.until("^<alice> hello 茶$")
    for line in program.out.text.splitlines():
        assert json.loads(line)["room"] == "#lobby"
    ctl.kill(signal.SIGINT)
    assert await ctl.end() == 130
    assert ctl.err.text == ""
    # Others are told when the server ends.
    await daemon.does("shutdown")
    assert await program.end() == 3
    assert program.err.text == "twistchat: the server has ended\n"
    await alice.lost


@pytest_twisted.ensureDeferred
async def test_nobody_reads(daemon: Daemon) -> None:
    ctl = f"{BIN}/twistchat ctl"
    done = await run(daemon.folder, "/bin/sh", "-c", f"{ctl} limit | head -0; {ctl} help | head -1")
    assert done.stderr == ""
    assert done.stdout.startswith("COMMAND")


@pytest_twisted.ensureDeferred
async def test_commands_from_a_pipe(daemon: Daemon) -> None:
    done = await daemon.ctl(typed="count\n\nlimit rate\nexit\ncuont\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("0 online.\nlimit: ")
    done = await daemon.ctl(typed="count\ncuont\ncount\n")
    assert done.returncode == 2
    assert done.stdout == "0 online.\n"


@pytest_twisted.ensureDeferred
async def test_the_shell(daemon: Daemon, tmp_path: Path) -> None:
    state = {"XDG_STATE_HOME": str(tmp_path / "state"), "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    shell = Program.start(BIN / "twistchat", "ctl", cwd=daemon.folder, use_pty=True, env=state)
    await shell.out.until("help lists the commands, exit leaves")
    await shell.out.until("twistchat> ")
    shell.types("cou\t\n")
    await shell.out.until(r"count \r?\n0 online\.")
    shell.types("nothing\n")
    await shell.out.until("There is no command nothing")
    shell.types("watch\n")
    await shell.out.until("Watching #lobby; Ctrl-C ends it")
    alice = await Caller.call(daemon.port, "alice")
    alice.types("hello 茶")
    await shell.out.until("<alice> hello 茶")
    shell.types("\x03")
    await shell.out.until(r"\^C\r?\n.*twistchat> ")
    shell.types("say 茶\x7fcoffee\n")
    await alice.heard.until("^-- The operator to all: coffee$")
    shell.types("room #lo\tslow=5\n")
    await shell.out.until("rules: +slow=5")
    shell.types("mute #lo\tali\t10m\n")
    await shell.out.until("operator muted alice until")
    shell.types("exit\n")
    assert await shell.end() == 0
    history = (tmp_path / "state" / "twistchat" / "ctl_history").read_text("utf-8")
    # What was a mistake is forgotten: it may have had a password in it.
    assert history.splitlines()[:2] == ["count ", "watch"]
    await alice.leave()


def test_ctl_says_what_it_takes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "twistchat", "ctl", "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "3 no server, or not yours" in done.stdout
