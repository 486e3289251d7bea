"""Whether the program at the other end of a connection is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twistchat.core.limits import Limits
    from twistchat.frontends.lines import LineInput

SOONEST = 0.01
"""Seconds between two looks at how long nothing was heard: times are no exact numbers."""


class Pulse:
    """Whoever is silent for `Limits.ping` seconds is asked whether they are there (`ask`).

    Whoever is silent for `Limits.pong` seconds is gone (`give_up`).
    """

    __slots__ = ("_ask", "_clock", "_give_up", "_limits", "_next", "_source")

    def __init__(
        self,
        source: LineInput,
        *,
        clock: IReactorTime,
        limits: Limits,
        ask: Callable[[], None],
        give_up: Callable[[], None],
    ) -> None:
        self._source = source
        self._clock = clock
        self._limits = limits
        self._ask = ask
        self._give_up = give_up
        self._next: IDelayedCall = clock.callLater(limits.ping, self._look)

    def stop(self) -> None:
        """Ask for no sign of life any more."""
        if self._next.active():
            self._next.cancel()

    def _look(self) -> None:
        """Look how long nothing was heard; while nobody listens, that says nothing."""
        heard = self._clock.seconds() if self._source.is_held else self._source.last_heard
        silence = self._clock.seconds() - heard
        limits = self._limits
        if silence >= limits.pong:
            self._give_up()
            return
        if silence >= limits.ping:
            self._ask()
            wait = min(limits.ping, limits.pong - silence)
        else:
            wait = limits.ping - silence
        self._next = self._clock.callLater(max(wait, SOONEST), self._look)
