"""Browsers at a port: the page, and its socket."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from twistchat.frontends.peer import address_of, own_address_of
from twistchat.frontends.web.channel import Channel, Visit
from twistchat.frontends.web.format import Framed
from twistchat.frontends.web.handshake import No, begin
from twistchat.frontends.web.place import WebPlace
from twistchat.frontends.web.resources import make_root
from twistchat.frontends.web.socket import WebSocketProtocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IAddress

    from twistchat.frontends.registry import Registry
    from twistchat.wire import WireFormat


class Socket(Resource):
    """Where a WebSocket begins.

    Whoever nobody lets in now is told so inside: a page cannot read what else is answered.
    """

    isLeaf = True

    def __init__(self, registry: Registry, told: WireFormat, place: WebPlace) -> None:
        super().__init__()
        self._registry = registry
        self._framed = Framed(told)
        self._place = place

    def render(self, request: Request) -> int | bytes:
        """Begin one, or say why not."""
        headers = request.requestHeaders
        begins = begin(request.clientproto, headers, self._place)
        if request.method != b"GET" and isinstance(begins, bytes):
            begins = No(HTTPStatus.METHOD_NOT_ALLOWED, "A WebSocket begins with GET.")
        if isinstance(begins, No):
            return _say(request, begins)
        channel = request.channel
        assert isinstance(channel, Channel)
        assert channel.transport is not None
        address = self._place.client_of(address_of(channel.transport), headers)
        protocol = WebSocketProtocol(
            self._registry, framed=self._framed, begins=begins, address=address
        )
        if not channel.becomes(protocol):
            # Whoever reads nothing of what they were answered will not read this.
            channel.forceAbortClient()
        return NOT_DONE_YET


def _say(request: Request, no: No) -> bytes:
    request.setResponseCode(no.status, no.status.phrase.encode())
    request.setHeader(b"Content-Type", b"text/plain; charset=utf-8")
    request.setHeader(b"X-Content-Type-Options", b"nosniff")
    request.setHeader(b"Cache-Control", b"no-store")
    if no.header is not None:
        request.setHeader(*no.header)
    return f"{no.words}\n".encode()


class WebFactory(Site):
    """Makes a `Channel` for each connection.

    `told` is how the dialog of programs is written. `place` says where the page is, and who is
    believed.
    """

    noisy = False
    protocol = Channel  # type: ignore[assignment]  # not in what chooses between it and HTTP/2
    requestFactory = Visit

    def __init__(
        self, registry: Registry, *, told: WireFormat, place: WebPlace | None = None
    ) -> None:
        self._registry = registry
        self._place = place or WebPlace()
        root = make_root(registry, self._place)
        root.putChild(b"socket", Socket(registry, told, self._place))
        super().__init__(root, reactor=registry.clock, timeout=registry.limits.handshake)

    def startFactory(self) -> None:
        """Nothing begins: there is no log of requests."""

    def stopFactory(self) -> None:
        """Nothing ends."""

    def acceptableProtocols(self) -> list[bytes]:
        """Name what browsers may choose at an endpoint of TLS: a `Channel` speaks no HTTP/2."""
        return [b"http/1.1"]

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """Make the protocol of a new connection."""
        self.timeOut = self._registry.limits.handshake
        channel = super().buildProtocol(addr)
        assert isinstance(channel, Channel)
        channel.admit = self._admit
        return channel

    def _admit(self, channel: Channel) -> Callable[[], None] | None:
        assert channel.transport is not None
        address, here = address_of(channel.transport), own_address_of(channel.transport)
        is_proxy = self._place.proxies.has(address)
        if not is_proxy:
            channel.pace = self._registry.pace_visit(address, here)
        return self._registry.admit_visit("" if is_proxy else address, here, channel.stop)
