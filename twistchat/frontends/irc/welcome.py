"""How somebody is welcomed: 001 to 005, how many are here, the message of the day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twisted.words.protocols.irc import (
    RPL_CREATED,
    RPL_ENDOFMOTD,
    RPL_LUSERCHANNELS,
    RPL_LUSERCLIENT,
    RPL_LUSERME,
    RPL_LUSEROP,
    RPL_LUSERUNKNOWN,
    RPL_MOTD,
    RPL_MOTDSTART,
    RPL_MYINFO,
    RPL_WELCOME,
    RPL_YOURHOST,
)

from twistchat.core.names import LOBBY
from twistchat.frontends.irc import isupport, letters, oneself
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.message import write
from twistchat.frontends.irc.numerics import RPL_GLOBALUSERS, RPL_LOCALUSERS
from twistchat.frontends.irc.server import VERSION

if TYPE_CHECKING:
    from twistchat.core.events import Welcomed
    from twistchat.frontends.irc.about import About
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

MOTD_LINE = 400
"""Bytes of the message of the day that are told in one line."""


def lines(about: About, welcomed: Welcomed, reader: str) -> list[str]:
    """Write that somebody is in; or, where they have been in as somebody else, who they are now."""
    if welcomed.was:
        return [write(about.mask(welcomed.was, welcomed.user), "NICK", welcomed.name)]
    server, mask = about.server, about.mask(welcomed.name, welcomed.user)
    made = datetime.fromtimestamp(about.created, UTC)
    modes = oneself.MODES, letters.ALL, letters.WITH_PARAMETER
    return [
        write(server, RPL_WELCOME, reader, f"Welcome to {about.network}, {mask}"),
        write(server, RPL_YOURHOST, reader, f"Your host is {server}, running {VERSION}"),
        write(server, RPL_CREATED, reader, f"This server was started {made:%Y-%m-%d %H:%M} UTC"),
        write(server, RPL_MYINFO, reader, server, VERSION, *modes),
        *isupport.lines(about, reader),
        *users(about, reader),
        *message_of_the_day(about, reader),
    ]


def users(about: About, reader: str) -> list[str]:
    """Write how many are here (`LUSERS`): on all wires, since all are in the same rooms."""
    server, count = about.server, about.census.take()
    here, seen = count.people, count.people - count.invisible
    most = str(here), str(about.census.most)
    at_most = f"{here}, max {about.census.most}"
    words = f"There are {seen} users and {count.invisible} invisible on 1 servers"
    operators, nameless, rooms = map(str, (count.operators, count.nameless, count.rooms))
    return [
        write(server, RPL_LUSERCLIENT, reader, words),
        write(server, RPL_LUSEROP, reader, operators, "operators are here"),
        write(server, RPL_LUSERUNKNOWN, reader, nameless, "connections have no name yet"),
        write(server, RPL_LUSERCHANNELS, reader, rooms, "rooms have somebody in them"),
        write(server, RPL_LUSERME, reader, f"I have {here} clients and 0 servers"),
        write(server, RPL_LOCALUSERS, reader, *most, f"Current local users {at_most}"),
        write(server, RPL_GLOBALUSERS, reader, *most, f"Current global users {at_most}"),
    ]


def message_of_the_day(about: About, reader: str) -> list[str]:
    """Write what the operator tells everybody (`MOTD`), and where everybody is."""
    server = about.server
    motd = [part for line in about.registry.greeting.motd for part in _parts(line)]
    motd.append(f"Everybody meets in {LOBBY}: /join {LOBBY}")
    return [
        write(server, RPL_MOTDSTART, reader, f"- {server} Message of the day -"),
        *(write(server, RPL_MOTD, reader, f"- {line}") for line in motd),
        write(server, RPL_ENDOFMOTD, reader, "End of the message of the day"),
    ]


def _parts(line: str) -> list[str]:
    """Cut a long line between two characters."""
    data, parts = line.encode(errors="replace"), []
    while len(data) > MOTD_LINE:
        part = data[:MOTD_LINE].decode(errors="ignore")
        parts.append(part)
        data = data[len(part.encode()) :]
    return [*parts, data.decode()]


def _lusers(dialog: IRCDialog, _: Message) -> None:
    dialog.tell_all(users(dialog.about, dialog.nick))


def _motd(dialog: IRCDialog, _: Message) -> None:
    dialog.tell_all(message_of_the_day(dialog.about, dialog.nick))


WELCOME_COMMANDS = {"LUSERS": Entry(_lusers), "MOTD": Entry(_motd)}
