"""Programs that speak another protocol to the port of the chat."""

from __future__ import annotations

from twistchat.frontends.foreign import TLS_ALERT
from twistchat.frontends.irc.protocol import IRCFactory
from twistchat.frontends.jsonlines.protocol import JSONFactory
from twistchat.testing import ChatTestCase, FrontEnd

REQUESTS = (
    b"GET / HTTP/1.1\r\nHost: chat.example:8000\r\n\r\n",
    b"HEAD / HTTP/1.0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n\r\nmallory\nspam\n",
    b"OPTIONS * HTTP/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"CONNECT smtp.example:25 HTTP/1.1\r\n\r\n",
    b"GET /\r\n",
)


class ForeignTests(ChatTestCase):
    def test_http_is_answered_in_http_and_closed(self) -> None:
        (alice,) = self.people("alice")
        for request in REQUESTS:
            browser = self.connect(speaks_first=True)
            browser.sends(request)
            self.turn()
            head, _, body = browser.wire.value().partition(b"\r\n\r\n")
            self.assertTrue(head.startswith(b"HTTP/1.1 400 Bad Request\r\n"), request)
            self.assertIn(f"Content-Length: {len(body)}\r\n".encode(), head)
            self.assertIn(b"    nc 10.0.0.1 12345\n", body)
            self.assertFalse(browser.is_connected)
        self.assertEqual(alice.sees(), [])
        self.assertEqual(len(self.world.registry.sessions), 1)

    def test_a_request_in_pieces(self) -> None:
        (alice,) = self.people("alice")
        browser = self.connect(speaks_first=True)
        browser.sends(b"PO")
        self.turn()
        browser.sends(b"ST / HTTP/1.1\r\nHost: x\r\n\r\nmallory\nspam\n")
        self.turn()
        self.assertIn(b"HTTP/1.1 400 Bad Request\r\n", browser.wire.value())
        self.assertFalse(browser.is_connected)
        self.assertEqual(alice.sees(), [])

    def test_a_request_behind_something_else(self) -> None:
        (alice,) = self.people("alice")
        for first in (b"\r\n", b"\x00\x01 \n", b"a b\n"):
            trick = self.connect()
            trick.sends(first + b"Host: chat.example\r\n\r\nmallory\nspam\n")
            self.turn()
            self.assertFalse(trick.is_connected)
        late = self.connect()
        late.sends(b"\x16\x03\x01" + b"x" * 20_000)
        self.turn()
        self.assertEqual(late.wire.value()[-len(TLS_ALERT) :], TLS_ALERT)
        self.assertFalse(late.is_connected)
        self.assertEqual(alice.sees(), [])

    def test_tls_is_answered_with_an_alert(self) -> None:
        for hello in (b"\x16\x03\x01\x02\x00\x01\n\n", b"\x16\x03\x03" + bytes(200)):
            client = self.connect(speaks_first=True)
            client.sends(hello)
            self.turn()
            self.assertEqual(client.wire.value(), TLS_ALERT)
            self.assertFalse(client.is_connected)

    def test_ssh_is_told_in_a_line(self) -> None:
        client = self.connect(speaks_first=True)
        client.sends(b"SSH-2.0-OpenSSH_9.2\r\n")
        self.turn()
        self.assertEqual(
            client.wire.value(),
            b"This is a chat, and not SSH. Join it with: nc 10.0.0.1 12345\r\n",
        )
        self.assertFalse(client.is_connected)

    def test_irc_is_told_in_irc(self) -> None:
        for first in (b"CAP LS 302\r\n", b"NICK bob\r\nUSER bob 0 * :bob\r\n"):
            client = self.connect(speaks_first=True)
            client.sends(first)
            self.turn()
            self.assertEqual(
                client.wire.value(),
                b"ERROR :This port does not speak IRC. Join with: nc 10.0.0.1 12345\r\n",
            )
            self.assertFalse(client.is_connected)
        for name in ("USER1", "NICKOLAS", "PASSION"):
            program = self.connect(speaks_first=True)
            program.sends(f"{name}\r\n".encode())
            self.turn()
            self.assertIn(f"-- {name} joined.", program.sees())
        person = self.connect()
        person.types("NICK bob")  # somebody who has read the question
        self.turn()
        self.assertTrue(person.is_connected)

    def test_people_may_say_such_things(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("GET / HTTP/1.1")
        alice.types("Host: of the party")
        alice.types("SSH-2.0-is old")
        self.turn()
        self.assertEqual(len(bob.sees()), 3)

    def test_who_speaks_first_is_greeted_too(self) -> None:
        alice = self.connect(speaks_first=True)
        self.assertEqual(alice.sees(), [])
        alice.types("alice")
        self.assertEqual(alice.sees()[0], "-- Welcome to twistchat.")
        self.turn()
        self.assertEqual(alice.sees()[1:], ["-- alice joined.", "-- Here now (1): alice"])
        quiet = self.connect(speaks_first=True)
        self.wait(0.2)
        self.assertEqual(quiet.sees(), [])
        self.wait(0.1)
        self.assertEqual(quiet.sees()[0], "-- Welcome to twistchat.")
        self.wait(1)
        self.assertEqual(quiet.sees(), [])

    def test_hanging_up_before_the_greeting(self) -> None:
        self.connect(speaks_first=True).hangs_up()
        self.turn()
        self.assertEqual(self.world.clock.getDelayedCalls(), [])


class ForeignToProgramsTests(ChatTestCase):
    """A web page must not make somebody's browser speak the protocol of programs."""

    front_end = FrontEnd(JSONFactory)

    def test_a_request_with_an_object_in_it_says_nothing(self) -> None:
        (alice,) = self.world.people("alice")
        said = b'{"type":"hello","name":"mallory"}\n{"type":"say","room":"#lobby","text":"spam"}\n'
        for head in (*REQUESTS, b"\r\nHost: chat.example\r\n\r\n", b"x\nOrigin: http://x\r\n\r\n"):
            browser = self.connect(speaks_first=True)
            browser.sends(head + said)
            self.turn()
            self.assertFalse(browser.is_connected, head)
            self.assertIn(b"HTTP/1.1 400 Bad Request\r\n", browser.wire.value())
            self.assertIn(b"\n    twistchat connect 10.0.0.1:12345\n", browser.wire.value())
            self.assertNotIn(b"nc 10", browser.wire.value())
        self.assertEqual(alice.sees(), [])

    def test_tls_is_answered_with_an_alert(self) -> None:
        browser = self.connect(speaks_first=True)
        browser.sends(b"\x16\x03\x01\x02\x00\x01\n\n")
        self.turn()
        self.assertEqual(browser.wire.value(), TLS_ALERT)
        self.assertFalse(browser.is_connected)


class ForeignToIRCTests(ChatTestCase):
    """Whoever comes to a port of IRC alone is not sent there with nc."""

    front_end = FrontEnd(IRCFactory)

    def test_they_are_told_to_come_by_irc(self) -> None:
        for first in (*REQUESTS, b"SSH-2.0-OpenSSH_9.2\r\n"):
            other = self.connect(speaks_first=True)
            other.sends(first)
            self.turn()
            self.assertFalse(other.is_connected, first)
            self.assertIn(b" irc://10.0.0.1:12345", other.wire.value())
            self.assertNotIn(b"nc 10", other.wire.value())
