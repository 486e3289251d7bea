"""The documentation is true: its transcripts are played, its examples run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

import twistchat
from tests.folders import temporary_folder
from twistchat.core.commands import Command
from twistchat.frontends.line.commands import CHAT_COMMANDS, LOCAL_COMMANDS
from twistchat.tap import Options
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
        self.assertEqual(len(transcripts), 2)
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
                    self.assertEqual(seen.pop(0), line[2:])
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
        for command in (*CHAT_COMMANDS, *LOCAL_COMMANDS):
            self.assertIn(f"`/{command.name}", readme)
        for name in Options().docs:
            if name not in ("version", "help"):
                self.assertIn(f"`--{name}", readme)

    def test_links_lead_somewhere(self) -> None:
        for path in (ROOT / "README.md", *DOCS.glob("*.md")):
            for link in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
                if "://" not in link:
                    self.assertTrue((path.parent / link).exists(), f"{path.name}: {link}")

    def test_every_command_has_a_docstring(self) -> None:
        for command in Command.__args__:
            self.assertTrue(command.__doc__)
