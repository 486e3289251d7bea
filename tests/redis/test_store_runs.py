"""Another run of Redis, or another Redis, that may have lost the last that was told."""

from __future__ import annotations

import time

from tests.redis.nodes import dumped, restore
from tests.redis.server import RedisServer
from tests.redis.storing import Node, StoreTestCase, entered
from twistchat.core import events as e
from twistchat.engine import Committed, Entry, Label, Repeated, Stamp
from twistchat.engine.redis.shapes import Here
from twistchat.engine.redis.store import ToldUpTo, identity_of
from twistchat.testing.harness import said


class FailoverTests(StoreTestCase):
    """Two nodes, both of which were told four lines; the Redis that comes then has two of them."""

    def setUp(self) -> None:
        super().setUp()
        self.hello()
        self.a.say("k", said("1", at=1.0))
        self.a.put(said("2", at=2.0), said("quiet", room="#quiet", at=1.0))
        self.epochs = {log: self.epoch(log) for log in ("#lobby", "#quiet")}
        self.kept = dumped(self.db)
        self.first = self.a.here
        self.a.put(said("3", at=3.0), said("4", at=4.0))
        self.a.news()
        self.b.news()

    def fail_over(self, *, loses: bool = True) -> None:
        """Let another Redis have what was there; what was told behind that is lost."""
        if loses:
            restore(self.db, self.kept)
        self.db.hset("t:facts", "run", "another")
        self.a.at = self.b.at = int(self.db.get("t:seq"))

    def look(self, node: Node, number: int) -> bool:
        """Let a node look whether the last is there that it was told, which was a batch of `a`."""
        mark = (number, identity_of(self.first, number))
        return self.wait(node.store.look(node.here, at=number, mark=mark)).is_same

    def dies(self, node: Node) -> None:
        """Let its lease be over, and another beat."""
        self.db.zadd("t:nodes", {node.here.node: 1})
        self.db.set("t:beat", int(time.time() * 1000))
        other = self.b if node is self.a else self.a
        self.wait(other.store.beat(other.here))

    def gone_on(self) -> set[str]:
        """Which logs are under another epoch."""
        return {log for log, epoch in self.epochs.items() if self.epoch(log) != epoch}

    def test_all_come_back_and_all_is_there(self) -> None:
        self.fail_over(loses=False)
        self.assertTrue(self.look(self.b, 3))
        self.assertTrue(self.look(self.a, 3))
        self.b.put(said("5", at=5.0))
        self.assertEqual(self.gone_on(), set())
        self.dies(self.a)
        self.assertEqual(self.gone_on(), set())
        self.assertEqual(self.db.exists("t:doubted", "t:sure"), 0)

    def test_one_that_knows_of_more(self) -> None:
        self.fail_over()
        self.assertTrue(self.look(self.b, 2))
        self.assertFalse(self.look(self.a, 3))
        self.a.hello(
            life="a2",
            former="a1",
            verify={
                "#lobby": ToldUpTo(self.epochs["#lobby"], 4, 4.0),
                "#quiet": ToldUpTo(self.epochs["#quiet"], 1, 1.0),
            },
        )
        self.assertEqual(self.gone_on(), {"#lobby"})
        self.assertEqual(self.db.exists("t:doubted", "t:sure"), 0)

    def test_one_that_knows_of_more_has_died(self) -> None:
        """Its people come back at the other one, and are to hear that something is gone."""
        self.fail_over()
        self.assertTrue(self.look(self.b, 2))
        self.assertEqual(self.gone_on(), set())
        self.dies(self.a)
        self.assertEqual(self.gone_on(), {"#lobby", "#quiet"})
        missed = {each.item.room: each for each in self.b.news() if isinstance(each.item, e.Missed)}
        self.assertEqual(
            missed["#lobby"],
            Committed(
                e.Missed("#lobby", 1, 2, is_new_epoch=True, at=1000.0),
                self.epoch(), 2, node="a",
            ),
        )  # fmt: skip
        self.assertEqual(set(missed), {"#lobby", "#quiet"})
        self.assertEqual(self.b.put(said("5"))[0], Stamp(self.epoch(), 3))
        self.assertEqual(self.b.say("k", said("1", at=9.0))[0], Repeated(Stamp(self.epoch(), 1)))
        self.dies(self.b)  # once for this run
        self.assertEqual(self.epoch(), self.b.hello(life="b2").stands["#lobby"].epoch)

    def test_one_that_has_died_is_started_again(self) -> None:
        self.fail_over()
        self.assertTrue(self.look(self.b, 2))
        self.a.hello(life="a2")
        self.assertEqual(self.gone_on(), {"#lobby", "#quiet"})

    def test_one_that_leaves_and_has_not_looked(self) -> None:
        self.fail_over()
        self.assertTrue(self.look(self.b, 2))
        self.wait(self.a.store.leave(self.a.here))
        self.assertEqual(self.gone_on(), {"#lobby", "#quiet"})

    def test_a_beat_is_no_look(self) -> None:
        self.fail_over()
        self.wait(self.a.store.beat(self.a.here))
        self.assertTrue(self.look(self.b, 2))
        self.wait(self.a.store.beat(self.a.here))
        self.dies(self.a)
        self.assertEqual(self.gone_on(), {"#lobby", "#quiet"})

    def test_who_knows_of_no_batch_has_not_looked(self) -> None:
        """Since it registered, nobody has said anything: what stands there may be another's."""
        self.fail_over()
        look = self.b.store.look
        self.assertFalse(self.wait(look(self.b.here, at=2, mark=None)).is_same)
        self.b.hello(life="b2", former="b1", verify={})
        self.assertTrue(self.wait(look(self.b.here, at=2, mark=None)).is_same)

    def test_what_is_said_before_all_have_looked_has_another_epoch(self) -> None:
        """Else its number would stand for another text, until the last of them has looked."""
        self.fail_over()
        self.assertTrue(self.look(self.b, 2))
        self.b.put(e.AwayChanged((), "1", "1", "", 9.0), entered("1", "#lobby"))
        self.assertEqual(self.gone_on(), set())
        stamps = self.b.put(said("5", at=5.0), said("6", at=6.0), said("new", room="#new"))
        self.assertEqual(self.gone_on(), {"#lobby"})
        new = self.epoch("#new")
        self.assertEqual(
            stamps, [Stamp(self.epoch(), 3), Stamp(self.epoch(), 4), Stamp(new, 1)]
        )  # fmt: skip
        missed, *told = (each for each in self.a.news() if not isinstance(each.item, e.Entered))
        assert isinstance(missed.item, e.Missed)
        self.assertEqual(missed.item, e.Missed("#lobby", 1, 2, True, missed.item.at))
        self.assertEqual((missed.epoch, missed.number), (self.epoch(), 2))
        self.assertEqual(
            told,
            [
                Committed(said("5", at=5.0), self.epoch(), 3, node="b"),
                Committed(said("6", at=6.0), self.epoch(), 4, node="b"),
                Committed(said("new", room="#new"), new, 1, node="b"),
            ],
        )
        after = self.epoch()
        self.b.put(said("7"))
        lobby = {"#lobby": ToldUpTo(self.epochs["#lobby"], 4, 4.0)}
        self.a.hello(life="a2", former="a1", verify=lobby)
        self.assertEqual((self.epoch(), self.epoch("#new")), (after, new))
        self.assertEqual(self.gone_on(), {"#lobby"})

    def test_who_dies_then_takes_with_it_what_is_not_sure_yet(self) -> None:
        self.fail_over()
        self.assertTrue(self.look(self.b, 2))
        self.b.put(said("5"), said("new", room="#new"))
        after = self.epoch(), self.epoch("#new")
        self.dies(self.a)
        self.assertEqual((self.epoch(), self.epoch("#new")), after)
        self.assertEqual(self.gone_on(), {"#lobby", "#quiet"})

    def test_private_logs_too(self) -> None:
        whispered = e.Whispered("1", "a", "2", "b", "psst", False, 7.0)
        for is_said in (True, False):
            (before,) = self.a.put(whispered)
            self.db.hset("t:facts", "run", "another")
            self.assertTrue(self.look(self.b, 3))
            if not is_said:
                self.dies(self.a)
            (after,) = self.b.put(whispered)
            assert isinstance(before, Stamp)
            assert isinstance(after, Stamp)
            self.assertEqual(after.number, before.number + 1)
            self.assertNotEqual(after.epoch, before.epoch)

    def test_another_before_all_have_looked(self) -> None:
        self.fail_over()
        self.assertTrue(self.look(self.b, 2))
        self.b.put(said("5"))
        once = self.epoch()
        self.db.hset("t:facts", "run", "a third")
        self.assertTrue(self.look(self.b, 2))
        self.b.put(said("6"))
        self.assertNotEqual(self.epoch(), once)


