"""The page about performance, written from results alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import aims
from benchmarks.fit import fit
from benchmarks.latency import COMMIT
from benchmarks.load import SENDERS
from benchmarks.report import markdown, notes, number, rows
from benchmarks.results import PARTS, Results, middle
from benchmarks.servers import BASE, ECHO, LEAST, TWISTCHAT

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from benchmarks.report import Row, Sample
    from benchmarks.stalled import Stalled

NOTES = Path(__file__).parent / "notes.md"
"""What somebody has to say about it; stands at the end as it is."""
CPU, SAID, RATE = "cpu_us_per_delivery", "cpu_us_per_said", "deliveries_per_second"

INTRODUCTION = """\
# Performance

What passing on a line costs twistchat, keeping it, and carrying those who only listen, beside
other programs that were measured in the same run on the same machine. This page is written by
`make bench`; [the benchmarks](../benchmarks/README.md) tell how everything is measured, and what
to keep in mind.

A few words of it: *x1* and *x64* mean that each of {senders} senders always has one line, or 64
lines, outstanding, so that the server works as hard as it can; *20/s* that they say twenty lines a
second in all. What is said has 40 bytes. A *delivered line* is one line received by one client.
*CPU* is the server's processor time, user and system. All figures are medians of {rounds},
in which the programs take turns; ratios are those of medians. `twistchat` keeps what is said in
memory, as long as it runs; `twistchat-sqlite` has it on the disk, synced, before anybody sees it.
"""
AIMS = """
## Aims

What twistchat wants to reach, and whether it does in this run. `c-coalescing` and `c-send` are a
chat in some two hundred lines of C, about the least work that is possible: as the first it sends
each client at once what was said in a turn, as the second each line by itself.
"""
FANOUT = """
## Passing on a line

Of each delivered line. *p50* and *p99* are from sending a line until its last receiver has it.
"""
FIT = """
### What a line costs once, and for each listener

The CPU of a line that is said to N clients, put as *a* + *b* · N, so that the relative errors of
the sizes are least (*off by* is the largest of them; where it is large, the cost is no straight
line). A program with a small *a* is good in small rooms, one with a small *b* in large ones.
"""
JSON = """
## The wire for programs

The same server, whose clients speak [JSON](json-protocol.md) instead of lines of text. With
`json-id` each line that is said bears an `id`, so that its own copy tells its speaker that it is
kept.
"""
TLS = """
## TLS

The same over TLS, beside the plain Twisted chat. What is sent cannot be shared between clients:
each has a key of its own.
"""
ENGINE = """
## Keeping a line

The engines of twistchat: in memory, on disk and synced before anybody sees it (`full`), and on
disk but synced later (`fast`).
"""
LATENCY = """
## One line at a time

Two clients, one of whom says a line as soon as the other one has the line before: nothing waits
for anything else. `{echo}` is a `LineReceiver` of Twisted's that sends a line back to whom it came
from. `{commit}` is no chat: one row committed to SQLite and synced, on the disk of
`twistchat-sqlite`. The first one and a half seconds do not count, of any of them: until then
SQLite's write-ahead log still grows, and each commit takes longer.
"""
IDLE = """
## Memory

Resident memory of the server for each client who is in the room and silent, without what the
kernel keeps for its sockets.
"""
STALLED = """
### Readers who have stopped reading

Of {clients:,} clients in one room of twistchat some stop reading, while {said:.1f} MB are said that
all others hear; nobody is dropped, as the limits for that are off. *Kernel* is what waits in the
sockets, at both ends.
"""
CONNECT = """
## Coming in

Many come into one room, 50 at a time (ngircd: 10), until all are named and told that they are in
(*all in*); and until nobody is told anything more of the others who came (*quiet*). twistchat
waits for three seconds (`crowd-time`) before it tells a large room of all who came, in one line;
redis tells nobody.
{left_out}"""
MACHINE = """
## The machine

