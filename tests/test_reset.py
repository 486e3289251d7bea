"""Connections that break while something is told over them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.sockets import Reactor, Socket, server_over
from twistchat.frontends.line.protocol import ChatFactory
from twistchat.testing import World


class ResetTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor = Reactor()
        self.world = World(clock=self.reactor)
        (self.alice,) = self.world.people("alice")
        protocol = ChatFactory(self.world.registry).buildProtocol(None)
        assert protocol is not None
        self.socket = Socket()
        protocol.makeConnection(server_over(self.socket, protocol, self.reactor))
        self._receives(b"bob\n")
        self.assertIn(b"-- bob joined.", self.socket.sent)
        self.alice.sees()

    def _receives(self, data: bytes) -> None:
        self.socket.received = [data]
        for _ in range(2):
            self.reactor.come()
            self.world.turn()

    def _breaks(self, error: OSError) -> None:
        """Let something be told when the other end has gone, and before the reactor notices."""
        self.socket.errors = [error, BrokenPipeError(32, "Broken pipe")]
        self.alice.types("hello")
        self.world.turn()
        self.assertEqual(self.alice.sees(), ["<alice> hello"])

    def test_a_reset_that_is_met_in_sending_is_no_end_of_input(self) -> None:
        # Its error is told once, to whoever calls first: to read then ends as if all was well.
        self._breaks(ConnectionResetError(104, "Connection reset by peer"))
        self._receives(b"")
        self.assertEqual(self.alice.sees(), ["-- bob left (connection lost)."])

    def test_what_was_said_before_a_reset_is_said(self) -> None:
        self._breaks(ConnectionResetError(104, "Connection reset by peer"))
        self._receives(b"bye\n")
        self.assertEqual(self.alice.sees(), ["<bob> bye", "-- bob left (connection lost)."])

    def test_who_has_closed_before_has_left(self) -> None:
        self._breaks(BrokenPipeError(32, "Broken pipe"))
        self._receives(b"")
        self.assertEqual(self.alice.sees(), ["-- bob left."])
