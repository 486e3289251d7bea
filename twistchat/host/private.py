"""A socket of this machine to which only its own user, or root, may talk.

It is made so that nobody else could ever have connected, and who is at the other end is asked of
the system, too: a mode may be changed by mistake, or a folder be shared.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet import tcp
from twisted.internet.interfaces import ISystemHandle

if TYPE_CHECKING:
    from twisted.internet.interfaces import ITransport
    from twisted.internet.protocol import Factory
    from twisted.python.failure import Failure

IS_POSSIBLE = hasattr(socket, "AF_UNIX") and sys.platform != "win32"
"""Whether this system has such sockets."""

if TYPE_CHECKING or IS_POSSIBLE:
    from twisted.internet import unix

MODE = 0o600
"""Reading and writing, for the owner alone."""

PEER = "3i"
"""What Linux tells of the other end (unix(7), SO_PEERCRED): its process, user and group."""

CONNECTS_IN = 1.0
"""Seconds in which a server that lives takes a connection."""


class CannotMakeError(Exception):
    """There can be no socket; the message is a sentence for the operator."""


class TakenError(CannotMakeError):
    """A server that runs has this socket."""


def check(path: Path) -> None:
    """See whether a socket could be made there, and change nothing.

    Raises:
        CannotMakeError: it could not; or (`TakenError`) another server has it.
    """
    if not IS_POSSIBLE:
        raise CannotMakeError("this system has no sockets with a path")
    if _is_left_over(path):
        return
    folder = path.parent
    if not folder.is_dir():
        raise CannotMakeError(f"there is no folder {folder} to make a socket in")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotMakeError(f"no right to make a socket in the folder {folder}")


def _is_left_over(path: Path) -> bool:
    """Whether the socket of a server that ended without a word is there; False: nothing is."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:  # a NUL in the name, or no folder on the way
        why = error.strerror if isinstance(error, OSError) else error
        raise CannotMakeError(f"cannot make the socket {path}: {why}") from error
    if not stat.S_ISSOCK(found.st_mode):
        raise CannotMakeError(f"{path} is there already, and is no socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
        trial.settimeout(CONNECTS_IN)
        try:
            trial.connect(_short(path))
        except ConnectionRefusedError:
            return True
        except FileNotFoundError:  # it went meanwhile
            return False
        except OSError as error:
            if error.errno is None:  # a mere sentence: the path is too long
                raise CannotMakeError(f"cannot make the socket {path}: {error}") from error
            if error.errno not in (errno.EAGAIN, errno.EWOULDBLOCK):
                raise CannotMakeError(f"cannot use the socket {path}: {error.strerror}") from error
        raise TakenError(f"another server has the socket {path}")


def _short(path: Path) -> str:
    """Write a path as short as it can be: the system takes a hundred bytes for a socket's."""
    return min(str(path), os.path.relpath(path), key=lambda name: len(os.fsencode(name)))


def listen(reactor: Any, path: Path, factory: Factory) -> PrivatePort:
    """Make the socket, in place of one that a server has left over, and listen.

    Raises:
        CannotMakeError: that was not possible.
    """
    if _is_left_over(path):
        path.unlink()
    port = PrivatePort(os.fsencode(_short(path)), factory, 50, MODE, reactor)
    # From its very beginning: between making it and changing its mode others could connect.
    before = os.umask(0o777 - MODE)
    try:
        port.startListening()
    except Exception as error:  # Twisted wraps what the system says
        why = getattr(getattr(error, "socketError", error), "strerror", None) or error
        raise CannotMakeError(f"cannot make the socket {path}: {why}") from error
    finally:
        os.umask(before)
    port.made = path.lstat()
    return port


def peer_user(transport: ITransport) -> int | None:
    """Tell which user is at the other end; None where the system does not say."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None or not ISystemHandle.providedBy(transport):
        return None
    handle: Any = transport.getHandle()
    said = handle.getsockopt(socket.SOL_SOCKET, option, struct.calcsize(PEER))
    _, user, _ = struct.unpack(PEER, said)
    return int(user)


def is_ours(transport: ITransport) -> bool:
    """Whether this user or root is at the other end, as far as the system says."""
    return peer_user(transport) in (os.geteuid(), 0, None)


if TYPE_CHECKING or IS_POSSIBLE:

    class PrivatePort(unix.Port):
        """Twisted's own, but for its end: it removes its socket only if it is still its own.

        Twisted's would fail, and never end, if somebody has removed that.
        """

        made: os.stat_result | None = None

        def connectionLost(self, reason: Failure) -> None:
            """Let go of everything. Called by the reactor."""
            path = Path(os.fsdecode(self._bindPath))
            if self.made is not None and _is_same(path, self.made):
                path.unlink(missing_ok=True)
            tcp.Port.connectionLost(self, reason)


def _is_same(path: Path, made: os.stat_result) -> bool:
    try:
        return os.path.samestat(path.lstat(), made)
    except OSError:
        return False
