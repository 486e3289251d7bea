"""A chat that is kept in a Redis: which of it an export takes, read in pages.

As with a database, what is taken is fixed at the beginning, and not held; see `selection.py`.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from heapq import merge
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from twistchat.archive import ArchiveError
from twistchat.archive.belongings import Cursor, Note, Password, Secret
from twistchat.archive.selection import ROOMS_NAMED, Entry, Log, room_of
from twistchat.core.concerns import is_durable
from twistchat.core.events import Whispered
from twistchat.engine import Committed
from twistchat.engine.redis.codec import read_stored
from twistchat.engine.redis.pages import PAGE, Span, audited, events
from twistchat.engine.redis.scripts import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twistchat.archive.belongings import Belonging
    from twistchat.archive.selection import Wanted
    from twistchat.engine.choice import RedisChoice
    from twistchat.engine.redis.filling import Asks

PATIENCE = 60.0
"""Seconds for one answer."""

AT_ONCE = 500
"""Events that are read at once."""

IN_MEMORY = 20_000
"""Events of all logs that are in memory at once, where there are few logs."""

_OUTLINE = load("outline", before="")


class Life(NamedTuple):
    """Where a log stands."""

    epoch: str
    last: int
    life: str


class SharedChat(NamedTuple):
    """A chat in a Redis."""

    redis: Asks
    prefix: str
    name: str
    """As an operator knows it."""


@contextmanager
def of_redis(choice: RedisChoice, wanted: Wanted) -> Iterator[SharedSelection]:
    """Take something out of a chat in a Redis.

    Raises:
        ArchiveError: there is nothing of the kind, or it cannot be read.
        StoreError: the Redis cannot be used.
    """
    connection = choice.connect(PATIENCE)
    try:
        chat = SharedChat(connection, choice.address.prefix, str(choice.address))
        yield SharedSelection(chat, wanted)
    except TimeoutError as error:
        raise ArchiveError(f"{choice.address} does not answer") from error
    except ConnectionError as error:
        raise ArchiveError(f"{choice.address}: {error.strerror or error}") from error
    finally:
        connection.close()


class SharedSelection:
    """What an export takes of a chat in a Redis."""

    def __init__(self, chat: SharedChat, wanted: Wanted) -> None:
        """Raises `ArchiveError` if there is no such room, or no chat."""
        self._redis, self._prefix, name = chat
        self._room = None if wanted.room is None else room_of(wanted.room)
        self._since, self._until = wanted.since, wanted.until
        stands, private, first, holds, last = self._redis.ask_script(_OUTLINE, (), (self._prefix,))
        if not stands and not private:
            raise ArchiveError(
                f"there is no chat in {name}: name the database and the prefix as its nodes do"
            )
        self._lives = _lives(stands) | (_lives(private) if wanted.private else {})
        self._firsts = _pairs(first)
        self._last_entry = int(last)
        self._holds: dict[str, list[Committed]] = {}
        for log, number, text in zip(holds[::3], holds[1::3], holds[2::3], strict=True):
            held = Committed(read_stored(text), self._lives[log.decode()].epoch, int(number))
            self._holds.setdefault(log.decode(), []).append(held)
        self.logs: Sequence[Log] = self._find_logs()
        self.silent: Sequence[Log] = ()
        self.has_everything = wanted.everything
        self.count = 0

    def _find_logs(self) -> Sequence[Log]:
        names = sorted(self._lives, key=_order)
        if self._room is not None:
            names = [name for name in names if name == self._room]
            if not names:
                raise ArchiveError(f"there is no room {self._room} in it; {self._rooms()}")
        logs: list[Log] = []
        for name in names:
            number, _, life = self._firsts.get(name, "").partition(" ")
            stands = self._lives[name]
            first = int(number) if life == stands.life else 1
            log = Log(len(logs) + 1, name, first, stands.last, None, stands.epoch)
            if (self._since, self._until) != (None, None):
                found = [self._page(log, oldest=oldest, limit=1) for oldest in (True, False)]
                if not found[0]:
                    continue
                log = Log(log.id, name, found[0][0].number, found[1][0].number, None, stands.epoch)
            logs.append(log)
        return logs

    def _rooms(self) -> str:
        names = sorted(name for name in self._lives if name.startswith("#"))
        more = " and others" if len(names) > ROOMS_NAMED else ""
        return f"there are {', '.join(names[:ROOMS_NAMED]) or 'none'}{more}"

    @property
    def conversations(self) -> Sequence[Log]:
        """See `Selected.conversations`."""
        return [log for log in self.logs if not log.is_servers]

    # ------------------------------------------------------------ reading

    def of(self, log: Log, *, standing: bool = False) -> Iterator[Committed]:
        """See `Selected.of`."""
        for committed in self._of(log, AT_ONCE, standing=standing):
            self.count += 1
            yield committed

    def in_order(self) -> Iterator[tuple[Log, Committed]]:
        """See `Selected.in_order`: by their times, as each log has its own numbers alone."""
        at_once = max(10, min(AT_ONCE, IN_MEMORY // max(1, len(self.logs))))
        logs = (self._with_log(log, at_once) for log in self.logs)
        for _, log, committed in merge(*logs, key=lambda each: each[0]):
            self.count += 1
            yield log, committed

    def _with_log(self, log: Log, at_once: int) -> Iterator[tuple[float, Log, Committed]]:
        latest = -inf  # a clock may have been set back; the order of the log stays
        for committed in self._of(log, at_once, standing=True):
            latest = max(latest, _time_of(committed))
            yield latest, log, committed

    def _of(self, log: Log, at_once: int, *, standing: bool) -> Iterator[Committed]:
        held = sorted(self._holds.get(log.name, ()) if standing else (), key=_number_of)
        if self._until is not None:
            held = [each for each in held if _time_of(each) < self._until]
        last = 0
        for committed in merge(self._pages(log, at_once), held, key=_number_of):
            if committed.number != last:
                yield committed
            last = committed.number

    def _pages(self, log: Log, at_once: int) -> Iterator[Committed]:
        done = 0
        while page := self._page(log, oldest=True, limit=at_once, above=done):
            yield from (each for each in page if log.first <= each.number)
            done = page[-1].number

    def _page(self, log: Log, *, oldest: bool, limit: int, above: int = 0) -> Sequence[Committed]:
        above = max(above, log.first - 1)
        span = Span(above, log.last + 1, self._since, self._until, oldest)
        answer = self._redis.ask_script(PAGE, (), span.words(self._prefix, log.name, limit))
        if answer and answer[0].decode() != log.epoch:
            raise ArchiveError(f"{log.name} was begun anew meanwhile: export it again")
        try:
            return list(events(answer))
        except ValueError as error:
            raise ArchiveError(f"a line of {log.name} cannot be read: {error}") from error

    def audit(self) -> Iterator[Entry]:
        """See `Selected.audit`."""
        since = -inf if self._since is None else self._since
        until = inf if self._until is None else self._until
        done = 0
        while found := self._redis.ask(
            "XRANGE", f"{self._prefix}audit", done + 1, self._last_entry, "COUNT", AT_ONCE
        ):
            for place, fields in found:
                name, entry = audited(place, fields)
                done = entry.id
                at = _time_of(entry.committed)
                if self._room in (None, name) and since <= at < until:
                    yield Entry(name, entry.committed)

    def people(self, log: Log) -> tuple[str, str]:
        """See `Selected.people`."""
        for committed in self._page(log, oldest=True, limit=1):
            if isinstance(committed.item, Whispered):
                return committed.item.who, committed.item.to
        return "?", "?"

    # ------------------------------------------------------------ belongings

    def belongings(self) -> Iterator[Belonging]:
        """See `Selected.belongings`."""
        secret = self._redis.ask("HGET", f"{self._prefix}facts", "secret")
        if secret is not None:
            yield Secret(secret.decode())
        passwords = _pairs(self._redis.ask("HGETALL", f"{self._prefix}passwords"))
        yield from (Password(*each) for each in sorted(passwords.items()))
        logs = {log.name: log.id for log in self.logs}
        for person, key in self._keys("cursors:"):
            for name, cursor in sorted(_pairs(self._redis.ask("HGETALL", key)).items()):
                number, _, life = cursor.partition(" ")
                if name in logs and self._lives[name].life == life:
                    yield Cursor(logs[name], person, int(number))
        for person, key in self._keys("remembered:"):
            note = self._redis.ask("GET", key)
            if note is not None:
                text, until = json.loads(note)
                yield Note(person, text, until)

    def _keys(self, kind: str) -> list[tuple[str, str]]:
        """Find the people of whom there are keys of a kind, and these."""
        start = f"{self._prefix}{kind}"
        found: set[str] = set()
        place: Any = 0
        while True:
            place, keys = self._redis.ask("SCAN", place, "MATCH", f"{start}*", "COUNT", 1_000)
            found.update(key.decode() for key in keys)
            if int(place) == 0:
                return [(key.removeprefix(start), key) for key in sorted(found)]


def _pairs(words: Sequence[bytes]) -> dict[str, str]:
    texts = [word.decode() for word in words]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def _lives(words: Sequence[bytes]) -> dict[str, Life]:
    lives = {}
    for name, stand in _pairs(words).items():
        epoch, last, life = stand.split()
        lives[name] = Life(epoch, int(last), life)
    return lives


def _order(name: str) -> tuple[int, str]:
    """Rooms first, then what two people have said to each other; the server's own before all."""
    return "!#@".find(name[:1]), name


def _number_of(committed: Committed) -> int:
    return committed.number


def _time_of(committed: Committed) -> float:
    return committed.item.at if is_durable(committed.item) else 0.0
