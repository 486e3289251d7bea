"""The terminal client over JSON: a keyboard or a pipe on one side, a server on the other."""

from __future__ import annotations

from datetime import UTC

from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from tests.client.fake import Network
from twistchat.client.api import Client
from twistchat.client.keyboard import Keyboard
from twistchat.client.sentences import NOBODY_READS
from twistchat.client.showing import Showing
from twistchat.client.talk import Talk


class Scenarios(SynchronousTestCase):
    def setUp(self) -> None:
        self.net = Network()
        self.ended: list[tuple[int, str | None]] = []

    def start(self, nick: str | None = None, *, is_pipe: bool = False) -> None:
        clock = self.net.clock
        self.client = Client(
            clock, self.net.endpoint, rooms=["#lobby"], retry=lambda _: 2.0, buffer=100
        )
        self.talk = Talk(
            client=self.client, clock=clock, nick=nick, is_pipe=is_pipe, zone=UTC,
            finish=lambda status, words: self.ended.append((status, words)),
        )  # fmt: skip
        self.keyboard = Keyboard(self.talk, None if is_pipe else "utf-8")
        Deferred.fromCoroutine(self.client.connect())
        self.screen = StringTransport()
        self.keyboard.makeConnection(self.screen)
        self.keyboard.print_from(self.talk.valve)
        self.running = Deferred.fromCoroutine(self.talk.run())
        self.net.carry()

    def tearDown(self) -> None:
        if hasattr(self, "client"):
            Deferred.fromCoroutine(self.client.close())
            self.net.carry()
            self.successResultOf(self.running)

    def type(self, *lines: str) -> None:
        for line in lines:
            self.keyboard.dataReceived(line.encode() + b"\n")
        self.net.carry()

    def shown(self) -> list[str]:
        lines: list[str] = self.screen.value().decode().splitlines()
        self.screen.clear()
        return lines

    def lose(self) -> None:
        self.net.wire.lose()

    def said(self, room: str = "#lobby") -> list[str]:
        return [line["text"] for line in self.net.server.rooms.get(room, [])]


