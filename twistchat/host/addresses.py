"""The addresses of this machine, to tell people where to join."""

from __future__ import annotations

import os
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

import ifaddr
from twisted.internet import address as at

from twistchat.host.endpoints import ANY, IRC, LINE, PROXY, TLS, WEB

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import IAddress

VIRTUAL = ("docker", "br-", "veth", "virbr", "vmnet", "utun", "awdl", "llw", "bridge")
"""Interfaces that nobody outside this machine can reach it by."""


PLAIN = {
    LINE: ("nc {host} {port}", "twistchat connect {there}"),
    IRC: ("irc://{there}",),
    WEB: ("http://{there}/",),
    ANY: ("nc {host} {port}", "twistchat connect {there}", "irc://{there}", "http://{there}/"),
}
"""How one joins, by the kind of wire."""

ENCRYPTED = {
    LINE: ("openssl s_client -quiet -connect {there}",),
    IRC: ("ircs://{there}",),
    WEB: ("https://{there}/",),
    ANY: ("openssl s_client -quiet -connect {there}", "ircs://{there}", "https://{there}/"),
}
"""How one does at an endpoint of TLS, whose names nobody here knows."""

CERTIFIED = ("twistchat connect tls:{there}", "ircs://{there}", "https://{there}/")
"""How one does by a name that has a certificate."""


def local_addresses() -> Sequence[str]:
    """Find the addresses under which others may reach this machine, IPv4 before IPv6.

    Works without a network. Left out: loopback, link-local (they need a zone to be typed) and
    the interfaces of virtual machines. If there is nothing else, the loopback address.
    """
    found: list[IPv4Address | IPv6Address] = []
    for adapter in ifaddr.get_adapters():
        if adapter.nice_name.startswith(VIRTUAL):
            continue
        for assigned in adapter.ips:
            text = assigned.ip if isinstance(assigned.ip, str) else assigned.ip[0]
            address = ip_address(text)
            if not (address.is_loopback or address.is_link_local or address.is_multicast):
                found.append(address)
    found.sort(key=lambda address: address.version)
    return [str(address) for address in dict.fromkeys(found)] or ["127.0.0.1"]


def ways_to_join(
    address: IAddress,
    description: str = "",
    kind: str = ANY,
    certified: Sequence[str] = (),
    page: str = "",
) -> Sequence[str]:
    """Write the lines that people type to join a chat that listens here.

    `description` is that of the endpoint, which may be one for TLS or behind a proxy; `kind` is
    the wire: nobody types anything for one of programs. `certified` are names of this machine
    under which one may come by TLS, where the endpoint itself has none; `page` is where browsers
    come in by a proxy, if the operator says so.
    """
    pages = [page] if page and kind in (ANY, WEB) else []
    return [*_ways_of(address, description, kind, certified), *pages]


def _ways_of(
    address: IAddress, description: str, kind: str, certified: Sequence[str]
) -> Sequence[str]:
    if isinstance(address, at.UNIXAddress):
        way = "nc -U" if kind in (ANY, LINE) else f"({kind})"
        return [f"{way} {os.fsdecode(address.name or b'')}"]
    if not isinstance(address, at.IPv4Address | at.IPv6Address):
        return [str(address)]
    if address.host == "0.0.0.0":  # noqa: S104, compared and not bound
        hosts = [host for host in local_addresses() if ":" not in host]
    elif address.host == "::":
        hosts = list(local_addresses())
    else:
        hosts = [address.host]
    ways = ENCRYPTED if description.startswith(TLS) else PLAIN
    if description.startswith(PROXY):
        ways = dict.fromkeys(ways, ("a proxy at {there}",))
    ways_of_kind = ways.get(kind, (f"({kind}) {{there}}",))
    lines = []
    for host in hosts:
        there = f"[{host}]:{address.port}" if ":" in host else f"{host}:{address.port}"
        lines += [way.format(host=host, port=address.port, there=there) for way in ways_of_kind]
    for name in certified:
        lines += [way.format(there=f"{name}:{address.port}") for way in CERTIFIED]
    return lines
