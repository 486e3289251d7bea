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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

PAGE = "index.html"
"""What is filled in, and served at `/`."""

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

    @property
    def modules(self) -> Sequence[str]:
        """The paths of all scripts: the page asks for them at once, and not one by the other."""
        return [path for path in self.files if path.endswith(".js")]


def read_assets(folder: Traversable) -> Assets:
    """Read a folder with a page and its files."""
    found = {asset.path: asset for asset in sorted(_read(folder, ""), key=lambda each: each.path)}
    page = found.pop(PAGE)
    whole = sha256("".join(f"{each.path} {each.tag}\n" for each in found.values()).encode())
    return Assets(page.body.decode(), found, whole.hexdigest()[:12])


@cache
def own_assets() -> Assets:
    """Read the page that comes with the server."""
    assert __package__ is not None
    return read_assets(files(__package__) / "static")


def compress(body: bytes) -> bytes | None:
    """Compress what is sent more than once; None if it gets no shorter."""
    gzipped = gzip.compress(body, mtime=0)
    return gzipped if len(gzipped) < len(body) else None


def _read(folder: Traversable, above: str) -> Iterator[Asset]:
    for entry in folder.iterdir():
        path = f"{above}{entry.name}"
        if entry.is_dir():
            yield from _read(entry, f"{path}/")
            continue
        _, _, ending = entry.name.rpartition(".")
        if ending in KINDS and not entry.name.startswith("."):
            body = entry.read_bytes()
            tag = sha256(body).hexdigest()[:16]
            yield Asset(path, KINDS[ending], body, compress(body), tag)
