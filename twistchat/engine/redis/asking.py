"""How the store is asked, and asked again where an answer was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from twistchat.engine.redis.link import AnswerLostError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence

    from twisted.internet.interfaces import IReactorTime

    from twistchat.core.limits import Limits
    from twistchat.engine.redis.link import Link, Script, Word

T = TypeVar("T")

PAUSE = 0.2
"""Seconds between two looks whether there is a connection again."""


def started(reading: Coroutine[Deferred[Any], Any, T]) -> Deferred[T]:
    """Begin to read."""
    return Deferred.fromCoroutine(reading)


def by(count: int, words: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Take so many at a time."""
    for start in range(0, len(words), count):
        yield words[start : start + count]


class Asking:
    """What can be asked, or done, twice: whoever asks is told when it is certain."""

    def __init__(
        self,
        link: Link,
        *,
        prefix: str,
        limits: Limits,
        clock: IReactorTime,
        now: Callable[[], float],
    ) -> None:
        self._link = link
        self._prefix = prefix
        self._limits = limits
        self._clock = clock
        self._now = now

    async def _read(self, script: Script, *words: Word) -> Any:
        return await self._surely(
            lambda: self._link.run(script, (), (self._prefix, *words), is_reading=True)
        )

    async def _write(self, script: Script, *words: Word) -> Any:
        return await self._surely(lambda: self._link.run(script, (), (self._prefix, *words)))

    async def _ask(self, *words: Word) -> Any:
        return await self._surely(lambda: self._link.command(*words, is_reading=True))

    async def _keep(self, *words: Word) -> Any:
        return await self._surely(lambda: self._link.command(*words))

    async def _surely(self, ask: Callable[[], Deferred[Any]]) -> Any:
        """Ask, and again where the answer was lost: all of this may be done twice.

        Where it certainly was not done, since there is no connection, nobody is kept waiting.
        """
        until = self._clock.seconds() + self._limits.history_time
        while True:
            try:
                return await ask()
            except AnswerLostError:
                await self._until_it_is_up(until)

    async def _until_it_is_up(self, until: float) -> None:
        while True:
            if self._clock.seconds() >= until:
                raise StoreError(f"there was no answer: {self._link.trouble or 'it was lost'}")
            await deferLater(self._clock, PAUSE)
            if self._link.is_up:
                return
