"""Databases that a server cannot use: one line each, and no server."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from tests.e2e.disks import FaultyDisk, SmallDisk
from tests.e2e.programs import BIN, PATIENCE, Caller, Server
from twistchat.engine.sqlite.file import APPLICATION_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute("PRAGMA user_version = 99")


def text(path: Path) -> None:
    path.write_text("Buy milk.\n" * 1000)


def another_programs(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE recipes (name)")


def nothing(path: Path) -> None:
    pass


def start(
    cwd: Path, *options: str, daemonised: bool = False, before: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Start a server that will not run."""
    how = [] if daemonised else ["-n"]
    return subprocess.run(
        [*before, BIN / "twistd", *how, "--pidfile=", "chat", "--port", "0", *options],
        cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def assert_one_line(twistd: subprocess.CompletedProcess[str], words: str) -> None:
    assert twistd.returncode == 1
    assert words in twistd.stderr
    assert twistd.stderr.startswith("twistd chat: ")
    assert twistd.stderr.count("\n") == 1, twistd.stderr
    assert "Traceback" not in twistd.stdout


@pytest.mark.parametrize(
    ("make", "path", "words", "daemonised"),
    [
        (newer, "chat.db", "chat.db was written by a newer twistchat (schema 99, this ", False),
        (newer, "chat.db", "chat.db was written by a newer twistchat (schema 99, this ", True),
        (text, "chat.db", "chat.db is no database of twistchat's: choose another file", False),
        (another_programs, "chat.db", "chat.db is another program's database: choose ", False),
        (nothing, "nowhere/chat.db", "nowhere: make it, or choose another file", True),
    ],
)
def test_a_file_that_is_not_right(
    tmp_path: Path, make: Callable[[Path], None], path: str, words: str, daemonised: bool
) -> None:
    make(tmp_path / path)
    before = sorted(tmp_path.iterdir())
    assert_one_line(start(tmp_path, "--engine", f"sqlite:{path}", daemonised=daemonised), words)
    log = tmp_path / "twistd.log"
    if log.exists():
        assert "Traceback" not in log.read_text()
    assert [file for file in sorted(tmp_path.iterdir()) if file != log] == before


@pytest_twisted.ensureDeferred
async def test_a_second_server_on_the_same_file(tmp_path: Path) -> None:
    server = await Server.run(tmp_path)
    alice = await Caller.call(server.port, "alice")
    twistd = start(tmp_path, daemonised=True)
    assert_one_line(twistd, "twistchat.db is in use by another server or program: stop that")
    alice.types("hello")
    await alice.heard.until("^<alice> hello$")
    await alice.leave()
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_two_that_start_at_once(tmp_path: Path) -> None:
    """Both see nobody there; one is first, and the other ends with a line."""
    servers = [Server.spawn(tmp_path) for _ in range(2)]
    ends = [server for server in servers if not await _runs(server)]
    assert len(ends) <= 1
    for server in servers:
        if server in ends:
            assert await server.end() == 1
            said = server.out.text + server.err.text
            assert "twistchat.db is in use by another server or program" in said
            assert "Traceback" not in said
        else:
            await server.stop()


async def _runs(server: Server) -> bool:
    """Wait until it runs, or has ended."""
    try:
        await server.out.until("Join with:")
    except AssertionError:
        return False
    return True


def test_a_folder_where_one_may_not_write(tmp_path: Path) -> None:
    before: list[str] = []
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv") or pytest.skip("root may write everywhere")
        before = [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"]
        for folder in tmp_path.parents:
            if not folder.stat().st_mode & stat.S_IXOTH:
                folder.chmod(0o755)
        tried = subprocess.run([*before, BIN / "twistd", "--version"], check=False)
        if tried.returncode:
            pytest.skip("Python is where root alone may use it")
    tmp_path.chmod(0o555)
    try:
        twistd = start(tmp_path, before=before)
    finally:
        tmp_path.chmod(0o755)
    assert_one_line(twistd, "no right to make files in ")


def test_a_disk_that_is_read_only(tmp_path: Path) -> None:
    disk = SmallDisk(tmp_path)
    try:
        subprocess.run(["mount", "-o", "remount,ro", disk.folder], check=True)
        assert_one_line(start(disk.folder), "no right to make files in ")
    finally:
        disk.unmount()


@pytest_twisted.ensureDeferred
async def test_a_disk_that_fails_at_the_first_start(tmp_path: Path) -> None:
    disk = FaultyDisk(tmp_path)
    disk.fails("full")
    server = Server.spawn(disk.folder, env=disk.env)
    assert await server.end() == 1
    log = server.out.text
    assert log.count("The engine did not start: cannot ") == 1
    assert "No space left on device" in log
    assert "Traceback" not in log
    disk.works()
    server = await Server.run(disk.folder)
    await server.stop()
