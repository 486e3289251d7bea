"""How a WebSocket begins: a request that asks for it (RFC 6455, section 4.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from wsproto.connection import ConnectionType
from wsproto.events import AcceptConnection
from wsproto.handshake import H11Handshake
from wsproto.utilities import RemoteProtocolError

from twistchat.frontends.web.headers import read

if TYPE_CHECKING:
    from twisted.web.http_headers import Headers

    from twistchat.frontends.web.place import WebPlace

_KEY = re.compile(rb"[A-Za-z0-9+/]{21}[AQgw]==")
"""Sixteen bytes in base64."""

_VERSION = (b"Sec-WebSocket-Version", b"13")


@dataclass(frozen=True, slots=True)
class No:
    """Why there is none."""

    status: HTTPStatus
    words: str
    header: tuple[bytes, bytes] | None = None


def begin(version: bytes, headers: Headers, place: WebPlace) -> bytes | No:
    """Write the answer with which a WebSocket begins, or say why there is none.

    Extensions and protocols that are offered are not taken.
    """

    def the(name: str) -> bytes:
        """Read a header that may be there once."""
        values = headers.getRawHeaders(name.encode(), [])
        return values[0] if len(values) == 1 else b""

    upgrade = b",".join(headers.getRawHeaders(b"Upgrade", []))
    connection = b",".join(headers.getRawHeaders(b"Connection", []))
    if version != b"HTTP/1.1" or not (upgrade and connection):
        words = "A WebSocket begins here, and nothing else."
        return No(HTTPStatus.UPGRADE_REQUIRED, words, (b"Upgrade", b"websocket"))
    if headers.getRawHeaders(b"Sec-WebSocket-Version", []) != [b"13"]:
        words = "There is no such version of WebSockets here."
        return No(HTTPStatus.UPGRADE_REQUIRED, words, _VERSION)
    if not _KEY.fullmatch(the("Sec-WebSocket-Key")) or not the("Host"):
        return No(HTTPStatus.BAD_REQUEST, "That is no request for a WebSocket.")
    if not _is_allowed(headers, place):
        words = "The page of another server may not talk here; its operator can allow it."
        return No(HTTPStatus.FORBIDDEN, words)
    handshake = H11Handshake(ConnectionType.SERVER)
    asked = [
        (b"Host", b"here"),  # it was looked at already
        (b"Upgrade", upgrade),
        (b"Connection", connection),
        _VERSION,
        (b"Sec-WebSocket-Key", the("Sec-WebSocket-Key")),
    ]
    try:
        handshake.initiate_upgrade_connection(asked, "/")
    except (RemoteProtocolError, ValueError):
        words = "A WebSocket begins here, and nothing else."
        return No(HTTPStatus.UPGRADE_REQUIRED, words, (b"Upgrade", b"websocket"))
    return handshake.send(AcceptConnection())


def _is_allowed(headers: Headers, place: WebPlace) -> bool:
    origins = read(headers, "Origin")
    hosts = read(headers, "Host")
    return len(origins) < 2 and place.allows(origins[0] if origins else None, hosts[0])
