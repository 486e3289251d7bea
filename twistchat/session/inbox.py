"""What was said privately to people who have an account: found later by whoever was away.

Up to where one has read what another one said to them alone, a cursor in the engine tells. It
moves on when what was told has surely arrived: so it is found at least once, and perhaps twice.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from twisted.logger import Logger

from twistchat.core.accounts import AccountDeed
from twistchat.core.concerns import private_log
from twistchat.core.events import AccountSet, Whispered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twistchat.core.chat import Chat
    from twistchat.core.limits import Limits
    from twistchat.core.model import User
    from twistchat.engine import Committed, Engine

log = Logger()

EVERY = 15.0
"""Seconds between two looks at what has arrived by now."""


class _Told(NamedTuple):
    at: float
    user: User
    log: str
    number: int


class Inbox:
    """Moves cursors on behind what was told."""

    def __init__(self, *, chat: Chat, engine: Engine, clock: IReactorTime, limits: Limits) -> None:
        self._chat = chat
        self._engine = engine
        self._clock = clock
        self._certain = limits.peer_dead
        self._page = limits.page
        self._told: deque[_Told] = deque()
        self._caught_up: dict[str, User] = {}
        """Who has been told all that was said to them while they were away, by id. Of others no
        cursor moves for what they are told now: it would pass by what they have still to find."""
        self._next: IDelayedCall | None = None

    def follow(self, committed: Committed) -> None:
        """Take note of private words to somebody who is here. Called by the pipeline."""
        item = committed.item
        if isinstance(item, Whispered):
            user = self._chat.user(item.to_user)
            if user is not None and self._caught_up.get(user.id) is user:
                self._note(user, committed)
        elif isinstance(item, AccountSet):
            self._begin_or_end(item)

    def found(self, person: str, events: Sequence[Committed], *, is_all: bool) -> None:
        """Take note of what somebody is told who has just come in, perhaps of a part of it."""
        user = self._chat.user(person)
        if user is None:
            return
        if is_all:
            self._caught_up[person] = user
        for committed in events:
            self._note(user, committed)

    def left(self, user: User, *, has_read: bool) -> None:
        """Follow somebody who is gone; move on behind all that they were told, if they read it."""
        self._caught_up.pop(user.id, None)
        mine = [told for told in self._told if told.user is user]
        self._told = deque(told for told in self._told if told.user is not user)
        if has_read:
            self._move(mine)

    def stop(self) -> None:
        """Move nothing more by itself."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _begin_or_end(self, event: AccountSet) -> None:
        person = event.account.id
        if event.deed is AccountDeed.DELETE:
            self._caught_up.pop(person, None)
        elif event.deed is AccountDeed.REGISTER and self._is_here(person):
            # They are here: what they were told as a guest they need not find.
            page = self._page
            self._engine.unread(person, limit=page).addCallbacks(
                lambda events: self.found(person, events, is_all=len(events) < page),
                lambda failure: log.error("Private words cannot be read: {why}", why=failure.value),
            )

    def _is_here(self, person: str) -> bool:
        user = self._chat.user(person)
        return user is not None and user.is_here

    def _note(self, user: User, committed: Committed) -> None:
        item = committed.item
        assert isinstance(item, Whispered)
        name = private_log(item.user, item.to_user)
        self._told.append(_Told(self._clock.seconds(), user, name, committed.number))
        if self._next is None:
            self._next = self._clock.callLater(EVERY, self._look)

    def _look(self) -> None:
        self._next = None
        arrived = []
        certain = self._clock.seconds() - self._certain
        while self._told and self._told[0].at <= certain:
            arrived.append(self._told.popleft())
        # Whose connection was lost meanwhile has perhaps not read it.
        self._move([told for told in arrived if self._chat.user(told.user.id) is told.user])
        if self._told:
            self._next = self._clock.callLater(EVERY, self._look)

    def _move(self, told: Sequence[_Told]) -> None:
        last = {(each.user.id, each.log): each.number for each in told}
        for (person, name), number in last.items():
            self._engine.move_cursor(person, name, number).addErrback(
                lambda failure: log.error(
                    "It cannot be kept up to where somebody has read: {why}", why=failure.value
                )
            )
