"""Long text in parts that fit: no character is cut, nor what belongs to one that is seen."""

from __future__ import annotations

import unicodedata

MOST_MARKS = 64
"""Characters that are kept together, at most: whoever stacks up more does it to harm."""

JOINER = "\u200d"
"""Makes one picture of the two beside it."""

VIRAMA = 9
"""The class of the marks that join two letters in the scripts of India."""

BLANK = ord(" ")


def parts(text: str, room: int) -> list[str]:
    """Cut a text into parts of so many bytes at most, if possible behind a blank.

    They make up the text, put one behind the other.
    """
    data = text.encode(errors="replace")
    room = max(room, 4)  # a character takes as many
    found = []
    while len(data) > room:
        end = _end(data, room)
        found.append(data[:end].decode())
        data = data[end:]
    found.append(data.decode())
    return found


def shortened(text: str, room: int) -> str:
    """Cut a text off behind so many bytes."""
    data = text.encode(errors="replace")
    return text if len(data) <= room else data[: _boundary(data, max(room, 0))].decode()


def _end(data: bytes, room: int) -> int:
    """Find where to cut: at a blank in the last quarter, or else between characters."""
    if data[room] == BLANK:
        return room
    blank = data.rfind(b" ", room * 3 // 4, room)
    return blank + 1 if blank > 0 else _boundary(data, room)


def _boundary(data: bytes, room: int) -> int:
    """Find the last place up to there between two characters that people see as such."""
    whole = room
    while whole and data[whole] & 0xC0 == 0x80:
        whole -= 1
    before = data[:whole].decode()
    following = data[whole : whole + 4].decode(errors="ignore")[:1]
    end = whole
    for _ in range(MOST_MARKS):
        if not before:
            break
        if not _belongs(before, following):
            return end
        following = before[-1]
        before = before[:-1]
        end -= len(following.encode())
    return whole


def _belongs(before: str, following: str) -> bool:
    """Whether a character belongs to what stands before it."""
    last, code = before[-1], ord(following)
    if JOINER in (last, following) or unicodedata.category(following)[0] == "M":
        return True
    if unicodedata.combining(last) == VIRAMA:
        return True
    if 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F:  # skin tones, tags of flags
        return True
    if not _is_regional(following):
        return False
    count = 0
    while count < len(before) and _is_regional(before[-1 - count]):
        count += 1
    return count % 2 == 1  # a flag is made of two


def _is_regional(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF
