"""The rules of a room as people write them: `slow=10`, `key=sesame`, `secret=on`."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twistchat.core.durations import read_duration, write_duration
from twistchat.core.law import RoomRules
from twistchat.core.limits import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OFF = frozenset({"off", "no", "false", "none", "0", "-"})
ON = frozenset({"on", "yes", "true", "1", ""})

LONGEST_KEY = 100
"""Characters of a key."""

LONGEST_HIDDEN = 200
"""Characters of a key that is hidden: more than `hidden_key` makes."""

UNKNOWN_KEY = "*"
"""Instead of a hidden key: one must know it to come in, and nobody does."""

LONGEST_SLOW = 86_400
"""Seconds: more than a day between two lines is a moderated room."""


class RuleError(Exception):
    """That is no rule, or no value of it."""

    def __init__(self, name: str, expected: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.expected = expected
        """How a value is written; empty: there is no rule of that name."""


def changed(
    rules: RoomRules, changes: Sequence[tuple[str, str]]
) -> tuple[RoomRules, tuple[str, ...]]:
    """Change rules; returns them with the names of the fields that are other than before.

    Raises:
        RuleError: one of the changes cannot be understood.
    """
    now = rules
    for name, text in changes:
        read = READERS.get(_plain(name))
        if read is None:
            raise RuleError(name[:40])
        now = read(now, text.strip())
    fields = RoomRules.__slots__
    return now, tuple(name for name in fields if getattr(now, name) != getattr(rules, name))


def _plain(name: str) -> str:
    return name.strip().casefold().replace("_", "-")


def hidden_key(key: str) -> str:
    """Hide a key, so that whoever reads what is kept does not read it."""
    salt = secrets.token_hex(8)
    return f"{salt}:{_digest(salt, key)}"


def is_key(typed: str, hidden: str) -> bool:
    """Whether that is the key."""
    salt, _, digest = hidden.partition(":")
    return hmac.compare_digest(_digest(salt, typed), digest)


def without_key(rules: RoomRules) -> RoomRules:
    """Leave a key out, hidden though it is, but not that there is one."""
    return replace(rules, key=UNKNOWN_KEY) if rules.key else rules


def written_retention(rules: RoomRules) -> str | None:
    """Write how much a room keeps of itself as it is typed; None: all that the server keeps."""
    age = write_duration(rules.keep_time) if rules.keep_time else ""
    lines = str(rules.keep_lines) if rules.keep_lines else ""
    return ",".join(filter(None, (age, lines))) or None


def _digest(salt: str, key: str) -> str:
    key = unicodedata.normalize("NFC", key)[:LONGEST_KEY]
    return hashlib.sha256(f"{salt}:{key}".encode(errors="replace")).hexdigest()


# ---------------------------------------------------------------- a reader for each rule


def _flag(field: str) -> Callable[[RoomRules, str], RoomRules]:
    def read(rules: RoomRules, text: str) -> RoomRules:
        word = text.casefold()
        if word not in ON and word not in OFF:
            raise RuleError(field, "on or off")
        chosen: dict[str, Any] = {field: word in ON}
        return replace(rules, **chosen)

    return read


def _key(rules: RoomRules, text: str) -> RoomRules:
    if text.casefold() in OFF:
        return replace(rules, key="")
    if not text or len(text) > LONGEST_KEY:
        raise RuleError("key", "a word that people must know to come in, or off")
    return replace(rules, key=hidden_key(text))


def _limit(rules: RoomRules, text: str) -> RoomRules:
    return replace(rules, limit=_number("limit", text, NONE, "a number of people, or off"))


def _slow(rules: RoomRules, text: str) -> RoomRules:
    expected = "seconds between two lines of one person like 10, or off"
    seconds = read_duration(text)
    if seconds is None:
        seconds = _number("slow", text.casefold().removesuffix("s"), LONGEST_SLOW, expected)
    if seconds > LONGEST_SLOW:
        raise RuleError("slow", expected)
    return replace(rules, slow=float(seconds))


def _retention(rules: RoomRules, text: str) -> RoomRules:
    expected = "how long what is said is kept like 7d, how many lines like 1000, both, or off"
    if text.casefold() in OFF:
        return replace(rules, keep_time=0.0, keep_lines=0)
    rules = replace(rules, keep_time=0.0, keep_lines=0)
    for part in text.split(","):
        age = read_duration(part)
        if age and not part.strip().lower().endswith("m"):  # of months or of minutes
            rules = replace(rules, keep_time=age)
        else:
            rules = replace(rules, keep_lines=_number("retention", part.strip(), NONE, expected))
    if not (rules.keep_time or rules.keep_lines):
        raise RuleError("retention", expected)
    return rules


def _number(name: str, text: str, most: int, expected: str) -> int:
    if text.casefold() in OFF:
        return 0
    if re.fullmatch("[0-9]{1,10}", text, re.ASCII) is None or int(text) > most:
        raise RuleError(name, expected)
    return int(text)


READERS: dict[str, Callable[[RoomRules, str], RoomRules]] = {
    "key": _key,
    "invite-only": _flag("invite_only"),
    "limit": _limit,
    "moderated": _flag("moderated"),
    "secret": _flag("secret"),
    "topic-locked": _flag("topic_locked"),
    "outside": _flag("outside"),
    "slow": _slow,
    "retention": _retention,
}
"""By the names that people write."""
