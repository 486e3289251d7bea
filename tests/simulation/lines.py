"""What a line on a terminal means."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

LOBBY = "#lobby"

NAME = r"[^\s<>*:]+"
ROOM = r"#\w+"

# A line is what the first of these says that fits it as a whole.
PATTERNS = [
    (kind, re.compile(pattern))
    for kind, pattern in (
        # What whole rooms are told.
        ("said", rf"(?:\[(?P<room>{ROOM})\] )?<(?P<who>{NAME})> (?P<text>\S+)"),
        ("said", rf"(?:\[(?P<room>{ROOM})\] )?\* (?P<who>{NAME}) (?P<text>\S+)"),
        ("topic", rf"-- (?P<who>{NAME}) changed the topic of (?P<room>{ROOM}): (?P<text>\S+)"),
        ("joined", rf"-- (?P<who>{NAME}) joined(?: (?P<room>{ROOM}))?\."),
        ("left", rf"-- (?P<who>{NAME}) left (?P<room>{ROOM}): (?P<text>\S+)"),
        ("departed", rf"-- (?P<who>{NAME}) left(?:: (?P<text>\S+)| \([a-z ]+\)\.|\.)"),
        ("renamed", rf"-- (?P<who>{NAME}) is now (?P<text>{NAME})\."),
        # What two are told.
        ("whispered", rf"<(?P<who>{NAME}) -> (?P<to>{NAME})> (?P<text>\S+)"),
        # What one is told of the past.
        ("past", r"\[\d\d:\d\d\] (?P<text>.*)"),
        ("history", rf"-- The last (?:(?P<lines>\d+) lines|line) of (?P<room>{ROOM}):"),
        ("no history", rf"-- Nothing has been said in (?P<room>{ROOM}) yet\."),
        ("unread", rf"-- The last lines of (?P<room>{ROOM}) cannot be read now\..*"),
        # What becomes of something that one has typed.
        ("stopping", r"-- Not sent: the server is stopping\."),
        ("unkept", r"-- Not sent: .*: (?P<text>\S+)"),
        ("doubtful", r"-- Perhaps not sent: .*: (?P<text>\S+)"),
        ("nobody", r"-- Nobody here is called .*|-- That would be talking to yourself\."),
        (
            "no name",
            r"-- Sorry, (?:the name \S+ is (?:taken|kept)|the server cannot give out names)\b.*",
        ),
        ("no name", r"-- You are \S+ already\."),
        ("welcome", rf"-- You are (?P<who>{NAME})\. Type to talk.*"),
        ("goodbye", r"-- Goodbye.*"),
        ("noise", r"-- To come back .*"),
        # How it is where one has just come in.
        ("about", rf"-- Topic of (?P<room>{ROOM}): (?P<text>\S+)"),
        ("members", rf"-- (?:Here now|In (?P<room>{ROOM})) \(\d+\): (?P<text>.*)"),
        ("noise", r"-- (?:Welcome to|What is your name|What you type now goes to|You are in #).*"),
        # What moderators do about somebody in rooms of others: see `heard.py`.
        ("noise", rf"-- {NAME} (?:made|took|gave|banned|muted|unmuted|lets|exempt\w+) .*"),
    )
]

OF_ROOMS = frozenset(("said", "topic", "joined", "left", "departed", "renamed"))
"""The kinds that whole rooms are told."""

DURABLE = frozenset(("said", "topic"))
"""Those of them that are kept."""


class Line(NamedTuple):
    """A line that somebody saw, as it is understood."""

    kind: str
    who: str = ""
    room: str = ""
    """Empty where it is about all the rooms of somebody."""
    text: str = ""
    """The words, or the new name."""
    to: str = ""
    lines: int = 0


@lru_cache(maxsize=20_000)
def read(line: str) -> Line:
    """Understand a line."""
    for kind, pattern in PATTERNS:
        found = pattern.fullmatch(line)
        if found is not None:
            groups = {name: value or "" for name, value in found.groupdict().items()}
            if not groups.get("room") and kind in ("said", "joined", "members"):
                groups["room"] = LOBBY
            if kind == "history":
                return Line(kind, room=groups["room"], lines=int(groups["lines"] or 1))
            # The groups of the patterns are fields of a line, all of them texts but `lines`.
            return Line(kind, **groups)  # type: ignore[arg-type]
    return Line("unknown", text=line)
