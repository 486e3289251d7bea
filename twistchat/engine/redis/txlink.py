"""The connections to a Redis over the network, which come back by themselves.

There are three: what is written, what is read beside that, and what one is told of. They are to
the same Redis, so they are of use together alone: when one is lost, all are made anew.

    ClientService ── RedisEndpoint ──▶ Asking     writing
    ClientService ── RedisEndpoint ──▶ Asking     reading
    ClientService ── RedisEndpoint ──▶ Listening  told
"""

from __future__ import annotations

from random import random
from typing import TYPE_CHECKING, Any

from twisted.application.internet import ClientService
from twisted.internet.defer import Deferred, DeferredList, fail
from twisted.internet.protocol import Factory
from twisted.logger import Logger, LogPublisher

from twistchat.engine.redis.connection import Asking, Listening, Pace
from twistchat.engine.redis.fitness import (
    NAME,
    UnfitError,
    explained,
    introduction,
    judge,
    read_facts,
    warning,
)
from twistchat.engine.redis.link import NotSentError, RefusedError, StoreError
from twistchat.engine.redis.reaching import RedisEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IDelayedCall

    from twistchat.engine.redis.address import RedisAddress
    from twistchat.engine.redis.credentials import Credentials
    from twistchat.engine.redis.fitness import Facts
    from twistchat.engine.redis.link import Link, Script, Word

log = Logger()

SOONEST = 0.1
"""Seconds, before the second attempt to connect; each further one waits for twice as long."""

Watcher = tuple["Callable[[], None]", "Callable[[], None]", "Callable[[bytes], None]"]


class _QuietService(ClientService):
    """Says nothing of each attempt: the link says when it is down, and up again."""

    _log = Logger(observer=LogPublisher())


class _Line:
    """One of the three: a service that keeps a connection, and the connection, once it is ready."""

    def __init__(self, name: str, service: ClientService) -> None:
        self.name = name
        self.service = service
        self.made: Asking | Listening | None = None
        """The connection, ready or not."""
        self.facts: Facts | None = None
        """Of the Redis at its other end, once it is ready."""


