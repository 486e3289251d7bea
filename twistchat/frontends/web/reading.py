"""Frames of a WebSocket as they come (RFC 6455, section 5), one at a time.

What is a proper frame is wsproto's to say. But nearly all that browsers send are short texts in one
frame each, and for these it takes as long as the chat for what they say (docs/architecture.md has
the times). So those are read here; anything else, and whatever is wrong with one, is handed to a
wsproto that is made for it, frame by frame, and is kept no longer than the message that it is in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import CloseConnection, Message

if TYPE_CHECKING:
    from wsproto.events import Event

PLAIN = 0x81
"""The first byte of a text in one frame."""

MASKED = 0x80


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is no frame, or none that may come now."""

    code: int
    """How the connection is to be closed."""
    why: str


class Frames:
    """What has come over one connection, and is not taken yet."""

    __slots__ = ("_at", "_data", "_is_within", "_left", "_wsproto")

    def __init__(self) -> None:
        self._data = b""
        self._at = 0
        """How much of that is taken."""
        self._left = 0
        """How many bytes of the present frame wsproto has not been given."""
        self._is_within = False
        """Whether there is more to come of a message."""
        self._wsproto: Connection | None = None

    def receive(self, data: bytes) -> None:
        """Put bytes behind those that wait."""
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0

    def next(self) -> bytes | Event | Wrong | None:
        """Take a whole text, or what wsproto makes of a frame; None if more has to come.

        After a goodbye, or what is wrong, there is nothing more to be taken.
        """
        if self._wsproto is None:
            text = self._plain()
            if text is not None:
                return text
            if self._at == len(self._data):
                return None
            self._wsproto = Connection(ConnectionType.SERVER)
        wsproto = self._wsproto
        while (event := next(wsproto.events(), None)) is None:
            if not self._feed(wsproto):
                break
        if isinstance(event, Message):
            self._is_within = not event.message_finished
        elif isinstance(event, CloseConnection) and wsproto.state is ConnectionState.OPEN:
            return Wrong(event.code, event.reason or "")
        if not (self._left or self._is_within):
            self._wsproto = None
        return event

    def _plain(self) -> bytes | None:
        """Take a text that is in one frame, all of which is there; None if this is none."""
        data, at = self._data, self._at
        if len(data) < at + 6 or data[at] != PLAIN or data[at + 1] < MASKED:
            return None
        size, at = data[at + 1] - MASKED, at + 6
        if size >= 126:
            at += 2
            size = int.from_bytes(data[at - 6 : at - 4]) if size == 126 else 0
            if size < 126:
                return None
        if len(data) < at + size:
            return None
        text = unmasked(data[at : at + size], data[at - 4 : at])
        if not text.isascii():
            try:
                text.decode()
            except UnicodeDecodeError:
                return None
        self._at = at + size
        return text

    def _feed(self, wsproto: Connection) -> bool:
        """Hand on what has come of one frame, from its whole head on; whether there was any."""
        data, at = self._data, self._at
        if not self._left:
            if len(data) < at + 2:
                return False
            size, more = data[at + 1] % MASKED, 0
            if size >= 126:
                more = 2 if size == 126 else 8
                size = int.from_bytes(data[at + 2 : at + 2 + more])
            head = 2 + more + (4 if data[at + 1] >= MASKED else 0)
            if len(data) < at + head:
                return False
            self._left = head + size
        piece = data[at : at + self._left]
        self._at += len(piece)
        self._left -= len(piece)
        wsproto.receive_data(piece)
        return bool(piece)


def unmasked(data: bytes, key: bytes) -> bytes:
    """Take off what every browser puts over its data (RFC 6455, section 5.3)."""
    size = len(data)
    mask = key * (size // 4) + key[: size % 4]
    return (int.from_bytes(data) ^ int.from_bytes(mask)).to_bytes(size)
