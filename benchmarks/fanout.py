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
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.load import SENDERS, Mode
from benchmarks.machine import two_cores
from benchmarks.report import as_json, rows, table
from benchmarks.rounds import Place, say, talk_in_rounds
from benchmarks.servers import BASE, FANOUT, ON_WIRES, PROGRAMS, ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

CLIENTS = "10,100,1000,5000"
MODES = "1,64,20/s"
QUICK = {"clients": "10,100", "modes": "1,64", "rounds": 1, "seconds": 0.5}
"""What `--quick` stands for; options given beside it win."""
FULL = {"clients": CLIENTS, "modes": MODES, "rounds": 5, "seconds": 3.0}


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="fanout", description="Server CPU per delivered line, and more, of several chats."
    )
    option = parser.add_argument
    option("--clients", help=f"how many are in the room, default {CLIENTS}")
    option("--modes", help=f"lines outstanding at each sender, or N/s in all, default {MODES}")
    option("--programs", help=f"of {','.join(PROGRAMS)}; default: the first {len(FANOUT)}")
    wires = ",".join(ON_WIRES)
    option("--wire", metavar="WIRES", help=f"twistchat alone, on some of {wires}, beside line")
    option("--rounds", type=int, help=f"default {FULL['rounds']}")
    option("--seconds", type=float, help=f"of each run, default {FULL['seconds']}")
    option("--folder", type=Path, default=ROOT, help="on whose disk databases are made")
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
    if not all(2 <= number <= 20000 for number in options.clients):
        parser.error("from 2 to 20000 clients")
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("at least one round, of more than no time")
    wanted = (
        options.programs.split(",") if options.programs else [program.name for program in FANOUT]
    )
    unknown = [name for name in wanted if name not in PROGRAMS]
    if unknown:
        parser.error(f"{', '.join(unknown)}: not of {', '.join(PROGRAMS)}")
    options.programs = [PROGRAMS[name] for name in wanted]
    options.base = BASE
    if options.wire:
        unknown = [wire for wire in options.wire.split(",") if wire not in ON_WIRES]
        if unknown:
            parser.error(f"{', '.join(unknown)}: not of {', '.join(ON_WIRES)}")
        chosen = dict.fromkeys(("line", *options.wire.split(",")))
        options.programs = [ON_WIRES[wire] for wire in chosen]
        options.base = ON_WIRES["line"].name
    return options


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and report."""
    options = parse(words)
    tls = any(program.talk.tls for program in options.programs)
    with Place.prepared(two_cores(), options.folder, tls=tls) as place:
        samples = talk_in_rounds(
            options.programs,
            options.clients,
            options.modes,
            rounds=options.rounds,
            seconds=options.seconds,
            place=place,
        )
    if not samples:
        say("nothing was measured")
        return 1
    result = rows(samples, options.base)
    text = table(result)
    print(text, end="")
    about: dict[str, Any] = {
        "base": options.base,
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