class RedisLink:
    """A `Link` over the network."""

    def __init__(
        self,
        reactor: Any,
        address: RedisAddress,
        *,
        credentials: Credentials,
        name: str,
        pace: Pace | None = None,
    ) -> None:
        """Make a link; nothing is connected before `start`.

        Args:
            reactor: where the connections are made.
            address: which Redis.
            credentials: as whom.
            name: what Redis is to call this node, where an operator looks at its clients.
            pace: how long what may take.
        """
        self._reactor = reactor
        self._address = address
        self._credentials = credentials
        self._name = name
        self._pace = pace or Pace()
        self._channel = ""
        self._is_up = False
        self._since = 0.0
        """Since when it is up, or when it was last."""
        self._trouble = "it has not been reached yet"
        self._failures = 0
        """How often in a row there was no use in connecting."""
        self._warned = ""
        self._starting: Deferred[None] | None = None
        self._limit: IDelayedCall | None = None
        self._watchers: list[Watcher] = []
        self._writing, self._reading, self._told = self._lines = (
            self._line("writing", self._ask),
            self._line("reading", self._ask),
            self._line("told", self._listen),
        )

    @property
    def is_up(self) -> bool:
        """Whether all the connections are there, to one Redis that will do."""
        return self._is_up

    @property
    def trouble(self) -> str:
        """Why they are not, in words for the operator; empty: they are."""
        return "" if self._is_up else f"Redis at {self._address}: {self._trouble}"

    def watch(
        self,
        *,
        came_up: Callable[[], None],
        went_down: Callable[[], None],
        woken: Callable[[bytes], None],
    ) -> None:
        """Call these when it is up again, when it is down, and with what is published."""
        self._watchers.append((came_up, went_down, woken))

    def start(self, channel: str) -> Deferred[None]:
        """Connect, and listen to a channel. Fires when there are the connections."""
        self._channel = channel
        starting: Deferred[None] = Deferred()
        self._starting = starting
        self._limit = self._reactor.callLater(
            self._pace.start, lambda: self._fail_to_start(self._trouble)
        )
        for line in self._lines:
            line.service.startService()
        return starting

    def run(
        self,
        script: Script,
        keys: Sequence[Word],
        words: Sequence[Word],
        *,
        is_reading: bool = False,
    ) -> Deferred[Any]:
        """Let Redis run a script."""
        connection = self._connection(is_reading)
        if connection is None:
            return fail(NotSentError(self.trouble))
        return connection.ask_script(script, (len(keys), *keys, *words))

    def command(self, *words: Word, is_reading: bool = False) -> Deferred[Any]:
        """Let Redis do one command."""
        connection = self._connection(is_reading)
        if connection is None:
            return fail(NotSentError(self.trouble))
        return connection.ask(*words)

    def drop(self, why: str) -> None:
        """Let go of the connections, and make others."""
        self._went(why)
        self._let_go(why)

    def stop(self) -> Deferred[None]:
        """Close the connections, and make none any more."""
        self._is_up = False
        self._trouble = "stopped"
        if self._limit is not None and self._limit.active():
            self._limit.cancel()
        self._starting = None
        stopped = [line.service.stopService() for line in self._lines if line.service.running]
        # What is still to be sent would keep a connection open to a Redis that takes nothing.
        self._let_go("stopped")
        return DeferredList(stopped).addCallback(lambda _: None)

    # One connection.

    def _line(self, name: str, make: Callable[[Callable[[str], None]], Any]) -> _Line:
        endpoint = RedisEndpoint(
            self._reactor,
            self._address,
            credentials=self._credentials,
            pace=self._pace,
            failed=self._cannot_connect,
        )

        def made() -> Asking | Listening:
            connection: Asking | Listening = make(lambda why: self._lost(line, why))
            line.made, line.facts = connection, None
            # Behind `connectionMade`.
            self._reactor.callLater(0, self._prepare, line, connection)
            return connection

        factory = Factory.forProtocol(made)
        factory.noisy = False
        service = _QuietService(endpoint, factory, self._wait, clock=self._reactor)
        line = _Line(name, service)
        return line

    def _ask(self, lost: Callable[[str], None]) -> Asking:
        return Asking(self._reactor, self._pace, lost)

    def _listen(self, lost: Callable[[str], None]) -> Listening:
        return Listening(self._reactor, self._pace, lost, self._heard)

    def _connection(self, is_reading: bool) -> Asking | Listening | None:
        return (self._reading if is_reading else self._writing).made if self._is_up else None

    def _prepare(self, line: _Line, connection: Asking | Listening) -> None:
        preparing = Deferred.fromCoroutine(self._introduce(line, connection))
        preparing.addCallbacks(
            lambda facts: self._ready(line, connection, facts),
            lambda failure: self._unfit(connection, failure.value),
        )

    async def _introduce(self, line: _Line, connection: Asking | Listening) -> Facts:
        name = f"{self._name}-{line.name}"
        steps = introduction(self._credentials, name, self._address.database)
        for about, words in (*steps, ("facts", ("INFO",))):
            answer = await self._asked(connection, about, *words)
        facts = read_facts(answer)
        judge(facts)
        if line is self._told:
            await self._asked(connection, "channel", "SUBSCRIBE", self._channel)
        return facts

    async def _asked(self, connection: Asking | Listening, about: str, *words: Word) -> Any:
        try:
            return await connection.ask(*words)
        except RefusedError as error:
            if about == NAME:
                return None
            raise explained(about, error) from error

    def _ready(self, line: _Line, connection: Asking | Listening, facts: Facts) -> None:
        if line.made is not connection:
            return
        line.facts = facts
        runs = {each.facts.get("run_id") for each in self._lines if each.facts is not None}
        if len(runs) > 1:
            # In the middle of a failover.
            self._let_go("two of the connections are to different servers")
        elif all(each.facts is not None for each in self._lines):
            self._came(facts)

    def _unfit(self, connection: Asking | Listening, error: BaseException) -> None:
        why = str(error)
        self._trouble = why
        connection.give_up(why)
        if isinstance(error, UnfitError):
            self._fail_to_start(why)

    def _cannot_connect(self, why: str) -> None:
        self._trouble = why

    def _lost(self, line: _Line, why: str) -> None:
        was_ready = line.facts is not None
        line.made = line.facts = None
        self._went(why)
        if was_ready:
            self._let_go(why)

    # All of them.

    def _came(self, facts: Facts) -> None:
        self._is_up = True
        self._since = self._reactor.seconds()
        self._trouble = ""
        if warned := warning(facts):
            if warned != self._warned:
                log.warn("{what}", what=warned)
            self._warned = warned
        starting, self._starting = self._starting, None
        if starting is not None:
            assert self._limit is not None
            self._limit.cancel()
            starting.callback(None)
            return
        for came_up, _, _ in tuple(self._watchers):
            came_up()

    def _went(self, why: str) -> None:
        if not self._is_up:
            return
        self._is_up = False
        self._trouble = why
        if self._reactor.seconds() - self._since >= self._pace.calm:
            self._failures = 0
        for _, went_down, _ in tuple(self._watchers):
            went_down()

    def _heard(self, message: bytes) -> None:
        if self._is_up:
            for _, _, woken in tuple(self._watchers):
                woken(message)

    def _let_go(self, why: str) -> None:
        for line in self._lines:
            connection = line.made
            line.facts = None
            if connection is not None:
                connection.give_up(why)

    def _wait(self, attempt: int) -> float:
        """Say in how many seconds to try again: at once, then later each time.

        Chance keeps the nodes from all doing so in the same moment.
        """
        self._failures += 1
        doublings = (self._failures - 1) // len(self._lines)
        if not doublings:
            return SOONEST / 2 * random()  # noqa: S311  # no secret
        longest = min(SOONEST * 2.0 ** min(doublings, 30), self._pace.longest)
        return longest * (0.5 + 0.5 * random())  # noqa: S311  # no secret

    def _fail_to_start(self, why: str) -> None:
        starting = self._starting
        if starting is None:
            return
        self.stop()
        starting.errback(StoreError(f"Redis at {self._address} cannot be used: {why}"))


if TYPE_CHECKING:

    def _is_a_link(link: RedisLink) -> Link:
        return link
