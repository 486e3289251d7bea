"""Pings both ways, and who is silent for too long."""

from __future__ import annotations

from tests.engines import OnSlowEngine
from tests.json.kit import ProgramTestCase


class SilenceTests(ProgramTestCase):
    def test_who_is_silent_is_asked_and_then_gone(self) -> None:
        alice, bob = self.programs("alice", "bob")
        self.wait(20)
        bob.asks("pong")
        self.wait(9)
        self.assertEqual(alice.hears(), [])
        self.wait(2)
        self.assertEqual(alice.hears(), [{"type": "ping"}])
        bob.asks("pong")
        self.wait(25)
        bob.asks("pong")
        self.wait(7)
        self.assertEqual(alice.hears(), [{"type": "goodbye", "cause": "timed out"}])
        self.assertFalse(alice.is_connected)
        departed = self.the(bob.hears(), "departed")
        self.assertEqual((departed["who"], departed["cause"]), ("alice", "timed out"))

    def test_any_bytes_are_a_sign_of_life(self) -> None:
        (alice,) = self.programs("alice")
        for _ in range(20):
            self.wait(25)
            alice.sends(b" ")
        self.assertEqual(alice.hears(), [])
        self.assertTrue(alice.is_connected)

    def test_whoever_pongs_stays(self) -> None:
        (alice,) = self.programs("alice")
        pings = 0
        for _ in range(300):
            self.wait(1)
            for _ in self.only(alice.hears(), "ping"):
                pings += 1
                alice.asks("pong")
        self.assertIn(pings, (9, 10))
        self.assertTrue(alice.is_connected)

    def test_a_ping_is_answered_everywhere(self) -> None:
        program = self.program()
        self.assertEqual(self.asking(program, "ping", id=1), [{"type": "pong", "id": 1}])
        (alice,) = self.programs("alice")
        self.assertEqual(self.asking(alice, "ping"), [{"type": "pong"}])

    def test_at_the_door(self) -> None:
        program = self.program()
        self.wait(31)
        self.assertEqual(program.hears(), [{"type": "ping"}])
        program.asks("pong")
        self.wait(30)
        self.assertEqual(program.hears(), [{"type": "goodbye", "cause": "no name given"}])
        self.assertFalse(program.is_connected)

    def test_times_that_are_no_exact_numbers(self) -> None:
        (alice,) = self.programs("alice")
        for step in (0.3, 0.7, 1.3, 2.2, 3.3, 7.7):
            for _ in range(int(40 / step)):
                self.wait(step)
                alice.asks("pong")
        self.assertEqual(alice.hears(), [])

    def test_who_is_held_is_not_silent(self) -> None:
        alice, bob = self.programs("alice", "bob")
        # More than a burst: what was sent is read for minutes, and nothing is sent meanwhile.
        for _ in range(600):
            alice.says("x")
        for _ in range(5):
            self.wait(20)
            bob.asks("pong")
        self.assertEqual(self.only(alice.hears(), "ping", "goodbye"), [])
        self.assertTrue(alice.is_connected)
        self.assertGreater(len(self.texts(bob.hears())), 500)

    def test_nothing_is_under_way_when_it_is_over(self) -> None:
        (alice,) = self.programs("alice")
        self.assertEqual(self.kinds(self.asking(alice, "quit")), ["goodbye"])
        self.assertEqual(self.world.clock.getDelayedCalls(), [])


class SilenceOnSlowEngineTests(OnSlowEngine, SilenceTests):
    """The same, with commits that take a while."""

    def test_a_store_that_hangs_is_not_the_silence_of_who_waits_for_it(self) -> None:
        (alice,) = self.programs("alice")
        self.slow.hangs = True
        alice.asks("topic", room="#lobby", topic="cats")
        self.wait(8)
        self.slow.answer()
        self.turn()
        self.assertEqual(alice.hears()[0]["topic"], "cats")
        self.wait(25)
        self.assertEqual(alice.hears(), [])
