"""The addresses of this machine, to tell people where to join."""

from __future__ import annotations

import os
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

import ifaddr
from twisted.internet import address as at

from twistchat.host.endpoints import LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import IAddress

VIRTUAL = ("docker", "br-", "veth", "virbr", "vmnet", "utun", "awdl", "llw", "bridge")
"""Interfaces that nobody outside this machine can reach it by."""


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


def ways_to_join(address: IAddress, description: str = "", kind: str = LINE) -> Sequence[str]:
    """Write the lines that people type to join a chat that listens here.

    `description` is that of the endpoint, which may be one for TLS or behind a proxy; `kind` is
    the wire: nobody types anything for one of programs.
    """
    if isinstance(address, at.UNIXAddress):
        way = "nc -U" if kind == LINE else f"({kind})"
        return [f"{way} {os.fsdecode(address.name or b'')}"]
    if not isinstance(address, at.IPv4Address | at.IPv6Address):
        return [str(address)]
    if address.host == "0.0.0.0":  # noqa: S104, compared and not bound
        hosts = [host for host in local_addresses() if ":" not in host]
    elif address.host == "::":
        hosts = list(local_addresses())
    else:
        hosts = [address.host]
    lines = []
    for host in hosts:
        bracketed = f"[{host}]" if ":" in host else host
        if description.startswith(("ssl:", "tls:")):
            lines.append(f"openssl s_client -quiet -connect {bracketed}:{address.port}")
            continue
        if description.startswith("haproxy:"):
            lines.append(f"a proxy at {bracketed}:{address.port}")
            continue
        if kind != LINE:
            lines.append(f"({kind}) {bracketed}:{address.port}")
            continue
        lines.append(f"nc {host} {address.port}")
        lines.append(f"twistchat connect {bracketed}:{address.port}")
    return lines
