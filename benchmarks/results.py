"""Everything that was measured: saved as JSON, read again, and asked for medians."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.crowds import Arrival
from benchmarks.latency import Latency
from benchmarks.load import Run
from benchmarks.report import Sample
from benchmarks.stalled import Stalled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.engine.__main__ import Result

PARTS = ("fanout", "json", "tls", "engine", "latency", "memory", "connect")


@dataclass(slots=True)
class Results:
    """What one run of all benchmarks has shown."""

    about: dict[str, Any]
    """The machine, and what was asked for."""
    parts: list[str]
    """What was measured, of `PARTS`."""
    talked: dict[str, list[Sample]] = field(default_factory=dict)
    """By part: `fanout`, `json`, `tls`."""
    engine: dict[str, Any] = field(default_factory=dict)
    """The sentence about the disk, the tables, and everything that is saved of it."""
    latency: list[Latency] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    stalled: list[Stalled] = field(default_factory=list)

    def take(self, result: Result) -> None:
        """Take in what the engines have shown."""
        self.engine = {
            "disk": result.disk,
            "tables": result.tables,
            "is_complete": result.is_complete,
            "raw": json.loads(result.saved),
        }

    def saved(self) -> str:
        """Write everything as JSON, each single run too."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def read(cls, text: str) -> Results:
        """Read what was saved."""
        saved: dict[str, Any] = json.loads(text)
        talked = {
            part: [Sample(**one | {"run": Run(**one["run"])}) for one in samples]
            for part, samples in saved.pop("talked").items()
        }
        lists: dict[str, Any] = {
            "latency": [Latency(**one) for one in saved.pop("latency")],
            "arrivals": [Arrival(**one) for one in saved.pop("arrivals")],
            "stalled": [Stalled(**one) for one in saved.pop("stalled")],
        }
        return cls(talked=talked, **lists, **saved)

    # ------------------------------------------------------------ medians; None: not measured

    def cpu(self, program: str, clients: int, mode: str) -> float | None:
        """Microseconds of processor time for each delivered line, in the fan-out."""
        return middle(
            one.figures()["cpu_us_per_delivery"]
            for one in self.talked.get("fanout", ())
            if (one.program, one.clients, one.mode) == (program, clients, mode)
        )

    def p50(self, program: str) -> float | None:
        """Seconds that one line takes when nothing else happens."""
        return middle(one.p50 for one in self.latency if one.program == program)

    def idle_kib(self, program: str, clients: int) -> float | None:
        """Memory for each of so many idle clients."""
        return middle(one.idle_kib for one in self._arrived(program, clients))

    def quiet_seconds(self, program: str, clients: int) -> float | None:
        """How long until so many were in and nobody was told anything more."""
        return middle(one.quiet_seconds for one in self._arrived(program, clients))

    def _arrived(self, program: str, clients: int) -> list[Arrival]:
        return [one for one in self.arrivals if (one.program, one.clients) == (program, clients)]


def middle(values: Iterable[float]) -> float | None:
    """The median; None of nothing."""
    each = list(values)
    return median(each) if each else None
