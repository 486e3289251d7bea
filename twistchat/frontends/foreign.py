"""Programs that speak something else: browsers, TLS, SSH.

Each is answered in its own language, and let go before anything it sends is taken for a name, for
words or for a request: a web page could else make somebody's browser talk here (cross-protocol
scripting).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

REQUEST = re.compile(
    rb"(?!(CAP|NICK|USER|PASS|AUTHENTICATE) )[A-Z]{3,12} ([^ ]+ HTTP/\d|/|\*|https?://)"
)
"""The first line of a request (RFC 9112, section 3); some come without a version. What IRC clients
say first is none, whatever stands behind it."""

HEADER = re.compile(rb"(Host|Origin|Referer|User-Agent|Content-Type|Content-Length): ", re.I)
"""A line of a request whose first line was hidden from us."""

IRC = re.compile(rb"(CAP (LS|REQ)|PASS |NICK |USER )[^\r\n]*\r\n")
"""The first line of an IRC client (RFC 2812, section 3.1)."""

BY_LINE = ("nc {host} {port}", "twistchat connect {address}")
BY_JSON = ("twistchat connect {address}",)
BY_IRC = ("irc://{address}",)
"""How one joins at a port of one kind, the best way first."""

NOT_HTTP = "This is a chat. Join it with:\n\n{ways}"
NOT_IRC = "This port does not speak IRC. Join with: {way}"
NOT_SSH = "This is a chat, and not SSH. Join it with: {way}"

TLS_HELLO = re.compile(rb"\x16\x03[\x00-\x04]")
TLS_ALERT = bytes((21, 3, 1, 0, 2, 2, 40))
"""A fatal alert, handshake_failure (RFC 8446, section 6)."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """Another protocol: its name, and an answer in it."""

    name: str
    answer: bytes


def foreign(
    data: bytes,
    host: str,
    port: int,
    *,
    ways: Sequence[str] = BY_LINE,
    speaks_first: bool = False,
) -> Foreign | None:
    """Recognise another protocol by the first bytes or by a first line; None for people.

    `host` and `port` are where this chat can be joined, and `ways` how. A program that
    `speaks_first` does so before it is greeted, and faster than anybody types.
    """
    if TLS_HELLO.match(data):
        return Foreign("TLS", TLS_ALERT)
    if data.startswith(b"SSH-"):
        words = NOT_SSH.format(way=_joining(ways, host, port)[0])
        return Foreign("SSH", words.encode() + b"\r\n")
    if speaks_first and IRC.match(data):
        words = NOT_IRC.format(way=_joining(ways, host, port)[0])
        return Foreign("IRC", f"ERROR :{words}\r\n".encode())
    if REQUEST.match(data) or HEADER.match(data):
        return Foreign("HTTP", _http(_joining(ways, host, port)))
    return None


def _joining(ways: Sequence[str], host: str, port: int) -> Sequence[str]:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [way.format(host=host, port=port, address=address) for way in ways]


def _http(ways: Sequence[str]) -> bytes:
    text = NOT_HTTP.format(ways="".join(f"    {way}\n" for way in ways)).encode()
    head = (
        "HTTP/1.1 400 Bad Request\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        f"Content-Length: {len(text)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + text
