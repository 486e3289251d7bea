"""Whose password it is; changes follow one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.logger import capturedLogs, formatEvent

from tests.accounts.kit import SECRET, AccountTestCase
from twistchat.accounts.keeping import Passwords, Verdict
from twistchat.core.codes import Refusal
from twistchat.core.limits import Limits
from twistchat.login import LoginRefused

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

ALICE = "00000000000a11ce"


class PasswordsTests(AccountTestCase):
    limits = Limits(passwords_waiting=4)

    def verify(self, password: str | None, account: str | None = ALICE) -> Verdict:
        return self.result(self.passwords.verify(account, password))

    def set(self, password: str = SECRET) -> None:
        self.result(self.passwords.set(ALICE, password))

    def test_what_is_kept_is_a_hash(self) -> None:
        self.set()
        kept = self.memory.password(ALICE)
        assert kept is not None
        self.assertTrue(kept.startswith("$argon2id$"))
        self.assertNotIn("correct", kept)

    def test_verdicts(self) -> None:
        self.assertIs(self.verify(SECRET), Verdict.NONE)
        self.set()
        self.assertIs(self.verify(SECRET), Verdict.RIGHT)
        self.assertIs(self.verify("something else"), Verdict.WRONG)
        self.assertIs(self.verify(None), Verdict.WRONG)
        self.assertIs(self.verify(SECRET, None), Verdict.NONE)
        self.assertIs(self.verify(None, None), Verdict.NONE)

    def test_another_one_and_none_any_more(self) -> None:
        self.set()
        self.set("battery staple")
        self.assertIs(self.verify(SECRET), Verdict.WRONG)
        self.assertIs(self.verify("battery staple"), Verdict.RIGHT)
        self.result(self.passwords.remove(ALICE))
        self.assertIs(self.verify("battery staple"), Verdict.NONE)
        self.assertFalse(self.result(self.passwords.has(ALICE)))

    def test_every_verdict_takes_the_same_steps(self) -> None:
        self.set()
        for account, password in (
            (ALICE, SECRET), (ALICE, "wrong"), (ALICE, None), ("b0b", SECRET), (None, SECRET),
            (None, None),
        ):  # fmt: skip
            hashed, readings = self.hashed, self.engine.readings
            self.verify(password, account)
            steps = self.hashed - hashed, self.engine.readings - readings
            self.assertEqual(steps, (1, 1), (account, password))

    def test_of_several_changes_the_last_holds(self) -> None:
        self.passwords.set(ALICE, "first of all")
        self.passwords.remove(ALICE)
        last = self.passwords.set(ALICE, SECRET)
        self.result(last)
        self.assertIs(self.verify(SECRET), Verdict.RIGHT)
        self.assertEqual(self.passwords._changing, {})

    def test_what_cannot_be_kept_is_told_and_holds_up_nobody(self) -> None:
        self.set()
        self.engine.fails = True
        failing = [self.passwords.set(ALICE, "battery staple"), self.passwords.remove(ALICE)]
        self.pump()
        for each in failing:
            self.failureResultOf(each, OSError)
        verifying = self.passwords.verify(ALICE, SECRET)
        self.pump()
        self.failureResultOf(verifying, OSError)
        self.engine.fails = False
        self.assertIs(self.verify(SECRET), Verdict.RIGHT)
        self.set("battery staple")
        self.assertIs(self.verify("battery staple"), Verdict.RIGHT)

    def test_when_too_many_wait(self) -> None:
        waiting = [self.passwords.verify(None, SECRET) for _ in range(5)]
        self.pump()
        refused = self.failureResultOf(waiting.pop(), LoginRefused).value.refused
        self.assertEqual(refused.code, Refusal.LOGIN_BUSY)
        self.assertEqual([self.result(each) for each in waiting], [Verdict.NONE] * 4)


class RehashTests(AccountTestCase):
    """What was hashed otherwise than today is hashed anew when its owner logs in."""

    def setUp(self) -> None:
        super().setUp()
        self.result(self.passwords.set(ALICE, SECRET))
        self.before = self.memory.password(ALICE)
        self.passwords = Passwords(engine=self.engine, hasher=self.make_hasher(passes=2))

    def verify(self, password: str) -> Deferred[Verdict]:
        return self.passwords.verify(ALICE, password)

    def test_it_is_done_behind_the_answer(self) -> None:
        self.assertIs(self.result(self.verify(SECRET)), Verdict.RIGHT)
        after = self.memory.password(ALICE)
        assert after is not None
        self.assertIn("t=2", after)
        self.assertIs(self.result(self.verify(SECRET)), Verdict.RIGHT)
        self.assertEqual(self.memory.password(ALICE), after)  # once

    def test_a_wrong_one_changes_nothing(self) -> None:
        self.assertIs(self.result(self.verify("wrong")), Verdict.WRONG)
        self.assertEqual(self.memory.password(ALICE), self.before)

    def test_a_password_that_was_changed_meanwhile_stays_changed(self) -> None:
        for milliseconds in range(0, 60, 3):
            self.memory.set_password(ALICE, self.before)
            verifying = self.verify(SECRET)
            self.clock.pump([0.001] * milliseconds)
            setting = self.passwords.set(ALICE, "battery staple")
            self.result(setting)
            self.result(verifying)
            self.assertIs(self.result(self.verify("battery staple")), Verdict.RIGHT)
            self.assertIs(self.result(self.verify(SECRET)), Verdict.WRONG)

    def test_one_that_was_removed_meanwhile_stays_removed(self) -> None:
        for milliseconds in range(0, 60, 3):
            self.memory.set_password(ALICE, self.before)
            verifying = self.verify(SECRET)
            self.clock.pump([0.001] * milliseconds)
            self.result(self.passwords.remove(ALICE))
            self.result(verifying)
            self.assertIsNone(self.memory.password(ALICE))

    def test_it_may_fail(self) -> None:
        with capturedLogs() as logged:
            verifying = self.verify(SECRET)
            self.clock.pump([0.001] * 35)
            self.engine.fails = True
            self.assertIs(self.result(verifying), Verdict.RIGHT)
        (told,) = [formatEvent(event) or "" for event in logged]
        self.assertIn("is to be hashed anew when its owner logs in again", told)
        self.assertNotIn(SECRET, str(logged))
        self.assertEqual(self.memory.password(ALICE), self.before)
