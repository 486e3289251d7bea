"""Which wire a server speaks, found out by its first lines."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from twistchat.frontends.jsonlines.codec import BadLineError, decode

if TYPE_CHECKING:
    from twistchat.frontends.jsonlines.codec import Object

GREETING = b"-- Welcome to "
"""How the greeting for people begins; a server that says so may know `/json`."""

NO_ROOM = b"-- Sorry, "
"""What stands in the place of the greeting where nobody more is let in."""

GOODBYE = b"-- Goodbye"
"""What a server says that is stopping, also to whoever has just come; then it hangs up."""

NO_JSON = (b"-- That needs a name first", b"-- There is no command")
"""What a server says to `/json` that does not know it."""


class Found(Enum):
    """What a line tells about the wire."""

    JSON = "it is the server's hello"
    REFUSED = "it is why the server lets nobody in now"
    ASK = "people are greeted so: ask for JSON"
    READ_ON = "it tells nothing yet"
    PLAIN = "it is a wire for people"


class Finder:
    """Takes in a server's first lines until its wire is known."""

    def __init__(self) -> None:
        self.hello: Object = {}
        self.refusal: Object = {}
        self.answer_to_json = b""
        """What an older server said to `/json`: nothing that a person asked for."""
        self._has_asked = False

    def take(self, line: bytes) -> Found:
        """Take in a line, and tell what is known now."""
        if line.startswith(b"{"):
            try:
                told = decode(line)
            except BadLineError:
                told = {}
            if told.get("type") == "hello":
                self.hello = told
                return Found.JSON
            if told.get("type") == "error" and isinstance(told.get("code"), str):
                self.refusal = told
                return Found.REFUSED
        if self._has_asked:
            if line.startswith(NO_JSON):
                self.answer_to_json = line
                return Found.PLAIN
            return Found.READ_ON if line.startswith(b"-- ") else Found.PLAIN
        if line.startswith(NO_ROOM):
            text = line.removeprefix(b"-- ").decode(errors="replace")
            self.refusal = {"type": "error", "code": "full", "text": text}
            return Found.REFUSED
        if line.startswith(GREETING):
            self._has_asked = True
            return Found.ASK
        return Found.READ_ON if line.startswith(GOODBYE) else Found.PLAIN
