"""A server that is started again, as those who come back see it."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from tests.e2e.programs import Caller, Server

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = ("--limit", "rate=0", "--limit", "replay=3")


async def told(caller: Caller, *lines: str) -> list[str]:
    """Type lines, and return what is told, until all of it is."""
    caller.lines.clear()
    end = f"end{len(caller.heard.text)}"
    for line in (*lines, f"/whois {end}"):
        caller.types(line)
    await caller.heard.until(f"^-- Nobody here is called {end}")
    return timeless(caller.lines[:-1])


def timeless(lines: list[str]) -> list[str]:
    return [re.sub(r"^\[\d\d:\d\d\]", "[00:00]", line) for line in lines]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@pytest_twisted.ensureDeferred
async def test_everything_is_as_it_was(tmp_path: Path, how: signal.Signals) -> None:
    server = await Server.run(tmp_path, *OPTIONS)
    alice = await Caller.call(server.port, "alice")
    bob = await Caller.call(server.port, "bob")
    await told(bob, "/join #dogs", "/topic woof", "/topic Dogs, and what they say", "woof")
    await told(alice, "hello", "/topic Be kind.", "/topic", "/join #猫", "miau", "/me purrs")
    await told(bob, "/msg alice a secret", "/leave #dogs", "for a moment")
    server.kill(how)
    assert await server.end() == -how
    await alice.lost
    await bob.lost

    server = await Server.run(tmp_path, *OPTIONS)
    bob = await Caller.call(server.port, "bob")
    assert timeless(bob.lines[2:]) == [
        "-- You are bob. Type to talk; /help shows the commands, exit leaves.",
        "-- The last 3 lines of #lobby:",
        "[00:00] <alice> hello",
        "[00:00] -- alice changed the topic of #lobby: Be kind.",
        "[00:00] <bob> for a moment",
        "-- bob joined.",
        "-- Topic of #lobby: Be kind.",
        "-- Here now (1): bob",
    ]
    assert await told(bob, "/rooms") == [
        "-- There are 3 rooms:",
        "--   #lobby * (1): Be kind.",
        "--   #dogs (0): Dogs, and what they say",
        "--   #猫 (0)",
        "-- You are in those with a *. /join #ROOM goes into another.",
    ]
    assert await told(bob, "/join #猫", "/topic", "miau?") == [
        "-- The last 2 lines of #猫:",
        "[00:00] [#猫] <alice> miau",
        "[00:00] [#猫] * alice purrs",
        "-- bob joined #猫.",
        "-- In #猫 (1): bob",
        "-- What you type now goes to #猫.",
        "-- #猫 has no topic. /topic WORDS sets one.",
        "[#猫] <bob> miau?",
    ]
    assert await told(bob, "/history 10", "/search miau") == [
        "-- The last 3 lines of #猫:",
        *(past := ["[00:00] [#猫] <alice> miau", "[00:00] [#猫] * alice purrs"]),
        "[00:00] [#猫] <bob> miau?",
        "-- 2 lines in #猫 for miau:",
        past[0],
        "[00:00] [#猫] <bob> miau?",
    ]
    await bob.leave()
    await server.stop()
