"""The configuration file: what it says, and every way in which it can be wrong."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from twistchat.config import OPTIONS, Config, ConfigError, read_config, read_limit
from twistchat.core.limits import DEFAULT_LIMITS, NONE, described, write_number
from twistchat.tap import Options

EVERYTHING = """\
# A comment, and a [table] that is none.
port = "tcp:8000"
listen = [
    "line=tcp:9000",  # ] this does not end it
    "unix:/run/chat.sock",
]
tls = "certificates"
engine = "memory:"
retention = "90d"
name = \"\"\"
[limits]
rate = 6\"\"\"
motd = 'motd.txt'
"console" = true
guests = false
password-file = "password.txt"
auth = ["file:people"]
web-origin = ["*"]
web-base = "/talk/"
web-proxy = ["unix"]
metrics = 9100
control = "no"
node = "ode"
redis-username = "ame"
redis-password = "ord"
redis-sentinel-username = "ame"
redis-sentinel-password = "ord"
redis-ca = "-ca"
redis-certificate = "ate"
redis-key = "key"
[ limits ]
rate = 2.5

"line" = "64K"
stall = 0
"""


class ConfigTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.file = temporary_folder(self) / "chat.toml"

    def read(self, content: str | bytes) -> Config:
        data = content.encode() if isinstance(content, str) else content
        self.file.write_bytes(data)
        return read_config(self.file, "chat.toml")

    def error(self, content: str | bytes) -> str:
        return str(self.assertRaises(ConfigError, self.read, content))


class ReadingTests(ConfigTestCase):
    def test_nothing(self) -> None:
        config = self.read("")
        self.assertEqual((config.options, config.limits), ({}, {}))

    def test_everything(self) -> None:
        for content in (EVERYTHING, "\ufeff" + EVERYTHING, EVERYTHING.replace("\n", "\r\n")):
            config = self.read(content)
            self.assertEqual(set(config.options), set(OPTIONS))
            self.assertEqual(config.options["listen"], ["line=tcp:9000", "unix:/run/chat.sock"])
            self.assertIs(config.options["console"], True)
            self.assertEqual(config.limits, {"rate": 2.5, "line": 64 * 1024, "stall": NONE})

    def test_where_everything_stands(self) -> None:
        lines = self.read(EVERYTHING).lines
        self.assertEqual(
            lines,
            {
                ("port",): 2, ("listen",): 3, ("tls",): 7, ("engine",): 8, ("retention",): 9,
                ("name",): 10, ("motd",): 13, ("console",): 14, ("guests",): 15,
                ("password-file",): 16, ("auth",): 17, ("web-origin",): 18,
                ("web-base",): 19, ("web-proxy",): 20, ("metrics",): 21, ("control",): 22,
                ("node",): 23, ("redis-username",): 24, ("redis-password",): 25,
                ("redis-sentinel-username",): 26, ("redis-sentinel-password",): 27,
                ("redis-ca",): 28, ("redis-certificate",): 29, ("redis-key",): 30,
                ("limits",): 31, ("limits", "rate"): 32,
                ("limits", "line"): 34, ("limits", "stall"): 35,
            },
        )  # fmt: skip

    def test_other_ways_to_write_a_table(self) -> None:
        for content in ("limits.rate = 6", "limits = { rate = 6 }", "[limits]\nrate = 6\n"):
            config = self.read(content)
            self.assertEqual(config.limits, {"rate": 6.0})
            self.assertIn(("limits", "rate"), config.lines)
        self.assertEqual(
            self.error('port = 1\n\nlimits = { rate = 6, burst = "x" }')[:18], "chat.toml, line 3:"
        )
        self.assertEqual(self.error('port = 1\nlimits.burst = "x"')[:18], "chat.toml, line 2:")

    @given(st.lists(st.sampled_from(EVERYTHING.splitlines()), max_size=12))
    def test_lines_in_any_order_are_never_a_surprise(self, lines: list[str]) -> None:
        try:
            config = self.read("\n".join(lines))
        except ConfigError as error:
            self.assertIn("chat.toml, line ", str(error))
        else:
            for name in config.options:
                self.assertIn(name, lines[config.lines[name,] - 1])

    def test_the_options_are_those_of_the_command_line(self) -> None:
        only_there = {"version", "help", "config", "limit"}
        only_there |= {"help-limits", "help-auth", "help-auth-type"}
        secret = {name for name in OPTIONS if name.startswith("redis-")}
        self.assertEqual(set(OPTIONS) - secret, set(Options().docs) - only_there)


class FileErrorTests(ConfigTestCase):
    def test_a_file_that_is_not_there(self) -> None:
        error = self.assertRaises(ConfigError, read_config, self.file, "chat.toml")
        self.assertEqual(str(error), "cannot read --config chat.toml: No such file or directory")

    def test_a_folder(self) -> None:
        error = self.assertRaises(ConfigError, read_config, self.file.parent, ".")
        self.assertEqual(str(error), "cannot read --config .: Is a directory")

    def test_a_name_that_no_file_can_have(self) -> None:
        error = self.assertRaises(ConfigError, read_config, Path("a\0b"), "a\0b")
        self.assertIn("cannot read --config", str(error))

    def test_a_file_that_may_not_be_read(self) -> None:
        self.file.write_text("")
        self.file.chmod(0)
        if os.access(self.file, os.R_OK):
            return  # root may read everything
        error = self.assertRaises(ConfigError, read_config, self.file, "chat.toml")
        self.assertEqual(str(error), "cannot read --config chat.toml: Permission denied")

    def test_not_utf_8(self) -> None:
        self.assertEqual(
            self.error(b"port = 8000\nname = '\xff'\n"),
            "--config chat.toml is not UTF-8 (in line 2)",
        )

    def test_too_large(self) -> None:
        self.assertEqual(
            self.error("#" * 70_000), "--config chat.toml is too large: 64 KiB at most"
        )


class MistakeTests(ConfigTestCase):
    def test_no_toml(self) -> None:
        for content, words in {
            "port = 8000\nname\n": "chat.toml, line 2: this is no TOML: Expected '='",
            "port = 1\nport = 2\n": "chat.toml, line 2: this is no TOML: Cannot overwrite",
            "\n\nname = 'x": "chat.toml, line 3: this is no TOML: ",
            'a = """\n\n': "chat.toml, line 3: this is no TOML: ",
        }.items():
            self.assertIn(words, self.error(content))

    def test_what_python_cannot_take(self) -> None:
        for content in (f"port = {'9' * 5000}", f"listen = {'[' * 5000}{']' * 5000}"):
            self.assertIn("chat.toml", self.error(content))

    def test_unknown_names(self) -> None:
        for content, words in {
            "\nprot = 8000": "chat.toml, line 2: there is no option 'prot'; did you mean port?",
            "limit = ['rate=3']": (
                "chat.toml, line 1: there is no option 'limit'; did you mean limits?"
            ),
            "[server]\nport = 1": (
                "chat.toml, line 1: there is no option 'server';"
                " there are: port, listen, tls, engine, node,"
                " redis-username, redis-password, redis-sentinel-username,"
                " redis-sentinel-password, redis-ca, redis-certificate, redis-key,"
                " retention, name, motd,"
                " guests, password-file, auth, web-origin, web-base, web-proxy, console,"
                " metrics, control"
            ),
            "rate = 5": "chat.toml, line 1: 'rate' is a limit: write it under [limits]",
            "per_address = 5": (
                "chat.toml, line 1: 'per_address' is a limit: write it under [limits]"
            ),
            "[limits]\n\nrte = 5": (
                "chat.toml, line 3: there is no limit 'rte'; did you mean rate?"
                " (twistd chat --help-limits explains them)"
            ),
            "[limits]\nper_address = 5": (
                "chat.toml, line 2: there is no limit 'per_address'; did you mean per-address?"
                " (twistd chat --help-limits explains them)"
            ),
            "[limits]\nrate = 5\nport = 9000": (
                "chat.toml, line 3: 'port' is an option: write it above [limits]"
            ),
        }.items():
            self.assertEqual(self.error(content), words)

    def test_wrong_types(self) -> None:
        port = 'port takes a number or an endpoint, such as 8000 or "tcp:8000"'
        for content, words in {
            "port = true": f"{port}, not true",
            "port = 80.5": f"{port}, not 80.5",
            "listen = 8000": 'listen takes a list of texts, such as ["line=tcp:9000"], not 8000',
            "listen = [80]": 'listen takes a list of texts, such as ["line=tcp:9000"], not [80]',
            "engine = 1": 'engine takes a text, such as "sqlite:twistchat.db", not 1',
            "name = []": 'name takes a text, such as "Room 5", not []',
            "motd = 2000-01-01": 'motd takes the name of a file, such as "motd.txt", not ',
            "console = 'yes'": "console takes true or false, not 'yes'",
            "limits = 5": (
                "limits are a table: write [limits] on a line of its own, and under it rate = 5"
            ),
            "[[limits]]": "limits are a table: ",
        }.items():
            self.assertIn(f"chat.toml, line 3: {words}", self.error(f"\n\n{content}"))

    def test_long_values_are_cut(self) -> None:
        self.assertLess(len(self.error(f"console = '{'x' * 1000}'")), 120)

    def test_bad_limits(self) -> None:
        help_ = " (twistd chat --help-limits explains them)"
        for content, words in {
            "rate = 'fast'": "limit rate takes a number of lines a second, not 'fast'",
            "rate = -1": "limit rate takes a number of lines a second, not -1",
            "rate = nan": "limit rate takes a number of lines a second, not nan",
            "burst = 1.5": "limit burst takes a whole number of lines, not 1.5",
            "burst = true": "limit burst takes a whole number of lines, not True",
            "line = [1]": "limit line takes a whole number of bytes, not [1]",
        }.items():
            self.assertEqual(
                self.error(f"[limits]\n{content}"), f"chat.toml, line 2: {words}{help_}"
            )


class LimitTests(SynchronousTestCase):
    def test_numbers_are_written_as_they_are_read(self) -> None:
        for number, text in {
            65536: "64K",
            16 * 1024**2: "16M",
            5.0: "5",
            0.2: "0.2",
            0: "0",
        }.items():
            self.assertEqual(write_number(number), text)
        for limit in described():
            attribute, value = read_limit(limit.name, write_number(limit.default))
            self.assertEqual(value, getattr(DEFAULT_LIMITS, attribute))
