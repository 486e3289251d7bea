"""Harmless text: what people type, made safe for other people's terminals."""

from __future__ import annotations

import re

from wcwidth import wcswidth

# C0 without the tab, DEL and C1: what a terminal may obey instead of show.
# Then line and paragraph separators, which some programs take for a new line; the overrides and
# isolates of bidirectional text, which can make a line read as another; lone surrogates,
# which no UTF-8 can carry. Marks that only help (ZWJ in emoji, LRM and RLM) stay.
_HARMFUL = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)  # Unicode's Control Pictures: ESC is seen as ␛
    if code == 0x7F:
        return "\u2421"
    return "\ufffd"


def clean(text: str) -> str:
    """Show each control character as a picture of itself, so that no terminal obeys it.

    The result has no line break in it. It is the same when cleaned again.
    """
    if text.isprintable():  # most is, and this is ten times as fast; none of the harmful ones are
        return text
    return _HARMFUL.sub(_picture, text)


def spoken(text: str) -> str:
    """Make what somebody types what they say: harmless, and without blanks at its end."""
    text = text.rstrip()
    return text if text.isprintable() else clean(text)


def cells(text: str) -> int:
    """How many cells of a terminal the text takes; -1 where that cannot be said."""
    return wcswidth(text)
