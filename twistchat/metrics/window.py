"""Where the metrics are shown: an endpoint of its own, open from the start to the very end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from twisted.logger import Logger
from twisted.protocols.policies import WrappingFactory

import twistchat
from twistchat.host.door import Listening
from twistchat.metrics.health import why_unwell
from twistchat.metrics.lag import Lag
from twistchat.metrics.numbers import Numbers, look
from twistchat.metrics.pages import Pages, PagesSite

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IListeningPort

    from twistchat.counts import Commits, Counts
    from twistchat.metrics.numbers import Crowd, Place

log = Logger()


class Connections(WrappingFactory):
    """Makes the connections of a site, and knows those that are kept for the next request."""

    noisy = False

    def close(self) -> None:
        """Close what is open."""
        for connection in list(self.protocols):
            connection.loseConnection()


class Window(Listening):
    """Serves the pages at an endpoint, and looks how late the reactor is while it does.

    It is open before anybody is let in, and closed when everybody has gone, so that it can be
    asked meanwhile whether the server is ready. `wires` are those that it speaks; the store may
    take as long as `patience`, in seconds. `nodes` names the processes that share the chat, and
    `trouble` says why the store cannot be reached now; `fault` tells what else is wrong, and
    `why_unready` why nobody is let in, all in words, which are empty where there is nothing to
    tell.
    """

    def __init__(
        self,
        reactor: Any,
        endpoint: str,
        *,
        crowd: Crowd,
        place: Place,
        counts: Counts,
        commits: Commits,
        wires: Collection[str],
        patience: float,
        nodes: Callable[[], Deferred[Sequence[Any]]],
        trouble: Callable[[], str],
        fault: Callable[[], str],
        why_unready: Callable[[], str],
        now: Callable[[], float] = time.time,
    ) -> None:
        started = now()

        def count_nodes() -> None:
            """Ask how many there are, to be told the next time: nobody waits for the store here."""

            def counted(found: Sequence[Any]) -> None:
                self._nodes = max(1, len(found))

            nodes().addCallbacks(counted, lambda _: None)

        def look_now() -> Numbers:
            count_nodes()
            return look(
                crowd=crowd,
                place=place,
                counts=counts,
                commits=commits,
                lags=self._lag.spread,
                nodes=self._nodes,
                is_store_up=not trouble(),
                wires=wires,
                started=started,
                version=twistchat.__version__,
            )

        def unwell() -> str:
            return fault() or why_unwell(commits, now=reactor.seconds(), patience=patience)

        self._nodes = 1
        self._lag = Lag(reactor)
        pages = Pages(reactor, look=look_now, why_unwell=unwell, why_unready=why_unready)
        self._site = Connections(PagesSite(pages, reactor))
        super().__init__(reactor, endpoint, self._site)

    def startService(self) -> None:
        """Listen, if it does not yet, and begin to look."""
        super().startService()
        self._lag.start()

    def stopService(self) -> Deferred[None] | None:
        """Close."""
        self._lag.stop()
        self._site.close()
        return super().stopService()

    def listens(self, port: IListeningPort) -> None:
        """Say where."""
        log.info("Metrics at {where}", where=_where(port.getHost(), self._description))


def _where(host: Any, description: str) -> str:
    """Say where the metrics are, as one gives it to a browser where that is possible."""
    address = getattr(host, "host", None)
    if address is None or not description.startswith("tcp"):
        return description
    return f"http://{f'[{address}]' if ':' in address else address}:{host.port}/metrics"
