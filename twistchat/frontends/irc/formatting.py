"""What IRC clients put into text that is no text: colours, bold and their like; and CTCP.

People on other wires read plain text, so formatting is taken out before anything is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKS = re.compile(
    r"\x03(?:\d{1,2}(?:,\d{1,2})?)?"  # a colour, and one behind the text
    r"|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"
    r"|[\x02\x0f\x11\x16\x1d-\x1f]"  # bold, plain again, monospace, reverse, italic and lines
)
"""See modern.ircdocs.horse, "Formatting"."""

DELIMITER = "\x01"
"""Stands before and behind what one client says to another (modern.ircdocs.horse, CTCP)."""

ACTION = "ACTION"


def plain(text: str) -> str:
    """Take the formatting out of a text."""
    return text if text.isprintable() else _MARKS.sub("", text)


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody says, or does; or what their client says to another one."""

    text: str
    action: bool = False
    ctcp: bool = False
    """Whether it is a question to a client, or the answer of one; then the text has its marks."""


def read_words(typed: str, *, notice: bool = False) -> Words:
    """Read what stands behind the targets; a notice that looks like an action is an answer."""
    if not typed.startswith(DELIMITER):
        return Words(plain(typed))
    inside = typed[1:].removesuffix(DELIMITER)
    name, _, text = inside.partition(" ")
    if name.upper() == ACTION and not notice:
        return Words(plain(text), action=True)
    return Words(f"{DELIMITER}{inside}{DELIMITER}", ctcp=True)
