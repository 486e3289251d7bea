"""Whatever is asked of the past is answered as by the memory engine."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from tests.redis.test_reading import ReadingTestCase
from twistchat.core import events as e
from twistchat.core.concerns import private_log
from twistchat.core.law import Deed
from twistchat.core.limits import Limits
from twistchat.engine.memory import Memory
from twistchat.testing.deeds import moderated, whispered
from twistchat.testing.harness import said

if TYPE_CHECKING:
    from twistchat.engine import Committed

PEOPLE = ("1", "2", "3", "44")

EVER: dict[str, Any] = {"since": 0.0, "until": 1e9, "limit": 3, "oldest": False}

LIMITS = Limits(private_history=1_000)


class LikeMemoryTests(ReadingTestCase):
    limits = LIMITS

    def seen(self, found: list[Committed]) -> list[tuple[e.Item, int]]:
        return [(each.item, each.number) for each in found]

    def events(self, chance: Random) -> list[e.Durable]:
        """What may happen in a chat, at times that do not always go on."""
        found: list[e.Durable] = []
        at = 100.0
        for number in range(chance.randrange(1, 120)):
            at += chance.choice((0.0, 1.0, 1.0, 2.5, 10.0, -3.0))
            room = chance.choice(("#lobby", "#lobby", "#lab"))
            one, other = chance.choice(PEOPLE), chance.choice(PEOPLE)
            found.append(
                chance.choice(
                    (
                        said(f"word{number % 7} {number}", room, at=at),
                        said(f"WORD{number % 5} 茶", room, who="Bob", at=at),
                        e.TopicChanged(room, "1", "alice", "cats", at),
                        e.Erased(room, "1", "alice", at, "op"),
                        moderated(Deed.KICK, room=room, at=at),
                        whispered(f"psst {number}", one, other, at=at),
                        e.Tagged("", one, "a", other, "b", "+x=1", at),
                    )
                )
            )
        return found

    def asked(self, chance: Random) -> dict[str, Any]:
        """Choose what is asked of a log."""
        wanted: dict[str, Any] = {"limit": chance.choice((1, 3, 20, 500))}
        for name in ("before", "after"):
            if chance.random() < 0.4:
                wanted[name] = chance.randrange(-1, 80)
        for name in ("since", "until"):
            if chance.random() < 0.3:
                wanted[name] = chance.uniform(90.0, 400.0)
        for name in ("oldest", "is_spoken"):
            wanted[name] = chance.random() < 0.3
        return wanted

    def look(self, chance: Random, memory: Memory) -> None:
        logs = ["#lobby", "#lab", "#no", private_log("1", "2"), private_log("3", "3")]
        for _ in range(25):
            log, wanted = chance.choice(logs), self.asked(chance)
            if ("since" in wanted or "until" in wanted) and not self.is_in_order(memory, log):
                wanted.pop("since", None), wanted.pop("until", None)
            was = memory.history(log, wanted.get("before"), **self.without_before(wanted))
            found = self.get(self.reading.history(log, **wanted), 0.02)
            self.assertEqual(self.seen(found), self.seen(was), (log, wanted))
        for person in PEOPLE:
            for wanted in ({}, {"since": 150.0}, {"until": 200.0, "oldest": True}):
                times: dict[str, Any] = {
                    "since": 0.0,
                    "until": 1e9,
                    "limit": 3,
                    "oldest": False,
                } | wanted
                rooms = ["#lobby", "#lab"]
                found = self.get(self.reading.conversations(person, rooms, **times), 0.02)
                was = memory.conversations(person, rooms, **times)
                self.assertEqual(
                    sorted(each.item.at for each in found if isinstance(each.item, e.Durable)),
                    sorted(each.item.at for each in was if isinstance(each.item, e.Durable)),
                )
            found = self.get(self.reading.unread(person, limit=500), 0.02)
            self.assertCountEqual(self.seen(found), self.seen(memory.unread(person, 500)))
        for words in (("word1",), ("word",), ("茶", "WORD2"), ("nothing",), ("3",)):
            asked = e.SearchOpened("#lobby", words, chance.choice(("", "BOB")), None, None, 4)
            below = chance.randrange(1, 60)
            found = self.get(self.reading.search(asked, before=below), 0.02)
            self.assertEqual(self.seen(found), self.seen(memory.search(asked, below)))

    def without_before(self, wanted: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in wanted.items() if name != "before"}

    def is_in_order(self, memory: Memory, log: str) -> bool:
        """Whether its times go on; else they only tell roughly where to begin."""
        times = [getattr(each.item, "at", 0.0) for each in memory.history(log, None, 1_000)]
        return times == sorted(times)

    def test_many_chats(self) -> None:
        for seed in range(12):
            chance = Random(seed)
            memory = Memory(LIMITS, now=self.clock.seconds)
            events = self.events(chance)
            if seed % 2:
                events.sort(key=lambda event: event.at)
            for event in events:
                memory.keep(event)
            self.redis.flushall()
            self.fill(*events)
            for _ in range(5):
                person, log = chance.choice(PEOPLE), private_log("1", chance.choice(PEOPLE))
                number = chance.randrange(10)
                memory.move_cursor(person, log, number)
                self.get(self.reading.move_cursor(person, log, number), 0.01)
            for person in PEOPLE:
                cursors = self.get(self.reading.cursors(person), 0.01)
                self.assertEqual(cursors, memory.cursors(person))
            self.look(chance, memory)
