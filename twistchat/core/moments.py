"""Times as people write them: `7d` (ago), `2026-11-20`, `2026-11-20T14:00`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from twistchat.core.durations import read_duration

if TYPE_CHECKING:
    from datetime import tzinfo

Moment = datetime | timedelta | None
"""A time as it was typed: on the clock of who typed it, or so long ago."""


class NoMomentError(Exception):
    """That is no time; its text is what was typed."""


def read_moment(text: str) -> Moment:
    """Read a time: `30m`, `12h`, `7d` (ago), `2026-11-20`, `2026-11-20T14:00`.

    Raises:
        NoMomentError: it is none.
    """
    ago = read_duration(text)
    if ago is not None:
        return timedelta(seconds=ago)
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise NoMomentError(text) from error


def on_clock(moment: Moment, zone: tzinfo | None) -> float | timedelta | None:
    """Put a time on the clock of a time zone (None: of this machine); so long ago stays so."""
    if not isinstance(moment, datetime):
        return moment
    try:
        if moment.tzinfo is None and zone is not None:
            moment = moment.replace(tzinfo=zone)
        return moment.timestamp()  # without a zone it is this machine's
    except (OverflowError, OSError, ValueError):  # the year 1 has no timestamp in some zones
        return 0.0


def seen_from(when: float | timedelta | None, now: float) -> float | None:
    """Tell a time in seconds since 1970, UTC; what is so long ago is counted back from `now`."""
    return now - when.total_seconds() if isinstance(when, timedelta) else when
