"""Measures what it costs that several processes share a chat over one Redis.

    python -m benchmarks.nodes

One process on SQLite and one, two and three on a Redis take turns, round after round. See README.md
beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.load import LoadError, Mode, Run, build, connected
from benchmarks.machine import most_clients, pinned, two_cores
from benchmarks.report import markdown, number
from benchmarks.rounds import in_turn, say
from benchmarks.servers import (
    LINES,
    REDIS,
    ROOT,
    TWISTCHAT_SQLITE,
    CannotStartError,
    running,
    twistchat,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PATIENCE = 10.0
"""Seconds in which Redis should answer."""
SETTINGS = {"appendonly": "yes", "appendfsync": "always", "save": ""}
"""As safe as SQLite: nobody is told what is not on the disk."""
BUSY, CALM = Mode(window=64), Mode(rate=20)
WARM = 1.0
"""Seconds that do not count."""


@dataclass(frozen=True, slots=True)
class Plan:
    """So many processes, and where they keep what is said."""

    name: str
    nodes: int
    uses_redis: bool


SQLITE = Plan("sqlite", 1, uses_redis=False)
MOST = 8
"""Processes."""


def plan_of(count: int) -> Plan:
    """So many processes on one Redis."""
    return Plan(f"redis, {count} process{'es' * (count > 1)}", count, uses_redis=True)


@dataclass(frozen=True, slots=True)
class Seen:
    """One run."""

    plan: str
    mode: str
    run: Run
    redis_cpu: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it takes place."""

    load: Path
    load_core: int
    cores: Sequence[int]
    """Of the processes, one after the other, and of Redis; where there are too few they share."""
    disk: Path


@contextmanager
def redis_server(core: int, disk: Path) -> Iterator[tuple[int, str]]:
    """Start a Redis that syncs whatever it is told. Yields its process id, and how it is named.

    Raises:
        CannotStartError: it is not installed, or does not answer.
    """
    program = REDIS.executable
    if program is None:
        raise CannotStartError("redis-server is not installed")
    with TemporaryDirectory(prefix=".benchmark-", dir=disk) as name:
        path = Path(name) / "redis.sock"
        settings = {"port": "0", "unixsocket": str(path), "dir": name, **SETTINGS}
        words = [word for key, value in settings.items() for word in (f"--{key}", value)]
        with pinned(core):
            process = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL)
        try:
            until = time.monotonic() + PATIENCE
            while not path.exists():
                if process.poll() is not None or time.monotonic() > until:
                    raise CannotStartError("redis-server did not start")
                time.sleep(0.02)
            yield process.pid, f"unix://{path}?db=0"
        finally:
            process.kill()
            process.wait()


def worked(pid: int) -> float:
    """Tell how many seconds of a processor a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def talk(
    plan: Plan,
    modes: Sequence[Mode],
    seconds: float,
    machine: Machine,
    *,
    each: int,
    senders: int,
) -> list[Seen]:
    """Start the processes of a plan, let clients come in to each in turn, and let them talk.

    So many come to `each` process; but there are never fewer than two in all.

    Raises:
        CannotStartError, LoadError: it could not be measured.
    """
    clients = max(each * plan.nodes, 2)
    with ExitStack() as stack:
        redis, program = 0, TWISTCHAT_SQLITE
        if plan.uses_redis:
            redis, url = stack.enter_context(redis_server(machine.cores[-1], machine.disk))
            program = twistchat(plan.name, engine=url)
        places = [
            stack.enter_context(
                running(program, machine.cores[at % len(machine.cores)], machine.disk)
            )
            for at in range(plan.nodes)
        ]
        people = stack.enter_context(
            connected(
                machine.load,
                LINES,
                port=[port for _, port in places],
                pid=[pid for pid, _ in places],
                clients=clients,
                core=machine.load_core,
                senders=senders,
                others_answer=clients == 2,
            )
        )
        seen = []
        for mode in modes:
            people.run(mode, min(WARM, seconds))
            before = worked(redis) if redis else 0.0
            run = people.run(mode, seconds)
            if run.missing:
                say(f"{plan.name}: {run.missing} lines were not heard by all")
            used = worked(redis) - before if redis else 0.0
            seen.append(Seen(plan.name, str(mode), run, used))
        return seen


def measure(
    plans: Sequence[Plan],
    modes: Sequence[Mode],
    machine: Machine,
    *,
    rounds: int,
    seconds: float,
    each: int,
    senders: int,
) -> list[Seen]:
    """Let every plan have its turn, round after round."""
    seen: list[Seen] = []
    for number_ in range(rounds):
        for plan in in_turn(plans, number_):
            say(f"round {number_ + 1} of {rounds}: {each} clients at each, {plan.name}")
            try:
                seen += talk(plan, modes, seconds, machine, each=each, senders=senders)
            except (CannotStartError, LoadError) as error:
                say(f"{plan.name}: {error}")
    return seen


# ---------------------------------------------------------------- what is shown


def figures(one: Seen) -> dict[str, float]:
    """What is compared."""
    run = one.run
    return {
        "deliveries": run.deliveries / run.wall,
        "cpu": run.server_cpu / run.deliveries * 1e6,
        "redis": one.redis_cpu / run.wall * 100,
        "servers": run.server_cpu / run.wall * 100,
        "load": run.load_cpu / run.wall * 100,
        "p50": run.p50 * 1e3,
        "p99": run.p99 * 1e3,
        "echo_p50": run.echo_p50 * 1e3,
        "echo_p99": run.echo_p99 * 1e3,
    }


def medians(seen: Sequence[Seen], mode: Mode) -> dict[str, dict[str, float]]:
    """Find the medians of all runs in one mode, by plan."""
    runs: dict[str, list[dict[str, float]]] = {}
    for one in seen:
        if one.mode == str(mode):
            runs.setdefault(one.plan, []).append(figures(one))
    return {
        plan: {name: median(each[name] for each in every) for name in every[0]}
        for plan, every in runs.items()
    }


def fan_out_table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """How many deliveries, and what each costs; ratios are to SQLite's."""
    base = rows.get(SQLITE.name)
    header = (
        "processes", "deliveries/s", "ratio", "CPU µs/delivery", "ratio", "p50 ms", "p99 ms",
        "servers %", "redis %", "load %",
    )  # fmt: skip
    lines = [
        (
            plan,
            number(row["deliveries"]),
            f"{row['deliveries'] / base['deliveries']:.2f}" if base else "-",
            number(row["cpu"]),
            f"{row['cpu'] / base['cpu']:.2f}" if base else "-",
            number(row["p50"]),
            number(row["p99"]),
            f"{row['servers']:.0f}",
            f"{row['redis']:.0f}",
            f"{row['load']:.0f}",
        )
        for plan, row in rows.items()
    ]
    return markdown(header, lines, (0,))


