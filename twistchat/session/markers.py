"""Up to where people who have an account have read, over whichever of their connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from twistchat.core import events as e
from twistchat.core.concerns import private_log
from twistchat.core.names import room_name
from twistchat.telling.fanout import Listener

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twistchat.core.chat import Chat
    from twistchat.core.model import User
    from twistchat.engine import Committed, Engine, Label
    from twistchat.pipeline import Pipeline
    from twistchat.telling.fanout import Fanout

log = Logger()


class Owner(Listener, Protocol):
    """What is known here of a session."""

    user: User | None

    def hold(self) -> None:
        """Take in nothing more for now."""

    def release(self) -> None:
        """Go on taking in."""

    def answer(self, reply: e.Reply, label: Label | None = None) -> None:
        """Tell it something."""


class Markers:
    """Moves read markers on, and tells the other connections of whose they are.

    A marker is a cursor of the engine's: of rooms, and of what two people say to each other. It
    moves on alone, and never beyond what was said.
    """

    def __init__(self, *, chat: Chat, engine: Engine, pipeline: Pipeline, fanout: Fanout) -> None:
        self._chat = chat
        self._engine = engine
        self._pipeline = pipeline
        self._fanout = fanout

    def move(
        self, session: Owner, *, room: str, to: str, number: int, label: Label | None = None
    ) -> None:
        """Note that the owner of an account has read up to a number.

        It is that of a room where they are, or (where none is given) of what somebody, `to`, and
        they say to each other.
        """
        user = session.user
        if user is None or user.account is None:
            session.answer(e.Refused(e.Refusal.NOT_LOGGED_IN), label)
            return
        found = self._room(user, room) if room else self._private(user, to)
        if isinstance(found, e.Refused):
            session.answer(found, label)
            return
        name, where = found

        def moved(number: int) -> None:
            told = e.ReadTold(where if room else "", "" if room else where, number)
            session.answer(told, label)
            for other in self._fanout.others(user.id):
                if other is not session:
                    self._pipeline.submit([told], other)

        def failed(failure: Failure) -> None:
            log.error("It cannot be kept up to where somebody has read: {why}", why=failure.value)
            session.answer(e.Refused(e.Refusal.NO_HISTORY, where), label)

        session.hold()
        moving = self._move(user.id, name, number)
        moving.addCallbacks(moved, failed).addBoth(lambda _: session.release())

    def _move(self, person: str, name: str, number: int) -> Deferred[int]:
        """Move a marker on; fires with the number at which it is."""

        async def move() -> int:
            last = min(number, await self._last(name))
            before = (await self._engine.cursors(person)).get(name, 0)
            if last > before:
                await self._engine.move_cursor(person, name, last)
            return max(last, before)

        return Deferred.fromCoroutine(move())

    def _last(self, name: str) -> Deferred[int]:
        """Tell the last number of a log."""
        stands = self._fanout.told.stands(name)
        if stands is not None:
            return succeed(stands.number)

        def number(found: list[Committed]) -> int:
            return found[-1].number if found else 0

        return self._engine.history(name, limit=1).addCallback(number)

    def _room(self, user: User, typed: str) -> tuple[str, str] | e.Refused:
        name = room_name(typed, self._chat.limits)
        if isinstance(name, e.Refused):
            return name
        return (name, name) if name in user.rooms else e.Refused(e.Refusal.NOT_IN_ROOM, name)

    def _private(self, user: User, name: str) -> tuple[str, str] | e.Refused:
        other = self._chat.person(name) or self._chat.accounts.named(name)
        if other is None:
            return e.Refused(e.Refusal.NO_SUCH_PERSON, name)
        return private_log(user.id, other.id), other.name
