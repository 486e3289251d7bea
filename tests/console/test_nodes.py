"""Commands at other nodes: asked and answered in the chat's one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from tests.console.kit import OperatorTestCase
from twistchat.core.nodes import Answered, Asked
from twistchat.engine import Committed
from twistchat.frontends.console.asking import MOST, PATIENCE, TOO_OLD, Asking
from twistchat.frontends.console.command import SecretWantedError
from twistchat.frontends.console.results import ByNode, Failed, Received, Status, Told, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twistchat.core.events import Item
    from twistchat.frontends.console.results import Result


class AskingTests(SynchronousTestCase):
    """Three nodes that hear all that each says, in one order."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.said: list[Item] = []
        self.deaf: set[str] = set()
        self.done: list[tuple[str, str]] = []
        self.waiting: dict[str, Deferred[Result]] = {}
        self.nodes = {name: self.node(name) for name in "abc"}

    def node(self, name: str) -> Asking:
        def run(line: str) -> Deferred[Result]:
            self.done.append((name, line))
            result = self.does(name, line)
            return result if isinstance(result, Deferred) else succeed(result)

        return Asking(
            node=name, run=run, submit=self.says(name), clock=self.clock, now=self.clock.seconds
        )

    def does(self, name: str, line: str) -> Result | Deferred[Result]:
        match line:
            case "watch":
                return Watch("#lobby")
            case "passwd":
                return fail(SecretWantedError("Password"))
            case "long":
                return Told("x" * MOST)
            case "later":
                self.waiting[name] = Deferred()
                return self.waiting[name]
        return Told("{node} did {line}", {"node": name, "line": line})

    def says(self, name: str) -> Callable[[Sequence[Item]], None]:
        def submit(items: Sequence[Item]) -> None:
            self.said += items
            for item in items:
                for other, asking in self.nodes.items():
                    if other not in self.deaf:
                        asking.follow(Committed(item, node="" if other == name else name))

        return submit

    def asks(self, line: str, *nodes: str) -> Mapping[str, Result]:
        return self.successResultOf(self.nodes["a"].ask(nodes, line, "operator"))

    def test_one(self) -> None:
        heard = self.asks("stats", "b")
        self.assertEqual(self.done, [("b", "stats")])
        self.assertEqual(heard["b"].lines(), ["b did stats"])
        self.assertEqual(heard["b"].data(), {"node": "b", "line": "stats"})
        self.assertEqual(heard["b"].status, Status.DONE)
        self.assertEqual(self.nodes["a"]._waiting, {})

    def test_all_others(self) -> None:
        heard = self.asks("stats", "b", "c")
        self.assertEqual(self.done, [("b", "stats"), ("c", "stats")])
        self.assertEqual([*heard], ["b", "c"])

    def test_none(self) -> None:
        self.assertEqual((self.asks("stats"), self.said), ({}, []))

    def test_who_does_not_answer(self) -> None:
        self.deaf = {"c"}
        asked = self.nodes["a"].ask(["b", "c"], "stats", "operator")
        self.assertNoResult(asked)
        self.clock.advance(PATIENCE)
        self.assertEqual([*self.successResultOf(asked)], ["b"])

    def test_an_answer_that_comes_too_late(self) -> None:
        asked = self.nodes["a"].ask(["b"], "later", "operator")
        self.clock.advance(PATIENCE)
        self.assertEqual(self.successResultOf(asked), {})
        self.waiting["b"].callback(Told("done"))
        self.assertIsInstance(self.said[-1], Answered)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_what_was_asked_long_ago_is_not_done(self) -> None:
        self.nodes["b"].follow(
            Committed(Asked("b", "1", "shutdown", "operator", 999 - TOO_OLD), node="a")
        )
        self.assertEqual((self.done, self.said), ([], []))

    def test_what_does_not_go_over_nodes(self) -> None:
        for line, code in (("watch", "not-there"), ("passwd", "not-there"), ("long", "too-long")):
            heard = self.asks(line, "b")["b"]
            self.assertEqual((heard.status, heard.data()["error"]), (Status.FAILED, code))
            self.assertEqual(heard.lines(), [heard.data()["text"]])

    def test_answers_of_others_that_are_none(self) -> None:
        asked = self.nodes["a"].ask(["b"], "later", "operator")
        for item in (
            Answered("c", self.asked_id, "{}", 0.0),
            Answered("b", "of something else", "{}", 0.0),
        ):
            self.nodes["a"].follow(Committed(item, node=item.node))
        self.assertNoResult(asked)
        self.nodes["a"].follow(Committed(Answered("b", self.asked_id, "[", 0.0), node="b"))
        self.assertEqual(self.successResultOf(asked)["b"].status, Status.FAILED)

    @property
    def asked_id(self) -> str:
        item = self.said[0]
        assert isinstance(item, Asked)
        return item.id

    def test_the_log_says_who_has_asked(self) -> None:
        with capturedLogs() as events:
            self.asks("drain", "b")
        told = [(event.get("by"), event.get("node"), event.get("line")) for event in events]
        self.assertEqual(told, [("operator", None, "drain"), ("operator", "a", "drain")])


class ResultTests(SynchronousTestCase):
    def test_several(self) -> None:
        results = ByNode({"a": Told("yes", {"x": 1}), "b": Failed("no", "never")})
        self.assertEqual(results.lines(), ["a:", "  yes", "b:", "  no"])
        self.assertEqual(results.data(), {"a": {"x": 1}, "b": {"error": "never", "text": "no"}})
        self.assertEqual(results.status, Status.FAILED)
        self.assertEqual(Received(["x"], [1]).data(), [1])


class AloneTests(OperatorTestCase):
    """A chat that one process has for itself."""

    def test_there_are_no_nodes(self) -> None:
        self.assertIn("has the chat for itself", self.does("nodes")[0])
        self.assertEqual(self.data("nodes"), [])
        self.assertIn("no other nodes", self.refused("at b stats"))

    def test_what_is_no_use_of_it(self) -> None:
        for line in ("at", "at b", "at b at c stats"):
            self.assertEqual(self.refused(line, 2), "Usage: at NODE|all COMMAND")
        self.assertIn("There is no command cuont", self.refused("at b cuont", 2))

    def test_what_each_is_about(self) -> None:
        of = {row["name"]: row["of"] for row in self.data("help")}
        self.assertEqual(
            {name for name, about in of.items() if about == "process"},
            {"count", "who", "stats", "limit", "drain", "motd", "reload", "shutdown"},
        )
