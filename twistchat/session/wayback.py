"""How the person of one session may come back: the token, the name that is kept, the bookmark."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twisted.internet.defer import succeed
from twisted.logger import Logger

from twistchat.core import events as e

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime

    from twistchat.core.limits import Limits
    from twistchat.core.model import Seen, User
    from twistchat.core.pace import Bucket
    from twistchat.login import Names
    from twistchat.session.bookmarks import Bookmarks
    from twistchat.session.inbox import Inbox
    from twistchat.session.tokens import Tokens

log = Logger()


class WayBack:
    """What is done so that somebody can come back as who they were.

    Programs are given a token on coming in, and remember for themselves up to where they have read
    (`is_told` says that one was told). People are shown theirs when they leave, or ask for it; for
    them a bookmark is kept.
    """

    __slots__ = (
        "_bookmarks",
        "_clock",
        "_has_quit",
        "_inbox",
        "_limits",
        "_log_out",
        "_names",
        "_rooms",
        "_tokens",
        "is_shown_on_leaving",
        "is_told",
        "is_told_on_coming",
        "paces",
        "takes_private",
    )

    def __init__(
        self,
        *,
        tokens: Tokens,
        bookmarks: Bookmarks,
        inbox: Inbox,
        names: Names,
        clock: IReactorTime,
        limits: Limits,
    ) -> None:
        self.is_told = False
        """Whether they know their token."""
        self.is_told_on_coming = False
        """Whether they are told it when they come in: programs are."""
        self.is_shown_on_leaving = False
        """Whether they are shown it when they leave, since they read and write by hand."""
        self.takes_private = True
        """Whether what was said to their account alone counts as read when they have quit."""
        self.paces: dict[str, Bucket] = {}
        """How much they have done lately that is limited to so many a minute, as whoever they
        were until they left."""
        self._tokens = tokens
        self._bookmarks = bookmarks
        self._inbox = inbox
        self._names = names
        self._clock = clock
        self._limits = limits
        self._log_out: Callable[[], None] | None = None
        self._rooms: tuple[str, ...] = ()
        self._has_quit = False

    def came_in(self, log_out: Callable[[], None]) -> None:
        """They are in; `log_out` gives their name back."""
        self.is_told = self.is_told_on_coming
        self._log_out = log_out

    def marks_of(self, user: User | None) -> str:
        """Tell whose read markers they are told (a `User.id`); empty: nobody's.

        Programs are whose person has an account: people see themselves what they have read.
        """
        is_told = self.is_told_on_coming and user is not None and user.account is not None
        return user.id if is_told and user is not None else ""

    def token(self, user: User) -> e.TokenTold:
        """Give them a token, of which they remember for themselves what they have read."""
        self.is_told = True
        return e.TokenTold(*self._tokens.give(user.id))

    def bookmarked(self, user: User, waits: Callable[[], float]) -> Deferred[e.TokenTold]:
        """Give them a token, and keep where they have read from now on; see `Bookmarks.follow`."""

        def kept(_: None) -> e.TokenTold:
            return self.token(user)

        return self._bookmarks.follow(user, waits).addCallback(kept)

    def follows(self, user: User, waits: Callable[[], float]) -> None:
        """Keep where they read from now on: they have an account, and need no token."""
        self._bookmarks.follow(user, waits).addErrback(self._bookmarks.not_kept, user)

    def goes_on(
        self, user: User, seen: Mapping[str, Seen | None], waits: Callable[[], float]
    ) -> None:
        """They came back by hand, having read up to there, and may do so with their token again."""
        self.is_told = True
        known = {room: at for room, at in seen.items() if at is not None}
        self._bookmarks.follow(user, waits, known).addErrback(self._bookmarks.not_kept, user)

    def moved(self, user: User) -> None:
        """They came into a room or left one: keep where they are, so that they come back there."""
        self._bookmarks.note(user)

    def leaves(self, user: User, *, has_quit: bool) -> None:
        """They are about to leave: remember where they are, since they will be nowhere."""
        self._rooms = tuple(user.rooms)
        self._has_quit = has_quit

    def left(self, user: User) -> None:
        """They are gone: give their name back, or keep it for a while."""
        self.paces = user.paces
        log_out, self._log_out = self._log_out, None
        # Also of whom has quit: they may be gone before they are told goodbye.
        self._bookmarks.lost(user, self._rooms)
        self._bookmarks.unfollow(user)
        if user.account is not None:
            self._inbox.left(user, has_read=self._has_quit and self.takes_private)
        if self.is_told and not self._has_quit:
            self._names.keep(user.name, user.id)
        elif log_out is not None:
            log_out()

    def replaced(self, user: User) -> None:
        """Another connection goes on as them."""
        self._bookmarks.unfollow(user)
        self._log_out = None

    def last_words(self, user: User, goodbye: e.Goodbye) -> Deferred[e.Goodbye]:
        """Put into the last words how to come back, where somebody reads them who may wish to."""
        if goodbye.cause is not e.Cause.LEFT or not self.is_shown_on_leaving:
            return succeed(goodbye)
        if user.account is not None and not goodbye.read:  # they are here still, or nowhere
            return succeed(goodbye)
        keeping = self._bookmarks.left(user, goodbye.read)
        if not keeping.called:
            keeping.addTimeout(self._limits.history_time, self._clock)

        def kept(_: None) -> e.Goodbye:
            if user.account is not None:  # they log in again, and need no token
                return goodbye
            token, expires = self._tokens.give(user.id)
            return replace(goodbye, token=token, expires=expires)

        # Where it cannot be kept, a token would be of no use.
        return keeping.addCallbacks(kept, lambda _: goodbye)
