"""Where an engine does what takes its time: one thing after the other, away from the reactor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from twisted.internet.interfaces import IReactorFromThreads

T = TypeVar("T")


class Worker(Protocol):
    """Does work that may block, in the order in which it is given."""

    def run(self, work: Callable[[], T]) -> Deferred[T]:
        """Do this after all that was given before; the Deferred has its result, or its failure.

        Work that is cancelled is not begun; what has begun goes on, and nobody hears of it. After
        `stop` it fails with `WorkerStoppedError`.
        """

    def stop(self) -> None:
        """Do what was given, and then nothing more."""


class WorkerStoppedError(Exception):
    """The worker takes no more work."""


MakeWorker = Callable[[str], Worker]
"""Makes a worker, given what it is called in a list of threads."""


@dataclass(slots=True, eq=False)
class _Job:
    work: Callable[[], Any]
    done: Deferred[Any] = field(init=False)
    is_cancelled: bool = False

    def __post_init__(self) -> None:
        self.done = Deferred(self._cancel)

    def _cancel(self, _: Deferred[Any]) -> None:
        self.is_cancelled = True

    def finish(self, result: object) -> None:
        if not self.is_cancelled:
            self.done.callback(result)


class ThreadWorker:
    """A worker that is a thread of its own, from the first work on.

    It is a daemon, unlike those of Twisted's thread pools: a disk that never answers must not
    keep the process from ending.
    """

    def __init__(self, reactor: IReactorFromThreads, name: str) -> None:
        self._reactor = reactor
        self._name = name
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._is_stopped = False

    def run(self, work: Callable[[], T]) -> Deferred[T]:
        """See `Worker.run`."""
        if self._is_stopped:
            return fail(WorkerStoppedError(f"{self._name} has ended"))
        if self._thread is None:
            self._thread = Thread(target=self._live, name=self._name, daemon=True)
            self._thread.start()
        job = _Job(work)
        self._jobs.put(job)
        return job.done

    def stop(self) -> None:
        """See `Worker.stop`."""
        self._is_stopped = True
        self._jobs.put(None)

    def _live(self) -> None:
        while (job := self._jobs.get()) is not None:
            if job.is_cancelled:
                continue
            result: object
            try:
                result = job.work()
            except Exception:  # told to whoever waits for it
                result = Failure()
            self._reactor.callFromThread(job.finish, result)
