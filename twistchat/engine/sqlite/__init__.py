"""The engine that keeps everything on disk, in one SQLite file.

Nothing is delivered before it is committed, and the reactor never waits: one thread writes, one
transaction for all that came in during the one before; one reads history; one searches.

    store.py     the writer's side: transactions and numbers
    loading.py   what a start begins with
    reader.py    a reader's side: history and search
    deeds.py     what moderators and operators do: what holds, what it deletes, the audit log
    passing.py   what is kept for a time only: keys, and what is remembered of people
    chores.py    in small steps, beside writing: the search index, retention, checkpoints
    rows.py      events as rows, and back
    file.py      the file: made, opened, locked, looked at
    migrate.py   the schema, whose numbered files are in `schema/`
    faults.py    what SQLite reports, as sentences for the operator
    together.py  what is to be remembered of people, written together
    keeping.py   when the chores are done
    inspection.py  the file, looked at before the start
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.internet import defer
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import deferLater
from twisted.logger import Logger

from twistchat.core.concerns import is_durable, log_of
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.engine import NOWHERE, Audited, Committed, Entry, Stamp
from twistchat.engine.groupcommit import GroupCommit
from twistchat.engine.holders import Holders
from twistchat.engine.retention import Retention, describe
from twistchat.engine.sqlite.file import Durability
from twistchat.engine.sqlite.keeping import Keeping
from twistchat.engine.sqlite.loading import Loaded, new_epoch
from twistchat.engine.sqlite.reader import Reader
from twistchat.engine.sqlite.store import PRIVATE_LOGS, Proposed, Store
from twistchat.engine.sqlite.together import Together

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twisted.internet.interfaces import IReactorTime

    from twistchat.core.events import Durable, SearchOpened, Unkept
    from twistchat.counts import Commits
    from twistchat.engine import NodeSeen, Outcome, Repeated
    from twistchat.engine.keys import Used
    from twistchat.engine.worker import MakeWorker

log = Logger()

LAST_TURN = 0.01
"""Seconds: a turn of the reactor, and to spare."""

CLOSE_TIME = 1.0
"""Seconds in which, at the end, each connection to the database is to be closed."""


class SQLiteEngine:
    """Keeps everything that anybody saw, in one file. `worker` makes its three workers."""

    node = ""
    trouble = ""

    def __init__(
        self,
        path: str | Path,
        *,
        clock: IReactorTime,
        worker: MakeWorker,
        limits: Limits = DEFAULT_LIMITS,
        durability: Durability = Durability.FULL,
        retention: Retention | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        path = Path(path)
        self._clock = clock
        self._now = now
        self._secret = b""
        self._store = Store(
            path,
            durability=durability,
            retention=retention or Retention(),
            key_time=limits.key_time,
            now=now,
        )
        self._history = Reader(path, self._store.file, patience=limits.history_time)
        self._search = Reader(path, self._store.file, patience=limits.search_time)
        self._writer = worker("twistchat-write")
        self._history_worker = worker("twistchat-read")
        self._search_worker = worker("twistchat-search")
        self._key_time = limits.key_time
        self._remembering = Together(clock, self._remember)
        self._stands: dict[str, Stamp] = {}
        self._private: dict[str, Stamp] = {}
        self._holders = Holders()
        self._line = GroupCommit(
            clock=clock, limits=limits, write=self._write, last=self._where, forget=self._forget
        )
        self._keeping = Keeping(
            clock=clock,
            store=self._store,
            writer=self._writer,
            reader=self._search,
            side=self._search_worker,
            now=now,
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
        """See `Engine.start`.

        It fails with `DatabaseError` where the file cannot be used.
        """
        self._line.start(deliver)
        path, retention = self._store.path, self._store.retention

        def loaded(found: Loaded) -> None:
            self._stands.update(found.stands)
            self._secret = found.secret
            log.info(
                "Everything is kept in {path} ({count} lines so far)",
                path=path.absolute(),
                count=found.lines,
            )
            if found.is_anew:
                log.info(
                    "It is a backup, or was not synced when the machine ended: new epochs begin."
                )
            if not retention.keeps_all:
                for rule in describe(retention):
                    log.info("{rule}", rule=rule)
            if found.events:
                deliver(found.events)
            self._keeping.start(is_behind=found.is_behind)

        return self._writer.run(self._store.open).addCallback(loaded)

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
        return self._history_worker.run(
            lambda: self._history.history(
                log, before, limit, after=after, since=since, until=until, oldest=oldest,
                is_spoken=is_spoken,
            )
        )  # fmt: skip

    def conversations(
        self, person: str, rooms: Sequence[str], *, since: float, until: float, limit: int,
        oldest: bool = False,
    ) -> Deferred[list[Committed]]:  # fmt: skip
        """See `Engine.conversations`."""
        return self._history_worker.run(
            lambda: self._history.conversations(
                person, rooms, since=since, until=until, limit=limit, oldest=oldest
            )
        )

    def search(self, wanted: SearchOpened, *, before: int) -> Deferred[list[Committed]]:
        """See `Engine.search`."""
        return self._search_worker.run(
            lambda: self._search.search(wanted, before, has_index=self._store.can_search)
        )

    def claim(self, name: str, holder: str) -> Deferred[bool]:
        """See `Engine.claim`."""
        return succeed(self._holders.claim(name, holder))

    def release(self, name: str, holder: str) -> None:
        """See `Engine.release`."""
        self._holders.release(name, holder)

    def move_cursor(self, person: str, log: str, number: int) -> Deferred[None]:
        """See `Engine.move_cursor`."""
        return self._writer.run(lambda: self._store.move_cursor(person, log, number))

    def cursors(self, person: str) -> Deferred[dict[str, int]]:
        """See `Engine.cursors`."""
        return self._history_worker.run(lambda: self._history.cursors(person))

    def unread(self, person: str, *, limit: int) -> Deferred[list[Committed]]:
        """See `Engine.unread`."""
        return self._history_worker.run(lambda: self._history.unread(person, limit))

    def audit(
        self, *, limit: int, before: int | None = None, log: str | None = None
    ) -> Deferred[list[Audited]]:
        """See `Engine.audit`."""
        return self._history_worker.run(lambda: self._history.audit(limit, before, log))

    def kept_under(self, event: Durable, key: str) -> Deferred[Repeated | Unkept | None]:
        """See `Engine.kept_under`."""

        def answer(used: Used | None) -> Repeated | Unkept | None:
            return used.answer(event, self._key_time, anywhere=True) if used else None

        looking = self._history_worker.run(lambda: self._history.used(event.user, key))
        return looking.addCallback(answer)

    @property
    def secret(self) -> bytes:
        """See `Engine.secret`."""
        return self._secret

    def remember(self, person: str, text: str, until: float) -> Deferred[None]:
        """See `Engine.remember`."""
        return self._remembering.put(person, text, until)

    def recall(self, person: str) -> Deferred[str | None]:
        """See `Engine.recall`."""
        return self._history_worker.run(lambda: self._history.recall(person, self._now()))

    def set_password(self, account: str, hashed: str | None) -> Deferred[None]:
        """See `Engine.set_password`. It fails with `DatabaseError` where it was not kept."""
        kept = self._writer.run(lambda: self._store.set_password(account, hashed))
        return kept.addCallback(lambda _: self._keeping.has_written())

    def password(self, account: str) -> Deferred[str | None]:
        """See `Engine.password`. It fails with `DatabaseError` where it cannot be read."""
        return self._history_worker.run(lambda: self._history.password(account))

    def stop(self) -> Deferred[None]:
        """See `Engine.stop`."""
        return self._line.stop().addBoth(self._wait_for_readers).addBoth(self._close)

    def _wait_for_readers(self, _: object) -> Deferred[None]:
        """Let what was delivered last be told: whoever came in with it asks for a history."""
        return deferLater(self._clock, LAST_TURN)

    def _close(self, _: object) -> Deferred[None]:
        self._keeping.stop()
        self._search.end()  # a history is short, and whoever has just come waits for it
        readers = [
            self._within_time(worker.run(reader.close))
            for worker, reader in (
                (self._history_worker, self._history),
                (self._search_worker, self._search),
            )
        ]
        self._history_worker.stop()
        self._search_worker.stop()

        def close_writer(_: object) -> Deferred[None]:
            # The last to let go of the file: it leaves nothing beside it.
            closed = self._within_time(self._writer.run(self._store.close))
            self._writer.stop()
            return closed

        return defer.DeferredList(readers).addCallback(close_writer)

    def _within_time(self, closed: Deferred[None]) -> Deferred[None]:
        closed.addTimeout(CLOSE_TIME, self._clock)
        return closed.addErrback(
            lambda failure: log.error(
                "The database was not closed as it should be: {why}",
                why="it is busy, or its disk does not answer"
                if failure.check(defer.TimeoutError)
                else failure.value,
            )
        )

    # ------------------------------------------------------------ the writer

    def _write(self, entries: Sequence[Entry]) -> Deferred[Sequence[Outcome]]:
        proposed = [
            Proposed(
                entry.item,
                self._last(log_of(entry.item) or "").epoch,
                entry.label.key if entry.label else None,
            )
            for entry in entries
            if is_durable(entry.item)
        ]

        def written(outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
            for (event, *_), outcome in zip(proposed, outcomes, strict=True):
                name = log_of(event) or ""
                if isinstance(outcome, Stamp):
                    self._note(name, outcome)
            self._keeping.has_written()
            return outcomes

        return self._writer.run(lambda: self._store.append(proposed)).addCallback(written)

    def _remember(self, texts: Mapping[str, tuple[str, float]]) -> Deferred[None]:
        kept = self._writer.run(lambda: self._store.remember(texts))
        return kept.addCallback(lambda _: self._keeping.has_written())

    def _last(self, name: str) -> Stamp:
        """Where a log stands; one that there is not yet begins with this epoch."""
        stamp = self._stands.get(name)
        if stamp is None:
            stamp = Stamp(new_epoch(), 0)
            if not name.startswith("@"):  # of those only few are known: see `_note`
                self._stands[name] = stamp
        return stamp

    def _where(self, name: str) -> Stamp:
        """Where a log stands, for what has no number of its own; of a private one perhaps nowhere.

        To ask begins none.
        """
        return self._private.get(name, NOWHERE) if name.startswith("@") else self._last(name)

    def _note(self, name: str, stamp: Stamp) -> None:
        """Note where a log stands; of the private ones those that were written to last."""
        if name in self._stands:
            self._stands[name] = stamp
        elif name.startswith("@"):
            self._private.pop(name, None)
            self._private[name] = stamp
            if len(self._private) > PRIVATE_LOGS:
                del self._private[next(iter(self._private))]

    def _forget(self, name: str) -> None:
        self._stands.pop(name, None)
        self._writer.run(lambda: self._store.forget(name)).addErrback(
            lambda failure: log.error("A room's log is to be ended later: {why}", why=failure.value)
        )
