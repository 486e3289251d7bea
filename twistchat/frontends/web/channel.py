"""One connection of a browser, as long as it speaks HTTP/1.1 (RFC 9112).

Nobody sends us anything but questions, so whatever has a body is refused before that is read. Time
runs from the beginning of a connection, and from each answer on, until the next question is whole:
a byte now and then gains nothing. Who takes no answer is asked for no more questions, and who asks
too fast is read at a pace.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IConsumer, IHalfCloseableProtocol
from twisted.internet.protocol import connectionDone
from twisted.internet.tcp import Server
from twisted.web.http import HTTPChannel
from twisted.web.server import NOT_DONE_YET, Request
from zope.interface import implementer

from twistchat.frontends.peer import put_in_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, IProtocol, ITransport
    from twisted.python.failure import Failure
    from twisted.web.resource import Resource

VERBS = (b"GET", b"HEAD")

AT_ONCE = 16
"""Requests that come together, before anything was answered. Browsers send one."""

FAREWELL = 30.0
"""Seconds that a browser has for the rest of its last answer."""

_ORIGIN = re.compile(rb"https?://[^/?#]*", re.I)
"""What stands before a path where a proxy is asked (RFC 9112, section 3.2.2)."""

WORDS = {
    HTTPStatus.BAD_REQUEST: "That is no request.",
    HTTPStatus.METHOD_NOT_ALLOWED: "There is nothing here but to read: GET.",
    HTTPStatus.REQUEST_TIMEOUT: "That took too long; ask again.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Nothing may be sent here.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "That request is too long.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Nobody can come in just now; try again later.",
}
"""What is said to whoever is refused before it is looked what they want."""


def refusal(status: HTTPStatus) -> bytes:
    """Write such an answer, behind which the connection is closed."""
    body = f"{WORDS[status]}\n".encode()
    allow = "Allow: GET, HEAD\r\n" if status is HTTPStatus.METHOD_NOT_ALLOWED else ""
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n{allow}"
        "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
        f"Cache-Control: no-store\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


class Visit(Request):
    """A request, which is answered without a word about which program answers."""

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Take in what is asked, also as a proxy would be asked."""
        if (origin := _ORIGIN.match(path)) is not None:
            path = path[origin.end() :]
            path = path if path.startswith(b"/") else b"/" + path
        if path.startswith(b"/"):
            super().requestReceived(command, path, version)
        else:
            assert isinstance(self.channel, Channel)
            self.channel.refuse(HTTPStatus.BAD_REQUEST)

    def render(self, resrc: Resource) -> None:
        """Answer; to HEAD the same without its body."""
        self.responseHeaders.removeHeader(b"Server")
        body: Any = resrc.render(self)
        if body is NOT_DONE_YET:
            return
        if self.code != HTTPStatus.NOT_MODIFIED and not self.responseHeaders.hasHeader(
            b"Content-Length"
        ):
            self.setHeader(b"Content-Length", b"%d" % len(body))
        self.write(b"" if self.method == b"HEAD" else body)
        self.finish()


