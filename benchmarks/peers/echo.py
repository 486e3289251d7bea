"""The least that Twisted can do with a line: send it back to whom it came from."""

from __future__ import annotations

import sys

from twisted.internet import protocol, reactor
from twisted.internet.endpoints import TCP4ServerEndpoint
from twisted.internet.interfaces import ITCPTransport
from twisted.protocols.basic import LineReceiver


class Echo(LineReceiver):
    """One client."""

    delimiter = b"\n"

    def connectionMade(self) -> None:
        """Wait for nothing before sending."""
        ITCPTransport(self.transport).setTcpNoDelay(True)

    def lineReceived(self, line: bytes) -> None:
        """Send it back."""
        self.sendLine(line)


def main() -> None:
    """Listen at the port that is given."""
    endpoint = TCP4ServerEndpoint(reactor, int(sys.argv[1]), backlog=128, interface="127.0.0.1")
    endpoint.listen(protocol.Factory.forProtocol(Echo))
    reactor.run()


if __name__ == "__main__":
    main()
