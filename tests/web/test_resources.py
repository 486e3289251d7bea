"""What is served, and how."""

from __future__ import annotations

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress

from tests.web.kit import SENT, ServedTestCase
from twistchat.frontends.registry import Greeting
from twistchat.frontends.web.forwarded import Proxies
from twistchat.frontends.web.origins import read_origin
from twistchat.frontends.web.place import Base, WebPlace


class PageTests(ServedTestCase):
    def test_the_page(self) -> None:
        answer = self.ask()
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["content-type"], "text/html; charset=utf-8")
        self.assertEqual(answer.headers["cache-control"], "no-cache")
        self.assertIn("<h1>Room 5</h1>", answer.text)
        self.assertIn(f'href="{self.base[1:]}all.css"', answer.text)
        self.assertNotIn("{", answer.text)

    def test_what_the_chat_is_called(self) -> None:
        self.registry.greeting = Greeting('<script>{ways}</script> & "五班"')
        text = self.ask().text
        self.assertIn("<h1>&lt;script&gt;{ways}&lt;/script&gt; &amp; &quot;五班&quot;</h1>", text)
        self.assertEqual(text.count("<dl>"), self.ask().text.count("<dl>"))

    def test_it_is_not_sent_twice(self) -> None:
        tag = self.ask().headers["etag"]
        for have in (tag, f'"x", {tag}', f"W/{tag}", "*"):
            again = self.ask(If_None_Match=have)
            self.assertEqual((again.status, again.body), (304, b""))
            self.assertEqual(again.headers["etag"], tag)
            self.assertIn("content-security-policy", again.headers)
        self.assertEqual(self.ask(If_None_Match='"x"').status, 200)
        self.registry.greeting = Greeting("Room 6")
        self.assertEqual(self.ask(If_None_Match=tag).status, 200)

    def test_compressed(self) -> None:
        plain = self.ask()
        for takes in ("gzip", "deflate, gzip;q=0.5, br", "*", "GZIP", "identity;q=0.1,x-gzip"):
            answer = self.ask(Accept_Encoding=takes)
            self.assertEqual(answer.headers["content-encoding"], "gzip", takes)
            self.assertEqual(answer.headers["vary"], "Accept-Encoding")
            self.assertEqual(answer.headers["content-length"], str(len(answer.body)))
            self.assertNotEqual(answer.headers["etag"], plain.headers["etag"])
            self.assertEqual(answer.text, plain.text)
        for takes in ("", "br", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "gzip;q=x", "gzip x"):
            answer = self.ask(Accept_Encoding=takes)
            self.assertNotIn("content-encoding", answer.headers, takes)
            self.assertEqual(answer.body, plain.body)

    def test_head(self) -> None:
        for path in ("/", f"{self.base}main.js", "/robots.txt", "/nothing"):
            whole = self.ask(path)
            head = self.ask(path, method="HEAD")
            self.assertEqual((head.status, head.headers, head.body), (
                whole.status, {**whole.headers, "date": head.headers["date"]}, b""
            ))  # fmt: skip
            self.assertEqual(head.headers["content-length"], str(len(whole.body)))

    def test_nothing_else_than_looking(self) -> None:
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "BREW"):
            for path in ("/", f"{self.base}main.js", "/nothing"):
                answer = self.ask(path, method=method)
                self.assertEqual(answer.status, 405)
                self.assertEqual(answer.headers["allow"], "GET, HEAD")

    def test_a_query_changes_nothing(self) -> None:
        self.assertEqual(self.ask("/?a=b").body, self.ask().body)


