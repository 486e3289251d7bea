"""Measures what those who talk notice of passwords that are checked.

    python -m benchmarks.passwords

Two people talk. Then two hundred wrong passwords come from forty addresses, which are all looked
at; then as many from one, which is slowed down; then owners log in, all in one moment. See
README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from benchmarks.machine import two_cores
from benchmarks.resume import HEAD, Phase, Server
from benchmarks.returns import Talkers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TALKERS = 2
LAG = "twistchat_reactor_lag_seconds"
SECRET = "correct horse battery"  # noqa: S105, of accounts that are made for the measurement
PATIENCE = 60.0
"""Seconds for an answer."""


class Knocker:
    """Somebody at the door, from an address of this machine."""

    def __init__(self, port: int, source: str) -> None:
        self._socket = socket.create_connection(
            ("127.0.0.1", port), PATIENCE, source_address=(source, 0)
        )
        self._lines = self._socket.makefile("rb")

    def asks(self, **fields: object) -> None:
        """Send a request."""
        self._socket.sendall(json.dumps(fields).encode() + b"\n")

    def hears(self) -> str:
        """Wait for an answer, and return its code, or what it is."""
        while line := self._lines.readline():
            told = json.loads(line)
            if "id" in told:
                return str(told.get("code") or told["type"])
        return "gone"

    def goes(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()


def guess(port: int, sources: Sequence[str], times: int) -> Mapping[str, int]:
    """Give so many wrong passwords from each of these addresses; count the answers."""
    knockers = [Knocker(port, source) for source in sources]
    for number in range(times):
        for place, knocker in enumerate(knockers):
            name = "owner0" if place % 8 == 0 else f"nobody{place}"
            knocker.asks(type="hello", name=name, password=f"wrong {number}", id=number)
    return _answers(knockers, times)


def log_in(port: int, count: int) -> Mapping[str, int]:
    """Let owners log in, all in one moment."""
    knockers = [Knocker(port, f"127.0.4.{number % 250 + 1}") for number in range(count)]
    for number, knocker in enumerate(knockers):
        knocker.asks(type="hello", name=f"owner{number}", password=SECRET, rooms={}, id=1)
    return _answers(knockers, 1)


def register(port: int, count: int) -> None:
    """Make accounts."""
    for number in range(count):
        knocker = Knocker(port, "127.0.0.1")
        knocker.asks(type="hello", name=f"owner{number}", rooms={}, id=1)
        knocker.asks(type="register", password=SECRET, id=2)
        if (knocker.hears(), knocker.hears()) != ("welcome", "account"):
            raise SystemExit("an account could not be made")
        knocker.goes()


def _answers(knockers: Sequence[Knocker], times: int) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for knocker in knockers:
        for _ in range(times):
            answer = knocker.hears()
            counts[answer] = counts.get(answer, 0) + 1
        knocker.goes()
    return counts


def lags(port: int) -> dict[float, float]:
    """Read how late the reactor came, how often so far: by the ends of the buckets."""
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    return {
        float(sample.labels["le"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == f"{LAG}_bucket"
    }


def worst(before: Mapping[float, float], after: Mapping[float, float]) -> str:
    """Say below which end of a bucket all of what came between was."""
    total = after[float("inf")] - before[float("inf")]
    for end in sorted(after):
        if after[end] - before[end] >= total:
            return f"{1000 * end:g}" if end != float("inf") else "more"
    return "?"


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="passwords", description="What those who talk notice of passwords that are checked."
    )
    option = parser.add_argument
    option("--rate", type=float, default=100.0, help="lines a second that are said, default 100")
    option("--seconds", type=float, default=10.0, help="of talk before and after, default 10")
    option("--owners", type=int, default=60, help="who log in at once, default 60")
    option("--folder", type=Path, help="where the database is: on a real disk; default here")
    return parser.parse_args(words)


def measure(options: argparse.Namespace, folder: Path) -> list[str]:
    """Do it once; returns the lines of a table."""
    core, own = two_cores()
    os.sched_setaffinity(0, {own})
    talkers = Talkers(TALKERS, options.rate)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        window = unused.getsockname()[1]
    limits = ("registrations=0", "joins=0")
    more = [f"--metrics={window}", *(f"--limit={limit}" for limit in limits)]
    server = Server(folder, core, more=more)
    rows: list[str] = []

    @contextmanager
    def phase(name: str) -> Iterator[None]:
        begun, cpu, late = time.monotonic(), server.cpu, lags(window)
        talkers.begin()
        yield
        trips = [took for _, took in talkers.end()]
        seconds, used = time.monotonic() - begun, server.cpu - cpu
        row = Phase(name, seconds, used, trips).row()
        rows.append(f"{row}{worst(late, lags(window)):>12}")

    register(server.port, max(options.owners, 1))
    talkers.connect(server.port)
    with phase("before"):
        time.sleep(options.seconds)
    many = [f"127.0.1.{number}" for number in range(1, 41)]
    for name, sources, times in (
        ("200 wrong, 40 addresses", many, 5),
        ("200 wrong, 1 address", ["127.0.2.1"] * 20, 10),
    ):
        with phase(name):
            answers = guess(server.port, sources, times)
        rows.append(f"    {answers}")
    with phase(f"{options.owners} owners at once"):
        answers = log_in(server.port, options.owners)
    rows.append(f"    {answers}")
    with phase("after"):
        time.sleep(options.seconds)
    server.stop()
    talkers.stop()
    return rows


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and print a table."""
    options = parse(words)
    with TemporaryDirectory(prefix="passwords-", dir=options.folder or Path.cwd()) as name:
        rows = measure(options, Path(name))
    print("\n".join([f"{HEAD}{'lag < ms':>12}", *rows]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
