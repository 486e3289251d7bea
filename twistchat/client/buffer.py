"""What waits to be taken, in order, and whether whoever takes it may go on."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Buffer(Generic[T]):
    """A queue that says how full it is; nothing that is put into it is dropped.

    `changed` is called after each taking, when there may be room again.
    """

    def __init__(self, *, changed: Callable[[], None]) -> None:
        self._items: deque[T] = deque()
        self._changed = changed
        self._waiting: deque[Deferred[None]] = deque()
        self._end: BaseException | None = None
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> None:
        """Put in an item. Nothing is put into one that is closed."""
        if not self._is_closed:
            self._items.append(item)
            self._wake()

    def close(self, error: BaseException | None = None) -> None:
        """Let nothing more come. Whoever has taken all of it is told `error`, if there is one."""
        if not self._is_closed:
            self._is_closed, self._end = True, error
            while self._waiting:
                self._wake()

    def __aiter__(self) -> Buffer[T]:
        return self

    async def __anext__(self) -> T:
        """Take the next, or wait for it."""
        while not self._items:
            if self._is_closed:
                if self._end is not None:
                    raise self._end
                raise StopAsyncIteration
            waiting: Deferred[None] = Deferred(self._waiting.remove)
            self._waiting.append(waiting)
            await waiting
        item = self._items.popleft()
        self._changed()
        return item

    def _wake(self) -> None:
        if self._waiting:
            self._waiting.popleft().callback(None)


@implementer(IPushProducer)
class Valve:
    """Whether somebody who writes may write more, as a transport tells its producer."""

    def __init__(self) -> None:
        self._closed: Deferred[None] | None = None

    def opened(self) -> Deferred[None]:
        """Fire when it is open. For one who waits."""
        return self._closed or succeed(None)

    def pauseProducing(self) -> None:
        """Write nothing more for now. Called by a transport."""
        if self._closed is None:
            self._closed = Deferred()

    def resumeProducing(self) -> None:
        """Write more. Called by a transport."""
        closed, self._closed = self._closed, None
        if closed is not None:
            closed.callback(None)

    def stopProducing(self) -> None:
        """Nobody reads any more. Called by a transport."""
        self.resumeProducing()
