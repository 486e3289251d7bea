"""How `/search` is read: words, and who said them, when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twistchat.core import commands as c
from twistchat.core.moments import Moment, on_clock, read_moment

if TYPE_CHECKING:
    from datetime import tzinfo

_WORD = re.compile(r'"([^"]*\S[^"]*)"(?=\s|$)|(\S+)')


@dataclass(frozen=True, slots=True)
class Find:
    """Look for something that was said; the times are still to be put on a clock."""

    room: str
    words: tuple[str, ...]
    who: str = ""
    since: Moment = None
    until: Moment = None

    def command(self, zone: tzinfo | None) -> c.Search:
        """Make it a command for Chat, with the times read in a time zone; None: the server's."""
        return c.Search(
            self.room,
            self.words,
            self.who,
            on_clock(self.since, zone),
            on_clock(self.until, zone),
        )


def read_find(room: str, text: str) -> Find:
    """Read what is typed behind `/search`: `[#ROOM] WORDS [from:NAME] [since:TIME] [until:TIME]`.

    Words in quotation marks belong together, blanks and all.

    Raises:
        NoMomentError: a time cannot be understood.
    """
    found = [(match[1], match[2] or "") for match in _WORD.finditer(text)]
    if found and found[0][1].startswith("#"):
        room = found.pop(0)[1]
    wanted: list[str] = []
    who = ""
    since = until = None
    for quoted, word in found:
        name, colon, value = word.partition(":")
        match name.casefold() if colon and value else "":
            case "from":
                who = value
            case "since":
                since = read_moment(value)
            case "until":
                until = read_moment(value)
            case _:
                wanted.append(quoted or word)
    return Find(room, tuple(wanted), who, since, until)
