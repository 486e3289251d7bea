"""Every metric: its name, what it is, and how it is read from the numbers of one moment.

docs/operating.md has the same table. Names and units are as Prometheus wants them
(https://prometheus.io/docs/practices/naming/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from twistchat.core.codes import NO_FAULT, Cause, Unkept
from twistchat.counts import Spread

if TYPE_CHECKING:
    from twistchat.metrics.numbers import Numbers

Read = float | Mapping[str, float] | Spread

GAUGE, COUNTER, HISTOGRAM = "gauge", "counter", "histogram"

NO_DROPS = {str(cause): 0 for cause in Cause if cause is not Cause.LEFT}
NOTHING_UNKEPT = {str(why): 0 for why in Unkept if why not in NO_FAULT}


@dataclass(frozen=True, slots=True)
class Described:
    """One metric."""

    name: str
    kind: str
    label: str
    """By what it is told apart; empty where it is one number."""
    what: str
    """A sentence for those who choose among metrics."""
    read: Callable[[Numbers], Read]


def _drops(numbers: Numbers) -> Read:
    """Leave out those who have left: that is no drop."""
    dropped = {cause: count for cause, count in numbers.drops.items() if cause != Cause.LEFT}
    return NO_DROPS | dropped


METRICS = (
    Described(
        "twistchat_sessions", GAUGE, "wire",
        "Connections, also those that have no name yet.",
        lambda n: n.sessions,
    ),
    Described(
        "twistchat_people", GAUGE, "",
        "People who have a name, connected to this process.",
        lambda n: n.people,
    ),
    Described(
        "twistchat_people_in_all", GAUGE, "",
        "People in the chat, at whatever node: each node tells the same.",
        lambda n: n.in_all,
    ),
    Described(
        "twistchat_rooms", GAUGE, "",
        "Rooms, also those with nobody in them.",
        lambda n: n.rooms,
    ),
    Described(
        "twistchat_queue_bytes", GAUGE, "",
        "Bytes that wait for readers. What many wait for counts for each, and is there once.",
        lambda n: n.queued,
    ),
    Described(
        "twistchat_lines_total", COUNTER, "wire",
        "Lines that were read: words, commands, and what was refused.",
        lambda n: n.lines,
    ),
    Described(
        "twistchat_deliveries_total", COUNTER, "",
        "How often a connection was given what a turn has brought, however many lines that were.",
        lambda n: n.deliveries,
    ),
    Described(
        "twistchat_drops_total", COUNTER, "cause",
        "Connections that ended otherwise than by leaving.",
        _drops,
    ),
    Described(
        "twistchat_limits_bitten_total", COUNTER, "limit",
        "How often somebody has run into a limit.",
        lambda n: n.bites,
    ),
    Described(
        "twistchat_login_failures_total", COUNTER, "reason",
        "How often somebody was not let in.",
        lambda n: n.refused_logins,
    ),
    Described(
        "twistchat_unkept_total", COUNTER, "reason",
        "What was said or changed and could not be kept, so that nobody was told of it.",
        lambda n: {**NOTHING_UNKEPT, **n.unkept},
    ),
    Described(
        "twistchat_commit_seconds", HISTOGRAM, "",
        "From handing a batch to the store until it is kept. Of memory: there is none.",
        lambda n: n.commit_times,
    ),
    Described(
        "twistchat_commit_batch_size", HISTOGRAM, "",
        "Lines, topics and the like that were kept together.",
        lambda n: n.batch_sizes,
    ),
    Described(
        "twistchat_reactor_lag_seconds", HISTOGRAM, "",
        "How late the server comes to what is due; it looks ten times a second.",
        lambda n: n.lags,
    ),
    Described(
        "twistchat_nodes", GAUGE, "",
        "Processes that share the chat, as they were when this was last asked for.",
        lambda n: n.nodes,
    ),
    Described(
        "twistchat_store_up", GAUGE, "",
        "Whether the store can be reached: 1, or 0.",
        lambda n: n.is_store_up,
    ),
    Described(
        "twistchat_feed_position", GAUGE, "",
        "Up to where this node has told what all nodes do; 0 where it is the only one.",
        lambda n: n.feed.at,
    ),
    Described(
        "twistchat_feed_behind", GAUGE, "",
        "How much of that it knows to be there and has yet to tell.",
        lambda n: max(0, n.feed.last - n.feed.at),
    ),
    Described(
        "twistchat_store_asked_again_total", COUNTER, "",
        "How often the store's answer to a batch was lost, so that it was asked once more.",
        lambda n: n.feed.asked_again,
    ),
    Described(
        "twistchat_resyncs_total", COUNTER, "",
        "How often this node had to learn anew how everything stands.",
        lambda n: n.feed.resyncs,
    ),
    Described(
        "twistchat_start_time_seconds", GAUGE, "",
        "When the server was started, since 1970, UTC.",
        lambda n: n.started,
    ),
    Described(
        "twistchat_build_info", GAUGE, "version",
        "Always 1: which twistchat this is.",
        lambda n: {n.version: 1},
    ),
)  # fmt: skip


class ChatCollector(Collector):
    """The metrics of one chat, as they were when somebody last looked.

    Whoever is asked for them looks first, in the reactor's own thread, and puts what there is
    into `numbers`; they may then be written in any other.
    """

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers

    def collect(self) -> Iterator[Metric]:
        """Make a metric of each number."""
        numbers = self.numbers
        for described in METRICS:
            yield _family(described, described.read(numbers))

    def describe(self) -> Iterable[Metric]:
        """Tell which metrics there are."""
        # What ends in _total is a matter of how they are written.
        return [Metric(each.name.removesuffix("_total"), each.what, each.kind) for each in METRICS]


def _family(described: Described, read: Read) -> Metric:
    name, what = described.name, described.what
    if isinstance(read, Spread):
        bounds = [*map(floatToGoString, read.bounds), "+Inf"]
        buckets = list(zip(bounds, accumulate(read.counts), strict=True))
        return HistogramMetricFamily(name, what, buckets=buckets, sum_value=read.total)
    family = CounterMetricFamily if described.kind == COUNTER else GaugeMetricFamily
    if not isinstance(read, Mapping):
        return family(name, what, value=read)
    labelled = family(name, what, labels=[described.label])
    for label, value in read.items():
        labelled.add_metric([label], value)
    return labelled
