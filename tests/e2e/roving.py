"""People who come back to whichever node there is: those of `returning.py` and `readers.py`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from twisted.internet import reactor
from twisted.internet.interfaces import ITCPTransport

from tests.e2e.readers import ReturningReader
from tests.e2e.returning import ReturningProgram

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from tests.e2e.readers import Connection as Reading
    from tests.e2e.returning import Connection

PATIENCE = 3.0
"""Seconds without an answer after which they try another node."""

AGAIN = 0.1
"""Seconds until they try again where nobody was, or nobody could let them in."""


CERTAIN = ("not-kept", "not-kept-late", "not-kept-stopping")
"""What is refused with these is not in any log, and never will be."""


class RovingProgram(ReturningProgram):
    """A program that comes back to any of several nodes, and loses its patience with those that
    stand still.

    Of what was certainly not kept it says some again, as before, and gives up the rest.
    """

    window = 3

    def __init__(
        self, name: str, rooms: tuple[str, ...], rng: Random, ports: Callable[[], Sequence[int]]
    ) -> None:
        super().__init__(name, rooms, rng)
        self.given_up: list[str] = []
        """Texts that were certainly not kept, and not said again."""
        self.moves = 0
        """How often it has come to another node than before."""
        self._ports = ports
        self._sent: Counter[str] = Counter()
        """How often each key was said."""
        self._hello = 0
        self._waits = reactor.callLater(0, lambda: None)
        self._is_connecting = False

    async def come_anywhere(self) -> None:
        """Come to any node, and back to any, until it is to stay away."""
        self._is_away = False
        await self._connect()

    async def stay_away(self) -> None:
        self._is_away = True
        if self._waits.active():
            self._waits.cancel()
        if self._connection is not None:
            self._connection.cuts()
        await super().stay_away()

    async def _connect(self) -> None:
        if self._is_connecting:
            return
        ports = self._ports()
        if not ports:
            self._finds_nobody()
            return
        before, self._port = self._port, self._rng.choice(ports)
        self.moves += before not in (0, self._port)
        self._is_connecting = True
        try:
            await super()._connect()
        finally:
            self._is_connecting = False

    def _finds_nobody(self) -> None:
        reactor.callLater(AGAIN, self._come_back)

    def hellos(self, connection: Connection) -> None:
        self._hello = self._id + 1
        super().hellos(connection)
        self._begins_to_wait(connection)

    def _begins_to_wait(self, connection: Connection) -> None:
        if self._waits.active():
            self._waits.cancel()
        self._waits = reactor.callLater(PATIENCE, self._waited_too_long, connection)

    def _waited_too_long(self, connection: Connection) -> None:
        if connection is self._connection and not self._is_away:
            connection.cuts()

    def hears(self, connection: Connection, told: dict[str, Any]) -> None:
        if connection is not self._connection:
            return
        if told["type"] != "ping":
            self._begins_to_wait(connection)
        if told["type"] == "error" and told.get("id") == self._hello:
            self._is_turned_away(connection)
            return
        super().hears(connection, told)

    def _is_turned_away(self, connection: Connection) -> None:
        """Try again soon: a node that cannot reach its Redis lets nobody in."""
        self._connection = None
        self._answers.clear()
        self.story.is_cut_off()
        connection.cuts()
        if self._lost is not None:
            self._lost.callback(None)
            self._lost = None
        reactor.callLater(AGAIN, self._come_back)

    def _send(self, key: str) -> None:
        if self._connection is not None:
            self._sent[key] += 1
        super()._send(key)

    def _again(self, key: str) -> None:
        if key not in self.pending or key in self._answers.values():
            return
        text = self.story.keys[key]
        why = next(code for code, refused in reversed(self.story.refused) if refused == text)
        # What was said twice may have been kept the first time, though the second time was in vain.
        if why in CERTAIN and self._sent[key] == 1 and self._rng.randrange(2):
            self.given_up.append(text)
            del self.pending[key]
        else:
            super()._again(key)


class RovingReader(ReturningReader):
    """Somebody on nc who comes back to any of several nodes."""

    def __init__(self, name: str, rng: Random, ports: Callable[[], Sequence[int]]) -> None:
        super().__init__(name, rng)
        self._ports = ports

    async def come_anywhere(self) -> None:
        """Come to any node, and back to any, until it is to stay away."""
        self._is_away = False
        await self._connect()

    async def stay_away(self) -> None:
        self._is_away = True
        if self._is_connected:
            ITCPTransport(self._connections[-1].transport).abortConnection()
        await super().stay_away()

    async def _connect(self) -> None:
        ports = self._ports()
        if not ports:
            self._finds_nobody()
            return
        self._port = self._rng.choice(ports)
        await super()._connect()

    def _finds_nobody(self) -> None:
        reactor.callLater(AGAIN, self._come_back)

    def types_first(self, connection: Reading) -> None:
        super().types_first(connection)
        reactor.callLater(PATIENCE, self._waited_too_long, connection)

    def _waited_too_long(self, connection: Reading) -> None:
        """Go elsewhere, if it was not let in; a token that is good lets it in at once."""
        is_in = any(line.startswith("-- Here now") for line in connection.lines)
        if not is_in and connection is self._connections[-1] and not self._is_away:
            ITCPTransport(connection.transport).abortConnection()