@implementer(IHalfCloseableProtocol)
class Channel(HTTPChannel):
    """One connection of a browser, as long as it speaks HTTP.

    `admit` counts it: it returns what is called when it is gone, or None where there are too many.
    `pace`, where it has one, counts a question: it returns for how long none is taken in.
    """

    delimiter = b"\n"
    """CR LF, as lines end; LF alone is what people send from nc (RFC 9112, section 2.2)."""

    maxHeaders = 100
    requestFactory = Visit
    admit: Callable[[Channel], Callable[[], None] | None]
    pace: Callable[[], float] | None = None

    _next: IProtocol | None = None
    """What is spoken instead, from now on."""
    _gone: Callable[[], None] | None = None
    _is_over = False
    """Whether nothing more is taken in."""
    _has_ended = False
    """Whether nothing more comes, and there may be questions in what waits."""
    _asked = 0
    _slowed: IDelayedCall | None = None

    # ------------------------------------------------------------ called by the transport

    def connectionMade(self) -> None:
        """Begin, if there may be another one."""
        self._gone = self.admit(self)
        super().connectionMade()
        self._wait()

    def dataReceived(self, data: bytes) -> None:
        """Take in bytes, or hand them on."""
        if self._next is not None:
            self._next.dataReceived(data)
        elif self._gone is None:
            self.refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        elif not self._is_over:
            self._asked = 0
            super().dataReceived(data)

    def readConnectionLost(self) -> None:
        """Nothing more comes: what was asked has been answered, or waits."""
        if self.paused and not self._is_over:
            self._has_ended = True
        elif self._buffer or self.requests:
            self.refuse(HTTPStatus.BAD_REQUEST)
        elif not self._is_over:
            self.loseConnection()

    def writeConnectionLost(self) -> None:
        """We never close only our half."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Be gone."""
        if self._next is not None:
            self._next.connectionLost(reason)
            return
        super().connectionLost(reason)
        self._cancel_slowed()
        self._leave()

    def resumeProducing(self) -> None:
        """What was answered has been taken: go on."""
        super().resumeProducing()
        self._go_on()

    # ------------------------------------------------------------ called by what reads requests

    def lineReceived(self, line: bytes) -> None:
        """Take in a line of a request."""
        if not self._is_over:
            super().lineReceived(line.removesuffix(b"\r"))

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse what is too long."""
        self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def rawDataReceived(self, data: bytes) -> None:
        """Take in what has come behind a request."""
        if self._next is not None:
            self._next.dataReceived(data)
        elif not self._is_over:
            super().rawDataReceived(data)

    def allHeadersReceived(self) -> None:
        """Look whether it is a question at all."""
        if self._is_over:
            return
        self._asked += 1
        if self._command not in VERBS:
            self._refuse_body(HTTPStatus.METHOD_NOT_ALLOWED)
        elif self.length != 0:
            self._refuse_body(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            super().allHeadersReceived()
            if self._asked >= AT_ONCE and self.persistent:
                self.requests[-1].responseHeaders.setRawHeaders(b"Connection", [b"close"])
                self.persistent = 0

    def requestDone(self, request: Request) -> None:  # noqa: N802 - its name in twisted.web
        """Go on, when what was answered is taken, and at a pace."""
        super().requestDone(request)
        if self.persistent:
            self._wait()

    def resetTimeout(self) -> None:
        """Give nobody more time for what has come."""

    def timeoutConnection(self) -> None:
        """Close what is not used, and refuse what is not whole."""
        if self._buffer or self.requests:
            self.refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.loseConnection()

    def loseConnection(self) -> None:
        """Close it behind what was answered, or after a while."""
        self._cancel_slowed()
        if self._abortingCall is None:
            self._abortingCall = self.callLater(FAREWELL, self.forceAbortClient)
        super().loseConnection()

    def forceAbortClient(self) -> None:
        """Close it now."""
        self._abortingCall = None
        assert self.transport is not None
        getattr(self.transport, "abortConnection", self.transport.loseConnection)()

    # ------------------------------------------------------------ the end

    def refuse(self, status: HTTPStatus) -> None:
        """Answer in a few words, and close."""
        if not self._is_over:
            self._is_over = True
            self.setTimeout(None)
            assert self.transport is not None
            self.transport.write(refusal(status))
            self.loseConnection()

    def stop(self) -> None:
        """Close it, since the server stops."""
        if self._buffer or self.requests:
            self.refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            self.loseConnection()

    def becomes(self, protocol: IProtocol) -> bool:
        """Let another protocol have the connection, if all that was answered has been sent.

        Nothing of this one is kept, where the transport knows whom it calls.
        """
        transport = self.transport
        assert transport is not None
        if not _has_sent_all(transport):
            return False
        self.setTimeout(None)
        IConsumer(transport).unregisterProducer()
        for request in self.requests:
            request.channel = None
        self.requests.clear()
        self._leave()
        self._next = protocol
        put_in_place(transport, self, protocol)
        protocol.makeConnection(transport)
        protocol.dataReceived(b"")
        return True

    def _wait(self) -> None:
        """Take in nothing more until one may ask again, and what was answered is taken."""
        wait = 0.0 if self.pace is None else self.pace()
        if wait:
            self._slowed = self.callLater(wait, self._go_on)
        if wait or self._waitingForTransport:
            self.paused = True
            self._networkProducer.pauseProducing()

    def _go_on(self) -> None:
        """Take in what has come, and more, if nothing holds that."""
        if self._abortingCall is not None:
            return  # it is closing
        if self._slowed is not None and self._slowed.active():
            self._networkProducer.pauseProducing()
        elif self.paused and not self._waitingForTransport:
            self.paused = False
            self._networkProducer.resumeProducing()
            super().dataReceived(b"")
            if self._has_ended and not self.paused:
                self._has_ended = False
                self.readConnectionLost()

    def _cancel_slowed(self) -> None:
        if self._slowed is not None and self._slowed.active():
            self._slowed.cancel()

    def _refuse_body(self, status: HTTPStatus) -> None:
        self.length = None  # so that nobody answers what was asked as well
        self.refuse(status)

    def _respondToBadRequestAndDisconnect(self) -> None:
        self.refuse(HTTPStatus.BAD_REQUEST)

    def _leave(self) -> None:
        gone, self._gone = self._gone, None
        if gone is not None:
            gone()


def _has_sent_all(transport: ITransport) -> bool:
    """Say whether a socket has sent what it was given: what takes its place goes past that.

    Other transports keep what they are given in order.
    """
    if type(transport) is not Server:
        return True
    transport.doWrite()
    return not transport.dataBuffer
