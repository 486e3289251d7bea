"""The commits of a SQLite engine: when each began, how long it took, how many events were in it.

They are timed around `Store.append`, in the writer's thread: the whole transaction, from `BEGIN`
until `COMMIT` has returned. What waits before it and what comes after it is not in it.
"""

from __future__ import annotations

import os
import struct
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twistchat.engine import Outcome
    from twistchat.engine.sqlite.store import Proposed, Store

_RECORD = struct.Struct("=ddq")


class Commit(NamedTuple):
    """One transaction."""

    began: float
    """As `time.monotonic` counts, which is the same in all processes."""
    seconds: float
    events: int


def watch(note: Callable[[Commit], object]) -> None:
    """From now on tell of each commit of every store in this process."""
    from twistchat.engine.sqlite.store import Store

    append = Store.append

    def timed(self: Store, proposed: Sequence[Proposed]) -> list[Outcome]:
        began = time.monotonic()
        outcomes = append(self, proposed)
        note(Commit(began, time.monotonic() - began, len(proposed)))
        return outcomes

    Store.append = timed  # type: ignore[method-assign]


def write_to(file: int) -> None:
    """From now on write each commit of this process to an open file."""
    watch(lambda commit: os.write(file, _RECORD.pack(*commit)))


class Notes:
    """What another process has noted so far, in a file that is in memory: no disk is disturbed."""

    def __init__(self, file: int) -> None:
        self.file = file

    def between(self, begin: float, end: float) -> list[Commit]:
        """Read the commits that began in this time."""
        size = os.fstat(self.file).st_size
        data = os.pread(self.file, size - size % _RECORD.size, 0)
        commits = (Commit(*fields) for fields in _RECORD.iter_unpack(data))
        return [commit for commit in commits if begin <= commit.began < end]


@contextmanager
def notes() -> Iterator[Notes]:
    """Make a file that a child process may inherit, and note commits in."""
    file = os.memfd_create("commits")
    try:
        yield Notes(file)
    finally:
        os.close(file)
