"""What every engine does: a suite to run on any.

    class MyEngineTests(EngineConformance, SynchronousTestCase):
        def make_engine(self, clock, limits):
            return MyEngine(clock, limits)

An engine that outlives its process passes `LastingConformance` too, and one that may fail to keep
something `FaultyConformance`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.concerns import private_log
from twistchat.engine import Entry, Label
from twistchat.testing.conformance_deeds import (
    DeedConformance,
    FaultyDeedConformance,
    LastingDeedConformance,
)
from twistchat.testing.conformance_keys import (
    FaultyKeyConformance,
    KeyConformance,
    LastingKeyConformance,
    PagingConformance,
    RememberingConformance,
)
from twistchat.testing.conformance_passwords import (
    FaultyPasswordConformance,
    LastingPasswordConformance,
    PasswordConformance,
)
from twistchat.testing.conformance_past import PastConformance
from twistchat.testing.harness import joined, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.engine import Committed


class EngineConformance(
    DeedConformance,
    KeyConformance,
    PagingConformance,
    PastConformance,
    RememberingConformance,
    PasswordConformance,
):
    """What every engine does."""

    def test_each_room_is_numbered_from_one(self) -> None:
        self.put(said("a"), said("b", "#lab"), said("c"))
        self.put(said("d"))
        places = [(c.item, c.number) for c in self.delivered]
        self.assertEqual(
            places, [(said("a"), 1), (said("b", "#lab"), 1), (said("c"), 2), (said("d"), 3)]
        )
        epochs = {c.epoch for c in self.delivered if c.item != said("b", "#lab")}
        self.assertEqual(len(epochs), 1)
        self.assertNotEqual(epochs, {""})

    def test_one_order_for_everything(self) -> None:
        goodbye = e.Goodbye(e.Cause.LEFT)
        items: list[e.Item] = [said("a"), joined(), e.Noted(("x",)), said("b"), goodbye, said("c")]
        for item in items:
            self.put(item)
        self.assertEqual([c.item for c in self.delivered], items)

    def test_presence_carries_the_number_before_it(self) -> None:
        opened = e.HistoryOpened("#lobby", 5)
        self.put(joined(), said("a"), joined(), said("b"), opened, said("c"), joined("#lab"))
        numbers = [c.number for c in self.delivered]
        self.assertEqual(numbers, [0, 1, 1, 2, 2, 3, 0])

    def test_who_asked_is_handed_through(self) -> None:
        origin = object()
        label = Label("7", "k")
        self.engine.append([Entry(said("a"), origin, label)])
        (committed,) = self.delivered
        self.assertIs(committed.origin, origin)
        self.assertEqual(committed.label, label)

    def test_history(self) -> None:
        self.put(
            said("a"), joined(), e.TopicChanged("#lobby", "1", "alice", "cats", 7.0), said("b")
        )
        self.pump()
        self.assertEqual([c.number for c in self.history("#lobby")], [1, 2, 3])
        self.assertEqual([c.item for c in self.history("#lobby", before=2)], [said("a")])
        self.assertEqual([c.number for c in self.history("#lobby", limit=2)], [2, 3])
        self.assertEqual([c.number for c in self.history("#lobby", before=3, limit=1)], [2])
        self.assertEqual(self.history("#lobby", before=1), [])
        self.assertEqual(self.history("#nowhere"), [])

    def test_private_conversations_have_logs_of_their_own(self) -> None:
        there = e.Whispered("1", "alice", "2", "bob", "psst", False, 7.0)
        back = e.Whispered("2", "bob", "1", "alice", "yes?", False, 7.0)
        self.put(said("a"), there, back)
        self.assertEqual([c.number for c in self.delivered], [1, 1, 2])
        log = private_log("2", "1")
        self.assertEqual([c.item for c in self.history(log)], [there, back])
        self.assertEqual([c.item for c in self.history("#lobby")], [said("a")])

    def test_a_room_that_is_forgotten_begins_anew(self) -> None:
        self.put(said("old", "#lab"))
        before = self.delivered[-1]
        # All in one batch: each belongs to the life in which it stands.
        self.put(
            said("older than that", "#lab"),
            e.RoomForgotten("#lab", 8.0),
            joined("#lab"),
            said("new", "#lab"),
            said("elsewhere"),
        )
        late, forgotten, came, new, elsewhere = self.delivered[1:]
        self.assertEqual((late.epoch, late.number), (before.epoch, 2))
        self.assertEqual(forgotten.item, e.RoomForgotten("#lab", 8.0))
        self.assertNotEqual(new.epoch, before.epoch)
        self.assertEqual((new.number, came.number, came.epoch), (1, 0, new.epoch))
        self.assertEqual(elsewhere.number, 1)
        self.assertEqual([event.item for event in self.history("#lab")], [said("new", "#lab")])

    def test_names(self) -> None:
        self.assertTrue(self.claim("bob", "1"))
        self.assertFalse(self.claim("bob", "2"))
        self.assertTrue(self.claim("bob", "1"))
        self.engine.release("bob", "2")  # not theirs to give
        self.assertFalse(self.claim("bob", "2"))
        self.engine.release("bob", "1")
        self.assertTrue(self.claim("bob", "2"))

    def test_stopping_with_nothing_under_way(self) -> None:
        self.stop()

    def test_what_is_submitted_while_delivering_comes_after(self) -> None:
        def react(batch: Sequence[Committed]) -> None:
            if batch[0].item == said("a"):
                self.put(said("c"), joined())

        self.react = react
        self.put(said("a"), said("b"))
        items = [committed.item for committed in self.delivered]
        self.assertEqual(items, [said("a"), said("b"), said("c"), joined()])

    def test_search(self) -> None:
        self.put(
            said("The cat sat on the mat", at=1.0),
            said("a Cat, and a dog", who="Bob", at=2.0),
            said("dogs", at=3.0),
            e.TopicChanged("#lobby", "1", "alice", "cat", 3.5),
            said("cat elsewhere", "#lab", at=4.0),
            e.Whispered("1", "alice", "2", "bob", "secret cat", False, 4.0),
            e.Said("#lobby", "1", "alice", "pets the CAT", True, 5.0),
        )
        self.pump()
        cats = ["The cat sat on the mat", "a Cat, and a dog", "pets the CAT"]
        self.assertEqual(self.search("cat"), cats)
        self.assertEqual(self.search("CAT", "the"), [cats[0], cats[2]])
        self.assertEqual(self.search("cat", limit=2), cats[1:])
        self.assertEqual(self.search("cat", before=2), cats[:1])
        self.assertEqual(self.search("cat", who="ｂOB"), cats[1:2])
        self.assertEqual(self.search(who="bob"), cats[1:2])
        self.assertEqual(self.search("cat", since=2.0), cats[1:])
        self.assertEqual(self.search("cat", since=2.0, until=5.0), cats[1:2])
        self.assertEqual(self.search("a"), [*cats])
        self.assertEqual(self.search("cat", room="#lab"), ["cat elsewhere"])
        self.assertEqual(self.search("cat", room="#nowhere"), [])
        self.assertEqual(self.search("horse"), [])

    def test_search_in_chinese_and_of_odd_characters(self) -> None:
        lines = ["你好，世界", "世界很大", "100% sure_", 'he said "why?"', "Привет, МИР", "a\\b"]
        self.put(*(said(line) for line in lines))
        self.pump()
        self.wait_for_chores()
        for words, found in (
            (("世界",), lines[:2]),
            (("世",), lines[:2]),
            (("你好，世",), lines[:1]),
            (("界", "世界"), lines[:2]),
            (("0%",), lines[2:3]),
            (("%",), lines[2:3]),
            (("sure_",), lines[2:3]),
            (("_",), lines[2:3]),
            (('"why?"',), lines[3:4]),
            (('"',), lines[3:4]),
            (("мир",), lines[4:5]),
            (("ПРИВЕТ",), lines[4:5]),
            (("\\",), lines[5:]),
            (("AND",), []),
            (("NEAR(a b)",), []),
        ):
            self.assertEqual(self.search(*words), found, words)

    def test_what_is_found_is_the_same_before_and_after_the_chores(self) -> None:
        for number in range(30):
            self.put(said(f"line {number} {'even' if number % 2 == 0 else 'odd'}"))
            if number in (9, 19):
                self.pump()
                self.wait_for_chores()
        self.pump()
        even = [f"line {number} even" for number in range(0, 30, 2)]
        self.assertEqual(self.search("even"), even)
        self.assertEqual(self.search("even", "line", limit=12), even[-12:])
        self.assertEqual(self.search("even", before=15), even[:7])
        self.wait_for_chores()
        self.assertEqual(self.search("even"), even)

    def test_cursors(self) -> None:
        whispered = e.Whispered("1", "alice", "2", "bob", "psst", False, 7.0)
        self.put(said("a"), said("b"), whispered)
        self.pump()
        self.engine.move_cursor("2", "#lobby", 2)
        self.engine.move_cursor("2", private_log("1", "2"), 1)
        self.engine.move_cursor("2", "#lobby", 1)  # never back
        self.pump()
        found: list[dict[str, int]] = []
        for person in "21":
            self.engine.cursors(person).addCallback(found.append)
        self.pump()
        self.assertEqual(found, [{"#lobby": 2, private_log("1", "2"): 1}, {}])

    def test_cursors_end_with_their_log(self) -> None:
        self.put(said("a", "#lab"))
        self.pump()
        self.engine.move_cursor("2", "#lab", 1)
        self.engine.move_cursor("2", "#nowhere", 1)
        self.put(e.RoomForgotten("#lab", 8.0), said("b", "#lab"))
        self.pump()
        found: list[dict[str, int]] = []
        self.engine.cursors("2").addCallback(found.append)
        self.pump()
        self.assertEqual(found, [{}])


class LastingConformance(LastingDeedConformance, LastingKeyConformance, LastingPasswordConformance):
    """What an engine does that outlives its process, however that ends.

    `make_engine` opens the same store again.
    """

    def die(self) -> None:
        """Let the engine end as `kill -9` ends it: let go of what a process holds, and no more."""
        raise NotImplementedError

    def test_what_was_delivered_is_there_after_a_kill(self) -> None:
        topic = e.TopicChanged("#lab", "1", "alice", "cats", 7.0)
        self.put(said("a"), topic, said("b"))
        self.pump()
        self.put(said("c"))
        told = [c for c in self.delivered if c.item != topic]
        self.die()
        self.start()
        self.assertIn(topic, [c.item for c in self.delivered])
        self.assertEqual(self.history("#lobby"), told)
        self.batches.clear()
        self.put(said("d"))
        self.assertEqual([(c.epoch, c.number) for c in self.delivered], [(told[0].epoch, 4)])

    def restart(self) -> None:
        """Stop, and start anew."""
        self.stop()
        self.start()

    def test_numbers_go_on(self) -> None:
        self.put(said("a"), said("b"), said("c", "#lab"))
        before = self.delivered
        self.restart()
        self.batches.clear()
        self.put(joined(), said("d"), said("e", "#lab"))
        after = self.delivered
        self.assertEqual([c.number for c in after], [2, 3, 2])
        self.assertEqual({c.epoch for c in after}, {c.epoch for c in before})
        self.assertEqual([c.number for c in self.history("#lobby")], [1, 2, 3])
        self.assertEqual(self.history("#lobby")[0], before[0])

    def test_a_start_delivers_what_holds(self) -> None:
        topic = e.TopicChanged("#lab", "1", "alice", "cats", 7.0)
        self.put(e.TopicChanged("#lab", "1", "alice", "dogs", 6.0), topic, said("x", "#lab"))
        self.put(said("y", "#tea"), said("z", "#tea"))
        whispered = e.Whispered("1", "alice", "2", "bob", "psst", False, 7.0)
        self.put(whispered)
        self.pump()
        self.restart()
        items = [committed.item for committed in self.delivered]
        self.assertEqual(items, [topic, said("x", "#lab"), said("z", "#tea")])

    def test_private_conversations_go_on(self) -> None:
        whispered = e.Whispered("1", "alice", "2", "bob", "psst", False, 7.0)
        self.put(whispered)
        first = self.delivered[-1]
        self.restart()
        self.put(whispered)
        again = self.delivered[-1]
        self.assertEqual((again.epoch, again.number), (first.epoch, 2))

    def test_a_forgotten_room_stays_forgotten(self) -> None:
        self.put(said("old", "#lab"), e.RoomForgotten("#lab", 8.0))
        old = self.delivered[0]
        self.restart()
        self.assertEqual(self.delivered, [])
        self.assertEqual(self.history("#lab"), [])
        self.put(said("new", "#lab"))
        new = self.delivered[0]
        self.assertNotEqual(new.epoch, old.epoch)
        self.assertEqual(new.number, 1)

    def test_cursors_and_search_last(self) -> None:
        self.put(said("a cat"))
        self.pump()
        self.engine.move_cursor("2", "#lobby", 1)
        self.pump()
        self.restart()
        found: list[dict[str, int]] = []
        self.engine.cursors("2").addCallback(found.append)
        self.pump()
        self.assertEqual(found, [{"#lobby": 1}])
        self.assertEqual(self.search("cat"), ["a cat"])


class FaultyConformance(FaultyDeedConformance, FaultyKeyConformance, FaultyPasswordConformance):
    """What an engine does that cannot keep what is said for a while."""

    def breaks(self) -> None:
        """Let nothing be kept from now on."""
        raise NotImplementedError

    def mends(self) -> None:
        """Let everything be well again."""
        raise NotImplementedError

    def test_what_is_not_kept_is_said_to_its_speaker_in_its_place(self) -> None:
        self.put(said("a"))
        self.pump()
        self.breaks()
        self.put(joined(), said("b"), e.Noted(("x",)), said("c", "#lab"))
        for _ in range(20):
            self.pump()
        failed = [
            e.NotKept(said("b"), e.Unkept.FAILED),
            e.NotKept(said("c", "#lab"), e.Unkept.FAILED),
        ]
        self.assertEqual(
            [c.item for c in self.delivered],
            [said("a"), joined(), failed[0], e.Noted(("x",)), failed[1]],
        )
        self.flushLoggedErrors()

    def test_it_goes_on_by_itself_with_the_next_number(self) -> None:
        self.put(said("a"))
        self.pump()
        self.breaks()
        self.put(said("b"))
        for _ in range(20):
            self.pump()
        self.mends()
        self.put(said("c"), joined())
        for _ in range(20):
            self.pump()
        places = [(c.item, c.number) for c in self.delivered[-2:]]
        self.assertEqual(places, [(said("c"), 2), (joined(), 2)])
        self.assertEqual([c.item for c in self.history("#lobby")], [said("a"), said("c")])
        self.assertEqual(self.search("b"), [])
        self.flushLoggedErrors()
