"""What a chat of so many people costs, by a model of a few coefficients that were measured.

    python -m benchmarks.model            the tables of docs/scaling.md
    python -m benchmarks.model --write    put them there

A process works in *turns*: it reads what has come, has it kept, and tells everybody once. A turn
costs something by itself, something for each line in it, and something for each person who is
told. What comes while a turn goes on is in the next one; so a process that has much to do does
it in larger turns, and is full only when one takes too long.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "scaling.md"

LONGEST_TURN = 0.1
"""Seconds: more than that between saying and reading is felt."""

FULL = 0.5
"""How much of its core a process may need that takes turns as long as that: the rest is for those
who all come at once, for the people of another node that has died, and for the model's errors."""


COMING = 0.6e-3
"""Seconds of a core that somebody takes who comes in: see docs/performance.md."""

MOST = 50_000
"""People of one process, so that they are all back within half a minute of COMING each."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """What something costs: seconds of a core, and bytes."""

    turn: float
    """Of a turn by itself, with what keeping a batch costs."""
    line: float
    """Of a line that is said here: read, decided, kept, written once for all."""
    write: float
    """Of telling one person what a turn has brought, however much that is."""
    person: float
    """Bytes of somebody who is connected here."""
    far_line: float = 0.0
    """Of a line that was said at another node, besides telling it here."""
    far_person: float = 0.0
    """Bytes of somebody who is connected to another node."""
    store_batch: float = 0.0
    """Of a batch, in the process of Redis; and again for each node that reads it."""
    store_batch_read: float = 0.0
    store_line: float = 0.0
    """Of a line, there; and again for each node that reads it."""
    store_line_read: float = 0.0
    stored_line: float = 0.0
    """Bytes of a line there."""


ONE = Coefficients(turn=844e-6, line=13.7e-6, write=8.27e-6, person=6.6 * 1024)
"""One process with SQLite: see `fitted`, and docs/performance.md."""

SEVERAL = replace(
    ONE,
    far_line=15.5e-6,
    far_person=1_066,
    store_batch=400e-6,
    store_batch_read=110e-6,
    store_line=5e-6,
    store_line_read=2.1e-6,
    stored_line=185,
)
"""Processes that share a Redis (`appendfsync always`): what differs, of `benchmarks.nodes`."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many are there, and what they do."""

    people: int
    room: int
    """How many are in the room in which somebody says something."""
    every: float
    """Seconds from one line of somebody's to their next."""

    @property
    def lines(self) -> float:
        """How many are said in a second."""
        return self.people / self.every

    @property
    def deliveries(self) -> float:
        """How many are read in a second."""
        return self.lines * self.room


@dataclass(frozen=True, slots=True)
class Node:
    """How one of the processes fares."""

    full: float
    """How much of its core it needs, if it takes turns of LONGEST_TURN. When there is less to do it
    takes shorter ones, and more of its core, since a turn costs something by itself."""
    turn: float
    """Seconds that a turn takes: about as long a line is on its way here."""
    memory: float
    """Bytes."""


def node(costs: Coefficients, load: Load, nodes: int = 1) -> Node:
    """Tell how each of so many processes fares, among which everybody is spread."""
    here = load.people / nodes
    own, far = load.lines / nodes, load.lines * (nodes - 1) / nodes
    told = load.room / nodes
    """Of the people in a room, those who are here."""
    memory = here * costs.person + (load.people - here) * costs.far_person
    reading = own * costs.line + far * costs.far_line
    telling = load.lines * told * costs.write
    everybody = here * costs.write
    """Nobody is told more often than once a turn."""
    in_turn = costs.turn + reading * LONGEST_TURN + min(telling * LONGEST_TURN, everybody)
    if load.lines * costs.turn + reading + telling <= 1:
        # Each line in a turn of its own, wherever it was said.
        takes = costs.turn + costs.line + told * costs.write
    else:  # turns grow until they keep up
        telling_all = (costs.turn + everybody) / (1 - reading) if reading < 1 else inf
        telling_some = costs.turn / (1 - reading - telling) if reading + telling < 1 else inf
        takes = min(telling_all, telling_some)
    return Node(in_turn / LONGEST_TURN, takes, memory)


