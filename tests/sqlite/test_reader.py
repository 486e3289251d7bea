"""Reading beside the writer: how long it may take, and what a search looks at."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from itertools import count
from random import Random

from tests.sqlite.test_file import FileTestCase
from twistchat.core import events as e
from twistchat.engine.sqlite import reader as reader_module
from twistchat.engine.sqlite.faults import DatabaseError
from twistchat.engine.sqlite.reader import Reader
from twistchat.engine.sqlite.store import Proposed
from twistchat.testing.harness import said


def wanted(*words: str, room: str = "#lobby", limit: int = 20) -> e.SearchOpened:
    return e.SearchOpened(room, words, "", None, None, limit)


class ReaderTestCase(FileTestCase):
    def reader(self, patience: float = 60.0) -> Reader:
        reader = Reader(self.path, patience=patience)
        self.addCleanup(reader.close)
        return reader

    def texts(self, reader: Reader, *words: str) -> list[str]:
        found = reader.search(wanted(*words), 1_000_000, has_index=True)
        return [c.item.text for c in found if isinstance(c.item, e.Said)]


class PatienceTests(ReaderTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(reader_module, "OPERATIONS", 100)
        seconds = count()
        self.patch(time, "monotonic", lambda: float(next(seconds)))

    def test_what_takes_too_long_is_given_up(self) -> None:
        self.filled(*("a cat" for _ in range(2_000)))
        reader = self.reader(patience=5.0)
        error = self.assertRaises(DatabaseError, self.texts, reader, "zzz")
        self.assertEqual(str(error), "it took longer than 5 s")
        # The next has all its time again.
        self.assertEqual(len(reader.history("#lobby", None, 5)), 5)

    def test_also_between_two_statements(self) -> None:
        store = self.filled("a cat")
        store.index()
        reader = self.reader(patience=1.0)
        self.assertRaises(DatabaseError, self.texts, reader, "cat")


class EndingTests(ReaderTestCase):
    def test_what_is_read_at_the_end_is_given_up(self) -> None:
        self.filled("a cat")
        reader = self.reader()
        self.assertEqual(self.texts(reader, "cat"), ["a cat"])
        reader.end()
        error = self.assertRaises(DatabaseError, self.texts, reader, "cat")
        self.assertEqual(str(error), "the server is stopping")


class IndexTests(ReaderTestCase):
    def test_what_is_not_in_the_index_yet_is_found_too(self) -> None:
        store = self.filled("cat 1", "dog 1", "cat 2")
        store.index()
        self.put(store, "cat 3", "dog 2", "cat 4")
        reader = self.reader()
        self.assertEqual(self.texts(reader, "cat"), ["cat 1", "cat 2", "cat 3", "cat 4"])
        self.assertEqual(self.texts(reader, "dog"), ["dog 1", "dog 2"])

    def test_only_what_is_behind_the_index_is_looked_at_one_by_one(self) -> None:
        store = self.filled(*(f"line {number}" for number in range(300)))
        while store.index():
            pass
        self.put(store, "the last")
        reader = self.reader()
        reader.history("#lobby", None, 1)
        database = reader._database
        assert database is not None
        steps: list[int] = []
        database.set_progress_handler(lambda: steps.append(1), 10)
        self.assertEqual(self.texts(reader, "zzz"), [])
        self.assertLess(len(steps), 60)


class TimeTests(ReaderTestCase):
    """Pages that begin or end at a time."""

    def fill(self, times: list[float]) -> Reader:
        self.filled().append([Proposed(said("x", at=at), "e1") for at in times])
        return self.reader()

    def test_a_long_log_is_not_looked_through(self) -> None:
        reader = self.fill([float(number) for number in range(5_000)])
        reader.history("#lobby", None, 1)
        database = reader._database
        assert database is not None
        asked: list[str] = []
        database.set_trace_callback(asked.append)
        found = reader.history("#lobby", None, 3, since=1_234.0, until=4_321.0, oldest=True)
        database.set_trace_callback(None)
        self.assertEqual([c.number for c in found], [1_235, 1_236, 1_237])
        self.assertLess(len(asked), 30)
        for query in asked:
            plan = database.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
            steps = [step for *_, step in plan]
            self.assertFalse(any(step.startswith(("SCAN", "USE TEMP")) for step in steps), steps)

    def test_where_numbers_are_missing(self) -> None:
        random = Random(7)
        for _ in range(15):
            times = sorted(random.choice(range(30)) + 0.5 for _ in range(40))
            reader = self.fill(times)
            kept = {number for number in range(1, 41) if random.random() < random.random()}
            with closing(sqlite3.connect(self.path)) as other:
                gone = [(number,) for number in range(1, 41) if number not in kept]
                other.executemany("DELETE FROM events WHERE number = ?", gone)
                other.commit()
            for since in (None, 0.0, *random.sample(times, 5), 100.0):
                for until in (None, 0.0, *random.sample(times, 5), 100.0):
                    fits = [
                        number
                        for number in sorted(kept)
                        if (since is None or times[number - 1] >= since)
                        and (until is None or times[number - 1] < until)
                    ]
                    for oldest, page in ((True, fits[:7]), (False, fits[-7:])):
                        found = reader.history(
                            "#lobby", None, 7, since=since, until=until, oldest=oldest
                        )
                        self.assertEqual([c.number for c in found], page, (since, until))
            self.doCleanups()
            self.setUp()
