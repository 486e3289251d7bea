"""How `/search` is read: words, and who said them, when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twistchat.core import commands as c
from twistchat.core.moments import Moment, on_clock, read_moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo


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


def read_find(room: str, words: Sequence[str]) -> Find:
    """Read what is typed behind `/search`: `[#ROOM] WORDS [from:NAME] [since:TIME] [until:TIME]`.

    Raises:
        NoMomentError: a time cannot be understood.
    """
    if words and words[0].startswith("#"):
        room, *words = words
    wanted: list[str] = []
    who = ""
    since = until = None
    for word in words:
        name, colon, value = word.partition(":")
        match name.casefold() if colon and value else "":
            case "from":
                who = value
            case "since":
                since = read_moment(value)
            case "until":
                until = read_moment(value)
            case _:
                wanted.append(word)
    return Find(room, tuple(wanted), who, since, until)
