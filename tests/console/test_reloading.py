"""What stands in files, read again while the server runs."""

from __future__ import annotations

from dataclasses import replace

from twisted.logger import capturedLogs
from twisted.python.usage import Options as TwistdOptions

from tests.console.kit import OperatorTestCase
from tests.folders import temporary_folder
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.frontends.console.reloading import ReloadError, Settings
from twistchat.frontends.registry import Greeting
from twistchat.tap import Options

BEGUN = Settings(Greeting(), DEFAULT_LIMITS, {"port": "8000", "listen": [], "engine": "memory:"})


class ReloadTests(OperatorTestCase):
    def open_office(self, begun_with: Settings | None = BEGUN) -> None:
        super().open_office(BEGUN)
        self.written = BEGUN

    def test_nothing_new(self) -> None:
        self.assertEqual(self.does("reload"), ["Nothing has changed."])
        self.assertEqual(self.data("reload"), [])

    def test_what_has_changed(self) -> None:
        limits = replace(DEFAULT_LIMITS, topic=5, burst=7, key_time=1.0)
        fixed = {"port": "9000", "listen": ["json=9001"], "engine": "memory:"}
        self.written = Settings(Greeting("五班", ("Be kind.", "Be brief.")), limits, fixed)
        (alice,) = self.people("alice")
        self.assertEqual(
            self.does("reload"),
            [
                "name: twistchat → 五班 (for new connections)",
                "motd: 0 lines → 2 lines (for new connections)",
                "limit burst: 40 → 7 (for new connections)",
                "limit topic: 400 → 5 (at once)",
                "limit key-time: 86400 → 1 (at the next start)",
                "port: 8000 → 9000 (at the next start)",
                "listen: none → json=9001 (at the next start)",
            ],
        )
        self.assertIn("5 characters at most", self.typing(alice, "/topic too long")[0])
        self.assertEqual(
            self.connect().sees()[:3], ["-- Welcome to 五班.", "-- | Be kind.", "-- | Be brief."]
        )
        self.assertEqual(self.world.registry.limits, replace(limits, key_time=86_400.0))
        # What waits for a start is said again, until there is one.
        self.assertEqual(
            [change["what"] for change in self.data("reload")],
            ["limit key-time", "port", "listen"],
        )

    def test_passwords_in_options_stay_out_of_the_log(self) -> None:
        begun = replace(BEGUN, fixed={"auth": ["memory:alice:secret", "file:people"]})
        super().open_office(begun)
        self.written = replace(BEGUN, fixed={"auth": ["memory:alice:other"]})
        with capturedLogs() as events:
            seen = self.does("reload")
        self.assertEqual(seen, ["auth: memory, file → memory (at the next start)"])
        self.assertEqual(len(events), 1)
        for secret in ("alice", "secret", "other"):
            self.assertNotIn(secret, repr(events))

    def test_the_password_of_a_redis_is_in_no_log(self) -> None:
        super().open_office(replace(BEGUN, fixed={"redis-password": "hunter2"}))
        self.written = replace(BEGUN, fixed={"redis-password": "hunter3"})
        with capturedLogs() as events:
            seen = self.does("reload")
        self.assertEqual(seen, ["redis-password: a secret → a secret (at the next start)"])
        self.assertNotIn("hunter", repr(events))

    def test_it_is_as_after_a_start_again(self) -> None:
        self.does("limit topic=5")
        self.assertEqual(
            self.data("reload"),
            [{"what": "limit topic", "was": "5", "value": "400", "takes": "at once"}],
        )

    def test_what_is_wrong_changes_nothing(self) -> None:
        self.written = ReloadError("chat.toml, line 3: there is no option 'prot'")
        self.assertEqual(self.refused("reload"), f"Nothing is changed: {self.written}")
        self.assertEqual(self.refused("motd reload"), f"Nothing is changed: {self.written}")
        self.assertEqual(self.result("reload").data()["error"], "broken")
        self.assertEqual(self.world.registry.limits, DEFAULT_LIMITS)

    def test_motd(self) -> None:
        self.assertIn("There is no message of the day.", self.does("motd")[0])
        self.written = replace(BEGUN, greeting=Greeting("other", ("Be kind.", "{0}")))
        self.assertEqual(
            self.does("motd reload"), ["It is shown to whoever comes from now on: 2 lines."]
        )
        self.assertEqual(self.does("motd"), ["Be kind.", "{0}"])
        self.assertEqual(self.data("motd"), {"motd": ["Be kind.", "{0}"]})
        self.assertEqual(self.does("motd reload"), ["It is the same: 2 lines."])
        self.assertEqual(self.world.registry.greeting.server, "twistchat")


class NoFilesTests(OperatorTestCase):
    def read(self) -> Settings:
        raise ReloadError("none")

    def test_a_chat_that_was_not_started_by_twistd(self) -> None:
        self.office.reloading._read = None
        self.assertIn("no files to read again", self.refused("reload"))


class ReadAgainTests(OperatorTestCase):
    """With the options of `twistd chat`, and real files."""

    def setUp(self) -> None:
        self.folder = temporary_folder(self)
        self.write("[limits]\nrate = 5\n")
        twistd = TwistdOptions()
        twistd["rundir"], twistd["nodaemon"] = str(self.folder), True
        self.options = Options()
        self.options.parent = twistd
        self.options.parseOptions(
            ["--config", "chat.toml", "--engine", "memory:", "--limit", "turn=10"]
        )
        super().setUp()

    def write(self, text: str) -> None:
        (self.folder / "chat.toml").write_text(text, "utf-8")

    def open_office(self, begun_with: Settings | None = None) -> None:
        super().open_office(self.options.settings)
        self.world.registry.change_limits(self.options.limits)

    def read(self) -> Settings:
        return self.options.read_again()

    def test_nothing_new(self) -> None:
        self.assertEqual(self.does("reload"), ["Nothing has changed."])

    def test_the_file(self) -> None:
        (self.folder / "motd.txt").write_text("Be kind.\n")
        self.write('motd = "motd.txt"\nport = 9000\nconsole = true\n[limits]\nrate = 7\nturn = 3\n')
        self.assertEqual(
            self.does("reload"),
            [
                "motd: 0 lines → 1 line (for new connections)",
                "limit rate: 5 → 7 (for new connections)",  # turn is the command line's
                "port: 8000 → 9000 (at the next start)",
                "console: none → true (at the next start)",
            ],
        )

    def test_mistakes(self) -> None:
        for text, words in (
            ("prot = 1\n", "chat.toml, line 1: there is no option 'prot'; did you mean port?"),
            ("[limits]\nrate = 'fast'\n", "chat.toml, line 2: limit rate takes a number"),
            ("motd = 'no.txt'\n", "chat.toml, line 1: cannot read motd no.txt"),
            ("name = ' '\n", "chat.toml, line 1: name is empty"),
            ("[limits\n", "this is no TOML"),
        ):
            self.write(text)
            told = self.refused("reload")
            self.assertTrue(told.startswith("Nothing is changed: chat.toml"), told)
            self.assertIn(words, told)
        (self.folder / "chat.toml").unlink()
        self.assertIn("cannot read --config chat.toml: No such file", self.refused("reload"))
        self.assertEqual(self.world.registry.limits, self.options.limits)
