"""The format `text`: as people read past lines in the chat, each with its date; room after room."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from twistchat.core.text import clean
from twistchat.frontends.line.format import LineFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twistchat.archive.selection import Log, Selected

FORMAT = LineFormat()


def write(selection: Selected) -> Iterator[str]:
    """Write an export, a line or some at a time."""
    separator = ""
    for log in selection.conversations:
        heading = f"{separator}-- {clean(title(selection, log))}:\n"
        for committed in selection.of(log):
            yield heading
            heading = ""
            separator = "\n"
            yield FORMAT.lines(FORMAT.past(committed, now=inf)).decode()


def title(selection: Selected, log: Log) -> str:
    """Say what a log is."""
    if log.is_private:
        return "Between {} and {}, private".format(*selection.people(log))
    if log.ended is None:
        return log.name
    return f"{log.name}, forgotten {FORMAT.time(log.ended, now=inf)}"
