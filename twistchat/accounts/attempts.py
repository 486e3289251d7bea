"""How long whoever guessed wrong has to wait before the next guess is looked at.

There are three counts of wrong passwords: of one account from one address, of one address, and of
one account. Some are free, then each doubles the wait. The first two waits grow to minutes. That of
an account stays short, since whoever likes could lock its owner out with it; and where an owner has
been let in before, neither the guesses of others there nor those from elsewhere make them wait.

A guess counts from when it begins to be checked, so that many at once are as many. All of this is
about names as they are typed, be there such an account or not.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

    from twisted.internet.interfaces import IReactorTime

    from twistchat.core.limits import Limits

REMEMBERED = 20_000
"""Of each kind at once; beyond, what was not guessed at for longest is forgotten."""

DOUBLINGS = 32
"""Wrong passwords beyond those that are free are counted up to so many."""

Key = TypeVar("Key", bound="Hashable")

Pair = tuple[str, str]


@dataclass(slots=True)
class _Count:
    wrong: float = 0.0
    """How many were wrong, as far as it is not forgotten, when the last one was."""
    at: float = 0.0
    under_way: int = 0


class _Counts(Generic[Key]):
    """Wrong passwords of one kind, and the waits that follow from them."""

    def __init__(self) -> None:
        self._free = 0
        self._longest = 0.0
        self._forget = 1.0
        self._counts: OrderedDict[Key, _Count] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counts)

    def limit(self, *, free: int, longest: float, forget: float) -> None:
        """Let so many be free, and a wait as long as that (seconds) at most."""
        self._free = free
        self._longest = longest
        self._forget = forget

    def wait(self, key: Key, now: float) -> float:
        count = self._counts.get(key)
        if count is None:
            return 0.0
        wait = self._after(self._wrong(count, now) + count.under_way)
        return wait if count.under_way else max(0.0, count.at + wait - now)

    def begin(self, key: Key) -> None:
        self._count(key).under_way += 1

    def end(self, key: Key) -> None:
        """Take back what was begun."""
        count = self._counts.get(key)
        if count is not None:
            count.under_way = max(0, count.under_way - 1)
            if not count.under_way and not count.wrong:
                del self._counts[key]

    def fail(self, key: Key, now: float) -> None:
        """Count what was begun as wrong."""
        count = self._count(key)
        count.under_way = max(0, count.under_way - 1)
        count.wrong = min(self._wrong(count, now) + 1, self._free + DOUBLINGS)
        count.at = now

    def clear(self, key: Key) -> None:
        """Forget those that were wrong."""
        count = self._counts.get(key)
        if count is not None:
            count.wrong = 0.0

    def _count(self, key: Key) -> _Count:
        count = self._counts.get(key)
        if count is None:
            count = self._counts[key] = _Count()
            if len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)
        self._counts.move_to_end(key)
        return count

    def _wrong(self, count: _Count, now: float) -> float:
        return max(0.0, count.wrong - (now - count.at) / self._forget)

    def _after(self, wrong: float) -> float:
        beyond = ceil(wrong) - self._free
        return min(self._longest, 2.0 ** (beyond - 1)) if beyond > 0 else 0.0


class Attempt:
    """One guess that is being checked; it ends once, in one of three ways."""

    def __init__(self, attempts: Attempts, account: str | None, address: str) -> None:
        self._attempts: Attempts | None = attempts
        self._account = account
        self._address = address

    def failed(self) -> None:
        """It was wrong."""
        attempts, self._attempts = self._attempts, None
        if attempts is not None:
            attempts.failed(self._account, self._address)

    def succeeded(self) -> None:
        """It was right."""
        attempts, self._attempts = self._attempts, None
        if attempts is not None:
            attempts.succeeded(self._account, self._address)

    def given_up(self) -> None:
        """Nobody knows: it could not be checked."""
        attempts, self._attempts = self._attempts, None
        if attempts is not None:
            attempts.given_up(self._account, self._address)


class Attempts:
    """Guesses at passwords, by account and by address.

    An account is named as names are compared (`names.fold`), or None where a password is no
    account's; an address is what counts as one (of IPv6 a /64), which the caller knows.
    """

    def __init__(self, clock: IReactorTime, limits: Limits) -> None:
        self._clock = clock
        self._pairs: _Counts[Pair] = _Counts()
        self._addresses: _Counts[str] = _Counts()
        self._accounts: _Counts[str] = _Counts()
        self._let_in: OrderedDict[Pair, None] = OrderedDict()
        """Where which accounts were logged in to."""
        self.change_limits(limits)

    def change_limits(self, limits: Limits) -> None:
        """Let other limits hold from now on, for those who wait already too."""
        forget, together = limits.password_forget, limits.password_tries_together
        self._pairs.limit(free=limits.password_tries, longest=limits.password_wait, forget=forget)
        self._addresses.limit(free=together, longest=limits.password_wait, forget=forget)
        self._accounts.limit(free=together, longest=limits.password_wait_account, forget=forget)

    def wait(self, account: str | None, address: str) -> float:
        """Tell in how many seconds the next guess is looked at; 0: now."""
        now = self._clock.seconds()
        if account is None:
            return self._addresses.wait(address, now)
        wait = self._pairs.wait((account, address), now)
        if (account, address) not in self._let_in:
            wait = max(wait, self._addresses.wait(address, now), self._accounts.wait(account, now))
        return wait

    def begin(self, account: str | None, address: str) -> Attempt:
        """Begin to check a guess. It counts as wrong for others until it is known."""
        self._addresses.begin(address)
        if account is not None:
            self._pairs.begin((account, address))
            self._accounts.begin(account)
        return Attempt(self, account, address)

    def failed(self, account: str | None, address: str) -> None:
        """Count a guess that was begun, and was wrong."""
        now = self._clock.seconds()
        self._addresses.fail(address, now)
        if account is not None:
            self._pairs.fail((account, address), now)
            self._accounts.fail(account, now)

    def succeeded(self, account: str | None, address: str) -> None:
        """Count no longer a guess that was begun, and was right.

        Only its own account's wrong ones from there are forgotten: else who has one account could
        guess at others for ever.
        """
        if account is not None:
            self._pairs.clear((account, address))
            self._let_in[account, address] = None
            self._let_in.move_to_end((account, address))
            if len(self._let_in) > REMEMBERED:
                self._let_in.popitem(last=False)
        self.given_up(account, address)

    def given_up(self, account: str | None, address: str) -> None:
        """Count no longer a guess that was begun, and could not be checked."""
        self._addresses.end(address)
        if account is not None:
            self._pairs.end((account, address))
            self._accounts.end(account)
