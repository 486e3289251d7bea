"""What is sent of scripts and styles: all but what only people read.

Comments that have their lines to themselves, and indentation, are a fifth of what would be sent.
Every line stays where it was, so that what browsers say of line 7 is about line 7 of the file.
"""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BLOCK = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*$", re.M | re.S)
_LINE = re.compile(r"^[ \t]*//.*$", re.M)
_INDENTATION = re.compile(r"^[ \t]+", re.M)

_STYLESHEET = re.compile(r'<link rel="stylesheet" href="\{base\}([^"]+)">\n')

_STATIC = re.compile(r"""^(?:import|export)\b[^;'"]*['"](\.[^'"]+)['"]""", re.M)
_LATE = re.compile(r"""\bimport\(\s*['"](\.[^'"]+)['"]""")


def lighten(script: str) -> str:
    """Leave out of a script what only people read, if that is all that can be meant by it."""
    if any(line.count("`") % 2 or line.endswith("\\") for line in script.splitlines()):
        return script  # a text goes on over the end of a line
    script = _BLOCK.sub(lambda match: "\n" * match[0].count("\n"), script)
    return _INDENTATION.sub("", _LINE.sub("", script))


def lighten_styles(styles: str) -> str:
    """Do the same with a stylesheet."""
    return _INDENTATION.sub("", _BLOCK.sub(lambda match: "\n" * match[0].count("\n"), styles))


def join_styles(page: str, name: str) -> tuple[str, list[str]]:
    """Let a page ask for one stylesheet instead of several; tell which ones, in their order."""
    paths = _STYLESHEET.findall(page)
    if not paths:
        return page, []
    first, *_ = _STYLESHEET.finditer(page)
    before, behind = page[: first.start()], page[first.start() :]
    link = f'<link rel="stylesheet" href="{{base}}{name}">\n'
    return before + link + _STYLESHEET.sub("", behind), paths


def needed_at_once(scripts: Mapping[str, str]) -> set[str]:
    """Tell which scripts a page needs from the beginning: all but those it may ask for later.

    A script that is named in an `import('./x.js')` is asked for when somebody wants what it does,
    and so is what it alone imports.
    """
    imported = {path: _named(_STATIC, path, text) for path, text in scripts.items()}
    late = {name for path, text in scripts.items() for name in _named(_LATE, path, text)}
    by_another = {name for names in imported.values() for name in names}
    waiting = [path for path in scripts if path not in late | by_another]
    found: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in scripts and path not in found:
            found.add(path)
            waiting += imported[path]
    return found


def _named(pattern: re.Pattern[str], path: str, text: str) -> Iterable[str]:
    return [normpath(join(dirname(path), name)) for name in pattern.findall(text)]
