"""What is found at which address: the page, its files, and plain words for everything else."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from twisted.web.resource import Resource

from twistchat.frontends.peer import address_of, own_address_of
from twistchat.frontends.web.assets import compress, own_assets
from twistchat.frontends.web.headers import common_headers, file_headers, is_same, read, takes_gzip
from twistchat.frontends.web.origins import Host, read_host
from twistchat.frontends.web.place import Way
from twistchat.frontends.web.ways import Reached, doors_for, write_ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.web.server import Request

    from twistchat.frontends.registry import Registry
    from twistchat.frontends.web.assets import Asset, Assets
    from twistchat.frontends.web.place import WebPlace

NOT_FOUND = "There is nothing under that address. Join the chat as / says.\n"
NOT_ALLOWED = "This is a chat: it can be looked at, with GET, and not asked for more.\n"
ROBOTS = b"User-agent: *\nDisallow: /\n"
TEXT = "text/plain; charset=utf-8"

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"
ASK_FIRST = "no-cache"

ICONS = {
    b"favicon.ico": "icon.png",
    b"apple-touch-icon.png": "icon.png",
    b"apple-touch-icon-precomposed.png": "icon.png",
}
"""What browsers ask for without being told, and which file they get."""

_PLACEHOLDER = re.compile(r"\{(server|base|ways)\}")
_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via")
"""Headers that say, whoever wrote them, that somebody stands between."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is answered with 200."""

    kind: str
    body: bytes
    gzipped: bytes | None = None
    tag: str = ""
    """What tells it from every other content of the same address."""

    @classmethod
    def of(cls, asset: Asset) -> Content:
        """Send a file."""
        return cls(asset.kind, asset.body, asset.gzipped, asset.tag)


def make_root(registry: Registry, place: WebPlace, assets: Assets | None = None) -> Resource:
    """Make everything that is served but the socket, which is put beside it (`putChild`).

    What `place.base` says is in front of every address may be there, or a proxy has taken it off.
    """
    assets = own_assets() if assets is None else assets
    root = Root(registry, place, assets)
    static = Missing(place)
    root.putChild(b"static", static)
    static.putChild(assets.version.encode(), Files(place, assets))
    root.putChild(b"robots.txt", Leaf(place, Content(TEXT, ROBOTS), FOR_A_DAY))
    for name, path in ICONS.items():
        if path in assets.files:
            icon = Content.of(assets.files[path])
            root.putChild(name, Leaf(place, icon, FOR_A_DAY))
    above: Resource = root
    *outer, last = place.base.path.encode().split(b"/")[1:-1] or [b""]
    for name in outer:
        below = Missing(place)
        above.putChild(name, below)
        above = below
    if last:
        above.putChild(last, Inside(root))
    return root


class Answering(Resource):
    """Whatever answers GET and HEAD, and nothing else."""

    def __init__(self, place: WebPlace) -> None:
        super().__init__()
        self.place = place

    def getChild(self, path: bytes, request: Request) -> Resource:
        """Say that there is nothing below."""
        return Missing(self.place)

    def render(self, request: Request) -> bytes:
        """Answer."""
        self.begin(request)
        if request.method in (b"GET", b"HEAD"):
            return self.answer(request)
        request.setHeader("Allow", "GET, HEAD")
        return write_text(request, 405, NOT_ALLOWED)

    def begin(self, request: Request) -> None:
        """Set what is sent with every answer."""
        set_common(request, self.place)

    def answer(self, request: Request) -> bytes:
        """Answer somebody who looks: there is nothing."""
        return write_text(request, 404, NOT_FOUND)


class Missing(Answering):
    """What is not there."""


class Leaf(Answering):
    """One content at one address."""

    def __init__(self, place: WebPlace, content: Content, caching: str) -> None:
        super().__init__(place)
        self._content = content
        self._caching = caching

    def answer(self, request: Request) -> bytes:
        """Send it."""
        return write_content(request, self._content, self._caching)


class Files(Answering):
    """The files of the page, under the hash of them all."""

    isLeaf = True

    def __init__(self, place: WebPlace, assets: Assets) -> None:
        super().__init__(place)
        self._contents = {path: Content.of(asset) for path, asset in assets.files.items()}

    def begin(self, request: Request) -> None:
        """Set less: there are many of them."""
        request.responseHeaders.removeHeader("Server")
        for name, value in file_headers():
            request.setHeader(name, value)

    def answer(self, request: Request) -> bytes:
        """Send one."""
        path = b"/".join(request.postpath or ()).decode(errors="replace")
        content = self._contents.get(path)
        if content is None:
            return super().answer(request)
        return write_content(request, content, FOR_GOOD)


