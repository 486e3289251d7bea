"""The operator's console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.testing import StringTransport

from tests.engines import OnSlowEngine, OnSQLite
from twistchat.core.events import Refused
from twistchat.core.model import User
from twistchat.frontends.console.protocol import Console
from twistchat.frontends.line.format import LineFormat
from twistchat.testing import ChatTestCase

if TYPE_CHECKING:
    from twistchat.core.commands import Command


class ConsoleTests(ChatTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.stopped: list[str] = []
        self.console = Console(
            registry=self.world.registry,
            fanout=self.world.parts.fanout,
            perform=self.perform,
            shut_down=self.stopped.append,
            wire_format=LineFormat(),
        )
        self.screen = StringTransport()
        self.console.makeConnection(self.screen)
        self.seen()

    def perform(self, command: Command, origin: object) -> Refused | None:
        operator = User("operator", "operator", operator=True)
        decided = self.world.parts.chat.perform(operator, command)
        if isinstance(decided, Refused):
            return decided
        self.world.parts.pipeline.submit(decided, origin)
        return None

    def seen(self) -> list[str]:
        lines: list[str] = self.screen.value().decode().splitlines()
        self.screen.clear()
        return lines

    def does(self, line: str) -> list[str]:
        self.console.dataReceived(line.encode() + b"\n")
        self.turn()
        return self.seen()

    def test_count(self) -> None:
        self.assertEqual(self.does("count"), ["0 online."])
        self.people("alice", "bob")
        self.connect()
        self.assertEqual(self.does("count"), ["2 online, 1 at the door."])

    def test_who(self) -> None:
        self.people("alice", "小明")
        self.connect()
        rows = self.does("who")
        self.assertEqual(rows[0].split(), ["#", "NAME", "ADDRESS", "WIRE", "SINCE", "QUEUE"])
        self.assertEqual(rows[1].split()[:4], ["1", "alice", "192.168.1.1", "line"])
        self.assertTrue(rows[1].endswith(" 0"))
        # A wide name takes four cells, and the columns stand under each other.
        self.assertEqual(rows[2].index("192"), rows[1].index("192") - 2)
        self.assertIn("(at the door)", rows[3])

    def test_say(self) -> None:
        alice, bob = self.people("alice", "bob")
        line = "-- The operator to all: tea is ready"
        self.assertEqual(self.does("say tea is ready"), [line])
        self.assertEqual(alice.sees() + bob.sees(), [line, line])

    def test_msg_by_name_and_by_number(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.assertEqual(self.does("msg BOB come here"), ["Told bob."])
        self.assertEqual(self.does("msg 2 and now"), ["Told bob."])
        self.assertEqual(
            bob.sees(), ["-- The operator to bob: come here", "-- The operator to bob: and now"]
        )
        self.assertEqual(alice.sees(), [])

    def test_msg_to_nobody(self) -> None:
        self.connect()
        for who in ("carol", "1", "77"):
            (answer,) = self.does(f"msg {who} hello")
            self.assertEqual(answer, f"Nobody here is {who}. Type who for names and numbers.")

    def test_watch(self) -> None:
        (alice,) = self.people("alice")
        alice.types("unwatched")
        self.turn()
        self.assertEqual(self.seen(), [])
        self.assertEqual(self.does("watch"), ["Watching #lobby; the same again ends it."])
        alice.types("watched \x1b[1m")
        alice.types("/me waves")
        self.turn()
        self.assertEqual(self.seen(), ["<alice> watched ␛[1m", "* alice waves"])
        self.assertEqual(self.does("watch a b"), ["a b is no name for a room."])
        self.assertEqual(self.does("watch ＃LOBBY"), ["No longer watching #lobby."])
        alice.types("unwatched")
        self.turn()
        self.assertEqual(self.seen(), [])

    def test_shutdown(self) -> None:
        self.assertEqual(self.does("shutdown back in five minutes"), ["Stopping."])
        self.assertEqual(self.stopped, ["back in five minutes"])

    def test_help_names_every_command(self) -> None:
        shown = "\n".join(self.does("help"))
        for word in ("count", "who", "say TEXT", "msg WHO TEXT", "watch", "shutdown", "help"):
            self.assertIn(word, shown)

    def test_mistakes(self) -> None:
        self.assertEqual(self.does(""), [])
        self.assertEqual(
            self.does("shutdwn"), ["There is no command shutdwn. Did you mean shutdown?"]
        )
        self.assertEqual(self.does("say"), ["Usage: say TEXT"])
        self.assertEqual(self.does("msg bob"), ["Usage: msg WHO TEXT"])
        self.assertEqual(self.stopped, [])

    def test_the_end_of_input_ends_the_console_alone(self) -> None:
        self.console.readConnectionLost()
        self.assertIn("the server goes on", self.seen()[0])
        self.assertTrue(self.screen.disconnecting)
        self.assertEqual(self.stopped, [])


class ConsoleOnSlowEngineTests(OnSlowEngine, ConsoleTests):
    """The same on an engine whose commits wait."""


class ConsoleOnSQLiteTests(OnSQLite, ConsoleTests):
    """The same, on a database."""
