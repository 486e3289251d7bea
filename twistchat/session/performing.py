"""What one session asks for, done: decided by Chat, and handed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twisted.logger import Logger

from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.concerns import holds_input, is_answer
from twistchat.pipeline import answer_to
from twistchat.session.putting_out import put_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.chat import Chat
    from twistchat.core.model import User
    from twistchat.engine import Label
    from twistchat.session.departure import Departure
    from twistchat.session.gate import Gate
    from twistchat.session.wayback import WayBack
    from twistchat.telling.fanout import Fanout

log = Logger()


class Asker(Protocol):
    """What is known here of a session."""

    way_back: WayBack

    def bitten_by(self, limit: str) -> None:
        """Tell the operator that it has run into a limit."""

    def submit(self, items: Sequence[e.Item], label: Label | None = None) -> None:
        """Put items into the one order."""


class Performing:
    """Does what a session asks for, and sees to what follows for it and for others at once."""

    __slots__ = ("_chat", "_departure", "_fanout", "_gate", "_session")

    def __init__(
        self, session: Asker, *, chat: Chat, fanout: Fanout, gate: Gate, departure: Departure
    ) -> None:
        self._session = session
        self._chat = chat
        self._fanout = fanout
        self._gate = gate
        self._departure = departure

    def perform(self, user: User, command: c.Command, label: Label | None) -> bool:
        """Do what somebody asks; whether it was not refused."""
        session = self._session
        is_saying = isinstance(command, c.Say)  # as nearly always
        if isinstance(command, c.Quit):
            if self._departure.is_elsewhere(user):
                self._departure.put_out(e.Cause.LEFT, label)
                return True
            session.way_back.leaves(user, has_quit=True)
        try:
            decided = self._chat.perform(user, command)
        except Exception:  # an extension's, most likely: its fault is not to cost the connection
            log.failure("a command failed: {command}", command=type(command).__name__)
            decided = e.Refused(e.Refusal.FAULT)
        if isinstance(decided, e.Refused):
            if (limit := e.LIMITS_BITTEN.get(decided.code)) is not None:
                session.bitten_by(limit)
            session.submit([answer_to(decided, self._chat.unsaid(user, command), label)], label)
            return False
        if not is_saying:
            if isinstance(command, c.Quit):
                self._departure.departed(user, e.Cause.LEFT)
            self.hold_for(decided)
            if user.account is not None and isinstance(command, c.Join | c.Leave):
                session.way_back.moved(user)
        if label is not None and not any(map(is_answer, decided)):
            decided = [*decided, e.Done()]
        session.submit(decided, label)
        if not is_saying:
            put_out(decided, self._fanout)
        return True

    def hold_for(self, items: Sequence[e.Item]) -> None:
        """Hold the session's input for what it waits for: to be settled, or told."""
        for item in items:
            if holds_input(item):
                self._gate.hold()
