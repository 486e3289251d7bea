"""Which engine, as an operator writes it: `memory:`, `sqlite:chat.db?durability=fast`, `redis://h`."""

from __future__ import annotations

import os
import re
import socket
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.engine.retention import Retention, read_retention

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.engine import Engine
    from twistchat.engine.redis.address import RedisAddress
    from twistchat.engine.redis.blocking import BlockingConnection
    from twistchat.engine.redis.credentials import Credentials
    from twistchat.engine.sqlite.file import Durability

DEFAULT = "sqlite:twistchat.db"
"""Of a server: everything is kept, in the folder where it runs."""

KINDS = "choose sqlite:PATH, memory: or redis://HOST"

_NODE = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._-]{0,63}")


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


@dataclass(frozen=True, slots=True)
class RedisChoice:
    """In a Redis, which several nodes share."""

    address: RedisAddress
    credentials: Credentials
    node: str

    def check(self, folder: Path) -> None:
        """See that the Redis can be used, without changing anything in it.

        Raises:
            StoreError: it cannot be; the message is a sentence for the operator.
        """
        from twistchat.engine.redis.looking import look

        self._need()
        look(self.address, self.credentials)

    def connect(self, patience: float) -> BlockingConnection:
        """Connect to it for what is done without a reactor; it may take so long for each answer.

        Raises:
            StoreError: it cannot be used; the message is a sentence for the operator.
        """
        from twistchat.engine.redis.looking import connect

        self._need()
        return connect(self.address, self.credentials, patience=patience)

    def open(self, reactor: Any, limits: Limits, retention: Retention) -> Engine:
        """Make the engine. Nothing is connected before it starts."""
        from twistchat.engine.redis.engine import RedisEngine
        from twistchat.engine.redis.txlink import RedisLink

        link = RedisLink(
            reactor, self.address, credentials=self.credentials, name=f"twistchat-{self.node}"
        )
        return RedisEngine(
            link,
            clock=reactor,
            node=self.node,
            prefix=self.address.prefix,
            limits=limits,
            retention=retention,
            now=time.time,
            lease=limits.lease,
        )

    def _need(self) -> None:
        if find_spec("txredisapi") is None or find_spec("hiredis") is None:
            from twistchat.engine.redis.link import StoreError

            raise StoreError("a Redis engine needs more: pip install 'twistchat[redis]'")


def open_engine(
    url: str,
    reactor: Any,
    *,
    limits: Limits = DEFAULT_LIMITS,
    retention: Sequence[str] = (),
    node: str = "",
) -> Engine:
    """Make the engine that a URL names: `ChatService(reactor, engine=open_engine(url, reactor))`.

    With a Redis this process is called `node` among those that share it (empty: by chance), and
    comes there as the environment says: TWISTCHAT_REDIS_PASSWORD and the like.

    Raises:
        ValueError: there is no such engine or no such name, or a rule of the retention cannot be
            understood.
    """
    return read_choice(url, node=node).open(reactor, limits, read_retention(retention))


Choice = MemoryChoice | SQLiteChoice | RedisChoice


def read_choice(url: str, *, node: str = "", credentials: Credentials | None = None) -> Choice:
    """Read which engine is meant.

    Args:
        url: as an operator writes it.
        node: what this node is called among those that share the engine; empty: by chance.
        credentials: as whom it comes to a Redis; None: as the environment says.

    Raises:
        ValueError: there is no such engine; the message is a sentence for the operator.
    """
    from twistchat.engine.redis.address import is_redis
    from twistchat.engine.sqlite.file import Durability

    if is_redis(url):
        return _redis(url, node, credentials)
    kind, colon, rest = url.partition(":")
    if url != "memory:" and (kind != "sqlite" or not colon):
        raise ValueError(f"there is no engine {url!r}; {KINDS}")
    if node:
        raise ValueError("a node is one of several, which share a Redis: --engine redis://HOST")
    if url == "memory:":
        return MemoryChoice()
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


def read_node(name: str) -> str:
    """Read what a node is to be called.

    Raises:
        ValueError: the message is a sentence for the operator.
    """
    if _NODE.fullmatch(name) is None or name == "all":
        raise ValueError(
            f"{name!r} is no name of a node: letters, digits and . _ - alone, 64 at most, no -"
            " in front, and not 'all'"
        )
    return name


def _redis(url: str, node: str, credentials: Credentials | None) -> RedisChoice:
    from twistchat.engine.redis.address import read_address
    from twistchat.engine.redis.credentials import read_credentials

    address = read_address(url)
    if credentials is None:
        credentials = read_credentials({}, os.environ, Path())
    return RedisChoice(address, credentials, read_node(node) if node else _any_node())


def _any_node() -> str:
    """Name a node after its machine, on which there may be several."""
    machine = re.sub("[^A-Za-z0-9._]+", "-", socket.gethostname().partition(".")[0]).strip("-")
    return f"{machine[:40] or 'node'}-{token_hex(3)}"
