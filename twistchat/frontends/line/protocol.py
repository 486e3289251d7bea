"""One line at a time, from and to a session."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Factory, connectionDone
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver
from zope.interface import implementer

from twistchat.core.commands import Quit, Say
from twistchat.core.names import LOBBY
from twistchat.frontends.line import sentences
from twistchat.frontends.line.dialect import Dialect
from twistchat.frontends.line.foreign import foreign
from twistchat.frontends.line.format import LineFormat
from twistchat.frontends.line.telnet import TelnetFilter
from twistchat.frontends.line.view import View
from twistchat.frontends.peer import cause_of, own_address_of
from twistchat.host.keepalive import keep_alive
from twistchat.login import GuestName
from twistchat.session import State
from twistchat.throttle import LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import IAddress, IDelayedCall
    from twisted.python.failure import Failure

    from twistchat.frontends.registry import Registry
    from twistchat.session import Session

log = Logger()

COMMAND = 8
"""What a command counts in a turn: some make long answers, which nobody else shares."""

CHUNK = 4096
"""LineReceiver copies the rest of its buffer for each line in it, so it is fed little at once."""


@implementer(IHalfCloseableProtocol)
class ChatProtocol(LineReceiver):
    """Somebody on nc, telnet or any program that sends lines.

    The life of a connection: after a moment (`connectionMade`) it gets a session, is greeted and
    asked for a name; each line is first a name, then something said or a command
    (`lineReceived`), of which the `View` makes what the session is asked;
    what the session is told is written to the transport by its outlet. At the end of input
    (`readConnectionLost`) one leaves after all that one has said; when the connection is lost
    (`connectionLost`) one is gone.
    """

    delimiter = b"\n"

    def __init__(self, *, registry: Registry, dialect: Dialect, wire_format: LineFormat) -> None:
        self._registry = registry
        self._dialect = dialect
        self._format = wire_format
        self._limits = registry.limits
        self._clock = registry.clock
        self._telnet = TelnetFilter()
        self._last_heard = self._clock.seconds()
        self._hint: IDelayedCall | None = None
        self._has_sent_a_line = False
        self._again = False
        self._has_ended = False
        self._holds = 0
        self._work_this_turn = 0
        self._is_over_turn = False
        self._next_turn: IDelayedCall | None = None
        self._opening: IDelayedCall | None = None
        self.session: Session | None = None
        self._view: View | None = None
        self.MAX_LENGTH = self._limits.line + len(b"\r")

    # ------------------------------------------------------------ called by the transport

    def connectionMade(self) -> None:
        """Wait for a moment: browsers and their like speak first, see `foreign.py`."""
        assert self.transport is not None
        keep_alive(self.transport, silence=self._limits.peer_silence, dead=self._limits.peer_dead)
        self._opening = self._clock.callLater(self._limits.greeting, self._open)

    def dataReceived(self, data: bytes) -> None:
        """Take in bytes as the network split them."""
        size = len(data)
        if data:
            self._last_heard = self._clock.seconds()
            if self._opening is not None:
                self._open(data)
            data = self._telnet.feed(data)
            if self._telnet.answers and self.session is not None:
                self.session.put(bytes(self._telnet.answers))
                self._telnet.answers.clear()
            if not self._has_sent_a_line and data:
                self._watch_for_enter(data)
        for start in range(0, len(data) or 1, CHUNK):
            LineReceiver.dataReceived(self, data[start : start + CHUNK])
            while self._again:  # what lineLengthExceeded gave back
                self._again = False
                LineReceiver.dataReceived(self, b"")
        if size and self.session is not None:
            # Telnet commands, empty lines and lines without an end cost time too.
            self.session.throttle.spend(size / LINE)

    def lineReceived(self, line: bytes) -> None:
        """Take in a line: a name first, then what is said."""
        session, view = self.session, self._view
        if session is not None and view is not None:
            work = self._take(session, view, line)
            self._count_line(session, work)  # afterwards: what it asks for is not to wait

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse a line that is too long, and skip the rest of it."""
        self._has_sent_a_line = True
        session, view = self.session, self._view
        if session is not None and view is not None:
            if session.user is None and self._is_foreign(session, line):
                return
            self._refuse_long(session, view)
            self._count_line(session, 1)
        self.setRawMode()
        # LineReceiver returns from here to its caller without a look at what is left, so it is
        # given back to its buffer, and dataReceived has it looked at again.
        LineReceiver.dataReceived(self, line)
        self._again = True

    def rawDataReceived(self, data: bytes) -> None:
        """Skip the rest of a line that was too long."""
        _, end, rest = data.partition(self.delimiter)
        if end:
            self.setLineMode()
            LineReceiver.dataReceived(self, rest)  # not ours: telnet is taken out already

    def readConnectionLost(self) -> None:
        """Leave at the end of input, after what was typed has been said."""
        if self.paused:  # there may be whole lines in the buffer: see `release`
            self._has_ended = True
            return
        rest = self.clearLineBuffer()
        for line in rest.split(self.delimiter) if self.line_mode else ():
            if line:
                self.lineReceived(line)
        if self.session is not None:
            self.session.receive(Quit())
        elif self.transport is not None:
            self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """We never close only our half; the end of the connection follows."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Be gone."""
        self._cancel_hint()
        self._cancel_opening()
        if self._next_turn is not None:
            self._next_turn.cancel()
            self._next_turn = None
        if self.session is not None:
            silence = self._clock.seconds() - self._last_heard
            self.session.ended(cause_of(reason, silence, self._limits))

    # ------------------------------------------------------------ called by the session

    def hold(self) -> None:
        """Take in nothing more for now."""
        self._holds += 1
        if self._holds == 1:
            self.pauseProducing()

    def release(self) -> None:
        """Go on taking in."""
        self._holds -= 1
        if self._holds:
            return
        self._last_heard = self._clock.seconds()  # nobody listened until now
        if self.transport is None or getattr(self.transport, "disconnecting", False):
            self.paused = False
        else:
            self.resumeProducing()
            if self._has_ended and not self.paused:
                self._has_ended = False
                self.readConnectionLost()

    def lift(self) -> None:
        """Take in what has come already: there are no more turns."""
        if self._next_turn is not None:
            self._next_turn.cancel()
            self._begin_turn()

    # ------------------------------------------------------------ inside

    def _count_line(self, session: Session, work: int) -> None:
        """Let the others have their turn after so much work, however many lines have come."""
        if session.is_stopping:
            return  # it is refused at once, and soon over
        if work:
            session.throttle.spend(1)
        self._work_this_turn += max(1, work)
        if self._next_turn is None:
            self._next_turn = self._clock.callLater(0, self._begin_turn)
        if self._work_this_turn >= self._limits.turn and not self._is_over_turn:
            self._is_over_turn = True
            self.hold()

    def _begin_turn(self) -> None:
        self._next_turn = None
        self._work_this_turn = 0
        if self._is_over_turn:
            self._is_over_turn = False
            self.release()

    def _open(self, first: bytes = b"") -> None:
        """Take somebody in, greet them and ask for a name.

        Behind a proxy (`haproxy:`) it is known by now where they come from.
        """
        assert self.transport is not None
        self._cancel_opening()
        session = self.session = self._registry.open(
            self.transport, wire="line", wire_format=self._format, source=self
        )
        if session.state is State.DOOR and not self._is_foreign(session, first):
            self._view = View(
                session=session,
                dialect=self._dialect,
                limits=self._limits,
                wire_format=self._format,
            )
            greeting = self._registry.greeting
            lines = self._format.speech.greeting(greeting.server, greeting.motd)
            session.put(self._format.lines(lines))

    def _is_foreign(self, session: Session, data: bytes) -> bool:
        """Answer a program that speaks another protocol in that, and let it go."""
        assert self.transport is not None
        port = getattr(self.transport.getHost(), "port", 0)
        here = own_address_of(self.transport)
        is_first = not self._has_sent_a_line and self._view is None
        other = foreign(data, here, port, speaks_first=is_first)
        if other is not None:
            log.info("{who} speaks {name}: turned away", who=session.described, name=other.name)
            self._view = None  # so that nothing more is taken in
            session.turn_away(other.answer)
        return other is not None

    def _take(self, session: Session, view: View, line: bytes) -> int:
        """Do what a line asks for; return how many said lines are as much work."""
        if line.endswith(b"\r"):
            line = line[:-1]
            if not self._has_sent_a_line:
                view.write_as(replace(view.format, newline=b"\r\n"))
        self._has_sent_a_line = True
        if len(line) > self._limits.line:
            self._refuse_long(session, view)
            return 1
        try:
            text = line.decode(view.format.charset)
        except UnicodeDecodeError:
            charset = view.format.charset
            sentence = sentences.NOT_UTF8 if charset == "utf-8" else sentences.NOT_CHARSET
            view.note(sentence, charset=charset)
            return 1
        if session.user is None:
            if not self._is_foreign(session, line):
                self._at_door(session, view, text)
            return COMMAND
        asked = self._dialect.read(text, view.room)
        view.does(asked)
        return sum(1 if isinstance(each, Say) else COMMAND for each in asked)

    def _at_door(self, session: Session, view: View, text: str) -> None:
        match self._dialect.read_at_door(text):
            case str() as name:
                session.log_in(GuestName(name), LOBBY)
            case asked:
                view.does((asked,))

    def _refuse_long(self, session: Session, view: View) -> None:
        view.note(sentences.TOO_LONG, kib=self._limits.line // 1024)
        session.bitten_by("line")

    def _watch_for_enter(self, data: bytes) -> None:
        """Help those who send text without ever ending a line, as socket tutorials do."""
        self._cancel_hint()
        if not data.endswith(b"\n"):
            self._hint = self._clock.callLater(self._limits.enter_hint, self._tell_enter)

    def _tell_enter(self) -> None:
        self._hint = None
        if self._view is not None and not self._has_sent_a_line:
            self._view.note(sentences.PRESS_ENTER)

    def _cancel_opening(self) -> None:
        if self._opening is not None and self._opening.active():
            self._opening.cancel()
        self._opening = None

    def _cancel_hint(self) -> None:
        if self._hint is not None:
            self._hint.cancel()
            self._hint = None


class ChatFactory(Factory):
    """Makes a `ChatProtocol` for each connection; all of them are in one registry.

    `ChatFactory()` alone, with no arguments, is a working chat in memory. To have several ways
    into one chat, give their factories the same registry (`twistchat.service.ChatService` does).
    """

    protocol = ChatProtocol
    noisy = False

    def __init__(
        self, registry: Registry | None = None, wire_format: LineFormat | None = None
    ) -> None:
        if registry is None:
            from twistchat.service import memory_chat

            registry = memory_chat().registry
        self.registry = registry
        self._format = wire_format or LineFormat()
        self._dialect = Dialect(registry.extensions)

    @property
    def clients(self) -> Sequence[Session]:
        """The sessions of everybody who is connected, on whatever wire."""
        return self.registry.sessions

    def buildProtocol(self, addr: IAddress | None) -> ChatProtocol:
        """Make the protocol of a new connection."""
        protocol = self.protocol(
            registry=self.registry, dialect=self._dialect, wire_format=self._format
        )
        protocol.factory = self
        return protocol
