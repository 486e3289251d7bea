"""People at several nodes, on a Redis."""

from __future__ import annotations

from tests.nodes import test_coming_back, test_ending, test_irc, test_together
from tests.nodes.onredis import OnRedis


class TogetherOnRedisTests(OnRedis, test_together.TogetherTests):
    """One order, one list of who is here."""


class ResumeOnRedisTests(OnRedis, test_coming_back.ResumeTests):
    """Programs that go on elsewhere."""


class ByHandOnRedisTests(OnRedis, test_coming_back.ByHandTests):
    """People on nc that do."""


class EndingOnRedisTests(OnRedis, test_ending.EndingTests):
    """Nodes that die, or are cut off."""


class LosingOnRedisTests(OnRedis, test_ending.LosingTests):
    """A Redis that is flushed."""


class IRCOnRedisTests(OnRedis, test_irc.IRCTests):
    """IRC clients."""
