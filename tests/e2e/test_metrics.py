"""A real server's metrics, whether it is ready, and its log for programs."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import pytest_twisted
from prometheus_client.parser import text_string_to_metric_families
from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from tests.e2e.programs import BIN, PATIENCE, Caller, Program, Server
from tests.e2e.test_start import assert_one_line, start
from twistchat.host.addresses import local_addresses

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twisted.internet.interfaces import ITCPTransport

METRICS = r"Metrics at http://127\.0\.0\.1:(\d+)/metrics"

LATE = '''
"""A chat whose engine has started, and has stopped, when there is a file that says so."""

from pathlib import Path

from twisted.application.service import Application
from twisted.internet import reactor
from twisted.internet.task import LoopingCall

from twistchat.engine.memory import MemoryEngine
from twistchat.service import ChatService


def until_there_is(name):
    looking = LoopingCall(lambda: Path(name).exists() and looking.stop())
    return looking.start(0.01)


class Late(MemoryEngine):
    def start(self, deliver):
        return until_there_is("started").addCallback(lambda _: MemoryEngine.start(self, deliver))

    def stop(self):
        return until_there_is("stopped")


application = Application("chat")
service = ChatService(
    reactor, engine=Late(), listen=["tcp:0"], metrics="tcp:0:interface=127.0.0.1"
)
service.setServiceParent(application)
'''


class Page(NamedTuple):
    """What was answered over HTTP."""

    status: int
    text: str


def fetch(port: int, path: str) -> Page:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
            return Page(answer.status, answer.read().decode())
    except HTTPError as error:
        with error:
            return Page(error.code, error.read().decode())


class Watcher:
    """Somebody who looks at a server's metrics."""

    def __init__(self, port: int) -> None:
        self.port = port

    @classmethod
    async def of(cls, server: Server) -> Watcher:
        return cls(int((await server.out.until(METRICS))[1]))

    async def asks(self, path: str) -> Page:
        page: Page = await deferToThread(fetch, self.port, path)
        return page

    async def scrapes(self) -> dict[tuple[str, str], float]:
        page = await self.asks("/metrics")
        assert page.status == 200
        return {
            (sample.name, next(iter(sample.labels.values()), "")): sample.value
            for family in text_string_to_metric_families(page.text)
            for sample in family.samples
        }

    async def until(self, is_so: Callable[[dict[tuple[str, str], float]], bool]) -> None:
        """Scrape until it is so: what a connection does may take the server a moment."""
        for _ in range(int(PATIENCE / 0.05)):
            found = await self.scrapes()
            if is_so(found):
                return
            await deferLater(reactor, 0.05)
        raise AssertionError(found)


@pytest_twisted.ensureDeferred
async def test_the_numbers_move_as_people_talk(tmp_path: Path) -> None:
    server = await Server.run(
        tmp_path, "--metrics", "0", "--listen", "json=tcp:0", "--limit", "line=64"
    )
    watcher = await Watcher.of(server)
    nobody = await watcher.scrapes()
    assert nobody["twistchat_sessions", "line"] == 0
    assert nobody["twistchat_lines_total", "line"] == 0
    assert nobody["twistchat_build_info", "0.1.0"] == 1
    assert nobody["process_open_fds", ""] > 0
    alice = await Caller.call(server.port, "alice")
    bob = await Caller.call(server.port, "bob")
    for number in range(5):
        alice.types(f"line {number}")
        await bob.heard.until(f"^<alice> line {number}$")
    somebody = await Caller.call(server.port)
    somebody.types("alice")
    await somebody.heard.until("alice is taken")
    bob.types("x" * 65)
    await bob.heard.until("longer than")
    talk = await watcher.scrapes()
    assert talk["twistchat_sessions", "line"] == 3
    assert talk["twistchat_people", ""] == 2
    assert talk["twistchat_rooms", ""] == 1
    assert talk["twistchat_lines_total", "line"] == 2 + 5 + 1 + 1
    assert talk["twistchat_deliveries_total", ""] >= 10
    assert talk["twistchat_commit_seconds_count", ""] == 5
    assert talk["twistchat_commit_seconds_sum", ""] > 0
    assert talk["twistchat_commit_batch_size_sum", ""] == 5
    assert talk["twistchat_login_failures_total", "name-taken"] == 1
    assert talk["twistchat_limits_bitten_total", "line"] == 1
    assert talk["twistchat_reactor_lag_seconds_count", ""] > 0
    cast("ITCPTransport", bob.transport).abortConnection()
    await watcher.until(lambda found: found["twistchat_drops_total", "connection lost"] == 1)
    assert (await watcher.asks("/healthz")) == Page(200, "ok\n")
    assert (await watcher.asks("/")).status == 404
    await alice.leave()
    await somebody.leave()
    await server.stop()
    assert "GET /metrics" not in server.out.text


