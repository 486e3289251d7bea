"""Passwords on nc: guesses at them, the password of the house, and those whom others know."""

from __future__ import annotations

from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse

from twistchat.accounts.doors import Doors
from twistchat.accounts.house import HousePassword
from twistchat.core.limits import Limits
from twistchat.testing import ChatTestCase, Person, World

SECRET = "correct horse"

WRONG = "-- Sorry, that is not the password of an account of that name."


class GuessingTests(ChatTestCase):
    def sees_behind(self, person: Person, *lines: str) -> list[str]:
        """Let somebody type lines; returns what they see, but for what is asked."""
        for line in lines:
            person.types(line)
            self.world.clock.pump([0.01] * 20)
        return [line for line in person.sees() if not line.startswith("-- The password of ")]

    def guesser(self, name: str) -> Person:
        guesser = self.connect()
        guesser.types(f"/login {name}")
        self.turn()
        guesser.sees()
        return guesser

    def test_whoever_guesses_has_to_wait(self) -> None:
        (alice,) = self.people("alice")
        self.sees_behind(alice, "/register", SECRET, SECRET)
        for name in ("alice", "nobody"):
            guesser = self.guesser(name)
            told = self.sees_behind(guesser, *["wrong"] * 6, SECRET)
            self.assertEqual(told[:6], [WRONG] * 6)
            self.assertEqual(told[6:], ["-- Sorry, too many wrong passwords. Try again in 1 s."])

    def test_the_operator_may_change_how_many_are_free(self) -> None:
        self.world.registry.change_limits(Limits(password_tries=1))
        told = self.sees_behind(self.guesser("nobody"), "wrong", "wrong", "wrong")
        self.assertEqual(told[:2], [WRONG] * 2)
        self.assertEqual(told[2:], ["-- Sorry, too many wrong passwords. Try again in 1 s."])


class RegisteredNameTests(ChatTestCase):
    """Who types a registered name at the door is asked for its password there and then."""

    def setUp(self) -> None:
        super().setUp()
        self.world = World()
        (self.alice,) = self.people("alice")
        for line in ("/register", SECRET, SECRET):
            self.types(self.alice, line)

    def types(self, person: Person, line: str) -> list[str]:
        person.types(line)
        self.world.clock.pump([0.01] * 20)
        return person.sees()

    def test_the_owner_comes_in(self) -> None:
        owner = self.connect()
        owner.sees()
        told = self.types(owner, "Alice")
        self.assertIn("-- The name Alice belongs to an account.", told[0])
        self.assertIn("-- The password of Alice?", told[1])
        self.assertIn("-- You are alice.", self.types(owner, SECRET)[0])

    def test_a_password_never_becomes_a_name(self) -> None:
        somebody = self.connect()
        for line in ("alice", "my-password-1", "my-password-2", "my-password-3"):
            self.types(somebody, line)
        self.assertFalse(any("my-password" in line for line in self.alice.sees()))
        self.assertEqual(len(self.world.parts.chat.people), 1)

    def test_somebody_else_takes_another_name(self) -> None:
        somebody = self.connect()
        self.types(somebody, "alice")
        self.assertEqual(
            self.types(somebody, ""), ["-- What is your name? Type it and press Enter."]
        )
        self.assertIn("-- You are ada.", self.types(somebody, "ada")[0])


class DoorsTests(ChatTestCase):
    """A house with a password, for those whom another checker knows."""

    def setUp(self) -> None:
        super().setUp()
        people = InMemoryUsernamePasswordDatabaseDontUse()
        people.addUser(b"zoe", b"zoe's own")
        self.world = World(
            doors=Doors(guests=False, house=HousePassword("open sesame"), checkers=(people,))
        )

    def test_they_come_in(self) -> None:
        zoe = self.world.connect()
        self.assertNotIn("zoe's own", str(zoe.sees()))
        for line in ("open", "open sesame", "zoe", "zoe's own", "hello"):
            zoe.types(line)
            self.world.clock.pump([0.01] * 20)
        told = zoe.sees()
        self.assertIn("-- Sorry, that is not the password of this chat.", told[0])
        self.assertEqual(told[-1], "<zoe> hello")
        self.assertIsNotNone(self.world.parts.chat.accounts.named("ZOE"))

    def test_nobody_else_does(self) -> None:
        guest = self.world.connect()
        for line in ("open sesame", "guest", "zoe's own"):
            guest.types(line)
            self.world.clock.pump([0.01] * 20)
        self.assertIn(WRONG, guest.sees())
        self.assertEqual(len(self.world.parts.chat.accounts), 0)
