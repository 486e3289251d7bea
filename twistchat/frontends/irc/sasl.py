"""`AUTHENTICATE`: logging in to an account by SASL (ircv3.net, SASL 3.1 and 3.2; RFC 4616).

A password is looked at when it is given. Whoever has shown one before they have come in comes in as
the owner of that account; whoever has come in already is the owner from then on.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from twistchat.core.events import Refused
from twistchat.core.names import fold
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.masks import hostmask
from twistchat.frontends.irc.message import write
from twistchat.frontends.irc.numerics import (
    ERR_SASLABORTED,
    ERR_SASLFAIL,
    ERR_SASLTOOLONG,
    RPL_LOGGEDIN,
    RPL_SASLMECHS,
    RPL_SASLSUCCESS,
)
from twistchat.frontends.irc.refusals import sentence
from twistchat.session.coming import Coming

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twisted.internet.interfaces import IDelayedCall

    from twistchat.core.accounts import Account
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

MECHANISMS = ("PLAIN",)

CHUNK = 400
"""Characters of base64 in one line; less says that it is the last."""

LONGEST = 8 * CHUNK
"""Characters of base64 in all: more than any name and password take."""

AGAIN = 1.0
"""Seconds in which who has come in may begin to log in once more, before becoming the owner of an
account: each becoming is told to all their rooms."""

UNDER_WAY = 10.0
"""Seconds that logging in once more may take them."""


class Sasl:
    """How far a client has come in logging in."""

    def __init__(self, dialog: IRCDialog) -> None:
        self._dialog = dialog
        self._said: str | None = None
        """What it has said so far; None: it has not begun."""
        self._is_flooding = False
        """Whether what it says goes on, of which there was too much already."""
        self._shown: Account | None = None
        """Whose owner it is to be in a moment."""
        self._becoming: IDelayedCall | None = None

    # ------------------------------------------------------------ what is said

    def hears(self, said: str) -> None:
        """Take in one `AUTHENTICATE`."""
        if self._is_flooding:
            self._is_flooding = len(said) >= CHUNK
        elif said == "*":
            self._stop(ERR_SASLABORTED, "You have aborted logging in")
        elif self._said is None:
            self._begin(said)
        elif len(said) > CHUNK:
            self._stop(ERR_SASLTOOLONG, f"Send {CHUNK} characters at a time")
        else:
            self._go_on("" if said == "+" else said)

    def abort(self) -> None:
        """Go on without it: the client did not wait for its end."""
        if self._said is not None:
            self._stop(ERR_SASLABORTED, "You came in before you had logged in")

    def _begin(self, mechanism: str) -> None:
        if mechanism.upper() not in MECHANISMS:
            self._dialog.reply(RPL_SASLMECHS, ",".join(MECHANISMS), "are what you can log in by")
            self._stop(ERR_SASLFAIL, "There is no such mechanism here")
            return
        self._said = ""
        self._wait(UNDER_WAY)
        self._dialog.tell(self._dialog.about.server, "AUTHENTICATE", "+")

    def _go_on(self, said: str) -> None:
        assert self._said is not None
        self._said += said
        if len(self._said) > LONGEST:
            self._is_flooding = len(said) == CHUNK
            self._stop(ERR_SASLFAIL, "That is more than a name and a password")
        elif len(said) < CHUNK:
            self._verify(self._said)

    def _stop(self, numeric: str, words: str) -> None:
        """Log in no further, and tell why."""
        self._said = None
        self._wait(AGAIN)
        self._dialog.reply(numeric, words)

    def _wait(self, seconds: float) -> None:
        """Let who is to be somebody else be so later."""
        if self._becoming is not None and self._becoming.active():
            self._becoming.reset(seconds)

    def _verify(self, said: str) -> None:
        """Look whether it is right, and tell when that is known."""
        self._said = None
        read = read_plain(said)
        if read is None:
            self._stop(ERR_SASLFAIL, "That is not what PLAIN sends: a name and its password")
            return
        dialog, session = self._dialog, self._dialog.session
        if session.user is None and (refused := dialog.registration.shows_house()) is not None:
            self._stop(
                ERR_SASLFAIL, sentence(refused)
            )  # else one could guess at accounts without it
            return
        answer = dialog.postpone()

        def known(found: Account | Refused) -> None:
            if isinstance(found, Refused):
                words = sentence(found)
                answer(lambda: self._stop(ERR_SASLFAIL, words))
            else:
                answer(lambda: self._succeeds(found))

        session.desk.verify(session, *read, known)

    def _succeeds(self, account: Account) -> None:
        dialog = self._dialog
        tell_logged_in(dialog, account)
        dialog.reply(RPL_SASLSUCCESS, "You have logged in")
        user = dialog.session.user
        if user is None:
            dialog.registration.shows(account)
        elif user.id == account.id:
            self.ends()
        else:
            self.ends()
            self._shown = account
            self._becoming = dialog.about.registry.clock.callLater(AGAIN, self.become)

    # ------------------------------------------------------------ being somebody else

    @property
    def is_becoming(self) -> bool:
        """Whether it is somebody else as soon as it asks for something more."""
        return self._shown is not None and self._said is None

    def become(self) -> None:
        """Be the owner of the account from now on. What is asked meanwhile waits."""
        account, session = self._shown, self._dialog.session
        self.ends()
        if account is not None and session.is_in:
            before = session.user
            rooms = () if before is None else tuple(before.rooms)
            persona = None if before is None else before.persona
            session.log_in(
                Coming(
                    session.desk.shown(account),
                    {},
                    persona=persona,
                    past_last=True,
                    refused=self._stays,
                )
            )
            session.when_free(lambda: self._leaves(rooms))

    def _leaves(self, rooms: Iterable[str]) -> None:
        """Tell a client in which rooms it is no longer, since there it may not be who it is now.

        For itself it has but changed its name.
        """
        dialog, user = self._dialog, self._dialog.session.user
        if user is not None and (left := [room for room in rooms if room not in user.rooms]):
            lines = [write(dialog.about.mask_of(user), "PART", room) for room in left]
            dialog.postpone()(lambda: dialog.tell_all(lines))

    def ends(self) -> None:
        """Be nobody else."""
        self._shown = None
        if self._becoming is not None and self._becoming.active():
            self._becoming.cancel()
        self._becoming = None

    def _stays(self, refused: Refused) -> None:
        dialog = self._dialog
        words = f"You are still {dialog.nick}: {sentence(refused)}"
        dialog.postpone()(lambda: dialog.tell(dialog.about.server, "NOTICE", dialog.nick, words))


def tell_logged_in(dialog: IRCDialog, account: Account) -> None:
    """Tell a client that it is logged in to an account."""
    user = dialog.session.user
    ident = "" if user is None else user.persona.ident
    mask = hostmask(account.name, ident or dialog.registration.ident, account.id)
    dialog.reply(RPL_LOGGEDIN, mask, account.name, f"You are now logged in as {account.name}")


def read_plain(said: str) -> tuple[str, str] | None:
    """Read a name and a password as PLAIN has them (RFC 4616); None: it has none.

    Whoever logs in is themselves: the identity that they wish is empty, or the same.
    """
    try:
        parts = base64.b64decode(said, validate=True).decode().split("\0")
    except (binascii.Error, ValueError):
        return None
    if len(parts) != 3:
        return None
    wished, name, password = parts
    is_same = not wished or fold(wished[:LONGEST]) == fold(name[:LONGEST])
    return (name, password) if name and password and is_same else None


def _authenticate(dialog: IRCDialog, message: Message) -> None:
    dialog.sasl.hears(message.params[0])


SASL_COMMANDS = {"AUTHENTICATE": Entry(_authenticate, 1, at_door=True)}
