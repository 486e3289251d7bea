"""How long one line takes to somebody else when nothing else happens, and a synced commit alone."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.engine.figures import Times
from benchmarks.load import LoadError, Mode
from benchmarks.machine import pinned
from benchmarks.rounds import in_turn, say, that_can_run
from benchmarks.servers import (
    C_COALESCING,
    ECHO,
    PLAIN_TWISTED,
    TWISTCHAT,
    TWISTCHAT_SQLITE,
    CannotStartError,
    Program,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.rounds import Place

COMMIT = "a commit alone"
"""What a commit to SQLite takes, with no chat around it."""
PROGRAMS = (ECHO, PLAIN_TWISTED, TWISTCHAT, TWISTCHAT_SQLITE, C_COALESCING)
ONE_AT_A_TIME = Mode(window=1)
WARM = 1.5
"""Seconds that do not count. At first SQLite's write-ahead log grows, for some thousand commits;
from then on it is written over, and to write over something is synced in half the time."""


@dataclass(frozen=True, slots=True)
class Latency:
    """One run. In seconds."""

    program: str
    count: int
    p50: float
    p99: float


def commit_times(folder: Path, seconds: float) -> list[float]:
    """Commit one row after another to a new database there, each of them synced."""
    times: list[float] = []
    with (
        TemporaryDirectory(prefix=".benchmark-", dir=folder) as name,
        closing(sqlite3.connect(Path(name) / "alone.db", isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE said (number INTEGER PRIMARY KEY, text TEXT)")
        start = time.monotonic() + WARM
        while (begin := time.monotonic()) < start + seconds:
            connection.execute("INSERT INTO said (text) VALUES (?)", ("x" * 40,))
            if begin >= start:
                times.append(time.monotonic() - begin)
    return times


def _lines(program: Program, seconds: float, place: Place) -> Latency:
    # The echo server tells nobody else.
    clients, others_answer = (1, False) if program is ECHO else (2, True)
    with place.crowd(program, clients, senders=1, others_answer=others_answer) as crowd:
        crowd.people.run(ONE_AT_A_TIME, WARM)
        run = crowd.people.run(ONE_AT_A_TIME, seconds)
    return Latency(program.name, run.lines, run.echo_p50, run.echo_p99)


def measure(
    programs: Sequence[Program], *, rounds: int, seconds: float, place: Place
) -> list[Latency]:
    """Let two people talk on each program in turn, and commit in each round."""
    programs = that_can_run(programs)
    seen: list[Latency] = []
    for number in range(rounds):
        for program in in_turn(programs, number):
            say(f"round {number + 1} of {rounds}: one line at a time, {program.name}")
            try:
                seen.append(_lines(program, seconds, place))
            except (CannotStartError, LoadError) as error:
                say(f"{program.name}: {error}")
        with pinned(place.cores[0]):
            times = Times.of(commit_times(place.disk, seconds))
        assert times is not None
        seen.append(Latency(COMMIT, times.count, times.p50, times.p99))
    return seen
