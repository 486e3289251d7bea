"""How long what was said is kept: what is too old is deleted, bit by bit.

One node does that at a time, whichever comes first; the others see that it was done.
"""

from __future__ import annotations

import secrets
from heapq import heapify, heapreplace
from typing import TYPE_CHECKING, Any, NamedTuple

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import deferLater
from twisted.logger import Logger

from twistchat.core.concerns import SERVER_LOG
from twistchat.engine.redis.asking import by, started
from twistchat.engine.redis.link import NotSentError, StoreError
from twistchat.engine.redis.scripts import load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twistchat.engine.redis.link import Link, Word
    from twistchat.engine.retention import Retention

log = Logger()

FIRST_AFTER = 10.0
"""Seconds from the start to the first look for what is too old."""

EVERY = 60.0
"""Seconds between two looks."""

SOON = 5.0
"""Seconds from a change of a room's rules to the next."""

FRESH = 0.7 * EVERY
"""Seconds after which what another node has done is done again."""

TURN = 10_000
"""Milliseconds for which it is a node's turn, from each step on."""

STEP = 500
"""Events that are deleted in one step: some milliseconds of Redis's."""

LOGS = 100
"""Logs that are looked at in one step."""

BREATH = 0.01
"""Seconds between two steps in which something was deleted."""

DAY = 86_400.0
"""Seconds by which a clock may be ahead and not be wrong."""

STEPS = 1_000
"""Steps of one round in which what is too much in all is deleted, or twice as many."""

_SWEEP, _TIDY = load("sweep", before=""), load("tidy", before="")


class _NotOursError(Exception):
    """It is another node's turn."""


class Kept(NamedTuple):
    """What is kept of a log."""

    at: float
    """When the oldest of it happened."""
    log: str
    first: int
    last: int


