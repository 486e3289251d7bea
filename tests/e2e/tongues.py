"""How mates speak: lines on nc, telnet and TLS, JSON, and IRC with and without its capabilities."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, ClassVar

from tests.e2e.channels import Pipe, Socket, WebSocket
from tests.e2e.mates import END, ROOM, Mate
from tests.e2e.views import Spoken, read_spoken
from tests.irc.kit import Line, read_line

if TYPE_CHECKING:
    from random import Random

    from tests.e2e.channels import Channel

_TOKEN = re.compile(r"-- To come back as yourself: /resume (\S+)")
_TIME = re.compile(r"\[(?:\d{4}-\d\d-\d\d )?\d\d:\d\d\] ")
_PAST = re.compile(r"\[(?:\d{4}-\d\d-\d\d )?\d\d:\d\d\] (\? )?(.*)")


class OnLines(Mate):
    """Somebody on a program such as nc, or on TLS where there is none."""

    def __init__(self, name: str, rng: Random, program: str = "", *, remembers: bool) -> None:
        super().__init__(name, rng)
        self.remembers = self.marks = remembers
        self._program = program
        self._token = ""

    async def _connect(self, port: int) -> Channel:
        self._channel = (
            await Pipe.open(self._program, port, self._line)
            if self._program
            else await Socket.open(port, self._line, tls=True)
        )
        self._write(f"/resume {self._token}" if self._token else self.name)
        self._write(f"/join {ROOM}")
        return self._channel

    def _line(self, line: str) -> None:
        if match := _TOKEN.fullmatch(line):
            self._token = match[1]
            self.stays[-1].is_in = True
        elif line == f"-- What you type now goes to {ROOM}.":
            # Where they are is kept for those who know a token, as soon as that is asked for.
            if self.remembers:
                self._write("/token")
            else:
                self.stays[-1].is_in = True
        elif (past := _PAST.fullmatch(line)) and (spoken := read_spoken(past[2])):
            self._hears(spoken, is_past=True, is_marked=bool(past[1]))
        elif spoken := read_spoken(line):
            self._hears(spoken)

    def _says(self, text: str) -> None:
        self._write(text)

    def _does(self, text: str) -> None:
        self._write(f"/me {text}")

    def _sets_topic(self, text: str) -> None:
        self._write(f"/topic {text}")


class OnJSON(Mate):
    """A program that remembers where it has read to, and says again what was not acknowledged."""

    repeats = True
    channel: ClassVar[type[Socket]] = Socket

    def __init__(self, name: str, rng: Random) -> None:
        super().__init__(name, rng)
        self._token = ""
        self._place: list[object] | None = None
        self._asked: dict[str, dict[str, object]] = {}
        """What nobody has acknowledged yet, by key."""

    async def _connect(self, port: int) -> Channel:
        self._channel = await self.channel.open(port, self._line)
        hello: dict[str, object] = {
            "type": "hello",
            "name": self.name,
            "rooms": {ROOM: self._place},
        }
        self._ask(hello | ({"token": self._token} if self._token else {}))
        for asked in self._asked.values():
            self._ask(asked)
        return self._channel

    async def come(self, port: int) -> None:
        await super().come(port)
        self._unheard |= {str(asked["text"]) for asked in self._asked.values()}

    def _line(self, line: str) -> None:
        told = json.loads(line)
        match told:
            case {"type": "welcome", "token": token, "resumed": resumed}:
                if resumed != bool(self._token):
                    self.wrong.append(f"{self} came back as somebody else")
                self._token = token
            case {"type": "said", "room": room, "who": who, "text": text}:
                kind = "did" if told.get("action") else "said"
                self._told(Spoken(room, who, kind, text), told)
            case {"type": "topic", "room": room, "who": who, "topic": topic}:
                self._told(Spoken(room, who, "topic", topic), told)
            case {"type": "live", "room": room} if room == ROOM:
                self._place = [told["epoch"], told["number"]]
                self.stays[-1].is_in = True
            case {"type": "gap" | "error"}:
                self.wrong.append(f"{self} was told {told}")
        key = told.get("id")
        if key in self._asked:
            self._acknowledged(str(self._asked.pop(key)["text"]))

    def _told(self, spoken: Spoken, told: dict[str, object]) -> None:
        if spoken.room == ROOM:
            self._place = [told["epoch"], told["number"]]
        self._hears(spoken, is_past="past" in told)

    def _ask(self, asked: dict[str, object]) -> None:
        self._write(json.dumps(asked))

    def _say(self, text: str, *, action: bool) -> None:
        key = f"{self.name}-{len(self.typed)}"
        asked = {"type": "say", "room": ROOM, "text": text, "key": key, "id": key}
        self._asked[key] = asked | ({"action": True} if action else {})
        self._ask(self._asked[key])

    def _says(self, text: str) -> None:
        self._say(text, action=False)

    def _does(self, text: str) -> None:
        self._say(text, action=True)

    def _sets_topic(self, text: str) -> None:
        self._says(text)  # a topic has no key, and so cannot be set again as the same


class OnWeb(OnJSON):
    """A browser's page: the same over a WebSocket."""

    channel = WebSocket


