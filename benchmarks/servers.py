"""The programs that are compared: how each is started, joined and spoken to."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.machine import executable, pinned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).parents[1]
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
    """{number} in it is the number of the line."""
    echoes: bool = True
    """Whether one hears one's own lines."""
    at_once: int = 50
    """How many may be coming in at the same time."""
    tls: bool = False
    frames: bool = False
    """Whether it is a WebSocket."""
    hush: float = 0.3
    """Seconds of silence after which no more is told about those who came in."""


LINES = Talk([("{name}\n", "-- You are ")], "", "\n", hush=3.5)
"""How one comes in and talks on twistchat's wire for people; `crowd-time` is 3 seconds."""
_HELLO = ('{"type":"hello","protocol":1,"name":"{name}"}\n', '"type":"members"')
_SAY = '{"type":"say","room":"#lobby","text":"'
JSON = Talk([_HELLO], _SAY, '"}\n')
JSON_ID = Talk([_HELLO], _SAY, '","id":{number}}\n')
"""The same, where each line is acknowledged to its speaker."""


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
    keeps: bool = False
    """Whether it writes to its folder, which then has to be on a disk."""

    @property
    def executable(self) -> str | None:
        """Where that program is, if it is installed."""
        assert self.needs is not None
        return executable(self.needs)

    def is_installed(self) -> bool:
        """Whether it can be started."""
        return self.needs is None or self.executable is not None


class CannotStartError(Exception):
    """A program did not start, or did not stay."""


@contextmanager
def running(program: Program, core: int, disk: Path = ROOT) -> Iterator[tuple[int, int]]:
    """Start a program on a core. Yields its process id and its port.

    What it keeps is on the disk of a folder that is given.
    """
    # Others may not be allowed to look into that one, and ngircd is nobody in particular.
    parent, prefix = (disk, ".benchmark-") if program.keeps else (None, "benchmark-")
    with TemporaryDirectory(prefix=prefix, dir=parent) as name:
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


def certificate(folder: Path) -> list[str]:
    """Make a key and a certificate there; return how an endpoint names them."""
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    files = ["-keyout", "key.pem", "-out", "cert.pem"]
    openssl = shutil.which("openssl")
    if openssl is None:
        raise CannotStartError("openssl is not installed")
    command = [openssl, *words.split(), *files]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return [f"privateKey={folder / 'key.pem'}", f"certKey={folder / 'cert.pem'}"]


def twistchat(
    name: str,
    *,
    engine: str,
    limits: Sequence[str] = TWISTCHAT_LIMITS,
    talk: Talk = LINES,
    wire: str = "line",
    twistd: Sequence[str] = (str(BIN / "twistd"),),
    pass_fds: tuple[int, ...] = (),
) -> Program:
    """This repository's, with one of its engines; `twistd` is what it is started by."""

    def command(port: int, folder: Path) -> list[str]:
        kind, files = ("ssl", certificate(folder)) if talk.tls else ("tcp", [])
        where = ":".join((kind, str(port), *files, "backlog=1024", "interface=127.0.0.1"))
        options = [f"--engine={engine}", *(f"--limit={limit}" for limit in limits)]
        return [*twistd, "-n", "--pidfile=", "chat", f"--listen={wire}={where}", *options]

    return Program(name, talk, command, pass_fds=pass_fds, keeps=engine.startswith("sqlite:"))


def _peer(name: str, *, tls: bool = False) -> Callable[[int, Path], list[str]]:
    def command(port: int, folder: Path) -> list[str]:
        return [sys.executable, str(PEERS / name), str(port), *(certificate(folder) if tls else ())]

    return command


def _epoll_chat(*words: str) -> Callable[[int, Path], list[str]]:
    def command(port: int, folder: Path) -> list[str]:
        compiled = folder / "epoll_chat"
        compiler = C_SEND.executable
        assert compiler is not None
        source = str(PEERS / "epoll_chat.c")
        subprocess.run([compiler, "-O2", "-o", str(compiled), source], check=True)
        return [str(compiled), str(port), *words]

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


# Most of the others keep nothing either; what keeping costs is measured apart, too, in `engine/`.
TWISTCHAT = twistchat("twistchat", engine="memory:")
TWISTCHAT_SQLITE = twistchat("twistchat-sqlite", engine="sqlite:chat.db")
_PATIENT = (*TWISTCHAT_LIMITS, "ping=0", "pong=0")  # clients of the load do not answer
TWISTCHAT_JSON = twistchat(
    "twistchat-json", engine="memory:", limits=_PATIENT, talk=JSON, wire="json"
)
TWISTCHAT_JSON_ID = twistchat(
    "twistchat-json-id", engine="memory:", limits=_PATIENT, talk=JSON_ID, wire="json"
)
TWISTCHAT_WEB = twistchat(
    "twistchat-web", engine="memory:", limits=_PATIENT, talk=replace(JSON, frames=True), wire="web"
)
TWISTCHAT_TLS = twistchat("twistchat-tls", engine="memory:", talk=replace(LINES, tls=True))
_WELCOMED = Talk([("{name}\n", "Welcome, ")], "", "\n")
C_COALESCING = Program("c-coalescing", _WELCOMED, _epoll_chat(), needs="cc")
C_SEND = Program("c-send", _WELCOMED, _epoll_chat("each"), needs="cc")
PLAIN_TWISTED = Program("plain-twisted", _WELCOMED, _peer("plain_twisted.py"))
PLAIN_TWISTED_TLS = Program(
    "plain-twisted-tls", replace(_WELCOMED, tls=True), _peer("plain_twisted.py", tls=True)
)
ECHO = Program("echo", Talk([("{name}\n", "\n")], "", "\n"), _peer("echo.py"))
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
TWISTCHAT_IRC = twistchat(
    "twistchat-irc",
    engine="memory:",
    limits=_PATIENT,
    talk=replace(NGIRCD.talk, at_once=50),
    wire="irc",
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
FANOUT = (
    C_COALESCING,
    C_SEND,
    TWISTCHAT,
    TWISTCHAT_SQLITE,
    PLAIN_TWISTED,
    THREAD_PER_SOCKET,
    NGIRCD,
    REDIS,
)
"""Those that are compared unless one says which."""
PROGRAMS = {
    program.name: program
    for program in (
        *FANOUT,
        TWISTCHAT_JSON,
        TWISTCHAT_JSON_ID,
        TWISTCHAT_WEB,
        TWISTCHAT_TLS,
        PLAIN_TWISTED_TLS,
    )
}
ON_WIRES = {
    "line": TWISTCHAT,
    "json": TWISTCHAT_JSON,
    "irc": TWISTCHAT_IRC,
    "web": TWISTCHAT_WEB,
}
"""Twistchat on each of its wires."""
BASE = PLAIN_TWISTED.name
LEAST = C_COALESCING.name
"""What the others are compared with."""
