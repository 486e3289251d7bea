"""Schedules, and the shortest of those that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random


class Step(NamedTuple):
    """Something that is done: to whom, and how. Numbers are read as it fits who is there."""

    verb: str
    who: int
    how: int


OFTEN = {
    "come": 6,
    "say": 30,
    "join": 5,
    "leave": 4,
    "rename": 4,
    "whisper": 6,
    "topic": 3,
    "history": 4,
    "quit": 2,
    "lose": 3,
    "stall": 2,
    "flow": 3,
    "moment": 20,
    "wait": 3,
    "fault": 8,
}
"""How often each is done; a restart once in a schedule or two."""

TOGETHER = {
    "appear": 8,
    "back": 10,
    "twin": 5,
    "utter": 30,
    "confide": 4,
    "repeat": 6,
    "cut": 10,
    "lag": 8,
    "enter": 3,
    "go": 2,
    "call": 3,
    "bow": 1,
}
"""The same of those who speak JSON."""

BY_IRC = {
    "dial": 12,
    "cutoff": 3,
    "byebye": 2,
    "jam": 3,
    "chat": 30,
    "confide_in": 4,
    "head": 4,
    "into": 16,
    "out": 6,
    "rechristen": 6,
    "mode": 30,
    "boot": 8,
    "afk": 3,
    "ask": 10,
    "garble": 3,
    "settle": 4,
}
"""The same of IRC clients, of whom this is about: others are fewer then."""

GUESTS = {"": {}, "json": TOGETHER, "irc": BY_IRC}
"""Who may be there besides those who type, by how they are called."""


LENGTHS = {"": (6, 12, 20, 45), "json": (15, 30, 60, 90), "irc": (20, 50, 100, 150)}


def make_schedule(random: Random, *, has_faults: bool, guests: str = "") -> list[Step]:
    """Make one, of some tens of steps; with guests besides who speak JSON, or by IRC."""
    often = OFTEN | GUESTS[guests]
    if guests == "irc":
        often |= {verb: (count + 2) // 3 for verb, count in OFTEN.items()} | {"moment": 20}
    if not has_faults:
        del often["fault"]
    often["stop"] = often["crash"] = random.choice((0, 0, 1, 2))
    length = random.choice(LENGTHS[guests])
    verbs = random.choices(list(often), list(often.values()), k=length)
    steps = [Step(verb, random.randrange(1000), random.randrange(1000)) for verb in verbs]
    verb = {"json": "appear", "irc": "dial"}.get(guests, "")
    first = [Step(verb, n, n) for n in range(2)] if guests else []
    return [Step("come", 0, 0), Step("come", 1, 1), *first, *steps]


def shortest(steps: Sequence[Step], fails: Callable[[Sequence[Step]], bool]) -> list[Step]:
    """Find a short schedule that fails, of one that does: a prefix, and less and less of it."""
    short = next((list(steps[:n]) for n in range(len(steps)) if fails(steps[:n])), list(steps))
    size = len(short) // 2
    while size:
        start = 0
        while start < len(short):
            without = short[:start] + short[start + size :]
            if fails(without):
                short = without
            else:
                start += size
        size //= 2
    return short
