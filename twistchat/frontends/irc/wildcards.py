"""Masks: names in which * stands for any characters, and ? for one."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache
from typing import TYPE_CHECKING

from twistchat.core.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable


def has_wildcards(mask: str) -> bool:
    """Whether it stands for many names."""
    return "*" in mask or "?" in mask


@lru_cache(16)
def matching(mask: str) -> Callable[[str], bool]:
    """Make what tells whether a text is as a mask says, whatever its case.

    However many stars there are, nothing is looked for twice: `translate` makes each part between
    two of them atomic.
    """
    fits = re.compile(translate(fold(mask).replace("[", "[[]"))).match

    def is_match(text: str) -> bool:
        return fits(text.lower() if text.isascii() else fold(text)) is not None

    return is_match
