"""Standard output, a line at a time: what was written is known, and who reads it may be slow."""

from __future__ import annotations

import os
import select
from typing import Any

from twisted.internet.task import deferLater

CHUNK = 4096
"""Bytes that a pipe with any room at all takes at once (PIPE_BUF on Linux)."""

PAUSE = 0.02
"""Seconds until it is looked again whether there is room."""


class Output:
    """A file descriptor that is written to without waiting in the kernel.

    A reactor cannot watch a plain file, so that this looks by itself whether there is room.
    """

    def __init__(self, clock: Any, descriptor: int = 1) -> None:
        self._clock = clock
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)

    def is_broken(self) -> bool:
        """Whether nobody can read it any more."""
        return any(told & select.POLLERR for _, told in self._poll.poll(0))

    async def write(self, data: bytes) -> None:
        """Write it all; it is out when this is over.

        Raises:
            BrokenPipeError: nobody reads any more.
        """
        for start in range(0, len(data), CHUNK):
            piece = data[start : start + CHUNK]
            while piece:
                while not self._poll.poll(0):
                    await deferLater(self._clock, PAUSE)
                try:
                    piece = piece[os.write(self._descriptor, piece) :]
                except BlockingIOError:  # somebody else has made it so
                    await deferLater(self._clock, PAUSE)
