"""For whom a proxy asks: the address behind it, as far as the proxy is believed.

Anybody can send such headers. So they count only from those whom the operator has named
(`--web-proxy`), and only as far as these have written them: from the right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LOCAL = "local"
"""What is at the other end of a UNIX socket (`peer.address_of`)."""

_BRACKETED = re.compile(r"\[([^\]]+)\](?::[0-9_A-Za-z.-]+)?")
_WITH_PORT = re.compile(r"([0-9.]+):[0-9_A-Za-z.-]+")


@dataclass(frozen=True, slots=True)
class Proxies:
    """Whose word is believed about who is behind them."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    is_local: bool = False
    """Whether whoever comes by a UNIX socket is one."""

    @classmethod
    def of(cls, named: Iterable[str]) -> Proxies:
        """Read addresses and networks; `unix` is whoever comes by a UNIX socket.

        Raises:
            ValueError: that is neither; with a sentence saying so.
        """
        networks = []
        is_local = False
        for text in named:
            if text == "unix":
                is_local = True
            else:
                networks.append(_network(text))
        return cls(tuple(networks), is_local)

    def has(self, address: str) -> bool:
        """Say whether one of them is at this address."""
        if address == LOCAL:
            return self.is_local
        try:
            ip = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return any(ip in network for network in self.networks)


def client_of(
    peer: str, proxies: Proxies, *, x_forwarded_for: Sequence[str], forwarded: Sequence[str]
) -> str:
    """Find who is behind a connection: the last of those named who is no proxy of ours.

    Where both headers are there the older one counts: every proxy writes that, and most let
    through whatever their clients say in the other.
    """
    if not proxies.has(peer):
        return peer
    found = peer
    named = _of_list(x_forwarded_for) if x_forwarded_for else _of_forwarded(forwarded, "for")
    for name in reversed(named):
        address = _address(name)
        if address is None:  # `unknown`, `_hidden`, junk: nobody knows who is before that
            return found
        found = address
        if not proxies.has(found):
            break
    return found


def scheme_of(
    peer: str, proxies: Proxies, *, x_forwarded_proto: Sequence[str], forwarded: Sequence[str]
) -> str | None:
    """Find by which scheme the proxy nearest to us was asked; None where it does not say."""
    if not proxies.has(peer):
        return None
    named = _of_list(x_forwarded_proto) or _of_forwarded(forwarded, "proto")
    scheme = named[-1].lower() if named else ""
    return scheme if scheme in ("http", "https") else None


def _of_list(values: Sequence[str]) -> list[str]:
    return [word.strip() for value in values for word in value.split(",")]


def _of_forwarded(values: Sequence[str], name: str) -> list[str]:
    """Read one parameter of each hop (RFC 7239, section 4); nothing of hops that do not say.

    Neither addresses nor schemes have commas in them, quoted or not. So whatever quotes somebody
    has left open, what stands behind the last comma is what our proxy has written there.
    """
    found = []
    for hop in _of_list(values):
        pairs = [pair.partition("=") for pair in hop.split(";")]
        said = [word for key, _, word in pairs if key.strip().lower() == name]
        found.append(said[-1].strip().strip('"') if said else "")
    return found


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        pass
    try:
        whole = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(
            f"{text!r} is no proxy: give an address, a network such as 10.0.0.0/8, or unix"
        ) from None
    raise ValueError(f"{text!r} is no network: did you mean {whole}?")


def _address(text: str) -> str | None:
    """Read an address, with or without its port; IPv6 in brackets, or not, as people write it."""
    match = _BRACKETED.fullmatch(text) or _WITH_PORT.fullmatch(text)
    try:
        ip = ip_address(match[1] if match else text)
    except ValueError:
        return None
    if isinstance(ip, IPv6Address):
        if ip.scope_id is not None:
            return None
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
    return str(ip)
