"""The page behind real proxies, as docs/web.md sets them up: TLS there, and a path in front.

Each is skipped where its program is missing; Debian has them as nginx, caddy and apache2.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import SkipTest
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from twisted.trial.unittest import SynchronousTestCase

from tests.certificates import write_pair
from tests.e2e.houses import House
from tests.e2e.programs import BIN, PATIENCE
from tests.e2e.sockets import Raw, frame, upgrade
from tests.folders import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from http.client import HTTPResponse

GUIDE = Path(__file__).parent.parent.parent / "docs" / "web.md"
TEXT = 1

AROUND_NGINX = """\
{user}
daemon off;
pid nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t;
    scgi_temp_path t;
    {block}
}}
"""

AROUND_CADDY = """\
{{
    admin off
    auto_https disable_redirects
}}
{block}
"""

AROUND_APACHE = """\
ServerRoot {folder}
PidFile httpd.pid
ErrorLog /dev/stderr
Listen {port}
{user}
{modules}
{block}
"""
MODULES = ("mpm_event", "authz_core", "alias", "ssl", "headers", "proxy", "proxy_http",
           "proxy_wstunnel", "socache_shmcb")  # fmt: skip


def block(language: str) -> str:
    """What the guide shows of a language."""
    found = re.search(rf"```{language}\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as trial:
        port: int = trial.getsockname()[1]
        return port


class ProxyTestCase(SynchronousTestCase):
    """A server behind a proxy, which is reached as https://localhost:PORT/talk/."""

    program = ""
    options: Sequence[str] = ("--web-proxy", "127.0.0.1")

    def setUp(self) -> None:
        found = shutil.which(self.program, path=f"{os.environ['PATH']}:/usr/sbin")
        if found is None:
            raise SkipTest(f"needs {self.program or 'a proxy'}")
        self.binary = Path(found)
        self.folder = temporary_folder(self)
        write_pair(self.folder)
        self.port = free_port()
        self.origin = f"https://localhost:{self.port}"
        house = ("--engine", "memory:", *self.options, "--web-base", f"{self.origin}/talk/")
        self.house = House(self.folder, *house)
        self.addCleanup(self.house.stop)
        self.start()

    def configuration(self) -> str:
        raise NotImplementedError  # each proxy has its own

    def command(self, path: Path) -> Sequence[str | Path]:
        raise NotImplementedError  # each proxy has its own

    def start(self) -> None:
        text = self.configuration()
        text = text.replace("/etc/letsencrypt/live/chat.example", str(self.folder))
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{self.house.port}")
        path = self.folder / "proxy.conf"
        path.write_text(text, "utf-8")
        environment = {**os.environ, "HOME": str(self.folder)}
        with (self.folder / "proxy.log").open("wb") as log:
            proxy = subprocess.Popen(
                self.command(path), cwd=self.folder, env=environment, stdout=log, stderr=log
            )
        self.addCleanup(proxy.wait, PATIENCE)
        self.addCleanup(proxy.terminate)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                log_text = (self.folder / "proxy.log").read_text(errors="replace")
                assert proxy.poll() is None, log_text
                assert time.monotonic() < until, log_text
                time.sleep(0.05)  # a program of others, which says nothing when it listens
            else:
                return

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))

    def get(self, path: str, **headers: str) -> HTTPResponse:
        request = Request(self.origin + path, headers=headers)
        answer: HTTPResponse = urlopen(request, context=self.tls, timeout=PATIENCE)
        return answer

    def call(self, path: str, source: str = "127.0.0.1", **headers: str) -> Raw:
        raw = Raw(self.port, source)
        raw.socket = self.tls.wrap_socket(raw.socket, server_hostname="localhost")
        asked = upgrade(self.port, Host=f"localhost:{self.port}", **headers)
        raw.sends(asked.replace(b"GET /socket ", f"GET {path} ".encode()))
        return raw

    def ctl(self, *words: str) -> str:
        asked = [str(BIN / "twistchat"), "ctl", *words]
        done = subprocess.run(asked, cwd=self.folder, capture_output=True, text=True, check=True)
        said: str = done.stdout
        return said

    def addresses(self) -> dict[str, str]:
        """Where everybody comes from, as the operator sees it."""
        return {each["name"]: each["address"] for each in json.loads(self.ctl("--json", "who"))}

    def comes_in(self, raw: Raw, name: str) -> None:
        assert raw.status() == 101
        hello = {"type": "hello", "name": name}
        raw.sends(frame(TEXT, json.dumps(hello).encode()))
        while not any(line["type"] == "welcome" for line in raw.lines()):
            pass


