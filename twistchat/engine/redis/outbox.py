"""What this node has decided, on its way into the store: one batch at a time.

An answer that was lost is asked again under the same number, until it is known what has become of
the batch, or its time is over.

    write ─▶ ask ──Appended──▶ the feed tells when its place is reached ──▶ fires
              │ not sent: when there is a connection again
              │ answer lost: asked again, when there is a connection and all is as it was
              │ refused: it was certainly not kept
              └ too long: it may have been kept, and is told if it is met in the feed
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, fail, succeed
from twisted.logger import Logger

from twistchat.core.concerns import is_durable, is_shared, log_of, stands_in
from twistchat.core.events import Joined, JoinOpened, RoomForgotten
from twistchat.engine import NOWHERE, Stamp
from twistchat.engine.groupcommit import MaybeKeptError, Told
from twistchat.engine.redis.link import (
    PASSING,
    AnswerLostError,
    NotSentError,
    RefusedError,
    StoreError,
)
from twistchat.engine.redis.store import NodeGoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Protocol

    from twisted.internet.interfaces import IDelayedCall, IReactorTime
    from twisted.python.failure import Failure

    from twistchat.core.events import Item
    from twistchat.engine import Entry, Outcome
    from twistchat.engine.redis.place import Place
    from twistchat.engine.redis.shapes import Appended, Here
    from twistchat.engine.redis.store import Store

    class Lease(Protocol):
        """What the outbox knows of the one who looks after the connection."""

        @property
        def is_ready(self) -> bool:
            """Whether there is a connection, and all is as it was left."""

        @property
        def away(self) -> float:
            """For how many seconds it has not been so."""

        def doubt(self, failure: Failure) -> None:
            """Look whether all is as it was left."""

        def owe(self) -> None:
            """The others were not told of somebody here."""


log = Logger()

PAUSE = 0.5
"""Seconds until it is asked again what has become of a batch that is refused now."""


@dataclass(slots=True, eq=False)
class Own:
    """A batch of this node's."""

    entries: Sequence[Entry]
    opens: Sequence[str]
    told: Deferred[Sequence[Outcome | Told]]
    here: Here | None = None
    """The life under which it is numbered."""
    number: int = 0
    is_asking: bool = False
    """Whether the store is asked to append it at this moment."""
    is_maybe: bool = False
    """Whether it may have been done."""
    appended: Appended | None = None
    deadline: IDelayedCall | None = None
    shared: Sequence[Entry] = field(init=False)

    def __post_init__(self) -> None:
        self.shared = [entry for entry in self.entries if is_shared(entry.item)]

    @property
    def has_presence(self) -> bool:
        """Whether the others are told something in it that has no number."""
        return any(not is_durable(entry.item) for entry in self.shared)


