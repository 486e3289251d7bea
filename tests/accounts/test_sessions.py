"""Sessions of accounts: who may be in, where, and what they find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.accounts.owners import SECRET, OnSlow, OwnersTestCase, unreadable
from tests.engines import OnSQLite
from twistchat.accounts.doors import Doors
from twistchat.core.accounts import AccountDeed
from twistchat.core.commands import Moderate
from twistchat.core.law import EVERYWHERE, Deed
from twistchat.core.limits import Limits
from twistchat.core.names import fold

if TYPE_CHECKING:
    from twistchat.testing import Person


class MeanwhileTests(OnSlow):
    """What is decided while somebody comes in."""

    def test_whoever_comes_in_again_before_their_account_is_disabled(self) -> None:
        for deed in (AccountDeed.DISABLE, AccountDeed.DELETE):
            self.world.parts.stop()
            self.setUp()
            self.has_account("alice")
            token = self.token("alice")
            self.slow.hangs = True
            self.changes(deed, "alice")
            program = self.program("alice", token=token)
            self.assertIsNotNone(program.user)
            self.slow.answer()
            self.turn()
            self.assertEqual(program.hears()[-1], {"type": "goodbye", "cause": "kicked"})
            self.assertIsNone(self.here("alice"))

    def test_whoever_is_banned_while_they_come_in(self) -> None:
        for step in range(25):
            self.world.parts.stop()
            self.setUp()
            self.has_account("alice")
            alice = self.connect()
            self.types(alice, "/login alice")
            alice.types(SECRET)
            self.world.clock.pump([0.002] * step)
            self.does(Moderate(Deed.BAN, EVERYWHERE, "alice"))
            self.turn()
            self.turn()
            self.assertIsNone(self.here("alice"), step)

    def test_a_name_is_theirs_while_another_connection_of_theirs_hangs_up(self) -> None:
        for step in range(25):
            self.world.parts.stop()
            self.setUp()
            self.has_account("alice")
            both = [self.connect(), self.connect()]
            for person in both:
                self.types(person, "/login alice")
            both[0].types(SECRET)
            self.world.clock.pump([0.002] * 3)
            both[1].types(SECRET)
            self.world.clock.pump([0.002] * step)
            both[0].vanishes()
            self.turn()
            user = both[1].user
            assert user is not None
            holders = self.slow._memory._holders._by_name
            self.assertEqual(holders, {fold("alice"): user.id}, step)

    def test_whoever_becomes_somebody_else_hears_no_room_of_before(self) -> None:
        bob = self.registers("bob")
        self.types(bob, "/leave", "/join #b")
        token = self.token("bob")
        alice = self.registers("alice")
        other = self.connect()
        self.types(other, "/login alice")
        self.slow.hangs = True
        self.types(bob, "hello", "/topic tea")
        self.types(other, SECRET)
        self.assertIs(other.user, alice.user)
        self.types(other, f"/resume {token}")  # they are not told yet that they are alice
        self.slow.answer()
        self.turn()
        self.assertIs(other.user, bob.user)
        other.sees()
        self.types(alice, "nobody else is here")
        self.assertEqual(other.sees(), [])


class ClosedTests(OwnersTestCase):
    doors = Doors(guests=False)

    def owner(self) -> Person:
        self.changes(AccountDeed.REGISTER, "alice", identity="a" * 16)
        self.world.parts.passwords.set("a" * 16, SECRET)
        self.turn()
        return self.logs_in("alice")

    def test_whoever_deletes_their_account_goes(self) -> None:
        alice, other = self.owner(), self.logs_in("alice")
        told = self.types(alice, "/account delete", SECRET)
        self.assertEqual(told[-2:], ["-- The account of alice is deleted.", "-- Goodbye."])
        self.assertFalse(alice.is_connected or other.is_connected)
        self.assertIsNone(self.here("alice"))

    def test_on_json(self) -> None:
        self.owner()
        program = self.program("alice", password=SECRET)
        program.asks("delete-account", password=SECRET, id="1")
        self.turn()
        self.assertEqual(program.hears()[-1], {"type": "goodbye", "cause": "left"})
        self.assertIsNone(self.here("alice"))


class RoomsTests(OwnersTestCase):
    def test_whoever_logs_in_stays_where_nobody_comes_in_uninvited(self) -> None:
        self.has_account("alice")
        bob = self.registers("bob")
        (guest,) = self.people("guest")
        self.types(bob, "/join #a")
        self.types(guest, "/join #a")
        self.types(bob, "/rules invite-only=on")
        self.types(guest, "/login alice", SECRET)
        user = self.here("alice")
        assert user is not None
        self.assertEqual([*user.rooms], ["#lobby", "#a"])

    def test_nobody_comes_in_while_it_cannot_be_read_where_they_were(self) -> None:
        alice = self.registers("alice")
        self.types(alice, "/join #a", "/quit")
        broken = self.patch(self.world.engine, "recall", unreadable)
        self.assertIsNone(self.logs_in("alice").user)
        self.assertIn("-- Sorry, the server cannot give out names now. Try again later.", self.seen)
        broken.restore()
        user = self.logs_in("alice").user
        assert user is not None
        self.assertEqual([*user.rooms], ["#lobby", "#a"])


class RoomsOnSlowTests(OnSlow, RoomsTests):
    pass


class RoomsOnSQLiteTests(OnSQLite, RoomsTests):
    pass


class PrivateWordsTests(OwnersTestCase):
    limits = Limits(page=3)

    def setUp(self) -> None:
        super().setUp()
        self.has_account("alice")
        (self.bob,) = self.people("bob")

    def comes_and_goes(self) -> list[str]:
        """Let alice come in, be told something, and leave; returns what she found."""
        alice = self.logs_in("alice")
        self.types(self.bob, "/msg alice live")
        self.types(alice, "/quit")
        return [line.rpartition("> ")[2] for line in self.seen if line.startswith("[")]

    def says(self, *words: str) -> None:
        self.types(self.bob, *(f"/msg alice {each}" for each in words))

    def test_what_could_not_be_read_is_found_later(self) -> None:
        self.says("one")
        broken = self.patch(self.world.engine, "unread", unreadable)
        self.assertEqual(self.comes_and_goes(), [])
        self.assertIn("-- What you were told while you were away cannot be read now.", self.seen)
        broken.restore()
        self.assertEqual(self.comes_and_goes(), ["one", "live"])
        self.assertEqual(self.comes_and_goes(), [])

    def test_more_than_a_page_is_found_in_several_times(self) -> None:
        self.says("1", "2", "3", "4", "5")
        self.assertEqual(self.comes_and_goes(), ["1", "2", "3"])
        self.assertIn("-- There may be more: that is told when you log in again.", self.seen)
        self.assertEqual(self.comes_and_goes(), ["4", "5", "live"])
        self.assertEqual(self.comes_and_goes(), ["live"])
        self.assertEqual(self.comes_and_goes(), [])

    def test_what_they_were_told_as_a_guest_they_need_not_find(self) -> None:
        (eve,) = self.people("eve")
        self.types(self.bob, "/msg eve hello")
        self.types(eve, "/register", SECRET, SECRET, "/quit")
        self.types(self.bob, "/msg eve again")
        self.logs_in("eve")
        found = [line.rpartition("> ")[2] for line in self.seen if line.startswith("[")]
        self.assertEqual(found, ["again"])


class PrivateWordsOnSlowTests(OnSlow, PrivateWordsTests):
    pass


class PrivateWordsOnSQLiteTests(OnSQLite, PrivateWordsTests):
    pass


del OwnersTestCase, OnSlow
