"""The operator's tools, run beside a real server that is being talked to."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest_twisted
from twisted.internet.defer import ensureDeferred

from tests.e2e.programs import Caller, Program, Server

if TYPE_CHECKING:
    from pathlib import Path

TWISTCHAT = (sys.executable, "-m", "twistchat")


async def tool(*words: str | Path, cwd: Path, status: int = 0) -> str:
    """Run a command to its end, and return what it has told."""
    program = Program.start(*TWISTCHAT, *words, cwd=cwd)
    assert await program.end() == status, program.err.text
    assert program.err.text.count("\n") == (status != 0), program.err.text
    return program.err.text if status else program.out.text


def epochs(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as database:
        return dict(database.execute("SELECT name, epoch FROM logs"))


@pytest_twisted.ensureDeferred
async def test_beside_a_server_that_is_talked_to(unpaced: Server, tmp_path: Path) -> None:
    alice = await Caller.call(unpaced.port, "alice")
    done: list[bool] = []

    async def talk() -> int:
        """Say numbers as long as the tools run; returns the last."""
        last = 0
        while not done:
            for number in range(last + 1, last + 51):
                alice.types(str(number))
            last += 50
            await alice.heard.until(f"^<alice> {last}$")
        return last

    talking = ensureDeferred(talk())
    await alice.heard.until("^<alice> 50$")
    for number in range(2):
        await tool("backup", f"copy{number}.db", cwd=tmp_path)
        text = await tool("export", "lobby", cwd=tmp_path)
        said = [int(found) for found in re.findall(r"<alice> (\d+)$", text, re.MULTILINE)]
        assert said == list(range(1, len(said) + 1))
        assert len(said) >= 50
        assert "No fault was found." in await tool("db", "check", cwd=tmp_path)
    done.append(True)
    last = await talking
    for number in range(2):
        whole = await tool("db", "check", "--db", f"copy{number}.db", cwd=tmp_path)
        assert "a backup" in whole
        assert "No fault was found." in whole
    data = await tool("export", "--format", "json", cwd=tmp_path)
    events = [json.loads(line) for line in data.splitlines()][2:-1]
    assert [event["number"] for event in events] == list(range(1, last + 1))
    assert [event["text"] for event in events] == [str(number) for number in range(1, last + 1)]
    await alice.leave()


@pytest_twisted.ensureDeferred
async def test_an_import_is_refused_while_a_server_runs(server: Server, tmp_path: Path) -> None:
    alice = await Caller.call(server.port, "alice")
    alice.types("你好")
    await alice.heard.until("^<alice> 你好$")
    told = await tool("export", "--format", "json", "--output", "chat.json", cwd=tmp_path)
    assert told.startswith("chat.json: 1 line, ")
    told = await tool("import", "chat.json", "--append", cwd=tmp_path, status=1)
    assert told == (
        "twistchat: twistchat.db is in use by another server or program:"
        " stop that, or choose another file\n"
    )
    alice.types("still here")
    await alice.heard.until("^<alice> still here$")
    await alice.leave()


@pytest_twisted.ensureDeferred
async def test_a_backup_is_restored(tmp_path: Path) -> None:
    first = await Server.run(tmp_path)
    alice = await Caller.call(first.port, "alice")
    alice.types("你好")
    alice.types("/topic 茶")
    await alice.heard.until("^-- alice changed the topic")
    assert (await tool("backup", "copy.db", cwd=tmp_path)).startswith("copy.db: 2 lines, ")
    alice.types("after the backup")
    await alice.heard.until("^<alice> after the backup$")
    await alice.leave()
    await first.stop()
    for file in tmp_path.glob("twistchat.db*"):
        file.unlink()
    shutil.copy(tmp_path / "copy.db", tmp_path / "twistchat.db")

    second = await Server.run(tmp_path)
    bob = await Caller.call(second.port, "bob")
    assert any(line.endswith("] <alice> 你好") for line in bob.lines)
    assert not any("after the backup" in line for line in bob.lines)
    bob.types("/topic")
    await bob.heard.until("^-- Topic of #lobby: 茶$")
    bob.types("new")
    await bob.heard.until("^<bob> new$")
    text = await tool("export", cwd=tmp_path)
    assert [line.partition("] ")[2] for line in text.splitlines()[1:]] == [
        "<alice> 你好",
        "-- alice changed the topic of #lobby: 茶",
        "<bob> new",
    ]
    assert epochs(tmp_path / "twistchat.db") != epochs(tmp_path / "copy.db")
    assert "No fault was found." in await tool("db", "check", cwd=tmp_path)
    await bob.leave()
    await second.stop()


@pytest_twisted.ensureDeferred
async def test_an_export_becomes_another_chat(server: Server, tmp_path: Path) -> None:
    alice = await Caller.call(server.port, "alice")
    for line in ("你好", "/topic 茶", "/join #lab", "in the lab", "/msg alice x"):
        alice.types(line)
    await alice.heard.until("^<alice -> alice> x$")
    await tool("export", "--format", "json", "-o", "chat.json", cwd=tmp_path)
    await alice.leave()

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    told = await tool("import", tmp_path / "chat.json", cwd=elsewhere)
    assert told == "twistchat.db: 3 lines imported, of 2 rooms\n"
    other = await Server.run(elsewhere)
    bob = await Caller.call(other.port, "bob")
    bob.types("/topic")
    await bob.heard.until("^-- Topic of #lobby: 茶$")
    bob.types("/search 你好")
    await bob.heard.until(r"^-- 1 line in #lobby for 你好:\n\[[-0-9: ]+\] <alice> 你好$")
    bob.types("/join #lab")
    await bob.heard.until(r"^\[[-0-9: ]+\] \[#lab\] <alice> in the lab$")
    bob.types("and bob")
    await bob.heard.until("^.#lab. <bob> and bob$")
    data = await tool("export", "lab", "--format", "json", cwd=elsewhere)
    numbers = [json.loads(line).get("number") for line in data.splitlines()]
    assert numbers == [None, None, 1, 2, None]
    await bob.leave()
    await other.stop()
