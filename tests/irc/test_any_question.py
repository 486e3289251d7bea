"""Whatever is asked, however wrongly: it is answered in lines of IRC, and nobody is hurt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.irc.kit import IRC, PATIENT, read_line
from twistchat.core.limits import NONE
from twistchat.frontends.irc.questions import QUESTION_COMMANDS
from twistchat.testing import LINE, World

if TYPE_CHECKING:
    from tests.irc.kit import Client

LIMITS = replace(PATIENT, rate=NONE, joins=1_000)

words = st.one_of(
    st.sampled_from(
        [
            "*",
            "0",
            "#a",
            "#A",
            "#茶",
            "bob",
            "BOB",
            "ann",
            "a*",
            "*!*@*",
            "?",
            "",
            ":",
            ",",
            "bob,ann,,x",
            "+",
            "-",
            "C",
            "L",
            "S",
            "%tcuihsnfdlaor,7",
            "%",
            "o%,",
            ">1",
            "<2",
            "C>0",
            "T<9",
            "!*x",
            "[",
            "99",
            "-1",
            "9" * 30,
            "twistchat.chat",
            "*.chat",
            "HELP",
            "u",
            "\u3000",
            "\u202e",
            "�",
            "😀" * 25,
        ]
    ),
    st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8"), max_size=20),
)
questions = st.tuples(
    st.sampled_from(sorted([*QUESTION_COMMANDS, "HELP", "LUSERS", "MOTD"])),
    st.lists(words, max_size=4),
)


class AnyQuestionTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.world = World(limits=LIMITS)
        (ann,) = self.world.people("ann", front_end=LINE)
        ann.types("/join #茶")
        self.client, bob = (cast("Client", self.world.connect(IRC)) for _ in range(2))
        for client, name in ((self.client, "asker"), (bob, "bob")):
            client.comes_in_as(name)
            client.types("JOIN #a")
            client.types("CAP REQ :labeled-response batch message-tags")
        self.world.turn()
        self.client.hears()

    @settings(deadline=None)
    @given(questions, st.booleans())
    def test_it_is_answered(self, question: tuple[str, list[str]], has_label: bool) -> None:
        command, params = question
        self.client.types("PING :before")
        tags = "@label=7 " if has_label else ""
        self.client.types(f"{tags}{' '.join((command, *params))}")
        self.client.types("PING :behind")
        self.world.turn()
        lines = self.client.hears()
        read = [read_line(line) for line in lines]
        self.assertEqual([read[0].params[1], read[-1].params[1]], ["before", "behind"])
        for line, it in zip(lines[1:-1], read[1:-1], strict=True):
            self.assertLessEqual(len(f"{line.partition(' ')[2]}\r\n".encode()), 512)
            self.assertEqual(it.source, "twistchat.chat")
            if it.command.isdecimal():
                self.assertEqual(it.params[0], "asker")
                self.assertGreater(len(it.params), 1)
                self.assertTrue(all(it.params[:-1]), line)
        if has_label:
            self.assertEqual(read[1].tags.get("label"), "7", lines)
