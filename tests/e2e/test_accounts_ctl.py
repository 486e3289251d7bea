"""Accounts and moderation by `twistchat ctl` on a real daemon: prompts, the input, a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_twisted

from tests.e2e.programs import BIN, Caller, Program
from tests.e2e.test_control import Daemon

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PASSWORD = "open sesame 芝麻"
OPTIONS = ("--limit", "rate=0")


@pytest_twisted.async_yield_fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Daemon]:
    running = await Daemon.run(tmp_path, *OPTIONS)
    yield running
    await running.stop()


async def add(daemon: Daemon, *words: str) -> None:
    done = await daemon.ctl("account", "add", *words, typed=f"{PASSWORD}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert PASSWORD not in done.stdout


async def log_in(daemon: Daemon, name: str) -> Caller:
    caller = await Caller.call(daemon.port)
    caller.types(f"/login {name}")
    await caller.heard.until("assword")
    caller.types(PASSWORD)
    await caller.heard.until("^-- Here now")
    return caller


@pytest_twisted.ensureDeferred
async def test_a_password_from_the_input(daemon: Daemon, tmp_path: Path) -> None:
    await add(daemon, "alice")
    alice = await log_in(daemon, "alice")
    (row,) = await daemon.data("account")
    assert (row["name"], row["role"], row["online"]) == ("alice", "person", True)
    done = await daemon.ctl("account", "passwd", "alice", typed="")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    done = await daemon.ctl("account", "add", "carol", typed="short\n")
    assert (done.returncode, done.stdout) == (1, "")
    done = await daemon.ctl("account", "add", "bob", "sesamesesame")
    assert done.returncode == 2
    assert "sesamesesame" not in done.stderr
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert PASSWORD.encode() not in file.read_bytes(), file
    await alice.leave()


@pytest_twisted.ensureDeferred
async def test_a_password_from_a_prompt(daemon: Daemon, tmp_path: Path) -> None:
    state = {"XDG_STATE_HOME": str(tmp_path / "state"), "LC_ALL": "C.UTF-8"}
    shell = Program.start(BIN / "twistchat", "ctl", cwd=daemon.folder, use_pty=True, env=state)
    await shell.out.until("twistchat> ")
    shell.types("account add alice\n")
    await shell.out.until("Password of alice: ")
    shell.types(f"{PASSWORD}\n")
    await shell.out.until("Once more: ")
    shell.types("\x04")
    await shell.out.until("nothing is changed: no password was given")
    shell.types("account add alice\n")
    await shell.out.until("(?s)no password was given.*Password of alice: ")
    shell.types(f"{PASSWORD}\n")
    await shell.out.until("(?s)no password was given.*Once more: ")
    shell.types("something else\n")
    await shell.out.until("nothing is changed: the two were not the same")
    shell.types("account add alice\n")
    await shell.out.until("(?s)not the same.*Password of alice: ")
    shell.types(f"{PASSWORD}\n")
    await shell.out.until("(?s)not the same.*Once more: ")
    shell.types(f"{PASSWORD}\n")
    await shell.out.until("The name alice is registered")
    shell.types("exit\n")
    assert await shell.end() == 0
    assert PASSWORD not in shell.out.text
    assert PASSWORD not in (tmp_path / "state" / "twistchat" / "ctl_history").read_text("utf-8")
    alice = await log_in(daemon, "alice")
    await alice.leave()


@pytest_twisted.ensureDeferred
async def test_an_operator_in_the_chat(daemon: Daemon) -> None:
    await add(daemon, "carol", "operator")
    bob = await Caller.call(daemon.port, "bob")
    carol = await log_in(daemon, "carol")
    carol.types("/server count")
    await carol.heard.until("^-- 2 online.$")
    carol.types("/server shutdown")
    await carol.heard.until("^-- shutdown is not behind /server. It needs twistchat ctl")
    bob.types("/server count")
    await bob.heard.until("^-- Only operators can do that.$")
    await daemon.does("account", "role", "carol", "person")
    await carol.heard.until("no operator any more")
    carol.types("/server who")
    await carol.heard.until("^-- Only operators can do that.$")
    for person in (bob, carol):
        await person.leave()


@pytest_twisted.ensureDeferred
async def test_what_was_done_outlives_a_restart(daemon: Daemon, tmp_path: Path) -> None:
    await add(daemon, "alice")
    mallory = await Caller.call(daemon.port, "mallory")
    assert "mallory" in await daemon.does("ban", "mallory", "2d", "spam")
    await mallory.lost
    await daemon.does("mute", "evil*", "1h")
    await daemon.stop()
    (tmp_path / "chat.log").unlink()
    again = await Daemon.run(tmp_path, *OPTIONS)
    rows = await again.data("bans")
    assert [(row["deed"], row["to"], row["words"]) for row in rows] == [
        ("ban", "mallory", "spam"),
        ("mute", "evil*", ""),
    ]
    assert [row["deed"] for row in await again.data("audit")] == ["account register", "ban", "mute"]
    assert [row["name"] for row in await again.data("account")] == ["alice"]
    await (await log_in(again, "alice")).leave()
    caller = await Caller.call(again.port)
    caller.types("mallory")
    await caller.heard.until("banned")
    await again.does("unban", "mallory")
    caller.types("mallory")
    await caller.heard.until("^-- Here now")
    await caller.leave()
    await again.stop()
