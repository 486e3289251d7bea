"""A line of IRC: bytes → `Message`, and back.

`twisted.words.protocols.irc.parsemsg` does not know tags, and takes any blank of Unicode for one of
IRC's (an ideographic space too), so that lines are read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twistchat.frontends.irc.split import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 512
"""Bytes of a line with its end, without its tags (RFC 2812, section 2.3)."""

TAGS = 8191
"""Bytes of all tags that may be sent, with the @ and the blank (ircv3.net, message-tags)."""

CLIENT_TAGS = 4096
"""Bytes of the tags of a client, with the @ and the blank."""

_ESCAPED = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}
_ESCAPES = {ord(char): f"\\{code}" for code, char in _ESCAPED.items()}
_WORD = re.compile(r"[^\s\0:][^\s\0]*")
_BROKEN = re.compile("[\r\n\0]")


@dataclass(frozen=True, slots=True)
class Message:
    """What a client says in one line."""

    command: str
    """In capitals."""
    params: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    """Their values as they are meant; those without one have the empty one."""

    @property
    def label(self) -> str:
        """Under which name its answer is to come (ircv3.net, labeled-response), if any."""
        return self.tags.get("label", "")


def parse(line: bytes) -> Message | None:
    """Read a line, without its end; None if there is nothing in it.

    What would end a line is no part of one (RFC 2812, section 2.3.1), and is left out.

    Raises:
        UnicodeDecodeError: it is no UTF-8.
    """
    text = _BROKEN.sub("", line.decode()).lstrip(" ")
    tags: dict[str, str] = {}
    if text.startswith("@"):
        written, _, text = text[1:].partition(" ")
        tags = read_tags(written)
    text = text.lstrip(" ")
    if text.startswith(":"):  # whom it is from we know
        text = text.partition(" ")[2].lstrip(" ")
    middle, colon, trailing = f" {text}".partition(" :")
    words = [word for word in middle.split(" ") if word]
    if not words:
        return None
    params = (*words[1:], trailing) if colon else tuple(words[1:])
    return Message(words[0].upper(), params, tags)


def read_tags(written: str) -> dict[str, str]:
    """Read tags (ircv3.net, message-tags); of those that come twice the last one counts."""
    tags = {}
    for each in written.split(";"):
        key, _, value = each.partition("=")
        if key:
            tags[key] = _unescape(value) if "\\" in value else value
    return tags


def _unescape(value: str) -> str:
    # A backslash at the end stands for nothing.
    return re.sub(r"\\(.?)", lambda match: _ESCAPED.get(match[1], match[1]), value)


def escape(value: str) -> str:
    """Write the value of a tag."""
    return value.translate(_ESCAPES)


def write_tags(tags: Mapping[str, str]) -> str:
    """Write tags as they stand between the @ and the blank."""
    return ";".join(f"{key}={escape(value)}" if value else key for key, value in tags.items())


def write(source: str, command: str, *params: str, text: str | None = None, tags: str = "") -> str:
    """Write a line without its end; `tags` as `write_tags` makes them.

    The last parameter may be anything; of the others none may be empty, have a blank in it or
    begin with a colon. A `text` is the last parameter, and always written behind a colon. No line
    breaks get through, whatever they are in.
    """
    head = f"@{tags} :{source} {command}" if tags else f":{source} {command}"
    if text is not None:
        line = " ".join((head, *params, f":{text}"))
    elif params:
        *middle, last = params
        if not last or " " in last or last[0] == ":":
            last = f":{last}"
        line = " ".join((head, *middle, last))
    else:
        line = head
    return unbroken(line)


def unbroken(text: str) -> str:
    """Take out what would end a line."""
    return text if text.isprintable() else _BROKEN.sub(" ", text)


def word(text: str, longest: int = 40) -> str:
    """Take what may be any parameter out of what a client said: its first word, if not too long."""
    found = _WORD.search(text)
    return found[0][:longest] if found else "*"


def encode(lines: Sequence[str]) -> bytes:
    """Put lines one after the other, each with its end; what is too long is cut off."""
    data = "".join([f"{line}\r\n" for line in lines]).encode(errors="replace")
    if len(data) <= LONGEST or (len(lines) > 1 and _all_fit(lines)):
        return data
    return "".join([f"{_fitting(line)}\r\n" for line in lines]).encode(errors="replace")


def _all_fit(lines: Sequence[str]) -> bool:
    """Whether no line can be too long, as one sees at a glance: no character has more bytes."""
    return all(len(line) <= LONGEST // 4 - 2 for line in lines)


def _fitting(line: str) -> str:
    """Cut a line so that it is not too long; its tags do not count."""
    tags = ""
    if line.startswith("@"):
        tags, _, line = line.partition(" ")
        tags += " "
    return tags + shortened(line, LONGEST - 2)
