"""What fits into a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.frontends.irc.message import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterable


def cut(text: str, size: int) -> str:
    """Cut off what is more than so many bytes, between two characters."""
    if 4 * len(text) <= size or (text.isascii() and len(text) <= size):
        return text
    return text.encode(errors="replace")[:size].decode(errors="ignore")


def space(*before: str) -> int:
    """Tell how many bytes fit into a line as its last parameter, behind all of this."""
    return LONGEST - len(f":{' '.join(before)} :\r\n".encode(errors="replace"))


def fill(entries: Iterable[str], size: int, separator: str = " ") -> list[str]:
    """Put as many entries into each text as fit into so many bytes, but one at least."""
    texts: list[str] = []
    text: list[str] = []
    left = 0
    for entry in entries:
        length = len(entry) if entry.isascii() else len(entry.encode(errors="replace"))
        if length > left:
            if text:
                texts.append(separator.join(text))
            text, left = [], size
        text.append(entry)
        left -= length + 1
    if text:
        texts.append(separator.join(text))
    return texts
