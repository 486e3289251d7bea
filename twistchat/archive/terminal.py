"""What an operator is told: sentences, sizes and times, and that nobody reads any more."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime

from twistchat.core.text import clean


def say(line: str) -> None:
    """Print a line, whatever characters are in it."""
    if sys.stdout is None:
        return
    try:
        encoding = sys.stdout.encoding or "utf-8"
        print(clean(line).encode(encoding, "replace").decode(encoding), flush=True)  # noqa: T201, its place is stdout
    except OSError:
        silence()


def complain(line: str) -> None:
    """Print what went wrong, in one line, to standard error."""
    if sys.stderr is not None:
        with suppress(OSError):
            print(clean(f"twistchat: {line}"), file=sys.stderr)  # noqa: T201, its place is stderr


def silence() -> None:
    """Let what still waits for standard output go nowhere, or Python would complain at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def count(number: int, one: str, many: str) -> str:
    """Say how many there are of something."""
    return f"{number} {one if number == 1 else many}"


def lines(number: int) -> str:
    """Say how many lines."""
    return count(number, "line", "lines")


def size(number: float) -> str:
    """Say how many bytes."""
    for unit in ("bytes", "KB", "MB", "GB"):
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TB"


def time(at: float) -> str:
    """Say when, on this machine's clock."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
