"""The operator's console: what is typed at the server's terminal, and seen there."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport

from tests.console.kit import OperatorTestCase
from tests.engines import OnSlowEngine, OnSQLite
from twistchat.frontends.console.command import Asked, Command, Commands
from twistchat.frontends.console.protocol import Console
from twistchat.frontends.console.results import Result, Told
from twistchat.frontends.line.format import LineFormat


class ConsoleTests(OperatorTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.begin(self.office.commands)

    def begin(self, commands: Commands) -> None:
        self.console = Console(
            commands=commands, fanout=self.world.parts.fanout, wire_format=LineFormat()
        )
        self.screen = StringTransport()
        self.console.makeConnection(self.screen)
        self.seen()

    def seen(self) -> list[str]:
        lines: list[str] = self.screen.value().decode().splitlines()
        self.screen.clear()
        return lines

    def types(self, *lines: str) -> list[str]:
        self.console.dataReceived("".join(f"{line}\n" for line in lines).encode())
        self.turn()
        return self.seen()

    def test_a_command(self) -> None:
        self.assertEqual(self.types("count"), ["0 online."])
        self.assertEqual(self.types("COUNT "), ["0 online."])
        self.assertEqual(self.types("", "  "), [])

    def test_what_everybody_is_told(self) -> None:
        alice, bob = self.people("alice", "bob")
        line = "-- The operator to all: tea is ready"
        self.assertEqual(self.types("say tea is ready"), ["Told 2 people.", line])
        self.assertEqual(alice.sees() + bob.sees(), [line, line])

    def test_mistakes(self) -> None:
        self.assertEqual(
            self.types("shutdwn"), ["There is no command shutdwn. Did you mean shutdown?"]
        )
        self.assertIn("no command ␛[1m. Type help", self.types("\x1b[1m")[0])
        self.assertEqual(self.types("say"), ["Usage: say TEXT"])
        self.assertEqual(self.stopped, [])

    def test_watch(self) -> None:
        (alice,) = self.people("alice")
        alice.types("unwatched")
        self.turn()
        self.assertEqual(self.seen(), [])
        self.assertEqual(self.types("watch"), ["Watching #lobby; the same again ends it."])
        alice.types("watched \x1b[1m")
        alice.types("/me waves")
        self.turn()
        self.assertEqual(self.seen(), ["<alice> watched ␛[1m", "* alice waves"])
        self.assertEqual(self.types("watch a b"), ["a b is no name for a room."])
        self.assertEqual(self.types("watch ＃LOBBY"), ["No longer watching #lobby."])
        alice.types("unwatched")
        self.turn()
        self.assertEqual(self.seen(), [])

    def test_what_takes_a_while_is_done_in_order(self) -> None:
        waiting: Deferred[Result] = Deferred()

        def slow(asked: Asked) -> Deferred[Result]:
            return waiting

        def quick(asked: Asked) -> Result:
            return Told("quick")

        self.begin(Commands([Command("slow", "", "", slow), Command("quick", "", "", quick)]))
        self.assertEqual(self.types("slow", "quick"), [])
        waiting.callback(Told("slow"))
        self.assertEqual(self.seen(), ["slow", "quick"])

    def test_no_password_is_typed_here(self) -> None:
        def secret(asked: Asked) -> Result:
            return Told(asked.password("Password"))

        self.begin(Commands([Command("secret", "", "", secret)]))
        (answer,) = self.types("secret")
        self.assertIn("use twistchat ctl", answer)

    def test_a_command_that_breaks(self) -> None:
        def broken(asked: Asked) -> Result:
            raise ZeroDivisionError

        self.begin(Commands([Command("broken", "", "", broken)]))
        self.assertEqual(self.types("broken"), ["broken failed: the log says why."])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_the_end_of_input_ends_the_console_alone(self) -> None:
        self.console.readConnectionLost()
        self.assertIn("the server goes on", self.seen()[0])
        self.assertTrue(self.screen.disconnecting)
        self.assertEqual(self.stopped, [])


class ConsoleOnSlowEngineTests(OnSlowEngine, ConsoleTests):
    """The same on an engine whose commits wait."""


class ConsoleOnSQLiteTests(OnSQLite, ConsoleTests):
    """The same, on a database."""
