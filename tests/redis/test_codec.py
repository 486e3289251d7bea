"""Items as JSON, and back."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.redis.storing import entered
from twistchat.core import events as e
from twistchat.core.accounts import Account, AccountDeed, Role, Standing
from twistchat.core.concerns import is_shared
from twistchat.core.law import Deed, RoomRules
from twistchat.core.model import Persona
from twistchat.engine.redis.codec import (
    item_of_text,
    persona_fields,
    read_stored,
    read_told,
    stored,
    told,
)
from twistchat.testing.deeds import EVERYTHING, moderated, rules
from twistchat.testing.harness import said

TIMES = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
PERSONAS = st.builds(Persona, TEXTS, TEXTS, st.booleans(), st.booleans())
ACCOUNTS = st.builds(
    Account, TEXTS.filter(bool), TEXTS.filter(bool), st.sampled_from(Role),
    st.sampled_from(Standing), st.integers(1, 2**61), TIMES,
)  # fmt: skip
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "str": TEXTS,
    "int": st.integers(),
    "float": TIMES,
    "bool": st.booleans(),
    "str | None": st.none() | TEXTS,
    "float | None": st.none() | TIMES,
    "tuple[str, ...]": st.lists(TEXTS, max_size=3).map(tuple),
    "Deed": st.sampled_from(Deed),
    "Cause": st.sampled_from(e.Cause),
    "AccountDeed": st.sampled_from(AccountDeed),
    "RoomRules": st.builds(
        RoomRules, TEXTS, limit=st.integers(0, 10**9), slow=st.floats(0, 1e9), secret=st.booleans()
    ),
    "Account": ACCOUNTS,
    "Persona": PERSONAS,
}
SHARED = [
    each
    for each in (*get_args(e.Event), *get_args(e.Between))
    if each not in {e.Folded, e.Stopping, e.Resynced}
]


def items() -> st.SearchStrategy[Any]:
    """Any item that the nodes tell each other, of any kind."""
    kinds = [
        st.builds(each, **{field.name: VALUES[str(field.type)] for field in fields(each)})
        for each in SHARED
    ]
    return st.one_of(kinds)


class CodecTests(SynchronousTestCase):
    @settings(max_examples=400, deadline=None)
    @given(items())
    def test_what_is_written_is_read_as_it_was(self, item: e.Item) -> None:
        self.assertEqual(item_of_text(told(item)), item)
        self.assertEqual(read_told(b"[" + told(item) + b"]"), [item])
        json.loads(told(item))

    def test_all_that_is_shared_can_be_written(self) -> None:
        self.assertTrue(all(is_dataclass(each) for each in SHARED))
        own = {e.Folded, e.Stopping, e.Resynced}
        for each in (*get_args(e.Event), *get_args(e.Between)):
            blank = object.__new__(each)
            if each is e.Announced:
                blank = e.Announced("", None, None, 7.0)
            if is_shared(blank):
                self.assertNotIn(each, own)
                self.assertIn(each, SHARED)

    def test_times_are_kept_to_the_last_digit(self) -> None:
        for at in (7.0, 1763803000.1234567, 0.1 + 0.2, 1e-9):
            item = item_of_text(told(said("x", at=at)))
            assert isinstance(item, e.Said)
            self.assertEqual(item.at, at)

    def test_all_that_is_stored(self) -> None:
        for event in EVERYTHING:
            self.assertEqual(read_stored(stored(event)), event)

    def test_what_is_only_told(self) -> None:
        line = replace(said("x"), tags="+a", outside=True)
        letter = e.Whispered("1", "a", "2", "b", "x", action=False, at=7.0, notice=True)
        ban = moderated(Deed.BAN, room="")
        for event, kept in (
            (line, said("x")), (replace(letter, tags="+a"), letter),
            (replace(ban, rooms=("#a",)), ban),
        ):  # fmt: skip
            self.assertEqual(read_stored(stored(event)), kept)
            self.assertEqual(item_of_text(told(event)), event)

    def test_it_is_small(self) -> None:
        self.assertEqual(
            told(said("hi", "#a", who="é", at=1.5)).decode(),
            '{"kind":"said","room":"#a","user":"1","who":"é","at":1.5,"text":"hi"}',
        )
        changed = json.loads(told(rules("slow", slow=5.0)))
        self.assertEqual(changed["rules"], {"slow": 5.0})
        self.assertEqual(persona_fields(Persona("x")), {"ident": "x"})

    def test_what_cannot_be_written(self) -> None:
        for item in (
            said("\ud800"), said("x", who="\udfff"), said("x", at=float("nan")),
            said("x", at=float("inf")), replace(said("\ud800"), action=True),
            replace(said("x", at=float("nan")), action=True),
            e.AwayChanged((), "1", "a", "\ud800", 7.0), e.Joined("#a", "1", "a", float("-inf")),
            entered("1", "\ud800"),
        ):  # fmt: skip
            self.assertRaises(ValueError, told, item)

    def test_what_is_no_item(self) -> None:
        for text in (
            b"", b"[", b"null", b"[]", b'"said"', b"{}", b'{"kind":"danced"}', b'{"kind":7}',
            b'{"kind":["said"]}', b'{"kind":"said"}', b'{"kind":"stopping","words":"","at":1.0}',
            b'{"kind":"said","room":7,"user":"1","who":"a","at":1.0,"text":"x"}',
            b'{"kind":"said","room":"#a","user":"1","who":"a","at":"1","text":"x"}',
            b'{"kind":"said","room":"#a","user":"1","who":"a","at":true,"text":"x"}',
            b'{"kind":"said","room":"#a","user":"1","who":"a","at":1e999,"text":"x","notice":true}',
            b'{"kind":"said","room":"#a","user":"1","who":"a","at":1.0,"text":"x","notice":1}',
            b'{"kind":"said","room":"#a","user":"1","who":"a","at":1.0,"texts":"x"}',
            b'{"kind":"left","room":"#a","user":"1","who":"a","words":"","at":1.0,"cause":"bored"}',
            b'{"kind":"renamed","rooms":"#a","user":"1","old":"a","new":"b","at":1.0}',
            b'{"kind":"deleted","room":"#a","number":1.5,"user":"1","who":"a","words":"","at":1.0}',
            b'{"kind":"persona-changed","rooms":[],"user":"1","who":"a","was":7,"persona":{},"at":1.0}',
            b"[" * 100_000,
        ):  # fmt: skip
            self.assertRaises(ValueError, item_of_text, text)

    def test_what_is_nothing_stored(self) -> None:
        self.assertRaises(ValueError, read_stored, told(e.Joined("#a", "1", "a", 7.0)))

    def test_what_another_version_tells(self) -> None:
        line = json.loads(told(said("x")))
        text = json.dumps([{"kind": "danced"}, {**line, "mood": "good"}, {"kind": "left"}, 7])
        self.assertEqual(read_told(text.encode()), [None, said("x"), None, None])
        self.assertRaises(ValueError, read_told, b"{}")
