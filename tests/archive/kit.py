"""Databases with something in them, and the commands run on them."""

from __future__ import annotations

import io
import os
import sqlite3
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from twistchat.core.concerns import is_durable
from twistchat.core.events import Said, TopicChanged, Whispered
from twistchat.engine.retention import Retention
from twistchat.engine.sqlite.file import Durability
from twistchat.engine.sqlite.loading import Loaded, new_epoch
from twistchat.engine.sqlite.store import Proposed, Store
from twistchat.program import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twistchat.core.events import Durable
    from twistchat.engine import Committed

START = 1_763_640_000.0
"""2025-11-20, 20:00 in the time zone of these tests (12:00 UTC)."""

ALICE, BOB = "a11ce", "b0b"


class Ran(NamedTuple):
    """What a command has answered."""

    status: int
    out: str
    err: str


def said(text: str, *, room: str = "#lobby", who: str = "alice", at: float = START) -> Said:
    return Said(room, ALICE, who, text, False, at)


def did(text: str, *, room: str = "#lobby", at: float = START) -> Said:
    return Said(room, ALICE, "alice", text, True, at)


def topic(text: str, *, room: str = "#lobby", at: float = START) -> TopicChanged:
    return TopicChanged(room, ALICE, "alice", text, at)


def whispered(text: str, *, at: float = START) -> Whispered:
    return Whispered(ALICE, "alice", BOB, "bob", text, False, at)


class ArchiveTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.folder = temporary_folder(self)
        self.path = self.folder / "chat.db"
        self.addCleanup(self._put_zone, os.environ.get("TZ"))
        self._put_zone("CST-8")  # eight hours east of UTC

    def _put_zone(self, zone: str | None) -> None:
        if zone is None:
            os.environ.pop("TZ", None)
        else:
            os.environ["TZ"] = zone
        time.tzset()

    def store(self, path: Path | None = None, retention: Retention | None = None) -> Store:
        """The writer's side of a server that is not there."""
        return Store(
            path or self.path, durability=Durability.FAST, retention=retention or Retention()
        )

    def with_store(self, do: Callable[[Store], object], path: Path | None = None) -> Loaded:
        """Start a server's store, do something with it, and stop it. Returns what was loaded."""
        store = self.store(path)
        loaded = store.open()
        try:
            do(store)
        finally:
            store.close()
        return loaded

    def keep(self, *events: Durable, path: Path | None = None) -> None:
        """Have this said, and indexed."""

        def do(store: Store) -> None:
            store.append([Proposed(event, new_epoch()) for event in events])
            while store.index():
                pass

        self.with_store(do, path)

    def forget(self, room: str) -> None:
        self.with_store(lambda store: store.forget(room))

    def loaded(self, path: Path) -> list[Durable]:
        """What a server begins with."""
        found = self.with_store(lambda _: None, path).events
        return [committed.item for committed in found if is_durable(committed.item)]

    def rows(self, query: str, path: Path | None = None) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(path or self.path, isolation_level=None)) as database:
            return database.execute(query).fetchall()

    def run_command(self, *words: str | Path, stdin: bytes = b"") -> Ran:
        """Run `twistchat WORDS --db self.path`, unless they name another chat."""
        named = [str(word) for word in words]
        if "--db" not in named and "--engine" not in named:
            named += ["--db", str(self.path)]
        out, err = io.BytesIO(), io.StringIO()
        self.patch(sys, "argv", ["twistchat", *named])
        self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        self.patch(sys, "stdout", io.TextIOWrapper(out, encoding="utf-8"))
        self.patch(sys, "stderr", err)
        try:
            status: object = main()
        except SystemExit as exit_:
            status = exit_.code
        assert isinstance(status, int)
        sys.stdout.flush()
        return Ran(status, out.getvalue().decode(), err.getvalue())

    def succeeds(self, *words: str | Path, stdin: bytes = b"") -> str:
        ran = self.run_command(*words, stdin=stdin)
        self.assertEqual((ran.status, ran.err), (0, ""))
        return ran.out

    def fails(self, *words: str | Path, stdin: bytes = b"", status: int = 1) -> str:
        """Returns the one line that was told."""
        ran = self.run_command(*words, stdin=stdin)
        self.assertEqual((ran.status, ran.out), (status, ""), ran.err)
        self.assertEqual(ran.err.count("\n"), 1, ran.err)
        self.assertTrue(ran.err.startswith("twistchat"), ran.err)
        return ran.err.removeprefix("twistchat: ").removesuffix("\n")

    def lines_of(self, *words: str | Path) -> list[str]:
        return self.succeeds("export", *words).splitlines()

    def history(self, room: str, path: Path | None = None) -> list[Committed]:
        from twistchat.engine.sqlite.reader import Reader

        reader = Reader(path or self.path)
        try:
            return reader.history(room, None, 1000)
        finally:
            reader.close()
