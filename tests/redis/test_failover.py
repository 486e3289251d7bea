"""Another Redis that may have lost something, and who is left to know of it."""

from __future__ import annotations

from tests.redis.engines import kill
from tests.redis.nodes import dumped, restore
from tests.redis.test_resync import ResyncTestCase, missed
from twistchat.core import events as e


class FailoverTests(ResyncTestCase):
    def test_a_failover_with_which_one_dies_that_had_told_more(self) -> None:
        """Whoever was told it comes back to the other one, and hears that something is gone."""
        self.one.say("quiet", room="#quiet")
        self.pump()
        kept = dumped(self.redis)
        self.other.link.go_down()
        self.one.say("lost")
        self.pump()
        self.fail_over(kept)
        kill(self.one.engine)
        self.other.link.come_up()
        self.pump(2.0)
        self.assertEqual(missed(self.other), [])
        self.other.say("in its place")
        self.pump()
        (lost,), (said,) = self.one.of(e.Said)[-1:], self.other.of(e.Said)[-1:]
        self.assertEqual((lost.number, said.number), (2, 2))
        self.assertNotEqual(lost.epoch, said.epoch)
        self.assertEqual([each.is_new_epoch for each in missed(self.other)], [True])
        self.lease_is_over(self.one)
        self.other.engine._lease.beat()
        self.pump()
        self.assertEqual(
            [each.room for each in self.other.items(e.Missed) if each.room], ["#lobby", "#quiet"]
        )

    def test_a_failover_that_loses_nothing(self) -> None:
        for text in "abc":
            self.fail_over(dumped(self.redis))
            self.other.link.come_up()
            self.pump(0.2)
            self.other.say(text)
            self.pump(0.2)
            self.one.link.come_up()
            self.pump(1.0)
        self.assertEqual(self.one.lines, ["before", *"abc"])
        self.assertEqual((missed(self.one), missed(self.other)), ([], []))

    def fail_over(self, kept: dict[bytes, bytes]) -> None:
        """Let another Redis have that."""
        for node in (self.one, self.other):
            node.link.go_down()
        restore(self.redis, kept)
        self.redis.hset("twistchat:facts", "run", "another")
