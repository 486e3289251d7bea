"""How `/search` is read: words, and who said them, when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twistchat.core.moments import Moment, on_clock, read_moment, seen_from

if TYPE_CHECKING:
    from datetime import tzinfo

_WORD = re.compile(r'"([^"]*\S[^"]*)"(?=\s|$)|(\S+)')


@dataclass(frozen=True, slots=True)
class Find:
    """What somebody looks for, and how they wrote it."""

    room: str
    words: tuple[str, ...]
    who: str | None
    since: float | None
    until: float | None
    wanted: str


def read_time(text: str, *, now: float, zone: tzinfo | None = None) -> float | None:
    """Read a time: `30m`, `12h`, `7d` (ago), `2026-11-20`, `2026-11-20T14:00`.

    Raises:
        NoMomentError: it is none.
    """
    moment: Moment = read_moment(text)
    return seen_from(on_clock(moment, zone), now)


def read_find(room: str, text: str, *, now: float) -> Find:
    """Read `[#ROOM] WORDS [from:NAME] [since:TIME] [until:TIME]`.

    Words in quotation marks belong together, blanks and all.

    Raises:
        NoMomentError: a time cannot be understood.
    """
    found = [(match[1], match[2] or "") for match in _WORD.finditer(text)]
    if found and found[0][1].startswith("#"):
        room = found.pop(0)[1]
    words: list[str] = []
    who = since = until = None
    wanted: list[str] = []
    for quoted, word in found:
        name, colon, value = word.partition(":")
        match name.casefold() if colon and value else "":
            case "from":
                who = value
            case "since":
                since = read_time(value, now=now)
            case "until":
                until = read_time(value, now=now)
            case _:
                words.append(quoted or word)
        wanted.append(f'"{quoted}"' if quoted else word)
    return Find(room, tuple(words), who, since, until, " ".join(wanted))
