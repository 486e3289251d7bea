"""The log: one JSON object a line, and never what people say, nor what lets them in."""

from __future__ import annotations

import ast
import io
import json as standard_json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.logger import (
    FileLogObserver,
    ILogObserver,
    Logger,
    LogLevel,
    globalLogPublisher,
    textFileLogObserver,
)
from twisted.python import log as legacy_log
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer
from zope.interface.verify import verifyObject

import twistchat
from tests.engines import OnSlowEngine, OnSQLite
from tests.folders import temporary_folder
from tests.lines import TOKEN
from twistchat.accounts.doors import Doors
from twistchat.accounts.house import HousePassword
from twistchat.core.chat import Chat, Extension
from twistchat.core.events import Cause, Item, Refused
from twistchat.core.limits import Limits
from twistchat.log import OURS, Destination, as_line, json_log
from twistchat.testing import JSON, ChatTestCase, Person, World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.logger import LogEvent

    from twistchat.core.model import User

ROOT = Path(twistchat.__file__).parent


class LineTests(SynchronousTestCase):
    """Each event is one object."""

    def setUp(self) -> None:
        self.file = io.BytesIO()
        self.log = Logger("twistchat.test", observer=json_log(self.file))

    def lines(self) -> list[dict[str, Any]]:
        text = self.file.getvalue().decode("utf-8")
        self.assertTrue(text.endswith("\n"))
        return [standard_json.loads(line) for line in text.splitlines()]

    def line(self) -> dict[str, Any]:
        (line,) = self.lines()
        return line

    def test_an_event(self) -> None:
        told = as_line(
            {
                "log_time": 1795276341.5,
                "log_level": LogLevel.warn,
                "log_namespace": "twistchat.session.session",
                "log_format": "{name} is gone: {cause}",
                "name": "小明",
                "cause": Cause.TOO_SLOW,
            }
        )
        self.assertEqual(
            told,
            '{"time": "2026-11-21T15:52:21.500Z", "level": "warn",'
            ' "namespace": "twistchat.session.session", "message": "小明 is gone: too slow",'
            ' "name": "小明", "cause": "too slow"}\n',
        )

    def test_the_guide_shows_it(self) -> None:
        guide = (ROOT.parent / "docs" / "operating.md").read_text("utf-8")
        told = {
            "log_time": 1795276341.5,
            "log_level": LogLevel.info,
            "log_namespace": "twistchat.session.session",
            "log_format": "{name} came in from {address} by {wire}",
            "name": "小明",
            "address": "192.0.2.7",
            "wire": "line",
        }
        self.assertIn(f"```json\n{as_line(told)}", guide)

    def test_fields_keep_their_kind(self) -> None:
        class Odd:
            def __repr__(self) -> str:
                raise ValueError

        self.log.info(
            "", count=3, much=1.5, yes=True, none=None, path=Path("/x"), why=OSError("no")
        )
        line = self.line()
        self.assertEqual(
            {name: line[name] for name in ("count", "much", "yes", "none", "path")},
            {"count": 3, "much": 1.5, "yes": True, "none": None, "path": "/x"},
        )
        self.log.info("odd", odd=Odd(), endless=float("inf"), never=float("nan"))
        line = self.lines()[1]
        self.assertEqual((line["endless"], line["never"]), ("inf", "nan"))
        self.assertIn("Odd", line["odd"])

    def test_a_failure_is_one_field(self) -> None:
        self.log.failure("a chore went wrong", Failure(OSError("no space")))
        line = self.line()
        self.assertEqual((line["message"], line["level"]), ("a chore went wrong", "critical"))
        self.assertTrue(line["traceback"].startswith("Traceback"))
        self.assertIn("builtins.OSError: no space", line["traceback"])

    def test_what_cannot_be_put_together(self) -> None:
        self.log.info("{nothing} is there")
        self.assertIn("nothing", self.line()["message"])

    def test_an_event_of_next_to_nothing(self) -> None:
        self.assertEqual(
            standard_json.loads(as_line({})),
            {"time": None, "level": "info", "namespace": "-", "message": ""},
        )

    def test_nothing_breaks_a_line(self) -> None:
        wild = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0x202E, 0xDC80]))
        self.log.info("{name} came in", name=wild)
        data = self.file.getvalue()
        self.assertEqual(data.count(b"\n"), 1)
        self.assertTrue(data.decode()[:-1].isprintable())
        self.assertEqual(self.line()["name"], wild)


