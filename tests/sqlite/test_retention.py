"""What is deleted, what is not, and in which steps."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from tests.sqlite.test_file import FileTestCase
from twistchat.core import events as e
from twistchat.engine import Stamp
from twistchat.engine.retention import KEEP, Retention, Rule, describe, read_retention
from twistchat.engine.sqlite import chores
from twistchat.engine.sqlite.store import Proposed
from twistchat.testing.harness import said

if TYPE_CHECKING:
    from twistchat.engine.sqlite.store import Store

DAY = 86_400.0


class RuleTests(SynchronousTestCase):
    """How an operator writes it."""

    def test_rules(self) -> None:
        self.assertEqual(read_retention([]), Retention())
        self.assertTrue(read_retention([]).keeps_all)
        self.assertEqual(read_retention(["90d"]), Retention(Rule(90 * DAY)))
        self.assertEqual(read_retention(["10000"]), Retention(Rule(None, 10_000)))
        self.assertEqual(read_retention([" 12h , 500 "]), Retention(Rule(DAY / 2, 500)))
        self.assertEqual(
            read_retention(["90d", "#Lab=7d", "#minutes = keep", "total=1000000", "private=12h"]),
            Retention(
                Rule(90 * DAY),
                {"#lab": Rule(7 * DAY), "#minutes": KEEP},
                private=Rule(DAY / 2),
                total=1_000_000,
            ),
        )
        self.assertFalse(read_retention(["private=7d"]).keeps_all)
        self.assertEqual(read_retention(["90d", "30d"]), Retention(Rule(30 * DAY)))

    def test_mistakes(self) -> None:
        for text in ("", "ninety days", "0", "0d", "-1d", "90d,", "1.5d", "٣d", "90x"):
            error = self.assertRaises(ValueError, read_retention, [text])
            self.assertIn("write it like 90d", str(error))
        self.assertIn(
            "names no room", str(self.assertRaises(ValueError, read_retention, ["lab=7d"]))
        )
        self.assertIn(
            "a number of lines", str(self.assertRaises(ValueError, read_retention, ["total=7d"]))
        )

    def test_minutes_are_not_months(self) -> None:
        for text in ("6m", "#lab=6M", "10000,6m"):
            error = self.assertRaises(ValueError, read_retention, [text])
            self.assertIn("m would be minutes", str(error))

    def test_said_in_words(self) -> None:
        rules = read_retention(["90d,1000", "#lab=12h", "#tea=keep", "private=50", "total=5000"])
        self.assertEqual(
            describe(rules),
            [
                "Of each room is kept: the last 1000 lines, none older than 90 days.",
                "Of #lab is kept: what is younger than 12 hours.",
                "Of #tea is kept: everything.",
                "Of private words is kept: the last 50 lines.",
                "Of all together are kept: the last 5000 lines.",
            ],
        )


class RetentionTests(FileTestCase):
    def fill(self, *rules: str, lines: int = 10) -> Store:
        """A line a day in two rooms, the first on day 1."""
        store = self.store(read_retention(rules))
        store.open()
        for day in range(1, lines + 1):
            store.append(
                [
                    Proposed(said(f"lobby {day}", at=day * DAY), "e1"),
                    Proposed(said(f"lab {day}", "#lab", at=day * DAY), "e2"),
                ]
            )
        return store

    def sweep(self, store: Store, day: float = 10.0) -> int:
        """Do all that there is to do; in so many steps."""
        steps = 1
        while store.delete_old(day * DAY + 1.0):
            steps += 1
        return steps

    def left(self, room: str) -> list[int]:
        database = sqlite3.connect(self.path)
        found = database.execute(
            "SELECT number FROM events JOIN logs ON logs.id = log WHERE name = ? ORDER BY number",
            (room,),
        ).fetchall()
        (first,) = database.execute("SELECT first FROM logs WHERE name = ?", (room,)).fetchone()
        database.close()
        numbers = [number for (number,) in found]
        if numbers and len(numbers) == numbers[-1] - numbers[0] + 1:
            self.assertEqual(first, numbers[0])
        return numbers

    def test_without_a_rule_all_is_kept(self) -> None:
        store = self.fill()
        self.assertTrue(store.keeps_all)
        self.sweep(store, 10_000)
        self.assertEqual(self.left("#lobby"), list(range(1, 11)))

    def test_by_age(self) -> None:
        self.sweep(self.fill("3d"))
        self.assertEqual(self.left("#lobby"), [8, 9, 10])
        self.assertEqual(self.left("#lab"), [8, 9, 10])

    def test_by_count(self) -> None:
        self.sweep(self.fill("4"))
        self.assertEqual(self.left("#lobby"), [7, 8, 9, 10])

    def test_by_both(self) -> None:
        self.sweep(self.fill("4,2d"))
        self.assertEqual(self.left("#lobby"), [9, 10])

    def test_by_room(self) -> None:
        self.sweep(self.fill("2d", "#lab=keep"))
        self.assertEqual(self.left("#lobby"), [9, 10])
        self.assertEqual(self.left("#lab"), list(range(1, 11)))

    def test_in_all(self) -> None:
        store = self.fill("total=7")
        self.sweep(store)
        self.assertEqual(self.left("#lobby"), [8, 9, 10])
        self.assertEqual(self.left("#lab"), [7, 8, 9, 10])
        self.assertEqual(self.sweep(store), 3)  # nothing more to do: one look each

    def test_everything_may_be_too_old(self) -> None:
        store = self.fill("1d")
        self.sweep(store, 100)
        self.assertEqual(self.left("#lobby"), [])
        self.put(store, "after that")
        self.assertEqual(self.left("#lobby"), [11])

    def test_numbers_go_on_after_a_restart(self) -> None:
        store = self.fill("1d")
        self.sweep(store, 100)
        store.close()
        self.assertEqual(self.store().open().stands["#lobby"].number, 10)

    def test_a_topic_holds_however_old_it_is(self) -> None:
        store = self.fill("5", lines=0)
        topic = e.TopicChanged("#lobby", "1", "alice", "cats", DAY)
        store.append([Proposed(topic, "e1")])
        for _ in range(20):
            self.put(store, "x")
        self.sweep(store)
        self.assertEqual(self.left("#lobby"), [1, 17, 18, 19, 20, 21])
        store.close()
        again = self.store(read_retention(["5"]))
        self.assertEqual(again.open().events[0].item, topic)
        # Until there is another.
        again.append([Proposed(e.TopicChanged("#lobby", "1", "alice", "dogs", DAY), "e1")])
        self.sweep(again)
        self.assertEqual(self.left("#lobby"), [18, 19, 20, 21, 22])

    def test_a_forgotten_room_goes_altogether(self) -> None:
        store = self.fill("3d", lines=0)
        store.append([Proposed(e.TopicChanged("#lab", "1", "alice", "cats", DAY), "e2")])
        self.put(store, "x", room="#lab")
        store.move_cursor("2", "#lab", 1)
        while store.index():
            pass
        store.forget("#lab")
        self.sweep(store, 100)
        database = sqlite3.connect(self.path)
        self.addCleanup(database.close)
        database.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
        for table in ("events", "logs", "standing", "cursors"):
            self.assertEqual(database.execute(f"SELECT count(*) FROM {table}").fetchone(), (0,))

    def test_private_words_go_too_and_may_begin_anew(self) -> None:
        store = self.fill("3d", lines=0)
        whispered = e.Whispered("1", "alice", "2", "bob", "psst", False, DAY)
        (first,) = store.append([Proposed(whispered, "e1")])
        self.sweep(store, 100)
        (second,) = store.append([Proposed(whispered, "e2")])
        self.assertEqual((first, second), (Stamp("e1", 1), Stamp("e2", 1)))

    def test_a_clock_that_went_wrong_keeps_nothing(self) -> None:
        store = self.fill("3d", lines=0)
        for day in (1, 2, 5_000, 3, 4, 9, 10):
            store.append([Proposed(said("x", at=day * DAY), "e1")])
        self.sweep(store)
        self.assertEqual(self.left("#lobby"), [6, 7])

    def test_what_is_young_stays_though_something_old_is_behind_it(self) -> None:
        """As after an import of old lines behind new ones."""
        store = self.fill("3d", lines=0)
        for day in (1, 2, 9, 3, 4):
            store.append([Proposed(said("x", at=day * DAY), "e1")])
        self.sweep(store)
        self.assertEqual(self.left("#lobby"), [3, 4, 5])
        self.sweep(store, 13)
        self.assertEqual(self.left("#lobby"), [])

    def test_many_small_logs_share_a_step(self) -> None:
        store = self.fill("3d", lines=0)
        for number in range(300):
            event = e.Whispered("1", "a", f"p{number}", "b", "x", False, DAY)
            store.append([Proposed(event, "e1")])
        self.assertLess(self.sweep(store, 100), 12)

    def test_a_total_with_lines_missing_ends(self) -> None:
        store = self.fill("total=5", lines=10)
        other = sqlite3.connect(self.path)
        other.execute("DELETE FROM events")
        other.commit()
        other.close()
        self.sweep(store)

    def test_long_lines_make_shorter_steps(self) -> None:
        self.patch(chores, "STEP_TEXT", 1_000)
        store = self.fill("1d", lines=0)
        store.append([Proposed(said("x" * 400, at=DAY), "e1") for _ in range(10)])
        steps = [store.index() for _ in range(5)]
        self.assertEqual(steps, [True, True, True, True, False])
        self.assertGreaterEqual(self.sweep(store, 100), 5)
        self.assertEqual(self.left("#lobby"), [])

    def test_in_small_steps(self) -> None:
        self.patch(chores, "STEP", 3)
        self.patch(chores, "LOGS", 1)
        store = self.fill("3d", lines=10)
        steps = self.sweep(store)
        self.assertGreaterEqual(steps, 5)
        self.assertEqual(self.left("#lobby"), [8, 9, 10])
        self.assertEqual(self.left("#lab"), [8, 9, 10])

    def test_the_index_goes_with_it(self) -> None:
        store = self.fill("3d")
        while store.index():
            pass
        self.sweep(store)
        database = sqlite3.connect(self.path)
        self.addCleanup(database.close)
        # FTS5 compares itself with the table it belongs to: an error, if anything is left over.
        database.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
        found = database.execute("SELECT rowid FROM search WHERE search MATCH 'lobby'").fetchall()
        self.assertEqual(len(found), 3)

    def test_nothing_of_it_is_left_in_the_file(self) -> None:
        store = self.store(read_retention(["3d"]))
        store.open()
        for number in range(300):
            store.append([Proposed(said(f"服务器 {number} 密码", at=DAY), "e1")])
        while store.index():
            pass
        self.assertGreater(self.sweep(store, 100), 3)
        store.append([Proposed(said("new", at=100 * DAY), "e1")])
        store.close()
        for word in ("服务器", "密码"):
            self.assertNotIn(word.encode(), self.path.read_bytes())

    def test_private_words_have_a_rule_of_their_own(self) -> None:
        store = self.fill("private=3d")
        whispered = e.Whispered("1", "alice", "2", "bob", "psst", False, DAY)
        store.append([Proposed(whispered, "e1")])
        self.sweep(store, 100)
        self.assertEqual(self.left("#lobby"), list(range(1, 11)))
        (again,) = store.append([Proposed(whispered, "e9")])
        self.assertEqual(again, Stamp("e9", 1))

    def test_free_pages_are_given_back(self) -> None:
        self.patch(chores, "FREE", 5)
        self.patch(chores, "PAGES", 10)
        store = self.store(read_retention(["3d"]))
        store.open()
        store.append([Proposed(said("x" * 3_000, at=DAY), "e1") for _ in range(200)])
        self.assertLess(self.sweep(store, 100), 60)  # each gives several pages back
        database = sqlite3.connect(self.path)
        self.addCleanup(database.close)
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        self.assertLess(pages, 60)
