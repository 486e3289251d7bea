"""Whose pages may open the socket."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twistchat.frontends.web.origins import Host, Origin, allows, read_host, read_origin

OURS = "chat.example:8000"


class OriginTests(SynchronousTestCase):
    def test_our_own_page(self) -> None:
        for origin, host in (
            ("http://chat.example:8000", OURS),
            ("http://CHAT.example:8000", "chat.EXAMPLE:8000"),
            ("https://chat.example:8000", OURS),  # a proxy speaks TLS
            ("http://chat.example", "chat.example"),
            ("http://chat.example", "chat.example:80"),
            ("http://chat.example:80", "chat.example"),
            ("https://chat.example", "chat.example"),
            ("https://chat.example", "chat.example:443"),
            ("http://192.0.2.7:8000", "192.0.2.7:8000"),
            ("http://[2001:db8::1]:8000", "[2001:DB8::1]:8000"),
            ("http://localhost:8000", "localhost:8000"),
        ):
            self.assertTrue(allows(origin, host), (origin, host))

    def test_the_pages_of_others(self) -> None:
        for origin in (
            "http://evil.example:8000", "http://chat.example", "http://chat.example:8001",
            "http://chat.example.evil.example:8000", "http://evil-chat.example:8000",
            "https://chat.example", "http://xchat.example:8000", "http://chat.example.:8000",
        ):  # fmt: skip
            self.assertFalse(allows(origin, OURS), origin)
        self.assertFalse(allows("http://chat.example:8000", "chat.example"))
        self.assertFalse(allows("https://chat.example:80", "chat.example"))

    def test_a_program_names_none(self) -> None:
        self.assertTrue(allows(None, OURS))
        self.assertTrue(allows(None, None))

    def test_what_is_no_page(self) -> None:
        for origin in (
            "", "null", "file://", "chrome-extension://abcdef", "chat.example:8000",
            "http://", "http://chat.example:8000/", "http://a@chat.example:8000",
            "http://chat.example:99999", "http://chat.example:0", "http://chat.example:",
            " http://chat.example:8000", "http://chat.example:8000 http://evil.example",
            "http://chat.example:8000\n", "http://chat.example:８000", "ftp://chat.example:8000",
        ):  # fmt: skip
            self.assertFalse(allows(origin, OURS), origin)

    def test_a_host_that_is_none(self) -> None:
        for host in (None, "", "chat example", "chat.example:", "x@chat.example", "a" * 254):
            self.assertFalse(allows("http://chat.example", host), host)

    def test_others_who_may(self) -> None:
        school = read_origin("https://school.example")
        assert school is not None
        for origin in ("https://school.example", "https://SCHOOL.example:443"):
            self.assertTrue(allows(origin, OURS, others=[school]))
            self.assertTrue(allows(origin, None, others=[school]))
        for origin in ("http://school.example", "https://school.example:8443", "null"):
            self.assertFalse(allows(origin, OURS, others=[school]))

    def test_anybody_may(self) -> None:
        for origin in ("https://evil.example", "null", None):
            self.assertTrue(allows(origin, OURS, is_any=True))
        self.assertFalse(allows("junk", OURS, is_any=True))

    def test_as_they_are_written(self) -> None:
        for text in ("http://x", "https://x:8443", "http://[::1]:8000"):
            self.assertEqual(str(read_origin(text)), text)
        self.assertEqual(str(read_origin("HTTPS://X:443")), "https://x")
        self.assertEqual(read_origin("http://x"), Origin("http", "x", 80))
        self.assertEqual(str(Host("x", 80)), "x:80")
        self.assertEqual(str(Host("x")), "x")

    @given(st.text(), st.text())
    def test_anything_at_all(self, origin: str, host: str) -> None:
        if allows(origin, host):
            self.assertIsNotNone(read_host(host))
