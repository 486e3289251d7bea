"""A small server that speaks the JSON protocol, as far as a client needs it, without a network.

What it sends can be lost at any byte, which no real server can be made to do.
"""

from __future__ import annotations

import itertools
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectError, ConnectionLost
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.task import Clock, deferLater
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from zope.interface import implementer

from twistchat.frontends.jsonlines.codec import Object, decode, encode

HELLO: Object = {
    "type": "hello", "protocol": 1, "server": "fake", "software": "fake/0", "motd": [],
    "limits": {"text": 16384, "page": 5}, "ping": 30,
}  # fmt: skip


class Somebody:
    """A person, by their token."""

    def __init__(self, name: str, token: str) -> None:
        self.name = name
        self.token = token
        self.keys: dict[str, Object] = {}
        self.rooms: set[str] = set()


class FakeServer:
    """Rooms, people, and who is connected."""

    def __init__(self, page: int = 5) -> None:
        self.rooms: dict[str, list[Object]] = {}
        self.epoch = "e1"
        self.people: dict[str, Somebody] = {}
        self.calls: list[Call] = []
        self.refuse: dict[str, Object] = {}
        """What is refused once, by the type of the request."""
        self.page = page
        self.received: list[Object] = []
        self._tokens = itertools.count(1)

    def numbered(self, room: str, **fields: Any) -> Object:
        lines = self.rooms.setdefault(room, [])
        line = {"room": room, "epoch": self.epoch, "number": len(lines) + 1, "time": 0.0, **fields}
        lines.append(line)
        return line

    def say(self, room: str, who: str, text: str) -> None:
        """Let somebody else say something."""
        self.tell(room, self.numbered(room, type="said", who=who, text=text))

    def tell(self, room: str, event: Object, but: Call | None = None) -> None:
        for call in self.calls:
            if call is not but and call.who is not None and room in call.who.rooms:
                call.send(event)

    def forget_tokens(self) -> None:
        self.people.clear()

    def new_epoch(self) -> None:
        self.epoch += "x"
        self.rooms.clear()


