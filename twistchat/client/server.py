"""The side of a server that speaks no JSON: a line at a time, as to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.interfaces import IConsumer, IPushProducer
from twisted.internet.protocol import connectionDone
from twisted.protocols.basic import LineReceiver

from twistchat.core.text import clean
from twistchat.host.keepalive import keep_alive

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twistchat.client.conversation import Conversation
    from twistchat.client.keyboard import Keyboard

CHUNK = 4096

KEEPALIVE = 30
"""Seconds of silence after which the server is probed."""


class ServerProtocol(LineReceiver):
    """One connection to a server."""

    delimiter = b"\n"
    MAX_LENGTH = 1024 * 1024

    def __init__(self, conversation: Conversation, keyboard: Keyboard) -> None:
        self._conversation = conversation
        self._keyboard = keyboard

    def connectionMade(self) -> None:
        """Begin the conversation, or go on with it."""
        assert self.transport is not None
        keep_alive(self.transport, silence=KEEPALIVE, dead=2 * KEEPALIVE)
        # A pipe is read no faster than the server takes it.
        IConsumer(self.transport).registerProducer(self._keyboard, True)
        self._keyboard.print_from(IPushProducer(self.transport))
        self._conversation.connected(self)

    def dataReceived(self, data: bytes) -> None:
        """Take in bytes, little at once: LineReceiver copies its buffer for each line in it."""
        for start in range(0, len(data) or 1, CHUNK):
            LineReceiver.dataReceived(self, data[start : start + CHUNK])

    def lineReceived(self, line: bytes) -> None:
        """Take in a line, made harmless for the terminal."""
        self._conversation.heard(clean(line.removesuffix(b"\r").decode(errors="replace")))

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Tell the conversation."""
        self._keyboard.print_from(None)
        self._conversation.lost()

    def send(self, line: str) -> None:
        """Send a line."""
        assert self.transport is not None
        self.transport.write(line.encode() + b"\n")
