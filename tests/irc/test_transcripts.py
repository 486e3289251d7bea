"""The transcripts of docs/irc.md are what happens."""

from __future__ import annotations

import re
from pathlib import Path

from tests.irc.kit import Client, IRCTestCase
from twistchat.testing import World

DOCUMENT = Path(__file__).parents[2] / "docs" / "irc.md"


def transcripts() -> list[list[str]]:
    """The lines of each transcript."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return [found.splitlines() for found in re.findall(r"```irc-transcript\n(.*?)```", text, re.S)]


class TranscriptTests(IRCTestCase):
    """`ann> …` is what ann's client sends, `ann< …` what it reads.

    In it … is anything without blanks, and ␁ the character that CTCP has.
    """

    def test_all_of_them(self) -> None:
        found = transcripts()
        self.assertTrue(found)
        for lines in found:
            self.world = World()
            self.run_through(lines)

    def run_through(self, lines: list[str]) -> None:
        clients: dict[str, Client] = {}
        unread: dict[str, list[str]] = {}

        def read() -> None:
            self.turn()
            for name, client in clients.items():
                unread[name] += client.hears()

        for line in lines:
            if line.startswith("#"):
                who = line.split(" ")[1]
                clients[who] = self.comes_in(who)
                unread[who] = []
                continue
            who, way, words = re.split("([<>]) ", line.replace("␁", "\x01"), maxsplit=1)
            if who not in clients:
                clients[who] = self.comes_in(who)
                unread[who] = []
            if way == ">":
                clients[who].types(words)
                continue
            read()
            self.assertTrue(unread[who], f"nothing came, but should have: {line}")
            pattern = re.escape(words).replace("…", r"\S+")
            self.assertRegex(unread[who].pop(0), f"^{pattern}$")
        read()
        self.assertEqual({name: left for name, left in unread.items() if left}, {})

    def comes_in(self, name: str) -> Client:
        """Let somebody come in, of whose welcome nothing is read."""
        client = self.client()
        client.comes_in_as(name)
        self.turn()
        client.hears()
        return client
