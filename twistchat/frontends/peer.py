"""The other end of a connection: its address, whether it lives, and why it went."""

from __future__ import annotations

import socket
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import ISystemHandle, ITCPTransport

from twistchat.core.events import Cause

if TYPE_CHECKING:
    from twisted.internet.interfaces import ITransport
    from twisted.python.failure import Failure

    from twistchat.core.limits import Limits

PROBES = 3
"""How many probes may go unanswered before a silent peer counts as dead."""


def address_of(transport: ITransport) -> str:
    """Say where a connection comes from, as an operator would write it.

    An IPv4 address that reached an IPv6 socket (`::ffff:192.0.2.1`, RFC 4291, section 2.5.5.2)
    is written as the IPv4 address that it is.
    """
    peer = transport.getPeer()
    host = getattr(peer, "host", None)
    if host is None:
        return str(getattr(peer, "name", None) or "local")
    try:
        ip = ip_address(host.partition("%")[0])
    except ValueError:
        return str(host)
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ip)


def watch(transport: ITransport, limits: Limits) -> None:
    """Let the kernel notice when the other end dies without a word.

    `setTcpKeepAlive` alone would wait for two hours on Linux: the intervals are set too, where
    the system has them, and TCP_USER_TIMEOUT (RFC 5482) for when bytes of ours are unacknowledged.
    """
    if not ITCPTransport.providedBy(transport):
        return
    transport.setTcpNoDelay(True)
    transport.setTcpKeepAlive(True)
    handle = ISystemHandle(transport).getHandle() if ISystemHandle.providedBy(transport) else None
    handle = getattr(handle, "_socket", handle)  # beneath TLS, pyOpenSSL wraps the socket
    if not isinstance(handle, socket.socket):
        return
    interval = max(1, (limits.peer_dead - limits.peer_silence) // PROBES)
    options = {
        "TCP_KEEPIDLE": limits.peer_silence,  # Linux
        "TCP_KEEPALIVE": limits.peer_silence,  # macOS calls it so
        "TCP_KEEPINTVL": interval,
        "TCP_KEEPCNT": PROBES,
        "TCP_USER_TIMEOUT": limits.peer_dead * 1000,  # milliseconds
    }
    for name, value in options.items():
        option = getattr(socket, name, None)
        if option is not None:
            handle.setsockopt(socket.IPPROTO_TCP, option, value)


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
