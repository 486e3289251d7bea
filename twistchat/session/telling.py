"""What one session alone is told in a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twisted.internet.defer import Deferred

from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Standing
from twistchat.core.concerns import holds_input, is_reading, is_reply
from twistchat.engine import Committed
from twistchat.session.replay import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twistchat.core.model import User
    from twistchat.engine import Label
    from twistchat.session.desk import Desk
    from twistchat.session.gate import Gate
    from twistchat.session.replay import Replay
    from twistchat.session.wayback import WayBack
    from twistchat.telling.specials import Part


class Told(Reader, Protocol):
    """What is known here of a session."""

    user: User | None

    way_back: WayBack

    desk: Desk

    @property
    def is_in(self) -> bool:
        """Whether its person acts over it."""

    def goes(self, goodbye: e.Goodbye, place: Committed) -> None:
        """Be told its last words, and end."""

    def put_out(self, cause: e.Cause) -> None:
        """End, since it is not to be its person's any more."""

    def submit(self, items: Sequence[e.Item], label: Label | None = None) -> None:
        """Put items into the one order."""

    def ends(self) -> None:
        """End: there is nothing more to tell."""


class Telling:
    """Writes what a session alone is told: events and answers in their order, and past lines."""

    __slots__ = ("_gate", "_history", "_session", "_settling", "_user", "name")

    def __init__(self, session: Told, *, history: Replay, gate: Gate) -> None:
        self._session = session
        self._history = history
        self._gate = gate
        self._settling: list[Deferred[None]] = []
        self.name = ""
        """What its person is called at this place in the order: what they were told last."""
        self._user = ""

    def settle(self) -> Deferred[None]:
        """Fire when all that the session asked before is told. Its input is to be held.

        It never does if the connection is lost before.
        """
        settling: Deferred[None] = Deferred()
        self._settling.append(settling)
        self._session.submit([e.Settled()])
        return settling

    def tell(self, parts: Iterable[Part]) -> None:
        """Send these parts, up to its last words, if they are among them."""
        session = self._session
        wire_format = session.format
        pieces: list[bytes] = []
        for committed, encoded in parts:
            if committed is None:
                pieces.append(encoded)
                continue
            item = committed.item
            if is_reading(item):
                told = self._history.tell(session, committed, pieces)
                if holds_input(item):
                    told.addBoth(lambda _: self._gate.release())
                continue
            if isinstance(item, e.Goodbye):
                session.put(wire_format.pack(pieces))
                session.goes(item, committed)
                return
            if isinstance(item, e.Settled):
                session.put(wire_format.pack(pieces))
                pieces.clear()
                before = session.user
                self._settling.pop(0).callback(None)
                if session.user is not before:  # the rest is not theirs to hear
                    return
                wire_format = session.format  # which may be another one from here on
                continue
            is_mine = is_reply(item)
            event = item.event if isinstance(item, e.Kept) else item
            if isinstance(event, e.Welcomed):
                self.name, self._user = event.name, event.user
            pieces.append(wire_format.encode_reply(committed, self.name) if is_mine else encoded)
            if isinstance(event, e.Renamed) and event.user == self._user:
                self.name = event.new
            if isinstance(event, e.AccountSet):
                pieces.append(self._follow(event, is_mine=committed.origin is session))
            if isinstance(item, e.Stopping):
                session.put(wire_format.pack(pieces))
                session.ends()
                return
        session.put(wire_format.pack(pieces))

    def _follow(self, event: e.AccountSet, *, is_mine: bool) -> bytes:
        """End, where this is the account's session no more; else tell anew what there is to it."""
        session, account = self._session, event.account
        if session.user is None or session.user.id != account.id:
            return b""
        is_own = event.user == account.id
        if event.deed is AccountDeed.PASSWORD and not is_mine:
            session.put_out(e.Cause.LOGGED_OUT)
        elif event.deed is AccountDeed.DELETE and is_own:
            if not session.desk.doors.guests:
                session.way_back.is_shown_on_leaving = False  # as a guest they could not come back
                session.put_out(e.Cause.LEFT)
        elif account.standing is not Standing.ACTIVE:
            # They came in again when that was decided, and not committed yet.
            session.put_out(e.Cause.KICKED)
        return self._renewed() if session.is_in else b""

    def _renewed(self) -> bytes:
        """Tell anew what one comes back with: what one was told before may be worthless now."""
        session = self._session
        if session.user is None:
            return b""
        if session.user.account is not None:
            session.way_back.follows(session.user, lambda: session.outlet.waits)
        if not session.way_back.is_told_on_coming:
            return b""
        token = session.way_back.token(session.user)
        return session.format.encode_reply(Committed(token), session.name)
