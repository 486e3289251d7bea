"""Endpoints that listen, as services: the doors by which people come in, and others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.application.service import Service
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger

from twistchat.host.addresses import ways_to_join
from twistchat.host.endpoints import ANY, PROXY, TLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IListeningPort, IProtocolFactory

log = Logger()


class Listening(Service):
    """One endpoint that listens, and the factory behind it.

    Unlike Twisted's own endpoint service it says where it listens, and an endpoint that cannot
    listen is an error at once.
    """

    def __init__(self, reactor: Any, description: str, factory: IProtocolFactory) -> None:
        self._description = description
        self._endpoint = serverFromString(reactor, description)
        self._factory = factory
        self.port: IListeningPort | None = None

    def privilegedStartService(self) -> None:
        """Listen, while there is still the right to use any port."""
        failures: list[BaseException] = []
        listening = self._endpoint.listen(self._factory)
        listening.addCallbacks(self._listens, lambda failure: failures.append(failure.value))
        if failures:
            raise failures[0]

    def startService(self) -> None:
        """Listen, if it does not yet."""
        super().startService()
        if self.port is None:
            self.privilegedStartService()

    def stopService(self) -> Deferred[None] | None:
        """Listen no more."""
        super().stopService()
        port, self.port = self.port, None
        return port.stopListening() if port is not None else None

    def listens(self, port: IListeningPort) -> None:
        """It listens now; for those who override it."""

    def _listens(self, port: IListeningPort) -> None:
        self.port = port
        self.listens(port)


class Door(Listening):
    """Where people come in. Nobody is let in before `open`: until then they wait in the kernel."""

    def __init__(
        self,
        reactor: Any,
        description: str,
        factory: IProtocolFactory,
        kind: str = ANY,
        *,
        certified: Sequence[str] = (),
        page: str = "",
    ) -> None:
        """With names that are `certified` one may come by TLS too, under these.

        `page` is where browsers come in by a proxy, if the operator says so.
        """
        super().__init__(reactor, description, factory)
        self.kind = kind
        self.is_encrypted = description.startswith(TLS)
        self.is_behind_proxy = description.startswith(PROXY)
        self._certified = certified
        self._page = page
        self._is_open = False

    def open(self) -> None:
        """Let people in."""
        self._is_open = True
        if self.port is not None:
            if IPushProducer.providedBy(self.port):
                self.port.resumeProducing()
            log.info("Listening. Join with:")
            where = self.port.getHost()
            ways = ways_to_join(where, self._description, self.kind, self._certified, self._page)
            for line in ways:
                log.info("    {line}", line=line)

    def stopService(self) -> Deferred[None] | None:
        """Let nobody in any more."""
        self._is_open = False
        return super().stopService()

    def listens(self, port: IListeningPort) -> None:
        """Open it, or let them wait."""
        if self._is_open:
            self.open()
        elif IPushProducer.providedBy(port):
            port.pauseProducing()
