"""`twistchat export`."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from html.parser import HTMLParser
from itertools import islice

from twisted.trial.unittest import SynchronousTestCase

from tests.archive.kit import ALICE, START, ArchiveTestCase, did, said, topic, whispered
from twistchat.archive import records, selection
from twistchat.archive.commands import FORMATS
from twistchat.archive.database import reading
from twistchat.archive.export import FORMATS as WRITERS
from twistchat.archive.selection import Selection, Wanted
from twistchat.engine.sqlite.loading import new_epoch
from twistchat.engine.sqlite.store import Proposed

HOUR = 3600


class TextTests(ArchiveTestCase):
    def test_as_past_lines_are_read_in_the_chat(self) -> None:
        self.keep(
            said("你好"), did("waves"), said("in the lab", room="#lab"), topic("茶", room="#lab")
        )
        self.assertEqual(
            self.lines_of(),
            [
                "-- #lobby:",
                "[2025-11-20 20:00] <alice> 你好",
                "[2025-11-20 20:00] * alice waves",
                "",
                "-- #lab:",
                "[2025-11-20 20:00] [#lab] <alice> in the lab",
                "[2025-11-20 20:00] -- alice changed the topic of #lab: 茶",
            ],
        )

    def test_one_room_with_its_sign_or_without(self) -> None:
        self.keep(said("here"), said("there", room="#lab"))
        for name in ("#lab", "lab", "LAB", "ｌａｂ"):
            self.assertEqual(
                self.lines_of(name), ["-- #lab:", "[2025-11-20 20:00] [#lab] <alice> there"]
            )

    def test_a_room_that_there_is_not(self) -> None:
        self.keep(*(said("x", room=f"#r{number}") for number in range(10)))
        self.assertEqual(
            self.fails("export", "nix"),
            "there is no room #nix in it; there are"
            " #r0, #r1, #r2, #r3, #r4, #r5, #r6, #r7 and others",
        )

    def test_rooms_that_were_forgotten_are_there_and_say_so(self) -> None:
        self.patch(time, "time", lambda: START + HOUR)
        self.keep(said("before", room="#lab"))
        self.forget("#lab")
        self.keep(said("after", room="#lab"))
        for words in ((), ("lab",)):
            self.assertEqual(
                self.lines_of(*words),
                [
                    "-- #lab, forgotten 2025-11-20 21:00:",
                    "[2025-11-20 20:00] [#lab] <alice> before",
                    "",
                    "-- #lab:",
                    "[2025-11-20 20:00] [#lab] <alice> after",
                ],
            )

    def test_private_words_are_taken_only_when_asked_for(self) -> None:
        self.keep(said("to all"), whispered("to bob"))
        for form in FORMATS:
            self.assertNotIn("to bob", self.succeeds("export", "--format", form))
            self.assertIn("to bob", self.succeeds("export", "--format", form, "--private"))
        self.assertEqual(
            self.lines_of("--private")[-2:],
            ["-- Between alice and bob, private:", "[2025-11-20 20:00] <alice -> bob> to bob"],
        )
        told = self.fails("export", "lobby", "--private", status=2)
        self.assertIn("and not for one room", told)

    def test_no_password_is_in_it(self) -> None:
        self.keep(said("hello"), whispered("to bob"))
        self.with_store(lambda store: store.set_password(ALICE, "$argon2id$v=19$hashed"))
        for form in FORMATS:
            told = self.succeeds("export", "--format", form, "--private")
            self.assertIn("hello", told)
            self.assertNotIn("argon2", told)
            self.assertNotIn("hashed", told)

    def test_times(self) -> None:
        self.patch(time, "time", lambda: START + 10 * HOUR)
        self.keep(*(said(f"hour {hour}", at=START + hour * HOUR) for hour in range(8)))
        for words, hours in {
            ("--since", "5h"): [5, 6, 7],
            ("--until", "8h"): [0, 1],
            ("--since", "2025-11-20T22:00", "--until", "2025-11-20T23:00"): [2],
            ("--since", "2025-11-21"): [4, 5, 6, 7],
            ("--until", "2025-11-20T12:30Z"): [0],
            ("--since", "1m"): [],
        }.items():
            found = re.findall(r"hour (\d)", self.succeeds("export", *words))
            self.assertEqual([int(hour) for hour in found], hours, words)
        told = self.fails("export", "--since", "noon", status=2)
        self.assertIn("'noon' is no time: write 30m, 12h, 7d, 2026-11-20", told)

    def test_nothing_is_obeyed_by_a_terminal(self) -> None:
        self.keep(said("hello"))
        self.rows("UPDATE events SET text = 'a' || char(27) || '[31m' || char(10) || '-- b'")
        self.assertEqual(self.lines_of()[1], "[2025-11-20 20:00] <alice> a\u241b[31m\u240a-- b")

    def test_an_empty_database(self) -> None:
        self.with_store(lambda _: None)
        self.assertEqual(self.succeeds("export"), "")
        self.assertIn("there are none", self.fails("export", "lobby"))


class JsonTests(ArchiveTestCase):
    def test_every_line_is_an_object(self) -> None:
        self.patch(time, "time", lambda: START + HOUR)
        self.keep(said("old", room="#lab"))
        self.forget("#lab")
        self.keep(said("你好"), did("waves"), topic("茶"), whispered("psst"))
        lines = [json.loads(line) for line in self.lines_of("--format", "json", "--private")]
        one = {"at": START, "user": "a11ce", "who": "alice"}
        self.assertEqual(
            lines,
            [
                {"type": "export", "format": "twistchat", "version": 2},
                {
                    "type": "log", "log": 1, "name": "#lab", "first": 1, "last": 1,
                    "ended": START + HOUR,
                },
                {"type": "log", "log": 2, "name": "#lobby", "first": 1, "last": 3},
                {"type": "log", "log": 3, "name": "@a11ce,b0b", "first": 1, "last": 1},
                {"type": "said", "log": 1, "number": 1, "room": "#lab", "text": "old", **one},
                {"type": "said", "log": 2, "number": 1, "room": "#lobby", "text": "你好", **one},
                {"type": "did", "log": 2, "number": 2, "room": "#lobby", "text": "waves", **one},
                {"type": "topic", "log": 2, "number": 3, "room": "#lobby", "text": "茶", **one},
                {
                    "type": "whispered", "log": 3, "number": 1, "to_user": "b0b", "to": "bob",
                    "text": "psst", **one,
                },
                {"type": "end", "events": 5, "audit": 0},
            ],
        )  # fmt: skip

    def test_a_topic_that_still_holds_is_taken_with_younger_lines(self) -> None:
        self.keep(topic("tea"), said("old"), said("new", at=START + HOUR))
        lines = [
            json.loads(line)
            for line in self.lines_of("--format", "json", "--since", "2025-11-20T20:30")
        ]
        self.assertEqual(
            [(line["type"], line.get("first"), line.get("number")) for line in lines],
            [
                ("export", None, None),
                ("log", 3, None),
                ("topic", None, 1),
                ("said", None, 3),
                ("end", None, None),
            ],
        )


class Page(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class PageTests(ArchiveTestCase):
    def test_days_and_rooms(self) -> None:
        self.keep(
            said("你好"),
            did("waves", at=START + 5 * HOUR),
            topic("茶", room="#lab", at=START + 5 * HOUR),
        )
        text = self.succeeds("export", "--format", "html")
        page = Page(text)
        shown = " ".join(" ".join(page.words).split())
        for words in (
            "Times are those of CST.",
            "Thursday 2025-11-20 20:00 alice 你好",
            "Friday 2025-11-21 01:00 * alice waves",
            "#lab Friday 2025-11-21 01:00 alice changed the topic of #lab: 茶",
        ):
            self.assertIn(words, shown)
        self.assertEqual((page.tags["section"], page.tags["li"]), (2, 2))
        self.assertIn('<meta charset="utf-8">', text)
        self.assertIn("prefers-color-scheme: dark", text)

    def test_it_needs_nothing_from_elsewhere(self) -> None:
        self.keep(said("http://example.org/x.png"))
        text = self.succeeds("export", "--format", "html")
        for words in ("<script", "<img", "<link", "src=", "url(", 'href="http'):
            self.assertNotIn(words, text)
        self.assertIn("default-src 'none'", text)

    def test_whatever_was_said_is_text(self) -> None:
        hostile = [
            "<script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "</p></section></body>",
            "<!-- &lt; &amp; '",
            "{title} %s",
        ]
        self.keep(*map(said, hostile), topic(hostile[0]), said("x", room="#<b>"))
        self.rows("UPDATE events SET who = '<i>eve</i>' WHERE number = 1")
        page = Page(self.succeeds("export", "--format", "html"))
        shown = "".join(page.words)
        for text in (*hostile, "<i>eve</i>", "#<b>"):
            self.assertIn(text, shown)
        for tag in ("script", "img"):
            self.assertNotIn(tag, page.tags)
        self.assertEqual(page.tags["section"], 2)

    def test_a_room_of_which_nothing_is_kept(self) -> None:
        self.keep(said("hello"))
        self.rows("DELETE FROM events")
        self.rows("UPDATE logs SET first = 2")
        self.assertIn("Nothing of it is kept.", self.succeeds("export", "--format", "html"))
        self.assertEqual(self.succeeds("export"), "")


class ManyTests(ArchiveTestCase):
    """More than one page of events."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(selection, "PAGE", 3)

    def test_pages(self) -> None:
        rooms = [f"#r{number % 3}" for number in range(20)]
        self.keep(*(said(f"line {place}", room=room) for place, room in enumerate(rooms)))
        for form in FORMATS:
            text = self.succeeds("export", "--format", form)
            found = sorted(int(place) for place in re.findall(r"line (\d+)", text))
            self.assertEqual(found, list(range(20)), form)
        places = re.findall(r"line (\d+)", self.succeeds("export", "--format", "json"))
        self.assertEqual([int(place) for place in places], list(range(20)))
        places = re.findall(r"line (\d+)", self.succeeds("export", "r1", "--format", "json"))
        self.assertEqual([int(place) for place in places], list(range(1, 20, 3)))

    def test_what_is_said_meanwhile_is_not_in_it_and_the_log_can_be_emptied(self) -> None:
        store = self.store()
        store.open()
        self.addCleanup(store.close)
        epoch = new_epoch()
        store.append([Proposed(said(f"line {number}"), epoch) for number in range(10)])
        with reading(self.path) as database:
            taken = Selection(database, Wanted()).in_order()
            first = [committed.number for _, committed in islice(taken, 4)]
            store.append([Proposed(said("later"), epoch)])
            with closing(sqlite3.connect(self.path)) as other:
                # Whoever reads the export has stopped reading. Nobody waits for that.
                ((busy, left, _),) = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self.assertEqual((busy, left), (0, 0))
            rest = [committed.number for _, committed in taken]
        self.assertEqual(first + rest, list(range(1, 11)))

    def test_what_retention_deletes_meanwhile_is_missing(self) -> None:
        self.keep(*(said(f"line {number}") for number in range(10)))
        with reading(self.path) as database:
            taken = Selection(database, Wanted()).in_order()
            first = [committed.number for _, committed in islice(taken, 3)]
            self.rows("DELETE FROM events WHERE number < 6")
            rest = [committed.number for _, committed in taken]
        self.assertEqual(first + rest, [1, 2, 3, 6, 7, 8, 9, 10])

    def test_a_topic_that_is_replaced_and_deleted_meanwhile_is_there(self) -> None:
        self.keep(*(said(f"line {number}", at=START + HOUR) for number in range(6)))
        self.keep(topic("held", room="#lab"), said("x", room="#lab", at=START + HOUR))
        whole = self.folder / "whole.db"
        shutil.copy(self.path, whole)
        for gone in ("", "DELETE FROM events WHERE text = 'held'"):
            for wanted in (Wanted(), Wanted(since=START + 1), Wanted("lab", since=START + 1)):
                shutil.copy(whole, self.path)
                with reading(self.path) as database:
                    chosen = Selection(database, wanted)
                    taken = records.write(chosen)
                    lines = list(islice(taken, 2))
                    self.keep(topic("new", room="#lab"))
                    self.rows(gone or "SELECT 1")
                    lines += taken
                topics = [
                    line["text"] for line in map(json.loads, lines) if line["type"] == "topic"
                ]
                self.assertEqual(topics, ["held"], (gone, wanted))
                self.assertEqual(json.loads(lines[-1])["events"], chosen.count)


