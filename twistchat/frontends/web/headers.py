"""What every answer says besides its content: what a page of ours may do, and what others may.

And how requests are read, which may have any bytes in them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twisted.web.http_headers import Headers

    from twistchat.frontends.web.origins import Host

_SOURCE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
"""A machine that can be named in a policy (CSP, section 2.3.1): addresses of IPv6 cannot."""

_ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')
_CODING = re.compile(r"\s*([^;\s]+)\s*(?:;\s*q=([0-9.]+)\s*)?", re.I)

NO_FEATURES = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


def policy(host: Host | None) -> str:
    """Write what a page of ours may load and do (Content-Security-Policy): little.

    `host` is what it calls us. Safari before 15.4 does not count a socket to the page's own
    machine as `'self'`, so there it is named.
    """
    connect = "connect-src 'self'"
    if host is not None and _SOURCE.fullmatch(host.name):
        connect += f" ws://{host} wss://{host}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            connect,
            "img-src 'self' data:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def file_headers() -> Iterator[tuple[str, str]]:
    """Name what is sent with the files of the page: there are many, and they load nothing."""
    yield "Content-Security-Policy", "default-src 'none'"  # a picture may be opened by itself
    yield "X-Content-Type-Options", "nosniff"
    yield "Cross-Origin-Resource-Policy", "same-origin"


def common_headers(host: Host | None, *, is_secure: bool) -> Iterator[tuple[str, str]]:
    """Name what is sent with every other answer; `is_secure` where the browser came by https."""
    yield "Content-Security-Policy", policy(host)
    yield "X-Content-Type-Options", "nosniff"
    yield "Referrer-Policy", "no-referrer"
    yield "Permissions-Policy", NO_FEATURES
    yield "Cross-Origin-Resource-Policy", "same-origin"
    if is_secure:  # else browsers complain to whoever looks that they cannot heed it
        yield "Cross-Origin-Opener-Policy", "same-origin"


def read(headers: Headers, name: str) -> Sequence[str]:
    """Read what a request says under one name, whatever bytes it says it in."""
    return [value.decode(errors="replace") for value in headers.getRawHeaders(name.encode(), [])]


def is_same(tag: str, named: Sequence[str]) -> bool:
    """Say whether a browser has this already (If-None-Match; RFC 9110, section 13.1.2)."""
    return any(value.strip() == "*" or f'"{tag}"' in _ENTITY_TAG.findall(value) for value in named)


def takes_gzip(named: Sequence[str]) -> bool:
    """Say whether somebody takes what is compressed (Accept-Encoding)."""
    weights: dict[str, float] = {}
    for word in ",".join(named).split(","):
        match = _CODING.fullmatch(word)
        if match is not None:
            weights[match[1].lower()] = _weight(match[2])
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0))) > 0


def _weight(text: str | None) -> float:
    try:
        return 1 if text is None else float(text)
    except ValueError:
        return 0
