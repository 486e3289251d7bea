"""Passwords in a file: how it is told that one could not be kept or read."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from tests.sqlite.test_engine import OnFile
from twistchat.engine.sqlite.faults import DatabaseError, UnknownOutcomeError
from twistchat.engine.worker import WorkerStoppedError
from twistchat.testing.conformance_passwords import ALICE, HASH, PasswordHarness
from twistchat.testing.harness import said

if TYPE_CHECKING:
    from twistchat.engine.sqlite import SQLiteEngine


class PasswordFaultTests(OnFile, PasswordHarness, SynchronousTestCase):
    engine: SQLiteEngine

    def reading(self) -> object:
        outcomes: list[object] = []
        self.engine.password(ALICE).addErrback(lambda failure: failure.value).addCallback(
            outcomes.append
        )
        self.pump()
        (outcome,) = outcomes
        return outcome

    def writing(self, hashed: str | None = HASH) -> object:
        (failure,) = self.set_password(ALICE, hashed)
        return failure and failure.value

    def test_a_file_that_is_gone(self) -> None:
        self.path.rename(self.path.with_name("moved.db"))
        self.assertIsInstance(self.writing(), DatabaseError)
        self.assertIsInstance(self.reading(), DatabaseError)
        self.path.with_name("moved.db").rename(self.path)
        self.assertIsNone(self.writing())
        self.assertEqual(self.reading(), HASH)

    def test_another_program_has_locked_it(self) -> None:
        self.writing()
        other = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        self.assertIsInstance(self.writing("other"), DatabaseError)
        self.assertEqual(self.reading(), HASH)  # who reads need not wait
        other.execute("ROLLBACK")
        self.assertEqual(self.reading(), HASH)

    def test_a_disk_that_fails_at_the_commit(self) -> None:
        def set_password(account: str, hashed: str | None) -> None:
            raise UnknownOutcomeError("its disk does not work")

        self.patch(self.engine._store, "set_password", set_password)
        self.assertIsInstance(self.writing(), UnknownOutcomeError)
        self.put(said("a"))
        self.assertEqual([c.number for c in self.delivered], [1])

    def test_behind_the_end(self) -> None:
        self.stop()
        self.assertIsInstance(self.writing(), WorkerStoppedError)
        self.assertIsInstance(self.reading(), WorkerStoppedError)

    def test_retention_and_chores_leave_them(self) -> None:
        self.writing()
        self.clock.pump([10.0] * 100)
        self.assertEqual(self.reading(), HASH)
