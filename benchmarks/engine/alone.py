"""An engine with no server around it: events go in, and more go in when they come out.

    python -m benchmarks.engine.alone NAME URL SECONDS OUTSTANDING...

It is a process of its own, with the real reactor. So many events are always outstanding: when some
are delivered, as many are handed over in the next turn of the reactor, each by itself, as those are
that come from sockets. Prints a line of JSON for each number of outstanding events.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import deque
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.engine.commits import Commit, watch
from benchmarks.engine.figures import Alone, Measured, Times
from benchmarks.machine import pinned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.defer import Deferred

    from twistchat.engine import Committed, Engine

ROOT = Path(__file__).parents[2]
SPEAKERS = 10
TEXT = "This is what somebody says now.".ljust(40, ".")


def alone(
    engine: Measured, outstanding: Sequence[int], seconds: float, *, parent: Path, core: int
) -> list[Alone]:
    """Measure an engine on a core.

    Raises:
        CalledProcessError: it did not work.
    """
    with TemporaryDirectory(prefix="engine-", dir=parent) as folder, pinned(core):
        url = engine.url(Path(folder) / "chat.db")
        words = [engine.name, url, str(seconds), *map(str, outstanding)]
        command = [sys.executable, "-m", "benchmarks.engine.alone", *words]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return [_read(json.loads(line)) for line in done.stdout.splitlines()]


def _read(saved: dict[str, Any]) -> Alone:
    times, commits = Times(**saved.pop("times")), [Commit(*one) for one in saved.pop("commits")]
    return Alone(**saved, times=times, commits=commits)


class Driver:
    """Hands events to an engine, and takes them back."""

    def __init__(self, reactor: Any, engine: Engine) -> None:
        self._reactor = reactor
        self._engine = engine
        self._since: deque[float] = deque()
        self._end = 0.0
        self._talking = 0
        self._done: Deferred[None] | None = None
        self.took: list[float] = []

    def run(self, outstanding: int, seconds: float) -> Deferred[None]:
        """Keep so many outstanding for so long; fires when all have come back."""
        from twisted.internet.defer import Deferred

        self.took = []
        self._end = time.monotonic() + seconds
        self._talking = outstanding
        self._done = Deferred()
        self._hand_over(outstanding)
        return self._done

    def _hand_over(self, count: int) -> None:
        from twistchat.core.events import Said
        from twistchat.engine import Entry

        for index in range(count):
            now = time.monotonic()
            self._since.append(now)
            who = f"u{index % SPEAKERS:04}"
            self._engine.append([Entry(Said("#room", who, who, TEXT, action=False, at=now))])

    def deliver(self, batch: Sequence[Committed]) -> None:
        """Take back what was committed."""
        if self._done is None:
            return  # what it remembers of before
        now = time.monotonic()
        for committed in batch:
            assert committed.number, "an event was not kept"
            self.took.append(now - self._since.popleft())
        if now < self._end:
            self._reactor.callLater(0, self._hand_over, len(batch))
            return
        self._talking -= len(batch)
        if not self._talking:
            done, self._done = self._done, None
            self._reactor.callLater(0, done.callback, None)


async def _measure(reactor: Any, name: str, url: str, seconds: str, *outstanding: str) -> None:
    from twistchat.core.limits import DEFAULT_LIMITS
    from twistchat.engine.choice import read_choice
    from twistchat.engine.retention import Retention

    commits: list[Commit] = []
    watch(commits.append)
    engine = read_choice(url).open(reactor, DEFAULT_LIMITS, Retention())
    driver = Driver(reactor, engine)
    await engine.start(driver.deliver)
    for count in map(int, outstanding):
        await driver.run(count, 0.1)  # to get warm
        commits.clear()
        begin, before = time.monotonic(), time.process_time()
        await driver.run(count, float(seconds))
        wall, cpu = time.monotonic() - begin, time.process_time() - before
        times = Times.of(driver.took)
        assert times is not None
        seen = Alone(name, count, times.count, wall, cpu, times, commits)
        print(json.dumps(asdict(seen)), flush=True)
    await engine.stop()


if __name__ == "__main__":
    from twisted.internet.task import react

    react(_measure, sys.argv[1:])
