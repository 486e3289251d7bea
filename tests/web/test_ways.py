"""How else one joins, as far as it is true."""

from __future__ import annotations

import re
from html import unescape

from twisted.internet.address import IPv4Address, UNIXAddress

from tests.web.kit import ServedTestCase
from twistchat.frontends.web.origins import read_origin
from twistchat.frontends.web.place import Base, Way, WebPlace

EVERYWHERE = "0.0.0.0"
HERE = IPv4Address("TCP", "192.0.2.1", 8080)


class WaysTests(ServedTestCase):
    def ways(self, *doors: Way, host: str | None = "chat.example:8080", own: object = HERE,
             base: Base | None = None, **headers: str) -> list[str]:  # fmt: skip
        """What is said on the page at a port for browsers alone, beside these doors."""
        self.serve(WebPlace(base or Base(), doors=lambda: doors))
        text = self.ask(host=host, own=own, **headers).text  # type: ignore[arg-type]
        found = [unescape(way) for way in re.findall(r"<code>(.*?)</code>", text)]
        self.assertEqual(not found, "switch JavaScript on" in text)
        self.assertEqual(bool(found), "whatever you have" in text)
        return found

    def test_no_other_door(self) -> None:
        self.assertEqual(self.ways(), [])
        self.assertEqual(self.ways(Way("web", EVERYWHERE, 8080)), [])
        self.assertEqual(self.ways(Way("json", EVERYWHERE, 9000)), [])

    def test_a_door_for_everybody(self) -> None:
        ways = self.ways(Way("web", EVERYWHERE, 8080), Way("any", EVERYWHERE, 8000))
        self.assertEqual(
            ways,
            [
                "nc chat.example 8000",
                "telnet chat.example 8000",
                "twistchat connect chat.example:8000",
                "irc://chat.example:8000",
            ],
        )

    def test_doors_for_one_kind(self) -> None:
        self.assertEqual(
            self.ways(Way("line", EVERYWHERE, 9000))[::2],
            ["nc chat.example 9000", "twistchat connect chat.example:9000"],
        )
        self.assertEqual(self.ways(Way("irc", EVERYWHERE, 6667)), ["irc://chat.example:6667"])

    def test_doors_of_tls(self) -> None:
        door = Way("irc", EVERYWHERE, 6697, is_plain=False, is_encrypted=True)
        self.assertEqual(self.ways(door), ["ircs://chat.example:6697"])
        door = Way("any", EVERYWHERE, 8000, is_encrypted=True)
        self.assertEqual(
            self.ways(door)[4:],
            [
                "twistchat connect tls:chat.example:8000",
                "openssl s_client -quiet -connect chat.example:8000",
                "ircs://chat.example:8000",
            ],
        )

    def test_doors_for_this_machine_alone(self) -> None:
        for host in ("127.0.0.1", "::1"):
            door = Way("any", host, 8000)
            self.assertEqual(self.ways(door), [])
            loopback = IPv4Address("TCP", "127.0.0.1", 8080)
            self.assertEqual(len(self.ways(door, own=loopback)), 4)
            self.assertEqual(self.ways(door, own=loopback, X_Forwarded_For="192.0.2.7"), [])

    def test_a_port_that_is_passed_on_to_ours(self) -> None:
        door = Way("any", EVERYWHERE, 8080)
        self.assertIn("nc chat.example 80", self.ways(door, host="chat.example:80"))
        self.assertIn("nc chat.example 8080", self.ways(door, host="chat.example"))
        for header in ("X_Forwarded_For", "Forwarded", "Via", "X_Forwarded_Host"):
            ways = self.ways(door, host="chat.example:443", base=None, **{header: "x"})
            self.assertIn("nc chat.example 8080", ways)

    def test_where_the_operator_says_that_people_reach_it(self) -> None:
        base = Base(read_origin("https://school.example"), "/talk/")
        door = Way("any", EVERYWHERE, 8000)
        for host in ("chat.example:8080", "127.0.0.1:8000", None, "<x>"):
            self.assertIn("nc school.example 8000", self.ways(door, host=host, base=base))
        loopback = Way("any", "127.0.0.1", 8000)
        own = IPv4Address("TCP", "127.0.0.1", 8000)
        self.assertEqual(self.ways(loopback, base=base, own=own), [])

    def test_through_a_unix_socket(self) -> None:
        own, door = UNIXAddress(b"/run/web.sock"), Way("any", EVERYWHERE, 8000)
        self.assertIn("nc chat.example 8000", self.ways(door, own=own, X_Forwarded_For="x"))
        self.assertEqual(self.ways(door, own=own), [])
