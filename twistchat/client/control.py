"""A connection to the control socket of a server on this machine: requests out, answers in.

It blocks: whoever controls a server asks one thing after the other.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT = "twistchat.ctl"
"""Where the socket is, in the folder in which the server runs."""

NOBODY = 3
"""The exit code where there is no server, or where it does not obey this user."""

MOST = 16 * 1024 * 1024
"""Bytes of one answer: more is no answer of this server's."""

Answer = dict[str, Any]


class NoServerError(Exception):
    """There is no server to control; the text says why, and what to do."""


class Connection:
    """One connection, over which one thing is asked after the other."""

    def __init__(self, path: str) -> None:
        """Connect.

        Raises:
            NoServerError: that is not possible.
        """
        self._rest = b""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _explained(path):
            self._socket.connect(_short(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def ask(
        self, command: str, *, is_json: bool = False, secret: str | None = None
    ) -> Iterator[Answer]:
        """Ask something, and hand on the answers as they come; the last has `end`.

        Raises:
            NoServerError: the server ended in the middle.
        """
        request = {"command": command, "json": is_json, "secret": secret}
        # Before it reads anything a server that refuses this user has said so, and has hung up.
        self._send(json.dumps(request).encode() + b"\n")
        return self._answers()

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # what it said before that tells more
        except OSError as error:
            raise NoServerError(f"the connection to the server broke: {error.strerror}") from error

    def _answers(self) -> Iterator[Answer]:
        while True:
            answer = self._answer()
            yield answer
            if "end" in answer:
                return

    def _answer(self) -> Answer:
        while b"\n" not in self._rest:
            try:
                data = self._socket.recv(65536)
            except ConnectionResetError:
                data = b""
            except OSError as error:
                words = f"the connection to the server broke: {error.strerror}"
                raise NoServerError(words) from error
            if not data:
                raise NoServerError("the server has ended")
            self._rest += data
            if len(self._rest) > MOST:
                raise NoServerError("that is no control socket: it says far too much")
        line, _, self._rest = self._rest.partition(b"\n")
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise NoServerError("that is no control socket: it does not answer as one")
        return answer


def _short(path: str) -> str:
    """Write a path as short as it can be: the system takes a hundred bytes for a socket's."""
    return min(path, os.path.relpath(path), key=lambda name: len(os.fsencode(name)))


@contextmanager
def _explained(path: str) -> Iterator[None]:
    """Say in a sentence why there is no connection."""
    elsewhere = "go to the folder of the server, or say where with --control PATH"
    try:
        yield
    except FileNotFoundError:
        raise NoServerError(f"there is no server at {path}: {elsewhere}") from None
    except ConnectionRefusedError:
        raise NoServerError(f"no server runs any more at {path}") from None
    except PermissionError:
        raise NoServerError(
            f"no right to {path}: be the user who runs the server, or root"
        ) from None
    except OSError as error:
        why = error.strerror or error  # a mere sentence, where the path is too long
        raise NoServerError(f"cannot connect to {path}: {why}") from None
    except ValueError as error:  # a NUL in it
        raise NoServerError(f"cannot connect to {path!r}: {error}") from None
