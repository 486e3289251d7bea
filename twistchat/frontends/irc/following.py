"""Follows who comes and goes on all wires: for what is remembered of them, and for `MONITOR`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twistchat.core.accounts import AccountDeed
from twistchat.core.events import (
    AccountSet,
    AwayChanged,
    Departed,
    Entered,
    Joined,
    MembersListed,
    Moderated,
    NotKept,
    PersonaChanged,
    Renamed,
    Resynced,
    Welcomed,
    Written,
)
from twistchat.core.law import Deed
from twistchat.core.model import NO_PERSONA
from twistchat.core.rights import is_founder
from twistchat.frontends.irc import answers
from twistchat.frontends.irc.format import IRCFormat
from twistchat.frontends.irc.happened import account_lines
from twistchat.frontends.irc.labels import NOTHING
from twistchat.frontends.irc.letters import PARTS
from twistchat.frontends.irc.message import encode, write
from twistchat.frontends.irc.seeing import modes_of
from twistchat.frontends.irc.whowas import Gone

if TYPE_CHECKING:
    from collections.abc import Callable

    from twistchat.core.model import User
    from twistchat.engine import Committed
    from twistchat.frontends.irc.about import About


PART_OF = {deed: letter for letter, deeds in PARTS.items() for deed in deeds} | {Deed.FOUND: "o"}
"""Which mode of people a deed changes."""


class Following:
    """Is told of everybody's presence, once for all IRC clients, in its order."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._follow: dict[type, Callable[[Any, Committed], None]] = {
            AwayChanged: self._does,
            Welcomed: self._came,
            Entered: self._came_elsewhere,
            Resynced: self._resynced,
            Joined: self._joined,
            Departed: self._left,
            Renamed: self._took_name,
            PersonaChanged: self._changed,
        }
        self._before: Committed | None = None
        """The last that was told and not kept."""

    def follow(self, committed: Committed) -> None:
        """Follow what is told and not kept. Called by the pipeline."""
        before, self._before = self._before, committed
        item = committed.item
        if isinstance(item, MembersListed):
            if before is not None and before.origin is committed.origin:
                self._listed(committed, item, before.item)
            return
        follow = self._follow.get(type(item))
        if follow is not None:
            follow(item, committed)

    def _listed(self, committed: Committed, listed: MembersListed, joined: object) -> None:
        """Tell the other connections of who has come into a room over one who is there, too.

        They are told that they are in it, and have asked for nothing.
        """
        if isinstance(joined, Joined) and joined.room == listed.room:
            self._list(committed, listed, joined)

    def _joined(self, joined: Joined, committed: Committed) -> None:
        """Tell the connections here of who has come into a room at another node, too."""
        user, room = self._about.place.user(joined.user), self._about.place.room(joined.room)
        if committed.node and user is not None and user.is_here and room is not None:
            self._list(committed, self._about.place.members(room), joined)

    def _list(self, committed: Committed, listed: MembersListed, joined: Joined) -> None:
        user = self._about.place.user(joined.user)
        for session in () if user is None else self._about.registry.sessions_of(user):
            to = session.format
            if session is not committed.origin and isinstance(to, IRCFormat):
                lines = answers.lines_of(listed, committed, to, session.name, NOTHING)
                session.answer(Written(encode(lines)))

    def follow_kept(self, committed: Committed) -> None:
        """Tell who shares a room with somebody that they have an account now, or none any more.

        Called by the pipeline. See ircv3.net, account-notify; they themselves are told otherwise.
        """
        item = committed.item
        if isinstance(item, NotKept) and isinstance(item.event, Moderated):
            self._taken_back(item.event)
        if not isinstance(item, AccountSet):
            return
        owner = self._about.place.user(item.account.id)
        if owner is None:
            return
        for session in self._about.registry.people:
            user, to = session.user, session.format
            if isinstance(to, IRCFormat) and user is not None:
                is_told = user.id in (owner.id, item.user)  # otherwise: it is theirs, or their deed
                lines = [] if is_told else account_lines(item, owner, to)
                if item.deed is AccountDeed.REGISTER:
                    lines += self._founded(owner, user)
                if lines and not user.rooms.keys().isdisjoint(owner.rooms):
                    session.answer(Written(encode(lines)))
        for dialog in self._about.monitors.elsewhere(owner.name, owner.id, owner.rooms):
            if lines := account_lines(item, owner, self._about.format(dialog.caps)):
                dialog.session.answer(Written(encode(lines)))

    def _does(self, item: AwayChanged | PersonaChanged, committed: Committed) -> None:
        """Tell those who monitor somebody what they do."""
        for dialog in self._about.monitors.elsewhere(item.who, item.user, item.rooms):
            if written := self._about.format(dialog.caps).encode(committed):
                dialog.session.answer(Written(written))

    def _taken_back(self, event: Moderated) -> None:
        """Tell how somebody is marked in a room, when what was to change that is not kept.

        Whoever came into it meanwhile has read it otherwise.
        """
        place = self._about.place
        room, user = place.room(event.room), place.user(event.to_user)
        letter = PART_OF.get(event.deed)
        if letter is None or room is None or user is None or user.id not in room.members:
            return
        sign = "+" if letter in modes_of(user, room.law) else "-"
        line = write(self._about.server, "MODE", room.name, f"{sign}{letter}", user.name)
        for session in self._about.registry.people:
            reader = session.user
            is_there = reader is not None and room.name in reader.rooms
            if is_there and isinstance(session.format, IRCFormat):
                session.answer(Written(encode([line])))

    def _founded(self, owner: User, reader: User) -> list[str]:
        """Write that somebody is an operator again of rooms that they once made with an account."""
        return [
            write(self._about.server, "MODE", room.name, "+o", owner.name)
            for room in owner.rooms.values()
            if is_founder(owner, room.law) and room.name in reader.rooms
        ]

    def _came(self, welcomed: Welcomed, committed: Committed) -> None:
        self._about.census.note()
        # Of the session, since they may be gone again when this is told.
        user = getattr(committed.origin, "user", None)
        if user is None:
            return
        if user.persona is not NO_PERSONA:
            self._about.remember(user.id, user.persona)
        self._about.monitors.came(welcomed.name, user.id)

    def _came_elsewhere(self, entered: Entered, committed: Committed) -> None:
        if not committed.node:  # see `Welcomed`
            return
        self._about.census.note()
        if entered.persona is not NO_PERSONA:
            self._about.remember(entered.user, entered.persona)
        self._about.monitors.came(entered.who, entered.user)

    def _resynced(self, resynced: Resynced, committed: Committed) -> None:
        for node, entered in resynced.people:
            self._came_elsewhere(entered, replace(committed, node=node))

    def _left(self, departed: Departed, committed: Committed) -> None:
        about = self._about
        persona = about.persona(departed.user)
        about.whowas.add(Gone(departed.who, departed.user, persona, departed.at))
        about.monitors.left(departed.who)

    def _took_name(self, renamed: Renamed, committed: Committed) -> None:
        about = self._about
        persona = about.persona(renamed.user)
        about.whowas.add(Gone(renamed.old, renamed.user, persona, renamed.at))
        about.monitors.renamed(renamed.old, renamed.new, renamed.user)

    def _changed(self, changed: PersonaChanged, committed: Committed) -> None:
        self._about.remember(changed.user, changed.persona)
        self._does(changed, committed)
