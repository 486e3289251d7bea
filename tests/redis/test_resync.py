"""A node that was cut off, and a store that has lost something: no wrong number, no silent hole."""

from __future__ import annotations

from tests.redis.engines import kill
from tests.redis.nodes import Node, NodesTestCase, dumped, members, restore
from twistchat.core import events as e
from twistchat.core.limits import Limits
from twistchat.engine.redis import resync


def entered(node: Node) -> list[str]:
    """Of whom a node has told that they are there."""
    return [each.user for each in node.items(e.Entered)]


def departed(node: Node) -> list[str]:
    """Of whom it has told that they are gone."""
    return [each.user for each in node.items(e.Departed)]


def missed(node: Node) -> list[e.Missed]:
    """What of the lobby it has said to be missed."""
    return [each for each in node.items(e.Missed) if each.room == "#lobby"]


class ResyncTestCase(NodesTestCase):
    limits = Limits(uncommitted_age=2.0)

    def setUp(self) -> None:
        super().setUp()
        self.one, self.other = self.start("a"), self.start("b")
        self.one.enter("1", "#lobby")
        self.other.enter("2", "#lobby")
        self.pump()
        self.one.say("before")
        self.pump()

    def tearDown(self) -> None:
        super().tearDown()
        self.flushLoggedErrors()


