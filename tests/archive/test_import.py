"""`twistchat import`, and that what goes out comes in again."""

from __future__ import annotations

import json
import shutil
import time
from typing import TYPE_CHECKING, Any

from tests.archive.kit import ALICE, BOB, START, ArchiveTestCase, did, said, topic, whispered
from tests.test_docs import DOCS, blocks
from twistchat.archive import importing, into_database, records
from twistchat.core.events import Tagged
from twistchat.core.names import LOBBY
from twistchat.engine import Stamp
from twistchat.engine.retention import read_retention
from twistchat.engine.sqlite.loading import new_epoch
from twistchat.engine.sqlite.rows import KINDS
from twistchat.engine.sqlite.store import Proposed

if TYPE_CHECKING:
    from pathlib import Path

HEADER: dict[str, Any] = {"type": "export", "format": "twistchat", "version": 1}


def log(number: int = 1, name: str = LOBBY, *, first: int = 1, last: int = 9) -> dict[str, Any]:
    return {"type": "log", "log": number, "name": name, "first": first, "last": last}


def line(number: int, text: str = "hello", **fields: object) -> dict[str, Any]:
    return {
        "type": "said", "log": 1, "number": number, "at": START, "room": LOBBY, "user": "a11ce",
        "who": "alice", "text": text, **fields,
    }  # fmt: skip


def end(events: int) -> dict[str, Any]:
    return {"type": "end", "events": events}


def written(*things: dict[str, Any] | bytes) -> bytes:
    return b"".join(
        thing if isinstance(thing, bytes) else json.dumps(thing).encode() + b"\n"
        for thing in things
    )


