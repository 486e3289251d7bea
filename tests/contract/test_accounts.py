"""Every wire on every engine, where people have accounts."""

from __future__ import annotations

from tests.contract import accounts
from tests.contract.wires import JSONWire, LineWire, WebWire
from tests.engines import OnRedis, OnSlowEngine, OnSQLite


class LineAccountTests(LineWire, accounts.AccountScenarios):
    """People on nc."""


class LineAccountOnSlowEngineTests(OnSlowEngine, LineAccountTests):
    """The same, with commits that take a while."""


class LineAccountOnSQLiteTests(OnSQLite, LineAccountTests):
    """The same, on a database."""


class LineAccountOnRedisTests(OnRedis, LineAccountTests):
    """The same, on a node of several."""


class LineSeveralSessionsTests(LineWire, accounts.SeveralSessionsScenarios):
    """People on nc."""


class LineSeveralSessionsOnSlowEngineTests(OnSlowEngine, LineSeveralSessionsTests):
    """The same, with commits that take a while."""


class LineSeveralSessionsOnSQLiteTests(OnSQLite, LineSeveralSessionsTests):
    """The same, on a database."""


class LineSeveralSessionsOnRedisTests(OnRedis, LineSeveralSessionsTests):
    """The same, on a node of several."""


class LineWhileAwayTests(LineWire, accounts.WhileAwayScenarios):
    """People on nc."""


class LineWhileAwayOnSlowEngineTests(OnSlowEngine, LineWhileAwayTests):
    """The same, with commits that take a while."""


class LineWhileAwayOnSQLiteTests(OnSQLite, LineWhileAwayTests):
    """The same, on a database."""


class LineWhileAwayOnRedisTests(OnRedis, LineWhileAwayTests):
    """The same, on a node of several."""


class LineNoGuestsTests(LineWire, accounts.NoGuestsScenarios):
    """People on nc."""


class LineNoGuestsOnSlowEngineTests(OnSlowEngine, LineNoGuestsTests):
    """The same, with commits that take a while."""


class LineNoGuestsOnSQLiteTests(OnSQLite, LineNoGuestsTests):
    """The same, on a database."""


class LineNoGuestsOnRedisTests(OnRedis, LineNoGuestsTests):
    """The same, on a node of several."""


class LineHouseTests(LineWire, accounts.HouseScenarios):
    """People on nc."""


class LineHouseOnSlowEngineTests(OnSlowEngine, LineHouseTests):
    """The same, with commits that take a while."""


class LineHouseOnSQLiteTests(OnSQLite, LineHouseTests):
    """The same, on a database."""


class LineHouseOnRedisTests(OnRedis, LineHouseTests):
    """The same, on a node of several."""


class JSONAccountTests(JSONWire, accounts.AccountScenarios):
    """Programs."""


class JSONAccountOnSlowEngineTests(OnSlowEngine, JSONAccountTests):
    """The same, with commits that take a while."""


class JSONAccountOnSQLiteTests(OnSQLite, JSONAccountTests):
    """The same, on a database."""


class JSONAccountOnRedisTests(OnRedis, JSONAccountTests):
    """The same, on a node of several."""


class JSONSeveralSessionsTests(JSONWire, accounts.SeveralSessionsScenarios):
    """Programs."""


class JSONSeveralSessionsOnSlowEngineTests(OnSlowEngine, JSONSeveralSessionsTests):
    """The same, with commits that take a while."""


class JSONSeveralSessionsOnSQLiteTests(OnSQLite, JSONSeveralSessionsTests):
    """The same, on a database."""


class JSONSeveralSessionsOnRedisTests(OnRedis, JSONSeveralSessionsTests):
    """The same, on a node of several."""


class JSONWhileAwayTests(JSONWire, accounts.WhileAwayScenarios):
    """Programs."""


class JSONWhileAwayOnSlowEngineTests(OnSlowEngine, JSONWhileAwayTests):
    """The same, with commits that take a while."""


class JSONWhileAwayOnSQLiteTests(OnSQLite, JSONWhileAwayTests):
    """The same, on a database."""


class JSONWhileAwayOnRedisTests(OnRedis, JSONWhileAwayTests):
    """The same, on a node of several."""


class JSONNoGuestsTests(JSONWire, accounts.NoGuestsScenarios):
    """Programs."""


class JSONNoGuestsOnSlowEngineTests(OnSlowEngine, JSONNoGuestsTests):
    """The same, with commits that take a while."""


class JSONNoGuestsOnSQLiteTests(OnSQLite, JSONNoGuestsTests):
    """The same, on a database."""


class JSONNoGuestsOnRedisTests(OnRedis, JSONNoGuestsTests):
    """The same, on a node of several."""


class JSONHouseTests(JSONWire, accounts.HouseScenarios):
    """Programs."""


class JSONHouseOnSlowEngineTests(OnSlowEngine, JSONHouseTests):
    """The same, with commits that take a while."""


class JSONHouseOnSQLiteTests(OnSQLite, JSONHouseTests):
    """The same, on a database."""


class JSONHouseOnRedisTests(OnRedis, JSONHouseTests):
    """The same, on a node of several."""


class WebAccountTests(WebWire, accounts.AccountScenarios):
    """Browsers."""


class WebAccountOnSlowEngineTests(OnSlowEngine, WebAccountTests):
    """The same, with commits that take a while."""


class WebAccountOnSQLiteTests(OnSQLite, WebAccountTests):
    """The same, on a database."""


class WebAccountOnRedisTests(OnRedis, WebAccountTests):
    """The same, on a node of several."""


class WebSeveralSessionsTests(WebWire, accounts.SeveralSessionsScenarios):
    """Browsers."""


class WebSeveralSessionsOnSlowEngineTests(OnSlowEngine, WebSeveralSessionsTests):
    """The same, with commits that take a while."""


class WebSeveralSessionsOnSQLiteTests(OnSQLite, WebSeveralSessionsTests):
    """The same, on a database."""


class WebSeveralSessionsOnRedisTests(OnRedis, WebSeveralSessionsTests):
    """The same, on a node of several."""


class WebWhileAwayTests(WebWire, accounts.WhileAwayScenarios):
    """Browsers."""


class WebWhileAwayOnSlowEngineTests(OnSlowEngine, WebWhileAwayTests):
    """The same, with commits that take a while."""


class WebWhileAwayOnSQLiteTests(OnSQLite, WebWhileAwayTests):
    """The same, on a database."""


class WebWhileAwayOnRedisTests(OnRedis, WebWhileAwayTests):
    """The same, on a node of several."""


class WebNoGuestsTests(WebWire, accounts.NoGuestsScenarios):
    """Browsers."""


class WebNoGuestsOnSlowEngineTests(OnSlowEngine, WebNoGuestsTests):
    """The same, with commits that take a while."""


class WebNoGuestsOnSQLiteTests(OnSQLite, WebNoGuestsTests):
    """The same, on a database."""


class WebNoGuestsOnRedisTests(OnRedis, WebNoGuestsTests):
    """The same, on a node of several."""


class WebHouseTests(WebWire, accounts.HouseScenarios):
    """Browsers."""


class WebHouseOnSlowEngineTests(OnSlowEngine, WebHouseTests):
    """The same, with commits that take a while."""


class WebHouseOnSQLiteTests(OnSQLite, WebHouseTests):
    """The same, on a database."""


class WebHouseOnRedisTests(OnRedis, WebHouseTests):
    """The same, on a node of several."""
