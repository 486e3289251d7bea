"""Coming in: CAP, PASS, NICK, USER and SASL in any order.

A client is at the door until it has said `NICK` and `USER`, and has ended what it began by `CAP`.
Then it comes in: as the owner of the account whose password it has shown, by SASL or `PASS`, or as
a guest. Where that fails because of its name it may say another `NICK`; otherwise it is let go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.words.protocols.irc import (
    ERR_ALREADYREGISTRED,
    ERR_ERRONEUSNICKNAME,
    ERR_NEEDMOREPARAMS,
    ERR_NICKNAMEINUSE,
    ERR_NONICKNAMEGIVEN,
    ERR_PASSWDMISMATCH,
    ERR_YOUREBANNEDCREEP,
)

from twistchat.core import commands as c
from twistchat.core.codes import Refusal
from twistchat.core.events import Refused
from twistchat.core.model import Persona
from twistchat.core.names import nickname
from twistchat.core.text import clean
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.masks import USERLEN
from twistchat.frontends.irc.message import word
from twistchat.frontends.irc.refusals import OVER_ALL, sentence
from twistchat.login import GuestName
from twistchat.session.coming import Coming

if TYPE_CHECKING:
    from collections.abc import Callable

    from twistchat.core.accounts import Account
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

NAMELEN = 120
"""Bytes of a real name: so a line in which all may be long fits still."""

NOBODY = "user"
"""The user name of a client whose own has nothing in it that may stand in one."""

TRY_ANOTHER = frozenset({ERR_NONICKNAMEGIVEN, ERR_ERRONEUSNICKNAME, ERR_NICKNAMEINUSE})
"""Why a name is no good: one may try again with another."""


class Registration:
    """What a client has said of itself so far."""

    def __init__(self, dialog: IRCDialog) -> None:
        self._dialog = dialog
        self._nick = ""
        self._persona: Persona | None = None
        self._password = ""
        self._account: Account | None = None
        """Whose password it has shown."""
        self._is_negotiating = False
        self._is_coming = False

    @property
    def ident(self) -> str:
        """The user name, if it has said so."""
        return "" if self._persona is None else self._persona.ident

    def takes_nick(self, nick: str) -> None:
        """Be called that."""
        place = self._dialog.about.place
        name = nickname(nick, place.limits, lambda folded: place.person(folded) is not None)
        if isinstance(name, Refused):
            self._nick = ""
            self._refuse_name(name, nick)
            return
        self._nick = name
        self._go_on()

    def takes_user(self, ident: str, realname: str) -> None:
        """Be that, on one's own machine and in one's own words."""
        known = "".join(filter(_may_be_ident, ident))[:USERLEN] or NOBODY
        self._persona = Persona(known, cut_realname(realname))
        self._go_on()

    def takes_password(self, password: str) -> None:
        """Take a password, whosever it is; the last one counts."""
        self._password = password

    def opens(self) -> None:
        """Wait for the end of the negotiation, if it is not registered yet."""
        self._is_negotiating = True

    def closes(self) -> None:
        """Wait no longer."""
        self._is_negotiating = False
        self._go_on()

    def shows(self, account: Account) -> None:
        """It has shown the password of an account, and is to come in as its owner."""
        self._account = account
        self._go_on()

    def shows_house(self) -> Refused | None:
        """Show the password of the house, if there is one: that is what `PASS` had then.

        Returns why it is no good, if so.
        """
        session, desk = self._dialog.session, self._dialog.session.desk
        if not desk.asks_house(session):
            return None
        typed, self._password = self._password, ""
        if not typed:
            return Refused(Refusal.HOUSE_PASSWORD_WRONG)
        return desk.admit(session, typed)

    # ------------------------------------------------------------ coming in

    def _go_on(self) -> None:
        """Come in, if there is nothing more to be said."""
        dialog = self._dialog
        is_here = dialog.session.user is not None or self._is_coming
        if is_here or self._is_negotiating or not self._nick or self._persona is None:
            return
        dialog.sasl.abort()
        if (refused := self.shows_house()) is not None:
            self._turn_away(refused)
            return
        if self._account is None and (login := self._login()) is not None:
            self._log_in(*login)
        else:
            self._come_in(dialog.postpone())

    def _login(self) -> tuple[str, str] | None:
        """Read whose password `PASS` had; None if it had none, or one for another server."""
        desk, password = self._dialog.session.desk, self._password
        name, colon, rest = password.partition(":")
        is_nick = desk.is_registered(self._nick)
        if colon and name and rest and (desk.is_registered(name) or not is_nick):
            return name, rest
        return (self._nick, password) if password and is_nick else None

    def _log_in(self, name: str, password: str) -> None:
        dialog, session = self._dialog, self._dialog.session
        answer = dialog.postpone()
        self._password, self._is_coming = "", True

        def known(found: Account | Refused) -> None:
            self._is_coming = False
            if isinstance(found, Refused):
                why_not = found
                answer(lambda: self._turn_away(why_not))
            else:
                self._account = found
                self._come_in(answer)

        session.desk.verify(session, name, password, known)

    def _come_in(self, answer: Callable[[Callable[[], None]], None]) -> None:
        """Come in; `answer` is what tells why not, if so."""
        session, account = self._dialog.session, self._account
        credentials = GuestName(self._nick) if account is None else session.desk.shown(account)
        self._is_coming = True

        def refused(why_not: Refused) -> None:
            self._is_coming = False
            answer(lambda: self._refuse(why_not))

        # In no room: clients say where they want to be. Owners of accounts are where they were.
        coming = Coming(credentials, {}, persona=self._persona, past_last=True, refused=refused)
        session.log_in(coming)

    # ------------------------------------------------------------ not coming in

    def _refuse(self, why_not: Refused) -> None:
        nick, self._nick = self._nick, ""
        if OVER_ALL[why_not.code].numeric in TRY_ANOTHER:
            self._refuse_name(why_not, nick)
        else:
            self._turn_away(why_not)

    def _refuse_name(self, why_not: Refused, nick: str) -> None:
        numeric, words = OVER_ALL[why_not.code].numeric, sentence(why_not)
        names = () if numeric == ERR_NONICKNAMEGIVEN else (word(nick),)
        free = f". Free is {why_not.hint}" if why_not.hint else ""
        self._dialog.reply(numeric, *names, f"{words}{free}")

    def _turn_away(self, why_not: Refused) -> None:
        dialog, words = self._dialog, sentence(why_not)
        if why_not.code is Refusal.GUESTS_NOT_WELCOME:
            dialog.fail("*", "ACCOUNT_REQUIRED", words)
        elif why_not.code is Refusal.BANNED:
            dialog.reply(ERR_YOUREBANNEDCREEP, words)
        elif OVER_ALL[why_not.code].numeric == ERR_PASSWDMISMATCH:
            dialog.reply(ERR_PASSWDMISMATCH, words)
        dialog.turn_away(words)


def _may_be_ident(character: str) -> bool:
    return character.isalnum() or character in "._-"


def cut_realname(typed: str) -> str:
    """Bring a real name to what may be told of it."""
    return clean(typed.strip()).encode(errors="replace")[:NAMELEN].decode(errors="ignore")


def _nick(dialog: IRCDialog, message: Message) -> None:
    nick = message.params[0] if message.params else ""
    if not nick:
        dialog.reply(ERR_NONICKNAMEGIVEN, "Send NICK and a name")
    elif dialog.session.user is None:
        dialog.registration.takes_nick(nick)
    elif nick != dialog.session.name:
        dialog.does(c.Rename(nick))


def _user(dialog: IRCDialog, message: Message) -> None:
    ident, _, _, realname, *_ = message.params
    if dialog.session.user is not None:
        _is_registered(dialog)
    elif not ident or not realname.strip():
        dialog.reply(ERR_NEEDMOREPARAMS, "USER", "Say USER name 0 * :and who you are")
    else:
        dialog.registration.takes_user(ident, realname)


def _pass(dialog: IRCDialog, message: Message) -> None:
    if dialog.session.user is not None:
        _is_registered(dialog)
    else:
        dialog.registration.takes_password(message.params[0])


def _is_registered(dialog: IRCDialog) -> None:
    dialog.reply(ERR_ALREADYREGISTRED, "You have come in already: that is said before")


REGISTRATION_COMMANDS = {
    "NICK": Entry(_nick, at_door=True),
    "PASS": Entry(_pass, 1, at_door=True),
    "USER": Entry(_user, 4, at_door=True),
}
