"""What is kept of people: how far they have read, notes for a while, hashes of passwords."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from twistchat.engine.redis.asking import Asking, by, started
from twistchat.engine.redis.pages import ENDLESS
from twistchat.engine.redis.scripts import load

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

MARGIN = 86_400.0
"""Seconds for which Redis keeps what has had its time: clocks differ."""

LONGEST = 10 * 365 * 86_400.0
"""Seconds for which it keeps anything that ends."""

_CURSORS, _MOVE = load("read_cursors", before=""), load("move_cursor", before="")


class Notes(Asking):
    """What is kept of the people of one chat."""

    def move_cursor(self, person: str, log: str, number: int) -> Deferred[None]:
        """See `Engine.move_cursor`."""

        async def move() -> None:
            await self._write(_MOVE, person, log, max(0, min(number, ENDLESS)))

        return started(move())

    def cursors(self, person: str) -> Deferred[dict[str, int]]:
        """See `Engine.cursors`."""

        async def read() -> dict[str, int]:
            answer = await self._read(_CURSORS, person)
            return {log.decode(): int(number) for log, number in by(2, answer)}

        return started(read())

    def remember(self, person: str, text: str, until: float) -> Deferred[None]:
        """See `Engine.remember`."""

        async def remember() -> None:
            key, left = f"{self._prefix}remembered:{person}", until - self._now()
            if left <= 0:
                await self._keep("DEL", key)
                return
            expires = int(1_000 * (min(left, LONGEST) + MARGIN))
            await self._keep("SET", key, json.dumps([text, until]), "PX", expires)

        return started(remember())

    def recall(self, person: str) -> Deferred[str | None]:
        """See `Engine.recall`."""

        async def recall() -> str | None:
            found = await self._ask("GET", f"{self._prefix}remembered:{person}")
            if found is None:
                return None
            text, until = json.loads(found)
            return str(text) if until > self._now() else None

        return started(recall())

    def set_password(self, account: str, hashed: str | None) -> Deferred[None]:
        """See `Engine.set_password`."""

        async def keep() -> None:
            key = f"{self._prefix}passwords"
            if hashed is None:
                await self._keep("HDEL", key, account)
            else:
                await self._keep("HSET", key, account, hashed)

        return started(keep())

    def password(self, account: str) -> Deferred[str | None]:
        """See `Engine.password`."""

        async def read() -> str | None:
            found = await self._ask("HGET", f"{self._prefix}passwords", account)
            return None if found is None else found.decode()

        return started(read())
