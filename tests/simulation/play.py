"""Plays a schedule, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.logger import ILogObserver, globalLogPublisher
from zope.interface import implementer

from tests.simulation.checker import ROOMS, Life
from tests.simulation.club import Club
from tests.simulation.company import Company
from tests.simulation.model import PADDING, must
from tests.simulation.people import Someone, Typed
from tests.simulation.records import Records
from tests.simulation.schedule import BY_IRC, TOGETHER, Step
from twistchat.session import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from twisted.logger import LogEvent

    from tests.simulation.houses import House
    from tests.simulation.watched import Kept

NAMES = ("ann", "Ann", "ben", "小明", "dö", "eve")
PEOPLE = 6
MOMENTS = (0.0, 0.0, 0.0003, 0.001, 0.004, 0.02, 0.1)

EXPECTED = ("what was said in {room} could not be read", "a name could not be claimed")
"""Failures that are logged where an engine fails."""


@implementer(ILogObserver)
class Failures:
    """What is logged as a failure, though no engine was made to fail in that way."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def __call__(self, event: LogEvent) -> None:
        """Take notice of what is logged. Called by Twisted."""
        failure = event.get("log_failure")
        if failure is not None and event["log_format"] not in EXPECTED:
            self.found.append(f"{event['log_format']}: {failure.getTraceback()}")


