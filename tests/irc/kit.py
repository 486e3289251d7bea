"""IRC clients in a world: what they write, and what they read.

class TalkTests(IRCTestCase):
    def test_everybody_hears(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        alice.types("PRIVMSG #tea :hello")
        self.turn()
        self.assertEqual(self.told(bob), [":alice PRIVMSG #tea hello"])
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from twistchat.core.limits import DEFAULT_LIMITS, NONE
from twistchat.core.names import LOBBY
from twistchat.frontends.irc.caps import NAMES, Cap
from twistchat.frontends.irc.message import read_tags
from twistchat.frontends.irc.protocol import IRCFactory
from twistchat.testing import ChatTestCase, FrontEnd, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twistchat.core.limits import Limits
    from twistchat.session import Session


class Line(NamedTuple):
    """A line that a client has read."""

    tags: Mapping[str, str]
    source: str
    command: str
    params: tuple[str, ...]

    @property
    def nick(self) -> str:
        """Who it is from."""
        return self.source.partition("!")[0]

    @property
    def short(self) -> str:
        """It without tags, and of its source the nickname alone; parameters as if by blanks."""
        return " ".join((f":{self.nick}", self.command, *self.params))


def read_line(line: str) -> Line:
    """Read a line as clients do."""
    tags: dict[str, str] = {}
    if line.startswith("@"):
        written, _, line = line[1:].partition(" ")
        tags = read_tags(written)
    source = ""
    if line.startswith(":"):
        source, _, line = line[1:].partition(" ")
    middle, colon, trailing = line.partition(" :")
    command, *params = middle.split(" ")
    return Line(tags, source, command, (*params, trailing) if colon else tuple(params))


class Client(Person):
    """Somebody connected over the IRC wire."""

    @property
    def session(self) -> Session:
        """Their session."""
        session = getattr(self.protocol, "session", None)
        assert session is not None
        return cast("Session", session)

    def types(self, line: str) -> None:
        """Send a line."""
        self.sends(line.encode() + b"\r\n")

    def comes_in_as(self, name: str) -> None:
        """Register, and be in no room."""
        self.types(f"NICK {name}")
        self.types(f"USER {name} 0 * :{name} in person")

    def says(self, text: str, room: str = LOBBY) -> None:
        """Say something in a room."""
        self.types(f"PRIVMSG {room} :{text}")

    def asks_for(self, caps: str) -> None:
        """Ask for capabilities, and hold registration open for that if one is at the door."""
        self.types(f"CAP REQ :{caps}")

    def hears(self) -> list[str]:
        """Return the lines that have come since one last looked, as they are, without their end."""
        lines = self.reads()
        for line in lines:
            if not line.endswith(b"\r") or b"\r" in line[:-1] or b"\0" in line:
                raise AssertionError(f"no line of IRC: {line!r}")
        return [line[:-1].decode() for line in lines]

    def heard(self) -> list[Line]:
        """Return the lines that have come since one last looked, read."""
        return [read_line(line) for line in self.hears()]


IRC = FrontEnd(IRCFactory, Client)
"""IRC clients at a port of their own (docs/irc.md)."""


PATIENT = replace(DEFAULT_LIMITS, ping=NONE, pong=NONE)
"""The limits, but that nobody has to answer PING when hours go by in a test."""


class IRCTestCase(ChatTestCase):
    """A test in which clients speak IRC."""

    limits: ClassVar[Limits] = PATIENT
    front_end: ClassVar[FrontEnd] = IRC

    def client(self) -> Client:
        """Connect a client, which is then at the door."""
        return cast("Client", self.connect())

    def clients(self, *names: str, room: str = "", caps: str = "") -> list[Client]:
        """Let clients come in, with capabilities, and into a room; what they read is forgotten."""
        clients = [self.client() for _ in names]
        for client, name in zip(clients, names, strict=True):
            if caps:
                client.asks_for(caps)
            client.comes_in_as(name)
            if caps:
                client.types("CAP END")
            self.turn()
            if all(session.name != name for session in self.world.registry.people):
                raise AssertionError(f"{name} did not come in, but read {client.hears()}")
            dialog = client.protocol._dialog  # type: ignore[attr-defined]  # it speaks IRC
            wanted = Cap.NONE
            for cap in caps.split():
                wanted |= NAMES[cap]
            dialog.change_caps(wanted)
            if room:
                client.types(f"JOIN {room}")
                self.turn()
        for client in clients:
            client.hears()
            client.writes.clear()
        return clients

    def asking(self, client: Client, *lines: str) -> list[str]:
        """Let a client send lines, and return what it then reads, in short."""
        client.hears()
        for line in lines:
            client.types(line)
        self.turn()
        return self.told(client)

    def told(self, client: Client) -> list[str]:
        """Return what a client has read since one last looked, in short."""
        return [line.short for line in client.heard()]

    def commands(self, lines: Iterable[Line]) -> list[str]:
        """The commands and numerics of lines, in order."""
        return [line.command for line in lines]
