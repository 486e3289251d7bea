"""How what is told reaches a plain TCP connection: at once, in order, whole, and bounded."""

from __future__ import annotations

from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.python.failure import Failure

from tests.sockets import NO_END, ConnectedTestCase
from twistchat.core.limits import Limits
from twistchat.telling.outlet import AHEAD, RELIEF, SendingOutlet


def words(number: int, size: int) -> bytes:
    """Make so many bytes that are like no others."""
    return (b"%07d " % number * (size // 8 + 1))[:size]


class SendingTests(ConnectedTestCase):
    def test_what_the_kernel_takes_is_sent_at_once(self) -> None:
        self.assertIs(type(self.outlet), SendingOutlet)
        self.outlet.put(b"hello")
        self.outlet.put(b"x" * 1_000_000)
        self.assertEqual(self.connection.sent, b"hello" + b"x" * 1_000_000)
        self.assertEqual(self.reactor.began_writing, 0)
        self.assertEqual(self.outlet.queued, 0)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_what_it_does_not_take_follows_in_order(self) -> None:
        self.socket.room = 3
        self.outlet.put(b"12345")
        self.outlet.put(b"678")
        self.assertEqual(self.connection.sent, b"123")
        self.read_all()
        self.outlet.put(b"9")
        self.assertEqual(self.connection.sent, b"123456789")
        self.assertEqual(self.reactor.began_writing, 1)
        self.assertEqual(self.outlet.queued, 0)

    def test_a_large_buffer_trickles_out(self) -> None:
        data = b"".join(words(number, 1000) for number in range(1000))
        self.socket.room, self.socket.most = 10_000, 1500
        self.outlet.put(data)
        rounds = 0
        while len(self.socket.sent) < len(data):
            self.socket.room = 10_000
            self.come()
            rounds += 1
            self.assertLessEqual(self.connection.held, AHEAD)
            self.assertEqual(self.connection.sent, data[: len(self.socket.sent)])
            self.assertLess(rounds, 1000)
        self.assertEqual(self.reactor.writers, [])

    def test_what_waits_is_shared(self) -> None:
        stalled = [self.connect() for _ in range(100)]
        for each in stalled:
            each.socket.room = 10
        buffers = [words(number, 20_000) for number in range(10)]
        for buffer in buffers:
            for each in stalled:
                each.outlet.put(buffer)
        for each in stalled:
            self.assertLessEqual(each.held, AHEAD)
            self.assertEqual(each.outlet.queued + each.held, 200_000 - 10)
            assert each.outlet._backlog is not None
            for waiting, buffer in zip(each.outlet._backlog._waiting, buffers, strict=True):
                self.assertIs(waiting, buffer)

    def test_what_is_behind_a_slot_waits_without_being_watched(self) -> None:
        slot = self.outlet.reserve()
        self.outlet.put(b"2")
        self.assertEqual(self.reactor.writers, [])
        slot.fill(b"1")
        self.assertEqual(self.connection.sent, b"12")
        self.socket.room = 1
        slot = self.outlet.reserve()
        self.outlet.put(b"5")
        slot.fill(b"34")
        self.outlet.put(b"6")
        self.assertEqual(self.connection.sent, b"123")
        self.read_all()
        self.assertEqual(self.connection.sent, b"123456")

    def test_it_tells_when_little_waits_again(self) -> None:
        relieved: list[int] = []
        self.socket.room = 0
        self.outlet.put(b"x" * (2 * RELIEF))
        self.assertTrue(self.outlet.is_behind)
        self.outlet.when_relieved(lambda: relieved.append(self.outlet.queued))
        self.socket.room = RELIEF // 2
        self.come()
        self.assertEqual(relieved, [])
        self.read_all()
        self.assertEqual(len(relieved), 1)

    def test_whoever_is_relieved_may_put_and_close(self) -> None:
        data = b"x" * (2 * RELIEF)
        self.socket.room = 0
        self.outlet.put(data)
        self.outlet.when_relieved(lambda: self.outlet.put(b"more"))
        self.outlet.when_relieved(self.outlet.close)
        self.read_all()
        self.assertEqual(self.connection.sent, data + b"more")
        self.assertTrue(self.socket.is_closed)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_whoever_is_relieved_may_abandon(self) -> None:
        data = b"x" * (2 * RELIEF)
        self.socket.room = 0
        self.outlet.put(data)
        self.outlet.put(b"never")
        self.outlet.when_relieved(lambda: self.outlet.abandon(b"bye"))
        self.socket.room = RELIEF + 2 * AHEAD
        self.come()
        self.read_all()
        self.assertEqual(self.connection.sent, data + b"bye")
        self.assertTrue(self.socket.is_closed)

    def test_whoever_is_relieved_may_abort(self) -> None:
        data = b"x" * (2 * RELIEF)
        self.socket.room = 0
        self.outlet.put(data)
        self.outlet.when_relieved(self.outlet.abort)
        self.socket.room = RELIEF + 2 * AHEAD
        self.come()
        self.read_all()
        self.come()
        self.assertTrue(data.startswith(self.connection.sent))
        self.assertLess(len(self.connection.sent), len(data))
        self.assertTrue(self.socket.is_closed)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_what_the_transport_cannot_send_waits_too(self) -> None:
        self.socket.room = 0
        self.outlet.put(b"x" * (AHEAD + 10))
        self.socket.room = AHEAD
        self.reactor.advance(7)
        self.come()
        self.assertEqual((self.outlet.queued, self.connection.held), (0, 10))
        self.reactor.advance(7)
        self.assertEqual(self.outlet.waits, 14)
        self.outlet.put(b"x")
        self.read_all()
        self.assertEqual(self.outlet.waits, 0)

    def test_how_long_something_waits(self) -> None:
        self.assertEqual(self.outlet.waits, 0)
        self.socket.room = 0
        self.outlet.put(b"hello")
        self.reactor.advance(7)
        self.assertEqual(self.outlet.waits, 7)
        self.read_all()
        self.assertEqual(self.outlet.waits, 0)


class EndingTests(ConnectedTestCase):
    def test_closing_comes_after_all_that_was_put(self) -> None:
        data = words(1, 100_000)
        self.socket.room = 10
        self.outlet.put(data)
        self.outlet.close()
        self.outlet.put(b"too late")
        self.come()
        self.assertFalse(self.socket.is_closed)
        self.read_all()
        self.assertEqual(self.connection.sent, data)
        self.assertTrue(self.socket.is_closed)
        self.assertTrue(self.connection.owner.reasons[0].check(ConnectionDone))
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_closing_where_nothing_waits(self) -> None:
        self.outlet.put(b"bye")
        self.outlet.close()
        self.come()
        self.assertEqual(self.connection.sent, b"bye")
        self.assertTrue(self.socket.is_closed)

    def test_closing_does_not_wait_for_ever(self) -> None:
        self.socket.room = 0
        self.outlet.put(b"hello")
        self.outlet.close()
        self.reactor.advance(self.limits.farewell)
        self.reactor.advance(0)
        self.assertTrue(self.connection.owner.reasons[0].check(ConnectionAborted))
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_abandoning_ends_what_the_reader_has_the_beginning_of(self) -> None:
        begun, never = words(1, 50_000), words(2, 100)
        self.socket.room = 10
        self.outlet.put(begun)
        self.outlet.put(never)
        self.outlet.abandon(b"bye")
        self.outlet.put(never)
        self.read_all()
        self.assertEqual(self.connection.sent, begun + b"bye")
        self.assertTrue(self.socket.is_closed)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_the_rest_of_what_has_begun_is_still_shared(self) -> None:
        begun = words(1, 1_000_000)
        self.socket.room = 10
        self.outlet.put(begun)
        self.outlet.abandon(b"bye")
        self.assertLessEqual(self.connection.held, AHEAD)
        self.read_all()
        self.assertEqual(self.connection.sent, begun + b"bye")
        self.assertTrue(self.socket.is_closed)

    def test_abandoning_whom_takes_nothing_does_not_last(self) -> None:
        self.socket.room = 10
        self.outlet.put(words(1, 50_000))
        self.outlet.abandon(b"bye")
        self.reactor.advance(self.limits.farewell)
        self.reactor.advance(0)
        self.assertTrue(self.connection.owner.reasons[0].check(ConnectionAborted))
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_abandoning_where_nothing_has_begun(self) -> None:
        self.outlet.reserve()
        self.outlet.put(b"hello")
        self.outlet.abandon(b"bye")
        self.read_all()
        self.assertEqual(self.connection.sent, b"bye")

    def test_nothing_comes_behind_the_last_words(self) -> None:
        for is_waiting in (False, True):
            self.begin()
            slots = [self.outlet.reserve()]
            if is_waiting:
                self.socket.room = 2
                slots[0].fill(b"hello")
            self.outlet.abandon(b"bye")
            slots.append(self.outlet.reserve())
            for slot in slots[is_waiting:]:
                slot.fill(b"too late")
            self.read_all()
            self.assertEqual(self.connection.sent, b"hello" * is_waiting + b"bye")
            self.assertEqual(self.outlet.queued, 0)

    def test_a_place_that_is_kept_after_closing_holds_nothing_up(self) -> None:
        self.socket.room = 2
        self.outlet.put(b"hello")
        self.outlet.close()
        self.outlet.reserve()
        self.read_all()
        self.assertTrue(self.socket.is_closed)

    def test_a_place_that_is_filled_after_the_connection_is_lost(self) -> None:
        self.socket.room = 0
        self.outlet.put(b"x" * (self.limits.queue + 2 * AHEAD))
        self.connection.transport.connectionLost(Failure(ConnectionLost()))
        self.outlet.reserve().fill(b"x")
        self.assertEqual(self.outlet.queued, 0)

    def test_aborting_sends_nothing_more(self) -> None:
        self.socket.room = 2
        self.outlet.put(b"hello")
        slot = self.outlet.reserve()
        self.outlet.abort()
        self.socket.room = NO_END
        slot.fill(b"x")
        self.outlet.put(b"y")
        self.outlet.close()
        self.outlet.abandon(b"bye")
        self.come()
        self.assertEqual(self.connection.sent, b"he")
        self.assertTrue(self.connection.owner.reasons[0].check(ConnectionAborted))
        self.assertEqual(self.reactor.getDelayedCalls(), [])


class BrokenTests(ConnectedTestCase):
    def test_a_connection_that_breaks_while_sending_is_lost(self) -> None:
        self.outlet.put(b"1")
        self.socket.errors = [ConnectionResetError(104, "reset"), BrokenPipeError(32, "broken")]
        self.outlet.put(b"2")
        self.assertEqual(self.connection.owner.reasons, [])  # not in the middle of telling
        self.outlet.put(b"3")
        self.come()
        self.assertTrue(self.connection.owner.reasons[0].check(ConnectionLost))
        self.outlet.put(b"4")
        self.outlet.close()
        self.outlet.abandon(b"bye")
        self.come()
        self.assertEqual(self.connection.sent, b"1")
        self.assertEqual(self.reactor.getDelayedCalls(), [])
        self.assertEqual(self.reactor.writers, [])

    def test_one_that_breaks_while_much_waits(self) -> None:
        self.socket.room = 10
        self.outlet.put(b"x" * (self.limits.queue + 100_000))
        self.socket.room = AHEAD
        self.outlet.reserve()
        self.come()
        self.socket.errors = [ConnectionResetError(104, "reset"), BrokenPipeError(32, "broken")]
        self.come(2)
        self.assertTrue(self.connection.owner.reasons[0].check(ConnectionLost))
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_the_end_of_input_is_not_the_end_of_what_is_told(self) -> None:
        self.socket.room = 1
        self.outlet.put(b"12")
        self.connection.transport.stopReading()
        self.read_all()
        self.outlet.put(b"3")
        self.assertEqual(self.connection.sent, b"123")


class LimitTests(ConnectedTestCase):
    limits = Limits(queue=10_000, queue_at_most=50_000)

    def test_more_than_the_queue_for_a_while(self) -> None:
        self.socket.room = 0
        self.outlet.put(b"x" * (10_001 + AHEAD))
        self.reactor.advance(self.limits.catch_up - 0.1)
        self.assertEqual(self.connection.overflows, [])
        self.reactor.advance(0.1)
        self.assertEqual(self.connection.overflows, ["queue"])

    def test_a_burst_that_is_taken(self) -> None:
        self.socket.room = 0
        self.outlet.put(b"x" * 20_000)
        self.reactor.advance(1)
        self.socket.room = 10_000
        self.come()
        self.reactor.advance(30)
        self.assertEqual(self.connection.overflows, [])

    def test_the_most_that_may_wait(self) -> None:
        self.socket.room = 0
        self.outlet.put(b"x" * (50_000 + AHEAD))
        self.assertEqual(self.connection.overflows, [])
        self.outlet.put(b"x")
        self.assertEqual(self.connection.overflows, ["queue-at-most"])

    def test_a_buffer_that_is_more_than_may_wait(self) -> None:
        self.outlet.put(b"x" * 100_000)
        self.assertEqual(self.connection.overflows, [])
        self.socket.room = 0
        self.outlet.put(b"x" * 100_000)
        self.assertEqual(self.connection.overflows, ["queue-at-most"])

    def test_what_fills_a_slot_counts(self) -> None:
        self.outlet.reserve()
        self.outlet.reserve().fill(b"x" * 50_001)
        self.assertEqual(self.connection.overflows, ["queue-at-most"])

    def test_a_reader_that_takes_nothing(self) -> None:
        self.socket.room = 0
        self.outlet.put(b"hello")
        for _ in range(59):
            self.reactor.advance(1)
            self.come()
        self.assertEqual(self.connection.overflows, [])
        self.reactor.advance(1)
        self.assertEqual(self.connection.overflows, ["stall"])

    def test_a_reader_that_takes_a_little_again_and_again(self) -> None:
        self.socket.room = 0
        self.outlet.put(b"x" * 9_000)
        for _ in range(4):
            self.reactor.advance(40)
            self.socket.room = AHEAD
            self.come()
            self.outlet.put(b"x" * AHEAD)
        self.assertEqual(self.connection.overflows, [])
        self.read_all()
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_nothing_is_left_of_one_that_is_lost(self) -> None:
        self.socket.room = 0
        slot = self.outlet.reserve()
        self.outlet.put(b"x" * 20_000)
        slot.fill(b"hello")
        self.outlet.close()
        self.assertEqual(len(self.reactor.getDelayedCalls()), 3)
        self.connection.transport.connectionLost(Failure(ConnectionLost()))
        self.assertEqual(self.reactor.getDelayedCalls(), [])
