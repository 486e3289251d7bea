"""The charsets that terminals speak besides UTF-8."""

from __future__ import annotations

import codecs
from encodings import normalize_encoding
from encodings.aliases import aliases
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

KNOWN: Sequence[str] = (
    "utf-8",
    "gbk",
    "gb18030",
    "gb2312",
    "big5",
    "big5hkscs",
    "shift_jis",
    "cp932",
    "euc_jp",
    "euc_kr",
    "cp949",
    "cp866",
    "tis-620",
)
"""In each of them a line ends with a byte that is nothing else, ASCII is ASCII, no state is kept
from one character to the next, and 0xFF is no letter, so that telnet's commands can be told apart.
"""

_NAMES = {codecs.lookup(name).name: name for name in KNOWN}
_SPELLED = {normalize_encoding(name) for name in KNOWN} | set(aliases)
"""Every spelling that Python knows. It remembers any other that it is asked for."""


def charset(typed: str) -> str | None:
    """Find a charset by any of its names (`GBK`, `cp936`, `sjis`); None if it is none of ours."""
    spelled = normalize_encoding(typed.strip().casefold())
    try:
        return _NAMES.get(codecs.lookup(spelled).name) if spelled in _SPELLED else None
    except LookupError:
        return None
