"""Coming back with a token: what a program must be told, in cases that were wrong once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from twistchat.core.limits import Limits
from twistchat.frontends.jsonlines.protocol import JSONFactory
from twistchat.testing import (
    ChatTestCase,
    Person,
    SlowEngine,
    World,
    program_in,
    sqlite_engine,
)
from twistchat.testing.people import FrontEnd

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.task import Clock

    from twistchat.engine import Committed, Engine


class ComingBackTests(ChatTestCase):
    front_end = FrontEnd(JSONFactory)
    limits = Limits(replay=0)

    def hello(self, **fields: Any) -> tuple[Person, list[dict[str, Any]]]:
        person = self.connect()
        return person, self.says(person, {"type": "hello", **fields})

    def says(self, person: Person, *lines: dict[str, Any]) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.typing(person, *map(json.dumps, lines))]

    def told(self, lines: list[dict[str, Any]], *types: str) -> list[Any]:
        return [(line["type"], line.get("number")) for line in lines if line["type"] in types]

    def test_a_room_may_be_spelled_in_another_way(self) -> None:
        ann, told = self.hello(name="ann")
        live = next(line for line in told if line["type"] == "live")
        self.says(ann, {"type": "say", "room": "#lobby", "text": "missed"})
        rooms = {"Lobby": [live["epoch"], 0]}  # and the first connection is still there
        _, told = self.hello(name="ann", token=told[1]["token"], rooms=rooms)
        self.assertEqual(self.told(told, "said", "live"), [("said", 1), ("live", 1)])

    def test_the_gap_of_an_epoch_comes_first(self) -> None:
        ann, _ = self.hello(name="ann")
        self.says(ann, {"type": "say", "room": "#lobby", "text": "hello"})
        _, told = self.hello(name="ben", rooms={"#lobby": ["another", 7]})
        self.assertEqual([line["type"] for line in told[2:5]], ["gap", "said", "live"])

    def test_nothing_of_an_earlier_life_is_told_before_the_welcome(self) -> None:
        ann, told = self.hello(name="ann")
        ann.types(json.dumps({"type": "rename", "name": "eve"}))
        ann.vanishes()
        back = self.connect(speaks_first=True)
        told = self.says(back, {"type": "hello", "name": "eve", "token": told[1]["token"]})
        self.assertEqual([line["type"] for line in told[:2]], ["hello", "welcome"])


class ComingBackOnSlowEngineTests(ComingBackTests):
    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        self.engine = SlowEngine(clock, limits, delay=0.01)
        return self.engine

    def test_what_cannot_be_read_is_a_gap(self) -> None:
        ann, told = self.hello(name="ann")
        live = next(line for line in told if line["type"] == "live")
        self.says(ann, {"type": "say", "room": "#lobby", "text": "missed"})

        def fails(*_: object, **__: object) -> None:
            raise OSError("the disk is broken")

        self.patch(self.engine._memory, "history", fails)
        _, told = self.hello(name="ben", rooms={"#lobby": [live["epoch"], 0]})
        self.assertEqual([line["type"] for line in told[2:5]], ["error", "gap", "live"])
        gap = told[3]
        self.assertEqual((gap["from"], gap["to"], gap["why"]), (1, 1, "unread"))
        self.flushLoggedErrors()

    def test_a_name_is_still_kept_for_whoever_is_lost_on_the_way_back(self) -> None:
        ann, told = self.hello(name="ann")
        ann.vanishes()
        back = self.connect(speaks_first=True)
        back.types(json.dumps({"type": "hello", "name": "ann", "token": told[1]["token"]}))
        back.vanishes()
        self.wait(1)
        _, told = self.hello(name="Ann")
        self.assertEqual([line.get("code") for line in told], [None, "name-kept"])


class ComingBackByHandTests(ChatTestCase):
    """On nc, where nobody says up to where they have read."""

    limits = Limits(replay=0)

    def setUp(self) -> None:
        super().setUp()
        self.ann, self.ben = self.people("ann", "ben")
        (line, *_) = self.typing(self.ann, "/token")
        self.resume = line.partition(": ")[2]
        self.wait(100)  # all that was told has surely arrived
        self.says("one")
        self.ann.vanishes()
        self.says("two")

    def says(self, text: str) -> None:
        self.wait(1)
        self.typing(self.ben, text)

    def comes_back(self) -> tuple[Person, list[str]]:
        person = self.connect()
        told = self.typing(person, self.resume)
        return person, [line.partition("] ")[2] for line in told if "<ben>" in line]

    def test_what_did_not_arrive_is_told_again(self) -> None:
        self.comes_back()  # and nothing of it arrives: nobody has noticed that yet
        self.assertEqual(self.comes_back()[1], ["? <ben> one", "? <ben> two"])

    def test_what_was_read_after_coming_back_is_marked(self) -> None:
        ann, missed = self.comes_back()
        self.assertEqual(missed, ["? <ben> one", "<ben> two"])
        self.says("three")
        ann.vanishes()
        self.says("four")
        missed = ["? <ben> one", "? <ben> two", "? <ben> three", "<ben> four"]
        self.assertEqual(self.comes_back()[1], missed)

    def test_what_has_surely_arrived_is_told_no_more(self) -> None:
        ann, _ = self.comes_back()
        self.wait(200)
        ann.vanishes()
        self.says("three")
        self.assertEqual(self.comes_back()[1], ["<ben> three"])

    def test_the_name_is_kept_again(self) -> None:
        ann, _ = self.comes_back()
        ann.vanishes()
        told = self.typing(self.connect(), "ann")
        self.assertTrue(any(line.startswith("-- Sorry, the name ann is kept") for line in told))


class ComingBackByHandOnSlowEngineTests(ComingBackByHandTests):
    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return SlowEngine(clock, limits, delay=0.01)


class ComingBackAfterARestartTests(SynchronousTestCase):
    def test_what_did_not_arrive_is_told_again(self) -> None:
        path = temporary_folder(self) / "chat.db"

        def start() -> World:
            world = World(lambda clock, limits: sqlite_engine(path, clock, limits))
            self.addCleanup(world.engine.stop)
            world.wait(1)
            return world

        world = start()
        ann, ben = world.people("ann", "ben")
        ann.types("/token")
        world.turn()
        resume = ann.sees()[0].partition(": ")[2]
        ben.types("one")
        world.wait(1)
        world.engine.stop()
        world.wait(1)

        world = start()
        told = []
        for _ in range(2):  # the first time nothing arrives, and nobody has noticed that
            ann = world.connect()
            ann.types(resume)
            world.turn()
            told.append([line for line in ann.sees() if "<ben>" in line])
        self.assertEqual(len(told[0]), 1)
        self.assertEqual(len(told[1]), 1)


ROOMS = [f"#r{number}" for number in range(5)]


class ManyRoomsTests(ChatTestCase):
    def test_who_comes_back_into_many_rooms_is_not_slowed(self) -> None:
        rooms = {f"#r{number}": None for number in range(45)}
        first = program_in(self.world)
        first.asks("hello", name="ann", rooms=rooms)
        self.turn()
        heard = first.hears()
        token = next(each["token"] for each in heard if each["type"] == "welcome")
        self.assertEqual(sum(each["type"] == "live" for each in heard), 20)
        first.vanishes()
        second = program_in(self.world)
        second.asks("hello", token=token, rooms=rooms)
        self.turn()
        self.assertEqual(sum(each["type"] == "live" for each in second.hears()), 45)

    def test_their_pages_are_read_one_after_the_other(self) -> None:
        world = World(SlowEngine)
        engine = world.engine
        assert isinstance(engine, SlowEngine)
        (ben,) = world.people("ben")
        for room in ROOMS:
            ben.types(f"/join {room}")
            ben.types("hello")
        world.turn()
        program = program_in(world)
        reading: list[str] = []
        history = engine.history

        def watched(log: str, **page: Any) -> Deferred[list[Committed]]:
            reading.append(log)
            return history(log, **page).addBoth(ended)

        def ended(found: list[Committed]) -> list[Committed]:
            self.assertEqual(len(reading), 1)
            reading.clear()
            return found

        self.patch(engine, "history", watched)
        program.asks("hello", name="ann", rooms=dict.fromkeys(ROOMS))
        world.turn()
        heard = program.hears()
        self.assertEqual([each["room"] for each in heard if each["type"] == "live"], ROOMS)
        self.assertEqual(sum(each.get("past", False) for each in heard), 5)
