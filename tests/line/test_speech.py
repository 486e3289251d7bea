"""Every sentence can be translated, and reads well."""

from __future__ import annotations

import re
from gettext import NullTranslations
from string import Formatter
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from twistchat.core import events as e
from twistchat.core.accounts import Role
from twistchat.core.chat import Extension
from twistchat.frontends.line import (
    manual,
    sentences,
    sentences_accounts,
    sentences_moderation,
)
from twistchat.frontends.line.accounts import ACCOUNT_COMMANDS
from twistchat.frontends.line.commands import CHAT_COMMANDS, LOCAL_COMMANDS, LineCommand
from twistchat.frontends.line.dialect import Dialect, Note
from twistchat.frontends.line.format import LineFormat
from twistchat.frontends.line.moderating import MODERATOR_COMMANDS
from twistchat.frontends.line.protocol import ChatFactory
from twistchat.frontends.line.speech import Speech
from twistchat.testing import FrontEnd, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twistchat.frontends.registry import Registry


class Shouting(NullTranslations):
    """A language in which everything but what is filled in is in capitals."""

    def gettext(self, message: str) -> str:
        return "".join(
            piece if piece.startswith("{") else piece.upper()
            for piece in re.split(r"({\w+})", message)
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def foreign(registry: Registry) -> ChatFactory:
    return ChatFactory(registry, LineFormat(speech=Speech(Shouting())))


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)


class TranslationTests(SynchronousTestCase):
    def test_all_that_one_reads_goes_through_the_translation(self) -> None:
        world = World()
        front_end = FrontEnd(foreign)
        alice = world.connect(front_end)
        for line in (
            "!", "77", "x" * 30, "/who", "/help", "\x00", "42 42", "1",
            "42", "/help", "/help 7", "/nick 43b", "/nick 42", "/join #7", "4", "/me 4", "/topic",
            "/topic 5", "/topic", "/topic -", "/rooms", "/rooms 999", "/who", "/whois 42", "/whois",
            "/away", "/away", "/away 7", "/whois 42", "/msg 42 x", "/msg 9 x", "/msg", "/room",
            "/room #9", "/room #lobby", "/ignore", "/ignore 9", "/ignore", "/unignore 9",
            "/unignore 9", "/invite 9", "/time on", "/time off", "/echo off", "/echo on",
            "/charset 9", "/charset utf-8", "/history", "/history 1", "/leave #7", "/leave", "4",
            "/7", "//", "/join #lobby", "/part 7", "/join ###", "/topic " + "7" * 500, "/quit 7",
        ):  # fmt: skip
            alice.types(line)
            world.turn()
            world.wait(5)
        alice.sees()
        # What follows "for example" is to be typed as it stands, whatever the language.
        said = b"".join(alice.writes).decode()
        allowed = re.compile(
            r"[A-Za-z0-9_-]{39}|/[a-z]+|#lobby|twistchat|utf-8|g[bk]+\w*|exit|[a-z0-9_]*\d[a-z0-9_-]*|big5\w*"
            r"|shift_jis|euc_\w+|tis-620|x{20,}|guest\w*"
        )
        for line in said.splitlines():
            rest = allowed.sub("", line.partition("FOR EXAMPLE")[0])
            self.assertFalse(re.search("[a-z]", rest), line)

    def test_what_moderators_do_goes_through_the_translation(self) -> None:
        world = World()
        front_end = FrontEnd(foreign)
        alice, bob = world.people("ADA", "BOB", front_end=front_end)
        world.registers(bob)
        world.registers(alice, role=Role.OPERATOR)
        bob.writes.clear()
        for line in (
            "/kick", "/kick 9", "/mute BOB 9", "/mute BOB 9m 9", "/mute BOB", "/unmute BOB",
            "/mute #* BOB 9m", "/bans", "/bans #*", "/unmute #* BOB", "/bans", "/bans #*",
            "/exempt BOB 9m 9", "/allow 9*", "/bans", "/unexempt BOB", "/disallow 9* 9",
            "/op BOB", "/voice BOB", "/rules", "/devoice BOB 9", "/deop BOB", "/deop BOB",
            "/rules key=7 invite-only limit=1 moderated secret topic-locked slow=9 retention=9d,9",
            "/rules", "/rules key=off invite-only=off limit=off moderated=off secret=off",
            "/rules topic-locked=off slow=off retention=off", "/rules 9=9", "/rules limit=x",
            "/rules secret=7", "/rules key=", "/rules slow=x", "/rules retention=x",
            "/delete 9", "/delete x", "7", "/numbers on", "7", "/numbers off", "/delete 38 7",
            "/delete 38", "/ban BOB 2d 9", "/unban BOB", "/ban *", "/ban #* 9*", "/unban #* 9*",
            "/join #9", "/leave #9", "/kick #* BOB 9", "/help 9",
        ):  # fmt: skip
            alice.types(line)
            world.turn()
            world.wait(5)
        alice.sees()
        said = b"".join((*alice.writes, *bob.writes)).decode()
        allowed = re.compile(
            r"/[a-z]+|#lobby|\b(key|limit|secret|slow|retention)\b|: x$|NO TIME: \w+"
        )
        for line in said.splitlines():
            rest = allowed.sub("", line.partition("FOR EXAMPLE")[0])
            self.assertFalse(re.search("[a-z]", rest), line)

    def test_parameters_are_named(self) -> None:
        for module in (sentences, sentences_accounts, sentences_moderation, manual):
            for name, value in vars(module).items():
                if name.isupper():
                    for text in texts(value):
                        for _, field, spec, conversion in Formatter().parse(text):
                            if field is not None:
                                self.assertTrue(field.isidentifier(), text)
                                self.assertFalse(spec or conversion, text)

    def test_nothing_shouts(self) -> None:
        modules = (sentences, sentences_accounts, sentences_moderation)
        for name, value in (pair for module in modules for pair in vars(module).items()):
            for text in texts(value) if name.isupper() else ():
                self.assertNotIn("!!", text)
                self.assertNotRegex(text, r"(?i)\b(error|invalid|illegal|denied|forbidden)\b")

    def test_every_code_has_its_sentence(self) -> None:
        self.assertEqual(set(sentences.REFUSED), set(e.Refusal))
        self.assertEqual(set(sentences.NOT_KEPT), set(e.Unkept))
        self.assertEqual(set(sentences.GOODBYE), set(e.Cause))
        self.assertEqual(set(sentences.CAUSE), set(e.Cause))