class OutputTests(ArchiveTestCase):
    def test_a_file(self) -> None:
        self.keep(said("hello"))
        path = self.folder / "chat.txt"
        told = self.succeeds("export", "--output", path)
        self.assertEqual(told, f"{path}: 1 line, 44 bytes\n")
        self.assertEqual(path.read_text(), "-- #lobby:\n[2025-11-20 20:00] <alice> hello\n")
        if sys.platform != "win32":
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertIn("is there already", self.fails("export", "--output", path))
        self.succeeds("export", "--output", path, "--force")
        self.assertIn("belongs to", self.fails("export", "-o", self.path, "--force"))
        self.assertIn("goes with --output", self.fails("export", "--force", status=2))

    def test_nothing_is_left_of_one_that_failed(self) -> None:
        self.keep(said("hello"))
        self.rows("UPDATE events SET kind = 'sung'")
        before = sorted(self.folder.iterdir())
        self.assertIn("'sung'", self.fails("export", "-o", self.folder / "chat.txt"))
        self.assertEqual(sorted(self.folder.iterdir()), before)

    def piped(self, script: str) -> subprocess.CompletedProcess[str]:
        program = f"{sys.executable} -m twistchat export --db {self.path}"
        return subprocess.run(
            ["/bin/sh", "-c", script.format(program)],
            capture_output=True, text=True, check=False, encoding="utf-8",
        )  # fmt: skip

    def test_a_pipe_that_closes_ends_it_quietly(self) -> None:
        self.keep(*(said("x" * 1000) for _ in range(2000)))
        done = self.piped("({}; echo $? >&2) | head -n 1")
        self.assertEqual((done.stdout, done.stderr), ("-- #lobby:\n", "0\n"))

    def test_a_full_disk_is_one_line(self) -> None:
        self.keep(said("x"))
        done = self.piped("{} > /dev/full")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(
            done.stderr, "twistchat: cannot write to standard output: No space left on device\n"
        )
        done = self.piped("{} >&-")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))


class TableTests(SynchronousTestCase):
    def test_every_format_is_offered(self) -> None:
        self.assertEqual(tuple(WRITERS), FORMATS)
