"""Measures what it costs when thousands of IRC clients join one room at once.

    python -m benchmarks.join_storm

All of them are registered. Then each sends its JOIN, one after the other as fast as they go, and
all read until every one of them has had the end of its names and knows of everybody, by its names
or by a JOIN. This server and ngircd take turns. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.load import build
from benchmarks.machine import most_clients, pinned, two_cores
from benchmarks.rounds import in_turn, say, that_can_run
from benchmarks.servers import NGIRCD, TWISTCHAT_IRC, CannotStartError, running

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.servers import Program

SOURCE = Path(__file__).parent / "storm.c"
PROGRAMS = (TWISTCHAT_IRC, NGIRCD)
PATIENCE = 600.0
"""Seconds for one storm, from the first connection."""


@dataclass(frozen=True, slots=True)
class Storm:
    """What was seen in one storm, from its first JOIN to when everybody knew of everybody."""

    sent: float
    """Seconds until the last JOIN was sent."""
    wall: float
    server_cpu: float
    load_cpu: float
    bytes: int
    """That were read by all clients together."""
    reads: int
    """How often a client found something to read."""
    joins: int
    """Lines that told somebody of a JOIN."""
    own_p50: float
    """Seconds from sending a JOIN to the end of one's names."""
    own_p99: float
    own_worst: float


COLUMNS = ("seconds", "CPU s", "own p50 ms", "own p99 ms", "MB read", "JOINs/read", "load CPU s")


def figures(storm: Storm) -> tuple[float, ...]:
    """What is shown of a storm, in the order of the columns."""
    return (
        storm.wall,
        storm.server_cpu,
        1000 * storm.own_p50,
        1000 * storm.own_p99,
        storm.bytes / 1e6,
        storm.joins / storm.reads,
        storm.load_cpu,
    )


def storm(load: Path, program: Program, clients: int, cores: tuple[int, int]) -> Storm:
    """Start a program, let all register, and let all join.

    Raises:
        CannotStartError: it did not start, or not all came to know of all.
    """
    server_core, load_core = cores
    with running(program, server_core) as (pid, port):
        words = (load, port, clients, pid, program.talk.at_once)
        with pinned(load_core):
            done = subprocess.run(
                [str(word) for word in words],
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE,
            )
    if done.returncode:
        raise CannotStartError(done.stderr.strip())
    return Storm(**json.loads(done.stdout))


def table(storms: Mapping[str, Sequence[Storm]]) -> str:
    """Write medians, the range of the seconds, and each ratio to the last program."""
    rows = [f"{'':<16}" + "".join(f"{name:>13}" for name in COLUMNS) + f"{'seconds from-to':>20}"]
    medians = {
        name: [median(column) for column in zip(*map(figures, seen), strict=True)]
        for name, seen in storms.items()
        if seen
    }
    for name, row in medians.items():
        walls = [one.wall for one in storms[name]]
        span = f"{min(walls):.2f}-{max(walls):.2f}"
        rows.append(f"{name:<16}" + "".join(f"{value:>13.2f}" for value in row) + f"{span:>20}")
    *others, last = medians
    for name in others:
        ratios = [
            f"{own / base:.2f}" if base else "-"
            for own, base in zip(medians[name], medians[last], strict=True)
        ]
        rows.append(f"{'ratio':<16}" + "".join(f"{ratio:>13}" for ratio in ratios))
    return "\n".join(rows)


def main() -> None:
    """Measure, and show."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=2000, help="how many join")
    parser.add_argument("--rounds", type=int, default=5, help="how often each program has its turn")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to save each storm")
    given = parser.parse_args()
    if given.clients > (most := most_clients()):
        raise SystemExit(f"{given.clients} clients do not fit into ulimit -n: at most {most}")
    programs, cores = that_can_run(PROGRAMS), two_cores()
    storms: dict[str, list[Storm]] = {program.name: [] for program in programs}
    with TemporaryDirectory(prefix="benchmark-") as folder:
        load = build(Path(folder), source=SOURCE)
        for number in range(given.rounds):
            for program in in_turn(programs, number):
                say(f"round {number + 1} of {given.rounds}: {program.name}")
                try:
                    storms[program.name].append(storm(load, program, given.clients, cores))
                except CannotStartError as error:
                    say(f"{program.name}: {error}")
    print(f"{given.clients} clients join one room; medians of {given.rounds} rounds.\n")
    print(table(storms))
    if given.json:
        rows = {name: [_fields(one) for one in seen] for name, seen in storms.items()}
        given.json.write_text(json.dumps(rows, indent=1))


def _fields(one: Storm) -> dict[str, float]:
    return {name: getattr(one, name) for name in Storm.__dataclass_fields__}


if __name__ == "__main__":
    main()