class FilesTests(ServedTestCase):
    def test_they_are_kept_for_good(self) -> None:
        for path, kind in (
            ("main.js", "text/javascript; charset=utf-8"),
            ("ui/late.js", "text/javascript; charset=utf-8"),
            ("all.css", "text/css; charset=utf-8"),
            ("icon.png", "image/png"),
            ("icon.svg", "image/svg+xml"),
            ("manifest.webmanifest", "application/manifest+json; charset=utf-8"),
        ):
            answer = self.ask(self.base + path)
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.body, SENT[path])
            self.assertEqual(answer.headers["content-type"], kind)
            self.assertEqual(answer.headers["cache-control"], "public, max-age=31536000, immutable")

    def test_compressed(self) -> None:
        answer = self.ask(f"{self.base}main.js", Accept_Encoding="gzip")
        self.assertEqual(answer.headers["content-encoding"], "gzip")
        self.assertEqual(answer.text.encode(), SENT["main.js"])
        again = self.ask(
            f"{self.base}main.js", Accept_Encoding="gzip", If_None_Match=answer.headers["etag"]
        )
        self.assertEqual(again.status, 304)
        self.assertNotIn(
            "content-encoding", self.ask(f"{self.base}icon.png", Accept_Encoding="gzip").headers
        )

    def test_those_of_another_version_are_not_there(self) -> None:
        answer = self.ask("/static/0123456789ab/main.js")
        self.assertEqual(answer.status, 404)
        self.assertEqual(answer.headers["cache-control"], "no-store")

    def test_what_changes_in_the_folder_meanwhile(self) -> None:
        (self.folder / "main.js").write_text("changed")
        (self.folder / "css" / "base.css").unlink()
        self.assertEqual(self.ask(f"{self.base}main.js").body, SENT["main.js"])
        self.assertEqual(self.ask(f"{self.base}all.css").body, SENT["all.css"])

    def test_what_is_not_there(self) -> None:
        for path in (
            "/static", "/static/", self.base, self.base[:-1], f"{self.base}index.html",
            f"{self.base}main.js/", f"{self.base}/main.js", f"{self.base}../main.js",
            f"{self.base}%2e%2e/resources.py", f"{self.base}..%2fassets.py", "/main.js",
            "/index.html", "//", "/../etc/passwd", f"{self.base}main.js%00", "/static/%ff/x",
            f"{self.base}%ff", "/wp-login.php", "/robots.txt/", "/.git/config",
        ):  # fmt: skip
            answer = self.ask(path)
            self.assertEqual(answer.status, 404, path)
            self.assertEqual(answer.headers["content-type"], "text/plain; charset=utf-8")
            self.assertEqual(
                answer.text, "There is nothing under that address. Join the chat as / says.\n"
            )

    def test_what_browsers_ask_for_by_themselves(self) -> None:
        for path in ("/favicon.ico", "/apple-touch-icon.png"):
            answer = self.ask(path)
            self.assertEqual((answer.status, answer.body), (200, SENT["icon.png"]))
            self.assertEqual(answer.headers["content-type"], "image/png")

    def test_nobody_is_to_list_us(self) -> None:
        self.assertEqual(self.ask("/robots.txt").text, "User-agent: *\nDisallow: /\n")


class HeadersTests(ServedTestCase):
    def policy(self, host: str | None = "chat.example:8000", path: str = "/") -> dict[str, str]:
        header = self.ask(path, host=host).headers["content-security-policy"]
        return dict(part.partition(" ")[::2] for part in header.split("; "))

    def test_with_every_answer(self) -> None:
        for path in ("/", "/nothing", "/robots.txt"):
            headers = self.ask(path).headers
            self.assertEqual(headers["x-content-type-options"], "nosniff")
            self.assertEqual(headers["referrer-policy"], "no-referrer")
            self.assertEqual(headers["cross-origin-resource-policy"], "same-origin")
            self.assertIn("camera=()", headers["permissions-policy"])
            self.assertEqual(self.policy(path=path)["default-src"], "'none'")
            for name in ("server", "set-cookie", "x-powered-by"):
                self.assertNotIn(name, headers)

    def test_with_every_file_there_is_less(self) -> None:
        headers = self.ask(f"{self.base}main.js", Accept_Encoding="gzip").headers
        self.assertEqual(headers["content-security-policy"], "default-src 'none'")
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertEqual(headers["cross-origin-resource-policy"], "same-origin")
        self.assertNotIn("server", headers)
        whole = sum(len(f"{name}: {value}\r\n") for name, value in headers.items())
        self.assertLess(whole, 450)

    def test_what_the_page_may(self) -> None:
        self.assertEqual(
            self.policy(),
            {
                "default-src": "'none'",
                "script-src": "'self'",
                "style-src": "'self'",
                "connect-src": "'self' ws://chat.example:8000 wss://chat.example:8000",
                "img-src": "'self' data:",
                "manifest-src": "'self'",
                "base-uri": "'none'",
                "form-action": "'none'",
                "frame-ancestors": "'none'",
                "require-trusted-types-for": "'script'",
            },
        )

    def test_what_cannot_be_named_in_a_policy(self) -> None:
        for host in (
            None, "", "x;script-src *", "a b", "*", "x, y", "[2001:db8::1]:80", "a_b", "x:99999",
            "x'y", "é", "x..y", ".x",
        ):  # fmt: skip
            self.assertEqual(self.policy(host)["connect-src"], "'self'", host)
            self.assertEqual(self.policy(host)["script-src"], "'self'", host)

    def test_windows_of_others_where_browsers_heed_it(self) -> None:
        name = "cross-origin-opener-policy"
        proxied = {"X_Forwarded_Proto": "https", "peer": IPv4Address("TCP", "127.0.0.1", 1)}
        self.assertNotIn(name, self.ask().headers)
        self.assertNotIn(name, self.ask(**proxied).headers)  # type: ignore[arg-type]
        self.serve(WebPlace(proxies=Proxies.of(["127.0.0.1"])))
        self.assertEqual(self.ask(**proxied).headers[name], "same-origin")  # type: ignore[arg-type]
        self.serve(WebPlace(Base(read_origin("https://chat.example"))))
        self.assertEqual(self.ask().headers[name], "same-origin")


