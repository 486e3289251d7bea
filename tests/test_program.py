"""The command line of `twistchat`."""

from __future__ import annotations

import io
import re
import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

from tests.test_docs import DOCS
from twistchat.program import make_parser, read_options


class ProgramTests(SynchronousTestCase):
    def run_program(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, check=False, encoding="utf-8"
        )

    def test_it_is_a_module_too(self) -> None:
        done = self.run_program("-m", "twistchat", "--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.startswith("twistchat 0."))

    def test_mistakes_are_one_line(self) -> None:
        for words in ([], ["frob"], ["backup"], ["export", "--format", "pdf"], ["db"], ["connect"]):
            told = io.StringIO()
            self.patch(sys, "stderr", told)
            ended = self.assertRaises(SystemExit, make_parser().parse_args, words)
            self.assertEqual((ended.code, told.getvalue().count("\n")), (2, 1), told.getvalue())

    def test_what_is_closed_is_not_taken_for_something_else(self) -> None:
        for closed, words in (
            ("<&-", "connect 127.0.0.1:1 --nick bob"),
            ("<&- >&-", "send '#lab' --server 127.0.0.1:1"),
            (">&-", "tail '#lab' --server 127.0.0.1:1"),
            ("2>&-", "tail '#lab' --server 127.0.0.1:1"),
            ("2>&-", "connect 127.0.0.1:1 --nick bob </dev/null"),
        ):
            code = f"exec {sys.executable} -m twistchat {words} {closed}"
            done = subprocess.run(
                ["/bin/sh", "-c", code], capture_output=True, text=True, check=False, timeout=60
            )
            self.assertEqual((done.returncode, done.stdout), (1, ""), words)
            self.assertEqual(done.stderr.count("\n"), "2" not in closed, done.stderr)

    def test_options_stand_before_the_words_of_send_too(self) -> None:
        for line in ("#lab --nick bot the build", "--nick bot #lab the build",
                     "#lab the --nick bot build", "#lab the build --nick bot"):  # fmt: skip
            options = read_options(make_parser(), ["send", *line.split()])
            self.assertEqual((options.words, options.nick), (["#lab", "the", "build"], "bot"))
        for line in ("send #lab --frob x", "tail #lab --json x", "send #lab --to= x",
                     "send #lab \udcff"):  # fmt: skip
            told = io.StringIO()
            self.patch(sys, "stderr", told)
            parser = make_parser()
            with self.assertRaises(SystemExit) as ended:
                options = read_options(parser, line.split())
                options.run(parser, options)
            self.assertEqual((ended.exception.code, told.getvalue().count("\n")), (2, 1), line)

    def test_the_client_starts_without_the_engine(self) -> None:
        code = (
            "import sys\n"
            "from twistchat.program import make_parser\n"
            "make_parser().parse_args(['connect', 'localhost'])\n"
            "print(*(name for name in sys.modules if name.startswith('twistchat.engine.')"
            " or 'sqlite' in name))"
        )
        done = self.run_program("-c", code)
        self.assertEqual((done.stdout, done.stderr), ("\n", ""))

    def test_every_command_and_option_is_in_the_documents(self) -> None:
        guide = (DOCS / "operating.md").read_text("utf-8")
        readme = (DOCS.parent / "README.md").read_text("utf-8")
        for words in (["ctl"], ["backup"], ["export"], ["import"], ["db", "check"]):
            told = io.StringIO()
            self.patch(sys, "stdout", told)
            self.assertRaises(SystemExit, make_parser().parse_args, [*words, "--help"])
            self.assertIn(f"`twistchat {' '.join(words)}", readme)
            self.assertIn(f"`twistchat {' '.join(words)}", guide)
            for option in re.findall(r"--[a-z]+", told.getvalue()):
                if option != "--help":
                    self.assertIn(f"`{option}", guide)

    def test_each_command_says_what_does_it(self) -> None:
        for words in (
            ["connect", "h"], ["backup", "x"], ["export"], ["import", "x"], ["db", "check"],
        ):  # fmt: skip
            self.assertTrue(callable(make_parser().parse_args(words).run))
