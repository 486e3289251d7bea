"""How the operator ends the chat: now, or in a while, which everybody is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twisted.logger import Logger

from twistchat.core.commands import Announce
from twistchat.core.durations import read_duration
from twistchat.frontends.console.command import Asked, Command, UsageError
from twistchat.frontends.console.results import Failed, Result, Told, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twistchat.frontends.console.errands import Errands

log = Logger()

AGAIN = (3_600.0, 1_800.0, 600.0, 300.0, 60.0, 10.0)
"""Seconds before the end at which everybody is told again."""

LONGEST = 7 * 86_400.0
"""Seconds: whoever asks for more has mistaken a unit."""

NO_TIME = "{typed} is no time to stop in. Write 30s, 5m or 2h: shutdown in 5m REASON."


def in_words(seconds: float) -> str:
    """Write a length of time: 2 hours, 5 minutes, 1 minute 30 seconds, 10 seconds."""
    left = round(seconds)
    parts = []
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        count, left = divmod(left, length)
        if count:
            parts.append(counted(count, unit))
    return " ".join(parts[:2]) or "no time"


class Closing:
    """Stops the server, at once or later; until then it can be taken back."""

    def __init__(
        self, *, clock: IReactorTime, errands: Errands, shut_down: Callable[[str], None]
    ) -> None:
        self._clock = clock
        self._errands = errands
        self._shut_down = shut_down
        self._words = ""
        self._end: IDelayedCall | None = None
        self._next: IDelayedCall | None = None

    def commands(self) -> Sequence[Command]:
        """List the commands. Operators in the chat do not have it: their machine is elsewhere."""
        return (
            Command(
                "shutdown",
                "[in TIME|cancel] [REASON]",
                "say goodbye to all, and stop",
                self._shutdown,
                of_process=True,
            ),
        )

    @property
    def left(self) -> float | None:
        """Seconds until the server stops; None if it goes on."""
        return None if self._end is None else self._end.getTime() - self._clock.seconds()

    @property
    def left_in_words(self) -> str:
        """How long it is until the server stops."""
        return in_words(self.left or 0)

    def stop(self) -> None:
        """Do nothing any more by itself, some time later."""
        for call in (self._end, self._next):
            if call is not None and call.active():
                call.cancel()
        self._end = self._next = None

    def _shutdown(self, asked: Asked) -> Result:
        first, _, rest = asked.words.partition(" ")
        match first.casefold():
            case "cancel":
                if rest:
                    raise UsageError
                return self._cancel()
            case "in":
                typed, _, words = rest.strip().partition(" ")
                seconds = _read_wait(typed)
                if seconds is None:
                    raise UsageError(NO_TIME.format(typed=typed or "Nothing"))
                return self._shut_down_in(seconds, words.strip())
        self.stop()
        self._shut_down(asked.words)
        return Told("Stopping.", {"stops_in": 0.0, "reason": asked.words})

    def _shut_down_in(self, seconds: float, words: str) -> Result:
        self.stop()
        self._words = words
        self._end = self._clock.callLater(seconds, self._now)
        why = f": {words}" if words else ""
        log.info("The server stops in {wait}{why}", wait=in_words(seconds), why=why)
        self._tell()
        return Told(
            f"The server stops in {in_words(seconds)}. shutdown cancel takes it back.",
            {"stops_in": seconds, "reason": words},
        )

    def _cancel(self) -> Result:
        if self._end is None:
            return Failed("The server is not about to stop.", "not-stopping")
        self.stop()
        log.info("The server goes on after all")
        self._announce("The server goes on: it does not stop after all.")
        return Told("The server goes on.", {"stops_in": None})

    def _tell(self) -> None:
        """Tell everybody how long it is, and again later."""
        left = self.left
        assert left is not None
        because = f": {self._words}" if self._words else "."
        self._announce(f"The server stops in {in_words(left)}{because}")
        # Not twice for nearly the same: a third of the way has gone by.
        again = next((at for at in AGAIN if at <= left * 2 / 3), None)
        if again is not None:
            self._next = self._clock.callLater(left - again, self._tell)

    def _announce(self, text: str) -> None:
        self._errands.run(Announce(text, only_here=True), lambda _: Told(""))

    def _now(self) -> None:
        self.stop()
        self._shut_down(self._words)


def _read_wait(typed: str) -> float | None:
    seconds = re.fullmatch("([0-9]{1,6})s", typed, re.ASCII | re.IGNORECASE)
    wait = float(seconds[1]) if seconds else read_duration(typed)
    return wait if wait is not None and 0 < wait <= LONGEST else None
