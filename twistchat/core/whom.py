"""Whom a ban or the like is about, as it is typed: a person, an account, a pattern, an address."""

from __future__ import annotations

from ipaddress import IPv6Network, ip_network
from typing import TYPE_CHECKING

from twistchat.core.events import Refusal, Refused
from twistchat.core.law import ADDRESS, Deed
from twistchat.core.names import longest_typed, may_be_name
from twistchat.core.text import clean

if TYPE_CHECKING:
    from twistchat.core.commands import Moderate
    from twistchat.core.state import State


def find(state: State, command: Moderate, *, everywhere: bool) -> tuple[str, str] | Refused:
    """Find whom it is about: an id (or what stands for one), and what it is called."""
    typed = clean(command.to.strip()[: longest_typed(state.limits.name_characters)])
    if (person := state.person(typed)) is not None:
        return person.id, person.name
    if (account := state.accounts.named(typed)) is not None:
        return account.id, account.name
    if (address := network(typed)) is not None:
        if everywhere and command.deed is Deed.BAN:
            return ADDRESS, address
        return Refused(Refusal.ADDRESS_BAN, typed)
    if set(typed) <= set("*? ") or not may_be_name(typed.replace("*", "x").replace("?", "x")):
        return Refused(Refusal.NO_PATTERN, typed[:40])  # it would meet everybody, or nobody
    return "", typed


def network(typed: str) -> str | None:
    """Read an address, or a network of addresses; None if it is none.

    As addresses are seen here: those of IPv4 as such, and without the zone of an interface.
    """
    if "." not in typed and ":" not in typed:
        return None
    address, slash, length = typed.strip().partition("/")
    try:
        found = ip_network(address.partition("%")[0] + slash + length, strict=False)
        mapped = found.network_address.ipv4_mapped if isinstance(found, IPv6Network) else None
        if mapped is not None and found.prefixlen >= MAPPED:
            found = ip_network((mapped, found.prefixlen - MAPPED), strict=False)
    except ValueError:
        return None
    return str(found)


MAPPED = 96
"""Bits that stand before an address of IPv4 that is written as one of IPv6 (RFC 4291)."""
