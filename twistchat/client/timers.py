"""What is done later over one connection, if that lasts so long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall


class Timers:
    """Calls that end with a connection."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self._timers: list[IDelayedCall] = []
        self._pause: IDelayedCall | None = None

    def after(self, seconds: float, do: Callable[[], object]) -> None:
        """Do it later."""
        self._timers = [timer for timer in self._timers if timer.active()]
        self._timers.append(self._clock.callLater(seconds, do))

    def pause(self, seconds: float, go_on: Callable[[], object]) -> None:
        """Go on later: once, however much has to wait."""
        if self._pause is None or not self._pause.active():
            self._pause = self._clock.callLater(seconds, go_on)
            self._timers.append(self._pause)

    def stop(self) -> None:
        """Do nothing of it any more."""
        timers, self._timers = self._timers, []
        for timer in timers:
            if timer.active():
                timer.cancel()
