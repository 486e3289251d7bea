"""`MODE` of rooms: their rules, who does what in them, and lists of whom they keep out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.words.protocols.irc import (
    ERR_CHANOPRIVSNEEDED,
    ERR_NOSUCHNICK,
    ERR_NOTONCHANNEL,
    ERR_UNKNOWNMODE,
    ERR_USERNOTINCHANNEL,
    RPL_BANLIST,
    RPL_CHANNELMODEIS,
    RPL_ENDOFBANLIST,
    RPL_ENDOFEXCEPTLIST,
    RPL_ENDOFINVITELIST,
    RPL_EXCEPTLIST,
    RPL_INVITELIST,
)

from twistchat.core import commands as c
from twistchat.core.names import fold
from twistchat.core.rights import Rank, is_founder, rank_of
from twistchat.frontends.irc.banmasks import Hosts, listed_as, mask_of, target_of
from twistchat.frontends.irc.changes import as_rule, read_changes, why_not
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.letters import HIDDEN, KEY, LISTS, PARTS, modes_of
from twistchat.frontends.irc.message import word
from twistchat.frontends.irc.numerics import (
    ERR_INVALIDMODEPARAM,
    RPL_CREATIONTIME,
    RPL_ENDOFQUIETLIST,
    RPL_QUIETLIST,
)
from twistchat.frontends.irc.oneself import user_mode
from twistchat.frontends.irc.targets import is_room, known_room

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twistchat.core.law import Law
    from twistchat.core.model import Room, User
    from twistchat.frontends.irc.changes import Change
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

MODES = 20
"""Deeds that one line may ask for."""

ANSWERS = {
    "b": (RPL_BANLIST, RPL_ENDOFBANLIST, "End of channel ban list"),
    "e": (RPL_EXCEPTLIST, RPL_ENDOFEXCEPTLIST, "End of channel exception list"),
    "I": (RPL_INVITELIST, RPL_ENDOFINVITELIST, "End of channel invite exception list"),
    "q": (RPL_QUIETLIST, RPL_ENDOFQUIETLIST, "End of channel quiet list"),
}
"""How each list is told."""

FOR_MEMBERS = frozenset("bq")
"""Lists of what everybody in the room was told; the others are for its operators."""


def _mode(dialog: IRCDialog, message: Message) -> None:
    """Tell or change how a room is used, or somebody's own modes."""
    if is_room(message.params[0]):
        _room_mode(dialog, message)
    else:
        user_mode(dialog, message)


def _room_mode(dialog: IRCDialog, message: Message) -> None:
    """Tell how a room is used, or change it."""
    user = dialog.session.user
    room = None if user is None else known_room(dialog, user, message.params[0])
    if user is None or room is None:
        return
    if len(message.params) == 1:
        dialog.reply(RPL_CHANNELMODEIS, room.name, *modes_of(room.law.rules))
        dialog.reply(RPL_CREATIONTIME, room.name, str(int(room.since)))
        return
    changes = read_changes(message.params[1], message.params[2:])
    if len(changes) > 1:
        dialog.several()
    for letter in dict.fromkeys(each.letter for each in changes if not each.is_known):
        dialog.reply(ERR_UNKNOWNMODE, word(letter), "is no mode of rooms here")
    for letter in dict.fromkeys(each.letter for each in changes if each.is_question):
        _tell_list(dialog, user, room, letter)
    wanted = [each for each in changes if each.is_known and not each.is_question]
    if wanted and not _is_refused(dialog, user, room, Rank.MODERATOR):
        _change_rules(dialog, room, [each for each in wanted if each.is_rule])
        _do_deeds(dialog, room, [each for each in wanted if not each.is_rule])


def _is_refused(dialog: IRCDialog, user: User, room: Room, least: Rank) -> bool:
    """Refuse what takes a rank, or being in the room, to whoever has none and is not."""
    if rank_of(user, room.law) >= max(least, Rank.MODERATOR):
        return False
    if user.id not in room.members:
        dialog.reply(ERR_NOTONCHANNEL, room.name, "You are not in that room")
        return True
    if least > Rank.MEMBER:
        dialog.reply(ERR_CHANOPRIVSNEEDED, room.name, "Only operators of that room can do that")
    return least > Rank.MEMBER


def _refuse(dialog: IRCDialog, room: Room, change: Change, why: str) -> None:
    """Refuse one change."""
    shown = HIDDEN if change.letter == KEY else word(change.param or "")
    dialog.reply(ERR_INVALIDMODEPARAM, room.name, change.letter, shown, why)


# ---------------------------------------------------------------- lists


