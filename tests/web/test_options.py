"""What `twistd chat` takes about the page."""

from __future__ import annotations

from twisted.internet.testing import MemoryReactorClock

from tests.test_options import OptionsTestCase
from twistchat.frontends.web.origins import read_origin
from twistchat.frontends.web.place import Base, Way, WebPlace
from twistchat.service import ChatService


class WebOptionsTests(OptionsTestCase):
    def test_nothing(self) -> None:
        self.assertEqual(self.parse().web, WebPlace())

    def test_whose_pages(self) -> None:
        arguments = ("--web-origin", "https://school.example", "--web-origin", "http://[::1]:80/")
        file = 'web-origin = ["https://school.example", "http://[::1]:80/"]'
        for options in (self.parse(*arguments), self.parse(file=file)):
            found = {str(origin) for origin in options.web.origins}
            self.assertEqual(found, {"https://school.example", "http://[::1]"})
            self.assertTrue(options.web.allows("https://school.example", "chat.example"))
            self.assertFalse(options.web.is_any_origin)

    def test_anybodys_pages(self) -> None:
        web = self.parse("--web-origin", "*").web
        self.assertTrue(web.is_any_origin)
        self.assertTrue(web.allows("https://anywhere.example", "chat.example"))

    def test_mistakes_about_pages(self) -> None:
        for text in ("school.example", "https://school.example/page", "null", "", "file://x"):
            self.assertEqual(
                self.error("--web-origin", text),
                f"--web-origin: {text!r} is no origin: give whose pages they are as"
                " https://school.example, or * for any",
            )
        self.assertIn("chat.toml, line 2: web-origin: 'x'", self.error(file='\nweb-origin = ["x"]'))
        self.assertIn("web-origin takes a list of texts", self.error(file='web-origin = "x"'))

    def test_where_the_page_is(self) -> None:
        school = read_origin("https://school.example:8443")
        for text, base in (
            ("https://school.example:8443/talk/", Base(school, "/talk/")),
            ("https://school.example:8443/talk", Base(school, "/talk/")),
            ("https://school.example:8443", Base(school, "/")),
            ("https://school.example:8443/", Base(school, "/")),
            ("/talk", Base(None, "/talk/")),
            ("/a/b-c_d.e~f/", Base(None, "/a/b-c_d.e~f/")),
            ("/", Base(None, "/")),
        ):
            self.assertEqual(self.parse("--web-base", text).web.base, base)
            self.assertEqual(self.parse(file=f"web-base = '{text}'").web.base, base)
            self.assertTrue(str(base).endswith("/"))

    def test_mistakes_about_where_it_is(self) -> None:
        for text in (
            "talk", "", "school.example/talk", "ftp://x/", "https:///talk", "https://x/a b",
            "https://x/a//b", "/../x", "/a/.", "/a?b", "/a#b", "https://x/%61", "//", "//evil/",
            "https://x:99999/", "https://me@x/", "https://x//", "/a/./b/",
        ):  # fmt: skip
            self.assertEqual(
                self.error("--web-base", text),
                f"--web-base: {text!r} is no address of a page: give where people reach the page,"
                " as https://chat.example/talk/ or /talk/",
            )

    def test_proxies(self) -> None:
        arguments = [word for each in ("127.0.0.1", "10.0.0.0/8", "fd00::/8", "unix")
                     for word in ("--web-proxy", each)]  # fmt: skip
        file = 'web-proxy = ["127.0.0.1", "10.0.0.0/8", "fd00::/8", "unix"]'
        for options in (self.parse(*arguments), self.parse(file=file)):
            for address in ("127.0.0.1", "10.1.2.3", "fd12::1", "local"):
                self.assertTrue(options.web.proxies.has(address), address)
            for address in ("127.0.0.2", "192.0.2.7", "::1"):
                self.assertFalse(options.web.proxies.has(address), address)

    def test_mistakes_about_proxies(self) -> None:
        self.assertEqual(
            self.error("--web-proxy", "10.0.0.1/8"),
            "--web-proxy: '10.0.0.1/8' is no network: did you mean 10.0.0.0/8?",
        )
        for text in ("nginx", "", "10.0.0", "*", "10.0.0.0/33"):
            self.assertEqual(
                self.error("--web-proxy", text),
                f"--web-proxy: {text!r} is no proxy: give an address, a network such as"
                " 10.0.0.0/8, or unix",
            )

    def test_they_need_a_restart(self) -> None:
        fixed = self.parse("--web-base", "/talk/").settings.fixed
        self.assertEqual(fixed["web-base"], "/talk/")
        self.assertLessEqual({"web-origin", "web-proxy"}, set(fixed))

    def test_a_port_for_browsers(self) -> None:
        ((place, _),) = self.parse("--port", "web=8080").listen
        self.assertEqual(place.kind, "web")


class DoorsTests(OptionsTestCase):
    def test_what_the_page_knows_of_the_other_doors(self) -> None:
        reactor = MemoryReactorClock()
        places = [
            "tcp:8000", "irc=ssl:6697:interface=127.0.0.1", "web=tcp:8080", "unix:/run/x",
            "haproxy:tcp:9000",
        ]  # fmt: skip
        places.pop(1)  # needs a certificate
        service = ChatService(reactor, listen=places, web=WebPlace(Base(None, "/talk/")))
        self.assertEqual(list(service._ways()), [])
        service.privilegedStartService()
        self.assertEqual(
            list(service._ways()), [Way("any", "0.0.0.0", 8000), Way("web", "0.0.0.0", 8080)]
        )
