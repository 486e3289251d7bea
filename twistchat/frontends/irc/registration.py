"""Coming in: CAP, PASS, NICK, USER and SASL in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.model import Persona
from twistchat.frontends.irc.masks import USERLEN
from twistchat.login import GuestName
from twistchat.session.coming import Coming

if TYPE_CHECKING:
    from twistchat.frontends.irc.dialog import IRCDialog


class Registration:
    """What a client has said of itself so far."""

    def __init__(self, dialog: IRCDialog) -> None:
        self._dialog = dialog
        self.nick = ""
        self._persona: Persona | None = None

    def takes_nick(self, nick: str) -> None:
        """Be called that."""
        self.nick = nick
        self._go_on()

    def takes_user(self, ident: str, realname: str) -> None:
        """Be that."""
        self._persona = Persona(ident[:USERLEN], realname)
        self._go_on()

    def ends(self) -> None:
        """The connection is lost."""

    def _go_on(self) -> None:
        if self.nick and self._persona is not None:
            credentials = GuestName(self.nick)
            coming = Coming(credentials, {}, persona=self._persona, past_last=True)
            self._dialog.session.log_in(coming)