class CutOffTests(ResyncTestCase):
    def take_for_dead(self, node: Node, by: Node) -> None:
        """Cut a node off until another one has announced its people as gone."""
        node.link.go_down()
        self.lease_is_over(node)
        self.beat()
        self.assertEqual(len(by.of(e.Departed)), 1)

    def test_who_is_taken_for_dead_and_comes_back(self) -> None:
        self.take_for_dead(self.one, self.other)
        self.assertEqual([each.node for each in self.other.of(e.Departed)], ["a"])
        self.assertEqual(departed(self.other), ["1"])
        self.other.say("meanwhile")
        self.other.put(e.Whispered("2", "2", "1", "1", "psst", False, 7.0))
        self.other.put(e.Joined("#lab", "2", "2", 7.0))
        self.pump()
        self.one.link.come_up()
        self.pump()
        self.assertEqual(self.one.lines, ["before", "meanwhile"])
        self.assertEqual(len(self.one.of(e.Whispered)), 1)
        self.assertEqual(self.one.of(e.Missed), [])
        self.assertEqual(self.one.of(e.Departed), [])
        (resynced,) = self.one.items(e.Resynced)
        ((node, who),) = resynced.people
        self.assertEqual((node, who.user, who.rooms), ("b", "2", ("#lobby", "#lab")))
        self.assertEqual(entered(self.other), ["1", "2", "1"])
        self.other.say("after")
        self.one.say("this too")
        self.pump()
        self.assertEqual(self.one.lines, self.other.lines)
        self.assertEqual(self.places(self.one), self.places(self.other))

    def test_who_learns_of_it_by_the_feed(self) -> None:
        """Its connections were held up, and never broke."""
        self.one.link.is_deaf = True
        self.lease_is_over(self.one)
        self.other.engine._lease.beat()
        self.pump()
        self.assertEqual(departed(self.other), ["1"])
        self.one.link.is_deaf = False
        self.other.say("meanwhile")
        self.pump()
        self.assertEqual(departed(self.one), [])
        self.assertEqual(len(self.one.of(e.Resynced)), 1)
        self.assertEqual(self.one.lines, ["before", "meanwhile"])
        self.assertEqual(entered(self.other)[-1], "1")

    def test_who_came_from_another_node_that_takes_them_for_gone(self) -> None:
        """That is told behind their coming, which stands behind it; they are here all the same."""
        gone = e.Departed(("#lobby",), "2", "2", e.Cause.LOST, "", 9.0)
        self.one.link.is_deaf = True
        self.other.people.clear()
        self.other.put(gone)
        self.pump()
        self.one.enter("2", "#lobby")
        self.pump()
        self.assertEqual(entered(self.one)[-1], "2")
        self.one.link.is_deaf = False
        self.one.engine._lease.owe()
        self.one.link.go_down()
        self.one.link.come_up()
        self.pump(3.0)
        self.assertEqual(departed(self.other), ["2"])

    def test_who_learns_of_it_by_saying_something(self) -> None:
        self.one.link.is_deaf = True
        self.lease_is_over(self.one)
        self.other.engine._lease.beat()
        self.pump()
        self.one.say("am I alive?")
        self.pump()
        self.assertEqual(self.one.lines, ["before", "am I alive?"])
        self.assertEqual(self.other.lines, ["before", "am I alive?"])
        self.assertEqual(len(self.one.of(e.Resynced)), 1)
        self.assertEqual(self.one.of(e.NotKept), [])

    def test_a_batch_of_the_former_life_whose_answer_was_lost(self) -> None:
        for is_done in (True, False):
            text = f"{is_done}"
            self.one.link.lose_next("append", is_done=is_done, back_in=None)
            self.other.say(f"before {text}")
            self.clock.pump([0.001] * 8)
            origin = object()
            self.one.put(e.Said("#lobby", "1", "1", text, False, 7.0), origin=origin)
            self.one.put(e.Noted((text,)))
            self.clock.pump([0.001] * 8)
            self.other.say(f"after {text}")
            self.clock.pump([0.001] * 8)
            self.lease_is_over(self.one)
            self.other.engine._lease.beat()
            self.clock.pump([0.001] * 8)
            self.one.link.come_up()
            self.pump()
            self.assertEqual(self.one.lines, self.other.lines)
            self.assertEqual(self.places(self.one), self.places(self.other))
            (mine,) = (
                each
                for each in self.one.of(e.Said)
                if isinstance(each.item, e.Said) and each.item.text == text
            )
            self.assertIs(mine.origin, origin)
        self.assertEqual(len(self.one.lines), 7)
        self.assertEqual(self.one.of(e.Missed), [])

    def test_whose_place_in_the_feed_is_trimmed(self) -> None:
        self.other.say("lab", room="#lab")
        self.pump()
        self.one.link.go_down()
        self.other.say("missed 1", "missed 2")
        self.other.say("new", room="#new")
        self.pump()
        self.redis.xtrim("twistchat:feed", maxlen=0, approximate=False)
        self.one.link.come_up()
        self.pump()
        self.assertEqual(self.one.lines, ["before", "lab", "missed 1", "missed 2"])
        (private,) = self.one.items(e.Missed)
        self.assertEqual(private, e.Missed("", 0, 0, False, private.at))
        self.other.say("after")
        self.other.say("newer", room="#new")
        self.pump()
        self.assertEqual(self.one.lines[4:], ["after", "newer"])
        self.assertEqual(self.places(self.one)[-2:], self.places(self.other)[-2:])

    def test_whose_place_is_trimmed_and_whose_batch_is_in_it(self) -> None:
        self.other.say("x")
        self.clock.pump([0.001] * 8)
        self.one.link.lose_next("append", is_done=True, back_in=None)
        self.one.say("in the lab", room="#lab")
        self.one.put(e.HistoryOpened("#lobby", 5))
        self.clock.pump([0.001] * 8)
        self.other.say("y")
        self.pump()
        self.redis.xtrim("twistchat:feed", maxlen=0, approximate=False)
        self.one.link.come_up()
        self.pump()
        self.assertEqual(self.one.lines, ["before", "x", "y", "in the lab"])
        # What was read late stands before it, so there it begins.
        self.assertEqual([each.number for each in self.one.of(e.HistoryOpened)], [3])

    def test_whose_place_is_trimmed_and_who_has_spoken_between(self) -> None:
        self.one.link.lose_next("append", is_done=True, back_in=None)
        self.one.say("mine", "mine too")
        self.clock.pump([0.001] * 8)
        self.other.say("y")
        self.pump()
        self.redis.xtrim("twistchat:feed", maxlen=0, approximate=False)
        self.one.link.come_up()
        self.pump()
        self.assertEqual(self.one.lines, ["before", "mine", "mine too", "y"])
        self.assertEqual(self.places(self.one), self.places(self.other))

    def test_what_is_no_longer_kept_of_a_room_is_missed(self) -> None:
        self.one.link.go_down()
        self.other.say(*"abcdef")
        self.pump()
        self.redis.xtrim("twistchat:feed", maxlen=0, approximate=False)
        self.redis.xtrim("twistchat:events:#lobby", maxlen=2, approximate=False)
        self.one.link.come_up()
        self.pump()
        (found,) = missed(self.one)
        self.assertEqual(found, e.Missed("#lobby", 2, 7, False, found.at))
        self.assertEqual([each.number for each in self.one.of(e.Missed)], [7, 0])
        self.other.say("g")
        self.pump()
        self.assertEqual((self.one.lines, self.one.told[-1].number), (["before", "g"], 8))

    def test_who_missed_very_much_reads_the_rooms(self) -> None:
        self.patch(resync, "MOST", 3)
        self.one.link.go_down()
        for turn in range(200):
            self.other.say(f"{turn}")
            self.clock.pump([0.001] * 3)
        self.lease_is_over(self.one)
        self.other.engine._lease.beat()
        self.pump()
        self.one.link.come_up()
        self.pump()
        self.assertEqual(self.one.lines, self.other.lines)

    def test_a_connection_that_breaks_while_it_looks(self) -> None:
        for name in ("beat", "hello", "feed", "reassert", "XRANGE"):
            for is_done in (True, False):
                self.one.link.go_down()
                self.lease_is_over(self.one)
                self.other.engine._lease.beat()
                self.other.say(f"{name} {is_done}")
                self.pump()
                self.one.link.lose_next(name, is_done=is_done)
                self.one.link.come_up()
                self.pump(1.0)
                self.one.link.accept()
                self.pump(1.0)
                self.one.say("hi")
                self.pump()
                self.assertEqual(self.one.lines, self.other.lines)
                self.assertEqual(self.places(self.one), self.places(self.other))
                self.assertEqual(members(self.redis, "twistchat:people-of:a"), {"1"})
        self.assertEqual(self.one.of(e.Missed), [])


