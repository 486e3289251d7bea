"""The library: a client that stays in a chat, whatever becomes of its connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.application.internet import ClientService, backoffPolicy
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from twistchat.client import events as e
from twistchat.client import requests as r
from twistchat.client.address import endpoint
from twistchat.client.asking import Asking
from twistchat.client.buffer import Buffer
from twistchat.client.connecting import Links, WhenThereIsRoom
from twistchat.client.core import Core, Stage
from twistchat.client.errors import (
    ChatError,
    ClosedError,
    DisconnectedError,
    NotJSONError,
    RefusedError,
)
from twistchat.client.link import PATIENCE, Link
from twistchat.client.timers import Timers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from twisted.internet.interfaces import IProtocol, IStreamClientEndpoint

    from twistchat.frontends.jsonlines.codec import Object

SOFTWARE = "twistchat.client"

TOKEN_AGE = 3600.0
"""Seconds after which a token is exchanged for one that lasts longer."""
LAST_WAIT = 10.0
"""Seconds that a server may take to say goodbye."""


class Client(Asking):
    """Somebody in a chat.

        chat = Client(reactor, "localhost:8000", name="echo")
        await chat.start()
        await chat.join("#bots")
        async for event in chat.events():
            ...

    `server` is `HOST:PORT`, the description of an endpoint (`tls:…`), or an endpoint. The client
    connects again by itself. `rooms` are those to be in from the start (None: where the server
    puts it). `password` is that of the account `name`, `house` that of the chat; with
    `private=False` what was said to that account alone waits for another client. `buffer` is how
    many events may wait to be taken before reading from the server pauses (with `listen=False` none
    are kept: for programs that only speak). While an answer is awaited, which comes behind them, it
    reads on; but no more than `most` ever wait, if that is given: then whoever asks and takes no
    events waits for ever. `plain` makes a protocol for a server without JSON, which else is wrong.
    """

    def __init__(
        self,
        reactor: Any,
        server: str | IStreamClientEndpoint,
        *,
        name: str | None = None,
        token: str | None = None,
        password: str | None = None,
        house: str | None = None,
        rooms: Iterable[str] | None = (),
        private: bool = True,
        buffer: int = 1000,
        most: int | None = None,
        listen: bool = True,
        retry: Callable[[int], float] | None = None,
        plain: Callable[[], IProtocol] | None = None,
        software: str = SOFTWARE,
    ) -> None:
        self._reactor = reactor
        self._core = Core(
            seconds=reactor.seconds, token=token, password=password, house=house, rooms=rooms,
            private=private, software=software,
        )  # fmt: skip
        self.who = self._core.who
        """Who it is, and what proves that."""
        self._wished = name
        self._size, self._most = buffer, most
        self._listens = listen
        self._retry = retry or backoffPolicy(initialDelay=1.0, maxDelay=60.0)
        self._make_plain = plain
        self._is_plain = self._had_link = self._is_closed = False
        self._failures = 0
        self._buffer: Buffer[e.AnyEvent] = Buffer(changed=self._set_reading)
        self._link: Link | None = None
        self._waiting: dict[r.Request, Deferred[r.Done]] = {}
        self._greeted: Deferred[None] | None = None
        self._entering: Deferred[None] | None = None
        self._room_for_more: list[Deferred[None]] = []
        self._timers = Timers(reactor)
        self._gone: Deferred[None] | None = None
        where = endpoint(reactor, server) if isinstance(server, str) else server
        self._service = ClientService(
            WhenThereIsRoom(where, self._wait_for_room),
            Links(self._build_link),
            retryPolicy=self._trying_again,
            clock=reactor,
        )

    # ------------------------------------------------------------ coming and going

    @property
    def name(self) -> str:
        """What this client is called now."""
        return self._core.who.name

    @property
    def token(self) -> str | None:
        """What another process can come back with as this client, once it is in. A secret."""
        return self._core.who.token

    @property
    def account(self) -> str | None:
        """The account that this client is logged in to; None: it is a guest."""
        return self._core.who.account

    @property
    def is_in(self) -> bool:
        """Whether it is in the chat at this moment."""
        return self._core.stage is Stage.IN

    @property
    def was_in(self) -> bool:
        """Whether it was in the chat, now or before."""
        return self._core.was_in

    @property
    def is_away(self) -> bool:
        """Whether it has said that it is away."""
        return self._core.away is not None

    @property
    def pending(self) -> int:
        """How many lines are said and not answered yet."""
        return len(self._core.ledger.says)

    @property
    def pending_sent(self) -> int:
        """How many of these were sent, so that somebody may have heard them."""
        return sum(say.first_sent is not None for say in self._core.ledger.says)

    def seen(self, room: str) -> tuple[str, int] | None:
        """Up to where a room was told: its epoch, and the number of the last line."""
        return self._core.rooms.place(room)

    async def start(self) -> None:
        """Connect, and come in under one's name.

        Raises:
            RefusedError: the name was refused, or the chat is full.
            NotJSONError: what listens there speaks another protocol.
            ConnectError: there is no server.
            DisconnectedError: it hung up.
        """
        try:
            await self.connect()
            await self.enter(self._wished or "guest")
        except BaseException:
            await self.close()
            raise

    async def connect(self) -> None:
        """Find the server, as `start` does. The client is then at the door: `enter` is next."""
        greeted: Deferred[None] = Deferred()
        self._greeted = greeted
        self._service.startService()
        try:
            await self._service.whenConnected(failAfterFailures=1)
        except BaseException:
            # Not from within: the service that tells this is about to be stopped.
            await deferLater(self._reactor, 0)
            raise
        await greeted

    async def enter(self, name: str, password: str | None = None) -> None:
        """Come in under a name, or with a password as its owner. A refused one may be followed.

        Raises:
            RefusedError: it was refused; `hint` may be a name that is free.
            DisconnectedError: the connection was lost; the name is given on the next one.
        """
        entering: Deferred[None] = Deferred()
        self._entering = entering
        self._core.enter(name, password)
        self._flush()
        await entering

    async def quit(self, words: str = "", *, patience: float = LAST_WAIT) -> None:
        """Leave, after everything that was asked before is answered."""
        if self.is_in and self._link is not None and not self._is_closed:
            gone: Deferred[None] = Deferred()
            self._gone = gone
            self._timers.after(patience, self._is_gone)
            self._core.ask(type="quit", **({"words": words} if words else {}))
            self._flush()
            self._set_reading()
            await gone
        await self.close()

    async def close(self) -> None:
        """End the connection, and everything that waits. What was sent may have been said."""
        self._end(None)
        await self._service.stopService()

    def fail(self, error: BaseException) -> None:
        """Let whoever takes events be told this, after those that wait already."""
        self._buffer.close(error)

    def events(self) -> AsyncIterator[e.AnyEvent]:
        """Go through what happens, in order; it ends when this client has left.

        Raises:
            ChatError: no connection is of use any more.
        """
        if not self._listens:
            raise ValueError("this client was made with listen=False")
        return self._buffer

    # ------------------------------------------------------------ called by its link

    def link_found(self, link: Link, hello: Object) -> None:
        """A server was found that speaks JSON."""
        self._link = link
        self._carry_out(self._core.greeted(hello))
        if self._greeted is not None and not self._greeted.called:
            self._greeted.callback(None)

    def link_refused(self, link: Link, told: Object) -> None:
        """The server lets nobody in now. Whoever was in tries again later."""
        if self._greeted is not None and not self._greeted.called:
            self._greeted.errback(RefusedError.read(told))

    def link_is_plain(self, link: Link) -> IProtocol | None:
        """Somebody else is to speak with this server, or nobody."""
        greeted = self._greeted
        if self._make_plain is not None and not self._core.was_in:
            self._is_plain = True
            protocol = self._make_plain()
            if greeted is not None and not greeted.called:
                greeted.callback(None)
            return protocol
        if greeted is not None and not greeted.called:
            greeted.errback(NotJSONError("what listens there does not speak twistchat's JSON"))
        return None

    @property
    def is_plain(self) -> bool:
        """Whether the server speaks no JSON, and `plain` speaks with it."""
        return self._is_plain

    def link_received(self, link: Link, told: Object) -> None:
        """The server says something."""
        if link is self._link and not self._is_closed:
            self._carry_out(self._core.receive(told))

    def link_lost(self, link: Link) -> None:
        """The connection is gone."""
        for waiting in (self._greeted, self._entering):
            if waiting is not None and not waiting.called and not self._core.was_in:
                waiting.errback(DisconnectedError(link.why_lost))
        if link is not self._link:
            return
        self._link = None
        self._timers.stop()
        self._carry_out(self._core.lost())
        self._is_gone()

    # ------------------------------------------------------------ inside

    def _build_link(self) -> IProtocol:
        if self._is_plain and self._make_plain is not None:
            return self._make_plain()
        self._had_link = True
        # One that was found before is given more time: it may be busy.
        patience = 30 * PATIENCE if self._core.was_in else PATIENCE
        return Link(owner=self, clock=self._reactor, patience=patience)

    def _trying_again(self, attempt: int) -> float:
        self._failures += 1
        delay = self._retry(self._failures)
        told = e.Disconnected if self._had_link else e.Retrying
        self._had_link = False
        self._tell(told(retry=delay))
        return delay

    def _carry_out(self, outcomes: Iterable[r.Outcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case r.Happened():
                    self._tell(outcome.event)
                case r.Done():
                    waiting = self._waiting.pop(outcome.request, None)
                    if waiting is not None:
                        waiting.callback(outcome)
                case r.Entered():
                    self._failures = 0
                    self._timers.after(TOKEN_AGE, self._renew)
                    if self._entering is not None and not self._entering.called:
                        self._entering.callback(None)
                case r.TurnedAway():
                    if self._entering is not None and not self._entering.called:
                        self._entering.errback(outcome.error)
                case r.Wait():
                    self._timers.pause(outcome.seconds, self._waited)
                case r.HangUp():
                    if self._link is not None:
                        self._link.drop()
                case r.GiveUp():
                    if self._entering is not None and not self._entering.called:
                        self._entering.errback(outcome.error)
                    self._end(outcome.error)
                    self._service.stopService()
        self._flush()
        self._set_reading()

    def _tell(self, event: e.AnyEvent) -> None:
        if self._listens:
            self._buffer.put(event)

    def _flush(self) -> None:
        if self._link is not None:
            self._link.send(self._core.take_outgoing())

    def _renew(self) -> None:
        self._core.ask(type="token")
        self._flush()
        self._timers.after(TOKEN_AGE, self._renew)

    def _waited(self) -> None:
        self._core.waited()
        self._flush()

    def _check(self) -> None:
        if self._is_closed:
            raise ClosedError("this client has left")

    def _is_gone(self) -> None:
        if self._gone is not None and not self._gone.called:
            self._gone.callback(None)

    async def _answer(self, request: r.Request) -> r.Done:
        def cancelled(_: Deferred[r.Done]) -> None:
            self._waiting.pop(request, None)

        waiting: Deferred[r.Done] = Deferred(cancelled)
        self._waiting[request] = waiting
        self._flush()
        self._set_reading()
        done = await waiting
        if done.error is not None:
            raise done.error
        return done

    def _is_full(self) -> bool:
        if len(self._buffer) < self._size:
            return False
        is_awaited = bool(self._waiting) or self._gone is not None
        return not is_awaited or (self._most is not None and len(self._buffer) >= self._most)

    def _set_reading(self) -> None:
        if self._is_full():
            if self._link is not None:
                self._link.pause()
        elif self._link is None or self._link.paused:
            waiting, self._room_for_more = self._room_for_more, []
            for room in waiting:
                room.callback(None)
            if self._link is not None:
                self._link.go_on()

    def _wait_for_room(self) -> Deferred[None]:
        """Fire when a connection is of use: whoever takes no events needs none."""
        waiting: Deferred[None] = Deferred(self._room_for_more.remove)
        if self._is_full():
            self._room_for_more.append(waiting)
        else:
            waiting.callback(None)
        return waiting

    def _end(self, error: ChatError | None) -> None:
        if self._is_closed:
            return
        self._is_closed = True  # who is told now, and asks again, is told so too
        self._carry_out(list(self._core.ledger.close()))
        self._timers.stop()
        self._buffer.close(error)
