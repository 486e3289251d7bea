"""Browsers at a port: HTTP, and the way from it to a WebSocket."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from twisted.internet.interfaces import IConsumer
from twisted.internet.protocol import connectionDone
from twisted.web.http import HTTPChannel
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site
from twisted.web.static import File
from wsproto.connection import ConnectionType
from wsproto.events import AcceptConnection
from wsproto.handshake import H11Handshake
from wsproto.utilities import RemoteProtocolError

from twistchat.frontends.peer import put_in_place
from twistchat.frontends.web.format import Framed
from twistchat.frontends.web.socket import WebSocketProtocol

if TYPE_CHECKING:
    from twisted.internet.interfaces import IProtocol
    from twisted.python.failure import Failure

    from twistchat.frontends.registry import Registry
    from twistchat.wire import WireFormat


class Channel(HTTPChannel):
    """One connection of a browser, as long as it speaks HTTP."""

    _next: IProtocol | None = None
    """What is spoken instead, from now on."""

    def dataReceived(self, data: bytes) -> None:
        """Take in bytes, or hand them on."""
        if self._next is None:
            super().dataReceived(data)
        else:
            self._next.dataReceived(data)

    def rawDataReceived(self, data: bytes) -> None:
        """Take in what has come behind a request."""
        if self._next is None:
            super().rawDataReceived(data)
        else:
            self._next.dataReceived(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Be gone."""
        if self._next is None:
            super().connectionLost(reason)
        else:
            self._next.connectionLost(reason)

    def becomes(self, protocol: IProtocol) -> None:
        """Let another protocol have the connection."""
        assert self.transport is not None
        self.setTimeout(None)
        IConsumer(self.transport).unregisterProducer()
        self.requests.clear()
        self._next = protocol
        put_in_place(self.transport, self, protocol)
        protocol.makeConnection(self.transport)
        protocol.dataReceived(b"")


class Socket(Resource):
    """Where a WebSocket begins."""

    isLeaf = True

    def __init__(self, registry: Registry, told: WireFormat) -> None:
        super().__init__()
        self._registry = registry
        self._framed = Framed(told)

    def render(self, request: Request) -> int | bytes:
        """Begin one."""
        handshake = H11Handshake(ConnectionType.SERVER)
        headers = [
            (name, value)
            for name, values in request.requestHeaders.getAllRawHeaders()
            for value in values
        ]
        try:
            handshake.initiate_upgrade_connection(headers, request.uri)
        except RemoteProtocolError:
            request.setResponseCode(426)
            request.setHeader(b"Sec-WebSocket-Version", b"13")
            return b"This is where a WebSocket begins.\n"
        begins = handshake.send(AcceptConnection())
        protocol = WebSocketProtocol(self._registry, framed=self._framed, begins=begins)
        assert isinstance(request.channel, Channel)
        request.channel.becomes(protocol)
        return NOT_DONE_YET


class WebFactory(Site):
    """Makes a `Channel` for each connection."""

    noisy = False
    protocol = Channel  # type: ignore[assignment]  # not in what chooses between it and HTTP/2

    def __init__(self, registry: Registry, *, told: WireFormat) -> None:
        static = str(files(__package__).joinpath("static"))
        root = File(static)
        root.putChild(b"socket", Socket(registry, told))
        super().__init__(root, reactor=registry.clock, timeout=10)

    def startFactory(self) -> None:
        """Nothing begins: there is no log of requests."""

    def stopFactory(self) -> None:
        """Nothing ends."""