class Keeping:
    """Deletes what is too old, as long as it is started."""

    def __init__(
        self,
        link: Link,
        *,
        prefix: str,
        retention: Retention,
        clock: IReactorTime,
        now: Callable[[], float],
    ) -> None:
        self._link = link
        self._prefix = prefix
        self._retention = retention
        self._clock = clock
        self._now = now
        self._turn = secrets.token_hex(8)
        self._next: IDelayedCall | None = None
        self._round: Deferred[None] | None = None
        self._is_called_for = False
        self._is_stopped = True
        self._failed = ""

    def start(self) -> None:
        """Begin, some seconds later."""
        self._is_stopped = False
        self._after(FIRST_AFTER)

    def stop(self) -> None:
        """Do no more."""
        self._is_stopped = True
        if self._next is not None:
            self._next.cancel()
            self._next = None
        if self._round is not None:
            self._round.cancel()

    def rules_changed(self) -> None:
        """Look soon, since a room is to keep less of itself, or more."""
        self._is_called_for = True
        if self._next is not None and self._next.getTime() > self._clock.seconds() + SOON:
            self._next.reset(SOON)

    def _after(self, seconds: float) -> None:
        self._next = self._clock.callLater(seconds, self._begin)

    def _begin(self) -> None:
        self._next = None
        is_called_for, self._is_called_for = self._is_called_for, False
        self._round = started(self._go_round(is_called_for=is_called_for))

        def over(_: object) -> None:
            self._round = None
            if not self._is_stopped:
                self._after(SOON if self._is_called_for else EVERY)

        self._round.addBoth(over)

    async def _go_round(self, *, is_called_for: bool) -> None:
        """Look at all logs, if no other node does and none has just done so."""
        try:
            if not is_called_for and await self._is_fresh("swept", FRESH):
                return
            if await self._do("SET", f"{self._prefix}keeping", self._turn, "NX", "PX", TURN):
                await self._sweep()
                await self._is_done("swept")
                if not await self._is_fresh("tidied", DAY):
                    await self._tidy()
                    await self._is_done("tidied")
                await self._do("DEL", f"{self._prefix}keeping")
            self._failed = ""
        except (CancelledError, _NotOursError, NotSentError):
            pass  # where there is no connection, the engine says so
        except StoreError as error:
            self._met(error)
        except Exception:
            log.failure("What is too old could not be deleted")

    def _met(self, error: StoreError) -> None:
        if self._failed != str(error):  # once, while it goes on
            log.warn("What is too old could not be deleted from Redis: {why}", why=error)
        self._failed = str(error)

    async def _is_fresh(self, what: str, seconds: float) -> bool:
        """Whether somebody has done that lately."""
        done = await self._do("GET", f"{self._prefix}{what}")
        return done is not None and abs(self._now() - float(done)) < seconds

    def _is_done(self, what: str) -> Deferred[Any]:
        return self._do("SET", f"{self._prefix}{what}", repr(self._now()))

    def _do(self, *words: Word) -> Deferred[Any]:
        return self._link.command(*words)

    # ------------------------------------------------------------ a round

    async def _sweep(self) -> None:
        kept: list[Kept] = []
        count = 0
        for name in ("stands", "private"):
            place: bytes | str = "0"
            while True:
                place, pairs = await self._link.command(
                    "HSCAN", f"{self._prefix}{name}", place, "COUNT", LOGS
                )
                logs = [each.decode() for each in pairs[::2]]
                for some in by(LOGS, [each for each in logs if each != SERVER_LOG]):
                    looked_at = await self._look_at(some)
                    count += sum(each.last - each.first + 1 for each in looked_at)
                    if self._retention.total is not None:
                        kept += looked_at
                if int(place) == 0:
                    break
        if self._retention.total is not None:
            await self._delete_beyond(kept, count - self._retention.total)

    async def _look_at(self, logs: Sequence[str]) -> list[Kept]:
        """Delete what is too old of some logs; returns what they keep then."""
        asked = []
        for name in logs:
            rule = self._retention.rule_for(name)
            since = "" if rule.age is None else repr(self._now() - rule.age)
            asked.append((name, since, "" if rule.lines is None else rule.lines))
        found: list[Kept] = []
        while asked:
            done, some = await self._step(asked)
            found += some
            if done < len(asked):
                await deferLater(self._clock, BREATH)
            asked = asked[done:]
        return found

    async def _step(self, asked: Sequence[tuple[str, str, str | int]]) -> tuple[int, list[Kept]]:
        """Delete a bit; tells how many of the logs are done, and what these keep."""
        words = [word for each in asked for word in each]
        answer = await self._link.run(
            _SWEEP, (), (self._prefix, self._turn, TURN, repr(self._now()), DAY, STEP, *words)
        )
        if not answer:
            raise _NotOursError
        done = int(answer[0])
        kept = [
            Kept(float(at), name, int(first), int(last))
            for (name, _, _), (first, last, at) in zip(asked[:done], by(3, answer[1:]), strict=True)
            if at
        ]
        return done, kept

    async def _delete_beyond(self, kept: list[Kept], too_many: int) -> None:
        """Delete the oldest events of all, whatever their log.

        Where there are very many, some of one log at once.
        """
        at_once = max(1, min(STEP // 2, too_many // STEPS))
        heapify(kept)
        for _ in range(2 * STEPS):
            if too_many <= 0 or not kept:
                return
            oldest = kept[0]
            lines = oldest.last - oldest.first + 1
            left = lines - min(at_once, too_many, lines)
            done, found = await self._step([(oldest.log, "", left)])
            if not done:  # so much was said meanwhile
                continue
            if found:
                heapreplace(kept, found[0])
                too_many -= found[0].first - oldest.first - (found[0].last - oldest.last)
            else:
                too_many -= lines
                kept.remove(oldest)
                heapify(kept)
            if at_once > 1:
                await deferLater(self._clock, BREATH)

    async def _tidy(self) -> None:
        """Forget how far people have read what is no more."""
        place: bytes | str = "0"
        while True:
            place, keys = await self._link.command(
                "SCAN", place, "MATCH", f"{self._prefix}cursors:*", "COUNT", 10 * LOGS
            )
            if keys:
                await self._link.run(_TIDY, (), (self._prefix, *keys))
            if int(place) == 0:
                return
