"""How the person of one session leaves: the chat, or only this connection of theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from twisted.logger import Logger

from twistchat.core import events as e
from twistchat.session.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.chat import Chat
    from twistchat.core.model import User
    from twistchat.engine import Committed, Label
    from twistchat.session.wayback import WayBack
    from twistchat.telling.fanout import Fanout, Listener
    from twistchat.telling.outlet import Outlet

log = Logger()


class Leaver(Protocol):
    """What is known here of a session."""

    user: User | None
    state: State
    way_back: WayBack
    outlet: Outlet

    def submit(self, items: Sequence[e.Item], label: Label | None = None) -> None:
        """Put items into the one order."""

    def written(self, committed: Committed) -> bytes:
        """Write an answer."""


class Departure:
    """How a session's person leaves.

    Whoever has an account may be here over several connections; the last one that ends takes them
    out of the chat.
    """

    __slots__ = ("_chat", "_fanout", "_listener", "_session", "cause")

    def __init__(self, session: Leaver, *, listener: Listener, chat: Chat, fanout: Fanout) -> None:
        self._session = session
        self._listener = listener
        self._chat = chat
        self._fanout = fanout
        self.cause: e.Cause | None = None
        """Why the connection ends, as soon as that is decided."""

    def is_elsewhere(self, user: User) -> bool:
        """Whether somebody is here over another connection too."""
        return self._fanout.has_others(self._listener, user.id)

    def depart(self, cause: e.Cause, *, has_quit: bool = False) -> None:
        """Let them go, who have not asked to quit."""
        session = self._session
        user = session.user
        if session.state in (State.DOOR, State.IN):
            self.cause = cause
        if user is None or session.state is not State.IN:
            return
        if self.is_elsewhere(user):
            session.state = State.LEAVING
            return
        session.way_back.leaves(user, has_quit=has_quit)
        items = self._chat.depart(user, cause)
        self.departed(user, cause)
        session.submit(items)

    def departed(self, user: User, cause: e.Cause) -> None:
        """Follow Chat, where they are gone already."""
        self._session.state, self.cause = State.LEAVING, cause
        log.info("{name} is gone: {cause}", name=user.name, cause=str(cause))
        self._session.way_back.left(user)

    def put_out(self, cause: e.Cause, label: Label | None = None, words: str = "") -> None:
        """End this connection, though they may be here over others, or are gone already."""
        session = self._session
        user = session.user
        if session.state is not State.IN or user is None:
            return
        if self._chat.user(user.id) is user:
            self.depart(cause, has_quit=True)
        else:
            session.way_back.leaves(user, has_quit=True)
            self.departed(user, cause)
        session.submit([e.Goodbye(cause, words)], label)

    def say_goodbye(self, goodbye: e.Goodbye, place: Committed) -> None:
        """Tell them their last words, when it is known what these are."""
        session = self._session

        def told(last: e.Goodbye) -> None:
            slot.fill(session.written(replace(place, item=last)))

        slot = session.outlet.reserve()
        if session.user is None:
            told(goodbye)
        else:
            session.way_back.last_words(session.user, goodbye).addCallback(told)
