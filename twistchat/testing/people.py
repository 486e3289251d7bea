"""People who type and see, and the world they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from twistchat.accounts.doors import OPEN, Doors
from twistchat.accounts.hashing import Hasher
from twistchat.assembly import assemble
from twistchat.core.accounts import Account, AccountDeed, Role
from twistchat.core.events import AccountSet
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.core.names import LOBBY
from twistchat.engine.memory import MemoryEngine
from twistchat.frontends.line.format import LineFormat
from twistchat.frontends.line.protocol import ChatFactory
from twistchat.testing.engines import ClockWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.internet.interfaces import IProtocol
    from twisted.internet.protocol import Factory

    from twistchat.core.chat import Extension
    from twistchat.core.model import User
    from twistchat.engine import Engine
    from twistchat.frontends.registry import Greeting, Registry


class Wire(StringTransport):
    """A transport whose other end may stop reading.

    Like a real one it tells its producer to pause when it takes nothing, and is lost some time
    after it was asked to close.
    """

    is_stalled = False
    is_aborted = False
    protocol: IProtocol | None = None
    """Whom it calls, as transports of sockets do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.writes: list[bytes] = []
        """Each write by itself; `value` has them joined."""

    def write(self, data: bytes) -> None:
        """Take bytes. Called by the server."""
        self.writes.append(data)
        super().write(data)

    def abortConnection(self) -> None:
        """Close at once. Called by the server."""
        self.is_aborted = True
        super().abortConnection()

    def stall(self) -> None:
        """Take nothing more from the server."""
        self.is_stalled = True
        if self.producer is not None:
            self.producer.pauseProducing()

    def flow(self) -> None:
        """Take from the server again."""
        self.is_stalled = False
        if self.producer is not None:
            self.producer.resumeProducing()


class Person:
    """Somebody connected to a chat over the line wire: what they type, and what they see."""

    def __init__(self, world: World, protocol: IProtocol) -> None:
        self.wire = Wire()
        self.wire.protocol = protocol
        self.is_connected = True
        self.writes = self.wire.writes
        """Each write of the server's."""
        self._world = world
        self._unseen = b""
        protocol.makeConnection(self.wire)

    @property
    def protocol(self) -> IProtocol:
        """Who takes what they send; one may hand it over to another."""
        assert self.wire.protocol is not None
        return self.wire.protocol

    @property
    def user(self) -> User | None:
        """Who they are in the chat; None at the door."""
        session = getattr(self.protocol, "session", None)
        return None if session is None else session.user

    def types(self, line: str) -> None:
        """Type a line and press Enter."""
        self.sends(line.encode() + b"\n")

    def sends(self, data: bytes) -> None:
        """Send bytes as they are, in one packet."""
        if self.is_connected:
            self.protocol.dataReceived(data)

    def comes_in_as(self, name: str) -> None:
        """Do what one does on this wire to come in under a name."""
        self.types(name)

    def says(self, text: str, room: str = LOBBY) -> None:
        """Say something in a room that one is in."""
        self.types(f"/msg {room} {text}")

    def sees(self) -> list[str]:
        """Return the lines that have come since one last looked.

        On a wire of programs these are what a person would read of what happened.
        """
        return [line.removesuffix(b"\r").decode(errors="replace") for line in self.reads()]

    def reads(self) -> list[bytes]:
        """Return the lines that have come since one last looked, as they are, without LF."""
        data: bytes = self._unseen + self.wire.value()
        self.wire.clear()
        *lines, self._unseen = data.split(b"\n")
        return lines

    def ends_input(self) -> None:
        """Send the end of input, and go on reading, as `nc -N` does."""
        IHalfCloseableProtocol(self.protocol).readConnectionLost()

    def hangs_up(self) -> None:
        """Close the connection."""
        self._lose(ConnectionDone())

    def vanishes(self) -> None:
        """Lose the connection, as when a network fails."""
        self._lose(ConnectionLost())

    def notice_closing(self) -> None:
        """Lose the connection if the server has closed it."""
        if self.wire.disconnecting:
            self._lose(ConnectionDone())

    def _lose(self, reason: Exception) -> None:
        if self.is_connected:
            self.is_connected = False
            if self.wire.producer is not None:
                self.wire.producer.stopProducing()
            self.protocol.connectionLost(Failure(reason))


class FrontEnd(NamedTuple):
    """One way in, as the kit needs it: its factory, and how a person on it types and sees."""

    factory: Callable[[Registry], Factory]
    person: type[Person] = Person


def _line_factory(registry: Registry) -> ChatFactory:
    from datetime import UTC

    return ChatFactory(registry, LineFormat(zone=UTC))


LINE = FrontEnd(_line_factory)
"""People on nc and telnet. The times they see are UTC."""


