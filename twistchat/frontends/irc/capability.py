"""`CAP`: which capabilities there are, and which a client has (ircv3.net)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.frontends.irc.caps import NAMES, VALUES, Cap
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.filling import fill, space
from twistchat.frontends.irc.message import word
from twistchat.frontends.irc.numerics import ERR_INVALIDCAPCMD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

VERSION = 302
"""Since this version capabilities have values, lists several lines; `cap-notify` is implied."""


def _cap(dialog: IRCDialog, message: Message) -> None:
    subcommand = message.params[0].upper()
    do = _SUBCOMMANDS.get(subcommand)
    if do is None:
        dialog.reply(ERR_INVALIDCAPCMD, word(message.params[0]), "There is no such CAP command")
    else:
        do(dialog, message.params[1:])


def _ls(dialog: IRCDialog, params: tuple[str, ...]) -> None:
    """List what there is; a client at the door registers no further until it says `END`."""
    dialog.registration.opens()
    version = _number(params[0]) if params else 0
    if version < VERSION:
        _tell(dialog, "LS", [" ".join(NAMES)])
        return
    dialog.cap_version = max(dialog.cap_version, VERSION)
    names = (f"{name}={VALUES[name]}" if name in VALUES else name for name in NAMES)
    _tell(dialog, "LS", _fill(dialog, names))
    dialog.change_caps(dialog.caps | Cap.CAP_NOTIFY)  # last: it ends this answer


def _list(dialog: IRCDialog, params: tuple[str, ...]) -> None:
    names = [name for name, cap in NAMES.items() if cap in dialog.caps]
    is_new = dialog.cap_version >= VERSION
    _tell(dialog, "LIST", _fill(dialog, names) if is_new else [" ".join(names)])


def _req(dialog: IRCDialog, params: tuple[str, ...]) -> None:
    """Change all of it, or nothing."""
    dialog.registration.opens()
    wanted = params[-1].split() if params else []
    caps = dialog.caps
    for each in wanted:
        name = each.removeprefix("-")
        cap = NAMES.get(name)
        is_implied = cap is Cap.CAP_NOTIFY and dialog.cap_version >= VERSION
        if cap is None or (is_implied and name != each):
            _tell(dialog, "NAK", _fill(dialog, wanted), continues=False)
            return
        caps = caps | cap if name == each else caps & ~cap
    _tell(dialog, "ACK", _fill(dialog, wanted), continues=False)
    dialog.change_caps(caps)


def _end(dialog: IRCDialog, params: tuple[str, ...]) -> None:
    dialog.registration.closes()


def _tell(dialog: IRCDialog, subcommand: str, lists: list[str], *, continues: bool = True) -> None:
    """Tell a list in several lines; where it `continues` all but the last are marked with a *."""
    server, *before = dialog.about.server, "CAP", dialog.nick, subcommand
    for text in lists[:-1]:
        more = ("*",) if continues else ()
        dialog.tell(server, *before, *more, text)
    dialog.tell(server, *before, lists[-1])


def _fill(dialog: IRCDialog, names: Iterable[str]) -> list[str]:
    """Put as many names into each text as fit into a line."""
    return fill(names, space(dialog.about.server, "CAP", dialog.nick, "LIST *")) or [""]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


_SUBCOMMANDS: dict[str, Callable[[IRCDialog, tuple[str, ...]], None]] = {
    "END": _end,
    "LIST": _list,
    "LS": _ls,
    "REQ": _req,
}

CAPABILITY_COMMANDS = {"CAP": Entry(_cap, 1, at_door=True)}
