"""Owners of accounts on a Clock: how they come in, and what an operator does meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from twisted.internet.defer import fail

from tests.engines import OnSlowEngine
from twistchat.accounts.doors import OPEN, Doors
from twistchat.core.commands import ChangeAccount
from twistchat.testing import JSON, ChatTestCase, Person, Program, World

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from twistchat.core.accounts import Account, AccountDeed
    from twistchat.core.commands import Command
    from twistchat.core.model import User

SECRET, OTHER = "correct horse", "battery staple"


def unreadable(*_: Any, **__: Any) -> Deferred[Any]:
    """Fail to read something."""
    return fail(OSError("the disk is unreadable"))


class OwnersTestCase(ChatTestCase):
    """A chat in which people have accounts with passwords."""

    doors: ClassVar[Doors] = OPEN

    def setUp(self) -> None:
        super().setUp()
        if self.doors is not OPEN:
            self.world = World(self.make_engine, limits=self.limits, doors=self.doors)

    def types(self, person: Person, *lines: str) -> list[str]:
        """Let somebody type lines, one after the other; returns what they see."""
        for line in lines:
            person.types(line)
            self.turn()
        return person.sees()

    def registers(self, name: str) -> Person:
        """Let somebody come in, and make an account of their name."""
        (person,) = self.people(name)
        self.types(person, "/register", SECRET, SECRET)
        self.assertIsNotNone(person.user and person.user.account)
        return person

    def has_account(self, name: str) -> None:
        """Let there be an account, of somebody who is away."""
        self.types(self.registers(name), "/quit")

    def logs_in(self, name: str, password: str = SECRET) -> Person:
        """Let the owner of an account come in, perhaps over another connection."""
        person = self.connect()
        self.types(person, f"/login {name}")
        self.seen = self.types(person, password)
        return person

    def program(self, name: str, **how: str) -> Program:
        """Let a program come in."""
        program = self.world.connect(JSON)
        assert isinstance(program, Program)
        program.hears()
        program.asks("hello", protocol=1, name=name, **how)
        self.turn()
        return program

    def token(self, name: str) -> str:
        """Give the owner of an account a token, over a connection that ends then."""
        program = self.program(name, password=SECRET)
        (welcome,) = (told for told in program.hears() if told["type"] == "welcome")
        program.hangs_up()
        self.turn()
        return str(welcome["token"])

    def does(self, command: Command) -> None:
        """Let the operator do something, which may not be kept yet."""
        self.world.parts.operator.perform(command).addErrback(lambda _: None)

    def changes(self, deed: AccountDeed, name: str, **how: Any) -> None:
        """Let the operator change an account."""
        self.does(ChangeAccount(deed, name, **how))

    def here(self, name: str) -> User | None:
        """Find who is in the chat under a name."""
        return self.world.parts.chat.person(name)

    def account(self, name: str) -> Account:
        """Find an account."""
        account = self.world.parts.chat.accounts.named(name)
        assert account is not None
        return account


class OnSlow(OnSlowEngine, OwnersTestCase):
    """The same, where commits wait."""
