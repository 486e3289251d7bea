"""An answer that was lost, a store that refuses: what is kept is kept once, and known."""

from __future__ import annotations

from dataclasses import replace

from twisted.logger import capturedLogs, formatEvent

from tests.redis.nodes import NodesTestCase
from twistchat.core import events as e
from twistchat.core.limits import Limits
from twistchat.engine.redis import lease


class LostAnswersTests(NodesTestCase):
    limits = Limits(uncommitted_age=2.0)

    def setUp(self) -> None:
        super().setUp()
        self.one, self.other = self.start("a"), self.start("b")
        self.one.say("before")
        self.pump()

    def tearDown(self) -> None:
        super().tearDown()
        self.flushLoggedErrors()

    def test_an_answer_that_was_lost_is_asked_again(self) -> None:
        for is_done in (True, False):
            self.one.link.lose_next("append", is_done=is_done)
            self.one.say(f"{is_done}")
            self.one.put(e.Noted(("there",)))
            self.one.say("next")
            self.other.say("meanwhile")
            self.pump()
        for node in (self.one, self.other):
            self.assertEqual(sorted(node.lines), sorted(
                ["before", "True", "next", "meanwhile", "False", "next", "meanwhile"]
            ))  # fmt: skip
        self.assert_one_order(self.one, self.other)
        self.assertEqual(self.one.of(e.Resynced), [])

    def test_several_times(self) -> None:
        self.one.link.lose_next("append", is_done=False, count=2)
        self.one.link.lose_next("append", is_done=True, count=3)
        self.one.say("a")
        self.pump(1.5)
        self.assertEqual(self.one.lines, ["before", "a"])
        self.assert_one_order(self.one, self.other)

    def test_ones_own_in_the_feed_waits_for_its_answer(self) -> None:
        self.one.link.hold()
        self.one.say("mine")
        self.clock.pump([0.001] * 3)
        self.other.say("theirs")
        self.clock.pump([0.001] * 10)
        self.assertEqual(self.one.lines, ["before"])
        self.assertEqual(self.other.lines, ["before", "mine", "theirs"])
        self.one.link.let_go()
        self.pump()
        self.assertEqual(self.one.lines, ["before", "mine", "theirs"])
        self.assertEqual(self.one.told[1].node, "")

    def test_what_is_not_answered_for_too_long_is_unknown_and_told_when_it_is_met(self) -> None:
        self.one.enter("1")
        self.pump()
        self.one.link.lose_next("append", is_done=True, back_in=None)
        self.one.say("a")
        self.one.put(e.Joined("#lobby", "1", "1", 7.0))
        self.pump(2.5)
        self.one.say("b")
        self.pump()
        self.assertEqual(self.one.lines, ["before", "?a", "-b"])
        self.assertEqual(len(self.one.of(e.Joined)), 1)
        self.other.say("c")
        self.one.link.come_up()
        self.pump(1.0)
        self.assertEqual(self.one.lines, ["before", "?a", "-b", "a", "c"])
        self.assertEqual(self.other.lines, ["before", "a", "c"])
        self.assertEqual(len(self.one.of(e.Joined)), 1)
        self.assertEqual(self.places(self.one), self.places(self.other))

    def test_what_was_given_up_never_comes_late(self) -> None:
        self.one.link.lose_next("append", is_done=False, back_in=None)
        self.one.say("a")
        self.pump(2.5)
        self.one.link.come_up()
        self.pump()
        self.one.say("b")
        self.pump()
        self.assertEqual(self.one.lines, ["before", "?a", "b"])
        self.assertEqual(self.other.lines, ["before", "b"])

    def test_what_could_not_be_sent_is_certainly_not_kept(self) -> None:
        self.one.link.go_down()
        self.one.say("a")
        self.pump(1.0)
        self.assertEqual(self.one.lines, ["before"])
        self.pump(1.5)
        self.assertEqual(self.one.lines, ["before", "-a"])
        self.one.say("b")  # and now nobody waits any more
        self.pump(0.1)
        self.assertEqual(self.one.lines, ["before", "-a", "-b"])
        self.assertIn("cable", self.one.engine.trouble)
        self.one.link.come_up()
        self.pump()
        self.one.say("c")
        self.pump()
        self.assertEqual(self.one.lines, ["before", "-a", "-b", "c"])
        self.assertEqual(self.one.engine.trouble, "")

    def test_a_connection_that_comes_back_soon_costs_nothing(self) -> None:
        self.one.link.go_down()
        self.one.say("a")
        self.pump(1.0)
        self.other.say("b")
        self.pump()
        self.one.link.come_up()
        self.pump()
        self.assertEqual(self.one.lines, ["before", "b", "a"])
        self.assert_one_order(self.one, self.other)

    def test_replies_go_on_while_there_is_no_connection(self) -> None:
        self.one.link.go_down()
        self.one.put(e.Noted(("x",)))
        self.assertEqual(self.one.told[-1].item, e.Noted(("x",)))

    def test_a_store_that_has_no_memory_left(self) -> None:
        self.one.link.refuse("OOM")
        self.one.say("a")
        self.pump()
        self.assertEqual(self.one.lines, ["before", "-a"])
        self.assertIn("OOM", self.one.engine.trouble)
        self.other.say("b")
        self.pump()
        self.assertEqual(self.one.lines, ["before", "-a", "b"])
        self.one.link.accept()
        self.one.say("c")
        self.pump()
        self.assertEqual(self.one.lines, ["before", "-a", "b", "c"])
        self.assertEqual(self.one.engine.trouble, "")

    def test_an_answer_that_was_lost_of_a_store_that_refuses_then(self) -> None:
        self.one.link.lose_next("append", is_done=True)
        self.one.link.refuse("OOM", "append", count=2)
        self.one.say("a")
        self.pump(1.9)
        self.assertEqual(self.one.lines, ["before", "a"])

    def test_a_store_that_is_no_master_any_more(self) -> None:
        for code in ("READONLY", "LOADING", "MASTERDOWN"):
            self.one.link.refuse(code, "append", count=1)
            self.one.say(code)
            self.pump()
        self.assertEqual(self.one.lines, ["before", "READONLY", "LOADING", "MASTERDOWN"])
        self.assertEqual(len(self.one.link.drops), 3)
        self.assert_one_order(self.one, self.other)

    def test_presence_that_could_not_be_shared_is_told_when_that_can_be(self) -> None:
        self.one.enter("1", "#lobby")
        self.one.enter("2", "#lobby")
        self.pump()
        self.one.link.refuse("OOM", "append")
        self.one.put(e.Departed(("#lobby",), "1", "1", e.Cause.LOST, "", 9.0))
        del self.one.people["1"]
        self.one.put(e.Joined("#lab", "2", "2", 9.0))
        self.one.people["2"] = replace(self.one.people["2"], rooms=("#lobby", "#lab"))
        self.pump()
        self.assertEqual(len(self.one.of(e.Departed)), 1)
        self.assertEqual(self.other.of(e.Departed), [])
        self.one.link.accept()
        self.beat()
        self.assertEqual([gone.user for gone in self.other.items(e.Departed)], ["1"])
        self.assertEqual(self.other.items(e.Entered)[-1].rooms, ("#lobby", "#lab"))
        self.assertEqual(len(self.one.of(e.Resynced)), 1)
        self.assertEqual(len(self.one.of(e.Departed)), 1)
        self.beat()
        self.assertEqual(len(self.one.of(e.Resynced)), 1)

    def test_nothing_grows_while_there_is_no_connection(self) -> None:
        self.one.link.go_down()
        for turn in range(200):
            self.one.say(f"{turn}")
            self.one.put(e.AwayChanged((), "1", "1", f"{turn}", 7.0))
            self.pump(0.1)
        self.assertLess(self.one.engine.waiting, 50_000)
        self.assertEqual(len(self.one.of(e.NotKept)), 200)
        self.assertLess(len(self.clock.getDelayedCalls()), 20)


