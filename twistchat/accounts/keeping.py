"""Whose password it is: the engine keeps the hashes, and one change follows the other."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from twisted.internet.defer import Deferred, DeferredLock
from twisted.logger import Logger

from twistchat.accounts.hashing import BusyError
from twistchat.core.codes import Refusal
from twistchat.core.events import Refused
from twistchat.login import LoginRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from twisted.python.failure import Failure

    from twistchat.accounts.hashing import Hasher
    from twistchat.core.limits import Limits
    from twistchat.engine import Engine

T = TypeVar("T")

log = Logger()

NOBODY = ""
"""The id of no account."""


class Verdict(Enum):
    """What a password is for an account."""

    RIGHT = auto()
    WRONG = auto()
    NONE = auto()
    """The account has no password of ours, or there is no such account."""


class Change(NamedTuple):
    """A password that was changed: the hashes of before and of now."""

    account: str
    before: str | None
    now: str

    def __repr__(self) -> str:
        """Show whose it is, and no hash."""
        return f"Change({self.account!r})"


class Passwords:
    """The passwords of accounts, by the accounts' ids. All of them come normalised.

    Whatever is asked for while too many passwords wait fails with `LoginRefused`; where the engine
    cannot, with its error.
    """

    def __init__(self, *, engine: Engine, hasher: Hasher) -> None:
        self._engine = engine
        self._hasher = hasher
        self._changing: dict[str, DeferredLock] = {}

    def set(self, account: str, password: str) -> Deferred[Change]:
        """Give an account a password, in place of what it has. Fires when it is kept."""

        async def change() -> Change:
            hashed = await self._hasher.hash(password)
            before = await self._engine.password(account)
            await self._engine.set_password(account, hashed)
            return Change(account, before, hashed)

        return self._change(account, change).addErrback(_refuse_busy)

    def undo(self, change: Change) -> Deferred[None]:
        """Let an account have the password of before, unless it was changed again since."""

        async def undo() -> None:
            if await self._engine.password(change.account) == change.now:
                await self._engine.set_password(change.account, change.before)

        return self._change(change.account, undo)

    def remove(self, account: str) -> Deferred[None]:
        """Let an account have no password any more. Fires when that is kept."""

        async def change() -> None:
            await self._engine.set_password(account, None)

        return self._change(account, change)

    def verify(self, account: str | None, password: str | None) -> Deferred[Verdict]:
        """Compare a password with that of an account.

        It takes the same steps, and so as long, where there is no such account (None), where that
        has no password, and where no password can be like that (None).
        """
        verified = Deferred.fromCoroutine(self._verify(account or NOBODY, password))
        return verified.addErrback(_refuse_busy)

    def change_limits(self, limits: Limits) -> None:
        """Let as many wait as other limits say."""
        self._hasher.change_limits(limits)

    def stop(self) -> None:
        """Take no more."""
        self._hasher.stop()

    def has(self, account: str) -> Deferred[bool]:
        """Tell whether an account has a password."""
        return self._engine.password(account).addCallback(lambda hashed: hashed is not None)

    async def _verify(self, account: str, password: str | None) -> Verdict:
        hashed = await self._engine.password(account)
        is_right = await self._hasher.verify(None if password is None else hashed, password or "")
        if hashed is None:
            return Verdict.NONE
        if not is_right or password is None:
            return Verdict.WRONG
        if self._hasher.needs_rehash(hashed):
            self._hash_anew(account, hashed, password)
        return Verdict.RIGHT

    def _hash_anew(self, account: str, before: str, password: str) -> None:
        """Hash a password as it would be hashed now, unless it was changed meanwhile."""

        async def change() -> None:
            hashed = await self._hasher.hash(password)
            if await self._engine.password(account) == before:
                await self._engine.set_password(account, hashed)

        self._change(account, change).addErrback(
            lambda failure: log.warn(
                "A password is to be hashed anew when its owner logs in again: {why}",
                why=failure.value,
            )
        )

    def _change(
        self, account: str, change: Callable[[], Coroutine[Deferred[Any], Any, T]]
    ) -> Deferred[T]:
        """Do this when all that was to be changed before is changed."""
        lock = self._changing.setdefault(account, DeferredLock())

        def changed(result: T) -> T:
            if not lock.locked:
                self._changing.pop(account, None)
            return result

        return lock.run(lambda: Deferred.fromCoroutine(change())).addBoth(changed)


def _refuse_busy(failure: Failure) -> Failure:
    failure.trap(BusyError)
    raise LoginRefused(Refused(Refusal.LOGIN_BUSY))
