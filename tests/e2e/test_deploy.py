"""What stands in deploy/, with the programs for which it is: HAProxy and systemd.

Each is skipped where its program is missing; Debian has them as haproxy and systemd.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import SkipTest
from urllib.error import HTTPError
from urllib.request import urlopen

from twisted.trial.unittest import SynchronousTestCase

from tests.e2e.houses import Caller, Heard, House
from tests.e2e.programs import BIN, PATIENCE
from tests.folders import temporary_folder
from tests.redis.server import RedisServer

if TYPE_CHECKING:
    from collections.abc import Sequence

DEPLOY = Path(__file__).parent.parent.parent / "deploy"

NAMES = ("a", "b", "c")

ACTIVATE = """
import os, sys
number, *command = sys.argv[1:]
os.dup2(int(number), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "chat"}
os.execv(command[0], command)
"""
"""How systemd starts a program that is given a socket (sd_listen_fds(3))."""


def program(name: str) -> str:
    """Find a program, or skip the test."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        raise SkipTest(f"needs {name}")
    return found


def free_port() -> int:
    """Find a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as trial:
        port: int = trial.getsockname()[1]
        return port


def arrive(port: int, host: str = "127.0.0.1") -> tuple[socket.socket, str]:
    """Connect, and tell which node says welcome."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE, (host, 0))
    connection.sendall(b"\n")
    heard = b""
    while (welcome := re.search(rb"Welcome to (\w+)", heard)) is None:
        data = connection.recv(4096)
        assert data, heard
        heard += data
    return connection, welcome[1].decode()


