"""An option as it was given, and where its operator finds it again if it is wrong.

Each of these makes of one option, or of a few that belong together, what the service takes. None
of them listens or writes; a Redis is looked at, as a file is.

    files.py   what stands in a file: the message of the day, passwords, certificates
    doors.py   where to listen, and who may come in
    engine.py  what keeps what is said, and as whom one comes to it
    web.py     where the page is, whose pages may talk here, which proxies are believed
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from twistchat.core.text import clean

PREFIX = "twistd chat: "
"""How the one line begins with which a start ends that goes wrong."""


@dataclass(frozen=True, slots=True)
class Given:
    """The value of an option, and where its operator finds it again."""

    value: Any
    name: str
    """As it is called there: `--port`, or `port` in a file."""
    place: str = ""
    """How an error begins: with the file and the line, if it is in a file."""

    def wrong(self, error: object) -> NoReturn:
        """End, saying where to look for what."""
        fail(f"{self.place}: {error}" if self.place else str(error))


def fail(message: str) -> NoReturn:
    """End with one line, whatever it quotes."""
    raise SystemExit(clean(f"{PREFIX}{message}"))
