"""What happens on every wire about accounts: names that belong to somebody, also while away."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.contract.wires import Wire
from twistchat.accounts.doors import Doors
from twistchat.accounts.house import HousePassword
from twistchat.core import commands as c
from twistchat.core.accounts import AccountDeed
from twistchat.core.names import LOBBY

if TYPE_CHECKING:
    from twistchat.core.model import User
    from twistchat.testing import Person

SECRET = "correct horse 1"
OTHER = "better horse 2"
WRONG = "stapled battery"


class Accounts(Wire):
    """People with accounts, and what is asked of them."""

    def somebody(self) -> Person:
        """Connect somebody, who is at the door."""
        person = self.connect()
        self.turn()
        person.sees()
        return person

    def owner(self, name: str = "alice") -> Person:
        """Let somebody come in, and register."""
        (person,) = self.people(name)
        self.registers(person, SECRET)
        self.settles()
        self.assertIsNotNone(self.who(person).account, person.sees())
        person.sees()
        return person

    def logged_in(self, name: str = "alice", password: str = SECRET) -> Person:
        """Connect somebody who comes in as the owner of an account."""
        person = self.somebody()
        self.comes_in_with(person, name, password)
        self.settles()
        self.assertEqual(self.name_of(person), name)
        return person

    def who(self, person: Person) -> User:
        user = person.user
        assert user is not None
        return user

    def name_of(self, person: Person) -> str | None:
        """What they are called with the right of an owner; None: they are a guest, or nobody."""
        user = person.user
        return None if user is None or user.account is None else user.name

    def settles(self) -> None:
        for _ in range(4):
            self.turn()

    def may_be(self, name: str) -> bool:
        """Whether a guest may come in under a name; who then goes."""
        guest = self.somebody()
        self.comes_in(guest, name)
        self.settles()
        came = guest.user is not None and guest.user.name == name
        self.quits(guest, "")
        self.settles()
        return came

    def knows(self, name: str, password: str) -> bool:
        """Whether one is let in with a password; who then goes on over it no more."""
        person = self.somebody()
        self.comes_in_with(person, name, password)
        self.settles()
        came = self.name_of(person) == name
        person.hangs_up()
        self.settles()
        return came

    def operator(self, command: c.Command) -> None:
        """Do something as the operator."""
        doing = self.world.parts.operator.perform(command)
        self.settles()
        self.successResultOf(doing)

    def makes_account(self, name: str, password: str) -> None:
        """Make an account as the operator, whoever is called that now."""
        made = self.world.parts.operator.adopt(name)
        self.settles()
        kept = self.world.parts.passwords.set(self.successResultOf(made).id, password)
        self.settles()
        self.successResultOf(kept)

    def happened(self, person: Person) -> list[str]:
        """What one was told that others did."""
        return [line for line in self.told(person) if line.startswith(("-- ", "<", "["))]


class AccountScenarios(Accounts):
    """A name of one's own."""

    def test_a_registered_name_is_its_owners_alone(self) -> None:
        (bob,) = self.people("bob")
        alice = self.owner()
        self.told(bob)
        self.quits(alice, "")
        self.settles()
        self.assertEqual(self.told(bob), ["-- alice left."])
        for spelled in ("alice", "ALICE", "ａlice"):
            self.assertFalse(self.may_be(spelled))
        self.told(bob)
        again = self.logged_in()
        self.assertEqual(self.told(bob), ["-- alice joined."])
        again.says("it is me")
        self.settles()
        self.assertEqual(self.told(bob), ["<alice> it is me"])

    def test_nobody_else_hears_that_somebody_registers(self) -> None:
        bob, alice = self.people("bob", "alice")
        self.registers(alice, SECRET)
        self.settles()
        self.assertEqual((self.name_of(alice), self.told(bob)), ("alice", []))

    def test_a_wrong_password(self) -> None:
        self.quits(self.owner(), "")
        self.settles()
        for name in ("alice", "nobody"):
            person = self.somebody()
            self.comes_in_with(person, name, WRONG)
            self.settles()
            self.assertIsNone(person.user)
            self.assertTrue(person.is_connected)
            (seen,) = [line for line in person.sees() if "not the password" in line]
            self.assertIn("not the password of an account of that name", seen)
        self.logged_in()

    def test_a_guest_becomes_the_owner(self) -> None:
        self.quits(self.owner(), "")
        bob, carol = self.people("bob", "carol")
        self.logs_in(bob, "alice", WRONG)
        self.settles()
        self.assertEqual((self.who(bob).name, self.happened(carol)), ("bob", []))
        bob.types("") if self.is_asked else None
        self.logs_in(bob, "alice", SECRET)
        self.settles()
        self.assertEqual(self.name_of(bob), "alice")
        self.assertEqual(self.told(carol), ["-- bob left.", "-- alice joined."])
        self.assertTrue(self.may_be("bob"))

    def test_what_was_said_before_logging_in_is_answered_before(self) -> None:
        self.quits(self.owner(), "")
        bob, carol = self.people("bob", "carol")
        bob.says("as bob")
        self.logs_in(bob, "alice", SECRET)
        bob.says("as alice")
        self.settles()
        lines = [line for line in self.told(carol) if line.startswith("<")]
        self.assertEqual(lines, ["<bob> as bob", "<alice> as alice"])
        mine = [line for line in self.told(bob) if line.startswith("<")]
        self.assertEqual(mine, ["<bob> as bob", "<alice> as alice"])

    def test_logging_out(self) -> None:
        (bob,) = self.people("bob")
        alice = self.owner()
        self.told(bob)
        alice.says("last words")
        self.logs_out(alice)
        self.settles()
        self.assertIsNone(alice.user)
        self.assertTrue(alice.is_connected)
        self.assertEqual(self.told(bob), ["<alice> last words", "-- alice left."])
        bob.says("who was that?")
        self.settles()
        self.assertNotIn("<bob> who was that?", alice.sees())
        self.comes_in(alice, "zoe")
        self.settles()
        self.assertEqual(self.told(bob)[1:], ["-- zoe joined."])

    def test_another_password(self) -> None:
        (bob,) = self.people("bob")
        alice = self.owner()
        elsewhere, third = self.logged_in(), self.logged_in()
        self.told(bob)
        self.changes_password(alice, WRONG, OTHER)
        self.settles()
        self.assertTrue(elsewhere.is_connected)
        if self.is_asked:
            alice.types("")
        self.changes_password(alice, SECRET, OTHER)
        self.settles()
        self.assertFalse(elsewhere.is_connected)
        self.assertFalse(third.is_connected)
        self.assertTrue(alice.is_connected)
        self.assertEqual(self.told(bob), [])
        self.assertFalse(self.knows("alice", SECRET))
        self.assertTrue(self.knows("alice", OTHER))

    def test_a_token_of_before_is_worthless_when_the_password_is_changed(self) -> None:
        as_guest = self.asks_for_token(self.people("alice")[0])
        (bob,) = self.people("bob")
        alice = next(person for person in self.everybody if person.user is self.user("alice"))
        self.registers(alice, SECRET)
        self.settles()
        before = self.asks_for_token(alice)
        self.changes_password(alice, SECRET, OTHER)
        self.settles()
        after = self.asks_for_token(alice)
        for token in (as_guest, before):
            self.assertNotEqual(token, after)
            thief = self.somebody()
            self.resumes(thief, token, "alice", 0)
            self.settles()
            self.assertIsNone(thief.user)
        self.assertTrue(alice.is_connected)
        again = self.somebody()
        self.resumes(again, after, "alice", 0)
        self.settles()
        self.assertEqual(self.name_of(again), "alice")
        self.assertEqual(self.told(bob), [])

    def user(self, name: str) -> User | None:
        return self.world.parts.chat.person(name)

    def test_deleting(self) -> None:
        (bob,) = self.people("bob")
        alice = self.owner()
        self.deletes_account(alice, WRONG)
        self.settles()
        self.assertEqual(self.name_of(alice), "alice")
        if self.is_asked:
            alice.types("")
        self.deletes_account(alice, SECRET)
        self.settles()
        self.assertEqual((self.who(alice).account, self.who(alice).name), (None, "alice"))
        alice.says("a guest now")
        self.settles()
        self.assertEqual(self.told(bob)[-1], "<alice> a guest now")
        self.quits(alice, "")
        self.settles()
        self.assertFalse(self.knows("alice", SECRET))
        self.assertTrue(self.may_be("alice"))

    def test_a_disabled_account(self) -> None:
        (bob,) = self.people("bob")
        alice = self.owner()
        token = self.asks_for_token(alice)
        self.told(bob)
        self.operator(c.ChangeAccount(AccountDeed.DISABLE, "alice"))
        self.settles()
        self.assertFalse(alice.is_connected)
        self.assertEqual(len(self.told(bob)), 1)
        self.assertFalse(self.knows("alice", SECRET))
        back = self.somebody()
        self.resumes(back, token, "alice", 0)
        self.settles()
        self.assertIsNone(back.user)
        self.assertFalse(self.may_be("alice"))
        self.operator(c.ChangeAccount(AccountDeed.ENABLE, "alice"))
        self.assertTrue(self.knows("alice", SECRET))


