"""Which language is spoken on a connection, by the first bytes that come over it.

Nothing here waits or connects: `sniff.py` does, and the line wire, whose first line may turn out
to be another language's.
"""

from __future__ import annotations

import re

from twistchat.frontends.foreign import REQUEST, TLS_HELLO

LINE = "line"
JSON = "json"
IRC = "irc"
HTTP = "http"
TLS = "tls"
"""What is looked into again, when its handshake is over."""

_IRC_WORDS = (b"CAP", b"NICK", b"USER", b"PASS", b"AUTHENTICATE")
_IRC = re.compile(rb"(CAP|NICK|USER|PASS|AUTHENTICATE) +[^ \r]", re.I)
"""How an IRC client begins; it has something to say, so that `nick` alone may be a name."""

_PAGE = re.compile(rb"(GET|HEAD) ")
_VERB = re.compile(rb"[A-Z]{1,12}")
_HANDSHAKE = b"\x16\x03"
"""How a TLS record begins that shakes hands (RFC 8446, section 5.1); the version follows."""

UNDECIDED_AT_MOST = 512
"""Bytes. Whoever has sent so many without a line end is no client that is known here."""


def recognise(data: bytes) -> str | None:
    """Tell the language of these first bytes; None where more of them may tell another one.

    Whatever nobody knows is `LINE`: people, telnet, and those whom the line wire turns away
    (`foreign.py`). However the network has split them, it is the same that is told in the end.
    """
    first, end, _ = data[:UNDECIDED_AT_MOST].partition(b"\n")
    if first.startswith(b"{"):
        return JSON
    if TLS_HELLO.match(first):
        return TLS
    if _IRC.match(first):
        return IRC
    if _PAGE.match(first) or REQUEST.match(first):
        return HTTP
    is_whole = end or len(data) >= UNDECIDED_AT_MOST
    return LINE if is_whole or not _may_become_another(first) else None


def recognise_so_far(data: bytes) -> str:
    """Tell the same when nothing more is waited for."""
    if data and _HANDSHAKE.startswith(data):
        return TLS  # nobody types that, and its own deadline is kinder to a slow network
    return recognise(data) or LINE


def _may_become_another(data: bytes) -> bool:
    if _HANDSHAKE.startswith(data):  # nothing, too
        return True
    word, space, rest = data.partition(b" ")
    if not space:
        of_irc = any(known.startswith(word.upper()) for known in _IRC_WORDS)
        return of_irc or _VERB.fullmatch(word) is not None
    if word.upper() in _IRC_WORDS and not rest.strip(b" "):
        return True
    _, space, version = rest.partition(b" ")
    return _VERB.fullmatch(word) is not None and (not space or b"HTTP/".startswith(version))


_LATE_IRC = re.compile(rb"CAP (LS|LIST|REQ|END)\b|USER [^ ]+ [^ ]+ [^ ]+ +:?[^ ]")
_LATE_IRC_WITH_CR = re.compile(rb"(NICK|PASS|AUTHENTICATE) +[^ ].*\r")


def recognise_late(line: bytes) -> str | None:
    """Tell the language of a first line that has come after the greeting; None for people.

    It comes without its LF. Programs write their commands in capitals, and IRC clients end them
    with CR LF (RFC 2812, section 2.3). Who reads the question on nc and answers `NICK bob` sends
    LF alone, and who does on telnet would hardly shout; so these are told how one types a name.
    No person answers `CAP LS 302` or `USER a 0 * :b`, whatever its end.
    """
    if line.startswith(b'{"'):
        return JSON
    if _LATE_IRC.match(line) or _LATE_IRC_WITH_CR.fullmatch(line):
        return IRC
    return None
