"""Whoever guesses wrong waits, and longer each time; owners hardly do."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twistchat.accounts import attempts as module
from twistchat.accounts.attempts import Attempts
from twistchat.core.limits import Limits

HERE, THERE = "203.0.113.7", "198.51.100.9"


class AttemptsTestCase(SynchronousTestCase):
    limits = Limits()

    def setUp(self) -> None:
        self.clock = Clock()
        self.attempts = Attempts(self.clock, self.limits)

    def fails(self, account: str | None = "alice", address: str = HERE) -> None:
        self.attempts.begin(account, address).failed()

    def succeeds(self, account: str | None = "alice", address: str = HERE) -> None:
        self.attempts.begin(account, address).succeeded()

    def wait(self, account: str | None = "alice", address: str = HERE) -> float:
        return self.attempts.wait(account, address)

    def waits_after_failing(self, times: int) -> list[float]:
        waits: list[float] = []
        for _ in range(times):
            self.fails()
            waits.append(self.wait())
        return waits

    def fails_as_fast_as_it_may(self, times: int, account: str | None = "alice") -> list[float]:
        """Returns how long each had to wait before the next."""
        waits: list[float] = []
        for _ in range(times):
            self.fails(account)
            waits.append(self.wait(account))
            self.clock.advance(waits[-1])
            self.assertEqual(self.wait(account), 0)
        return waits


class PairTests(AttemptsTestCase):
    def test_some_are_free_then_each_doubles_the_wait_up_to_minutes(self) -> None:
        waits = self.fails_as_fast_as_it_may(17)
        self.assertEqual(waits[:5], [0.0] * 5)
        doubled = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0]
        self.assertEqual(waits[5:15], doubled)
        self.assertEqual(waits[15:], [300.0, 300.0])

    def test_a_wait_ends_by_itself(self) -> None:
        for _ in range(7):
            self.fails()
        self.assertEqual(self.wait(), 2.0)
        self.clock.advance(1.5)
        self.assertEqual(self.wait(), 0.5)
        self.clock.advance(0.5)
        self.assertEqual(self.wait(), 0.0)

    def test_it_is_forgotten_in_time(self) -> None:
        for _ in range(8):
            self.fails()
        self.assertEqual(self.wait(), 4.0)
        self.clock.advance(600.0)
        for expected in (4.0, 8.0):
            self.fails()
            self.assertEqual(self.wait(), expected)
        self.clock.advance(10 * 600.0)
        self.assertEqual(self.waits_after_failing(5), [0.0] * 5)

    def test_what_is_right_ends_it(self) -> None:
        for _ in range(9):
            self.fails()
        self.clock.advance(self.wait())
        self.succeeds()
        self.assertEqual(self.waits_after_failing(5), [0.0] * 5)

    def test_other_accounts_and_addresses_do_not_wait(self) -> None:
        for _ in range(9):
            self.fails()
        self.assertGreater(self.wait(), 0)
        self.assertEqual(self.wait("bob"), 0)
        self.assertEqual(self.wait(address=THERE), 0)
        self.assertEqual(self.wait(None), 0)


class AtOnceTests(AttemptsTestCase):
    def test_a_guess_counts_from_its_beginning(self) -> None:
        under_way = []
        while not self.wait():
            under_way.append(self.attempts.begin("alice", HERE))
        self.assertEqual(len(under_way), 6)  # as many as one after the other
        for attempt in under_way:
            attempt.failed()
        self.assertEqual(self.wait(), 1.0)
        self.clock.advance(1.0)
        self.fails()
        self.assertEqual(self.wait(), 2.0)

    def test_two_at_once_count_both(self) -> None:
        for _ in range(4):
            self.fails()
        one, two = self.attempts.begin("alice", HERE), self.attempts.begin("alice", HERE)
        self.assertEqual(self.wait(), 1.0)
        one.failed()
        self.assertEqual(self.wait(), 1.0)
        two.failed()
        self.assertEqual(self.wait(), 1.0)
        self.fails()
        self.assertEqual(self.wait(), 2.0)

    def test_what_could_not_be_checked_does_not_count(self) -> None:
        for _ in range(100):
            self.attempts.begin("alice", HERE).given_up()
        self.assertEqual(self.wait(), 0)
        self.assertEqual(len(self.attempts._pairs), 0)

    def test_an_attempt_ends_once(self) -> None:
        for _ in range(100):
            attempt = self.attempts.begin("alice", HERE)
            attempt.given_up()
            attempt.failed()
            attempt.succeeded()
        for _ in range(5):
            self.fails()
        self.assertEqual(self.wait(), 0)


class AddressTests(AttemptsTestCase):
    def test_who_tries_many_names_waits_too(self) -> None:
        waits = []
        for number in range(45):
            self.fails(f"name{number}")
            waits.append(self.wait(f"name{number + 1}"))
            self.clock.advance(waits[-1])
        self.assertEqual(waits[:30], [0.0] * 30)
        self.assertEqual(waits[30:34], [1.0, 2.0, 4.0, 8.0])
        self.assertEqual(waits[-1], 300.0)

    def test_the_neighbours_wait_with_it_but_those_who_were_let_in_there(self) -> None:
        self.succeeds("bob")
        for number in range(40):
            self.fails(f"name{number}")
        self.assertGreater(self.wait("carol"), 60)
        self.assertEqual(self.wait("bob"), 0)
        self.assertEqual(self.wait("carol", THERE), 0)

    def test_an_account_of_ones_own_does_not_help_to_guess_at_others(self) -> None:
        for number in range(40):
            self.succeeds("mallory")
            self.fails(f"name{number}")
        self.assertGreater(self.wait("alice"), 60)

    def test_what_is_right_makes_nobody_wait(self) -> None:
        for number in range(32):
            self.fails(f"name{number}")
        self.clock.advance(10)
        self.succeeds("carol")
        self.assertEqual(self.wait("dave"), 0)

    def test_what_is_no_accounts(self) -> None:
        waits = self.fails_as_fast_as_it_may(40, None)
        self.assertEqual(waits[:30], [0.0] * 30)
        self.assertEqual(waits[30:33], [1.0, 2.0, 4.0])
        self.assertEqual(self.wait(None, THERE), 0)


class AccountTests(AttemptsTestCase):
    def guess_from_everywhere(self, times: int = 500) -> None:
        for number in range(times):
            self.fails("alice", f"10.0.{number // 250}.{number % 250}")

    def test_nobody_locks_an_owner_out(self) -> None:
        self.guess_from_everywhere()
        self.assertEqual(self.wait("alice", THERE), 5.0)
        self.clock.advance(5.0)
        self.assertEqual(self.wait("alice", THERE), 0.0)

    def test_where_they_were_let_in_before_owners_do_not_wait_at_all(self) -> None:
        self.succeeds("alice", THERE)
        self.guess_from_everywhere()
        self.assertEqual(self.wait("alice", THERE), 0.0)
        self.assertEqual(self.wait("alice", HERE), 5.0)

    def test_who_guesses_where_they_were_let_in_waits(self) -> None:
        self.succeeds()
        for _ in range(15):
            self.fails()
        self.assertEqual(self.wait(), 300.0)


class SwitchedOffTests(AttemptsTestCase):
    limits = Limits(password_tries=1_000_000_000, password_wait_account=0.0)

    def test_without_a_limit(self) -> None:
        for number in range(1_000):
            self.fails(address=str(number % 50))
        self.assertEqual(self.wait(address="0"), 0)


class ChangedTests(AttemptsTestCase):
    def test_other_limits_hold_at_once(self) -> None:
        for _ in range(10):
            self.fails()
        self.assertEqual(self.wait(), 16.0)
        self.attempts.change_limits(Limits(password_wait=3.0))
        self.assertEqual(self.wait(), 3.0)
        self.attempts.change_limits(Limits(password_tries=20))
        self.assertEqual(self.wait(), 0.0)
        self.attempts.change_limits(Limits(password_tries=2))
        self.assertEqual(self.wait(), 128.0)


class BoundTests(AttemptsTestCase):
    def test_no_more_is_remembered_than_that(self) -> None:
        self.patch(module, "REMEMBERED", 50)
        started = [self.attempts.begin(f"early{number}", f"e{number}") for number in range(20)]
        for number in range(200):
            self.fails(f"name{number}", f"address{number}")
            self.succeeds(f"other{number}", f"address{number}")
        for attempt in started:
            attempt.failed()
        for kept in (self.attempts._pairs, self.attempts._addresses, self.attempts._accounts):
            self.assertLessEqual(len(kept), 50)
        self.assertEqual(len(self.attempts._let_in), 50)

    def test_who_guesses_most_is_forgotten_last(self) -> None:
        self.patch(module, "REMEMBERED", 50)
        for number in range(200):
            self.fails("alice", HERE)
            self.fails(f"name{number}", f"address{number}")
        self.assertGreater(self.wait(), 60)


class AnyTests(SynchronousTestCase):
    """Whatever is tried, in whatever order it ends."""

    @settings(max_examples=200)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["begin", "failed", "succeeded", "given_up", "later"]),
                st.sampled_from(["alice", "bob", None]),
                st.sampled_from([HERE, THERE]),
            ),
            max_size=60,
        )
    )
    def test_no_wait_is_longer_than_it_may_be_and_all_are_over_some_time(
        self, steps: list[tuple[str, str | None, str]]
    ) -> None:
        clock = Clock()
        attempts = Attempts(clock, Limits(password_tries=2, password_tries_together=3))
        under_way = []
        for step, account, address in steps:
            if step == "begin":
                under_way.append(attempts.begin(account, address))
            elif step == "later":
                clock.advance(7.0)
            elif under_way:
                getattr(under_way.pop(0), step)()
            self.assertTrue(0.0 <= attempts.wait(account, address) <= 300.0)
        for attempt in under_way:
            attempt.given_up()
        clock.advance(100 * 600.0)
        for account in ("alice", "bob", None):
            for address in (HERE, THERE):
                self.assertEqual(attempts.wait(account, address), 0.0)
                attempts.begin(account, address).failed()
                self.assertEqual(attempts.wait(account, address), 0.0)
