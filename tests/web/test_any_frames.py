"""Whatever a browser sends, and however it is split (hypothesis)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.browsers import CLOSE, PING, PONG, TEXT, WEB, Browser, BrowserTestCase, frame
from twistchat.core.limits import NONE, Limits
from twistchat.testing import World

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXTS = st.lists(
    st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1), min_size=1),
    max_size=5,
)
"""The lines of each message."""


def written(lines: Sequence[str], cuts: Sequence[float], key: bytes) -> bytes:
    """Write a message in as many fragments, with something between them."""
    data = "\n".join(lines).encode()
    at = sorted(int(cut * len(data)) for cut in cuts)
    pieces = [data[a:b] for a, b in zip([0, *at], [*at, len(data)], strict=True)]
    whole = b""
    for number, piece in enumerate(pieces):
        first = (TEXT if number == 0 else 0x80) & (0xFF if number == len(pieces) - 1 else 0x7F)
        whole += frame(piece, first, key=key) + frame(b"between", PONG, key=key)
    return whole


class AnyFramesTests(BrowserTestCase):
    @settings(deadline=None, max_examples=150)
    @given(
        TEXTS, st.lists(st.floats(0, 1), max_size=4), st.binary(min_size=4, max_size=4), st.data()
    )
    def test_the_lines_are_the_same(
        self, messages: list[list[str]], cuts: list[float], key: bytes, data: st.DataObject
    ) -> None:
        heard: list[bytes] = []
        world = World(limits=Limits(rate=NONE))
        browser = world.connect(WEB)
        assert isinstance(browser, Browser)
        protocol = browser.protocol
        protocol.lineReceived = heard.append  # type: ignore[attr-defined]
        whole = b"".join(written(lines, cuts, key) for lines in messages)
        packets = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
        for a, b in zip([0, *packets], [*packets, len(whole)], strict=True):
            protocol.dataReceived(whole[a:b])
        world.turn()
        self.assertEqual(heard, [line.encode() for lines in messages for line in lines])

    @settings(deadline=None, max_examples=300)
    @given(st.lists(st.binary(max_size=200), max_size=6), st.binary(max_size=50))
    def test_junk_harms_nobody(self, packets: list[bytes], payload: bytes) -> None:
        world = World()
        (ann,) = world.people("ann")
        browser = world.connect(WEB)
        assert isinstance(browser, Browser)
        for packet in packets:
            browser.sends_bytes(packet)
            browser.sends_bytes(frame(packet, packet[0] if packet else PING))
        browser.sends_bytes(frame(payload[:2], CLOSE))
        world.wait(5)
        self.assertFalse(browser.is_connected)
        self.assertIn(browser.code, (1000, 1002, 1003, 1007, int.from_bytes(payload[:2])))
        ann.says("still here")
        world.turn()
        self.assertEqual(ann.sees(), ["<ann> still here"])
