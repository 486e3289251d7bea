"""Where to listen, and for which wire: `[KIND=]ENDPOINT`, as its operator writes it."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

ANY = "any"
"""The kind that is meant where none is said: every wire, told apart by how its clients begin."""

LINE = "line"
"""People on nc, telnet and the terminal client, and nobody else."""

IRC = "irc"
"""IRC clients, and nobody else."""

WEB = "web"
"""Browsers, and nobody else."""

TLS = ("ssl:", "tls:")
"""How the descriptions of endpoints begin that are encrypted by themselves."""

PROXY = "haproxy:"
"""How those begin to which a proxy says who is behind it."""

# Twisted's own backlog is 50: a class that connects at once would wait for the kernel to try again.
ANY_PORT = "tcp6:{port}:interface=\\:\\::backlog=1024"
ANY_PORT_IPV4 = "tcp:{port}:backlog=1024"

# No endpoint has an equals sign before its first colon, so that what has one begins with a kind.
_WITH_KIND = re.compile(r"([^:=]*)=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Listen:
    """One place to listen."""

    kind: str
    """Which wire is spoken there."""
    endpoint: str
    """A description as Twisted's `serverFromString` reads it."""


def read_listen(text: str, kinds: Collection[str]) -> Listen:
    """Read `[KIND=]ENDPOINT`, where a number alone is a port on IPv4 and IPv6.

    Raises:
        ValueError: there is no such kind, or that is no endpoint; with a sentence saying so.
    """
    match = _WITH_KIND.fullmatch(text)
    kind, endpoint = match.groups() if match else (ANY, text)
    if kind not in kinds:
        close = get_close_matches(kind.lower(), kinds, n=1)
        mean = f"; did you mean {close[0]}?" if close else ""
        known = ", ".join(kinds)
        raise ValueError(f"{kind!r} is no kind to listen for (there are: {known}){mean}")
    return Listen(kind, endpoint_of(endpoint))


def endpoint_of(port: str) -> str:
    """Turn a port or an endpoint into the description of an endpoint.

    Raises:
        ValueError: it is neither a port nor the description of an endpoint.
    """
    if not port.isdecimal():
        if ":" not in port:
            raise ValueError(f"{port!r} is no port: give a number from 0 to 65535")
        return port
    if int(port) > 65535:
        raise ValueError(f"{port} is no port: give a number from 0 to 65535")
    return (ANY_PORT if _has_ipv6() else ANY_PORT_IPV4).format(port=int(port))


def own_endpoint_of(port: str) -> str:
    """Do the same, where a port alone is for programs of this machine.

    Raises:
        ValueError: see `endpoint_of`.
    """
    endpoint = endpoint_of(port)
    return f"tcp:{int(port)}:interface=127.0.0.1" if port.isdecimal() else endpoint


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as trial:
            trial.bind(("::", 0))
    except OSError:
        return False
    return True
