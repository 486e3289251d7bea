"""deploy/'s files for Redis: servers start with them, and nodes have just the rights they need."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import redis
from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from tests.redis.server import PATIENCE, RedisServer, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
ENGINE = ROOT / "twistchat" / "engine" / "redis"

ALWAYS = {"auth", "unsubscribe"}
"""What nobody here asks for by name: the one is in lists that are made, the other a library's."""


ERRORS = {"readonly"}
"""Commands that are called as the answers that are looked for here."""


def settings(name: str) -> dict[str, str]:
    """Read the lines of a file of Redis's, by their first words."""
    found: dict[str, str] = {}
    for line in (DEPLOY / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            found[word] = f"{found[word]}\n{rest}" if word in found else rest
    return found


def rights(user: str) -> set[str]:
    """Tell which commands somebody may use; of those that have several parts the first word."""
    line = re.search(rf"^user {user} (.*)$", (DEPLOY / "users.conf").read_text("utf-8"), re.M)
    assert line
    return {word[1:].partition("|")[0] for word in line[1].split() if word.startswith("+")}


def called(paths: Iterable[Path], commands: set[str]) -> set[str]:
    """Find the commands of Redis that programs and scripts call."""
    found: set[str] = set()
    for path in paths:
        pattern = r"\bcall\(\s*'([A-Z]+)'" if path.suffix == ".lua" else r'"([A-Z]+)"'
        found |= {word.lower() for word in re.findall(pattern, path.read_text("utf-8"))}
    return (found & commands) - ERRORS


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Wait for something that another program does by itself."""
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.05)  # nothing tells when


class DeployedCase(SynchronousTestCase):
    """A Redis with redis.conf and users.conf as they are, but for where it is."""

    def started(self, **others: str) -> RedisServer:
        here = {"include": str(DEPLOY / "users.conf"), "bind": "127.0.0.1"}
        given = settings("redis.conf") | here | others
        port = given.pop("port") if "port" in others else str(free_port())
        del given["port"], given["dir"]
        server = RedisServer(given, port=int(port))
        self.addCleanup(server.close)
        return server.start()

    def client(self, server: RedisServer, user: str, password: str) -> redis.Redis:
        client = redis.Redis(
            unix_socket_path=str(server.path), username=user, password=password, protocol=2
        )
        self.addCleanup(client.close)
        return client


class RedisTests(DeployedCase):
    def setUp(self) -> None:
        self.server = self.started()
        self.node = self.client(self.server, "twistchat", "change-me-1")
        self.admin = self.client(self.server, "admin", "change-me-2")

    def test_it_keeps_what_it_has_answered(self) -> None:
        for name, value in (
            ("appendonly", "yes"), ("appendfsync", "always"), ("maxmemory-policy", "noeviction"),
            ("stop-writes-on-bgsave-error", "yes"), ("maxmemory", "1073741824"),
        ):  # fmt: skip
            self.assertEqual(self.admin.config_get(name)[name], value)
        self.node.set("twistchat:x", "kept")
        self.server.restart()
        self.assertEqual(self.node.get("twistchat:x"), b"kept")

    def test_nobody_comes_without_a_name(self) -> None:
        with self.assertRaises(redis.AuthenticationError):
            self.server.client().ping()

    def test_nodes_have_the_chat_alone(self) -> None:
        for command in (
            ("SET", "other:x", "1"), ("GET", "x"), ("PUBLISH", "other", "x"), ("KEYS", "*"),
            ("FLUSHALL",), ("CONFIG", "SET", "appendonly", "no"), ("SHUTDOWN",), ("ACL", "LIST"),
            ("EVAL", "return redis.call('FLUSHDB')", "0"), ("CLIENT", "KILL", "TYPE", "normal"),
        ):  # fmt: skip
            with self.assertRaises(redis.ResponseError, msg=command):
                self.node.execute_command(*command)

    def test_nodes_may_call_what_they_call_and_nothing_else(self) -> None:
        commands = set(self.admin.command())
        files = {*ENGINE.glob("*.py"), *ENGINE.glob("lua/*.lua")}
        filling = {path for path in files if path.name.startswith("fill")}
        needed = called(files - filling, commands) | ALWAYS
        self.assertEqual(rights("twistchat"), needed)
        self.assertEqual(rights("importer"), needed | called(filling, commands))


class SentinelTests(DeployedCase):
    """A master, its replica and a Sentinel, with the rights that users.conf gives them."""

    def test_they_know_each_other(self) -> None:
        master = self.started()
        replica = self.started(
            replicaof=f"127.0.0.1 {master.port}", masteruser="replica", masterauth="change-me-3"
        )
        admin = self.client(replica, "admin", "change-me-2")
        eventually(
            lambda: admin.info("replication")["master_link_status"] == "up", "no replication"
        )
        given = settings("sentinel.conf")
        del given["port"]
        watched = given["sentinel"].replace("192.0.2.11 6379 2", f"127.0.0.1 {master.port} 1")
        given |= {"sentinel": watched, "dir": str(temporary_folder(self))}
        sentinel = RedisServer(given, port=free_port(), is_sentinel=True)
        self.addCleanup(sentinel.close)
        asked = sentinel.start().client()
        self.addCleanup(asked.close)

        def is_known() -> bool:
            (told,) = asked.execute_command("SENTINEL", "MASTERS")
            state = dict(zip(told[::2], told[1::2], strict=True))
            return bool(state[b"num-slaves"] == b"1" and state[b"flags"] == b"master")

        eventually(is_known, sentinel.log.read_text())
        master.kill()
        eventually(lambda: admin.info("replication")["role"] == "master", sentinel.log.read_text())
