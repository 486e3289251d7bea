"""Who was here: `WHOWAS`."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from twisted.words.protocols.irc import (
    ERR_NONICKNAMEGIVEN,
    ERR_WASNOSUCHNICK,
    RPL_ENDOFWHOWAS,
    RPL_WHOISSERVER,
    RPL_WHOWASUSER,
)

from twistchat.core.names import fold
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.masks import host_of, user_name
from twistchat.frontends.irc.message import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twistchat.core.model import Persona
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

WHOWAS_REMEMBERED = 1_000
"""Names that somebody bore and bears no more; who left first is forgotten first."""

WHOWAS_TARGETS = 4
"""Names that one line asks for; more are passed over."""

WHOWAS_SHOWN = 20
"""Bearers of one name who are listed at most."""


class Gone(NamedTuple):
    """Somebody who bore a name until then."""

    name: str
    user: str
    persona: Persona
    at: float


class Whowas:
    """Remembers who left, and who took another name."""

    def __init__(self) -> None:
        self._names: dict[str, deque[Gone]] = {}
        """By the folded name, the last one first."""
        self._order: deque[str] = deque()

    def add(self, gone: Gone) -> None:
        """Remember somebody."""
        folded = fold(gone.name)
        self._names.setdefault(folded, deque()).appendleft(gone)
        self._order.append(folded)
        if len(self._order) > WHOWAS_REMEMBERED:
            oldest = self._order.popleft()
            self._names[oldest].pop()
            if not self._names[oldest]:
                del self._names[oldest]

    def find(self, name: str) -> Iterator[Gone]:
        """Find who bore a name, the last one first."""
        yield from self._names.get(fold(name), ())


def _whowas(dialog: IRCDialog, message: Message) -> None:
    if not message.params or not message.params[0]:
        dialog.reply(ERR_NONICKNAMEGIVEN, "No nickname given")
        return
    names, *rest = message.params
    most = _read_count(rest[0] if rest else "")
    for name in list(dict.fromkeys(names.split(",")))[:WHOWAS_TARGETS]:
        _tell(dialog, name, most)


def _read_count(written: str) -> int:
    count = int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 0
    return min(count or WHOWAS_SHOWN, WHOWAS_SHOWN)


def _tell(dialog: IRCDialog, name: str, most: int) -> None:
    about, is_found = dialog.about, False
    for place, gone in enumerate(about.whowas.find(name)):
        if place == most:
            break
        is_found = True
        host, user = host_of(gone.user), user_name(gone.persona.ident)
        realname = gone.persona.realname or gone.name
        dialog.reply(RPL_WHOWASUSER, gone.name, user, host, "*", realname)
        until = datetime.fromtimestamp(gone.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        dialog.reply(RPL_WHOISSERVER, gone.name, about.server, f"until {until}")
    if not is_found:
        dialog.reply(ERR_WASNOSUCHNICK, word(name), "Nobody of that name was here")
    dialog.reply(RPL_ENDOFWHOWAS, word(name), "End of WHOWAS")


WHOWAS_COMMANDS: Mapping[str, Entry] = {"WHOWAS": Entry(_whowas)}
"""`WHOWAS`: who was here."""
