"""Which engine, as an operator writes it: `memory:`, `sqlite:twistchat.db?durability=fast`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.engine.retention import Retention, read_retention

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from twistchat.engine import Engine
    from twistchat.engine.sqlite.file import Durability

DEFAULT = "sqlite:twistchat.db"
"""Of a server: everything is kept, in the folder where it runs."""

KINDS = "choose sqlite:PATH or memory:"


@dataclass(frozen=True, slots=True)
class MemoryChoice:
    """In this process, and nowhere else."""

    def check(self, folder: Path) -> None:
        """Nothing can be wrong."""

    def open(self, reactor: Any, limits: Limits, retention: Retention) -> Engine:
        """Make the engine; how long it remembers are limits."""
        from twistchat.engine.memory import MemoryEngine

        return MemoryEngine(limits)


@dataclass(frozen=True, slots=True)
class SQLiteChoice:
    """In a file."""

    path: str
    durability: Durability

    def check(self, folder: Path) -> None:
        """See that the file can be used, without touching it; relative paths are of `folder`.

        Raises:
            DatabaseError: it cannot be; the message is a sentence for the operator.
        """
        from twistchat.engine.sqlite.inspection import check

        check(folder / self.path)

    def open(self, reactor: Any, limits: Limits, retention: Retention) -> Engine:
        """Make the engine. Nothing is opened before it starts."""
        from twistchat.engine.sqlite import SQLiteEngine
        from twistchat.engine.worker import ThreadWorker

        return SQLiteEngine(
            self.path,
            clock=reactor,
            worker=lambda name: ThreadWorker(reactor, name),
            limits=limits,
            durability=self.durability,
            retention=retention,
        )


def open_engine(
    url: str,
    reactor: Any,
    *,
    limits: Limits = DEFAULT_LIMITS,
    retention: Sequence[str] = (),
) -> Engine:
    """Make the engine that a URL names: `ChatService(reactor, engine=open_engine(url, reactor))`.

    Raises:
        ValueError: there is no such engine, or a rule of the retention cannot be understood.
    """
    return read_choice(url).open(reactor, limits, read_retention(retention))


Choice = MemoryChoice | SQLiteChoice


def read_choice(url: str) -> Choice:
    """Read which engine is meant.

    Raises:
        ValueError: there is no such engine; the message is a sentence for the operator.
    """
    from twistchat.engine.sqlite.file import Durability

    if url == "memory:":
        return MemoryChoice()
    kind, colon, rest = url.partition(":")
    if kind != "sqlite" or not colon:
        raise ValueError(f"there is no engine {url!r}; {KINDS}")
    path, mark, parameters = rest.partition("?")
    if not path or path.startswith(":") or "\0" in path:
        raise ValueError(f"engine {url!r} names no file: write sqlite:PATH")
    durability = Durability.FULL
    if mark:
        name, _, value = parameters.partition("=")
        if name != "durability" or value not in tuple(Durability):
            raise ValueError(
                f"engine {url!r}: behind the ? stands durability=full or durability=fast"
            )
        durability = Durability(value)
    return SQLiteChoice(path, durability)
