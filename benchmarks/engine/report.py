"""From runs to tables."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import asdict
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.engine.disk import IN_MEMORY
from benchmarks.engine.figures import (
    ENGINES,
    MEMORY,
    Alone,
    Served,
    Times,
    median_run,
    percentile,
)
from benchmarks.report import BUSY, DISTURBED, markdown, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.engine.commits import Commit

DISK = "the disk alone"
BAR = 24
"""Characters of a bar that stands for all."""
EIGHTHS = " ▏▎▍▌▋▊▉█"


def _ms(seconds: float) -> str:
    return number(seconds * 1e3)


def _by_engine(runs: Iterable[Served]) -> dict[str, list[Served]]:
    groups: dict[str, list[Served]] = {engine.name: [] for engine in ENGINES}
    for served in runs:
        groups[served.engine].append(served)
    return {name: group for name, group in groups.items() if group}


def _note(group: Sequence[Served], shown: Sequence[Served]) -> str:
    """Tell what went wrong in any run, and what disturbed those that are shown."""
    notes = []
    if any(one.run.load_cpu > BUSY * one.run.wall > one.run.server_cpu for one in shown):
        notes.append("the load is the limit")
    others = 100 * max(one.others for one in shown)
    if others > DISTURBED:
        notes.append(f"others took {others:.0f} %")
    if missing := sum(one.run.missing for one in group):
        notes.append(f"{missing} lines not heard by all")
    if not all(one.is_all_kept for one in group):
        notes.append("LINES WERE NOT KEPT")
    return "; ".join(notes)


def _sizes(commits: Sequence[Commit]) -> list[str]:
    """How many commits, and how many events were in one: the mean, the middle, the most."""
    sizes = sorted(commit.events for commit in commits)
    if not sizes:
        return ["-"] * 4
    mean = sum(sizes) / len(sizes)
    return [f"{len(sizes):,}", number(mean), f"{percentile(sizes, 0.5)}", f"{sizes[-1]}"]


# ---------------------------------------------------------------- the tables


def busy(runs: Sequence[Served]) -> str:
    """How many lines a second, where each talker has many outstanding: medians of the runs."""
    header = ["engine", "lines/s", "(range)", "ratio", "CPU µs/line", "ratio", "p99 ms", "server %"]
    header += ["load %", "commits", "events/commit", "p50", "most", "note"]
    groups = _by_engine(runs)
    rates = {
        name: [(one.run.lines - one.run.missing) / one.run.wall for one in group]
        for name, group in groups.items()
    }
    cpu = {
        name: median(one.run.server_cpu / one.run.lines for one in group) * 1e6
        for name, group in groups.items()
    }
    lines = []
    for name, group in groups.items():
        server = median(one.run.server_cpu / one.run.wall for one in group)
        load = median(one.run.load_cpu / one.run.wall for one in group)
        lines.append(
            [
                name,
                f"{median(rates[name]):,.0f}",
                f"{min(rates[name]):,.0f}-{max(rates[name]):,.0f}",
                _ratio(median(rates[name]), median(rates.get(MEMORY.name, [0]))),
                number(cpu[name]),
                _ratio(cpu[name], cpu.get(MEMORY.name, 0)),
                _ms(median(one.run.p99 for one in group)),
                f"{100 * server:.0f}",
                f"{100 * load:.0f}",
                *_sizes([commit for one in group for commit in one.commits]),
                _note(group, group),
            ]
        )
    return markdown(header, lines, {0, len(header) - 1})


def calm(runs: Sequence[Served]) -> str:
    """How long a line takes, where few are said: the median run of each engine."""
    header = ["engine", "echo p50 ms", "p99", "worst", "ratio", "heard by all p50 ms", "p99"]
    header += ["(range)", "worst", "ratio", "server %", "commits", "note"]
    groups = _by_engine(runs)
    middle = {name: median_run(group) for name, group in groups.items()}
    memory = middle[MEMORY.name].run if MEMORY.name in middle else None
    lines = []
    for name, group in groups.items():
        run = middle[name].run
        lines.append(
            [
                name,
                *map(_ms, (run.echo_p50, run.echo_p99, run.echo_worst)),
                _ratio(run.echo_p99, memory.echo_p99 if memory else 0),
                *map(_ms, (run.p50, run.p99)),
                "-".join(_ms(pick(one.run.p99 for one in group)) for pick in (min, max)),
                _ms(run.worst),
                _ratio(run.p99, memory.p99 if memory else 0),
                f"{100 * run.server_cpu / run.wall:.0f}",
                f"{len(middle[name].commits) or '-'}",
                _note(group, [middle[name]]),
            ]
        )
    return markdown(header, lines, {0, len(header) - 1})


def _ratio(value: float, base: float) -> str:
    return f"{value / base:.2f}" if base > 0 else "-"


def alone(runs: Sequence[Alone]) -> str:
    """How many events a second an engine alone keeps."""
    header = ["engine", "outstanding", "events/s", "CPU µs/event", "p50 ms", "p99", "worst"]
    header += ["commits", "events/commit", "p50", "most"]
    lines = [
        [
            one.engine,
            f"{one.outstanding}",
            f"{one.events / one.wall:,.0f}",
            number(one.cpu / one.events * 1e6),
            *map(_ms, (one.times.p50, one.times.p99, one.times.worst)),
            *_sizes(one.commits),
        ]
        for one in runs
    ]
    return markdown(header, lines, {0})


# ---------------------------------------------------------------- the histogram


def commit_times(
    served: Sequence[Served], runs: Sequence[Alone], disk: Sequence[float]
) -> dict[str, list[float]]:
    """Collect how long commits took, by engine and by what was going on, and the disk's own."""
    times: dict[str, list[float]] = {}
    for one in served:
        key = f"{one.engine}, {one.people:,} people, {one.mode}"
        times.setdefault(key, []).extend(commit.seconds for commit in one.commits)
    for lone in runs:
        key = f"{lone.engine} alone, {lone.outstanding} outstanding"
        times[key] = [commit.seconds for commit in lone.commits]
    times[DISK] = list(disk)
    return {name: each for name, each in sorted(times.items()) if each}


