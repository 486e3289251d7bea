"""Who somebody is: `WHOIS`; and in short, `USERHOST` and `ISON`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.words.protocols.irc import (
    ERR_NONICKNAMEGIVEN,
    ERR_NOSUCHNICK,
    ERR_NOSUCHSERVER,
    RPL_AWAY,
    RPL_ENDOFWHOIS,
    RPL_ISON,
    RPL_USERHOST,
    RPL_WHOISCHANNELS,
    RPL_WHOISIDLE,
    RPL_WHOISOPERATOR,
    RPL_WHOISSERVER,
    RPL_WHOISUSER,
)

from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.filling import fill, space
from twistchat.frontends.irc.masks import host_of, user_name
from twistchat.frontends.irc.message import word
from twistchat.frontends.irc.numerics import (
    RPL_WHOISACCOUNT,
    RPL_WHOISBOT,
    RPL_WHOISHOST,
    RPL_WHOISSECURE,
)
from twistchat.frontends.irc.seeing import marks, realname, sees_room
from twistchat.frontends.irc.wildcards import has_wildcards, matching

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twistchat.core.model import User
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

WHOIS_TARGETS = 4
"""People whom one line asks about; more are passed over."""

USERHOST_TARGETS = 5
"""People whom one line of `USERHOST` asks about (RFC 2812, section 4.8)."""

ISON_TARGETS = 100
"""Names that one line of `ISON` asks about; more are passed over."""


def _whois(dialog: IRCDialog, message: Message) -> None:
    *server, names = message.params[:2] or ("",)
    if not names:
        dialog.reply(ERR_NONICKNAMEGIVEN, "No nickname given")
        return
    if server and not _is_ours(dialog, server[0]):
        dialog.reply(ERR_NOSUCHSERVER, word(server[0]), "No such server")
        return
    for name in list(dict.fromkeys(names.split(",")))[:WHOIS_TARGETS]:
        user = dialog.about.place.person(name)
        if user is None:
            dialog.reply(ERR_NOSUCHNICK, word(name), "No such nick/channel")
        else:
            _describe(dialog, user)
        # The name as it was asked for: clients look for that.
        dialog.reply(RPL_ENDOFWHOIS, word(name), "End of /WHOIS list")


def _is_ours(dialog: IRCDialog, server: str) -> bool:
    """Whether a client asks this server: by its name, or by somebody who is on it."""
    about = dialog.about
    if about.place.person(server) is not None:
        return True
    return (
        matching(server)(about.server)
        if has_wildcards(server)
        else (server.lower() == about.server.lower())
    )


def _describe(dialog: IRCDialog, other: User) -> None:
    about, asker, name = dialog.about, dialog.session.user, other.name
    persona = other.persona
    ident, host = user_name(persona.ident), host_of(other.id)
    dialog.reply(RPL_WHOISUSER, name, ident, host, "*", realname(other))
    size = space(about.server, RPL_WHOISCHANNELS, dialog.nick, name)
    for rooms in fill(_rooms(dialog, other), size):
        dialog.reply(RPL_WHOISCHANNELS, name, rooms)
    dialog.reply(RPL_WHOISSERVER, name, about.server, about.network)
    if other.away is not None:
        dialog.reply(RPL_AWAY, name, other.away or "away")
    if other.operator:
        dialog.reply(RPL_WHOISOPERATOR, name, "is an operator of this server")
    if account := about.account_of(other.id):
        dialog.reply(RPL_WHOISACCOUNT, name, account, "is logged in as")
    if persona.is_bot:
        dialog.reply(RPL_WHOISBOT, name, f"is a bot on {about.network}")
    sessions = about.registry.sessions_of(other)
    if asker is not None and asker.operator:
        for session in sessions:
            place = f"is connected by {session.wire} from {session.address}"
            dialog.reply(RPL_WHOISHOST, name, place)
    if sessions and all(session.outlet.is_encrypted for session in sessions):
        dialog.reply(RPL_WHOISSECURE, name, "is using a secure connection")
    idle = max(0, int(about.place.now() - other.spoke))
    since = str(int(other.since))
    dialog.reply(RPL_WHOISIDLE, name, str(idle), since, "seconds idle, signon time")


def _rooms(dialog: IRCDialog, other: User) -> Iterator[str]:
    """Write the rooms of somebody that a client may know of."""
    asker, all_of_them = dialog.session.user, Cap.MULTI_PREFIX in dialog.caps
    is_hidden = other.persona.is_invisible and other is not asker
    for room in other.rooms.values():
        is_shared = asker is not None and (room.name in asker.rooms or asker.operator)
        if is_shared or (sees_room(asker, room) and not is_hidden):
            yield marks(other, room.law, all_of_them=all_of_them) + room.name


def _userhost(dialog: IRCDialog, message: Message) -> None:
    found = []
    names = [name for param in message.params for name in param.split(" ")]
    for name in names[:USERHOST_TARGETS]:
        user = dialog.about.place.person(name)
        if user is not None:
            star, sign = "*" if user.operator else "", "+" if user.away is None else "-"
            mask = dialog.about.mask_of(user).partition("!")[2]
            found.append(f"{user.name}{star}={sign}{mask}")
    size = space(dialog.about.server, RPL_USERHOST, dialog.nick)
    for text in fill(found, size) or [""]:
        dialog.reply(RPL_USERHOST, text)


def _ison(dialog: IRCDialog, message: Message) -> None:
    names = [name for param in message.params for name in param.split(" ") if name]
    people = (dialog.about.place.person(name) for name in names[:ISON_TARGETS])
    found = [user.name for user in people if user is not None]
    size = space(dialog.about.server, RPL_ISON, dialog.nick)
    for text in fill(found, size) or [""]:
        dialog.reply(RPL_ISON, text)


WHOIS_COMMANDS: Mapping[str, Entry] = {
    "ISON": Entry(_ison, 1),
    "USERHOST": Entry(_userhost, 1),
    "WHOIS": Entry(_whois),
}
"""Questions about people by their names."""
