"""Tries a listening endpoint while an error can still be told in the terminal."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import Factory

if TYPE_CHECKING:
    from twisted.internet.interfaces import IReactorCore

ANY_PORT = "tcp6:{port}:interface=\\:\\:"
ANY_PORT_IPV4 = "tcp:{port}"


class CannotListenError(Exception):
    """The server could not listen there; the message is a sentence for the operator."""


def endpoint_of(port: str) -> str:
    """Turn `--port` into the description of an endpoint: a number means IPv4 and IPv6.

    Raises:
        ValueError: it is neither a port nor the description of an endpoint.
    """
    if not port.isdecimal():
        if ":" not in port:
            raise ValueError(f"{port!r} is no port: give a number from 0 to 65535")
        return port
    if int(port) > 65535:
        raise ValueError(f"{port} is no port: give a number from 0 to 65535")
    return (ANY_PORT if _has_ipv6() else ANY_PORT_IPV4).format(port=int(port))


def try_to_listen(reactor: IReactorCore, description: str) -> None:
    """Bind as the endpoint would, and let go again.

    Raises:
        CannotListenError: with the reason, and what to do.
    """
    try:
        endpoint = serverFromString(_BindOnly(reactor), description)
    except Exception as error:  # each kind of endpoint raises its own
        raise CannotListenError(_explain(error, description)) from error
    failures: list[BaseException] = []
    endpoint.listen(Factory()).addErrback(lambda failure: failures.append(failure.value))
    if failures:
        raise CannotListenError(_explain(failures[0], description))


def _explain(error: BaseException, description: str) -> str:
    number = getattr(error, "errno", None)
    where = description.split(":")[1] if description.startswith("tcp") else description
    if number == errno.EADDRINUSE:
        return f"port {where} is in use: stop what uses it, or choose another with --port"
    if number in (errno.EACCES, errno.EPERM):
        return f"no right to listen on {where}: ports below 1024 need root; choose another"
    if number == errno.EADDRNOTAVAIL:
        return f"cannot listen on {description!r}: this machine has no such address"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot listen on {description!r}: {error.strerror}"
    return f"cannot listen on {description!r}: {error}"


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as trial:
            trial.bind(("::", 0))
    except OSError:
        return False
    return True


class _BindOnly:
    """A reactor as far as endpoints need one, whose ports are bound and closed at once."""

    def __init__(self, reactor: IReactorCore) -> None:
        self._reactor = reactor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)

    def listenTCP(self, port: int, factory: object, backlog: int = 50, interface: str = "") -> None:
        family = socket.AF_INET6 if ":" in interface else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((interface, port))
            # With SO_REUSEADDR a taken port may be bound, but not listened on.
            trial.listen(1)

    def listenSSL(
        self,
        port: int,
        factory: object,
        contextFactory: object,
        backlog: int = 50,
        interface: str = "",
    ) -> None:
        self.listenTCP(port, factory, backlog, interface)

    def listenUNIX(self, address: str, *args: object, **kwargs: object) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
            try:
                trial.connect(address)
            except OSError:
                # Nobody listens there. What is left of an old socket is Twisted's to mend.
                if not os.access(Path(address).parent, os.W_OK):
                    raise OSError(errno.ENOENT, "no folder to make a socket in") from None
                return
        raise OSError(errno.EADDRINUSE, "somebody listens on that socket")

    def adoptStreamPort(self, *args: object) -> None:
        pass
