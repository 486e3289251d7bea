"""A whole server with an engine, and people who talk."""

from __future__ import annotations

import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.engine.commits import Commit, notes
from benchmarks.engine.figures import Measured, Served
from benchmarks.load import Mode, Run, connected
from benchmarks.machine import busy_seconds
from benchmarks.servers import TWISTCHAT_LIMITS, running, twistchat

if TYPE_CHECKING:
    from collections.abc import Sequence

STOPWATCH = Path(__file__).parent / "stopwatch.py"
LIMITS = (*TWISTCHAT_LIMITS, "crowd-time=0")
"""Who comes in is told at once, so that it is over before anybody talks."""
WARM_UP = Mode(rate=50), 0.3
"""What is said before it counts: the first lines pay for what is made once."""


def serve(
    engine: Measured,
    people: int,
    talkers: int,
    modes: Sequence[tuple[Mode, float]],
    *,
    load: Path,
    parent: Path,
    cores: tuple[int, int],
) -> list[Served]:
    """Start a server, let people in, and let some of them talk in each mode for so long.

    Raises:
        CannotStartError: the server did not start.
        LoadError: it did not stand it.
    """
    server_core, load_core = cores
    seen: list[tuple[Mode, Run, list[Commit], float]] = []
    with notes() as noted, TemporaryDirectory(prefix="engine-", dir=parent) as folder:
        database = Path(folder) / "chat.db"
        program = twistchat(
            engine.name,
            engine=engine.url(database),
            limits=LIMITS,
            twistd=(sys.executable, str(STOPWATCH), str(noted.file)),
            pass_fds=(noted.file,),
        )
        with (
            running(program, server_core) as (pid, port),
            connected(
                load,
                program.talk,
                port=port,
                pid=pid,
                clients=people,
                core=load_core,
                senders=talkers,
            ) as crowd,
        ):
            said = crowd.run(*WARM_UP).lines
            for mode, seconds in modes:
                begin, before = time.monotonic(), busy_seconds(cores)
                run = crowd.run(mode, seconds)
                end = time.monotonic()
                others = busy_seconds(cores) - before - run.server_cpu - run.load_cpu
                others = max(0.0, others / (end - begin))
                seen.append((mode, run, noted.between(begin, end), others))
                said += run.lines
        kept = None if engine.parameters is None else _events_in(database)
    return [
        Served(engine.name, people, mode, run, commits, said, kept, others)
        for mode, run, commits, others in seen
    ]


def _events_in(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM events").fetchone()
    return int(count)
