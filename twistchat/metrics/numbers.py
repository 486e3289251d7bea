"""All numbers of one moment, as one value that may be read in another thread."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sized

    from twistchat.counts import Commits, Counts, Feed, Spread


class Outlet(Protocol):
    """What is asked of how a connection is written to."""

    @property
    def queued(self) -> int:
        """How many bytes wait."""


class Connected(Protocol):
    """What is asked of a session."""

    @property
    def wire(self) -> str:
        """What is spoken there."""

    @property
    def outlet(self) -> Outlet:
        """How it is written to."""


class Crowd(Protocol):
    """Who is connected: the registry."""

    @property
    def sessions(self) -> Iterable[Connected]:
        """Everybody who is connected, some still at the door."""


class Person(Protocol):
    """What is asked of somebody."""

    @property
    def is_here(self) -> bool:
        """Whether they are connected to this process."""


class Place(Protocol):
    """Who is here, and where: the rules' own view."""

    @property
    def people(self) -> Collection[Person]:
        """Everybody who has a name, at whatever node."""

    @property
    def rooms(self) -> Sized:
        """Every room."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What there is at one moment, and what there was up to then."""

    sessions: Mapping[str, int]
    """By wire."""
    people: int
    """Who are connected to this process."""
    in_all: int
    """Who are in the chat, at whatever node."""
    rooms: int
    queued: int
    """Bytes that wait for readers; what many wait for counts for each of them."""
    lines: Mapping[str, int]
    """By wire."""
    deliveries: int
    drops: Mapping[str, int]
    bites: Mapping[str, int]
    refused_logins: Mapping[str, int]
    unkept: Mapping[str, int]
    commit_times: Spread
    batch_sizes: Spread
    lags: Spread
    nodes: int
    """Processes that share the chat."""
    is_store_up: bool
    feed: Feed
    started: float
    """Seconds since 1970, UTC."""
    version: str
    """Of twistchat."""


def look(
    *,
    crowd: Crowd,
    place: Place,
    counts: Counts,
    commits: Commits,
    lags: Spread,
    nodes: int,
    is_store_up: bool,
    wires: Collection[str],
    started: float,
    version: str,
) -> Numbers:
    """See how much there is of everything now. `wires` are those that there always are."""
    sessions: Counter[str] = Counter(dict.fromkeys(wires, 0))
    queued = 0
    for session in crowd.sessions:
        sessions[session.wire] += 1
        queued += session.outlet.queued
    people = place.people
    heard = {wire: heard.lines for wire, heard in counts.heard.items()}
    return Numbers(
        sessions=sessions,
        people=sum(person.is_here for person in people),
        in_all=len(people),
        rooms=len(place.rooms),
        queued=queued,
        lines=dict.fromkeys(wires, 0) | heard,
        deliveries=counts.deliveries,
        drops=dict(counts.drops),
        bites=dict(counts.bites),
        refused_logins=dict(counts.refused_logins),
        unkept=dict(commits.unkept),
        commit_times=commits.times.copy(),
        batch_sizes=commits.sizes.copy(),
        lags=lags.copy(),
        nodes=nodes,
        is_store_up=is_store_up,
        feed=commits.feed(),
        started=started,
        version=version,
    )
