"""Tries listening endpoints while an error can still be told in the terminal."""

from __future__ import annotations

import errno
import os
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import Factory

if TYPE_CHECKING:
    from twisted.internet.interfaces import IReactorCore

EXAMPLES = "endpoints look like tcp:8000 or unix:/run/chat.sock, with \\: and \\= inside a value"


class CannotListenError(Exception):
    """The server could not listen there; the message is a sentence for the operator."""


class Trial:
    """Binds as endpoints would, and lets go of everything at its end.

    All are held until then, so that two that want the same port are noticed.
    """

    def __init__(self, reactor: IReactorCore) -> None:
        self._binder = _BindOnly(reactor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._binder.let_go()

    def listen(self, description: str, option: str = "") -> None:
        """Bind as this endpoint would. `option` is what another one is chosen with.

        Raises:
            CannotListenError: with the reason, and what to do.
        """
        try:
            endpoint = serverFromString(self._binder, description)
        except Exception as error:  # each kind of endpoint raises its own
            raise CannotListenError(_explain(error, description, option)) from error
        folder = re.match(r"tls:((?:\\.|[^:])+)", description)
        if folder and not any(Path(re.sub(r"\\(.)", r"\1", folder[1])).glob("*.pem")):
            # Twisted would look for it when the first connection comes.
            reason = f"{folder[1]} is no folder with certificates (*.pem) in it"
            raise CannotListenError(f"cannot listen on {description!r}: {reason}")
        failures: list[BaseException] = []
        endpoint.listen(Factory()).addErrback(lambda failure: failures.append(failure.value))
        if failures and not isinstance(failures[0], _AdoptedError):
            raise CannotListenError(_explain(failures[0], description, option))


def _explain(error: BaseException, description: str, option: str) -> str:
    number = getattr(error, "errno", None)
    where = description.split(":")[1] if description.startswith("tcp") else description
    if isinstance(error, _TwiceError):
        return f"{error} is asked for twice: leave one out, or choose another for it"
    if number == errno.EADDRINUSE:
        another = f"another with {option}" if option else "another"
        return f"port {where} is in use: stop what uses it, or choose {another}"
    if number in (errno.EACCES, errno.EPERM):
        return f"no right to listen on {where}: ports below 1024 need root; choose another"
    if number == errno.EADDRNOTAVAIL:
        return f"cannot listen on {description!r}: this machine has no such address"
    if isinstance(error, OSError) and error.strerror:
        file = f"{error.filename}: " if error.filename else ""
        return f"cannot listen on {description!r}: {file}{error.strerror}"
    if isinstance(error, LookupError):
        return f"cannot listen on {description!r}: the system has handed over no such socket"
    if isinstance(error, ValueError | TypeError):
        return f"cannot listen on {description!r}: {error}; {EXAMPLES}"
    return f"cannot listen on {description!r}: {error}"


class _TwiceError(Exception):
    """Another endpoint of the same trial has this already."""


class _AdoptedError(Exception):
    """Not an error: an endpoint that adopts a listening socket has one.

    Raised, since the endpoint would close the socket after having adopted it, and Twisted is to
    adopt it later.
    """


class _BindOnly:
    """A reactor as far as endpoints need one, whose ports are bound until it lets go of them."""

    def __init__(self, reactor: IReactorCore) -> None:
        self._reactor = reactor
        self._sockets: list[socket.socket] = []
        self._held: set[object] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)

    def let_go(self) -> None:
        while self._sockets:
            self._sockets.pop().close()

    def listenTCP(self, port: int, factory: object, backlog: int = 50, interface: str = "") -> None:
        family = socket.AF_INET6 if ":" in interface else socket.AF_INET
        trial = socket.socket(family, socket.SOCK_STREAM)
        self._sockets.append(trial)
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((interface, port))
            # With SO_REUSEADDR a taken port may be bound, but not listened on.
            trial.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and port in self._held:
                raise _TwiceError(f"port {port}") from error
            raise
        self._held.add(port)

    def listenSSL(
        self,
        port: int,
        factory: object,
        contextFactory: object,
        backlog: int = 50,
        interface: str = "",
    ) -> None:
        self.listenTCP(port, factory, backlog, interface)

    def listenUNIX(
        self,
        address: str,
        factory: object,
        backlog: int = 50,
        mode: int = 0o666,
        wantPID: bool = False,
    ) -> None:
        if not address or "\0" in address:
            raise ValueError("a socket needs a path")
        path = Path(address).absolute()
        if path in self._held:
            raise _TwiceError(f"the socket {address}")
        self._held.add(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
            try:
                trial.connect(address)
            except OSError as error:
                if error.errno is None:  # the path is too long, and the error a mere sentence
                    raise ValueError(str(error)) from error
            else:
                raise OSError(errno.EADDRINUSE, "somebody listens on that socket")
        # Nobody listens there. The socket of a server that was killed has a lock beside it; it is
        # Twisted's to mend.
        is_mended = wantPID and Path(f"{path}.lock").is_symlink() and path.is_socket()
        if path.exists() and not is_mended:
            raise OSError(errno.EEXIST, "something is there already; remove it, or choose another")
        if not os.access(path.parent, os.W_OK):
            raise OSError(errno.ENOENT, "no folder to make a socket in")

    def adoptStreamPort(self, number: int, family: int, factory: object) -> None:
        socket.fromfd(number, family, socket.SOCK_STREAM).close()  # fails if it is no socket
        held = ("adopted", number)
        if held in self._held:
            raise _TwiceError("one socket of the system's")
        self._held.add(held)
        raise _AdoptedError
