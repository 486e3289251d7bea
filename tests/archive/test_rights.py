"""Files and folders that cannot be used, and commands that are ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.archive.kit import ArchiveTestCase, said
from tests.folders import temporary_folder
from twistchat.archive import backup, check, export, into_database

if TYPE_CHECKING:
    from pathlib import Path

LOADED = (backup, check, export, into_database)
"""Whoever has no rights may not be able to load them."""

EMPTY = b'{"type": "export", "format": "twistchat", "version": 1}\n{"type": "end", "events": 0}\n'

NOBODY = 65534


class SomeoneElsesTests(ArchiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        if sys.platform == "win32":
            self.skipTest("there are no such rights here")
        self.keep(said("hello"))
        self.anybodys = temporary_folder(self)
        self.anybodys.chmod(0o777)
        if os.geteuid() == 0:
            self.folder.chmod(0o700)
            os.seteuid(NOBODY)
            self.addCleanup(os.seteuid, 0)
        else:
            self.folder.chmod(0)
            self.addCleanup(self.folder.chmod, 0o700)

    def test_a_database(self) -> None:
        told = f"no right to look at {self.path}: run this as the user who runs the server"
        self.assertEqual(self.fails("db", "check"), told)
        self.assertEqual(self.fails("backup", "copy.db"), told)
        self.assertEqual(self.fails("export"), told)
        self.assertEqual(self.fails("export", "-o", self.anybodys / "x"), told)
        self.assertEqual(
            self.fails("import", "-", stdin=EMPTY), f"cannot write {self.path}: Permission denied"
        )

    def test_a_folder_to_write_to(self) -> None:
        for words in (["backup"], ["export", "-o"]):
            self.assertEqual(
                self.fails(*words, self.folder / "x" / "new"),
                f"cannot write {self.folder}/x/new: Permission denied",
            )


class NamesTests(ArchiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.keep(said("hello"))

    def test_too_long(self) -> None:
        name = self.folder / ("x" * 300)
        for words in (["db", "check"], ["export"], ["backup", "x"], ["import", "-"]):
            told = self.fails(*words, "--db", name, stdin=EMPTY)
            self.assertRegex(told, rf"^cannot (read|write) {name}: File name too long$")
        for words in (["backup"], ["export", "-o"], ["import"]):
            self.assertIn(f"{name}: File name too long", self.fails(*words, name))

    def test_an_export_into_what_is_a_folder(self) -> None:
        for name in (".", "/", "..", f"{self.folder}/new/", f"{self.folder}/new/.", "./"):
            self.assertEqual(
                self.fails("export", "--output", name, "--force"),
                f"{name} is a folder: name a file in it",
            )
        self.assertFalse((self.folder / "new").exists())

    def test_what_nobody_thought_of_is_one_line(self) -> None:
        def fail(_: Path) -> None:
            raise PermissionError(13, "Permission denied", "/x")

        self.patch(check, "check", fail)
        self.assertEqual(self.fails("db", "check"), "cannot use /x: Permission denied")


class EndedTests(ArchiveTestCase):
    def test_nothing_is_left_of_half_a_file(self) -> None:
        if sys.platform == "win32":
            self.skipTest("there are no such signals here")
        self.keep(*(said("x" * 1000) for _ in range(20)))
        script = (
            "import sys, time\n"
            "from twistchat.archive import transcript\n"
            "from twistchat.program import main\n"
            "transcript.LineFormat.past = lambda *_, **__: time.sleep(60)\n"
            "main()\n"
        )
        for number in (signal.SIGTERM, signal.SIGHUP):
            process = subprocess.Popen(
                [sys.executable, "-c", script, "export",
                 "--db", self.path, "-o", self.folder / "chat.txt"],
            )  # fmt: skip
            deadline = time.monotonic() + 20
            while not list(self.folder.glob(".twistchat-*.part")):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
            process.send_signal(number)
            self.assertEqual(process.wait(20), 128 + number)
            self.assertEqual(list(self.folder.glob(".twistchat-*")), [])
            self.assertFalse((self.folder / "chat.txt").exists())
