"""How many connections one address may have, and how fast they may come."""

from __future__ import annotations

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.ssl import CertificateOptions
from twisted.internet.task import Clock
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.trial.unittest import SynchronousTestCase

from twistchat.assembly import assemble
from twistchat.core.events import Refusal
from twistchat.core.limits import Limits
from twistchat.frontends.callers import REMEMBERED, Callers, network_of
from twistchat.frontends.line.protocol import ChatFactory, ChatProtocol
from twistchat.frontends.registry import TOLD_AT_ONCE
from twistchat.testing import Wire


class NetworkTests(SynchronousTestCase):
    def test_private_and_public(self) -> None:
        for address, expected in {
            "192.168.1.5": ("192.168.1.5", True),
            "10.0.0.1": ("10.0.0.1", True),
            "172.16.3.4": ("172.16.3.4", True),
            "127.0.0.1": ("127.0.0.1", True),
            "100.64.1.1": ("100.64.1.1", True),
            "8.8.8.8": ("8.8.8.8", False),
            "local": ("local", True),
            "2a00:1450:4001:82a::200e": ("2a00:1450:4001:82a::/64", False),
            "2a00:1450:4001:82a:ffff::1": ("2a00:1450:4001:82a::/64", False),
            "fd00::7": ("fd00::/64", True),
            "fe80::1": ("fe80::/64", True),
            "::1": ("::/64", True),
        }.items():
            self.assertEqual(network_of(address), expected, address)

    def test_the_servers_own_network_is_a_private_one(self) -> None:
        self.assertEqual(
            network_of("2a00:1450:4001:82a::7", "2a00:1450:4001:82a::1"),
            ("2a00:1450:4001:82a::/64", True),
        )
        self.assertFalse(network_of("2a00:1450:4001:82a::7", "2a00:1450:4001:82b::1")[1])
        self.assertFalse(network_of("2a00:1450:4001:82a::7", "not an address")[1])


class CallersTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.limits = Limits(per_address=2, per_private_address=3, connects=4, connects_private=6)
        self.callers = Callers(self.clock, self.limits)

    def admit(self, address: str) -> str | None:
        bitten = self.callers.admit(address, "192.168.1.1")
        return bitten.refused.code if bitten else None

    def test_so_many_at_once(self) -> None:
        self.assertEqual(
            [self.admit("8.8.8.8") for _ in range(3)], [None, None, Refusal.ADDRESS_FULL]
        )
        self.assertEqual([self.admit("10.0.0.1") for _ in range(3)], [None] * 3)
        self.assertEqual(self.admit("10.0.0.1"), Refusal.ADDRESS_FULL)
        self.assertEqual(self.admit("8.8.4.4"), None)  # another address
        self.callers.gone("8.8.8.8", "192.168.1.1")
        self.assertEqual(self.admit("8.8.8.8"), None)

    def test_an_ipv6_network_is_one_address(self) -> None:
        self.assertEqual(
            [self.admit(f"2a00:1450::{number}") for number in range(3)],
            [None, None, Refusal.ADDRESS_FULL],
        )
        self.assertEqual(self.admit("2a00:1451::1"), None)

    def test_so_many_a_minute(self) -> None:
        for _ in range(4):
            self.assertEqual(self.admit("8.8.8.8"), None)
            self.callers.gone("8.8.8.8", "192.168.1.1")
        bitten = self.callers.admit("8.8.8.8", "192.168.1.1")
        assert bitten is not None
        self.assertEqual(bitten.limit, "connects")
        refused = bitten.refused
        self.assertEqual((refused.code, refused.hint), (Refusal.ADDRESS_FAST, "15"))
        self.clock.advance(15)
        self.assertEqual(self.admit("8.8.8.8"), None)

    def test_memory_is_bounded_and_who_is_connected_is_kept(self) -> None:
        self.admit("8.8.8.8")
        for number in range(50):  # who stay for long
            self.admit(f"8.8.7.{number}")
        for number in range(REMEMBERED + 100):
            address = f"9.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            self.assertEqual(self.admit(address), None)
            self.callers.gone(address, "192.168.1.1")
        self.assertLess(len(self.callers._networks), REMEMBERED + 10)
        self.assertEqual(self.admit("8.8.8.8"), None)
        self.assertEqual(self.admit("8.8.8.8"), Refusal.ADDRESS_FULL)