class SeveralSessionsScenarios(Accounts):
    """All connections of an account are one person."""

    def test_one_name_and_one_person(self) -> None:
        (bob,) = self.people("bob")
        one = self.owner()
        self.told(bob)
        two = self.logged_in()
        self.assertIs(self.who(one), self.who(two))
        self.assertEqual(self.told(bob), [])
        self.assertEqual(len(self.world.parts.chat.people), 2)

    def test_what_one_says_is_heard_over_the_other(self) -> None:
        (bob,) = self.people("bob")
        one = self.owner()
        two = self.logged_in()
        for person in (one, two, bob):
            self.told(person)
        one.says("from one")
        two.says("from two")
        self.whispers(one, "bob", "psst")
        self.settles()
        lines = ["<alice> from one", "<alice> from two", "<alice -> bob> psst"]
        self.assert_all({one: lines, two: lines, bob: lines})
        self.whispers(bob, "alice", "yes?")
        self.settles()
        lines = ["<bob -> alice> yes?"]
        self.assert_all({one: lines, two: lines, bob: lines})

    def assert_all(self, people: dict[Person, list[str]]) -> None:
        for person, lines in people.items():
            self.assertEqual(self.told(person), lines)

    def test_the_rooms_of_one_are_those_of_all(self) -> None:
        one = self.owner()
        self.joins(one, "#lab")
        self.settles()
        two = self.logged_in()
        (bob,) = self.people("bob")
        self.joins(bob, "#lab")
        self.settles()
        for person in (one, two, bob):
            self.told(person)
        bob.says("in the lab", "#lab")
        self.settles()
        self.assert_all({each: ["[#lab] <bob> in the lab"] for each in (one, two, bob)})
        self.joins(two, "#tea")
        self.settles()
        self.assertEqual(self.told(one), ["-- alice joined #tea.", "-- alice founded #tea."])
        self.leaves(one, "#lab")
        self.settles()
        self.assertEqual(list(self.who(two).rooms), [LOBBY, "#tea"])
        self.told(two)
        bob.says("gone", "#lab")
        self.settles()
        self.assertEqual(self.told(two), [])

    def test_the_last_one_that_ends_leaves(self) -> None:
        (bob,) = self.people("bob")
        one = self.owner()
        two, three = self.logged_in(), self.logged_in()
        self.told(bob)
        one.vanishes()
        self.settles()
        self.quits(two, "not yet")
        self.settles()
        self.assertFalse(two.is_connected)
        self.assertEqual(self.told(bob), [])
        three.says("still here")
        self.settles()
        self.quits(three, "now")
        self.settles()
        self.assertEqual(self.told(bob), ["<alice> still here", "-- alice left: now"])

    def test_all_are_put_out_together(self) -> None:
        one = self.owner()
        two = self.logged_in()
        self.operator(c.ChangeAccount(AccountDeed.DISABLE, "alice"))
        self.settles()
        self.assertFalse(one.is_connected)
        self.assertFalse(two.is_connected)

    def test_a_guest_who_bears_the_name_is_renamed(self) -> None:
        guest, bob = self.people("alice", "bob")
        self.makes_account("alice", SECRET)
        guest.says("I am alice")
        owner = self.somebody()
        self.comes_in_with(owner, "alice", SECRET)
        guest.says("am I not?")
        self.settles()
        guest.says("oh")
        self.settles()
        told = [line for line in self.told(bob) if line != "<alice> am I not?"]
        if "<alice2> am I not?" in told:
            told.remove("<alice2> am I not?")
        self.assertEqual(
            told,
            ["<alice> I am alice", "-- alice is now alice2.", "-- alice joined.", "<alice2> oh"],
        )
        self.assertEqual(self.name_of(owner), "alice")
        self.assertEqual(self.who(guest).name, "alice2")
        self.assertTrue(any("whose owner has come" in line for line in self.told(guest)))

    def test_a_guest_who_logs_in_under_the_name_that_they_bear_lost_it_to_nobody(self) -> None:
        alice, _ = self.people("alice", "bob")
        self.makes_account("alice", SECRET)
        self.logs_in(alice, "alice", SECRET)
        self.settles()
        self.assertEqual(self.name_of(alice), "alice")
        self.assertFalse(any("whose owner has come" in line for line in self.told(alice)))

    def test_all_see_one_order_when_a_guest_is_renamed_while_they_speak(self) -> None:
        guest, bob, carol = self.people("alice", "bob", "carol")
        self.makes_account("alice", SECRET)
        owner = self.somebody()
        for number in range(3):
            guest.says(f"before {number}")
        self.comes_in_with(owner, "alice", SECRET)
        for number in range(20):
            guest.says(f"line {number}")
            self.world.clock.advance(0.003)
        self.settles()
        told = self.told(bob)
        self.assertEqual(self.told(carol), told)
        renamed = told.index("-- alice is now alice2.")
        self.assertLess(renamed, told.index("-- alice joined."))
        said = [line for line in told if "> " in line]
        self.assertEqual(len(said), 23)
        for line in said:
            bearer = "<alice2> " if told.index(line) > renamed else "<alice> "
            self.assertTrue(line.startswith(bearer), told)


