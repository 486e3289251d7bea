"""Owners of accounts on IRC, and how they log in."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tests.irc.kit import Client, IRCTestCase
from twistchat.accounts.doors import OPEN
from twistchat.core.accounts import AccountDeed, Role
from twistchat.core.commands import ChangeAccount
from twistchat.testing import World

if TYPE_CHECKING:
    from typing import Any

SECRET, OTHER, WRONG = "correct horse", "battery staple", "not that one"


def plain(name: str, password: str = SECRET, wished: str = "") -> str:
    """What PLAIN sends (RFC 4616)."""
    return base64.b64encode(f"{wished}\0{name}\0{password}".encode()).decode()


class OwnersTestCase(IRCTestCase):
    """A chat in which people on IRC have accounts."""

    def setUp(self) -> None:
        super().setUp()
        if self.doors is not OPEN:
            self.world = World(self.make_engine, limits=self.limits, doors=self.doors)

    def owner(self, name: str) -> Client:
        """Let somebody come in and make an account."""
        (client,) = self.clients(name)
        told = self.asking(client, f"REGISTER * * :{SECRET}")
        self.assertEqual(told[0].split()[:3], [":twistchat.chat", "REGISTER", "SUCCESS"])
        return client

    def has_account(self, *names: str, role: Role = Role.PERSON) -> None:
        """Let there be accounts, of people who are away."""
        for name in names:
            self.owner(name).types("QUIT")
            self.turn()
            if role is not Role.PERSON:
                self.changes(AccountDeed.ROLE, name, role=role)

    def changes(self, deed: AccountDeed, name: str, **how: Any) -> None:
        """Let the operator at the server change an account."""
        self.world.parts.operator.perform(ChangeAccount(deed, name, **how))
        self.turn()

    def door(self, *lines: str) -> Client:
        """Connect a client that sends these lines; what it reads is still to be read."""
        client = self.client()
        for line in lines:
            client.types(line)
        self.turn()
        return client

    def logs_in(self, client: Client, name: str, password: str = SECRET) -> list[str]:
        """Let a client log in by SASL; returns what it reads."""
        return self.asking(client, "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain(name, password)}")

    def numerics(self, client: Client) -> list[str]:
        """The commands and numerics that a client has read."""
        return self.commands(client.heard())

    def name_of(self, client: Client) -> str | None:
        """Under which name somebody is in; None: they are not."""
        return None if client.user is None else client.user.name

    def account_name_of(self, client: Client) -> str | None:
        """To which account somebody is logged in."""
        user = client.user
        return None if user is None or user.account is None else user.account.name
