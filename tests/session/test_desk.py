"""Where people show passwords, and what is answered to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from tests.contract.accounts import Accounts
from tests.contract.wires import JSONWire
from tests.engines import OnSlowEngine, OnSQLite
from tests.session.kit import OTHER, SECRET, WRONG, AccountTestCase
from twistchat.core import commands as c
from twistchat.core.accounts import AccountDeed, Role
from twistchat.core.limits import DEFAULT_LIMITS, NONE, Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.testing import Person, Program


class DeskTests(AccountTestCase):
    limits: ClassVar[Limits] = replace(DEFAULT_LIMITS, registrations=3)

    def test_so_many_accounts_a_minute(self) -> None:
        for name in ("ann", "ben", "cat"):
            self.owner(name)
        (dot,) = self.people("dot")
        self.registers(dot, SECRET)
        self.settles()
        self.assertIsNone(self.name_of(dot))
        seen = dot.sees()
        self.assertTrue(any("accounts a minute" in line for line in seen), seen)
        self.passes(25)
        self.typing_all(dot, SECRET, SECRET)
        self.assertEqual(self.name_of(dot), "dot")

    def test_a_password_that_is_none_counts_as_no_account(self) -> None:
        (ann,) = self.people("ann")
        for bad in ("short", "ann", "with\ttab inside", "x" * 600):
            self.typing_all(ann, "/register", bad, bad, "")
        self.registers(ann, SECRET)
        self.settles()
        self.assertEqual(self.name_of(ann), "ann")

    def test_whoever_leaves_while_they_register_has_no_account(self) -> None:
        ann, bob = self.people("ann", "bob")
        identity = self.who(ann).id
        self.registers(ann, SECRET)
        ann.vanishes()
        self.settles()
        self.assertIsNone(self.world.parts.chat.accounts.named("ann"))
        self.assertEqual(self.told(bob), ["-- ann left (connection lost)."])
        self.assertIsNone(self.password_of(identity))

    def test_whoever_leaves_while_they_change_their_password_has_changed_it(self) -> None:
        ann = self.owner("ann")
        token = self.asks_for_token(ann)
        two = self.logged_in("ann")
        self.changes_password(ann, SECRET, OTHER)
        ann.vanishes()
        self.settles()
        self.assertFalse(two.is_connected)
        self.assertFalse(self.knows("ann", SECRET))
        self.assertTrue(self.knows("ann", OTHER))
        thief = self.somebody()
        self.resumes(thief, token, "ann", 0)
        self.settles()
        self.assertIsNone(thief.user)

    def password_of(self, identity: str) -> str | None:
        reading = self.world.engine.password(identity)
        self.settles()
        return self.successResultOf(reading)

    def test_what_stands_behind_a_quit_is_ignored(self) -> None:
        for name, lines in (
            ("ann", ("/register", SECRET, SECRET)),
            ("ben", ("/passwd", SECRET, OTHER, OTHER)),
            ("cat", ("/account delete", SECRET)),
            ("dot", ("/logout", "zoe")),
        ):
            is_owner = name != "ann"
            person = self.owner(name) if is_owner else self.people(name)[0]
            person.sends("".join(f"{line}\n" for line in ("/quit", *lines)).encode())
            self.settles()
            self.assertFalse(person.is_connected)
            self.assertEqual(person.sees()[-1], "-- Goodbye.")
            self.assertEqual(self.knows(name, SECRET), is_owner)

    def test_what_was_deleted_has_no_password(self) -> None:
        ann = self.owner("ann")
        identity = self.who(ann).id
        self.deletes_account(ann, SECRET)
        self.settles()
        self.assertIsNone(self.password_of(identity))
        self.registers(ann, OTHER)
        self.settles()
        self.assertEqual(self.name_of(ann), "ann")
        self.assertFalse(self.knows("ann", SECRET))
        self.assertTrue(self.knows("ann", OTHER))

    def test_a_role_that_changes_while_a_password_is_checked(self) -> None:
        ann = self.owner("ann")
        self.changes_password(ann, SECRET, OTHER)
        made = c.ChangeAccount(AccountDeed.ROLE, "ann", role=Role.OPERATOR)
        self.world.parts.operator.perform(made)
        self.settles()
        self.assertTrue(self.who(ann).operator)
        self.assertTrue(self.knows("ann", OTHER))

    def test_wrong_passwords_of_ones_own_account_are_counted(self) -> None:
        ann = self.owner("ann")
        seen = self.typing_all(ann, "/passwd", *[WRONG, OTHER, OTHER] * 7)
        self.assertTrue(any("too many wrong passwords" in line for line in seen))
        self.assertTrue(ann.is_connected)


class DeskOnSlowEngineTests(OnSlowEngine, DeskTests):
    """The same, with commits that take a while."""


class DeskOnSQLiteTests(OnSQLite, DeskTests):
    """The same, on a database."""


class AnswerTests(JSONWire, Accounts):
    """Each request of a program is answered once, whatever becomes of it."""

    limits: ClassVar[Limits] = replace(DEFAULT_LIMITS, rate=NONE, registrations=NONE)

    def asks_all(self, person: Person, *requests: tuple[str, Mapping[str, object]]) -> list[str]:
        """Ask for all of this at once; returns the type or code of each answer, by its id."""
        program = cast("Program", person)
        program.hears()
        for number, (kind, fields) in enumerate(requests):
            program.asks(kind, id=number, **fields)
        self.settles()
        answers: dict[object, list[str]] = {}
        for told in program.hears():
            if "id" in told:
                answers.setdefault(told["id"], []).append(told.get("code") or told["type"])
        for number in range(len(requests)):
            self.assertEqual(len(answers.get(number, [])), 1, (requests[number], answers))
        return [answers[number][0] for number in range(len(requests))]

    def test_everything_at_once(self) -> None:
        (ada,) = self.people("ada")
        said = {"room": "#lobby", "text": "x"}
        answers = self.asks_all(
            ada,
            ("account", {}),
            ("read", {"room": "#lobby", "number": 1}),
            ("passwd", {"old": SECRET, "new": OTHER}),
            ("logout", {}),
            ("register", {"password": "short"}),
            ("register", {"password": SECRET}),
            ("register", {"password": SECRET}),
            ("say", said),
            ("account", {}),
            ("passwd", {"old": WRONG, "new": OTHER}),
            ("passwd", {"old": SECRET, "new": "short"}),
            ("passwd", {"old": SECRET, "new": OTHER}),
            ("login", {"name": "ada", "password": OTHER}),
            ("read", {"room": "#lobby", "number": 1}),
            ("read", {"room": "#nowhere", "number": 1}),
            ("read", {"with": "nobody", "number": 1}),
            ("say", said),
            ("logout", {}),
            ("say", said),
            ("hello", {"name": "zoe"}),
            ("say", said),
            ("login", {"name": "ada", "password": WRONG}),
            ("login", {"name": "ada", "password": OTHER}),
            ("say", said),
            ("delete-account", {"password": WRONG}),
            ("delete-account", {"password": OTHER}),
            ("say", said),
        )
        self.assertEqual(
            answers,
            [
                "account", "not-logged-in", "not-logged-in", "not-logged-in", "password-short",
                "account", "logged-in-already", "said", "account", "wrong-password",
                "password-short", "account", "logged-in-already", "read", "not-in-room",
                "no-such-person", "said", "logged-out", "hello-first", "welcome", "said",
                "wrong-password", "welcome", "said", "wrong-password", "account", "said",
            ],
        )  # fmt: skip

    def test_two_connections_change_the_password_at_once(self) -> None:
        one = self.owner("ada")
        two = self.logged_in("ada")
        program = cast("Program", two)
        program.hears()
        cast("Program", one).asks("passwd", old=SECRET, new=OTHER, id=1)
        program.asks("passwd", old=SECRET, new=WRONG, id=1)
        self.settles()
        told = program.hears()
        answers = [each for each in told if each.get("id") == 1]
        self.assertTrue(answers or told[-1]["type"] == "goodbye", told)
        self.assertFalse(one.is_connected and two.is_connected)
        self.assertFalse(self.knows("ada", SECRET))
        self.assertNotEqual(self.knows("ada", OTHER), self.knows("ada", WRONG))

    def test_private_words_wait_where_a_script_takes_none(self) -> None:
        self.quits(self.owner("ada"), "")
        (bob,) = self.people("bob")
        self.whispers(bob, "ada", "one")
        self.settles()
        script = cast("Program", self.somebody())
        script.asks("hello", name="ada", password=SECRET, private=False, id=1)
        self.settles()
        self.whispers(bob, "ada", "two")
        self.settles()
        self.assertEqual([told["text"] for told in script.hears() if "text" in told], ["two"])
        self.quits(script, "")
        self.settles()
        again = self.logged_in("ada")
        told = [each for each in cast("Program", again).hears() if each.get("type") == "whispered"]
        self.assertEqual([each["text"] for each in told], ["one", "two"])

    def test_markers_are_told_to_ones_other_connections_alone(self) -> None:
        one = self.owner("ada")
        two = self.logged_in("ada")
        (bob,) = self.people("bob")
        bob.says("one")
        bob.says("two")
        self.whispers(bob, "ada", "psst")
        self.settles()
        programs = [cast("Program", person) for person in (one, two, bob)]
        for program in programs:
            program.hears()
        programs[0].asks("read", room="#LOBBY", number=1, id=1)
        programs[0].asks("read", room="#lobby", number=-5, id=2)
        programs[0].asks("read", **{"with": "BOB"}, number=7, id=3)
        self.settles()
        mine, other, bobs = (program.hears() for program in programs)
        self.assertEqual(
            mine,
            [
                {"type": "read", "room": "#lobby", "number": 1, "id": 1},
                {"type": "read", "room": "#lobby", "number": 1, "id": 2},
                {"type": "read", "with": "bob", "number": 1, "id": 3},
            ],
        )
        self.assertEqual(
            other,
            [
                {"type": "read", "room": "#lobby", "number": 1},
                {"type": "read", "room": "#lobby", "number": 1},
                {"type": "read", "with": "bob", "number": 1},
            ],
        )
        self.assertEqual(bobs, [])


class AnswerOnSlowEngineTests(OnSlowEngine, AnswerTests):
    """The same, with commits that take a while."""


class AnswerOnSQLiteTests(OnSQLite, AnswerTests):
    """The same, on a database."""
