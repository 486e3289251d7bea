"""`twistchat db check`."""

from __future__ import annotations

from dataclasses import replace

from tests.archive.kit import ALICE, BOB, START, ArchiveTestCase, Ran, did, said, topic, whispered
from twistchat.core.events import Erased, Tagged
from twistchat.engine.retention import read_retention
from twistchat.engine.sqlite import chores
from twistchat.engine.sqlite.migrate import newest_version
from twistchat.engine.sqlite.rows import KINDS, row_of
from twistchat.testing.deeds import EVERYTHING


class CheckTestCase(ArchiveTestCase):
    def check(self) -> Ran:
        return self.run_command("db", "check")


class WholeTests(CheckTestCase):
    def whole(self) -> list[str]:
        ran = self.check()
        self.assertEqual((ran.status, ran.err), (0, ""))
        lines = ran.out.splitlines()
        self.assertEqual(lines.pop(), "No fault was found.")
        return lines

    def test_what_there_is(self) -> None:
        self.keep(said("gone", room="#lab"))
        self.forget("#lab")
        self.keep(said("你好"), did("waves"), whispered("psst"), topic("茶", at=START + 3600))
        first, *rest = self.whole()
        self.assertRegex(first, rf"^{self.path}: [0-9.]+ KB, schema {newest_version()}$")
        self.assertEqual(
            rest,
            [
                "1 room, 1 forgotten, 1 private conversation",
                "5 lines, from 2025-11-20 20:00 to 2025-11-20 21:00",
                "all of them are in the search index",
            ],
        )

    def test_the_kinds_are_those_that_are_written(self) -> None:
        spoken = (said(""), did(""), whispered(""), replace(whispered(""), action=True), topic(""))
        noticed = (replace(said(""), notice=True), replace(whispered(""), notice=True))
        erased = Erased("#lobby", ALICE, "alice", START, "bob")
        tagged = [
            Tagged(room, ALICE, "alice", BOB, "bob", "+a=b", START) for room in ("#lobby", "")
        ]
        events = (*spoken, *noticed, *tagged, *EVERYTHING, erased)
        self.assertEqual({row_of(event)[1] for event in events}, set(KINDS))
        self.assertEqual(len(set(KINDS)), len(KINDS))

    def test_beside_a_server(self) -> None:
        store = self.store()
        store.open()
        self.addCleanup(store.close)
        self.assertEqual(
            self.whole()[1:3], ["0 rooms, 0 forgotten, 0 private conversations", "0 lines"]
        )

    def test_a_backup_says_that_it_is_one(self) -> None:
        self.keep(said("hello"))
        self.succeeds("backup", self.folder / "copy.db")
        self.path = self.folder / "copy.db"
        self.assertTrue(self.whole()[0].endswith(", a backup"))

    def test_what_is_not_in_the_index_yet(self) -> None:
        self.patch(chores, "STEP", 2)
        self.keep(*(said(f"line {number}") for number in range(5)))
        self.rows("UPDATE events SET id = id WHERE 0")
        self.assertEqual(self.whole()[-1], "all of them are in the search index")
        self.patch(chores, "index", lambda _: False)
        self.keep(said("one more"))
        self.assertEqual(
            self.whole()[-1],
            "5 of these lines are in the search index; a server adds the others",
        )

    def test_what_retention_leaves(self) -> None:
        self.keep(topic("茶"), *(said(f"line {number}") for number in range(9)))
        store = self.store(retention=read_retention(["3"]))
        store.open()
        while store.delete_old(START):
            pass
        store.close()
        self.assertEqual(self.whole()[2], "4 lines, from 2025-11-20 20:00 to 2025-11-20 20:00")
        self.keep(topic("水"))  # the old one is deleted with the next lines that are too old
        self.whole()


