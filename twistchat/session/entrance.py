"""How one connection comes in: with a name, or with a token as who one was."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, cast

from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.events import Refusal, Refused
from twistchat.core.names import LOBBY, fold, room_name
from twistchat.login import IPerson, LoginRefused, Person, ResumeToken, refusal
from twistchat.session.coming import Coming
from twistchat.session.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twisted.cred.portal import Portal
    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from twistchat.core.chat import Chat
    from twistchat.core.model import Seen, User
    from twistchat.counts import Counts
    from twistchat.engine import Label
    from twistchat.login import Names
    from twistchat.pipeline import Pipeline
    from twistchat.session.bookmarks import Bookmark, Bookmarks
    from twistchat.session.tokens import Tokens
    from twistchat.session.wayback import WayBack
    from twistchat.telling.fanout import Fanout
    from twistchat.telling.outlet import Outlet

log = Logger()

IN_A_TURN = 20
"""People who are let in before the others have their turn: after a restart a thousand come back at
once, and those who are in already want to talk."""


class Newcomer(Protocol):
    """What is known here of a session."""

    user: User | None

    state: State

    way_back: WayBack

    outlet: Outlet

    def hold(self) -> None:
        """Take in nothing more for now."""

    def release(self) -> None:
        """Go on taking in."""

    def answer(self, reply: e.Reply, label: Label | None = None) -> None:
        """Tell it something."""

    def comes_in(
        self,
        user: User,
        log_out: Callable[[], None],
        items: Sequence[e.Item],
        label: Label | None,
    ) -> None:
        """Be a person from now on; these items tell it and others so."""

    def perform(self, user: User, command: c.Command, label: Label | None) -> bool:
        """Do what it asks; whether it was not refused."""

    def steps_out(self) -> None:
        """Be nobody again, as before it came in."""

    def settle(self) -> Deferred[None]:
        """Fire when all that it asked before is told."""


class Entrance:
    """Lets sessions in: who they are is the portal's to say, what follows from it Chat's.

    Whoever comes back with a token is the same person as before: the same `User.id`, so the same
    keys, and the same name if it is still theirs. If they are still here, since nobody has noticed
    yet that their connection is lost, this one goes on in its place, and nobody is told anything.
    """

    def __init__(
        self,
        *,
        chat: Chat,
        clock: IReactorTime,
        pipeline: Pipeline,
        fanout: Fanout,
        portal: Portal,
        names: Names,
        tokens: Tokens,
        bookmarks: Bookmarks,
        counts: Counts,
    ) -> None:
        self._chat = chat
        self._clock = clock
        self._pipeline = pipeline
        self._fanout = fanout
        self._portal = portal
        self._names = names
        self._tokens = tokens
        self._bookmarks = bookmarks
        self._counts = counts
        self._let_in = 0
        """How many have been let in this turn."""
        self._queue: deque[Callable[[], None]] = deque()
        """Those who wait for the next."""

    def log_in(self, session: Newcomer, coming: Coming) -> None:
        """Let somebody in.

        Why not, if so, is told to the session, which stays at the door, or whoever it was.
        """
        if session.state not in (State.DOOR, State.IN):
            return
        session.hold()  # first, so that what it says behind that waits, in whatever turn it is
        self._in_turn(lambda: self._log_in(session, coming))

    def _in_turn(self, let_in: Callable[[], None]) -> None:
        """Let somebody in now, or in one of the next turns, if many come at once."""
        if self._let_in >= IN_A_TURN or self._queue:
            self._queue.append(let_in)
            return
        if not self._let_in:
            self._clock.callLater(0, self._next_turn)
        self._let_in += 1
        let_in()

    def _next_turn(self) -> None:
        self._let_in = 0
        if not self._queue:
            return
        self._clock.callLater(0, self._next_turn)
        while self._queue and self._let_in < IN_A_TURN:
            self._let_in += 1
            self._queue.popleft()()

    def _log_in(self, session: Newcomer, coming: Coming) -> None:
        if session.state not in (State.DOOR, State.IN):  # it has hung up meanwhile
            session.release()
            return

        def enter(_: None) -> Deferred[Any]:
            return self._portal.login(coming.credentials, session, IPerson)

        # Whoever is in already is answered as who they are, before they are somebody else.
        is_in = session.state is State.IN
        entering = session.settle().addCallback(enter) if is_in else enter(None)
        entering.addCallback(
            lambda entered: self._arrive(session, cast("Person", entered[1]), entered[2], coming)
        )
        entering.addErrback(lambda failure: _turn_down(session, coming, self.refused(failure)))
        entering.addErrback(lambda failure: log.failure("logging in failed", failure))
        entering.addBoth(lambda _: session.release())

    def refused(self, why: Failure | e.Refused) -> e.Refused:
        """Count somebody who is not let in, or knows no password, and tell why."""
        refused = why if isinstance(why, e.Refused) else refusal(why)
        self._counts.refused_logins[refused.code] += 1
        return refused

    def resume(self, session: Newcomer, token: str) -> None:
        """Let somebody be who they were, in the rooms where they were.

        They may be in already, under another name, which is left then.
        """
        identity = self._tokens.read(token)
        if isinstance(identity, e.Refused):
            session.answer(self.refused(identity))
            return
        user = self._chat.user(identity)
        if user is not None and user is session.user:
            session.answer(e.Refused(e.Refusal.NAME_SAME, user.name))
            return

        def known(bookmark: Bookmark | None) -> None:
            if session.state not in (State.DOOR, State.IN):
                return
            here = self._chat.user(identity)
            if bookmark is None and here is None:
                session.answer(self.refused(e.Refused(e.Refusal.TOKEN_EXPIRED)))
                return
            rooms: dict[str, Seen | None] = dict(bookmark.rooms) if bookmark else {}
            if here is not None and here.is_here:
                rooms |= self._bookmarks.of_lost(here, here.rooms)
            elif here is not None:  # what they have read, only that node knows
                rooms = {**dict.fromkeys(here.rooms), **rooms}
            if has_been_in := session.user is not None:
                session.steps_out()
            name = bookmark.name if bookmark else ""
            kept = {room: at for room, at in rooms.items() if at is not None}
            credentials = ResumeToken(token, name)
            coming = Coming(
                credentials,
                rooms or None,
                is_by_hand=True,
                has_been_in=has_been_in,
                kept=kept,
            )
            self.log_in(session, coming)

        session.hold()
        is_known = user is not None and user.is_here
        knowing = succeed(None) if is_known else self._bookmarks.load(identity)
        if session.state is State.IN:  # else they would hear the rooms of whom they were until now
            knowing.addCallback(lambda found: session.settle().addCallback(lambda _: found))
        knowing.addCallbacks(known, lambda failure: session.answer(self.refused(failure)))
        knowing.addErrback(lambda failure: log.failure("coming back failed", failure))
        knowing.addBoth(lambda _: session.release())

    def anew(self, user: User) -> Sequence[e.Item]:
        """Tell somebody anew who and where they are, as if they had just come in."""
        return [*self._welcomed(user, is_back=False), *self._chat.rejoin(user, None)]

    def rename(self, session: Newcomer, user: User, typed: str, label: Label | None) -> None:
        """Let somebody take another name; the session waits until it is known whether it is free.

        The old one is given back when the new one is theirs, and not before.
        """
        old = user.name

        def claimed(name: str) -> None:
            if session.state is not State.IN or session.user is not user:
                self._names.release(name, user.id)
                return
            is_renamed = session.perform(user, c.Rename(name), label)
            if fold(old) != fold(name):
                self._names.release(old if is_renamed else name, user.id)

        session.hold()
        claiming = self._names.claim(typed, user.id)
        claiming.addCallbacks(claimed, lambda failure: session.answer(refusal(failure), label))
        claiming.addErrback(lambda failure: log.failure("renaming failed", failure))
        claiming.addBoth(lambda _: session.release())

    def _arrive(
        self,
        session: Newcomer,
        person: Person,
        log_out: Callable[[], None],
        coming: Coming,
    ) -> Deferred[None]:
        """Let somebody in whom the portal knows; for whoever has an account, find where they were.

        Fires when they are in; fails with `LoginRefused`.
        """
        user = person.user
        if (refused := self._chat.why_not_enter(user)) is not None:
            log_out()
            raise LoginRefused(refused)
        if session.user is user:
            raise LoginRefused(Refused(Refusal.LOGGED_IN_ALREADY, user.name))
        if user.account is None or (person.is_here and user.is_here):
            self._enter(session, person, log_out, coming)
            return succeed(None)

        account, places = user.account, self._bookmarks.load(user.id).addErrback(_lost_place)

        def found(bookmark: Bookmark | None) -> Deferred[None]:
            # Last, since several connections may take it at once, and some of them hang up.
            claiming = self._names.claim_owned(account, partial(self._displace, by=session))
            return claiming.addCallback(lambda _: claimed(bookmark))

        def claimed(bookmark: Bookmark | None) -> None:
            if self._chat.accounts.of(user.id) is not account:  # it was changed meanwhile
                log_out()
                raise LoginRefused(Refused(Refusal.WRONG_PASSWORD))
            if (refused := self._chat.why_not_enter(user)) is not None:  # and so was the law
                log_out()
                raise LoginRefused(refused)
            here = self._chat.user(user.id)  # it may have come in over another connection
            came = person if here is None else Person(here, is_here=True, is_back=person.is_back)
            kept = dict(bookmark.rooms) if bookmark is not None else dict(coming.kept)

            def give_back() -> None:  # whatever they are called by then
                self._names.release(came.user.name, came.user.id)

            self._enter(session, came, give_back, replace(coming, kept=kept))

        return places.addCallback(found)

    def _displace(self, guest: User, name: str, *, by: object) -> None:
        """Give a guest another name, and tell them why, unless it is they themselves who log in."""
        old = guest.name
        self._pipeline.submit(self._chat.displace(guest, name))
        for session in self._fanout.others(guest.id):
            if session is by:
                continue
            self._pipeline.submit([Refused(Refusal.NAME_CLAIMED, old, name)], session)

    def _rooms(self, user: User, coming: Coming) -> Mapping[str, Seen | None]:
        """Tell where somebody is to be: where they wish, and where the owner of an account was."""
        if user.account is None:
            return {LOBBY: None} if coming.rooms is None else coming.rooms
        rooms: dict[str, Seen | None] = dict(coming.kept)
        for typed, at in (coming.rooms or {}).items():
            name = room_name(typed, self._chat.limits)
            known = name if isinstance(name, str) else typed
            if at is not None or known not in rooms:
                rooms[known] = at
        return rooms if rooms or coming.rooms is not None else {LOBBY: None}

    def _enter(
        self,
        session: Newcomer,
        person: Person,
        log_out: Callable[[], None],
        coming: Coming,
    ) -> None:
        user = person.user
        if session.state not in (State.DOOR, State.IN):  # it hung up while its name was claimed
            if person.is_back and not person.is_here:
                self._names.keep(user.name, user.id)
            elif not person.is_here:
                log_out()
            return
        before = session.user
        if before is not None:  # where they are as a guest they stay
            coming = replace(coming, rooms={**dict.fromkeys(before.rooms), **(coming.rooms or {})})
        were = tuple(before.rooms) if before is not None else ()
        rooms = self._rooms(user, coming)
        if person.is_here and user.account is not None and coming.rooms is None:
            rooms = {}  # where their other connections are
        if before is not None:
            coming = replace(coming, has_been_in=True)
            session.steps_out()
        # All connections of an account are one person; a guest goes on over the new one.
        is_shared = user.account is not None
        others = self._fanout.others(user.id) if person.is_here and not is_shared else ()
        is_new_here = not (person.is_here and user.is_here)
        if coming.persona is not None and not (person.is_here and is_shared):
            user.persona = coming.persona
        entered: Sequence[e.Item] = ()
        if is_new_here:
            user.paces |= session.way_back.paces  # as somebody else one may not do more
            entered = self._chat.enter(user)
        was = before.name if before is not None else ""
        items = [*entered, *self._welcomed(user, is_back=person.is_back, was=was)]
        past_last = coming.past_last
        if person.is_here:
            items += self._chat.rejoin(user, self._seen(rooms), past_last=past_last)
        for other in others:
            other.replaced()
        is_return = person.is_back and not coming.has_been_in  # else by turns one could go on
        for room, at in rooms.items():
            is_kept = room in were or self._was_in(room, coming.kept)
            # The rooms of an account are its own: else it would lose those beyond a minute's.
            is_free = is_return or (is_shared and is_kept)
            join = c.Join(room, at, is_return=is_free, is_kept=is_kept, past_last=past_last)
            joined = self._chat.perform(user, join)
            items.extend([joined] if isinstance(joined, e.Refused) else joined)
        session.way_back.takes_private = coming.takes_private
        if (
            is_shared and coming.takes_private
        ):  # also of whom is here: that connection may be dead, which nobody knows yet
            items.append(e.PrivateOpened(user.id))
        session.comes_in(user, log_out, items, coming.label)
        if coming.is_by_hand or (is_shared and is_new_here):
            session.way_back.goes_on(user, rooms, lambda: session.outlet.waits)

    def _was_in(self, room: str, kept: Mapping[str, Seen]) -> bool:
        """Whether somebody was in a room as the server knows, in its present life."""
        was, stands = kept.get(room), self._fanout.told.stands(room)
        return was is not None and (stands is None or stands.epoch == was.epoch)

    def _seen(self, rooms: Mapping[str, Seen | None]) -> Mapping[str, Seen]:
        """Sum up what was read of which rooms, by their names as rooms have them."""
        named = ((room_name(typed, self._chat.limits), at) for typed, at in rooms.items())
        return {name: at for name, at in named if isinstance(name, str) and at is not None}

    def _welcomed(self, user: User, *, is_back: bool, was: str = "") -> list[e.Item]:
        token = self._tokens.give(user.id)
        role = None if user.account is None else user.account.role
        return [e.Welcomed(user.name, is_back, token.text, token.expires, role, was, user.id)]


def _turn_down(session: Newcomer, coming: Coming, refused: Refused) -> None:
    if coming.refused is not None:
        coming.refused(refused)
    else:
        session.answer(refused, coming.label)


def _lost_place(failure: Failure) -> NoReturn:
    # Not without: where they are from then on would be kept in its place.
    log.error("It is not known where somebody was: {why}", why=failure.value)
    raise LoginRefused(Refused(Refusal.UNAVAILABLE))
