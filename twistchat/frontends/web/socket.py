"""One browser's connection, once it is a WebSocket: frames → lines → the dialog of programs.

    bytes ─ frames (reading.py) ─ messages ─ lines ─▶ what every connection of lines does

What somebody says goodbye with decides whether they come back: 1000, or no code, is to leave, as
the end of input is on other wires. Whatever else happens (1001: the page is gone for now; an end
without a word) is a lost connection, and the name is kept for whoever has its token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage

from twistchat.core.commands import Quit
from twistchat.frontends.lines import LineInput
from twistchat.frontends.web.format import AtTheDoor, Framed
from twistchat.frontends.web.frames import Close, close_frame, ping_frame, pong_frame, text_frame
from twistchat.frontends.web.reading import Frames, Wrong
from twistchat.session.throttle import LINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, ITransport

    from twistchat.frontends.registry import Registry
    from twistchat.session import Session
    from twistchat.wire import WireFormat

LINES = 4
"""A message may be as long as so many of the longest lines."""

PARTING = 1.0
"""Seconds in which a browser may say goodbye too, before the connection is closed."""


class WebSocketProtocol(LineInput):
    """A browser that speaks JSON: a message is one line, or several.

    What is held is not unframed either: it waits as it came. Whether the browser is there is asked
    by pings of the protocol, which it answers by itself: the timers of a page that nobody looks at
    may sleep for minutes.
    """

    __slots__ = (
        "_address",
        "_begins",
        "_framed",
        "_frames",
        "_hang_up",
        "_has_heard_close",
        "_is_deaf",
        "_is_taking",
        "_message",
        "_parting",
        "_pong",
        "_rest",
        "_rest_at",
        "_size",
    )

    def __init__(
        self, registry: Registry, *, framed: Framed, begins: bytes, address: str = ""
    ) -> None:
        """`begins` is the end of the handshake; `address` says where the browser is, if known."""
        super().__init__(registry, wire="web", wire_format=AtTheDoor(framed.told, begins))
        self._framed = framed
        self._begins = begins
        self._address = address
        self._frames = Frames()
        self._rest: bytes | None = None
        """A message that is being taken in: its lines from `_rest_at` on wait."""
        self._rest_at = 0
        self._message: bytearray | None = None
        """What has come of a message that is not whole."""
        self._size = 0
        self._pong: bytes | None = None
        """What the last ping said that is not answered yet."""
        self._is_taking = False
        self._is_deaf = False
        """Whether nothing more is unframed."""
        self._has_heard_close = False
        self._hang_up: Callable[[], None] | None = None
        """Closes the connection."""
        self._parting: IDelayedCall | None = None

    # ------------------------------------------------------------ what a language is told

    def address(self, transport: ITransport) -> str:
        """Say where the browser is, also behind a proxy."""
        return self._address or super().address(transport)

    def carries(self, wire: str, wire_format: WireFormat) -> tuple[str, WireFormat]:
        """Speak the same, in frames."""
        return "web", self._framed

    def frame(self, lines: bytes) -> bytes:
        """Put lines into a frame; the first one ends the handshake."""
        begins, self._begins = self._begins, b""
        return begins + text_frame(lines)

    def asks(self, line: bytes) -> bytes:
        """Ask by a ping of the protocol, whatever a language would say."""
        return ping_frame()

    def is_foreign(self, session: Session, data: bytes, *, is_first: bool = False) -> bool:
        """Take whatever comes for frames."""
        return False

    def greets(self, session: Session) -> None:
        """Say hello, as to any program."""
        self._registry.languages["json"](session, self, self._registry)

    # ------------------------------------------------------------ called by the transport

    def connectionMade(self) -> None:
        """Begin; whoever closes this one transport waits for the browser's goodbye."""
        transport = self.transport
        assert transport is not None
        self._hang_up = transport.loseConnection
        transport.loseConnection = self._part  # type: ignore[method-assign]
        super().connectionMade()

    def dataReceived(self, data: bytes) -> None:
        """Take in bytes as the network split them; none: go on with what waits."""
        if self._opening is not None:
            self._open()
        if data and not self._is_deaf:
            self.last_heard = self._clock.seconds()
            self._frames.receive(data)
        if not self._is_taking:
            self._is_taking = True
            self._take()
            self._is_taking = False
        session, pong = self.session, self._pong
        if session is None:
            return
        if pong is not None:  # one for all that came together (RFC 6455, section 5.5.3)
            self._pong = None
            session.put(pong_frame(pong))
        if data:
            session.throttle.spend(len(data) / LINE)

    def readConnectionLost(self) -> None:
        """Be gone: whoever leaves says so before."""
        if self.paused:  # there may be something in what waits: see `release`
            self._has_ended = True
        elif not self._has_heard_close and self.session is not None:
            self._has_heard_close = True  # nothing that could be waited for
            self.session.outlet.abort()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Be gone; if nothing was said of it, by no wish of one's own."""
        if self._parting is not None and self._parting.active():
            self._parting.cancel()
        if reason.check(ConnectionDone):
            reason = Failure(ConnectionLost())
        super().connectionLost(reason)
        self._hang_up = None
        if self.transport is not None:
            del self.transport.loseConnection  # what goes around in a circle is freed late

    # ------------------------------------------------------------ frames

    def _take(self) -> None:
        """Take in what has come, as far as nobody holds it."""
        while not self.paused:
            if self._rest is not None:
                self._take_next_line(self._rest)
                continue
            event = None if self._is_deaf else self._frames.next()
            if event is None:
                return
            if isinstance(event, bytes):
                self._take_lines(event)
            else:
                self._take_event(event)

    def _take_event(self, event: Event | Wrong) -> None:
        match event:
            case TextMessage():
                self._take_text(event)
            case BytesMessage():
                self._fail(Close.NOT_TEXT, "text is spoken here, in JSON")
            case CloseConnection():
                self._ends(event.code)
            case Wrong():
                self._fail(event.code, event.why)
            case Ping():
                self._pong = bytes(event.payload)
                self._count()
            case _:
                self._count()

    def _take_text(self, event: TextMessage) -> None:
        if self._dialog is None:
            return  # nobody listens any more
        piece = event.data.encode()
        self._size += len(piece)
        if self._size > LINES * self._dialog.longest:
            self._fail(Close.TOO_BIG, f"a message has at most {LINES * self._dialog.longest} bytes")
        elif not event.message_finished:
            if self._message is None:
                self._message = bytearray()
            self._message += piece
            if event.frame_finished:
                self._count()
        else:
            if self._message is not None:
                piece = bytes(self._message + piece)
                self._message = None
            self._size = 0
            self._take_lines(piece)

    def _take_lines(self, message: bytes) -> None:
        """Take in a message; its last line may have no end."""
        if b"\n" in message or b"\r" in message:
            message = message.replace(b"\r\n", b"\n").removesuffix(b"\r").removesuffix(b"\n")
        if b"\n" in message:
            self._rest, self._rest_at = message, 0
        elif message:
            self.lineReceived(message)
        else:
            self._count()

    def _take_next_line(self, message: bytes) -> None:
        """Take in one of several lines: they are not cut before, since most of them are short."""
        at, end = self._rest_at, message.find(b"\n", self._rest_at)
        if end < 0:
            self._rest = None
            self.lineReceived(message[at:])
        else:
            self._rest_at = end + 1
            self.lineReceived(message[at:end])

    def _count(self) -> None:
        """Count a frame that makes no line."""
        if self.session is not None:
            self._count_line(self.session, 1)

    # ------------------------------------------------------------ the end

    def _ends(self, code: int) -> None:
        """Leave, after what was said; or be gone, as the browser says it."""
        self._is_deaf = self._has_heard_close = True
        if self._parting is not None:
            self._parts()
        elif self.session is not None and code in (Close.NORMAL, Close.NO_CODE):
            self.session.receive(Quit())
        elif self.session is not None:
            self.fall_silent()
            self.session.outlet.abandon(close_frame(code))

    def _fail(self, code: int, why: str) -> None:
        """Take in nothing more from whoever speaks no proper WebSocket."""
        self._is_deaf = True
        self._message = self._rest = None
        self.fall_silent()
        if self.session is not None:
            self.session.outlet.abandon(close_frame(code, why))

    def _part(self) -> None:
        """Close, when the browser has said goodbye too, or after a moment.

        To close it at once could throw away what is on its way: the last words, and why.
        """
        if self._has_heard_close:
            self._parts()
        elif self._parting is None:
            self.fall_silent()
            self._parting = self._clock.callLater(PARTING, self._parts)

    def _parts(self) -> None:
        if self._hang_up is not None:
            self._hang_up()
