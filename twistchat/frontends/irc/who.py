"""Who is here, one line each: `WHO`, also with fields that are asked for (WHOX)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from twisted.words.protocols.irc import ERR_TOOMANYMATCHES, RPL_ENDOFWHO, RPL_WHOREPLY

from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.masks import host_of, user_name
from twistchat.frontends.irc.message import word
from twistchat.frontends.irc.numerics import RPL_WHOSPCRPL
from twistchat.frontends.irc.seeing import marks, realname, room_of, sees_person, sees_room
from twistchat.frontends.irc.wildcards import matching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from twistchat.core.model import Room, User
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

WHO_SHOWN = 1_000
"""People who are listed at once."""

WHO_WORK = 100
"""People who are listed or looked at for as much work as one line that is read."""

NO_ADDRESS = "255.255.255.255"
"""Instead of an address, which is for operators at the server."""

EVERYBODY = ("*", "0", "")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client wants to know of whom."""

    only_operators: bool = False
    fields: str = ""
    """Letters of WHOX; empty: the answer that `WHO` always had."""
    token: str = "0"  # noqa: S105, by which a client knows its question again

    @classmethod
    def read(cls, written: str) -> Wanted:
        """Read it from the second parameter of `WHO`."""
        flags, _, fields = written.partition("%")
        fields, _, token = fields.partition(",")
        is_token = token.isascii() and token.isdigit() and len(token) <= 3
        known = "".join(letter for letter in _FIELDS if letter in fields)
        return cls("o" in flags, known, token if is_token else "0")


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody as they are told to a client, as a member of a room perhaps."""

    dialog: IRCDialog
    user: User
    room: Room | None
    token: str

    @property
    def where(self) -> str:
        """The room, if they are listed as a member of one."""
        return "*" if self.room is None else self.room.name

    @property
    def ident(self) -> str:
        """What they are called on their machine."""
        return user_name(self.user.persona.ident)

    @property
    def host(self) -> str:
        """Their host, which is cloaked."""
        return host_of(self.user.id)

    @property
    def flags(self) -> str:
        """Here or gone, operator, bot, and how they are marked in the room."""
        user, room = self.user, self.room
        flags = "H" if user.away is None else "G"
        flags += "*" if user.operator else ""
        flags += "B" if user.persona.is_bot else ""
        if room is not None:
            flags += marks(user, room.law, all_of_them=Cap.MULTI_PREFIX in self.dialog.caps)
        return flags

    @property
    def idle(self) -> str:
        """For how many seconds they have said nothing."""
        return str(max(0, int(self.dialog.about.place.now() - self.user.spoke)))

    @property
    def account(self) -> str:
        """The name of their account."""
        return self.dialog.about.account_of(self.user.id) or "0"

    @property
    def server(self) -> str:
        """The server at which they are: there is one only."""
        return self.dialog.about.server


_FIELDS: Mapping[str, Callable[[Shown], str]] = {
    "t": lambda shown: shown.token,
    "c": lambda shown: shown.where,
    "u": lambda shown: shown.ident,
    "i": lambda _: NO_ADDRESS,
    "h": lambda shown: shown.host,
    "s": lambda shown: shown.server,
    "n": lambda shown: shown.user.name,
    "f": lambda shown: shown.flags,
    "d": lambda _: "0",
    "l": lambda shown: shown.idle,
    "a": lambda shown: shown.account,
    "o": lambda _: "n/a",
    "r": lambda shown: realname(shown.user),
}
"""The fields of WHOX in the order in which they are told, in whatever order they are asked for."""


def _who(dialog: IRCDialog, message: Message) -> None:
    mask = message.params[0]
    wanted = Wanted.read(message.params[1] if len(message.params) > 1 else "")
    room = room_of(mask, dialog.about) if mask.startswith("#") else None
    people = _named(dialog, mask) if room is None else _members(dialog, room)
    found = (user for user in people if user.operator or not wanted.only_operators)
    shown = list(islice(found, WHO_SHOWN + 1))
    for user in shown[:WHO_SHOWN]:
        _tell(Shown(dialog, user, room, wanted.token), wanted)
    if len(shown) > WHO_SHOWN:
        dialog.reply(ERR_TOOMANYMATCHES, "WHO", f"These are the first {WHO_SHOWN}; say whom")
    dialog.session.throttle.spend(len(shown) / WHO_WORK)
    dialog.reply(RPL_ENDOFWHO, word(mask, 300), "End of WHO list")


def _members(dialog: IRCDialog, room: Room) -> Iterator[User]:
    user = dialog.session.user
    if user is None or not sees_room(user, room):
        return
    is_mine = room.name in user.rooms
    for member in room.members.values():
        if is_mine or sees_person(user, member):
            yield member


def _named(dialog: IRCDialog, mask: str) -> Iterator[User]:
    """Find who is called that, or is as a mask says that one can see."""
    user, place = dialog.session.user, dialog.about.place
    if user is None or mask.startswith("#"):
        return
    if mask not in EVERYBODY and (named := place.person(mask)) is not None:
        yield named
        return
    people = place.people
    dialog.session.throttle.spend(len(people) / WHO_WORK)
    if mask in EVERYBODY:
        found = iter(people)
    else:
        fits = matching(mask)
        found = (other for other in people if _fits(fits, other, dialog, is_host="." in mask))
    for other in found:
        if sees_person(user, other):
            yield other


def _fits(fits: Callable[[str], bool], user: User, dialog: IRCDialog, *, is_host: bool) -> bool:
    """Whether somebody is as a mask says, which can be one of hosts: cloaks look like names."""
    return (
        fits(user.name)
        or fits(user_name(user.persona.ident))
        or fits(realname(user))
        or (is_host and (fits(host_of(user.id)) or fits(dialog.about.server)))
    )


def _tell(shown: Shown, wanted: Wanted) -> None:
    dialog, user = shown.dialog, shown.user
    if wanted.fields:
        told = (_FIELDS[letter](shown) for letter in wanted.fields)
        dialog.reply(RPL_WHOSPCRPL, *told)
        return
    about = (shown.where, shown.ident, shown.host, shown.server, user.name, shown.flags)
    dialog.reply(RPL_WHOREPLY, *about, f"0 {realname(user)}")


WHO_COMMANDS: Mapping[str, Entry] = {"WHO": Entry(_who, 1)}
"""`WHO`: who is here."""
