"""A damaged database: it is refused, or what can be done is done; and nothing is told at length."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from tests.e2e.programs import Caller, Server
from twistchat.engine.retention import Retention
from twistchat.engine.sqlite.file import Durability
from twistchat.engine.sqlite.store import Proposed, Store
from twistchat.testing.harness import said

if TYPE_CHECKING:
    from pathlib import Path

PAGE = 4096


def fill(folder: Path) -> Path:
    """Make a database of some thousand lines, and return where it is."""
    path = folder / "twistchat.db"
    store = Store(path, durability=Durability.FAST, retention=Retention())
    store.open()
    for text in ("meow", *(f"purr {number}" for number in range(3_000))):
        store.append([Proposed(said(text, "#cats"), "e1")])
    while store.index():
        pass
    store.close()
    return path


def spoil(path: Path, at: int, size: int) -> None:
    """Overwrite a part of a file."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(Random(at).randbytes(size))


def spoil_page_of(path: Path, words: bytes) -> None:
    spoil(path, path.read_bytes().index(words) // PAGE * PAGE, PAGE)


@pytest.mark.parametrize("where", ["everywhere", "purr 2999"])
@pytest_twisted.ensureDeferred
async def test_without_which_nothing_can_go_on(tmp_path: Path, where: str) -> None:
    path = fill(tmp_path)
    if where == "everywhere":
        spoil(path, PAGE, path.stat().st_size - PAGE)
    else:
        spoil_page_of(path, where.encode())
    server = Server.spawn(tmp_path)
    assert await server.end() == 1
    log = server.out.text
    assert log.count("The engine did not start: ") == 1
    assert "twistchat.db: the file is damaged" in log
    assert "Traceback" not in log + server.err.text


@pytest.mark.parametrize("is_running", [False, True])
@pytest_twisted.ensureDeferred
async def test_without_which_the_rest_goes_on(tmp_path: Path, is_running: bool) -> None:
    path = fill(tmp_path)
    if not is_running:
        spoil_page_of(path, b"purr 2850")
    server = await Server.run(tmp_path, "--limit", "rate=0", "--limit", "joins=0")
    if is_running:
        spoil_page_of(path, b"purr 2850")
    alice = await Caller.call(server.port, "alice")
    alice.types("/join #cats")
    for number in range(20):
        alice.types(f"/history 200\n/search purr until:2020-01-01\nmeow {number}")
        await alice.heard.until(f"^.#cats. <alice> meow {number}$")
    assert (
        alice.lines.count("-- The last lines of #cats cannot be read now. Try again later.") == 20
    )
    await alice.leave()
    await server.stop()
    assert server.out.text.count("the file is damaged") <= 3, server.out.text