class FaultTests(CheckTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.keep(topic("茶"), *(said(f"number {number}") for number in range(9)))
        self.keep(said("other", room="#lab"))

    def finds(self, *faults: str) -> None:
        ran = self.check()
        self.assertEqual(ran.status, 1)
        self.assertNotIn("No fault", ran.out)
        lines = ran.err.splitlines()
        self.assertEqual(len(lines), len(faults), lines)
        for line, fault in zip(lines, faults, strict=True):
            self.assertIn(fault, line)
            self.assertTrue(line.startswith("twistchat: "))

    def test_a_hole(self) -> None:
        self.rows("DELETE FROM search WHERE rowid = 4")
        self.rows("DELETE FROM events WHERE number = 4")
        self.finds("#lobby has 9 lines from 1 to 10: some are missing")

    def test_lines_outside(self) -> None:
        self.rows("UPDATE logs SET first = 3, last = 9 WHERE name = '#lobby'")
        self.finds("#lobby has 1 line behind its last number, 9")
        self.rows("UPDATE logs SET last = 10 WHERE name = '#lobby'")
        self.finds("#lobby has 1 line before its first number, 3")
        self.rows("UPDATE logs SET first = 20 WHERE name = '#lobby'")
        self.finds("the log #lobby runs from 20 to 10, which cannot be")

    def test_a_topic_that_is_not_the_last(self) -> None:
        self.rows("UPDATE standing SET number = 2")
        self.finds("the topic number 2 should hold", "the topic number 1 should hold, and 2 does")
        self.rows("DELETE FROM standing")
        self.finds("of #lobby the topic number 1 should hold, and none does")

    def test_events_of_no_log(self) -> None:
        self.rows("DELETE FROM logs WHERE name = '#lab'")
        self.finds("1 row of the table events with no log to belong to")

    def test_events_that_cannot_be_read(self) -> None:
        self.rows("UPDATE events SET kind = 'sung' WHERE number = 5")
        self.finds("1 line of a kind that this twistchat does not know: 'sung'")
        self.rows("UPDATE events SET kind = 'whispered' WHERE number = 5")
        self.finds("1 line that are to or about somebody and do not say so")

    def test_keys_that_lead_nowhere(self) -> None:
        self.rows(
            "INSERT INTO keys SELECT '1', name, id, epoch, last, zeroblob(16), 7.0 FROM logs"
            " UNION SELECT '1', 'gone', 77, 'e', 9, zeroblob(16), 7.0"
        )
        self.assertEqual((self.check().status, self.check().err), (0, ""))
        self.rows("UPDATE keys SET number = 11 WHERE key = '#lobby'")
        self.finds("of #lobby 1 key leads to where nothing was ever said")
        self.rows("UPDATE keys SET number = 10, epoch = 'other' WHERE key = '#lobby'")
        self.rows("UPDATE keys SET number = 0 WHERE key = '#lab'")
        self.finds("of #lobby 1 key leads to where", "of #lab 1 key leads to where")

    def test_ids_that_would_be_given_twice(self) -> None:
        self.rows("UPDATE sqlite_sequence SET seq = 7")
        self.finds("4 lines with an id that would be given a second time", "events to 7")

    def test_the_search_index(self) -> None:
        self.rows("INSERT INTO search (search, rowid, text) VALUES ('delete', 3, 'number 1')")
        self.finds("the search index lacks 1 line, and has 0 too many")
        self.rows("INSERT INTO search (rowid, text) VALUES (3, 'something else')")
        self.finds("the search index does not find 1 line that it has")
        self.rows("DROP TABLE search")
        self.finds("the search index is gone")

    def test_a_damaged_file(self) -> None:
        data = bytearray(self.path.read_bytes())
        data[3 * 4096 : 8 * 4096] = b"\xaa" * (5 * 4096)
        self.path.write_bytes(data)
        ran = self.check()
        self.assertEqual((ran.status, ran.out), (1, ""))
        told = ran.err.splitlines()
        self.assertGreater(len(told), 1)
        self.assertEqual(
            told[-1],
            f"twistchat: {self.path} is damaged: stop the server, and restore a backup",
        )
