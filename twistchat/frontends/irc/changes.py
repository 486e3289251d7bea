"""What a `MODE` line wants to change in a room: `+kl-t key 5`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from twistchat.core.limits import NONE
from twistchat.core.rules import LONGEST_KEY, OFF, is_key
from twistchat.frontends.irc.letters import FLAGS, KEY, LIMIT, LISTS, PARTS, TURNED, is_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.law import RoomRules


@dataclass(frozen=True, slots=True)
class Change:
    """One letter, as a client has written it."""

    letter: str
    on: bool
    param: str | None = None
    """None: it was left out."""

    @property
    def is_known(self) -> bool:
        """Whether rooms have such a mode."""
        return self.is_rule or self.letter in LISTS or self.letter in PARTS

    @property
    def is_rule(self) -> bool:
        """Whether it is about a rule of the room."""
        return self.letter in FLAGS or self.letter in (KEY, LIMIT)

    @property
    def is_question(self) -> bool:
        """Whether it only asks for a list."""
        return self.letter in LISTS and self.param is None


def read_changes(modes: str, params: Sequence[str]) -> list[Change]:
    """Read what a line wants to change.

    The key that is taken away may be left out: it is where else another letter had no parameter.
    """
    signed: list[tuple[str, bool]] = []
    on = True
    for char in modes:
        if char in "+-":
            on = char == "+"
        else:
            signed.append((char, on))
    needed = [_needs_parameter(*each) for each in signed]
    later = list(accumulate(reversed(needed)))[::-1]
    left, found = list(reversed(params)), []
    for (letter, is_set), needs, wanted in zip(signed, needed, later, strict=True):
        takes = needs or (letter == KEY and len(left) > wanted)
        found.append(Change(letter, is_set, left.pop() if takes and left else None))
    return found


def _needs_parameter(letter: str, on: bool) -> bool:
    """Whether a letter has one, or asks for a list without one."""
    return letter in LISTS or letter in PARTS or (on and letter in (KEY, LIMIT))


def why_not(change: Change) -> str:
    """Tell why a rule cannot be changed so; empty: it can."""
    if not change.on or change.letter in FLAGS:
        return ""
    if change.param is None:
        return "That mode needs a parameter"
    if change.letter == KEY:
        return "" if _may_be_key(change.param) else "That cannot be a key: it is one word"
    is_number = re.fullmatch("[0-9]{1,10}", change.param, re.ASCII) is not None
    fits = is_number and 0 < int(change.param) <= NONE
    return "" if fits else "That is no number of people"


def _may_be_key(key: str) -> bool:
    """Whether people can say it on joining, on every wire; a word for none is none."""
    if not key or len(key) > LONGEST_KEY or key.startswith(":") or key.casefold() in OFF:
        return False
    return key.isprintable() and not any(char in ", " or char.isspace() for char in key)


def as_rule(change: Change, rules: RoomRules) -> tuple[str, str] | None:
    """Write the change of a rule as people do; None if it is so already."""
    letter, on = change.letter, change.on
    if letter in FLAGS:
        name, _ = FLAGS[letter]
        is_rule = on is not (letter == TURNED)
        return None if is_on(letter, rules) is on else (name, "on" if is_rule else "off")
    name = "key" if letter == KEY else "limit"
    if not on:
        return (name, "off") if is_on(letter, rules) else None
    wanted = change.param or ""
    if letter == KEY:
        return None if rules.key and is_key(wanted, rules.key) else (name, wanted)
    return None if rules.limit == int(wanted) else (name, str(int(wanted)))
