"""Room for connections: how many files the system lets this process have open.

Each connection is a file to the system, and the usual soft limit is 1024 of them, or 256.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twisted.internet.selectreactor import SelectReactor
from twisted.logger import Logger

from twistchat.core.limits import NONE

try:
    import resource
except ImportError:  # Windows has no such limit
    HAS_RESOURCE = False
else:
    HAS_RESOURCE = True

if TYPE_CHECKING:
    from twistchat.core.limits import Limits

log = Logger()

RESERVE = 64
"""Files that are no connections: the log, the ports, what the engine keeps."""

MACOS_AT_MOST = 10_240
"""What macOS grants where it refuses more (OPEN_MAX), whatever its hard limit says."""

SELECT_AT_MOST = 1024
"""Beyond this descriptor select() fails (FD_SETSIZE), and macOS has no better reactor."""


def fit(limits: Limits, reactor: Any) -> Limits:
    """Make room for as many clients as the limits say, or lower that limit to the room there is."""
    if not HAS_RESOURCE:
        return limits
    wanted = limits.clients + RESERVE
    is_select = isinstance(reactor, SelectReactor)
    ceiling = SELECT_AT_MOST if is_select else wanted
    granted = min(raise_soft_limit(min(wanted, ceiling)), ceiling)
    if granted >= wanted:
        return limits
    clients = max(1, granted - RESERVE)
    if limits.clients < NONE:  # who asked for no limit gets what there is, without a complaint
        remedy = f"raise that with ulimit -n {wanted}, or LimitNOFILE={wanted} under systemd"
        if is_select and granted == SELECT_AT_MOST:
            remedy = "that is all that this reactor can watch; see twistd --help-reactors"
        log.warn(
            "Room for {clients} connections and not {wanted}, since this process may have"
            " {granted} files open: {remedy}",
            clients=clients, wanted=limits.clients, granted=granted, remedy=remedy,
        )  # fmt: skip
    return replace(limits, clients=clients)


def raise_soft_limit(wanted: int) -> int:
    """Ask for so many files, at most the hard limit; return how many there may be now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    aim = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    for number in (aim, min(aim, MACOS_AT_MOST)):
        if number <= soft:
            break
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
        except (ValueError, OSError):
            continue
        return number
    return soft
