"""What is answered to the request of a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_REQUEST = re.compile(rb"([A-Z]{3,12}) ([^ ]+)(?: HTTP/1\.\d)?")
"""A request line; without a version it is one of HTTP/0.9, as some people type it."""

_PATH = re.compile(rb"(?:https?://[^/?]*)?(/[^?#]*)?(?:\?.*)?")
"""What is asked for: nobody proxies here, but a proxy may ask in that form."""

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]{1,253})(?::([0-9]{1,5}))?")
"""A Host header (RFC 9110, section 7.2), as far as there are such machines."""

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{server}</title>
</head>
<body>
<h1>{server}</h1>
<p>This is a chat. Join it with whatever you have:</p>
<dl>
{ways}
</dl>
</body>
</html>
"""

NOT_FOUND = "There is nothing under that address. Join the chat as / says.\n"
NOT_ALLOWED = "This is a chat: it can be looked at, with GET, and not asked for more.\n"
BAD_REQUEST = "This is a chat, and that was no request that it knows.\n"
TOO_MUCH = "That request is too long for a chat.\n"


@dataclass(frozen=True, slots=True)
class Request:
    """What a browser asks for, as far as it matters here."""

    line: bytes
    """The first line."""
    host: str = ""
    """What it calls this machine, as it says itself: anything at all."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where this chat is reached, and how."""

    server: str
    """How it calls itself."""
    host: str
    port: int
    """Nought for a UNIX socket, which nobody reaches by a name."""
    is_encrypted: bool = False
    """Whether one may come by TLS to the same port."""

    def called(self, name: str) -> Place:
        """Call it as somebody does who has reached it, if that is the name of a machine at all."""
        match = _HOST.fullmatch(name)
        if match is None or not self.port:
            return self
        host, port = match[1].strip("[]"), int(match[2] or self.port)
        if not 0 < port < 65536:
            return self
        return Place(self.server, host, port, self.is_encrypted)


def answer(request: Request, place: Place) -> bytes:
    """Answer a request; the connection is closed behind it."""
    match = _REQUEST.fullmatch(request.line)
    if match is None:
        return response(HTTPStatus.BAD_REQUEST, BAD_REQUEST)
    verb, target = match.groups()
    if verb not in (b"GET", b"HEAD"):
        return response(HTTPStatus.METHOD_NOT_ALLOWED, NOT_ALLOWED, more=("Allow: GET, HEAD",))
    is_head = verb == b"HEAD"
    path = _PATH.fullmatch(target)
    if path is None:
        return response(HTTPStatus.BAD_REQUEST, BAD_REQUEST, is_head=is_head)
    if path[1] not in (None, b"/"):
        return response(HTTPStatus.NOT_FOUND, NOT_FOUND, is_head=is_head)
    page = write_page(place.called(request.host))
    return response(HTTPStatus.OK, page, kind="text/html", is_head=is_head)


def write_page(place: Place) -> str:
    """Write the page that says how to join."""
    lines = []
    for name, commands in _ways(place):
        lines.append(f"<dt>{escape(name)}</dt>")
        lines += [f"<dd><code>{escape(command)}</code></dd>" for command in commands]
    return PAGE.format(server=escape(place.server), ways="\n".join(lines))


def _ways(place: Place) -> Sequence[tuple[str, Sequence[str]]]:
    if not place.port:
        return [("Here", ["nc -U, with the path of this socket"])]
    host, port = place.host, place.port
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    plain = [
        ("In any terminal", [f"nc {host} {port}", f"telnet {host} {port}"]),
        ("With its own client", [f"twistchat connect {address}"]),
        ("With an IRC client", [f"irc://{address}"]),
    ]
    encrypted = [
        f"twistchat connect tls:{address}",
        f"openssl s_client -quiet -connect {address}",
        f"ircs://{address}",
    ]
    return [*plain, ("Encrypted", encrypted)] if place.is_encrypted else plain


def response(
    status: HTTPStatus,
    text: str,
    *,
    kind: str = "text/plain",
    more: Sequence[str] = (),
    is_head: bool = False,
) -> bytes:
    """Write a whole answer of HTTP/1.1."""
    body = text.encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {kind}; charset=utf-8",
        f"Content-Length: {len(body)}",
        "X-Content-Type-Options: nosniff",
        "Content-Security-Policy: default-src 'none'",
        "Cache-Control: no-store",
        "Connection: close",
        *more,
    )
    return "\r\n".join((*head, "", "")).encode() + (b"" if is_head else body)
