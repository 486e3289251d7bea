"""What somebody on the line protocol was shown, read back from the lines as they came."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LOBBY = "#lobby"


@dataclass(frozen=True, slots=True)
class Spoken:
    """One line of a room's log, as everybody reads it."""

    room: str
    who: str
    kind: str
    """As the database calls it: said, did, topic."""
    text: str


@dataclass(frozen=True, slots=True)
class Past:
    """Several of them, shown as history."""

    room: str
    lines: Sequence[Spoken]


@dataclass(frozen=True, slots=True)
class Came:
    """The reader is in a room from here on."""

    room: str


@dataclass(frozen=True, slots=True)
class TopicShown:
    """What a room's topic is, at this place."""

    room: str
    text: str


@dataclass(frozen=True, slots=True)
class Missed:
    """Something of a room is not shown, and that is said; nobody knows how much."""

    room: str


@dataclass(frozen=True, slots=True)
class NotKept:
    """A line of the reader's own that was not taken."""

    text: str
    perhaps: bool


Step = Spoken | Past | Came | TopicShown | Missed | NotKept


@dataclass(frozen=True, slots=True)
class View:
    """Everything that one connection was shown, and what was typed on it."""

    name: str
    lines: Sequence[str]
    typed: Sequence[str] = ()
    """The texts (not the commands around them), in their order."""

    def __str__(self) -> str:
        return self.name


_STAMP = re.compile(r"\[(?:\d{4}-\d\d-\d\d )?\d\d:\d\d\] ")
_PAST = re.compile(r"-- The last (?:(\d+) lines|line) of (#\S+):$")
_SPOKEN = re.compile(r"(?:\[(#\S+)\] )?(?:<(\S+)>|\* (\S+)) (.*)$")
_TOPIC_CHANGED = re.compile(r"-- (\S+) changed the topic of (#\S+): (.*)$")
_TOPIC = re.compile(r"-- Topic of (#\S+): (.*)$")
_CAME = re.compile(r"-- (\S+) joined(?: (#\S+))?\.$")
_MISSED = re.compile(
    r"-- (?:The last lines of (#\S+) cannot be read now|"
    r"Something that was said in (#\S+) is missing)"
)
_NOT_KEPT = re.compile(r"-- (Not|Perhaps not) sent: .*?(?:Try again|You wrote): (.*)$")


def read_spoken(line: str) -> Spoken | None:
    if match := _SPOKEN.match(line):
        room, said, did, text = match.groups()
        return Spoken(room or LOBBY, said or did, "said" if said else "did", text)
    if match := _TOPIC_CHANGED.match(line):
        who, room, text = match.groups()
        return Spoken(room, who, "topic", text)
    return None


def steps(view: View) -> Iterator[Step]:
    """Read a view; what neither shows a log nor says where it stands is left out."""
    lines = iter(view.lines)
    for line in lines:
        if match := _PAST.match(line):
            count = int(match[1] or 1)
            taken = [next(lines, "") for _ in range(count)]
            spoken = [read_spoken(_STAMP.sub("", past, count=1)) for past in taken]
            yield Past(match[2], [past for past in spoken if past is not None])
        elif spoken_now := read_spoken(line):
            yield spoken_now
        elif match := _CAME.match(line):
            if match[1] == view.name:
                yield Came(match[2] or LOBBY)
        elif match := _TOPIC.match(line):
            yield TopicShown(match[1], match[2])
        elif match := _MISSED.match(line):
            yield Missed(match[1] or match[2])
        elif match := _NOT_KEPT.match(line):
            yield NotKept(match[2], perhaps=match[1] != "Not")
