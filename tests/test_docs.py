"""The documentation is true: its transcripts are played, its examples run."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

import twistchat
from tests.folders import temporary_folder, twistd_in
from tests.lines import without_tokens
from twistchat.config import OPTIONS, read_config
from twistchat.core.commands import Command
from twistchat.core.limits import Limits, described, write_number
from twistchat.frontends.line.accounts import ACCOUNT_COMMANDS
from twistchat.frontends.line.commands import CHAT_COMMANDS, LOCAL_COMMANDS
from twistchat.frontends.line.moderating import MODERATOR_COMMANDS
from twistchat.metrics.families import HISTOGRAM, METRICS
from twistchat.tap import DEFAULTS, Options
from twistchat.testing import World

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(twistchat.__file__).parent.parent
DOCS = ROOT / "docs"


def blocks(path: Path, kind: str) -> Iterator[str]:
    for match in re.finditer(rf"^```{kind}\n(.*?)^```$", path.read_text("utf-8"), re.M | re.S):
        yield match[1]


class DocumentTests(SynchronousTestCase):
    def test_transcripts(self) -> None:
        transcripts = list(blocks(DOCS / "line-protocol.md", "transcript"))
        self.assertEqual(len(transcripts), 3)
        for transcript in transcripts:
            world = World()
            person = world.connect()
            seen: list[str] = person.sees()
            for line in transcript.splitlines():
                if line.startswith("> "):
                    self.assertEqual(seen, [], line)
                    person.types(line[2:])
                    world.turn()
                    seen = person.sees()
                else:
                    self.assertEqual(*without_tokens((seen.pop(0), line[2:])))
            self.assertEqual(seen, [])
            self.assertFalse(person.is_connected)

    def test_the_readme_shows_the_examples(self) -> None:
        shown = list(blocks(ROOT / "README.md", "python"))
        self.assertEqual(len(shown), 2)
        for block, name in zip(shown, ("embed.py", "test_protocol.py"), strict=True):
            source = (DOCS / "examples" / name).read_text("utf-8")
            self.assertIn(block, source, name)

    def test_the_examples_run(self) -> None:
        for name in ("test_roll", "test_protocol"):
            temporary = temporary_folder(self) / "trial"
            done = subprocess.run(
                [sys.executable, "-m", "twisted.trial", "--temp-directory", temporary, name],
                cwd=DOCS / "examples", capture_output=True, text=True, check=False,
            )  # fmt: skip
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_embedding_runs(self) -> None:
        code = "import embed; assert embed.chat.parent is not None; print('embedded')"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=DOCS / "examples", capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.assertEqual(done.stdout, "embedded\n", done.stderr)

    def test_the_tests_in_the_testing_guide_pass(self) -> None:
        folder = temporary_folder(self)
        for number, block in enumerate(blocks(DOCS / "testing.md", "python")):
            (folder / f"test_guide{number}.py").write_text(block, "utf-8")
            done = subprocess.run(
                [sys.executable, "-m", "twisted.trial", f"test_guide{number}"],
                cwd=folder, capture_output=True, text=True, check=False,
            )  # fmt: skip
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("PASSED", done.stdout)

    def test_every_command_and_option_is_in_the_readme(self) -> None:
        readme = (ROOT / "README.md").read_text("utf-8")
        for command in (*CHAT_COMMANDS, *LOCAL_COMMANDS, *ACCOUNT_COMMANDS, *MODERATOR_COMMANDS):
            self.assertIn(f"`/{command.name}", readme)
        for name in Options().docs:
            if name not in ("version", "help"):
                self.assertIn(f"`--{name}", readme)

    def test_the_configuration_guide_has_every_option_and_limit(self) -> None:
        guide = (DOCS / "configuration.md").read_text("utf-8")
        for name in Options().docs:
            if name not in ("version", "help"):
                self.assertIn(f"`--{name}", guide)
        table = [
            f"| `{limit.name}` | {write_number(limit.default)} | {limit.unit} | {limit.zero}"
            f" | {limit.why} |"
            for limit in described()
        ]
        self.assertIn("\n|---|---|---|---|---|\n" + "\n".join(table) + "\n\n", guide)

    def test_the_files_in_the_configuration_guide_can_be_used(self) -> None:
        file = temporary_folder(self) / "chat.toml"
        for block in blocks(DOCS / "configuration.md", "toml"):
            file.write_text(block, "utf-8")
            self.assertEqual(read_config(file, "chat.toml").limits["line"], 64 * 1024)

    def test_the_example_file_has_everything_with_its_default(self) -> None:
        nothing = read_config(DOCS / "example.toml", "example.toml")
        self.assertEqual((nothing.options, nothing.limits), ({}, {}))
        text = (DOCS / "example.toml").read_text("utf-8")
        file = temporary_folder(self) / "chat.toml"
        file.write_text(re.sub("^#(?=[a-z])", "", text, flags=re.M), "utf-8")
        everything = read_config(file, "chat.toml")
        defaults = {
            "port": 8000, "listen": [], "tls": "/etc/letsencrypt/live/chat.example",
            "engine": "sqlite:twistchat.db", "node": "a",
            "redis-username": "chat", "redis-password": "of the Redis",
            "redis-sentinel-username": "chat", "redis-sentinel-password": "of the Sentinels",
            "redis-ca": "ca.pem", "redis-certificate": "chat.pem", "redis-key": "chat.key",
            "retention": [],
            "name": "twistchat", "motd": "motd.txt", "guests": True,
            "password-file": "password.txt", "auth": [],
            "web-origin": [], "web-base": "https://chat.example/talk/", "web-proxy": [],
            "console": False, "metrics": 9100, "control": "twistchat.ctl",
        }  # fmt: skip
        self.assertEqual(everything.options, defaults)
        self.assertEqual(list(everything.options), list(OPTIONS))
        # Of these motd and metrics have none; the others are what a start without options has.
        options = Options()
        options.parent = twistd_in(temporary_folder(self))
        options.parseOptions([])
        self.assertEqual(str(defaults["port"]), DEFAULTS["port"])
        for name in (
            "listen", "engine", "retention", "name", "guests", "auth", "web-origin", "web-proxy",
            "control",
        ):  # fmt: skip
            self.assertEqual(defaults[name], DEFAULTS[name])
        self.assertFalse(options.console)
        self.assertIsNone(options.metrics)
        self.assertEqual(everything.limits, {limit.name: limit.default for limit in fields(Limits)})
        self.assertEqual(list(everything.limits), [limit.name for limit in fields(Limits)])
        for limit in described():
            self.assertIn(limit.why, " ".join(text.replace("\n#", "").split()))

    def test_links_lead_somewhere(self) -> None:
        for path in (ROOT / "README.md", *DOCS.glob("*.md")):
            for link in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
                if "://" not in link:
                    self.assertTrue((path.parent / link).exists(), f"{path.name}: {link}")

    def test_the_operating_guide_has_every_metric(self) -> None:
        guide = (DOCS / "operating.md").read_text("utf-8")
        table = [
            f"| `{metric.name}` | {metric.kind} | {f'`{metric.label}`' if metric.label else ''}"
            f" | {metric.what} |".replace("|  |", "| |")
            for metric in METRICS
        ]
        self.assertIn("\n|---|---|---|---|\n" + "\n".join(table) + "\n\n", guide)
        asked = set(
            re.findall(r"twistchat_[a-z_]+", "".join(blocks(DOCS / "operating.md", "promql")))
        )
        written = {
            f"{metric.name}{suffix}"
            for metric in METRICS
            for suffix in (("_bucket", "_sum", "_count") if metric.kind == HISTOGRAM else ("",))
        }
        self.assertLessEqual(asked, written)
        self.assertGreater(len(asked), 4)

    def test_every_command_has_a_docstring(self) -> None:
        for command in Command.__args__:
            self.assertTrue(command.__doc__)