class Inside(Resource):
    """The folder at whose address the page is, where a proxy leaves it in."""

    def __init__(self, root: Root) -> None:
        super().__init__()
        self._root = root

    def getChild(self, path: bytes, request: Request) -> Resource:
        """Find what is asked for as if the folder were not there."""
        found: Resource = self._root.getChildWithDefault(path, request)
        return found

    def render(self, request: Request) -> bytes:
        """Send whoever has left out the last slash to where the page is."""
        set_common(request, self._root.place)
        _, _, last = request.path.rpartition(b"/")
        request.setHeader(b"Location", last + b"/")
        return write_text(request, 308, "The chat is one slash further.\n")


class Root(Answering):
    """The page itself, and where everything else begins."""

    def __init__(self, registry: Registry, place: WebPlace, assets: Assets) -> None:
        super().__init__(place)
        self._registry = registry
        self._assets = assets
        self._base = f"static/{assets.version}/"

    def getChild(self, path: bytes, request: Request) -> Resource:
        """Find the page, for which an address ends with a slash."""
        if path == b"" and not request.postpath:
            return self
        return super().getChild(path, request)

    def answer(self, request: Request) -> bytes:
        """Send the page, filled in."""
        reached = _reached(request, self.place)
        doors = self._doors(request, reached)
        values = {
            "server": escape(self._registry.greeting.server),
            "base": self._base,
            "ways": write_ways(reached, doors),
        }
        page = _PLACEHOLDER.sub(lambda match: values[match[1]], self._assets.page)
        return write_content(request, _page(page), ASK_FIRST)

    def _doors(self, request: Request, reached: Reached) -> Sequence[Way]:
        """Find where else to come in: first of all at the very door of this connection."""
        doors = doors_for(reached, self.place.doors())
        port = getattr(request.getHost(), "port", 0)
        mine = [door for door in doors if door.port == port]
        if reached.is_by_proxy:
            return [*mine, *doors]  # of what is in front we know only that it speaks HTTP
        if not mine and self.place.is_for_all:
            mine = [Way("any", reached.here, port, is_encrypted=self.place.is_encrypted)]
        return [*(replace(door, port=reached.port) for door in mine), *doors]


def set_common(request: Request, place: WebPlace) -> None:
    """Set what is sent with every answer."""
    request.responseHeaders.removeHeader("Server")
    scheme = place.scheme_of(address_of(request.channel), request.requestHeaders)
    if scheme is None and place.base.origin is not None:
        scheme = place.base.origin.scheme
    host = _host_of(request, place)
    for name, value in common_headers(host, is_secure=request.isSecure() or scheme == "https"):
        request.setHeader(name, value)


def write_text(request: Request, status: int, text: str) -> bytes:
    """Answer with words of ours, which nobody is to keep."""
    request.setResponseCode(status)
    request.setHeader("Content-Type", TEXT)
    request.setHeader("Cache-Control", "no-store")
    return _write(request, text.encode())


def write_content(request: Request, content: Content, caching: str) -> bytes:
    """Answer with what was asked for, as far as the browser does not have it."""
    headers = request.requestHeaders
    request.setHeader("Cache-Control", caching)
    body, tag = content.body, content.tag
    if content.gzipped is not None:
        request.setHeader("Vary", "Accept-Encoding")
        if takes_gzip(read(headers, "Accept-Encoding")):
            body, tag = content.gzipped, f"{tag}-gzip"
            request.setHeader("Content-Encoding", "gzip")
    if tag:
        request.setHeader("ETag", f'"{tag}"')
        if is_same(tag, read(headers, "If-None-Match")):
            request.setResponseCode(304)
            request.responseHeaders.removeHeader("Content-Encoding")
            return b""
    request.setHeader("Content-Type", content.kind)
    return _write(request, body)


def _write(request: Request, body: bytes) -> bytes:
    request.setHeader("Content-Length", str(len(body)))
    return b"" if request.method == b"HEAD" else body


@lru_cache(64)
def _page(page: str) -> Content:
    """Keep the pages that were sent last: people of one room have all reached it alike."""
    body = page.encode()
    tag = sha256(body).hexdigest()[:16]
    return Content("text/html; charset=utf-8", body, compress(body), tag)


def _reached(request: Request, place: WebPlace) -> Reached:
    here, port = own_address_of(request.channel), getattr(request.getHost(), "port", 0)
    is_by_proxy = place.base.origin is not None or any(
        request.requestHeaders.hasHeader(name) for name in _PROXIED
    )
    host = _host_of(request, place)
    if host is None or not (port or is_by_proxy):
        return Reached(here, here, port, is_by_proxy)
    if host.port is not None and not is_by_proxy:
        port = host.port  # where another one is passed on to ours
    return Reached(host.name.strip("[]"), here, port, is_by_proxy)


def _host_of(request: Request, place: WebPlace) -> Host | None:
    """Find what this machine is called: as the operator says, else as the browser does."""
    if (origin := place.base.origin) is not None:
        return read_host(str(origin).partition("://")[2])
    named = read(request.requestHeaders, "Host")
    return read_host(named[0].strip()) if len(named) == 1 else None
