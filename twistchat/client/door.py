"""What a person, or a pipe, is asked before they are in: a name, and perhaps passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import CancelledError, Deferred

from twistchat.client import sentences as s
from twistchat.client import sentences_accounts as a
from twistchat.client.errors import ChatError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from twistchat.client.api import Client
    from twistchat.client.prompt import Prompt, Screen
    from twistchat.client.showing import Showing

HOUSE = frozenset({"house-first", "house-password-wrong"})
"""Refusals after which the password of the chat is asked for."""

AGAIN = frozenset({"wrong-password", "attempts-too-fast", "login-busy"})
"""Refusals after which the password of the account is asked for again."""


class Door:
    """Lets somebody in, over one connection after the other.

    `nick` is the name that the command line has, of an account if it `logs_in`; then its password
    is asked for, unless the client has it. `fail` ends the program of whom nobody can ask anything.
    """

    def __init__(
        self,
        *,
        client: Client,
        prompt: Prompt,
        screen: Screen,
        showing: Showing,
        nick: str | None,
        logs_in: bool,
        can_ask: Callable[[], bool],
        fail: Callable[[str], None],
    ) -> None:
        self._client = client
        self._prompt = prompt
        self._show = screen.show
        self._showing = showing
        self._nick = nick
        self._logs_in = logs_in
        self._can_ask = can_ask
        self._fail = fail
        self._guests = True
        self._coming: Deferred[None] | None = None

    def open(self, *, guests: bool, house: bool) -> None:
        """Ask for what this server wants. It is over when the client is in."""
        self._guests = guests
        self._begin(self._come_in(house=house and not self._client.who.house))

    def ask_anew(self) -> None:
        """Ask for a name: one is nobody any more."""
        self._nick, self._logs_in = None, False
        self._begin(self._come_in())

    def ask_again(self, account: str) -> None:
        """Ask for the password of the account that one was logged in to."""
        self._nick, self._logs_in = account, True
        self._begin(self._come_in())

    def close(self) -> None:
        """Ask for nothing more: the connection is gone, or the person."""
        coming, self._coming = self._coming, None
        if coming is not None and not coming.called:  # else it is not the door that asks
            coming.cancel()
            self._prompt.end()

    # ------------------------------------------------------------ inside

    def _begin(self, coming: Any) -> None:
        self.close()
        self._coming = Deferred.fromCoroutine(coming)
        self._coming.addErrback(lambda failure: failure.trap(CancelledError))

    async def _come_in(self, *, house: bool = False) -> None:
        is_asked = False
        while True:
            try:
                if house:
                    await self._ask_house()
                name, password = await self._name(is_asked=is_asked), None
                if self._logs_in and not self._client.who.password:
                    password = await self._ask_password(name)
                    if not password:
                        self._nick, self._logs_in, is_asked = None, False, False
                        continue
                await self._client.enter(name, password)
            except RefusedError as error:
                self._refused(error)
                house, is_asked = error.code in HOUSE, True
            except ChatError:
                return  # the connection was lost, which is told by itself
            else:
                self._prompt.end()
                return

    def _refused(self, error: RefusedError) -> None:
        words = self._showing.refused(error)
        if not self._can_ask():
            self._fail(words if error.code not in HOUSE else a.NO_HOUSE)
            raise CancelledError
        if error.code == "name-registered" and self._nick is not None:
            # At once: who reads that a name has a password may well type it now.
            self._show(a.REGISTERED.format(name=self._nick))
            self._logs_in = True
            return
        self._show(s.NOTED.format(line=words))
        if error.code not in HOUSE and not (self._logs_in and error.code in AGAIN):
            self._nick, self._logs_in = None, False

    async def _ask_house(self) -> None:
        if not self._can_ask():
            self._fail(a.NO_HOUSE)
            raise CancelledError
        password = ""
        while not password.strip():
            password = await self._prompt.ask_secretly(a.ASK_HOUSE)
        self._prompt.end()
        self._client.who.house = password

    async def _name(self, *, is_asked: bool) -> str:
        """Find out the name; `is_asked`: it has just been told that another one is wanted."""
        question = s.ASK_NAME if self._guests else a.ASK_ACCOUNT
        while self._nick is None:
            words = (await self._prompt.ask("" if is_asked else question)).strip()
            is_asked = False
            command, _, name = words.partition(" ")
            name, *rest = name.split() or [""]
            if not words.startswith("/"):
                self._nick, self._logs_in = words, not self._guests
            elif name and command.casefold() in ("/nick", "/name"):
                self._nick, self._logs_in = words.partition(" ")[2].strip(), not self._guests
            elif name and command.casefold() == "/login":
                if rest:
                    self._show(a.ON_ITS_OWN)
                self._nick, self._logs_in = name, True
        return self._nick

    async def _ask_password(self, name: str) -> str:
        if not self._can_ask():
            self._fail(a.GONE.format(name=name))
            raise CancelledError
        return await self._prompt.ask_secretly(a.ASK_OF.format(name=name))
