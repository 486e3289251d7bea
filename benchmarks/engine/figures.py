"""What was seen in a run, and which run stands for several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from benchmarks.engine.commits import Commit
    from benchmarks.load import Mode, Run


@dataclass(frozen=True, slots=True)
class Measured:
    """One of the engines."""

    name: str
    parameters: str | None
    """Of its address; None for memory."""

    def url(self, database: Path) -> str:
        """Write it as an operator does."""
        return "memory:" if self.parameters is None else f"sqlite:{database}{self.parameters}"


MEMORY = Measured("memory", None)
FULL = Measured("sqlite full", "")
FAST = Measured("sqlite fast", "?durability=fast")
ENGINES = (MEMORY, FULL, FAST)


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took, of many times. In seconds."""

    count: int
    p50: float
    p99: float
    worst: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Times | None:
        """Sum them up; None if there are none."""
        each = sorted(seconds)
        if not each:
            return None
        return cls(len(each), percentile(each, 0.5), percentile(each, 0.99), each[-1])


def percentile(ascending: Sequence[float], part: float) -> float:
    """Find the value below which such a part of all is."""
    return ascending[round(part * (len(ascending) - 1))]


@dataclass(frozen=True, slots=True)
class Served:
    """One run of people who talk on a whole server."""

    engine: str
    people: int
    mode: Mode
    run: Run
    commits: list[Commit]
    said: int
    """Lines said on this server up to the end, in this and in all other runs."""
    kept: int | None
    """Events that were in its file when it had been killed; None where there is no file."""
    others: float
    """Part of the time that somebody else worked on the two cores of server and load, 2 at most."""

    @property
    def is_all_kept(self) -> bool:
        """Whether each line that was said is in the file, if there is one."""
        return self.kept in (None, self.said)


@dataclass(frozen=True, slots=True)
class Alone:
    """One run of an engine with no server around it."""

    engine: str
    outstanding: int
    events: int
    wall: float
    cpu: float
    times: Times
    """From handing an event over until it is delivered."""
    commits: list[Commit]


def median_run(runs: Iterable[Served]) -> Served:
    """Choose the run in the middle, by its 99th percentile; of an even number the worse one."""
    ascending = sorted(runs, key=lambda served: served.run.p99)
    return ascending[len(ascending) // 2]
