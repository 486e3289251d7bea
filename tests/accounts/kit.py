"""Accounts with passwords, on a Clock: cheap hashes, and a count of all that is done for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twistchat.accounts.attempts import Attempts
from twistchat.accounts.checkers import AccountChecker, Password
from twistchat.accounts.hashing import Hasher
from twistchat.accounts.keeping import Passwords
from twistchat.core.accounts import Account, Directory
from twistchat.core.limits import Limits
from twistchat.core.names import nickname
from twistchat.limitlog import LimitLog
from twistchat.login import LoginRefused
from twistchat.testing import ClockWorker, SlowEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.cred.checkers import ICredentialsChecker
    from twisted.python.failure import Failure

    from twistchat.engine.memory import Memory

T = TypeVar("T")

HERE, THERE = "203.0.113.7", "198.51.100.9"

SECRET = "correct horse"


class CountingWorker(ClockWorker):
    """A worker that counts what it is given."""

    def __init__(self, clock: Clock, delay: float) -> None:
        super().__init__(clock, delay)
        self.count = 0

    def run(self, work: Callable[[], T]) -> Deferred[T]:
        self.count += 1
        return super().run(work)


class CountingEngine(SlowEngine):
    """An engine that counts how often it is asked for a password."""

    readings = 0

    def password(self, account: str) -> Deferred[str | None]:
        self.readings += 1
        return super().password(account)


class AccountTestCase(SynchronousTestCase):
    """Hashing takes 20 ms of the Clock, and reading or writing a password 10 ms."""

    limits = Limits()

    def setUp(self) -> None:
        self.clock = Clock()
        self.workers: list[CountingWorker] = []
        self.engine = CountingEngine(self.clock, self.limits)
        self.directory = Directory(self.limits)
        self.hasher = self.make_hasher()
        self.passwords = Passwords(engine=self.engine, hasher=self.hasher)
        self.attempts = Attempts(self.clock, self.limits)
        self.adopted: list[str] = []
        self.checker = self.make_checker()

    def make_hasher(self, *, passes: int = 1) -> Hasher:
        def worker(_: str) -> CountingWorker:
            self.workers.append(CountingWorker(self.clock, 0.02))
            return self.workers[-1]

        waiting = self.limits.passwords_waiting
        return Hasher(worker=worker, threads=2, waiting=waiting, memory=8, passes=passes)

    def make_checker(self, *others: ICredentialsChecker) -> AccountChecker:
        return AccountChecker(
            directory=self.directory,
            passwords=self.passwords,
            attempts=self.attempts,
            limits=self.limits,
            limit_log=LimitLog(self.clock),
            adopt=self.adopt,
            others=others,
        )

    def adopt(self, name: str) -> Deferred[Account]:
        """Make an account for somebody whom another checker knows; it takes a while."""
        made: Deferred[Account] = Deferred()

        def make() -> None:
            good = nickname(name, self.limits, lambda _: False)
            if not isinstance(good, str):
                made.errback(LoginRefused(good))
                return
            self.adopted.append(good)
            made.callback(self.directory.named(good) or self.account(good))

        self.clock.callLater(0.01, make)
        return made

    def account(self, name: str, password: str | None = None, **fields: object) -> Account:
        """Let there be an account."""
        identity = f"{len(self.directory) + 1:016x}"
        account = Account(identity, name, **fields)  # type: ignore[arg-type]  # named by the test
        self.assertTrue(self.directory.put(account))
        if password is not None:
            self.result(self.passwords.set(account.id, password))
        return account

    def pump(self) -> None:
        self.clock.pump([0.001] * 500)

    def result(self, deferred: Deferred[T]) -> T:
        """Wait for a result, for half a second at most."""
        self.pump()
        return self.successResultOf(deferred)

    def tries(self, name: str, password: str, address: str = HERE) -> Deferred[str]:
        """Log in; the Deferred fires with the avatar's id, or what one is told instead."""
        logging_in = self.checker.requestAvatarId(Password(name, password, address))

        def told(failure: Failure) -> str:
            error = failure.value
            assert isinstance(error, LoginRefused), failure
            refused = error.refused
            return " ".join(filter(None, (refused.code, refused.about, refused.hint)))

        def named(avatar: bytes | tuple[()]) -> str:
            assert isinstance(avatar, bytes)
            return avatar.decode()

        return logging_in.addCallback(named).addErrback(told)

    def log_in(self, name: str, password: str, address: str = HERE) -> str:
        return self.result(self.tries(name, password, address))

    def log_in_all(self, attempts: Sequence[tuple[str, str, str]]) -> list[str]:
        """Log in so many at once."""
        trying = [self.tries(*attempt) for attempt in attempts]
        self.pump()
        return [self.successResultOf(each) for each in trying]

    @property
    def hashed(self) -> int:
        """How often a password was hashed or compared."""
        return sum(worker.count for worker in self.workers)

    @property
    def memory(self) -> Memory:
        return self.engine._memory
