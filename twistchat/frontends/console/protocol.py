"""What the operator types at the server's own terminal, and sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver
from zope.interface import implementer

from twistchat.core.text import clean
from twistchat.frontends.console.command import SecretWantedError
from twistchat.frontends.console.ear import Ear
from twistchat.frontends.console.results import Watch

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twistchat.frontends.console.command import Commands
    from twistchat.frontends.console.results import Result
    from twistchat.telling.fanout import Fanout
    from twistchat.wire import WireFormat

log = Logger()

NO_SECRETS = "Passwords are not typed here, where everybody could read them: use twistchat ctl."


@implementer(IHalfCloseableProtocol)
class Console(Ear, LineReceiver):
    """The operator's console: one command a line, answered in words.

    It is a listener of Fanout's like any session, so that what it watches it sees in the order
    in which everybody does.
    """

    delimiter = b"\n"
    MAX_LENGTH = 16 * 1024

    def __init__(self, *, commands: Commands, fanout: Fanout, wire_format: WireFormat) -> None:
        self.format = wire_format
        self._commands = commands
        self._fanout = fanout
        self._is_running = False

    # ------------------------------------------------------------ called by the transport

    def connectionMade(self) -> None:
        """Say that the operator may type."""
        self._fanout.attach(self, None)
        self.show("This is the operator's console. Type help for the commands.")

    def lineReceived(self, line: bytes) -> None:
        """Do what the operator typed."""
        words = line.decode(errors="replace")
        if not words.strip():
            return
        self._is_running = True
        running = self._commands.run(words)
        running.addCallbacks(self._done, self._not_done)
        running.addErrback(lambda failure: log.failure("answering the operator failed", failure))
        running.addBoth(self._go_on)
        if self._is_running:
            self.pauseProducing()  # one after the other

    def readConnectionLost(self) -> None:
        """Go on without an operator: the terminal gave an end of input."""
        self.show("The console is closed; the server goes on. Ctrl-C stops it.")
        self.close()

    def writeConnectionLost(self) -> None:
        """Nothing can be shown any more."""
        self.close()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Go on without an operator."""
        self._fanout.detach(self)

    def close(self) -> None:
        """Close the console; the server is not concerned."""
        if self.transport is not None:
            self.transport.loseConnection()

    # ------------------------------------------------------------ called by Fanout

    def put(self, data: bytes) -> None:
        """Show what a watched room is told."""
        if self.transport is not None:
            self.transport.write(data)

    is_in = False
    """Nobody acts over it as a person."""

    # ------------------------------------------------------------ inside

    def show(self, *lines: str) -> None:
        """Write lines for the operator."""
        self.put("".join(f"{clean(line)}\n" for line in lines).encode())

    def _done(self, result: Result) -> None:
        if isinstance(result, Watch):
            self._watch(result.room)
        else:
            self.show(*result.lines())

    def _not_done(self, failure: Failure) -> None:
        failure.trap(SecretWantedError)
        self.show(NO_SECRETS)

    def _go_on(self, _: object) -> None:
        self._is_running = False
        if self.paused and self.transport is not None:
            self.resumeProducing()

    def _watch(self, room: str) -> None:
        """Begin or end to show what is said in a room."""
        if self._fanout.hears(self, room):
            self._fanout.unlisten(self, room)
            self.show(f"No longer watching {room}.")
        else:
            self._fanout.listen(self, room)
            self.show(f"Watching {room}; the same again ends it.")