def store(costs: Coefficients, load: Load, nodes: int) -> float:
    """Tell how much of its core Redis needs, if the nodes take turns of LONGEST_TURN.

    In each turn a node puts a batch there, and reads what all others have.
    """
    turns = nodes * (costs.store_batch + costs.store_batch_read) / LONGEST_TURN
    lines = load.lines * (costs.store_line + nodes * costs.store_line_read)
    return turns + lines


def is_enough(costs: Coefficients, load: Load, nodes: int) -> bool:
    """Whether so many processes can do it, whatever Redis can."""
    return load.people <= nodes * MOST and node(costs, load, nodes).full <= FULL


def enough(costs: Coefficients, load: Load, most: int = 500) -> int | None:
    """Tell how many processes are needed; None: they, or Redis, could not do it."""
    counts = range(1, most + 1)
    count = next((count for count in counts if is_enough(costs, load, count)), None)
    return None if count is None or store(costs, load, count) > FULL else count


def full_at(costs: Coefficients, room: int, every: float) -> int:
    """Tell how many people one process can have."""
    few, many = 0, 10_000_000
    while many - few > 1:
        people = (few + many) // 2
        if is_enough(costs, Load(people, min(room, people), every), 1):
            few = people
        else:
            many = people
    return few


# ------------------------------------------------------------------------ the fit


@dataclass(frozen=True, slots=True)
class Measured:
    """What a line has cost that was said to some."""

    mode: str
    shared: float
    """How many lines there were in a turn."""
    people: int
    cost: float
    """Seconds of a core for each line that was delivered."""


MEASURED = tuple(
    Measured(mode, shared, people, cost * 1e-6)
    for mode, shared, costs in (
        ("20/s", 1, (168, 24.2, 11.5)),
        ("x1", 10, (9.43, 1.31, 1.03)),
        ("x64", 335, (2.14, 0.178, 0.0358)),
    )
    for people, cost in zip((10, 100, 1000), costs, strict=True)
)
"""twistchat-sqlite in docs/performance.md; x1 has ten senders, x64 some 335 lines to a commit."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a line has cost all processes together that share a Redis."""

    people: int
    nodes: int
    mode: str
    shared: float
    cost: float
    """Seconds of a core, for each line."""
    store: float
    """Seconds of Redis's."""


SHARED = tuple(
    Shared(people, nodes, mode, shared, cost * 1e-6, store * 1e-6)
    for people, mode, shared, figures in (
        (60, "20/s", 1, ((1370, 500), (1989, 750), (2830, 750))),
        (600, "20/s", 1, ((4829, 250), (5765, 500), (5994, 606))),
        (60, "x64", 335, ((22.1, 6.79), (38.0, 9.15), (52.6, 11.4))),
        (600, "x64", 335, ((33.0, 7.52), (42.5, 9.03), (74.0, 9.68))),
    )
    for nodes, (cost, store) in enumerate(figures, 1)
)
"""`python -m benchmarks.nodes --clients 60` and 600, three rounds, while others worked there."""


def fitted(points: Sequence[Measured]) -> tuple[float, float, float]:
    """Find what a turn, a line and a write cost, so that the relative errors are least."""
    rows = []
    for point in points:
        cost = point.cost * point.people
        rows.append([1 / point.shared / cost, 1 / cost, point.people / point.shared / cost])
    matrix = [
        [sum(row[i] * row[j] for row in rows) for j in range(3)] + [sum(row[i] for row in rows)]
        for i in range(3)
    ]
    for i in range(3):  # Gauss and Jordan; the three are never alike
        pivot = matrix[i][i]
        matrix[i] = [value / pivot for value in matrix[i]]
        for j in range(3):
            if j != i:
                factor = matrix[j][i]
                matrix[j] = [a - factor * b for a, b in zip(matrix[j], matrix[i], strict=True)]
    return matrix[0][3], matrix[1][3], matrix[2][3]


def predicted(costs: Coefficients, point: Measured) -> float:
    """Tell what the model says of what was measured."""
    once = (costs.turn + point.people * costs.write) / point.shared + costs.line
    return once / point.people


