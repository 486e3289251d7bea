"""People on nc who have a token, lose their connections all the time, and come back to read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import ITCPTransport
from twisted.internet.protocol import connectionDone
from twisted.protocols.basic import LineReceiver

from tests.e2e.views import LOBBY, read_spoken

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from random import Random

    from twisted.python.failure import Failure

    from tests.e2e.record import Record

_TOKEN = re.compile(r"-- To come back .*/resume (\S+)$")
_WELCOME = re.compile(r"-- You are (\S+)\. Type to talk")
_MISSED = re.compile(r"-- You missed (?:(one line|nothing)|(\d+) lines) in #lobby")
_LEFT_OUT = re.compile(r"-- (?:One line is|(\d+) lines are) left out here")
_PAST = re.compile(r"\[(?:\d{4}-\d\d-\d\d )?\d\d:\d\d\] (\? )?(.*)$")


class Connection(LineReceiver):
    """One connection of a reader."""

    delimiter = b"\n"
    MAX_LENGTH = 10**6

    def __init__(self, reader: ReturningReader) -> None:
        self._reader = reader
        self.lines: list[str] = []
        self.is_back = False
        """Whether it came back with a token."""

    def connectionMade(self) -> None:
        self._reader.types_first(self)

    def lineReceived(self, line: bytes) -> None:
        self.lines.append(line.decode())
        self._reader.hears(self, self.lines[-1])

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._reader.is_cut_off()


class ReturningReader:
    """Reads the lobby: what was missed, and what is said."""

    def __init__(self, name: str, rng: Random) -> None:
        self.name = name
        self.cuts = 0
        self._rng = rng
        self._token = ""
        self._port = 0
        self._patience = 0
        self._is_away = True
        self._lost: Deferred[None] | None = None
        self._connections: list[Connection] = []
        self._is_connected = False

    async def come(self, port: int) -> None:
        """Come to a server, and come back to it until it is dead."""
        self._port = port
        self._is_away = False
        await self._connect()

    async def stay_away(self) -> None:
        """Come back no more, since the server has died."""
        self._is_away = True
        if self._is_connected:
            self._lost = Deferred()
            await self._lost

    async def _connect(self) -> None:
        connection = Connection(self)
        try:
            endpoint = HostnameEndpoint(reactor, b"127.0.0.1", self._port)
            await connectProtocol(endpoint, connection)
        except ConnectError:
            self._finds_nobody()

    def _finds_nobody(self) -> None:
        """Give up, since the server is dead."""
        self._is_away = True

    def types_first(self, connection: Connection) -> None:
        """Come in; whoever has no token yet asks for one."""
        self._connections.append(connection)
        self._is_connected = True
        self._patience = self._rng.choice((2, 20, 200, 2_000, 10_000))
        connection.is_back = bool(self._token)
        if not self._token:
            self._patience = max(self._patience, 200)
            connection.sendLine(f"{self.name}\n/token".encode())
        elif self._rng.randrange(3):
            connection.sendLine(f"/resume {self._token}".encode())
        else:
            connection.sendLine(f"/resume {self._token}\n/token".encode())

    def hears(self, connection: Connection, line: str) -> None:
        """Read a line, and perhaps lose the connection behind it."""
        if match := _TOKEN.match(line):
            self._token = match[1]
        self._patience -= 1
        if self._patience == 0 and self._token and not self._is_away:
            self.cuts += 1
            ITCPTransport(connection.transport).abortConnection()

    def is_cut_off(self) -> None:
        """Come back at once, or soon, if there is somebody to come back to."""
        self._is_connected = False
        if self._lost is not None:
            self._lost.callback(None)
            self._lost = None
        if not self._is_away:
            reactor.callLater(self._rng.choice((0, 0.02, 0.2)), self._come_back)

    def _come_back(self) -> None:
        if not self._is_away:
            Deferred.fromCoroutine(self._connect())

    # ------------------------------------------------------------ what it was shown

    def faults(
        self, record: Record, perhaps: Collection[str] = (), *, is_marked: bool = True
    ) -> Iterator[str]:
        """Tell everything that is wrong in what it was shown, each in a sentence.

        Where the disk fails it cannot be kept how far one has read, so not all can be `is_marked`.
        """
        log = record.logs.get(LOBBY)
        numbers = {event.text: n for n, event in enumerate(log.events if log else (), 1)}
        reading = _Reading(self.name, numbers, perhaps, is_marked=is_marked)
        for number, connection in enumerate(self._connections, 1):
            for fault in reading.follow(connection.lines, is_back=connection.is_back):
                yield f"{fault} (connection {number})"


class _Reading:
    """Follows what somebody reads, by the numbers that it has in the database."""

    def __init__(
        self, name: str, numbers: dict[str, int], perhaps: Collection[str], *, is_marked: bool
    ) -> None:
        self._name = name
        self._is_marked = is_marked
        self._numbers = numbers
        self._hidden = {numbers[text] for text in perhaps if text in numbers}
        self._furthest: int | None = None
        """Up to where it has read."""

    def follow(self, lines: list[str], *, is_back: bool) -> Iterator[str]:
        place = self._furthest if is_back else None
        """Up to where it has been told on this connection, as far as it knows."""
        is_missed = left_out = 0
        for line in lines:
            if match := _WELCOME.match(line):
                if match[1] != self._name:
                    yield f"{self._name} came back as {match[1]}"
            elif match := _MISSED.match(line):
                is_missed = 1
                left_out = 0
            elif match := _LEFT_OUT.match(line):
                left_out = int(match[1] or 1)
            elif line == f"-- {self._name} joined." or line.startswith("-- Here now"):
                is_missed = 0
            elif (past := _PAST.match(line)) and (spoken := read_spoken(past[2])):
                number = self._numbers.get(spoken.text)
                if spoken.room != LOBBY or number is None:
                    continue
                first = number - left_out
                if is_missed and is_missed == 1 and place is not None and first > place + 1:
                    yield from self._hole(place, first, line)
                elif is_missed == 2 and place is not None:
                    yield from self._hole(place, number, line)
                is_read = self._furthest is not None and number <= self._furthest
                if is_read and self._is_marked and not past[1]:
                    yield f"{self._name} had read this, and it is not marked: {number} {line[:60]}"
                is_missed, left_out = (2, 0) if is_missed else (0, 0)
                place = number
                self._furthest = max(number, self._furthest or 0)
            elif (spoken := read_spoken(line)) and spoken.room == LOBBY:
                number = self._numbers.get(spoken.text)
                if number is None:
                    yield f"{self._name} saw what is not in the database: {line[:60]}"
                    continue
                if place is not None:
                    yield from self._hole(place, number, line)
                place = number
                self._furthest = max(number, self._furthest or 0)

    def _hole(self, place: int, number: int, line: str) -> Iterator[str]:
        if number <= place:
            yield f"{self._name} was shown {number} behind {place}: {line[:60]}"
        elif not set(range(place + 1, number)) <= self._hidden:
            yield f"{self._name} was shown {number} behind {place}, and no gap: {line[:60]}"
