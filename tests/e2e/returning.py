"""Programs that speak JSON, lose their connections all the time, and come back as themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import ITCPTransport
from twisted.internet.protocol import connectionDone
from twisted.protocols.basic import LineReceiver

from tests.e2e.stories import Gap, Heard, Live, Story

if TYPE_CHECKING:
    from random import Random

    from twisted.python.failure import Failure


class Connection(LineReceiver):
    """One connection of a program; what comes on the line wire before the switch is skipped."""

    delimiter = b"\n"
    MAX_LENGTH = 10**6

    def __init__(self, program: ReturningProgram) -> None:
        self._program = program

    def connectionMade(self) -> None:
        self.sendLine(b"/json")
        self._program.hellos(self)

    def lineReceived(self, line: bytes) -> None:
        if line.startswith(b"{"):
            self._program.hears(self, json.loads(line))

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._program.is_cut_off(self)

    def says(self, **fields: Any) -> None:
        if self.transport is not None:
            self.sendLine(json.dumps(fields).encode())

    def cuts(self) -> None:
        """Lose the connection at once, with whatever is under way."""
        ITCPTransport(self.transport).abortConnection()


class ReturningProgram:
    """Says lines under random keys until they are acknowledged, however often it is cut off.

    It lives longer than the servers. Everything that it is told goes into its `Story`.
    """

    window = 10
    """Lines that it has on the way at the same time."""

    def __init__(self, name: str, rooms: tuple[str, ...], rng: Random) -> None:
        self.name = name
        self.story = Story(name)
        self.pending: dict[str, tuple[str, str]] = {}
        """What is not acknowledged yet: room and text, by key."""
        self.cuts = 0
        self.proof: dict[str, str] = {}
        """What it says as long as it has no token, to be let in as who it is."""
        self._rooms = rooms
        self._rng = rng
        self._token = ""
        self._port = 0
        self._said = 0
        self._id = 0
        self._connection: Connection | None = None
        self._answers: dict[int, str] = {}
        self._lost: Deferred[None] | None = None
        self._patience = 0
        self._is_quiet = False
        self._is_away = True

    # ------------------------------------------------------------ coming and going

    async def come(self, port: int) -> None:
        """Come to a server, and come back to it until it is dead."""
        self._port = port
        self._is_away = False
        await self._connect()

    async def stay_away(self) -> None:
        """Come back no more, since the server has died."""
        self._is_away = True
        if self._connection is not None:
            self._lost = Deferred()
            await self._lost

    async def be_quiet(self) -> None:
        """Say nothing new, and wait until all is acknowledged."""
        self._is_quiet = True
        for _ in range(2_000):
            if not self.pending and self._connection is not None and self._answers == {}:
                return
            await _later(0.01)
        raise AssertionError(f"{self.name}: nobody acknowledged {self.pending}")

    async def _connect(self) -> None:
        try:
            await connectProtocol(
                HostnameEndpoint(reactor, b"127.0.0.1", self._port), Connection(self)
            )
        except ConnectError:
            self._finds_nobody()

    def _finds_nobody(self) -> None:
        """Give up, since the server is dead."""
        self._is_away = True

    def is_cut_off(self, connection: Connection) -> None:
        """Come back at once, or soon, if there is somebody to come back to."""
        if connection is not self._connection:
            return
        self._connection = None
        self._answers.clear()
        self.story.is_cut_off()
        if self._lost is not None:
            self._lost.callback(None)
            self._lost = None
        if not self._is_away:
            reactor.callLater(self._rng.choice((0, 0, 0.05)), self._come_back)

    def _come_back(self) -> None:
        if not self._is_away:
            Deferred.fromCoroutine(self._connect())

    def _may_cut(self) -> bool:
        """Now and then lose the connection, or begin another beside it."""
        connection = self._connection
        if connection is None or self._is_away or self._is_quiet:
            return False
        self._patience -= 1
        if self._patience > 0:
            return False
        self._patience = self._rng.choice((3, 10, 40, 200))
        self.cuts += 1
        if self._rng.randrange(3):
            connection.cuts()
        else:  # nobody has noticed yet that the first one is lost
            self._connection = None
            self._answers.clear()
            self.story.is_cut_off()
            self._come_back()
        return True

    # ------------------------------------------------------------ what it says

    def hellos(self, connection: Connection) -> None:
        """Come in, and say again what nobody has acknowledged."""
        self._connection = connection
        self._answers.clear()
        self._patience = self._rng.choice((1, 3, 10, 40, 200, 1000))
        places = {room: self.story.place(room) for room in self._rooms}
        self.story.comes(places)
        token = {"token": self._token} if self._token else self.proof
        self._id += 1
        connection.says(
            type="hello", protocol=1, name=self.name, rooms=places, id=self._id, **token
        )
        if self._token:  # else whoever comes back is somebody else, whose keys are others
            self._talk_on()

    def _talk_on(self) -> None:
        for key in self.pending:
            self._send(key)
        while len(self.pending) < self.window and not self._is_quiet:
            self._talk()

    def _talk(self) -> None:
        room = self._rng.choice(self._rooms)
        text = f"{self.name}.{self._said}" + " x" * self._rng.randrange(40)
        self._said += 1
        key = f"{self._rng.getrandbits(64):x}"
        self.pending[key] = (room, text)
        self.story.keys[key] = text
        self._send(key)

    def _send(self, key: str) -> None:
        connection = self._connection
        if connection is None:
            return
        room, text = self.pending[key]
        self._id += 1
        self._answers[self._id] = key
        connection.says(type="say", room=room, text=text, key=key, id=self._id)

    # ------------------------------------------------------------ what it is told

    def hears(self, connection: Connection, told: dict[str, Any]) -> None:
        """Work off a line; what comes on a connection that was given up is lost."""
        if connection is not self._connection:
            return
        match told:
            case {"type": "welcome", "token": token, "resumed": resumed}:
                if self._token and not resumed:
                    self.story.wrong.append("a token that was good was not taken")
                is_first, self._token = not self._token, token
                if is_first:
                    self._talk_on()
            case {"type": "said" | "topic", "room": room}:
                text = told["text"] if told["type"] == "said" else told["topic"]
                heard = Heard(room, told["epoch"], told["number"], text, "past" in told)
                self.story.hears(heard)
            case {"type": "gap"}:
                gap = Gap(told["room"], told["epoch"], told["from"], told["to"], told["why"])
                self.story.is_told_of(gap)
            case {"type": "live"}:
                self.story.is_live(Live(told["room"], told["epoch"], told["number"]))
            case {"type": "goodbye"}:
                self.story.goodbyes.append(told["cause"])
            case {"type": "ping"}:
                connection.says(type="pong")
        if "id" in told:
            self._answered(told)
        self._may_cut()

    def _answered(self, told: dict[str, Any]) -> None:
        key = self._answers.pop(told["id"], None)
        if key is None:
            return
        _, text = self.pending[key]
        match told:
            case {"type": "said" | "kept", "epoch": epoch, "number": number, "room": room}:
                self.story.acknowledged(Heard(room, epoch, number, text, False))
                del self.pending[key]
            case {"type": "error", "code": code}:
                self.story.refused.append((code, text))
                if code.startswith("not-kept"):
                    reactor.callLater(0.02, self._again, key)
                elif code not in ("stopping", "hello-first"):
                    at = f"at {self._port}, {reactor.seconds():.3f}"
                    self.story.wrong.append(f"{text!r} was refused {at}: {code}")
        if not self._is_quiet and len(self.pending) < self.window:
            self._talk()

    def _again(self, key: str) -> None:
        if key in self.pending and key not in self._answers.values():
            self._send(key)


def _later(seconds: float) -> Deferred[None]:
    later: Deferred[None] = Deferred()
    reactor.callLater(seconds, later.callback, None)
    return later
