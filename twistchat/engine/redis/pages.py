"""Pages of a log: which part of it is asked for, and how what is answered is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twistchat.engine import Audited, Committed
from twistchat.engine.redis.codec import read_stored
from twistchat.engine.redis.scripts import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twistchat.engine.redis.link import Word

PAGE = load("read_page", before="")

ENDLESS = 2**53 - 1
"""No number is as great: the greatest of which Lua knows the next."""

LATEST = 1e15
"""Seconds since 1970: later than all that happens."""


class Span(NamedTuple):
    """A part of a log; see `Engine.history`."""

    above: int = 0
    below: int = ENDLESS
    since: float | None = None
    until: float | None = None
    oldest: bool = False

    def words(self, prefix: str, log: str, limit: int) -> Sequence[Word]:
        """What `PAGE` is to be told to read of it so many events."""
        above, below = (max(0, min(number, ENDLESS)) for number in (self.above, self.below))
        times = (as_time(self.since), as_time(self.until))
        return (prefix, log, above, below, *times, limit, int(self.oldest))


def as_time(at: float | None) -> str:
    """Write a time as Lua reads it; nothing where there is none."""
    return "" if at is None else repr(max(-LATEST, min(at, LATEST)))


def event(epoch: bytes, number: bytes, text: bytes) -> Committed:
    """Read an event, and where it stands."""
    return Committed(read_stored(text), epoch.decode(), int(number))


def events(answer: Sequence[bytes]) -> Iterator[Committed]:
    """Read what `PAGE` answers."""
    for at in range(1, len(answer), 2):
        yield event(answer[0], answer[at], answer[at + 1])


def audited(place: bytes, fields: Sequence[bytes]) -> tuple[str, Audited]:
    """Read an entry of the audit log, with the name of the log in which it was put."""
    values = dict(zip(fields[::2], fields[1::2], strict=True))
    name = values[b"l"].decode()
    epoch, number = values[b"p"].split()
    return name, Audited(int(place.partition(b"-")[0]), event(epoch, number, values[b"e"]))
