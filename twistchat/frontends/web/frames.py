"""Frames of a WebSocket (RFC 6455, section 5) as a server writes them.

They are not masked, so what everybody is told is the same bytes for all.
"""

from __future__ import annotations

from enum import IntEnum
from struct import Struct

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
"""First bytes of whole frames of these kinds."""

LONGEST_REASON = 123
"""Bytes: a control frame has 125, and two of them are the code."""

_MEDIUM, _LONG, _CODE = Struct("!BBH"), Struct("!BBQ"), Struct("!H")


class Close(IntEnum):
    """Why a WebSocket is closed (RFC 6455, section 7.4; 1013 is of IANA's registry)."""

    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL = 1002
    NOT_TEXT = 1003
    NO_CODE = 1005
    """Of a close frame without one; never sent."""
    NOT_UTF8 = 1007
    POLICY = 1008
    TOO_BIG = 1009
    LATER = 1013


def text_frame(lines: bytes) -> bytes:
    """Write lines as one message."""
    size = len(lines)
    if size < 126:
        return b"%c%c%b" % (TEXT, size, lines)
    head = _MEDIUM.pack(TEXT, 126, size) if size < 65536 else _LONG.pack(TEXT, 127, size)
    return head + lines


def close_frame(code: int, reason: str = "") -> bytes:
    """Write the last frame; `NO_CODE` is said by saying nothing."""
    if code == Close.NO_CODE:
        return b"%c\0" % CLOSE
    said = reason.encode()[:LONGEST_REASON].decode(errors="ignore").encode()
    return b"%c%c%b%b" % (CLOSE, 2 + len(said), _CODE.pack(code), said)


def ping_frame() -> bytes:
    """Ask whether the other end is there; browsers answer by themselves."""
    return b"%c\0" % PING


def pong_frame(payload: bytes) -> bytes:
    """Answer a ping, with what it said."""
    return b"%c%c%b" % (PONG, len(payload), payload)
