"""A chat put together from its parts: where the classes of the way of a line meet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from twistchat.accounts.attempts import Attempts
from twistchat.accounts.checkers import AccountChecker
from twistchat.accounts.doors import OPEN, Doors
from twistchat.accounts.hashing import Hasher
from twistchat.accounts.house import House
from twistchat.accounts.keeping import Passwords
from twistchat.accounts.shown import ShownChecker
from twistchat.core.chat import Chat, Extension
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.counts import Counts
from twistchat.deedlog import log_deed
from twistchat.engine.memory import MemoryEngine
from twistchat.engine.worker import ThreadWorker
from twistchat.frontends.irc.protocol import speak_irc
from twistchat.frontends.jsonlines.dialog import speak_json
from twistchat.frontends.registry import Greeting, Registry
from twistchat.limitlog import LimitLog
from twistchat.login import Names, portal
from twistchat.pipeline import Pipeline
from twistchat.session.bookmarks import Bookmarks
from twistchat.session.desk import Desk
from twistchat.session.entrance import Entrance
from twistchat.session.inbox import Inbox
from twistchat.session.markers import Markers
from twistchat.session.operating import Operator
from twistchat.session.replay import Replay
from twistchat.session.reunion import Reunion
from twistchat.session.tokens import Tokens
from twistchat.session.wayback import WayBack
from twistchat.telling.fanout import Fanout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.internet.interfaces import IReactorTime

    from twistchat.engine import Engine


class Parts(NamedTuple):
    """What a chat is made of, put together."""

    chat: Chat
    engine: Engine
    fanout: Fanout
    pipeline: Pipeline
    registry: Registry
    names: Names
    bookmarks: Bookmarks
    inbox: Inbox
    operator: Operator
    passwords: Passwords
    counts: Counts

    def stop(self) -> None:
        """Let nothing be done any more by itself, some time later."""
        self.names.stop()
        self.bookmarks.stop()
        self.inbox.stop()
        self.passwords.stop()


def assemble(
    clock: IReactorTime,
    *,
    engine: Engine | None = None,
    limits: Limits = DEFAULT_LIMITS,
    greeting: Greeting | None = None,
    extensions: Iterable[Extension] = (),
    doors: Doors = OPEN,
    hasher: Hasher | None = None,
    now: Callable[[], float] = time.time,
) -> Parts:
    """Put a chat together. Its pipeline is not started yet."""
    engine = MemoryEngine(limits, now=now) if engine is None else engine
    chat = Chat(now=now, limits=limits, extensions=extensions)
    counts = Counts()
    fanout = Fanout(clock, limits, counts)
    pipeline = Pipeline(chat=chat, engine=engine, fanout=fanout)
    names = Names(chat=chat, engine=engine, clock=clock)
    tokens = Tokens(engine=engine, limits=limits, now=now, accounts=chat.accounts)
    limit_log = LimitLog(clock, counts)
    operator = Operator(chat=chat, pipeline=pipeline, fanout=fanout)
    attempts = Attempts(clock, limits)
    passwords = Passwords(engine=engine, hasher=hasher or _hasher(clock, limits))
    checker = AccountChecker(
        directory=chat.accounts,
        passwords=passwords,
        attempts=attempts,
        limits=limits,
        limit_log=limit_log,
        adopt=operator.adopt,
        others=doors.checkers,
    )
    inbox = Inbox(chat=chat, engine=engine, clock=clock, limits=limits)
    bookmarks = Bookmarks(engine=engine, told=fanout.told, clock=clock, limits=limits, now=now)
    entrance = Entrance(
        chat=chat,
        clock=clock,
        pipeline=pipeline,
        fanout=fanout,
        portal=portal(
            names=names,
            chat=chat,
            tokens=tokens,
            guests=doors.guests,
            others=[checker, ShownChecker(chat.accounts)],
        ),
        names=names,
        tokens=tokens,
        bookmarks=bookmarks,
        counts=counts,
    )
    desk = Desk(
        chat=chat,
        clock=clock,
        limits=limits,
        entrance=entrance,
        checker=checker,
        passwords=passwords,
        house=House(doors.house, attempts),
        doors=doors,
    )
    registry = Registry(
        markers=Markers(chat=chat, engine=engine, pipeline=pipeline, fanout=fanout),
        chat=chat,
        pipeline=pipeline,
        fanout=fanout,
        history=Replay(engine=engine, clock=clock, limits=limits, now=now, found=inbox.found),
        limit_log=limit_log,
        entrance=entrance,
        desk=desk,
        way_back=lambda: WayBack(
            tokens=tokens,
            bookmarks=bookmarks,
            inbox=inbox,
            names=names,
            clock=clock,
            limits=limits,
        ),
        clock=clock,
        greeting=greeting or Greeting(),
        languages={"json": speak_json, "irc": speak_irc},
        counts=counts,
    )
    for follower in (inbox.follow, desk.follow, registry.follow, log_deed):
        pipeline.follow(follower)
    reunion = Reunion(chat=chat, pipeline=pipeline, fanout=fanout, names=names)
    pipeline.watch_elsewhere(reunion.follow)
    return Parts(
        chat, engine, fanout, pipeline, registry, names, bookmarks, inbox, operator, passwords,
        counts,
    )  # fmt: skip


def _hasher(clock: Any, limits: Limits) -> Hasher:
    return Hasher(worker=lambda name: ThreadWorker(clock, name), waiting=limits.passwords_waiting)


def memory_chat(clock: IReactorTime | None = None) -> Parts:
    """Put a chat together that works at once, in memory: what `ChatFactory()` is made of."""
    if clock is None:
        from twisted.internet import reactor

        clock = reactor
    assert clock is not None
    parts = assemble(clock)
    parts.pipeline.start()
    return parts
