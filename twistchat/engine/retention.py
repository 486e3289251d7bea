"""How long what was said is kept: rules that an operator writes, `90d` or `#lab=1000`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twistchat.core.durations import read_duration
from twistchat.core.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EXAMPLES = "write it like 90d, 10000, 90d,10000, '#lab=7d', '#minutes=keep' or total=1000000"


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


KEEP = Rule()
"""Everything, for good."""


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept of every log."""

    rule: Rule = KEEP
    """For all that have no rule of their own."""
    rooms: Mapping[str, Rule] = field(default_factory=dict)
    """By the room's (folded) name."""
    total: int | None = None
    """Lines in all logs together; beyond, the oldest go, whatever their own rule says."""

    def rule_for(self, log: str) -> Rule:
        """Find the rule of a log."""
        return self.rooms.get(log, self.rule)

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is ever deleted."""
        rules = (self.rule, *self.rooms.values())
        return self.total is None and all(rule.keeps_all for rule in rules)


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
        age = read_duration(part)
        is_count = re.fullmatch(r"\s*[0-9]{1,12}\s*", part, re.ASCII)
        if age:
            rule = replace(rule, age=age)
        elif is_count and int(part):
            rule = replace(rule, lines=int(part))
        else:
            raise ValueError(f"retention {whole!r} cannot be understood: {EXAMPLES}")
    return rule
