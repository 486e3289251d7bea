"""A link to a real Redis on a Clock: what is asked is done when the Clock gets there.

It can be down, lose answers, hold them back, and refuse as a Redis does that has no memory left.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from twisted.internet.defer import Deferred, fail, succeed

from twistchat.engine.redis.link import AnswerLostError, NotSentError, RefusedError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IDelayedCall
    from twisted.internet.task import Clock

    from tests.redis.server import RedisServer
    from twistchat.engine.redis.blocking import BlockingConnection
    from twistchat.engine.redis.link import Link, Script, Word

START_PATIENCE = 10.0

_links: WeakKeyDictionary[RedisServer, WeakSet[ClockLink]] = WeakKeyDictionary()
"""All that there are, as what one of them does may wake the others."""


@dataclass(eq=False)
class Asked:
    """A command that was sent, and has no answer yet."""

    name: str
    """The script's, or the command's first word."""
    do: Callable[[BlockingConnection], Any]
    answered: Deferred[Any]
    is_reading: bool
    call: IDelayedCall | None = None


@dataclass
class Fault:
    """What is to happen to the next commands of a name."""

    name: str
    """Empty: of any."""
    count: int | None
    """How many; None: all."""
    code: str = ""
    """With what it is refused; empty: its answer is lost."""
    is_done: bool = True
    """Whether it happens nevertheless."""
    back_in: float | None = 0.0

    def is_for(self, asked: Asked) -> bool:
        if self.count == 0 or self.name.lower() not in {"", asked.name.lower()}:
            return False
        return bool(self.name) or not self.code or not asked.is_reading


class ClockLink:
    """A `Link` for tests. Everything takes `delay` seconds of the Clock.

    As over TCP, what was sent before is done before; an answer is lost only with the connection.
    """

    def __init__(self, clock: Clock, server: RedisServer, delay: float = 0.001) -> None:
        self._clock = clock
        self._server = server
        self.delay = delay
        self.retry = 0.05
        """After how many seconds it tries again to connect."""
        self.is_cut = False
        """Whether the network is gone; see `go_down`."""
        self.is_deaf = False
        """Whether nothing is heard of what is published."""
        self.drops: list[str] = []
        """Why the connections were dropped by whoever uses them."""
        self.done: list[str] = []
        """The names of the scripts and commands that were done."""
        self._trouble = "not started yet"
        self._channel: str | None = None
        self._connection: BlockingConnection | None = None
        self._subscriber: BlockingConnection | None = None
        self._starting: Deferred[None] | None = None
        self._start_limit: IDelayedCall | None = None
        self._asked: list[Asked] = []
        self._faults: list[Fault] = []
        self._held: deque[tuple[Asked, Any]] | None = None
        self._retrying: IDelayedCall | None = None
        self._polling: IDelayedCall | None = None
        self._watchers: list[
            tuple[Callable[[], None], Callable[[], None], Callable[[bytes], None]]
        ] = []
        _links.setdefault(server, WeakSet()).add(self)

    # What the engine uses.

    @property
    def is_up(self) -> bool:
        return self._connection is not None

    @property
    def trouble(self) -> str:
        return "" if self.is_up else self._trouble

    def watch(
        self,
        *,
        came_up: Callable[[], None],
        went_down: Callable[[], None],
        woken: Callable[[bytes], None],
    ) -> None:
        self._watchers.append((came_up, went_down, woken))

    def start(self, channel: str) -> Deferred[None]:
        self._channel = channel
        starting: Deferred[None] = Deferred()
        self._starting = starting
        self._start_limit = self._clock.callLater(START_PATIENCE, self._give_up_starting)
        self._retrying = self._clock.callLater(self.delay, self._connect)
        return starting

    def run(
        self,
        script: Script,
        keys: Sequence[Word],
        words: Sequence[Word],
        *,
        is_reading: bool = False,
    ) -> Deferred[Any]:
        return self._send(
            script.name, lambda connection: connection.ask_script(script, keys, words), is_reading
        )

    def command(self, *words: Word, is_reading: bool = False) -> Deferred[Any]:
        return self._send(str(words[0]), lambda connection: connection.ask(*words), is_reading)

    def drop(self, why: str) -> None:
        self.drops.append(why)
        self._lose(why, self.retry)

    def stop(self) -> Deferred[None]:
        self._channel = None
        self._lose("stopped", None, is_told=False)
        for call in (self._retrying, self._start_limit):
            if call is not None and call.active():
                call.cancel()
        return succeed(None)

    # What a test does to it.

    def go_down(self, why: str = "the cable was pulled out", *, is_done: bool = False) -> None:
        """Lose the connections, until `come_up`; `is_done`: what was sent is done nevertheless."""
        self.is_cut = True
        if is_done and self._connection is not None:
            for asked in self._asked:
                self._answer_to(asked)
        self._lose(why, None)

    def come_up(self) -> None:
        """Let it connect again, at the next occasion."""
        self.is_cut = False
        if self._channel is not None and not self.is_up and not self._is_retrying:
            self._retrying = self._clock.callLater(self.delay, self._connect)

    def lose_next(
        self,
        name: str = "",
        *,
        is_done: bool = True,
        count: int = 1,
        back_in: float | None = 0.0,
    ) -> None:
        """Lose the connection with the answers to the next commands of a name (empty: any).

        Args:
            name: a script's name, or a command's first word.
            is_done: whether they are done before that.
            count: how many of them.
            back_in: after how many seconds there is a connection again (0: as after any loss;
                None: not before `come_up`).
        """
        self._faults.append(Fault(name, count, is_done=is_done, back_in=back_in))

    def refuse(self, code: str, name: str = "", *, count: int | None = None) -> None:
        """Let Redis refuse the next commands of a name (empty: all that do not only read).

        Args:
            code: the error's first word: OOM, READONLY, LOADING …
            name: a script's name, or a command's first word.
            count: how many of them; None: all, until `accept`.
        """
        self._faults.append(Fault(name, count, code=code, is_done=False))

    def accept(self) -> None:
        """Forget all that was to go wrong."""
        self._faults.clear()

    def hold(self) -> None:
        """Hold back the answers to all that is done from now on, until `let_go`."""
        if self._held is None:
            self._held = deque()

    def let_go(self) -> None:
        """Hand on the answers that were held back, in their order."""
        held, self._held = self._held, None
        for asked, answer in held or ():
            self._hand_on(asked, answer)

    def poll(self) -> None:
        """Tell what has been published until now; needed only for what others than a
        `ClockLink` publish.
        """
        self._polling = None
        if self._subscriber is None:
            return
        messages: list[bytes] = []
        try:
            # The answer to it comes behind all that was published before.
            self._subscriber.send("PING")
            while (heard := self._subscriber.read())[0] != b"pong":
                if heard[0] == b"message":
                    messages.append(heard[2])
        except OSError as error:
            self._lose(str(error), self.retry)
            return
        for message in messages:
            if not self.is_deaf:
                for _, _, woken in tuple(self._watchers):
                    woken(message)

    # How it works.

    @property
    def _is_retrying(self) -> bool:
        return self._retrying is not None and self._retrying.active()

    def _connect(self) -> None:
        self._retrying = None
        if self.is_cut or self._channel is None:
            return
        try:
            self._connection = self._server.connect()
            self._subscriber = self._server.connect()
            self._subscriber.ask("SUBSCRIBE", self._channel)
        except OSError as error:
            self._close()
            self._trouble = str(error)
            self._retrying = self._clock.callLater(self.retry, self._connect)
            return
        starting, self._starting = self._starting, None
        if starting is not None:
            assert self._start_limit is not None
            self._start_limit.cancel()
            starting.callback(None)
            return
        for came_up, _, _ in tuple(self._watchers):
            came_up()

    def _give_up_starting(self) -> None:
        starting, self._starting = self._starting, None
        self.stop()
        if starting is not None:
            starting.errback(StoreError(f"Redis cannot be reached: {self._trouble}"))

    def _send(
        self, name: str, do: Callable[[BlockingConnection], Any], is_reading: bool
    ) -> Deferred[Any]:
        if self._connection is None:
            return fail(NotSentError(self.trouble))
        asked = Asked(name, do, Deferred(), is_reading)
        self._asked.append(asked)
        asked.call = self._clock.callLater(self.delay, self._do, asked)
        return asked.answered

    def _do(self, asked: Asked) -> None:
        fault = next((fault for fault in self._faults if fault.is_for(asked)), None)
        if fault is not None and fault.count is not None:
            fault.count -= 1
        if fault is not None and fault.code:
            self._hand_on(asked, RefusedError(fault.code, f"{fault.code} said the test"))
            return
        answer = None
        if fault is None or fault.is_done:
            answer = self._answer_to(asked)
        if fault is not None:
            self.is_cut |= fault.back_in is None
            back_in = None if fault.back_in is None else fault.back_in or self.retry
            self._lose("an answer was lost", back_in)
        elif isinstance(answer, OSError):
            self._lose(str(answer), self.retry)
        elif self._held is not None:
            self._held.append((asked, answer))
        else:
            self._hand_on(asked, answer)

    def _answer_to(self, asked: Asked) -> Any:
        """Let Redis do it; all links hear what was published by that."""
        if self._connection is None:
            return ConnectionResetError("gone")
        try:
            answer = asked.do(self._connection)
        except (OSError, RefusedError) as error:
            answer = error
        self.done.append(asked.name)
        for link in _links[self._server]:
            link._poll_soon()
        return answer

    def _hand_on(self, asked: Asked, answer: Any) -> None:
        if asked not in self._asked:
            return  # It was lost while it was held back.
        self._asked.remove(asked)
        if isinstance(answer, Exception):
            asked.answered.errback(answer)
        else:
            asked.answered.callback(answer)

    def _poll_soon(self) -> None:
        if self._subscriber is not None and self._polling is None:
            self._polling = self._clock.callLater(self.delay, self.poll)

    def _lose(self, why: str, back_in: float | None, *, is_told: bool = True) -> None:
        """There is no connection any more; what was sent over it has no answer."""
        was_up = self.is_up
        self._close()
        self._trouble = why
        if self._held is not None:
            self._held.clear()
        asked, self._asked = self._asked, []
        for each in asked:
            if each.call is not None and each.call.active():
                each.call.cancel()
        if back_in is not None and not self._is_retrying and self._channel is not None:
            self._retrying = self._clock.callLater(back_in, self._connect)
        if was_up and is_told:
            for _, went_down, _ in tuple(self._watchers):
                went_down()
        for each in asked:
            each.answered.errback(AnswerLostError(why))

    def _close(self) -> None:
        if self._polling is not None and self._polling.active():
            self._polling.cancel()
        self._polling = None
        for connection in (self._connection, self._subscriber):
            if connection is not None:
                connection.close()
        self._connection = self._subscriber = None


if TYPE_CHECKING:

    def _is_a_link(link: ClockLink) -> Link:
        return link
