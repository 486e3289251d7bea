"""A connection to a Redis that waits for each answer: for what looks at one, without a reactor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from twistchat.engine.redis.link import RefusedError

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from twistchat.engine.redis.link import Script, Word

_NOTHING = object()


def packed(words: Sequence[Word]) -> bytes:
    """Write a command as Redis reads it."""
    pieces = [b"*%d\r\n" % len(words)]
    for word in words:
        data = word if isinstance(word, bytes) else str(word).encode()
        pieces.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return b"".join(pieces)


_IN_SCRIPT = re.compile(r"@user_script: ?[0-9]+: -?(?:@user_script: [0-9]+: -?)?([A-Z]{3,}) ")
"""How Redis 6 tells what a command in a script was refused with; Redis 7 begins with it."""


def refused(text: str) -> RefusedError:
    """What an error of Redis's says: its first word is its code."""
    inside = _IN_SCRIPT.search(text)
    return RefusedError(inside[1] if inside else text.partition(" ")[0], text)


class BlockingConnection:
    """A socket with a Redis at its other end.

    What goes wrong with the socket is an `OSError`; what is no answer of a Redis, a `ValueError`.
    """

    def __init__(self, connected: socket.socket) -> None:
        import hiredis

        self._socket = connected
        self._reader = hiredis.Reader(
            notEnoughData=_NOTHING, protocolError=ValueError, replyError=refused
        )

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def ask(self, *words: Word) -> Any:
        """Let it do one command, and wait for the answer.

        Raises:
            RefusedError: it has answered with an error.
        """
        self.send(*words)
        answer = self.read()
        if isinstance(answer, RefusedError):
            raise answer
        return answer

    def ask_script(self, script: Script, keys: Sequence[Word], words: Sequence[Word]) -> Any:
        """Let it run a script, which it may not know yet."""
        try:
            return self.ask("EVALSHA", script.sha, len(keys), *keys, *words)
        except RefusedError as error:
            if error.code != "NOSCRIPT":
                raise
        return self.ask("EVAL", script.text, len(keys), *keys, *words)

    def send(self, *words: Word) -> None:
        """Send a command, without waiting for its answer."""
        self._socket.sendall(packed(words))

    def read(self) -> Any:
        """Wait for whatever comes next; an error is returned like another answer."""
        while (answer := self._reader.gets()) is _NOTHING:
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionResetError("the connection was closed")
            self._reader.feed(data)
        return answer