class LegacyTests(SynchronousTestCase):
    """What Twisted's own older parts log."""

    def setUp(self) -> None:
        self.file = io.BytesIO()
        observer = json_log(self.file)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)

    def line(self) -> dict[str, Any]:
        (line,) = map(standard_json.loads, self.file.getvalue().splitlines())
        assert isinstance(line, dict)
        return line

    def test_a_message(self) -> None:
        legacy_log.msg("Port", 8000, system="HTTPChannel,0,127.0.0.1", count=3)
        line = self.line()
        self.assertEqual((line["message"], line["level"]), ("Port 8000", "info"))
        self.assertEqual((line["system"], line["count"]), ("HTTPChannel,0,127.0.0.1", 3))
        self.assertTrue(line["time"].endswith("Z"))

    def test_an_error(self) -> None:
        legacy_log.err(Failure(OSError("no space")), "It went wrong")
        self.flushLoggedErrors(OSError)
        line = self.line()
        self.assertEqual((line["message"], line["level"]), ("It went wrong", "critical"))
        self.assertIn("no space", line["traceback"])


class DestinationTests(SynchronousTestCase):
    """Where twistd's own log would be."""

    def setUp(self) -> None:
        self.folder = temporary_folder(self)
        self.destination = Destination()
        self.soon: list[Any] = []

    def follow(self, logfile: str | None, *, is_daemon: bool = False) -> None:
        self.destination.follow(logfile, is_daemon=is_daemon, soon=self.soon.append)

    def test_standard_output(self) -> None:
        import sys

        for logfile in (None, "", "-"):
            self.follow(logfile)
            opened = self.destination.open()
            self.assertIs(opened, getattr(sys.stdout, "buffer", sys.stdout))
        self.assertIs(Destination().open(), getattr(sys.stdout, "buffer", sys.stdout))

    def test_a_file(self) -> None:
        before = signal.getsignal(signal.SIGUSR1)
        self.addCleanup(signal.signal, signal.SIGUSR1, before)
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
        path = self.folder / "chat.log"
        self.follow(str(path), is_daemon=True)
        file = self.destination.open()
        self.addCleanup(file.close)
        observer = json_log(file)
        verifyObject(ILogObserver, observer)
        self.assertIsInstance(observer, FileLogObserver)
        Logger(observer=observer).info("{name}", name="小明")
        (line,) = path.read_text("utf-8").splitlines()
        self.assertEqual(standard_json.loads(line)["name"], "小明")
        signal.raise_signal(signal.SIGUSR1)
        (rotate,) = self.soon
        rotate()
        self.assertEqual(path.read_text(), "")
        self.assertIn("小明", (self.folder / "chat.log.1").read_text("utf-8"))

    def test_a_daemon_has_no_standard_output(self) -> None:
        self.follow("-", is_daemon=True)
        error = self.assertRaises(SystemExit, self.destination.open)
        self.assertEqual(
            error.code, "twistd: a daemon has no standard output: give --logfile a file"
        )

    def test_a_file_that_cannot_be_written(self) -> None:
        path = self.folder / "nowhere" / "chat.log"
        self.follow(str(path))
        error = self.assertRaises(SystemExit, self.destination.open)
        self.assertEqual(error.code, f"twistd: cannot write to {path}: No such file or directory")


SECRET = "squeamish ossifrage"
"""Words that are typed in all kinds of places, and may stand in no log."""


def _broken(chat: Chat, user: User, room: str, rest: str) -> Sequence[Item] | Refused:
    """An extension of somebody else's, with a fault."""
    raise LookupError("a fault")


