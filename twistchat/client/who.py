"""Who one is on a server: a name, and what proves that it is one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twistchat.client.events import Account
    from twistchat.frontends.jsonlines.codec import Object

OPERATOR = "operator"


class Who:
    """A name, a token, perhaps an account, and the passwords that are shown at the door.

    `password` is shown whenever one has to log in. One that somebody types is shown once: they
    come back with the token, and are asked again when that is no good any more.
    """

    def __init__(
        self, *, name: str | None, token: str | None, password: str | None, house: str | None
    ) -> None:
        self.name = name or ""
        self.wish = name
        """The name to come in under; None while nobody has chosen one."""
        self.token = token
        self.password = password
        self.house = house
        """What everybody has to know who comes in."""
        self.account: str | None = None
        """The account that one is logged in to, by its name."""
        self.is_operator = False
        self._typed: str | None = None

    @property
    def shows_typed(self) -> bool:
        """Whether a password that somebody has typed is to be shown, or was."""
        return self._typed is not None

    def wishes(self, name: str, typed: str | None) -> None:
        """Come in under a name; with a password that somebody has typed, as its owner."""
        self.wish, self._typed = name, typed

    def forget_typed(self) -> None:
        """It has been answered."""
        self._typed = None

    def hello(self) -> Object:
        """Write what proves who one is."""
        fields: Object = {}
        if self._typed is not None:
            fields["password"] = self._typed
        elif self.token is not None:
            fields["token"] = self.token
        elif self.password is not None:
            fields["password"] = self.password
        if self.house is not None:
            fields["house"] = self.house
        return fields

    # ------------------------------------------------------------ what the server says

    def refused(self, code: str) -> None:
        """Show no more what was wrong."""
        if code == "wrong-password":
            self.password = None
        elif code == "house-password-wrong":
            self.house = None

    def is_now(self, welcome: Object) -> bool:
        """Take over who one is; whether that is who one was."""
        before, name = self.account, welcome.get("name")
        self.is_called(name if isinstance(name, str) else self.name)
        self.account = self.name if welcome.get("account") is True else None
        self.is_operator = welcome.get("operator") is True
        self._typed = None
        self.take_token(welcome)
        is_resumed = welcome.get("resumed") is True
        return is_resumed or (before is not None and self.account == before)

    def is_called(self, name: str) -> None:
        """Bear another name, also on later connections."""
        self.name = self.wish = name

    def take_token(self, told: Object) -> None:
        """Come back with this one from now on."""
        token = told.get("token")
        if isinstance(token, str):
            self.token = token

    def account_changed(self, event: Account) -> None:
        """Have an account, have it no more, or have another role."""
        if event.deed == "register":
            self.account = event.name
        elif event.deed == "delete":
            self.account = None
        self.is_operator = self.account is not None and event.role == OPERATOR

    def is_nobody(self) -> None:
        """Be nobody, as before one has come in."""
        self.wish = self.token = self.account = self._typed = None
        self.is_operator = False
