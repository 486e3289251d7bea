"""Every wire on every engine; and several wires in one room."""

from __future__ import annotations

from tests.contract import moderation, scenarios
from tests.contract.wires import IRCWire, JSONWire, LineWire, WebWire
from tests.engines import OnRedis, OnSlowEngine, OnSQLite
from tests.irc.reading import READING_IRC
from tests.web.browsers import WEB
from twistchat.testing import JSON, LINE, ChatTestCase


class LineTests(LineWire, scenarios.Scenarios):
    """People on nc."""


class LineOnSlowEngineTests(OnSlowEngine, LineTests):
    """The same, with commits that take a while."""


class LineOnSQLiteTests(OnSQLite, LineTests):
    """The same, on a database."""


class LineOnRedisTests(OnRedis, LineTests):
    """The same, on a node of several."""


class LineModerationTests(LineWire, moderation.ModerationScenarios):
    """People on nc."""


class LineModerationOnSlowEngineTests(OnSlowEngine, LineModerationTests):
    """The same, with commits that take a while."""


class LineModerationOnSQLiteTests(OnSQLite, LineModerationTests):
    """The same, on a database."""


class LineModerationOnRedisTests(OnRedis, LineModerationTests):
    """The same, on a node of several."""


class LineFullTests(LineWire, scenarios.FullScenarios):
    """People on nc."""


class LineSlowReaderTests(LineWire, scenarios.SlowReaderScenarios):
    """People on nc."""


class JSONTests(JSONWire, scenarios.Scenarios):
    """Programs."""


class JSONOnSlowEngineTests(OnSlowEngine, JSONTests):
    """The same, with commits that take a while."""


class JSONOnSQLiteTests(OnSQLite, JSONTests):
    """The same, on a database."""


class JSONOnRedisTests(OnRedis, JSONTests):
    """The same, on a node of several."""


class JSONModerationTests(JSONWire, moderation.ModerationScenarios):
    """Programs."""


class JSONModerationOnSlowEngineTests(OnSlowEngine, JSONModerationTests):
    """The same, with commits that take a while."""


class JSONModerationOnSQLiteTests(OnSQLite, JSONModerationTests):
    """The same, on a database."""


class JSONModerationOnRedisTests(OnRedis, JSONModerationTests):
    """The same, on a node of several."""


class JSONFullTests(JSONWire, scenarios.FullScenarios):
    """Programs."""


class JSONSlowReaderTests(JSONWire, scenarios.SlowReaderScenarios):
    """Programs."""


class WebTests(WebWire, scenarios.Scenarios):
    """Browsers."""


class WebOnSlowEngineTests(OnSlowEngine, WebTests):
    """The same, with commits that take a while."""


class WebOnSQLiteTests(OnSQLite, WebTests):
    """The same, on a database."""


class WebOnRedisTests(OnRedis, WebTests):
    """The same, on a node of several."""


class WebModerationTests(WebWire, moderation.ModerationScenarios):
    """Browsers."""


class WebModerationOnSlowEngineTests(OnSlowEngine, WebModerationTests):
    """The same, with commits that take a while."""


class WebModerationOnSQLiteTests(OnSQLite, WebModerationTests):
    """The same, on a database."""


class WebModerationOnRedisTests(OnRedis, WebModerationTests):
    """The same, on a node of several."""


class WebFullTests(WebWire, scenarios.FullScenarios):
    """Browsers."""


class WebSlowReaderTests(WebWire, scenarios.SlowReaderScenarios):
    """Browsers."""


class IRCTests(IRCWire, scenarios.Scenarios):
    """IRC clients."""


class IRCOnSlowEngineTests(OnSlowEngine, IRCTests):
    """The same, with commits that take a while."""


class IRCOnSQLiteTests(OnSQLite, IRCTests):
    """The same, on a database."""


class IRCOnRedisTests(OnRedis, IRCTests):
    """The same, on a node of several."""


class IRCModerationTests(IRCWire, moderation.ModerationScenarios):
    """IRC clients."""


class IRCModerationOnSlowEngineTests(OnSlowEngine, IRCModerationTests):
    """The same, with commits that take a while."""


class IRCModerationOnSQLiteTests(OnSQLite, IRCModerationTests):
    """The same, on a database."""


class IRCModerationOnRedisTests(OnRedis, IRCModerationTests):
    """The same, on a node of several."""


class IRCFullTests(IRCWire, scenarios.FullScenarios):
    """IRC clients."""


class IRCSlowReaderTests(IRCWire, scenarios.SlowReaderScenarios):
    """IRC clients."""


class SeveralWiresTests(ChatTestCase):
    def test_everybody_in_a_room_is_told_the_same_in_one_order(self) -> None:
        wires = {
            "ann": LINE,
            "bot": JSON,
            "cat": READING_IRC,
            "dot": JSON,
            "eve": READING_IRC,
            "fay": WEB,
        }
        people = [
            person
            for name, front_end in wires.items()
            for person in self.world.people(name, front_end=front_end)
        ]
        for turn in range(10):
            for number, person in enumerate(people):
                person.says(f"{number} in turn {turn}")
                if (turn + number) % 3 == 0:
                    self.turn()
        people[2].hangs_up()
        people[1].says("after that")
        self.turn()
        one, two, _, *others = (person.sees() for person in people)
        self.assertEqual(len(one), 62)
        for other in (two, *others):
            self.assertEqual(other, one)


class SeveralWiresOnSlowEngineTests(OnSlowEngine, SeveralWiresTests):
    """The same, with commits that take a while."""


class SeveralWiresOnSQLiteTests(OnSQLite, SeveralWiresTests):
    """The same, on a database."""


class SeveralWiresOnRedisTests(OnRedis, SeveralWiresTests):
    """The same, on a node of several."""
