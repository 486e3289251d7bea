"""A chat without Twisted, in which what is decided is committed at once, or later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.accounts import Account, AccountDeed, Role
from twistchat.core.chat import Chat
from twistchat.core.concerns import is_durable
from twistchat.core.law import Deed
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.core.model import User
from twistchat.core.names import LOBBY

if TYPE_CHECKING:
    from collections.abc import Sequence

LAB = "#lab"


class CoreTestCase(SynchronousTestCase):
    """Ada founds #lab, Mo moderates it, Op is an operator, Bob and Cat have no account."""

    limits: Limits = DEFAULT_LIMITS

    def setUp(self) -> None:
        self.time = 1_000.0
        self.kept: list[e.Durable] = []
        """All that was ever committed, in order."""
        self.chat = self.make_chat()
        self.ada, self.mo, self.op = (
            self.comes(name, registers=True) for name in ("ada", "mo", "op")
        )
        self.registers(self.op, Role.OPERATOR)
        self.bob, self.cat = self.comes("bob"), self.comes("cat")
        for user in (self.ada, self.mo, self.bob, self.cat):
            self.does(user, c.Join(LAB))
        self.does(self.ada, c.Moderate(Deed.OP, LAB, "mo"))

    def make_chat(self) -> Chat:
        return Chat(now=lambda: self.time, limits=self.limits)

    def comes(self, name: str, *, registers: bool = False) -> User:
        user = User(name.encode().hex().ljust(16, "0")[:16], name)
        self.chat.enter(user)
        self.does(user, c.Join(LOBBY))
        if registers:
            self.registers(user)
        return user

    def registers(self, user: User, role: Role = Role.PERSON) -> None:
        deed = AccountDeed.REGISTER if user.account is None else AccountDeed.ROLE
        account = Account(user.id, user.name, role)
        self.commit([e.AccountSet(account, deed, user.id, user.name, self.time)])

    def does(self, user: User, command: c.Command) -> list[e.Item]:
        """Let somebody do something, which is committed at once."""
        items = self.decides(user, command)
        self.commit(items)
        return items

    def decides(self, user: User, command: c.Command) -> list[e.Item]:
        """Let somebody do something, which is not committed yet."""
        decided = self.chat.perform(user, command)
        assert not isinstance(decided, e.Refused), decided
        return list(decided)

    def commit(self, items: Sequence[e.Item]) -> None:
        for item in items:
            if is_durable(item):
                self.kept.append(item)
                self.chat.apply(item)
            elif isinstance(item, e.RoomForgotten):
                self.chat.apply(item)

    def refuses(self, user: User, command: c.Command) -> e.Refused:
        refused = self.chat.perform(user, command)
        assert isinstance(refused, e.Refused), refused
        return refused

    def assert_refused(self, user: User, command: c.Command, code: e.Refusal) -> None:
        self.assertIs(self.refuses(user, command).code, code, command)

    def assert_speaks(self, *people: User, room: str = LAB) -> None:
        for user in people:
            self.assertIsInstance(self.does(user, c.Say(room, "hello"))[0], e.Said)

    def restarts(self) -> None:
        """Begin anew, with what was kept; nobody is here."""
        self.chat = self.make_chat()
        for event in self.kept:
            self.chat.apply(event)

    def comes_back(self, user: User, name: str = "") -> User:
        """Let somebody come in again, as the same person."""
        again = User(user.id, name or user.name)
        again.account = self.chat.accounts.of(user.id)
        again.operator = again.account is not None and again.account.role is Role.OPERATOR
        self.chat.enter(again)
        return again
