"""The programs that are compared: how each is started, joined and spoken to."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.machine import pinned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

BIN = Path(sys.executable).parent
PEERS = Path(__file__).parent / "peers"
PATIENCE = 20.0
"""Seconds in which a program should listen."""
TEXT = 40
"""Bytes of what is said, as load.c says it."""

TWISTCHAT_LIMITS = ("rate=0", "clients=0", "per-private-address=0", "connects-private=0")
"""What lets any number of clients from one address talk as fast as they can."""

NGIRCD_CONFIG = """\
[Global]
    Name = irc.example.net
    Info = benchmark
    Listen = 127.0.0.1
    Ports = {port}
    MotdPhrase = hello
[Limits]
    MaxConnections = 0
    MaxConnectionsIP = 0
    MaxJoins = 0
    MaxPenaltyTime = 0
    PingTimeout = 86400
[Options]
    DNS = no
    Ident = no
    PAM = no
    SyslogFacility = local1
[Channel]
    Name = #room
    MaxUsers = 0
"""


@dataclass(frozen=True, slots=True)
class Talk:
    """What the clients of a program send, and what tells them that they are in."""

    steps: list[tuple[str, str]]
    """Pairs: what a client sends, where {name} is its name; and what the answer has in it."""
    prefix: str
    suffix: str
    echoes: bool = True
    """Whether one hears one's own lines."""
    at_once: int = 50
    """How many may be coming in at the same time."""


@dataclass(frozen=True, slots=True)
class Program:
    """A chat server that can be started."""

    name: str
    talk: Talk
    command: Callable[[int, Path], list[str]]
    """Of the port, and of a folder of its own."""
    needs: str | None = None
    """Which program has to be installed."""
    pass_fds: tuple[int, ...] = ()
    """Open files that it inherits."""

    @property
    def executable(self) -> str | None:
        """Where that program is, if it is installed."""
        assert self.needs is not None
        # What the system runs is often not on the path of those who are not root.
        return shutil.which(
            self.needs, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
        )

    def is_installed(self) -> bool:
        """Whether it can be started."""
        return self.needs is None or self.executable is not None


class CannotStartError(Exception):
    """A program did not start, or did not stay."""


@contextmanager
def running(program: Program, core: int) -> Iterator[tuple[int, int]]:
    """Start a program on a core. Yields its process id and its port."""
    with TemporaryDirectory(prefix="fanout-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        with (folder / "log").open("wb") as log, pinned(core):
            process = subprocess.Popen(
                program.command(port, folder),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=program.pass_fds,
            )
        try:
            _wait_until_it_listens(process, port, folder / "log")
            yield process.pid, port
        finally:
            # Not asked politely: thousands would be told of each of the thousands who leave.
            process.kill()
            process.wait()


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            time.sleep(0.5)  # until it has forgotten this one
            return
    last = log.read_text(errors="replace").strip().splitlines()[-1:]
    raise CannotStartError(f"it does not listen: {' '.join(last) or 'it says nothing'}")


def twistchat(
    name: str,
    *,
    engine: str,
    limits: Sequence[str] = TWISTCHAT_LIMITS,
    twistd: Sequence[str] = (str(BIN / "twistd"),),
    pass_fds: tuple[int, ...] = (),
) -> Program:
    """This repository's, with one of its engines; `twistd` is what it is started by."""

    def command(port: int, folder: Path) -> list[str]:
        listen = ["--port", f"tcp:{port}:backlog=1024:interface=127.0.0.1"]
        options = [f"--engine={engine}", *(f"--limit={limit}" for limit in limits)]
        return [*twistd, "-n", "--pidfile=", "chat", *listen, *options]

    return Program(name, Talk([("{name}\n", "-- You are ")], "", "\n"), command, pass_fds=pass_fds)


def _peer(name: str) -> Callable[[int, Path], list[str]]:
    def command(port: int, folder: Path) -> list[str]:
        return [sys.executable, str(PEERS / name), str(port)]

    return command


def _ngircd(port: int, folder: Path) -> list[str]:
    config = folder / "ngircd.conf"
    config.write_text(NGIRCD_CONFIG.format(port=port))
    config.chmod(0o644)  # started by root it reads this as somebody else
    executable = NGIRCD.executable
    assert executable is not None
    return [executable, "--nodaemon", "--config", str(config)]


def _redis(port: int, folder: Path) -> list[str]:
    executable = REDIS.executable
    assert executable is not None
    options = {
        "--bind": "127.0.0.1",
        "--port": str(port),
        "--save": "",
        "--appendonly": "no",
        "--maxclients": "19000",
        "--client-output-buffer-limit": "pubsub 0 0 0",
    }
    return [executable, *(word for option in options.items() for word in option)]


# The others keep nothing either; what keeping costs is measured apart, in `engine/`.
TWISTCHAT = twistchat("twistchat", engine="memory:")
_WELCOMED = Talk([("{name}\n", "Welcome, ")], "", "\n")
PLAIN_TWISTED = Program("plain-twisted", _WELCOMED, _peer("plain_twisted.py"))
THREAD_PER_SOCKET = Program("thread-per-socket", _WELCOMED, _peer("thread_per_socket.py"))
NGIRCD = Program(
    "ngircd",
    Talk(
        [("NICK {name}\r\nUSER {name} 0 * :{name}\r\n", " 001 "), ("JOIN #room\r\n", " 366 ")],
        "PRIVMSG #room :",
        "\r\n",
        echoes=False,
        at_once=10,  # is all that it lets wait in the kernel; more would be refused now and then
    ),
    _ngircd,
    needs="ngircd",
)
REDIS = Program(
    "redis",
    # With version 3 of its protocol a connection can listen and publish, as one of a chat does.
    Talk(
        [("HELLO 3\r\nSUBSCRIBE room\r\n", "subscribe")],
        f"*3\r\n$7\r\nPUBLISH\r\n$4\r\nroom\r\n${TEXT}\r\n",
        "\r\n",
    ),
    _redis,
    needs="redis-server",
)
PROGRAMS = {
    program.name: program
    for program in (TWISTCHAT, PLAIN_TWISTED, THREAD_PER_SOCKET, NGIRCD, REDIS)
}
BASE = PLAIN_TWISTED.name
"""What the others are compared with."""
