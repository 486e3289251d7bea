"""Readers who have stopped reading while much is said: what is kept for them, and where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.load import LoadError, Mode
from benchmarks.machine import peak, resident
from benchmarks.rounds import in_turn, say
from benchmarks.servers import LINES, TWISTCHAT_LIMITS, CannotStartError, twistchat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.rounds import Place

TCP = Path("/proc/net/tcp")
ESTABLISHED = "01"
LONG = replace(LINES, prefix="x" * 3950)
"""Lines of 4 KB: twenty megabytes are not so many of them, and load and server keep up."""
LINE_BYTES = 4000
PATIENT = twistchat(
    "twistchat",
    engine="memory:",
    limits=(*TWISTCHAT_LIMITS, "queue=0", "queue-at-most=0", "stall=0", "crowd-time=0"),
    talk=LONG,
)
"""It drops nobody, however much waits for them."""
TALK = Mode(window=4)


@dataclass(frozen=True, slots=True)
class Stalled:
    """One run in which some did not read. In KiB."""

    clients: int
    stalled: int
    said: int
    """What everybody had to be told, altogether."""
    before: int
    """The server's memory when all were in."""
    after: int
    """When all others had heard everything."""
    peak: int
    kernel: int
    """What the kernel kept then, at both ends of all connections."""
    stayed: int
    """How many were still connected."""


def kept_by_kernel(port: int) -> tuple[int, int]:
    """How many connections a server has at its port, and how many bytes wait in them.

    Bytes that it sent and that nobody has read, whether they are at its end or at the other.
    """
    connections = waiting = 0
    for line in TCP.read_text(encoding="ascii").splitlines()[1:]:
        _, here, there, state, queues, *_ = line.split()
        sent, received = (int(part, 16) for part in queues.split(":"))
        if state == ESTABLISHED and int(here.partition(":")[2], 16) == port:
            connections += 1
            waiting += sent
        elif int(there.partition(":")[2], 16) == port:
            waiting += received
    return connections, waiting


def measure(
    clients: int, counts: Sequence[int], megabytes: float, *, rounds: int, place: Place
) -> list[Stalled]:
    """Let so many of the clients stop reading, each time on a new server, and say so much."""
    seen: list[Stalled] = []
    for number in range(rounds):
        for count in in_turn(counts, number):
            say(f"round {number + 1} of {rounds}: {count} of {clients} do not read")
            lines = round(megabytes * 1e6 / LINE_BYTES)
            try:
                with place.crowd(PATIENT, clients) as crowd:
                    before = resident(crowd.pid)
                    crowd.people.stall(count)
                    run = crowd.people.run(TALK, 600, lines)
                    connections, waiting = kept_by_kernel(crowd.port)
                    seen.append(
                        Stalled(
                            clients=clients,
                            stalled=count,
                            said=run.lines * LINE_BYTES // 1024,
                            before=before,
                            after=resident(crowd.pid),
                            peak=peak(crowd.pid),
                            kernel=waiting // 1024,
                            stayed=connections,
                        )
                    )
            except (CannotStartError, LoadError) as error:
                say(f"{count} of {clients} who do not read: {error}")
    return seen
