"""Whatever three nodes do, in whatever order: who reads the feed knows what the store knows."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.redis.storing import Node, StoreTestCase, departed, entered
from twistchat.core import events as e
from twistchat.engine import Committed, Entry, Label, Repeated, Stamp
from twistchat.engine.redis.shapes import Told
from twistchat.testing.harness import said

if TYPE_CHECKING:
    from twistchat.engine import Outcome

USERS = ("ann", "bob", "@eve", "@dan")
"""Those with an @ have an account."""
ROOMS = ("#a", "#b")
NODES = ("a", "b", "c")

users, rooms, nodes = (st.sampled_from(each) for each in (USERS, ROOMS, NODES))
some_rooms = st.lists(rooms, unique=True)
items = st.one_of(
    st.builds(
        lambda user, rooms: entered(user, *rooms, is_guest=user[0] != "@"), users, some_rooms
    ),
    st.builds(lambda room, user: e.Joined(room, user, user, 7.0), rooms, users),
    st.builds(lambda room, user: e.Left(room, user, user, "", 7.0), rooms, users),
    st.builds(
        lambda user, cause: departed(user, cause=cause),
        users, st.sampled_from((e.Cause.LEFT, e.Cause.LOST, e.Cause.KICKED)),
    ),
    st.builds(lambda user: e.Withdrew(user, user, 7.0), users),
    st.builds(said, st.sampled_from("xyz"), rooms),
    st.builds(lambda room: e.RoomForgotten(room, 7.0), rooms),
)  # fmt: skip
batches = st.tuples(
    st.just("batch"), nodes, st.lists(st.tuples(items, st.sampled_from(("", "", "k"))), max_size=5)
)
lives = st.tuples(st.sampled_from(("anew", "on", "dies", "leaves", "claim")), nodes, users)


@dataclass
class Person:
    rooms: list[str]
    homes: set[str]


@dataclass
class Model:
    """What whoever reads the feed makes of it."""

    people: dict[str, Person] = field(default_factory=dict)
    logs: dict[str, list[str]] = field(default_factory=dict)
    epochs: dict[str, str] = field(default_factory=dict)
    keys: dict[tuple[str, str], tuple[e.Said, Stamp]] = field(default_factory=dict)

    def follow(self, committed: Committed) -> None:
        match committed.item:
            case e.Entered() as item:
                known = self.people.get(item.user)
                others = set() if known is None or item.is_guest else known.homes - {committed.node}
                before = known.rooms if known is not None and others else []
                joined = [room for room in item.rooms if room not in before]
                self.people[item.user] = Person([*before, *joined], others | {committed.node})
            case e.Joined() as item:
                self.people[item.user].rooms.append(item.room)
            case e.Left() as item:
                self.people[item.user].rooms.remove(item.room)
            case e.Departed() as item:
                assert tuple(self.people[item.user].rooms) == item.rooms
                del self.people[item.user]
            case e.Withdrew() as item:
                self.people[item.user].homes.remove(committed.node)
                assert self.people[item.user].homes
            case e.RoomForgotten() as item:
                assert not any(item.room in person.rooms for person in self.people.values())
                self.logs.pop(item.room, None)
                self.epochs.pop(item.room, None)
            case e.Said() as item:
                log = self.logs.setdefault(item.room, [])
                log.append(item.text)
                assert committed.number == len(log)
                assert self.epochs.setdefault(item.room, committed.epoch) == committed.epoch
            case _:
                raise AssertionError(committed)

    def expects(self, node: str, item: e.Item) -> e.Item | None:
        """What is told of presence, if it comes now."""
        match item:
            case e.Joined():
                person = self.people.get(item.user)
                return item if person is not None and item.room not in person.rooms else None
            case e.Left():
                person = self.people.get(item.user)
                return item if person is not None and item.room in person.rooms else None
            case e.Departed() | e.Withdrew():
                person = self.people.get(item.user)
                is_put_out = isinstance(item, e.Departed) and item.cause is e.Cause.KICKED
                if person is None or not (is_put_out or node in person.homes):
                    return None
                if len(person.homes) > 1 and not is_put_out:
                    return e.Withdrew(item.user, item.who, item.at)
                if isinstance(item, e.Withdrew):
                    item = e.Departed((), item.user, item.who, e.Cause.LOST, "", item.at)
                return replace(item, rooms=tuple(person.rooms))
            case e.RoomForgotten():
                is_empty = all(item.room not in person.rooms for person in self.people.values())
                return item if is_empty else None
            case _:
                return item


class ModelTests(StoreTestCase):
    @settings(
        max_examples=150, deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
    )  # fmt: skip
    @given(st.lists(st.one_of(batches, batches, lives), max_size=25))
    def test_any_order(self, deeds: list[tuple[str, str, object]]) -> None:
        self.redis.flushall()
        there = {name: Node(self, name) for name in NODES}
        for node in there.values():
            node.hello()
        self.model, self.at, self.life = Model(), 0, 0
        for what, name, about in deeds:
            node = there[name]
            if what == "batch":
                assert isinstance(about, list)
                self.append(node, about)
            else:
                self.lives(node, what, str(about), there["a" if name != "a" else "b"])
            self.read(there["a"])
        self.compare(there["c"])

    def append(self, node: Node, batch: list[tuple[e.Item, str]]) -> None:
        entries = [Entry(item, label=Label(key=key) if key else None) for item, key in batch]
        found = node.append(entries)
        for (item, key), outcome in zip(batch, found.outcomes, strict=True):
            self.check(node, item, key, outcome)

    def check(self, node: Node, item: e.Item, key: str, outcome: Outcome | Told) -> None:
        """Look at what has become of an item, and follow it, as if it were read alone."""
        if not isinstance(item, e.Said):
            assert isinstance(outcome, Told)
            self.assertEqual(outcome.item, self.model.expects(node.here.node, item))
            if outcome.item is not None:
                self.model.follow(Committed(outcome.item, node=node.here.node))
            return
        before = self.model.keys.get((item.user, key)) if key else None
        if before is None:
            assert isinstance(outcome, Stamp), outcome
            if key:
                self.model.keys[item.user, key] = item, outcome
            place = Committed(item, outcome.epoch, outcome.number, node=node.here.node)
            self.model.follow(place)
        elif (before[0].text, before[0].room) == (item.text, item.room):
            self.assertEqual(outcome, Repeated(before[1]))
        else:
            self.assertEqual(outcome, e.Unkept.KEY_REUSED)

    def lives(self, node: Node, what: str, user: str, other: Node) -> None:
        self.life += 1
        former, life = node.here.life, f"{node.here.node}-{self.life}"
        name = node.here.node
        if what == "claim":
            self.wait(node.store.claim(node.here, user, user))
            return
        if what == "on":
            node.hello(life=life, former=former)
            return
        if what == "dies":
            self.db.zadd("t:nodes", {name: 1})
            self.db.set("t:beat", int(time.time() * 1000))
            self.wait(other.store.beat(other.here))
        elif what == "leaves":
            self.wait(node.store.leave(node.here))
        node.hello(life=life)

    def read(self, reader: Node) -> None:
        """Follow what the store has put into the feed by itself; look at the others."""
        for batch in self.wait(reader.store.feed(self.at, 1_000)):
            self.at = batch.seq
            for committed in batch.items:
                self.assertEqual(committed.node, batch.here.node)
                if not batch.number:
                    self.model.follow(committed)

    def compare(self, node: Node) -> None:
        """Look whether the store has what the feed has told, and whether it holds together."""
        known = {user: (person.rooms, person.homes) for user, person in self.model.people.items()}
        stored = {
            user: (self.names(f"t:rooms-of:{user}"), set(self.names(f"t:homes:{user}")))
            for user in self.names("t:people")
        }
        self.assertEqual(stored, known)
        found = node.resync(life="last", former=node.here.life)
        told = {(home, person.user): list(person.rooms) for home, person in found.people}
        others = {
            (home, user): rooms
            for user, (rooms, homes) in known.items() for home in homes - {"c"}
        }  # fmt: skip
        self.assertEqual(told, others)
        for log, texts in self.model.logs.items():
            entries = self.db.xrange(f"t:events:{log}")
            self.assertEqual(len(entries), len(texts))
        crowds = Counter(room for rooms, _ in known.values() for room in rooms)
        self.assertEqual(
            {k.decode(): int(v) for k, v in self.db.hgetall("t:crowds").items()}, crowds
        )
        for home in NODES:
            here = {user for user, (_, homes) in known.items() if home in homes}
            self.assertEqual(set(self.names(f"t:people-of:{home}")), here)
        claims = {k.decode(): v.decode().split() for k, v in self.db.hgetall("t:names").items()}
        for home in NODES:
            theirs = {name for name, claim in claims.items() if claim[1:] == [home]}
            self.assertEqual(set(self.names(f"t:names-of:{home}")), theirs)
        kept = {name for name, claim in claims.items() if len(claim) == 3}
        self.assertEqual(set(self.names("t:kept-names")), kept)
        for user in known:
            self.assertEqual(claims[user][0], user)
        patterns = ("t:person:*", "t:homes:*", "t:rooms-of:*")
        left = {key.decode().split(":")[2] for each in patterns for key in self.db.keys(each)}
        self.assertLessEqual(left, set(known))

    def names(self, key: str) -> list[str]:
        kind = self.db.type(key)
        found = self.db.zrange(key, 0, -1) if kind == b"zset" else self.db.smembers(key)
        return [name.decode() for name in found]
