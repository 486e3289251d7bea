"""The commands of moderators that people type, as data; one more table besides `commands.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core import commands as c
from twistchat.core.law import LASTING, Deed
from twistchat.core.orders import NoTimeError, first_room, read_changes, read_order
from twistchat.frontends.line import sentences_moderation as s
from twistchat.frontends.line.commands import Asked, LineCommand, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


def _deed(deed: Deed) -> Callable[[str, str], Asked]:
    def read(room: str, words: str) -> Asked:
        try:
            order = read_order(words, lasts=deed in LASTING)
        except NoTimeError as error:
            raise UsageError(s.NO_TIME, time=str(error)[:40]) from error
        if not order.name:
            raise UsageError
        return c.Moderate(deed, order.room or room, order.name, order.seconds, order.words)

    return read


def _slow(room: str, words: str) -> Asked:
    elsewhere, rest = first_room(words)
    seconds, _, behind = rest.partition(" ")
    if not elsewhere:
        elsewhere, behind = first_room(behind)
    if not seconds or behind:
        raise UsageError
    return c.ChangeRules(elsewhere or room, (("slow", seconds),))


def _delete(room: str, words: str) -> Asked:
    elsewhere, rest = first_room(words)
    number, _, why = rest.partition(" ")
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        raise UsageError
    return c.Delete(elsewhere or room, int(number), why.strip())


def _rules(room: str, words: str) -> Asked:
    elsewhere, rest = first_room(words)
    room = elsewhere or room
    return c.ChangeRules(room, read_changes(rest)) if rest else c.ReadRules(room)


def _bans(room: str, words: str) -> Asked:
    elsewhere, rest = first_room(words)
    if rest:
        raise UsageError
    return c.ListSanctions(elsewhere or room)


MODERATOR_COMMANDS = (
    LineCommand("kick", _deed(Deed.KICK)),
    LineCommand("mute", _deed(Deed.MUTE), aliases=("gag",)),
    LineCommand("unmute", _deed(Deed.UNMUTE)),
    LineCommand("ban", _deed(Deed.BAN)),
    LineCommand("unban", _deed(Deed.UNBAN)),
    LineCommand("bans", _bans, aliases=("mutes",)),
    LineCommand("exempt", _deed(Deed.EXEMPT), aliases=("except",)),
    LineCommand("unexempt", _deed(Deed.UNEXEMPT)),
    LineCommand("allow", _deed(Deed.ALLOW)),
    LineCommand("disallow", _deed(Deed.DISALLOW), aliases=("unallow",)),
    LineCommand("op", _deed(Deed.OP)),
    LineCommand("deop", _deed(Deed.DEOP)),
    LineCommand("voice", _deed(Deed.VOICE)),
    LineCommand("devoice", _deed(Deed.DEVOICE), aliases=("unvoice",)),
    LineCommand("rules", _rules, aliases=("mode",)),
    LineCommand("slow", _slow),
    LineCommand("delete", _delete, aliases=("del",)),
)
