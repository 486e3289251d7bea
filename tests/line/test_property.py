"""Random bytes in random pieces: no exception, no escape byte out, no good line lost."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twistchat.core.limits import NONE, Limits
from twistchat.testing import SlowEngine, World

# What may stand in a line of junk: anything but its end, and no 0xFF, behind which telnet may
# hide the end of a line (bytes with 0xFF are fed below, where no line has to arrive).
junk = st.binary(max_size=60).map(
    lambda data: data.replace(b"\n", b"").replace(b"\0", b"").replace(b"\xff", b"")
)
nasty = st.sampled_from(
    [b"\x1b[2J", b"\xc2\x9b", b"\x07", b"\r", b"/me \x1b", b"/topic \x1b]0;x\x07", b"//", b"/help"]
)
TELNET_ANSWER = re.compile(rb"\xff[\xfc\xfe].", re.DOTALL)
"""WONT or DONT, to whoever begins to negotiate (RFC 854)."""

limits = Limits(line=64, rate=NONE)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    at = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[i:j] for i, j in zip([0, *at], [*at, len(data)], strict=True)]


def is_harmless(data: bytes) -> bool:
    text = data.decode().replace("\r\n", "\n")  # all that goes out is UTF-8
    return all(c in "\n\t" or not (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0) for c in text)


class PropertyTests(SynchronousTestCase):
    @settings(max_examples=150, deadline=None)
    @given(
        lines=st.lists(
            st.one_of(
                junk,
                nasty,
                st.binary(min_size=65, max_size=90).map(
                    lambda data: (
                        data.replace(b"\n", b"x").replace(b"\0", b"x").replace(b"\xff", b"x")
                    )
                ),
            ),
            max_size=12,
        ),
        cuts=st.lists(st.integers(0, 10_000), max_size=20),
        slow=st.booleans(),
    )
    def test_no_good_line_is_lost(self, lines: list[bytes], cuts: list[int], slow: bool) -> None:
        world = World(SlowEngine if slow else None, limits=limits)
        alice, bob = world.people("alice", "bob")
        data = b""
        for number, line in enumerate(lines):
            if line.strip().lower() in (b"exit", b"/quit", b"/q", b"/exit", b"/bye", b"/json"):
                continue
            data += line + b"\n" + f"/say good {number}\n".encode()
        for piece in pieces(data, cuts):
            alice.sends(piece)
            world.turn()
        self.assertTrue(is_harmless(b"".join(bob.writes + alice.writes)))
        seen = bob.sees()
        said = [line.partition("> ")[2] for line in seen if "> good " in line]
        if any(line.startswith("-- alice left") for line in seen):
            return  # some junk was a way to say goodbye
        expected = [
            f"good {n}" for n, line in enumerate(lines) if f"/say good {n}\n".encode() in data
        ]
        self.assertEqual(said, expected)

    @settings(max_examples=200, deadline=None)
    @given(
        data=st.lists(st.one_of(st.binary(max_size=200), nasty, st.just(b"\n"))).map(b"".join),
        cuts=st.lists(st.integers(0, 10_000), max_size=20),
        at_door=st.booleans(),
    )
    def test_any_bytes_at_all(self, data: bytes, cuts: list[int], at_door: bool) -> None:
        world = World(limits=limits)
        (bob,) = world.people("bob")
        mallory = world.connect() if at_door else world.people("mallory")[0]
        for piece in pieces(data, cuts):
            mallory.sends(piece)
            world.turn()
        mallory.hangs_up()
        world.turn()
        self.assertTrue(is_harmless(b"".join(bob.writes)))
        self.assertTrue(is_harmless(TELNET_ANSWER.sub(b"", b"".join(mallory.writes))))
        bob.sees()
        bob.types("still here")
        world.turn()
        self.assertEqual(bob.sees(), ["<bob> still here"])
        self.assertEqual(len(world.registry.sessions), 1)
