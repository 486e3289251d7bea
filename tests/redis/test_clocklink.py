"""The link on a Clock does as a real one would."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from tests.redis.clocklink import START_PATIENCE, ClockLink
from tests.redis.server import RedisServer, RedisTestCase
from twistchat.engine.redis.link import (
    AnswerLostError,
    NotSentError,
    RefusedError,
    Script,
    StoreError,
)

ADD = Script("add", b"return redis.call('INCRBY', KEYS[1], ARGV[1])")


class ClockLinkTests(RedisTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()
        self.told: list[Any] = []
        self.link = self.linked()

    def linked(self) -> ClockLink:
        link = ClockLink(self.clock, self.server)
        link.watch(
            came_up=lambda: self.told.append("up"),
            went_down=lambda: self.told.append("down"),
            woken=self.told.append,
        )
        started = link.start("wake")
        self.assertNoResult(started)
        self.passes()
        self.successResultOf(started)
        self.addCleanup(link.stop)
        return link

    def passes(self, seconds: float = 0.01) -> None:
        self.clock.pump([seconds / 10] * 10)

    def test_commands_and_scripts_are_done_when_the_clock_gets_there(self) -> None:
        first = self.link.command("SET", "a", 5)
        second = self.link.run(ADD, ["a"], [2])
        third = self.link.run(ADD, ["a"], [2], is_reading=True)
        self.assertNoResult(first)
        self.assertIsNone(self.redis.get("a"))
        self.passes()
        self.assertEqual(self.successResultOf(first), b"OK")
        self.assertEqual([self.successResultOf(each) for each in (second, third)], [7, 9])

    def test_what_is_published_wakes_every_link(self) -> None:
        self.linked()
        self.link.command("PUBLISH", "wake", 17)
        self.passes()
        self.assertEqual(self.told, [b"17", b"17"])

    def test_an_error_is_told_by_its_code(self) -> None:
        self.redis.set("a", "no number")
        wrong = self.link.run(ADD, ["a"], [2])
        self.link.refuse("OOM", count=1)
        self.passes()
        self.assertEqual(self.failureResultOf(wrong, RefusedError).value.code, "OOM")
        wrong = self.link.command("HGET", "a", "b")
        self.passes()
        self.assertEqual(self.failureResultOf(wrong, RefusedError).value.code, "WRONGTYPE")

    def test_without_a_connection_nothing_is_sent(self) -> None:
        under_way = self.link.command("INCR", "a")
        self.link.go_down()
        self.failureResultOf(under_way, AnswerLostError)
        self.failureResultOf(self.link.command("INCR", "a"), NotSentError)
        self.passes(1)
        self.assertEqual((self.told, self.link.is_up), (["down"], False))
        self.assertIsNone(self.redis.get("a"))
        self.link.come_up()
        self.passes()
        self.assertEqual((self.told, self.link.is_up), (["down", "up"], True))

    def test_an_answer_is_lost_before_or_after_it_is_done(self) -> None:
        for is_done, stands in ((True, b"1"), (False, b"1")):
            self.link.lose_next("INCR", is_done=is_done)
            other = self.link.command("GET", "a")
            lost = self.link.command("INCR", "a")
            self.passes()
            self.successResultOf(other)
            self.failureResultOf(lost, AnswerLostError)
            self.assertEqual(self.redis.get("a"), stands)
            self.passes(0.2)
            self.assertTrue(self.link.is_up)

    def test_answers_are_held_back(self) -> None:
        self.link.hold()
        held = [self.link.command("INCR", "a") for _ in range(2)]
        self.passes()
        self.assertEqual(self.redis.get("a"), b"2")
        self.assertNoResult(held[0])
        self.link.let_go()
        self.assertEqual([self.successResultOf(each) for each in held], [1, 2])

    def test_a_redis_that_is_gone_is_found_again(self) -> None:
        self.server = RedisServer()
        self.addCleanup(self.server.close)
        self.server.start()
        link = self.linked()
        self.server.kill()
        lost = link.command("INCR", "a")
        self.passes(0.3)
        self.failureResultOf(lost, AnswerLostError)
        self.assertFalse(link.is_up)
        self.server.start()
        self.passes(0.3)
        self.assertTrue(link.is_up)

    def test_nothing_is_left_behind(self) -> None:
        self.link.command("PUBLISH", "wake", 17).addErrback(lambda _: None)
        self.link.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_start_that_takes_too_long_fails(self) -> None:
        link = ClockLink(self.clock, self.server)
        link.is_cut = True
        started = link.start("wake")
        self.passes(START_PATIENCE + 1)
        self.failureResultOf(started, StoreError)
        self.assertEqual(self.clock.getDelayedCalls(), [])
