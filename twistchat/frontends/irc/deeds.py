"""What moderators do, and the rules of rooms, as modes and kicks; the rest in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twistchat.core.law import ADDRESS, LASTING, Deed
from twistchat.core.rights import is_founder
from twistchat.core.rules import written_retention
from twistchat.frontends.irc import sentences as s
from twistchat.frontends.irc.banmasks import mask_of
from twistchat.frontends.irc.letters import PARTS, deed_mode, modes_changed
from twistchat.frontends.irc.message import write

if TYPE_CHECKING:
    from twistchat.core import events as e
    from twistchat.core.law import RoomRules, Sanction
    from twistchat.frontends.irc.about import About


def moderated(about: About, item: e.Moderated, tags: str) -> list[str]:
    """Write what somebody did about somebody."""
    source = about.mask(item.who, item.user)
    if not item.room:
        return [_notice(about, item, "*", tags)]
    if item.deed is Deed.KICK:
        why = item.words or item.who
        return [write(source, "KICK", item.room, item.to, text=why, tags=tags)]
    if not (mode := deed_mode(item.deed)):  # who founds a room is its operator without one
        return []
    if item.to_user == ADDRESS or (item.deed is Deed.DEOP and _founded(about, item)):
        return [_notice(about, item, item.room, tags)]
    to = item.to if mode[1] in PARTS else mask_of(item.to)
    lines = [write(source, "MODE", item.room, mode, to, tags=tags)]
    if item.words or (item.until is not None and item.deed in LASTING):
        lines.append(_notice(about, item, item.room, ""))
    return lines


def _founded(about: About, item: e.Moderated) -> bool:
    """Whether somebody is an operator of a room whatever others take from them."""
    room, user = about.place.room(item.room), about.place.user(item.to_user)
    return room is not None and user is not None and is_founder(user, room.law)


def _notice(about: About, item: e.Moderated, to: str, tags: str) -> str:
    in_room, everywhere = s.DEEDS[item.deed]
    done = (in_room if item.room else everywhere).format(to=item.to, room=item.room)
    until = "" if item.until is None else f" until {day(item.until)}"
    told = f"{item.who} {done}{until}{why(item.words)}."
    return write(about.server, "NOTICE", to, text=told, tags=tags)


def day(at: float) -> str:
    """Write a time for people who may be anywhere."""
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, OSError, ValueError):
        return "the end of all calendars"


def why(words: str) -> str:
    """Write why, if anything was said of that."""
    return f" ({words})" if words else ""


def put_out(about: About, item: e.Left, tags: str) -> list[str]:
    """Write that somebody was made to leave a room, unless a kick has told that."""
    if item.is_told and item.cause == "kicked":
        return []
    sanction = _reason(about, item)
    if sanction is None:
        source, words = about.server, s.QUIT[item.cause]
    else:
        person = about.place.person(sanction.who)
        source = sanction.who if person is None else about.mask_of(person)
        words = sanction.words or sanction.who
    return [write(source, "KICK", item.room, item.who, text=words, tags=tags)]


def _reason(about: About, item: e.Left) -> Sanction | None:
    """Find the ban for which somebody left."""
    room = about.place.room(item.room)
    bans = () if room is None else room.law.bans.values()
    found = (ban for ban in bans if ban.at == item.at)
    return next((ban for ban in found if ban.to_user == item.user or ban.bars(item.who)), None)


def rules_changed(about: About, item: e.RulesChanged, tags: str) -> list[str]:
    """Write which rules of a room are other than before: as modes, and in words what is none."""
    modes = modes_changed(item.rules, item.changed)
    source = about.mask(item.who, item.user)
    lines = [write(source, "MODE", item.room, *modes, tags=tags)] if modes else []
    if words := _in_words(item.rules, item.changed):
        told = f"{item.who} changed {item.room}: {words}."
        lines.append(
            write(about.server, "NOTICE", item.room, text=told, tags="" if lines else tags)
        )
    return lines


def _in_words(rules: RoomRules, changed: tuple[str, ...]) -> str:
    words = []
    if "slow" in changed:
        words.append(f"slow={rules.slow:g}" if rules.slow else "slow=off")
    if {"keep_time", "keep_lines"} & {*changed}:
        words.append(f"retention={written_retention(rules) or 'off'}")
    return ", ".join(words)
