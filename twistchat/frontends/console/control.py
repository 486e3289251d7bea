"""The control socket: the operator's commands for `twistchat ctl` and other programs.

A request is a line, a JSON object:

    {"command": "who"}                       what would be typed at the console
    {"command": "who", "json": true}         to be answered in fields
    {"command": "...", "secret": "..."}      a password, which is never a part of the command

Each line of the answer is one, too, and the last has `end`, an exit code (`results.Status`):

    {"text": "1 online."}                    a line for people
    {"error": "Nobody here is bob."}         the same, of what was not done
    {"data": {"online": 1}}                  for programs, where `json` asked for it
    {"ask": "Password of alice"}             ask this, and send the request again with `secret`
    {"watch": "#lobby"}                      what is said there follows, until a line is sent
    {"end": 0}

Requests are answered in their order. Whoever hangs up has asked for no more. docs/operating.md
says the same to whoever writes such a program.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Factory, connectionDone
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver
from zope.interface import implementer

from twistchat.core.text import clean
from twistchat.frontends.console.command import SecretWantedError
from twistchat.frontends.console.ear import Ear
from twistchat.frontends.console.results import Status, Watch
from twistchat.telling.outlet import outlet_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime, ITransport
    from twisted.python.failure import Failure

    from twistchat.core.limits import Limits
    from twistchat.frontends.console.command import Commands
    from twistchat.frontends.console.results import Result
    from twistchat.telling.fanout import Fanout
    from twistchat.telling.outlet import Outlet
    from twistchat.wire import WireFormat

log = Logger()

NO_RIGHT = "Only the user who runs the server, or root, may control it."
NO_REQUEST = 'That is no request: send {"command": "help"} and a line end.'
TOO_LONG = "That request is too long."
FAREWELL = 1.0
"""Seconds in which another user may read why they are refused."""

TOO_SLOW = "Too much waits to be read here."


class ControlFactory(Factory):
    """Makes a `Control` for each connection, and closes them all at the end."""

    noisy = False

    def __init__(
        self,
        *,
        commands: Commands,
        fanout: Fanout,
        clock: IReactorTime,
        limits: Callable[[], Limits],
        may: Callable[[ITransport], bool],
        text: WireFormat,
        data: WireFormat,
    ) -> None:
        """`may` tells who is allowed here; what is watched is written as `text`, or as `data`."""
        self._commands = commands
        self._fanout = fanout
        self._clock = clock
        self._limits = limits
        self._may = may
        self._text = text
        self._data = data
        self._open: dict[Control, None] = {}

    def buildProtocol(self, addr: IAddress | None) -> Control:
        """Make the protocol of a new connection."""
        control = Control(
            commands=self._commands,
            fanout=self._fanout,
            clock=self._clock,
            limits=self._limits(),
            may=self._may,
            text=self._text,
            data=self._data,
            on_end=self._ended,
        )
        control.factory = self
        self._open[control] = None
        return control

    def close(self) -> None:
        """Close every connection."""
        for control in list(self._open):
            control.close()

    def _ended(self, control: Control) -> None:
        self._open.pop(control, None)


@implementer(IHalfCloseableProtocol)
class Control(Ear, LineReceiver):
    """One connection of an operator's program. While a room is watched it is Fanout's listener."""

    delimiter = b"\n"
    MAX_LENGTH = 64 * 1024

    def __init__(
        self,
        *,
        commands: Commands,
        fanout: Fanout,
        clock: IReactorTime,
        limits: Limits,
        may: Callable[[ITransport], bool],
        text: WireFormat,
        data: WireFormat,
        on_end: Callable[[Control], None],
    ) -> None:
        self.format = text
        self._commands = commands
        self._fanout = fanout
        self._clock = clock
        self._limits = limits
        self._may = may
        self._text = text
        self._data = data
        self._on_end = on_end
        self._outlet: Outlet | None = None
        self._is_json = False
        self._is_running = False
        self._has_ended = False
        self._is_closing = False
        self._going: IDelayedCall | None = None
        self._watched: str | None = None

    # ------------------------------------------------------------ called by the transport

    def connectionMade(self) -> None:
        """Refuse whoever is not the operator."""
        assert self.transport is not None
        self._outlet = outlet_of(
            self.transport, clock=self._clock, limits=self._limits, overflowed=self._overflowed
        )
        if not self._may(self.transport):
            log.warn("another user was refused at the control socket")
            self._answer(error=NO_RIGHT)
            self._answer(end=Status.NOBODY)
            # Not at once: a request that was not read would make the system drop the answer.
            self._is_closing = True
            self._going = self._clock.callLater(FAREWELL, self.close)

    def lineReceived(self, line: bytes) -> None:
        """Do what a program asks for; or, while a room is watched, end that first."""
        if self._is_closing:
            return  # of a user who was refused, perhaps
        if self._watched is not None:
            self._watch_no_more()
            self._answer(end=Status.DONE)
        if not line.strip():
            return
        request = _read(line)
        if request is None:
            self._answer(error=NO_REQUEST)
            self._answer(end=Status.USAGE)
            return
        self._is_json = bool(request.get("json"))
        self._is_running = True
        running = self._commands.run(request["command"], request.get("secret"))
        running.addCallbacks(self._done, self._not_done)
        running.addErrback(lambda failure: log.failure("answering the operator failed", failure))
        running.addBoth(self._go_on)
        if self._is_running:
            self.pauseProducing()  # one after the other

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse what no command is."""
        self._answer(error=TOO_LONG)
        self._answer(end=Status.USAGE)
        self.close()

    def readConnectionLost(self) -> None:
        """Close after the answer that is under way: there are no more requests."""
        self._has_ended = True
        if not self._is_running:
            self.close()

    def writeConnectionLost(self) -> None:
        """Nobody reads any more."""
        self.close()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Nobody wants to know any more."""
        self._watch_no_more()
        if self._going is not None and self._going.active():
            self._going.cancel()
        if self._outlet is not None:
            self._outlet.lost()
        self._on_end(self)

    def close(self) -> None:
        """Close the connection, after what was answered; nothing more is done for it."""
        self._is_closing = True
        self._watch_no_more()
        if self._outlet is not None:
            self._outlet.close()

    # ------------------------------------------------------------ called by Fanout

    def put(self, data: bytes) -> None:
        """Hand on what a watched room is told."""
        for line in data.split(b"\n"):
            if line and self._is_json:
                self._send(b'{"data":' + line + b"}\n")
            elif line:
                self._answer(text=line.decode())

    # ------------------------------------------------------------ inside

    def _done(self, result: Result) -> None:
        if isinstance(result, Watch):
            self._watch(result.room)
            return
        kind = "error" if result.status else "text"
        if self._is_json:
            self._answer(data=result.data())
        else:
            for line in result.lines():
                self._answer(**{kind: clean(line)})
        self._answer(end=result.status)

    def _not_done(self, failure: Failure) -> None:
        failure.trap(SecretWantedError)
        self._answer(ask=str(failure.value))
        self._answer(end=Status.USAGE)

    def _go_on(self, _: object) -> None:
        self._is_running = False
        if self._has_ended:
            self.close()
        elif self.paused and self.transport is not None:
            self.resumeProducing()

    def _watch(self, room: str) -> None:
        self._watched = room
        self.format = self._data if self._is_json else self._text
        self._answer(watch=room)
        self._fanout.attach(self, None)
        self._fanout.listen(self, room)

    def _watch_no_more(self) -> None:
        if self._watched is not None:
            self._watched = None
            self._fanout.detach(self)

    def _overflowed(self, limit: str) -> None:
        self._is_closing = True
        self._watch_no_more()
        if self._outlet is not None:
            self._outlet.abandon(_line(error=TOO_SLOW) + _line(end=Status.FAILED))

    def _answer(self, **fields: Any) -> None:
        self._send(_line(**fields))

    def _send(self, line: bytes) -> None:
        if self._outlet is not None:
            self._outlet.put(line)


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(request, dict) or not isinstance(request.get("command"), str):
        return None
    return request if isinstance(request.get("secret"), str | None) else None


def _line(**fields: Any) -> bytes:
    text = json.dumps(fields, ensure_ascii=False, allow_nan=False)
    return text.encode(errors="replace") + b"\n"
