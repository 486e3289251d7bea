"""What twistchat is to reach, as ratios between programs that were measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.latency import COMMIT
from benchmarks.report import markdown, number
from benchmarks.servers import (
    C_COALESCING,
    C_SEND,
    ECHO,
    NGIRCD,
    PLAIN_TWISTED,
    TWISTCHAT,
    TWISTCHAT_SQLITE,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.results import Results
    from benchmarks.servers import Program

BUSY, SINGLE, CALM = "x64", "x1", "20/s"


@dataclass(frozen=True, slots=True)
class Aim:
    """One of them."""

    what: str
    sign: str
    """`≤`, `<` or `≥`."""
    limit: float
    measure: Callable[[Results], float | None]
    unit: str = ""

    def is_reached(self, value: float) -> bool:
        """Whether such a value is good enough."""
        match self.sign:
            case "≤":
                return value <= self.limit
            case "<":
                return value < self.limit
            case _:
                return value >= self.limit


def _over(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def _cpu(
    above: Program, below: Program, mode: str, sign: str, limit: float, *, clients: int = 1000
) -> Aim:
    """Compare the processor time for a delivered line."""

    def measure(results: Results) -> float | None:
        costs = (results.cpu(one.name, clients, mode) for one in (above, below))
        return _over(*costs)

    what = f"{clients:,} clients, {mode}: CPU of {above.name} / {below.name}"
    return Aim(what, sign, limit, measure)


def _echo(results: Results) -> float | None:
    return _over(results.p50(TWISTCHAT.name), results.p50(ECHO.name))


def _keeping(results: Results) -> float | None:
    kept, memory = results.p50(TWISTCHAT_SQLITE.name), results.p50(TWISTCHAT.name)
    if kept is None or memory is None:
        return None
    return _over(kept - memory, results.p50(COMMIT))


AIMS = (
    _cpu(TWISTCHAT, C_COALESCING, BUSY, "≤", 1.5),
    _cpu(TWISTCHAT, C_COALESCING, SINGLE, "≤", 1.6),
    _cpu(NGIRCD, TWISTCHAT_SQLITE, BUSY, "≥", 15),
    _cpu(PLAIN_TWISTED, TWISTCHAT_SQLITE, BUSY, "≥", 20),
    _cpu(TWISTCHAT_SQLITE, NGIRCD, SINGLE, "≤", 1),
    _cpu(TWISTCHAT_SQLITE, TWISTCHAT, BUSY, "≤", 1.5),
    _cpu(TWISTCHAT_SQLITE, TWISTCHAT, SINGLE, "≤", 1.5),
    _cpu(TWISTCHAT, C_SEND, CALM, "≤", 1.3),
    _cpu(TWISTCHAT, C_COALESCING, BUSY, "≤", 3, clients=100),
    _cpu(TWISTCHAT, C_COALESCING, BUSY, "≤", 10, clients=10),
    Aim("one line at a time: median of twistchat / Twisted's echo", "<", 1.5, _echo),
    Aim(
        "one line at a time: (median of twistchat-sqlite - twistchat) / a synced commit alone",
        "≤",
        1.5,
        _keeping,
    ),
    Aim(
        "memory of twistchat for an idle client, of 1,000",
        "<",
        8,
        lambda results: results.idle_kib(TWISTCHAT.name, 1000),
        " KiB",
    ),
    Aim(
        "10,000 clients come into one room of twistchat, until it is quiet",
        "≤",
        15,
        lambda results: results.quiet_seconds(TWISTCHAT.name, 10_000),
        " s",
    ),
)


def table(results: Results) -> str:
    """Tell which are reached."""
    lines = []
    for aim in AIMS:
        value = aim.measure(results)
        reached = "-" if value is None else ("yes" if aim.is_reached(value) else "**no**")
        measured = "not measured" if value is None else f"{value:.4g}{aim.unit}"
        lines.append([aim.what, f"{aim.sign} {number(aim.limit)}{aim.unit}", measured, reached])
    return markdown(["what", "aim", "measured", "reached"], lines, {0, 3})
