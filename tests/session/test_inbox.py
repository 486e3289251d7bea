"""What was said privately to people who have an account: when it counts as read."""

from __future__ import annotations

from tests.engines import OnSlowEngine, OnSQLite
from tests.session.kit import AccountTestCase


class InboxTests(AccountTestCase):
    def test_what_is_told_counts_as_read_when_it_has_surely_arrived(self) -> None:
        alice = self.owner()
        (bob,) = self.people("bob")
        self.whispers(bob, "alice", "psst")
        self.settles()
        self.assertEqual(self.unread("alice"), ["psst"])
        self.wait(self.limits.peer_dead + 20)
        self.assertEqual(self.unread("alice"), [])
        self.assertIn("<bob -> alice> psst", alice.sees())

    def test_whoever_quits_has_read_it(self) -> None:
        alice = self.owner()
        (bob,) = self.people("bob")
        self.whispers(bob, "alice", "psst")
        self.settles()
        self.quits(alice, "")
        self.settles()
        self.assertEqual(self.unread("alice"), [])

    def test_whoever_is_lost_before_has_perhaps_not(self) -> None:
        alice = self.owner()
        (bob,) = self.people("bob")
        self.whispers(bob, "alice", "psst")
        self.settles()
        alice.vanishes()
        self.wait(self.limits.peer_dead + 20)
        self.assertEqual(self.unread("alice"), ["psst"])

    def test_what_was_told_over_a_connection_that_is_dead_is_found_over_another(self) -> None:
        alice = self.owner()
        (bob,) = self.people("bob")
        self.whispers(bob, "alice", "psst")
        self.settles()
        # The first connection is dead, and nobody has noticed yet.
        another = self.logged_in()
        self.assertEqual([line[-4:] for line in another.sees() if "-> alice>" in line], ["psst"])
        alice.vanishes()
        self.wait(self.limits.peer_dead + 20)
        self.assertEqual(self.unread("alice"), [])

    def test_one_of_several_connections_that_quits_has_read_nothing_for_the_others(self) -> None:
        alice = self.owner()
        another = self.logged_in()
        (bob,) = self.people("bob")
        self.whispers(bob, "alice", "psst")
        self.settles()
        self.quits(another, "")
        self.settles()
        self.assertEqual(self.unread("alice"), ["psst"])
        self.quits(alice, "")
        self.settles()
        self.assertEqual(self.unread("alice"), [])

    def test_what_guests_say_to_each_other_waits_for_nobody(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.whispers(bob, "alice", "psst")
        self.settles()
        self.assertEqual(self.world.parts.inbox._told, type(self.world.parts.inbox._told)())
        self.assertIn("<bob -> alice> psst", alice.sees())

    def test_who_is_ignored_is_not_found(self) -> None:
        alice = self.owner()
        self.quits(alice, "")
        (bob,) = self.people("bob")
        self.whispers(bob, "alice", "psst")
        self.settles()
        again = self.logged_in()
        self.assertEqual(len([line for line in again.sees() if "-> alice>" in line]), 1)


class InboxOnSlowEngineTests(OnSlowEngine, InboxTests):
    """The same, with commits that take a while."""


class InboxOnSQLiteTests(OnSQLite, InboxTests):
    """The same, on a database."""
