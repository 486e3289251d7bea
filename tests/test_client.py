"""The stdio client: a keyboard or a pipe on one side, a server on the other."""

from __future__ import annotations

import argparse

from OpenSSL import SSL
from service_identity import VerificationError
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.testing import MemoryReactor, StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from tests.engines import OnSlowEngine, OnSQLite
from tests.lines import COME_BACK, without_tokens
from twistchat.client.address import NoAddressError, endpoint
from twistchat.client.conversation import Conversation
from twistchat.client.keyboard import Keyboard
from twistchat.client.main import parse_address, parse_port
from twistchat.client.reasons import hung_up
from twistchat.client.server import ServerProtocol
from twistchat.frontends.registry import Greeting
from twistchat.program import make_parser
from twistchat.testing import ChatTestCase, Person, World


class ClientScenarios(ChatTestCase):
    """A client and the real server, joined by carrying bytes between their transports."""

    def setUp(self) -> None:
        super().setUp()
        self.ended: list[tuple[int, str | None]] = []

    def start(self, nick: str | None = None, *, is_pipe: bool = False) -> None:
        self.conversation = Conversation(
            nick=nick,
            is_pipe=is_pipe,
            finish=lambda status, words: self.ended.append((status, words)),
        )
        self.keyboard = Keyboard(self.conversation, None if is_pipe else "utf-8")
        self.connect_client()
        self.screen = StringTransport()
        self.keyboard.makeConnection(self.screen)
        self.carry()

    def connect_client(self) -> None:
        self.far: Person = self.connect()
        self.near = ServerProtocol(self.conversation, self.keyboard)
        self.wire = StringTransport()
        self.near.makeConnection(self.wire)

    def carry(self) -> None:
        """Carry bytes both ways until nothing moves."""
        for _ in range(100):
            self.turn()
            up, down = self.wire.value(), self.far.wire.value()
            self.wire.clear()
            self.far.wire.clear()
            if up:
                self.far.sends(up)
            if down:
                self.near.dataReceived(down)
            if not up and not down:
                break
        if not self.far.is_connected and self.wire.connected:
            self.lose(ConnectionDone())

    def lose(self, reason: Exception) -> None:
        self.wire.connected = False
        self.near.connectionLost(Failure(reason))

    def type(self, *lines: str) -> None:
        for line in lines:
            self.keyboard.dataReceived(line.encode() + b"\n")
        self.carry()

    def shown(self) -> list[str]:
        lines: list[str] = self.screen.value().decode().splitlines()
        self.screen.clear()
        return lines