"""


def _plot(name: str, words: str, plots: Collection[str]) -> str:
    return f"\n![{words}](performance/{name}.svg)\n" if f"{name}.svg" in plots else ""


def _talked(samples: Sequence[Sample], bases: Sequence[str]) -> str:
    """One table for each size."""
    tables = []
    ratios: list[dict[tuple[int, str, str], Row]] = [
        {(row.clients, row.mode, row.program): row for row in rows(samples, base)} for base in bases
    ]
    header = ["mode", "program", "CPU µs/line", "(range)", *(f"/ {base}" for base in bases)]
    header += ["delivered/s", "p50 ms", "p99 ms", "note"]
    for size in dict.fromkeys(one.clients for one in samples):
        lines = []
        for key, row in ratios[0].items():
            if row.clients != size:
                continue
            lines.append(
                [
                    row.mode,
                    row.program,
                    number(row.figures[CPU]),
                    f"{number(row.least[CPU])}-{number(row.most[CPU])}",
                    *(_ratio(each[key].ratios.get(CPU)) for each in ratios),
                    number(row.figures[RATE]),
                    number(row.figures["p50_ms"]),
                    number(row.figures["p99_ms"]),
                    "; ".join(notes(row)),
                ]
            )
        table = markdown(header, lines, {0, 1, len(header) - 1})
        tables.append(f"\n{size:,} clients:\n\n{table}")
    return "".join(tables)


def _ratio(value: float | None) -> str:
    return "-" if value is None else number(value)


def _fits(samples: Sequence[Sample]) -> str:
    lines = []
    sizes = dict.fromkeys(one.clients for one in samples)
    for mode in dict.fromkeys(one.mode for one in samples):
        for program in dict.fromkeys(one.program for one in samples):
            points = []
            for size in sizes:
                cost = middle(
                    one.figures()[SAID]
                    for one in samples
                    if (one.program, one.mode, one.clients) == (program, mode, size)
                )
                if cost is not None:
                    points.append((float(size), cost))
            line = fit(points)
            if line is not None:
                figures = (signed(line.once), signed(line.each), f"{100 * line.worst:.0f} %")
                lines.append([mode, program, *figures])
    if not lines:
        return ""
    header = ["mode", "program", "a, µs", "b, µs a client", "off by"]
    return f"{FIT}\n{markdown(header, lines, {0, 1})}"


def signed(value: float) -> str:
    """Write a number that may be negative."""
    return f"-{number(-value)}" if value < 0 else number(value)


def _latency(results: Results) -> str:
    lines = []
    for program in dict.fromkeys(one.program for one in results.latency):
        runs = [one for one in results.latency if one.program == program]
        p50s = [one.p50 * 1e6 for one in runs]
        ratio = (results.p50(program) or 0) / (results.p50(ECHO.name) or float("inf"))
        lines.append(
            [
                program,
                number(middle(p50s) or 0),
                f"{number(min(p50s))}-{number(max(p50s))}",
                number((middle(one.p99 for one in runs) or 0) * 1e6),
                number(ratio) if ratio and program != COMMIT else "-",
            ]
        )
    header = ["program", "p50 µs", "(range)", "p99 µs", f"p50 / {ECHO.name}"]
    return LATENCY.format(echo=ECHO.name, commit=COMMIT) + "\n" + markdown(header, lines, {0})


def _idle(results: Results) -> str:
    sizes = sorted({one.clients for one in results.arrivals})
    lines = []
    for program in dict.fromkeys(one.program for one in results.arrivals):
        each = (results.idle_kib(program, size) for size in sizes)
        lines.append([program, *("-" if kib is None else number(kib) for kib in each)])
    header = ["program", *(f"KiB/client of {size:,}" for size in sizes)]
    return f"{IDLE}\n{markdown(header, lines, {0})}"


def _stalled(runs: Sequence[Stalled]) -> str:
    counts = sorted({one.stalled for one in runs})
    header = ["do not read", "before MiB", "after MiB", "peak MiB", "kernel MiB", "stayed"]
    shown: dict[int, list[float]] = {}
    for count in counts:
        group = [one for one in runs if one.stalled == count]
        shown[count] = [
            (middle(float(getattr(one, name)) for one in group) or 0) / 1024
            for name in ("before", "after", "peak", "kernel")
        ]
    lines = [
        [
            f"{count:,}",
            *map(number, shown[count]),
            f"{min(one.stayed for one in runs if one.stalled == count):,}",
        ]
        for count in counts
    ]
    if len(counts) > 1:
        first, last = counts[0], counts[-1]
        more = [
            f"{(many - one) / (last - first):+.2f}"
            for one, many in zip(shown[first], shown[last], strict=True)
        ]
        lines.append(["each more", *more, ""])
    words = STALLED.format(clients=runs[0].clients, said=runs[0].said * 1024 / 1e6)
    return f"{words}\n{markdown(header, lines, set())}"


def _connect(results: Results) -> str:
    lines = []
    programs = list(dict.fromkeys(one.program for one in results.arrivals))
    sizes = sorted({one.clients for one in results.arrivals})
    left_out = []
    for size in sizes:
        for program in programs:
            runs = [o for o in results.arrivals if (o.program, o.clients) == (program, size)]
            if not runs:
                left_out.append(program)
                continue
            took = middle(one.connect_seconds for one in runs) or 0
            quiet = middle(one.quiet_seconds for one in runs) or 0
            lines.append([f"{size:,}", program, number(size / took), number(took), number(quiet)])
    header = ["clients", "program", "connections/s", "all in, s", "quiet, s"]
    names = ", ".join(f"`{name}`" for name in dict.fromkeys(left_out))
    words = f"Not measured with all numbers, as it would take too long: {names}.\n" if names else ""
    return CONNECT.format(left_out=words) + "\n" + markdown(header, lines, {1})


def _engine(results: Results) -> str:
    tables = (f"\n{title}:\n\n{table}" for title, table in results.engine["tables"].items())
    wrong = "" if results.engine["is_complete"] else "\n**Something was not measured, or lost.**\n"
    return f"{ENGINE}\n{results.engine['disk']}{wrong}{''.join(tables)}"


def _machine(results: Results) -> str:
    machine: dict[str, str] = results.about["machine"]
    lines = [f"- {name}: {value}\n" for name, value in machine.items()]
    return f"{MACHINE}{''.join(lines)}- each run: {results.about['seconds']:g} seconds\n"


def page(results: Results, plots: Collection[str], remarks: str = "") -> str:
    """Write the page; the plots are those that were made."""
    talked = results.talked
    rounds = results.about["rounds"]
    often = "one round" if rounds == 1 else f"{rounds} rounds"
    words = INTRODUCTION.format(senders=SENDERS, rounds=often)
    parts = [words, AIMS, "\n", aims.table(results)]
    if missing := [part for part in PARTS if part not in results.parts]:
        parts.append(f"\nNot measured in this run: {', '.join(missing)}.\n")
    if samples := talked.get("fanout"):
        parts += [FANOUT, _plot("fanout", "CPU for each delivered line, by clients", plots)]
        parts += [_talked(samples, (LEAST, BASE)), _fits(samples)]
    if samples := talked.get("json"):
        parts += [JSON, _talked(samples, (TWISTCHAT.name,))]
    if samples := talked.get("tls"):
        parts += [TLS, _talked(samples, (TWISTCHAT.name, BASE))]
    elif "tls" in results.parts:
        parts.append("\n## TLS\n\nLeft out: the load could not be compiled with OpenSSL.\n")
    if results.engine:
        parts.append(_engine(results))
    if results.latency:
        parts += [_latency(results), _plot("latency", "One line at a time", plots)]
    if "memory" in results.parts:
        if results.arrivals:
            parts += [_idle(results), _plot("memory", "Memory for each idle client", plots)]
        if results.stalled:
            parts.append(_stalled(results.stalled))
    if "connect" in results.parts and results.arrivals:
        parts.append(_connect(results))
    parts.append(_machine(results))
    if remarks:
        parts.append(f"\n{remarks}")
    return "".join(parts)
