"""Measures what it costs to pass on a line to everybody in a room, here and elsewhere.

    python benchmarks/fanout.py --quick

Starts twistchat and the programs it is compared with, one after the other, round after round,
and prints medians and their ratios to the plain Twisted chat. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.load import SENDERS, LoadError, Mode, build, connected
from benchmarks.machine import busy_seconds, most_clients, resident, two_cores
from benchmarks.report import Sample, as_json, rows, table
from benchmarks.servers import BASE, PROGRAMS, CannotStartError, Program, running

if TYPE_CHECKING:
    from collections.abc import Sequence

CLIENTS = "10,100,1000,5000"
MODES = "1,64,20/s"
QUICK = {"clients": "10,100", "modes": "1,64", "rounds": 1, "seconds": 0.5}
"""What `--quick` stands for; options given beside it win."""
FULL = {"clients": CLIENTS, "modes": MODES, "rounds": 5, "seconds": 3.0}


def say(words: str) -> None:
    """Tell how it goes, apart from the results."""
    print(words, file=sys.stderr, flush=True)


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="fanout", description="Server CPU per delivered line, and more, of several chats."
    )
    option = parser.add_argument
    option("--clients", help=f"how many are in the room, default {CLIENTS}")
    option("--modes", help=f"lines outstanding at each sender, or N/s in all, default {MODES}")
    option("--programs", help=f"of {','.join(PROGRAMS)}; default: all that are installed")
    option("--rounds", type=int, help=f"default {FULL['rounds']}")
    option("--seconds", type=float, help=f"of each run, default {FULL['seconds']}")
    option("--quick", action="store_true", help="few clients, short runs: does it work?")
    option("--json", type=Path, metavar="FILE", help="where to save everything as JSON")
    option("--table", type=Path, metavar="FILE", help="where to save the table")
    options = parser.parse_args(words)
    for name, value in (QUICK if options.quick else FULL).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    try:
        options.clients = [int(number) for number in options.clients.split(",")]
        options.modes = [Mode.parse(text) for text in options.modes.split(",")]
    except ValueError as error:
        parser.error(str(error))
    if not all(2 <= number <= 9999 for number in options.clients):
        parser.error("from 2 to 9999 clients")
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("at least one round, of more than no time")
    wanted = options.programs.split(",") if options.programs else list(PROGRAMS)
    unknown = [name for name in wanted if name not in PROGRAMS]
    if unknown:
        parser.error(f"{', '.join(unknown)}: not of {', '.join(PROGRAMS)}")
    options.programs = [PROGRAMS[name] for name in wanted]
    return options


def measure(
    program: Program, clients: int, options: argparse.Namespace, load: Path, cores: tuple[int, int]
) -> list[Sample]:
    """Start a program, let clients come in, and let them talk in each mode."""
    server_core, load_core = cores
    samples: list[Sample] = []
    try:
        with running(program, server_core) as (pid, port):
            empty = resident(pid)
            with connected(
                load, program.talk, port=port, pid=pid, clients=clients, core=load_core
            ) as people:
                idle = (resident(pid) - empty) / clients
                for mode in options.modes:
                    begin, before = time.monotonic(), busy_seconds(cores)
                    run = people.run(mode, options.seconds)
                    others = busy_seconds(cores) - before - run.server_cpu - run.load_cpu
                    others /= time.monotonic() - begin
                    samples.append(
                        Sample(
                            clients=clients,
                            mode=str(mode),
                            program=program.name,
                            run=run,
                            connect_seconds=people.connect_seconds,
                            idle_kib=idle,
                            others=max(0.0, others),
                        )
                    )
    except (CannotStartError, LoadError) as error:
        say(f"{program.name} with {clients} clients, after {len(samples)} runs: {error}")
    return samples


def measure_all(options: argparse.Namespace, cores: tuple[int, int]) -> list[Sample]:
    """Every program in turn, round after round: what slows the machine down slows down all."""
    most = most_clients()
    sizes = [size for size in options.clients if size <= most]
    for size in options.clients:
        if size > most:
            say(f"{size} clients do not fit into ulimit -n: at most {most}")
    programs = [program for program in options.programs if program.is_installed()]
    for program in options.programs:
        if program not in programs:
            say(f"{program.name} is not installed")
    samples: list[Sample] = []
    with TemporaryDirectory(prefix="fanout-") as folder:
        load = build(Path(folder))
        for number in range(options.rounds):
            for clients in sizes:
                # Nobody has always the same neighbour.
                turn = number % len(programs)
                for program in programs[turn:] + programs[:turn]:
                    say(
                        f"round {number + 1} of {options.rounds}: {clients} clients, {program.name}"
                    )
                    samples += measure(program, clients, options, load, cores)
    return samples


def order(sample: Sample, options: argparse.Namespace) -> tuple[int, int, int]:
    """Where a sample stands in the table."""
    modes = [str(mode) for mode in options.modes]
    return sample.clients, modes.index(sample.mode), list(PROGRAMS).index(sample.program)


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and report."""
    options = parse(words)
    cores = two_cores()
    samples = measure_all(options, cores)
    if not samples:
        say("nothing was measured")
        return 1
    samples.sort(key=lambda sample: order(sample, options))
    result = rows(samples, BASE)
    text = table(result)
    print(text, end="")
    about: dict[str, Any] = {
        "base": BASE,
        "python": platform.python_version(),
        "kernel": platform.release(),
        "cpus": os.cpu_count(),
        "senders": SENDERS,
        "rounds": options.rounds,
        "seconds": options.seconds,
    }
    if options.table:
        options.table.write_text(text, encoding="utf-8")
    if options.json:
        options.json.write_text(as_json(result, samples, about), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
