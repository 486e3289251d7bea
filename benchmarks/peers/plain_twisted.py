"""The chat of Twisted's own tutorials: a LineReceiver, and a loop of sendLine over the clients.

plain_twisted.py PORT [privateKey=FILE certKey=FILE]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from twisted.internet import protocol, reactor
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import ITCPTransport
from twisted.protocols.basic import LineReceiver

if TYPE_CHECKING:
    from twisted.python.failure import Failure


class Chat(LineReceiver):
    """One client."""

    delimiter = b"\n"

    def __init__(self, clients: list[Chat]) -> None:
        self.clients = clients
        self.name = b""

    def connectionMade(self) -> None:
        """Ask for a name."""
        ITCPTransport(self.transport).setTcpNoDelay(True)
        self.sendLine(b"What is your name?")

    def lineReceived(self, line: bytes) -> None:
        """Take the name, and then pass on what is said."""
        line = line.rstrip(b"\r")
        if self.name:
            self.broadcast(b"<" + self.name + b"> " + line)
            return
        self.name = line
        self.sendLine(b"Welcome, " + line + b"!")
        self.clients.append(self)
        self.broadcast(line + b" joined.")

    def connectionLost(self, reason: Failure = protocol.connectionDone) -> None:
        """Tell the others."""
        if self in self.clients:
            self.clients.remove(self)
            self.broadcast(self.name + b" left.")

    def broadcast(self, line: bytes) -> None:
        """Send a line to everybody."""
        for client in self.clients:
            client.sendLine(line)


class ChatFactory(protocol.Factory):
    """Makes a `Chat` for each who connects."""

    def __init__(self) -> None:
        self.clients: list[Chat] = []

    def buildProtocol(self, address: object) -> Chat:
        """Give each the list of all."""
        return Chat(self.clients)


def main() -> None:
    """Listen at the port that is given, with TLS if there are a key and a certificate."""
    port, *files = sys.argv[1:]
    kind = "ssl" if files else "tcp"
    where = ":".join((kind, port, *files, "backlog=128", "interface=127.0.0.1"))
    endpoint = serverFromString(reactor, where)
    endpoint.listen(ChatFactory())
    reactor.run()


if __name__ == "__main__":
    main()
