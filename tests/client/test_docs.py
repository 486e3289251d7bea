"""docs/client.md is true."""

from __future__ import annotations

import io
import re
import sys

from twisted.trial.unittest import SynchronousTestCase

from tests.test_docs import DOCS, blocks
from twistchat.client import Client
from twistchat.program import make_parser

GUIDE = DOCS / "client.md"


class DocumentTests(SynchronousTestCase):
    def test_the_bot_is_the_example(self) -> None:
        (shown,) = blocks(GUIDE, "python")
        self.assertIn(shown, (DOCS / "examples" / "bot.py").read_text("utf-8"))

    def test_every_option_is_told(self) -> None:
        guide = GUIDE.read_text("utf-8")
        for command in ("send", "tail"):
            told = io.StringIO()
            self.patch(sys, "stdout", told)
            self.assertRaises(SystemExit, make_parser().parse_args, [command, "--help"])
            for option in re.findall(r"--[a-z]+", told.getvalue()):
                if option != "--help":
                    self.assertIn(f"`{option}", guide)

    def test_every_method_is_told(self) -> None:
        guide = GUIDE.read_text("utf-8")
        inner = {
            "fail", "pending", "pending_sent", "renew",
            "ping", "connect", "enter", "name", "is_in",
            "is_away", "was_in", "is_plain", "link_found", "link_is_plain", "link_lost",
            "link_received", "link_refused",
        }  # fmt: skip
        for name in dir(Client):
            if not name.startswith("_") and name not in inner:
                self.assertRegex(guide, rf"\b{name}\b")
