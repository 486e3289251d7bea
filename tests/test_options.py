"""Where to listen, limits and the file, as options; and the room for connections."""

from __future__ import annotations

import contextlib
import io
import socket
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from unittest import skipUnless

from twisted.internet import reactor
from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactor, MemoryReactorClock
from twisted.python.usage import Options as TwistdOptions
from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from twistchat.accounts.doors import Doors
from twistchat.config import help_limits
from twistchat.core.limits import DEFAULT_LIMITS, NONE, Limits, described
from twistchat.frontends.registry import Greeting
from twistchat.frontends.sniff import SniffFactory
from twistchat.host.descriptors import HAS_RESOURCE, fit
from twistchat.host.endpoints import ANY_PORT, ANY_PORT_IPV4, Listen, endpoint_of, read_listen
from twistchat.host.probe import CannotListenError, Trial
from twistchat.service import KINDS, ChatService
from twistchat.tap import Options, makeService

HELP = " (twistd chat --help-limits explains them)"


class OptionsTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = temporary_folder(self)

    def parse(self, *arguments: str, file: str | None = None) -> Options:
        words = list(arguments)
        if file is not None:
            (self.folder / "chat.toml").write_text(file, "utf-8")
            words = ["--config", "chat.toml", *words]
        twistd = TwistdOptions()
        twistd["rundir"] = str(self.folder)
        twistd["nodaemon"] = True
        options = Options()
        options.parent = twistd
        options.parseOptions(words)
        return options

    def error(self, *arguments: str, file: str | None = None) -> str:
        error = self.assertRaises(SystemExit, self.parse, *arguments, file=file)
        message = str(error.code)
        self.assertNotIn("\n", message)
        self.assertTrue(message.startswith("twistd chat: "), message)
        return message.removeprefix("twistd chat: ")

    def metrics(self, *arguments: str, file: str | None = None) -> str | None:
        found = self.parse(*arguments, file=file).metrics
        return None if found is None else found[0]

    def places(self, *arguments: str, file: str | None = None) -> list[str]:
        listen = self.parse(*arguments, file=file).listen
        self.assertEqual({place.kind for place, _ in listen}, {"any"})
        return [place.endpoint for place, _ in listen]


class MetricsOptionTests(OptionsTestCase):
    def test_a_port_is_for_this_machine_alone(self) -> None:
        self.assertIsNone(self.metrics())
        self.assertEqual(self.metrics("--metrics", "9100"), "tcp:9100:interface=127.0.0.1")
        self.assertEqual(self.metrics("--metrics", "0"), "tcp:0:interface=127.0.0.1")
        self.assertEqual(self.metrics(file="metrics = 0"), "tcp:0:interface=127.0.0.1")
        self.assertEqual(self.metrics(file='metrics = "9100"'), "tcp:9100:interface=127.0.0.1")

    def test_an_endpoint_is_taken_as_it_is(self) -> None:
        for endpoint in ("tcp:9100", "unix:/run/metrics.sock"):
            self.assertEqual(self.metrics("--metrics", endpoint, file="metrics = 1"), endpoint)

    def test_mistakes(self) -> None:
        words = "is no port: give a number from 0 to 65535"
        for place in ("", "http", "65536", "-1"):
            self.assertIn(words, self.error("--metrics", place))
        self.assertEqual(
            self.error(file="\nmetrics = 70000"), f"chat.toml, line 2: metrics: 70000 {words}"
        )
        self.assertIn("metrics takes a number or an endpoint", self.error(file="metrics = true"))


