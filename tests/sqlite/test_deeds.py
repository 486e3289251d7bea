"""What moderators and operators do, as the file has it: what stays, what goes, what is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from tests.sqlite.test_file import FileTestCase
from twistchat.archive.check import check as check_all
from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Standing
from twistchat.core.concerns import SERVER_LOG
from twistchat.core.law import Deed
from twistchat.engine import Stamp
from twistchat.engine.fields import account_fields, as_text, from_text, read_account, read_rules
from twistchat.engine.retention import Rule, read_retention, stricter
from twistchat.engine.sqlite import chores, file
from twistchat.engine.sqlite.faults import DatabaseError
from twistchat.engine.sqlite.migrate import SCHEMA
from twistchat.engine.sqlite.reader import Reader
from twistchat.engine.sqlite.rows import read_row, row_of
from twistchat.engine.sqlite.store import Proposed, Store
from twistchat.testing.deeds import EVERYTHING, KEY, account, deleted, moderated, rules, whispered
from twistchat.testing.harness import said

DAY = 86_400.0


class DeedsTestCase(FileTestCase):
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as database:
            return database.execute(query).fetchall()

    def opened(self, *rules: str) -> Store:
        store = self.store(read_retention(rules))
        store.open()
        return store

    def keep(self, store: Store, *events: e.Durable) -> list[Any]:
        return store.append([Proposed(event, "e1") for event in events])

    def sweep(self, store: Store, now: float = DAY) -> int:
        steps = 1
        while store.delete_old(now):
            steps += 1
        return steps

    def assert_whole(self) -> None:
        self.assertEqual(check_all(self.path).faults, ())


class AuditTests(DeedsTestCase):
    """Entries are added, and nothing else."""

    def setUp(self) -> None:
        super().setUp()
        self.keep(self.opened(), *EVERYTHING)

    def refuses(self, statement: str) -> str:
        before = self.rows("SELECT * FROM audit")
        with closing(sqlite3.connect(self.path)) as database:
            error = self.assertRaises(sqlite3.IntegrityError, database.execute, statement)
        self.assertEqual(self.rows("SELECT * FROM audit"), before)
        return str(error)

    def test_it_is_not_changed(self) -> None:
        self.assertIn("is not changed", self.refuses("UPDATE audit SET who = 'nobody'"))
        self.assertIn("is not changed", self.refuses("UPDATE audit SET id = id + 100"))

    def test_it_is_not_deleted(self) -> None:
        self.assertIn("is not deleted", self.refuses("DELETE FROM audit"))
        self.assertIn("is not deleted", self.refuses("DELETE FROM audit WHERE id = 1"))

    def test_it_is_not_replaced(self) -> None:
        replace = "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = "
        for number in (1, 16):
            self.assertIn("is not replaced", self.refuses(f"{replace}{number}"))

    def test_nothing_hidden_is_in_it(self) -> None:
        self.assertIn(KEY, str(self.rows("SELECT text FROM events")))
        self.assertNotIn(KEY, str(self.rows("SELECT * FROM audit")))

    def test_it_is_whole(self) -> None:
        self.assert_whole()


class FailingTests(DeedsTestCase):
    def test_a_deed_and_its_account_are_one(self) -> None:
        store = self.opened()
        with closing(sqlite3.connect(self.path)) as other:
            other.execute("DROP TABLE audit")
            other.commit()
        self.assertRaises(DatabaseError, self.keep, store, said("a"), moderated(Deed.BAN))
        self.assertEqual(self.rows("SELECT * FROM events"), [])
        self.assertEqual(self.keep(store, said("a")), [Stamp("e1", 1)])

    def test_what_cannot_be_written_is_refused_alone(self) -> None:
        store = self.opened()
        outcomes = self.keep(
            store,
            moderated(Deed.BAN, until=float("inf")),
            moderated(Deed.BAN, until=float("nan")),
            moderated(Deed.BAN, "\ud800"),
            moderated(Deed.BAN, words="\ud800"),
            rules(slow=float("nan")),
            account(AccountDeed.REGISTER, "\ud800"),
            said("a"),
        )
        self.assertEqual(outcomes, [*[e.Unkept.FAILED] * 6, Stamp("e1", 1)])


class ErasedTests(DeedsTestCase):
    """Words that were deleted are not in the file."""

    def file(self) -> bytes:
        return self.path.read_bytes()

    def filled_up(self, *, is_indexed: bool) -> Store:
        store = self.opened()
        for number in range(50):
            self.keep(store, said(f"number {number}"))
        self.keep(store, said("服务器密码 opensesame " + "x" * 9_000), said("short 密码"))
        while is_indexed and store.index():
            pass
        return store

    def test_nothing_of_it_is_left(self) -> None:
        for is_indexed in (True, False):
            store = self.filled_up(is_indexed=is_indexed)
            last = self.keep(store, deleted(51), deleted(52))
            self.assertTrue(all(isinstance(outcome, Stamp) for outcome in last))
            self.assertEqual(store.keeps_all, not is_indexed)
            self.sweep(store)
            self.assertTrue(store.keeps_all)
            self.assertEqual(self.rows("SELECT * FROM facts WHERE name = 'erased'"), [])
            store.close()
            for word in ("服务器", "密码", "opensesame", "sesame", "xxxx"):
                self.assertNotIn(word.encode(), self.file(), is_indexed)
            self.assert_whole()
            self.path.unlink()

    def test_also_if_the_server_ends_before_it_has_tidied_up(self) -> None:
        store = self.filled_up(is_indexed=True)
        self.keep(store, deleted(51))
        store.close()
        self.assertIn("服务器".encode(), self.file())  # the index only notes what is deleted
        store = self.opened()
        self.assertFalse(store.keeps_all)
        self.sweep(store)
        store.close()
        self.assertNotIn("服务器".encode(), self.file())

    def test_what_is_deleted_meanwhile_is_for_the_next_time(self) -> None:
        self.patch(chores, "MERGED", 1)
        store = self.filled_up(is_indexed=True)
        self.keep(store, deleted(51))
        for _ in range(3):
            store.delete_old(DAY)
        self.keep(store, deleted(52))
        self.sweep(store, DAY)
        self.assertFalse(store.keeps_all)
        self.sweep(store, DAY + 60)
        self.assertFalse(store.keeps_all)  # the index is large: not more than once an hour
        self.sweep(store, DAY + 3_600)
        self.assertTrue(store.keeps_all)
        store.close()
        self.assertNotIn("密码".encode(), self.file())

    def test_what_retention_has_taken_cannot_be_deleted(self) -> None:
        store = self.opened("#lobby=2")
        self.keep(store, *(said(str(number)) for number in range(5)))
        self.sweep(store)
        self.assertEqual(self.keep(store, deleted(3), said("x")), [
            e.Unkept.NO_SUCH_LINE, Stamp("e1", 6),
        ])  # fmt: skip

    def test_a_log_that_is_not_there_is_not_begun(self) -> None:
        store = self.opened()
        self.assertEqual(self.keep(store, deleted(1)), [e.Unkept.NO_SUCH_LINE])
        self.keep(store, said("a", "#lab"))
        store.forget("#lab")
        self.assertEqual(self.keep(store, deleted(1, room="#lab")), [e.Unkept.NO_SUCH_LINE])
        self.assertEqual(self.rows("SELECT name, ended IS NULL FROM logs"), [("#lab", 0)])

    def test_retention_takes_its_place_too(self) -> None:
        store = self.opened("1")
        self.keep(store, said("a secret"), said("b"))
        while store.index():
            pass
        self.keep(store, deleted(1), said("c"))
        self.sweep(store, DAY)
        self.assertEqual(self.rows("SELECT kind, text FROM events"), [("said", "c")])
        self.assert_whole()


class ServerLogTests(DeedsTestCase):
    """The log of what concerns no room."""

    def test_retention_spares_it(self) -> None:
        store = self.opened("1d,2", "total=3")
        self.keep(store, account(AccountDeed.REGISTER), moderated(Deed.KICK, room=""))
        self.keep(store, *(said(str(number)) for number in range(9)))
        self.keep(store, moderated(Deed.KICK, room=""))
        self.sweep(store)
        self.sweep(store, 100 * DAY)
        kinds = self.rows("SELECT kind FROM events WHERE log = 1")
        self.assertEqual(kinds, [("account",), ("kick",), ("kick",)])
        self.assertEqual(self.rows("SELECT count(*) FROM events WHERE log = 2"), [(0,)])

    def test_a_total_does_not_count_it(self) -> None:
        store = self.opened("total=3")
        self.keep(store, *[moderated(Deed.KICK, room="")] * 5)
        self.keep(store, *(said(str(number)) for number in range(3)))
        self.sweep(store)
        self.assertEqual(self.rows("SELECT count(*) FROM events"), [(8,)])

    def test_a_start_knows_where_it_stands(self) -> None:
        store = self.opened()
        self.keep(store, account(AccountDeed.REGISTER), moderated(Deed.KICK, room=""))
        store.close()
        loaded = self.store().open()
        self.assertEqual(loaded.stands, {SERVER_LOG: Stamp("e1", 2)})
        self.assertEqual([c.item for c in loaded.events], [account(AccountDeed.REGISTER)])
        self.assertEqual(loaded.lines, 0)

    def test_a_copy_begins_it_anew(self) -> None:
        store = self.opened()
        self.keep(store, account(AccountDeed.REGISTER))
        store.close()
        with closing(sqlite3.connect(self.path)) as database:
            database.execute("INSERT INTO facts VALUES ('copy', 1)")
            database.commit()
        stand = self.store().open().stands[SERVER_LOG]
        self.assertEqual(stand.number, 1)
        self.assertNotEqual(stand.epoch, "e1")


class StandingTests(DeedsTestCase):
    def stand(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT kind, subject, number FROM standing ORDER BY number")

    def test_what_stands_is_spared_and_what_it_replaces_is_not(self) -> None:
        store = self.opened("1")
        self.keep(
            store,
            moderated(Deed.BAN),
            moderated(Deed.BAN, until=100.0),
            moderated(Deed.BAN, "Eve*", to_user=""),
            moderated(Deed.BAN, "eve*", to_user="", words="again"),
            moderated(Deed.KICK),
            said("a"),
        )
        self.sweep(store)
        self.assertEqual(self.stand(), [("ban", "2", 2), ("ban", ":eve*", 4)])
        self.assertEqual(self.rows("SELECT number FROM events"), [(2,), (4,), (6,)])
        self.assert_whole()

    def test_a_clock_that_is_ahead_lifts_nothing(self) -> None:
        store = self.opened()
        soon = store._now() - DAY / 2
        self.keep(store, moderated(Deed.BAN, until=soon), moderated(Deed.MUTE, until=soon - DAY))
        self.keep(store, said("a"))
        store.close()
        store = self.opened()
        self.assertEqual(self.stand(), [("ban", "2", 1)])
        store.close()
        self.assert_whole()

    def test_an_account_that_is_deleted(self) -> None:
        store = self.opened()
        gone = account(AccountDeed.DELETE, standing=Standing.DELETED, generation=2)
        self.keep(store, account(AccountDeed.REGISTER), gone)
        store.close()
        loaded = self.store().open()
        self.assertEqual((list(loaded.events), self.stand()), ([], []))
        self.assert_whole()

    def test_a_forgotten_room_decides_nothing(self) -> None:
        store = self.opened()
        self.keep(store, moderated(Deed.BAN, room="#lab"), rules(room="#lab", keep_lines=1))
        self.assertFalse(store.keeps_all)
        store.forget("#lab")
        self.assertTrue(store.keeps_all)
        self.assertEqual(self.stand(), [])


class OwnRetentionTests(DeedsTestCase):
    """Rooms may keep less of themselves than the operator would."""

    def test_the_stricter_counts(self) -> None:
        both = stricter(Rule(None, 5), Rule(7.0, None))
        self.assertEqual(both, Rule(7.0, 5))
        self.assertEqual(stricter(both, Rule(9.0, 3)), Rule(7.0, 3))
        self.assertTrue(stricter(Rule(), Rule()).keeps_all)

    def test_more_than_the_operator_keeps_it_cannot_keep(self) -> None:
        store = self.opened("3")
        self.keep(store, rules(keep_lines=100), *(said(str(number)) for number in range(9)))
        self.keep(store, rules(room="#lab", keep_lines=2), said("a", "#lab"), said("b", "#lab"))
        self.sweep(store)
        lobby = self.rows("SELECT number FROM events WHERE log = 1 AND kind = 'said'")
        self.assertEqual(lobby, [(8,), (9,), (10,)])
        self.assertEqual(self.rows("SELECT number FROM events WHERE log = 2"), [(1,), (2,), (3,)])
        self.keep(store, said("c", "#lab"))
        self.sweep(store)
        self.assertEqual(self.rows("SELECT number FROM events WHERE log = 2"), [(1,), (3,), (4,)])

    def test_a_start_knows_it(self) -> None:
        store = self.opened()
        self.keep(store, rules(keep_time=10.0, at=1.0), said("old", at=2.0), said("new", at=50.0))
        store.close()
        store = self.opened()
        self.assertFalse(store.keeps_all)
        self.sweep(store, 55.0)
        self.assertEqual(self.rows("SELECT number FROM events"), [(1,), (3,)])

    def test_a_new_room_of_that_name_deletes_nothing_of_an_old_one(self) -> None:
        store = self.opened()
        self.keep(store, *(said(str(number), "#lab") for number in range(5)))
        store.forget("#lab")
        self.keep(store, rules(room="#lab", keep_lines=1))
        self.sweep(store)
        self.assertEqual(self.rows("SELECT count(*) FROM events WHERE log = 1"), [(5,)])

    def test_one_that_could_not_be_kept_deletes_nothing(self) -> None:
        store = self.opened()
        self.keep(store, said("a"), said("b"))
        with closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self.assertRaises(DatabaseError, self.keep, store, rules(keep_lines=1))
        self.assertTrue(store.keeps_all)


class ReadingTests(DeedsTestCase):
    def test_unread_words_are_found_where_they_are(self) -> None:
        store = self.opened()
        self.keep(store, whispered("a", "2"), whispered("b", "2", "3"), said("c"))
        reader = Reader(self.path)
        self.addCleanup(reader.close)
        asked: list[str] = []
        self.assertEqual(len(reader.unread("2", 10)), 2)
        assert reader._database is not None
        reader._database.set_trace_callback(asked.append)
        reader.unread("2", 10)
        reader._database.set_trace_callback(None)
        with closing(sqlite3.connect(self.path)) as database:
            plan = [step for *_, step in database.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]
        self.assertIn("SEARCH events USING INDEX events_place (log=? AND number>?)", plan)
        self.assertIn("SEARCH logs USING INDEX logs_one (<expr>=?)", plan)
        self.assertIn("SEARCH logs USING INDEX logs_other (<expr>=?)", plan)
        self.assertFalse([step for step in plan if "SCAN" in step and "mine" not in step])

    def test_a_log_that_is_gone(self) -> None:
        store = self.opened("private=1d")
        self.keep(store, whispered("a", "2", at=1.0))
        store.move_cursor("2", "@1,2", 1)
        self.sweep(store, 10 * DAY)
        self.keep(store, whispered("b", "2", at=10 * DAY))
        reader = Reader(self.path)
        self.addCleanup(reader.close)
        found = [(c.item, c.number) for c in reader.unread("2", 10)]
        self.assertEqual(found, [(whispered("b", "2", at=10 * DAY), 2)])


class SecondSchemaTests(DeedsTestCase):
    """A database of before there was moderation."""

    def setUp(self) -> None:
        super().setUp()
        with closing(file.connect(self.path)) as database:
            scripts = "".join((SCHEMA / f"{n}.sql").read_text("utf-8") for n in (1, 2))
            database.executescript(
                f"BEGIN; {scripts}; PRAGMA application_id = {file.APPLICATION_ID};"
                " PRAGMA user_version = 2;"
                " INSERT INTO logs (name, epoch, last, ended) VALUES ('#lab', 'e0', 1, 5.0);"
                " INSERT INTO logs (name, epoch, first, last) VALUES ('#lobby', 'e1', 2, 3),"
                " ('@1,22', 'e2', 1, 1), ('@22,3', 'e3', 1, 1);"
                " INSERT INTO events (log, number, at, kind, user, who, folded, text, to_user,"
                " to_who) VALUES (1, 1, 4, 'said', '1', 'alice', 'alice', 'gone', NULL, NULL),"
                " (2, 1, 7, 'topic', '1', 'alice', 'alice', 'cats', NULL, NULL),"
                " (2, 2, 7, 'said', '1', 'alice', 'alice', 'hello', NULL, NULL),"
                " (2, 3, 7, 'did', '1', 'alice', 'alice', 'waves', NULL, NULL),"
                " (3, 1, 8, 'whispered', '1', 'alice', 'alice', 'psst', '22', 'bob'),"
                " (4, 1, 9, 'whispered', '3', 'eve', 'eve', 'pssst', '22', 'bob');"
                " INSERT INTO standing VALUES (2, 'topic', 1);"
                " INSERT INTO cursors VALUES ('22', 3, 1);"
                " INSERT INTO keys VALUES ('1', 'k', 2, 'e1', 2, zeroblob(16), 7.0); COMMIT;"
            )

    def test_it_goes_on_where_it_was(self) -> None:
        store = self.store()
        loaded = store.open()
        topic = e.TopicChanged("#lobby", "1", "alice", "cats", 7.0)
        self.assertEqual(loaded.events[0].item, topic)
        self.assertEqual(loaded.stands, {"#lobby": Stamp("e1", 3)})
        outcomes = self.keep(store, deleted(2), moderated(Deed.BAN), whispered("again", "22"))
        self.assertEqual(outcomes, [Stamp("e1", 4), Stamp("e1", 5), Stamp("e2", 2)])
        while store.index():
            pass
        reader = Reader(self.path)
        self.addCleanup(reader.close)
        unread = [c.item.text for c in reader.unread("22", 9) if isinstance(c.item, e.Whispered)]
        self.assertEqual(unread, ["pssst", "again"])
        items = [c.item for c in reader.history("#lobby", None, 9)]
        self.assertEqual(items[:2], [topic, e.Erased("#lobby", "1", "alice", 7.0, "alice")])
        store.close()
        self.assert_whole()
        (copy,) = self.folder.glob("chat.db.schema-2.*")
        with closing(sqlite3.connect(copy)) as database:
            self.assertEqual(database.execute("PRAGMA user_version").fetchone(), (2,))


class RowTests(FileTestCase):
    """Fields that are not what they should be."""

    def read(self, event: e.Durable, **fields: object) -> e.Item:
        columns = list(row_of(event))
        columns[5] = as_text({**from_text(str(columns[5])), **fields})
        return read_row(("#lobby", "e1", 1, *columns)).item

    def refuses(self, event: e.Durable, **fields: object) -> None:
        self.assertRaises(ValueError, self.read, event, **fields)

    def test_there_and_back(self) -> None:
        for event in EVERYTHING:
            log = "#lobby" if getattr(event, "room", "") else SERVER_LOG
            self.assertEqual(read_row((log, "e1", 1, *row_of(event))).item, event)

    def test_in_which_rooms_somebody_was_is_not_remembered(self) -> None:
        event = moderated(Deed.KICK, room="", rooms=("#secret",))
        found = read_row((SERVER_LOG, "e1", 1, *row_of(event))).item
        self.assertEqual(found, moderated(Deed.KICK, room=""))

    def test_what_cannot_be(self) -> None:
        changed = rules(slow=1.0)
        values: tuple[object, ...] = (
            {"unheard": 1}, {"slow": "x"}, {"slow": -1}, {"slow": True}, {"limit": 1.5},
            {"limit": 10**12}, {"key": 1}, {"key": "x" * 1_000}, {"secret": 1}, [], None, "x",
        )  # fmt: skip
        for wrong in values:
            self.refuses(changed, rules=wrong)
        for names in (None, "slow", [1]):
            self.refuses(changed, changed=names)
        self.refuses(deleted(1), line="1")
        self.refuses(deleted(1), words=None)
        made = account(AccountDeed.REGISTER)
        self.refuses(made, deed="praise")
        known = account_fields(made.account)
        for name, value in (
            ("id", ""), ("name", 7), ("role", "king"), ("standing", None), ("generation", 0),
            ("generation", True), ("since", "now"), ("since", None), ("id", "x" * 2_000),
        ):  # fmt: skip
            self.refuses(made, account={**known, name: value})
        for text in ("", "x", "[]", "1", "[" * 100_000):
            self.assertRaises(ValueError, from_text, text)
        nothing: object
        for nothing in (None, [], "x"):
            self.assertRaises(ValueError, read_account, nothing)
            self.assertRaises(ValueError, read_rules, nothing)
