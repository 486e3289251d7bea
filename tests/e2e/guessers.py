"""People who guess at passwords, and how long a line takes for those who talk meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater

from tests.e2e.programs import Caller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.e2e.programs import Server

ASKED = r"^-- The password of \S+\?"

WRONG = "-- Sorry, that is not the password"

SLOWED = "-- Sorry, too many wrong passwords"


class Lag(NamedTuple):
    """How long lines took, from being typed to being heard by somebody else: seconds."""

    median: float
    most: float
    """Nineteen of twenty were as fast."""
    longest: float
    lines: int

    def __str__(self) -> str:
        median, most, longest = (f"{1000 * each:.1f}" for each in self[:3])
        return f"{median} ms, 95 % {most} ms, at most {longest} ms ({self.lines} lines)"


async def talk(speaker: Caller, listener: Caller, until: Deferred[Any], called: str) -> Lag:
    """Say one line after the other until something is over."""
    took: list[float] = []
    while not (until.called and len(took) >= 20):
        begun = time.perf_counter()
        speaker.types(f"{called} {len(took)}.")
        await listener.heard.until(rf"^<\S+> {called} {len(took)}\.$")
        took.append(time.perf_counter() - begun)
        await deferLater(reactor, 0.01)
    took.sort()
    return Lag(took[len(took) // 2], took[len(took) * 19 // 20], took[-1], len(took))


async def guess(server: Server, name: str, source: str, times: int) -> Sequence[str]:
    """Call from an address, and give wrong passwords for a name; returns what one is told."""
    guesser = await Caller.call(server.port, source=source)
    guesser.types(f"/login {name}")
    await guesser.heard.until(ASKED)
    told: list[str] = []
    for number in range(times):
        guesser.types(f"wrong {number}")
        while True:
            told = [line for line in guesser.lines if line.startswith((WRONG, SLOWED))]
            if len(told) > number:
                break
            await deferLater(reactor, 0.005)
    await guesser.leave()
    return told


async def guess_from(server: Server, sources: Sequence[str], times: int) -> list[str]:
    """Let them guess, all at once, at an account that there is and at names that there are not."""
    guessing = [
        Deferred.fromCoroutine(
            guess(server, "alice" if number % 8 == 0 else f"nobody{number}", source, times)
        )
        for number, source in enumerate(sources)
    ]
    return [line for told in await gatherResults(guessing) for line in told]
