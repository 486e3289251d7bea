"""How the connections of a client are made: by Twisted, when they are of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory
from zope.interface import implementer

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory


class Links(Factory):
    """Makes the protocol of each connection."""

    noisy = False

    def __init__(self, build: Callable[[], IProtocol]) -> None:
        self._build = build

    def buildProtocol(self, addr: IAddress | None) -> IProtocol:  # type: ignore[override]
        """Make the protocol of a connection that was just made."""
        return self._build()


@implementer(IStreamClientEndpoint)
class WhenThereIsRoom:
    """An endpoint that connects when there is room for what comes."""

    def __init__(self, inner: IStreamClientEndpoint, wait: Callable[[], Deferred[None]]) -> None:
        self._inner = inner
        self._wait = wait

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """Wait, then connect. Called by ClientService."""

        async def later() -> IProtocol:
            await self._wait()
            protocol: IProtocol = await self._inner.connect(protocolFactory)
            return protocol

        return Deferred.fromCoroutine(later())