@pytest_twisted.ensureDeferred
async def test_nobody_else_reaches_it(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, "--metrics", "0")
    watcher = await Watcher.of(server)
    others = [address for address in local_addresses() if address != "127.0.0.1"]
    for host in (*others, "::1"):
        with pytest.raises(OSError, match=r"refused|unreachable|assign"):
            socket.create_connection((host, watcher.port), timeout=PATIENCE).close()
    with socket.create_connection(("127.0.0.1", watcher.port), timeout=PATIENCE):
        await server.stop()


@pytest_twisted.ensureDeferred
async def test_an_endpoint_is_taken_as_it_is(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, "--metrics", "unix:metrics.sock:mode=600")
    await server.out.until(r"Metrics at unix:metrics\.sock:mode=600$")
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(PATIENCE)

        def ask() -> bytes:
            caller.connect(str(tmp_path / "metrics.sock"))
            caller.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
            return caller.recv(4096)

        answer: bytes = await deferToThread(ask)
    assert answer.partition(b"\r\n")[0].endswith(b" 200 OK")
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_ready_from_the_start_to_the_end(tmp_path: Path) -> None:
    (tmp_path / "late.tac").write_text(LATE)
    twistd = (BIN / "twistd", "-n", "--pidfile=", "--no_save", "-y", "late.tac")
    server = Server.start(*twistd, cwd=tmp_path)
    assert isinstance(server, Server)
    watcher = await Watcher.of(server)
    assert await watcher.asks("/readyz") == Page(503, "starting\n")
    assert await watcher.asks("/healthz") == Page(200, "ok\n")
    (tmp_path / "started").touch()
    server.port = int((await server.out.until(r"    nc \S+ (\d+)\s"))[1])
    assert await watcher.asks("/readyz") == Page(200, "ok\n")
    alice = await Caller.call(server.port, "alice")
    server.kill(signal.SIGTERM)
    await alice.lost
    assert await watcher.asks("/readyz") == Page(503, "stopping\n")
    assert await watcher.asks("/healthz") == Page(200, "ok\n")
    assert (await watcher.scrapes())["twistchat_drops_total", "server stopping"] == 1
    (tmp_path / "stopped").touch()
    assert await server.end() == -signal.SIGTERM
    assert "Traceback" not in server.out.text


@pytest_twisted.ensureDeferred
async def test_not_ready_while_nobody_new_is_let_in(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, "--metrics", "0", "--control", "chat.ctl")
    watcher = await Watcher.of(server)
    for words, page in (
        (("drain",), Page(503, "draining\n")),
        (("drain", "off"), Page(200, "ok\n")),
    ):
        command = (BIN / "twistchat", "ctl", "--control", "chat.ctl", *words)
        assert await Program.start(*command, cwd=tmp_path).end() == 0
        assert await watcher.asks("/readyz") == page
        assert (await watcher.asks("/healthz")).status == 200
    await server.stop()


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = f"port {port} is in use: stop what uses it, or choose another with --metrics"
        assert_one_line(start(tmp_path, "--metrics", str(port)), words)
        (tmp_path / "chat.toml").write_text(f"\nmetrics = {port}\n")
        words = f"chat.toml, line 2: port {port} is in use: stop what uses it"
        assert_one_line(start(tmp_path, "--config", "chat.toml", daemonised=True), words)