class ManualTests(SynchronousTestCase):
    commands: tuple[LineCommand, ...] = (
        *CHAT_COMMANDS,
        *LOCAL_COMMANDS,
        *ACCOUNT_COMMANDS,
        *MODERATOR_COMMANDS,
    )

    def test_every_command_is_explained(self) -> None:
        self.assertEqual({command.name for command in self.commands}, set(manual.ENTRIES))

    def test_every_example_can_be_typed(self) -> None:
        dialect = Dialect()
        for name, entry in manual.ENTRIES.items():
            self.assertTrue(entry.example.startswith(f"/{name}"), entry)
            (asked,) = dialect.read(entry.example, "#lobby")
            self.assertNotIsInstance(asked, Note)

    def test_an_extension_may_say_what_it_likes(self) -> None:
        odd = Extension("pick", "{A|B} {0}", "pick {one}", lambda *_: [])
        dialect = Dialect([odd, Extension("plain", "", "", lambda *_: [])])
        self.assertIn("  /pick {A|B} {0}", "\n".join(dialect.help("", Speech(Shouting()))))
        self.assertIn("/pick {A|B} {0}", "\n".join(dialect.help("pick", Speech())))
        dialect.help("plain", Speech())

    def test_help_fits_a_terminal(self) -> None:
        self.assertLessEqual(len(Dialect().help("", Speech())), 23)
        for line in Dialect().help("", Speech()):
            self.assertLessEqual(len(line), 77, line)  # with "-- " before it

    def test_each_explanation_fits_a_terminal(self) -> None:
        for name in manual.ENTRIES:
            for line in Dialect().help(name, Speech()):
                self.assertLessEqual(len(line), 77, line)

    def test_help_of_one_command_shows_an_example(self) -> None:
        self.assertEqual(
            Dialect().help("join", Speech()),
            [
                "/join #ROOM [#ROOM...]  go into a room, and talk there",
                "  A room is made by joining it. You stay in the others, and hear them all.",
                "  for example: /join #cats",
                "  also: /j",
            ],
        )