class BaseTests(ServedTestCase):
    place = WebPlace(Base(read_origin("https://chat.example.org"), "/a/talk/"))

    def test_it_may_be_there_or_not(self) -> None:
        page = self.ask()
        self.assertEqual(page.status, 200)
        for prefix in ("", "/a/talk"):
            self.assertEqual(self.ask(f"{prefix}/").body, page.body)
            self.assertEqual(self.ask(f"{prefix}{self.base}main.js").body, SENT["main.js"])
            self.assertEqual(self.ask(f"{prefix}/nothing").status, 404)

    def test_what_is_put_beside_the_page(self) -> None:
        socket = self.site.resource.children[b"robots.txt"]
        self.site.resource.putChild(b"socket", socket)
        for path in ("/socket", "/a/talk/socket"):
            self.assertEqual(self.ask(path).status, 200)

    def test_without_the_last_slash(self) -> None:
        answer = self.ask("/a/talk")
        self.assertEqual(answer.status, 308)
        self.assertEqual(answer.headers["location"], "talk/")

    def test_what_is_above(self) -> None:
        for path in ("/a", "/a/", "/talk/", "/a/b/"):
            self.assertEqual(self.ask(path).status, 404)

    def test_it_says_where_the_socket_is(self) -> None:
        policy = self.ask(host="127.0.0.1:8000").headers["content-security-policy"]
        self.assertIn("connect-src 'self' ws://chat.example.org wss://chat.example.org;", policy)
        self.assertTrue(self.place.allows("https://chat.example.org", "127.0.0.1:8000"))
        self.assertFalse(self.place.allows("https://chat.example.com", "127.0.0.1:8000"))


class WaysTests(ServedTestCase):
    place = WebPlace(is_for_all=True)

    def test_by_the_name_that_the_browser_knows(self) -> None:
        for host, own, way in (
            ("chat.example:8000", None, "nc chat.example 8000"),
            ("[2001:db8::1]:23", None, "twistchat connect [2001:db8::1]:23"),
            ("[2001:db8::1]:23", None, "nc 2001:db8::1 23"),
            ("chat.example", IPv4Address("TCP", "192.0.2.7", 81), "nc chat.example 81"),
            (None, IPv4Address("TCP", "192.0.2.7", 81), "irc://192.0.2.7:81"),
            ("a b", IPv6Address("TCP", "::ffff:192.0.2.7", 81), "nc 192.0.2.7 81"),
            ("x", UNIXAddress(b"/run/chat.sock"), "nc -U, with the path of this socket"),
        ):
            self.assertIn(f"<code>{way}</code>", self.ask(host=host, own=own).text)

    def test_a_name_that_is_none(self) -> None:
        own = IPv4Address("TCP", "10.0.0.1", 12345)
        for host in ("<script>alert(1)</script>", "x\"onload='y", "x/y", "x:0", "user@x"):
            self.assertIn("<code>nc 10.0.0.1 12345</code>", self.ask(host=host, own=own).text)

    def test_tls(self) -> None:
        self.assertNotIn("tls:", self.ask().text)
        self.serve(WebPlace(is_for_all=True, is_encrypted=True))
        for way in (
            "twistchat connect tls:chat.example:8000",
            "openssl s_client -quiet -connect chat.example:8000",
            "ircs://chat.example:8000",
        ):
            self.assertIn(f"<code>{way}</code>", self.ask().text)

    def test_behind_a_proxy_its_port_is_for_browsers_alone(self) -> None:
        own = IPv4Address("TCP", "127.0.0.1", 8000)
        text = self.ask(host="chat.example:8443", own=own, X_Forwarded_For="192.0.2.7").text
        self.assertNotIn("8443", text)
        self.assertIn("There is no other way into it here", text)
