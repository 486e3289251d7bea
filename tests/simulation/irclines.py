"""What a line of IRC means to a client; and whether it is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tests.simulation.model import must
from twistchat.frontends.irc.message import read_tags

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LINE = re.compile(
    r"(?:@(?P<tags>[^ ]+) )?(?::(?P<source>[^ !@]+(?:![^ !@]+@[0-9A-Za-z.:_-]+)?) )?"
    r"(?P<command>[A-Z]+|\d{3})(?P<middle>(?: [^: ][^ ]*)*)(?: :(?P<last>.*))?",
    re.DOTALL,
)
"""As modern.ircd.docs.horse has it; but that no blank is at the end, nor two behind each other."""

TAG = re.compile(r"(?P<key>\+?(?:[a-z0-9.-]+/)?[a-z0-9-]+)(?:=(?P<value>[^ ;\0\r\n]*))?")

TAGS = {
    "time": "server-time",
    "msgid": "message-tags",
    "bot": "message-tags",
    "label": "labeled-response",
    "batch": "batch",
    "account": "account-tag",
}
"""What one must have asked for to be told a tag."""

WITHOUT_SOURCE = ("AUTHENTICATE", "ERROR", "PING")

LIST_MODES, SETTING_MODES, MEMBER_MODES = "beIq", "k", "ov"
"""Modes that have a parameter always; `l` has one when it is set."""


class Told(NamedTuple):
    """A line that a client was told."""

    tags: Mapping[str, str]
    nick: str
    """Whom it is from, or a server."""
    is_person: bool
    command: str
    params: tuple[str, ...]


class Heard(NamedTuple):
    """What happened, as a client hears it."""

    kind: str
    who: str
    room: str = ""
    """Or to whom it was said."""
    text: str = ""
    """The words, the new name, the mode, or who was put out."""


def read(raw: bytes, caps: Collection[str]) -> Told:
    """Read a line without its LF; whatever is wrong with it is said."""
    must(raw.endswith(b"\r"), "a line that does not end as lines of IRC do", raw)
    must(not set(raw[:-1]) & set(b"\0\r\n"), "more than a line", raw)
    tags, _, rest = raw.partition(b" ") if raw.startswith(b"@") else (b"", b"", raw)
    must(len(rest) + 1 <= 512, "longer than a line of IRC", raw)
    must(len(tags) + 1 <= 8191, "longer than tags", raw)
    try:
        line = raw[:-1].decode()
    except UnicodeDecodeError:
        must(False, "no UTF-8", raw)
    match = LINE.fullmatch(line)
    must(match is not None, "no line of IRC", line)
    assert match is not None
    command, source = match["command"], match["source"] or ""
    must(bool(source) or command in WITHOUT_SOURCE, "from nobody", line)
    params = tuple(match["middle"].split())
    if match["last"] is not None:
        params = (*params, match["last"])
    must(len(params) <= 15, "more parameters than there may be", line)
    found = read_tags(match["tags"] or "")
    _check_tags(match["tags"] or "", caps, line)
    return Told(found, source.partition("!")[0], "!" in source, command, params)


def _check_tags(tags: str, caps: Collection[str], line: str) -> None:
    keys = []
    for tag in tags.split(";") if tags else ():
        match = TAG.fullmatch(tag)
        must(match is not None, "no tag of IRC", line)
        assert match is not None
        key = match["key"]
        wanted = "message-tags" if key.startswith("+") else TAGS.get(key, "none")
        must(wanted in caps, "a tag that was not asked for", key, line)
        must(match["value"] != "", "a tag with = and no value", line)
        keys.append(key)
    must(len(keys) == len(set(keys)), "a tag that is there twice", line)


def modes(params: tuple[str, ...]) -> list[tuple[str, str]]:
    """Read the changes of a `MODE` behind its room: each with its sign, and its parameter."""
    letters, *rest = params
    sign, found = "+", []
    for letter in letters:
        if letter in "+-":
            sign = letter
            continue
        has_param = letter in LIST_MODES + SETTING_MODES + MEMBER_MODES
        has_param |= letter == "l" and sign == "+"
        must(bool(rest) or not has_param, "a mode that lacks its parameter", params)
        found.append((sign + letter, rest.pop(0) if has_param else ""))
    must(not rest, "a parameter of no mode", params)
    return found