class Watched(ChatTestCase):
    """A chat whose log is watched, in both forms, and as the events themselves."""

    limits = Limits(joins=3, strangers=2, line=200, name_time=60, searches=2)

    def setUp(self) -> None:
        self.json, self.text = io.BytesIO(), io.StringIO()
        self.events: list[LogEvent] = []

        @implementer(ILogObserver)
        def keep(event: LogEvent) -> None:
            self.events.append(event)

        for observer in (json_log(self.json), textFileLogObserver(self.text), keep):
            globalLogPublisher.addObserver(observer)
            self.addCleanup(globalLogPublisher.removeObserver, observer)
        super().setUp()
        self.tokens: set[str] = set()

    def does(self, person: Person, *lines: str) -> None:
        """Type lines, and keep the tokens that are shown in answer."""
        for line in lines:
            person.types(line)
            self.turn()
            self.tokens.update(TOKEN.findall(b"\n".join(person.reads()).decode()))

    def assert_silent(self, *more: str) -> None:
        """See that none of it is anywhere in the log."""
        logs = {
            "json": self.json.getvalue().decode(),
            "text": self.text.getvalue(),
            "events": "\n".join(map(repr, self.events)),
            "fields": "\n".join(str(value) for each in self.events for value in each.values()),
        }
        self.assertTrue(self.events)
        for words in (SECRET, "squeamish", "ossifrage", *self.tokens, *more):
            for name, log in logs.items():
                self.assertNotIn(words, log, name)
        for line in logs["json"].splitlines():
            self.assertIsInstance(standard_json.loads(line), dict)

    def test_people_talk(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.does(
            alice, SECRET, f"/me {SECRET}", f"/msg bob {SECRET}", f"/say /{SECRET}",
            f"/topic {SECRET}", f"/away {SECRET}", f"/search {SECRET}", f"/join {SECRET}",
            f"/{SECRET}", f"/msg {SECRET}", f"/nick {SECRET}", f"/whois {SECRET}",
            f"/ignore {SECRET}", f"/resume {SECRET}", f"/resume {SECRET.split(maxsplit=1)[0]}",
            f"/charset {SECRET}", f"/history {SECRET}", f"/invite {SECRET}", f"{SECRET} " * 50,
            f"/search {SECRET}", f"/search {SECRET}", f"/leave #lobby {SECRET}",
        )  # fmt: skip
        alice.sends(b"\xff" + SECRET.encode() + b"\n")
        self.does(bob, *(f"/join #{number}" for number in range(5)), f"/msg alice {SECRET}")
        self.does(alice, f"/quit {SECRET}")
        self.world.registry.say_goodbye(SECRET)
        self.turn()
        self.assert_silent()

    def test_at_the_door(self) -> None:
        person = self.connect()
        self.does(person, f"{SECRET} {SECRET}", f"/msg bob {SECRET}", f"/resume {SECRET}")
        self.does(self.connect(speaks_first=True), f"GET /{SECRET.replace(' ', '')} HTTP/1.1")
        self.wait(61)
        self.assert_silent()

    def test_coming_back(self) -> None:
        (alice,) = self.people("alice")
        self.does(alice, "/token", SECRET)
        (token,) = self.tokens
        other = self.connect()
        self.does(other, f"/resume {token}", SECRET)
        self.does(other, f"/resume {token[:-1]}x", f"/resume {token}")
        other.vanishes()
        again = self.connect()
        self.does(again, f"/resume {token} {SECRET}", f"/resume {token}", f"/quit {SECRET}")
        self.turn()
        self.assert_silent(token, token[:-1])

    def test_programs(self) -> None:
        program = self.world.connect(JSON)
        self.turn()
        for line in (
            SECRET,
            f'{{"type": "{SECRET}"}}',
            f'{{"type": "say", "room": "#lobby", "text": "{SECRET}"}}',
            f'{{"type": "hello", "protocol": 1, "name": "carol", "token": "{SECRET}"}}',
            '{"type": "hello", "protocol": 1, "name": "carol", "client": "robot/1\\n\\u001b[1m"}',
            f'{{"type": "say", "room": "#lobby", "text": "{SECRET}", "id": 1, "key": "k{SECRET}"}}',
            f'{{"type": "say", "room": "#lobby", "text": "{SECRET}", "{SECRET}": 1}}',
            f'{{"type": "whisper", "to": "carol", "text": "{SECRET}"}}',
            '{"type": "token"}',
            '{"type": "quit"}',
        ):
            self.does(program, line)
        (token, *_) = self.tokens
        program = self.world.connect(JSON)
        self.does(program, f'{{"type": "hello", "protocol": 1, "token": "{token}"}}')
        self.assert_silent(token)

    def test_passwords(self) -> None:
        (alice,) = self.people("alice")
        new = f"the other {SECRET}"
        self.does(
            alice, "/register", SECRET, SECRET, f"/register {SECRET}", "/account",
            "/passwd", SECRET, new, new, "/passwd", f"wrong {SECRET}", new, new, "",
            "/logout", f"/login alice {SECRET}", "/login alice", f"wrong {SECRET}", "",
            "/login alice", new, "/account delete", f"wrong {SECRET}", "/account delete", new,
        )  # fmt: skip
        program = self.world.connect(JSON)
        for kind in ("hello", "login", "register", "passwd"):
            fields = {"password": SECRET, "new": SECRET, "old": SECRET, "house": SECRET}
            asked = {"type": kind, "protocol": 1, "name": "alice", **fields}
            self.does(program, standard_json.dumps(asked))
        self.wait(60)
        self.assertIn("wrong-password", self.world.parts.counts.refused_logins)
        self.assert_silent()

    def test_the_password_of_the_house(self) -> None:
        doors = Doors(house=HousePassword(SECRET))
        self.world = World(limits=self.limits, doors=doors)
        person = self.connect()
        self.does(person, "alice", f"wrong {SECRET}", "alice", SECRET, "alice", "hello")
        self.assert_silent()

    def test_names_break_no_line(self) -> None:
        for name in ("a\x1b[31mb", "a\rb", "a\x85b", "a\u2028b", "a\tb", "\x07", "a" * 300):
            person = self.connect()
            self.does(person, name)
            self.does(person, f"{name}\n{name}")
            self.does(person, "dan", f"/nick {name}", "/quit")
        program = self.world.connect(JSON)
        wild = '"a\\n2026-11-22 [x] alice came in\\r\\u001b[31m\\u2028"'
        hello = f'"type": "hello", "protocol": 1, "name": {wild}'
        self.does(program, f"{{{hello}}}", f'{{{hello}, "client": {wild}}}')
        self.does(program, f'{{"type": "hello", "protocol": 1, "name": "eve", "client": {wild}}}')
        self.turn()
        for line in self.text.getvalue().splitlines():  # splits at whatever some program would
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* \[\S+\] ")
            self.assertTrue(line.isprintable(), repr(line))
        self.assertEqual(len(self.json.getvalue().splitlines()), len(self.events))
        for event in self.events:
            self.assertTrue(as_line(event)[:-1].isprintable())


class OnSlowEngineToo(OnSlowEngine, Watched):
    """The same, where things go wrong, too."""

    def test_faults(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.slow.fails = True
        self.does(alice, SECRET, f"/msg bob {SECRET}", f"/search {SECRET}", "/history")
        self.does(bob, f"/nick {SECRET.split(maxsplit=1)[0]}", f"/topic {SECRET}")
        self.slow.fails = False
        self.wait(6)
        self.does(alice, SECRET)
        self.slow.hangs = True
        self.does(alice, SECRET)
        self.wait(11)
        self.slow.answer()
        self.turn()
        self.assert_silent()
        self.assertTrue(self.flushLoggedErrors())  # that names could not be claimed

    def test_faults_of_others(self) -> None:
        extension = Extension("broken", "/broken", "Is broken.", _broken)
        world = self.world = World(self.make_engine, limits=self.limits, extensions=[extension])
        (alice,) = world.people("alice")
        self.does(alice, f"/broken {SECRET}")
        self.assertEqual(len(self.flushLoggedErrors(LookupError)), 1)
        self.assert_silent()


class OnSQLiteToo(OnSQLite, Watched):
    """The same, on the disk."""


class CallTests(SynchronousTestCase):
    """Every place that logs."""

    def calls(self) -> list[tuple[Path, ast.Call]]:
        found = []
        for path in ROOT.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=attr)) if (
                        attr in {"debug", "info", "warn", "error", "failure", "critical"}
                    ):
                        found.append((path, node))
        return found

    def test_what_is_logged_has_a_name_of_its_own(self) -> None:
        calls = self.calls()
        self.assertGreater(len(calls), 30)
        for path, call in calls:
            for keyword in call.keywords:
                where = f"{path.relative_to(ROOT)}:{call.lineno}"
                self.assertIsNotNone(keyword.arg, where)
                self.assertNotIn(keyword.arg, OURS, where)
                self.assertFalse(
                    {"text", "words", "said", "topic", "token", "password", "secret", "key"}
                    & set(str(keyword.arg).split("_")),
                    where,
                )

    def test_what_is_logged_is_put_into_words_by_the_log(self) -> None:
        """An f-string would be a format of its own, in which somebody's braces are read again."""
        for path, call in self.calls():
            first = call.args[0]
            self.assertIsInstance(first, ast.Constant, f"{path}:{call.lineno}")
