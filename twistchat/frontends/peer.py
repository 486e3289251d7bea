"""The ends of a connection: whose address the other one is, why it went, and who hears it here."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from twisted.internet.error import ConnectionDone

from twistchat.core.events import Cause

if TYPE_CHECKING:
    from twisted.internet.interfaces import IProtocol, ITransport
    from twisted.python.failure import Failure

    from twistchat.core.limits import Limits


def own_address_of(transport: ITransport) -> str:
    """Say which address of this machine a connection has come to; empty for a UNIX socket."""
    host = getattr(transport.getHost(), "host", None)
    return "" if host is None else _unmapped(str(host))


def address_of(transport: ITransport) -> str:
    """Say where a connection comes from, as an operator would write it.

    An IPv4 address that reached an IPv6 socket (`::ffff:192.0.2.1`, RFC 4291, section 2.5.5.2)
    is written as the IPv4 address that it is.
    """
    peer = transport.getPeer()
    host = getattr(peer, "host", None)
    if host is None:
        return "local"  # a UNIX socket, whose clients have no names
    return _unmapped(str(host))


def _unmapped(host: str) -> str:
    try:
        ip = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ip)


def cause_of(reason: Failure, silence: float, limits: Limits) -> Cause:
    """Say why a connection ended, from what Twisted tells and how long the peer was silent.

    Twisted reports a timed out connection like a reset one, without the system's error; but a
    peer that was declared dead had been silent for all of that time.
    """
    if reason.check(ConnectionDone):
        return Cause.LEFT
    if silence >= limits.peer_dead - 1:
        return Cause.TIMED_OUT
    return Cause.LOST


def put_in_place(transport: ITransport, old: IProtocol, new: IProtocol) -> None:
    """Let the transport call the new protocol and no longer the old one, if it knows that."""
    for name in ("protocol", "wrappedProtocol"):  # a socket's; TLS and the PROXY protocol
        if getattr(transport, name, None) is old:
            setattr(transport, name, new)
