"""Browsers that speak over a WebSocket in a world, as bytes; and frames as they write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from twistchat.frontends.jsonlines.format import JSON
from twistchat.frontends.web.place import WebPlace
from twistchat.frontends.web.site import WebFactory
from twistchat.testing import ChatTestCase, FrontEnd, Program

if TYPE_CHECKING:
    from twisted.internet.interfaces import IProtocol

    from twistchat.frontends.registry import Registry
    from twistchat.testing import World

TEXT, BINARY, CLOSE, PING, PONG = 0x81, 0x82, 0x88, 0x89, 0x8A
KEY = b"\x37\xfa\x21\x3d"
"""The mask of the examples of RFC 6455."""

REQUEST = (
    b"GET /socket HTTP/1.1\r\n"
    b"Host: chat.example:8000\r\n"
    b"Upgrade: websocket\r\n"
    b"Connection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Origin: http://chat.example:8000\r\n"
    b"Sec-WebSocket-Version: 13\r\n\r\n"
)


def frame(data: bytes, first: int = TEXT, *, key: bytes | None = KEY) -> bytes:
    """Write a frame; without a key it is not masked, as no browser sends it."""
    size, bit = len(data), 0 if key is None else 0x80
    if size < 126:
        head = bytes([first, bit | size])
    elif size < 1 << 16:
        head = bytes([first, bit | 126]) + size.to_bytes(2)
    else:
        head = bytes([first, bit | 127]) + size.to_bytes(8)
    if key is None:
        return head + data
    mask = (key * (size // 4 + 1))[:size]
    return head + key + (int.from_bytes(data) ^ int.from_bytes(mask)).to_bytes(size)


def close(code: int | None = 1000, reason: bytes = b"") -> bytes:
    """Write what a browser says last."""
    return frame(b"" if code is None else code.to_bytes(2) + reason, CLOSE)


class Frame(NamedTuple):
    """What a server has sent."""

    first: int
    data: bytes


def read_frames(data: bytes) -> tuple[list[Frame], bytes]:
    """Read the frames of a server, and what is left of them."""
    frames: list[Frame] = []
    while len(data) >= 2:
        size, at = data[1], 2
        if size in (126, 127):
            at = 4 if size == 126 else 10
            size = int.from_bytes(data[2:at])
        if len(data) < at + size:
            break
        frames.append(Frame(data[0], data[at : at + size]))
        data = data[at + size :]
    return frames, data


class Browser(Program):
    """Somebody whose browser speaks JSON over a WebSocket; it answers pings and goodbyes itself."""

    request = REQUEST

    def __init__(self, world: World, protocol: IProtocol) -> None:
        super().__init__(world, protocol)
        self.head = b""
        """How the server has answered the request."""
        self.frames: list[Frame] = []
        """All that came in frames."""
        self.code: int | None = None
        """Why it was closed."""
        self.is_mute = False
        """Whether it answers no ping and no goodbye."""
        self._came = b""
        self._lines: list[bytes] = []
        self.sends_bytes(self.request)

    def sends(self, data: bytes) -> None:
        """Send lines as one message."""
        self.sends_bytes(frame(data))

    def sends_bytes(self, data: bytes) -> None:
        """Send bytes as they are."""
        super().sends(data)

    def reads(self) -> list[bytes]:
        """Return the lines that have come since one last looked."""
        self._look()
        lines, self._lines = self._lines, []
        return lines

    def says_goodbye(self, code: int | None = 1000) -> None:
        """Close the WebSocket."""
        self.sends_bytes(close(code))

    def ends_input(self) -> None:
        """Leave, behind what was said: a browser never closes half a connection."""
        self.says_goodbye()

    def hangs_up(self) -> None:
        """Leave, and close the connection."""
        self.says_goodbye()
        super().hangs_up()

    def notice_closing(self) -> None:
        """Answer what browsers answer by themselves; lose the connection if it is closed."""
        if self.is_connected:
            self._look()
        super().notice_closing()

    def _look(self) -> None:
        self._came += self.wire.value()
        self.wire.clear()
        if not self.head and b"\r\n\r\n" in self._came:
            head, end, self._came = self._came.partition(b"\r\n\r\n")
            self.head = head + end
        if not self.head.startswith(b"HTTP/1.1 101 "):
            return
        frames, self._came = read_frames(self._came)
        self.frames += frames
        for first, data in frames:
            if first == TEXT:
                assert data.endswith(b"\n")
                self._lines += data.splitlines()
            elif first == CLOSE:
                self.code = int.from_bytes(data[:2]) if data else 1005
            if not self.is_mute and first == PING:
                self.sends_bytes(frame(data, PONG))
            elif not self.is_mute and first == CLOSE:
                self.sends_bytes(frame(data[:2], CLOSE))


PLACE = WebPlace()


def _factory(registry: Registry) -> WebFactory:
    return WebFactory(registry, told=JSON, place=PLACE)


WEB = FrontEnd(cast("type", _factory), Browser)
"""Browsers at a port of their own."""


class BrowserTestCase(ChatTestCase):
    """A test in which browsers speak."""

    front_end: ClassVar[FrontEnd] = WEB

    def browser(self, *, name: str = "") -> Browser:
        """Connect a browser, and let somebody come in if they are to have a name."""
        browser = self.people(name)[0] if name else self.connect()
        assert isinstance(browser, Browser)
        browser.frames.clear()
        browser.hears()
        return browser

    def browsers(self, *names: str) -> list[Browser]:
        return cast("list[Browser]", self.people(*names))
