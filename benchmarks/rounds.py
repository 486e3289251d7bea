"""Programs that are started in turn, round after round, and talked on in each mode."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from benchmarks.load import SENDERS, CannotCompileError, Load, LoadError, Mode, build, connected
from benchmarks.machine import busy_seconds, most_clients, resident
from benchmarks.report import Sample
from benchmarks.servers import CannotStartError, Program, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_T = TypeVar("_T")


def say(words: str) -> None:
    """Tell how it goes, apart from the results."""
    print(words, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Clients who are all in one room of a server."""

    people: Load
    pid: int
    """Of the server."""
    port: int
    empty_kib: int
    """Its memory before they came."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where measuring takes place."""

    load: Path
    cores: tuple[int, int]
    """Of the server, and of the load."""
    disk: Path
    """A folder on the disk of those who keep something."""
    load_tls: Path | None = None
    """A load that speaks TLS too."""

    @classmethod
    @contextmanager
    def prepared(cls, cores: tuple[int, int], disk: Path, *, tls: bool = False) -> Iterator[Place]:
        """Compile the load."""
        with TemporaryDirectory(prefix="benchmark-") as name:
            folder = Path(name)
            load_tls = None
            if tls:
                try:
                    load_tls = build(folder, tls=True)
                except CannotCompileError as error:
                    say(f"TLS is left out: {error}")
            yield cls(build(folder), cores, disk, load_tls)

    @contextmanager
    def crowd(
        self,
        program: Program,
        clients: int,
        *,
        senders: int = SENDERS,
        others_answer: bool = False,
        quiet: float = 0.3,
    ) -> Iterator[Crowd]:
        """Start a program and let clients come in."""
        server_core, load_core = self.cores
        load = self.load_tls if program.talk.tls else self.load
        if load is None:
            raise CannotStartError("the load speaks no TLS here")
        with running(program, server_core, self.disk) as (pid, port):
            empty = resident(pid)
            with connected(
                load,
                program.talk,
                port=port,
                pid=pid,
                clients=clients,
                core=load_core,
                senders=senders,
                others_answer=others_answer,
                quiet=quiet,
            ) as people:
                yield Crowd(people, pid, port, empty)


def in_turn(programs: Sequence[_T], number: int) -> list[_T]:
    """Put them into the order of a round: nobody has always the same neighbour."""
    turn = number % len(programs)
    return [*programs[turn:], *programs[:turn]]


def that_can_run(programs: Sequence[Program]) -> list[Program]:
    """Those that are installed."""
    for program in programs:
        if not program.is_installed():
            say(f"{program.name} is not installed")
    return [program for program in programs if program.is_installed()]


def that_fit(sizes: Sequence[int]) -> list[int]:
    """How many clients this machine lets come in."""
    most = most_clients()
    for size in sizes:
        if size > most:
            say(f"{size} clients do not fit into ulimit -n: at most {most}")
    return [size for size in sizes if size <= most]


def talk(
    program: Program, clients: int, modes: Sequence[Mode], seconds: float, place: Place
) -> list[Sample]:
    """Start a program, let clients come in, and let them talk in each mode."""
    samples: list[Sample] = []
    try:
        with place.crowd(program, clients) as crowd:
            idle = (resident(crowd.pid) - crowd.empty_kib) / clients
            for mode in modes:
                begin, before = time.monotonic(), busy_seconds(place.cores)
                run = crowd.people.run(mode, seconds)
                others = busy_seconds(place.cores) - before - run.server_cpu - run.load_cpu
                others /= time.monotonic() - begin
                samples.append(
                    Sample(
                        clients=clients,
                        mode=str(mode),
                        program=program.name,
                        run=run,
                        connect_seconds=crowd.people.connect_seconds,
                        idle_kib=idle,
                        others=max(0.0, others),
                    )
                )
    except (CannotStartError, LoadError) as error:
        say(f"{program.name} with {clients} clients, after {len(samples)} runs: {error}")
    return samples


def talk_in_rounds(
    programs: Sequence[Program],
    sizes: Sequence[int],
    modes: Sequence[Mode],
    *,
    rounds: int,
    seconds: float,
    place: Place,
) -> list[Sample]:
    """Every program in turn, round after round: what slows the machine down slows down all.

    The samples stand by size, mode and program, in the order in which these are given.
    """
    programs, sizes = that_can_run(programs), that_fit(sizes)
    samples: list[Sample] = []
    for number in range(rounds if programs else 0):
        for clients in sizes:
            for program in in_turn(programs, number):
                say(f"round {number + 1} of {rounds}: {clients} clients, {program.name}")
                samples += talk(program, clients, modes, seconds, place)
    names = [program.name for program in programs]
    shown = [str(mode) for mode in modes]
    samples.sort(key=lambda one: (one.clients, shown.index(one.mode), names.index(one.program)))
    return samples
