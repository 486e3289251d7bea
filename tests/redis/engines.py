"""The Redis engine of a test: on a Clock, over a link to a real Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.redis.clocklink import ClockLink
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.engine.redis.engine import RedisEngine

if TYPE_CHECKING:
    from twisted.internet.task import Clock

    from tests.redis.server import RedisServer
    from twistchat.engine.retention import Retention


def redis_engine(
    server: RedisServer,
    clock: Clock,
    limits: Limits = DEFAULT_LIMITS,
    *,
    node: str = "a",
    delay: float = 0.001,
    retention: Retention | None = None,
    is_alone: bool = False,
) -> RedisEngine:
    """Make a node's engine. `delay` is how long each thing takes that Redis is asked (seconds).

    One that `is_alone` need not say that it is alive every few seconds, in a test of days.
    """
    engine = RedisEngine(
        ClockLink(clock, server, delay),
        clock=clock,
        node=node,
        limits=limits,
        retention=retention,
        now=clock.seconds,
        jitter=lambda: 0.5,
    )
    if is_alone:
        engine._lease._every = 86_400.0
    return engine


def link_of(engine: RedisEngine) -> ClockLink:
    """The link of an engine that `redis_engine` has made."""
    assert isinstance(engine._link, ClockLink)
    return engine._link


def kill(engine: RedisEngine) -> None:
    """Let a node end as `kill -9` ends it: its connections close, and it does nothing more."""
    engine._lease.stop()
    engine._keeping.stop()
    engine._outbox.stop()
    engine._link.stop()
