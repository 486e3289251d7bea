"""What happened → frames of a WebSocket, around what another format writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twistchat.core.events import Cause, Goodbye, Refusal, Refused, Stopping
from twistchat.frontends.web.frames import Close, close_frame, text_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.engine import Committed
    from twistchat.wire import Past, WireFormat

CODES = {
    Cause.LEFT: Close.NORMAL,
    Cause.STOPPING: Close.GOING_AWAY,
    Cause.NO_NAME: Close.LATER,
    Cause.TOO_SLOW: Close.LATER,
    Cause.TIMED_OUT: Close.LATER,
}
"""How a connection is closed behind a goodbye; any other is `Close.POLICY`: somebody wanted it."""


@dataclass(frozen=True, slots=True)
class Framed:
    """Each piece of what `told` writes is a message. See `twistchat.wire.WireFormat`."""

    told: WireFormat

    @property
    def folds_presence(self) -> bool:
        """As what is inside does."""
        return self.told.folds_presence

    @property
    def hears_elsewhere(self) -> bool:
        """As what is inside does."""
        return self.told.hears_elsewhere

    def encode(self, committed: Committed) -> bytes:
        """Write an event, once for all browsers; behind the last one there is the end."""
        written = _framed(self.told.encode(committed))
        if isinstance(committed.item, Stopping):
            return written + close_frame(Close.GOING_AWAY)
        return written

    def encode_reply(self, committed: Committed, reader: str) -> bytes:
        """Write an answer; a goodbye is followed by the end."""
        written = _framed(self.told.encode_reply(committed, reader))
        item = committed.item
        if isinstance(item, Goodbye):
            return written + close_frame(CODES.get(item.cause, Close.POLICY))
        return written

    def encode_past(self, place: Committed, past: Past, *, now: float) -> bytes:
        """Write past events: one message."""
        return _framed(self.told.encode_past(place, past, now=now))

    def pack(self, pieces: Sequence[bytes]) -> bytes:
        """Put frames one after the other."""
        return b"".join(pieces)


@dataclass(frozen=True, slots=True)
class AtTheDoor(Framed):
    """How somebody is told that they cannot come in: an answer is all that they are told.

    What `begins` is the end of the handshake, without which no browser would hear why.
    """

    begins: bytes

    def encode_reply(self, committed: Committed, reader: str) -> bytes:
        """Write why not, and the end."""
        written = self.begins + _framed(self.told.encode_reply(committed, reader))
        item = committed.item
        if isinstance(item, Goodbye):
            return written + close_frame(CODES.get(item.cause, Close.POLICY))
        is_banned = isinstance(item, Refused) and item.code is Refusal.BANNED
        return written + close_frame(Close.POLICY if is_banned else Close.LATER)


def _framed(lines: bytes) -> bytes:
    return text_frame(lines) if lines else b""
