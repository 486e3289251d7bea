"""Tells: who hears what, in which order, and each thing encoded once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from twisted.logger import Logger

from twistchat.core.concerns import (
    is_coming_or_going,
    is_event,
    is_for_everybody,
    is_put_out,
    is_reply,
    log_of,
    people_of,
    rooms_of,
)
from twistchat.core.events import (
    Departed,
    Goodbye,
    Joined,
    JoinOpened,
    Kept,
    Left,
    Missed,
    Moderated,
    Rejoined,
    Renamed,
    RoomForgotten,
    Said,
    Stopping,
    Welcomed,
)
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.counts import Counts
from twistchat.engine import Committed
from twistchat.faults import guarded
from twistchat.telling.crowds import Crowd, Crowds, Rooms
from twistchat.telling.ignores import Ignores
from twistchat.telling.specials import Part, Special, Specials, wants_kept
from twistchat.telling.told import Told
from twistchat.telling.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twistchat.core.events import Cause, Item
    from twistchat.engine import Label
    from twistchat.wire import WireFormat


log = Logger()


class Listener(Protocol):
    """What Fanout knows of a session."""

    @property
    def format(self) -> WireFormat:
        """How it is written to."""

    @property
    def is_in(self) -> bool:
        """Whether its person acts over it."""

    def put(self, data: bytes) -> None:
        """Send bytes that many share."""

    def tell(self, parts: Iterable[Part]) -> None:
        """Send what this one is told this turn, where that is not what its whole room is told."""

    def replaced(self) -> None:
        """End, since its person goes on over another connection."""

    def put_out(self, cause: Cause, label: Label | None = None, words: str = "") -> None:
        """End, since somebody who may wished it."""


class Fanout:
    """The told state: which sessions hear which room, as far as they have been told.

    Everything published in one turn of the reactor is told together. Each item has a *place* in
    the turn. A room's batch is encoded and joined once for each format, and those to whom nothing
    else happens are sent this one buffer. A session that is special this turn (it gets a reply,
    a private word, joins, leaves, wants its own line otherwise, ignores a speaker) is given its
    pieces in the order of their places.
    """

    def __init__(
        self,
        clock: IReactorTime,
        limits: Limits = DEFAULT_LIMITS,
        counts: Counts | None = None,
    ) -> None:
        self._clock = clock
        self._counts = counts or Counts()
        self._crowd = limits.crowd
        self._crowds = Crowds(clock, limits.crowd_time, self._publish_crowd)
        self.ignores: Ignores[Listener] = Ignores()
        """Whom each listener ignores."""
        self._turn = Turn()
        self._flushing: IDelayedCall | None = None
        self._hearers: dict[str, dict[Listener, None]] = {}
        # Of each listener and person only a few: tuples are small.
        self._rooms: dict[Listener, tuple[str, ...]] = {}
        self._sessions: dict[str, tuple[Listener, ...]] = {}
        self._person: dict[Listener, str | None] = {}
        self._coming: set[Listener] = set()
        """Those whose `Welcomed` is still under way: what is told of the rooms of their person
        until then was decided over another connection of theirs, or in an earlier life."""
        self.told = Told(clock, limits.peer_dead)

    # ------------------------------------------------------------ told state

    def attach(self, listener: Listener, user: str | None, *, is_coming: bool = False) -> None:
        """Begin to tell a session what concerns it, as one of a person (or of nobody).

        If it `is_coming`, it hears no room before it has been told `Welcomed`.
        """
        self._rooms[listener] = ()
        if is_coming:
            self._coming.add(listener)
        self._person[listener] = user
        if user is not None:
            self._sessions[user] = (*self._sessions.get(user, ()), listener)

    def detach(self, listener: Listener) -> None:
        """Tell a session nothing more, at once."""
        self.ignores.clear(listener)
        self._coming.discard(listener)
        for room in self._rooms.get(listener, ()):
            self.unlisten(listener, room)
        self._rooms.pop(listener, None)
        user = self._person.pop(listener, None)
        if user is not None:
            sessions = tuple(each for each in self._sessions[user] if each is not listener)
            if sessions:
                self._sessions[user] = sessions
            else:
                del self._sessions[user]

    def listen(self, listener: Listener, room: str) -> None:
        """Let a session hear a room, from the next turn on."""
        if room not in self._rooms[listener]:
            self._rooms[listener] += (room,)
        self._hearers.setdefault(room, {})[listener] = None

    def unlisten(self, listener: Listener, room: str) -> None:
        """Let a session no longer hear a room."""
        self._rooms[listener] = tuple(each for each in self._rooms[listener] if each != room)
        hearers = self._hearers.get(room, {})
        hearers.pop(listener, None)
        if not hearers:
            self._hearers.pop(room, None)

    def others(self, user: str) -> Sequence[Listener]:
        """Find the sessions of a person (by id) that are told what concerns it."""
        return self._sessions.get(user, ())

    def has_others(self, listener: Listener, user: str) -> bool:
        """Whether a person (by id) is told what concerns it over other sessions than this one."""
        return any(other is not listener and other.is_in for other in self._sessions.get(user, ()))

    def hears(self, listener: Listener, room: str) -> bool:
        """Whether a session hears a room."""
        return room in self._rooms.get(listener, ())

    def is_deaf(self, listener: Listener, item: Item) -> bool:
        """Whether a session is not to be told this; never deaf is anybody to themselves."""
        if self._person.get(listener) == getattr(item, "user", None):
            return False
        return listener in self.ignores.deaf_to(item)

    # ------------------------------------------------------------ publishing

    def publish(self, committed: Committed) -> None:
        """Tell this after everything published before it, in this turn of the reactor."""
        item = committed.item
        if type(item) is Said and not self._crowds.people:  # as nearly always
            self._turn.items.append(committed)
            if self._flushing is None:
                self._flush_soon()
            return
        crowded: Rooms = ()
        if isinstance(item, Stopping):
            self._crowds.stop()  # behind this nobody is told anything
        if is_coming_or_going(item) and not is_put_out(item):
            rooms = rooms_of(item)
            crowded = tuple(sorted(room for room in rooms if self._is_crowded(room)))
            if crowded:
                elsewhere = tuple(room for room in rooms if room not in crowded)
                self._crowds.add(item, crowded, elsewhere)
            if isinstance(item, Joined):
                came = self._turn.came
                came[item.room] = came.get(item.room, 0) + 1
        if self._crowds.people and not crowded:
            self._crowds.settle(item)
        self._turn.put(committed, crowded)
        self._flush_soon()

    def _publish_crowd(self, crowd: Crowd) -> None:
        folded = crowd.folded()
        if folded is not None:
            self._turn.crowds[self._turn.put(Committed(folded))] = crowd
            self._flush_soon()

    def _is_crowded(self, room: str) -> bool:
        # Once begun a collection goes on, so that its order does not depend on who else leaves.
        if self._crowds.is_stopped:
            return False
        hearers = len(self._hearers.get(room, ())) + self._turn.came.get(room, 0)
        return hearers >= self._crowd or self._crowds.collects(room)

    def _flush_soon(self) -> None:
        if self._flushing is None:
            # With no delay, so that one flush sees all that a round of the reactor brought.
            self._flushing = self._clock.callLater(0, self.flush)

    def stop(self) -> None:
        """Tell all that waits to be told."""
        self._crowds.stop()
        self.flush()

    # ------------------------------------------------------------ telling

    def flush(self) -> None:
        """Tell what this turn has brought: at most one write a session."""
        if self._flushing is not None and self._flushing.active():
            self._flushing.cancel()
        self._flushing = None
        turn, self._turn = self._turn, Turn()
        specials = Specials(self._rooms)
        for place, committed in enumerate(turn.items):
            try:
                self._sort_out(turn, place, committed, specials)
            except Exception:  # as `guarded` does, whose call would be felt here
                log.failure("one event could not be told")
        self._tell_rooms(turn, specials)
        for listener, special in specials.items():
            guarded(self._tell_special, turn, listener, special)
        self._counts.deliveries += len(specials)

    def _tell_special(self, turn: Turn, listener: Listener, special: Special) -> None:
        listener.tell(special.parts(turn, listener))

    def _sort_out(
        self, turn: Turn, place: int, committed: Committed, specials: Specials[Listener]
    ) -> None:
        """Put an item into the batches of its rooms, and see for whom it is something special."""
        item, origin = committed.item, committed.origin
        if (
            type(item) is Said
            and committed.label is None
            and committed.echo
            and not item.outside
            and not self.ignores.deaf
        ):
            # Nearly all that is told, and nothing special for anybody.
            batch = turn.batches[item.room]
            batch.folding.append(place)
            batch.exact.append(place)
            self.told.note(item.room, committed)
            return
        if is_reply(item):
            if isinstance(item, JoinOpened):
                self.told.note(item.room, committed)
            if origin in self._rooms:
                specials[origin].places.add(place)
                self._follow_reply(origin, place, committed, specials)
            return
        turn.hear(place, rooms_of(item))
        for user in people_of(item):
            for listener in self._sessions.get(user, ()):
                if self._concerns(listener, item):
                    specials[listener].places.add(place)
        if is_for_everybody(item):
            for listener in self._rooms:
                specials[listener].places.add(place)
        if origin in self._rooms and wants_kept(committed) and is_event(item):
            specials[origin].instead[place] = replace(committed, item=Kept(item))
        if committed.number and (log := log_of(item)) is not None and log[0] == "#":
            self.told.note(log, committed)
        if isinstance(item, Missed) and item.room:
            self.told.note(item.room, committed)
        for deaf in self.ignores.deaf_to(item):
            if deaf in self._rooms and self._person[deaf] != getattr(item, "user", None):
                if isinstance(item, Left | Departed):  # that they go is told, and no more
                    silent = replace(committed, item=replace(item, words=""))
                    specials[deaf].instead[place] = silent
                else:
                    specials[deaf].untold.add(place)
        if (crowd := turn.crowds.get(place)) is not None:
            self._tell_crowd(place, crowd, specials)
        self._follow(turn, place, item, specials)

    def _concerns(self, listener: Listener, item: Item) -> bool:
        """Whether a session is told something about its person, wherever they are."""
        if isinstance(item, Renamed):
            return listener not in self._coming  # see `Welcomed`
        if not isinstance(item, Moderated) or listener.format.hears_elsewhere:
            return True
        return self._person[listener] == item.user or item.room in ("", *self._rooms[listener])

    def _arrived(self, user: str) -> Sequence[Listener]:
        """Find the sessions of a person that have been told `Welcomed`."""
        return [each for each in self._sessions.get(user, ()) if each not in self._coming]

    def _follow_reply(
        self, listener: Listener, place: int, committed: Committed, specials: Specials[Listener]
    ) -> None:
        item = committed.item
        if isinstance(item, Welcomed):
            self._coming.discard(listener)
        elif isinstance(item, Rejoined):
            specials[listener].since.setdefault(item.room, place)
            self.listen(listener, item.room)
        elif isinstance(item, Goodbye):
            mine = specials[listener]
            mine.instead[place] = replace(committed, item=replace(item, read=mine.read))

    def _follow(self, turn: Turn, place: int, item: Item, specials: Specials[Listener]) -> None:
        """Let the told state follow what is told."""
        if isinstance(item, RoomForgotten):
            self.told.forget(item.room)
        elif isinstance(item, Renamed):
            self.ignores.follow(item)
        elif isinstance(item, Joined):
            for listener in self._arrived(item.user):
                mine = specials[listener]
                mine.since.setdefault(item.room, place)
                mine.places.add(place)  # whatever others are told of it
                self.listen(listener, item.room)
        elif isinstance(item, Left | Departed):
            for listener in self._arrived(item.user):
                mine = specials[listener]
                for room in rooms_of(item):
                    since = mine.since.pop(room, place)
                    mine.places.update(turn.written(listener.format).places(room, since))
                    self.unlisten(listener, room)
                if isinstance(item, Departed):
                    mine.places.discard(place)  # it is told goodbye instead
                    stands = {room: self.told.stands(room) for room in item.rooms}
                    mine.read = {room: at for room, at in stands.items() if at is not None}
                else:
                    mine.places.add(place)

    def _tell_crowd(self, place: int, crowd: Crowd, specials: Specials[Listener]) -> None:
        """Tell those otherwise who know some of it: they came, or were told in another room."""
        known: dict[Listener, set[str]] = defaultdict(set)
        for user, rooms in crowd.elsewhere.items():
            for listener in {each for room in rooms for each in self._hearers.get(room, ())}:
                known[listener].add(user)
        came = {each: user for user in crowd.came for each in self._sessions.get(user, ())}
        for listener in {**came, **known}:
            folded = crowd.folded(since=came.get(listener), without=known.get(listener, ()))
            if folded is None:
                specials[listener].untold.add(place)
            else:
                specials[listener].instead[place] = Committed(folded)

    def _tell_rooms(self, turn: Turn, specials: Specials[Listener]) -> None:
        """Tell everybody to whom nothing but room talk happens this turn."""
        if len(turn.batches) == 1:
            (room,) = turn.batches
            self._tell_room(turn, (room,), specials)
            return
        hearing: dict[Listener, list[str]] = defaultdict(list)
        for room in turn.batches:
            for listener in self._hearers.get(room, ()):
                if listener not in specials:
                    hearing[listener].append(room)
        for listener, rooms in hearing.items():
            if data := turn.written(listener.format).joined(tuple(rooms)):
                guarded(listener.put, data)
        self._counts.deliveries += len(hearing)

    def _tell_room(self, turn: Turn, only: tuple[str], specials: Specials[Listener]) -> None:
        """Tell everybody in one room the same: what most of a server's time is spent on."""
        written: dict[int, bytes] = {}
        """By the identity of a format, which is soon compared."""
        listeners = list(self._hearers.get(only[0], ()))
        if specials:
            listeners = [each for each in listeners if each not in specials]
        self._counts.deliveries += len(listeners)
        for listener in listeners:
            wire_format = listener.format
            data = written.get(id(wire_format))
            if data is None:
                data = written[id(wire_format)] = turn.written(wire_format).joined(only)
            try:
                listener.put(data)
            except Exception:  # as `guarded` does, whose call would be felt here
                log.failure("one session failed, and no other")