class ListenTests(OptionsTestCase):
    def test_neither_nor(self) -> None:
        for file in (None, "", "listen = []"):
            self.assertEqual(self.places(file=file), [endpoint_of("8000")])

    def test_listen_alone(self) -> None:
        self.assertEqual(
            self.places("--listen", "9000", "--listen", "unix:/x"),
            [endpoint_of("9000"), "unix:/x"],
        )
        self.assertEqual(self.places(file="listen = ['unix:/x']"), ["unix:/x"])

    def test_both(self) -> None:
        self.assertEqual(
            self.places("--listen", "unix:/x", "--port", "tcp:1"), ["tcp:1", "unix:/x"]
        )
        self.assertEqual(
            self.places(file="port = 'tcp:1'\nlisten = ['unix:/x']"), ["tcp:1", "unix:/x"]
        )
        self.assertEqual(self.places("--listen", "unix:/x", file="port = 'tcp:1'")[0], "tcp:1")

    def test_the_command_line_wins(self) -> None:
        file = "port = 7000\nlisten = ['unix:/x', 'unix:/y']"
        self.assertEqual(
            self.places("--port", "tcp:1", "--listen", "unix:/z", file=file), ["tcp:1", "unix:/z"]
        )

    def test_kinds(self) -> None:
        for text, kind, endpoint in (
            ("9000", "any", endpoint_of("9000")),
            ("any=9000", "any", endpoint_of("9000")),
            ("line=tcp:9000", "line", "tcp:9000"),
            ("line=9000", "line", endpoint_of("9000")),
            ("json=9000", "json", endpoint_of("9000")),
            ("unix:/tmp/x=y", "any", "unix:/tmp/x=y"),
            ("ssl:8443:privateKey=key.pem", "any", "ssl:8443:privateKey=key.pem"),
            ("line=ssl:8443:privateKey=key.pem", "line", "ssl:8443:privateKey=key.pem"),
            ("tcp:port=9000", "any", "tcp:port=9000"),
        ):
            self.assertEqual(read_listen(text, KINDS), Listen(kind, endpoint), text)

    def test_a_port_of_one_kind(self) -> None:
        for listen in (
            self.parse("--port", "line=9000").listen,
            self.parse(file="port = 'line=9000'").listen,
            self.parse("--listen", "line=9000").listen,
        ):
            self.assertEqual([place for place, _ in listen], [Listen("line", endpoint_of("9000"))])
        self.assertIn("'lne' is no kind", self.error("--port", "lne=9000"))

    def test_kinds_that_do_not_exist(self) -> None:
        known = f"(there are: {', '.join(KINDS)})"
        for text, words in {
            "lne=9000": f"'lne' is no kind to listen for {known}; did you mean line?",
            "LINE=9000": f"'LINE' is no kind to listen for {known}; did you mean line?",
            "paper=tcp:6667": f"'paper' is no kind to listen for {known}",
            "=tcp:6667": f"'' is no kind to listen for {known}",
        }.items():
            self.assertEqual(self.error("--listen", text), words)
            self.assertEqual(
                self.error(file=f"name = 'x'\nlisten = ['{text}']"), f"chat.toml, line 2: {words}"
            )

    def test_what_is_no_place(self) -> None:
        words = "'line' is no port: give a number from 0 to 65535"
        self.assertEqual(self.error("--listen", "line"), words)
        self.assertEqual(
            self.error(file="port = 65536"),
            "chat.toml, line 1: 65536 is no port: give a number from 0 to 65535",
        )

    def test_two_on_one_port(self) -> None:
        with Trial(reactor) as trial:
            trial.listen("tcp:0:interface=127.0.0.1")
            trial.listen("tcp:0:interface=127.0.0.1")
        path = self.folder / "socket"
        for place in (f"unix:{path}", f"tcp:{self.free_port()}:interface=127.0.0.1"):
            options = self.parse("--listen", place, "--listen", place)
            message = str(self.assertRaises(SystemExit, makeService, options).code)
            self.assertIn("is asked for twice: leave one out, or choose another for it", message)
        self.assertIn(f"twistd chat: port {place.split(':')[1]} is", message)

    def test_a_port_of_the_file_that_is_taken(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            options = self.parse(file=f"\nlisten = ['tcp:{port}:interface=127.0.0.1']")
            message = self.assertRaises(SystemExit, makeService, options).code
        self.assertEqual(
            message,
            f"twistd chat: chat.toml, line 2: port {port} is in use:"
            " stop what uses it, or choose another with listen",
        )

    def free_port(self) -> int:
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            return int(trial.getsockname()[1])

    def test_paths_that_no_socket_can_have(self) -> None:
        (self.folder / "file").write_text("precious")
        with socket.socket(socket.AF_UNIX) as old:
            old.bind(str(self.folder / "old"))
        there = "something is there already; remove it, or choose another"
        for path, words in {
            "": "a socket needs a path",
            str(self.folder): there,
            str(self.folder / "file"): there,
            str(self.folder / "old"): there,
            str(self.folder / ("x" * 200)): "path too long",
            str(self.folder / "no" / "socket"): "no folder to make a socket in",
            "a\0b": "a socket needs a path",
        }.items():
            with Trial(reactor) as trial:
                error = self.assertRaises(CannotListenError, trial.listen, f"unix:{path}")
            self.assertIn(f"cannot listen on {f'unix:{path}'!r}: ", str(error))
            self.assertIn(words, str(error))

    def test_the_socket_of_a_server_that_was_killed_is_used_again(self) -> None:
        path = self.folder / "old"
        with socket.socket(socket.AF_UNIX) as old:
            old.bind(str(path))
        Path(f"{path}.lock").symlink_to("999999999")
        with Trial(reactor) as trial:
            trial.listen(f"unix:{path}")

    def test_what_is_no_endpoint(self) -> None:
        for place, words in {
            "tcp:x": "invalid literal",
            "tcp:99999": "port must be 0-65535",
            "line=tcp:1": "Unknown endpoint type",
            "nonsense:1": "endpoints look like tcp:8000 or unix:/run/chat.sock",
            "ssl:8443:privateKey=nowhere.pem": "nowhere.pem: No such file or directory",
            "tls:/nowhere:port=8443": "/nowhere is no folder with certificates (*.pem) in it",
        }.items():
            with Trial(reactor) as trial:
                error = self.assertRaises(CannotListenError, trial.listen, place)
            self.assertIn(f"cannot listen on {place!r}: ", str(error))
            self.assertIn(words, str(error))
            self.assertNotIn("\n", str(error))

    def test_a_socket_of_systemds_that_is_not_there(self) -> None:
        with Trial(reactor) as trial:
            error = self.assertRaises(
                CannotListenError, trial.listen, "systemd:domain=INET:name=chat"
            )
        self.assertEqual(
            str(error),
            "cannot listen on 'systemd:domain=INET:name=chat':"
            " the system has handed over no such socket",
        )

    def test_plain_ports_let_a_class_in_at_once(self) -> None:
        for description in (ANY_PORT, ANY_PORT_IPV4):
            memory = MemoryReactor()
            serverFromString(memory, description.format(port=8000)).listen(Factory())
            ((port, _, backlog, _),) = memory.tcpServers
            self.assertEqual((port, backlog), (8000, 1024))


class ServiceListenTests(SynchronousTestCase):
    def test_strings_and_values(self) -> None:
        memory = MemoryReactorClock()
        service = ChatService(
            memory, listen=["tcp:1", "line=tcp:2", Listen("line", "tcp:3"), "any=tcp:4"]
        )
        service.startService()
        self.assertEqual([server[0] for server in memory.tcpServers], [1, 2, 3, 4])
        first, *lines, last = (server[1] for server in memory.tcpServers)
        self.assertEqual(set(lines), {service.factory})
        self.assertIsInstance(first, SniffFactory)
        self.assertIs(first, last)
        service.stopService()

    def test_an_unknown_kind(self) -> None:
        with self.assertRaises(ValueError):
            ChatService(Clock(), listen=["paper=tcp:1"])


class DoorTests(OptionsTestCase):
    """Who may come in."""

    def setUp(self) -> None:
        super().setUp()
        (self.folder / "password.txt").write_text("open sesame\nno matter\n", "utf-8")
        (self.folder / "password.txt").chmod(0o600)
        (self.folder / "people").write_text("zoe:zoe's own\n", "utf-8")

    def test_everybody_by_default(self) -> None:
        self.assertEqual(self.parse().doors, Doors())

    def test_guests(self) -> None:
        for words, file, expected in (
            (["--guests", "yes"], None, True),
            (["--guests", "no"], None, False),
            ([], "guests = false", False),
            ([], "guests = true", True),
            (["--guests", "yes"], "guests = false", True),
            (["--guests", "no"], "guests = true", False),
        ):
            self.assertIs(self.parse(*words, file=file).doors.guests, expected)
        self.assertEqual(self.error("--guests", "some"), "--guests takes yes or no, not 'some'")
        self.assertEqual(
            self.error(file="\nguests = 'no'"),
            "chat.toml, line 2: guests takes true or false, not 'no'",
        )

    def test_the_password_of_the_house(self) -> None:
        for words, file in (
            (["--password-file", "password.txt"], None),
            (["--password-file", str(self.folder / "password.txt")], "password-file = 'nix'"),
            ([], "password-file = 'password.txt'"),
        ):
            options = self.parse(*words, file=file)
            assert options.doors.house is not None
            self.assertTrue(options.doors.house.is_right("open sesame"))
            self.assertEqual(options.warnings, [])

    def test_a_password_that_others_can_read(self) -> None:
        (self.folder / "password.txt").chmod(0o644)
        warned = self.parse("--password-file", "password.txt").warnings
        words = "--password-file password.txt can be read by every user of this machine: chmod o-r"
        self.assertEqual(warned, [words])

    def test_no_password(self) -> None:
        self.assertEqual(
            self.error("--password-file", "nix"),
            "cannot read --password-file nix: No such file or directory",
        )
        self.assertEqual(
            self.error(file="\npassword-file = 'nix'"),
            "chat.toml, line 2: cannot read password-file nix: No such file or directory",
        )
        for content, words in {
            b"": "its first line is empty: write the password there",
            b"\nopen sesame": "its first line is empty: write the password there",
            b"open\0sesame": "a password has 1 to 512 bytes, and no control characters",
        }.items():
            (self.folder / "password.txt").write_bytes(content)
            self.assertEqual(
                self.error("--password-file", "password.txt"),
                f"--password-file password.txt has no password: {words}",
            )
        (self.folder / "password.txt").write_bytes(b"\xff")
        self.assertIn("is not UTF-8", self.error("--password-file", "password.txt"))

    def test_others_who_are_asked(self) -> None:
        doors = self.parse("--auth", "file:people", "--auth", "memory:yan:x").doors
        kinds = [type(checker).__name__ for checker in doors.checkers]
        self.assertEqual(kinds, ["FilePasswordDB", "InMemoryUsernamePasswordDatabaseDontUse"])
        doors = self.parse(file="auth = ['file:people']").doors
        self.assertEqual(len(doors.checkers), 1)
        doors = self.parse("--auth", "memory:yan:x", file="auth = ['file:nix']").doors
        self.assertEqual(len(doors.checkers), 1)

    def test_others_who_cannot_be_asked(self) -> None:
        self.assertEqual(
            self.error("--auth", "file:nix"), "--auth: cannot read nix: No such file or directory"
        )
        self.assertIn("--auth: there is no 'ldap' to ask; there", self.error("--auth", "ldap:x"))
        self.assertEqual(
            self.error(file="\nauth = ['file:nix']"),
            "chat.toml, line 2: auth: cannot read nix: No such file or directory",
        )
        self.assertIn('auth takes a list of texts, such as ["file', self.error(file="auth = 'x'"))
        self.assertIn("Invalid auth type: ldap", self.error("--help-auth-type", "ldap"))

    def test_the_kinds_are_shown(self) -> None:
        for words in (["--help-auth"], ["--help-auth-type", "file"]):
            out = io.StringIO()
            self.patch(Options, "authOutput", out)
            self.assertRaises(SystemExit, self.parse, *words)
            self.assertIn("file", out.getvalue())
            self.assertNotIn("anonymous", out.getvalue())

    def test_the_service_has_them(self) -> None:
        options = self.parse(
            "--guests", "no", "--password-file", "password.txt", "--auth", "file:people",
            "--engine", "memory:", "--port", "tcp:0:interface=127.0.0.1",
        )  # fmt: skip
        service = makeService(options)
        self.assertIs(service.registry.desk.doors, options.doors)


class FileTests(OptionsTestCase):
    def test_everything_in_a_file(self) -> None:
        (self.folder / "motd.txt").write_text("Be kind.\n", "utf-8")
        options = self.parse(
            file="engine = 'memory:'\nname = '五班'\nmotd = 'motd.txt'\nconsole = true\n"
        )
        self.assertEqual(options.greeting, Greeting("五班", ("Be kind.",)))
        self.assertTrue(options.console)

    def test_the_command_line_wins(self) -> None:
        (self.folder / "motd.txt").write_text("Be kind.\n", "utf-8")
        options = self.parse(
            "--name", "Room 5", "--motd", "motd.txt", "--engine", "memory:",
            file="name = 'Room 6'\nmotd = 'nowhere.txt'\nengine = 'paper:'",
        )  # fmt: skip
        self.assertEqual(options.greeting, Greeting("Room 5", ("Be kind.",)))

    def test_mistakes_name_the_line(self) -> None:
        for file, words in {
            "\nname = ' '": "chat.toml, line 2: name is empty: give the chat a name",
            "engine = 'paper:'": (
                "chat.toml, line 1: there is no engine 'paper:'; choose sqlite:PATH, memory: or redis://HOST"
            ),
            "motd = 'nowhere.txt'": (
                "chat.toml, line 1: cannot read motd nowhere.txt: No such file or directory"
            ),
            'motd = "a\\u0000\\nb"': (
                "chat.toml, line 1: cannot read motd a␀␊b: embedded null byte"
            ),
            "prot = 1": "chat.toml, line 1: there is no option 'prot'; did you mean port?",
        }.items():
            self.assertEqual(self.error(file=file), words)

    def test_a_file_that_is_not_there(self) -> None:
        self.assertEqual(
            self.error("--config", "nowhere.toml"),
            "cannot read --config nowhere.toml: No such file or directory",
        )

    def test_a_console_in_a_daemon(self) -> None:
        path = self.folder / "chat.toml"
        path.write_text("\nconsole = true\n", "utf-8")
        twistd = TwistdOptions()
        twistd["rundir"] = str(self.folder)
        twistd["nodaemon"] = False
        options = Options()
        options.parent = twistd
        error = self.assertRaises(SystemExit, options.parseOptions, ["--config", str(path)])
        self.assertEqual(
            str(error.code),
            f"twistd chat: {path}, line 2: console needs the terminal:"
            f" start with twistd -n chat --config {path}",
        )


class LimitOptionTests(OptionsTestCase):
    def test_defaults(self) -> None:
        self.assertEqual(self.parse().limits, DEFAULT_LIMITS)

    def test_command_line_and_file(self) -> None:
        limits = self.parse(
            "--limit", "rate=2.5", "--limit", "line=64K", "--limit", "stall=0",
            file="[limits]\nrate = 9\nburst = 7\n",
        ).limits  # fmt: skip
        self.assertEqual(limits, replace(DEFAULT_LIMITS, rate=2.5, line=65536, stall=NONE, burst=7))

    def test_the_last_one_counts(self) -> None:
        self.assertEqual(self.parse("--limit", "turn=1", "--limit", "turn=2").limits.turn, 2)

    def test_mistakes(self) -> None:
        for text, words in {
            "rate": "--limit rate lacks a value: write it like --limit rate=10",
            "rte=5": f"there is no limit 'rte'; did you mean rate?{HELP}",
            "=5": f"there is no limit ''{HELP}",
            "per_address=5": f"there is no limit 'per_address'; did you mean per-address?{HELP}",
            "rate=": f"limit rate takes a number of lines a second, not ''{HELP}",
            "rate=x\n": f"limit rate takes a number of lines a second, not 'x\\n'{HELP}",
            "burst=1.5": f"limit burst takes a whole number of lines, not '1.5'{HELP}",
            "burst=-1": f"limit burst takes a whole number of lines, not '-1'{HELP}",
        }.items():
            self.assertEqual(self.error("--limit", text), words)

    def test_the_service_has_them(self) -> None:
        options = self.parse("--limit", "turn=7", "--port", "tcp:0:interface=127.0.0.1")
        service = makeService(options)
        self.assertEqual(service.registry.limits.turn, 7)

    def test_help(self) -> None:
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            error = self.assertRaises(SystemExit, self.parse, "--help-limits")
        self.assertEqual(error.code, 0)
        self.assertEqual(shown.getvalue(), help_limits() + "\n")
        self.assertLessEqual(max(map(len, shown.getvalue().splitlines())), 80)
        words = " ".join(shown.getvalue().split())
        for limit in described():
            self.assertIn(f"{limit.name}=", words)
            self.assertIn(limit.why, words)
        self.assertIn("line=16K (bytes)", words)
        self.assertIn("queue-at-most=16M (bytes)", words)
        self.assertIn("drain=3 (seconds; 0: not at all)", words)
        self.assertEqual(len(described()), len(fields(Limits)))


@skipUnless(HAS_RESOURCE, "this system has no limit of open files")
class DescriptorTests(SynchronousTestCase):
    """In a process of its own, whose limits are set as a shell sets them."""

    CODE = """
import sys
from dataclasses import replace
from twisted.logger import globalLogPublisher, formatEvent
from twistchat.core.limits import DEFAULT_LIMITS, limit_value
from twistchat.host.descriptors import fit
import resource
globalLogPublisher.addObserver(lambda event: print(formatEvent(event)))
if sys.argv[2:] == ["select"]:
    from twisted.internet import selectreactor
    selectreactor.install()
from twisted.internet import reactor
limits = fit(replace(DEFAULT_LIMITS, clients=limit_value("clients", sys.argv[1])[1]), reactor)
print(limits.clients, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""

    def run_with(self, ulimit: str, *arguments: str) -> list[str]:
        root = Path(__file__).parent.parent
        shell = f'{ulimit} || exit 3; exec "$0" -c "$@"'
        done = subprocess.run(
            ["sh", "-c", shell, sys.executable, self.CODE, *arguments],
            cwd=root, capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def test_enough(self) -> None:
        self.assertEqual(self.run_with("ulimit -Sn 300", "100"), ["100 300"])

    def test_the_soft_limit_is_raised(self) -> None:
        self.assertEqual(self.run_with("ulimit -Sn 200 && ulimit -Hn 900", "500"), ["500 564"])

    def test_the_hard_limit_is_too_low(self) -> None:
        complaint, granted = self.run_with("ulimit -n 200", "10000")
        self.assertEqual(
            complaint,
            "Room for 136 connections and not 10000, since this process may have 200 files"
            " open: raise that with ulimit -n 10064, or LimitNOFILE=10064 under systemd",
        )
        self.assertEqual(granted, "136 200")

    def test_no_limit_is_what_there_is(self) -> None:
        self.assertEqual(self.run_with("ulimit -n 200", "0"), ["136 200"])

    def test_there_is_always_room_for_one(self) -> None:
        self.assertEqual(self.run_with("ulimit -n 60", "10")[-1], "1 60")

    def test_a_reactor_that_cannot_watch_so_many(self) -> None:
        complaint, granted = self.run_with("ulimit -Sn 300", "1500", "select")
        self.assertIn("Room for 960 connections and not 1500", complaint)
        self.assertIn("all that this reactor can watch", complaint)
        self.assertEqual(granted, "960 1024")


@skipUnless(HAS_RESOURCE, "this system has no limit of open files")
class RefusedDescriptorTests(SynchronousTestCase):
    """A system that grants less than its hard limit says, as macOS does."""

    def granted(self, at_most: int) -> tuple[Limits, list[int]]:
        import resource  # not on Windows

        asked: list[int] = []

        def setrlimit(what: int, limits: tuple[int, int]) -> None:
            asked.append(limits[0])
            if limits[0] > at_most:
                raise ValueError("current limit exceeds maximum limit")

        self.patch(resource, "getrlimit", lambda what: (256, resource.RLIM_INFINITY))
        self.patch(resource, "setrlimit", setrlimit)
        return fit(replace(DEFAULT_LIMITS, clients=20_000), Clock()), asked

    def test_less_is_taken(self) -> None:
        limits, asked = self.granted(10_240)
        self.assertEqual(limits.clients, 10_240 - 64)
        self.assertEqual(asked, [20_064, 10_240])

    def test_nothing_is_granted(self) -> None:
        limits, _ = self.granted(0)
        self.assertEqual(limits.clients, 256 - 64)
