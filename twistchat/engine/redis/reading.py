"""What is read of the store beside writing: history and search, cursors, the audit log.

All of it comes in pages of a size that holds up neither Redis, which does one thing at a time, nor
this process.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from twistchat.engine import Stamp
from twistchat.engine.keys import Used
from twistchat.engine.logs import SPOKEN, latest, matcher
from twistchat.engine.redis.asking import by, started
from twistchat.engine.redis.link import StoreError
from twistchat.engine.redis.notes import Notes
from twistchat.engine.redis.pages import ENDLESS, PAGE, Span, as_time, audited, events
from twistchat.engine.redis.pages import event as placed
from twistchat.engine.redis.scripts import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.defer import Deferred

    from twistchat.core.events import Durable, SearchOpened, Unkept
    from twistchat.engine import Audited, Committed, Repeated
    from twistchat.engine.redis.link import Word

READ_AT_ONCE = 200
"""Events that are read at once by what looks for some among many."""

LOGS = 100
"""Logs that one script looks into."""

LOOKED_AT = 2_000
"""Events that one script looks at for private words to somebody."""

MISSED = 10_000
"""Events of one log that are told to whoever has missed them; of more there is a gap."""

_LAST, _UNREAD, _KEY = (
    load("read_last", before=""),
    load("read_unread", before=""),
    load("read_key", before=""),
)


class Reading(Notes):
    """What is read of one chat's keys, and what people's own notes are."""

    # ------------------------------------------------------------ what was said

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
        above = 0 if after is None else after
        below = ENDLESS if before is None else before
        span = Span(above, below, since, until, oldest)
        read = self._spoken if is_spoken else self._page
        return started(read(log, span, limit))

    async def _page(self, log: str, span: Span, limit: int) -> list[Committed]:
        words = span.words(self._prefix, log, limit)
        answer = await self._surely(lambda: self._link.run(PAGE, (), words, is_reading=True))
        return list(events(answer))

    async def _spoken(self, log: str, span: Span, limit: int) -> list[Committed]:
        """Read a page of what was said alone: looking at all, a page at a time."""
        found: list[Committed] = []
        while len(found) < limit:
            page = await self._page(log, span, READ_AT_ONCE)
            said = [each for each in page if isinstance(each.item, SPOKEN)]
            if span.oldest:
                found += said
            else:
                found[:0] = said
            if len(page) < READ_AT_ONCE:
                break
            if span.oldest:
                span = span._replace(above=page[-1].number, since=None)
            else:
                span = span._replace(below=page[0].number, until=None)
        return found[:limit] if span.oldest else found[max(0, len(found) - limit) :]

    def missed(self, log: str, after: int, last: int) -> Deferred[list[Committed] | None]:
        """Read all events of a log above a number, up to another.

        None if they are not all there any more, or more than anybody is told who has missed them.
        """
        return started(self._missed(log, after, last))

    async def _missed(self, log: str, after: int, last: int) -> list[Committed] | None:
        if last - after > MISSED:
            return None
        found: list[Committed] = []
        while after < last:
            span = Span(after, last + 1, oldest=True)
            page = await self._page(log, span, READ_AT_ONCE)
            if not page or page[-1].number != after + len(page):
                return None
            found += page
            after = page[-1].number
        return found

    def conversations(
        self,
        person: str,
        rooms: Sequence[str],
        *,
        since: float,
        until: float,
        limit: int,
        oldest: bool = False,
    ) -> Deferred[list[Committed]]:
        """See `Engine.conversations`."""

        async def read() -> list[Committed]:
            logs = [*dict.fromkeys(rooms), *await self._private_logs(person)]
            found: list[Committed] = []
            for some in by(LOGS, logs):
                for log, *event in await self._read(_LAST, as_time(since), as_time(until), *some):
                    if event:
                        found.append(placed(*event))
                    else:
                        found += await self._spoken(log.decode(), Span(), 1)
            return latest(found, since, until, limit, oldest=oldest)

        return started(read())

    def search(self, wanted: SearchOpened, *, before: int) -> Deferred[list[Committed]]:
        """See `Engine.search`: there is no index, so all that was said is looked at."""

        async def search() -> list[Committed]:
            matches = matcher(wanted)
            late = self._clock.seconds() + self._limits.search_time
            found: list[Committed] = []
            below = min(before, ENDLESS)
            while True:
                page = await self._page(wanted.room, Span(below=below), READ_AT_ONCE)
                found[:0] = [each for each in page if matches(each.item)]
                if len(page) < READ_AT_ONCE or len(found) >= wanted.limit:
                    return found[max(0, len(found) - wanted.limit) :]
                if self._clock.seconds() > late:
                    raise StoreError(f"it took longer than {self._limits.search_time:g} s")
                below = page[0].number

        return started(search())

    # ------------------------------------------------------------ private words

    def unread(self, person: str, *, limit: int) -> Deferred[list[Committed]]:
        """See `Engine.unread`."""

        async def read() -> list[Committed]:
            found: list[Committed] = []
            for some in by(LOGS, await self._private_logs(person)):
                asked: list[Word] = [word for log in some for word in (log, "")]
                while asked:
                    words, asked = await self._read(_UNREAD, person, limit, LOOKED_AT, *asked)
                    found += [placed(*event) for _, *event in words]
                # Of each log the oldest come first, so what is late here is so in the end.
                found = sorted(found, key=attrgetter("item.at"))[:limit]
            return found

        return started(read())

    async def _private_logs(self, person: str) -> list[str]:
        logs = await self._ask("SMEMBERS", f"{self._prefix}of:{person}")
        return sorted(log.decode() for log in logs)

    # ------------------------------------------------------------ deeds and keys

    def audit(
        self, *, limit: int, before: int | None = None, log: str | None = None
    ) -> Deferred[list[Audited]]:
        """See `Engine.audit`."""

        async def read() -> list[Audited]:
            found: list[Audited] = []
            below = ENDLESS if before is None else max(0, min(before, ENDLESS))
            at_once = limit if log is None else READ_AT_ONCE
            while len(found) < limit and below > 0:
                entries = await self._ask(
                    "XREVRANGE", f"{self._prefix}audit", below - 1, "-", "COUNT", at_once
                )
                deeds = [audited(*entry) for entry in entries]
                found += [deed for name, deed in deeds if log in (None, name)]
                below = deeds[-1][1].id if len(deeds) == at_once else 0
            return found[:limit][::-1]

        return started(read())

    def kept_under(self, event: Durable, key: str) -> Deferred[Repeated | Unkept | None]:
        """See `Engine.kept_under`."""

        async def find() -> Repeated | Unkept | None:
            answer = await self._read(_KEY, event.user, key)
            if not answer:
                return None
            epoch, number, digest, at = (word.decode() for word in answer)
            used = Used(Stamp(epoch, int(number)), bytes.fromhex(digest), float(at))
            return used.answer(event, self._limits.key_time, anywhere=True)

        return started(find())
