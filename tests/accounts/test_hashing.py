"""Hashes are made and compared in threads of their own, a few at a time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

from twisted.internet import reactor
from twisted.internet.defer import gatherResults
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase, TestCase

from tests.accounts.kit import SECRET, AccountTestCase, CountingWorker
from twistchat.accounts.hashing import BusyError, Hasher
from twistchat.core.limits import Limits
from twistchat.engine.worker import ThreadWorker, WorkerStoppedError

if TYPE_CHECKING:
    from twisted.internet.interfaces import IReactorFromThreads


class HasherTests(AccountTestCase):
    limits = Limits(passwords_waiting=4)

    def test_a_hash_says_how_it_was_made_and_has_a_salt_of_its_own(self) -> None:
        one, two = (self.result(self.hasher.hash(SECRET)) for _ in range(2))
        self.assertTrue(one.startswith("$argon2id$v=19$m=8,t=1,p=1$"), one)
        self.assertNotEqual(one, two)
        for hashed in (one, two):
            self.assertTrue(self.result(self.hasher.verify(hashed, SECRET)))
            self.assertFalse(self.result(self.hasher.verify(hashed, "correct Horse")))

    def test_nobodys_takes_as_much_as_somebodys_and_is_never_right(self) -> None:
        hashed = self.result(self.hasher.hash(SECRET))
        self.assertFalse(self.result(self.hasher.verify(None, SECRET)))
        self.assertFalse(self.result(self.hasher.verify(None, "")))
        self.assertEqual(len(self.hasher._nobodys), len(hashed))
        self.assertEqual(self.hasher._nobodys.split("$")[:4], hashed.split("$")[:4])
        self.assertFalse(self.hasher.needs_rehash(self.hasher._nobodys))

    def test_what_was_made_otherwise_is_to_be_hashed_anew(self) -> None:
        hashed = self.result(self.hasher.hash(SECRET))
        self.assertFalse(self.hasher.needs_rehash(hashed))
        later = self.make_hasher(passes=2)
        self.assertTrue(later.needs_rehash(hashed))
        self.assertTrue(self.result(later.verify(hashed, SECRET)))

    def test_they_share_the_work(self) -> None:
        for _ in range(4):
            self.hasher.hash(SECRET)
        self.assertEqual([worker.count for worker in self.workers], [2, 2])
        self.assertEqual(self.hasher.waiting, 4)
        self.pump()
        self.assertEqual(self.hasher.waiting, 0)

    def test_no_more_wait_than_may(self) -> None:
        for _ in range(4):
            self.hasher.verify(None, SECRET)
        self.failureResultOf(self.hasher.verify(None, SECRET), BusyError)
        self.failureResultOf(self.hasher.hash(SECRET), BusyError)
        self.assertEqual(self.hashed, 4)
        self.pump()
        self.result(self.hasher.hash(SECRET))

    def test_more_may_wait_from_now_on(self) -> None:
        self.hasher.change_limits(Limits(passwords_waiting=6))
        for _ in range(6):
            self.hasher.verify(None, SECRET)
        self.failureResultOf(self.hasher.verify(None, SECRET), BusyError)
        self.pump()

    def test_what_is_no_hash_lets_nobody_in(self) -> None:
        for broken in ("", "x", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$!$!", "$2b$12$abc"):
            verifying = self.hasher.verify(broken, SECRET)
            self.pump()
            self.assertNotIn(SECRET, self.failureResultOf(verifying).getTraceback())
        self.assertEqual(self.hasher.waiting, 0)

    def test_after_its_end(self) -> None:
        self.hasher.stop()
        self.failureResultOf(self.hasher.hash(SECRET), WorkerStoppedError)
        self.assertEqual(self.hasher.waiting, 0)

    def test_no_error_says_a_password(self) -> None:
        for wrong in (f"{SECRET}\ud800", 7):
            hashing = self.hasher.hash(wrong)  # type: ignore[arg-type]  # what may go wrong
            self.pump()
            failure = self.failureResultOf(hashing)
            self.assertNotIn(SECRET, repr(failure))


class DefaultTests(SynchronousTestCase):
    def test_owasps_parameters(self) -> None:
        hasher = Hasher(worker=lambda _: CountingWorker(Clock(), 0.0))
        self.assertTrue(hasher._nobodys.startswith("$argon2id$v=19$m=19456,t=2,p=1$"))


class RealTests(TestCase):
    """In threads, with what it really costs, once."""

    async def test_it(self) -> None:
        names: set[str] = set()

        def worker(name: str) -> ThreadWorker:
            names.add(name)
            return ThreadWorker(cast("IReactorFromThreads", reactor), name)

        hasher = Hasher(worker=worker, threads=2)
        self.addCleanup(hasher.stop)
        before = {thread.name for thread in threading.enumerate()}
        self.assertFalse(names & before)  # a chat without accounts has no threads for them
        hashed = await hasher.hash("密码密码密码密码")
        self.assertTrue(hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$"))
        answers = await gatherResults(
            [hasher.verify(hashed, "密码密码密码密码"), hasher.verify(hashed, SECRET)]
        )
        self.assertEqual(answers, [True, False])
        self.assertEqual(names, {"twistchat-hash-1", "twistchat-hash-2"})
