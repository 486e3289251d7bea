"""Lets the kernel notice when the other end of a connection dies without a word."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from twisted.internet.interfaces import ISystemHandle
from twisted.protocols.policies import ProtocolWrapper

if TYPE_CHECKING:
    from twisted.internet.interfaces import ITransport

INTERNET = (socket.AF_INET, socket.AF_INET6)

MOST_SECONDS = 32_767
"""Linux counts to this (MAX_TCP_KEEPIDLE)."""

PROBES = 3
"""How many probes may go unanswered before a silent peer counts as dead."""


def keep_alive(transport: ITransport | None, *, silence: int, dead: int) -> None:
    """Probe the peer after so many seconds of silence; after `dead` seconds it counts as gone.

    `setTcpKeepAlive` alone would wait for two hours on Linux: the intervals are set too, where
    the system has them, and TCP_USER_TIMEOUT (RFC 5482) for when bytes of ours are unacknowledged.
    A transport that is not TCP is left alone. So is what was set to more than the system counts
    to: then its own times hold, or none.
    """
    while isinstance(transport, ProtocolWrapper):  # TLS, or the PROXY protocol
        transport = transport.transport
    if not ISystemHandle.providedBy(transport):
        return
    handle = transport.getHandle()
    if not isinstance(handle, socket.socket) or handle.family not in INTERNET:
        return
    handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if silence <= MOST_SECONDS:
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    silence, dead = min(silence, MOST_SECONDS), min(dead, MOST_SECONDS)
    options = {
        "TCP_KEEPIDLE": silence,  # Linux
        "TCP_KEEPALIVE": silence,  # macOS calls it so
        "TCP_KEEPINTVL": max(1, (dead - silence) // PROBES),
        "TCP_KEEPCNT": PROBES,
        "TCP_USER_TIMEOUT": dead * 1000,  # milliseconds
    }
    for name, value in options.items():
        option = getattr(socket, name, None)
        if option is not None:
            handle.setsockopt(socket.IPPROTO_TCP, option, value)
