"""Where people reach the page, and who is believed about it: what the options of the web say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twistchat.frontends.web import forwarded, origins
from twistchat.frontends.web.forwarded import Proxies
from twistchat.frontends.web.headers import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.web.http_headers import Headers

    from twistchat.frontends.web.origins import Origin


@dataclass(frozen=True, slots=True)
class Way:
    """One door of the chat, as somebody may come in by it."""

    kind: str
    """What is spoken there: a kind of `--listen`."""
    host: str
    """The address at which it listens; `::` and `0.0.0.0` are all of this machine."""
    port: int
    is_plain: bool = True
    """Whether one may come without TLS."""
    is_encrypted: bool = False
    """Whether one may come by TLS."""


def _no_doors() -> Iterable[Way]:
    return ()


@dataclass(frozen=True, slots=True)
class Base:
    """Where people reach the page behind a proxy (`--web-base`)."""

    origin: Origin | None = None
    path: str = "/"
    """Begins and ends with a slash."""

    def __str__(self) -> str:
        """Write it as an address, or as much of one as is known."""
        return f"{self.origin or ''}{self.path}"


@dataclass(frozen=True, slots=True)
class WebPlace:
    """Where the page is, whose pages may open its socket, and which proxies are believed."""

    base: Base = field(default_factory=Base)
    origins: frozenset[Origin] = frozenset()
    """Whose pages may open the socket besides our own."""
    is_any_origin: bool = False
    """Whether anybody's may."""
    proxies: Proxies = field(default_factory=Proxies)
    is_for_all: bool = False
    """Whether every kind of client may come to the very port at which the page is."""
    is_encrypted: bool = False
    """Whether they may come there by TLS."""
    doors: Callable[[], Iterable[Way]] = _no_doors
    """All the doors of this chat that are open now, as far as they are ports."""

    def allows(self, origin: str | None, host: str | None) -> bool:
        """Say whether the page of an origin may open a socket to what it calls `host`.

        Both are headers as they came; None where there is none.
        """
        mine = () if self.base.origin is None else (self.base.origin,)
        return origins.allows(
            origin, host, others=self.origins.union(mine), is_any=self.is_any_origin
        )

    def client_of(self, peer: str, headers: Headers) -> str:
        """Find the address of whoever is behind a connection from `peer` (`peer.address_of`)."""
        return forwarded.client_of(
            peer,
            self.proxies,
            x_forwarded_for=read(headers, "X-Forwarded-For"),
            forwarded=read(headers, "Forwarded"),
        )

    def scheme_of(self, peer: str, headers: Headers) -> str | None:
        """Find how the browser has asked for the page, if a proxy that is believed says so."""
        return forwarded.scheme_of(
            peer,
            self.proxies,
            x_forwarded_proto=read(headers, "X-Forwarded-Proto"),
            forwarded=read(headers, "Forwarded"),
        )
