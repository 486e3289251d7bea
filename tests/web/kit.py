"""Requests to what is served, and the answers, as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from gzip import decompress
from typing import TYPE_CHECKING

from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.server import Site

from tests.folders import temporary_folder
from twistchat.assembly import assemble
from twistchat.frontends.registry import Greeting
from twistchat.frontends.web.assets import read_assets
from twistchat.frontends.web.place import WebPlace
from twistchat.frontends.web.resources import make_root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twisted.internet.interfaces import IAddress

INDEX = """\
<!DOCTYPE html>
<html lang="en">
<head>
<title>{server}</title>
<link rel="stylesheet" href="{base}css/base.css">
<script type="module" src="{base}main.js"></script>
</head>
<body>
<h1>{server}</h1>
{ways}
</body>
</html>
"""

FILES: Mapping[str, bytes] = {
    "index.html": INDEX.encode(),
    "main.js": b"import { a } from './net/link.js';\nimport('./ui/late.js');\n" + b"a(1);\n" * 40,
    "net/link.js": b"export const a = 1;\n",
    "ui/late.js": b"import { a } from '../net/link.js';\na(2);\n",
    "css/base.css": b":root { color-scheme: light dark; }\n" * 20,
    "icon.png": b"\x89PNG\r\n\x1a\n",
    "icon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "manifest.webmanifest": b"{}",
}

SENT: Mapping[str, bytes] = {
    **FILES,
    "main.js": b"export const a=1;import('./ui/late.js');" + b"a(1);" * 40,
    "ui/late.js": b"import{a}from'../main.js';a(2);",
    "all.css": b":root{color-scheme:light dark}" * 20,
}
"""What is sent of them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one request."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes

    @property
    def text(self) -> str:
        """What it says, whether it was compressed or not."""
        is_gzip = self.headers.get("content-encoding") == "gzip"
        return (decompress(self.body) if is_gzip else self.body).decode()


def read_answer(data: bytes) -> Answer:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        assert name.lower() not in headers, name
        headers[name.lower()] = value
    return Answer(int(first.split(" ")[1]), headers, body)


class ServedTestCase(SynchronousTestCase):
    """A folder of files, and what is served of it."""

    place = WebPlace()
    files = FILES

    def setUp(self) -> None:
        self.folder = temporary_folder(self)
        for path, body in self.files.items():
            (self.folder / path).parent.mkdir(exist_ok=True)
            (self.folder / path).write_bytes(body)
        self.clock = Clock()
        self.registry = assemble(self.clock, greeting=Greeting("Room 5")).registry
        self.assets = read_assets(self.folder)
        self.base = f"/static/{self.assets.version}/"
        self.serve(self.place)

    def serve(self, place: WebPlace) -> None:
        self.site = Site(
            make_root(self.registry, place, self.assets), reactor=self.clock, timeout=None
        )

    def ask(
        self,
        path: str = "/",
        *,
        method: str = "GET",
        host: str | None = "chat.example:8000",
        peer: IAddress | None = None,
        own: IAddress | None = None,
        **headers: str,
    ) -> Answer:
        """Ask for something; the names of headers have underscores instead of dashes."""
        lines = [f"{method} {path} HTTP/1.0"]
        lines += [] if host is None else [f"Host: {host}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        wire = StringTransport(hostAddress=own, peerAddress=peer)
        channel = self.site.buildProtocol(None)
        channel.makeConnection(wire)
        channel.dataReceived("\r\n".join((*lines, "", "")).encode())
        self.clock.advance(0)
        return read_answer(wire.value())
