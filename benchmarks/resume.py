"""Measures what it costs when a server dies and everybody comes back at once.

    python -m benchmarks.resume

A server with SQLite on a disk; a thousand programs in one room, and ten who talk. It is killed and
started again; the talkers come back and say what the others miss; then all others come back in one
moment, each with its token and where it has read to. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.machine import most_clients, pinned, two_cores
from benchmarks.returns import Client, Crowd, Talkers
from benchmarks.servers import BIN, TWISTCHAT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TALKERS = 10
PATIENCE = 30.0
"""Seconds in which the server should listen."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What was seen in a while."""

    name: str
    seconds: float
    cpu: float
    """Seconds of the server's."""
    trips: Sequence[float]
    """From saying a line until its speaker hears it, in seconds."""

    def row(self) -> str:
        """Write a line of the table."""
        trips = sorted(self.trips)
        p50, p99 = (trips[int(len(trips) * q)] if trips else 0.0 for q in (0.5, 0.99))
        worst = trips[-1] if trips else 0.0
        told = "".join(f"{1000 * t:>10.1f}" for t in (p50, p99, worst))
        return f"{self.name:<24}{self.seconds:>9.2f}{self.cpu:>9.2f}{len(trips):>8}{told}"


HEAD = f"{'':<24}{'seconds':>9}{'cpu s':>9}{'lines':>8}{'p50 ms':>10}{'p99 ms':>10}{'max ms':>10}"


class Server:
    """A twistd, with the JSON wire at a port of its own."""

    def __init__(
        self, folder: Path, core: int, profile: Path | None = None, more: Sequence[str] = ()
    ) -> None:
        """Start it, pinned to a core; `more` are options besides."""
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.port: int = unused.getsockname()[1]
        limits = [f"--limit={limit}" for limit in TWISTCHAT_LIMITS]
        listen = f"--listen=json=tcp:{self.port}:interface=127.0.0.1:backlog=4096"
        profiling = (
            ["--profiler=cprofile", f"--profile={profile}", "--savestats"] if profile else []
        )
        command = [str(BIN / "twistd"), "-n", "--pidfile=", *profiling, "chat", listen]
        log = (folder / "log").open("ab")
        with log, pinned(core):
            self._process = subprocess.Popen(
                [*command, f"--engine=sqlite:{folder / 'chat.db'}", *limits, *more],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            with suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            time.sleep(0.01)
        raise SystemExit(f"the server did not start:\n{(folder / 'log').read_text()[-2000:]}")

    @property
    def cpu(self) -> float:
        """Seconds that it has worked."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End it as a crash does."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it in peace."""
        self._process.terminate()
        self._process.wait(30)


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="resume", description="Everybody comes back at once.")
    option = parser.add_argument
    option("--clients", type=int, default=1000)
    option("--rate", type=float, default=20.0, help="lines a second that are said, default 20")
    option("--missed", type=float, default=2.0, help="seconds that are missed, default 2")
    option("--seconds", type=float, default=10.0, help="of talk before, default 10")
    option("--folder", type=Path, help="where the database is: on a real disk; default here")
    option(
        "--profile", type=Path, help="where to save a profile of the server that is come back to"
    )
    return parser.parse_args(words)


def measure(options: argparse.Namespace, folder: Path) -> list[Phase]:
    """Do it once."""
    core, own = two_cores()
    os.sched_setaffinity(0, {own})
    talkers = Talkers(TALKERS, options.rate)
    os.nice(5)  # they are to be on time
    crowd = Crowd([Client(f"client{number}") for number in range(options.clients)])
    phases: list[Phase] = []
    server = Server(folder, core)

    @contextmanager
    def phase(name: str) -> Iterator[None]:
        begun, cpu = time.monotonic(), server.cpu
        talkers.begin()
        yield
        seconds, used = time.monotonic() - begun, server.cpu - cpu
        phases.append(Phase(name, seconds, used, [took for _, took in talkers.end()]))

    talkers.connect(server.port)
    with phase("coming in, 50 at once"):
        for start in range(0, options.clients, 50):
            some = crowd.clients[start : start + 50]
            crowd.connect(some, server.port)
            crowd.until_live(some)
    with phase("before"):
        crowd.read(options.seconds)
    crowd.read(0.5)
    server.kill()
    crowd.lose_all()
    server = Server(folder, core, options.profile)
    talkers.connect(server.port)
    with phase("talkers alone"):
        crowd.read(options.missed)
    with phase("all come back"):
        crowd.connect(crowd.clients, server.port)
        crowd.until_live(crowd.clients)
    missed = [client.missed for client in crowd.clients]
    with phase("after"):
        crowd.read(options.seconds)
    crowd.read(0.5)
    wrong = sum(client.wrong for client in crowd.clients)
    print(f"Each was told {min(missed)} to {max(missed)} missed lines; {wrong} holes or doubles.")
    if options.profile:
        server.stop()
    else:
        server.kill()
    talkers.stop()
    crowd.lose_all()
    return phases


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and print a table."""
    options = parse(words)
    if options.clients > most_clients():
        print(f"{options.clients} clients do not fit into ulimit -n", file=sys.stderr)
        return 1
    with TemporaryDirectory(prefix="resume-", dir=options.folder or Path.cwd()) as name:
        phases = measure(options, Path(name))
    print("\n".join([HEAD, *(phase.row() for phase in phases)]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