class LostStoreTests(ResyncTestCase):
    def test_everything_is_lost_and_the_connection_stays(self) -> None:
        old = self.places(self.one)[-1]
        self.redis.flushall()
        self.other.say("first of all")
        self.pump()
        self.beat()
        self.one.say("and I")
        self.pump()
        self.assertEqual(self.one.lines, ["before", "and I"])
        self.assertEqual(self.other.lines, ["before", "first of all", "and I"])
        (found,) = missed(self.one)
        self.assertEqual((found.first, found.last), (1, 1))
        for node in (self.one, self.other):
            self.assertNotEqual(node.told[-1].epoch, old[0])
            self.assertEqual([each.is_new_epoch for each in missed(node)], [True])
        self.assertEqual(self.places(self.one)[-1], self.places(self.other)[-1])
        people = members(self.redis, "twistchat:people")
        self.assertEqual(people, {"1", "2"})
        self.assertEqual(self.one.engine.secret, self.other.engine.secret)

    def test_others_go_on_at_once_behind_the_place_where_one_was(self) -> None:
        """So that the number it was at is there again, and is another's."""
        self.one.link.is_deaf = True
        self.redis.flushall()
        for turn in range(12):
            self.other.say(f"{turn}")
            self.pump()
        self.one.link.is_deaf = False
        self.other.say("wakes it")
        self.pump()
        self.assertEqual(self.one.lines[0], "before")
        self.assertGreaterEqual(len(self.one.of(e.Missed)), 1)
        self.other.say("after")
        self.pump()
        self.assertEqual(self.one.lines[-1], "after")
        self.assertEqual(self.places(self.one)[-1], self.places(self.other)[-1])

    def test_a_secret_goes_on(self) -> None:
        secret = self.one.engine.secret
        self.redis.flushall()
        self.beat()
        self.assertEqual((self.one.engine.secret, self.other.engine.secret), (secret, secret))

    def test_a_failover_that_loses_the_last_lines(self) -> None:
        self.one.say("kept")
        self.pump()
        kept = dumped(self.redis)
        self.one.say("lost 1", "lost 2")
        self.one.say("quiet", room="#quiet")
        self.pump()
        epoch = self.one.told[-2].epoch
        self.assertEqual(self.other.lines[-1], "quiet")
        for node in (self.one, self.other):
            node.link.go_down()
        restore(self.redis, kept)
        self.other.link.come_up()
        self.pump()
        self.other.say("said anew")
        self.pump()
        self.one.link.come_up()
        self.pump()
        self.one.say("and I")
        self.pump()
        self.assertEqual(self.other.lines[-2:], ["said anew", "and I"])
        self.assertEqual(self.one.lines[-2:], ["quiet", "and I"])
        for node in (self.one, self.other):
            last = node.of(e.Said)[-1]
            self.assertNotEqual(last.epoch, epoch)
            rooms = [each.room for each in node.items(e.Missed) if each.is_new_epoch]
            self.assertIn("#lobby", rooms)
            self.assertIn("#quiet", rooms)
        self.assertEqual(self.places(self.one)[-1], self.places(self.other)[-1])

    def test_one_that_another_has_written_over_before_this_one_looks(self) -> None:
        """It has as many lines as were told here, and they are others."""
        kept = dumped(self.redis)
        self.other.link.go_down()
        self.one.say("lost")
        self.pump()
        self.one.link.go_down()
        restore(self.redis, kept)
        self.other.link.come_up()
        self.pump()
        self.other.put(e.Said("#lobby", "2", "2", "in its place", False, 9.0))
        self.other.say("and on")
        self.pump()
        self.one.link.come_up()
        self.pump()
        self.other.say("last")
        self.pump()
        self.assertEqual(self.one.told[-1].epoch, self.other.told[-1].epoch)
        self.assertNotEqual(self.one.told[-1].epoch, self.one.of(e.Said)[0].epoch)
        self.assertEqual(len(missed(self.other)), 1)


class RestartTests(ResyncTestCase):
    def test_a_node_that_is_started_again_knows_who_is_elsewhere(self) -> None:
        kill(self.one.engine)
        again = self.start("a")
        (resynced,) = again.told
        assert isinstance(resynced.item, e.Resynced)
        self.assertEqual([(node, who.user) for node, who in resynced.item.people], [("b", "2")])
        self.assertEqual(departed(self.other), ["1"])
        again.say("again")
        self.pump()
        self.assertEqual(self.other.lines, ["before", "again"])
        self.assertEqual(self.places(again), self.places(self.other)[-1:])


class JustStartedTests(ResyncTestCase):
    def test_who_has_told_nothing_yet_when_the_store_loses_something(self) -> None:
        """A failover just behind a start, and others who go on before it looks."""
        kept = dumped(self.redis)
        self.one.say("lost")
        self.pump()
        late = self.start("c")
        late.link.go_down()
        kill(self.one.engine)
        kill(self.other.engine)
        restore(self.redis, kept)
        self.start("d").put(e.Said("#lobby", "4", "dan", "instead", action=False, at=8.0))
        self.pump()
        late.link.come_up()
        self.pump()
        self.assertTrue(missed(late)[-1].is_new_epoch)