class TerminalTests(Scenarios):
    def test_what_was_not_kept_is_shown_again(self) -> None:
        """As on nc: answers come late where the store is away, and several lines were typed."""
        self.start("alice")
        self.shown()
        for code, why in (
            ("not-kept", "the server could not keep it"),
            ("not-kept-late", "it had to wait for too long"),
        ):
            self.net.server.refuse["say"] = {"code": code}
            self.type("hello")
            self.assertIn(f"-- Not sent: {why}. Try again: hello", self.shown())
        self.net.server.refuse["topic"] = {"code": "not-kept"}
        self.type("/topic tea")
        self.assertIn("-- Not sent: the server could not keep it. Try again.", self.shown())

    def test_names_cannot_be_given_out(self) -> None:
        self.start("alice")
        self.shown()
        self.net.server.refuse["rename"] = {"code": "unavailable"}
        self.type("/nick ann")
        self.assertIn(
            "-- Sorry, the server cannot give out names now. Try again later.", self.shown()
        )

    def test_a_person_chooses_a_name_and_talks(self) -> None:
        self.start()
        self.assertEqual(
            self.shown(),
            ["-- Welcome to fake.", "-- What is your name? Type it and press Enter."],
        )
        self.type("alice", "hello", "/me waves", "//etc", "/say /who")
        self.assertEqual(
            self.shown(),
            [
                "-- You are alice. Type to talk; /help shows the commands, exit leaves.",
                "-- alice joined.",
                "-- Here now (1): alice",
                "<alice> hello",
                "* alice waves",
                "<alice> /etc",
                "<alice> /who",
            ],
        )

    def test_a_person_may_try_another_name(self) -> None:
        self.start()
        self.net.server.refuse["hello"] = {
            "code": "name-taken", "text": "Sorry, the name bob is taken. How about bob2?",
        }  # fmt: skip
        self.type("bob")
        self.assertEqual(self.shown()[-1], "-- Sorry, the name bob is taken. How about bob2?")
        self.type("bob2")
        self.assertIn("-- bob2 joined.", self.shown())

    def test_what_is_missed_comes_in_order_and_nothing_is_doubled(self) -> None:
        self.start("alice")
        self.type("one")
        self.keyboard.dataReceived(b"two\n")
        self.net.wire.carry_up()  # it is kept, and its answer is lost
        self.lose()
        self.net.server.say("#lobby", "bob", "three")
        self.shown()
        self.type("four")
        self.net.wait(3)
        self.assertEqual(
            self.shown(),
            [
                "-- Not connected: 2 lines of yours are sent as soon as there is a connection.",
                "-- Connected again.",
                "[00:00] <alice> two",
                "[00:00] <bob> three",
                "<alice> four",
            ],
        )
        self.assertEqual(self.said(), ["one", "two", "three", "four"])

    def test_a_gap_is_seen(self) -> None:
        self.start("alice")
        self.lose()
        for number in range(305):
            self.net.server.say("#lobby", "bob", str(number))
        self.net.wait(3)
        shown = self.shown()
        self.assertIn("-- 300 lines of #lobby were missed here: /history shows older ones.", shown)
        self.assertEqual(shown[-1], "[00:00] <bob> 304")

    def test_rooms(self) -> None:
        self.start("alice")
        self.shown()
        self.type("/join #Cats", "meow", "/msg #lobby hi", "/leave", "hello")
        self.assertEqual(
            self.shown(),
            [
                "-- alice joined #cats.",
                "-- In #cats (1): alice",
                "-- What you type now goes to #cats.",
                "[#cats] <alice> meow",
                "<alice> hi",
                "-- alice left #cats.",
                "-- What you type now goes to #lobby.",
                "<alice> hello",
            ],
        )

    def test_exit_leaves_after_everything_was_said(self) -> None:
        self.start("alice")
        self.type("one", "two", "exit")
        self.assertEqual(self.shown()[-3:], ["<alice> one", "<alice> two", "-- Goodbye."])
        self.assertEqual(self.ended, [(0, None)])

    def test_the_end_of_input_leaves(self) -> None:
        self.start("alice")
        self.keyboard.dataReceived(b"no line end")
        self.keyboard.readConnectionLost()
        self.net.carry()
        self.assertEqual(self.shown()[-2:], ["<alice> no line end", "-- Goodbye."])
        self.assertEqual(self.ended, [(0, None)])

    def test_the_command_quit_leaves_with_words(self) -> None:
        self.start("alice")
        self.type("/quit so long")
        self.assertEqual(self.ended, [(0, None)])
        self.assertEqual(self.net.server.received[-1]["words"], "so long")

    def test_exit_at_the_door(self) -> None:
        self.start()
        self.type("exit")
        self.assertEqual(self.ended, [(0, None)])

    def test_exit_while_there_is_no_connection(self) -> None:
        self.start("alice")
        self.lose()
        self.keyboard.dataReceived(b"exit\n")
        self.assertEqual(self.ended, [(0, None)])

    def test_lines_that_are_never_sent_are_told(self) -> None:
        self.start("alice")
        self.lose()
        self.keyboard.dataReceived(b"one\ntwo\nexit\n")
        self.assertEqual(self.ended, [(1, "not sent: 2 of your lines, typed without a connection")])

    def test_commands_do_not_wait_for_a_connection(self) -> None:
        self.start("alice")
        self.lose()
        self.type("/who", "/join #x", "/me is crying")
        shown = self.shown()
        self.assertEqual(
            shown.count("-- Not sent: type that command again when there is a connection."), 2
        )
        self.net.wait(3)
        self.assertEqual(self.shown()[-1], "* alice is crying")

    def test_what_cannot_be_said_there_is_said_nowhere(self) -> None:
        self.start("cleo")
        self.net.server.refuse["join"] = {"code": "busy", "text": "No more rooms."}
        self.type("/join #secret", "for #secret alone")
        self.assertEqual(self.said(), [])
        self.type("to all")
        self.assertEqual(self.said(), ["to all"])

    def test_an_unknown_command(self) -> None:
        self.start("alice")
        self.net.server.refuse["command"] = {"code": "no-such-command", "about": "frob"}
        self.type("/frob x", "/usr/bin/env", "/msg bob", "/time maybe")
        self.assertEqual(
            self.shown()[-4:],
            [
                "-- There is no command /frob. /help shows them all.",
                "-- There is no command /usr/bin/env; // at the start says a line with a slash.",
                "-- Usage: /msg NAME WORDS (for example /msg alice are you there?)",
                "-- Usage: /time on|off (for example /time on)",
            ],
        )

    def test_an_extension(self) -> None:
        self.start("alice")
        self.type("/roll 2d6")
        asked = {**self.net.server.received[-1], "id": 0}
        self.assertEqual(
            asked, {"type": "command", "name": "roll", "room": "#lobby", "text": "2d6", "id": 0}
        )

    def test_what_operators_ask_of_the_server(self) -> None:
        self.start("alice")
        self.shown()
        self.type("/server count")
        self.assertEqual(self.shown(), ["-- count ␛[2J", "-- done"])
        self.type("/server")
        self.assertEqual(self.shown()[0], "-- help ␛[2J")

    def test_every_command_is_known(self) -> None:
        self.start("alice")
        for line in (
            "/history 5", "/search x since:1d", "/rooms", "/who", "/topic", "/topic cats",
            "/invite bob", "/whois bob", "/away lunch", "/back", "/ignore", "/ignore bob",
            "/unignore bob", "/time on", "/time off", "/echo off", "/echo on", "/charset", "/help",
            "/help join", "/nick rob", "/msg bob hi",
        ):  # fmt: skip
            self.shown()
            self.type(line)
            if line not in ("/topic cats", "/invite bob"):  # the fake tells nothing of these
                self.assertNotEqual(self.shown(), [], line)
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_what_a_server_sends_is_made_harmless(self) -> None:
        self.start("alice")
        self.shown()
        self.net.server.say("#lobby", "e\x1bve", "\x1b[2J\u202e\nx")
        self.net.carry()
        self.assertEqual(self.shown(), ["<e␛ve> ␛[2J�␊x"])

    def test_lengths_of_time_that_are_none(self) -> None:
        for nonsense in (1e400, -1.0, "long", None, 10**400):
            told = {"type": "person", "name": "bob", "here": nonsense, "idle": nonsense}
            lines = Showing(now=self.net.clock.seconds).person(told)
            self.assertEqual(lines, ["-- bob has been here for 0 seconds."])

    def test_who_reads_slowly_is_shown_everything(self) -> None:
        self.start("alice")
        self.shown()
        assert self.screen.producer is not None
        self.screen.producer.pauseProducing()
        for number in range(1000):
            self.net.server.say("#lobby", "bob", str(number))
            self.net.carry()
        self.assertLess(len(self.shown()), 3)
        self.assertEqual(self.net.wire.transport.producerState, "paused")
        self.screen.producer.resumeProducing()
        self.net.carry()
        self.assertEqual(self.shown()[-1], "<bob> 999")

    def test_an_interruption(self) -> None:
        self.start("alice")
        self.talk.interrupted()
        self.assertEqual(self.ended, [(130, None)])