class WhileAwayScenarios(Accounts):
    """What one finds who comes back to an account."""

    def restart(self) -> None:
        """Start the server anew, where something is left by then."""
        again = getattr(self, "restarts", None)
        if again is not None:
            again()
            self.settles()

    def found(self, person: Person) -> list[str]:
        """What was said privately meanwhile."""
        return [line.partition("-> alice> ")[2] for line in person.sees() if "-> alice>" in line]

    def test_private_words(self) -> None:
        alice = self.owner()
        self.quits(alice, "")
        (bob,) = self.people("bob")
        for text in ("one", "two"):
            self.whispers(bob, "alice", text)
        self.settles()
        self.assertFalse(any("Nobody" in line for line in bob.sees()))
        self.restart()
        again = self.logged_in()
        self.assertEqual(self.found(again), ["one", "two"])
        again.vanishes()  # perhaps it has not read them
        self.settles()
        self.restart()
        again = self.logged_in()
        self.assertEqual(self.found(again), ["one", "two"])
        self.quits(again, "")
        self.settles()
        self.restart()
        again = self.logged_in()
        self.assertEqual(self.found(again), [])

    def test_private_words_that_have_arrived_for_sure_are_not_found_again(self) -> None:
        alice = self.owner()
        self.quits(alice, "")
        (bob,) = self.people("bob")
        self.whispers(bob, "alice", "one")
        self.settles()
        again = self.logged_in()
        self.whispers(bob, "alice", "two")
        self.passes(self.limits.peer_dead + 40)
        self.assertEqual(self.found(again), ["one", "two"])
        again.vanishes()
        self.settles()
        self.assertEqual(self.found(self.logged_in()), [])

    def test_rooms_are_kept(self) -> None:
        alice = self.owner()
        self.joins(alice, "#lab")
        self.settles()
        self.leaves(alice, LOBBY)
        self.settles()
        self.quits(alice, "")
        self.settles()
        self.restart()
        again = self.logged_in()
        self.assertEqual(list(self.who(again).rooms), ["#lab"])
        again.vanishes()
        self.settles()
        self.restart()
        again = self.logged_in()
        self.assertEqual(list(self.who(again).rooms), ["#lab"])

    def test_what_was_said_meanwhile(self) -> None:
        alice = self.owner()
        self.passes(self.limits.peer_dead + 40)
        self.quits(alice, "")
        (bob,) = self.people("bob")
        bob.says("meanwhile")
        self.settles()
        self.restart()
        again = self.logged_in()
        self.assertEqual(sum("<bob> meanwhile" in line for line in again.sees()), 1)


