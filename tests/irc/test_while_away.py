"""What somebody with an account is told on IRC of what they missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, ClassVar

from tests.engines import OnSlowEngine, OnSQLite
from tests.irc.kit import PATIENT
from tests.irc.owners import OwnersTestCase, plain
from twistchat.frontends.irc.about import about

if TYPE_CHECKING:
    from tests.irc.kit import Client
    from twistchat.core.limits import Limits


class AwayCase(OwnersTestCase):
    """Bob has an account and is away, and ann is here."""

    def setUp(self) -> None:
        super().setUp()
        about(self.world.registry).zone = UTC
        self.has_account("bob")
        (self.ann,) = self.clients("ann")
        self.wait(60)

    def bob(self, caps: str = "") -> Client:
        return self.door(
            f"CAP REQ :sasl {caps}".rstrip(), "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('bob')}",
            "NICK bob", "USER bob 0 * :Bob", "CAP END",
        )  # fmt: skip


class WhileAwayTests(AwayCase):
    """Words that waited for bob."""

    def test_they_wait_and_are_told_once_they_come(self) -> None:
        told = self.asking(self.ann, "PRIVMSG bob :there?", "PRIVMSG bob :\x01ACTION waves\x01")
        self.assertEqual(told, [
            ":twistchat.chat NOTICE ann bob is not here, and will find it."
        ] * 2)  # fmt: skip
        self.assertEqual(self.asking(self.ann, "NOTICE bob :no answer"), [])
        lines = [line.short for line in self.bob().heard() if not line.command.isdecimal()]
        self.assertEqual(lines[-4:], [
            ":twistchat.chat NOTICE bob While you were away you were told this:",
            ":ann PRIVMSG bob [00:01] there?",
            ":ann PRIVMSG bob \x01ACTION [00:01] waves\x01",
            ":ann NOTICE bob [00:01] no answer",
        ])  # fmt: skip

    def test_with_tags_they_are_what_they_were(self) -> None:
        self.asking(self.ann, "PRIVMSG bob :there?")
        self.wait(100)
        caps = "server-time message-tags batch draft/chathistory"
        bob = self.bob(caps)
        (line,) = (line for line in bob.heard() if line.command == "PRIVMSG")
        self.assertEqual(line.short, ":ann PRIVMSG bob there?")
        bob.types("CHATHISTORY LATEST ann * 10")
        self.turn()
        _, again, _ = bob.heard()
        self.assertEqual(again.tags["msgid"], line.tags["msgid"])
        self.assertEqual(again.tags["time"], line.tags["time"])

    def test_where_they_were_is_where_they_come_in(self) -> None:
        bob = self.bob()
        bob.types("JOIN #tea")
        self.ann.types("JOIN #tea")
        self.turn()
        bob.types("QUIT")
        self.turn()
        self.ann.says("missed", "#tea")
        self.turn()
        lines = [line for line in self.bob().heard() if line.command in ("JOIN", "PRIVMSG")]
        self.assertEqual([line.short.replace("[00:01] ", "") for line in lines], [
            ":bob JOIN #tea", ":ann PRIVMSG #tea missed"
        ])  # fmt: skip


class ShortPageTests(AwayCase):
    """Where more was said than one is told at once."""

    limits: ClassVar[Limits] = replace(PATIENT, page=3)

    def test_what_is_left_out_is_said(self) -> None:
        bob = self.bob()
        for client in (bob, self.ann):
            client.types("JOIN #tea")
        self.turn()
        bob.types("QUIT")
        self.turn()
        for number in range(5):
            self.ann.says(str(number), "#tea")
        self.turn()
        heard = (line for line in self.bob().heard() if "#tea" in line.params[:1])
        lines = [line.short for line in heard if line.command != "MODE"]
        joined, gap, *said = (line.replace("[00:01] ", "") for line in lines)
        self.assertEqual(joined, ":bob JOIN #tea")
        self.assertRegex(gap, "NOTICE #tea [0-9] lines of #tea are left out here: there is more")
        self.assertEqual(said, [f":ann PRIVMSG #tea {number}" for number in (2, 3, 4)])

    def test_there_may_be_more_private_words(self) -> None:
        self.asking(self.ann, *(f"PRIVMSG bob :{number}" for number in range(4)))
        lines = [line.short for line in self.bob().heard() if not line.command.isdecimal()]
        self.assertEqual(lines[-2:], [
            ":ann PRIVMSG bob [00:01] 2",
            ":twistchat.chat NOTICE bob There may be more: that is told when you log in again.",
        ])  # fmt: skip


class WhileAwayOnSlowEngineTests(OnSlowEngine, WhileAwayTests):
    """The same, with commits and readings that take a while."""


class WhileAwayOnSQLiteTests(OnSQLite, WhileAwayTests):
    """The same, on a database."""
