"""Engines for tests: one that is slow and fails when told to, and SQLite on a Clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from twisted.internet.defer import Deferred, fail, succeed
from twisted.python.failure import Failure

from twistchat.core.concerns import is_durable
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.engine.groupcommit import GroupCommit
from twistchat.engine.memory import Memory
from twistchat.engine.sqlite import SQLiteEngine
from twistchat.engine.sqlite.file import Durability
from twistchat.engine.worker import WorkerStoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from twisted.internet.interfaces import IReactorTime
    from twisted.internet.task import Clock

    from twistchat.core.events import Durable, SearchOpened, Unkept
    from twistchat.counts import Commits
    from twistchat.engine import Audited, Committed, Entry, NodeSeen, Outcome, Repeated
    from twistchat.engine.retention import Retention

T = TypeVar("T")


class SlowEngine:
    """An engine whose commits, claims and readings wait for the Clock, and fail when told to.

    It is memory behind the same group commit as an engine with a disk. `delay` is in seconds.
    While `fails` is true, nothing is kept, claimed or read; `refuses` says so of single
    events; while `hangs` is true, the writer does not answer at all (`answer` lets it).
    """

    node = ""
    trouble = ""

    def __init__(
        self,
        clock: IReactorTime,
        limits: Limits = DEFAULT_LIMITS,
        delay: float = 0.01,
        *,
        now: Callable[[], float] | None = None,
    ) -> None:
        self.delay = delay
        self.fails = False
        self.hangs = False
        self.refuses: Callable[[Durable], Unkept | None] = lambda _: None
        self.batches: list[int] = []
        """How many durable events each batch had that was handed to the writer."""
        self._clock = clock
        self._memory = Memory(limits, now=now or clock.seconds)
        self._hanging: list[Callable[[], None]] = []
        self._line = GroupCommit(
            clock=clock,
            limits=limits,
            write=self._write,
            last=self._memory.stands,
            forget=self._memory.forget,
        )

    @property
    def full(self) -> bool:
        """See `Engine.full`."""
        return self._line.full

    @property
    def commits(self) -> Commits:
        """See `Engine.commits`."""
        return self._line.commits

    @property
    def waiting(self) -> int:
        """See `Engine.waiting`."""
        return self._line.waiting

    def nodes(self) -> Deferred[Sequence[NodeSeen]]:
        """See `Engine.nodes`."""
        return succeed(())

    def start(self, deliver: Callable[[Sequence[Committed]], None]) -> Deferred[None]:
        """See `Engine.start`."""
        self._line.start(deliver)
        return self._later(lambda: None)

    def append(self, entries: Sequence[Entry]) -> None:
        """See `Engine.append`."""
        self._line.append(entries)

    def history(
        self,
        log: str,
        *,
        limit: int,
        before: int | None = None,
        after: int | None = None,
        since: float | None = None,
        until: float | None = None,
        oldest: bool = False,
        is_spoken: bool = False,
    ) -> Deferred[list[Committed]]:
        """See `Engine.history`."""

        def read() -> list[Committed]:
            self._fail()
            return self._memory.history(
                log, before, limit, after=after, since=since, until=until, oldest=oldest,
                is_spoken=is_spoken,
            )  # fmt: skip

        return self._later(read)

    def conversations(
        self, person: str, rooms: Sequence[str], *, since: float, until: float, limit: int,
        oldest: bool = False,
    ) -> Deferred[list[Committed]]:  # fmt: skip
        """See `Engine.conversations`."""

        def read() -> list[Committed]:
            self._fail()
            return self._memory.conversations(
                person, rooms, since=since, until=until, limit=limit, oldest=oldest
            )

        return self._later(read)

    def search(self, wanted: SearchOpened, *, before: int) -> Deferred[list[Committed]]:
        """See `Engine.search`."""

        def search() -> list[Committed]:
            self._fail()
            return self._memory.search(wanted, before)

        return self._later(search)

    def move_cursor(self, person: str, log: str, number: int) -> Deferred[None]:
        """See `Engine.move_cursor`."""
        return self._later(lambda: self._memory.move_cursor(person, log, number))

    def cursors(self, person: str) -> Deferred[dict[str, int]]:
        """See `Engine.cursors`."""
        return self._later(lambda: self._memory.cursors(person))

    def unread(self, person: str, *, limit: int) -> Deferred[list[Committed]]:
        """See `Engine.unread`."""

        def read() -> list[Committed]:
            self._fail()
            return self._memory.unread(person, limit)

        return self._later(read)

    def audit(
        self, *, limit: int, before: int | None = None, log: str | None = None
    ) -> Deferred[list[Audited]]:
        """See `Engine.audit`."""

        def read() -> list[Audited]:
            self._fail()
            return self._memory.audit(limit, before, log)

        return self._later(read)

    def kept_under(self, event: Durable, key: str) -> Deferred[Repeated | Unkept | None]:
        """See `Engine.kept_under`."""

        def find() -> Repeated | Unkept | None:
            self._fail()
            return self._memory.kept_under(event, key)

        return self._later(find)

    @property
    def secret(self) -> bytes:
        """See `Engine.secret`."""
        return self._memory.secret

    def remember(self, person: str, text: str, until: float) -> Deferred[None]:
        """See `Engine.remember`."""

        def remember() -> None:
            self._fail()
            self._memory.remember(person, text, until)

        return self._later(remember)

    def recall(self, person: str) -> Deferred[str | None]:
        """See `Engine.recall`."""

        def recall() -> str | None:
            self._fail()
            return self._memory.recall(person)

        return self._later(recall)

    def set_password(self, account: str, hashed: str | None) -> Deferred[None]:
        """See `Engine.set_password`."""

        def keep() -> None:
            self._fail()
            self._memory.set_password(account, hashed)

        return self._later(keep)

    def password(self, account: str) -> Deferred[str | None]:
        """See `Engine.password`."""

        def read() -> str | None:
            self._fail()
            return self._memory.password(account)

        return self._later(read)

    def claim(self, name: str, holder: str) -> Deferred[bool]:
        """See `Engine.claim`."""

        def claim() -> bool:
            if self.fails:
                raise OSError("the disk is full")
            return self._memory.claim(name, holder)

        return self._later(claim)

    def release(self, name: str, holder: str) -> None:
        """See `Engine.release`."""
        self._memory.release(name, holder)

    def stop(self) -> Deferred[None]:
        """See `Engine.stop`."""
        return self._line.stop()

    def answer(self) -> None:
        """Let a writer that hung answer."""
        self.hangs = False
        hanging, self._hanging = self._hanging, []
        for write in hanging:
            write()

    def _fail(self) -> None:
        if self.fails:
            raise OSError("the disk is unreadable")

    def _later(self, result: Callable[[], T]) -> Deferred[T]:
        later: Deferred[None] = Deferred()
        self._clock.callLater(self.delay, later.callback, None)
        return later.addCallback(lambda _: result())

    def _write(self, entries: Sequence[Entry]) -> Deferred[Sequence[Outcome]]:
        events = [(entry, entry.item) for entry in entries if is_durable(entry.item)]
        written: Deferred[Sequence[Outcome]] = Deferred()
        self.batches.append(len(events))

        def write() -> None:
            if self.hangs:
                self._hanging.append(write)
            elif self.fails:
                written.errback(Failure(OSError("the disk is full")))
            else:
                written.callback([self._keep(entry, event) for entry, event in events])

        self._clock.callLater(self.delay, write)
        return written

    def _keep(self, entry: Entry, event: Durable) -> Outcome:
        # What was kept before needs no keeping, so that it cannot fail.
        before = self._memory.repeats(entry)
        return before or self.refuses(event) or self._memory.put(entry, event)


class ClockWorker:
    """A worker that does each thing some seconds later on a Clock, and there and then."""

    def __init__(self, clock: IReactorTime, delay: float = 0.001) -> None:
        self.delay = delay
        self._clock = clock
        self._is_stopped = False

    def run(self, work: Callable[[], T]) -> Deferred[T]:
        """See `twistchat.engine.worker.Worker`."""
        cancelled: list[bool] = []
        later: Deferred[T] = Deferred(lambda _: cancelled.append(True))

        def do() -> None:
            if cancelled:
                return
            try:
                result = work()
            except Exception:  # told to whoever waits for it
                later.errback(Failure())
            else:
                later.callback(result)

        if self._is_stopped:
            return fail(WorkerStoppedError("the worker has ended"))
        self._clock.callLater(self.delay, do)
        return later

    def stop(self) -> None:
        """Take nothing more."""
        self._is_stopped = True


def sqlite_engine(
    path: Path,
    clock: Clock,
    limits: Limits = DEFAULT_LIMITS,
    *,
    delay: float = 0.001,
    retention: Retention | None = None,
) -> SQLiteEngine:
    """Make the SQLite engine of a test: no threads, and no waiting for the disk.

    `delay` is how long each thing takes that is done with the database, in seconds.
    """
    return SQLiteEngine(
        path,
        clock=clock,
        worker=lambda _: ClockWorker(clock, delay),
        limits=limits,
        durability=Durability.FAST,
        retention=retention,
        now=clock.seconds,
    )
