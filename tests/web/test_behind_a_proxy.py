"""Who comes through a proxy is counted and limited by their own address."""

from __future__ import annotations

from typing import ClassVar, cast

from twisted.internet.address import IPv4Address

from tests.web.browsers import REQUEST, Browser
from twistchat.core.limits import Limits
from twistchat.frontends.jsonlines.format import JSON
from twistchat.frontends.web.forwarded import Proxies
from twistchat.frontends.web.place import WebPlace
from twistchat.frontends.web.site import WebFactory
from twistchat.testing import ChatTestCase, FrontEnd

PLACE = WebPlace(proxies=Proxies.of(["10.0.0.5"]))
PROXY = IPv4Address("TCP", "10.0.0.5", 4000)
SOMEBODY = IPv4Address("TCP", "9.9.9.9", 4000)


class Visitor(Browser):
    """A browser that has said nothing yet."""

    request = b""

    def asks_as(self, forwarded: bytes, peer: IPv4Address = PROXY) -> None:
        self.wire.peerAddr = peer
        self.sends_bytes(REQUEST[:-2] + b"X-Forwarded-For: " + forwarded + b"\r\n\r\n")


FRONT_END = FrontEnd(
    cast("type", lambda registry: WebFactory(registry, told=JSON, place=PLACE)), Visitor
)


class BehindAProxyTests(ChatTestCase):
    front_end: ClassVar[FrontEnd] = FRONT_END
    limits = Limits(per_address=1)

    def visit(self, forwarded: bytes, peer: IPv4Address = PROXY) -> str:
        """Come through a proxy; return the first kind of line that is answered."""
        visitor = self.connect(speaks_first=True)
        assert isinstance(visitor, Visitor)
        visitor.asks_as(forwarded, peer)
        self.turn()
        lines = visitor.reads()
        return "error" if any(b'"error"' in line for line in lines) else "hello"

    def test_each_address_has_its_own_limit(self) -> None:
        self.assertEqual(self.visit(b"1.2.3.1"), "hello")
        self.assertEqual(self.visit(b"1.2.3.2"), "hello")
        self.assertEqual(self.visit(b"1.2.3.1"), "error")
        self.assertEqual(self.visit(b"1.2.3.9, 1.2.3.2"), "error")

    def test_whoever_is_no_proxy_has_that_of_their_own(self) -> None:
        self.assertEqual(self.visit(b"1.2.3.1", SOMEBODY), "hello")
        self.assertEqual(self.visit(b"1.2.3.2", SOMEBODY), "error")

    def test_who_is_where(self) -> None:
        self.visit(b"1.2.3.1")
        self.visit(b"1.2.3.2", SOMEBODY)
        found = [session.address for session in self.world.registry.sessions]
        self.assertEqual(found, ["1.2.3.1", "9.9.9.9"])
