"""What holds for one server, with people at three nodes."""

from __future__ import annotations

from unittest import SkipTest

from tests.contract import accounts, moderation, scenarios
from tests.contract.wires import IRCWire, JSONWire, LineWire, WebWire
from tests.nodes.spread import OnNodes, OnNodesOfRedis


class LineTests(OnNodes, LineWire, scenarios.Scenarios):
    """People on nc."""


class LineModerationTests(OnNodes, LineWire, moderation.ModerationScenarios):
    """People on nc."""


class LineAccountTests(OnNodes, LineWire, accounts.AccountScenarios):
    """People on nc."""


class LineSeveralSessionsTests(OnNodes, LineWire, accounts.SeveralSessionsScenarios):
    """People on nc."""


class LineWhileAwayTests(OnNodes, LineWire, accounts.WhileAwayScenarios):
    """People on nc."""


class JSONTests(OnNodes, JSONWire, scenarios.Scenarios):
    """Programs."""


class JSONModerationTests(OnNodes, JSONWire, moderation.ModerationScenarios):
    """Programs."""


class JSONAccountTests(OnNodes, JSONWire, accounts.AccountScenarios):
    """Programs."""


class JSONSeveralSessionsTests(OnNodes, JSONWire, accounts.SeveralSessionsScenarios):
    """Programs."""


class JSONWhileAwayTests(OnNodes, JSONWire, accounts.WhileAwayScenarios):
    """Programs."""


class IRCTests(OnNodes, IRCWire, scenarios.Scenarios):
    """IRC clients."""


class IRCModerationTests(OnNodes, IRCWire, moderation.ModerationScenarios):
    """IRC clients."""


class WebTests(OnNodes, WebWire, scenarios.Scenarios):
    """Browsers."""


class JSONOnRedisTests(OnNodesOfRedis, JSONWire, scenarios.Scenarios):
    """Programs, on a Redis."""


class LineModerationOnRedisTests(OnNodesOfRedis, LineWire, moderation.ModerationScenarios):
    """People on nc, on a Redis."""

    def passes(self, seconds: float) -> None:
        if seconds > 86_400:
            raise SkipTest("a node has something to do every few seconds")
        super().passes(seconds)


class LineAccountOnRedisTests(OnNodesOfRedis, LineWire, accounts.AccountScenarios):
    """The same, with accounts."""


class LineSeveralSessionsOnRedisTests(OnNodesOfRedis, LineWire, accounts.SeveralSessionsScenarios):
    """The same, with several connections of one."""


class JSONWhileAwayOnRedisTests(OnNodesOfRedis, JSONWire, accounts.WhileAwayScenarios):
    """Programs of people who were away."""


class IRCOnRedisTests(OnNodesOfRedis, IRCWire, scenarios.Scenarios):
    """IRC clients, on a Redis."""
