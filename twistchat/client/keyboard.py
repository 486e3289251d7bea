"""The side of the person, or of a pipe: a line at a time over StandardIO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IConsumer, IHalfCloseableProtocol, IPushProducer
from twisted.internet.protocol import connectionDone
from twisted.protocols.basic import LineReceiver
from zope.interface import implementer

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twistchat.client.conversation import Terminal
    from twistchat.client.hiding import Echo


class Typed(Protocol):
    """Where what is typed goes."""

    terminal: Terminal | None

    def typed(self, line: str) -> None:
        """Take in a line."""

    def input_ended(self) -> None:
        """Take in that there will be no more."""

    def output_ended(self) -> None:
        """Take in that nobody reads any more what is shown."""

    def unreadable(self) -> None:
        """Take in that a line is no text."""

    def input_too_long(self) -> None:
        """Take in that a line is far too long."""


@implementer(IHalfCloseableProtocol, IPushProducer)
class Keyboard(LineReceiver):
    """Standard input and output.

    It is paused for two reasons, each by itself: the conversation has no use for lines now
    (`hold`), or the connection to the server is full (`pauseProducing`).
    """

    delimiter = b"\n"
    MAX_LENGTH = 1024 * 1024

    def __init__(self, conversation: Typed, encoding: str | None, echo: Echo | None = None) -> None:
        """`encoding` is the terminal's; None for a pipe, which is UTF-8.

        `echo` is what it shows of what is typed.
        """
        self._encoding = encoding
        self._echo = echo
        self._is_held = self._is_full = False
        self._server: IPushProducer | None = None
        self._closed: Deferred[None] = Deferred()
        self._is_read = True
        self.talk_to(conversation)

    def talk_to(self, conversation: Typed) -> None:
        """Let what is typed go there from now on."""
        self._conversation = conversation
        conversation.terminal = self

    def connectionMade(self) -> None:
        """Begin to print what the server says."""
        server, self._server = self._server, None
        self.print_from(server)

    def print_from(self, server: IPushProducer | None) -> None:
        """Say which connection is to pause while the output is full; None: there is none."""
        before, self._server = self._server, server
        if self.transport is None:
            return
        consumer = IConsumer(self.transport)
        if before is not None:
            consumer.unregisterProducer()
        if server is not None:
            consumer.registerProducer(server, True)

    def close(self) -> Deferred[None]:
        """Fire when everything shown is printed, however slowly it is read."""
        if self.transport is None:
            return succeed(None)
        self.print_from(None)
        self.transport.loseConnection()
        # Without its output StandardIO does not say that it is lost.
        return self._closed if self._is_read else succeed(None)

    def lineReceived(self, line: bytes) -> None:
        """Take in a line that was typed."""
        line = line.removesuffix(b"\r")
        try:
            text = line.decode(self._encoding or "utf-8")
        except UnicodeDecodeError:
            self._conversation.unreadable()
        else:
            self._conversation.typed(text)

    def lineLengthExceeded(self, line: bytes) -> None:
        """Stop at a line that no chat would take."""
        self._conversation.input_too_long()

    def readConnectionLost(self) -> None:
        """Leave at the end of input; what stands without a line end is a line too."""
        rest = self.clearLineBuffer()
        for line in rest.split(self.delimiter) if rest else ():
            self.lineReceived(line)
        self._conversation.input_ended()

    def writeConnectionLost(self) -> None:
        """Leave when nobody reads what is printed any more."""
        self._is_read = False
        self._conversation.output_ended()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Leave with the terminal."""
        self._conversation.input_ended()
        self._closed.callback(None)

    def unread(self) -> list[str]:
        """Return the lines that have come in and were not taken."""
        return [line for line in self._buffer.decode(errors="replace").splitlines() if line.strip()]

    def show(self, line: str) -> None:
        """Print a line."""
        if self.transport is not None:
            self.transport.write((line + "\n").encode(self._encoding or "utf-8", errors="replace"))

    def hide_typing(self) -> None:
        """Show no more what is typed."""
        if self._echo is not None:
            self._echo.off()

    def show_typing(self) -> None:
        """Show it again."""
        if self._echo is not None:
            self._echo.on()

    def hold(self) -> None:
        """Read nothing for now."""
        self._is_held = True
        self._set_reading()

    def release(self) -> None:
        """Go on reading."""
        self._is_held = False
        self._set_reading()

    def pauseProducing(self) -> None:
        """The server takes no more for now. Called by its transport."""
        self._is_full = True
        self._set_reading()

    def resumeProducing(self) -> None:
        """The server takes lines again. Called by its transport."""
        self._is_full = False
        self._set_reading()

    def stopProducing(self) -> None:
        """The connection to the server is gone. Called by its transport."""
        self._is_full = False
        self._set_reading()

    def _set_reading(self) -> None:
        wanted = self._is_held or self._is_full
        if self.transport is None or wanted == self.paused:
            return
        if wanted:
            LineReceiver.pauseProducing(self)
        else:
            LineReceiver.resumeProducing(self)
