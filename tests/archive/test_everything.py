"""An export with everything that a move needs, from one database into another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.archive.kit import ALICE, BOB, START, ArchiveTestCase, said, whispered
from tests.archive.test_import import written
from tests.test_docs import DOCS, blocks
from twistchat.core.rules import hidden_key
from twistchat.testing.deeds import rules

if TYPE_CHECKING:
    from twistchat.engine.sqlite.store import Store

KEY = hidden_key("sesame")

HEADER: dict[str, Any] = {"type": "export", "format": "twistchat", "version": 3}

SECRET = {"type": "secret", "hex": "ab" * 32}


def end(events: int = 0, audit: int = 0, belongings: int = 0) -> dict[str, Any]:
    return {"type": "end", "events": events, "audit": audit, "belongings": belongings}


class EverythingTests(ArchiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.other = self.folder / "other.db"

    def fill(self) -> None:
        self.keep(said("a"), rules("key", key=KEY, at=START), said("b"), whispered("psst"))

        def note(store: Store) -> None:
            store.set_password(ALICE, "$argon2id$hash")
            store.move_cursor(BOB, "#lobby", 2)
            store.remember({ALICE: ("her rooms", START + 1e9)})

        self.with_store(note)

    def everything(self) -> str:
        return self.succeeds("export", "--format", "json", "--everything")

    def load(self, exported: str, *words: str) -> None:
        self.succeeds("import", "-", *words, "--db", self.other, stdin=exported.encode())

    def test_the_other_is_the_same_chat(self) -> None:
        self.fill()
        self.load(self.everything())
        for query in (
            "SELECT name, epoch, first, last FROM logs ORDER BY name",
            "SELECT value FROM facts WHERE name = 'secret'",
            "SELECT * FROM passwords",
            "SELECT person, number FROM cursors",
            "SELECT * FROM remembered",
            "SELECT log, epoch, number FROM audit",
            "SELECT at, text FROM events WHERE kind = 'rules'",
        ):
            self.assertEqual(self.rows(query, self.other), self.rows(query), query)
        self.assertIn(KEY, self.everything())
        self.succeeds("db", "check", "--db", self.other)

    def test_what_is_behind_a_hole_is_under_another_epoch(self) -> None:
        self.fill()
        cut = [line for line in self.everything().splitlines() if '"rules", "log"' not in line]
        text = "\n".join(cut).replace('"events": 4', '"events": 3') + "\n"
        self.succeeds("import", "-", "--db", self.other, stdin=text.encode())
        query = "SELECT epoch FROM logs WHERE name = '#lobby'"
        self.assertNotEqual(self.rows(query, self.other), self.rows(query))

    def test_what_is_there_keeps_its_secret_and_its_epoch(self) -> None:
        self.fill()
        self.keep(said("there"), path=self.other)
        before = "SELECT value FROM facts WHERE name = 'secret'"
        epoch = "SELECT epoch FROM logs WHERE name = '#lobby'"
        secret, was = self.rows(before, self.other), self.rows(epoch, self.other)
        self.load(self.everything(), "--append")
        self.assertEqual(self.rows(before, self.other), secret)
        self.assertEqual(self.rows(epoch, self.other), was)
        self.assertEqual(self.rows("SELECT account FROM passwords", self.other), [(ALICE,)])

    def test_without_it_none_of_it_is_taken(self) -> None:
        self.fill()
        exported = self.succeeds("export", "--format", "json", "--private")
        for word in (KEY, "argon2id", "her rooms", "secret", "belongings"):
            self.assertNotIn(word, exported)
        older = {**HEADER, "version": 2}
        told = self.fails("import", "-", stdin=written(older, SECRET, end(belongings=1)))
        self.assertIn("line 2: log is missing", told)

    def test_what_cannot_be_so(self) -> None:
        log = {"type": "log", "log": 1, "name": "#lobby", "first": 1, "last": 0, "epoch": "e"}
        for wrong, told in (
            ({**SECRET, "hex": "abc"}, "hex is no 32 bytes"),
            ({**SECRET, "hex": "ab"}, "hex is no 32 bytes"),
            ({"type": "password", "account": "a,b", "hash": "x"}, "account is 'a,b'"),
            ({"type": "password", "account": "a"}, "hash is missing"),
            ({"type": "cursor", "log": 2, "person": "a", "number": 1}, "there is no log 2 above"),
            ({"type": "cursor", "log": 1, "person": "a", "number": -1}, "number is missing"),
            ({"type": "note", "person": "a", "text": "x"}, "until is missing"),
        ):
            self.assertIn(told, self.fails("import", "-", stdin=written(HEADER, log, wrong)))
        self.assertIn(
            "of 2 belongings 1 stand above",
            self.fails("import", "-", stdin=written(HEADER, SECRET, end(belongings=2))),
        )
        self.assertFalse(self.path.exists())

    def test_the_documented_lines(self) -> None:
        shown = next(b for b in blocks(DOCS / "operating.md", "json") if '"secret"' in b)
        log = {"type": "log", "log": 3, "name": "#lobby", "first": 1, "last": 6, "epoch": "e"}
        said_ = [
            {"type": "said", "log": 3, "number": n, "at": 1.0, "room": "#lobby", "user": "a",
             "who": "alice", "text": "x"}
            for n in range(1, 7)
        ]  # fmt: skip
        data = written(HEADER, log, *said_) + shown.encode() + written(end(6, 0, 4))
        self.succeeds("import", "-", stdin=data)
        again = self.everything().replace('"log": 1', '"log": 3').splitlines()
        self.assertEqual(again[-5:-1], shown.splitlines())