def answers_table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """How long a line takes to somebody else, and how much of that is more than with SQLite."""
    base = rows.get(SQLITE.name)
    header = ("processes", "p50 ms", "more", "ratio", "p99 ms", "more", "ratio")
    lines = []
    for plan, row in rows.items():
        cells = [plan]
        for name in ("echo_p50", "echo_p99"):
            cells.append(number(row[name]))
            more = row[name] - base[name] if base else 0.0
            cells += [f"{more:+.2f}", f"{row[name] / base[name]:.2f}"] if base else ["-", "-"]
        lines.append(cells)
    return markdown(header, lines, (0,))


def main() -> None:
    """Measure, and show."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    option = parser.add_argument
    option("--clients", type=int, default=500, help="how many come to each process")
    option("--processes", default="1,2,3", help="how many share a Redis, default 1,2,3")
    option("--rounds", type=int, default=5, help="how often each has its turn")
    option("--seconds", type=float, default=3.0, help="of each run")
    option("--folder", type=Path, default=ROOT, help="on whose disk everything is kept")
    option("--json", type=Path, metavar="FILE", help="where to save each run")
    given = parser.parse_args()
    try:
        counts = [int(count) for count in given.processes.split(",")]
    except ValueError:
        counts = []
    if not counts or not all(1 <= count <= MOST for count in counts):
        raise SystemExit(f"{given.processes}: numbers of processes, from 1 to {MOST}")
    if not 2 <= given.clients <= (most := most_clients() // max(counts)):
        raise SystemExit(f"{given.clients} clients: from 2 to {most}")
    often = {"rounds": given.rounds, "seconds": given.seconds}
    with TemporaryDirectory(prefix="benchmark-") as folder:
        first, load_core = two_cores()
        others = sorted(os.sched_getaffinity(0) - {first, load_core})
        machine = Machine(build(Path(folder)), load_core, (first, *others), given.folder)
        # With two processes, one speaks at the first, and the other hears it at the second.
        plans = [SQLITE, *map(plan_of, counts)]
        two = [plan for plan in plans if plan.nodes <= 2]
        crowd = measure(plans, (BUSY, CALM), machine, each=given.clients, senders=10, **often)
        pair = measure(two, (CALM,), machine, each=1, senders=1, **often)
    if not crowd or not pair:
        raise SystemExit("nothing was measured")
    if len(machine.cores) < max(counts) + 1:
        print("All processes and Redis share cores here: more of them cannot do more.\n")
    print(f"{given.clients} people at each process, all in one room; 10 talk, {BUSY}:\n")
    print(fan_out_table(medians(crowd, BUSY)))
    print(f"The same, {CALM}:\n")
    print(fan_out_table(medians(crowd, CALM)))
    print(f"Two people, {CALM}, from one to the other:\n")
    print(answers_table(medians(pair, CALM)))
    if given.json:
        saved = {"crowd": [asdict(one) for one in crowd], "pair": [asdict(one) for one in pair]}
        given.json.write_text(json.dumps(saved, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
