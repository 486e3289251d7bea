"""The contract of front ends holds at the port for everybody, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract import scenarios
from tests.contract.wires import LineWire
from twistchat.frontends.sniff import SniffFactory
from twistchat.testing import JSON, LINE, FrontEnd

if TYPE_CHECKING:
    from twistchat.frontends.registry import Registry


def any_factory(registry: Registry) -> SniffFactory:
    makers = {"line": LINE, "json": JSON}
    return SniffFactory(registry, {kind: of.factory(registry) for kind, of in makers.items()})


class LineTests(LineWire, scenarios.Scenarios):
    """People on nc."""

    front_end = FrontEnd(any_factory)


class LineSlowReaderTests(LineWire, scenarios.SlowReaderScenarios):
    """People on nc."""

    front_end = FrontEnd(any_factory)
