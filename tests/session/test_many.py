"""Owners, guests and operators in any order: what holds whatever they do."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, ClassVar

from tests.engines import OnSlowEngine, OnSQLite
from tests.session.kit import AccountTestCase
from twistchat.core import commands as c
from twistchat.core.accounts import AccountDeed, Role
from twistchat.core.limits import DEFAULT_LIMITS, NONE, Limits
from twistchat.core.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twistchat.session import Session
    from twistchat.testing import Person

NAMES = ("ann", "ben", "cat", "dot")
ROOMS = ("#lobby", "#lab", "#tea")
SECRETS = ("Hush number 1", "Hush number 2")
STEPS = 120

UNLIMITED = replace(
    DEFAULT_LIMITS, rate=NONE, joins=NONE, renames=NONE, strangers=NONE, registrations=NONE,
    password_tries=10_000, password_tries_together=10_000,
)  # fmt: skip


class ManyTests(AccountTestCase):
    limits: ClassVar[Limits] = UNLIMITED
    seeds: ClassVar[range] = range(6)

    def test_whatever_they_do(self) -> None:
        for seed in self.seeds:
            self.random = Random(seed)
            self.here: list[Person] = []
            self.heard: dict[Person, list[str]] = defaultdict(list)
            try:
                for _ in range(STEPS):
                    self.step()
                    if self.random.random() < 0.3:
                        self.settles()
                        self.check()
                self.settles()
                self.check()
                for person in self.here:
                    person.hangs_up()
                self.settles()
                self.assertEqual(list(self.world.parts.chat.people), [])
                self.assertEqual(self.world.parts.fanout._sessions, {})
            except BaseException as error:
                error.add_note(f"seed {seed}")  # to find it again
                raise

    def step(self) -> None:
        does: list[Callable[[], None]] = [
            self.comes, self.speaks, self.speaks, self.types, self.types, self.types, self.goes,
            self.operates,
        ]  # fmt: skip
        self.random.choice(does)()
        if self.random.random() < 0.5:
            self.world.clock.advance(self.random.choice((0, 0.003, 0.02)))

    def comes(self) -> None:
        if len(self.here) >= 8:
            return
        person = self.connect()
        self.here.append(person)
        name = self.random.choice(NAMES)
        if self.random.random() < 0.5:
            person.types(name)
            if self.world.registry.desk.is_registered(name):
                person.types("")
        else:
            self.logs_in(person, name, self.secret())
            if self.random.random() < 0.5:
                person.types("")

    def secret(self) -> str:
        """A password, most likely the right one."""
        return SECRETS[self.random.random() < 0.1]

    def somebody_here(self) -> Person | None:
        self.here = [
            each for each in self.here if each.is_connected and not each.wire.disconnecting
        ]
        return self.random.choice(self.here) if self.here else None

    def speaks(self) -> None:
        if (person := self.somebody_here()) is not None:
            number = self.random.randrange(10**9)
            person.types(f"/msg {self.random.choice(ROOMS)} line {number}")

    def types(self) -> None:
        person = self.somebody_here()
        if person is None:
            return
        choose = self.random.choice
        other = self.secret()
        secret, name, room = self.secret(), choose(NAMES), choose(ROOMS)
        for line in choose((
            ["/register", secret, secret, ""],
            [f"/login {name}", secret, ""],
            [f"/login {name}", secret, ""],
            [f"/login {name}", secret, ""],
            ["/logout", name, ""],
            ["/passwd", secret, other, other, ""],
            ["/account delete", secret if self.random.random() < 0.2 else "", ""],
            [f"/join {room}"],
            [f"/leave {room}"],
            [f"/nick {name}"],
            [f"/msg {name} psst"],
            ["/quit"],
        )):  # fmt: skip
            if not person.wire.disconnecting:
                person.types(line)

    def goes(self) -> None:
        person = self.somebody_here()
        if person is not None and self.random.random() < 0.5:
            self.random.choice((person.vanishes, person.hangs_up))()

    def operates(self) -> None:
        if self.random.random() < 0.7:
            return
        deed = self.random.choice(
            (AccountDeed.DISABLE, AccountDeed.ENABLE, AccountDeed.ENABLE, AccountDeed.ENABLE,
             AccountDeed.ROLE, AccountDeed.PASSWORD)
        )  # fmt: skip
        role = self.random.choice(list(Role)) if deed is AccountDeed.ROLE else None
        command = c.ChangeAccount(deed, self.random.choice(NAMES), role=role)
        self.world.parts.operator.perform(command).addErrback(lambda _: None)

    # ------------------------------------------------------------ what holds

    def check(self) -> None:
        parts = self.world.parts
        chat, fanout = parts.chat, parts.fanout
        by_user: dict[str, list[Session]] = defaultdict(list)
        for session in self.world.registry.sessions:
            if session.is_in:
                assert session.user is not None
                by_user[session.user.id].append(session)
        people = {user.id: user for user in chat.people}
        self.assertEqual(set(by_user), set(people))
        self.assertEqual(len({fold(user.name) for user in chat.people}), len(people))
        for user in chat.people:
            self.assertIs(chat.person(user.name), user)
            account = chat.accounts.of(user.id)
            self.assertIs(user.account, account, user.name)
            if account is not None:
                self.assertEqual(user.name, account.name)
                self.assertFalse(account.is_disabled)
                self.assertEqual(user.operator, account.role is Role.OPERATOR)
            else:
                self.assertIsNone(chat.accounts.named(user.name), user.name)
                self.assertFalse(user.operator)
            for session in by_user[user.id]:
                self.assertIs(session.user, user)
                self.assertEqual(set(fanout._rooms[session]), set(user.rooms), user.name)
        for room in chat.rooms:
            for member in room.members.values():
                self.assertIs(people.get(member.id), member)
        self.assert_same_lines(by_user)
        self.assert_names_are_held(people)

    def assert_same_lines(self, by_user: dict[str, list[Session]]) -> None:
        """Nobody is told anything twice."""
        for person in self.here:
            lines = [line for line in person.sees() if "line " in line and "[0" not in line[:2]]
            self.heard[person] += [line for line in lines if line.startswith(("<", "[#"))]
            self.assertEqual(len(set(self.heard[person])), len(self.heard[person]))

    def assert_names_are_held(self, people: Mapping[str, object]) -> None:
        """Whoever is here holds their name, and nobody else can claim it."""
        chat = self.world.parts.chat
        for user in chat.people:
            claiming = self.world.engine.claim(fold(user.name), "somebody else")
            self.settles()
            self.assertFalse(self.successResultOf(claiming), user.name)


class ManyOnSlowEngineTests(OnSlowEngine, ManyTests):
    """The same, with commits that take a while."""


class ManyOnSQLiteTests(OnSQLite, ManyTests):
    """The same, on a database."""

    seeds = range(2)
