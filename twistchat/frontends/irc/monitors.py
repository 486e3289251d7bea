"""Whose coming and going somebody wants to be told (ircv3.net, Monitor)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.events import Written
from twistchat.core.names import fold
from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.message import encode, write
from twistchat.frontends.irc.numerics import RPL_MONOFFLINE, RPL_MONONLINE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from twistchat.frontends.irc.about import About
    from twistchat.frontends.irc.dialog import IRCDialog

MONITORED = 100
"""Names that one client may monitor."""


class Watched:
    """One name that somebody monitors."""

    __slots__ = ("is_here", "watchers")

    def __init__(self, *, is_here: bool) -> None:
        self.is_here = is_here
        """Whether somebody bears it, as far as that has been told."""
        self.watchers: dict[IRCDialog, None] = {}


class Monitors:
    """The names that clients monitor, by all of them together.

    Who comes and goes whom nobody monitors costs one look at a dictionary.
    """

    def __init__(self, about: About) -> None:
        self._about = about
        self._watched: dict[str, Watched] = {}
        """By the folded name."""
        self._lists: dict[IRCDialog, dict[str, str]] = {}
        """What each client monitors: the names as they were written, by the folded ones."""

    # ------------------------------------------------------------ the lists of clients

    def names(self, dialog: IRCDialog) -> Collection[str]:
        """List what a client monitors."""
        return self._lists.get(dialog, {}).values()

    def add(self, dialog: IRCDialog, name: str) -> bool:
        """Let a client monitor a name; whether it may."""
        mine, folded = self._lists.setdefault(dialog, {}), fold(name)
        if folded not in mine and len(mine) >= MONITORED:
            return False
        mine[folded] = name
        watched = self._watched.get(folded)
        if watched is None:
            is_here = self._about.place.person(name) is not None
            watched = self._watched[folded] = Watched(is_here=is_here)
        watched.watchers[dialog] = None
        return True

    def remove(self, dialog: IRCDialog, name: str) -> None:
        """Let a client monitor a name no more."""
        mine, folded = self._lists.get(dialog, {}), fold(name)
        if mine.pop(folded, None) is not None:
            self._unwatch(dialog, folded)

    def forget(self, dialog: IRCDialog) -> None:
        """Let a client monitor nothing any more."""
        for folded in self._lists.pop(dialog, ()):
            self._unwatch(dialog, folded)

    def _unwatch(self, dialog: IRCDialog, folded: str) -> None:
        watched = self._watched[folded]
        del watched.watchers[dialog]
        if not watched.watchers:
            del self._watched[folded]

    def elsewhere(self, name: str, user: str, rooms: Collection[str]) -> Iterator[IRCDialog]:
        """Find the clients that monitor somebody, and are to be told what they do, too.

        Those who share one of their rooms are told anyway. See ircv3.net, extended-monitor.
        """
        watched = self._watched.get(fold(name)) if self._watched else None
        for dialog in () if watched is None else list(watched.watchers):
            reader = dialog.session.user
            if (
                Cap.EXTENDED_MONITOR in dialog.caps
                and reader is not None
                and reader.id != user
                and reader.rooms.keys().isdisjoint(rooms)
            ):
                yield dialog

    # ------------------------------------------------------------ what is told

    def came(self, name: str, user: str) -> None:
        """Tell who monitors a name that somebody (by their `User.id`) bears it now."""
        if self._watched and (watched := self._watched.get(fold(name))) is not None:
            self._tell(watched, self._about.mask(name, user), is_here=True)

    def left(self, name: str) -> None:
        """Tell who monitors a name that nobody bears it any more."""
        if self._watched and (watched := self._watched.get(fold(name))) is not None:
            self._tell(watched, name, is_here=False)

    def renamed(self, old: str, new: str, user: str) -> None:
        """Tell who monitors one of two names that somebody has left the one for the other."""
        if self._watched and fold(old) != fold(new):
            self.left(old)
            self.came(new, user)

    def _tell(self, watched: Watched, who: str, *, is_here: bool) -> None:
        if watched.is_here == is_here:  # another connection of theirs
            return
        watched.is_here = is_here
        numeric = RPL_MONONLINE if is_here else RPL_MONOFFLINE
        for dialog in list(watched.watchers):
            line = write(self._about.server, numeric, dialog.nick, who)
            dialog.session.answer(Written(encode([line])))
