"""The transcripts of docs/json-protocol.md: what is written in them, and how they are played.

`>` is sent, `<` is what comes then. `"…"` stands for what is different each time: it matches
anything, and what is sent in its place is what was told. `#` is what happens besides.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twisted.internet.task import Clock

from tests.lines import without_tokens
from twistchat.core.accounts import Role
from twistchat.core.limits import Limits
from twistchat.core.names import LOBBY
from twistchat.testing import JSON, LINE, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twistchat.testing import Person

NEW_YEAR = 1767225600.0
DIFFERENT = "…"


class Transcript:
    """One transcript, as it is played."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        limits = Limits(greeting=0.2)  # the times that are shown are round
        while match := re.fullmatch(r"# ([a-z_]+)=(\d+)", self._lines[0]):
            limits = replace(limits, **{match[1]: int(match[2])})
            self._lines.pop(0)
        clock = Clock()
        clock.advance(NEW_YEAR)
        self._world = World(limits=limits, clock=clock)
        self._token = ""
        self._others: dict[str, Person] = {}
        self._person: Person | None = None
        self._seen: list[str] = []
        self._deeds: dict[str, Callable[..., None]] = {
            r"(\w+) is here": self._comes,
            r"(\w+) says: (.*)": self._says,
            r"(\w+) says in (#\w+): (.*)": self._says_in,
            r"(\w+) whispers to (\w+): (.*)": self._whispers,
            r"(\w+) is in (#\w+)": self._joins,
            r"you are an operator": self._is_operator,
            r"(\d+) seconds go by": lambda seconds: self._world.wait(int(seconds)),
            r"the connection is lost": lambda: self._me().vanishes(),
            r"a new connection": self._connects,
            r"on the port for people": lambda: self._connects(LINE),
        }

    def played(self) -> Iterator[tuple[str, str]]:
        """Play it: each line, and what it should be."""
        if self._lines[0].startswith("< "):
            self._connects()
            self._look()
        for line in self._lines:
            sign, rest = line[:2], line[2:]
            if sign == "< ":
                yield self._seen.pop(0) if self._seen else "nothing", rest
                continue
            if self._seen:
                yield self._seen[0], f"nothing before {line}"
            if sign == "# ":
                self._happens(rest)
            else:
                self._me().types(self._filled(rest))
            self._look()
        for seen in self._seen:
            yield seen, "nothing more"

    def _me(self) -> Person:
        if self._person is None:
            self._connects()
        assert self._person is not None
        return self._person

    def _happens(self, what: str) -> None:
        for deed, do in self._deeds.items():
            if match := re.fullmatch(deed, what):
                do(*match.groups())
                return
        raise AssertionError(f"nobody knows how this is done: {what}")

    def _comes(self, name: str) -> None:
        (self._others[name],) = self._world.people(name)

    def _says_in(self, name: str, room: str, text: str) -> None:
        self._others[name].says(text, room)

    def _whispers(self, name: str, to: str, text: str) -> None:
        self._others[name].types(f"/msg {to} {text}")

    def _joins(self, name: str, room: str) -> None:
        self._others[name].types(f"/join {room}")

    def _is_operator(self) -> None:
        self._world.registers(self._me(), role=Role.OPERATOR)

    def _says(self, name: str, text: str) -> None:
        self._others[name].says(text)

    def _connects(self, front_end: Any = JSON) -> None:
        self._person = self._world.connect(front_end)
        if front_end is JSON and not self._lines[0].startswith("< "):
            self._person.reads()

    def _look(self) -> None:
        self._world.turn()
        for line in self._person.reads() if self._person is not None else ():
            self._seen.append(line.decode())
            if line.startswith(b"{"):
                self._token = json.loads(line).get("token", self._token)

    def _filled(self, line: str) -> str:
        stands = self._world.parts.fanout.told.stands(LOBBY)
        epoch = stands.epoch if stands else ""
        line = line.replace(f'"token":"{DIFFERENT}"', f'"token":"{self._token}"')
        return line.replace(f'["{DIFFERENT}"', f'["{epoch}"')


def is_as_written(seen: str, written: str) -> bool:
    """Whether a line is what a transcript has."""
    if not (seen.startswith("{") and written.startswith("{")):
        (seen,) = without_tokens([seen])
        return seen == written
    return _agrees(json.loads(seen), json.loads(written))


def _agrees(told: object, expected: object) -> bool:
    match told, expected:
        case dict(), dict():
            return list(told) == list(expected) and all(
                _agrees(value, expected[name]) for name, value in told.items()
            )
        case list(), list():
            return len(told) == len(expected) and all(map(_agrees, told, expected))
        case _:
            return expected in (DIFFERENT, told)


def as_written(seen: str) -> str:
    """Write a line as a transcript has it."""
    if not seen.startswith("{"):
        return without_tokens([seen])[0]
    return re.sub(r'"(token|epoch)":"[^"]*"', rf'"\1":"{DIFFERENT}"', seen)
