"""The public test kit: people who type and see, without sockets, sleeps or mocks.

    class TestHello(ChatTestCase):
        def test_everybody_hears(self) -> None:
            alice, bob = self.people("alice", "bob")
            alice.types("hello")
            self.turn()
            self.assertEqual(bob.sees(), ["<alice> hello"])

Time is a `Clock`. A `World` is a whole chat, a `Person` somebody connected to it over any front
end. `SlowEngine` commits only when the Clock says so, and fails when told to: run each scenario
on it too, since an engine that commits at once hides every fault of order.

    people.py       World, Person, ChatTestCase
    nodes.py        NodesTestCase: a chat of several nodes
    shared.py       SharedEngine: the engine of each, without Redis
    sharedstore.py  SharedStore: what these share
    whereabouts.py  who is at which of them
    programs.py     Program: a person over the JSON wire
    engines.py      SlowEngine, and the real SQLite engine on a Clock
    conformance.py  what every engine does: a suite for those who write one
    conformance_keys.py  a part of that: keys, pages of history, what is remembered
    conformance_passwords.py  another: passwords
    conformance_deeds.py  another: what moderators and operators do; deeds.py makes these
    conformance_past.py  another: what was said, and where last
    harness.py      the engine under test in that suite
"""

from twistchat.testing.conformance import EngineConformance
from twistchat.testing.engines import ClockWorker, SlowEngine, sqlite_engine
from twistchat.testing.nodes import NodesTestCase
from twistchat.testing.people import (
    LINE,
    ChatTestCase,
    FrontEnd,
    Person,
    Wire,
    World,
)
from twistchat.testing.programs import JSON, Program, program_in
from twistchat.testing.shared import SharedEngine
from twistchat.testing.sharedstore import SharedStore

__all__ = [
    "JSON",
    "LINE",
    "ChatTestCase",
    "ClockWorker",
    "EngineConformance",
    "FrontEnd",
    "NodesTestCase",
    "Person",
    "Program",
    "SharedEngine",
    "SharedStore",
    "SlowEngine",
    "Wire",
    "World",
    "program_in",
    "sqlite_engine",
]
