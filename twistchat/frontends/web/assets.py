"""The files of the page: read once, compressed once, under an address that is theirs for good.

That address has a hash of them all in it. So browsers never ask twice for what they have, nor mix
files of two releases; and what happens to the folder while the server runs changes nothing.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from rcssmin import cssmin
from rjsmin import jsmin

from twistchat.frontends.web.together import join_scripts, join_styles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

PAGE = "index.html"
"""What is filled in, and served at `/`."""

MAIN = "main.js"
"""The script that the page begins with; all that it imports is in it when it is sent."""

STYLES = "all.css"
"""All of its stylesheets, in their order: compressed together they are half as much."""

KINDS: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "webmanifest": "application/manifest+json; charset=utf-8",
}
"""By the ending of a file's name, what is in it. Files of other endings are not served."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is sent."""

    path: str
    """Inside the folder, with slashes."""
    kind: str
    """What is in it, as a Content-Type."""
    body: bytes
    gzipped: bytes | None
    """The same compressed, where that is shorter."""
    tag: str
    """A hash of what is in it."""


@dataclass(frozen=True, slots=True)
class Assets:
    """All files of the page."""

    page: str
    """What `/` is made of."""
    files: Mapping[str, Asset]
    """By their paths; the page is not among them."""
    version: str
    """A hash of them all."""


def read_assets(folder: Traversable) -> Assets:
    """Read a folder with a page and its files; what only people read of them is not sent.

    Raises:
        ValueError: a script is written in a way that `together.py` does not understand.
    """
    read = dict(sorted(_read(folder, "")))
    page, styles = join_styles(read.pop(PAGE).decode(), STYLES)
    scripts = {path: body.decode() for path, body in read.items() if path.endswith(".js")}
    for path in scripts:
        del read[path]
    joined = join_scripts(scripts, MAIN)
    read.update((path, jsmin(text).encode()) for path, text in joined.items())
    if styles:
        whole = "\n".join(read.pop(path).decode() for path in styles if path in read)
        read[STYLES] = cssmin(whole).encode()
    found = {path: _asset(path, body) for path, body in read.items()}
    version = sha256("".join(f"{each.path} {each.tag}\n" for each in found.values()).encode())
    return Assets(page, found, version.hexdigest()[:12])


@cache
def own_assets() -> Assets:
    """Read the page that comes with the server."""
    assert __package__ is not None
    return read_assets(files(__package__) / "static")


def compress(body: bytes) -> bytes | None:
    """Compress what is sent more than once; None if it gets no shorter."""
    gzipped = gzip.compress(body, mtime=0)
    return gzipped if len(gzipped) < len(body) else None


def _read(folder: Traversable, above: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        path = f"{above}{entry.name}"
        if entry.is_dir():
            yield from _read(entry, f"{path}/")
        elif _ending(entry.name) in KINDS and not entry.name.startswith("."):
            yield path, entry.read_bytes()


def _asset(path: str, body: bytes) -> Asset:
    return Asset(path, KINDS[_ending(path)], body, compress(body), sha256(body).hexdigest()[:16])


def _ending(path: str) -> str:
    return path.rpartition(".")[2]
