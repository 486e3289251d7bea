"""The checker of the crash tests finds what is made to be wrong, and nothing else."""

from __future__ import annotations

import sqlite3

from twisted.trial.unittest import SynchronousTestCase

from tests.e2e.checker import faults
from tests.e2e.record import Log, Record, integrity, read_record
from tests.e2e.views import Spoken, View
from tests.folders import temporary_folder
from twistchat.engine.sqlite.migrate import SCHEMA

IN = ["-- bob joined.", "-- Here now (2): ann, bob"]


def lines(*texts: str) -> list[str]:
    return [f"<ann> {text}" for text in texts]


def past(*texts: str) -> list[str]:
    head = f"-- The last {len(texts)} lines of #lobby:"
    return [head, *(f"[12:30] <ann> {text}" for text in texts)]


def record(*texts: str, room: str = "#lobby") -> Record:
    events = [Spoken(room, "ann", "said", text) for text in texts]
    log = Log("e1", len(texts), list(range(1, len(texts) + 1)), events)
    return Record({room: log}, list(texts))


KEPT = record("one", "two", "three", "four")


class ViewTests(SynchronousTestCase):
    def assert_right(self, *shown: str, kept: Record = KEPT) -> None:
        self.assertEqual(faults(kept, [View("bob", shown)]), [])

    def assert_wrong(self, words: str, *shown: str, kept: Record = KEPT) -> None:
        found = faults(kept, [View("bob", shown)])
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_right(self) -> None:
        self.assert_right(*IN, *lines("one", "two", "three", "four"))
        self.assert_right(*IN, *lines("one", "two"))
        self.assert_right(*past("one", "two"), *IN, *lines("three", "four"))
        self.assert_right(*past("one", "two"), *IN, *lines("three"), *past("two", "three"))

    def test_missing_from_the_database(self) -> None:
        self.assert_wrong("not in the database", *IN, *lines("one", "new"))
        self.assert_wrong("not in the database", *past("new", "one"), *IN, *lines("two"))
        self.assert_wrong("not in the database", *IN, "* ann one")
        self.assert_wrong("not in the database", *IN, "[#cats] <ann> one")

    def test_missing_from_the_view(self) -> None:
        self.assert_wrong("saw 3 of #lobby behind 1", *IN, *lines("one", "three", "four"))
        self.assert_wrong("saw 2 of #lobby behind 0", *IN, *lines("two", "three"))

    def test_missing_between_history_and_now(self) -> None:
        self.assert_wrong("saw 4 of #lobby behind 2", *past("one", "two"), *IN, *lines("four"))
        self.assert_wrong(
            "and stood at 2", *IN, *lines("one", "two"), *past("one"), *lines("three")
        )

    def test_double(self) -> None:
        self.assert_wrong("saw twice", *IN, *lines("one", "two", "two", "three"))
        self.assert_wrong("saw twice", *past("one", "two"), *IN, *lines("two", "three"))

    def test_swapped(self) -> None:
        found = faults(KEPT, [View("bob", [*IN, *lines("one", "three", "two", "four")])])
        self.assertEqual(len(found), 2, found)
        self.assert_wrong("another order", *past("two", "one", "three"), *IN, *lines("four"))

    def test_history_is_shown_whole(self) -> None:
        self.assert_wrong("was shown 2 lines", *past("two", "three"), *IN, *lines("four"))

    def test_heard_from_outside(self) -> None:
        self.assert_wrong("was not in #lobby", *lines("one"))

    def test_another_topic(self) -> None:
        kept = record("one")
        kept.logs["#lobby"].events[0] = Spoken("#lobby", "ann", "topic", "one")
        shown = ["-- The last line of #lobby:", "[12:30] -- ann changed the topic of #lobby: one"]
        self.assert_right(*shown, *IN, "-- Topic of #lobby: one", kept=kept)
        self.assert_wrong("the topic", *shown, *IN, "-- Topic of #lobby: old", kept=kept)

    def test_refused_and_kept(self) -> None:
        refused = "-- Not sent: the server could not keep it. Try again: "
        self.assert_right(*IN, refused + "five")
        self.assert_wrong("was not kept, and it was", *IN, refused + "two")

    def test_what_perhaps_was_kept_leaves_no_hole(self) -> None:
        perhaps = "-- Perhaps not sent: the server does not know. You wrote: "
        self.assert_right(*IN, *lines("one"), perhaps + "two", *lines("three"))
        self.assert_right(*IN, *lines("one"), perhaps + "new", *lines("two"))


class TypingTests(SynchronousTestCase):
    def found(self, *typed: str, shown: tuple[str, ...] = ()) -> list[str]:
        return faults(KEPT, [View("ann", [*shown], typed)])

    def test_right(self) -> None:
        self.assertEqual(self.found("one", "two", "three", "four"), [])
        self.assertEqual(self.found("one", "two", "never came"), [])
        refused = "-- Not sent: the server could not keep it. Try again: no"
        self.assertEqual(self.found("one", "no", "two", shown=(refused,)), [])

    def test_lost_in_the_middle(self) -> None:
        self.assertIn("in the middle", self.found("one", "lost", "two")[0])

    def test_another_order(self) -> None:
        self.assertIn("another order", self.found("two", "one")[0])


class RecordTests(SynchronousTestCase):
    def test_double(self) -> None:
        self.assertIn("twice in the database: 'one'", faults(record("one", "one"), []))

    def test_holes(self) -> None:
        kept = record("one", "two")
        kept.logs["#lobby"].numbers[1] = 3
        self.assertIn("1 and then 3", faults(kept, [])[0])
        kept = record("one", "two")
        kept.logs["#lobby"].last = 3
        self.assertIn("its last number is 3", faults(kept, [])[0])

    def test_what_was_there_stays(self) -> None:
        before = record("one", "two")
        self.assertEqual(faults(KEPT, [], before), [])
        self.assertIn("is not, or not at its place", faults(record("one"), [], before)[0])
        self.assertIn("is not, or not at its place", faults(record("two", "one"), [], before)[0])
        self.assertIn("no longer", faults(record("one", "two", room="#cats"), [], before)[0])
        now = record("one", "two")
        now.logs["#lobby"].epoch = "e2"
        self.assertEqual(faults(now, [], before), ["#lobby has begun another epoch"])

    def test_is_read_from_the_file(self) -> None:
        path = temporary_folder(self) / "chat.db"
        with sqlite3.connect(path) as database:
            database.executescript((SCHEMA / "1.sql").read_text())
            database.execute(
                "INSERT INTO logs (id, name, epoch, last) VALUES (7, '#lobby', 'e1', 2)"
            )
            for number, text in enumerate(("one", "two"), 1):
                database.execute(
                    "INSERT INTO events (log, number, at, kind, user, who, folded, text)"
                    " VALUES (7, ?, 0, 'said', 'u', 'ann', 'ann', ?)",
                    (number, text),
                )
        database.close()
        self.assertEqual(read_record(path), record("one", "two"))
        self.assertEqual(integrity(path), "ok")
