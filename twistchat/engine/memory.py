"""The engine that keeps everything in this process, and hands on at once."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict, deque
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from twistchat.core.accounts import Standing
from twistchat.core.concerns import is_audited, is_durable, log_of, stands_in
from twistchat.core.events import (
    AccountSet,
    Deleted,
    Durable,
    RoomForgotten,
    RulesChanged,
    Said,
    Unkept,
)
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.core.rules import without_key
from twistchat.counts import Commits
from twistchat.engine import NOWHERE, Audited, Committed, Entry, Repeated, Stamp
from twistchat.engine.holders import Holders
from twistchat.engine.keys import Keys
from twistchat.engine.logs import Log, PrivateLogs, latest, matcher
from twistchat.engine.retention import rule_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.core.events import SearchOpened
    from twistchat.engine import NodeSeen, Outcome

log = Logger()

AUDITED = 2_000
"""Deeds of which an account is kept; a process that ends forgets them all."""

REMEMBERED = 10_000
"""People of whom something is remembered; who was noted first is forgotten first."""


class Memory:
    """The logs and the names of one process: what an engine without a store is made of."""

    def __init__(self, limits: Limits, *, now: Callable[[], float] = time.time) -> None:
        self.secret = secrets.token_bytes(32)
        """See `Engine.secret`."""
        self._now = now
        self._keys = Keys(limits)
        self._remembered: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._limits = limits
        self._rooms: dict[str, Log] = {}
        self._private = PrivateLogs(limits, self._is_forgotten)
        self._audit: deque[Audited] = deque(maxlen=AUDITED)
        self._audited = 0
        self._cursors: dict[str, dict[str, int]] = {}
        self._passwords: dict[str, str] = {}
        self._holders = Holders()
        self._bytes = 0

    def _log(self, name: str) -> Log:
        if name.startswith("@"):
            return self._private.open(name)
        log = self._rooms.get(name)
        if log is None:
            log = self._rooms[name] = Log(self._limits.history, self._limits.history_bytes)
        return log

    def _is_forgotten(self, name: str, log: Log) -> None:
        self._bytes -= log.bytes
        self._end_cursors(name)

    def keep(self, event: Durable) -> Committed:
        """Number a durable event, and remember it, but not who asked for it."""
        log = self._rooms.get(event.room) if type(event) is Said else None
        if log is None:
            log = self._log(log_of(event) or "")
        before = log.bytes
        kept = log.append(event)
        if type(event) is not Said:
            self._follow(kept, log)
        self._bytes += log.bytes - before
        if self._bytes > self._limits.history_total:
            self._shrink()
        return kept

    def _follow(self, kept: Committed, log: Log) -> None:
        """Follow what is decided, and give an account of it."""
        event = kept.item
        if isinstance(event, RulesChanged):
            log.obey(rule_of(event.rules), event.at)
            event = replace(event, rules=without_key(event.rules))
            kept = Committed(event, kept.epoch, kept.number)
        elif isinstance(event, AccountSet):
            is_there = event.account.standing is not Standing.DELETED
            self._private.has_account(event.account.id, is_so=is_there)
        if is_audited(event):
            self._audited += 1
            self._audit.append(Audited(self._audited, kept))

    def repeats(self, entry: Entry) -> Repeated | Unkept | None:
        """Tell what becomes of a durable event whose key was used before; None if it was not."""
        if entry.label is None or entry.label.key is None or not is_durable(entry.item):
            return None
        return self._keys.answer(entry.item, entry.label.key)

    def put(self, entry: Entry, event: Durable) -> Outcome:
        """Keep the event of an entry, unless its key was used before."""
        before = self.repeats(entry)
        if before is not None:
            return before
        if isinstance(event, Deleted) and not self._erase(event):
            return Unkept.NO_SUCH_LINE
        kept = self.keep(event)
        stamp = Stamp(kept.epoch, kept.number)
        if entry.label is not None and entry.label.key is not None:
            self._keys.note(event, entry.label.key, stamp)
        return stamp

    def _erase(self, event: Deleted) -> bool:
        log = self._rooms.get(event.room)
        if log is None:
            return False
        before = log.bytes
        is_erased = log.erase(event.number, event.who)
        self._bytes += log.bytes - before
        return is_erased

    def _shrink(self) -> None:
        """Let the room that has most forget its older half."""
        logs = [*self._rooms.values(), *self._private]
        largest = max(logs, key=lambda log: log.bytes)
        largest.shrink(largest.bytes // 2)
        self._bytes = sum(log.bytes for log in logs)

    def forget(self, name: str) -> None:
        """Drop the log of a room; a new room of that name begins a new one."""
        forgotten = self._rooms.pop(name, None)
        if forgotten is not None:
            self._bytes -= forgotten.bytes
            self._end_cursors(name)

    def _end_cursors(self, log: str) -> None:
        for cursors in self._cursors.values():
            cursors.pop(log, None)

    @property
    def rooms(self) -> Sequence[str]:
        """Name the rooms that have a log."""
        return list(self._rooms)

    def stands(self, name: str) -> Stamp:
        """Tell where a log stands; to ask makes no private one."""
        if name.startswith("@") and self._private.get(name) is None:
            return NOWHERE
        log = self._log(name)
        return Stamp(log.epoch, log.last)

    def history(
        self,
        log: str,
        before: int | None,
        limit: int,
        *,
        after: int | None = None,
        since: float | None = None,
        until: float | None = None,
        oldest: bool = False,
        is_spoken: bool = False,
    ) -> list[Committed]:
        """See `Engine.history`."""
        found = self._rooms.get(log) or self._private.get(log)
        if found is None:
            return []
        return found.page(
            limit=limit, before=before, after=after, since=since, until=until, oldest=oldest,
            is_spoken=is_spoken,
        )  # fmt: skip

    def conversations(
        self, person: str, rooms: Sequence[str], *, since: float, until: float, limit: int,
        oldest: bool,
    ) -> list[Committed]:  # fmt: skip
        """See `Engine.conversations`."""
        names = (*rooms, *self._private.of(person))
        last = (self.history(name, None, 1, is_spoken=True) for name in names)
        return latest(chain.from_iterable(last), since, until, limit, oldest=oldest)

    def search(self, wanted: SearchOpened, before: int) -> list[Committed]:
        """See `Engine.search`."""
        found = self._rooms.get(wanted.room)
        return found.before(before, wanted.limit, matcher(wanted)) if found else []

    def move_cursor(self, person: str, log: str, number: int) -> None:
        """See `Engine.move_cursor`."""
        if log in self._rooms or self._private.get(log) is not None:
            cursors = self._cursors.setdefault(person, {})
            cursors[log] = max(number, cursors.get(log, 0))

    def cursors(self, person: str) -> dict[str, int]:
        """See `Engine.cursors`."""
        return dict(self._cursors.get(person, {}))

    def unread(self, person: str, limit: int) -> list[Committed]:
        """See `Engine.unread`."""
        return self._private.unread(person, self._cursors.get(person, {}), limit)

    def audit(self, limit: int, before: int | None, log: str | None) -> list[Audited]:
        """See `Engine.audit`."""
        newest_first = (
            each
            for each in reversed(self._audit)
            if (before is None or each.id < before)
            and (log is None or log_of(each.committed.item) == log)
        )
        return list(islice(newest_first, limit))[::-1]

    def kept_under(self, event: Durable, key: str) -> Repeated | Unkept | None:
        """See `Engine.kept_under`."""
        return self._keys.answer(event, key, anywhere=True)

    def remember(self, person: str, text: str, until: float) -> None:
        """See `Engine.remember`."""
        self._remembered[person] = text, until
        self._remembered.move_to_end(person)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    def recall(self, person: str) -> str | None:
        """See `Engine.recall`."""
        text, until = self._remembered.get(person, (None, 0.0))
        return text if until > self._now() else None

    def set_password(self, account: str, hashed: str | None) -> None:
        """See `Engine.set_password`."""
        if hashed is None:
            self._passwords.pop(account, None)
        else:
            self._passwords[account] = hashed

    def password(self, account: str) -> str | None:
        """See `Engine.password`."""
        return self._passwords.get(account)

    def claim(self, name: str, holder: str) -> bool:
        """See `Engine.claim`."""
        return self._holders.claim(name, holder)

    def release(self, name: str, holder: str) -> None:
        """See `Engine.release`."""
        self._holders.release(name, holder)


class MemoryEngine:
    """Commits at once, remembers a bounded number of events, forgets all when it ends."""

    full = False
    waiting = 0
    node = ""
    trouble = ""

    def __init__(
        self, limits: Limits = DEFAULT_LIMITS, *, now: Callable[[], float] = time.time
    ) -> None:
        self.commits = Commits()
        self._memory = Memory(limits, now=now)
        self._deliver: Callable[[Sequence[Committed]], None] | None = None

    def nodes(self) -> Deferred[Sequence[NodeSeen]]:
        """See `Engine.nodes`."""
        return succeed(())

    def start(self, deliver: Callable[[Sequence[Committed]], None]) -> Deferred[None]:
        """See `Engine.start`."""
        log.info("Everything is kept in memory, and forgotten at the end")
        self._deliver = deliver
        return succeed(None)

    def append(self, entries: Sequence[Entry]) -> None:
        """See `Engine.append`."""
        assert self._deliver is not None, "the engine is not started"
        self._deliver([self._place(entry) for entry in entries])

    def _place(self, entry: Entry) -> Committed:
        item, stamp = entry.item, NOWHERE
        if is_durable(item):
            if entry.label is None and type(item) is not Deleted:
                kept = self._memory.keep(item)
                return Committed(item, kept.epoch, kept.number, entry.origin, None, entry.echo)
            return entry.settled(item, self._memory.put(entry, item))
        if isinstance(item, RoomForgotten):
            self._memory.forget(item.room)
        elif (name := stands_in(item)) is not None:
            stamp = self._memory.stands(name)
        return entry.committed(item, stamp)

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
        found = self._memory.history(
            log, before, limit, after=after, since=since, until=until, oldest=oldest,
            is_spoken=is_spoken,
        )  # fmt: skip
        return succeed(found)

    def conversations(
        self, person: str, rooms: Sequence[str], *, since: float, until: float, limit: int,
        oldest: bool = False,
    ) -> Deferred[list[Committed]]:  # fmt: skip
        """See `Engine.conversations`."""
        found = self._memory.conversations(
            person, rooms, since=since, until=until, limit=limit, oldest=oldest
        )
        return succeed(found)

    def search(self, wanted: SearchOpened, *, before: int) -> Deferred[list[Committed]]:
        """See `Engine.search`."""
        return succeed(self._memory.search(wanted, before))

    def move_cursor(self, person: str, log: str, number: int) -> Deferred[None]:
        """See `Engine.move_cursor`."""
        self._memory.move_cursor(person, log, number)
        return succeed(None)

    def cursors(self, person: str) -> Deferred[dict[str, int]]:
        """See `Engine.cursors`."""
        return succeed(self._memory.cursors(person))

    def unread(self, person: str, *, limit: int) -> Deferred[list[Committed]]:
        """See `Engine.unread`."""
        return succeed(self._memory.unread(person, limit))

    def audit(
        self, *, limit: int, before: int | None = None, log: str | None = None
    ) -> Deferred[list[Audited]]:
        """See `Engine.audit`."""
        return succeed(self._memory.audit(limit, before, log))

    def kept_under(self, event: Durable, key: str) -> Deferred[Repeated | Unkept | None]:
        """See `Engine.kept_under`."""
        return succeed(self._memory.kept_under(event, key))

    @property
    def secret(self) -> bytes:
        """See `Engine.secret`."""
        return self._memory.secret

    def remember(self, person: str, text: str, until: float) -> Deferred[None]:
        """See `Engine.remember`."""
        self._memory.remember(person, text, until)
        return succeed(None)

    def recall(self, person: str) -> Deferred[str | None]:
        """See `Engine.recall`."""
        return succeed(self._memory.recall(person))

    def set_password(self, account: str, hashed: str | None) -> Deferred[None]:
        """See `Engine.set_password`."""
        self._memory.set_password(account, hashed)
        return succeed(None)

    def password(self, account: str) -> Deferred[str | None]:
        """See `Engine.password`."""
        return succeed(self._memory.password(account))

    def claim(self, name: str, holder: str) -> Deferred[bool]:
        """See `Engine.claim`."""
        return succeed(self._memory.claim(name, holder))

    def release(self, name: str, holder: str) -> None:
        """See `Engine.release`."""
        self._memory.release(name, holder)

    def stop(self) -> Deferred[None]:
        """See `Engine.stop`: nothing waits here."""
        return succeed(None)
