"""Reading beside the writer: how long it may take, and what a search looks at."""

from __future__ import annotations

import time
from itertools import count

from tests.sqlite.test_file import FileTestCase
from twistchat.core import events as e
from twistchat.engine.sqlite import reader as reader_module
from twistchat.engine.sqlite.faults import DatabaseError
from twistchat.engine.sqlite.reader import Reader


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
