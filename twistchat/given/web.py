"""Where the page is, whose pages may talk here, and which proxies are believed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twistchat.frontends.web.forwarded import Proxies
from twistchat.frontends.web.origins import ANY, read_origin
from twistchat.frontends.web.place import Base, WebPlace

if TYPE_CHECKING:
    from twistchat.frontends.web.origins import Origin
    from twistchat.given import Given

_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)*/?")
"""Where a page may be, under some machine: nothing that would be written in another way."""

_PAGES = "give whose pages they are as https://school.example"
_WHERE = "give where people reach the page, as https://chat.example/talk/ or /talk/"


def read_web(origins: Given, base: Given, proxies: Given) -> WebPlace:
    """Read what the options of the web say."""
    try:
        believed = Proxies.of(proxies.value)
    except ValueError as error:
        proxies.wrong(f"{proxies.name}: {error}")
    others = [_origin(origins, text) for text in origins.value if text != ANY]
    return WebPlace(
        base=_base(base),
        origins=frozenset(others),
        is_any_origin=ANY in origins.value,
        proxies=believed,
    )


def _origin(given: Given, text: str) -> Origin:
    origin = read_origin(text.removesuffix("/"))
    if origin is None:
        given.wrong(f"{given.name}: {text!r} is no origin: {_PAGES}, or {ANY} for any")
    return origin


def _base(given: Given) -> Base:
    if given.value is None:
        return Base()
    text = given.value
    scheme, is_whole, rest = text.partition("://")
    machine, slash, path = rest.partition("/") if is_whole else ("", "", text)
    path = slash + path
    origin = read_origin(f"{scheme}://{machine}") if is_whole else None
    is_right = (is_whole and origin is not None) or text.startswith("/")
    if not is_right or _PATH.fullmatch(path) is None:
        given.wrong(f"{given.name}: {text!r} is no address of a page: {_WHERE}")
    return Base(origin, path if path.endswith("/") else f"{path}/")
