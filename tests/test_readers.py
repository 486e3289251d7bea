"""Readers that do not read: bounded, told, dropped, and nobody else is held up."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.engines import OnSlowEngine, OnSQLite
from tests.lines import TOKEN
from twistchat.core.limits import DEFAULT_LIMITS, NONE, Limits
from twistchat.telling.outlet import outlet_of
from twistchat.testing import ChatTestCase, Wire


class SlowReaderTests(ChatTestCase):
    limits = Limits(queue=10_000, queue_at_most=50_000, rate=NONE)

    def test_a_reader_that_pauses_misses_nothing(self) -> None:
        alice, bob = self.people("alice", "bob")
        bob.wire.stall()
        for number in range(20):
            alice.types(f"line {number}")
            self.turn()
        self.assertEqual(bob.sees(), [])
        self.assertEqual(len(alice.sees()), 20)
        bob.wire.flow()
        alice.types("and on")
        self.turn()
        self.assertEqual(
            bob.sees(), [*(f"<alice> line {number}" for number in range(20)), "<alice> and on"]
        )

    def test_a_reader_that_does_not_read_is_told_and_dropped(self) -> None:
        alice, bob = self.people("alice", "bob")
        bob.wire.stall()
        for number in range(15):
            alice.types(f"{number:02}" + "x" * 1000)
            self.turn()
        self.assertEqual(bob.sees(), [])
        self.wait(6)
        seen = alice.sees()
        self.assertEqual(len([line for line in seen if line.startswith("<alice>")]), 15)
        self.assertIn("-- bob left (too slow).", seen)
        self.assertEqual(
            bob.sees(), ["-- Goodbye: you took in too little of what was said to you."]
        )
        self.turn()
        self.assertFalse(bob.is_connected)
        self.people("bob")  # the name is free

    def test_a_burst_is_no_reason_to_drop_who_reads(self) -> None:
        alice, bob = self.people("alice", "bob")
        bob.wire.stall()
        for number in range(40):
            alice.types(f"{number:02}" + "x" * 1000)
            self.turn()
        bob.wire.flow()
        self.wait(20)
        self.assertEqual(len(bob.sees()), 40)
        self.assertTrue(bob.is_connected)

    def test_there_is_a_most_that_may_wait(self) -> None:
        alice, bob = self.people("alice", "bob")
        bob.wire.stall()
        for _ in range(60):
            alice.types("x" * 1000)
        self.turn()
        self.assertIn("-- bob left (too slow).", alice.sees())

    def test_a_reader_that_takes_nothing_for_a_minute_is_dropped(self) -> None:
        alice, bob = self.people("alice", "bob")
        bob.wire.stall()
        alice.types("hello")
        self.wait(59)
        self.assertTrue(bob.is_connected)
        self.wait(2)
        self.assertIn("-- bob left (too slow).", alice.sees())
        self.assertFalse(bob.is_connected)

    def test_a_reader_that_pauses_again_and_again_stays(self) -> None:
        alice, bob = self.people("alice", "bob")
        for _ in range(4):
            bob.wire.stall()
            alice.types("hello")
            self.wait(40)
            bob.wire.flow()
            self.wait(1)
        self.assertTrue(bob.is_connected)
        self.assertEqual(bob.sees(), ["<alice> hello"] * 4)

    def test_nothing_is_written_after_the_connection_is_lost(self) -> None:
        alice, bob = self.people("alice", "bob")
        bob.wire.stall()
        alice.types("one")
        self.turn()
        bob.vanishes()
        alice.types("two")
        self.wait(100)
        self.assertEqual(bob.writes, [])
        self.assertEqual(alice.sees()[-1], "<alice> two")

    def test_waiting_bytes_are_shared(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        bob.wire.stall()
        carol.wire.stall()
        alice.types("hello")
        self.turn()
        bob.wire.flow()
        carol.wire.flow()
        self.assertIs(bob.writes[-1], carol.writes[-1])


class SlowReaderOnSlowEngineTests(OnSlowEngine, SlowReaderTests):
    """The same on an engine whose commits wait."""


class LongLineTests(ChatTestCase):
    limits = Limits(queue=32 * 1024)

    def test_at_least_the_last_line_is_shown(self) -> None:
        (alice,) = self.people("alice")
        alice.types("x" * 9_000)
        self.turn()
        alice.sees()
        alice.types("/history")
        self.turn()
        self.assertEqual(alice.sees()[0], "-- The last line of #lobby:")


class AskingTests(ChatTestCase):
    """Somebody who asks for more and more, and reads nothing of it."""

    limits = Limits(rate=NONE, burst=NONE)

    def test_no_more_is_read_of_whom_does_not_read(self) -> None:
        alice, bob = self.people("alice", "bob")
        for number in range(60):
            alice.types(f"{number} " + "x" * 8_000)
        self.turn()
        bob.wire.stall()
        for _ in range(100):
            bob.types("/history 200")
        self.turn()
        (session,) = (s for s in self.world.registry.people if s.name == "bob")
        self.assertLess(session.outlet.queued, 1024 * 1024)
        bob.sees()
        bob.wire.flow()
        self.turn()
        heads = [line for line in bob.sees() if line.startswith("-- The last ")]
        self.assertEqual(len(heads), 100)  # all of it, once it is read
        bob.types("and on")
        self.turn()
        self.assertEqual(alice.sees()[-1], "<bob> and on")


class LostReaderTests(ChatTestCase):
    """Somebody who has stopped reading, is lost, and comes back."""

    limits = Limits(stall=NONE)

    def test_what_waited_for_them_was_not_read(self) -> None:
        alice, bob = self.people("alice", "bob")
        (token,) = TOKEN.findall("\n".join(self.typing(bob, "/token")))
        bob.wire.stall()
        self.typing(alice, "hello")
        self.wait(self.limits.peer_dead + 10)
        bob.vanishes()
        self.turn()
        bob = self.connect()
        bob.sees()
        missed = [line[8:] for line in self.typing(bob, f"/resume {token}") if line[0] == "["]
        self.assertEqual(missed, ["? <alice> hello"])


class OutletTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock, self.wire = Clock(), Wire()
        self.overflows = 0
        self.outlet = outlet_of(
            self.wire, clock=self.clock, limits=DEFAULT_LIMITS, overflowed=self.overflow
        )

    def overflow(self, limit: str) -> None:
        self.overflows += 1

    def test_what_comes_behind_a_slot_waits_for_it(self) -> None:
        self.outlet.put(b"1")
        slot = self.outlet.reserve()
        self.outlet.put(b"3")
        self.assertEqual(self.wire.value(), b"1")
        slot.fill(b"2")
        self.outlet.put(b"4")
        self.assertEqual(self.wire.value(), b"1234")
        self.assertEqual(self.outlet.queued, 0)

    def test_slots_filled_in_another_order(self) -> None:
        first, second = self.outlet.reserve(), self.outlet.reserve()
        self.outlet.put(b"3")
        second.fill(b"2")
        self.assertEqual(self.wire.value(), b"")
        first.fill(b"1")
        self.assertEqual(self.wire.value(), b"123")

    def test_what_fills_a_slot_counts_as_what_is_put(self) -> None:
        slot = self.outlet.reserve()
        self.wire.stall()
        slot.fill(b"x" * (DEFAULT_LIMITS.queue + 1))
        self.assertEqual(self.overflows, 0)
        self.clock.advance(DEFAULT_LIMITS.catch_up)
        self.assertEqual(self.overflows, 1)
        self.outlet.reserve().fill(b"x" * DEFAULT_LIMITS.queue_at_most)
        self.assertEqual(self.overflows, 2)

    def test_closing_waits_for_what_was_put(self) -> None:
        slot = self.outlet.reserve()
        self.outlet.put(b"2")
        self.outlet.close()
        self.outlet.put(b"too late")
        self.assertFalse(self.wire.disconnecting)
        slot.fill(b"1")
        self.assertEqual(self.wire.value(), b"12")
        self.assertTrue(self.wire.disconnecting)

    def test_closing_does_not_wait_for_ever(self) -> None:
        self.wire.stall()
        self.outlet.put(b"1")
        self.outlet.close()
        self.clock.advance(DEFAULT_LIMITS.farewell)
        self.assertTrue(self.wire.disconnected)

    def test_an_outlet_that_is_lost_leaves_nothing_behind(self) -> None:
        slot = self.outlet.reserve()
        self.wire.stall()
        self.outlet.close()
        self.outlet.lost()
        slot.fill(b"1")
        self.outlet.put(b"2")
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(self.wire.value(), b"")

    def test_what_waits_is_still_known_when_the_transport_has_ended(self) -> None:
        self.wire.stall()
        self.outlet.put(b"1")
        self.clock.advance(7)
        self.outlet.stopProducing()
        self.assertEqual(self.outlet.waits, 7)
        self.outlet.abandon(b"bye")
        self.assertEqual(self.wire.value(), b"")
        self.outlet.lost()
        self.assertEqual(self.outlet.waits, 0)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_what_the_transport_cannot_send_waits_too(self) -> None:
        self.wire.stall()
        self.clock.advance(7)
        self.assertEqual(self.outlet.waits, 7)
        self.wire.flow()
        self.assertEqual(self.outlet.waits, 0)

    def test_overflow_is_told_once_for_each_excess(self) -> None:
        self.wire.stall()
        for _ in range(DEFAULT_LIMITS.queue_at_most // 1000):
            self.outlet.put(b"x" * 1000)
        self.assertEqual(self.overflows, 0)
        self.outlet.put(b"x" * 1000)
        self.assertEqual(self.overflows, 1)
        self.outlet.abandon(b"bye")
        self.outlet.put(b"x")
        self.assertEqual((self.overflows, self.wire.value()), (1, b"bye"))
        self.assertEqual(self.outlet.queued, 0)


class SlowReaderOnSQLiteTests(OnSQLite, SlowReaderTests):
    """The same, on a database."""
