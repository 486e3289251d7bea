"""Measures everything, and writes the page about it.

    python -m benchmarks --quick --out /tmp/somewhere

See README.md beside this file.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import crowds, latency, page, plots, stalled
from benchmarks.engine import __main__ as engine
from benchmarks.engine.disk import filesystem, sync_times
from benchmarks.engine.figures import Times
from benchmarks.load import Mode
from benchmarks.machine import description, two_cores
from benchmarks.report import number
from benchmarks.results import PARTS, Results
from benchmarks.rounds import Place, say, talk_in_rounds
from benchmarks.servers import (
    C_COALESCING,
    ECHO,
    FANOUT,
    PLAIN_TWISTED,
    PLAIN_TWISTED_TLS,
    ROOT,
    TWISTCHAT,
    TWISTCHAT_JSON,
    TWISTCHAT_JSON_ID,
    TWISTCHAT_TLS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.servers import Program

USUAL: dict[str, Any] = {
    "rounds": 5,
    "seconds": 2.0,
    "modes": "1,64,20/s",
    "clients": "10,100,1000",
    "json_clients": (100, 1000),
    "tls_clients": (200,),
    "crowds": (1000, 10_000),
    "readers": (1000, (1, 100), 20.0),
}
QUICK: dict[str, Any] = {
    "rounds": 1,
    "seconds": 0.3,
    "modes": "64,20/s",
    "clients": "10,50",
    "json_clients": (20,),
    "tls_clients": (20,),
    "crowds": (50,),
    "readers": (50, (1, 5), 0.5),
}
"""What `--quick` stands for; options given beside it win."""
QUICK_PROGRAMS = (C_COALESCING, TWISTCHAT, PLAIN_TWISTED)
JSON = (TWISTCHAT, TWISTCHAT_JSON, TWISTCHAT_JSON_ID)
TLS = (TWISTCHAT, TWISTCHAT_TLS, PLAIN_TWISTED, PLAIN_TWISTED_TLS)


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="benchmarks", description="Measures everything, and writes the page about it."
    )
    option = parser.add_argument
    option("--only", help=f"parts, of {','.join(PARTS)}; default: all")
    option("--rounds", type=int, help=f"default {USUAL['rounds']}")
    option("--seconds", type=float, help=f"of each run, default {USUAL['seconds']}")
    option("--clients", help=f"of the fan-out, default {USUAL['clients']}")
    option("--modes", help=f"of fanout, json and tls, default {USUAL['modes']}")
    option(
        "--programs", help=f"of the fan-out, and who come in: {','.join(p.name for p in FANOUT)}"
    )
    option("--folder", type=Path, default=ROOT, help="on whose disk databases are made")
    option("--quick", action="store_true", help="few clients, short runs: does it work?")
    option("--json", type=Path, metavar="FILE", help="where to save everything as JSON")
    option("--from", type=Path, metavar="FILE", dest="source", help="write what was saved there")
    option("--out", type=Path, default=ROOT / "docs", help="folder of the page, default docs")
    options = parser.parse_args(words)
    for name, value in (QUICK if options.quick else USUAL).items():
        if getattr(options, name, None) is None:
            setattr(options, name, value)
    known = {program.name: program for program in FANOUT}
    usual = QUICK_PROGRAMS if options.quick else FANOUT
    wanted = options.programs.split(",") if options.programs else [one.name for one in usual]
    options.parts = options.only.split(",") if options.only else list(PARTS)
    for name, all_names in (
        *((one, known) for one in wanted),
        *((p, PARTS) for p in options.parts),
    ):
        if name not in all_names:
            parser.error(f"{name}: not of {', '.join(all_names)}")
    options.programs = [known[name] for name in wanted]
    try:
        options.clients = [int(number) for number in options.clients.split(",")]
        options.modes = [Mode.parse(text) for text in options.modes.split(",")]
    except ValueError as error:
        parser.error(str(error))
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("at least one round, of more than no time")
    return options


def measure(options: argparse.Namespace) -> Results:
    """Measure the parts that are wanted."""
    times = Times.of(sync_times(options.folder, 0.5))
    assert times is not None
    machine = description() | {
        "disk": f"{filesystem(options.folder)}; to append 4 KiB and sync takes"
        f" {number(times.p50 * 1e3)} ms, 1 in 100 {number(times.p99 * 1e3)} ms or more"
    }
    results = Results(
        {"machine": machine, "rounds": options.rounds, "seconds": options.seconds}, []
    )
    often = {"rounds": options.rounds}
    with Place.prepared(two_cores(), options.folder, tls="tls" in options.parts) as place:
        talks: dict[str, tuple[Sequence[Program], Sequence[int]]] = {
            "fanout": (options.programs, options.clients),
            "json": (JSON, options.json_clients),
            "tls": (TLS if place.load_tls else (), options.tls_clients),
        }
        for part in (part for part in PARTS if part in options.parts):
            match part:
                case "engine":
                    results.take(engine.measure(engine_options(options)))
                case "latency":
                    asked = [one for one in latency.PROGRAMS if one in (ECHO, *options.programs)]
                    results.latency = latency.measure(
                        asked, seconds=options.seconds, place=place, **often
                    )
                case "memory" | "connect":
                    # The same crowds tell both.
                    results.arrivals = results.arrivals or crowds.measure(
                        options.programs, options.crowds, place=place, **often
                    )
                    if part == "memory":
                        results.stalled = stalled.measure(*options.readers, place=place, **often)
                case _:
                    programs, sizes = talks[part]
                    results.talked[part] = talk_in_rounds(
                        programs,
                        sizes,
                        options.modes,
                        seconds=options.seconds,
                        place=place,
                        **often,
                    )
            results.parts.append(part)
            save(options, results)
    return results


def save(options: argparse.Namespace, results: Results) -> None:
    """Save what there is so far: if it is interrupted, an hour is not lost."""
    if options.json:
        options.json.write_text(results.saved(), encoding="utf-8")


def engine_options(options: argparse.Namespace) -> argparse.Namespace:
    """Ask for what the engines' own benchmark measures by itself, but in no more rounds."""
    words = ["--folder", str(options.folder)]
    if options.quick:
        return engine.parse([*words, "--quick", "--seconds", str(options.seconds)])
    return engine.parse([*words, "--rounds", str(min(options.rounds, engine.USUAL["rounds"]))])


def main(words: Sequence[str] | None = None) -> int:
    """Measure, or read what was measured; and write the page."""
    options = parse(words)
    if options.source:
        results = Results.read(options.source.read_text(encoding="utf-8"))
    else:
        results = measure(options)
    options.out.mkdir(parents=True, exist_ok=True)
    made = plots.draw(results, options.out / "performance")
    if not made:
        say("there are no plots without matplotlib: pip install 'twistchat[bench]'")
    remarks = page.NOTES.read_text(encoding="utf-8") if page.NOTES.exists() else ""
    written = options.out / "performance.md"
    written.write_text(page.page(results, made, remarks), encoding="utf-8")
    say(f"{written} is written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
