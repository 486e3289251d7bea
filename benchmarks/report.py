"""From runs to rows: medians, ratios, the table and the JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from benchmarks.load import Run

BUSY = 0.9
"""Part of the time that somebody who is the bottleneck works at least."""
DISTURBED = 10.0
"""Percent of a core that others may take before it is told."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of one program, and how its clients had come in."""

    clients: int
    mode: str
    program: str
    run: Run
    connect_seconds: float
    idle_kib: float
    """Memory for each idle client."""
    others: float
    """Part of the time that somebody else worked on the two cores of server and load, 2 at most."""

    def figures(self) -> dict[str, float]:
        """What is compared."""
        run = self.run
        return {
            "cpu_us_per_delivery": run.server_cpu / run.deliveries * 1e6,
            "cpu_us_per_said": run.server_cpu / run.lines * 1e6,
            "deliveries_per_second": run.deliveries / run.wall,
            "p50_ms": run.p50 * 1e3,
            "p99_ms": run.p99 * 1e3,
            "lines_per_read": run.deliveries / run.reads,
            "idle_kib_per_client": self.idle_kib,
            "connections_per_second": self.clients / self.connect_seconds,
            "server_cpu_percent": run.server_cpu / run.wall * 100,
            "load_cpu_percent": run.load_cpu / run.wall * 100,
            "others_cpu_percent": self.others * 100,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of all runs of one program with so many clients in one mode."""

    clients: int
    mode: str
    program: str
    runs: int
    figures: dict[str, float]
    least: dict[str, float]
    most: dict[str, float]
    ratios: dict[str, float]
    """To the plain Twisted chat in the same place; empty where that was not run."""
    load_limited: bool
    """Whether in any run the load worked all the time, and the server did not."""
    missing: int
    """Lines that not everybody has heard."""


def _limited_by_load(sample: Sample) -> bool:
    run = sample.run
    return run.load_cpu > BUSY * run.wall > run.server_cpu


def rows(samples: Sequence[Sample], base: str) -> list[Row]:
    """Sum up the runs."""
    groups: dict[tuple[int, str, str], list[Sample]] = {}
    for sample in samples:
        groups.setdefault((sample.clients, sample.mode, sample.program), []).append(sample)
    middle: dict[tuple[int, str, str], dict[str, float]] = {}
    extremes: dict[tuple[int, str, str], tuple[dict[str, float], dict[str, float]]] = {}
    for key, group in groups.items():
        each = [sample.figures() for sample in group]
        middle[key] = {name: median(one[name] for one in each) for name in each[0]}
        extremes[key] = (
            {name: min(one[name] for one in each) for name in each[0]},
            {name: max(one[name] for one in each) for name in each[0]},
        )
    result: list[Row] = []
    for (clients, mode, program), group in groups.items():
        figures = middle[clients, mode, program]
        standard = middle.get((clients, mode, base), {})
        result.append(
            Row(
                clients=clients,
                mode=mode,
                program=program,
                runs=len(group),
                figures=figures,
                least=extremes[clients, mode, program][0],
                most=extremes[clients, mode, program][1],
                ratios={name: figures[name] / value for name, value in standard.items() if value},
                load_limited=any(map(_limited_by_load, group)),
                missing=sum(sample.run.missing for sample in group),
            )
        )
    return result


COLUMNS = (
    "clients",
    "mode",
    "program",
    "CPU µs/line",
    "(range)",
    "ratio",
    "lines/s",
    "ratio",
    "p50 ms",
    "p99 ms",
    "KiB/client",
    "conn/s",
    "server %",
    "load %",
    "note",
)
TEXT_COLUMNS = (1, 2, 14)


def number(value: float) -> str:
    """Write three figures, and never an exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 else f"{value:.3f}"


def notes(row: Row) -> list[str]:
    """What one has to know about these runs."""
    told = ["the load is the limit"] if row.load_limited else []
    others = row.most["others_cpu_percent"]
    if others > DISTURBED:
        told.append(f"others took {others:.0f} %")
    if row.missing:
        told.append(f"{row.missing} lines not heard by all")
    return told


def _cells(row: Row) -> list[str]:
    figures, ratios = row.figures, row.ratios
    cpu = "cpu_us_per_delivery"
    rate = "deliveries_per_second"
    return [
        f"{row.clients:,}",
        row.mode,
        row.program,
        number(figures[cpu]),
        f"{number(row.least[cpu])}-{number(row.most[cpu])}",
        f"{ratios[cpu]:.2f}" if cpu in ratios else "-",
        number(figures[rate]),
        f"{ratios[rate]:.2f}" if rate in ratios else "-",
        number(figures["p50_ms"]),
        number(figures["p99_ms"]),
        number(figures["idle_kib_per_client"]),
        number(figures["connections_per_second"]),
        f"{figures['server_cpu_percent']:.0f}",
        f"{figures['load_cpu_percent']:.0f}",
        "; ".join(notes(row)),
    ]


def markdown(
    header: Sequence[str], lines: Iterable[Sequence[str]], text_columns: Collection[int]
) -> str:
    """Make a table in Markdown, aligned to be read as it is; what is no text stands right."""
    every = [header, *lines]
    widths = [max(3, *(len(line[index]) for line in every)) for index in range(len(header))]
    rule = [
        "-" * width if index in text_columns else "-" * (width - 1) + ":"
        for index, width in enumerate(widths)
    ]
    every.insert(1, rule)
    return "".join(
        "| "
        + " | ".join(
            cell.ljust(width) if index in text_columns else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |\n"
        for line in every
    )


def table(all_rows: Iterable[Row]) -> str:
    """The rows as a table."""
    return markdown(COLUMNS, map(_cells, all_rows), TEXT_COLUMNS)


def as_json(all_rows: Iterable[Row], samples: Iterable[Sample], about: dict[str, Any]) -> str:
    """Everything, each single run too."""
    content = {
        "about": about,
        "rows": [asdict(row) for row in all_rows],
        "samples": [asdict(sample) for sample in samples],
    }
    return json.dumps(content, indent=1) + "\n"
