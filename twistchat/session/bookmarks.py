"""Where people on nc stopped reading, so that they can come back and be told what they missed.

A program remembers that itself. What is kept here is kept for those alone who were given a token:
when they are gone, and now and then while they are here, since a server may end without a word.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from twisted.internet.defer import succeed
from twisted.logger import Logger

from twistchat.core.model import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IDelayedCall, IReactorTime
    from twisted.python.failure import Failure

    from twistchat.core.limits import Limits
    from twistchat.core.model import User
    from twistchat.engine import Engine
    from twistchat.telling.told import Told

log = Logger()

FOR_GOOD = 10 * 365 * 86_400.0
"""Seconds for which it is kept where the owner of an account is: as good as always."""

EVERY = 30.0
"""Seconds between two times that the places of those who are here are kept."""


class Bookmark(NamedTuple):
    """Who somebody was, and up to where they have read each room that they were in."""

    name: str
    rooms: Mapping[str, Seen]


@dataclass(slots=True)
class _Followed:
    """Somebody whose places are kept, and may be asked for later."""

    waits: Callable[[], float]
    since: float
    seen: Mapping[str, Seen]
    """Up to where they had read when they came back; what they missed was told to them then."""
    text: str = ""
    """What was kept last."""


class Bookmarks:
    """Keeps bookmarks, by the id of whose they are."""

    def __init__(
        self,
        *,
        engine: Engine,
        told: Told,
        clock: IReactorTime,
        limits: Limits,
        now: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._told = told
        self._clock = clock
        self._limits = limits
        self._now = now
        self._began = now()
        self._here: dict[User, _Followed] = {}
        self._saving: dict[str, str] = {}
        """What is being kept at this moment, by person."""
        self._next: IDelayedCall | None = None

    def follow(
        self, user: User, waits: Callable[[], float], seen: Mapping[str, Seen] | None = None
    ) -> Deferred[None]:
        """Keep the places of somebody from now on; fires when they are kept once.

        `waits` tells for how many seconds something has been waiting to be sent to them; `seen`
        up to where they had read, if they come back at this moment.
        """
        if seen is not None or user not in self._here:  # else it is known since when, and what
            self._here[user] = _Followed(waits, self._clock.seconds(), seen or {})
        if self._next is None:
            self._next = self._clock.callLater(EVERY, self._keep_all)
        return self._keep(user)

    def unfollow(self, user: User) -> None:
        """Keep nothing more of somebody by itself."""
        self._here.pop(user, None)
        if not self._here:
            self.stop()

    def note(self, user: User) -> None:
        """Keep where somebody is who has just come into a room, or left one."""
        if user in self._here:
            self._keep(user).addErrback(self.not_kept, user)

    def lost(self, user: User, rooms: Iterable[str]) -> None:
        """Keep the places of somebody whose connection was lost at this moment, in these rooms.

        Of whom nothing was kept, who knows no token, nothing is.
        """
        if user not in self._here:
            return
        self._save(user, self.of_lost(user, rooms)).addErrback(self.not_kept, user)

    @staticmethod
    def not_kept(failure: Failure, user: User) -> None:
        """Tell the operator that it could not be kept where somebody reads."""
        log.error(
            "It cannot be kept where {name} stopped reading: {why}",
            name=user.name,
            why=failure.value,
        )

    def left(self, user: User, read: Mapping[str, Seen]) -> Deferred[None]:
        """Keep the places of somebody who was told everything up to there, and has left."""
        return self._save(user, read)

    def of_lost(self, user: User, rooms: Iterable[str]) -> Mapping[str, Seen]:
        """Tell up to where somebody has read whose connection is lost at this moment."""
        now, followed = self._now(), self._here.get(user)
        waits = followed.waits() if followed is not None else 0.0
        seen = {room: self._told.surely(room, now, waits) for room in rooms}
        if followed is not None:
            ago = self._clock.seconds() - followed.since
            if ago < self._limits.peer_dead + waits:  # so what they missed may not have arrived
                for room in seen.keys() & followed.seen.keys():
                    seen[room] = replace(followed.seen[room], perhaps_until=now)
        return {room: at for room, at in seen.items() if at is not None}

    def load(self, person: str) -> Deferred[Bookmark | None]:
        """Read the bookmark of a person (a `User.id`); None if there is none any more."""
        text = self._saving.get(person)
        recalling = self._engine.recall(person) if text is None else succeed(text)
        return recalling.addCallback(self._read)

    def stop(self) -> None:
        """Keep nothing more by itself."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    # ------------------------------------------------------------ inside

    def _keep_all(self) -> None:
        self._next = self._clock.callLater(EVERY, self._keep_all)
        for user in list(self._here):
            self._keep(user).addErrback(
                lambda failure: log.error(
                    "It cannot be kept where people have read: {why}", why=failure.value
                )
            )

    def _keep(self, user: User) -> Deferred[None]:
        # Until when they may have read on is not known yet: see `_read`.
        seen = {
            room: Seen(at.epoch, at.number, -1.0)
            for room, at in self.of_lost(user, user.rooms).items()
        }
        text = _write(user, seen)
        followed = self._here[user]
        if followed.text == text:
            return succeed(None)

        def kept(_: None) -> None:
            followed.text = text

        return self._remember(user, text).addCallback(kept)

    def _save(self, user: User, seen: Mapping[str, Seen]) -> Deferred[None]:
        return self._remember(user, _write(user, seen))

    def _remember(self, user: User, text: str) -> Deferred[None]:
        def done(result: Failure | None) -> Failure | None:
            if self._saving.get(user.id) is text:
                del self._saving[user.id]
            return result

        self._saving[user.id] = text
        time = self._limits.token_time if user.account is None else FOR_GOOD
        until = self._now() + time
        return self._engine.remember(user.id, text, until).addBoth(done)

    def _read(self, text: str | None) -> Bookmark | None:
        if text is None:
            return None
        read = json.loads(text)
        # Where the end of a connection could not be kept, its server ended without a word, most
        # likely: up to the beginning of this one they may have read. That of another node may
        # have ended just now, or not yet.
        began = self._now() if self._engine.node else self._began
        rooms = {
            room: Seen(epoch, number, began if until < 0 else until)
            for room, (epoch, number, until) in read["rooms"].items()
        }
        return Bookmark(read["name"], rooms)


def _write(user: User, seen: Mapping[str, Seen]) -> str:
    rooms = {room: [at.epoch, at.number, at.perhaps_until] for room, at in seen.items()}
    return json.dumps({"name": user.name, "rooms": rooms}, ensure_ascii=False)
