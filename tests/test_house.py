"""Who imports whom: the table of docs/architecture.md, held."""

from __future__ import annotations

import ast
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

import twistchat
from twistchat.testing import ChatTestCase

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(twistchat.__file__).parent

# Each room of the house, and what it may know at run time, besides itself. Imports for types
# alone (under TYPE_CHECKING) bind nothing and are free, but for those that FORBIDDEN names.
MAY_KNOW: dict[str, set[str]] = {
    "core": set(),
    "counts": set(),
    "engine": {"core", "counts"},
    "host": {"core"},
    "wire": {"core", "engine"},
    "faults": set(),
    "telling": {"core", "engine", "wire", "faults", "counts"},
    "pipeline": {"core", "engine", "telling", "faults"},
    "login": {"core", "engine"},
    "limitlog": {"counts"},
    "deedlog": {"core"},
    "accounts": {"core", "engine", "faults", "limitlog", "login"},
    "session": {
        "core", "engine", "wire", "telling", "pipeline", "login", "limitlog", "accounts",
        "counts",
    },
    "frontends": {
        "core", "engine", "wire", "telling", "pipeline", "login", "session", "limitlog",
        "counts", "host.keepalive",
    },
    "client": {
        "core.text", "core.moments", "core.durations", "core.orders", "host.keepalive",
        "frontends.jsonlines.codec",
    },
    "archive": {"core", "engine", "frontends.line.format", "frontends.line.speech"},
    "program": {
        "archive.commands", "client.main", "client.send", "client.tail", "client.ctl",
    },
    "__main__": {"program"},
    "assembly": {
        "core", "engine", "telling", "pipeline", "login", "session", "limitlog", "frontends",
        "accounts", "counts", "deedlog",
    },
    "service": {
        "assembly", "core", "engine", "host", "frontends", "accounts", "metrics", "operating",
        "session", "counts",
    },
    "metrics": {"core", "counts", "host.door"},
    "log": set(),
    "operating": {"host.private"},
    "given": {
        "core", "config", "accounts.house", "accounts.doors", "host.certificates", "host.endpoints",
        "frontends.web", "engine",
    },
    "config": {"core"},
    "tap": {
        "core", "engine", "host", "frontends", "service", "config", "accounts", "log", "operating",
        "given",
    },
    "testing": {"core", "engine", "frontends", "assembly", "accounts", "counts"},
}  # fmt: skip

MAY_KNOW_AT_RUN_TIME_ONLY_WHEN_ASKED = {("frontends.line.protocol", "assembly")}
"""`ChatFactory()` without arguments has its chat made by assembly.py."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        if name:
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[str]:
    """The modules of ours that are imported at run time, without their first word."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            package, _, inside = node.module.partition(".")
            if package == "twistchat":
                for alias in node.names:
                    is_module = (ROOT / inside.replace(".", "/") / f"{alias.name}.py").exists()
                    is_module |= (ROOT / inside.replace(".", "/") / alias.name).is_dir()
                    yield f"{inside}.{alias.name}".strip(".") if is_module else inside
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("twistchat."):
                    yield alias.name.partition(".")[2]
        yield from imports(node)


class HouseTests(SynchronousTestCase):
    def test_who_imports_whom(self) -> None:
        for name, tree in modules():
            room = name.partition(".")[0]
            self.assertIn(room, MAY_KNOW, f"{name} is not in the table")
            for other in imports(tree):
                if not other or other.partition(".")[0] == room:
                    continue
                if (name, other) in MAY_KNOW_AT_RUN_TIME_ONLY_WHEN_ASKED:
                    continue
                allowed = any(
                    other == known or other.startswith(f"{known}.") for known in MAY_KNOW[room]
                )
                self.assertTrue(allowed, f"twistchat.{name} imports twistchat.{other}")

    def test_no_front_end_knows_another(self) -> None:
        for name, tree in modules():
            if not name.startswith("frontends."):
                continue
            _, wire, *_ = name.split(".")
            for other in imports(tree):
                if other.startswith("frontends.") and other.count(".") > 1:
                    self.assertEqual(other.split(".")[1], wire, f"{name} imports {other}")
                self.assertFalse(
                    other.startswith(("core.chat", "engine.")), f"{name} imports {other}"
                )

    def test_the_core_knows_the_standard_library_alone(self) -> None:
        for name, tree in modules():
            if name.startswith("core"):
                for node in ast.walk(tree):
                    if isinstance(node, ast.ImportFrom) and node.module:
                        self.assertFalse(
                            node.module.startswith(("twisted.", "zope")), f"{name}: {node.module}"
                        )

    def test_the_global_reactor_is_imported_where_a_program_begins(self) -> None:
        found = {
            name
            for name, tree in modules()
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and node.module == "twisted.internet"
            and any(alias.name == "reactor" for alias in node.names)
        }
        self.assertEqual(found, {"tap", "assembly"})

    def test_who_knows_what_not_everybody_has(self) -> None:
        found = {
            name
            for name, tree in modules()
            for node in ast.walk(tree)
            if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("prometheus"))
            or (isinstance(node, ast.Import) and node.names[0].name.startswith("prometheus"))
        }
        # given.doors looks whether it is there.
        self.assertEqual(found, {"metrics.families", "metrics.pages", "given.doors"})

    def test_who_knows_the_client_of_redis(self) -> None:
        """To import it is to choose a reactor; so only what a server's link is made of does."""
        ours = "engine.redis"
        found = {
            name
            for name, tree in modules()
            for node in ast.walk(tree)
            if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("txredisapi"))
            or (isinstance(node, ast.Import) and node.names[0].name.startswith("txredisapi"))
        }
        self.assertEqual(found, {f"{ours}.connection"})
        behind = {f"{ours}.connection", f"{ours}.reaching", f"{ours}.txlink"}
        for name, tree in modules():
            at_once = ast.Module(
                [
                    node
                    for node in tree.body
                    if not isinstance(node, ast.FunctionDef | ast.ClassDef)
                ],
                [],
            )
            if name not in behind:
                self.assertFalse(behind & set(imports(at_once)), name)

    def test_files_stay_small(self) -> None:
        for path in ROOT.rglob("*.py"):
            count = len(path.read_text(encoding="utf-8").splitlines())
            self.assertLess(count, 400, path)

    def test_what_is_public_is_there(self) -> None:
        for name in twistchat.__all__:
            self.assertTrue(hasattr(twistchat, name), name)


class OneForEachConnectionTests(ChatTestCase):
    def test_what_there_is_one_of_for_each_connection_is_small(self) -> None:
        """More than thirty fields in a dict take 1.6 KiB, an empty deque half of that."""
        (ada,) = self.people("ada")
        session = ada.protocol.session  # type: ignore[attr-defined]  # it is of the line wire
        names = ("_gate", "_departure", "_performing", "_telling", "throttle", "way_back")
        for each in (session, *(getattr(session, name) for name in names)):
            self.assertFalse(hasattr(each, "__dict__"), each)
            kept = [getattr(each, name) for name in each.__slots__ if hasattr(each, name)]
            self.assertFalse(any(isinstance(value, deque) for value in kept), each)
