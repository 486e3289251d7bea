"""Where a server is, as people write it."""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Any

from twisted.internet.endpoints import HostnameEndpoint, clientFromString, wrapClientTLS
from twisted.internet.ssl import optionsForClientTLS

if TYPE_CHECKING:
    from twisted.internet.interfaces import IStreamClientEndpoint

DEFAULT_PORT = 8000

TLS = "tls:"

KINDS = ("tcp:", TLS, "ssl:", "unix:")
"""How the description of an endpoint begins, where it cannot be a host and a port."""


class NoAddressError(ValueError):
    """That is no address; the text says what to write."""


def read_address(text: str) -> tuple[str, int]:
    """Read `HOST`, `HOST:PORT`, `[IPV6]:PORT` or a bare IPv6 address.

    Raises:
        NoAddressError: it is none of these.
    """
    host, port = text, ""
    if text.startswith("["):
        host, bracket, after = text[1:].partition("]")
        if not bracket or (after and not after.startswith(":")):
            raise NoAddressError(f"{text!r} is no address: write [ADDRESS]:PORT")
        port = after.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    if not host or (port and not is_port(port)):
        raise NoAddressError(f"{text!r} is no address: write HOST or HOST:PORT")
    return host, int(port) if port else DEFAULT_PORT


def is_described(text: str) -> bool:
    """Whether that describes an endpoint, and is no host with its port."""
    kind, _, rest = text.partition(":")
    return f"{kind}:" in KINDS and not is_port(rest)


def is_port(text: str) -> bool:
    """Whether that is the number of a port."""
    return text.isascii() and text.isdecimal() and 0 < int(text) < 65536


def endpoint(reactor: Any, text: str) -> IStreamClientEndpoint:
    """Make an endpoint of an address (perhaps behind `tls:`), or of Twisted's own description.

    Raises:
        ValueError: it is neither.
    """
    if is_described(text):
        if text.startswith(TLS) and (place := _plain_address(text.removeprefix(TLS))):
            host, port = place
            options = optionsForClientTLS(host)
            return wrapClientTLS(options, HostnameEndpoint(reactor, host, port))
        try:
            made: IStreamClientEndpoint = clientFromString(reactor, text)
        except Exception as wrong:  # each kind of endpoint fails in its own way
            words = f"{text!r} is no endpoint: write for example tls:HOST:PORT or unix:PATH"
            raise NoAddressError(words) from wrong
        return made
    host, port = read_address(text)
    return HostnameEndpoint(reactor, host, port)


def _plain_address(text: str) -> tuple[str, int] | None:
    """Read an address that has nothing more behind it, as descriptions of endpoints may."""
    try:
        host, port = read_address(text)
        if ":" in host:
            IPv6Address(host)
    except ValueError:
        return None
    return host, port
