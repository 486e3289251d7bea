"""Where people on nc stopped reading."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twistchat.core.events import JoinOpened
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.core.model import Room, Seen, User
from twistchat.engine import Committed
from twistchat.engine.memory import MemoryEngine
from twistchat.session.bookmarks import Bookmark, Bookmarks
from twistchat.telling.told import Told


class BookmarkTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.told = Told(self.clock, 60.0)
        self.bookmarks = Bookmarks(
            engine=MemoryEngine(now=self.clock.seconds),
            told=self.told,
            clock=self.clock,
            limits=DEFAULT_LIMITS,
            now=self.clock.seconds,
        )
        self.ann = User("1" * 16, "ann")

    def read(self) -> int:
        return self.bookmarks.of_lost(self.ann, ["#lobby"])["#lobby"].number

    def test_what_was_missed_may_not_have_arrived_for_a_while(self) -> None:
        # Nobody has been in the room before, since the server has just begun.
        self.told.note("#lobby", Committed(JoinOpened("#lobby", 200, None), "e", 9))
        self.bookmarks.follow(self.ann, lambda: 0.0, {"#lobby": Seen("e", 5)})
        self.assertEqual(self.read(), 5)
        self.clock.advance(30)
        self.bookmarks.follow(self.ann, lambda: 0.0)  # they ask for their token
        self.assertEqual(self.read(), 5)
        self.clock.advance(31)
        self.assertEqual(self.read(), 9)
        self.bookmarks.stop()

    def test_places_are_kept_while_they_change(self) -> None:
        self.ann.rooms["#lobby"] = Room("#lobby")
        self.told.note("#lobby", Committed(JoinOpened("#lobby", 200, None), "e", 9))
        self.bookmarks.follow(self.ann, lambda: 0.0)
        found: list[Bookmark | None] = []
        self.bookmarks.load(self.ann.id).addCallback(found.append)
        self.assertEqual(found, [Bookmark("ann", {"#lobby": Seen("e", 9, 1000.0)})])
        self.told.note("#lobby", Committed(JoinOpened("#lobby", 200, None), "e", 12))
        self.clock.pump([10] * 12)
        self.bookmarks.load(self.ann.id).addCallback(found.append)
        self.assertEqual(found[1:], [Bookmark("ann", {"#lobby": Seen("e", 12, 1000.0)})])
        self.bookmarks.unfollow(self.ann)
        self.assertEqual(self.clock.getDelayedCalls(), [])
