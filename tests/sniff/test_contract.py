"""The contract of front ends holds at the port for everybody, too."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import SkipTest

from tests.contract import scenarios
from tests.contract.wires import IRCWire, LineWire
from tests.irc.reading import READING_IRC, Reader
from twistchat.core.limits import Limits
from twistchat.frontends.sniff import SniffFactory
from twistchat.testing import JSON, LINE, FrontEnd

if TYPE_CHECKING:
    from twistchat.frontends.registry import Registry


def any_factory(registry: Registry) -> SniffFactory:
    makers = {"line": LINE, "json": JSON, "irc": READING_IRC}
    return SniffFactory(registry, {kind: of.factory(registry) for kind, of in makers.items()})


class LineTests(LineWire, scenarios.Scenarios):
    """People on nc."""

    front_end = FrontEnd(any_factory)


class LineSlowReaderTests(LineWire, scenarios.SlowReaderScenarios):
    """People on nc."""

    front_end = FrontEnd(any_factory)


class IRCTests(IRCWire, scenarios.Scenarios):
    """IRC clients, who speak before anybody is greeted as a person."""

    front_end = FrontEnd(any_factory, Reader)
    limits = Limits(greeting=60.0)

    def test_the_server_stops(self) -> None:
        raise SkipTest("whoever is silent so long has no session, and the door closes it")
