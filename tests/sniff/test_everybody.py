"""One port for everybody, with the real wires behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.test_foreign import REQUESTS
from twistchat.accounts.doors import Doors
from twistchat.accounts.house import HousePassword
from twistchat.frontends.foreign import TLS_ALERT
from twistchat.service import any_factory
from twistchat.telling.outlet import WritingOutlet
from twistchat.testing import JSON, LINE, ChatTestCase, FrontEnd, Person, Program

if TYPE_CHECKING:
    from twistchat.frontends.lines import LineInput
    from twistchat.frontends.registry import Registry
    from twistchat.session import Session

ANY = FrontEnd(any_factory)
ANY_PROGRAM = FrontEnd(any_factory, Program)
HELLO = b'{"type":"hello","name":"bot"}\n'


class Stub:
    """A language that hears lines. See `twistchat.frontends.lines.Dialog`."""

    longest = 510

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def hears(self, line: bytes) -> int:
        self.heard.append(line)
        return 1

    def hears_too_much(self, line: bytes) -> None:
        self.heard.append(b"too much")

    def ends(self) -> None:
        self.heard.append(b"the end")


class EverybodyTestCase(ChatTestCase):
    front_end = ANY

    def setUp(self) -> None:
        super().setUp()
        self.dialogs: list[Stub] = []

        def speak(session: Session, source: LineInput, registry: Registry) -> None:
            self.dialogs.append(Stub())
            session.wire = "irc"
            source.speak(self.dialogs[-1])

        self.world.registry.languages = {**self.world.registry.languages, "irc": speak}

    @property
    def wires(self) -> list[str]:
        return [session.wire for session in self.world.registry.sessions]


class PeopleTests(EverybodyTestCase):
    def test_whoever_is_silent_is_greeted_once_and_soon(self) -> None:
        person = self.connect(speaks_first=True)
        self.wait(self.limits.greeting - 0.01)
        self.assertEqual((person.sees(), self.wires), ([], []))
        self.wait(0.01)
        self.assertEqual(person.sees()[0], "-- Welcome to twistchat.")
        self.assertEqual(self.wires, ["line"])
        self.wait(5)
        self.assertEqual(person.sees(), [])

    def test_they_meet(self) -> None:
        (alice,) = self.people("alice")
        (bot,) = self.world.people("bot", front_end=JSON)
        (carol,) = self.world.people("carol", front_end=LINE)
        program = self.world.connect(ANY_PROGRAM, speaks_first=True)
        program.sends(HELLO.replace(b"bot", b"dot"))
        self.turn()
        self.assertEqual(self.wires, ["line", "json", "line", "json"])
        for person in (alice, bot, carol, program):
            person.sees()
        carol.types("hello")
        program.says("hi")
        self.turn()
        for person in (alice, bot, carol, program):
            self.assertEqual(person.sees(), ["<carol> hello", "<dot> hi"])

    def test_a_script(self) -> None:
        (alice,) = self.people("alice")
        script = self.connect(speaks_first=True)
        script.sends(b"bob\nhello\n")
        script.ends_input()
        self.turn()
        self.assertIn("<bob> hello", alice.sees())
        self.assertFalse(script.is_connected)

    def test_a_script_without_a_line_end(self) -> None:
        (alice,) = self.people("alice")
        for name in ("bob", "NICK"):  # of the second it might still be a command
            script = self.connect(speaks_first=True)
            script.sends(name.encode())
            script.ends_input()
            self.turn()
            self.assertEqual(alice.sees()[0], f"-- {name} joined.")
            self.assertFalse(script.is_connected)

    def test_telnet(self) -> None:
        (alice,) = self.people("alice")
        telnet = self.connect(speaks_first=True)
        telnet.sends(b"\xff\xfd\x03")
        self.turn()
        self.assertIn(b"\xff\xfc\x03", telnet.wire.value())
        telnet.sends(b"bob\r\0")
        self.turn()
        self.assertEqual(alice.sees(), ["-- bob joined."])

    def test_nobody_was_there(self) -> None:
        quiet = self.connect(speaks_first=True)
        quiet.ends_input()
        self.turn()
        self.assertFalse(quiet.is_connected)
        self.connect(speaks_first=True).hangs_up()
        self.assertEqual(self.world.clock.getDelayedCalls(), [])

    def test_whoever_may_not_come_in_is_told_in_their_language(self) -> None:
        self.world.registry.is_draining = True
        turned_away = self.connect()
        self.assertIn("-- Sorry, nobody new is let in for now.", turned_away.sees()[0])
        program = self.world.connect(ANY_PROGRAM, speaks_first=True)
        program.sends(HELLO)
        self.turn()
        self.assertIn(b'"draining"', program.wire.value())

    def test_the_outlet_has_the_transport_itself(self) -> None:
        (alice,) = self.people("alice")
        (session,) = self.world.registry.sessions
        assert isinstance(session.outlet, WritingOutlet)
        self.assertIs(session.outlet._transport, alice.wire)


class TurnedAwayTests(EverybodyTestCase):
    def test_requests(self) -> None:
        """No request is taken for a name, for words or for commands, whatever is behind it."""
        (alice,) = self.people("alice")
        behind = b"\r\n\r\nmallory\nspam\nNICK mallory\r\nUSER m 0 * :m\r\n" + HELLO
        for request in REQUESTS:
            for pieces in (1, 3, 1000):
                browser = self.connect(speaks_first=True)
                data = request + behind
                size = len(data) // pieces + 1
                for start in range(0, len(data), size):
                    browser.sends(data[start : start + size])
                self.turn()
                self.assertTrue(browser.wire.value().startswith(b"HTTP/1."), request)
                self.assertFalse(browser.is_connected)
        self.assertEqual((alice.sees(), self.dialogs), ([], []))
        self.assertEqual(len(self.world.registry.sessions), 1)

    def test_a_request_that_comes_late(self) -> None:
        (alice,) = self.people("alice")
        for request in (*REQUESTS, b"Host: chat.example\r\n"):
            browser = self.connect()
            self.assertTrue(browser.reads())
            browser.sends(request + b"mallory\nspam\n")
            self.turn()
            self.assertIn(b"HTTP/1.1 400 Bad Request\r\n", browser.wire.value())
            self.assertFalse(browser.is_connected)
        self.assertEqual((alice.sees(), self.dialogs), ([], []))

    def test_headers_first(self) -> None:
        browser = self.connect(speaks_first=True)
        browser.sends(b"Host: chat.example\r\n\r\nmallory\n")
        self.turn()
        self.assertIn(b"HTTP/1.1 400 Bad Request\r\n", browser.wire.value())
        self.assertFalse(browser.is_connected)

    def test_tls_where_there_is_none(self) -> None:
        for hello in (b"\x16\x03\x01\x02\x00\x01\n\n", b"\x16"):
            client = self.connect(speaks_first=True)
            client.sends(hello)
            self.turn()
            client.sends(b"\x03\x03" + bytes(200) + b"\n")
            self.turn()
            self.assertTrue(client.wire.value().endswith(TLS_ALERT))
            self.assertFalse(client.is_connected)

    def test_ssh(self) -> None:
        client = self.connect(speaks_first=True)
        client.sends(b"SSH-2.0-OpenSSH_9.2\r\n")
        self.turn()
        self.assertIn(b"This is a chat, and not SSH.", client.wire.value())
        self.assertFalse(client.is_connected)


class LateTests(EverybodyTestCase):
    """Programs whose first line comes after the greeting."""

    def test_irc(self) -> None:
        for first in (b"CAP LS 302\r\n", b"NICK alice\r\n", b"USER a 0 * :b\r\n", b"PASS x\r\n"):
            client = self.connect()
            client.sends(first + b"PING :1\r\n")
            self.turn()
            dialog = self.dialogs.pop()
            self.assertEqual(dialog.heard, [first.rstrip(b"\n"), b"PING :1\r"])
            self.assertEqual(self.wires, ["irc"])
            client.sends(b"x" * 600 + b"\n")
            client.hangs_up()
            self.assertEqual(dialog.heard[2:], [b"too much", b"the end"])

    def test_irc_in_pieces_around_the_greeting(self) -> None:
        client = self.connect(speaks_first=True)
        client.sends(b"CA")
        self.wait(1)
        self.assertEqual(client.sees()[0], "-- Welcome to twistchat.")
        for byte in b"P LS 302\r\nNICK a\r\n":
            client.sends(bytes([byte]))
        self.assertEqual(self.dialogs[0].heard, [b"CAP LS 302\r", b"NICK a\r"])

    def test_what_was_counted(self) -> None:
        client = self.connect()
        client.sends(b"CAP LS 302\r\nNICK a\r\nPING :1\r\n")
        heard = self.world.registry.counts.heard
        self.assertEqual({wire: of.lines for wire, of in heard.items()}, {"line": 1, "irc": 2})

    def test_people_on_nc(self) -> None:
        person = self.connect()
        person.sees()
        self.assertIn("-- ", self.typing(person, "NICK bob")[0])
        self.assertIn("-- bob joined.", self.typing(person, "bob"))
        person.sends(b"NICK carl\r\n")
        self.turn()
        self.assertEqual((person.sees(), self.dialogs), (["<bob> NICK carl"], []))

    def test_only_the_first_line(self) -> None:
        person = self.connect()
        self.typing(person, "bob bob")
        person.sends(b"CAP LS 302\r\n")
        self.turn()
        self.assertEqual((self.wires, self.dialogs), (["line"], []))

    def test_json(self) -> None:
        program = self.connect()
        program.sees()
        program.sends(HELLO)
        self.turn()
        self.assertEqual(self.wires, ["json"])
        self.assertIn(b'"type":"joined"', program.wire.value())

    def test_a_kind_that_was_said_is_not_guessed(self) -> None:
        for first in (b"CAP LS 302\r\n", b"USER a 0 * :b\r\n", HELLO):
            person = self.world.connect(LINE)
            person.sends(first)
            self.turn()
        self.assertEqual((self.wires, self.dialogs), (["line"] * 3, []))


class HouseTests(EverybodyTestCase):
    """Where a password is asked for first."""

    doors = Doors(house=HousePassword("sesame"))

    def test_a_client_is_still_recognised(self) -> None:
        client = self.connect()
        client.sends(b"CAP LS 302\r\nPASS sesame\r\n")
        self.assertEqual(self.dialogs[0].heard, [b"CAP LS 302\r", b"PASS sesame\r"])

    def test_a_person_types_the_password(self) -> None:
        person: Person = self.connect()
        self.typing(person, "sesame")
        self.assertIn("-- bob joined.", self.typing(person, "bob"))
