"""Clients of the JSON wire for `resume.py`: many connections in a process, by epoll.

Those who talk, and time it, have a process of their own (`Talkers`): it is not to wait for the
thousand others to read.
"""

from __future__ import annotations

import json
import selectors
import socket
import time
from dataclasses import dataclass
from multiprocessing import Pipe, Process
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SOCKET_BUFFER = 1 << 18

UNREAD = (b'{"type":"joined"', b'{"type":"departed"', b'{"type":"members"')
"""Who comes and goes: most lines, and nothing to anybody here."""

SAID = b'{"type":"said"'
NUMBER = b'"number":'
PAST = b',"past":true}'


@dataclass(eq=False)
class Client:
    """One who is in the lobby, remembers where it has read to, and comes back."""

    name: str
    token: str = ""
    place: tuple[str, int] | None = None
    is_live: bool = False
    missed: int = 0
    """Past lines that it was told on this connection."""
    parses: bool = False
    """Whether it reads every line as a whole; a thousand of those would be what is measured."""
    wrong: int = 0
    """Lines that it was not told, or twice."""
    _socket: socket.socket | None = None
    _rest: bytes = b""

    def connect(self, port: int) -> socket.socket:
        """Connect and say hello, without waiting for anything."""
        self.is_live, self.missed, self._rest = False, 0, b""
        self._socket = socket.socket()
        self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)
        hello: dict[str, Any] = {"type": "hello", "protocol": 1, "name": self.name}
        if self.token:
            hello |= {"token": self.token, "rooms": {"#lobby": self.place}}
        self.says(hello)
        return self._socket

    def says(self, fields: dict[str, Any]) -> None:
        """Send a line; it is short."""
        assert self._socket is not None
        self._socket.send(json.dumps(fields).encode() + b"\n")

    def close(self) -> None:
        """Be gone."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def reads(self) -> list[dict[str, Any]] | None:
        """Take in what has come; None at the end of the connection."""
        assert self._socket is not None
        try:
            data = self._socket.recv(SOCKET_BUFFER)
        except OSError:
            return None
        if not data:
            return None
        *lines, self._rest = (self._rest + data).split(b"\n")
        told = []
        for line in lines:
            if line.startswith(UNREAD):
                continue
            if not self.parses and line.startswith(SAID) and not line.endswith(PAST):
                self._reads_live(int(line[line.index(NUMBER) + len(NUMBER) :].partition(b",")[0]))
                continue
            fields: dict[str, Any] = json.loads(line)
            self._hears(fields)
            told.append(fields)
        return told

    def _reads_live(self, number: int) -> None:
        if self.place is not None:
            self.wrong += self.place[1] != number - 1
            self.place = (self.place[0], number)

    def _hears(self, told: dict[str, Any]) -> None:
        match told:
            case {"type": "welcome", "token": token}:
                self.token = token
            case {"type": "said", "epoch": epoch, "number": number}:
                if self.place is not None and self.place != (epoch, number - 1):
                    self.wrong += 1
                self.place = (epoch, number)
                self.missed += "past" in told
            case {"type": "gap"}:
                self.wrong += 1
            case {"type": "live", "epoch": epoch, "number": number}:
                if self.place is not None and self.place != (epoch, number):
                    self.wrong += 1
                self.place, self.is_live = (epoch, number), True
            case {"type": "ping"}:
                self.says({"type": "pong"})


class Crowd:
    """Many clients, who read."""

    def __init__(self, clients: list[Client]) -> None:
        self.clients = clients
        self._selector: selectors.BaseSelector = selectors.DefaultSelector()

    def connect(self, clients: list[Client], port: int) -> None:
        """Let some of them connect, all at once; the server need not have taken them in yet."""
        for client in clients:
            self._selector.register(client.connect(port), selectors.EVENT_READ, client)

    def until_live(self, clients: list[Client], patience: float = 120.0) -> None:
        """Wait until these are all live."""
        end = time.monotonic() + patience
        while not all(client.is_live for client in clients):
            if time.monotonic() > end:
                raise TimeoutError(f"{sum(c.is_live for c in clients)} of {len(clients)} are live")
            self.step(0.05)

    def read(self, seconds: float) -> None:
        """Read for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.step(left)

    def lose_all(self) -> None:
        """Close every connection: the server is dead."""
        self._selector.close()
        self._selector = selectors.DefaultSelector()
        for client in self.clients:
            client.close()

    def step(self, seconds: float) -> None:
        """Read what has come, or comes within some seconds."""
        for key, _ in self._selector.select(seconds):
            client: Client = key.data
            told = client.reads()
            if told is None:
                raise ConnectionError(f"{client.name} was disconnected")
            self.heard(told)

    def heard(self, told: list[dict[str, Any]]) -> None:
        """Take notice of what somebody has heard; for those who talk."""


class _Talking(Crowd):
    """Those who talk, each of whom times its own words."""

    def __init__(self, count: int, rate: float) -> None:
        super().__init__([Client(f"talker{number}", parses=True) for number in range(count)])
        self.trips: list[tuple[float, float]] = []
        self._rate = rate
        self._sent: dict[int, float] = {}
        self._number = 0

    def talk(self, told: Connection) -> None:
        """Talk until told to stop, and then until all words have come back."""
        begun, count = time.monotonic(), 0
        while not told.poll():
            due = begun + count / self._rate
            if time.monotonic() >= due:
                count += 1
                self._say(due)
            self.step(min(max(0.0, due - time.monotonic()), 0.05))
        end = time.monotonic() + 20
        while self._sent and time.monotonic() < end:
            self.step(0.05)

    def _say(self, due: float) -> None:
        self._number += 1
        self._sent[self._number] = due  # also where one is late oneself
        talker = self.clients[self._number % len(self.clients)]
        talker.says({"type": "say", "room": "#lobby", "text": "x" * 40, "id": self._number})

    def heard(self, told: list[dict[str, Any]]) -> None:
        now = time.monotonic()
        for line in told:
            sent = self._sent.pop(line.get("id", 0), None)
            if sent is not None:
                self.trips.append((sent, now - sent))


class Talkers:
    """A process that talks."""

    def __init__(self, count: int, rate: float) -> None:
        self._end, other = Pipe()
        self._process = Process(target=_serve, args=(other, count, rate), daemon=True)
        self._process.start()

    def connect(self, port: int) -> None:
        """Come in, or come back."""
        self._end.send(port)
        self._end.recv()

    def begin(self) -> None:
        """Begin to talk."""
        self._end.send(None)

    def end(self) -> list[tuple[float, float]]:
        """Be quiet; return when each line was due, and how long until its talker heard it."""
        self._end.send(None)
        trips: list[tuple[float, float]] = self._end.recv()
        return trips

    def stop(self) -> None:
        """End the process."""
        self._process.kill()


def _serve(told: Connection, count: int, rate: float) -> None:
    talking = _Talking(count, rate)
    while True:
        port = told.recv()
        if port is not None:
            talking.lose_all()
            talking.connect(talking.clients, port)
            talking.until_live(talking.clients)
            told.send(None)
            continue
        talking.trips.clear()
        talking.talk(told)
        told.recv()
        told.send(talking.trips)