class ImportTestCase(ArchiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.file = self.folder / "chat.json"
        self.other = self.folder / "other.db"

    def takes_out(self, *words: str, path: Path | None = None) -> bytes:
        return self.succeeds(
            "export", "--format", "json", "--db", str(path or self.path), *words
        ).encode()

    def puts_in(self, data: bytes, *words: str) -> str:
        """Into the other database, which must be whole afterwards."""
        told = self.succeeds("import", "-", "--db", self.other, *words, stdin=data)
        self.assertIn("No fault was found.", self.succeeds("db", "check", "--db", self.other))
        return told

    def refuses(self, data: bytes, *words: str) -> str:
        """And leaves everything as it was."""
        before = self.other.exists() and self.takes_out("--private", path=self.other)
        told = self.fails("import", "-", "--db", self.other, *words, stdin=data)
        self.assertTrue(told.endswith("; nothing was imported"), told)
        after = self.other.exists() and self.takes_out("--private", path=self.other)
        self.assertEqual(before, after)
        return told.removeprefix("standard input, ").removesuffix("; nothing was imported")


class RoundTripTests(ImportTestCase):
    def test_what_went_out_comes_in_and_goes_out_again_the_same(self) -> None:
        self.patch(time, "time", lambda: START + 0.1)
        self.keep(said("before", room="#lab"), topic("old", room="#lab"))
        self.forget("#lab")
        self.keep(
            said("你好 🍵 \\ \" ' <b>", at=START + 1 / 3),
            said("lab", room="#实验"),
            topic("茶"),
            did("waves"),
            whispered("psst"),
            said("lab", room="#lab"),
            topic("", room="#lab"),
        )
        data = self.takes_out("--private")
        told = self.puts_in(data)
        self.assertEqual(
            told, f"{self.other}: 9 lines imported, of 3 rooms and 1 private conversation\n"
        )
        self.assertEqual(self.takes_out("--private", path=self.other), data)

    def test_what_programs_said_to_programs(self) -> None:
        tags = "+draft/react=👍;+draft/reply=a-1"
        self.keep(
            said("one"),
            Tagged("#lobby", ALICE, "alice", "", "", tags, START),
            Tagged("", ALICE, "alice", BOB, "bob", tags, START),
        )
        data = self.takes_out("--private")
        self.puts_in(data)
        self.assertEqual(self.takes_out("--private", path=self.other), data)
        for shape in ("text", "html"):
            shown = self.succeeds("export", "--format", shape, "--db", self.path, "--private")
            self.assertIn("one", shown)
            self.assertNotIn("react", shown)

    def test_a_server_shows_it_and_goes_on_numbering(self) -> None:
        self.keep(said("hello"), topic("茶"), said("bye"), whispered("psst"))
        self.puts_in(self.takes_out("--private"))
        store = self.store(self.other)
        loaded = store.open()
        self.addCleanup(store.close)
        self.assertEqual([item.item for item in loaded.events], [topic("茶"), said("bye")])
        ((epoch,),) = self.rows("SELECT epoch FROM logs WHERE name = '#lobby'")
        stand = loaded.stands["#lobby"]
        self.assertEqual(stand.number, 3)
        self.assertNotEqual(stand.epoch, epoch)
        outcomes = store.append(
            [Proposed(said("new"), stand.epoch), Proposed(whispered("again"), new_epoch())]
        )
        numbers = [found.number for found in outcomes if isinstance(found, Stamp)]
        self.assertEqual(numbers, [4, 2])
        shown = [committed.item for committed in self.history("#lobby", self.other)]
        self.assertEqual(shown, [said("hello"), topic("茶"), said("bye"), said("new")])

    def test_what_retention_has_left(self) -> None:
        self.keep(topic("茶"), *(said(f"line {number}") for number in range(9)))
        self.keep(topic("gone", room="#lab"), said("all gone", room="#lab"))
        store = self.store(retention=read_retention(["3", "#lab=1"]))
        store.open()
        while store.delete_old(START):
            pass
        store.close()
        self.rows("DELETE FROM events WHERE text = 'all gone'")
        self.rows("UPDATE logs SET first = 3 WHERE name = '#lab'")
        data = self.takes_out()
        self.puts_in(data)
        self.assertEqual(self.takes_out(path=self.other), data)
        stands = self.rows("SELECT name, first, last FROM logs ORDER BY id", self.other)
        self.assertEqual(stands, [("#lobby", 8, 10), ("#lab", 3, 2)])
        self.assertEqual(
            self.loaded(self.other),
            [topic("茶"), said("line 8"), topic("gone", room="#lab")],
        )

    def test_a_part_of_the_time(self) -> None:
        self.keep(topic("茶"), *(said(f"{hour}", at=START + hour) for hour in range(6)))
        data = self.takes_out("--since", "2025-11-20T20:00:02", "--until", "2025-11-20T20:00:04")
        self.puts_in(data)
        self.assertEqual(
            self.rows("SELECT number, text FROM events ORDER BY id", self.other),
            [(1, "茶"), (4, "2"), (5, "3")],
        )
        self.assertEqual(self.loaded(self.other), [topic("茶"), said("3", at=START + 3)])

    def test_one_room_and_a_file(self) -> None:
        self.keep(said("here"), said("there", room="#lab"))
        self.file.write_bytes(self.takes_out("lab"))
        told = self.succeeds("import", self.file, "--db", self.other)
        self.assertEqual(told, f"{self.other}: 1 line imported, of 1 room\n")
        self.assertEqual(self.rows("SELECT text FROM events", self.other), [("there",)])

    def test_many(self) -> None:
        self.patch(into_database, "BATCH", 7)
        self.keep(*(said(f"{number}", room=f"#r{number % 3}") for number in range(100)))
        data = self.takes_out()
        self.puts_in(data)
        self.assertEqual(self.takes_out(path=self.other), data)

    def test_nothing(self) -> None:
        self.with_store(lambda _: None)
        told = self.puts_in(self.takes_out())
        self.assertEqual(told, f"{self.other}: 0 lines imported, of 0 rooms\n")


class RoomsThatAreThereTests(ImportTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.keep(said("imported"), topic("茶"), said("lab", room="#lab"), whispered("psst"))
        self.data = self.takes_out("--private")

    def test_they_are_named(self) -> None:
        self.puts_in(self.data)
        self.assertEqual(
            self.refuses(self.data),
            f"{self.other} has #lobby, #lab, a private conversation already: --append puts the"
            " lines of the file behind those that are there",
        )

    def test_also_those_of_which_only_a_past_life_is_there(self) -> None:
        self.puts_in(self.data)
        self.with_store(lambda store: store.forget("#lobby"), self.other)
        self.assertIn("has #lobby already", self.refuses(self.takes_out("lobby")))

    def test_append(self) -> None:
        self.keep(topic("before"), said("there"), path=self.other)
        self.puts_in(self.data, "--append")
        self.puts_in(self.data, "--append")
        self.assertEqual(
            self.rows(
                "SELECT number, text FROM events JOIN logs ON logs.id = log"
                " WHERE name = '#lobby' ORDER BY number",
                self.other,
            ),
            [(1, "before"), (2, "there"), (3, "imported"), (4, "茶"), (5, "imported"), (6, "茶")],
        )
        self.assertIn(topic("茶"), self.loaded(self.other))
        self.assertNotIn(topic("before"), self.loaded(self.other))

    def test_append_begins_what_is_not_there_with_its_own_numbers(self) -> None:
        self.with_store(lambda _: None, self.other)
        self.puts_in(self.data, "--append")
        self.assertEqual(self.takes_out("--private", path=self.other), self.data)


class InUseTests(ImportTestCase):
    def test_a_server_runs(self) -> None:
        store = self.store(self.other)
        store.open()
        self.addCleanup(store.close)
        told = self.fails("import", "-", "--db", self.other, stdin=written(HEADER, end(0)))
        self.assertEqual(
            told,
            f"{self.other} is in use by another server or program: stop that, or choose another"
            " file",
        )

    def test_what_is_no_database_is_left_alone(self) -> None:
        data = written(HEADER, end(0))
        self.other.write_text("precious")
        self.assertIn(
            "is no database of twistchat's",
            self.fails("import", "-", "--db", self.other, stdin=data),
        )
        self.assertEqual(self.other.read_text(), "precious")
        self.assertEqual(list(self.folder.iterdir()), [self.other])
        self.assertIn("is a folder", self.fails("import", "-", "--db", self.folder, stdin=data))
        told = self.fails("import", "-", "--db", self.folder / "no" / "x.db", stdin=data)
        self.assertIn("there is no folder", told)

    def test_no_file(self) -> None:
        told = self.fails("import", self.file)
        self.assertEqual(told, f"cannot read {self.file}: No such file or directory")
        self.assertIn("Is a directory", self.fails("import", self.folder))
        self.assertFalse(self.path.exists())

    def test_a_database_that_could_not_be_filled_is_not_left(self) -> None:
        self.refuses(written(HEADER, log(), line(1)))
        self.assertFalse(self.other.exists())
        self.assertEqual([file.name for file in self.folder.iterdir()], ["other.db.lock"])


class HolesTests(ImportTestCase):
    def test_what_is_behind_a_hole_moves_up(self) -> None:
        told = self.puts_in(
            written(
                HEADER,
                log(first=5, last=40),
                line(2, "茶", type="topic"),
                line(11),
                line(12),
                line(30),
                line(40, "水", type="topic"),
                end(5),
            )
        )
        self.assertIn("#lobby: some lines were not in the file; those behind them moved up", told)
        self.assertEqual(
            self.rows("SELECT number FROM events ORDER BY id", self.other),
            [(2,), (11,), (12,), (13,), (14,)],
        )
        self.assertEqual(self.rows("SELECT first, last FROM logs", self.other), [(11, 14)])
        self.assertEqual(self.rows("SELECT number FROM standing", self.other), [(14,)])


class MalformedTests(ImportTestCase):
    def test_no_export(self) -> None:
        no_export = "line 1: this is no export: it is made by twistchat export --format json"
        for data in (
            b"", b"\n", b"hello\n", b"[]\n", b"\xff\n", b"{}\n", b"\0", written(end(0)),
            written({**HEADER, "format": "other"}), b"[" * 100_000,
        ):  # fmt: skip
            self.assertEqual(self.refuses(data), no_export)
        self.assertIn(
            "this export has version 4, and this twistchat reads 3",
            self.refuses(written({**HEADER, "version": 4})),
        )

    def test_bad_lines_are_named_by_their_number(self) -> None:
        self.patch(importing, "LONGEST", 2000)
        whisper = {"to_user": "b0b", "to": "bob"}
        for bad, why in (
            (b"\n\nhello\n", "line 6: this is no JSON"),
            (b"[]\n", "line 4: this is no JSON object"),
            (b'{"type": "said", \xff}\n', "line 4: this is not UTF-8"),
            (b'"%s"\n' % (b"x" * 3000), "line 4: this is longer than"),
            ({}, "line 4: type is missing"),
            ({"type": 7}, "line 4: type is missing"),
            (line(2, type="sung"), "line 4: 'sung' is no type that this twistchat knows"),
            (line(2, log=2), "line 4: there is no log 2 above"),
            (line(2, log="1"), "line 4: log is missing, or no number from 1 on"),
            (line(2, log=True), "line 4: log is missing"),
            (line(1), "line 4: number 1 of #lobby must be greater than 1, and at most 9"),
            (line(10), "line 4: number 10 of #lobby must be greater than 1, and at most 9"),
            (line(0), "line 4: number is missing, or no number from 1 on"),
            # No number of a line, which the types of the kit know too.
            (line(2.5), "line 4: number is missing"),  # type: ignore[arg-type]
            (line(2, at=-1), "line 4: at is missing, or no time in seconds since 1970"),
            (line(2, at=1e18), "line 4: at is missing"),
            (line(2, at="now"), "line 4: at is missing"),
            (line(2, at=float("nan")), "line 4: at is missing"),
            (line(2, at=True), "line 4: at is missing"),
            ({**line(2), "text": None}, "line 4: text is missing, or no text"),
            (line(2, text="\ud83c"), "line 4: text has half a character in it"),
            (line(2, who=""), "line 4: who is '', which is no name"),
            (line(2, who="al ice"), "line 4: who is 'al ice', which is no name"),
            (line(2, who="a> -- b"), "line 4: who is 'a> -- b', which is no name"),
            (line(2, user="a,b"), "line 4: user is 'a,b', which is no id"),
            (line(2, room="#lab"), "line 4: this is of #lab, and log 1 is #lobby"),
            (line(2, **whisper), "line 4: a private word needs"),
            (line(2, type="whispered"), "line 4: a private word needs"),
            (line(2, type="whispered", **whisper), "line 4: this is of @a11ce,b0b, and log 1 is"),
            (log(2), "line 4: a log must stand above all events"),
            (HEADER, "line 4: another export begins here"),
            (end(2), "line 4: of 2 events 1 stand above: a part of the file is missing"),
            (b"", "line 3: the file ends here, without the line that ends an export"),
            (written(end(1), line(2)), "line 5: something stands behind the end of the export"),
        ):
            told = self.refuses(written(HEADER, log(), line(1), bad))
            self.assertTrue(told.startswith(why), f"{told!r} is not {why!r}")

    def test_lengths_that_nobody_could_type(self) -> None:
        whisper = {"type": "whispered", "to_user": "b0b", "to": "bob"}
        for field in ("who", "user", "to_user", "to", "room", "text"):
            longest = 65536 if field == "text" else 1024
            for text in ("x" * (longest + 1), "a" + "\u0344" * 300_000):
                fields = {**(whisper if field[:2] == "to" else {}), field: text}
                told = self.refuses(written(HEADER, log(), line(1, **fields), end(1)))
                self.assertEqual(told, f"line 3: {field} is longer than {longest} bytes")
        told = self.refuses(written(HEADER, log(name="#" + "x" * 1024), end(0)))
        self.assertEqual(told, "line 2: name is longer than 1024 bytes")
        self.puts_in(written(HEADER, log(), line(1, "x" * 65536, who="x" * 1024), end(1)))

    def test_bad_logs(self) -> None:
        for bad, why in (
            (log(), "line 3: there is a log 1 above"),
            (log(2), "line 3: there is a log of #lobby above that has not ended either"),
            (log(2, "lab"), "line 3: 'lab' is no name of a room"),
            (log(2, "#LAB"), "line 3: '#LAB' is no name of a room"),
            (log(2, "#a b"), "line 3: '#a b' is no name of a room"),
            (log(2, "@a"), "line 3: '@a' is no name of a room"),
            (log(2, "@b,a"), "line 3: '@b,a' is no name of a room"),
            (log(2, "#lab", first=3, last=1), "line 3: first is greater than last"),
            ({**log(2, "#lab"), "ended": "now"}, "line 3: ended is missing, or no time"),
            ({**log(2, "!"), "ended": START}, "line 3: ! never ends"),
        ):
            told = self.refuses(written(HEADER, log(), bad, end(0)))
            self.assertTrue(told.startswith(why), f"{told!r} is not {why!r}")
        told = self.refuses(written(HEADER, log(first=5), line(2), end(1)))
        self.assertEqual(told, "line 3: number 2 of #lobby is less than its first")

    def test_a_file_that_was_cut_anywhere(self) -> None:
        self.keep(said("你好"), topic("茶"), whispered("psst"))
        data = self.takes_out("--private")
        for length in range(0, len(data) - 2, 7):
            self.refuses(data[:length])

    def test_what_is_there_stays_as_it_was(self) -> None:
        self.keep(said("there"), topic("水"), path=self.other)
        shutil.copy(self.other, self.path)
        self.refuses(written(HEADER, log(), line(1), line(2), b"{"), "--append")
        self.assertEqual(self.takes_out(path=self.other), self.takes_out())

    def test_what_is_not_clean_is_cleaned(self) -> None:
        self.puts_in(written(HEADER, log(), line(1, "a\x1b[31m\nb\u202e"), end(1)))
        self.assertEqual(
            self.rows("SELECT text FROM events", self.other), [("a\u241b[31m\u240ab\ufffd",)]
        )


class DocumentTests(ImportTestCase):
    def test_the_documented_lines_are_those_that_are_written(self) -> None:
        assert records.__doc__ is not None
        self.keep(topic("tea"), said("hello"))
        shown = [text.strip() for text in records.__doc__.splitlines() if text.startswith("    {")]
        for text, real in zip(shown, self.takes_out().decode().splitlines(), strict=True):
            start = text.partition("1763719")[0].removesuffix("...}")
            self.assertTrue(real.startswith(start), f"{real} and {text}")

    def test_the_documented_export_is_one(self) -> None:
        shown = next(b for b in blocks(DOCS / "operating.md", "json") if '"events"' in b)
        self.puts_in(shown.encode())
        self.assertEqual(self.takes_out("--private", path=self.other).decode(), shown)
        guide = (DOCS / "operating.md").read_text("utf-8")
        for text in shown.splitlines():
            for field in json.loads(text):
                if field != "events":
                    self.assertIn(f"`{field}`", guide)
        for kind in KINDS:
            self.assertIn(f"`{kind}`", guide)
