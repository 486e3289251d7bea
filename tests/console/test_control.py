"""The control socket: requests and answers, a JSON object a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from tests.console.kit import OperatorTestCase
from tests.engines import OnSlowEngine, OnSQLite
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.frontends.console.command import Asked, Command, Commands
from twistchat.frontends.console.control import Control, ControlFactory
from twistchat.frontends.console.results import Result, Told
from twistchat.frontends.jsonlines.format import JSON
from twistchat.frontends.line.format import LineFormat
from twistchat.testing import Wire

if TYPE_CHECKING:
    from twisted.internet.interfaces import ITransport

DONE = {"end": 0}


class ControlTestCase(OperatorTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.is_allowed = True
        self.begin(self.office.commands)

    def begin(self, commands: Commands, limits: Limits = DEFAULT_LIMITS) -> None:
        self.factory = ControlFactory(
            commands=commands,
            fanout=self.world.parts.fanout,
            clock=self.world.clock,
            limits=lambda: limits,
            may=self.may,
            text=LineFormat(),
            data=JSON,
        )
        self.control = self.factory.buildProtocol(None)
        self.wire = self.connect_to(self.control)

    def may(self, transport: ITransport) -> bool:
        return self.is_allowed

    def connect_to(self, control: Control) -> Wire:
        wire = Wire()
        control.makeConnection(wire)
        return wire

    def sends(self, *requests: Any) -> list[Any]:
        """Send requests in one packet, and return all answers."""
        lines = [
            request if isinstance(request, str) else json.dumps(request) for request in requests
        ]
        self.control.dataReceived("".join(f"{line}\n" for line in lines).encode())
        self.turn()
        return self.hears()

    def asks(self, command: str, **fields: Any) -> list[Any]:
        return self.sends({"command": command, **fields})

    def hears(self) -> list[Any]:
        lines: list[str] = self.wire.value().decode().splitlines()
        self.wire.clear()
        return [json.loads(line) for line in lines]


class ControlTests(ControlTestCase):
    def test_for_people(self) -> None:
        self.assertEqual(self.asks("count"), [{"text": "0 online."}, DONE])
        self.assertEqual(len(self.asks("help")), len(self.office.commands.all) + 2)

    def test_for_programs(self) -> None:
        self.people("alice")
        self.assertEqual(self.asks("say hi", json=True), [{"data": {"told": 1}}, DONE])
        (rows, end) = self.asks("who", json=True)
        self.assertEqual((rows["data"][0]["name"], end), ("alice", DONE))

    def test_what_is_not_done(self) -> None:
        words = "Nobody here is bob. Type who for names and numbers."
        self.assertEqual(self.asks("msg bob hi"), [{"error": words}, {"end": 1}])
        self.assertEqual(
            self.asks("msg bob hi", json=True),
            [{"data": {"error": "no-such-person", "text": words}}, {"end": 1}],
        )
        self.assertEqual(self.asks("say"), [{"error": "Usage: say TEXT"}, {"end": 2}])

    def test_requests_are_answered_in_their_order(self) -> None:
        self.people("alice")
        answers = self.sends({"command": "topic tea"}, {"command": "topic"}, {"command": "count"})
        told = {"text": "#lobby is about: tea"}
        self.assertEqual(answers, [told, DONE, told, DONE, {"text": "1 online."}, DONE])

    def test_what_is_no_request(self) -> None:
        for line in (
            "count", "[]", "{}", "null", '{"command": 1}', '{"command": "count", "secret": 1}',
            "[" * 5000, '{"command": "count"', "\udc80",
        ):  # fmt: skip
            self.control.dataReceived(line.encode(errors="surrogateescape") + b"\n")
            answers = self.hears()
            self.assertEqual([*answers[0]], ["error"], line)
            self.assertEqual(answers[1], {"end": 2})
        self.assertEqual(self.sends("", "  "), [])
        self.assertEqual(self.asks("count")[1], DONE)

    def test_what_is_too_long(self) -> None:
        self.control.dataReceived(b"x" * 70_000)
        self.assertEqual(self.hears()[1], {"end": 2})
        self.assertTrue(self.wire.disconnecting)

    def test_text_that_is_no_utf_8_or_obeyed_by_terminals(self) -> None:
        answers = self.asks("msg \x1b[1m\udc80 hi")
        self.assertIn("␛[1m\ufffd", answers[0]["error"])

    def test_another_user(self) -> None:
        self.is_allowed = False
        control = self.factory.buildProtocol(None)
        self.wire = self.connect_to(control)
        self.assertEqual(
            self.hears(),
            [
                {"error": "Only the user who runs the server, or root, may control it."},
                {"end": 3},
            ],
        )
        control.dataReceived(b'{"command": "shutdown"}\n')
        self.wait(1)
        self.assertTrue(self.wire.disconnecting)
        control.dataReceived(b'{"command": "shutdown"}\n')
        self.assertEqual((self.stopped, self.hears()), ([], []))
        control.connectionLost()

    def test_a_password_is_asked_for(self) -> None:
        kept = []

        def change(asked: Asked) -> Result:
            kept.append(asked.password("Password of alice"))
            return Told("Done.")

        self.begin(Commands([Command("passwd", "", "", change)]))
        self.assertEqual(self.asks("passwd"), [{"ask": "Password of alice"}, {"end": 2}])
        self.assertEqual(kept, [])
        self.assertEqual(self.asks("passwd", secret="sesame"), [{"text": "Done."}, DONE])
        self.assertEqual(kept, ["sesame"])

    def test_whoever_hangs_up_hears_of_no_answer(self) -> None:
        waiting: Deferred[Result] = Deferred()
        self.begin(Commands([Command("slow", "", "", lambda _: waiting)]))
        self.asks("slow")
        self.control.connectionLost()
        waiting.callback(Told("done"))
        self.assertEqual(self.hears(), [])

    def test_whoever_has_sent_all_hears_all(self) -> None:
        waiting: Deferred[Result] = Deferred()
        self.begin(Commands([Command("slow", "", "", lambda _: waiting)]))
        self.asks("slow")
        self.control.readConnectionLost()
        self.assertFalse(self.wire.disconnecting)
        waiting.callback(Told("done"))
        self.assertEqual(self.hears(), [{"text": "done"}, DONE])
        self.assertTrue(self.wire.disconnecting)

    def test_the_end_of_input_behind_all_answers(self) -> None:
        self.asks("count")
        self.control.readConnectionLost()
        self.assertTrue(self.wire.disconnecting)

    def test_the_server_ends(self) -> None:
        self.factory.close()
        self.assertTrue(self.wire.disconnecting)


class WatchTests(ControlTestCase):
    def test_for_people(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.assertEqual(self.asks("watch"), [{"watch": "#lobby"}])
        alice.types("hello \x1b[1m")
        bob.types("/me waves")
        self.turn()
        self.assertEqual(self.hears(), [{"text": "<alice> hello ␛[1m"}, {"text": "* bob waves"}])

    def test_for_programs(self) -> None:
        (alice,) = self.people("alice")
        self.asks("watch #lobby", json=True)
        alice.types("hello")
        self.turn()
        (answer,) = self.hears()
        self.assertEqual((answer["data"]["type"], answer["data"]["text"]), ("said", "hello"))

    def test_a_line_ends_it(self) -> None:
        (alice,) = self.people("alice")
        self.asks("watch")
        self.assertEqual(self.sends(""), [DONE])
        alice.types("hello")
        self.turn()
        self.assertEqual(self.hears(), [])
        self.asks("watch")
        self.assertEqual(self.asks("count"), [DONE, {"text": "1 online."}, DONE])

    def test_what_everybody_is_told(self) -> None:
        self.asks("watch #lab")
        self.result("say tea")
        self.assertEqual(self.hears(), [{"text": "-- The operator to all: tea"}])

    def test_hanging_up_ends_it(self) -> None:
        (alice,) = self.people("alice")
        self.asks("watch")
        self.control.connectionLost()
        alice.types("hello")
        self.turn()
        self.assertEqual(self.hears(), [])

    def test_whoever_does_not_read_is_let_go(self) -> None:
        (alice,) = self.people("alice")
        self.begin(self.office.commands, Limits(queue=1000, queue_at_most=5000))
        self.asks("watch")
        self.wire.stall()
        for _ in range(10):
            alice.types("x" * 1000)
            self.turn()
        self.wire.flow()
        self.assertEqual(
            self.hears()[-2:], [{"error": "Too much waits to be read here."}, {"end": 1}]
        )
        self.assertTrue(self.wire.disconnecting)


class ControlOnSlowEngineTests(OnSlowEngine, ControlTests):
    """The same on an engine whose commits wait."""


class ControlOnSQLiteTests(OnSQLite, ControlTests):
    """The same, on a database."""


class WatchOnSlowEngineTests(OnSlowEngine, WatchTests):
    """The same on an engine whose commits wait."""
