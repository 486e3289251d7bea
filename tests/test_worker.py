"""Work that is done in a thread of its own."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, cast

from twisted.internet import reactor
from twisted.internet.defer import CancelledError, gatherResults
from twisted.trial.unittest import TestCase

from twistchat.engine.worker import ThreadWorker

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorFromThreads


class ThreadWorkerTests(TestCase):
    def setUp(self) -> None:
        self.worker = ThreadWorker(cast("IReactorFromThreads", reactor), "test-worker")
        self.addCleanup(self.worker.stop)

    async def test_in_order_and_elsewhere(self) -> None:
        done: list[int] = []
        threads: list[str] = []

        def work(number: int) -> int:
            done.append(number)
            threads.append(threading.current_thread().name)
            return number * 2

        results: Deferred[list[int]] = gatherResults(
            [self.worker.run(partial(work, number)) for number in range(20)]
        )
        self.assertEqual(await results, list(range(0, 40, 2)))
        self.assertEqual(done, list(range(20)))
        self.assertEqual(set(threads), {"test-worker"})

    async def test_a_failure_is_the_askers_alone(self) -> None:
        def fail() -> None:
            raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError):
            await self.worker.run(fail)
        self.assertEqual(await self.worker.run(lambda: 7), 7)

    async def test_what_is_cancelled_is_not_begun(self) -> None:
        is_blocked, go_on = threading.Event(), threading.Event()
        done: list[str] = []

        def block() -> None:
            is_blocked.set()
            go_on.wait(10)

        blocking = self.worker.run(block)
        cancelled = self.worker.run(lambda: done.append("cancelled"))
        after = self.worker.run(lambda: done.append("after"))
        cancelled.cancel()
        go_on.set()
        with self.assertRaises(CancelledError):
            await cancelled
        await blocking
        await after
        self.assertTrue(is_blocked.is_set())
        self.assertEqual(done, ["after"])

    async def test_what_has_begun_is_interrupted(self) -> None:
        has_begun, interrupted = threading.Event(), threading.Event()

        def work() -> None:
            has_begun.set()
            interrupted.wait(10)

        working = self.worker.run(work, interrupted.set)
        has_begun.wait(10)
        working.cancel()
        with self.assertRaises(CancelledError):
            await working
        self.assertTrue(interrupted.is_set())
        self.assertEqual(await self.worker.run(lambda: 7), 7)  # it is free again
