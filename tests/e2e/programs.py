"""Real programs, started and talked to: twistd, the stdio client, nc, telnet, plain sockets."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.protocol import ProcessProtocol, connectionDone
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

BIN = Path(sys.executable).parent
PATIENCE = 20.0
"""Seconds that something may take on a busy machine before it counts as not coming."""


class Awaited:
    """Text that comes in over time, and can be waited for."""

    TAIL = 4000
    """How far back something is looked for that may have come in pieces."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._tail = ""
        self._waiting: list[tuple[re.Pattern[str], Deferred[re.Match[str]]]] = []

    @property
    def text(self) -> str:
        self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    def came(self, text: str) -> None:
        self._pieces.append(text)
        recent = self._tail + text
        self._tail = recent[-self.TAIL :]
        for waiting in list(self._waiting):
            pattern, found = waiting
            match = pattern.search(recent)
            if match:
                self._waiting.remove(waiting)
                found.callback(match)

    def over(self, why: str) -> None:
        """Nothing more will come: whoever still waits is told why."""
        waiting, self._waiting = self._waiting, []
        for pattern, found in waiting:
            found.errback(AssertionError(f"no {pattern.pattern!r}, and {why}"))

    async def until(self, pattern: str) -> re.Match[str]:
        """Wait until the text has this in it; each line of the pattern is a regular expression."""
        compiled = re.compile(pattern, re.MULTILINE)
        match = compiled.search(self.text)
        if match:
            return match
        found: Deferred[re.Match[str]] = Deferred()
        self._waiting.append((compiled, found))
        found.addTimeout(
            PATIENCE,
            reactor,
            lambda *_: Failure(AssertionError(f"no {pattern!r} in:\n{self.text}")),
        )
        return await found


class Program(ProcessProtocol):
    """A process, what it prints, and how it ends."""

    def __init__(self) -> None:
        self.out = Awaited()
        self.err = Awaited()
        self._ended: Deferred[int] = Deferred()

    @classmethod
    def start(
        cls,
        *command: str | Path,
        cwd: Path | None = None,
        use_pty: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> Program:
        program = cls()
        reactor.spawnProcess(
            program,
            str(command[0]),
            [str(word) for word in command],
            env={**os.environ, "PYTHONUNBUFFERED": "1", "TERM": "dumb", **(env or {})},
            path=str(cwd) if cwd else None,
            usePTY=use_pty,
        )
        return program

    def outReceived(self, data: bytes) -> None:
        self.out.came(data.decode(errors="replace"))

    def errReceived(self, data: bytes) -> None:
        self.err.came(data.decode(errors="replace"))

    def processEnded(self, reason: Failure) -> None:
        error = reason.value
        if isinstance(error, ProcessDone):
            self._ended.callback(0)
        elif isinstance(error, ProcessTerminated):
            self._ended.callback(-(error.signal or 0) or error.exitCode or 0)
        for stream in (self.out, self.err):
            stream.over(f"it has ended:\n{self.out.text}\n{self.err.text}")

    def types(self, text: str) -> None:
        assert self.transport is not None
        self.transport.write(text.encode())

    def ends_input(self) -> None:
        assert self.transport is not None
        self.transport.closeStdin()

    def kill(self, signal_number: int = signal.SIGTERM) -> None:
        assert self.transport is not None
        if self.transport.pid:
            os.kill(self.transport.pid, signal_number)

    async def end(self) -> int:
        """Wait for the end, and return the status; minus the signal, if one has ended it."""
        self._ended.addTimeout(
            PATIENCE, reactor, lambda *_: Failure(AssertionError(f"still runs:\n{self.out.text}"))
        )
        return await self._ended


class Server(Program):
    """A twistd in the foreground."""

    port = 0

    @classmethod
    def spawn(
        cls,
        cwd: Path,
        *options: str,
        use_pty: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> Server:
        """Start it on a free port, and wait for nothing."""
        twistd = (BIN / "twistd", "-n", "--pidfile=", "chat", "--port", "0")
        server = cls.start(*twistd, *options, cwd=cwd, use_pty=use_pty, env=env)
        assert isinstance(server, Server)
        return server

    @classmethod
    async def run(
        cls,
        cwd: Path,
        *options: str,
        use_pty: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> Server:
        server = cls.spawn(cwd, *options, use_pty=use_pty, env=env)
        match = await server.out.until(r"    nc \S+ (\d+)\s")
        server.port = int(match[1])
        return server

    async def stop(self) -> None:
        """End it as systemd would. After a clean end twistd reports the signal as its status."""
        self.kill(signal.SIGTERM)
        assert await self.end() == -signal.SIGTERM
        assert "Server Shut Down." in self.out.text
        before, found, after = self.out.text.partition("Traceback")
        assert not found, before[-1000:] + found + after[:3000]


class Caller(LineReceiver):
    """Somebody on a plain socket."""

    delimiter = b"\n"
    MAX_LENGTH = 10**6

    def __init__(self) -> None:
        self.heard = Awaited()
        self.lines: list[str] = []
        self.lost: Deferred[None] = Deferred()

    @classmethod
    async def call(
        cls, port: int, name: str | None = None, host: str = "127.0.0.1", source: str = ""
    ) -> Caller:
        """Connect, perhaps from another address of this machine, and come in."""
        caller = cls()
        bound = (source, 0) if source else None
        endpoint = HostnameEndpoint(reactor, host.encode(), port, bindAddress=bound)
        await connectProtocol(endpoint, caller)
        await caller.heard.until(r"^-- What is your name\?")
        if name is not None:
            caller.types(name)
            await caller.heard.until(r"^-- Here now")
        return caller

    def lineReceived(self, line: bytes) -> None:
        self.lines.append(line.decode())
        self.heard.came(line.decode() + "\n")

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.lost.callback(None)

    def types(self, line: str) -> None:
        assert self.transport is not None
        self.transport.write(line.encode() + b"\n")

    async def leave(self) -> None:
        assert self.transport is not None
        self.transport.loseConnection()
        await self.lost