class Call:
    """One connection, seen from the server."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.who: Somebody | None = None
        self.out: list[Object] = []
        self.is_over = False
        server.calls.append(self)
        self.send(HELLO)

    def send(self, told: Object, **more: Any) -> None:
        if not self.is_over:
            self.out.append({**told, **more})

    def receive(self, asked: Object) -> None:
        self.server.received.append(asked)
        ident = {"id": asked["id"]} if "id" in asked else {}
        refused = self.server.refuse.pop(asked["type"], None)
        if refused is not None:
            self.send({"type": "error", "text": "No.", **refused}, **ident)
            return
        getattr(self, "do_" + asked["type"], self.do_other)(asked, ident)

    def do_hello(self, asked: Object, ident: Object) -> None:
        server, token = self.server, asked.get("token")
        if token is not None and token not in server.people:
            self.send({"type": "error", "code": "token-unknown", "text": "Unknown."}, **ident)
            return
        if token is None:
            taken = {call.who.name for call in server.calls if call.who and not call.is_over}
            if asked["name"] in taken:
                hint = asked["name"] + "2"
                self.send(
                    {"type": "error", "code": "name-taken", "text": "Taken.", "hint": hint}, **ident
                )
                return
            token = f"t{next(server._tokens)}"
            server.people[token] = Somebody(asked["name"], token)
        is_resumed = "token" in asked
        for call in server.calls:
            if call.who is server.people[token]:
                call.is_over = True
        self.who = server.people[token]
        if not is_resumed:
            self.who.rooms = set()
        welcome = {"type": "welcome", "name": self.who.name, "token": token, "expires": 1e9}
        self.send(welcome, resumed=is_resumed, **ident)
        for room, seen in asked.get("rooms", {"#lobby": None}).items():
            self.enter(room, seen, {})

    def enter(self, room: str, seen: Any, ident: Object) -> None:
        server = self.server
        assert self.who is not None
        lines = server.rooms.setdefault(room, [])
        if seen is None:
            past = lines[-server.page :]
        elif seen[0] != server.epoch:
            past = lines[-server.page :]
            self.gap(room, 1, len(lines) - len(past), "epoch")
        else:
            past = lines[seen[1] :][-server.page :]
            self.gap(room, seen[1] + 1, len(lines) - len(past), "page")
        for line in past:
            self.send(line, past=True)
        self.send({"type": "live", "room": room, "epoch": server.epoch, "number": len(lines)})
        if room not in self.who.rooms:
            self.who.rooms.add(room)
            joined = {"type": "joined", "room": room, "time": 0.0, "who": self.who.name}
            self.send(joined, **ident)
            server.tell(room, joined, but=self)
        else:
            self.send({"type": "ok"}, **ident)
        names = [self.who.name]
        self.send({"type": "members", "room": room, "topic": "", "names": names, "away": [],
                   "count": 1})  # fmt: skip

    def gap(self, room: str, first: int, last: int, why: str) -> None:
        if first <= last:
            self.send({"type": "gap", "room": room, "epoch": self.server.epoch, "from": first,
                       "to": last, "why": why})  # fmt: skip

    def do_join(self, asked: Object, ident: Object) -> None:
        assert self.who is not None
        if asked["room"] in self.who.rooms:
            self.send({"type": "ok"}, **ident)
        else:
            self.enter(asked["room"], asked.get("seen"), ident)

    def do_say(self, asked: Object, ident: Object) -> None:
        assert self.who is not None
        key = asked["key"]
        kept = self.who.keys.get(key)
        if kept is not None:
            self.send({**kept, "type": "kept", "key": key}, **ident)
            return
        room = asked.get("room")
        if room is None:
            told = {"type": "whispered", "epoch": "w", "number": 1, "time": 0.0,
                    "who": self.who.name, "to": asked["to"], "text": asked["text"]}  # fmt: skip
        elif room not in self.who.rooms:
            self.send({"type": "error", "code": "not-in-room", "text": "You are not in it.",
                       "about": room}, **ident)  # fmt: skip
            return
        else:
            action = {"action": True} if asked.get("action") else {}
            told = self.server.numbered(
                room, type="said", who=self.who.name, text=asked["text"], **action
            )
            self.server.tell(room, told, but=self)
        self.who.keys[key] = told
        self.send(told, key=key, **ident)

    def do_history(self, asked: Object, ident: Object) -> None:
        lines = self.server.rooms.setdefault(asked["room"], [])
        limit = min(asked.get("limit", self.server.page), self.server.page)
        before, after = asked.get("before", len(lines) + 1), asked.get("after")
        fitting = [line for line in lines if (after or 0) < line["number"] < before]
        chosen = fitting[:limit] if after is not None else fitting[-limit:]
        for line in chosen:
            self.send(line, past=True, re=asked["id"])
        self.send({"type": "ok", "room": asked["room"], "epoch": self.server.epoch,
                   "number": len(lines), "count": len(chosen),
                   "more": len(chosen) < len(fitting)}, **ident)  # fmt: skip

    def do_leave(self, asked: Object, ident: Object) -> None:
        assert self.who is not None
        self.who.rooms.discard(asked["room"])
        self.send({"type": "left", "room": asked["room"], "who": self.who.name, "time": 0.0,
                   "words": asked.get("words", "")}, **ident)  # fmt: skip

    def do_rename(self, asked: Object, ident: Object) -> None:
        assert self.who is not None
        old, self.who.name = self.who.name, asked["name"]
        self.send({"type": "renamed", "time": 0.0, "old": old, "new": self.who.name}, **ident)

    def do_quit(self, asked: Object, ident: Object) -> None:
        self.send({"type": "goodbye", "cause": "left"}, **ident)
        self.is_over = True

    def do_ping(self, asked: Object, ident: Object) -> None:
        self.send({"type": "pong"}, **ident)

    def do_pong(self, asked: Object, ident: Object) -> None:
        """Nothing is answered to it."""

    def do_token(self, asked: Object, ident: Object) -> None:
        assert self.who is not None
        self.send({"type": "token", "token": self.who.token, "expires": 2e9}, **ident)

    def do_members(self, asked: Object, ident: Object) -> None:
        self.send({"type": "members", "room": asked["room"], "names": ["ann"], "count": 1}, **ident)

    def do_rooms(self, asked: Object, ident: Object) -> None:
        rooms = [{"name": "#lobby", "count": 1, "topic": "", "yours": True}]
        self.send({"type": "rooms", "rooms": rooms, "count": 1}, **ident)

    def do_person(self, asked: Object, ident: Object) -> None:
        self.send({"type": "person", "name": asked["name"], "here": 61, "idle": 1, "away": None,
                   "rooms": []}, **ident)  # fmt: skip

    def do_server(self, asked: Object, ident: Object) -> None:
        lines = [f"{asked['command']} \x1b[2J", "done"]
        self.send({"type": "server", "status": 0, "lines": lines, "data": None}, **ident)

    def do_other(self, asked: Object, ident: Object) -> None:
        self.send({"type": "ok"}, **ident)


class Wire:
    """A connection in memory: the client's transport on one side, a call on the other."""

    def __init__(self, server: FakeServer, protocol: Any) -> None:
        self.call = Call(server)
        self.protocol = protocol
        self.transport = StringTransport()
        self.is_up = True
        self._unread = b""
        protocol.makeConnection(self.transport)

    def carry_up(self) -> bool:
        """Bring to the server what the client has sent."""
        data = self._unread + self.transport.value()
        self.transport.clear()
        *lines, self._unread = data.split(b"\n")
        for line in lines:
            self.call.receive(decode(line))
        return bool(lines)

    def carry_down(self, limit: int | None = None) -> bool:
        """Bring to the client what the server has sent, or some of its lines."""
        if self.transport.producerState == "paused":
            return False
        out, self.call.out = self.call.out[:limit], self.call.out[limit or len(self.call.out) :]
        if out:
            self.protocol.dataReceived(b"".join(map(encode, out)))
        return bool(out)

    def lose(self) -> None:
        """Lose the connection, and whatever is under way on it."""
        if self.is_up:
            self.is_up = False
            self.call.is_over = True
            self.protocol.connectionLost(Failure(ConnectionLost()))