class NoGuestsScenarios(Accounts):
    """Where only owners of accounts come in."""

    doors: ClassVar[Doors] = Doors(guests=False)

    def test_only_owners_come_in(self) -> None:
        guest = self.somebody()
        self.comes_in(guest, "alice")
        self.settles()
        self.assertIsNone(guest.user)
        guest.hangs_up()
        self.makes_account("alice", SECRET)
        owner = self.logged_in()
        owner.says("alone")
        self.settles()
        self.assertIn("<alice> alone", owner.sees())


class HouseScenarios(Accounts):
    """Where everybody is asked for a password."""

    doors: ClassVar[Doors] = Doors(house=HousePassword("open sesame"))

    def test_whoever_knows_it_comes_in(self) -> None:
        alice = self.somebody()
        self.shows_house(alice, "close sesame", "alice")
        self.settles()
        self.assertIsNone(alice.user)
        self.shows_house(alice, "open sesame", "alice")
        self.settles()
        self.assertEqual(self.who(alice).name, "alice")

    def test_a_token_is_not_enough(self) -> None:
        alice = self.somebody()
        self.shows_house(alice, "open sesame", "alice")
        self.settles()
        token = self.asks_for_token(alice)
        other = self.somebody()
        self.resumes(other, token, "alice", 0)
        self.settles()
        self.assertIsNone(other.user)
