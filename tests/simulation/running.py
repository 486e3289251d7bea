"""Plays the schedule of a seed, and finds the shortest that fails."""

from __future__ import annotations

import traceback
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.disk import DiskHouse
from tests.simulation.houses import House, SlowHouse
from tests.simulation.model import WrongError
from tests.simulation.play import Play
from tests.simulation.schedule import Step, make_schedule, shortest
from tests.simulation.shared import RedisHouse
from twistchat.core.limits import NONE, Limits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def limits_of(random: Random, *, guests: str = "") -> Limits:
    """Choose limits: some of them so low that they bite."""
    return Limits(
        crowd=NONE,
        rate=NONE,
        joins=NONE,
        renames=NONE,
        strangers=NONE,
        private_history=1_000,
        turn=random.choice((NONE, 12)),
        replay=random.choice((0, 2, 20)),
        stall=4.0,
        uncommitted=random.choice((NONE, NONE, 1_500)),
        uncommitted_age=random.choice((10.0, 0.5, 0.03)),
        history_time=random.choice((5.0, 0.01)),
        page=random.choice((200, 3)) if guests == "json" else 200,
        name_kept=random.choice((120.0, 3.0)) if guests == "json" else 120.0,
    )


HOUSES: dict[str, type[House]] = {
    "memory": House,
    "slow": SlowHouse,
    "sqlite": DiskHouse,
    "redis": RedisHouse,
}


def play(
    house: type[House],
    steps: Sequence[Step],
    random: Random,
    folder: Path,
    *,
    guests: str = "",
) -> None:
    """Play a schedule.

    Raises:
        WrongError: something is not as it must be; it has the story in its notes.
    """
    playing = Play(house(limits_of(random, guests=guests), random, folder), random)
    try:
        playing.play(steps)
    except Exception as error:  # whatever it is, the story belongs to it
        wrong = error if isinstance(error, WrongError) else WrongError(traceback.format_exc())
        wrong.add_note("\n".join(f"    {line}" for line in playing.story))
        if wrong is error:
            raise
        raise wrong from error


def run(engine: str, seed: int, folder: Path) -> None:
    """Play the schedule of a seed; if it fails, find the shortest that does."""
    name, _, guests = engine.partition("+")
    house, random = HOUSES[name], Random(seed)
    steps = make_schedule(random, has_faults=bool(house.faults), guests=guests)
    state = random.getstate()
    failed: list[WrongError] = []

    def fails(steps: Sequence[Step]) -> bool:
        random.setstate(state)
        try:
            play(house, steps, random, folder, guests=guests)
        except WrongError as wrong:
            failed.append(wrong)
        else:
            return False
        return True

    if fails(steps):
        fails(shortest(steps, fails))
        failed[-1].add_note(f"To play it again: python -m tests.simulation {engine} {seed}")
        raise failed[-1]