class Outbox:
    """Puts this node's batches into the store."""

    lease: Lease

    def __init__(self, *, clock: IReactorTime, store: Store, place: Place, patience: float) -> None:
        self.pending: Own | None = None
        """The batch that is on its way."""
        self.asked_again = 0
        """How often an answer was lost and asked for again."""
        self.refusal = ""
        """What Redis has said when it kept nothing; empty: it keeps what it is given."""
        self._clock = clock
        self._store = store
        self._place = place
        self._patience = patience
        self._numbered: Here | None = None
        self._number = 0
        self._waiters: list[Deferred[None]] = []
        self.changed: Callable[[], None] = lambda: None
        """Called when more is known of the pending batch, or there is none any more."""

    def write(self, entries: Sequence[Entry]) -> Deferred[Sequence[Outcome | Told]]:
        """Put a batch into the store; fires when it is its turn to be told."""
        own = Own(entries, self._unknown(entries), Deferred())
        if not own.shared and not own.opens:
            return succeed(self._outcomes(own, (), {}))
        if not self.lease.is_ready and self.lease.away >= self._patience:
            self._fails(own)
            return fail(NotSentError("there is no connection to Redis"))
        self.pending = own
        own.deadline = self._clock.callLater(self._patience, self._give_up, own)
        self.go_on()
        return own.told

    def go_on(self) -> None:
        """Ask the store, if there is something to ask and this is the time to."""
        own = self.pending
        if own is None or own.is_asking or own.appended is not None or not self.lease.is_ready:
            return
        if not own.number:
            self._give_number(own)
        elif own.is_maybe:
            self.asked_again += 1
        self._ask(own)

    def is_own(self, here: Here, number: int) -> bool:
        """Whether that is the batch on its way."""
        own = self.pending
        return own is not None and own.here == here and own.number == number

    def tell(self, own: Own) -> None:
        """Its turn has come: say what has become of each of its items."""
        assert own.appended is not None, "nobody knows what has become of it"
        outcomes = self._outcomes(own, own.appended.outcomes, own.appended.stands)
        self._end(own)
        own.told.callback(outcomes)

    async def find_out(self) -> None:
        """Know for certain what has become of the pending batch, now that its life is over."""
        own = self.pending
        if own is not None and own.is_asking:
            waiter: Deferred[None] = Deferred()
            self._waiters.append(waiter)
            await waiter
        if own is None or own is not self.pending or own.appended is not None:
            return
        if own.is_maybe and own.here is not None:
            self.asked_again += 1
            try:
                own.appended = await self._store.append(own.here, own.number, own.shared, own.opens)
            except NodeGoneError:
                own.is_maybe = False
        if own.appended is None:
            own.here, own.number = None, 0

    def stamps(self, own: Own) -> Iterator[tuple[str, Stamp]]:
        """Tell where what was kept of a batch stands: in which log, and there."""
        outcomes = own.appended.outcomes if own.appended is not None else ()
        for entry, outcome in zip(own.shared, outcomes, strict=False):
            if isinstance(outcome, Stamp):
                yield log_of(entry.item) or "", outcome

    def stop(self) -> None:
        """Ask no more."""
        if self.pending is not None:
            self._end(self.pending)

    # ------------------------------------------------------------ asking

    def _give_number(self, own: Own) -> None:
        if self._numbered != self._place.here:
            self._numbered, self._number = self._place.here, 0
        self._number += 1
        own.here, own.number = self._place.here, self._number

    def _ask(self, own: Own) -> None:
        assert own.here is not None, "it has a number"
        own.is_asking = True
        asked = self._store.append(own.here, own.number, own.shared, own.opens)
        asked.addCallbacks(
            self._answered, self._failed, callbackArgs=(own,), errbackArgs=(own,)
        ).addBoth(self._is_asked, own)
        asked.addErrback(lambda failure: log.failure("telling a batch failed", failure))

    def _answered(self, appended: Appended, own: Own) -> None:
        own.is_asking = False
        self.refusal = ""
        if own is self.pending:
            own.appended = appended

    def _failed(self, failure: Failure, own: Own) -> None:
        own.is_asking = False
        if failure.check(NotSentError):
            self.lease.doubt(failure)
        elif failure.check(AnswerLostError):
            own.is_maybe = True
            self.lease.doubt(failure)
        elif failure.check(NodeGoneError):
            own.is_maybe = False  # or there would have been an answer
            own.here, own.number = None, 0
            self.lease.doubt(failure)
        elif isinstance(failure.value, RefusedError) and failure.value.code in PASSING:
            self.lease.doubt(failure)
        else:
            if isinstance(failure.value, RefusedError):
                self.refusal = str(failure.value)
            if own.is_maybe:
                self._clock.callLater(PAUSE, self.go_on)
            elif own is self.pending:
                self._end(own)
                self._fails(own)
                own.told.errback(failure)

    def _is_asked(self, result: object, own: Own) -> object:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.callback(None)
        self.changed()
        return result

    def _give_up(self, own: Own) -> None:
        """Its time is over."""
        if own is not self.pending:
            return
        is_unknown = own.is_asking or own.is_maybe or own.appended is not None
        self._end(own)
        self._fails(own)
        own.told.errback(
            MaybeKeptError("Redis has not answered in time")
            if is_unknown
            else StoreError("there was no connection to Redis in time")
        )
        self.changed()

    def _fails(self, own: Own) -> None:
        if own.has_presence:
            self.lease.owe()

    def _end(self, own: Own) -> None:
        if own.deadline is not None and own.deadline.active():
            own.deadline.cancel()
        if own is self.pending:
            self.pending = None

    # ------------------------------------------------------------ places

    def _unknown(self, entries: Sequence[Entry]) -> list[str]:
        """Name the logs in which a reply has its place and of which not enough is known here."""
        names = {stands_in(entry.item) for entry in entries if not is_shared(entry.item)}
        unknown = {name for name in names if name and not self._place.knows(name)}
        unknown |= {
            entry.item.room
            for entry in entries
            if isinstance(entry.item, JoinOpened) and self._is_ahead(entry.item)
        }
        return sorted(unknown)

    def _is_ahead(self, opened: JoinOpened) -> bool:
        """Whether somebody has read further, at another node, than is told here."""
        seen, stand = opened.seen, self._place.stand(opened.room)
        return seen is not None and (seen.epoch != stand.epoch or seen.number > stand.number)

    def _outcomes(
        self, own: Own, outcomes: Sequence[Outcome | Told], opened: Mapping[str, Stamp]
    ) -> list[Outcome | Told]:
        given, found = iter(outcomes), list["Outcome | Told"]()
        stands: dict[str, Stamp] = {}
        for name, stamp in opened.items():
            self._place.begin(name, stamp)
            if not self._place.knows(name):
                stands[name] = stamp
        for entry in own.entries:
            item = entry.item
            if not is_shared(item):
                name = stands_in(item) or ""
                found.append(Told(item, stands.get(name) or self._place.stand(name)))
                continue
            outcome = next(given)
            if isinstance(outcome, Told):
                name = stands_in(item) or ""
                outcome = self._told(item, Told(outcome.item, self._later(name, outcome.stamp)))
                if outcome.item is not None:  # what is next may depend on it
                    self._place.present.follow(outcome.item, "")
                if isinstance(item, RoomForgotten):
                    stands[item.room] = NOWHERE
                elif name:
                    stands[name] = outcome.stamp
            elif isinstance(outcome, Stamp):
                stands[log_of(item) or ""] = outcome
            found.append(outcome)
        return found

    def _later(self, name: str, stamp: Stamp) -> Stamp:
        """Where a log stands here, if it was told on since a batch was put into the feed."""
        told = self._place.stand(name)
        return told if told.epoch == stamp.epoch and told.number > stamp.number else stamp

    def _told(self, item: Item, told: Told) -> Told:
        if told.item is not None:
            return told
        if isinstance(item, RoomForgotten):  # somebody has come in meanwhile, elsewhere
            self.lease.owe()
            return Told(item, told.stamp)
        if isinstance(item, Joined) and item.user not in self._place.people:
            return Told(item, told.stamp)  # of whom the store knows nothing
        if self._place.present.changes(item):  # the store knew it before, and nobody here was told
            return Told(item, told.stamp)
        return told
