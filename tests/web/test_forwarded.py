"""Whose word about who is behind them is believed."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from twistchat.frontends.web.forwarded import Proxies, client_of, scheme_of
from twistchat.frontends.web.place import WebPlace

PROXIES = Proxies((ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("fd00::/8")))


def by_list(peer: str, *values: str, proxies: Proxies = PROXIES) -> str:
    return client_of(peer, proxies, x_forwarded_for=values, forwarded=())


def by_standard(peer: str, *values: str) -> str:
    return client_of(peer, PROXIES, x_forwarded_for=(), forwarded=values)


class ClientTests(SynchronousTestCase):
    def test_whoever_is_no_proxy_is_not_believed(self) -> None:
        for peer in ("192.0.2.7", "2001:db8::7", "local", "127.0.0.2"):
            self.assertEqual(by_list(peer, "198.51.100.1"), peer)
            self.assertEqual(by_standard(peer, "for=198.51.100.1"), peer)
        self.assertEqual(by_list("127.0.0.1", "198.51.100.1", proxies=Proxies()), "127.0.0.1")

    def test_one_proxy(self) -> None:
        self.assertEqual(by_list("127.0.0.1", "192.0.2.7"), "192.0.2.7")
        self.assertEqual(by_list("fd00::1", "2001:DB8::7"), "2001:db8::7")
        self.assertEqual(by_list("127.0.0.1"), "127.0.0.1")

    def test_what_the_client_has_written_itself(self) -> None:
        for values in (["198.51.100.1, 192.0.2.7"], ["198.51.100.1", "192.0.2.7"],
                       ["junk, ,,", "192.0.2.7"], ["10.0.0.1, 192.0.2.7"]):  # fmt: skip
            self.assertEqual(by_list("127.0.0.1", *values), "192.0.2.7")

    def test_several_proxies(self) -> None:
        self.assertEqual(by_list("127.0.0.1", "1.2.3.4, 192.0.2.7, 10.1.1.1"), "192.0.2.7")
        self.assertEqual(by_list("127.0.0.1", "10.2.2.2, 10.1.1.1"), "10.2.2.2")

    def test_what_nobody_knows(self) -> None:
        for value in ("unknown", "", "junk", "1.2.3.4.5", "_hidden", "fe80::1%eth0", "192.0.2.7;"):
            self.assertEqual(by_list("127.0.0.1", f"1.2.3.4, {value}"), "127.0.0.1", value)
        self.assertEqual(by_list("127.0.0.1", "1.2.3.4, unknown, 10.1.1.1"), "10.1.1.1")

    def test_with_ports(self) -> None:
        self.assertEqual(by_list("127.0.0.1", "192.0.2.7:4711"), "192.0.2.7")
        self.assertEqual(by_list("127.0.0.1", "[2001:db8::7]:4711"), "2001:db8::7")
        self.assertEqual(by_list("127.0.0.1", "[2001:db8::7]"), "2001:db8::7")

    def test_one_spelling(self) -> None:
        self.assertEqual(by_list("127.0.0.1", "::ffff:192.0.2.7"), "192.0.2.7")
        self.assertEqual(by_list("127.0.0.1", "2001:0db8:0:0::7"), "2001:db8::7")

    def test_a_unix_socket(self) -> None:
        local = Proxies(is_local=True)
        self.assertEqual(by_list("local", "192.0.2.7", proxies=local), "192.0.2.7")
        self.assertEqual(by_list("local", proxies=local), "local")
        self.assertEqual(by_list("127.0.0.1", "192.0.2.7", proxies=local), "127.0.0.1")
        self.assertEqual(by_list("local", "192.0.2.7, local", proxies=local), "local")

    def test_the_standard(self) -> None:
        for value in (
            "for=192.0.2.7", "For=192.0.2.7", "for=192.0.2.7;proto=https;by=10.0.0.1",
            'for="192.0.2.7:4711"', 'proto=http ; for="192.0.2.7"', "for=1.2.3.4, for=192.0.2.7",
            'for="1.2.3.4, for=5.6.7.8", for=192.0.2.7', 'for="1.2.3.4, for=192.0.2.7',
            "for=192.0.2.7, for=10.9.9.9",
        ):  # fmt: skip
            self.assertEqual(by_standard("127.0.0.1", value), "192.0.2.7", value)
        self.assertEqual(by_standard("127.0.0.1", 'for="[2001:db8::7]:47"'), "2001:db8::7")
        self.assertEqual(by_standard("127.0.0.1", "for=1.2.3.4", "for=192.0.2.7"), "192.0.2.7")

    def test_the_standard_where_it_says_nothing(self) -> None:
        for value in (
            "for=1.2.3.4, for=unknown", "for=1.2.3.4, proto=http", "for=1.2.3.4, ", "for",
            'for=1.2.3.4, for="', "for=1.2.3.4, junk", "for=1.2.3.4 x=y",
        ):  # fmt: skip
            self.assertEqual(by_standard("127.0.0.1", value), "127.0.0.1", value)

    def test_of_both_the_one_that_every_proxy_writes(self) -> None:
        found = client_of(
            "127.0.0.1", PROXIES, x_forwarded_for=["192.0.2.7"], forwarded=["for=1.2.3.4"]
        )
        self.assertEqual(found, "192.0.2.7")

    @given(st.lists(st.text()), st.booleans())
    def test_anything_at_all(self, values: list[str], is_standard: bool) -> None:
        found = by_standard("10.0.0.1", *values) if is_standard else by_list("10.0.0.1", *values)
        ip_address(found)

    @given(st.text(alphabet='for=proto"\\;, .:1[]x', max_size=60))
    def test_a_client_cannot_overwrite_what_is_behind(self, mine: str) -> None:
        self.assertEqual(by_list("127.0.0.1", mine, "192.0.2.7"), "192.0.2.7")
        self.assertEqual(by_standard("127.0.0.1", mine, "for=192.0.2.7"), "192.0.2.7")
        self.assertEqual(by_standard("127.0.0.1", f"{mine}, for=192.0.2.7"), "192.0.2.7")


class SchemeTests(SynchronousTestCase):
    def scheme(self, peer: str, listed: str = "", standard: str = "") -> str | None:
        return scheme_of(
            peer,
            PROXIES,
            x_forwarded_proto=[listed] if listed else [],
            forwarded=[standard] if standard else [],
        )

    def test_what_the_proxy_says(self) -> None:
        self.assertEqual(self.scheme("127.0.0.1", "https"), "https")
        self.assertEqual(self.scheme("127.0.0.1", "http, HTTPS"), "https")
        self.assertEqual(self.scheme("127.0.0.1", "", "for=x;proto=https"), "https")
        self.assertIsNone(self.scheme("127.0.0.1", "gopher"))
        self.assertIsNone(self.scheme("127.0.0.1"))

    def test_what_others_say(self) -> None:
        self.assertIsNone(self.scheme("192.0.2.7", "https", "proto=https"))


class PlaceTests(SynchronousTestCase):
    def test_headers(self) -> None:
        place = WebPlace(proxies=PROXIES)
        headers = Headers({"X-Forwarded-For": ["192.0.2.7"], "X-Forwarded-Proto": ["https"]})
        self.assertEqual(place.client_of("127.0.0.1", headers), "192.0.2.7")
        self.assertEqual(place.client_of("192.0.2.1", headers), "192.0.2.1")
        self.assertEqual(place.scheme_of("127.0.0.1", headers), "https")
        standard = Headers({"Forwarded": ["for=192.0.2.7;proto=https"]})
        self.assertEqual(place.client_of("127.0.0.1", standard), "192.0.2.7")
        self.assertEqual(place.scheme_of("127.0.0.1", standard), "https")
        self.assertEqual(WebPlace().client_of("127.0.0.1", headers), "127.0.0.1")