class ConnectionsTests(SynchronousTestCase):
    """The same, seen by those who connect."""

    def setUp(self) -> None:
        self.clock = Clock()
        limits = Limits(per_address=2, connects=3, clients=5, per_private_address=4)
        self.registry = assemble(self.clock, limits=limits).registry
        # Two ways in share the caps.
        self.factories = [ChatFactory(self.registry), ChatFactory(self.registry)]
        self.protocols: dict[Wire, ChatProtocol] = {}

    def call(self, address: object, way: int = 0) -> Wire:
        protocol, wire = self.factories[way].buildProtocol(None), Wire(peerAddress=address)
        protocol.makeConnection(wire)
        self.protocols[wire] = protocol
        self.clock.advance(self.registry.limits.greeting)  # who is silent so long is taken in
        return wire

    def test_who_comes_too_often_is_told(self) -> None:
        here = IPv4Address("TCP", "8.8.8.8", 4000)
        mapped = IPv6Address("TCP", "::ffff:8.8.8.8", 4001)
        first = self.call(here)
        self.assertFalse(first.disconnecting)
        self.assertFalse(self.call(mapped, way=1).disconnecting)
        third = self.call(here)
        self.assertEqual(
            third.value(),
            b"-- Sorry, 2 connections from your address are open already. "
            b"Close one, or come later.\n",
        )
        self.assertTrue(third.disconnecting)
        self.protocols[first].connectionLost()
        self.assertFalse(self.call(here).disconnecting)
        self.clock.advance(1)

    def test_everybody_is_counted(self) -> None:
        for number in range(5):
            address = IPv4Address("TCP", f"10.0.0.{number}", 4000)
            self.assertFalse(self.call(address, number % 2).disconnecting)
        full = self.call(IPv4Address("TCP", "10.0.0.9", 4000))
        self.assertIn(b"-- Sorry, this chat is full (5 are here).", full.value())

    def test_who_is_turned_away_counts_until_the_connection_is_closed(self) -> None:
        here = IPv4Address("TCP", "8.8.8.8", 4000)
        calls = [self.call(here) for _ in range(4)]
        self.assertEqual(len(self.registry.sessions), 4)
        for wire in calls[2:]:
            self.protocols[wire].connectionLost()
        self.assertEqual(len(self.registry.sessions), 2)

    def test_a_tls_connection_that_is_turned_away_is_closed(self) -> None:
        limits = Limits(per_private_address=1, farewell=5.0)
        factory = TLSMemoryBIOFactory(
            CertificateOptions(), False, ChatFactory(assemble(self.clock, limits=limits).registry)
        )
        wires = []
        for _ in range(2):  # neither ever begins its handshake
            wire = Wire(peerAddress=IPv4Address("TCP", "10.0.0.1", 4000))
            factory.buildProtocol(None).makeConnection(wire)
            wires.append(wire)
            self.clock.advance(0.3)
        self.clock.advance(5)
        self.assertEqual([wire.is_aborted for wire in wires], [False, True])
        self.clock.advance(60)
        self.clock.advance(5)
        self.assertEqual([wire.is_aborted for wire in wires], [True, True])

    def test_a_flood_of_those_is_closed_without_a_word(self) -> None:
        here = IPv4Address("TCP", "8.8.8.8", 4000)
        wires = [self.call(here) for _ in range(2 + TOLD_AT_ONCE + 3)]
        self.assertTrue(all(wire.value() for wire in wires[2:-3]))
        self.assertTrue(all(wire.is_aborted for wire in wires[-3:]))

    def test_unix_sockets_count_as_one_private_address(self) -> None:
        wires = [self.call(UNIXAddress(b"")) for _ in range(5)]
        self.assertEqual([wire.disconnecting for wire in wires], [False] * 4 + [True])
