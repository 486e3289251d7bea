"""Tells the operator that a limit bites: at once, and then no more than once a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.logger import Logger

from twistchat.counts import Counts

if TYPE_CHECKING:
    from twisted.internet.interfaces import IReactorTime

log = Logger()

SILENCE = 60.0
"""Seconds for which the same limit is not logged again, however often it bites."""


class LimitLog:
    """The operator's log of limits; a flood must not flood it."""

    def __init__(self, clock: IReactorTime, counts: Counts | None = None) -> None:
        self._clock = clock
        self._counts = counts or Counts()
        self._logged: dict[str, float] = {}
        self._more: dict[str, int] = {}

    def bit(self, limit: str, whom: str) -> None:
        """Log that a limit, by its name in `Limits`, bit somebody; each bite is counted."""
        self._counts.bites[limit] += 1
        now = self._clock.seconds()
        last = self._logged.get(limit)
        if last is not None and now - last < SILENCE:
            self._more[limit] = self._more.get(limit, 0) + 1
            return
        self._logged[limit] = now
        more = self._more.pop(limit, 0)
        before = f" (and {more} times more before)" if more else ""
        log.info("limit {limit} bit {whom}{before}", limit=limit, whom=whom, before=before)
