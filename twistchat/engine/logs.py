"""The logs of one process: what happened in rooms, and what people have said to each other."""

from __future__ import annotations

import secrets
from collections import OrderedDict, deque
from itertools import chain, islice
from typing import TYPE_CHECKING

from twistchat.core.concerns import is_durable, weight
from twistchat.core.events import Durable, Erased, Said, Tagged, Whispered
from twistchat.core.names import fold
from twistchat.engine import Committed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from twistchat.core.events import Item, SearchOpened
    from twistchat.core.limits import Limits
    from twistchat.engine.retention import Rule


SPOKEN = (Said, Whispered)
"""What is said, of all that is kept."""


class Log:
    """What happened in one room, numbered 1, 2, 3 … under an epoch; the oldest is forgotten."""

    def __init__(self, lines: int, size: int) -> None:
        # Epochs are compared for equality alone; random, because a log may be made anew.
        self.epoch = secrets.token_hex(4)
        self.last = 0
        self._events: deque[Committed] = deque()
        self._sizes: deque[int] = deque()
        self._lines = self._most = lines
        self._size = size
        self._age: float | None = None
        self.bytes = 0
        """Roughly what the events take."""

    def append(self, item: Durable) -> Committed:
        """Give an event the next number and remember it."""
        self.last += 1
        committed = Committed(item, self.epoch, self.last)
        size = weight(item)
        self._events.append(committed)
        self._sizes.append(size)
        self.bytes += size
        while len(self._sizes) > self._lines or self.bytes > self._size:
            self._forget_oldest()
        if self._age is not None:
            self._forget_older(item.at - self._age)
        return committed

    def obey(self, rule: Rule, now: float) -> None:
        """Keep no more than that from now on."""
        self._lines = self._most if rule.lines is None else min(rule.lines, self._most)
        self._age = rule.age
        while len(self._sizes) > self._lines:
            self._forget_oldest()
        if self._age is not None:
            self._forget_older(now - self._age)

    def erase(self, number: int, by: str) -> bool:
        """Forget what was said under a number, but not that it was; whether there was anything."""
        place = number - 1 - self.last + len(self._events)
        if not 0 <= place < len(self._events) or number > self.last:
            return False
        said = self._events[place].item
        if not isinstance(said, Said | Tagged):
            return False
        gone = Erased(said.room, said.user, said.who, said.at, by)
        self._events[place] = Committed(gone, self.epoch, number)
        size = weight(gone)
        self.bytes += size - self._sizes[place]
        self._sizes[place] = size
        return True

    def shrink(self, size: int) -> None:
        """Forget the oldest until so many bytes are left."""
        while self.bytes > size:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        self._events.popleft()
        self.bytes -= self._sizes.popleft()

    def _forget_older(self, at: float) -> None:
        while self._events and _time_of(self._events[0].item) < at:
            self._forget_oldest()

    def before(
        self,
        number: int | None,
        limit: int,
        matches: Callable[[Item], bool] = lambda _: True,
    ) -> list[Committed]:
        """Return the last events numbered below `number` that match, oldest first."""
        newest_first = (
            committed
            for committed in reversed(self._events)
            if (number is None or committed.number < number) and matches(committed.item)
        )
        return list(islice(newest_first, limit))[::-1]

    def after(self, number: int) -> Iterator[Committed]:
        """Go through the events numbered above a number, oldest first."""
        return islice(self._events, max(0, number - self.last + len(self._events)), None)

    def page(
        self,
        *,
        limit: int,
        before: int | None,
        after: int | None,
        since: float | None,
        until: float | None,
        oldest: bool,
        is_spoken: bool,
    ) -> list[Committed]:
        """See `Engine.history`."""
        above = 0 if after is None else after
        below = self.last + 1 if before is None else before
        if since is not None:
            above = max(above, self._first_from(since) - 1)
        if until is not None:
            below = min(below, self._first_from(until))
        events = self._events if oldest else reversed(self._events)
        fitting = (c for c in events if above < c.number < below)
        if is_spoken:
            fitting = (c for c in fitting if isinstance(c.item, SPOKEN))
        found = list(islice(fitting, limit))
        return found if oldest else found[::-1]

    def _first_from(self, at: float) -> int:
        """Find the number of the first event that was said at a time or later."""
        later = (c.number for c in self._events if _time_of(c.item) >= at)
        return next(later, self.last + 1)


