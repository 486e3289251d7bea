"""A time by which something has to have happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Deadline:
    """Calls `missed` so many seconds after it was set, unless it was met before."""

    __slots__ = ("_call", "_clock", "_missed", "_seconds")

    def __init__(self, clock: IReactorTime, seconds: float, missed: Callable[[], None]) -> None:
        self._clock = clock
        self._seconds = seconds
        self._missed = missed
        self._call: IDelayedCall | None = None

    def set(self) -> None:
        """Begin to wait."""
        self.meet()
        self._call = self._clock.callLater(self._seconds, self._missed)

    def meet(self) -> None:
        """Wait no more."""
        if self._call is not None and self._call.active():
            self._call.cancel()
        self._call = None
