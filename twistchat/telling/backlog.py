"""What waits until one reader takes it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Slot:
    """A place in what one connection is told, kept free until its bytes are known."""

    __slots__ = ("_filled", "content")

    def __init__(self, filled: Callable[[int], None]) -> None:
        self._filled: Callable[[int], None] | None = filled
        self.content: bytes | None = None

    def fill(self, content: bytes) -> None:
        """Put in what belongs here; all that waited behind it may go on its way."""
        if self._filled is not None:
            self.content = content
            self._filled(len(content))

    def forget(self) -> None:
        """Nobody will be told any more what it is filled with."""
        self._filled = None


class Backlog:
    """Buffers and places in their order, by reference: many readers share the bytes of a room."""

    __slots__ = ("_taken", "_waiting", "since", "size")

    def __init__(self, since: float) -> None:
        self.since = since
        """When something began to wait, by the reactor's clock."""
        self.size = 0
        """How many bytes wait, and are known."""
        self._waiting: deque[bytes | Slot] = deque()
        self._taken = 0
        """Bytes of the first buffer that the reader has got already."""

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._waiting)

    def put(self, buffer: bytes) -> None:
        """Let a buffer wait."""
        self._waiting.append(buffer)
        self.size += len(buffer)

    def reserve(self, slot: Slot) -> None:
        """Keep a place."""
        self._waiting.append(slot)

    def first(self, most: int) -> bytes:
        """Find what is to be sent next, at most so many bytes of one buffer.

        Empty if nothing is, or if a place is not filled yet.
        """
        while self._waiting:
            head = self._waiting[0]
            if isinstance(head, Slot):
                if head.content is None:
                    break
                head = self._waiting[0] = head.content
            if head:
                is_whole = not self._taken and len(head) <= most
                return head if is_whole else head[self._taken : self._taken + most]
            self._waiting.popleft()
        return b""

    def take(self, count: int) -> None:
        """The reader has got so many bytes of the first buffer."""
        head = self._waiting[0]
        assert isinstance(head, bytes), "nothing is taken of what is not known"
        self.size -= count
        self._taken += count
        if self._taken == len(head):
            self._waiting.popleft()
            self._taken = 0

    def drop(self) -> None:
        """Let nothing wait any more but the end of what the reader has got the beginning of."""
        begun = self._waiting.popleft() if self._taken else b""
        for dropped in self._waiting:
            if isinstance(dropped, Slot):
                dropped.forget()
        self._waiting.clear()
        self.size = 0
        if isinstance(begun, bytes) and begun:
            self.put(begun)
            self.size -= self._taken
