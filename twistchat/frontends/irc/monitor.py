"""`MONITOR`: who asks whose coming and going they are to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.words.protocols.irc import ERR_NEEDMOREPARAMS

from twistchat.core.names import may_be_name
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.filling import fill, space
from twistchat.frontends.irc.message import word
from twistchat.frontends.irc.monitors import MONITORED
from twistchat.frontends.irc.numerics import (
    ERR_MONLISTFULL,
    RPL_ENDOFMONLIST,
    RPL_MONLIST,
    RPL_MONOFFLINE,
    RPL_MONONLINE,
)
from twistchat.frontends.irc.targets import several

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message


def _monitor(dialog: IRCDialog, message: Message) -> None:
    names = message.params[1] if len(message.params) > 1 else ""
    do = _SUBCOMMANDS.get(message.params[0].upper())
    if do is None or (do in (_add, _remove) and not names):
        dialog.reply(ERR_NEEDMOREPARAMS, "MONITOR", "Say MONITOR + name, - name, C, L or S")
    else:
        do(dialog, names)


def _add(dialog: IRCDialog, names: str) -> None:
    monitors = dialog.about.monitors
    added = []
    wanted = several(names)
    for place, name in enumerate(wanted):
        # What nobody can be called, nobody will ever be: it is not kept.
        if may_be_name(name) and not monitors.add(dialog, name):
            beyond = ",".join(wanted[place:])
            dialog.reply(ERR_MONLISTFULL, str(MONITORED), word(beyond, 300), "Monitor list is full")
            break
        added.append(name)
    _tell_status(dialog, added)


def _remove(dialog: IRCDialog, names: str) -> None:
    for name in names.split(","):
        dialog.about.monitors.remove(dialog, name)


def _clear(dialog: IRCDialog, _: str) -> None:
    dialog.about.monitors.forget(dialog)


def _list(dialog: IRCDialog, _: str) -> None:
    _tell_names(dialog, RPL_MONLIST, dialog.about.monitors.names(dialog))
    dialog.reply(RPL_ENDOFMONLIST, "End of MONITOR list")


def _status(dialog: IRCDialog, _: str) -> None:
    _tell_status(dialog, dialog.about.monitors.names(dialog))


def _tell_status(dialog: IRCDialog, names: Iterable[str]) -> None:
    here, away = [], []
    for name in names:
        user = dialog.about.place.person(name)
        if user is None:
            away.append(name)
        else:
            here.append(dialog.about.mask_of(user))
    _tell_names(dialog, RPL_MONONLINE, here)
    _tell_names(dialog, RPL_MONOFFLINE, away)


def _tell_names(dialog: IRCDialog, numeric: str, names: Iterable[str]) -> None:
    size = space(dialog.about.server, numeric, dialog.nick)
    for text in fill(names, size, ","):
        dialog.reply(numeric, text)


_SUBCOMMANDS: Mapping[str, Callable[[IRCDialog, str], None]] = {
    "+": _add,
    "-": _remove,
    "C": _clear,
    "L": _list,
    "S": _status,
}

MONITOR_COMMANDS: Mapping[str, Entry] = {"MONITOR": Entry(_monitor, 1)}
"""`MONITOR`: to be told who comes and goes."""
