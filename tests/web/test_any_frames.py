"""Whatever a browser sends, and however it is split (hypothesis)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from tests.web.browsers import CLOSE, PING, PONG, TEXT, WEB, Browser, BrowserTestCase, frame
from twistchat.core.limits import NONE, Limits
from twistchat.frontends.web.reading import Frames, Wrong
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


Taken = tuple[str, Any]
FIRSTS = st.one_of(
    st.sampled_from([0x81, 0x81, 0x81, 0x01, 0x00, 0x80, 0x82, 0x02, 0x88, 0x89, 0x8A]),
    st.integers(0, 255),
)
PAYLOADS = st.one_of(
    st.binary(max_size=130), st.text(max_size=60).map(str.encode),
    st.integers(120, 130).map(lambda size: b"x" * size), st.just(b"\x03\xe8"),
    st.sampled_from([65_534, 65_535, 65_536]).map(lambda size: "\xe9".encode() * size),
)  # fmt: skip


def taken(event: object, found: list[Taken]) -> None:
    """Note what was taken; the parts of a message become one."""
    match event:
        case bytes():
            found.append(("text", event.decode()))
        case TextMessage() | BytesMessage():
            kind = "text" if isinstance(event, TextMessage) else "bytes"
            data: Any = event.data
            if found and found[-1][0] == f"{kind} so far":
                data = found.pop()[1] + data
            found.append((kind if event.message_finished else f"{kind} so far", data))
        case Wrong():
            if found and found[-1][0].endswith("so far"):
                found.pop()  # how much of it is told depends on how it came
            found.append(("wrong", event.code))
        case CloseConnection():
            found.append(("close", event.code))
        case Ping() | Pong():
            # It may stand between the parts of a message.
            place = len(found) - (bool(found) and found[-1][0].endswith("so far"))
            found.insert(place, (type(event).__name__, bytes(event.payload)))


def read_by_wsproto(data: bytes) -> list[Taken]:
    found: list[Taken] = []
    connection = Connection(ConnectionType.SERVER)
    connection.receive_data(data)
    for event in connection.events():
        is_wrong = connection.state is ConnectionState.OPEN
        if isinstance(event, CloseConnection) and is_wrong:
            taken(Wrong(event.code, ""), found)
        else:
            taken(event, found)
        if isinstance(event, CloseConnection):
            break
    return found


def read_here(data: bytes, cuts: Sequence[int]) -> list[Taken]:
    found: list[Taken] = []
    frames = Frames()
    for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True):
        frames.receive(data[a:b])
        while (event := frames.next()) is not None:
            taken(event, found)
            if isinstance(event, Wrong | CloseConnection):
                return found
    return found


class SameAsWsprotoTests(SynchronousTestCase):
    @settings(deadline=None, max_examples=300)
    @given(st.lists(st.tuples(FIRSTS, PAYLOADS, st.booleans()), max_size=6), st.data())
    def test_the_short_cut_changes_nothing(
        self, written: list[tuple[int, bytes, bool]], data: st.DataObject
    ) -> None:
        whole = b"".join(
            frame(payload, first, key=b"\x00\xff\x0a\x80" if number or is_masked else None)
            for number, (first, payload, is_masked) in enumerate(written)
        )
        cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
        self.assertEqual(read_here(whole, cuts), read_by_wsproto(whole))


class AnyFramesTests(BrowserTestCase):
    @settings(deadline=None, max_examples=100)
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
        world.wait(Limits().name_time + 5)  # for what waits for more of a frame
        self.assertFalse(browser.is_connected)
        self.assertIn(browser.code, (1000, 1002, 1003, 1007, 1013, int.from_bytes(payload[:2])))
        ann.says("still here")
        world.turn()
        self.assertEqual(ann.sees(), ["<ann> still here"])
