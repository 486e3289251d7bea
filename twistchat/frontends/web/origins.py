"""Whose pages may open the socket: the Origin that a browser names (RFC 6455, section 10.2).

A browser opens a WebSocket to anywhere for any page, and says only whose page it was. So that no
other site's page talks here in the name of whoever looks at it, the page has to be ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

DEFAULT_PORTS = {"http": 80, "https": 443}

ANY = "*"
"""What `--web-origin` says where anybody's pages may."""

_MACHINE = r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,253})(?::([0-9]{1,5}))?"
_HOST = re.compile(_MACHINE)
_ORIGIN = re.compile(rf"(https?)://{_MACHINE}", re.I)


@dataclass(frozen=True, slots=True)
class Host:
    """A machine, as a Host header names it (RFC 9110, section 7.2)."""

    name: str
    """In lower case; an IPv6 address in its brackets."""
    port: int | None = None
    """None where it is the usual one of whatever is spoken."""

    def __str__(self) -> str:
        """Write it as it stands in a header."""
        return self.name if self.port is None else f"{self.name}:{self.port}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose page it is."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Write it as browsers do."""
        where = f"{self.scheme}://{self.host}"
        return where if self.port == DEFAULT_PORTS[self.scheme] else f"{where}:{self.port}"


def read_host(text: str) -> Host | None:
    """Read a Host header; None if there is no such machine."""
    match = _HOST.fullmatch(text)
    return None if match is None else _machine(match[1], match[2])


def read_origin(text: str) -> Origin | None:
    """Read an Origin header; None if it names no page of the web (`null`, other schemes, junk)."""
    match = _ORIGIN.fullmatch(text)
    if match is None or (machine := _machine(match[2], match[3])) is None:
        return None
    scheme = match[1].lower()
    return Origin(scheme, machine.name, machine.port or DEFAULT_PORTS[scheme])


def allows(
    origin: str | None, host: str | None, *, others: Collection[Origin] = (), is_any: bool = False
) -> bool:
    """Say whether the page of an origin may open a socket to what it calls `host`.

    Who names no origin is a program, which is free to name whatever it likes. The scheme of our
    own page may be another one than ours: where a proxy speaks TLS for us we hear plain HTTP.
    """
    if origin is None:
        return True
    if is_any:
        return origin == "null" or read_origin(origin) is not None
    found = read_origin(origin)
    if found is None:
        return False
    if found in others:
        return True
    here = None if host is None else read_host(host)
    if here is None:
        return False
    return (found.host, found.port) == (here.name, here.port or DEFAULT_PORTS[found.scheme])


def _machine(name: str, port: str | None) -> Host | None:
    number = None if port is None else int(port)
    if number is not None and not 0 < number < 65536:
        return None
    return Host(name.lower(), number)
