"""Whether one session's input is taken in."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from twistchat.core.commands import Command
    from twistchat.engine import Label
    from twistchat.wire import Input


@dataclass(frozen=True, slots=True)
class Request:
    """A command on its way in."""

    command: Command | None
    """None: nothing, but `then` is called in its turn."""
    label: Label | None = None
    """What its wire calls the request, if it has such names."""
    then: Callable[[], None] | None = None
    """Called when it is performed or refused, before it is committed."""


class Gate:
    """Holds a session's input while the session waits for something.

    Several may hold it at once; it is open again when all have released it. What comes in
    meanwhile (the rest of a line that asks for several things) waits in its order.
    """

    __slots__ = (
        "_holds",
        "_is_lifted",
        "_is_source_held",
        "_source",
        "_take",
        "_waiting",
        "is_open",
    )

    def __init__(
        self,
        source: Input,
        take: Callable[[Command | None, Label | None, Callable[[], None] | None], None],
    ) -> None:
        self._source = source
        self._take = take
        self.is_open = True
        """Whether what comes in is taken in at once."""
        self._holds = 0
        self._is_source_held = False
        self._is_lifted = False
        self._waiting: deque[Request] | None = None

    def wait(self, request: Request) -> None:
        """Take this in when the gate is open again."""
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(request)

    def hold(self) -> None:
        """Take in nothing more for now."""
        self._holds += 1
        self.is_open = self._is_lifted
        if not (self._is_source_held or self._is_lifted):
            self._is_source_held = True
            self._source.hold()

    def hold_until(self, when: Callable[[Callable[[], None]], None]) -> None:
        """Take in nothing more until something has happened; `when` is told what to call then."""
        self.hold()
        when(self.release)

    def release(self) -> None:
        """Take in what waits, and go on, if nobody else holds."""
        self._holds -= 1
        self.is_open = self._is_lifted or not self._holds
        while self._waiting and not self._holds:
            request = self._waiting.popleft()
            self._take(request.command, request.label, request.then)
        if not self._waiting:
            self._waiting = None
        # What was taken in may hold anew; the source never knew otherwise.
        if not self._holds:
            self._let_go()

    def close(self) -> None:
        """Take in nothing more, ever: the connection is lost."""
        self._waiting = None
        self._is_source_held = False
        self._holds += 1
        self.is_open = self._is_lifted

    def lift(self) -> None:
        """Take in all that waits, and whatever comes, whoever holds: nothing has an order now."""
        self._is_lifted = self.is_open = True
        while self._waiting:
            request = self._waiting.popleft()
            self._take(request.command, request.label, request.then)
        self._let_go()
        self._source.lift()

    def _let_go(self) -> None:
        if self._is_source_held:
            self._is_source_held = False
            self._source.release()
