"""Accounts on IRC: `REGISTER` (ircv3.net, account-registration), and `OPER`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.words.protocols.irc import ERR_PASSWDMISMATCH, RPL_YOUREOPER

from twistchat.core.codes import Refusal
from twistchat.core.names import fold
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.message import word, write
from twistchat.frontends.irc.numerics import RPL_LOGGEDIN
from twistchat.frontends.irc.refusals import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.core.accounts import Account
    from twistchat.core.events import Refused
    from twistchat.frontends.irc.about import About
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

NO_OPERATOR = "That is not the account of an operator"

_CODES: Mapping[Refusal, str] = {
    Refusal.ACCOUNT_EXISTS: "ACCOUNT_EXISTS",
    Refusal.LOGGED_IN_ALREADY: "ALREADY_AUTHENTICATED",
    Refusal.PASSWORD_SHORT: "WEAK_PASSWORD",
    Refusal.PASSWORD_NAME: "WEAK_PASSWORD",
    Refusal.PASSWORD_LONG: "UNACCEPTABLE_PASSWORD",
    Refusal.PASSWORD_CHARACTERS: "UNACCEPTABLE_PASSWORD",
}
"""Why no account was made; whatever else it is, it may be otherwise soon."""


def registered(about: About, account: Account, reader: str) -> list[str]:
    """Tell somebody that they have made an account, and are its owner."""
    user = about.place.user(account.id)
    mask = reader if user is None else about.mask_of(user)
    name, server = account.name, about.server
    words = f"You are now logged in as {name}"
    return [
        write(server, "REGISTER", "SUCCESS", name, "The name is yours: log in by SASL"),
        write(server, RPL_LOGGEDIN, reader, mask, name, words),
    ]


def not_registered(about: About, refused: Refused, reader: str) -> list[str]:
    """Tell somebody why they have made none."""
    code = _CODES.get(refused.code, "TEMPORARILY_UNAVAILABLE")
    words = sentence(refused) or "No account was made"
    return [write(about.server, "FAIL", "REGISTER", code, reader, words)]


def _register(dialog: IRCDialog, message: Message) -> None:
    """Make an account of the name that somebody bears; an address for mail is passed over."""
    name, _, password, *_ = message.params
    session, nick = dialog.session, dialog.nick
    if session.user is None:
        _come_in_first(dialog, message)
    elif session.user.account is not None:
        _fail(dialog, message, "ALREADY_AUTHENTICATED", nick, "You are logged in already")
    elif name != "*" and fold(name[:100]) != fold(nick):
        words = "An account has the name that you bear: change that first"
        _fail(dialog, message, "ACCOUNT_NAME_MUST_BE_NICK", word(name), words)
    else:
        session.desk.register(session, password, dialog.context())


def _verify(dialog: IRCDialog, message: Message) -> None:
    """Tell that there is nothing to verify."""
    session = dialog.session
    if session.user is None:
        _come_in_first(dialog, message)
    elif session.user.account is not None:
        _fail(dialog, message, "ALREADY_AUTHENTICATED", dialog.nick, "You are logged in already")
    else:
        words = "REGISTER is all that it takes here"
        _fail(dialog, message, "INVALID_CODE", word(message.params[0]), words)


def _come_in_first(dialog: IRCDialog, message: Message) -> None:
    words = "Come in first: the account has the name under which you are here"
    _fail(dialog, message, "COMPLETE_CONNECTION_REQUIRED", word(message.params[0]), words)


def _fail(dialog: IRCDialog, message: Message, code: str, about: str, words: str) -> None:
    # Whether standard-replies was asked for or not: there is no other answer to these commands.
    dialog.tell(dialog.about.server, "FAIL", message.command, code, about, words)


def _oper(dialog: IRCDialog, message: Message) -> None:
    """Let somebody be an operator who knows the password of one, under the name they bear."""
    session = dialog.session
    if session.user is not None and session.user.operator:
        dialog.reply(RPL_YOUREOPER, "You are an operator already")
        return
    answer = dialog.postpone()
    name, password, *_ = message.params

    def known(refused: Refused | None) -> None:
        answer(lambda: _operates(dialog, refused))

    session.desk.take_office(session, name, password, known)


def _operates(dialog: IRCDialog, refused: Refused | None) -> None:
    user = dialog.session.user
    if refused is not None or user is None:
        is_other = refused is None or refused.code is Refusal.OPERATORS_ONLY
        words = NO_OPERATOR if refused is None or is_other else sentence(refused)
        dialog.reply(ERR_PASSWDMISMATCH, words)
        return
    dialog.reply(RPL_YOUREOPER, "You are an operator now, until you leave")
    dialog.tell(dialog.about.mask_of(user), "MODE", user.name, "+o")


ACCOUNT_COMMANDS = {
    "OPER": Entry(_oper, 2),
    "REGISTER": Entry(_register, 3, at_door=True),
    "VERIFY": Entry(_verify, 2, at_door=True),
}
