"""People on every wire in one room: they all talk at once, are cut off together, and come back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twisted.internet import reactor
from twisted.internet.task import deferLater

from tests.e2e.programs import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

    from tests.e2e.channels import Channel
    from tests.e2e.views import Spoken

ROOM = "#茶"

SHOWN = 20
"""How many past lines are shown on joining (`Limits.replay`)."""

END = "！"
"""Ends each text, so that a long one that IRC clients read in parts is known to be whole.

What is said has no byte 0x80 in it: GNU telnet takes that for Ctrl-C where it is on a pipe.
"""


@dataclass(slots=True)
class Stay:
    """What one connection was told of the room."""

    past: list[Spoken] = field(default_factory=list)
    live: list[Spoken] = field(default_factory=list)
    marked: set[str] = field(default_factory=set)
    """Texts of past lines that were told as perhaps read already."""
    is_in: bool = False
    """Whether it has come in, and been told the past."""


class Mate:
    """Somebody who talks in the room, over one connection after the other."""

    remembers: bool = True
    """Whether they are told all that they have missed; else the last lines."""
    marks: bool = False
    """Whether they may be told again, and marked, what they have read."""
    echoes: bool = True
    """Whether they hear what they say themselves."""
    longest: int = 300
    """How often they say a word where they say much."""
    replays_topics: bool = True
    """Whether they are told of the past also how the topic was changed."""
    repeats: bool = False
    """Whether they say again, as the same, what was not acknowledged."""

    def __init__(self, name: str, rng: Random) -> None:
        self.name = name
        self.stays: list[Stay] = []
        self.typed: list[str] = []
        self.is_talking = False
        self.wrong: list[str] = []
        self._rng = rng
        self._channel: Channel | None = None
        self._unheard: set[str] = set()

    def __str__(self) -> str:
        return self.name

    # ------------------------------------------------------------ coming and going

    async def come(self, port: int) -> None:
        """Come into the room of a server, and be told its past."""
        self._unheard.clear()
        self.stays.append(Stay())
        self._channel = await self._connect(port)
        await until(lambda: self.stays[-1].is_in, lambda: f"{self} did not come in")

    async def _connect(self, port: int) -> Channel:
        raise NotImplementedError  # each wire has its own way

    async def go(self) -> None:
        """End the connection; the server may be dead already."""
        self.is_talking = False
        if self._channel is not None:
            channel, self._channel = self._channel, None
            channel.hangs_up()
            await channel.over

    # ------------------------------------------------------------ talking

    def talk(self) -> None:
        """Talk from now on, each line when the one before it is heard."""
        self.is_talking = True
        self._say_next()

    async def be_quiet(self) -> None:
        """Say nothing more, and wait until all is heard."""
        self.is_talking = False
        await until(lambda: not self._unheard, lambda: f"{self} never heard {self._unheard}")

    def _say_next(self) -> None:
        if not self.is_talking or self._channel is None:
            return
        number, dice = len(self.typed), self._rng.randrange(20)
        text = f"{self.name}.{number}"
        match dice:
            case 0:
                text += " " + "茶" * self._rng.randrange(10, self.longest)
            case 1 | 2 | 3:
                text += " hello 世界"
            case 4:
                text += " café 🍵 ok"
        text += END
        self.typed.append(text)
        self._unheard.add(text)
        if dice > 15:
            self._does(text)
        elif dice == 15:
            self._sets_topic(text)
        else:
            self._says(text)

    def _says(self, text: str) -> None:
        raise NotImplementedError  # each wire has its own way

    def _does(self, text: str) -> None:
        raise NotImplementedError  # each wire has its own way

    def _sets_topic(self, text: str) -> None:
        raise NotImplementedError  # each wire has its own way

    def _write(self, line: str) -> None:
        if self._channel is not None:
            self._channel.says(line)

    def _hears(self, spoken: Spoken, *, is_past: bool = False, is_marked: bool = False) -> None:
        """Be told a line of the room."""
        if spoken.room != ROOM:
            return
        stay = self.stays[-1]
        (stay.past if is_past else stay.live).append(spoken)
        if is_marked:
            stay.marked.add(spoken.text)
        self._acknowledged(spoken.text)

    def _acknowledged(self, text: str) -> None:
        if text in self._unheard:
            self._unheard.remove(text)
            reactor.callLater(self._rng.uniform(0.005, 0.05), self._say_next)


async def until(holds: Callable[[], bool], lack: Callable[[], str]) -> None:
    """Wait until something holds."""
    for _ in range(int(PATIENCE / 0.01)):
        if holds():
            return
        await deferLater(reactor, 0.01)
    raise AssertionError(lack())


# ---------------------------------------------------------------- what is wrong


def faults(mate: Mate, order: Sequence[Spoken], *, is_over: bool = True) -> Iterator[str]:
    """Tell what is wrong in what somebody was told and has said, each in a sentence.

    `order` is the log of the room. When all is over, everything has been told, and all that is
    said again is kept.
    """
    yield from mate.wrong
    numbers = {spoken.text: number for number, spoken in enumerate(order, 1)}
    if len(numbers) != len(order):
        yield "a line is twice in the log"
    own = {n for n, line in enumerate(order, 1) if line.who == mate.name and not mate.echoes}
    read = 0
    for count, stay in enumerate(mate.stays, 1):
        told = [*stay.past, *stay.live]
        if odd := [line for line in told if order[numbers.get(line.text, 0) - 1] != line]:
            yield f"{mate} ({count}) was told what is not in the log: {odd[:2]}"
            return
        for line in stay.past:
            if mate.marks and numbers[line.text] <= read and line.text not in stay.marked:
                yield f"{mate} ({count}) had read this, and it is not marked: {line}"
        begins = numbers[stay.live[0].text] if stay.live else len(order) + 1
        untold = own | (set() if mate.replays_topics else _topics(order[: begins - 1]))
        first = numbers[told[0].text] if told else read + 1
        while first - 1 in untold:
            first -= 1
        # Whoever does not remember, or comes for the first time, is shown the last lines, however
        # many were missed.
        is_page = (count == 1 or not mate.remembers) and begins - first >= SHOWN
        if first > read + 1 and not is_page:
            yield f"{mate} ({count}) had read up to {read}, and was told {first}"
        if first <= read and mate.remembers and not mate.marks:
            yield f"{mate} ({count}) had read up to {read}, and was told {first} again"
        at = first - 1
        for line in told:
            number = numbers[line.text]
            if number <= at or not untold.issuperset(range(at + 1, number)):
                yield f"{mate} ({count}) was told {number} behind {at}: {line}"
            at = number
        read = max(read, at)
    if is_over and not own.issuperset(range(read + 1, len(order) + 1)):
        yield f"{mate} was never told what is behind {read}: there are {len(order)}"
    kept = [numbers[text] for text in mate.typed if text in numbers]
    if kept != sorted(kept):
        yield f"what {mate} said stands in another order"
    if is_over and mate.repeats and len(kept) != len(mate.typed):
        yield f"not all that {mate} said is in the log"


def _topics(lines: Sequence[Spoken]) -> set[int]:
    return {number for number, line in enumerate(lines, 1) if line.kind == "topic"}
