"""What the page needs at once, sent as one script and one stylesheet.

A phone on a slow network would else ask sixty times, and get a quarter more, since small files are
compressed worse. What makes it simple is how the modules are written, which is held here: they
import by name and as it is, export what they declare, and no two of them declare the same name. So
nothing is built beforehand: the files are what one reads, changes and tests.
"""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath, relpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_IMPORT = re.compile(r"^import \{([^}]*)\} from '(\.[^']+)';\n", re.M)
_LATE = re.compile(r"\bimport\('(\.[^']+)'\)")
_OTHER = re.compile(
    r"^import\b(?!\(| \{[^}]*\} from '\.[^']+';\n).*|^export (?:default|\*|\{).*|\bimport\((?!').*",
    re.M,
)
_STYLESHEET = re.compile(r'<link rel="stylesheet" href="\{base\}([^"]+)">\n')
_DECLARED = re.compile(
    r"^(?:export )?(?:async )?(?:function\*?|class|const|let) (\{[^}]*\}|\[[^\]]*\]|[\w$]+)", re.M
)


def join_scripts(scripts: Mapping[str, str], main: str) -> dict[str, str]:
    """Put `main` and all that it imports into one script, and let the others import that.

    Raises:
        ValueError: a script is written in another way than this understands.
    """
    for path, text in scripts.items():
        if other := _OTHER.search(text):
            raise ValueError(f"{path}: {other[0]!r}")
        if any(" as " in match[1] for match in _IMPORT.finditer(text)):
            raise ValueError(f"{path} imports something under another name")
    order: list[str] = []
    _visit(main, scripts, order, set())
    _check_names({path: scripts[path] for path in order})
    whole = "".join(f"// {path}\n{_inside(scripts[path], path, main)}" for path in order)
    others = {
        path: _outside(text, path, main, set(order))
        for path, text in scripts.items()
        if path not in order
    }
    return {main: whole} | others


def join_styles(page: str, name: str) -> tuple[str, list[str]]:
    """Let a page ask for one stylesheet instead of several; tell which ones, in their order."""
    paths = _STYLESHEET.findall(page)
    if not paths:
        return page, []
    first, *_ = _STYLESHEET.finditer(page)
    before, behind = page[: first.start()], page[first.start() :]
    link = f'<link rel="stylesheet" href="{{base}}{name}">\n'
    return before + link + _STYLESHEET.sub("", behind), paths


def _visit(path: str, scripts: Mapping[str, str], order: list[str], seen: set[str]) -> None:
    """Put a module behind all that it imports."""
    if path in seen:
        return
    if path not in scripts:
        raise ValueError(f"there is no {path}")
    seen.add(path)
    for match in _IMPORT.finditer(scripts[path]):
        _visit(_named(match[2], path), scripts, order, seen)
    order.append(path)


def _check_names(scripts: Mapping[str, str]) -> None:
    declared: dict[str, str] = {}
    for path, text in scripts.items():
        for match in _DECLARED.finditer(text):
            for name in re.findall(r"[\w$]+", match[1]):
                if name in declared:
                    raise ValueError(f"{name} is declared in {declared[name]} and in {path}")
                declared[name] = path


def _inside(text: str, path: str, main: str) -> str:
    text = _IMPORT.sub("", text)
    return _LATE.sub(lambda match: f"import('{_from(main, _named(match[1], path))}')", text)


def _outside(text: str, path: str, main: str, together: set[str]) -> str:
    def moved(match: re.Match[str]) -> str:
        name = _named(match[2], path)
        place = _from(path, main if name in together else name)
        return f"import {{{match[1]}}} from '{place}';\n"

    return _IMPORT.sub(moved, text)


def _named(name: str, path: str) -> str:
    return normpath(join(dirname(path), name))


def _from(path: str, to: str) -> str:
    found = relpath(to, dirname(path) or ".")
    return found if found.startswith(".") else f"./{found}"
