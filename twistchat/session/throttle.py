"""How fast one connection is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twistchat.core.limits import NONE
from twistchat.core.pace import Bucket

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twistchat.core.limits import Limits

LINE = 1024
"""Bytes that count as one more line, whatever they are."""


class Reading(Protocol):
    """What is read at a pace: a session."""

    def hold(self) -> None:
        """Take in nothing more for now."""

    def release(self) -> None:
        """Go on taking in."""

    def slowed(self, rate: float) -> None:
        """It begins to be too fast. Called once each time."""


class Throttle:
    """Lets a burst through, then reads at a steady pace: nothing is lost, and nobody kicked."""

    __slots__ = ("_bucket", "_clock", "_holding", "_is_lifted", "_rate", "_reading", "_was_slowed")

    def __init__(self, reading: Reading, *, clock: IReactorTime, limits: Limits) -> None:
        self._reading = reading
        self._clock = clock
        self._bucket = Bucket(limits.burst, limits.rate, clock.seconds())
        self._rate = limits.rate
        self._is_lifted = limits.rate >= NONE
        self._was_slowed = False
        self._holding: IDelayedCall | None = None

    def spend(self, lines: float) -> None:
        """Count so many lines that were read, or what takes as long."""
        if self._is_lifted:
            return
        now = self._clock.seconds()
        if self._was_slowed and self._bucket.is_full(now):
            self._was_slowed = False
        wait = self._bucket.spend(now, lines)
        if wait and self._holding is None:
            if not self._was_slowed:
                self._was_slowed = True
                self._reading.slowed(self._rate)
            self._reading.hold()
            self._holding = self._clock.callLater(wait, self._go_on)

    def lift(self) -> None:
        """Read on as fast as it comes, from now on."""
        self._is_lifted = True
        if self._holding is not None:
            self._holding.cancel()
            self._go_on()

    def stop(self) -> None:
        """Hold nobody any more: the connection is gone."""
        if self._holding is not None:
            self._holding.cancel()
            self._holding = None

    def _go_on(self) -> None:
        self._holding = None
        self._reading.release()
