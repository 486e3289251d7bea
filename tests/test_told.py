"""Up to where a connection that is lost has surely read."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twistchat.core import events as e
from twistchat.core.limits import NONE
from twistchat.core.model import Seen
from twistchat.engine import Committed
from twistchat.telling.told import MOST, SLOW, Told


class ToldTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.told = Told(self.clock, 60.0)

    def say(self, number: int, epoch: str = "e") -> None:
        said = e.Said("#lobby", "1", "alice", "hi", action=False, at=0.0)
        self.told.note("#lobby", Committed(said, epoch, number))

    def comes(self, number: int) -> None:
        self.told.note("#lobby", Committed(e.JoinOpened("#lobby", 20, None), "e", number))

    def surely(self, waits: float = 0.0) -> int | None:
        seen = self.told.surely("#lobby", 7.0, waits)
        return None if seen is None else seen.number

    def test_of_a_room_that_was_told_nothing(self) -> None:
        self.assertIsNone(self.surely())
        self.assertIsNone(self.told.stands("#lobby"))

    def test_what_was_told_a_minute_ago_has_arrived(self) -> None:
        self.comes(5)
        self.assertEqual(self.surely(), 5)
        for number in range(6, 26):
            self.say(number)
            self.clock.advance(10)
        # The last was told 10 s ago, the one before 20.
        self.assertEqual(self.surely(), 20)
        self.assertEqual(self.told.stands("#lobby"), Seen("e", 25))
        self.clock.advance(60)
        self.assertEqual(self.surely(), 25)

    def test_the_first_that_is_told_is_not_sure(self) -> None:
        self.say(1)
        self.assertEqual(self.surely(), 0)
        self.clock.advance(60)
        self.assertEqual(self.surely(), 1)

    def test_little_is_noted_where_a_connection_is_never_given_up(self) -> None:
        self.told = Told(self.clock, NONE)
        for number in range(1, 2 * MOST):
            self.say(number)
            self.clock.advance(10)
        self.assertEqual(self.surely(), 0)
        _, notes = self.told._rooms["#lobby"]
        self.assertEqual(len(notes), MOST)

    def test_many_within_seconds(self) -> None:
        for number in range(1, 1001):
            self.say(number)
            self.clock.advance(0.1)
        self.assertEqual(self.told.stands("#lobby"), Seen("e", 1000))
        surely = self.surely()
        assert surely is not None
        self.assertLessEqual(surely, 400)
        self.assertGreaterEqual(surely, 300)

    def test_what_waits_for_a_slow_reader_has_not_arrived(self) -> None:
        for number in range(1, 41):
            self.say(number)
            self.clock.advance(10)
        self.assertEqual(self.surely(waits=0.0), 35)
        self.assertEqual(self.surely(waits=100.0), 25)
        self.assertEqual(self.surely(waits=SLOW + 100), 0)

    def test_another_epoch_begins_anew(self) -> None:
        self.say(7)
        self.clock.advance(100)
        self.say(1, "other")
        self.assertEqual(self.told.surely("#lobby", 7.0, 0.0), Seen("other", 0, 7.0))
        self.told.forget("#lobby")
        self.assertIsNone(self.surely())
