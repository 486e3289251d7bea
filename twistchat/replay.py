"""The last lines of a room, read for one session and put in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.logger import Logger

from twistchat.core import events as e
from twistchat.engine import Committed

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from twistchat.core.limits import Limits
    from twistchat.engine import Engine
    from twistchat.wire import WireFormat

log = Logger()


class Replay:
    """Reads history from the engine, and writes it as one session wants it."""

    def __init__(
        self,
        *,
        engine: Engine,
        clock: IReactorTime,
        limits: Limits,
        now: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._limits = limits
        self._now = now

    def read(
        self,
        opened: e.HistoryOpened,
        up_to: int,
        *,
        wire_format: WireFormat,
        reader: str,
        is_heard: Callable[[e.Item], bool],
    ) -> Deferred[bytes]:
        """Fire with a room's last lines up to a number, or with the answer that there are none.

        Left out is what this reader does not want to hear.
        """
        reading = self._engine.history(opened.room, before=up_to + 1, limit=opened.limit)
        if not reading.called:
            reading.addTimeout(self._limits.history_time, self._clock)

        def encode(events: list[Committed]) -> bytes:
            heard = [event for event in events if is_heard(event.item)]
            # At most half of what may wait for one reader; the newest lines are the ones to keep.
            room, first = self._limits.queue // 2, len(heard)
            while first and (room := room - len(wire_format.encode(heard[first - 1]))) >= 0:
                first -= 1
            return wire_format.encode_history(opened, heard[first:], now=self._now())

        def refuse(failure: Failure) -> bytes:
            log.failure("history could not be read", failure)
            refused = Committed(e.Refused(e.Refusal.NO_HISTORY, opened.room))
            return wire_format.encode_reply(refused, reader)

        return reading.addCallback(encode).addErrback(refuse)