class Play:
    """One schedule, played in one house."""

    def __init__(self, house: House, random: Random) -> None:
        self.house = house
        self.random = random
        self.story: list[str] = []
        """What was done, to be read."""
        self._before: Kept = {}
        self._words = 0
        self._names = 0
        self._failures = Failures()
        self.company = Company(house, self.story, self._new_words)
        self.club = Club(house, self.story, self._new_words)
        self._begin()

    def play(self, steps: Sequence[Step]) -> None:
        """Do it all, and check it.

        Raises:
            WrongError: something is not as it must be.
        """
        globalLogPublisher.addObserver(self._failures)
        try:
            for step in steps:
                if step.verb in TOGETHER:
                    getattr(self.company, step.verb)(step)
                elif step.verb in BY_IRC:
                    getattr(self.club, step.verb)(step)
                else:
                    getattr(self, f"_{step.verb}")(step)
                self._look()
            self._rest()
        finally:
            globalLogPublisher.removeObserver(self._failures)
            self.house.close()

    # ------------------------------------------------------------ a life of the server

    def _begin(self) -> None:
        self.house.open()
        self.company.begin()
        self.club.begin()
        self.people: list[Someone] = []
        self.witness = self._connect("witness")
        for room in ROOMS[1:]:
            self.witness.types(Typed("joined", room), f"/join {room}")
        self.house.world.wait(0.3)
        self.witness.sends_all()
        self.house.world.wait(1.0)
        self._look()

    def _end(self, *, is_at_rest: bool = False) -> None:
        """Check a life that is over."""
        self._look()
        must(not self._failures.found, "a failure was logged", *self._failures.found[:1])
        kept = self.house.kept()
        life = Life(
            witness=self.witness,
            people=self.people,
            others=self.company.texts | self.club.texts,
            names=self.company.names | self.club.names,
            before=self._before,
            after=kept,
            limits=self.house.limits,
        )
        life.check(is_at_rest=is_at_rest)
        Records(life, self.company).check(is_at_rest=is_at_rest)
        self.club.check(kept, is_at_rest=is_at_rest)
        self.house.watched.check(kept)
        self._before = kept if self.house.lasts else {}

    def _rest(self) -> None:
        """Let everything be well, and all that is under way come to its end."""
        self.story.append("everything is well, for long enough")
        self.house.mend()
        for someone in self.people:
            someone.is_stalled = False
            someone.person.wire.flow()
            someone.sends_all()
        for _ in range(5):
            self.company.end()
            self.club.end()
            self.house.world.wait(6.0)
            self._look()
        self.club.compare()
        self.story.append("the server stops")
        self.house.stop()
        self._end(is_at_rest=True)
        left = self.house.world.clock.getDelayedCalls()
        must(not left, "there is more to come", *left[:1])

    def _stop(self, step: Step) -> None:
        self.story.append("the server stops, and starts again")
        for someone in self.people:
            if step.how % 2:
                someone.person.wire.flow()
                someone.is_stalled = False
        self.house.stop()
        self._end()
        self._begin()

    def _crash(self, _: Step) -> None:
        self.story.append("the server is killed, and starts again")
        self._look()
        for someone in (self.witness, *self.people):
            someone.is_lost = True
        self.company.killed(self.random.random)
        self.club.killed()
        self.house.crash()
        self._end()
        self._begin()

    def _look(self) -> None:
        self.company.look()
        self.club.look()
        for someone in (self.witness, *self.people):
            someone.is_lost |= someone.person.wire.is_aborted
            for line in someone.looks():
                if line.startswith("-- Sorry") and not someone.name:
                    self._says_name(someone, self._fresh())
                    someone.sends_all()
        sessions = self.house.world.registry.people
        names = [one.name.casefold() for one in sessions if one.state is State.IN]
        must(len(set(names)) == len(names), "a name of two people", names)

    # ------------------------------------------------------------ people

    def _connect(self, name: str) -> Someone:
        someone = Someone(self.house.world.connect(speaks_first=True))
        self._says_name(someone, name)
        return someone

    def _says_name(self, someone: Someone, name: str) -> None:
        someone.types(Typed("welcome", name), name)

    def _fresh(self) -> str:
        self._names += 1
        return f"p{self._names}"

    def _new_words(self, how: int) -> str:
        self._words += 1
        return f"w{self._words}" + (PADDING if how % 11 == 0 else "")

    def _one(self, step: Step) -> Someone | None:
        """Find whom a step is about."""
        here = [one for one in self.people if one.name and self._is_here(one)]
        return here[step.who % len(here)] if here else None

    def _is_here(self, one: Someone) -> bool:
        return one.person.is_connected and not (one.is_lost or one.is_leaving)

    def _come(self, step: Step) -> None:
        if sum(map(self._is_here, self.people)) >= PEOPLE:
            return
        is_fresh = step.how % 3 == 0
        name = self._fresh() if is_fresh else NAMES[step.who % len(NAMES)]
        someone = self._connect(name)
        self.people.append(someone)
        more = step.how % 4 if is_fresh and not self.house.may_refuse_names else 0
        for _ in range(more):
            words = self._new_words(1)
            someone.types(Typed("said", words), words)
        self.story.append(f"{name} comes in" + (f", and says {more} things" if more else ""))
        someone.sends_all()

    def _typing(self, step: Step, typed: Typed, line: str) -> None:
        """Let somebody type a line; it may be sent later, or in pieces."""
        someone = self._one(step)
        assert someone is not None
        someone.types(typed, line)
        match step.how % 5:
            case 0:
                how = "not sent yet"
            case 1:
                how = "sent in two packets"
                someone.sends_all(split=0.5)
            case 2:
                how = "sent in part"
                someone.sends(len(line) // 2)
            case _:
                how = "sent"
                someone.sends_all()
        self.story.append(f"{someone.name} types {line[:60]!r} ({how})")

    def _say(self, step: Step) -> None:
        if (someone := self._one(step)) is not None:
            words = self._new_words(step.how)
            room = someone.rooms[step.how % len(someone.rooms)]
            self._typing(step, Typed("said", words), f"/msg {room} {words}")

    def _topic(self, step: Step) -> None:
        if (someone := self._one(step)) is not None:
            words = self._new_words(1)
            room = someone.rooms[step.how % len(someone.rooms)]
            self._typing(step, Typed("topic", words), f"/topic {room} {words}")

    def _history(self, step: Step) -> None:
        if (someone := self._one(step)) is not None:
            room = someone.rooms[step.how % len(someone.rooms)]
            limit = min(step.how % 7 + 1, self.house.limits.page)
            self._typing(step, Typed("history", room, limit), f"/history {room} {limit}")

    def _join(self, step: Step) -> None:
        someone = self._one(step)
        others = [room for room in ROOMS if someone and room not in someone.rooms]
        if someone is not None and others:
            room = others[step.how % len(others)]
            someone.rooms.append(room)
            self._typing(step, Typed("joined", room), f"/join {room}")

    def _leave(self, step: Step) -> None:
        someone = self._one(step)
        if someone is not None and len(someone.rooms) > 1:
            room = someone.rooms.pop(step.how % len(someone.rooms))
            words = self._new_words(1)
            self._typing(step, Typed("left", words), f"/leave {room} {words}")

    def _rename(self, step: Step) -> None:
        if self._one(step) is not None:
            name = self._fresh() if step.how % 4 == 0 else NAMES[step.how % len(NAMES)]
            self._typing(step, Typed("renamed", name), f"/nick {name}")

    def _whisper(self, step: Step) -> None:
        someone, other = self._one(step), self._one(Step("", step.how, 0))
        if someone is not None and other is not None and someone is not other:
            words = self._new_words(1)
            self._typing(step, Typed("whispered", words), f"/msg {other.name} {words}")

    # ------------------------------------------------------------ connections

    def _quit(self, step: Step) -> None:
        if (someone := self._one(step)) is not None:
            someone.is_leaving = True
            if step.how % 3 == 0:
                self.story.append(f"{someone.name} sends the end of input")
                someone.sends_all()
                someone.typed.append(Typed("goodbye", ""))
                someone.person.ends_input()
            else:
                self.story.append(f"{someone.name} quits")
                someone.types(Typed("goodbye", ""), f"/quit {self._new_words(1)}")
                someone.sends_all()

    def _lose(self, step: Step) -> None:
        if (someone := self._one(step)) is not None:
            self.story.append(f"{someone.name} is lost")
            someone.looks()
            someone.is_lost = True
            if step.how % 2:
                someone.person.vanishes()
            else:
                someone.person.hangs_up()

    def _stall(self, step: Step) -> None:
        if (someone := self._one(step)) is not None:
            self.story.append(f"{someone.name} stops reading")
            someone.is_stalled = True
            someone.person.wire.stall()

    def _flow(self, step: Step) -> None:
        stalled = [one for one in self.people if one.is_stalled]
        if stalled:
            someone = stalled[step.who % len(stalled)]
            self.story.append(f"{someone.name} reads again")
            someone.is_stalled = False
            someone.person.wire.flow()

    # ------------------------------------------------------------ time and faults

    def _moment(self, step: Step) -> None:
        self._let(MOMENTS[step.how % len(MOMENTS)])

    def _wait(self, step: Step) -> None:
        self._let((0.3, 1.0, 6.0)[step.how % 3])

    def _let(self, seconds: float) -> None:
        self.story.append(f"{seconds} s go by")
        self.house.world.wait(seconds)

    def _fault(self, step: Step) -> None:
        fault = self.house.faults[step.how % len(self.house.faults)]
        self.story.append(f"the engine: {fault}")
        self.house.harm(fault)
