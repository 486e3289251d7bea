"""How an empty chat is filled with what another one had: all of it or nothing.

It is written beside the chat's own keys, under a prefix that no server looks at, and gets its
names at the end.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from twistchat.core.concerns import log_of, stands_as
from twistchat.core.events import Erased, RulesChanged
from twistchat.core.rules import without_key
from twistchat.engine.redis.batch import is_lifted
from twistchat.engine.redis.codec import stored
from twistchat.engine.redis.link import StoreError
from twistchat.engine.redis.scripts import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.events import Durable
    from twistchat.engine import Stamp
    from twistchat.engine.redis.link import Script, Word

FORMAT = 1

AT_ONCE = 200
"""Events that are written at once."""

AT_ONCE_BYTES = 1 << 18

_FILL, _DONE = load("fill", before=""), load("fill_done", before="")


class Asks(Protocol):
    """A connection to a Redis that waits for each answer."""

    def ask(self, *words: Word) -> Any:
        """Let it do one command."""

    def ask_script(self, script: Script, keys: Sequence[Word], words: Sequence[Word]) -> Any:
        """Let it run a script."""


class Filling:
    """What is put into one chat."""

    def __init__(self, redis: Asks, prefix: str) -> None:
        self._redis = redis
        self._chat = prefix
        self._prefix = f"{prefix}importing:"
        self._stands: dict[str, tuple[Stamp, int]] = {}
        self._lives: dict[str, str] = {}
        self._waiting: list[Word] = []
        self._bytes = 0
        self._entries = 0
        self.secret = secrets.token_bytes(32)
        """With which its tokens are signed."""

    @property
    def is_empty(self) -> bool:
        """Whether the chat has nothing yet."""
        names = ("facts", "stands", "private", "nodes")
        return not self._redis.ask("EXISTS", *(f"{self._chat}{name}" for name in names))

    def begin(self) -> None:
        """Remove what is left of an import that was broken off."""
        self._clear()

    def put(self, number: int, event: Durable) -> None:
        """Put an event into its log; those of a log in their order."""
        log, text = log_of(event) or "", stored(event)
        decides = stands_as(event)
        stands = f"{'-' if is_lifted(event) else '+'}{' '.join(decides)}" if decides else ""
        self._waiting += (log, number, text, int(isinstance(event, Erased)), stands)
        self._bytes += len(text)
        if len(self._waiting) >= 5 * AT_ONCE or self._bytes > AT_ONCE_BYTES:
            self._write()

    def _write(self) -> None:
        if self._waiting:
            self._redis.ask_script(_FILL, (), (self._prefix, *self._waiting))
        self._waiting.clear()
        self._bytes = 0

    def stands(self, log: str, stamp: Stamp, first: int = 1) -> None:
        """Say where a log stands, and what is the first of it that is kept."""
        life = self._lives[log] = stamp.epoch
        is_private = log.startswith("@")
        self._set(
            "private" if is_private else "stands", log, f"{stamp.epoch} {stamp.number} {life}"
        )
        if first > 1:
            self._set("first", log, f"{first} {life}")
        if is_private:
            for person in set(log[1:].split(",")):
                self._redis.ask("SADD", f"{self._prefix}of:{person}", log)

    def give_account(self, stamp: Stamp, event: Durable) -> None:
        """Put a deed into the audit log."""
        if isinstance(event, RulesChanged):
            event = replace(event, rules=without_key(event.rules))
        self._entries += 1
        place = f"{stamp.epoch} {stamp.number}"
        words = ("l", log_of(event) or "", "p", place, "e", stored(event))
        self._redis.ask("XADD", f"{self._prefix}audit", f"{self._entries}-0", *words)

    def set_password(self, account: str, hashed: str) -> None:
        """Keep the hash of a password."""
        self._set("passwords", account, hashed)

    def set_cursor(self, person: str, log: str, number: int) -> None:
        """Note how far somebody has read a log, of which is known where it stands."""
        self._set(f"cursors:{person}", log, f"{number} {self._lives[log]}")

    def remember(self, person: str, text: str, until: float, expires: float) -> None:
        """Remember something of a person; it `expires` in so many seconds."""
        key = f"{self._prefix}remembered:{person}"
        self._redis.ask("SET", key, json.dumps([text, until]), "PX", max(1, int(expires * 1_000)))

    def _set(self, name: str, field: str, value: str) -> None:
        self._redis.ask("HSET", f"{self._prefix}{name}", field, value)

    def finish(self) -> None:
        """Let the chat have it.

        Raises:
            StoreError: it has something already.
        """
        self._write()
        self._set("facts", "store", secrets.token_hex(8))
        self._set("facts", "format", str(FORMAT))
        self._set("facts", "secret", self.secret.hex())
        self._set("facts", "audited", str(self._entries))
        if not self._redis.ask_script(_DONE, (), (self._prefix, self._chat)):
            self.give_up()
            raise StoreError("there is a chat in it already")

    def give_up(self) -> None:
        """Leave nothing of it."""
        self._waiting.clear()
        self._clear()

    def _clear(self) -> None:
        place: Any = 0
        while True:
            place, keys = self._redis.ask(
                "SCAN", place, "MATCH", f"{self._prefix}*", "COUNT", 1_000
            )
            if keys:
                self._redis.ask("UNLINK", *keys)
            if int(place) == 0:
                return
