"""How `/search` is read: words, and who said them, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from twistchat.core import commands as c
from twistchat.core.durations import read_duration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

Moment = datetime | timedelta | None
"""A time as it was typed: on the clock of who typed it, or so long ago."""


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
            _on_clock(self.since, zone),
            _on_clock(self.until, zone),
        )


class NoMomentError(Exception):
    """That is no time; its text is what was typed."""


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


def read_moment(text: str) -> Moment:
    """Read a time: `30m`, `12h`, `7d` (ago), `2026-11-20`, `2026-11-20T14:00`.

    Raises:
        NoMomentError: it is none.
    """
    ago = read_duration(text)
    if ago is not None:
        return timedelta(seconds=ago)
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise NoMomentError(text) from error


def _on_clock(moment: Moment, zone: tzinfo | None) -> float | timedelta | None:
    if not isinstance(moment, datetime):
        return moment
    try:
        if moment.tzinfo is None and zone is not None:
            moment = moment.replace(tzinfo=zone)
        return moment.timestamp()  # without a zone it is the server's
    except (OverflowError, OSError, ValueError):  # the year 1 has no timestamp in some zones
        return 0.0
