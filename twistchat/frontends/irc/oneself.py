"""How somebody presents themselves: `SETNAME`, and their own modes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twisted.words.protocols.irc import (
    ERR_NOSUCHNICK,
    ERR_UMODEUNKNOWNFLAG,
    ERR_USERSDONTMATCH,
    RPL_UMODEIS,
)

from twistchat.core import commands as c
from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.message import word
from twistchat.frontends.irc.registration import NAMELEN, cut_realname

if TYPE_CHECKING:
    from twistchat.core.model import Persona, User
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

BOT, INVISIBLE, OPERATOR, LOGGED_IN = "B", "i", "o", "r"

MODES = "".join(sorted((BOT, INVISIBLE, OPERATOR, LOGGED_IN)))
"""All modes that a person may have."""


def modes_of(user: User) -> str:
    """Write the modes that somebody has: `+Bi`."""
    has = {
        BOT: user.persona.is_bot,
        INVISIBLE: user.persona.is_invisible,
        OPERATOR: user.operator,
        LOGGED_IN: user.account is not None,
    }
    return "+" + "".join(letter for letter in MODES if has[letter])


def user_mode(dialog: IRCDialog, message: Message) -> None:
    """Tell somebody their modes, or change them (`MODE` with a name)."""
    name, *changes = message.params
    user = dialog.session.user
    if user is None:
        return
    if dialog.about.place.person(name) is not user:
        if dialog.about.place.person(name) is None:
            dialog.reply(ERR_NOSUCHNICK, word(name), "Nobody of that name is here")
        else:
            dialog.reply(ERR_USERSDONTMATCH, "That is somebody else's to change")
        return
    if changes:
        _change(dialog, user, changes[0])
    else:
        dialog.reply(RPL_UMODEIS, modes_of(user))


def _change(dialog: IRCDialog, user: User, letters: str) -> None:
    """Change some modes; those that are not one's own to change are passed over."""
    persona, is_on, unknown, resigns = user.persona, True, False, False
    for letter in letters:
        if letter in "+-":
            is_on = letter == "+"
        elif letter == BOT:
            persona = replace(persona, is_bot=is_on)
        elif letter == INVISIBLE:
            persona = replace(persona, is_invisible=is_on)
        elif letter == OPERATOR:
            resigns = not is_on
        elif letter != LOGGED_IN:
            unknown = True
    before = modes_of(user)
    if persona != user.persona:
        dialog.session.receive(c.ShowAs(persona))  # which may be refused
    if resigns and user.operator:
        dialog.session.receive(c.TakeOffice(None))
    if unknown:
        dialog.reply(ERR_UMODEUNKNOWNFLAG, "There is no such mode of people here")
    if changed := _difference(before, modes_of(user)):
        dialog.tell(dialog.about.mask_of(user), "MODE", user.name, changed)


def _difference(before: str, now: str) -> str:
    added = "".join(letter for letter in now if letter not in before)
    taken = "".join(letter for letter in before if letter not in now)
    return (f"+{added}" if added else "") + (f"-{taken}" if taken else "")


def _setname(dialog: IRCDialog, message: Message) -> None:
    """Change the real name; who has not asked for the capability is not answered."""
    user, realname = dialog.session.user, message.params[0]
    if user is None:
        return
    if not realname.strip() or len(realname.strip().encode(errors="replace")) > NAMELEN:
        if Cap.SETNAME in dialog.caps:
            words = f"A real name has 1 to {NAMELEN} bytes"
            dialog.tell(dialog.about.server, "FAIL", "SETNAME", "INVALID_REALNAME", words)
        return
    persona: Persona = replace(user.persona, realname=cut_realname(realname))
    dialog.does(c.ShowAs(persona))


SELF_COMMANDS = {"SETNAME": Entry(_setname, 1)}