class World:
    """A whole chat on a Clock. `engine` makes its engine; memory is the default.

    A world after another one, over the same store, is given the same `clock`.
    """

    HORIZON = 0.35
    """Seconds that belong to one turn: commits are made in it, timeouts do not run out."""

    def __init__(
        self,
        engine: Callable[[Clock, Limits], Engine] | None = None,
        *,
        limits: Limits = DEFAULT_LIMITS,
        extensions: Iterable[Extension] = (),
        greeting: Greeting | None = None,
        doors: Doors = OPEN,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.engine: Engine = (
            engine(self.clock, limits) if engine else MemoryEngine(limits, now=self.clock.seconds)
        )
        self.parts = assemble(
            self.clock,
            engine=self.engine,
            limits=limits,
            extensions=extensions,
            greeting=greeting,
            doors=doors,
            hasher=Hasher(
                worker=lambda _: ClockWorker(self.clock, 0.0), memory=8, passes=1, threads=1
            ),
            now=self.clock.seconds,
        )
        self.parts.pipeline.start()
        self._factories: dict[FrontEnd, Factory] = {}
        self._everybody: list[Person] = []
        self.turn()

    @property
    def registry(self) -> Registry:
        """The connected clients."""
        return self.parts.registry

    def connect(self, front_end: FrontEnd = LINE, *, speaks_first: bool = False) -> Person:
        """Connect somebody, who is then at the door; greeted, unless they are to speak first."""
        if front_end not in self._factories:
            self._factories[front_end] = front_end.factory(self.registry)
        protocol = self._factories[front_end].buildProtocol(None)
        if protocol is None:
            raise RuntimeError("this front end takes nobody in")
        person = front_end.person(self, protocol)
        self._everybody.append(person)
        if not speaks_first:
            self.turn()
        return person

    def people(self, *names: str, front_end: FrontEnd = LINE) -> list[Person]:
        """Let people come in under these names. What they saw in doing so is forgotten."""
        people = []
        for name in names:
            person = self.connect(front_end)
            person.comes_in_as(name)
            self.turn()
            if not self.is_in(name):
                raise AssertionError(f"{name} did not come in, but saw {person.sees()}")
            people.append(person)
        self.forget_seen()
        return people

    def is_in(self, name: str) -> bool:
        """Whether somebody of a name is connected, and has come in."""
        return any(session.name == name for session in self.registry.people)

    def forget_seen(self) -> None:
        """Let everybody have looked at what they were shown until now."""
        for person in self._everybody:
            person.sees()
            person.writes.clear()

    def registers(self, person: Person, *, role: Role = Role.PERSON) -> Account:
        """Let somebody have an account of the name that they bear, and be logged in to it.

        With `Role.OPERATOR` they may do what operators may. What they saw until now is forgotten.
        """
        user = person.user
        if user is None:
            raise AssertionError("whoever is at the door has no account")
        now = self.clock.seconds()
        account = Account(user.id, user.name, role, since=now)
        deed = AccountDeed.REGISTER if user.account is None else AccountDeed.ROLE
        self.parts.pipeline.submit([AccountSet(account, deed, user.id, user.name, now)])
        self.turn()
        person.sees()
        return account

    def turn(self) -> None:
        """Let everything happen that follows from what was typed, commits included."""
        self._live_until(self.clock.seconds() + self.HORIZON)

    def wait(self, seconds: float) -> None:
        """Let time go by, and everything happen in it."""
        end = self.clock.seconds() + seconds
        self._live_until(end)
        self.clock.advance(max(0.0, end - self.clock.seconds()))
        self._notice_closing()

    def _live_until(self, end: float) -> None:
        """Call what is due until then, one moment after the other."""
        for _ in range(10_000):
            self._notice_closing()
            due = min((call.getTime() for call in self.clock.getDelayedCalls()), default=end + 1)
            if due > end:
                return
            now = self.clock.seconds()
            self.clock.advance(max(0.0, due - now))
            if self.clock.seconds() < due:
                self.clock.advance(1e-6)  # the sum of two floats fell short
        raise RuntimeError("this does not end: something calls itself again and again")

    def _notice_closing(self) -> None:
        for person in self._everybody:
            person.notice_closing()


class ChatTestCase(SynchronousTestCase):
    """A test with a `World` of its own, for trial and pytest alike.

    Override `make_engine` to run the same scenarios on another engine.
    """

    limits: ClassVar[Limits] = DEFAULT_LIMITS
    doors: ClassVar[Doors] = OPEN
    front_end: ClassVar[FrontEnd] = LINE

    def setUp(self) -> None:
        """Make the world."""
        self.world = World(self.make_engine, limits=self.limits, doors=self.doors)

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        """Make the engine of this test's world."""
        return MemoryEngine(limits, now=clock.seconds)

    def connect(self, *, speaks_first: bool = False) -> Person:
        """See `World.connect`."""
        return self.world.connect(self.front_end, speaks_first=speaks_first)

    def people(self, *names: str) -> list[Person]:
        """See `World.people`."""
        return self.world.people(*names, front_end=self.front_end)

    def typing(self, person: Person, *lines: str) -> list[str]:
        """Let somebody type lines, and return what they see when all of it has happened."""
        for line in lines:
            person.types(line)
        self.turn()
        return person.sees()

    def turn(self) -> None:
        """See `World.turn`."""
        self.world.turn()

    def wait(self, seconds: float) -> None:
        """See `World.wait`."""
        self.world.wait(seconds)
