"""How many connections one address may have, over all wires; and how fast it may read the page."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING

from twistchat.core.events import Refusal, Refused
from twistchat.core.limits import NONE
from twistchat.core.pace import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorTime

    from twistchat.core.limits import Limits

REMEMBERED = 20_000
"""Networks that are remembered at once; beyond, those without a connection are forgotten first."""

LATELY = 60.0
"""Seconds in which a page is loaded, and opened again."""

QUESTIONS = 10
"""With so many a browser has read the page."""

DEBT = 10.0
"""Seconds for which an address waits, at most, because of all that others there have asked."""


@dataclass(frozen=True, slots=True)
class Bitten:
    """Why there may not be another connection, and which limit says so."""

    limit: str
    refused: Refused


class Handshakes:
    """Who is shaking hands (TLS): they have no session yet, but cost an open file, and work.

    Of one address as many may at once as may be connected, or `times` as many. How often they come
    is counted when they have, so that they can be told.
    """

    def __init__(self, times: int = 1) -> None:
        self._of: Counter[str] = Counter()
        self._times = times

    def __len__(self) -> int:
        return self._of.total()

    def admit(self, address: str, here: str, limits: Limits) -> str | None:
        """Count another one, or tell which limit has been reached."""
        key, is_private = network_of(address, here)
        at_most = limits.per_private_address if is_private else limits.per_address
        if self._of[key] >= self._times * at_most:
            return "per-private-address" if is_private else "per-address"
        self._of[key] += 1
        return None

    def gone(self, address: str, here: str) -> None:
        """Count one no more."""
        key, _ = network_of(address, here)
        self._of[key] -= 1
        if not self._of[key]:
            del self._of[key]


class Readers:
    """From where the page was asked for lately.

    Browsers there open connections before they need them; these are silent for a while.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, float] = OrderedDict()

    def note(self, address: str) -> None:
        """Somebody there asks for the page now."""
        self._seen[address] = self._clock.seconds()
        self._seen.move_to_end(address)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def has(self, address: str) -> bool:
        """Whether somebody there has asked for it lately."""
        return self._clock.seconds() - self._seen.get(address, -LATELY) < LATELY


@dataclass(slots=True)
class _Network:
    connects: Bucket
    is_private: bool
    count: int = 0


def network_of(address: str, here: str = "") -> tuple[str, bool]:
    """Tell what counts as one address, and whether it is a private one.

    An IPv6 /64 counts as one, since one machine can have any address of it (RFC 4862). Private is
    what no stranger on the internet can come from (RFC 6890: loopback, local networks, UNIX
    sockets), and the /64 that the server itself is in (`here` is its own end of the connection).
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return address, True  # a UNIX socket
    if not isinstance(ip, IPv6Address):
        return address, not ip.is_global
    network = IPv6Network((ip, 64), strict=False)
    return str(network), not ip.is_global or _is_in(here, network)


def _is_in(address: str, network: IPv6Network) -> bool:
    try:
        return ip_address(address.partition("%")[0]) in network
    except ValueError:
        return False


class Callers:
    """Who is connected from where; shared by all wires, as part of the registry."""

    def __init__(self, clock: IReactorTime, limits: Limits) -> None:
        self._clock = clock
        self._limits = limits
        self._networks: OrderedDict[str, _Network] = OrderedDict()

    def admit(self, address: str, here: str) -> Bitten | None:
        """Count a new connection, or tell why there may not be another one from there."""
        key, is_private = network_of(address, here)
        limits, now = self._limits, self._clock.seconds()
        at_most = limits.per_private_address if is_private else limits.per_address
        network = self._networks.get(key)
        if network is None:
            a_minute = limits.connects_private if is_private else limits.connects
            connects = Bucket(a_minute, a_minute / 60, now)
            network = self._networks[key] = _Network(connects, is_private)
            self._forget()
        self._networks.move_to_end(key)
        if network.count >= at_most:
            limit = "per-private-address" if is_private else "per-address"
            return Bitten(limit, Refused(Refusal.ADDRESS_FULL, key, str(network.count)))
        if wait := network.connects.take(now):
            limit = "connects-private" if is_private else "connects"
            return Bitten(limit, Refused(Refusal.ADDRESS_FAST, key, str(ceil(wait))))
        network.count += 1
        return None

    def change_limits(self, limits: Limits) -> None:
        """Count by other limits; new connections a minute are counted anew, if those changed."""
        before, self._limits = self._limits, limits
        if (before.connects, before.connects_private) == (
            limits.connects,
            limits.connects_private,
        ):
            return
        now = self._clock.seconds()
        for network in self._networks.values():
            a_minute = limits.connects_private if network.is_private else limits.connects
            network.connects = Bucket(a_minute, a_minute / 60, now)

    def gone(self, address: str, here: str) -> None:
        """Count a connection no more."""
        network = self._networks.get(network_of(address, here)[0])
        if network is not None:
            network.count -= 1

    def _forget(self) -> None:
        """Forget those who have not called for longest, as far as none of them is connected."""
        excess = max(0, len(self._networks) - REMEMBERED)
        for key in list(islice(self._networks, 2 * excess)):
            if self._networks[key].count:
                self._networks.move_to_end(key)
            else:
                del self._networks[key]


class Paces:
    """How fast the page is read: over one connection, and from one address.

    Over one connection as fast as one may write there. From one address as if all who may connect
    in a minute read the page; who comes anew is counted too, else that would be a way round.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._networks: OrderedDict[str, Bucket] = OrderedDict()

    def begin(self, address: str, here: str, limits: Limits) -> Callable[[], float]:
        """Begin to count over one connection.

        What is returned counts a question, and tells for how many seconds none is to be read.
        """
        if limits.rate >= NONE:
            return lambda: 0.0
        own = Bucket(limits.burst, limits.rate, self._clock.seconds())
        network = self._network(address, here, limits)

        def ask() -> float:
            now = self._clock.seconds()
            wait = network.take(now)
            if 0.0 < wait < DEBT:
                wait = network.spend(now)
            return max(own.spend(now), wait)

        return ask

    def _network(self, address: str, here: str, limits: Limits) -> Bucket:
        key, is_private = network_of(address, here)
        burst = QUESTIONS * (limits.connects_private if is_private else limits.connects)
        bucket = self._networks.pop(key, None)
        if bucket is None or bucket.burst != burst:
            bucket = Bucket(burst, burst / 60, self._clock.seconds())
        self._networks[key] = bucket
        if len(self._networks) > REMEMBERED:
            self._networks.popitem(last=False)
        return bucket
