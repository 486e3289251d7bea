"""Who is in a room: `NAMES`, and what one is told on joining."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.words.protocols.irc import RPL_ENDOFNAMES, RPL_NAMREPLY

from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.filling import fill, space
from twistchat.frontends.irc.message import unbroken, word, write
from twistchat.frontends.irc.seeing import marks, room_of, sees_person, sees_room
from twistchat.frontends.irc.targets import NAMES_TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twisted.internet.interfaces import IReactorTime

    from twistchat.core.law import Law
    from twistchat.core.model import Room, User
    from twistchat.frontends.irc.about import About
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

NAMES_SHOWN = 1_000
"""People who are listed where no room is named; the rooms of others are left out from there on."""

END = "End of /NAMES list"

_WIDER = Cap.MULTI_PREFIX | Cap.USERHOST_IN_NAMES
"""What clients may ask for that changes how names are written."""


class NameLists:
    """The members of rooms as they are written, once for all who come in at the same time.

    What is kept here is forgotten with the turn of the reactor in which it was made, and before
    anything is told that makes it untrue: who comes in behind that is not told of it.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._written: dict[tuple[str, Cap], tuple[Law, Sequence[str]]] = {}

    def of(self, about: About, caps: Cap, room: Room) -> Sequence[str]:
        """Write the members of a room, as many as fit into each line."""
        key = (room.name, caps & _WIDER)
        law, written = self._written.get(key, (None, ()))
        if law is not room.law:
            if not self._written:
                self._clock.callLater(0, self.forget)
            written = _lists(about, room.name, _entries(about, caps, room))
            self._written[key] = room.law, written
        return written

    def forget(self) -> None:
        """Forget them: somebody came, went or took another name."""
        if self._written:
            self._written.clear()


def on_joining(about: About, caps: Cap, room_name: str, reader: str) -> list[str]:
    """Write who is in a room to somebody who has come into it."""
    room = about.place.room(room_name)
    written = () if room is None or not room.members else about.names.of(about, caps, room)
    head = f":{about.server} {RPL_NAMREPLY} {reader} {_sign(room)} {room_name} :"
    return [
        *(head + names for names in written),
        write(about.server, RPL_ENDOFNAMES, reader, room_name, END),
    ]


def _sign(room: Room | None) -> str:
    return "@" if room is not None and room.law.rules.secret else "="


def _entries(about: About, caps: Cap, room: Room, reader: User | None = None) -> Iterable[str]:
    """Write each member of a room; for a `reader` who is not in it not those who hide."""
    law, all_of_them = room.law, Cap.MULTI_PREFIX in caps
    with_mask = Cap.USERHOST_IN_NAMES in caps
    for member in room.members.values():
        if reader is None or sees_person(reader, member):
            name = about.mask_of(member) if with_mask else member.name
            yield marks(member, law, all_of_them=all_of_them) + name


def _lists(about: About, room: str, entries: Iterable[str]) -> Sequence[str]:
    """Put as many into each line as fit, whoever reads them."""
    longest = "x" * (4 * about.place.limits.name_characters)
    size = space(about.server, RPL_NAMREPLY, longest, "=", room)
    return [unbroken(text) for text in fill(entries, size)]


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