class RestartTests(StoreTestCase):
    """A Redis that was started anew."""

    def begin(self, settings: dict[str, str]) -> None:
        self.server = RedisServer({"appendonly": "yes", **settings})
        self.addCleanup(self.server.close)
        self.server.start()
        self.a, self.b = Node(self, "a"), Node(self, "b")
        self.a.hello()
        (stamp,) = self.a.append([Entry(said("x"), label=Label(key="k"))]).outcomes
        assert isinstance(stamp, Stamp)
        self.stamp = stamp
        self.mark = 1, identity_of(self.a.here, 1)

    def restart(self) -> None:
        self.server.restart(is_killed=False)
        for node in (self.a, self.b):
            node.link.drop("it was started anew")
        self.clock.pump([0.05] * 3)

    def look(self, node: Node) -> bool:
        return self.wait(node.store.look(node.here, at=1, mark=self.mark)).is_same

    def test_that_keeps_all(self) -> None:
        self.begin({"appendfsync": "always"})
        self.restart()
        self.assertEqual(self.b.hello().stands, {"#lobby": self.stamp})

    def test_that_keeps_all_and_a_node_dies_with_it(self) -> None:
        self.begin({"appendfsync": "always"})
        self.b.hello()
        self.restart()
        self.assertTrue(self.look(self.b))
        self.b.put(said("y"))
        self.assertEqual(self.a.hello(life="a2").stands, {"#lobby": Stamp(self.stamp.epoch, 2)})

    def test_that_may_have_lost_something(self) -> None:
        self.begin({"appendfsync": "everysec"})
        self.restart()
        found = self.b.hello(life="b2")
        self.assertEqual(found.stands["#lobby"].number, 1)
        self.assertNotEqual(found.stands["#lobby"].epoch, self.stamp.epoch)
        self.assertEqual(self.a.hello(life="a2").stands, found.stands)

    def test_that_may_have_and_a_node_dies_with_it(self) -> None:
        self.begin({"appendfsync": "everysec"})
        self.b.hello()
        self.restart()
        self.assertTrue(self.look(self.b))
        found = self.a.hello(life="a2").stands
        self.assertNotEqual(found["#lobby"].epoch, self.stamp.epoch)

    def test_that_somebody_has_seen_before_and_after(self) -> None:
        self.begin({"appendfsync": "everysec"})
        self.restart()
        self.assertTrue(self.look(self.a))
        self.assertEqual(self.b.hello(life="b2").stands, {"#lobby": self.stamp})

    def test_that_nobody_has_who_is_registered(self) -> None:
        """Who was there last may be lost with what was told to them."""
        self.begin({"appendfsync": "everysec"})
        self.wait(self.a.store.leave(Here("a", "a1")))
        self.restart()
        self.assertNotEqual(self.b.hello().stands["#lobby"].epoch, self.stamp.epoch)