def _time_of(item: Item) -> float:
    return item.at if is_durable(item) else 0.0


class PrivateLogs:
    """The logs of two people each; those that were not written to for longest are forgotten.

    Somebody with an account may find theirs when they come back. So these are more, and those of
    guests, who may be many and never come again, take no place of theirs.
    """

    def __init__(self, limits: Limits, forgotten: Callable[[str, Log], object]) -> None:
        self._limits = limits
        self._forgotten = forgotten
        self._accounts: set[str] = set()
        self._of_guests: OrderedDict[str, Log] = OrderedDict()
        self._of_accounts: OrderedDict[str, Log] = OrderedDict()

    def open(self, name: str) -> Log:
        """Find a log that is written to, or begin it."""
        is_kept = not self._accounts.isdisjoint(_both(name))
        logs = self._of_accounts if is_kept else self._of_guests
        log = self._of_guests.pop(name, None) or self._of_accounts.pop(name, None)
        if log is None:
            log = Log(self._limits.private_history, self._limits.history_bytes)
        logs[name] = log  # at the end
        most = self._limits.private_logs_of_accounts if is_kept else self._limits.private_logs
        if len(logs) > most:
            self._forgotten(*logs.popitem(last=False))
        return log

    def get(self, name: str) -> Log | None:
        """Find a log."""
        return self._of_guests.get(name) or self._of_accounts.get(name)

    def __iter__(self) -> Iterator[Log]:
        """Go through all of them."""
        return chain(self._of_guests.values(), self._of_accounts.values())

    def has_account(self, person: str, *, is_so: bool) -> None:
        """Take note that somebody has an account, or none any more."""
        if is_so:
            self._accounts.add(person)
        else:
            self._accounts.discard(person)

    def of(self, person: str) -> Iterator[str]:
        """Name the logs of what somebody and others have said to each other."""
        logs = chain(self._of_guests, self._of_accounts)
        return (name for name in logs if person in _both(name))

    def unread(self, person: str, cursors: Mapping[str, int], limit: int) -> list[Committed]:
        """See `Engine.unread`."""
        found: Iterable[Committed] = (
            committed
            for logs in (self._of_guests, self._of_accounts)
            for name, log in logs.items()
            if person in _both(name)
            for committed in log.after(cursors.get(name, 0))
            if isinstance(committed.item, Whispered) and committed.item.to_user == person
        )
        return sorted(found, key=lambda committed: _time_of(committed.item))[:limit]


def _both(name: str) -> list[str]:
    """Name the two of a private log (see `concerns.private_log`)."""
    return name[1:].split(",")


def matcher(wanted: SearchOpened) -> Callable[[Item], bool]:
    """Make what tells whether something is what is looked for."""
    words = [word.casefold() for word in wanted.words]
    who = fold(wanted.who)

    def matches(event: Item) -> bool:
        if not isinstance(event, Said) or (who and fold(event.who) != who):
            return False
        if wanted.since is not None and event.at < wanted.since:
            return False
        if wanted.until is not None and event.at >= wanted.until:
            return False
        text = event.text.casefold()
        return all(word in text for word in words)

    return matches


def latest(
    found: Iterable[Committed], since: float, until: float, limit: int, *, oldest: bool
) -> list[Committed]:
    """Of what was said last in several logs find what `Engine.conversations` tells."""
    fitting = [each for each in found if since <= _time_of(each.item) < until]
    fitting.sort(key=lambda each: _time_of(each.item))
    return fitting[:limit] if oldest else fitting[max(0, len(fitting) - limit) :]
