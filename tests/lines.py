"""What tests say of lines that are never the same twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

TOKEN = re.compile(r"[A-Za-z0-9_-]{39}")


def without_tokens(lines: Iterable[str]) -> list[str]:
    """Put three dots in the place of each token."""
    return [TOKEN.sub("…", line) for line in lines]


COME_BACK = "-- To come back and read what you miss: /resume …"
"""What one is told on leaving."""