class PipeTests(Scenarios):
    def pipe(self, data: bytes) -> None:
        self.start("bot", is_pipe=True)
        self.keyboard.dataReceived(data)
        self.net.carry()
        self.keyboard.readConnectionLost()
        self.net.carry()

    def test_every_line_is_said_whatever_it_looks_like(self) -> None:
        self.pipe(b"hello\n/who\nexit\n\n  indented\nlast")
        self.assertEqual(self.said(), ["hello", "/who", "exit", "  indented", "last"])
        self.assertEqual(self.ended, [(0, None)])
        self.assertTrue(self.shown()[0].startswith("-- You are bot."))

    def test_an_empty_pipe(self) -> None:
        self.pipe(b"")
        self.assertEqual(self.ended, [(0, None)])

    def test_a_refused_name(self) -> None:
        self.net.server.refuse["hello"] = {"code": "name-taken", "text": "Sorry, it is taken."}
        self.pipe(b"hello\n")
        self.assertEqual(self.ended, [(1, "Sorry, it is taken.")])
        self.assertEqual(self.shown(), [])

    def test_why_it_ends_is_made_harmless(self) -> None:
        self.net.server.refuse["hello"] = {"code": "custom", "text": "No \x1b[2J\n\x9b."}
        self.start("bot", is_pipe=True)
        self.assertEqual(self.ended, [(1, "No \u241b[2J\u240a\ufffd.")])

    def test_a_lost_connection_is_made_again(self) -> None:
        self.start("bot", is_pipe=True)
        self.keyboard.dataReceived(b"one\ntwo\n")
        self.net.wire.carry_up()
        self.lose()
        self.keyboard.dataReceived(b"three\n")
        self.keyboard.readConnectionLost()
        self.net.wait(3)
        self.assertEqual(self.said(), ["one", "two", "three"])
        self.assertEqual(self.ended, [(0, None)])

    def test_a_connection_that_stays_lost_is_an_error(self) -> None:
        self.start("bot", is_pipe=True)
        self.keyboard.dataReceived(b"one\ntwo\n")
        self.lose()
        self.net.endpoint.is_down = True
        self.net.wait(31)
        self.assertEqual(
            self.ended, [(1, "the connection was lost: 2 lines were perhaps not said")]
        )

    def test_a_line_that_was_refused_is_an_error(self) -> None:
        self.pipe(b"\xff\xfe bad\ngood\n")
        self.assertEqual(self.ended, [(1, "not everything was said: see above")])

    def test_a_line_that_the_server_refused_is_an_error(self) -> None:
        self.net.server.refuse["say"] = {"code": "text-odd", "text": "It is too long."}
        self.pipe(b"bad\ngood\n")
        self.assertEqual(self.said(), ["good"])
        self.assertIn("-- It is too long.", self.shown())
        self.assertEqual(self.ended, [(1, "not everything was said: see above")])

    def test_a_reader_that_goes_away(self) -> None:
        self.start("bot", is_pipe=True)
        self.type("one")
        self.keyboard.writeConnectionLost()
        self.net.carry()
        self.assertEqual(self.ended, [(1, NOBODY_READS)])
        self.successResultOf(self.keyboard.close())

    def test_a_reader_that_goes_away_when_all_is_said(self) -> None:
        self.start("bot", is_pipe=True)
        self.type("one")
        self.keyboard.readConnectionLost()
        self.keyboard.writeConnectionLost()
        self.net.carry()
        self.assertEqual(self.ended, [(0, None)])
        self.successResultOf(self.keyboard.close())

    def test_a_line_far_too_long(self) -> None:
        self.start("bot", is_pipe=True)
        self.keyboard.dataReceived(b"x" * (1024 * 1024 + 10))
        self.assertEqual(self.ended[0][0], 1)

    def test_only_so_much_is_read_before_it_is_said(self) -> None:
        self.start("bot", is_pipe=True)
        self.keyboard.dataReceived(b"x\n" * 300)
        self.assertEqual(self.screen.producerState, "paused")
        self.net.carry()
        self.assertEqual(self.screen.producerState, "producing")
        self.assertEqual(len(self.said()), 300)