class Scenarios(ProxyTestCase):
    """What holds behind whichever proxy."""

    def test_the_page(self) -> None:
        page = self.get("/talk/")
        text = page.read().decode()
        assert page.url == f"{self.origin}/talk/"
        assert "<title>twistchat</title>" in text
        policy = page.headers["Content-Security-Policy"]
        assert f"wss://localhost:{self.port};" in policy
        assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        # The server itself listens on all addresses here.
        assert f"<code>nc localhost {self.house.port}</code>" in text
        script = re.search(r'src="(static/[^"]+)"', text)
        assert script
        answer = self.get(f"/talk/{script[1]}", **{"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]

    def test_without_the_last_slash(self) -> None:
        assert self.get("/talk").url == f"{self.origin}/talk/"

    def test_what_is_not_there(self) -> None:
        error = self.assertRaises(HTTPError, self.get, "/talk/nothing")
        assert error.code == 404
        assert b"nothing under that address" in error.read()

    def test_the_socket_and_who_is_behind_it(self) -> None:
        plain = self.call("/talk/socket", "127.0.0.9", Origin=self.origin)
        self.comes_in(plain, "ada")
        lying = self.call("/talk/socket", "127.0.0.8", Origin=self.origin,
                          X_Forwarded_For="192.0.2.7", Forwarded="for=192.0.2.8")  # fmt: skip
        self.comes_in(lying, "mallory")
        direct = Raw(self.house.port, "127.0.0.7")
        direct.sends(upgrade(self.house.port, X_Forwarded_For="192.0.2.7"))
        self.comes_in(direct, "dora")
        found = self.addresses()
        assert found == {"ada": "127.0.0.9", "mallory": "127.0.0.8", "dora": "127.0.0.7"}, found
        plain.sends(frame(TEXT, b'{"type": "say", "room": "#lobby", "text": "hi"}'))
        while not any(line.get("text") == "hi" for line in direct.lines()):
            pass
        self.ctl("ban", "127.0.0.8")
        assert lying.close_code() == 1008
        again = self.call("/talk/socket", "127.0.0.8", Origin=self.origin,
                          X_Forwarded_For="127.0.0.9")  # fmt: skip
        assert again.status() == 101
        assert [line["code"] for line in again.lines()] == ["banned"]
        assert {name for name in self.addresses() if name} == {"ada", "dora"}
        for each in (plain, lying, direct, again):
            each.hangs_up()

    def test_a_page_of_somebody_else(self) -> None:
        for origin in ("https://evil.example", "https://localhost:1", "null"):
            raw = self.call("/talk/socket", Origin=origin)
            assert raw.status() == 403
            raw.hangs_up()


class NginxTests(Scenarios):
    program = "nginx"

    def configuration(self) -> str:
        text = block("nginx").replace("listen 443", f"listen 127.0.0.1:{self.port}")
        user = "user root;" if os.getuid() == 0 else ""
        return AROUND_NGINX.format(block=text, user=user)

    def command(self, path: Path) -> Sequence[str | Path]:
        return [self.binary, "-p", self.folder, "-c", path]


class NginxWithThePathTests(NginxTests):
    """The path is left in."""

    def configuration(self) -> str:
        return super().configuration().replace("127.0.0.1:8000/;", "127.0.0.1:8000;")


class NginxToASocketTests(NginxTests):
    """No port stands between."""

    options = ("--listen", "web=unix:web.sock:mode=660", "--web-proxy", "unix")

    def configuration(self) -> str:
        there = f"http://unix:{self.folder}/web.sock:/;"
        return super().configuration().replace("http://127.0.0.1:8000/;", there)


class CaddyTests(Scenarios):
    program = "caddy"

    def configuration(self) -> str:
        tls = f"https://localhost:{self.port} {{\n    tls fullchain.pem privkey.pem"
        return AROUND_CADDY.format(block=block("caddy").replace("chat.example {", tls))

    def command(self, path: Path) -> Sequence[str | Path]:
        return [self.binary, "run", "--config", path, "--adapter", "caddyfile"]


class ApacheTests(Scenarios):
    program = "apache2"

    def configuration(self) -> str:
        folder = self.binary.parent.parent / "lib" / "apache2" / "modules"
        modules = [f"LoadModule {name}_module {folder}/mod_{name}.so" for name in MODULES]
        text = block("apache").replace("*:443", f"*:{self.port}")
        return AROUND_APACHE.format(
            folder=self.folder,
            port=f"127.0.0.1:{self.port}",
            modules="\n".join(modules),
            block=text.replace("ServerName chat.example", "ServerName localhost"),
            user="",
        )

    def command(self, path: Path) -> Sequence[str | Path]:
        return [self.binary, "-D", "FOREGROUND", "-f", path]


del ProxyTestCase, Scenarios
