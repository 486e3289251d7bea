"""What is to be remembered of people, written together: a lesson ends for all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

Texts = dict[str, tuple[str, float]]
"""By person: what is to be remembered, and until when."""


class Together:
    """Hands texts to a writer: all of one turn of the reactor, and all that came meanwhile.

    So those who speak need not wait for a transaction of everybody who leaves.
    """

    def __init__(
        self,
        clock: IReactorTime,
        write: Callable[[Mapping[str, tuple[str, float]]], Deferred[None]],
    ) -> None:
        self._clock = clock
        self._write = write
        self._waiting: Texts = {}
        self._to_tell: list[Deferred[None]] = []
        self._is_under_way = False

    def put(self, person: str, text: str, until: float) -> Deferred[None]:
        """Remember this; fires when it is kept."""
        kept: Deferred[None] = Deferred()
        self._waiting[person] = text, until
        self._to_tell.append(kept)
        if not self._is_under_way:
            self._is_under_way = True
            self._clock.callLater(0, self._hand_over)
        return kept

    def _hand_over(self) -> None:
        texts, self._waiting = self._waiting, {}
        to_tell, self._to_tell = self._to_tell, []

        def tell(outcome: Failure | None) -> None:
            if self._waiting:
                self._hand_over()
            else:
                self._is_under_way = False
            for each in to_tell:
                if outcome is None:
                    each.callback(None)
                else:
                    each.errback(outcome)

        self._write(texts).addBoth(tell)
