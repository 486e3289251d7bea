"""What becomes of a batch: numbers, keys, deeds, rooms that are forgotten, the feed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.redis.storing import StoreTestCase, departed, entered
from twistchat.core import events as e
from twistchat.core.concerns import private_log
from twistchat.core.law import Deed
from twistchat.core.rules import UNKNOWN_KEY
from twistchat.engine import NOWHERE, Committed, Entry, Label, Repeated, Stamp
from twistchat.engine.redis.codec import read_stored
from twistchat.engine.redis.link import RefusedError
from twistchat.engine.redis.shapes import Told
from twistchat.engine.redis.store import FeedTrimmedError, NodeGoneError, identity_of
from twistchat.testing.deeds import EVERYTHING, KEY, deleted, moderated, rules, whispered
from twistchat.testing.harness import said

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred


class AppendingTests(StoreTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.hello()

    def stored(self, log: str = "#lobby") -> list[e.Durable]:
        entries = self.db.xrange(f"t:events:{log}")
        return [read_stored(fields[b"e"]) for _, fields in entries]

    def test_all_nodes_number_one_log(self) -> None:
        (one,) = self.a.put(said("one"))
        two, lab = self.b.put(said("two"), said("lab", "#lab"))
        (three,) = self.a.put(said("three"))
        assert isinstance(one, Stamp)
        assert isinstance(lab, Stamp)
        self.assertEqual([one.number, two, three], [1, Stamp(one.epoch, 2), Stamp(one.epoch, 3)])
        self.assertEqual(lab.number, 1)
        self.assertNotEqual(lab.epoch, one.epoch)
        self.assertEqual(self.stored(), [said("one"), said("two"), said("three")])

    def test_the_feed_has_each_batch_as_a_whole(self) -> None:
        self.a.put(said("one"), said("two", "#lab"), e.Announced("hear", None, None, 7.0))
        self.b.put(said("three"))
        epoch = self.db.hget("t:stands", "#lobby").split()[0].decode()
        first, second = self.wait(self.b.store.feed(0, 10))
        self.assertEqual((first.seq, first.here, first.number), (1, self.a.here, 1))
        self.assertEqual((second.seq, second.here, second.number), (2, self.b.here, 1))
        self.assertEqual(
            [first.items[0], first.items[2], *second.items],
            [
                Committed(said("one"), epoch, 1, node="a"),
                Committed(e.Announced("hear", None, None, 7.0), node="a"),
                Committed(said("three"), epoch, 2, node="b"),
            ],
        )
        (only,) = self.wait(self.a.store.feed(0, 1))
        self.assertEqual(only, first)
        self.assertEqual(self.wait(self.a.store.feed(2, 10)), [])

    def test_what_the_reply_says_of_the_feed(self) -> None:
        self.assertEqual(self.a.append([Entry(said("a"))]).seq, 1)
        found = self.b.append([Entry(said("b"))])
        self.assertEqual((found.seq, found.after), (2, 1))
        nothing = self.a.append([Entry(departed("nobody"))])
        self.assertEqual((nothing.seq, nothing.after), (0, 2))

    def test_everything_comes_back_as_it_was(self) -> None:
        self.a.put(*EVERYTHING)
        self.assertEqual(self.b.items(), list(EVERYTHING))

    def test_what_is_told_and_not_kept(self) -> None:
        line = replace(said("a"), tags="+typing=1", outside=True)
        letter = replace(whispered("psst", "2"), tags="+x")
        ban = replace(moderated(Deed.BAN, room=""), rooms=("#lobby", "#lab"))
        self.a.put(line, letter, ban)
        self.assertEqual(self.b.items(), [line, letter, ban])
        self.assertEqual(self.stored(), [said("a")])
        self.assertEqual(self.stored("!"), [moderated(Deed.BAN, room="")])
        self.assertEqual(self.stored(private_log("1", "2")), [whispered("psst", "2")])

    def test_it_is_done_once(self) -> None:
        batch = [Entry(said("a")), Entry(e.Joined("#lobby", "1", "alice", 7.0))]
        first = self.wait(self.a.store.append(self.a.here, 1, batch, ["#lobby"]))
        again = self.wait(self.a.store.append(self.a.here, 1, batch, ["#lobby"]))
        self.assertEqual(again, first)
        self.assertEqual(len(self.stored()), 1)
        self.assertEqual(len(self.b.news()), 1)

    def test_what_comes_late_is_not_done(self) -> None:
        self.wait(self.a.store.append(self.a.here, 2, [Entry(said("b"))], []))
        asked = self.a.store.append(self.a.here, 1, [Entry(said("a"))], [])
        with self.assertRaises(RefusedError) as caught:
            self.wait(asked)
        self.assertEqual(caught.exception.code, "STALE")
        self.assertEqual(self.stored(), [said("b")])

    def test_of_a_life_that_is_over_nothing_is_taken(self) -> None:
        former = self.a.here
        self.a.put(said("a"))
        self.a.hello(life="a2")
        with self.assertRaises(NodeGoneError):
            self.wait(self.a.store.append(former, 2, [Entry(said("b"))], []))
        # But what has become of its last batch is told.
        found = self.wait(self.a.store.append(former, 1, [Entry(said("a"))], []))
        self.assertEqual(found.seq, 1)
        self.assertEqual(self.stored(), [said("a")])

    def test_where_logs_stood(self) -> None:
        self.a.put(said("a"), said("b"))
        found = self.b.append([Entry(said("c"))], ["#lobby", "#new", "@1,2"])
        self.assertEqual([stamp.number for stamp in found.stands.values()], [2, 0, 0])
        self.assertEqual(found.stands["@1,2"], NOWHERE)
        self.assertTrue(found.stands["#new"].epoch)
        again = self.a.append([], ["#new"])
        self.assertEqual((again.seq, again.stands), (0, {"#new": found.stands["#new"]}))
        (first,) = self.b.put(said("d", "#new"))
        self.assertEqual(first, Stamp(found.stands["#new"].epoch, 1))

    def test_what_cannot_be_written_is_refused_alone(self) -> None:
        bad = [said("\ud800"), said("x", at=float("nan")), said("x", "#\udc00")]
        outcomes = self.a.put(said("a"), *bad, said("b"))
        self.assertEqual(outcomes[1:4], [e.Unkept.FAILED] * 3)
        self.assertEqual(self.stored(), [said("a"), said("b")])
        self.assertEqual(self.a.put(bad[0]), [e.Unkept.FAILED])
        (refused,) = self.a.say("\ud800", said("c"))
        self.assertEqual(refused, e.Unkept.FAILED)

    def test_odd_text(self) -> None:
        odd = ['"', "\\", "\n\r\0\x1f", "茶 ☕ 👍", ",", "/", "</script>", '","at":1,', ""]
        for text in odd:
            self.a.put(said(text, who=text or "x"), entered(f"u{text.strip()}", "#a\\b"))
        self.assertEqual(self.b.items()[::2], [said(text, who=text or "x") for text in odd])

    def test_many_at_once(self) -> None:
        lines = [said(str(number)) for number in range(9_000)]
        outcomes = self.a.put(*lines)
        self.assertEqual([o.number for o in outcomes if isinstance(o, Stamp)], list(range(1, 9001)))
        self.assertEqual(self.b.items(), lines)

    # ------------------------------------------------------------ keys

    def test_a_key_is_known_at_every_node(self) -> None:
        (first,) = self.a.say("k", said("a"))
        assert isinstance(first, Stamp)
        again, other = self.b.say("k", said("a", at=9.0), said("b"))
        self.assertEqual(again, Repeated(first))
        self.assertEqual(other, e.Unkept.KEY_REUSED)
        self.assertEqual(self.stored(), [said("a")])

    def test_keys_expire_by_themselves(self) -> None:
        self.a.say("k", said("a"))
        left = self.db.ttl("t:keys:1:k")
        self.assertGreater(left, self.limits.key_time)
        self.assertLess(left, 2 * self.limits.key_time)

    # ------------------------------------------------------------ deeds

    def test_what_is_deleted(self) -> None:
        tagged = e.Tagged("#lobby", "1", 'B"o,"b', "", "", "+x", 1234.56789)
        self.a.put(said("a", who='o"dd", \\'), tagged)
        done, again, wrong = self.b.put(deleted(1), deleted(1), deleted(3))
        self.assertIsInstance(done, Stamp)
        self.assertEqual([again, wrong], [e.Unkept.NO_SUCH_LINE] * 2)
        self.b.put(deleted(2))
        self.assertEqual(self.stored(), [deleted(1), deleted(2)])
        erased = self.db.hgetall("t:erased:#lobby")
        self.assertEqual(
            {number: read_stored(json) for number, json in erased.items()},
            {
                b"1": e.Erased("#lobby", "1", 'o"dd", \\', 7.0, "alice"),
                b"2": e.Erased("#lobby", "1", 'B"o,"b', 1234.56789, "alice"),
            },
        )

    def test_what_cannot_be_deleted(self) -> None:
        self.a.put(said("a"), moderated(Deed.KICK))
        for number in (0, -1, 2, 3, 2**70):
            self.assertEqual(self.a.put(deleted(number)), [e.Unkept.NO_SUCH_LINE])
        self.assertEqual(self.a.put(deleted(1, room="#no")), [e.Unkept.NO_SUCH_LINE])
        self.assertFalse(self.db.hexists("t:stands", "#no"))

    def test_the_account_of_deeds_has_no_key(self) -> None:
        change = rules("key", key=KEY)
        (stamp,) = self.a.put(change)
        assert isinstance(stamp, Stamp)
        (entry,) = self.db.xrange("t:audit")
        self.assertEqual(entry[0], b"1-0")
        self.assertEqual(entry[1][b"p"].decode(), f"{stamp.epoch} 1")
        hidden = replace(change, rules=replace(change.rules, key=UNKNOWN_KEY))
        self.assertEqual(read_stored(entry[1][b"e"]), hidden)
        self.assertEqual(self.b.items(), [change])

    def test_private_words(self) -> None:
        self.a.put(whispered("one", "2"), whispered("two", "1", "2"))
        self.assertEqual(self.db.smembers("t:of:1"), {b"@1,2"})
        self.assertEqual(self.db.smembers("t:of:2"), {b"@1,2"})
        self.assertFalse(self.db.hexists("t:stands", "@1,2"))
        self.assertEqual(len(self.stored("@1,2")), 2)

    # ------------------------------------------------------------ rooms that are forgotten

    def test_a_forgotten_room_begins_anew(self) -> None:
        forgotten = e.RoomForgotten("#lab", 8.0)
        outcomes = self.a.put(
            said("old", "#lab"), moderated(Deed.BAN, room="#lab"), forgotten, said("new", "#lab")
        )
        old, _, told, new = outcomes
        assert isinstance(old, Stamp)
        assert isinstance(new, Stamp)
        self.assertEqual(told, Told(forgotten, NOWHERE))
        self.assertNotEqual(new.epoch, old.epoch)
        self.assertEqual(new.number, 1)
        self.assertEqual(self.stored("#lab"), [said("new", "#lab")])
        self.assertFalse(self.db.exists("t:standing:#lab"))
        self.a.put(forgotten)
        self.assertEqual(self.db.keys("*#lab"), [])
        self.assertFalse(self.db.hexists("t:stands", "#lab"))
        self.assertEqual(self.db.hkeys("t:order"), [])

    def test_a_room_with_somebody_in_it_is_not_forgotten(self) -> None:
        self.b.put(entered("bob"), said("x", "#lab"), e.Joined("#lab", "bob", "bob", 7.0))
        self.assertEqual(self.a.put(e.RoomForgotten("#lab", 8.0)), [Told(None, NOWHERE)])
        self.assertEqual(len(self.stored("#lab")), 1)
        self.b.put(e.Left("#lab", "bob", "bob", "", 8.0))
        forgotten = e.RoomForgotten("#lab", 8.0)
        self.assertEqual(self.a.put(forgotten), [Told(forgotten, NOWHERE)])

    # ------------------------------------------------------------ the feed

    def test_a_feed_that_is_trimmed(self) -> None:
        for number in range(5):
            self.a.put(said(str(number)))
        mark = 3, identity_of(self.a.here, self.a.number - 2)
        self.assertTrue(self.wait(self.b.store.look(self.b.here, at=3, mark=mark)).is_same)
        self.db.xtrim("t:feed", minid="4-0", approximate=False)
        with self.assertRaises(FeedTrimmedError):
            self.wait(self.b.store.feed(2, 10))
        self.assertEqual(len(self.wait(self.b.store.feed(3, 10))), 2)
        self.assertFalse(self.wait(self.b.store.look(self.b.here, at=3, mark=mark)).is_same)
        with self.assertRaises(FeedTrimmedError):
            self.wait(self.b.store.feed(9, 10))

    def test_another_store(self) -> None:
        self.a.put(said("a"))
        self.db.flushall()
        with self.assertRaises(NodeGoneError):
            self.wait(self.b.store.feed(0, 10))
        with self.assertRaises(NodeGoneError):
            self.a.put(said("b"))
        self.assertEqual(self.db.keys(), [])

    def test_what_a_newer_version_tells_is_left_out(self) -> None:
        self.a.put(said("a"))
        line = '{"kind":"said","room":"#x","user":"1","who":"a","at":1.0,"text":"t","mood":1}'
        told = f'[{{"kind":"danced"}},{{"kind":"said"}},{line}]'
        fields = {"h": "c c1 1", "p": "e 1,,e 2", "e": told}
        self.db.incr("t:seq")
        self.db.xadd("t:feed", fields, id="2-0")
        news = self.b.news()
        self.assertEqual([committed.item for committed in news], [said("a"), e.Said(
            "#x", "1", "a", "t", action=False, at=1.0)])  # fmt: skip
        self.assertEqual(news[1], Committed(news[1].item, "e", 2, node="c"))

    # ------------------------------------------------------------ all or nothing

    def test_where_memory_is_full_nothing_is_done(self) -> None:
        self.a.put(entered("alice", "#lobby"), said("a"))
        before = self.everything()
        self.db.config_set("maxmemory", "1")
        self.addCleanup(self.db.config_set, "maxmemory", "0")
        batch = [Entry(said("b"), label=Label(key="k")), Entry(departed("alice"))]
        for _ in range(2):
            with self.assertRaises(RefusedError) as caught:
                self.wait(self.a.store.append(self.a.here, 2, batch, []))
            self.assertEqual(caught.exception.code, "OOM")
        self.assertEqual(self.everything(), before)
        # It is alive nevertheless, and who goes is gone.
        self.assertTrue(self.wait(self.a.store.beat(self.a.here)).is_known)
        self.wait(self.b.store.leave(self.b.here))
        self.db.config_set("maxmemory", "0")
        done = self.wait(self.a.store.append(self.a.here, 2, batch, []))
        self.assertEqual(len(done.outcomes), 2)

    def test_where_it_is_a_replica_nothing_is_done(self) -> None:
        self.a.put(said("a"))
        before = self.everything()
        self.db.slaveof("127.0.0.1", "1")
        self.addCleanup(self.db.slaveof)
        store, here = self.a.store, self.a.here
        asked: list[Deferred[Any]] = [
            store.append(here, 2, [Entry(said("b"))], []), store.beat(here), store.leave(here),
            store.hello(here, verify={}), store.claim(here, "x", "1"), store.reassert(here, []),
        ]  # fmt: skip
        for each in asked:
            with self.assertRaises(RefusedError) as caught:
                self.wait(each)
            self.assertEqual(caught.exception.code, "READONLY")
        self.db.slaveof()
        self.assertEqual(self.everything(), before)

    def test_where_too_few_replicas_follow_nothing_is_done(self) -> None:
        before = self.everything()
        self.db.config_set("min-replicas-to-write", "1")
        self.addCleanup(self.db.config_set, "min-replicas-to-write", "0")
        with self.assertRaises(RefusedError) as caught:
            self.a.put(said("b"))
        self.assertEqual(caught.exception.code, "NOREPLICAS")
        self.assertEqual(self.everything(), before)

    def everything(self) -> dict[bytes, object]:
        """All that there is, as bytes."""
        return {key: self.db.dump(key) for key in sorted(self.db.keys())}
