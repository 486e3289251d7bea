"""What was asked and is not answered yet, over all connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.client import requests as r
from twistchat.client.errors import ClosedError, DisconnectedError, UnknownError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twistchat.client.errors import ChatError
    from twistchat.client.rooms import Rooms
    from twistchat.frontends.jsonlines.codec import Object

NOBODY_KNOWS = "nobody knows whether it was said"


class Ledger:
    """Requests by their ids, lines by their keys, and what is to be sent now.

    What is settled comes back as `Done`, once for each request.
    """

    def __init__(self, *, rooms: Rooms, seconds: Callable[[], float]) -> None:
        self.outgoing: list[Object] = []
        """What is to be sent now, in this order."""
        self._rooms = rooms
        self._seconds = seconds
        self._asked: dict[int, r.Request] = {}
        """Those that were sent on this connection, by their ids."""
        self._says: dict[str, r.Say] = {}
        self._joins: list[r.Join] = []
        self._unsent: list[r.Request] = []
        self._next_id = 1

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._asked or self._says)

    @property
    def says(self) -> list[r.Say]:
        """The lines that are not answered, in the order in which they were said."""
        return list(self._says.values())

    # ------------------------------------------------------------ what is asked

    def add_say(self, say: r.Say) -> None:
        """Remember a line until it is answered."""
        self._says[say.key] = say

    def add_join(self, join: r.Join) -> None:
        """Remember that somebody waits to be in a room."""
        self._joins.append(join)

    def hold(self, request: r.Request) -> None:
        """Send it when one is in."""
        self._unsent.append(request)

    def send(self, request: r.Request) -> None:
        """Send it now, under an id of its own."""
        fields = request.fields
        if isinstance(request, r.Join):
            seen = self._rooms.seen(request.room)
            fields = fields if seen is None else {**fields, "seen": seen}
        elif isinstance(request, r.Say) and request.first_sent is None:
            request.first_sent = self._seconds()
        number, self._next_id = self._next_id, self._next_id + 1
        self._asked[number] = request
        self.outgoing.append({**fields, "id": number})

    def send_what_was_held(self) -> Iterator[r.Outcome]:
        """Send all that waits, lines first. Those whose keys may be forgotten fail instead."""
        now = self._seconds()
        for say in self.says:
            if say.is_stale(now):
                yield from self.fail(say, UnknownError("it was sent too long ago to send it again"))
            else:
                self.send(say)
        unsent, self._unsent = self._unsent, []
        for request in unsent:
            self.send(request)

    def send_again(self, room: str | None = None) -> None:
        """Send the lines (to one room, or all) that were refused for a while."""
        on_their_way = {id(request) for request in self._asked.values()}
        for say in self.says:
            if id(say) not in on_their_way and room in (None, say.fields.get("room")):
                self.send(say)

    # ------------------------------------------------------------ what is answered

    def find(self, number: object) -> r.Request | None:
        """Find a request by its id."""
        return self._asked.get(number) if isinstance(number, int) else None

    def settle(self, told: Object) -> r.Request | None:
        """Find what this answers: its last answer."""
        number, key = told.get("id"), told.get("key")
        request = self._asked.pop(number, None) if isinstance(number, int) else None
        if request is None and isinstance(key, str):
            return self._says.get(key)
        return request

    def finish(self, request: r.Request, told: Object) -> Iterator[r.Outcome]:
        """A request is answered."""
        yield from self._end(request, r.Done(request, told))

    def fail(self, request: r.Request, error: ChatError) -> Iterator[r.Outcome]:
        """A request will never be answered as one wished."""
        yield from self._end(request, r.Done(request, {}, error))

    def joined(self, room: str) -> Iterator[r.Outcome]:
        """One is in a room: what was asked on another connection has no answer but this."""
        asked = {id(request) for request in self._asked.values()}
        for join in [join for join in self._joins if join.room == room and id(join) not in asked]:
            yield from self.finish(join, {})

    def not_joined(self, room: str, error: ChatError) -> Iterator[r.Outcome]:
        """One may not be in a room."""
        for join in [join for join in self._joins if join.room == room]:
            yield from self.fail(join, error)

    def _end(self, request: r.Request, done: r.Done) -> Iterator[r.Outcome]:
        if isinstance(request, r.Say):
            self._says.pop(request.key, None)
        elif isinstance(request, r.Join):
            self._joins = [join for join in self._joins if join is not request]
        if not request.is_done:
            request.is_done = True
            yield done

    # ------------------------------------------------------------ when the connection is gone

    def lost(self) -> Iterator[r.Outcome]:
        """Let go of a connection. Lines and wishes to be in a room outlive it."""
        self.outgoing.clear()
        self._unsent = [held for held in self._unsent if not isinstance(held, r.Join)]
        asked, self._asked = self._asked, {}
        for request in asked.values():
            if not isinstance(request, r.Say | r.Join):
                yield from self.fail(
                    request, DisconnectedError("the connection was lost before the answer came")
                )

    def is_somebody_new(self) -> Iterator[r.Outcome]:
        """Fail what was sent as who one was: its keys mean nothing any more."""
        for say in self.says:
            if say.first_sent is not None:
                words = f"{NOBODY_KNOWS}: the server has forgotten who this was"
                yield from self.fail(say, UnknownError(words))

    def close(self) -> Iterator[r.Outcome]:
        """End it all."""
        for request in (*self._asked.values(), *self._joins, *self._unsent, *self.says):
            is_open = isinstance(request, r.Say) and request.first_sent is not None
            error = UnknownError(NOBODY_KNOWS) if is_open else ClosedError("this client has left")
            yield from self.fail(request, error)
        self._asked, self._unsent = {}, []
