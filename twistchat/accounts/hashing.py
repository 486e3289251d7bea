"""Hashes passwords with argon2id, away from the reactor."""

from __future__ import annotations

import base64
import os
import secrets
from typing import TYPE_CHECKING, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from twisted.internet.defer import Deferred, fail

from twistchat.core.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from twistchat.core.limits import Limits
    from twistchat.engine.worker import MakeWorker

T = TypeVar("T")

MEMORY = 19 * 1024
"""KiB that one hash fills, twice. (OWASP's Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane.)
It takes some 20 ms of one core."""

PASSES = 2

LANES = 1

THREADS = 2 if (os.cpu_count() or 1) >= 4 else 1
"""Where there are two cores, one is left to those who talk. A lower priority is no help: a thread
that has Python's lock would wait for its turn, and everybody for the lock."""


class BusyError(Exception):
    """So many passwords wait to be hashed that no other is taken."""

    def __init__(self) -> None:
        super().__init__("too many passwords wait to be hashed")


class Hasher:
    """Makes hashes and compares passwords with them, a few at a time; `worker` makes its threads.

    Passwords come normalised (`passwords.py`). What waits is bounded: beyond `waiting`, those that
    are being hashed included, a Deferred fails at once with `BusyError`.
    """

    def __init__(
        self,
        *,
        worker: MakeWorker,
        threads: int = THREADS,
        waiting: int = DEFAULT_LIMITS.passwords_waiting,
        memory: int = MEMORY,
        passes: int = PASSES,
        lanes: int = LANES,
    ) -> None:
        self._argon2 = PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=lanes)
        self._workers = [worker(f"twistchat-hash-{number + 1}") for number in range(threads)]
        self._loads = [0] * threads
        self._at_most = waiting
        self._nobodys = self._make_nobodys()

    @property
    def waiting(self) -> int:
        """How many passwords wait or are being hashed now."""
        return sum(self._loads)

    def hash(self, password: str) -> Deferred[str]:
        """Hash a password, with a salt of its own."""
        return self._run(lambda: self._argon2.hash(password))

    def verify(self, hashed: str | None, password: str) -> Deferred[bool]:
        """Tell whether a password is that of a hash; None takes as long, and is nobody's.

        What is no hash fails, with an error of argon2's.
        """

        def verify() -> bool:
            try:
                return self._argon2.verify(self._nobodys if hashed is None else hashed, password)
            except VerifyMismatchError:
                return False

        return self._run(verify).addCallback(lambda is_right: is_right and hashed is not None)

    def needs_rehash(self, hashed: str) -> bool:
        """Whether a hash was made otherwise than one would be made now."""
        return self._argon2.check_needs_rehash(hashed)

    def change_limits(self, limits: Limits) -> None:
        """Let as many wait as other limits say."""
        self._at_most = limits.passwords_waiting

    def stop(self) -> None:
        """Take no more."""
        for worker in self._workers:
            worker.stop()

    def _run(self, work: Callable[[], T]) -> Deferred[T]:
        if self.waiting >= self._at_most:
            return fail(BusyError())
        number = self._loads.index(min(self._loads))
        self._loads[number] += 1

        def done(result: T) -> T:
            self._loads[number] -= 1
            return result

        return self._workers[number].run(work).addBoth(done)

    def _make_nobodys(self) -> str:
        """Make a hash that no password has, and that takes as long to compare with as any."""
        ours = self._argon2

        def some(size: int) -> str:
            return base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")

        return (
            f"$argon2id$v=19$m={ours.memory_cost},t={ours.time_cost},p={ours.parallelism}"
            f"${some(ours.salt_len)}${some(ours.hash_len)}"
        )
