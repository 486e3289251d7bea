"""No password is told to anybody: neither on a wire, nor in a log, nor in what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from twisted.logger import globalLogPublisher

from tests.engines import OnSlowEngine, OnSQLite
from twistchat.accounts.doors import Doors
from twistchat.accounts.house import HousePassword
from twistchat.testing import JSON, ChatTestCase, Program, World

if TYPE_CHECKING:
    from twisted.logger import ILogObserver

    from twistchat.engine import Committed
    from twistchat.testing import Person

SECRETS = ("Hush-one-1", "Hush-two-2", "Hush-three-3", "Hush-house-4")
ONE, TWO, WRONG, HOUSE = SECRETS


class SecretTests(ChatTestCase):
    """All that is written anywhere while people show passwords, rightly and wrongly."""

    doors = Doors(house=HousePassword(HOUSE))

    def setUp(self) -> None:
        super().setUp()
        self.logged: list[str] = []
        observer = cast("ILogObserver", self.take_event)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        self.everybody: list[Person] = []

    def take_event(self, event: object) -> None:
        self.logged.append(repr(event))

    def somebody(self, *lines: str) -> Person:
        person = self.connect()
        self.everybody.append(person)
        self.says(person, *lines, HOUSE)
        return person

    def says(self, person: Person, *lines: str) -> None:
        for line in lines:
            person.types(line)
            for _ in range(3):
                self.turn()

    def written(self) -> str:
        return "\n".join(
            data.decode(errors="replace") for person in self.everybody for data in person.writes
        )

    def assert_untold(self) -> None:
        kept = [repr(item) for log in ("#lobby", "#lab", "!") for item in self.kept(log)]
        for where in (self.written(), "\n".join(self.logged), "\n".join(kept)):
            for secret in SECRETS:
                self.assertNotIn(secret.casefold(), where.casefold())

    def kept(self, log: str) -> list[object]:
        reading = self.world.engine.history(log, limit=10_000)
        for _ in range(3):
            self.turn()
        found: list[Committed] = self.successResultOf(reading)
        return list(found)

    def test_people_who_type_them(self) -> None:
        bob, ada = self.somebody(), self.somebody(WRONG, "")
        self.says(bob, "bob")
        self.says(ada, "ada", f"/register {ONE}", ONE, TWO, ONE, ONE)
        self.says(ada, f"/login ada {ONE}", f"login ada {ONE}", f" /login ada {ONE}")
        self.says(ada, f"login ada {ONE} with more words")
        self.says(ada, f"identify {ONE}", f"/passwd {ONE} {TWO}", WRONG, TWO, TWO, ONE, TWO, TWO)
        self.says(ada, "/logout", f"/login ada {ONE}", ONE, TWO, f"/account delete {WRONG}")
        self.says(ada, WRONG, TWO, "hello")
        self.assertIn("<ada> hello", self.written())
        self.assert_untold()

    def test_people_who_type_ahead(self) -> None:
        bob, ada = self.somebody(), self.somebody()
        self.says(bob, "bob")
        ada.sends(f"ada\n/register\n{ONE}\n{ONE}\nhello\n/passwd\n{WRONG}\n{TWO}\n{TWO}\n".encode())
        for _ in range(6):
            self.turn()
        ada.sends(f"{ONE}\n{TWO}\n{TWO}\n/logout\n/login ada\n{ONE}\n{TWO}\nback\n".encode())
        for _ in range(6):
            self.turn()
        self.assertIn("<ada> back", self.written())
        self.assert_untold()

    def test_programs(self) -> None:
        bob = self.somebody()
        self.says(bob, "bob")
        world: World = self.world
        program = cast("Program", world.connect(JSON))
        self.everybody.append(program)

        def asks(kind: str, **fields: object) -> None:
            program.asks(kind, **fields)
            for _ in range(3):
                self.turn()

        asks("hello", name="ada", house=WRONG)
        asks("hello", name="ada", house=HOUSE)
        asks("register", password="short" + ONE * 100)
        asks("register", password=ONE)
        asks("passwd", old=WRONG, new=TWO)
        asks("passwd", old=ONE, new=TWO)
        asks("passwd", old=[ONE], new=TWO)
        asks("logout")
        asks("hello", name="ada", password=ONE, house=HOUSE)
        asks("hello", name="ada", password=TWO, rooms=[ONE])
        asks("hello", name="ada", password=TWO)
        asks("login", name="ada", password=TWO)
        asks("login", name="zoe", password={"x": TWO})
        asks("delete-account", password=WRONG)
        program.sends(f'{{"type":"login","name":"ada","password":"{ONE}"'.encode() + b"\n")
        asks("say", room="#lobby", text="hello")
        self.assertIn('"hello"', self.written())
        self.assert_untold()


class SecretsOnSlowEngineTests(OnSlowEngine, SecretTests):
    """The same, with commits that take a while."""


class SecretsOnSQLiteTests(OnSQLite, SecretTests):
    """The same, on a database, whose file is looked into."""

    def assert_untold(self) -> None:
        super().assert_untold()
        for path in self.path.parent.iterdir():
            data = path.read_bytes().lower()
            for secret in SECRETS:
                self.assertNotIn(secret.lower().encode(), data, path)
