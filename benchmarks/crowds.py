"""Many who come in and say nothing: how fast they come in, and how much memory they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.load import LoadError
from benchmarks.machine import resident
from benchmarks.rounds import in_turn, say, that_can_run, that_fit
from benchmarks.servers import (
    C_SEND,
    NGIRCD,
    PLAIN_TWISTED,
    THREAD_PER_SOCKET,
    CannotStartError,
    Program,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.rounds import Place

QUADRATIC = {C_SEND.name, NGIRCD.name, PLAIN_TWISTED.name, THREAD_PER_SOCKET.name}
"""Those that send to each one who is there a line of its own for each one who comes."""
FEW = 2000
"""How many may come into one of those: with ten times as many it takes a hundred times as long."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One crowd that came in."""

    program: str
    clients: int
    connect_seconds: float
    """Until the last was in."""
    quiet_seconds: float
    """Until nobody was told anything more."""
    idle_kib: float
    """Memory for each of them, when it was quiet."""


def measure(
    programs: Sequence[Program], sizes: Sequence[int], *, rounds: int, place: Place
) -> list[Arrival]:
    """Let a crowd come into each program in turn, round after round."""
    programs, sizes = that_can_run(programs), that_fit(sizes)
    seen: list[Arrival] = []
    for clients in sizes:
        able = [one for one in programs if clients <= FEW or one.name not in QUADRATIC]
        for number in range(rounds if able else 0):
            for program in in_turn(able, number):
                say(f"round {number + 1} of {rounds}: {clients} come in, {program.name}")
                try:
                    with place.crowd(program, clients, quiet=program.talk.hush) as crowd:
                        idle = (resident(crowd.pid) - crowd.empty_kib) / clients
                        people = crowd.people
                        took = people.connect_seconds, people.quiet_seconds
                except (CannotStartError, LoadError) as error:
                    say(f"{program.name} with {clients} clients: {error}")
                else:
                    seen.append(Arrival(program.name, clients, *took, idle))
    return seen