class BalancerCase(SynchronousTestCase):
    """Three nodes behind HAProxy, as deploy/haproxy.cfg has them."""

    engine = "memory:"

    def setUp(self) -> None:
        binary = program("haproxy")
        self.folder = temporary_folder(self)
        self.port = free_port()
        self.nodes: dict[str, House] = {}
        text = (
            (DEPLOY / "haproxy.cfg").read_text("utf-8").replace(":8000", f"127.0.0.1:{self.port}")
        )
        self.metrics = {}
        for number, name in enumerate(NAMES, 1):
            port = free_port()
            metrics = self.metrics[name] = free_port()
            text = text.replace(f":800{number} port 910{number}", f":{port} port {metrics}")
            self.nodes[name] = self.node(name, port, metrics)
        path = self.folder / "haproxy.cfg"
        path.write_text(text, "utf-8")
        self.proxy = subprocess.Popen(
            [binary, "-W", "-f", str(path)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert self.proxy.stdout is not None
        self.addCleanup(self.proxy.stdout.close)
        self.addCleanup(self.proxy.wait, PATIENCE)
        self.addCleanup(self.proxy.terminate)
        self.said = Heard(self.proxy.stdout.read1)  # type: ignore[attr-defined]  # a BufferedReader
        self.connections: list[socket.socket] = []
        self.addCleanup(self.leave)
        self.eventually({"a", "b", "c"})

    def node(self, name: str, port: int, metrics: int) -> House:
        folder = self.folder / name
        folder.mkdir()
        house = House(
            folder, "--engine", self.engine, "--name", name, *self.options(name),
            "--listen", f"haproxy:tcp:{port}:interface=127.0.0.1", "--metrics", str(metrics),
        )  # fmt: skip
        self.addCleanup(house.stop)
        return house

    def options(self, name: str) -> Sequence[str]:
        """What else a node is told."""
        return ()

    def leave(self) -> None:
        for connection in self.connections:
            connection.close()
        self.connections.clear()

    def arrive(self) -> str:
        connection, node = arrive(self.port)
        self.connections.append(connection)
        return node

    def eventually(self, nodes: set[str]) -> None:
        """Wait until those who come are given to these nodes, and to no others."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                if {self.arrive() for _ in range(9)} == nodes:
                    return
            except (OSError, AssertionError):
                pass  # no node is known to be ready yet
            finally:
                self.leave()
            assert time.monotonic() < until, self.said.text
            time.sleep(0.1)  # a program of others looks once a second

    def controls(self, name: str, *command: str) -> str:
        """Do a command of the operator's at a node."""
        return subprocess.run(
            [BIN / "twistchat", "ctl", "--control", self.folder / name / "twistchat.ctl", *command],
            check=True, capture_output=True, text=True, timeout=PATIENCE,
        ).stdout  # fmt: skip


class BalancerTests(BalancerCase):
    """Who comes, to which node; each has a chat of its own here."""

    def test_those_who_come_are_given_to_whoever_has_few(self) -> None:
        self.assertEqual(Counter(self.arrive() for _ in range(9)), {"a": 3, "b": 3, "c": 3})

    def test_nodes_are_told_from_where_somebody_comes(self) -> None:
        connection, node = arrive(self.port, "127.0.0.9")
        self.connections.append(connection)
        self.assertIn(" 127.0.0.9 ", self.controls(node, "who"))

    def test_a_node_that_drains_is_given_nobody_new(self) -> None:
        node = self.arrive()
        stays = self.connections[-1]
        self.connections = []
        self.addCleanup(stays.close)
        stays.sendall(b"alice\n")
        self.assertIn("1 person may stay", self.controls(node, "drain"))
        with self.assertRaises(HTTPError):
            urlopen(f"http://127.0.0.1:{self.metrics[node]}/readyz")
        self.eventually(set(NAMES) - {node})
        stays.sendall(b"still here\n")
        heard = b""
        while b"<alice> still here" not in heard:
            data = stays.recv(4096)
            assert data, heard
            heard += data
        self.controls(node, "drain", "off")
        self.eventually(set(NAMES))

    def test_a_node_that_is_killed_is_given_nobody(self) -> None:
        node = self.arrive()
        stays = self.connections[-1]
        self.nodes[node].kill()
        stays.settimeout(PATIENCE)
        while stays.recv(4096):
            pass  # whoever was there is told by the end of the connection
        # Nobody is refused meanwhile: who cannot be given to it is given to another.
        for _ in range(6):
            self.assertNotEqual(self.arrive(), node)
        self.eventually(set(NAMES) - {node})


class ChatBehindBalancerTests(BalancerCase):
    """The whole of it: one address, three nodes, one chat."""

    def setUp(self) -> None:
        redis = RedisServer({"appendonly": "yes", "appendfsync": "always"})
        self.addCleanup(redis.close)
        self.engine = redis.start().url
        super().setUp()

    def options(self, name: str) -> Sequence[str]:
        return ("--node", name, "--limit", "lease=2")

    def comes_in(self, *typed: str) -> tuple[Caller, str]:
        """Come in by the one address."""
        caller = Caller(self.port)
        self.addCleanup(caller.socket.close)
        caller.heard.until("What is your name")
        for line in typed:
            caller.types(line)
        caller.heard.until("Here now")
        node = re.search(r"Welcome to (\w)", caller.heard.text)
        assert node
        return caller, node[1]

    def test_whoever_was_at_a_node_that_died_comes_back_at_another(self) -> None:
        alice, node = self.comes_in("alice")
        bob, elsewhere = self.comes_in("bob")
        self.assertNotEqual(node, elsewhere)  # where fewer are
        alice.types("/token")
        token = alice.heard.until(r"/resume (\S+)")[1]
        alice.types("hello")
        bob.heard.until("^<alice> hello")
        self.nodes[node].kill()
        alice.heard.end()
        bob.types("are you there?")
        bob.heard.until("^<bob> are you there")
        again, other = self.comes_in(f"/resume {token}")
        self.assertNotEqual(node, other)
        again.heard.until(r"<bob> are you there\?")
        again.types("here I am")
        bob.heard.until("^<alice> here I am")


class SharedPortTests(SynchronousTestCase):
    """Several processes at one port, each with a socket of it from systemd."""

    def setUp(self) -> None:
        if not hasattr(socket, "SO_REUSEPORT") or not socket.has_ipv6:
            raise SkipTest("needs a system where several sockets share a port, and IPv6")
        self.folder = temporary_folder(self)
        self.port = 0
        self.sockets = {name: self.listen() for name in NAMES}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        for name in NAMES:
            self.start(name)

    def listen(self) -> socket.socket:
        """Listen as systemd does for twistchat@.socket."""
        listening = socket.socket(socket.AF_INET6)
        self.addCleanup(listening.close)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind(("::", self.port))
        listening.listen(1024)
        listening.setblocking(False)
        self.port = listening.getsockname()[1]
        return listening

    def start(self, name: str) -> None:
        unit = (DEPLOY / "systemd" / "twistchat@.service").read_text("utf-8")
        endpoint = re.search(r"--listen (\S+)", unit)
        assert endpoint
        number = self.sockets[name].fileno()
        chat = [BIN / "twistd", "-n", "--pidfile=", "chat", "--listen", endpoint[1]]
        process = self.processes[name] = subprocess.Popen(
            [
                sys.executable, "-c", ACTIVATE, str(number), *chat,
                "--engine", "memory:", "--name", name, "--control", "no",
            ],
            cwd=self.folder, pass_fds=(number,), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert process.stdout is not None
        Heard(process.stdout.read1).until("Listening")  # type: ignore[attr-defined]  # a BufferedReader
        self.addCleanup(self.stop, process)

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
        process.stdout.close()

    def arrive(self) -> str:
        connection, node = arrive(self.port)
        self.addCleanup(connection.close)
        return node

    def test_each_is_given_a_share(self) -> None:
        self.assertEqual({self.arrive() for _ in range(60)}, set(NAMES))

    def test_whoever_comes_while_one_is_started_anew_waits(self) -> None:
        self.stop(self.processes["b"])
        waiting = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(40)]
        for connection in waiting:
            self.addCleanup(connection.close)
            connection.sendall(b"\n")
        self.start("b")
        nodes = set()
        for connection in waiting:
            connection.settimeout(PATIENCE)
            welcome = re.search(rb"Welcome to (\w+)", connection.recv(4096))
            assert welcome
            nodes.add(welcome[1].decode())
        self.assertEqual(nodes, set(NAMES))


class UnitTests(SynchronousTestCase):
    """What systemd says of the units."""

    def test_they_are_good(self) -> None:
        analyze = program("systemd-analyze")
        folder = temporary_folder(self)
        units = []
        for path in (DEPLOY / "systemd").iterdir():
            text = path.read_text("utf-8").replace("/opt/twistchat/bin/twistd", "/bin/true")
            unit = folder / path.name.replace("@", "@1")
            unit.write_text(text, "utf-8")
            units.append(unit)
        self.assertEqual(len(units), 2)
        said = subprocess.run(
            [analyze, "verify", *units], check=False, capture_output=True, text=True
        )
        self.assertEqual((said.stderr, said.returncode), ("", 0))

    def test_the_balancer_s_file_is_good(self) -> None:
        subprocess.run(
            [program("haproxy"), "-c", "-f", DEPLOY / "haproxy.cfg"],
            check=True,
            capture_output=True,
        )
