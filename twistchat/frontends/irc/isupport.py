"""005: what clients have to know of this server, as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.words.protocols.irc import RPL_ISUPPORT

from twistchat.core.limits import NONE
from twistchat.frontends.irc.filling import fill, space
from twistchat.frontends.irc.letters import CHANMODES
from twistchat.frontends.irc.listing import ELIST
from twistchat.frontends.irc.masks import HOSTLEN, USERLEN
from twistchat.frontends.irc.message import LONGEST, write
from twistchat.frontends.irc.modes import MODES
from twistchat.frontends.irc.monitors import MONITORED
from twistchat.frontends.irc.registration import NAMELEN
from twistchat.frontends.irc.targets import TARGMAX

if TYPE_CHECKING:
    from twistchat.frontends.irc.about import About

IN_A_LINE = 13
"""Tokens in one line: with the nickname and the words behind them they are 15 (RFC 2812)."""

WORDS = "are what this server knows"


def tokens(about: About) -> list[str]:
    """Write what there is to know."""
    limits = about.place.limits
    lengths = {
        "AWAYLEN": limits.words,
        "CHANNELLEN": limits.room_characters,
        "CHATHISTORY": limits.page,
        "HOSTLEN": HOSTLEN,
        "KICKLEN": limits.words,
        "LINELEN": LONGEST,
        "MODES": MODES,
        "MONITOR": MONITORED,
        "NAMELEN": NAMELEN,
        "NICKLEN": limits.name_characters,
        "TOPICLEN": limits.topic,
        "USERLEN": USERLEN + len("~"),
    }
    found = [f"{name}={length}" for name, length in lengths.items() if length < NONE]
    found += [
        "BOT=B",
        "CASEMAPPING=ascii",
        f"CHANLIMIT=#:{limits.rooms_per_person if limits.rooms_per_person < NONE else ''}",
        f"CHANMODES={CHANMODES}",
        "CHANTYPES=#",
        f"ELIST={ELIST}",
        "EXCEPTS=e",
        "INVEX=I",
        f"MAXLIST={CHANMODES.partition(',')[0]}:{limits.sanctions}",
        "MSGREFTYPES=msgid,timestamp",
        f"NETWORK={about.network}",
        "PREFIX=(ov)@+",
        "SAFELIST",
        f"TARGMAX={','.join(f'{name}:{most}' for name, most in TARGMAX.items())}",
        "UTF8ONLY",
        "WHOX",
    ]
    return sorted(found)


def lines(about: About, reader: str) -> list[str]:
    """Write it for somebody."""
    head = about.server, RPL_ISUPPORT, reader
    room = space(*head) - len(f" {WORDS}".encode())
    told = tokens(about)
    some = [told[first : first + IN_A_LINE] for first in range(0, len(told), IN_A_LINE)]
    return [write(*head, *text.split(), WORDS) for tokens in some for text in fill(tokens, room)]
