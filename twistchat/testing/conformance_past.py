"""What every engine tells of the past, but for pages by numbers and times.

A part of the suite of `conformance.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.concerns import private_log
from twistchat.engine import Entry
from twistchat.testing.deeds import deleted
from twistchat.testing.harness import EngineHarness, said

if TYPE_CHECKING:
    from twistchat.engine import Committed


def whispered(one: str, other: str, text: str, at: float) -> e.Whispered:
    """Make private words of one person (by id) to another."""
    return e.Whispered(one, f"name{one}", other, f"name{other}", text, action=False, at=at)


def topic(at: float, room: str = "#lobby") -> e.TopicChanged:
    """Make a topic."""
    return e.TopicChanged(room, "1", "alice", "cats", at)


class PastConformance(EngineHarness):
    """Only what was said; where was last spoken; where private logs stand."""

    def spoken(self, log: str = "#lobby", *, limit: int = 100, oldest: bool = False) -> list[int]:
        """Read what was said, and return the numbers."""
        found: list[list[Committed]] = []
        self.engine.history(log, limit=limit, oldest=oldest, is_spoken=True).addCallback(
            found.append
        )
        self.pump()
        return [committed.number for committed in found[0]]

    def conversations(
        self,
        person: str = "1",
        *rooms: str,
        since: float = 0.0,
        until: float = 1e12,
        limit: int = 100,
        oldest: bool = False,
    ) -> list[str]:
        """Return what was said last, wherever."""
        found: list[list[Committed]] = []
        self.engine.conversations(
            person, rooms, since=since, until=until, limit=limit, oldest=oldest
        ).addCallback(found.append)
        self.pump()
        return [getattr(committed.item, "text", "") for committed in found[0]]

    def test_only_what_was_said(self) -> None:
        first: list[e.Item] = [said("1"), topic(7.0), said("3"), topic(7.0), topic(7.0)]
        did = replace(said("6"), action=True)
        noticed = replace(said("7"), notice=True)
        self.put(*first, did, noticed, topic(7.0))
        self.pump()
        self.assertEqual(self.spoken(), [1, 3, 6, 7])
        self.assertEqual(self.spoken(limit=2), [6, 7])
        self.assertEqual(self.spoken(limit=3, oldest=True), [1, 3, 6])
        self.put(deleted(3))
        self.pump()
        self.assertEqual(self.spoken(), [1, 6, 7])

    def test_only_what_was_said_privately(self) -> None:
        self.put(whispered("1", "2", "a", 1.0), replace(whispered("2", "1", "b", 2.0), notice=True))
        self.pump()
        self.assertEqual(self.spoken(private_log("1", "2")), [1, 2])

    def test_what_programs_say_to_programs(self) -> None:
        tags = "+draft/react=👍;+draft/reply=a-1"
        in_room = e.Tagged("#lobby", "1", "alice", "", "", tags, 7.0)
        private = e.Tagged("", "1", "alice", "2", "bob", tags, 8.0)
        self.put(said("1"), in_room, whispered("1", "2", "a", 1.0), private)
        self.pump()
        log = private_log("1", "2")
        for name, kept in (("#lobby", in_room), (log, private)):
            found: list[list[Committed]] = []
            self.engine.history(name, limit=9).addCallback(found.append)
            self.pump()
            self.assertEqual([committed.number for committed in found[0]], [1, 2])
            self.assertEqual(found[0][1].item, kept)
            self.assertEqual(self.spoken(name), [1])
        unread: list[list[Committed]] = []
        self.engine.unread("2", limit=9).addCallback(unread.append)
        self.pump()
        self.assertEqual([committed.number for committed in unread[0]], [1])
        self.assertEqual(self.conversations("2"), ["a"])

    def test_where_was_last_spoken(self) -> None:
        self.put(
            whispered("2", "3", "others", 0.5), said("lobby", at=1.0),
            whispered("1", "2", "old", 2.0), said("lab", "#lab", at=3.0),
            whispered("2", "1", "two", 4.0), whispered("3", "1", "three", 5.0),
            whispered("1", "1", "self", 6.0), topic(8.0), said("hidden", "#hidden", at=9.0),
        )  # fmt: skip
        self.pump()
        everywhere = ["lobby", "lab", "two", "three", "self"]
        found = self.conversations("1", "#lobby", "#lab", "#nowhere")
        self.assertEqual(found, everywhere)
        self.assertEqual(self.conversations("1"), everywhere[2:])
        self.assertEqual(self.conversations("9", "#lab"), ["lab"])
        self.assertEqual(self.conversations("9"), [])
        for since, until, between in ((3.0, 6.0, (1, 4)), (3.5, 4.5, (2, 3)), (6.0, 3.0, (0, 0))):
            found = self.conversations("1", "#lobby", "#lab", since=since, until=until)
            self.assertEqual(found, everywhere[slice(*between)])
        self.assertEqual(self.conversations("1", "#lobby", limit=2), ["three", "self"])
        self.assertEqual(self.conversations("1", "#lobby", limit=2, oldest=True), ["lobby", "two"])

    def test_a_private_log_that_is_asked_for_is_not_made(self) -> None:
        log = private_log("1", "2")
        asked = e.HistoryOpened("", 10, to="bob", log=log)
        self.engine.append([Entry(asked)])
        self.pump()
        self.assertEqual((self.delivered[-1].epoch, self.delivered[-1].number), ("", 0))
        self.put(whispered("1", "2", "a", 1.0), whispered("2", "1", "b", 2.0))
        self.pump()
        kept = self.delivered[-1]
        self.engine.append([Entry(asked)])
        self.pump()
        self.assertEqual(self.delivered[-1].item, asked)
        self.assertEqual((self.delivered[-1].epoch, self.delivered[-1].number), (kept.epoch, 2))
