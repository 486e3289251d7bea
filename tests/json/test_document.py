"""docs/json-protocol.md is true: its tables are complete, and its transcripts are played."""

from __future__ import annotations

import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import twistchat
from tests.json.transcripts import Transcript, is_as_written
from twistchat.core import events as e
from twistchat.core.codes import Cause, Refusal
from twistchat.engine import Committed
from twistchat.frontends.jsonlines import sentences
from twistchat.frontends.jsonlines.format import JSONFormat
from twistchat.frontends.jsonlines.requests import REQUESTS
from twistchat.wire import WhyLeftOut

PATH = Path(twistchat.__file__).parent.parent / "docs" / "json-protocol.md"


def rows(heading: str) -> list[list[str]]:
    """The rows of the tables in one section, without their heads."""
    text = PATH.read_text("utf-8")
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    found = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    return [row for row in found if row[0].startswith("`") and row[0] != "`type`"]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


class TableTests(SynchronousTestCase):
    def test_requests(self) -> None:
        documented = [name for row in rows("Requests") for name in named(row[0])]
        self.assertEqual(sorted(documented), sorted(REQUESTS))

    def test_answers_and_events(self) -> None:
        documented = {name for row in rows("Answers") + rows("Events") for name in named(row[0])}
        source = Path(twistchat.__file__).parent / "frontends" / "jsonlines"
        told: set[str] = set()
        for path in source.glob("*.py"):
            told.update(re.findall(r'"type": "([\w-]+)"', path.read_text("utf-8")))
        self.assertEqual(documented, told - {"hello"} | {"pong"})

    def test_codes(self) -> None:
        tables = rows("Codes")
        documented = [row[0].strip("`") for row in tables]
        not_kept = (code for code, _ in sentences.NOT_KEPT.values())
        codes = [*sentences.BAD_LINES, *map(str, Refusal), *not_kept]
        self.assertEqual(sorted(documented), sorted(codes))
        self.assertEqual(set(sentences.REFUSED), set(Refusal))
        for code, meaning, requests in tables:
            self.assertTrue(meaning, code)
            self.assertLessEqual(set(named(requests)), {*REQUESTS, "room"}, code)

    def test_every_sentence_can_be_said(self) -> None:
        for sentence in (*sentences.BAD_LINES.values(), *sentences.REFUSED.values()):
            said = sentence.format(about="{x}", hint="{y}")
            self.assertTrue(said)
        refused = e.Refused(Refusal.CUSTOM, hint="{x} %s")
        self.assertIn(b"{x} %s", JSONFormat().encode_reply(Committed(refused), ""))

    def test_causes_and_reasons(self) -> None:
        text = PATH.read_text("utf-8")
        (causes,) = re.findall(r"^Causes: (.*)\.$", text, re.M)
        self.assertEqual(sorted(named(causes)), sorted(map(str, Cause)))
        (why,) = (row[1] for row in rows("Numbers, and coming back") if row[0] == "`why`")
        self.assertLessEqual(set(map(str, WhyLeftOut)), set(named(why)))

    def test_what_is_said_of_the_limits_holds(self) -> None:
        text = PATH.read_text("utf-8")
        for sentence in (
            "Whoever has not come in after 60 seconds", "your name is kept for you for two minutes",
            "nothing for 30 seconds is sent a `ping`", "nothing for 60 seconds",
            "For 24 hours a key", "20 a minute", "which is 200 lines", "(16 KiB)",
        ):  # fmt: skip
            self.assertIn(sentence, text.replace("\n", " "))


class TranscriptTests(SynchronousTestCase):
    def test_transcripts(self) -> None:
        blocks = re.findall(
            r"^```json-transcript\n(.*?)^```$", PATH.read_text("utf-8"), re.M | re.S
        )
        self.assertEqual(len(blocks), 9)
        for block in blocks:
            for seen, written in Transcript(block).played():
                self.assertTrue(is_as_written(seen, written), f"{seen}\n{written}")

    def test_a_transcript_that_is_wrong_is_found(self) -> None:
        good = '> {"type":"ping","id":1}\n< {"type":"pong","id":1}'
        self.assertEqual([is_as_written(*each) for each in Transcript(good).played()], [True])
        for bad in (
            good.replace('< {"type":"pong","id":1}', '< {"type":"pong","id":2}'),
            good + "\n" + '< {"type":"pong","id":1}',
            good.partition("\n")[0],
            good.partition("\n")[0] + "\n" + good,
        ):
            played = [is_as_written(*each) for each in Transcript(bad).played()]
            self.assertIn(False, played, bad)
