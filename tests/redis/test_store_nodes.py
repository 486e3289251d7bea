"""The lives of nodes: how they begin and end, what they are told, and what was lost meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from twisted.logger import capturedLogs, formatEvent

from tests.redis.storing import Node, StoreTestCase, departed, entered
from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Standing
from twistchat.core.law import Deed
from twistchat.engine import Committed, Repeated, Stamp
from twistchat.engine.redis.link import StoreError
from twistchat.engine.redis.shapes import Beat
from twistchat.engine.redis.store import FeedTrimmedError, NodeGoneError, ToldUpTo
from twistchat.testing.deeds import account, moderated, rules
from twistchat.testing.harness import said

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

DAY = 86_400.0


class HelloTests(StoreTestCase):
    """How a life begins."""

    def test_an_empty_store(self) -> None:
        found = self.a.hello(secret=b"s" * 32)
        self.assertTrue(found.is_new)
        self.assertEqual((found.seq, found.stands, found.secret), (0, {}, b"s" * 32))
        self.assertEqual(found.resync, e.Resynced((), (), 1000.0))
        other = self.b.hello()
        self.assertFalse(other.is_new)
        self.assertEqual((other.store, other.secret), (found.store, found.secret))

    def test_a_secret_is_made(self) -> None:
        self.assertEqual(len(self.a.hello().secret), 32)

    def test_what_it_may_lose_is_told_once(self) -> None:
        """Redis is set as it is, not as the operator thinks; docs/promises.md relies on it."""
        self.addCleanup(self.db.config_set, "appendonly", "no")
        self.addCleanup(self.db.config_set, "appendfsync", "everysec")
        for settings, told in (
            ({"appendonly": "no"}, "all since its last snapshot"),
            ({"appendonly": "no"}, ""),
            ({"appendonly": "yes", "appendfsync": "everysec"}, "(appendfsync everysec)"),
            ({"appendfsync": "always"}, ""),
        ):
            for name, value in settings.items():
                self.db.config_set(name, value)
            with capturedLogs() as events:
                self.a.hello()
            said = [formatEvent(event) for event in events]
            self.assertEqual(len(said), bool(told), said)
            self.assertIn(told, "".join(said))

    def test_a_newer_store_is_left_alone(self) -> None:
        self.a.hello()
        self.db.hset("t:facts", "format", 2)
        with self.assertRaises(StoreError) as caught:
            self.b.hello()
        self.assertIn("newer version", str(caught.exception))
        self.assertEqual(self.db.hget("t:facts", "format"), b"2")

    def test_what_holds_is_told_in_the_order_in_which_it_was(self) -> None:
        self.hello()
        founded = moderated(Deed.FOUND, "alice", to_user="1")
        last: list[e.Item] = [
            rules("slow", slow=5.0), moderated(Deed.BAN, room="", to_user="9", at=3.0),
            account(AccountDeed.REGISTER, "Bob", "b0b"), said("z", at=1.0), said("y", "#lab"),
        ]  # fmt: skip
        self.a.put(founded, rules(slow=1.0), moderated(Deed.MUTE), said("x"))
        self.b.put(moderated(Deed.UNMUTE), moderated(Deed.FOUND, "bob", to_user="2"), *last[:2])
        self.a.put(*last[2:])
        self.assertEqual(self.a.resync(life="a2").holds, (founded, *last))
        stands = self.a.hello().stands
        self.assertEqual({name: stamp.number for name, stamp in stands.items()},
                         {"#lobby": 8, "!": 2, "#lab": 1})  # fmt: skip

    def test_what_is_over_is_not_told(self) -> None:
        self.hello()
        self.a.put(
            moderated(Deed.BAN, until=2000.0),
            account(AccountDeed.REGISTER),
            account(AccountDeed.DELETE, standing=Standing.DELETED),
            said("z"),
        )
        held = self.b.resync(life="b2").holds
        self.assertEqual(held, (moderated(Deed.BAN, until=2000.0), said("z")))
        self.now = 2000.0 + 2 * DAY
        self.assertEqual(self.b.resync(life="b3").holds, (said("z"),))
        self.assertFalse(self.db.exists("t:standing:#lobby"))
        self.assertEqual(self.db.hkeys("t:order"), [b"#lobby"])

    def test_what_is_not_known_here_is_not_passed_over(self) -> None:
        self.hello()
        self.a.put(moderated(Deed.BAN))
        self.db.hset("t:standing:#lobby", "ban 2", '1 {"kind":"shunned"}')
        with self.assertRaises(StoreError):
            self.b.hello(life="b2")

    def test_a_new_life_ends_the_former(self) -> None:
        self.hello()
        self.wait(self.a.store.claim(self.a.here, "ann", "1"))
        self.a.put(entered("1", "#lobby", who="ann"), said("x"))
        self.b.news()
        self.a.hello(life="a2")
        self.assertEqual(
            self.b.news(),
            [Committed(e.Departed(("#lobby",), "1", "ann", e.Cause.LOST, "", 1000.0), node="a")],
        )
        self.assertTrue(self.wait(self.b.store.claim(self.b.here, "ann", "2")))
        self.assertEqual(self.a.put(said("y"))[0], Stamp(self.epoch(), 2))

    def test_a_life_that_goes_on_for_another_keeps_its_people(self) -> None:
        self.hello()
        self.wait(self.a.store.claim(self.a.here, "ann", "1"))
        self.a.put(entered("1", "#lobby", who="ann"), entered("2"), entered("3"))
        self.b.news()
        for _ in range(2):  # the first answer may have been lost
            self.assertEqual(self.a.resync(life="a2", former="a1").people, ())
        self.assertEqual(self.b.items(), [])
        self.wait(self.a.store.reassert(self.a.here, ["1", "3", "9"]))
        (batch,) = self.wait(self.b.store.feed(self.b.at, 9))
        self.assertEqual((batch.here, batch.number), (self.a.here, 0))
        gone = e.Departed((), "2", "2", e.Cause.LOST, "", 1000.0)
        self.assertEqual([committed.item for committed in batch.items], [gone])
        self.assertFalse(self.wait(self.b.store.claim(self.b.here, "ann", "2")))
        self.assertEqual(len(self.b.resync(life="b2", former="b1").people), 2)

    def test_two_processes_do_not_take_a_name_from_each_other(self) -> None:
        self.a.hello()
        twin = Node(self, "a")
        twin.hello(life="other")
        self.assertFalse(self.wait(self.a.store.beat(self.a.here)).is_known)
        with self.assertRaisesRegex(StoreError, "another process is node a, too"):
            self.a.hello(life="a2", former="a1")
        self.assertTrue(self.wait(twin.store.beat(twin.here)).is_known)
        self.wait(twin.store.leave(twin.here))
        self.a.hello(life="a2", former="a1")
        self.assertTrue(self.wait(self.a.store.beat(self.a.here)).is_known)

    def test_a_life_that_the_store_has_lost_is_still_of_the_same_process(self) -> None:
        self.a.hello(life="p.1")
        self.a.put(entered("1", "#lobby"))
        self.a.hello(life="p.3", former="p.2")
        self.assertEqual(self.db.smembers("t:people"), {b"1"})


class LostTests(StoreTestCase):
    """What was told and is not there, or otherwise."""

    def setUp(self) -> None:
        super().setUp()
        self.hello()
        self.a.say("k", said("1", at=1.0))
        self.a.put(*[said(str(number), at=float(number)) for number in range(2, 5)])
        self.before = self.epoch()
        self.b.news()

    def verify(self, number: int, at: float | None = None, log: str = "#lobby") -> str:
        """Say hello, having told a log so far; the epoch from then on."""
        place = ToldUpTo(self.before, number, at)
        found = self.a.hello(life=f"a{self.db.incr('lives')}", verify={log: place})
        return found.stands[log].epoch

    def test_what_is_there_goes_on(self) -> None:
        for number, at in ((0, None), (3, None), (4, None), (4, 4.0), (2, 2.0)):
            self.assertEqual(self.verify(number, at), self.before)
        self.assertEqual(self.b.items(), [])

    def test_more_was_told_than_there_is(self) -> None:
        epoch = self.verify(5)
        self.assertNotEqual(epoch, self.before)
        self.assertEqual(self.verify(5), epoch)
        missed = e.Missed("#lobby", 1, 4, is_new_epoch=True, at=1000.0)
        self.assertEqual(self.b.news(), [Committed(missed, epoch, 4, node="a")])
        self.assertEqual(self.b.put(said("x"))[0], Stamp(epoch, 5))

    def test_it_was_otherwise(self) -> None:
        """Another node has gone on from less, before this one came to verify it."""
        self.assertNotEqual(self.verify(3, 3.5), self.before)

    def test_what_was_deleted_is_known_by_its_time(self) -> None:
        self.b.put(e.Deleted("#lobby", 4, "1", "alice", "", 9.0))
        self.assertEqual(self.verify(4, 4.0), self.before)
        self.assertNotEqual(self.verify(4, 4.5), self.before)

    def test_what_is_no_longer_kept_is_taken_for_the_same(self) -> None:
        self.db.xtrim("t:events:#lobby", minid="4-0", approximate=False)
        self.assertEqual(self.verify(2, 9.0), self.before)

    def test_keys_follow(self) -> None:
        epoch = self.verify(5)
        (again,) = self.b.say("k", said("1", at=2.0))
        self.assertEqual(again, Repeated(Stamp(epoch, 1)))
        self.before = epoch
        epoch = self.verify(5)
        (again,) = self.b.say("k", said("1", at=2.0))
        self.assertEqual(again, Repeated(Stamp(epoch, 1)))

    def test_the_new_epoch_was_lost_too(self) -> None:
        """Two failovers, the second to a copy that has not heard of what followed the first."""
        second = self.verify(5)
        self.b.put(said("5", at=5.0))
        self.db.hset("t:stands", "#lobby", f"{self.before} 4 {self.before}")
        self.db.delete("t:epochs")
        first, self.before = self.before, second
        third = self.verify(5, 5.0)
        self.assertNotIn(third, (first, second))
        self.assertEqual(self.verify(5, 5.0), third)  # the next node
        self.before = first
        self.assertEqual(self.verify(4, 4.0), third)

    def test_private_logs(self) -> None:
        whispered = e.Whispered("1", "a", "2", "b", "psst", False, 7.0)
        (stamp,) = self.a.put(whispered)
        assert isinstance(stamp, Stamp)
        self.a.hello(life="a9", verify={"@1,2": ToldUpTo(stamp.epoch, 2)})
        (again,) = self.b.put(whispered)
        assert isinstance(again, Stamp)
        self.assertEqual(again.number, 2)
        self.assertNotEqual(again.epoch, stamp.epoch)
        self.assertNotIn(e.Missed, [type(item) for item in self.b.items()])

    def test_a_log_that_is_gone_begins_anew(self) -> None:
        self.db.flushall()
        epoch = self.verify(4)
        self.assertNotEqual(epoch, self.before)
        self.assertEqual(self.a.put(said("x"))[0], Stamp(epoch, 1))
        self.assertEqual(self.verify(3), epoch)  # the next node


class LeaseTests(StoreTestCase):
    """How a life ends."""

    def setUp(self) -> None:
        super().setUp()
        self.hello()

    def dies(self, node: Node) -> None:
        """Let a node not have been heard of for long, and the others just now."""
        self.db.zadd("t:nodes", {node.here.node: 1})
        self.db.set("t:beat", int(time.time() * 1000))

    def beat(self, node: Node) -> Beat:
        return self.wait(node.store.beat(node.here))

    def test_a_beat(self) -> None:
        self.a.put(said("x"))
        beat = self.beat(self.b)
        self.assertEqual((beat.seq, beat.is_known), (1, True))
        self.assertEqual(beat.store, self.a.hello().store)

    def test_a_clock_that_is_set_back(self) -> None:
        """Else whoever is dead would be there for as long as it was set back."""
        ahead = int(time.time() * 1000) + 3_600_000
        self.db.set("t:beat", ahead)
        self.db.zadd("t:nodes", {"a": ahead, "b": ahead})
        self.beat(self.a)
        for _, end in self.db.zrange("t:nodes", 0, -1, withscores=True):
            self.assertLess(end, ahead - 3_500_000)
        self.assertTrue(self.beat(self.b).is_known)

    def test_a_node_that_is_dead_is_noticed(self) -> None:
        for node in (self.a, self.b):
            self.assertTrue(self.wait(node.store.claim(node.here, "ann", "1")))
            node.put(entered("1", "#lobby", who="ann", is_guest=False))
        self.assertTrue(self.wait(self.b.store.claim(self.b.here, "bob", "2")))
        self.b.put(entered("2", "#lobby", "#lab", who="bob"))
        self.a.news()
        self.dies(self.b)
        self.assertEqual(self.beat(self.a), Beat(4, self.a.hello().store, is_known=True))
        (batch,) = self.wait(self.a.store.feed(3, 9))
        self.assertEqual((batch.here, batch.number), (self.b.here, 0))
        self.assertEqual(
            [committed.item for committed in batch.items],
            [
                e.Withdrew("1", "ann", 1000.0),
                e.Departed(("#lobby", "#lab"), "2", "bob", e.Cause.LOST, "", 1000.0),
            ],
        )
        self.assertEqual({committed.node for committed in batch.items}, {"b"})
        self.assertTrue(self.wait(self.a.store.claim(self.a.here, "bob", "3")))
        self.assertFalse(self.wait(self.a.store.claim(self.a.here, "ann", "3")))
        # It was only slow, and comes back.
        self.assertFalse(self.beat(self.b).is_known)
        store, here = self.b.store, self.b.here
        asked: list[Deferred[Any]] = [store.claim(here, "x", "1"), store.reassert(here, [])]
        for each in asked:
            with self.assertRaises(NodeGoneError):
                self.wait(each)
        with self.assertRaises(NodeGoneError):
            self.b.put(said("x"))
        self.b.hello(life="b2", former="b1")
        self.assertEqual(self.wait(self.b.store.nodes(self.b.here))[1].name, "b")

    def test_what_nobody_has_to_read_any_more_leaves_the_feed(self) -> None:
        for _ in range(1_250):
            self.a.put(said("x"))
        self.beat(self.a)
        self.beat(self.b)
        self.assertEqual(self.db.zrange("t:marks", 0, -1), [b"1250"])
        self.assertEqual(self.db.xlen("t:feed"), 1_250)
        self.db.zadd("t:marks", {"900": 5, "150": 4})
        self.beat(self.a)
        self.assertEqual(self.db.zrange("t:marks", 0, -1), [b"1250"])
        self.assertLessEqual(1_000, self.db.xlen("t:feed"))  # all that is new
        self.assertLess(self.db.xlen("t:feed"), 1_150)
        with self.assertRaises(FeedTrimmedError):
            self.wait(self.b.store.feed(10, 9))
        self.assertEqual(len(self.wait(self.b.store.feed(250, 9))), 9)

    def test_a_node_is_not_dead_as_long_as_nobody_says_so(self) -> None:
        self.dies(self.b)
        self.assertTrue(self.beat(self.b).is_known)
        self.assertTrue(self.beat(self.a).is_known)
        self.assertEqual(self.a.items(), [])

    def test_where_nobody_was_heard_of_it_was_redis(self) -> None:
        self.dies(self.b)
        self.db.set("t:beat", int(time.time() * 1000) - 10_000)
        self.beat(self.a)
        self.assertTrue(self.beat(self.b).is_known)
        nodes = self.wait(self.a.store.nodes(self.a.here))
        self.assertTrue(all(node.seen < 5.0 for node in nodes))

    def test_since_when_a_node_is_there_when_it_goes_on(self) -> None:
        self.now = 1234.5
        self.a.hello(life="a2", former="a1")
        self.b.hello(life="b2")
        nodes = self.wait(self.a.store.nodes(self.a.here))
        self.assertEqual([node.since for node in nodes], [1000.0, 1234.5])

    def test_the_nodes(self) -> None:
        self.now = 1234.5
        self.b.hello(life="b2")
        self.b.put(entered("1"), entered("2"))
        nodes = self.wait(self.a.store.nodes(self.a.here))
        self.assertEqual(
            {(node.name, node.people, node.since, node.is_here) for node in nodes},
            {("a", 0, 1000.0, True), ("b", 2, 1234.5, False)},
        )

    def test_to_leave(self) -> None:
        for user, name in (("1", "ann"), ("2", "bob")):
            self.assertTrue(self.wait(self.b.store.claim(self.b.here, name, user)))
            self.b.put(entered(user, "#lobby", who=name))
        self.b.put(departed("1"))
        self.a.news()
        self.wait(self.b.store.leave(self.b.here))
        gone = e.Departed(("#lobby",), "2", "bob", e.Cause.STOPPING, "", 1000.0)
        self.assertEqual(self.a.items(), [gone])
        nodes = self.wait(self.a.store.nodes(self.a.here))
        self.assertEqual([node.name for node in nodes], ["a"])
        self.wait(self.b.store.leave(self.b.here))  # its answer may have been lost
        # Their names are kept for a while, for them.
        self.assertFalse(self.wait(self.a.store.claim(self.a.here, "ann", "3")))
        self.assertTrue(self.wait(self.a.store.claim(self.a.here, "bob", "2")))
        self.assertEqual(self.db.hget("t:names", "bob"), b"2 a")
        self.assertEqual(self.db.zrange("t:kept-names", 0, -1), [b"ann"])
        self.db.hset("t:names", "ann", "1 b 5")
        self.assertTrue(self.wait(self.a.store.claim(self.a.here, "ann", "3")))
        self.assertEqual(self.db.zrange("t:kept-names", 0, -1), [])

    def test_names_are_not_kept_for_ever(self) -> None:
        self.assertTrue(self.wait(self.b.store.claim(self.b.here, "ann", "1")))
        self.wait(self.b.store.leave(self.b.here))
        self.beat(self.a)
        self.assertEqual(self.db.hkeys("t:names"), [b"ann"])
        self.db.zadd("t:kept-names", {"ann": 5})
        self.beat(self.a)
        self.assertEqual((self.db.hkeys("t:names"), self.db.exists("t:kept-names")), ([], 0))

    def test_in_a_store_that_was_emptied_a_beat_leaves_nothing(self) -> None:
        self.db.flushall()
        self.assertEqual(self.beat(self.a), Beat(0, "", is_known=False))
        self.wait(self.a.store.leave(self.a.here))
        self.assertEqual(self.db.keys(), [])
