"""Owners, guests and operators at three nodes in any order: what holds whatever they do."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.nodes.spread import OnNodes, OnNodesOfRedis, SpreadWorld
from tests.session.test_many import ManyTests
from twistchat.core.accounts import Role
from twistchat.core.names import fold

if TYPE_CHECKING:
    from twistchat.core.chat import Chat
    from twistchat.session import Session
    from twistchat.testing import World


class ManyAtNodesTests(OnNodes, ManyTests):
    """The nodes agree when all is told, and each tells its people what they are to hear."""

    def settles(self) -> None:
        self.turn()
        self.turn()

    def check(self) -> None:
        assert isinstance(self.world, SpreadWorld)
        one, *others = self.world.nodes
        for world in self.world.nodes:
            self.check_node(world)
        for other in others:
            self.assertEqual(seen(other.parts.chat), seen(one.parts.chat))
        self.check_store()
        self.assert_same_lines({})

    def check_store(self) -> None:
        assert isinstance(self.world, SpreadWorld)
        one, *_ = self.world.nodes
        known = {user: set(its.homes) for user, its in self.store.people._people.items()}
        self.assertEqual(set(known), {user.id for user in one.parts.chat.people})
        for name, world in zip("abc", self.world.nodes, strict=True):
            for user in world.parts.chat.people:
                homes = user.elsewhere | ({name} if user.is_here else set())
                self.assertEqual(homes, known[user.id], user.name)
        for user in one.parts.chat.people:
            held = self.store.names.get(fold(user.name), ("", ""))
            self.assertEqual(held[0], user.id, user.name)

    def check_node(self, world: World) -> None:
        chat, fanout = world.parts.chat, world.parts.fanout
        by_user: dict[str, list[Session]] = defaultdict(list)
        for session in world.registry.sessions:
            if session.is_in:
                assert session.user is not None
                by_user[session.user.id].append(session)
        people = {user.id: user for user in chat.people}
        self.assertEqual(set(by_user), {user.id for user in chat.people if user.is_here})
        self.assertEqual(len({fold(user.name) for user in chat.people}), len(people))
        for user in chat.people:
            self.assertIs(chat.person(user.name), user)
            account = chat.accounts.of(user.id)
            self.assertIs(user.account, account, user.name)
            if account is not None:
                self.assertEqual(user.name, account.name)
                self.assertEqual(user.operator, account.role is Role.OPERATOR)
            else:
                self.assertIsNone(chat.accounts.named(user.name), user.name)
            for session in by_user[user.id]:
                self.assertIs(session.user, user)
                self.assertEqual(set(fanout._rooms[session]), set(user.rooms), user.name)
        for room in chat.rooms:
            for member in room.members.values():
                self.assertIs(people.get(member.id), member)


def seen(chat: Chat) -> object:
    """What a node knows of who is where, and who may do what."""
    people = {
        user.id: (user.name, set(user.rooms), user.away, user.operator, user.account)
        for user in chat.people
    }
    rooms = {
        # Who has made a room and is not here, a node that was away may not know.
        room.name: (
            set(room.members),
            room.topic,
            replace(room.law, keeper=""),
            room.keeper if room.keeper in people else "",
        )
        for room in chat.rooms
        if room.members
    }
    return people, rooms


class ManyCutOffTests(ManyAtNodesTests):
    """The same, while nodes are cut off for a moment, or for longer than their lease."""

    seeds = range(4)
    lease = 1.5

    def tearDown(self) -> None:
        self.flushLoggedErrors(OSError)  # names that could not be claimed, and the like
        super().tearDown()

    def step(self) -> None:
        super().step()
        engine = self.random.choice(self.engines)
        if self.random.random() < 0.05:
            engine.cut()
        elif engine.is_cut and self.random.random() < 0.3:
            engine.join()

    def check(self) -> None:
        if self.random.random() < 0.5 and len(self.here) > 1:
            return
        self.all_join()
        super().check()

    def all_join(self) -> None:
        for engine in self.engines:
            if engine.is_cut:
                engine.join()
        for _ in range(4):
            self.world.wait(self.lease)

    def settles(self) -> None:
        if not any(person.is_connected for person in self.here):
            self.all_join()
        super().settles()


class ManyAtNodesOfRedisTests(OnNodesOfRedis, ManyAtNodesTests):
    """The same on a Redis."""

    seeds = range(3)

    def check_store(self) -> None:
        with closing(self.server.client()) as redis:
            held = redis.hgetall("twistchat:names")
        assert isinstance(self.world, SpreadWorld)
        for user in self.world.parts.chat.people:
            holder, *_ = held[fold(user.name).encode()].split()
            self.assertEqual(holder, user.id.encode(), user.name)
