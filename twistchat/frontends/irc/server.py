"""Questions about the server: TIME, VERSION, INFO and older ones; and what is done at it alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twisted.words.protocols.irc import (
    ERR_NOADMININFO,
    ERR_NOPRIVILEGES,
    ERR_SUMMONDISABLED,
    ERR_USERSDISABLED,
    RPL_ENDOFINFO,
    RPL_ENDOFLINKS,
    RPL_ENDOFSTATS,
    RPL_INFO,
    RPL_SERVLISTEND,
    RPL_STATSUPTIME,
    RPL_TIME,
    RPL_TRACEEND,
    RPL_VERSION,
)

import twistchat
from twistchat.frontends.irc import isupport
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.message import word
from twistchat.frontends.irc.numerics import RPL_MAP, RPL_MAPEND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

VERSION = f"twistchat-{twistchat.__version__}"

AT_THE_SERVER: Mapping[str, str] = {
    "CONNECT": "There is one server only; nothing can be connected to it.",
    "DIE": "Operators stop the server on its machine: twistchat ctl shutdown",
    "REHASH": "Operators have options read again on the server's machine: twistchat ctl reload",
    "RESTART": "Operators restart the server on its machine; twistchat ctl shutdown stops it.",
    "SQUIT": "There is one server only; nothing is connected to it.",
}
"""What is said to operators who ask for what is done at the server alone."""


def _time(dialog: IRCDialog, _: Message) -> None:
    now = dialog.about.place.now()
    written = datetime.fromtimestamp(now, UTC).strftime("%A %Y-%m-%d %H:%M:%S UTC")
    dialog.reply(RPL_TIME, dialog.about.server, str(int(now)), "0", written)


def _version(dialog: IRCDialog, _: Message) -> None:
    dialog.reply(RPL_VERSION, VERSION, dialog.about.server, "people on every wire, in one order")
    dialog.tell_all(isupport.lines(dialog.about, dialog.nick))


def _info(dialog: IRCDialog, _: Message) -> None:
    about = dialog.about
    since = datetime.fromtimestamp(about.created, UTC).strftime("%Y-%m-%d %H:%M UTC")
    for line in (
        f"{VERSION}: a chat for nc, IRC clients, programs and browsers",
        "People on other wires are in the same rooms, and see the same lines in the same order.",
        f"This server ({about.network}) was started on {since}.",
        "HELP lists what it understands.",
    ):
        dialog.reply(RPL_INFO, line)
    dialog.reply(RPL_ENDOFINFO, "End of INFO")


def _admin(dialog: IRCDialog, _: Message) -> None:
    no_more = "Who runs it has left no word here; WHO * o lists the operators who are here"
    dialog.reply(ERR_NOADMININFO, dialog.about.server, no_more)


def _links(dialog: IRCDialog, _: Message) -> None:
    dialog.reply(RPL_ENDOFLINKS, "*", "There is one server only")


def _map(dialog: IRCDialog, _: Message) -> None:
    dialog.reply(RPL_MAP, dialog.about.server)
    dialog.reply(RPL_MAPEND, "End of /MAP")


def _stats(dialog: IRCDialog, message: Message) -> None:
    letter = message.params[0][:1] if message.params else ""
    if letter == "u":
        minutes, seconds = divmod(int(dialog.about.place.now() - dialog.about.created), 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        up = f"Server Up {days} days {hours}:{minutes:02}:{seconds:02}"
        dialog.reply(RPL_STATSUPTIME, up)
    dialog.reply(RPL_ENDOFSTATS, word(letter), "End of /STATS report")


def _trace(dialog: IRCDialog, _: Message) -> None:
    dialog.reply(RPL_TRACEEND, dialog.about.server, VERSION, "End of TRACE")


def _servlist(dialog: IRCDialog, _: Message) -> None:
    dialog.reply(RPL_SERVLISTEND, "*", "*", "There are no services")


def _users(dialog: IRCDialog, _: Message) -> None:
    dialog.reply(ERR_USERSDISABLED, "USERS has been disabled; WHO lists who is here")


def _summon(dialog: IRCDialog, _: Message) -> None:
    dialog.reply(ERR_SUMMONDISABLED, "SUMMON has been disabled")


def _at_the_server(dialog: IRCDialog, message: Message) -> None:
    user = dialog.session.user
    if user is None or not user.operator:
        dialog.reply(ERR_NOPRIVILEGES, "That is for operators")
    else:
        words = AT_THE_SERVER[message.command]
        dialog.tell(dialog.about.server, "NOTICE", dialog.nick, words)


SERVER_COMMANDS: Mapping[str, Entry] = {
    "ADMIN": Entry(_admin),
    "INFO": Entry(_info),
    "LINKS": Entry(_links),
    "MAP": Entry(_map),
    "SERVLIST": Entry(_servlist),
    "STATS": Entry(_stats),
    "SUMMON": Entry(_summon),
    "TIME": Entry(_time),
    "TRACE": Entry(_trace),
    "USERS": Entry(_users),
    "VERSION": Entry(_version),
    **dict.fromkeys(AT_THE_SERVER, Entry(_at_the_server)),
}
"""Questions about the server, and what is done at it alone."""
