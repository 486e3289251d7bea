"""A connection of lines: what every wire does that is read a line at a time.

It knows lines, turns and holds. What a line means is a `Dialog`'s to say, and a connection may
change to another one in the middle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver
from zope.interface import implementer

from twistchat.core.commands import Quit
from twistchat.core.limits import NONE
from twistchat.frontends.foreign import BY_LINE, foreign
from twistchat.frontends.peer import address_of, cause_of, own_address_of
from twistchat.host.keepalive import bound_buffer, keep_alive
from twistchat.session.state import State
from twistchat.session.throttle import LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import IDelayedCall, ITransport
    from twisted.python.failure import Failure

    from twistchat.frontends.registry import Registry
    from twistchat.session import Session
    from twistchat.wire import WireFormat

log = Logger()

COMMAND = 8
"""What a command counts in a turn: some make long answers, which nobody else shares."""

MUCH = 8
"""So much work is looked at: less may be counted with that of a later turn."""

CHUNK = 4096
"""LineReceiver copies the rest of its buffer for each line in it, so it is fed little at once."""


class Dialog(Protocol):
    """What is said on one connection of lines, in one language."""

    longest: int
    """Bytes of the longest line, without its end."""

    def hears(self, line: bytes) -> int:
        """Take in a line, without its end; return how many said lines are as much work."""

    def hears_too_much(self, line: bytes) -> None:
        """Refuse a line that is too long, of which this is the beginning."""

    def ends(self) -> None:
        """The connection is lost, or speaks another language now."""


@implementer(IHalfCloseableProtocol)
class LineInput(LineReceiver):
    """One connection of lines, as the input of its session.

    Of many lines that come at once some are taken, then other connections have their turn. What is
    held is not read from the network. At the end of input (`readConnectionLost`) one leaves after
    all that one has said; when the connection is lost (`connectionLost`) one is gone.
    """

    # With all of them in the instance's dictionary, that would be too long to share its keys.
    __slots__ = (
        "_again",
        "_clock",
        "_dialog",
        "_format",
        "_has_ended",
        "_heard",
        "_holds",
        "_is_over_turn",
        "_limits",
        "_much",
        "_next_turn",
        "_opening",
        "_registry",
        "_wire",
        "_work_this_turn",
        "last_heard",
        "session",
    )

    delimiter = b"\n"

    ways: ClassVar[Sequence[str]] = BY_LINE
    """How one joins where this is spoken, for whoever speaks something else."""

    def __init__(self, registry: Registry, *, wire: str, wire_format: WireFormat) -> None:
        self._registry = registry
        self._wire = wire
        self._format = wire_format
        self._opening: IDelayedCall | None = None
        self._limits = registry.limits
        self._much = min(MUCH, self._limits.turn)
        self._clock = registry.clock
        self._again = False
        self._has_ended = False
        self._holds = 0
        self._work_this_turn = 0
        self._is_over_turn = False
        self._next_turn: IDelayedCall | None = None
        self._dialog: Dialog | None = None
        self.last_heard = self._clock.seconds()
        """When the other end last gave a sign of life."""
        self.session: Session | None = None

    def speak(self, dialog: Dialog) -> None:
        """Speak this language from the next line on. Called when there is a session."""
        assert self.session is not None
        self._heard = self._registry.counts.heard[self.session.wire]
        if self._dialog is not None:
            self._dialog.ends()
        self._dialog = dialog
        self.MAX_LENGTH = dialog.longest + len(b"\r")

    def hears_again(self, line: bytes) -> int:
        """Take in a line in the language that is spoken now; see `Dialog.hears`."""
        return 1 if self._dialog is None else self._dialog.hears(line)

    def fall_silent(self) -> None:
        """Take no line in any more."""
        if self._dialog is not None:
            self._dialog.ends()
        self._dialog = None

    def is_foreign(self, session: Session, data: bytes, *, is_first: bool = False) -> bool:
        """Answer a program that speaks another protocol in that, and let it go; whether it does.

        These are its first bytes, or a line that it sent before it has come in.
        """
        assert self.transport is not None
        port = getattr(self.transport.getHost(), "port", 0)
        here = own_address_of(self.transport)
        other = foreign(data, here, port, ways=self.ways, speaks_first=is_first)
        if other is not None:
            log.info("{who} speaks {name}: turned away", who=session.described, name=other.name)
            self.fall_silent()  # so that nothing more is taken in
            session.turn_away(other.answer)
        return other is not None

    @property
    def is_held(self) -> bool:
        """Whether nothing is taken in for now, so that silence says nothing."""
        return self._holds > 0

    def address(self, transport: ITransport) -> str:
        """Say where the other end is; for those who know it better than their transport."""
        return address_of(transport)

    def carries(self, wire: str, wire_format: WireFormat) -> tuple[str, WireFormat]:
        """Say what a language is called here, and how it is written; for those who override it."""
        return wire, wire_format

    def frame(self, lines: bytes) -> bytes:
        """Put what is told here alone into what carries lines; for those who override it."""
        return lines

    def asks(self, line: bytes) -> bytes:
        """Ask whether somebody is there, with a line that says so; for those who override it."""
        return self.frame(line)

    def greets(self, session: Session) -> None:
        """Begin to speak with somebody; for those who override it."""
        raise NotImplementedError

    # ------------------------------------------------------------ called by the transport

    def connectionMade(self) -> None:
        """Wait for a moment: some programs speak first, and a proxy tells where they come from."""
        assert self.transport is not None
        limits = self._limits
        keep_alive(self.transport, silence=limits.peer_silence, dead=limits.peer_dead)
        if limits.buffer < NONE:
            bound_buffer(self.transport, limits.buffer)
        self._opening = self._clock.callLater(self._limits.greeting, self._open)

    def dataReceived(self, data: bytes) -> None:
        """Take in bytes as the network split them.

        Whoever looked at the connection before, and has seen nothing, says so with no bytes: then
        one is greeted at once.
        """
        size = len(data)
        if self._opening is not None:
            self._open(data)
        if data:
            self.last_heard = self._clock.seconds()
            data = self.filtered(data)
        for start in range(0, len(data) or 1, CHUNK):
            LineReceiver.dataReceived(self, data[start : start + CHUNK])
            while self._again:  # what lineLengthExceeded gave back
                self._again = False
                LineReceiver.dataReceived(self, b"")
        if size and self.session is not None:
            # What makes no lines costs time too: empty ones, and such without an end.
            self.session.throttle.spend(size / LINE)

    def filtered(self, data: bytes) -> bytes:
        """Take out of what has come what is no line; for those who override it."""
        return data

    def lineReceived(self, line: bytes) -> None:
        """Take in a line."""
        dialog, session = self._dialog, self.session
        if dialog is None or session is None:
            return
        self._heard.lines += 1
        if len(line) > dialog.longest + line.endswith(b"\r"):
            dialog.hears_too_much(line)
            work = 1
        else:
            work = dialog.hears(line)
        self._count_line(session, work)  # afterwards: what it asks for is not to wait

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse a line that is too long, and skip the rest of it."""
        if self._dialog is not None and self.session is not None:
            self._heard.lines += 1
            self._dialog.hears_too_much(line)
            self._count_line(self.session, 1)
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
            LineReceiver.dataReceived(self, rest)  # not ours: it is filtered already

    def readConnectionLost(self) -> None:
        """Leave at the end of input, after what was said."""
        if self.session is not None and self.session.outlet.is_broken:
            return  # it is no end: `connectionLost` follows
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
        self.fall_silent()
        self._cancel_opening()
        if self._next_turn is not None:
            self._next_turn.cancel()
            self._next_turn = None
        if self.session is not None:
            silence = self._clock.seconds() - self.last_heard
            self.session.ended(cause_of(reason, silence, self._limits))

    # ------------------------------------------------------------ called by the session

    def hold(self) -> None:
        """Take in nothing more for now."""
        self._holds += 1
        if self._holds > 1:
            return
        if self._is_closing:  # a line has closed it, and counts all the same
            self.paused = True
        else:
            self.pauseProducing()

    def release(self) -> None:
        """Go on taking in."""
        self._holds -= 1
        if self._holds:
            return
        self.last_heard = self._clock.seconds()  # nobody listened until now
        if self._is_closing:
            self.paused = False
        else:
            self.resumeProducing()
            if self._has_ended and not self.paused:
                self._has_ended = False
                self.readConnectionLost()

    @property
    def _is_closing(self) -> bool:
        return self.transport is None or getattr(self.transport, "disconnecting", False)

    def lift(self) -> None:
        """Take in what has come already: there are no more turns."""
        if self._next_turn is not None:
            self._next_turn.cancel()
            self._begin_turn()

    # ------------------------------------------------------------ beginning

    def _open(self, first: bytes = b"") -> None:
        """Take somebody in. Behind a proxy (`haproxy:`) it is known by now where they come from."""
        assert self.transport is not None
        self._cancel_opening()
        session = self.session = self._registry.open(
            self.transport,
            wire=self._wire,
            wire_format=self._format,
            source=self,
            address=self.address(self.transport),
        )
        if session.state is State.DOOR and not self.is_foreign(session, first, is_first=True):
            self.greets(session)

    def _cancel_opening(self) -> None:
        if self._opening is not None and self._opening.active():
            self._opening.cancel()
        self._opening = None

    # ------------------------------------------------------------ turns

    def _count_line(self, session: Session, work: int) -> None:
        """Let the others have their turn after so much work, however many lines have come."""
        if session.is_stopping:
            return  # it is refused at once, and soon over
        if work:
            session.throttle.spend(1)
        self._work_this_turn += work or 1
        if self._work_this_turn < self._much:
            return
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