def test_what_is_no_place(tmp_path: Path) -> None:
    for place in ("http", "70000", "tcp:x", ""):
        assert_one_line(start(tmp_path, "--metrics", place), "")


def test_where_the_library_is_missing(tmp_path: Path) -> None:
    (tmp_path / "prometheus_client.py").write_text("raise ImportError('not installed')\n")
    command = "import sys; sys.path.insert(0, '.'); from twisted.scripts.twistd import run; run()"
    arguments = (sys.executable, "-c", command, "-n", "--pidfile=", "chat", "--port", "0")
    twistd = subprocess.run(
        [*arguments, "--metrics", "0"],
        cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert_one_line(twistd, "--metrics needs more: pip install 'twistchat[metrics]'")


# ---------------------------------------------------------------- the log


def objects(text: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        assert {"time", "level", "namespace", "message"} <= line.keys(), line
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    return lines


@pytest_twisted.ensureDeferred
async def test_the_log_on_standard_output(tmp_path: Path) -> None:
    twistd = (BIN / "twistd", "--logger", "twistchat.log.json", "-n", "--pidfile=", "chat")
    server = Server.start(*twistd, "--port", "0", "--metrics", "0", cwd=tmp_path)
    assert isinstance(server, Server)
    server.port = int((await server.out.until(r'"line": "nc \S+ (\d+)"'))[1])
    alice = await Caller.call(server.port, "小明")
    alice.types("words that are nobody else's")
    await alice.heard.until("^<小明> words")
    alice.types("/quit")
    await alice.lost
    await server.stop()
    lines = objects(server.out.text)
    came, gone = (line for line in lines if line.get("name") == "小明")
    assert came["message"] == "小明 came in from 127.0.0.1 by line"
    assert came["namespace"] == "twistchat.session.session"
    assert (came["address"], came["wire"], came["level"]) == ("127.0.0.1", "line", "info")
    assert gone["cause"] == "left"
    assert "words that" not in server.out.text
    assert server.err.text == ""


@pytest.mark.parametrize("option", ["", "chat.log"])
@pytest_twisted.ensureDeferred
async def test_the_log_of_a_daemon(tmp_path: Path, option: str) -> None:
    """It is where twistd's own would be, and begins anew at SIGUSR1."""
    log, pidfile = tmp_path / (option or "twistd.log"), tmp_path / "chat.pid"
    logfile = ("--logfile", option) if option else ()
    twistd = (BIN / "twistd", "--logger", "twistchat.log.json", *logfile, "--pidfile=chat.pid")
    starting = Program.start(*twistd, "chat", "--port", "0", cwd=tmp_path)
    assert await starting.end() == 0
    assert starting.out.text + starting.err.text == ""
    pid = int(pidfile.read_text())
    await _until(lambda: "Join with" in log.read_text())
    assert "Listening. Join with:" in [line["message"] for line in objects(log.read_text())]
    os.kill(pid, signal.SIGUSR1)
    await _until((tmp_path / f"{log.name}.1").exists)
    os.kill(pid, signal.SIGTERM)
    await _until(lambda: not pidfile.exists())
    messages = [line["message"] for line in objects(log.read_text())]
    assert messages[0] == "Received SIGTERM, shutting down."
    assert "Server Shut Down." in messages


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    for logfile, words in (
        ("nowhere/chat.log", "twistd: cannot write to nowhere/chat.log: No such file or directory"),
        ("-", "twistd: a daemon has no standard output: give --logfile a file"),
    ):
        twistd = (BIN / "twistd", "--logger", "twistchat.log.json", "--logfile", logfile)
        done = subprocess.run(
            [*twistd, "--pidfile=", "chat", "--port", "0"],
            cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{words}\n")


async def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE / 0.05)):
        if is_so():
            return
        await deferLater(reactor, 0.05)
    raise AssertionError("it does not come")
