"""Lengths of time as people write them: `30m`, `12h`, `7d`, `4w`, `2y`."""

from __future__ import annotations

import re

UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400}
"""Seconds, by the letter that stands behind a number."""


def read_duration(text: str) -> float | None:
    """Read a length of time, in seconds; None if it is none."""
    found = re.fullmatch("([0-9]{1,6})([mhdwy])", text.strip().lower(), re.ASCII)
    return float(int(found[1]) * UNITS[found[2]]) if found else None


def write_duration(seconds: float) -> str:
    """Write a length of time as it can be read, in the largest unit that it is made of."""
    for unit, size in reversed(UNITS.items()):
        if not seconds % size:
            return f"{seconds // size:.0f}{unit}"
    return f"{seconds // 60:.0f}m"