@implementer(IStreamClientEndpoint)
class FakeEndpoint:
    """Connects to a server in memory; to none while `is_down`."""

    def __init__(self, server: FakeServer, clock: Clock) -> None:
        self.server = server
        self.clock = clock
        self.wires: list[Wire] = []
        self.is_down = False

    def connect(self, factory: Any) -> Deferred[Any]:
        if self.is_down:
            return deferLater(self.clock, 0, fail, ConnectError())
        protocol = factory.buildProtocol(None)
        self.wires.append(Wire(self.server, protocol))
        return succeed(protocol)


class Network:
    """A clock, a server, and everything that is connected to it."""

    def __init__(self, page: int = 5) -> None:
        self.clock = Clock()
        self.server = FakeServer(page)
        self.endpoint = FakeEndpoint(self.server, self.clock)

    @property
    def wire(self) -> Wire:
        return self.endpoint.wires[-1]

    def carry(self) -> None:
        """Carry until nothing moves."""
        for _ in range(1000):
            moved = False
            self.clock.advance(0)
            for wire in self.endpoint.wires:
                if wire.is_up:
                    moved |= wire.carry_up()
                    moved |= wire.carry_down()
                    if wire.transport.disconnecting or (wire.call.is_over and not wire.call.out):
                        wire.lose()
                        moved = True
            if not moved:
                return
        raise AssertionError("it does not end")

    def wait(self, seconds: float) -> None:
        """Let time go by, a second at a time."""
        self.carry()
        for _ in range(int(seconds)):
            self.clock.advance(1.0)
            self.carry()
