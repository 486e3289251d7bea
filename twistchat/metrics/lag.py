"""How late the reactor comes to what is due: what everybody who talks has to wait, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.counts import Spread

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall, IReactorTime

EVERY = 0.1
"""Seconds between two looks: a reactor that is held up for longer is seen in any case."""

LAGS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds: from what nobody feels to what everybody does."""


class Lag:
    """Sets itself an alarm again and again, and notes how late it is called."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._alarm: IDelayedCall | None = None
        self._due = 0.0
        self.spread = Spread(LAGS)
        """How late it was."""

    def start(self) -> None:
        """Begin to look."""
        self._set()

    def stop(self) -> None:
        """Look no more."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _set(self) -> None:
        self._due = self._clock.seconds() + EVERY
        self._alarm = self._clock.callLater(EVERY, self._called)

    def _called(self) -> None:
        self.spread.add(max(0.0, self._clock.seconds() - self._due))  # clocks are set back
        self._set()
