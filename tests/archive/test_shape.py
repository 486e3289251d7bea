"""Databases in whose columns stands what does not belong there."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.archive.kit import ArchiveTestCase, said, topic, whispered
from twistchat.archive.commands import FORMATS
from twistchat.archive.shape import TABLES


class ShapeTests(ArchiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.keep(said("gone", room="#lab"))
        self.forget("#lab")
        self.keep(topic("茶"), said("hello"), whispered("psst"))
        self.whole = self.path.read_bytes()

    def finds(self, damage: str, fault: str) -> None:
        self.path.write_bytes(self.whole)
        self.rows(damage)
        ran = self.run_command("db", "check")
        self.assertEqual((ran.status, ran.out), (1, ""), damage)
        told = ran.err.splitlines()
        self.assertIn(fault, told[0])
        self.assertIn("is damaged: stop the server, and restore a backup", told[-1])

    def test_text_that_is_no_utf_8(self) -> None:
        for column in ("text", "who", "user", "folded", "kind"):
            self.finds(
                f"UPDATE events SET {column} = CAST(x'e86c6c6f' AS TEXT) WHERE text = 'hello'",
                "1 row of the table events with text that is no UTF-8",
            )
        self.finds(
            "UPDATE logs SET name = CAST(x'23e8' AS TEXT) WHERE name = '#lobby'",
            "1 row of the table logs with text that is no UTF-8",
        )
        self.finds("INSERT INTO facts VALUES ('x', CAST(x'e8' AS TEXT))", "facts with text that is")

    def test_times_that_cannot_be(self) -> None:
        for value in ("9e999", "1e300", "-1e15", "-1"):
            self.finds(
                f"UPDATE events SET at = {value} WHERE text = 'hello'",
                "1 row of the table events with a time that cannot be",
            )
        self.finds("UPDATE events SET at = 'x' WHERE text = 'hello'", "something else in at than")
        self.finds("UPDATE logs SET ended = 'x' WHERE ended > 0", "something else in ended than")
        self.finds("UPDATE logs SET ended = 9e999 WHERE ended > 0", "logs with an end at a time")

    def test_other_types(self) -> None:
        for damage, column in (
            ("UPDATE logs SET name = x'236c6f626279' WHERE name = '#lobby'", "name"),
            ("UPDATE logs SET last = 'zz' WHERE name = '#lobby'", "last"),
            ("UPDATE logs SET epoch = x'00'", "epoch"),
            ("UPDATE events SET text = x'68' WHERE text = 'hello'", "text"),
            ("UPDATE standing SET number = 'x'", "number"),
            ("UPDATE sqlite_sequence SET seq = 'x'", "seq"),
        ):
            self.finds(damage, f"with something else in {column} than belongs there")
        self.finds("UPDATE facts SET value = 'abc' WHERE name = 'indexed'", "(indexed) that is no")
        self.finds("UPDATE events SET to_who = NULL", "1 row of the table events of which half")
        key = "INSERT INTO keys VALUES ('1', 'k', 1, 'e', 1, {}, {})"
        self.finds(key.format("'text'", 7), "1 row of the table keys with something else in digest")
        self.finds(
            key.format("x'00'", 7), "1 row of the table keys with a digest of another length"
        )
        self.finds(key.format("zeroblob(16)", "9e999"), "table keys with a time that cannot be")
        self.finds("INSERT INTO remembered VALUES (x'00', 'x', 7)", "something else in person than")
        self.finds("UPDATE facts SET value = 'abc' WHERE name = 'secret'", "(secret) that is no 32")
        self.finds("INSERT INTO passwords VALUES ('1', x'00')", "something else in hash than")
        for table in TABLES.keys() - {"sqlite_sequence"}:
            self.finds(f"DROP TABLE {table}", f"the table {table} is missing")

    def test_a_search_index_that_is_only_half_there(self) -> None:
        with closing(sqlite3.connect(self.path)) as database:
            database.execute("PRAGMA writable_schema = ON")
            database.execute("DELETE FROM sqlite_schema WHERE name = 'search'")
            database.commit()
        self.assertIn("no such table: search", self.fails("db", "check"))

    def test_an_export_says_so_in_one_line(self) -> None:
        for damage in (
            "UPDATE events SET at = 9e999 WHERE text = 'hello'",
            "UPDATE events SET at = 1e300 WHERE text = 'hello'",
            "UPDATE events SET at = -1e15 WHERE text = 'hello'",
            "UPDATE events SET at = 'x' WHERE text = 'hello'",
            "UPDATE events SET text = x'68' WHERE text = 'hello'",
            "UPDATE events SET text = CAST(x'e86c6c6f' AS TEXT) WHERE text = 'hello'",
            "UPDATE events SET to_who = NULL",
            "UPDATE logs SET name = x'236c6f626279' WHERE name = '#lobby'",
            "UPDATE logs SET last = 'zz' WHERE name = '#lobby'",
            "UPDATE logs SET ended = 'x' WHERE ended > 0",
            "UPDATE logs SET ended = 9e999 WHERE ended > 0",
        ):
            self.path.write_bytes(self.whole)
            self.rows(damage)
            for form in FORMATS:
                ran = self.run_command("export", "--private", "--format", form)
                self.assertEqual((ran.status, ran.err.count("\n")), (1, 1), damage + ran.err)
