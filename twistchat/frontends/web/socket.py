"""One browser's connection, once it is a WebSocket: frames → lines → the dialog of programs."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.utilities import RemoteProtocolError

from twistchat.core.commands import Quit
from twistchat.frontends.lines import LineInput
from twistchat.frontends.web.format import AtTheDoor, Framed
from twistchat.frontends.web.frames import Close, close_frame, ping_frame, pong_frame, text_frame
from twistchat.session.throttle import LINE

if TYPE_CHECKING:
    from twisted.internet.interfaces import ITransport

    from twistchat.frontends.registry import Registry
    from twistchat.session import Session
    from twistchat.wire import WireFormat

LONGEST = 4
"""A message may be so many times as long as a line."""


class WebSocketProtocol(LineInput):
    """A browser that speaks JSON: a message is one line, or several.

    What is held is not unframed either: it waits as it came. Browsers answer pings of the protocol
    by themselves, also in a page that sleeps; so these tell whether somebody is there.
    """

    __slots__ = (
        "_address",
        "_begins",
        "_framed",
        "_frames",
        "_has_closed",
        "_is_taking",
        "_lines",
        "_message",
        "_size",
    )  # fmt: skip

    def __init__(
        self, registry: Registry, *, framed: Framed, begins: bytes, address: str = ""
    ) -> None:
        """`begins` is the end of the handshake; `address` says where the browser is, if known."""
        super().__init__(registry, wire="web", wire_format=AtTheDoor(framed.told, begins))
        self._framed = framed
        self._begins = begins
        self._address = address
        self._frames = Connection(ConnectionType.SERVER)
        self._lines: deque[bytes] | None = None
        """Lines of the message that is being taken in, which wait."""
        self._message: list[bytes] | None = None
        """What has come of a message that is not whole."""
        self._size = 0
        self._is_taking = False
        self._has_closed = False

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

    def dataReceived(self, data: bytes) -> None:
        """Take in bytes as the network split them; none: go on with what waits."""
        if self._opening is not None:
            self._open()
        if data and not self._has_closed:
            self.last_heard = self._clock.seconds()
            self._frames.receive_data(data)
        if not self._is_taking:
            self._is_taking = True
            self._take()
            self._is_taking = False
        if data and self.session is not None:
            self.session.throttle.spend(len(data) / LINE)

    def readConnectionLost(self) -> None:
        """Be gone: whoever leaves says so before (RFC 6455, section 7.1.5)."""
        if self.transport is not None and not self._has_closed:
            self._has_closed = True
            self.transport.loseConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Be gone; if nothing was said of it, by no wish of one's own."""
        if reason.check(ConnectionDone):
            reason = Failure(ConnectionLost())
        super().connectionLost(reason)

    # ------------------------------------------------------------ frames

    def _take(self) -> None:
        """Take in what has come, as far as nobody holds it."""
        try:
            while not self.paused:
                if self._lines:
                    self.lineReceived(self._lines.popleft())
                    continue
                self._lines = None
                event = None if self._has_closed else next(self._frames.events(), None)
                if event is None:
                    return
                self._take_event(event)
        except RemoteProtocolError as error:
            hint = error.event_hint
            self._fail(hint.code if isinstance(hint, CloseConnection) else Close.PROTOCOL)

    def _take_event(self, event: Event) -> None:
        match event:
            case TextMessage():
                self._take_text(event)
            case BytesMessage():
                self._fail(Close.NOT_TEXT)
            case Ping():
                self._count()
                if self.session is not None:
                    self.session.put(pong_frame(bytes(event.payload)))
            case CloseConnection():
                self._ends(event.code)
            case _:
                self._count()

    def _take_text(self, event: TextMessage) -> None:
        piece = event.data.encode()
        self._size += len(piece)
        dialog = self._dialog
        if dialog is not None and self._size > LONGEST * dialog.longest:
            self._fail(Close.TOO_BIG)
            return
        if not event.message_finished:
            if self._message is None:
                self._message = []
            self._message.append(piece)
            if event.frame_finished:
                self._count()
            return
        if self._message is not None:
            piece = b"".join((*self._message, piece))
            self._message = None
        self._size = 0
        if not piece:
            self._count()
            return
        lines = piece.removesuffix(b"\n").split(b"\n")
        if len(lines) == 1:
            self.lineReceived(lines[0])
        else:
            self._lines = deque(lines)

    def _count(self) -> None:
        """Count a frame that makes no line."""
        if self.session is not None:
            self._count_line(self.session, 1)

    def _ends(self, code: int) -> None:
        """Leave, after what was said; or be gone, as the browser says it."""
        self._has_closed = True
        session = self.session
        if session is None:
            return
        if code in (Close.NORMAL, Close.NO_CODE):
            session.receive(Quit())
        else:
            self.fall_silent()
            session.outlet.abandon(close_frame(code))

    def _fail(self, code: int) -> None:
        """Take in nothing more from whoever speaks no proper WebSocket."""
        self._has_closed = True
        self._message = self._lines = None
        self.fall_silent()
        if self.session is not None:
            self.session.outlet.abandon(close_frame(code))
