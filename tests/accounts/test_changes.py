"""Changes of accounts that meet, or cannot be kept; and tokens of before."""

from __future__ import annotations

from tests.accounts.owners import OTHER, SECRET, OnSlow, OwnersTestCase
from tests.engines import OnSQLite
from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Role, Standing


class ChangesTests(OnSlow):
    """What is decided about an account is decided about how it will be."""

    def test_a_password_does_not_undo_what_an_operator_did(self) -> None:
        for step in range(30):
            self.world.parts.stop()
            self.setUp()
            alice = self.registers("alice")
            for line in ("/passwd", SECRET, OTHER, OTHER):
                alice.types(line)
            self.world.clock.pump([0.002] * step)
            self.changes(AccountDeed.DISABLE, "alice")
            self.turn()
            self.turn()
            self.assertIs(self.account("alice").standing, Standing.DISABLED, step)
            self.assertIsNone(self.here("alice"), step)

    def test_one_change_follows_the_other(self) -> None:
        self.has_account("alice")
        self.changes(AccountDeed.ROLE, "alice", role=Role.OPERATOR)
        self.changes(AccountDeed.DISABLE, "alice")
        self.changes(AccountDeed.ROLE, "alice", role=Role.PERSON)
        self.turn()
        account = self.account("alice")
        self.assertEqual((account.role, account.standing), (Role.PERSON, Standing.DISABLED))

    def test_a_change_that_is_not_kept_is_forgotten(self) -> None:
        self.has_account("alice")
        self.slow.refuses = lambda _: e.Unkept.FAILED
        self.changes(AccountDeed.DELETE, "alice")
        self.turn()
        self.slow.refuses = lambda _: None
        self.changes(AccountDeed.ROLE, "alice", role=Role.OPERATOR)
        self.turn()
        self.assertIs(self.account("alice").role, Role.OPERATOR)

    def test_one_name_is_registered_once(self) -> None:
        self.changes(AccountDeed.REGISTER, "alice", identity="a" * 16)
        self.changes(AccountDeed.REGISTER, "ALICE", identity="b" * 16)
        self.turn()
        self.assertEqual(self.account("alice").id, "a" * 16)
        self.changes(AccountDeed.DELETE, "alice")
        self.changes(AccountDeed.REGISTER, "Alice", identity="c" * 16)
        self.turn()
        self.assertEqual(self.account("alice").id, "c" * 16)

    def test_who_has_gone_meanwhile_registers_nothing(self) -> None:
        (alice,) = self.people("alice")
        for line in ("/register", SECRET, SECRET):
            alice.types(line)
        user = alice.user
        assert user is not None
        alice.vanishes()
        self.turn()
        self.turn()
        self.assertIsNone(self.world.parts.chat.accounts.named("alice"))
        self.assertIsNone(self.slow._memory.password(user.id))


class SeveralTests(OnSlow):
    """Somebody who has deleted their account, and is a guest over several connections."""

    def setUp(self) -> None:
        super().setUp()
        self.has_account("alice")
        self.both = [self.connect(), self.connect()]
        for person in self.both:
            self.types(person, "/login alice")
        for person in self.both:  # both of them come in at the same time
            person.types(SECRET)
        self.turn()
        self.types(self.both[0], "/account delete", SECRET)

    def test_they_do_not_take_another_name_while_they_register_theirs(self) -> None:
        one, other = self.both
        for line in ("/register", SECRET):
            self.types(one, line)
        one.types(SECRET)
        self.world.clock.pump([0.002] * 14)
        self.assertIsNone(one.user and one.user.account)
        self.slow.delay = 0.001
        other.types("/nick bob")
        self.world.clock.pump([0.001] * 3)
        self.slow.delay = 0.01
        self.turn()
        user = one.user
        assert user is not None
        self.assertEqual(user.account, self.account("alice"))
        self.assertEqual(user.name, "alice")

    def test_their_last_name_is_free_when_they_go(self) -> None:
        self.types(self.both[0], "/nick bob", "/quit")
        self.types(self.both[1], "/quit")
        self.assertEqual(self.slow._memory._holders._by_name, {})


class PasswordsTests(OnSlow):
    """An account that could not be changed has the password that it had."""

    def setUp(self) -> None:
        super().setUp()
        self.has_account("alice")
        self.alice = self.logs_in("alice")
        self.slow.refuses = lambda event: (
            e.Unkept.FAILED if isinstance(event, e.AccountSet) else None
        )

    def test_a_password(self) -> None:
        told = self.types(self.alice, "/passwd", SECRET, OTHER, OTHER)
        self.assertIn("-- Not done: the server could not keep it. Try again.", told)
        self.assertIs(self.logs_in("alice").user, self.alice.user)
        self.assertIsNone(self.logs_in("alice", OTHER).user)

    def test_the_first_one(self) -> None:
        (bob,) = self.people("bob")
        self.types(bob, "/register", SECRET, SECRET)
        user = bob.user
        assert user is not None
        self.assertIsNone(user.account)
        self.assertIsNone(self.slow._memory.password(user.id))

    def test_the_next_one_is_kept_again(self) -> None:
        self.types(self.alice, "/passwd", SECRET, OTHER, OTHER)
        self.slow.refuses = lambda _: None
        self.types(self.alice, SECRET, OTHER, OTHER)
        self.assertIs(self.logs_in("alice", OTHER).user, self.alice.user)


class TokensTests(OwnersTestCase):
    def test_they_are_worth_nothing_after_the_account_was_deleted(self) -> None:
        (alice,) = self.people("alice")
        told = self.types(alice, "/token")
        tokens = [line.rpartition(" ")[2] for line in told if "/resume" in line]
        self.types(alice, "/register", SECRET, SECRET)
        tokens += [self.token("alice")]
        self.types(alice, "/account delete", SECRET)
        self.assertEqual(len(tokens), 2)
        self.are_worthless(tokens)
        self.types(alice, "/register", SECRET, SECRET)
        self.are_worthless(tokens)
        self.assertIs(self.program("alice", token=self.token("alice")).user, alice.user)

    def are_worthless(self, tokens: list[str]) -> None:
        for token in tokens:
            self.assertIsNone(self.program("alice", token=token).user)


class TokensOnSQLiteTests(OnSQLite, TokensTests):
    def test_also_after_a_restart(self) -> None:
        alice = self.registers("alice")
        token = self.token("alice")
        self.types(alice, "/account delete", SECRET)
        self.restarts()
        self.are_worthless([token])


class KeysTests(OnSlow):
    def test_what_is_asked_again_under_its_key_holds_no_longer_than_it_did(self) -> None:
        (bob,) = self.people("bob")
        self.has_account("alice")
        program = self.program("alice", password=SECRET)
        assert program.user is not None
        self.changes(AccountDeed.ROLE, "alice", role=Role.OPERATOR)
        self.turn()
        for deed, key in (("mute", "1"), ("unmute", "2"), ("mute", "1")):
            program.asks(deed, room="#lobby", to="bob", key=key)
            self.turn()
        told = [told for told in program.hears() if told["type"] in ("moderated", "kept", "error")]
        self.assertEqual(len(told), 3, told)
        self.assertEqual(self.types(bob, "hello")[-1], "<bob> hello")


del OwnersTestCase, OnSlow
