"""How one asks for things: the line wire, JSON. A new wire adds a class here."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from typing import ClassVar, cast

from tests.lines import TOKEN
from twistchat.core.names import LOBBY
from twistchat.testing import JSON, LINE, ChatTestCase, FrontEnd, Person, Program


class Wire(ChatTestCase, ABC):
    """How somebody on a wire asks for things; and what they see, without the answers."""

    overlong: bytes
    """A line that is longer than any may be."""
    bad: tuple[bytes, ...]
    """Lines that say nothing that could be understood."""

    def comes_in(self, person: Person, name: str) -> None:
        person.comes_in_as(name)

    @abstractmethod
    def joins(self, person: Person, room: str) -> None:
        """Ask to go into a room."""

    @abstractmethod
    def leaves(self, person: Person, room: str) -> None:
        """Ask to leave a room."""

    @abstractmethod
    def renames(self, person: Person, name: str) -> None:
        """Ask for another name."""

    @abstractmethod
    def whispers(self, person: Person, to: str, text: str) -> None:
        """Say something to one person."""

    @abstractmethod
    def sets_topic(self, person: Person, room: str, topic: str) -> None:
        """Say what a room is about."""

    @abstractmethod
    def is_away(self, person: Person, words: str) -> None:
        """Be away."""

    @abstractmethod
    def quits(self, person: Person, words: str) -> None:
        """Leave the chat."""

    @abstractmethod
    def sentence(self, text: str) -> bytes:
        """What is sent to say something in the lobby."""

    @abstractmethod
    def asks_for_token(self, person: Person) -> str:
        """Find out what one comes back with."""

    @abstractmethod
    def resumes(self, person: Person, token: str, name: str, number: int) -> None:
        """Come back; a program has read the lobby up to a number."""

    def told(self, person: Person) -> list[str]:
        """What has happened, as a person would read it; no answers."""
        return person.sees()

    @abstractmethod
    def is_told_away(self, person: Person, who: str, words: str) -> bool:
        """Whether one was told that somebody is away."""


class LineWire(Wire):
    front_end: ClassVar[FrontEnd] = LINE
    overlong = b"x" * 20_000
    bad = (b"\xff\xff\xfe", b"\xc0\xaf", "你好".encode("gbk"))
    ANSWERS = re.compile(
        r"-- (You |Here now|In #|What you type|Welcome|What is your|Topic of|To come back|"
        r"Type that|The last|Not sent|Sorry)"
    )

    def joins(self, person: Person, room: str) -> None:
        person.types(f"/join {room}")

    def leaves(self, person: Person, room: str) -> None:
        person.types(f"/leave {room}")

    def renames(self, person: Person, name: str) -> None:
        person.types(f"/nick {name}")

    def whispers(self, person: Person, to: str, text: str) -> None:
        person.types(f"/msg {to} {text}")

    def sets_topic(self, person: Person, room: str, topic: str) -> None:
        person.types(f"/topic {room} {topic}")

    def is_away(self, person: Person, words: str) -> None:
        person.types(f"/away {words}")

    def quits(self, person: Person, words: str) -> None:
        person.types(f"/quit {words}")

    def sentence(self, text: str) -> bytes:
        return text.encode() + b"\n"

    def asks_for_token(self, person: Person) -> str:
        person.sees()
        person.types("/token")
        self.turn()
        (found,) = TOKEN.findall("\n".join(person.sees()))
        return str(found)

    def resumes(self, person: Person, token: str, name: str, number: int) -> None:
        person.types(f"/resume {token}")

    def told(self, person: Person) -> list[str]:
        return [line for line in person.sees() if not self.ANSWERS.match(line)]

    def is_told_away(self, person: Person, who: str, words: str) -> bool:
        return f"-- {who} is away: {words}" in person.sees()


class JSONWire(Wire):
    front_end: ClassVar[FrontEnd] = JSON
    overlong = b'{"type":"say","room":"#lobby","text":"' + b"x" * 120_000 + b'"}'
    bad = (b'{"type":"say","text":"\xff"}', b"{", b"[]", b"hello", b'{"type":"nope"}')

    def joins(self, person: Person, room: str) -> None:
        cast("Program", person).asks("join", room=room)

    def leaves(self, person: Person, room: str) -> None:
        cast("Program", person).asks("leave", room=room)

    def renames(self, person: Person, name: str) -> None:
        cast("Program", person).asks("rename", name=name)

    def whispers(self, person: Person, to: str, text: str) -> None:
        cast("Program", person).asks("say", to=to, text=text)

    def sets_topic(self, person: Person, room: str, topic: str) -> None:
        cast("Program", person).asks("topic", room=room, topic=topic)

    def is_away(self, person: Person, words: str) -> None:
        cast("Program", person).asks("away", words=words)

    def quits(self, person: Person, words: str) -> None:
        cast("Program", person).asks("quit", words=words)

    def sentence(self, text: str) -> bytes:
        return json.dumps({"type": "say", "room": LOBBY, "text": text}).encode() + b"\n"

    def asks_for_token(self, person: Person) -> str:
        program = cast("Program", person)
        program.asks("token")
        self.turn()
        return next(str(told["token"]) for told in program.hears() if told["type"] == "token")

    def resumes(self, person: Person, token: str, name: str, number: int) -> None:
        epoch = self.world.parts.fanout.told.stands(LOBBY)
        assert epoch is not None
        rooms = {LOBBY: [epoch.epoch, number]}
        cast("Program", person).asks("hello", name=name, token=token, rooms=rooms)

    def told(self, person: Person) -> list[str]:
        return [line for line in person.sees() if "refused" not in line]

    def is_told_away(self, person: Person, who: str, words: str) -> bool:
        told = {"type": "away", "who": who, "words": words}
        return told in cast("Program", person).hears()
