"""One connection to a Redis: the protocols of txredisapi, which notice that nothing comes.

Only the real link and its endpoints import this, and these only where a server is made: to
import txredisapi is to choose a reactor.
"""

from __future__ import annotations

import socket
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import txredisapi
from twisted.internet.defer import CancelledError, fail
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import ISystemHandle
from twisted.internet.task import LoopingCall
from twisted.protocols.policies import ProtocolWrapper

from twistchat.engine.redis.blocking import packed, refused
from twistchat.engine.redis.link import AnswerLostError, NotSentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from twistchat.engine.redis.link import Script, Word


@dataclass(frozen=True, slots=True)
class Pace:
    """How long what may take, in seconds."""

    connect: float = 3.0
    reply: float = 4.0
    """A script takes milliseconds. So whoever is silent for longer has stopped, or is cut off."""
    idle: float = 2.0
    """After so much silence it is asked whether it is still there."""
    look: float = 0.5
    """How often that is looked at."""
    start: float = 10.0
    """How long the first connection may take."""
    longest: float = 4.0
    """Between two attempts to connect: people are waiting."""
    calm: float = 5.0
    """A connection that lasted for so long was a good one: the next attempt comes at once."""


class _Watched:
    """What every connection is besides: it knows what it has no answer for, and since when."""

    def _watch(self, clock: IReactorTime, pace: Pace, lost: Callable[[str], None]) -> None:
        self._clock = clock
        self._pace = pace
        self._lost = lost
        self._waiting: deque[float] = deque()
        """When each of the commands was sent that have no answer yet."""
        self._heard = self._looked = clock.seconds()
        self._known: set[str] = set()
        """The scripts that Redis has been sent over this connection."""
        self._why = ""
        """Why it was given up."""
        self._looking = LoopingCall(self._look)
        self._looking.clock = clock

    def connectionMade(self) -> None:
        """Called by Twisted."""
        keep_alive(self.transport)  # type: ignore[attr-defined]  # the protocol has it
        self._looking.start(self._pace.look, now=False)
        super().connectionMade()  # type: ignore[misc]  # the protocol's

    def dataReceived(self, data: bytes, unpause: bool = False) -> None:
        """Called by Twisted."""
        self._heard = self._clock.seconds()
        try:
            super().dataReceived(data)  # type: ignore[misc]  # the protocol's
        except txredisapi.InvalidData:
            self.give_up("what is there is no Redis")

    def connectionLost(self, reason: Failure) -> None:
        """Called by Twisted."""
        if self._looking.running:
            self._looking.stop()
        self._why = self._why or lost_by(reason)
        self._lost(self._why)
        super().connectionLost(reason)  # type: ignore[misc]  # the protocol's

    def give_up(self, why: str) -> None:
        """End it at once; whatever was sent may have been done."""
        self._why = self._why or why
        self.transport.abortConnection()  # type: ignore[attr-defined]  # the protocol has it

    def ask(self, *words: Word) -> Deferred[Any]:
        """Send a command. Fails with `NotSentError`, `AnswerLostError` or `RefusedError`."""
        if self._why:
            return fail(NotSentError(self._why))
        try:
            answered: Deferred[Any] = self.execute_command(*words)  # type: ignore[attr-defined]  # the protocol's
        except txredisapi.ConnectionError as error:
            return fail(NotSentError(str(error)))
        self._waiting.append(self._clock.seconds())
        return answered.addCallbacks(self._answered, self._failed)

    def ask_script(self, script: Script, words: tuple[Word, ...]) -> Deferred[Any]:
        """Let it run a script, whose text is sent where Redis may not know it."""
        if script.sha not in self._known:
            self._known.add(script.sha)
            return self.ask("EVAL", script.text, *words)

        def once_more(failure: Failure) -> Any:
            if getattr(failure.value, "code", "") != "NOSCRIPT":
                return failure
            return self.ask("EVAL", script.text, *words)

        return self.ask("EVALSHA", script.sha, *words).addErrback(once_more)

    def _answered(self, answer: Any) -> Any:
        self._waiting.popleft()
        return answer

    def _failed(self, failure: Failure) -> Failure:
        self._waiting.popleft()
        if failure.check(txredisapi.ResponseError):
            raise refused(str(failure.value))
        if failure.check(CancelledError):  # nobody waits for it any more
            return failure
        raise AnswerLostError(self._why or str(failure.value))

    def _look(self) -> None:
        now = self._clock.seconds()
        was, self._looked = self._looked, now
        if now - was >= self._pace.reply / 2:
            # This process itself has stood still: what was answered meanwhile is yet to be read.
            self._heard = now
        if self._waiting:
            # Answers come in order; where others keep coming, it is only slow.
            if now - max(self._waiting[0], self._heard) >= self._pace.reply:
                self.give_up(f"it has not answered for {self._pace.reply:g} seconds")
        elif now - self._heard >= self._pace.idle:
            self.ask("PING").addErrback(lambda _: None)

    def tryConvertData(self, data: Any) -> Any:
        """Taken as it is, by txredisapi, which would copy each list."""
        return data

    def _build_command(self, *words: Word, **_: Any) -> bytes:
        """Written as everywhere here; txredisapi would cut floats short."""
        return packed(words)


class Asking(_Watched, txredisapi.HiredisProtocol):
    """A connection for commands."""

    def __init__(self, clock: IReactorTime, pace: Pace, lost: Callable[[str], None]) -> None:
        super().__init__(charset=None, convertNumbers=False)
        self._watch(clock, pace, lost)


class Listening(_Watched, txredisapi.SubscriberProtocol):
    """A connection on which Redis tells what is published."""

    def __init__(
        self,
        clock: IReactorTime,
        pace: Pace,
        lost: Callable[[str], None],
        heard: Callable[[bytes], None],
    ) -> None:
        super().__init__(charset=None, convertNumbers=False)
        self._watch(clock, pace, lost)
        self._tell = heard

    def messageReceived(self, pattern: None, channel: bytes, message: bytes) -> None:
        """Called by txredisapi."""
        self._tell(message)


def lost_by(reason: Failure) -> str:
    """Say why a connection is gone that nobody here has given up."""
    if reason.check(ConnectionDone):
        return "it closed the connection"
    if reason.check(ConnectionLost):
        return "the connection was lost"
    return f"the connection was lost: {reason.getErrorMessage().rstrip('.')}"


def keep_alive(transport: Any) -> None:
    """Let the system notice a peer that is gone, and send small things at once."""
    while isinstance(transport, ProtocolWrapper):  # TLS
        transport = transport.transport
    handle = transport.getHandle() if ISystemHandle.providedBy(transport) else None
    if isinstance(handle, socket.socket) and handle.family != socket.AF_UNIX:
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
