"""Work that is done in a thread of its own."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, cast

from twisted.internet import reactor
from twisted.internet.defer import CancelledError, gatherResults
from twisted.trial.unittest import TestCase

from twistchat.engine.worker import ThreadWorker, WorkerStoppedError

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

    async def test_what_has_begun_goes_on_unheard(self) -> None:
        has_begun, go_on = threading.Event(), threading.Event()
        done: list[str] = []

        def work() -> None:
            has_begun.set()
            go_on.wait(10)
            done.append("all of it")

        working = self.worker.run(work)
        has_begun.wait(10)
        working.cancel()
        with self.assertRaises(CancelledError):
            await working
        go_on.set()
        self.assertEqual(await self.worker.run(lambda: 7), 7)
        self.assertEqual(done, ["all of it"])

    async def test_after_its_end(self) -> None:
        last = self.worker.run(lambda: 7)
        self.worker.stop()
        self.assertEqual(await last, 7)
        with self.assertRaises(WorkerStoppedError):
            await self.worker.run(lambda: 8)
