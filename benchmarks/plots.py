"""The plots of the page, if matplotlib is installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from benchmarks.results import middle

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.report import Sample
    from benchmarks.results import Results

# Text stays text, small and searchable; and what has not changed makes the same file.
STYLE: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "twistchat", "font.size": 9}
MARKERS = "osD^vP*X"


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _save(figure: Any, file: Path) -> None:
    figure.savefig(file, metadata={"Date": None, "Creator": None}, bbox_inches="tight")


def _plain(axis: Any) -> None:
    """Write 0.1, 0.2, 0.5, 1 at a logarithmic axis, and no powers."""
    from matplotlib.ticker import LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def _fanout(samples: list[Sample], file: Path) -> None:
    from matplotlib.figure import Figure

    modes = _in_order(one.mode for one in samples)
    figure = Figure(figsize=(3.2 * len(modes), 3.4))
    panels = figure.subplots(1, len(modes), squeeze=False)[0]
    programs = _in_order(one.program for one in samples)
    for panel, mode in zip(panels, modes, strict=True):
        for marker, program in zip(MARKERS * len(programs), programs, strict=False):
            runs = [one for one in samples if (one.program, one.mode) == (program, mode)]
            sizes = sorted({one.clients for one in runs})
            costs = [
                middle(one.figures()["cpu_us_per_delivery"] for one in runs if one.clients == size)
                for size in sizes
            ]
            panel.plot(sizes, costs, marker=marker, markersize=4, linewidth=1, label=program)
        panel.set(xscale="log", yscale="log", xlabel="clients", title=mode)
        _plain(panel.yaxis)
        _plain(panel.xaxis)
        panel.set_xticks(sorted({one.clients for one in samples}))
        panel.grid(alpha=0.3, which="major")
    panels[0].set_ylabel("CPU µs for each delivered line")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.tight_layout()
    figure.legend(handles, labels, loc="lower center", bbox_to_anchor=(0.5, -0.14), ncols=4)
    _save(figure, file)


def _latency(results: Results, file: Path) -> None:
    from matplotlib.figure import Figure

    programs = _in_order(one.program for one in results.latency)[::-1]
    figure = Figure(figsize=(6.4, 2.6))
    panel = figure.subplots()
    places = range(len(programs))
    p50s, p99s = (
        [
            (middle(getattr(one, name) for one in results.latency if one.program == program) or 0)
            * 1e6
            for program in programs
        ]
        for name in ("p50", "p99")
    )
    panel.hlines(places, p50s, p99s, colors="#bbbbbb")
    panel.plot(p50s, places, "o", label="p50")
    panel.plot(p99s, places, "|", markersize=10, markeredgewidth=2, label="p99")
    panel.set(xscale="log", xlabel="µs")
    _plain(panel.xaxis)
    panel.set_yticks(places, programs)
    panel.grid(alpha=0.3, axis="x")
    panel.legend(loc="upper left", bbox_to_anchor=(1, 1))
    figure.tight_layout()
    _save(figure, file)


def _memory(results: Results, file: Path) -> None:
    from matplotlib.figure import Figure

    programs = _in_order(one.program for one in results.arrivals)[::-1]
    sizes = sorted({one.clients for one in results.arrivals})
    figure = Figure(figsize=(6.4, 3))
    panel = figure.subplots()
    width = 0.8 / len(sizes)
    for index, size in enumerate(reversed(sizes)):
        places = [place + (index - (len(sizes) - 1) / 2) * width for place in range(len(programs))]
        kib = [results.idle_kib(program, size) or 0 for program in programs]
        panel.barh(places, kib, width * 0.95, label=f"{size:,} clients")
    panel.set(xlabel="KiB for each idle client")
    panel.set_yticks(range(len(programs)), programs)
    panel.grid(alpha=0.3, axis="x")
    handles, labels = panel.get_legend_handles_labels()
    panel.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1, 1))
    figure.tight_layout()
    _save(figure, file)


def draw(results: Results, folder: Path) -> set[str]:
    """Make the plots; return the names of the files."""
    if find_spec("matplotlib") is None:
        return set()
    from matplotlib import rc_context

    folder.mkdir(parents=True, exist_ok=True)
    made = set()
    with rc_context(STYLE):
        if samples := results.talked.get("fanout"):
            _fanout(samples, folder / "fanout.svg")
            made.add("fanout.svg")
        if results.latency:
            _latency(results, folder / "latency.svg")
            made.add("latency.svg")
        if results.arrivals and "memory" in results.parts:
            _memory(results, folder / "memory.svg")
            made.add("memory.svg")
    return made
