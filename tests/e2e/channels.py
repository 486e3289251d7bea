"""Ways for lines to a server and back: a program that is a pipe (nc, telnet), a socket, TLS."""

from __future__ import annotations

import codecs
import shutil
from typing import TYPE_CHECKING, Protocol

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, SSL4ClientEndpoint, connectProtocol
from twisted.internet.protocol import ProcessProtocol, connectionDone
from twisted.internet.ssl import CertificateOptions
from twisted.protocols.basic import LineReceiver

from tests.web.browsers import REQUEST, TEXT, frame, read_frames

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.python.failure import Failure

HOST = "127.0.0.1"


class Channel(Protocol):
    """One connection, of lines."""

    over: Deferred[None]
    """Called back when the connection, and what made it, has ended."""

    def says(self, line: str) -> None:
        """Send a line."""

    def hangs_up(self) -> None:
        """End it."""


class Pipe(ProcessProtocol):
    """A program between its standard input and a connection."""

    def __init__(self, hears: Callable[[str], None]) -> None:
        self.over: Deferred[None] = Deferred()
        self._hears = hears
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._rest = ""

    @classmethod
    async def open(cls, program: str, port: int, hears: Callable[[str], None]) -> Pipe:
        pipe = cls(hears)
        path = shutil.which(program) or program
        reactor.spawnProcess(pipe, path, [path, HOST, str(port)], env=None)
        return pipe

    def outReceived(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + self._decoder.decode(data)).split("\n")
        for line in lines:
            self._hears(line.removesuffix("\r"))

    def processEnded(self, reason: Failure) -> None:
        self.over.callback(None)

    def says(self, line: str) -> None:
        assert self.transport is not None
        self.transport.write(line.encode() + b"\n")

    def hangs_up(self) -> None:
        assert self.transport is not None
        self.transport.closeStdin()
        if self.transport.pid:
            self.transport.signalProcess("TERM")


class Socket(LineReceiver):
    """A plain connection, or one of TLS."""

    delimiter = b"\n"
    MAX_LENGTH = 10**6

    def __init__(self, hears: Callable[[str], None], end: str) -> None:
        self.over: Deferred[None] = Deferred()
        self._hears = hears
        self._end = end.encode()

    @classmethod
    async def open(
        cls, port: int, hears: Callable[[str], None], *, end: str = "\n", tls: bool = False
    ) -> Socket:
        socket = cls(hears, end)
        endpoint = (
            SSL4ClientEndpoint(reactor, HOST, port, CertificateOptions())
            if tls
            else HostnameEndpoint(reactor, HOST.encode(), port)
        )
        await connectProtocol(endpoint, socket)
        return socket

    def lineReceived(self, line: bytes) -> None:
        self._hears(line.decode().removesuffix("\r"))

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.over.callback(None)

    def says(self, line: str) -> None:
        if self.transport is not None:
            self.transport.write(line.encode() + self._end)

    def hangs_up(self) -> None:
        assert self.transport is not None
        self.transport.loseConnection()


class WebSocket(Socket):
    """A connection of a browser's: each line that is sent is a frame, as is each that comes."""

    def __init__(self, hears: Callable[[str], None], end: str) -> None:
        super().__init__(hears, end)
        self._framed = b""
        self._has_begun = False

    def connectionMade(self) -> None:
        assert self.transport is not None
        self.transport.write(REQUEST)

    def dataReceived(self, data: bytes) -> None:
        self._framed += data
        if not self._has_begun:
            head, end, rest = self._framed.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                raise ValueError(head)
            self._has_begun, self._framed = True, rest
        frames, self._framed = read_frames(self._framed)
        for first, text in frames:
            if first == TEXT:
                super().dataReceived(text)

    def says(self, line: str) -> None:
        if self.transport is not None:
            self.transport.write(frame(line.encode()))
