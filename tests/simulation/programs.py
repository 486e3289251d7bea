"""Somebody who speaks JSON: one person over many connections, with a token, places and keys."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.simulation.lines import LOBBY
from twistchat.frontends.jsonlines.protocol import JSONFactory
from twistchat.testing.people import FrontEnd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.testing import Person

JSON = FrontEnd(JSONFactory)

Place = tuple[str, int]
"""An epoch, and a number under it."""

Told = dict[str, Any]
"""A line of the server's."""

TRY_AGAIN = frozenset(
    ("not-kept", "not-kept-late", "not-kept-stopping", "not-kept-unknown", "stopping",
     "hello-first", "not-in-room", "in-no-room")
)  # fmt: skip
"""What is answered to something that may be sent again under its key."""


class Asked(NamedTuple):
    """A request."""

    type: str
    room: str = ""
    text: str = ""
    key: str = ""
    to: str = ""
    seen: Place | None = None

    def fields(self) -> Told:
        """Put it into fields; those that it has not are left out."""
        found = {"type": self.type}
        for name in ("room", "text", "key", "to"):
            if value := getattr(self, name):
                found[name] = value
        if self.type == "leave":
            found["words"] = found.pop("text")
        return found | ({"seen": list(self.seen)} if self.seen else {})


@dataclass(eq=False)
class Connection:
    """One connection: what was asked and told on it, and how it ended."""

    person: Person
    rooms: dict[str, Place | None]
    """What was given back on coming in."""
    ghost: Connection | None = None
    """The one in whose place this one goes on, as far as its program knows."""
    asked: dict[int, Asked] = field(default_factory=dict)
    """What has been sent as a whole, by id."""
    told: list[Told] = field(default_factory=list)
    """All that the server has written, whether it arrived or not."""
    read: int = 0
    """How much of it its program has worked off."""
    is_in: bool = False
    is_over: bool = False
    """Whether its program knows that it is over."""
    is_cut: bool = False
    """Whether it was lost, so that it need not have been told everything."""
    has_more_to_say: bool = False
    """Whether it has to send again what waits, as soon as it is in."""
    is_lagging: bool = False
    is_name_open: bool = False
    """Whether another name was asked for, or to quit, so that nobody knows what is kept."""

    def looks(self) -> None:
        """Take what the server has written."""
        self.told += [json.loads(line) for line in self.person.sees()]
        self.is_cut |= self.person.wire.is_aborted

    def sends(self, fields: Mapping[str, Any], *, share: float = 1.0) -> None:
        """Send a line, or only the beginning of it."""
        line = json.dumps(fields).encode() + b"\n"
        self.person.sends(line[: round(len(line) * share)])

    @property
    def is_open(self) -> bool:
        """Whether its program takes it for alive."""
        return self.person.is_connected and not self.is_over


class Program:
    """Keeps what it says until that is acknowledged, and where it has read to; comes back."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.names = {name}
        self.token = ""
        self.places: dict[str, Place | None] = {LOBBY: None}
        """The rooms where it wants to be, and up to where it has read them."""
        self.former: list[tuple[str, Place]] = []
        """Places where it was before."""
        self.pending: dict[str, Asked] = {}
        """What it has said and nobody has acknowledged yet, by key."""
        self.used: dict[str, dict[str, Asked]] = {}
        """All that it has ever sent under a key, by text."""
        self.connections: list[Connection] = []
        """Of this life of the server."""
        self.has_quit = False
        self.lost_at: float | None = None
        """When its connection was lost, if its name must be kept for it."""
        self.wrong: list[str] = []
        self._last_id = 0

    @property
    def now(self) -> Connection | None:
        """The connection that it uses."""
        last = self.connections[-1] if self.connections else None
        return last if last is not None and last.is_open else None

    @property
    def texts(self) -> set[str]:
        """All that it has said."""
        return {text for used in self.used.values() for text in used}

    # ------------------------------------------------------------ what it asks

    def hellos(self, connection: Connection, spelled: Mapping[str, str]) -> None:
        """Come in, with the token if it has one."""
        rooms = {spelled.get(room, room): at for room, at in connection.rooms.items()}
        hello: Told = {"type": "hello", "name": self.name, "rooms": rooms}
        if self.token:
            hello["token"] = self.token
        self._send(connection, Asked("hello"), hello)

    def asks(self, asked: Asked, share: float = 1.0) -> None:
        """Ask for something over the present connection; `share` of the line arrives."""
        if asked.key:
            self.pending[asked.key] = asked
            self.used.setdefault(asked.key, {})[asked.text] = asked
        if self.now is not None:
            self._send(self.now, asked, asked.fields(), share)

    def repeats(self, asked: Asked) -> None:
        """Send again what was sent before."""
        if self.now is not None:
            self._send(self.now, asked, asked.fields())

    def _send(self, connection: Connection, asked: Asked, fields: Told, share: float = 1.0) -> None:
        if share < 1.0:
            connection.sends(fields, share=share)
            return
        self._last_id += 1
        connection.asked[self._last_id] = asked
        connection.sends(fields | {"id": self._last_id})

    # ------------------------------------------------------------ what it is told

    def works_off(self, most: int | None = None) -> bool:
        """Work off what it was told; whether it has to say hello again."""
        connection = self.now
        if connection is None:
            return False
        anew = False
        end = len(connection.told) if most is None else connection.read + most
        for told in connection.told[connection.read : end]:
            connection.read += 1
            anew |= self._works_off(connection, told)
        return anew

    def _works_off(self, connection: Connection, told: Told) -> bool:
        match told:
            case {"type": "ping"}:
                connection.sends({"type": "pong"})
            case {"type": "welcome", "name": name, "token": token}:
                if self.lost_at is not None and name != self.name and told["resumed"]:
                    self.wrong.append(f"{self.name} was not kept, but {name} given")
                self.token, self.name, self.lost_at = token, name, None
                self.names.add(name)
                connection.is_in = True
            case {"type": "live", "room": room, "epoch": epoch, "number": number}:
                self._reads(room, (epoch, number))
            case {"type": "error", "id": number}:
                return self._refused(connection.asked[number], told["code"])
            case {"type": "renamed", "old": old, "new": new} if old == self.name:
                self.name = new
                self.names.add(new)
            case {"type": "left", "room": room, "who": who} if who == self.name:
                self.places.pop(room, None)
            case {"type": "goodbye"} | {"type": "stopping"}:
                connection.is_over = True
            case {"type": "said" | "topic", "room": room, "epoch": epoch, "number": number}:
                self._reads(room, (epoch, number))
        if told["type"] in ("said", "whispered", "kept"):
            self._acknowledged(told)
        return False

    def _reads(self, room: str, place: Place) -> None:
        if room in self.places:
            self.places[room] = place
            self.former.append((room, place))

    def _acknowledged(self, told: Told) -> None:
        key, text = told.get("key", ""), told.get("text")
        held = self.pending.get(key)
        if held is not None and text in (None, held.text):
            del self.pending[key]

    def _refused(self, asked: Asked, code: str) -> bool:
        if asked.type == "hello":
            if code.startswith("token"):
                self.token, self.lost_at = "", None
                self.used = {key: {held.text: held} for key, held in self.pending.items()}
            elif code.startswith("name"):
                self.name, self.lost_at = "", None
            return True
        held = self.pending.get(asked.key)
        can_be_said = code in TRY_AGAIN and (asked.to or asked.room in self.places)
        if held is not None and held.text == asked.text and not can_be_said:
            del self.pending[asked.key]
        return False