class ClientTests(ClientScenarios):
    def test_a_person_chooses_a_name_and_talks(self) -> None:
        (bob,) = self.people("bob")
        self.start()
        self.assertEqual(self.shown()[-1], "-- What is your name? Type it and press Enter.")
        self.type("alice", "hello", "/me waves")
        self.assertEqual(bob.sees(), ["-- alice joined.", "<alice> hello", "* alice waves"])
        self.assertEqual(self.shown()[-2:], ["<alice> hello", "* alice waves"])

    def test_a_name_from_the_command_line(self) -> None:
        self.start("alice")
        self.assertIn("-- alice joined.", self.shown())

    def test_a_person_may_try_another_name(self) -> None:
        self.people("bob")
        self.start("bob")
        self.assertEqual(self.shown()[-1], "-- Sorry, the name bob is taken. How about bob2?")
        self.assertEqual(self.ended, [])
        self.type("bob2")
        self.assertIn("-- bob2 joined.", self.shown())

    def test_exit_leaves_after_everything_was_said(self) -> None:
        (bob,) = self.people("bob")
        self.start("alice")
        self.type("one", "two", "exit")
        self.assertEqual(
            bob.sees(), ["-- alice joined.", "<alice> one", "<alice> two", "-- alice left."]
        )
        self.assertEqual(self.ended, [(0, None)])

    def test_the_end_of_input_leaves(self) -> None:
        self.start("alice")
        self.keyboard.dataReceived(b"no line end")
        self.keyboard.readConnectionLost()
        self.carry()
        shown = without_tokens(self.shown()[-3:])
        self.assertEqual(shown, ["<alice> no line end", COME_BACK, "-- Goodbye."])
        self.assertEqual(self.ended, [(0, None)])

    def test_the_command_quit_leaves(self) -> None:
        self.start("alice")
        self.type("/quit so long")
        self.assertEqual(self.ended, [(0, None)])

    def test_exit_at_the_door(self) -> None:
        self.start()
        self.type("exit")
        self.assertEqual(self.ended, [(0, None)])

    def test_a_lost_connection_is_made_again_under_the_last_name(self) -> None:
        (bob,) = self.people("bob")
        self.start("alice")
        self.type("/nick zed")
        self.far.vanishes()
        self.lose(ConnectionLost())
        self.conversation.trying_again(2.4)
        self.assertEqual(
            self.shown()[-2:], ["-- The connection was lost.", "-- Trying again in 2 s."]
        )
        self.type("typed meanwhile")
        self.assertEqual(
            self.shown(), ["-- Not connected: it is sent as soon as there is a connection."]
        )
        self.assertEqual(self.ended, [])
        self.connect_client()
        self.carry()
        self.assertEqual(
            bob.sees()[-3:],
            ["-- zed left (connection lost).", "-- zed joined.", "<zed> typed meanwhile"],
        )

    def test_it_goes_back_into_the_rooms_and_talks_there(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("/join #secret")
        self.start("cleo")
        self.type("/time on", "/nick cleo2", "/join #secret #cats", "/leave cats", "/leave #lobby")
        self.far.vanishes()
        self.lose(ConnectionLost())
        self.type("for #secret alone")
        self.wait(60)
        for person in (alice, bob):
            person.sees()
        self.connect_client()
        self.carry()
        self.assertEqual(bob.sees(), ["-- cleo2 joined.", "-- cleo2 left #lobby."])
        self.assertEqual(alice.sees()[-1], "[#secret] <cleo2> for #secret alone")
        self.type("and this")
        self.assertEqual(alice.sees(), ["[#secret] <cleo2> and this"])
        self.assertEqual(bob.sees(), [])

    def test_what_cannot_be_said_there_is_said_nowhere(self) -> None:
        self.start("cleo")
        self.type("/join #secret")
        self.far.vanishes()
        self.lose(ConnectionLost())
        self.type("for #secret alone")
        (bob,) = self.people("bob")
        bob.sees()
        self.conversation._rooms.pop("#secret")  # as if joining were refused
        self.connect_client()
        self.carry()
        self.assertEqual(bob.sees(), ["-- cleo joined."])
        self.assertIn("-- You are not in #secret. /join #secret goes there.", self.shown())

    def test_commands_do_not_wait_for_another_room(self) -> None:
        (bob,) = self.people("bob")
        self.start("cleo")
        self.type("/join #v1.")
        self.far.vanishes()
        self.lose(ConnectionLost())
        self.turn()
        bob.sees()
        self.type("/me is crying", "  /quit", "//etc", "plain")
        self.connect_client()
        self.carry()
        self.assertEqual(bob.sees(), ["-- cleo joined."])
        shown = self.shown()
        self.assertEqual(
            shown.count("-- Not sent: type that command again when there is a connection."), 2
        )
        self.assertEqual(shown[-2:], ["[#v1.] <cleo> /etc", "[#v1.] <cleo> plain"])

    def test_a_chatty_server_is_remembered_in_part(self) -> None:
        self.start("cleo")
        for number in range(5_000):
            self.conversation.heard(f"-- cleo joined #r{number}.")
        self.assertLessEqual(len(self.conversation._rooms), 50)

    def test_what_was_typed_meanwhile_is_no_name(self) -> None:
        self.start("alice")
        self.far.vanishes()
        self.lose(ConnectionLost())
        self.turn()
        (thief,) = self.people("alice")
        self.type("bob")
        self.connect_client()
        self.carry()
        self.assertIn("alice is taken", self.shown()[-1])
        self.type("alice2")
        self.assertEqual(self.shown()[-1], "<alice2> bob")
        self.assertEqual(thief.sees(), ["-- alice2 joined.", "<alice2> bob"])

    def test_exit_while_there_is_no_connection(self) -> None:
        self.start("alice")
        self.far.vanishes()
        self.lose(ConnectionLost())
        self.keyboard.dataReceived(b"exit\n")
        self.assertEqual(self.ended, [(0, None)])

    def test_lines_that_are_never_sent_are_told(self) -> None:
        self.start("alice")
        self.far.vanishes()
        self.lose(ConnectionLost())
        self.keyboard.dataReceived(b"one\ntwo\nexit\n")
        self.assertEqual(self.ended, [(1, "not sent: 2 of your lines, typed without a connection")])

    def test_nothing_is_told_after_leaving(self) -> None:
        self.start("alice")
        self.type("exit")
        self.conversation.trying_again(2.0)
        self.assertEqual(self.shown()[-1], "-- Goodbye.")

    def test_what_a_server_sends_is_made_harmless(self) -> None:
        self.start("alice")
        self.shown()
        self.near.dataReceived(b"\x1b[2J\xff\r\n")
        self.assertEqual(self.shown(), ["␛[2J�"])

    def test_a_terminal_with_another_encoding(self) -> None:
        (bob,) = self.people("bob")
        self.start("小明")
        self.keyboard._encoding = "gbk"
        self.keyboard.dataReceived("你好\n".encode("gbk"))
        self.carry()
        self.assertEqual(bob.sees()[-1], "<小明> 你好")
        self.assertIn("你好".encode("gbk"), self.screen.value())


class PipeTests(ClientScenarios):
    def pipe(self, data: bytes, nick: str = "bot") -> None:
        self.start(nick, is_pipe=True)
        self.keyboard.dataReceived(data)
        self.carry()
        self.keyboard.readConnectionLost()
        self.carry()

    def test_every_line_is_said_whatever_it_looks_like(self) -> None:
        (bob,) = self.people("bob")
        self.pipe(b"hello\n/who\nexit\n\n  indented\nlast")
        self.assertEqual(
            bob.sees(),
            [
                "-- bot joined.",
                "<bot> hello",
                "<bot> /who",
                "<bot> exit",
                "<bot>   indented",
                "<bot> last",
                "-- bot left.",
            ],
        )
        self.assertEqual(self.ended, [(0, None)])
        self.assertTrue(self.shown()[0].startswith("-- You are bot."))

    def test_an_empty_pipe(self) -> None:
        self.pipe(b"")
        self.assertEqual(self.ended, [(0, None)])

    def test_a_refused_name(self) -> None:
        self.people("bot")
        self.pipe(b"hello\n")
        self.assertEqual(self.ended[0], (1, "Sorry, the name bot is taken. How about bot2?"))
        self.assertEqual(self.shown(), [])

    def test_a_lost_connection_is_an_error(self) -> None:
        self.start("bot", is_pipe=True)
        self.keyboard.dataReceived(b"one\ntwo\n")
        self.lose(ConnectionLost())
        self.assertEqual(
            self.ended, [(1, "the connection was lost: perhaps not everything was said")]
        )

    def test_a_line_that_was_refused_is_an_error(self) -> None:
        self.pipe(b"\xff\xfe bad\ngood\n")
        self.assertEqual(self.ended, [(1, "not everything was said: see above")])

    def test_a_line_that_the_server_refused_is_an_error(self) -> None:
        self.pipe(b"x" * 17_000 + b"\ngood\n")
        self.assertEqual(self.ended, [(1, "not everything was said: see above")])

    def test_nothing_in_a_line_is_a_line_end(self) -> None:
        (bob,) = self.people("bob")
        self.pipe(b"hello\r\0/nick evil\n")
        self.assertEqual(bob.sees(), ["-- bot joined.", "<bot> hello␍␀/nick evil", "-- bot left."])

    def test_a_line_far_too_long(self) -> None:
        self.start("bot", is_pipe=True)
        self.keyboard.dataReceived(b"x" * (1024 * 1024 + 10))
        self.assertEqual(self.ended[0][0], 1)

    def test_nothing_is_read_before_one_is_in(self) -> None:
        self.conversation = Conversation(nick="bot", is_pipe=True, finish=lambda *_: None)
        self.keyboard = Keyboard(self.conversation, None)
        self.connect_client()
        self.screen = StringTransport()
        self.keyboard.makeConnection(self.screen)
        self.keyboard.dataReceived(b"one\n")
        self.assertEqual(self.screen.producerState, "paused")
        self.carry()
        self.assertEqual(self.screen.producerState, "producing")

    def test_a_pipe_is_read_no_faster_than_the_server_takes_it(self) -> None:
        self.start("bot", is_pipe=True)
        assert self.wire.producer is not None
        self.wire.producer.pauseProducing()
        self.assertEqual(self.screen.producerState, "paused")
        self.wire.producer.resumeProducing()
        self.assertEqual(self.screen.producerState, "producing")


class MotdTests(ClientScenarios):
    def setUp(self) -> None:
        super().setUp()
        greeting = Greeting("x", ("You are welcome here.", "Sorry, no pets."))
        self.world = World(self.make_engine, greeting=greeting)

    def test_a_message_of_the_day_is_not_taken_for_an_answer(self) -> None:
        (other,) = self.people("bot")
        self.start("bot", is_pipe=True)
        self.keyboard.dataReceived(b"hello\n")
        self.keyboard.readConnectionLost()
        self.carry()
        self.assertEqual(self.ended, [(1, "Sorry, the name bot is taken. How about bot2?")])
        self.assertEqual(other.sees(), [])


class ClientOnSlowEngineTests(OnSlowEngine, ClientTests):
    """The same with a server whose commits wait."""


class PipeOnSlowEngineTests(OnSlowEngine, PipeTests):
    """The same with a server whose commits wait."""


class CommandLineTests(SynchronousTestCase):
    def test_addresses(self) -> None:
        for text, address in {
            "localhost": ("localhost", 8000),
            "10.0.0.1:9": ("10.0.0.1", 9),
            "[fe80::1%eth0]:7000": ("fe80::1%eth0", 7000),
            "[::1]": ("::1", 8000),
            "fd00::2": ("fd00::2", 8000),
        }.items():
            self.assertEqual(parse_address(text), address)

    def test_addresses_of_tls(self) -> None:
        for text in ("tls:chat.example", "tls:[::1]:7000", "tls:h:1:trustRoots=/x", "unix:/run/x"):
            self.assertEqual(parse_address(text), text)
        self.assertEqual(parse_address("tls:7000"), ("tls", 7000))  # a host of that name
        for text in ("tls:127.0.0.1:7000", "tls:[::1]:7000", "tls:chat.example", "tls:fd00::2"):
            self.assertTrue(IStreamClientEndpoint.providedBy(endpoint(MemoryReactor(), text)))
        error = self.assertRaises(NoAddressError, endpoint, MemoryReactor(), "tls:h:x")
        self.assertIn("is no endpoint: write for example tls:HOST:PORT", str(error))

    def test_bad_addresses(self) -> None:
        for text in ("", ":8000", "host:x", "host:0", "host:65536", "[::1", "[::1]x"):
            self.assertRaises(argparse.ArgumentTypeError, parse_address, text)

    def test_a_port_by_itself_as_nc_takes_it(self) -> None:
        options = make_parser().parse_args(["connect", "h", "9000", "-n", "bot"])
        self.assertEqual((options.address, options.port), (("h", 8000), 9000))
        for text in ("x", "0", "70000", "²"):
            self.assertRaises(argparse.ArgumentTypeError, parse_port, text)

    def test_options_stand_anywhere(self) -> None:
        for line in (["connect", "h:1", "--nick", "bot"], ["connect", "--nick", "bot", "h:1"]):
            options = make_parser().parse_args(line)
            self.assertEqual((options.address, options.nick), (("h", 1), "bot"))


class ReasonTests(SynchronousTestCase):
    def test_why_a_connection_has_ended(self) -> None:
        untrusted = ("SSL routines", "", "certificate verify failed")
        for reason, words in (
            (ConnectionDone(), "the server hung up"),
            (ConnectionLost(), "the server hung up"),
            (
                SSL.Error([untrusted]),
                "the server's certificate is not one that this machine trusts",
            ),
            (VerificationError([]), "the server's certificate is for another name"),
            (
                SSL.Error([("SSL routines", "", "wrong version number")]),
                "there is no TLS: wrong version number",
            ),
        ):
            self.assertEqual(hung_up(Failure(reason)), words)


class ClientOnSQLiteTests(OnSQLite, ClientTests):
    """The same, on a database."""


class PipeOnSQLiteTests(OnSQLite, PipeTests):
    """The same, on a database."""
