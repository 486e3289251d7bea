"""People who keep all that they are shown, and number what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.python.failure import Failure

from tests.e2e.programs import PATIENCE, Caller
from tests.e2e.views import View

if TYPE_CHECKING:
    from random import Random

WINDOW = 25
"""Lines that one talker has on the way at the same time."""


class Listener(Caller):
    """Goes into some rooms, and reads."""

    def __init__(self, name: str, rooms: tuple[str, ...]) -> None:
        super().__init__()
        self.name = name
        self.rooms = rooms
        self.typed: list[str] = []

    def connectionMade(self) -> None:
        self.types("\n".join([self.name, *(f"/join {room}" for room in self.rooms)]))

    async def come(self, port: int) -> None:
        await connectProtocol(HostnameEndpoint(reactor, b"127.0.0.1", port), self)

    async def quit(self) -> None:
        self.types("/quit")
        await self.lost

    def view(self) -> View:
        return View(self.name, self.lines, self.typed)


class Talker(Listener):
    """Says numbered lines in its rooms, as fast as they come back."""

    def __init__(
        self, name: str, rooms: tuple[str, ...], tag: str, rng: Random, size: int = 0
    ) -> None:
        super().__init__(name, rooms)
        self.phase = ""
        """Stands in what is typed from now on, to tell it from what was typed before."""
        self._tag = f"{tag}."
        self._rng = rng
        self._size = size
        self._answered = 0
        self._quiet: Deferred[None] | None = None

    def connectionMade(self) -> None:
        super().connectionMade()
        for _ in range(WINDOW):
            self.talk()

    def lineReceived(self, line: bytes) -> None:
        super().lineReceived(line)
        if f" {self._tag}" not in self.lines[-1]:
            return
        self._answered += 1  # said or refused
        if self._quiet is None:
            self.talk()
        elif self._answered == len(self.typed):
            self._quiet.callback(None)

    async def be_quiet(self) -> None:
        """Say nothing more, and wait until all that was said is answered."""
        self._quiet = Deferred()
        if self._answered == len(self.typed):
            return
        self._quiet.addTimeout(PATIENCE, reactor, lambda *_: Failure(AssertionError(self._lack())))
        await self._quiet

    def _lack(self) -> str:
        return f"{self.name} got {self._answered} answers to {len(self.typed)} lines"

    def talk(self) -> None:
        """Type a line, of some kind and length."""
        text = f"{self._tag}{self.phase}{len(self.typed)}"
        match self._rng.randrange(30):
            case 0:
                text += " " + "茶" * self._rng.randrange(1, 2_000)
                command = ""
            case 1:
                command = "/topic "
            case 2:
                command = "/me "
            case 3 | 4 | 5:
                command = f"/msg {self._rng.choice(('#lobby', *self.rooms))} "
            case _:
                text += " " + "x" * (self._size + self._rng.randrange(1, 100))
                command = ""
        self.typed.append(text)
        self.types(command + text)


class CalmTalker(Talker):
    """A talker who leaves others some time."""

    def talk(self) -> None:
        reactor.callLater(self._rng.uniform(0.01, 0.5), self._talk_now)

    def _talk_now(self) -> None:
        if not self.lost.called and self._quiet is None:
            super().talk()
