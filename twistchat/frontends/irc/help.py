"""`HELP`: what can be asked, as the table of commands has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.filling import fill
from twistchat.frontends.irc.manual import PAGES
from twistchat.frontends.irc.message import word
from twistchat.frontends.irc.numerics import (
    ERR_HELPNOTFOUND,
    RPL_ENDOFHELP,
    RPL_HELPSTART,
    RPL_HELPTXT,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

INDEX = "index"
"""The subject of who asks for none."""

WIDTH = 72
"""Bytes of a line that lists commands."""


def help_commands(table: Mapping[str, Entry]) -> Mapping[str, Entry]:
    """Make the commands that tell what there is in a table of the others, and of these."""

    def answer(dialog: IRCDialog, message: Message) -> None:
        subject = message.params[0] if message.params else ""
        name = subject.upper()
        if not name or name == INDEX.upper():
            _tell(dialog, INDEX, "What can be asked here:", _index([*table, *found]))
        elif name not in PAGES or not (name in table or name in found):
            dialog.reply(
                ERR_HELPNOTFOUND, word(subject), "Nothing is known of that; HELP lists all"
            )
        else:
            page = PAGES[name]
            _tell(dialog, name, f"{name} {page.usage}".rstrip(), page.words)

    found = {"HELP": Entry(answer), "HELPOP": Entry(answer)}
    return found


def _index(names: Sequence[str]) -> Sequence[str]:
    return [*fill(sorted(names), WIDTH), "HELP and one of these tells more of it."]


def _tell(dialog: IRCDialog, subject: str, first: str, lines: Sequence[str]) -> None:
    dialog.reply(RPL_HELPSTART, subject, first)
    for line in lines:
        dialog.reply(RPL_HELPTXT, subject, line)
    dialog.reply(RPL_ENDOFHELP, subject, "End of HELP")