def predicted_shared(costs: Coefficients, seen: Shared) -> tuple[float, float]:
    """Tell what the model says of that: of the processes, and of Redis."""
    turns = (seen.nodes * costs.turn + seen.people * costs.write) / seen.shared
    batch = costs.store_batch + seen.nodes * costs.store_batch_read
    line = costs.store_line + seen.nodes * costs.store_line_read
    reading = costs.line + (seen.nodes - 1) * costs.far_line
    return turns + reading, batch / seen.shared + line


# ------------------------------------------------------------------------ the tables


def number(value: float) -> str:
    """Write a number as long as it says something."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def percent(part: float) -> str:
    """Write a part of a core."""
    return f"{part:.0%}".replace("%", " %")


def size(memory: float) -> str:
    """Write how much memory that is."""
    return f"{memory / 2**20:,.0f} MiB" if memory < 2**30 else f"{memory / 2**30:,.1f} GiB"


def off(model: float, measured: float) -> str:
    """Write how far the model is off."""
    return f"{model / measured - 1:+.0%}".replace("%", " %")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table as Markdown has it."""
    lines = [headings, ["---:"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def check_table() -> str:
    """Compare the model with what it was made of."""
    return table(
        ["how", "people", "measured, µs", "by the model", "off by"],
        (
            [
                point.mode,
                f"{point.people:,}",
                number(point.cost * 1e6),
                number(predicted(ONE, point) * 1e6),
                off(predicted(ONE, point), point.cost),
            ]
            for point in MEASURED
        ),
    )


def full_table() -> str:
    """Tell when one process is full."""
    return table(
        ["a line of each, every", "rooms of 10", "rooms of 100", "rooms of 1,000", "one room"],
        (
            [name, *(f"{full_at(ONE, room, every):,}" for room in (10, 100, 1_000, 10_000_000))]
            for name, every in (("10 s", 10.0), ("minute", 60.0), ("10 minutes", 600.0))
        ),
    )


SIZES = (1_000, 10_000, 100_000, 1_000_000)


def nodes_table(costs: Coefficients) -> str:
    """Tell what several processes need, from a thousand people to a million."""

    def row(people: int, room: int, every: float) -> Sequence[str]:
        load = Load(people, room, every)
        first = [
            f"{people:,}",
            f"{room:,}",
            f"{every / 60:g} min",
            number(load.lines),
            number(load.deliveries),
        ]
        count = enough(costs, load)
        if count is None:
            return [*first, "too much for one Redis", "", "", ""]
        each = node(costs, load, count)
        return [
            *first,
            str(count),
            percent(each.full),
            size(each.memory * count),
            percent(store(costs, load, count)),
        ]

    return table(
        [
            "people",
            "in a room",
            "a line every",
            "lines/s",
            "deliveries/s",
            "processes",
            "each",
            "memory",
            "Redis",
        ],
        (
            row(people, room, every)
            for room, every in ((100, 60.0), (1_000, 600.0), (10, 600.0))
            for people in SIZES
        ),
    )


def shared_table() -> str:
    """Compare the model with one, two and three real processes."""
    rows = []
    for seen in SHARED:
        processes, redis = predicted_shared(SEVERAL, seen)
        rows.append(
            [
                f"{seen.people:,}",
                seen.mode,
                str(seen.nodes),
                number(seen.cost * 1e6),
                number(processes * 1e6),
                off(processes, seen.cost),
                number(seen.store * 1e6),
                number(redis * 1e6),
            ]
        )
    return table(
        ["people", "how", "processes", "measured, µs", "model", "off by", "Redis, µs", "model"],
        rows,
    )


TABLES: dict[str, Callable[[], str]] = {
    "check": check_table,
    "full": full_table,
    "shared": shared_table,
    "nodes": lambda: nodes_table(SEVERAL),
}


def with_tables(text: str) -> str:
    """Put the tables into the guide, between the comments that name them."""
    for name, make in TABLES.items():
        begin, end = f"<!-- {name} -->\n", "<!-- end -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{make()}\n\n{end}{after}"
    return text


def main(words: Sequence[str] | None = None) -> int:
    """Print the tables, or write them into the guide."""
    parser = argparse.ArgumentParser(prog="model", description="What a chat costs.")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {GUIDE.name}")
    options = parser.parse_args(words)
    if options.write:
        GUIDE.write_text(with_tables(GUIDE.read_text("utf-8")), "utf-8")
        return 0
    for name, make in TABLES.items():
        print(f"{name}:\n\n{make()}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