def _tell_list(dialog: IRCDialog, user: User, room: Room, letter: str) -> None:
    """Tell who is on a list: whom, by whom, since when."""
    if _is_refused(dialog, user, room, Rank.MEMBER if letter in FOR_MEMBERS else Rank.MODERATOR):
        return
    entry, end, words = ANSWERS[letter]
    name = (letter,) if letter == "q" else ()
    now = dialog.about.place.now()
    for each in room.law.listed(LISTS[letter][0]).values():
        if each.holds(now):
            mask = mask_of(each.to)
            dialog.reply(entry, room.name, *name, mask, each.who, str(int(each.at)))
    dialog.reply(end, room.name, *name, words)


# ---------------------------------------------------------------- rules


def _change_rules(dialog: IRCDialog, room: Room, changes: list[Change]) -> None:
    """Change all rules of a line at once."""
    wanted = []
    for change in changes:
        if why := why_not(change):
            _refuse(dialog, room, change, why)
        elif (rule := as_rule(change, room.law.rules)) is not None:
            wanted.append(rule)
    if wanted:
        dialog.does(c.ChangeRules(room.name, tuple(wanted)), about=room.name)


# ---------------------------------------------------------------- deeds


def _do_deeds(dialog: IRCDialog, room: Room, changes: list[Change]) -> None:
    """Do what a line asks for about people, one after the other.

    What is so already is passed over, as IRC does, but not behind another change of the same.
    """
    hosts, changed = Hosts(dialog.about.place), set[tuple[str, str]]()
    for change in changes[:MODES]:
        target = _target(dialog, room, change, hosts)
        if target is None:
            continue
        key = change.letter, fold(target)
        if key in changed or not _is_so(dialog, room, change, target):
            changed.add(key)
            given, taken = (LISTS | PARTS)[change.letter]
            deed = given if change.on else taken
            dialog.does(c.Moderate(deed, room.name, target), about=room.name)
    if len(changes) > MODES:
        _refuse(dialog, room, changes[MODES], f"At most {MODES} of these in one line")


def _target(dialog: IRCDialog, room: Room, change: Change, hosts: Hosts) -> str | None:
    """Find whom a change is about, or say that it is nobody."""
    if not change.param:
        _refuse(dialog, room, change, "That mode needs a parameter")
        return None
    place = dialog.about.place
    if change.letter in PARTS:
        return _member(dialog, room, change, change.param)
    listed = room.law.listed(LISTS[change.letter][0])
    if (found := listed_as(change.param, listed, place.now())) is not None:
        return found.to
    target = target_of(change.param, room, hosts)
    if target is None:
        _refuse(dialog, room, change, "Hosts are cloaked here: name somebody, as in nick!*@*")
    elif not target.strip("*?"):
        _refuse(dialog, room, change, "That would be everybody")
    else:
        return target
    return None


def _member(dialog: IRCDialog, room: Room, change: Change, name: str) -> str | None:
    """Find who is given a part, or is to lose one; who has one may be elsewhere."""
    law, other = room.law, dialog.about.place.person(name)
    if not change.on:
        if other is not None and is_founder(other, law) and change.letter == "o":
            dialog.reply(ERR_CHANOPRIVSNEEDED, room.name, f"{other.name} founded that room")
            return None
        if other is None and fold(name) in map(fold, _holders(law, change.letter)):
            return name
        if other is not None and _has_part(law, change.letter, other.id):
            return other.name
    if other is None:
        dialog.reply(ERR_NOSUCHNICK, word(name), "Nobody here is called that")
    elif other.id not in room.members:
        dialog.reply(ERR_USERNOTINCHANNEL, other.name, room.name, "is not in that room")
    else:
        return other.name
    return None


def _holders(law: Law, letter: str) -> Iterable[str]:
    return (law.moderators if letter == "o" else law.voiced).values()


def _has_part(law: Law, letter: str, identity: str) -> bool:
    return law.is_moderated_by(identity) if letter == "o" else identity in law.voiced


def _is_so(dialog: IRCDialog, room: Room, change: Change, target: str) -> bool:
    """Whether nothing would change."""
    law, place = room.law, dialog.about.place
    other = place.person(target)
    if change.letter in LISTS:
        now, wanted = place.now(), fold(target)
        listed = law.listed(LISTS[change.letter][0]).values()
        held = (each for each in listed if each.holds(now))
        return change.on is any(
            fold(each.to) == wanted or (other is not None and each.is_about(other)) for each in held
        )
    if other is None:
        return False
    if change.letter == "o" and change.on:  # who made the room without an account may be named, too
        return is_founder(other, law) or other.id in law.moderators
    return _has_part(law, change.letter, other.id) is change.on


MODE_COMMANDS: Mapping[str, Entry] = {"MODE": Entry(_mode, 1)}
"""`MODE`, of rooms and of oneself."""
