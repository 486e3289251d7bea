"""What stands before a line: when it was, which line it is, whose account (message-tags)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from twistchat.core.events import Signalled


def tagged(line: str, tag: str) -> str:
    """Put a tag before a line, which may have others."""
    return f"@{tag};{line[1:]}" if line.startswith("@") else f"@{tag} {line}"


# ---------------------------------------------------------------- times


def milliseconds(at: float) -> int:
    """Tell in which millisecond something was: the last that is not later.

    So what a tag says can be sent back, and compared with `at / 1000`, without a line that falls
    between the two.
    """
    told = floor(at * 1000)
    return told + 1 if (told + 1) / 1000 <= at else told


def time_of(at: float) -> str:
    """Write a time (ircv3.net, server-time)."""
    told = milliseconds(at)
    return f"{_second(told // 1000)}.{told % 1000:03}Z"


@lru_cache(256)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def read_time(written: str) -> float | None:
    """Read a time; None if it is none."""
    try:
        time = datetime.strptime(written, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    whole = round((time - datetime.fromtimestamp(0, UTC)).total_seconds() * 1000)
    return whole / 1000


# ---------------------------------------------------------------- message ids


class Place(NamedTuple):
    """Where something stands that was told: what a message id means."""

    log: str
    """What `log_tag` makes of the name of the log."""
    epoch: str
    number: int


@lru_cache(4096)
def log_tag(log: str) -> str:
    """Name a log in few letters; nobody is to read in it who the two of a private one are."""
    return hashlib.sha256(f"log:{log}".encode(errors="replace")).hexdigest()[:8]


def msgid_of(log: str, epoch: str, number: int) -> str:
    """Name something that is remembered (ircv3.net, message-ids)."""
    return f"{log_tag(log)}-{epoch}-{number}"


def read_msgid(written: str) -> Place | None:
    """Read the name of a line, or of one of the parts of a long one; None if it is none."""
    parts = written.split("-")
    number, _, part = parts[-1].partition(".")
    if len(parts) != 3 or not (_is_number(number) and (not part or _is_number(part))):
        return None
    return Place(parts[0], parts[1], int(number))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


def msgid_of_signal(item: Signalled) -> str:
    """Name what is not remembered: the same for all who are told it."""
    what = "\0".join((item.room, item.user, item.to_user, repr(item.at), item.tags, item.text))
    return f"s-{hashlib.sha256(what.encode(errors='replace')).hexdigest()[:20]}"
