"""The operator's commands about nodes: which there are, and what is to be done at another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from twistchat.frontends.console.command import SOCKET, Asked, Command, UsageError
from twistchat.frontends.console.people import on_the_clock
from twistchat.frontends.console.results import (
    ByNode,
    Column,
    Failed,
    Result,
    Table,
    misused,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.engine import Engine, NodeSeen
    from twistchat.frontends.console.asking import Asking

ALL = "all"
"""Stands for every node; so none is called that."""

ALONE = "This process has the chat for itself: there are no other nodes."


def _ago(seconds: float) -> str:
    return "now" if seconds < 1 else f"{seconds:.0f} s ago"


NODES = (
    Column("name", "NODE"),
    Column("people", "PEOPLE"),
    Column("since", "SINCE", on_the_clock),
    Column("seen", "HEARD OF", _ago),
    Column("here", "", lambda here: "(here)" if here else ""),
)


class Nodes:
    """What the operator asks of the nodes of a chat."""

    def __init__(
        self,
        *,
        engine: Engine,
        asking: Asking,
        find: Callable[[str], Command | None],
        run: Callable[[str], Deferred[Result]],
    ) -> None:
        """`find` names a command, and `run` does one here."""
        self._engine = engine
        self._asking = asking
        self._find = find
        self._run = run

    def commands(self) -> Sequence[Command]:
        """List the commands."""
        return (
            Command("nodes", "", "the processes that share this chat", self._nodes, in_chat=True),
            Command(
                "at",
                "NODE|all COMMAND",
                "do a command at another node, or at each",
                self._at,
                in_chat=True,
            ),
        )

    def _nodes(self, asked: Asked) -> Result | Deferred[Result]:
        asked.nothing()
        return Deferred.fromCoroutine(self._listed())

    async def _listed(self) -> Result:
        nodes = await self._seen()
        if isinstance(nodes, Failed):
            return nodes
        rows = [
            {
                "name": node.name,
                "people": node.people,
                "since": node.since,
                "seen": node.seen,
                "here": node.is_here,
            }
            for node in sorted(nodes, key=lambda node: node.name)
        ]
        return Table(NODES, rows, ALONE)

    async def _seen(self) -> Sequence[NodeSeen] | Failed:
        try:
            return await self._engine.nodes()
        except Exception as error:  # whatever it is: it is for the operator
            why = self._engine.trouble or str(error)
            return Failed(f"Which nodes there are is not known now: {why}.", "store-away")

    def _at(self, asked: Asked) -> Deferred[Result]:
        where, line = asked.first()
        name = line.partition(" ")[0].casefold()
        command = self._find(name)
        if not line or name == "at":
            raise UsageError
        if command is None:
            return self._run(line)  # which says that there is none
        if asked.by is not None and not command.in_chat:
            raise UsageError(f"{name} is not behind /server. {SOCKET}")
        by = "operator" if asked.by is None else asked.by.name
        return Deferred.fromCoroutine(self._done_at(where, command, line, by))

    async def _done_at(self, where: str, command: Command, line: str, by: str) -> Result:
        if self._engine.node and where == self._engine.node:
            return await self._run(line)  # also while nobody knows which others there are
        nodes = await self._seen()
        if isinstance(nodes, Failed):
            return nodes
        if not nodes:
            return Failed(ALONE, "one-node")
        if where == ALL:
            if not command.of_process:
                name = command.name
                return misused(f"{name} is about the whole chat: type it without {ALL}.")
            return await self._everywhere(nodes, line, by)
        if where not in {node.name for node in nodes}:
            return Failed(f"There is no node {where}. Type nodes for those there are.", NO_NODE)
        heard = await self._asking.ask([where], line, by)
        return heard.get(where) or _silent(where)

    async def _everywhere(self, nodes: Sequence[NodeSeen], line: str, by: str) -> Result:
        """Do it at all others first: what is done here may be to stop."""
        others = sorted(node.name for node in nodes if not node.is_here)
        heard = await self._asking.ask(others, line, by)
        answers: dict[str, Result] = {name: heard.get(name) or _silent(name) for name in others}
        answers[self._engine.node] = await self._run(line)
        return ByNode(answers)


NO_NODE = "no-such-node"


def _silent(node: str) -> Result:
    return Failed(
        f"{node} has not answered. It may do it yet; nodes tells whether it lives.", "no-answer"
    )
