"""What the operator reaches a running server by: the control socket, and the signal to reload.

service.py puts these into the tree of services; what is done about them is the console's.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twisted.application.service import Service
from twisted.logger import Logger

from twistchat.host.private import CannotMakeError, listen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twisted.internet.defer import Deferred

    from twistchat.frontends.console.control import ControlFactory
    from twistchat.host.private import PrivatePort

log = Logger()


@dataclass(frozen=True, slots=True)
class ControlAt:
    """Where the control socket is to be."""

    path: Path
    """Relative to where the server works when it has started."""
    is_wished: bool = True
    """Whether the operator has asked for it; else the server runs without it, if it must."""


class ControlSocket:
    """The control socket: made when the engine is ready, removed when everything has ended."""

    def __init__(
        self, reactor: Any, at: ControlAt, factory: ControlFactory, fail: Callable[[], None] | None
    ) -> None:
        self._reactor = reactor
        self._at = at
        self._factory = factory
        self._fail = fail
        self._port: PrivatePort | None = None

    def open(self) -> None:
        """Let the operator in. Rights are dropped by then: it is the server's own."""
        try:
            self._port = listen(self._reactor, self._at.path, self._factory)
        except CannotMakeError as error:
            if self._at.is_wished:
                log.critical("No control socket: {why}", why=str(error))
                if self._fail is not None:
                    self._fail()
            else:
                log.warn(
                    "No control socket: {why}. The server runs without; --control PATH makes it"
                    " elsewhere",
                    why=str(error),
                )
        else:
            log.info("The operator's socket is {path}: twistchat ctl", path=str(self._at.path))

    def close(self) -> Deferred[None] | None:
        """Let the operator go, too."""
        self._factory.close()
        port, self._port = self._port, None
        return None if port is None else port.stopListening()


class OnHangUp(Service):
    """Calls something when the process is sent SIGHUP.

    For daemons alone: to a program in the foreground it says that its terminal is gone.
    """

    def __init__(self, reactor: Any, call: Callable[[], object]) -> None:
        self._reactor = reactor
        self._call = call
        self._before: Any = None

    def startService(self) -> None:
        """Begin to listen for the signal."""
        super().startService()
        self._before = signal.signal(signal.SIGHUP, self._hung_up)

    def stopService(self) -> None:
        """Leave it to whoever had it before."""
        super().stopService()
        signal.signal(signal.SIGHUP, self._before)

    def _hung_up(self, number: int, frame: object) -> None:
        # Out of the handler, into a turn of the reactor.
        self._reactor.callFromThread(self._call)
