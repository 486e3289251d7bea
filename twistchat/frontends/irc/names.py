"""Who is in a room: `NAMES`, and what one is told on joining."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from twisted.words.protocols.irc import RPL_ENDOFNAMES, RPL_NAMREPLY

from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.filling import fill, space
from twistchat.frontends.irc.masks import hostmask
from twistchat.frontends.irc.message import unbroken, word, write
from twistchat.frontends.irc.seeing import marks, room_of, sees_person, sees_room
from twistchat.frontends.irc.targets import NAMES_TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from twisted.internet.interfaces import IReactorTime

    from twistchat.core.events import MembersListed
    from twistchat.core.law import Law
    from twistchat.core.model import Room, User
    from twistchat.frontends.irc.about import About
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

    Roster = Sequence[tuple[User, str]]

NAMES_SHOWN = 1_000
"""People who are listed where no room is named; the rooms of others are left out from there on."""

END = "End of /NAMES list"

_WIDER = Cap.MULTI_PREFIX | Cap.USERHOST_IN_NAMES
"""What clients may ask for that changes how names are written."""


class NameList:
    """The members of one room as they are written, in the order of coming.

    It grows with its roster: who came in earlier is told the first of it.
    """

    __slots__ = ("_begun", "_entries", "_law", "_left", "_lines", "_roster", "_size", "_write")

    def __init__(
        self, roster: Roster, law: Law, size: int, write: Callable[[User, str], str]
    ) -> None:
        self._roster = roster
        self._law = law
        self._size = size
        self._write = write
        self._entries: list[str] = []
        self._begun: list[int] = []
        """Which entry is the first of each line."""
        self._lines: list[str] = []
        """All lines but the last, which may not be full."""
        self._left = 0
        """Bytes that still fit into that."""

    def is_of(self, roster: Roster, law: Law) -> bool:
        """Whether these are the same people, under the same names and with the same modes."""
        return self._roster is roster and self._law is law

    def first(self, count: int) -> Sequence[str]:
        """Write so many of them, as many as fit into each line."""
        for user, name in self._roster[len(self._entries) : count]:
            self._add(self._write(user, name))
        line = bisect_right(self._begun, count - 1) - 1
        return [*self._lines[:line], " ".join(self._entries[self._begun[line] : count])]

    def _add(self, entry: str) -> None:
        length = len(entry) if entry.isascii() else len(entry.encode(errors="replace"))
        if length > self._left:
            if self._begun:
                self._lines.append(" ".join(self._entries[self._begun[-1] :]))
            self._begun.append(len(self._entries))
            self._left = self._size
        self._entries.append(entry)
        self._left -= length + 1


class NameLists:
    """The members of rooms as they are written, once for all who come in at the same time.

    What is kept here is forgotten with the turn of the reactor in which it was made.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._written: dict[tuple[str, Cap], NameList] = {}

    def of(self, about: About, caps: Cap, room: Room, roster: Roster) -> NameList:
        """Find how the members of a room are written, or begin to write them."""
        key, law = (room.name, caps & _WIDER), room.law
        written = self._written.get(key)
        if written is None or not written.is_of(roster, law):
            if not self._written:
                self._clock.callLater(0, self._written.clear)
            size = _space(about, room.name)
            written = NameList(roster, law, size, lambda *who: _entry(about, caps, law, *who))
            self._written[key] = written
        return written


def on_joining(about: About, caps: Cap, listed: MembersListed, reader: str) -> list[str]:
    """Write who is in a room to somebody who has come into it: as it was then."""
    name, room = listed.room, about.place.room(listed.room)
    written: Sequence[str] = ()
    if room is not None:
        if roster := listed.roster:
            written = about.names.of(about, caps, room, roster).first(listed.count)
        else:  # it was told to another wire, on which all of them are not told
            written = _lists(about, name, _entries(about, caps, room))
    head = f":{about.server} {RPL_NAMREPLY} {reader} {_sign(room)} {name} :"
    return [
        *(head + names for names in written),
        write(about.server, RPL_ENDOFNAMES, reader, name, END),
    ]


def _sign(room: Room | None) -> str:
    return "@" if room is not None and room.law.rules.secret else "="


def _entries(about: About, caps: Cap, room: Room, reader: User | None = None) -> Iterable[str]:
    """Write each member of a room; for a `reader` who is not in it not those who hide."""
    for member in room.members.values():
        if reader is None or sees_person(reader, member):
            yield _entry(about, caps, room.law, member, member.name)


def _entry(about: About, caps: Cap, law: Law, member: User, name: str) -> str:
    who = name
    if Cap.USERHOST_IN_NAMES in caps:
        who = hostmask(name, member.persona.ident, member.id)
    return unbroken(marks(member, law, all_of_them=Cap.MULTI_PREFIX in caps) + who)


def _lists(about: About, room: str, entries: Iterable[str]) -> Sequence[str]:
    """Put as many into each line as fit, whoever reads them."""
    return fill(entries, _space(about, room))


def _space(about: About, room: str) -> int:
    longest = "x" * (4 * about.place.limits.name_characters)
    return space(about.server, RPL_NAMREPLY, longest, "=", room)


def _names(dialog: IRCDialog, message: Message) -> None:
    if not message.params or not message.params[0]:
        _all_names(dialog)
        return
    asked = list(dict.fromkeys(message.params[0].split(",")))[:NAMES_TARGETS]
    rooms = (room_of(typed, dialog.about) for typed in asked)
    for room in dict.fromkeys(room for room in rooms if room is not None):
        _tell(dialog, room)
    # One end for all (RFC 2812, 3.2.5), if it fits into a line.
    size = space(dialog.about.server, RPL_ENDOFNAMES, dialog.nick) - len(f" {END}")
    for ended in fill((word(typed, 100) for typed in asked), size, ","):
        dialog.reply(RPL_ENDOFNAMES, ended, END)


def _all_names(dialog: IRCDialog) -> None:
    """Tell who is in which room, those of whoever asks first."""
    user = dialog.session.user
    mine = [] if user is None else list(user.rooms.values())
    listed = 0
    for room in dict.fromkeys([*mine, *dialog.about.place.rooms]):
        if listed < NAMES_SHOWN and sees_room(user, room):
            _tell(dialog, room)
            listed += len(room.members)
    dialog.reply(RPL_ENDOFNAMES, "*", END)


def _tell(dialog: IRCDialog, room: Room) -> None:
    user, about, caps = dialog.session.user, dialog.about, dialog.caps
    if user is None or not sees_room(user, room):
        return
    # Not those that others were told on joining: since then somebody may have left.
    reader = None if room.name in user.rooms else user
    sign = _sign(room)
    for names in _lists(about, room.name, _entries(about, caps, room, reader)):
        dialog.reply(RPL_NAMREPLY, sign, room.name, names)


NAMES_COMMANDS: Mapping[str, Entry] = {"NAMES": Entry(_names)}
"""`NAMES`: who is in rooms."""
