"""How long what was said is kept: rules that an operator writes, `90d` or `#lab=1000`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twistchat.core.durations import read_duration
from twistchat.core.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twistchat.core.law import RoomRules

EXAMPLES = (
    "write it like 90d, 10000, 90d,10000, '#lab=7d', '#minutes=keep', private=7d or total=1000000"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What is kept of one log: what is younger than an age, and so many of the newest lines."""

    age: float | None = None
    """Seconds; None: however old."""
    lines: int | None = None
    """How many; None: all."""

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is ever deleted."""
        return self.age is None and self.lines is None

    def __str__(self) -> str:
        if self.keeps_all:
            return "everything"
        lines = "" if self.lines is None else f"the last {self.lines} lines"
        if self.age is None:
            return lines
        days = self.age / 86_400
        age = f"{days:g} days" if days >= 2 else f"{self.age / 3_600:g} hours"
        return f"{lines}, none older than {age}" if lines else f"what is younger than {age}"


KEEP = Rule()
"""Everything, for good."""


def rule_of(rules: RoomRules) -> Rule:
    """Find what a room is to keep of itself."""
    return Rule(rules.keep_time or None, rules.keep_lines or None)


def stricter(one: Rule, other: Rule) -> Rule:
    """Keep what both would keep."""
    ages = [rule.age for rule in (one, other) if rule.age is not None]
    lines = [rule.lines for rule in (one, other) if rule.lines is not None]
    return Rule(min(ages, default=None), min(lines, default=None))


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept of every log."""

    rule: Rule = KEEP
    """For all that have no rule of their own."""
    rooms: Mapping[str, Rule] = field(default_factory=dict)
    """By the room's (folded) name."""
    private: Rule | None = None
    """For what two people say to each other; None: the same as for all."""
    total: int | None = None
    """Lines in all logs together; beyond, the oldest go, whatever their own rule says."""

    def rule_for(self, log: str) -> Rule:
        """Find the rule of a log."""
        if log.startswith("@"):
            return self.rule if self.private is None else self.private
        return self.rooms.get(log, self.rule)

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is ever deleted."""
        rules = (self.rule, self.private or self.rule, *self.rooms.values())
        return self.total is None and all(rule.keeps_all for rule in rules)


def describe(retention: Retention) -> list[str]:
    """Say what is kept, a sentence for each rule: for the log, since deleting is for good."""
    lines = [f"Of each room is kept: {retention.rule}."]
    lines += [f"Of {room} is kept: {rule}." for room, rule in retention.rooms.items()]
    if retention.private is not None:
        lines.append(f"Of private words is kept: {retention.private}.")
    if retention.total is not None:
        lines.append(f"Of all together are kept: the last {retention.total} lines.")
    return lines


def read_retention(texts: Iterable[str]) -> Retention:
    """Read the rules that an operator has written; later ones count.

    Raises:
        ValueError: one cannot be understood; with a sentence saying so.
    """
    retention = Retention()
    for text in texts:
        subject, equals, rule = text.strip().rpartition("=")
        subject = subject.strip()
        if not equals:
            retention = replace(retention, rule=_read_rule(rule, text))
        elif subject == "total":
            total = _read_rule(rule, text)
            if total.age is not None or total.lines is None:
                raise ValueError(f"retention {text!r}: total is a number of lines, like 1000000")
            retention = replace(retention, total=total.lines)
        elif subject == "private":
            retention = replace(retention, private=_read_rule(rule, text))
        elif subject.startswith("#") and len(subject) > 1:
            rooms = {**retention.rooms, fold(subject): _read_rule(rule, text)}
            retention = replace(retention, rooms=rooms)
        else:
            raise ValueError(f"retention {text!r} names no room: {EXAMPLES}")
    return retention


def _read_rule(text: str, whole: str) -> Rule:
    if text.strip() == "keep":
        return KEEP
    rule = KEEP
    for part in text.split(","):
        if part.strip().lower().endswith("m"):
            raise ValueError(
                f"retention {whole!r}: m would be minutes; write hours, days, weeks or years,"
                " like 180d for half a year"
            )
        age = read_duration(part)
        is_count = re.fullmatch(r"\s*[0-9]{1,12}\s*", part, re.ASCII)
        if age:
            rule = replace(rule, age=age)
        elif is_count and int(part):
            rule = replace(rule, lines=int(part))
        else:
            raise ValueError(f"retention {whole!r} cannot be understood: {EXAMPLES}")
    return rule
