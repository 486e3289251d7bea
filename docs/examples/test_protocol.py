"""Tests the protocol itself with Twisted's own StringTransport and Clock."""

from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from twistchat import ChatFactory
from twistchat.assembly import memory_chat


class HelloTests(SynchronousTestCase):
    def test_hello(self):
        clock = Clock()
        factory = ChatFactory(memory_chat(clock).registry)
        protocol, transport = factory.buildProtocol(None), StringTransport()
        protocol.makeConnection(transport)
        protocol.dataReceived(b"alice\nhello\n")
        clock.advance(0)  # what one turn of the reactor brings is told at its end
        self.assertIn(b"<alice> hello\n", transport.value())
