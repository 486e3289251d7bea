"""The operator of several nodes, asked and answered over their Redis; and with its least rights."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.internet.utils import getProcessOutputAndValue

from tests.e2e.nodes import Nodes
from tests.e2e.programs import BIN, PATIENCE
from tests.redis.test_deploy import DEPLOY, settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.nodes import Node


async def ctl(node: Node, *words: str) -> tuple[int, str]:
    """Run `twistchat ctl` where a node runs; returns its status, and what it says."""
    path = str(node.folder / "twistchat.ctl")
    out, err, status = await getProcessOutputAndValue(
        str(BIN / "twistchat"), ["ctl", "--control", path, *words]
    )
    return status, (out + err).decode()


async def data(node: Node, *words: str) -> Any:
    """Do a command that is possible, and read what programs are told."""
    status, said = await ctl(node, "--json", *words)
    assert status == 0, said
    return json.loads(said)


async def until_there_are(nodes: Nodes, *names: str) -> None:
    """Wait until the first of the nodes knows of these, and of no others."""
    for _ in range(int(PATIENCE / 0.3)):
        if [row["name"] for row in await data(nodes.all[0], "nodes")] == [*names]:
            return
        await deferLater(reactor, 0.1)
    raise AssertionError(await ctl(nodes.all[0], "nodes"))


@pytest_twisted.ensureDeferred
async def test_any_node_is_asked_at_any(tmp_path: Path) -> None:
    async with Nodes(tmp_path) as nodes:
        a, b = nodes["a"], nodes["b"]
        ann, bob, carol = await nodes.call("ann", "bob", "carol")
        await bob.heard.until("^-- carol joined")
        rows = await data(a, "nodes")
        assert [(row["name"], row["people"], row["here"]) for row in rows] == [
            ("a", 1, True), ("b", 1, False), ("c", 1, False),
        ]  # fmt: skip
        # All see everybody; addresses are where their people are.
        rows = await data(a, "who")
        assert [(row["name"], row["node"], row["address"]) for row in rows] == [
            ("ann", "a", "127.0.0.1"), ("bob", "b", ""), ("carol", "c", ""),
        ]  # fmt: skip
        rows = await data(a, "--node", "b", "who")
        assert (rows[0]["name"], rows[0]["address"]) == ("bob", "127.0.0.1")
        told = await data(a, "--node", "all", "count")
        assert {name: (n["online"], n["in_all"]) for name, n in told.items()} == {
            "a": (1, 3), "b": (1, 3), "c": (1, 3),
        }  # fmt: skip
        stats = await data(a, "--node", "c", "stats")
        assert (stats["node"], stats["people"], stats["in_all"], stats["store"]) == ("c", 1, 3, "")
        assert (stats["feed"] > 3, stats["feed_behind"]) == (True, 0)
        # What is about the chat acts on all of it.
        assert (await ctl(a, "msg", "carol", "psst"))[0] == 0
        await carol.heard.until("^-- The operator to carol: psst")
        assert (await ctl(a, "kick", "bob", "enough"))[0] == 0
        await bob.lost
        assert [row["to"] for row in await data(nodes["c"], "audit")] == ["bob"]
        # What is no node, and no command for all of them.
        status, said = await ctl(a, "--node", "x", "who")
        assert (status, said) == (
            1, "twistchat: There is no node x. Type nodes for those there are.\n",
        )  # fmt: skip
        assert (await ctl(a, "--node", "all", "kick", "ann"))[0] == 2
        # One that is to end says so to its own people alone.
        assert (await ctl(a, "--node", "c", "shutdown", "in", "1h", "Lunch"))[0] == 0
        await carol.heard.until("^-- The operator to all: The server stops in 1 hour: Lunch")
        assert (await ctl(b, "--node", "c", "shutdown", "Now"))[0] == 0
        await carol.lost
        assert "stopping" in carol.heard.text
        await nodes["c"].ends()
        await ann.heard.until("^-- carol left")
        await until_there_are(nodes, "a", "b")
        assert "The operator to all" not in ann.heard.text
        await ann.leave()


@pytest_twisted.ensureDeferred
async def test_a_node_that_does_not_answer(tmp_path: Path) -> None:
    async with Nodes(tmp_path, names="ab") as nodes:
        nodes["b"].pause()
        status, said = await ctl(nodes["a"], "--node", "b", "stats")
        # By then its lease is over; when it was asked it was not.
        assert (status, "b has not answered" in said) == (1, True), said
        nodes["b"].resume()
        # While Redis is away a node can still be asked where it is, and says so.
        nodes.redis.pause()
        stats = await data(nodes["a"], "--node", "a", "stats")
        for _ in range(int(PATIENCE / 0.3)):
            if stats["store"]:
                break
            await deferLater(reactor, 0.1)
            stats = await data(nodes["a"], "--node", "a", "stats")
        assert stats["store"]
        status, said = await ctl(nodes["a"], "nodes")
        assert (status, "is not known now" in said) == (1, True), said
        nodes.redis.resume()
        await nodes.heal("again")


@pytest_twisted.ensureDeferred
async def test_with_the_rights_and_the_settings_of_deploy(tmp_path: Path) -> None:
    given = settings("redis.conf") | {"include": str(DEPLOY / "users.conf"), "bind": "127.0.0.1"}
    del given["port"], given["dir"]
    config = tmp_path / "chat.toml"
    config.write_text('redis-username = "twistchat"\nredis-password = "change-me-1"\n')
    async with Nodes(
        tmp_path, names="ab", settings=given, options=("--config", str(config))
    ) as nodes:
        ann, bob = await nodes.call("ann", "bob")
        ann.types("hello")
        await bob.heard.until("^<ann> hello")
        bob.types("/topic all about tea")
        await ann.heard.until("all about tea")
        for line, answer in (
            ("/history", "hello"), ("/search hello", "hello"), ("/msg bob psst", "psst"),
            ("/join #lab", "#lab"), ("/rules #lab retention=5", "5 lines are kept"),
            ("/nick anna", "anna"),
            ("/kick bob", "."), ("/token", "/resume"), ("/register", "assword"),
        ):  # fmt: skip
            before = len(ann.heard.text)
            ann.types(line)
            await ann.heard.until(rf"(?s)\A.{{{before}}}.*{answer}")
        ann.types("correct horse battery staple")
        await ann.heard.until("nce more|gain")
        ann.types("correct horse battery staple")
        await ann.heard.until("is yours|registered")
        assert (await ctl(nodes["a"], "account"))[0] == 0
        assert (await ctl(nodes["a"], "audit"))[0] == 0
        await ann.leave()
        await bob.leave()
    for node in nodes.all:
        assert "permission" not in node.log()
