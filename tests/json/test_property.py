"""Random bytes, random requests, in random pieces: no failure, no connection lost, each id once."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.logger import ILogObserver, LogLevel, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import provider

from twistchat.core.limits import NONE, Limits
from twistchat.core.text import clean
from twistchat.frontends.foreign import foreign
from twistchat.frontends.jsonlines.codec import BadLineError, decode, encode
from twistchat.frontends.jsonlines.requests import (
    REQUESTS,
    BadRequestError,
    Fields,
    label_of,
)
from twistchat.testing import JSON, Program, SlowEngine, World

if TYPE_CHECKING:
    from twisted.logger import LogEvent

LOBBY = "#lobby"
ANSWERED = set(REQUESTS) - {"pong"}

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=80)
    | st.sampled_from((LOBBY, "bob", "mallory", "#a", "", "🙂", "\x1b[2J", "\ud800", "x" * 70)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=5,
)
texts = st.text(max_size=30) | st.sampled_from((LOBBY, "#a", "#b", "bob", "mallory", ""))
numbers = st.integers(-3, 40) | st.none()
fields = st.fixed_dictionaries(
    {},
    optional={
        "room": st.sampled_from((LOBBY, LOBBY, "#a", "#b", "a b", "")) | values,
        "to": st.sampled_from(("bob", "mallory", "nobody")) | values,
        "text": texts | values,
        "name": texts | values,
        "words": st.lists(texts, max_size=3) | texts | values,
        "topic": texts | values,
        "key": st.sampled_from(("k1", "k2")) | values,
        "limit": numbers | values,
        "before": numbers | values,
        "after": numbers | values,
        "since": numbers | values,
        "until": numbers | values,
        "seen": st.tuples(st.just("e"), numbers).map(list) | values,
        "rooms": values,
        "token": texts | values,
        "action": st.booleans() | values,
        "who": texts | values,
        "matching": texts | values,
        "protocol": st.just(1) | values,
    },
)
kinds = st.sampled_from(sorted(set(REQUESTS) - {"quit", "pong"}))
requests = st.tuples(kinds | st.text(max_size=9), fields)
bad_lines = st.one_of(
    st.binary(max_size=60),
    st.just(b"[" * 5_000),
    st.just(b'{"type":"say","text":"' + b"x" * 2_000),
    values.map(lambda value: json.dumps(value).encode()),
).map(lambda line: line.replace(b"\n", b""))


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    at = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[i:j] for i, j in zip([0, *at], [*at, len(data)], strict=True)]


def line_of(fields: dict[str, Any]) -> bytes:
    # As many write it: all in ASCII, which can carry a lone surrogate.
    return json.dumps(fields).encode() + b"\n"


class CodecTests(SynchronousTestCase):
    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=200) | bad_lines)
    def test_any_bytes(self, line: bytes) -> None:
        try:
            read = decode(line)
        except BadLineError as bad:
            self.assertIn(str(bad), ("not-utf8", "not-json", "not-an-object"))
        else:
            self.assertIsInstance(read, dict)
            if "NaN" not in repr(read) and "inf" not in repr(read):
                encode(read)

    @settings(max_examples=300, deadline=None)
    @given(st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=4))
    def test_there_and_back(self, fields: dict[str, str]) -> None:
        line = encode(fields)
        self.assertEqual(line.count(b"\n"), 1)

        def carried(text: str) -> str:
            return text.encode(errors="replace").decode()

        self.assertEqual(decode(line), {carried(k): carried(v) for k, v in fields.items()})

    @settings(max_examples=300, deadline=None)
    @given(requests)
    def test_a_request_is_read_or_refused(self, request: tuple[str, dict[str, Any]]) -> None:
        kind, found = request
        read = REQUESTS.get(kind)
        if read is None:
            return
        try:
            label_of(found, found.get("key"))
            read(Fields(found, 100))
        except BadRequestError as bad:
            self.assertIn(str(bad), ("bad-field", "bad-id", "text-long"))


class TalkTests(SynchronousTestCase):
    limits = Limits(line=300, rate=NONE, joins=NONE, renames=NONE, searches=NONE, strangers=NONE)

    def setUp(self) -> None:
        self.failures: list[LogEvent] = []

        @provider(ILogObserver)
        def observe(event: LogEvent) -> None:
            if event["log_level"] in (LogLevel.error, LogLevel.critical):
                self.failures.append(event)

        globalLogPublisher.addObserver(observe)
        self.addCleanup(globalLogPublisher.removeObserver, observe)

    @settings(max_examples=120, deadline=None)
    @given(
        asked=st.lists(requests | bad_lines, max_size=12),
        cuts=st.lists(st.integers(0, 10_000), max_size=12),
        slow=st.booleans(),
        at_door=st.booleans(),
    )
    def test_each_is_answered_once(
        self,
        asked: list[tuple[str, dict[str, Any]] | bytes],
        cuts: list[int],
        slow: bool,
        at_door: bool,
    ) -> None:
        world = World(SlowEngine if slow else None, limits=self.limits)
        (bob,) = world.people("bob")
        if at_door:
            mallory = cast("Program", world.connect(JSON))
            mallory.hears()
        else:
            (mallory,) = cast("list[Program]", world.people("mallory", front_end=JSON))
        ids = []
        bad = 0
        data = b""
        for number, each in enumerate(asked):
            if isinstance(each, bytes):
                if at_door and foreign(each, "chat.example", 8000):
                    continue  # a browser, say, is let go
                data += each + b"\n"
                bad += self.is_refused(each)
                continue
            kind, found = each
            if kind == "pong":
                continue
            ids.append(number)
            data += line_of({"type": kind, **found, "id": number})
        for piece in pieces(data, cuts):
            mallory.sends(piece)
            world.turn()
        world.wait(10)
        self.assertEqual(self.failures, [])
        self.assertTrue(mallory.is_connected)
        written = b"".join(mallory.writes).decode()
        self.assertFalse([c for c in written if c != "\n" and clean(c) != c])
        heard = mallory.hears()
        answered = Counter(told["id"] for told in heard if "id" in told)
        self.assertEqual(answered, Counter(ids))
        refused = [told for told in heard if told["type"] == "error" and "id" not in told]
        self.assertGreaterEqual(len(refused), bad)
        bob.sees()
        bob.types("/msg #lobby still here")
        world.turn()
        self.assertEqual(bob.sees()[-1], "<bob> still here")
        mallory.hears()
        mallory.asks("ping", id="last")
        world.turn()
        self.assertEqual(mallory.hears()[-1], {"type": "pong", "id": "last"})

    def is_refused(self, line: bytes) -> bool:
        """Whether a line is answered with one error, whatever was asked before."""
        try:
            decode(line)
        except BadLineError:
            return bool(line.strip())
        return False

    @settings(max_examples=100, deadline=None)
    @given(lines=st.lists(bad_lines, max_size=10), cuts=st.lists(st.integers(0, 9_999), max_size=9))
    def test_one_error_for_each_bad_line(self, lines: list[bytes], cuts: list[int]) -> None:
        world = World(limits=self.limits)
        (mallory,) = cast("list[Program]", world.people("mallory", front_end=JSON))
        bad = [line for line in lines if self.is_refused(line)]
        for piece in pieces(b"".join(line + b"\n" for line in bad), cuts):
            mallory.sends(piece)
            world.turn()
        heard = mallory.hears()
        self.assertEqual(len(heard), len(bad), heard)
        self.assertEqual({told["type"] for told in heard} - {"error"}, set())
        self.assertEqual(self.failures, [])

    @settings(max_examples=150, deadline=None)
    @given(st.text(min_size=1, max_size=70))
    def test_texts_arrive_as_they_are(self, text: str) -> None:
        world = World(limits=self.limits)
        alice, bob = cast("list[Program]", world.people("alice", "bob", front_end=JSON))
        alice.sends(line_of({"type": "say", "room": LOBBY, "text": text, "id": 1}))
        world.turn()
        (told,) = alice.hears()
        if not text.rstrip():
            self.assertEqual(told["code"], "nothing-to-say")
            return
        self.assertEqual(told["text"], clean(text.rstrip()))
        (heard,) = bob.hears()
        self.assertEqual(heard["text"], told["text"])
        self.assertEqual(clean(heard["text"]), heard["text"])