class OnIRC(Mate):
    """An IRC client that asks for nothing: it reads the last lines on joining."""

    remembers = False
    echoes = False
    replays_topics = False
    longest = 20
    caps: ClassVar[str] = ""

    def __init__(self, name: str, rng: Random, *, tls: bool = False) -> None:
        super().__init__(name, rng)
        self._tls = tls
        self._parts: dict[str, tuple[str, bool]] = {}
        """By speaker: what was told of a long line so far, and whether it is of the past."""

    async def _connect(self, port: int) -> Channel:
        self._parts.clear()
        self._channel = await Socket.open(port, self._line, end="\r\n", tls=self._tls)
        if self.caps:
            self._write(f"CAP REQ :{self.caps}")
        self._write(f"NICK {self.name}")
        self._write(f"USER {self.name} 0 * :{self.name} on IRC")
        if self.caps:
            self._write("CAP END")
        self._write(f"JOIN {ROOM}")
        self._write("PING in")
        return self._channel

    def _line(self, line: str) -> None:
        untagged = line.partition(" ")[2] if line.startswith("@") else line
        if len(untagged.encode()) > 510:
            self.wrong.append(f"{self} was told too long a line: {line}")
        self._told(read_line(line))

    def _told(self, line: Line) -> None:
        match line.command, line.params:
            case "PING", (token,):
                self._write(f"PONG :{token}")
            case "PONG", (_, token):
                self._ponged(token)
            case "PRIVMSG" | "TOPIC", (room, text) if room == ROOM:
                self._spoke(line, room, text)
            case "CAP", (_, "NAK", *_):
                self.wrong.append(f"{self} was told {line}")
            case command, _ if command[0] in "45" and command != "422":
                self.wrong.append(f"{self} was told {line}")

    def _ponged(self, token: str) -> None:
        if token == "in":
            self.stays[-1].is_in = True
        else:
            self._acknowledged(self.typed[int(token)])

    def _spoke(self, line: Line, room: str, text: str) -> None:
        """Be told a line, or a part of one."""
        kind = "topic" if line.command == "TOPIC" else "said"
        if text.startswith("\x01ACTION "):
            kind, text = "did", text.removeprefix("\x01ACTION ").removesuffix("\x01")
        past = None if "batch" in line.tags else _TIME.match(text)
        if past is not None:
            text = text[past.end() :]
        before, was_past = self._parts.pop(line.nick, ("", False))
        is_past = was_past or past is not None or "batch" in line.tags
        whole = before + text
        if not whole.endswith(END):
            self._parts[line.nick] = whole, is_past
            return
        self._whole(Spoken(room, line.nick, kind, whole), line, is_past=is_past)

    def _whole(self, spoken: Spoken, line: Line, *, is_past: bool) -> None:
        self._hears(spoken, is_past=is_past)

    def _sent(self) -> None:
        """Ask when what was said is done, where it is not heard."""
        if not self.echoes:
            self._write(f"PING {len(self.typed) - 1}")

    def _says(self, text: str) -> None:
        self._write(f"PRIVMSG {ROOM} :{text}")
        self._sent()

    def _does(self, text: str) -> None:
        self._write(f"PRIVMSG {ROOM} :\x01ACTION {text}\x01")
        self._sent()

    def _sets_topic(self, text: str) -> None:
        self._write(f"TOPIC {ROOM} :{text}")
        self._sent()


class OnModernIRC(OnIRC):
    """An IRC client that asks for what was said since the last line that it has read."""

    remembers = True
    echoes = True
    replays_topics = True
    caps = "message-tags server-time echo-message batch draft/chathistory draft/event-playback"

    def __init__(self, name: str, rng: Random, *, tls: bool = False) -> None:
        super().__init__(name, rng, tls=tls)
        self._last = ""
        """The msgid of the line that was read last."""
        self._past: list[str] = []
        """The msgids of what this connection was told of the past."""
        self._page = 0
        """How much of that was in pages that are read."""
        self._early: list[tuple[str, Spoken]] = []
        """What was told as it happened, before the past was told."""

    async def _connect(self, port: int) -> Channel:
        self._past.clear()
        self._early.clear()
        self._page = 0
        return await super()._connect(port)

    def _told(self, line: Line) -> None:
        match line.command, line.params:
            case "BATCH", (name, *_) if name.startswith("-"):
                self._read_page()
            case "FAIL", _:
                self.wrong.append(f"{self} was told {line}")
            case _:
                super()._told(line)

    def _ponged(self, token: str) -> None:
        self._turn_page()

    def _turn_page(self) -> None:
        where = f"AFTER {ROOM} msgid={self._last}" if self._last else f"LATEST {ROOM} *"
        self._write(f"CHATHISTORY {where} 50")

    def _read_page(self) -> None:
        page, self._page = self._past[self._page :], len(self._past)
        if not {msgid for msgid, _ in self._early}.issuperset(page):
            self._turn_page()
            return
        for msgid, spoken in self._early:
            if msgid not in self._past:
                self._hears(spoken)
                self._last = msgid
        self.stays[-1].is_in = True

    def _whole(self, spoken: Spoken, line: Line, *, is_past: bool) -> None:
        msgid = line.tags["msgid"]
        if not is_past and not self.stays[-1].is_in:
            self._early.append((msgid, spoken))
            return
        if is_past:
            self._past.append(msgid)
        self._last = msgid
        self._hears(spoken, is_past=is_past)