class TroubleTests(NodesTestCase):
    def test_two_of_one_name(self) -> None:
        one = self.start("a")
        self.start("a")
        with capturedLogs() as events:
            one.engine._lease.beat()
            self.pump()
        told = "\n".join(formatEvent(event) for event in events)
        self.assertIn("is there another one called a?", told)

    def test_a_store_that_was_emptied(self) -> None:
        one = self.start("a")
        self.redis.flushall()
        with capturedLogs() as events:
            one.engine._lease.beat()
            self.pump()
        told = "\n".join(formatEvent(event) for event in events)
        self.assertIn("cannot use Redis now: Redis was emptied, or is another one", told)
        self.assertNotIn("dead", told)

    def test_it_is_said_at_once_each_minute_and_when_it_is_over(self) -> None:
        told: list[str] = []

        class Log:
            def error(self, text: str, **_: object) -> None:
                told.append(text)

            def info(self, text: str, **_: object) -> None:
                told.append(text)

        self.patch(lease, "log", Log())
        one = self.start("a")
        one.link.go_down()
        self.assertEqual(len(told), 1)
        self.clock.pump([0.5] * 130)
        self.assertEqual(len(told), 2)
        one.link.come_up()
        self.pump()
        self.assertEqual(len(told), 3)
        self.assertIn("again", told[-1])

    def test_stopping_without_a_connection_takes_its_time_and_no_more(self) -> None:
        one = self.start("a")
        one.link.go_down()
        one.say("a")
        self.pump()
        done: list[None] = []
        one.engine.stop().addCallback(done.append)
        self.pump(6.0)
        self.assertEqual(done, [None])
        self.assertEqual(one.lines, ["?a"] if one.lines[0][0] == "?" else ["-a"])
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.flushLoggedErrors()

    def test_who_leaves_says_so(self) -> None:
        one, other = self.start("a"), self.start("b")
        one.enter("1", "#lobby")
        self.pump()
        one.engine.stop()
        self.pump()
        (gone,) = other.of(e.Departed)
        self.assertEqual(gone.node, "a")
        self.assertEqual([each.user for each in other.items(e.Departed)], ["1"])
