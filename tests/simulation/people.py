"""Somebody who types, in packets that are split anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tests.simulation.lines import LOBBY, read

if TYPE_CHECKING:
    from twistchat.testing import Person


class Typed(NamedTuple):
    """A line that was typed, and what of it is seen again in what becomes of it."""

    kind: str
    """The kind of line that tells that it was done."""
    text: str
    """The words, the name or the room."""
    limit: int = 0
    """How many past lines were asked for."""


@dataclass(eq=False)
class Someone:
    """One connection: what was typed, what was seen, and how it ended."""

    person: Person
    seen: list[str] = field(default_factory=list)
    typed: list[Typed] = field(default_factory=list)
    """What has been sent, in order."""
    name: str = ""
    """The name, as one was told it; empty at the door."""
    rooms: list[str] = field(default_factory=lambda: [LOBBY])
    """Where one will be when all that was typed is done."""
    is_lost: bool = False
    """Whether the connection was lost, so that one need not have been told everything."""
    is_leaving: bool = False
    is_stalled: bool = False
    _unsent: bytes = b""
    _to_type: list[Typed] = field(default_factory=list)

    def types(self, typed: Typed, line: str) -> None:
        """Type a line; it is not sent yet."""
        self._to_type.append(typed)
        self._unsent += line.encode() + b"\n"

    def sends(self, count: int) -> None:
        """Send so many bytes, as one packet."""
        data, self._unsent = self._unsent[:count], self._unsent[count:]
        lines = data.count(b"\n")
        self.typed += self._to_type[:lines]
        del self._to_type[:lines]
        if data:
            self.person.sends(data)

    def sends_all(self, split: float = 1.0) -> None:
        """Send what was typed, in two packets where it is split in the middle."""
        self.sends(round(len(self._unsent) * split))
        self.sends(len(self._unsent))

    def looks(self) -> list[str]:
        """Take notice of what has come; return it."""
        new = self.person.sees()
        self.seen += new
        for line in map(read, new):
            if line.kind == "welcome":
                self.name = line.who
            elif line.kind == "renamed" and line.who == self.name:
                self.name = line.text
            elif line.kind == "goodbye":
                self.is_leaving = True
        return new
