"""How the owner of an account comes in: where they were, and as whom."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from tests.engines import OnSlowEngine, OnSQLite
from tests.session.kit import OTHER, SECRET, WRONG, AccountTestCase
from twistchat.core import commands as c
from twistchat.core.accounts import AccountDeed, Role
from twistchat.core.limits import DEFAULT_LIMITS, NONE, Limits
from twistchat.core.names import LOBBY


class ComingInTests(AccountTestCase):
    limits: ClassVar[Limits] = replace(DEFAULT_LIMITS, rate=NONE)

    def test_more_rooms_than_one_may_join_in_a_minute_are_kept(self) -> None:
        alice = self.owner()
        for number in range(30):
            alice.types(f"/join #room{number}")
            self.passes(10)
        self.assertEqual(len(self.who(alice).rooms), 31)
        self.quits(alice, "")
        self.settles()
        self.assertEqual(len(self.who(self.logged_in()).rooms), 31)

    def test_a_guest_who_logs_in_keeps_these_too(self) -> None:
        alice = self.owner()
        for number in range(30):
            alice.types(f"/join #room{number}")
            self.passes(10)
        self.quits(alice, "")
        (bob,) = self.people("bob")
        self.joins(bob, "#bobs")
        self.settles()
        self.logs_in(bob, "alice", SECRET)
        self.settles()
        self.assertEqual(len(self.who(bob).rooms), 32)

    def test_what_is_typed_goes_where_one_is(self) -> None:
        alice = self.owner()
        self.typing_all(alice, "/join #lab", f"/leave {LOBBY}", "/quit")
        for _ in range(2):
            again = self.logged_in()
            self.assertIn("[#lab] <alice> hello", self.typing_all(again, "hello"))

    def test_two_at_the_same_time(self) -> None:
        self.quits(self.owner(), "")
        (bob,) = self.people("bob")
        several = [self.somebody() for _ in range(4)]
        for person in several:
            self.comes_in_with(person, "alice", SECRET)
        self.settles()
        self.assertEqual({self.name_of(person) for person in several}, {"alice"})
        self.assertEqual(len({id(person.user) for person in several}), 1)
        self.assertEqual(self.told(bob), ["-- alice joined."])

    def test_who_hangs_up_while_the_password_is_checked(self) -> None:
        self.quits(self.owner(), "")
        (bob,) = self.people("bob")
        for _ in range(3):
            person = self.somebody()
            self.comes_in_with(person, "alice", SECRET)
            person.vanishes()
        self.settles()
        self.assertEqual(self.told(bob), [])
        self.logged_in()

    def test_the_account_is_disabled_while_the_password_is_checked(self) -> None:
        self.quits(self.owner(), "")
        self.settles()
        person = self.somebody()
        self.comes_in_with(person, "alice", SECRET)
        self.world.parts.operator.perform(c.ChangeAccount(AccountDeed.DISABLE, "alice"))
        self.settles()
        self.assertIsNone(self.name_of(person))

    def test_the_password_is_changed_while_it_is_checked(self) -> None:
        alice = self.owner()
        person = self.somebody()
        self.changes_password(alice, SECRET, OTHER)
        self.comes_in_with(person, "alice", SECRET)
        self.settles()
        if person.is_connected:
            self.assertIsNone(self.name_of(person))
        self.assertTrue(self.knows("alice", OTHER))

    def test_who_is_made_an_operator_is_so_at_once_and_later(self) -> None:
        alice = self.owner()
        self.operator(c.ChangeAccount(AccountDeed.ROLE, "alice", role=Role.OPERATOR))
        self.assertTrue(self.who(alice).operator)
        self.quits(alice, "")
        again = self.logged_in()
        self.assertTrue(self.who(again).operator)
        self.operator(c.ChangeAccount(AccountDeed.ROLE, "alice", role=Role.PERSON))
        self.assertFalse(self.who(again).operator)

    def test_a_name_that_is_kept_for_a_guest_who_was_lost(self) -> None:
        (guest,) = self.people("alice")
        token = self.asks_for_token(guest)
        guest.vanishes()
        self.settles()
        self.makes_account("alice", SECRET)
        self.logged_in()
        back = self.somebody()
        self.resumes(back, token, "alice", 0)
        self.settles()
        self.assertEqual(self.who(back).name, "alice2")

    def test_away_and_back_over_two_connections(self) -> None:
        one = self.owner()
        two = self.logged_in()
        self.is_away(one, "lunch")
        self.settles()
        self.assertEqual(self.who(two).away, "lunch")

    def test_somebody_else_s_session_is_no_way_to_their_account(self) -> None:
        alice = self.owner()
        self.typing_all(alice, "/account delete", WRONG, "")
        self.assertEqual(self.name_of(alice), "alice")


class ComingInOnSlowEngineTests(OnSlowEngine, ComingInTests):
    """The same, with commits that take a while."""


class ComingInOnSQLiteTests(OnSQLite, ComingInTests):
    """The same, on a database."""