def histograms(times: Mapping[str, Sequence[float]]) -> str:
    """How often a commit took how long: each row twice as long as the one before."""
    buckets = {
        name: Counter(max(4, math.floor(math.log2(one * 1e6))) for one in each)
        for name, each in times.items()
    }
    blocks = []
    for name, each in times.items():
        seen = Times.of(each)
        assert seen is not None
        p50, p99, worst = map(_ms, (seen.p50, seen.p99, seen.worst))
        about = f"{seen.count:,} times, p50 {p50} ms, p99 {p99} ms, worst {worst} ms"
        lines = [f"{name}: {about}\n"]
        for power in range(min(buckets[name]), max(buckets[name]) + 1):
            part = buckets[name][power] / len(each)
            label = f"{_ms(2**power * 1e-6)}-{_ms(2 ** (power + 1) * 1e-6)} ms"
            percent = f"{100 * part:5.1f} %" if part else ""
            lines.append(f"    {label:>14} {_bar(part):<{BAR}} {percent}".rstrip())
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _bar(part: float) -> str:
    eighths = math.ceil(part * BAR * 8)
    return EIGHTHS[-1] * (eighths // 8) + EIGHTHS[eighths % 8].strip()


# ---------------------------------------------------------------- all of it


def disk_line(kind: str, disk: Sequence[float]) -> str:
    """Tell what the databases are on."""
    times = Times.of(disk)
    assert times is not None
    text = (
        f"The databases are on {kind}: to append 4 KiB and sync takes"
        f" {_ms(times.p50)} ms, 1 in 100 {_ms(times.p99)} ms or more."
    )
    if kind in IN_MEMORY:
        text += " THAT IS MEMORY AND NO DISK: what a commit takes here says nothing; use --folder."
    return text + "\n"


def as_json(
    about: dict[str, Any],
    served: Sequence[Served],
    runs: Sequence[Alone],
    times: Mapping[str, Sequence[float]],
) -> str:
    """Everything, each single run too; of the commits how long they took, in microseconds."""
    content = {
        "about": about,
        "served": [_without_commits(one) | {"mode": str(one.mode)} for one in served],
        "alone": [_without_commits(one) for one in runs],
        "commit_us": {name: [round(one * 1e6) for one in each] for name, each in times.items()},
    }
    return json.dumps(content, indent=1) + "\n"


def _without_commits(one: Served | Alone) -> dict[str, Any]:
    saved = asdict(one)
    sizes = Counter(commit.events for commit in one.commits)
    del saved["commits"]
    return saved | {"commits_by_events": dict(sorted(sizes.items()))}
