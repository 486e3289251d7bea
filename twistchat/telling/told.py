"""Up to where each room was told, now and a while ago."""

from __future__ import annotations

from collections import deque
from math import inf
from typing import TYPE_CHECKING

from twistchat.core.concerns import is_durable
from twistchat.core.model import Seen

if TYPE_CHECKING:
    from twisted.internet.interfaces import IReactorTime

    from twistchat.engine import Committed

EVERY = 5.0
"""Seconds between two notes of where a room stood."""

SLOW = 300.0
"""Seconds for which something may wait for a slow reader, so that it is still known where the room
stood then."""

MOST = 1_000
"""Notes of one room, however long it may take until a connection is given up."""


class Told:
    """Where rooms stood when they were last told something, and some seconds before.

    A program says itself up to where it has read. A person on nc cannot: but what the kernel was
    given for a connection that lives for `certain` seconds after that has arrived (else it would
    have been given up, see `keepalive.py`), and what was told later may have.
    """

    def __init__(self, clock: IReactorTime, certain: float) -> None:
        self._clock = clock
        self._certain = certain
        self._rooms: dict[str, tuple[str, deque[tuple[float, int]]]] = {}
        """Of each room the epoch, and numbers that were told, with the time when they were."""

    def note(self, room: str, committed: Committed) -> None:
        """Take note that a room is told this, or that somebody who comes in is."""
        now = self._clock.seconds()
        epoch, notes = self._rooms.get(room, ("", None))
        if notes is None or epoch != committed.epoch:
            before = committed.number - (1 if is_durable(committed.item) else 0)
            notes = deque([(-inf, before)])
            self._rooms[room] = (committed.epoch, notes)
        if len(notes) > 1 and now - notes[-2][0] < EVERY:
            notes[-1] = now, committed.number  # the last is always where it stands now
            return
        notes.append((now, committed.number))
        while notes[1][0] <= now - self._certain - SLOW or len(notes) > MOST:
            notes.popleft()

    def forget(self, room: str) -> None:
        """Forget a room that is no more."""
        self._rooms.pop(room, None)

    def stands(self, room: str) -> Seen | None:
        """Tell up to where a room was told."""
        epoch, notes = self._rooms.get(room, ("", None))
        return Seen(epoch, notes[-1][1]) if notes else None

    def surely(self, room: str, perhaps_until: float, waits: float) -> Seen | None:
        """Tell up to where a connection that is lost now has surely been told a room.

        `perhaps_until` is the present time, in seconds since 1970. For so many seconds (`waits`)
        not everything has been handed to the kernel.
        """
        epoch, notes = self._rooms.get(room, ("", None))
        if not notes:
            return None
        then = self._clock.seconds() - self._certain - waits
        # Where nobody remembers so far back, all may be missing: it is rather told again.
        number = max((number for at, number in notes if at <= then), default=0)
        return Seen(epoch, number, perhaps_until)
