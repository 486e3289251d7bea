"""Questions about the server, `HELP`, and what is done at the server alone."""

from __future__ import annotations

import re

from tests.irc.kit import IRCTestCase
from twistchat.core.accounts import Role
from twistchat.frontends.irc.manual import PAGES
from twistchat.frontends.irc.server import AT_THE_SERVER, VERSION
from twistchat.frontends.irc.table import COMMANDS


class ServerTests(IRCTestCase):
    def said(self, asked: str) -> list[str]:
        if not self.world.registry.people:
            (self.bob,) = self.clients("bob")
        told = self.asking(self.bob, asked)
        return [line.removeprefix(":twistchat.chat ") for line in told]

    def test_time(self) -> None:
        self.world.clock.advance(86_400.5)
        self.assertEqual(
            self.said("TIME"), ["391 bob twistchat.chat 86400 0 Friday 1970-01-02 00:00:00 UTC"]
        )

    def test_version(self) -> None:
        first, *lines = self.said("VERSION")
        self.assertEqual(
            first, f"351 bob {VERSION} twistchat.chat people on every wire, in one order"
        )
        self.assertTrue(lines)
        self.assertTrue(all(line.startswith("005 bob ") for line in lines))
        self.assertEqual(len(set(lines)), len(lines), "once each")

    def test_info(self) -> None:
        *lines, end = self.said("INFO")
        self.assertTrue(all(line.startswith("371 bob ") for line in lines))
        self.assertEqual(end, "374 bob End of INFO")
        self.assertIn(VERSION, lines[0])

    def test_up(self) -> None:
        self.said("TIME")
        self.world.clock.advance(2 * 86_400 + 3_723)
        self.assertEqual(
            self.said("STATS u"),
            ["242 bob Server Up 2 days 1:02:03", "219 bob u End of /STATS report"],
        )
        for asked, letter in (
            ("STATS", "*"),
            ("STATS x", "x"),
            ("STATS :", "*"),
            ("STATS 茶茶", "茶"),
        ):
            self.assertEqual(self.said(asked), [f"219 bob {letter} End of /STATS report"])

    def test_old_ones(self) -> None:
        for asked, told in {
            "LINKS": ["365 bob * There is one server only"],
            "MAP": ["015 bob twistchat.chat", "017 bob End of /MAP"],
            "TRACE bob": [f"262 bob twistchat.chat {VERSION} End of TRACE"],
            "SERVLIST": ["235 bob * * There are no services"],
            "USERS": ["446 bob USERS has been disabled; WHO lists who is here"],
            "SUMMON x": ["445 bob SUMMON has been disabled"],
        }.items():
            self.assertEqual(self.said(asked), told)
        self.assertTrue(self.said("ADMIN")[0].startswith("423 bob twistchat.chat "))

    def test_what_is_done_at_the_server(self) -> None:
        for command in AT_THE_SERVER:
            self.assertEqual(self.said(f"{command} x"), ["481 bob That is for operators"])
        self.world.registers(self.bob, role=Role.OPERATOR)
        for command, words in AT_THE_SERVER.items():
            self.assertEqual(self.said(command), [f"NOTICE bob {words}"])
        self.assertIn("twistchat ctl reload", AT_THE_SERVER["REHASH"])

    def test_at_the_door_nothing_is_told(self) -> None:
        client = self.client()
        for asked in ("WHO *", "LIST", "MONITOR + x", "HELP", "TIME", "NAMES", "DIE"):
            (told,) = self.asking(client, asked)
            self.assertIn(" 451 ", told)


class HelpTests(IRCTestCase):
    def test_all_commands(self) -> None:
        (bob,) = self.clients("bob")
        for asked in ("HELP", "HELPOP", "help index"):
            first, *lines, end = self.asking(bob, asked)
            self.assertEqual(first, ":twistchat.chat 704 bob index What can be asked here:")
            self.assertEqual(end, ":twistchat.chat 706 bob index End of HELP")
            words = {word for line in lines[:-1] for word in line.split(" ")[4:]}
            self.assertEqual(words, set(COMMANDS))

    def test_each_command_has_a_page(self) -> None:
        (bob,) = self.clients("bob")
        for name in COMMANDS:
            self.wait(5)
            first, *lines, end = self.asking(bob, f"HELP {name.lower()}")
            self.assertTrue(first.startswith(f":twistchat.chat 704 bob {name} {name}"), first)
            self.assertTrue(lines)
            self.assertTrue(
                all(line.startswith(f":twistchat.chat 705 bob {name} ") for line in lines)
            )
            self.assertEqual(end, f":twistchat.chat 706 bob {name} End of HELP")

    def test_what_is_unknown(self) -> None:
        (bob,) = self.clients("bob")
        for asked in ("THISISNOTACOMMAND", "茶", "*"):
            self.assertEqual(
                self.asking(bob, f"HELP {asked}"),
                [f":twistchat.chat 524 bob {asked} Nothing is known of that; HELP lists all"],
            )

    def test_there_are_no_other_pages(self) -> None:
        self.assertEqual(set(PAGES), set(COMMANDS))

    def test_pages_name_all_that_a_command_needs(self) -> None:
        for name, entry in COMMANDS.items():
            needed = re.sub(r"\[.*\]|\{.*?\}", "", PAGES[name].usage).count("<")
            self.assertGreaterEqual(needed, entry.fewest, name)

    def test_lines_of_it_are_short(self) -> None:
        for name, page in PAGES.items():
            self.assertLess(len(f"{name} {page.usage}"), 100)
            self.assertTrue(all(len(line) < 100 for line in page.words))
