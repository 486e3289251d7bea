"""What is asked of the kernel: to notice a dead peer, and to hold little for a slow one."""

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


def bound_buffer(transport: ITransport | None, size: int) -> None:
    """Let the kernel keep about so many bytes for the peer, instead of what it finds good.

    Linux would let that grow to megabytes for each reader that does not read (it counts twice the
    size, for what it needs besides). A transport that is no socket is left alone.
    """
    handle = _socket_of(transport)
    if handle is not None:
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)


def _socket_of(transport: ITransport | None) -> socket.socket | None:
    """Find the socket beneath."""
    while isinstance(transport, ProtocolWrapper):  # TLS, or the PROXY protocol
        transport = transport.transport
    if not ISystemHandle.providedBy(transport):
        return None
    handle = transport.getHandle()
    return handle if isinstance(handle, socket.socket) else None


def keep_alive(transport: ITransport | None, *, silence: int, dead: int) -> None:
    """Probe the peer after so many seconds of silence; after `dead` seconds it counts as gone.

    `setTcpKeepAlive` alone would wait for two hours on Linux: the intervals are set too, where
    the system has them, and TCP_USER_TIMEOUT (RFC 5482) for when bytes of ours are unacknowledged.
    A transport that is not TCP is left alone. So is what was set to more than the system counts
    to: then its own times hold, or none.
    """
    handle = _socket_of(transport)
    if handle is None or handle.family not in INTERNET:
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
