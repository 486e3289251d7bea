"""Measures what it costs to keep what is said: memory, SQLite, and SQLite that trusts the power.

    python -m benchmarks.engine --quick

See ../README.md for what the tables say.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.engine import report
from benchmarks.engine.alone import ROOT, alone
from benchmarks.engine.disk import filesystem, sync_times
from benchmarks.engine.figures import ENGINES, Alone, Served
from benchmarks.engine.serving import serve
from benchmarks.load import SENDERS, LoadError, Mode, build
from benchmarks.machine import most_clients, two_cores
from benchmarks.servers import CannotStartError

if TYPE_CHECKING:
    from collections.abc import Sequence

QUICK = {"listeners": 10, "rounds": 1, "seconds": 0.4, "calm_seconds": 0.5}
"""What `--quick` stands for; options given beside it win."""
USUAL = {"listeners": 1000, "rounds": 3, "seconds": 2.0, "calm_seconds": 10.0}
OUTSTANDING = (1, 10, 100)


def say(words: str) -> None:
    """Tell how it goes, apart from the results."""
    print(words, file=sys.stderr, flush=True)


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="engine", description="What keeping each line costs, and how long it takes."
    )
    option = parser.add_argument
    option("--talkers", type=int, default=SENDERS, help=f"who talk, default {SENDERS}, the most")
    option("--busy", default="64", help="lines outstanding at each of them, default 64")
    option("--calm", default="20/s", help="lines a second where many listen, default 20/s")
    option("--listeners", type=int, help=f"how many listen then, default {USUAL['listeners']}")
    option("--rounds", type=int, help=f"default {USUAL['rounds']}")
    option("--seconds", type=float, help=f"of a busy run, default {USUAL['seconds']}")
    option("--calm-seconds", type=float, help=f"of a calm run, default {USUAL['calm_seconds']}")
    option("--folder", type=Path, default=ROOT, help="on whose disk the databases are made")
    option("--quick", action="store_true", help="few people, short runs: does it work?")
    option("--json", type=Path, metavar="FILE", help="where to save everything as JSON")
    option("--table", type=Path, metavar="FILE", help="where to save what is printed")
    options = parser.parse_args(words)
    for name, value in (QUICK if options.quick else USUAL).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    try:
        options.busy, options.calm = Mode.parse(options.busy), Mode.parse(options.calm)
    except ValueError as error:
        parser.error(str(error))
    if not 2 <= options.talkers <= SENDERS <= options.listeners <= most_clients():
        parser.error(
            f"from 2 to {SENDERS} talkers, and from {SENDERS} to {most_clients()} listeners"
            " (ulimit -n)"
        )
    if options.rounds < 1 or min(options.seconds, options.calm_seconds) <= 0:
        parser.error("at least one round, of more than no time")
    if not options.folder.is_dir():
        parser.error(f"{options.folder} is no folder")
    return options


def measure_served(
    options: argparse.Namespace, folder: Path, load: Path, cores: tuple[int, int]
) -> list[Served]:
    """Let each engine serve in turn, round after round: what slows one down slows down all."""
    sittings: dict[int, list[tuple[Mode, float]]] = {}
    sittings.setdefault(options.talkers, []).append((options.busy, options.seconds))
    sittings.setdefault(options.listeners, []).append((options.calm, options.calm_seconds))
    served: list[Served] = []
    for number in range(options.rounds):
        for people, modes in sittings.items():
            for place in range(len(ENGINES)):
                # Nobody has always the same neighbour.
                engine = ENGINES[(place + number) % len(ENGINES)]
                say(f"round {number + 1} of {options.rounds}: {people} people, {engine.name}")
                try:
                    served += serve(
                        engine,
                        people,
                        options.talkers,
                        modes,
                        load=load,
                        parent=folder,
                        cores=cores,
                    )
                except (CannotStartError, LoadError) as error:
                    say(f"{engine.name} with {people} people: {error}")
    return served


def measure_alone(options: argparse.Namespace, folder: Path, core: int) -> list[Alone]:
    """Let each engine work with no server around it."""
    runs: list[Alone] = []
    for engine in ENGINES:
        say(f"alone: {engine.name}")
        try:
            runs += alone(engine, OUTSTANDING, options.seconds / 2, parent=folder, core=core)
        except subprocess.CalledProcessError as error:
            say(f"{engine.name} alone: {error}")
    return runs


@dataclass(frozen=True, slots=True)
class Result:
    """What all engines have shown."""

    disk: str
    """One sentence."""
    tables: dict[str, str]
    """By what they are about."""
    histograms: str
    is_complete: bool
    """Whether everything was measured, and everything was kept and told."""
    saved: str
    """Everything, as JSON."""


def measure(options: argparse.Namespace) -> Result:
    """Measure everything that the options say."""
    cores = two_cores()
    kind = filesystem(options.folder)
    with TemporaryDirectory(prefix=".engine-benchmark-", dir=options.folder) as name:
        folder = Path(name)
        disk = sync_times(folder, options.seconds / 4)
        served = measure_served(options, folder, build(folder), cores)
        runs = measure_alone(options, folder, cores[0])
        disk += sync_times(folder, options.seconds / 4)
    times = report.commit_times(served, runs, disk)
    busy = [one for one in served if one.mode == options.busy]
    calm = [one for one in served if one.mode == options.calm]
    tables = {
        f"{options.talkers} people who all talk, {options.busy}": report.busy(busy),
        f"{options.listeners:,} people, of whom {options.talkers} talk, {options.calm}": (
            report.calm(calm)
        ),
        "The engines alone": report.alone(runs),
    }
    about = {
        "filesystem": kind,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "kernel": platform.release(),
        "cpus": os.cpu_count(),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "calm_seconds": options.calm_seconds,
    }
    expected = options.rounds * len(ENGINES)
    is_complete = len(busy) == len(calm) == expected and len(runs) == 3 * len(ENGINES)
    return Result(
        report.disk_line(kind, disk),
        tables,
        report.histograms(times),
        is_complete and all(one.is_all_kept and not one.run.missing for one in served),
        report.as_json(about, served, runs, times),
    )


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and report."""
    options = parse(words)
    result = measure(options)
    parts = [result.disk]
    for title, table in result.tables.items():
        parts += [f"{title}:\n", table]
    text = "\n".join((*parts, "How long commits take:\n", result.histograms))
    print(text, end="")
    if options.table:
        options.table.write_text(text, encoding="utf-8")
    if options.json:
        options.json.write_text(result.saved, encoding="utf-8")
    return 0 if result.is_complete else 1


if __name__ == "__main__":
    raise SystemExit(main())
