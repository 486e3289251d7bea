"""The rules about people: their names, what they say to each other alone, where they are."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.names import fold
from twistchat.core.rights import (
    Rank,
    is_mute,
    rank_of,
    why_muted,
    why_not_be_called,
    why_not_whisper,
)
from twistchat.core.text import clean, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core import commands as c
    from twistchat.core.accounts import Account
    from twistchat.core.model import User
    from twistchat.core.state import State


def whisper(state: State, user: User, command: c.Whisper) -> Sequence[e.Item] | e.Refused:
    """Say something to one person, who may be oneself: it is kept, and told them once."""
    other = state.person(command.to)
    if other is None:
        account = state.accounts.named(command.to)
        if account is None or account.id == user.id:
            return nobody(command.to)
        return _leave_word(state, user, account, command)
    text = spoken(command.text)
    if not text:
        return e.Refused(e.Refusal.NOTHING_TO_SAY)
    if (why_not := why_not_whisper(state, user, other)) is not None:
        return why_not
    if refused := too_fast_for(state, user, other):
        return refused
    state.has_written(user, other)
    user.spoke = now = state.now()
    items: list[e.Item] = [_whispered(user, other, text, command, now)]
    if other.away is not None and not command.notice:
        items.append(e.AwayTold(other.name, other.away))
    return items


def _whispered(
    user: User, other: User | Account, text: str, command: c.Whisper, now: float
) -> e.Whispered:
    action, notice, tags = command.action, command.notice, command.tags
    return e.Whispered(user.id, user.name, other.id, other.name, text, action, now, notice, tags)


def _leave_word(
    state: State, user: User, account: Account, command: c.Whisper
) -> Sequence[e.Item] | e.Refused:
    """Say something to somebody who is away, and will find it."""
    text = spoken(command.text)
    if not text:
        return e.Refused(e.Refusal.NOTHING_TO_SAY)
    if account.is_disabled:
        return nobody(command.to)
    if (why_not := why_not_whisper(state, user, None)) is not None:
        return why_not
    if wait := state.wait(user, "strangers"):
        return e.Refused(e.Refusal.STRANGERS_FAST, str(state.limits.strangers), str(ceil(wait)))
    user.spoke = now = state.now()
    said = _whispered(user, account, text, command, now)
    return [said, e.WillFind(account.name)]


def invite(state: State, user: User, command: c.Invite) -> Sequence[e.Item] | e.Refused:
    """Invite somebody to a room that one is in."""
    room = state.membership(user, command.room)
    if isinstance(room, e.Refused):
        return room
    other = _other(state, user, command.to)
    if isinstance(other, e.Refused):
        return other
    if other.id in room.members:
        return e.Refused(e.Refusal.IN_ROOM_ALREADY, other.name, room.name)
    if room.law.rules.invite_only and rank_of(user, room.law) < Rank.MODERATOR:
        return e.Refused(e.Refusal.NOT_MODERATOR, room.name)
    if (why_not := why_muted(state, user, room)) is not None:
        return why_not
    if refused := too_fast_for(state, user, other):
        return refused
    state.admit(other.id, room, is_for_all=rank_of(user, room.law) >= Rank.MODERATOR)
    now = state.now()
    shown = e.InvitationShown(room.name, user.id, user.name, other.name, now)
    return [e.Invited(room.name, user.id, user.name, other.id, other.name, now), shown]


def rename(state: State, user: User, command: c.Rename) -> Sequence[e.Item] | e.Refused:
    """Take another name, which is claimed already."""
    old, new = user.name, command.name
    account = user.account or state.accounts.decided(old)
    if account is not None and account.id == user.id:
        return e.Refused(e.Refusal.NAME_OF_ACCOUNT, account.name)
    if old == new:
        return e.Refused(e.Refusal.NAME_SAME, new)
    if (why_not := why_not_be_called(state, user, new)) is not None:
        return why_not
    if wait := state.wait(user, "renames"):
        return e.Refused(e.Refusal.RENAMES_FAST, str(state.limits.renames), str(ceil(wait)))
    return renamed(state, user, new)


def renamed(state: State, user: User, new: str) -> Sequence[e.Item]:
    """Let somebody bear another name, which is claimed already."""
    old = user.name
    state.free(user)
    user.name = new
    for room in user.rooms.values():
        room.roster = None
    state.names[fold(new)] = user
    return [e.Renamed(tuple(user.rooms), user.id, old, new, state.now())]


def set_away(state: State, user: User, command: c.SetAway) -> Sequence[e.Item]:
    """Be away, or be back."""
    words = command.words
    if words is not None:
        words = "" if is_mute(state, user) else clean(words.strip())[: state.limits.words]
    if words == user.away:
        return [e.AwayNoted(words)]
    user.away = words
    changed = e.AwayChanged(tuple(user.rooms), user.id, user.name, words, state.now())
    return [changed, e.AwayNoted(words)]


def describe(state: State, user: User, command: c.Describe) -> Sequence[e.Item] | e.Refused:
    """Tell about a person what everybody may know; of rooms those that both are in."""
    other = state.person(command.name)
    if other is None:
        return nobody(command.name)
    shared = tuple(name for name in other.rooms if name in user.rooms)
    now = state.now()
    return [e.PersonDescribed(other.name, now - other.since, now - other.spoke, other.away, shared)]


def announce(state: State, user: User, command: c.Announce) -> Sequence[e.Item] | e.Refused:
    """Tell everybody something, or one person, as an operator."""
    if not user.operator:
        return e.Refused(e.Refusal.OPERATORS_ONLY)
    text = clean(command.text.strip())
    if not text:
        return e.Refused(e.Refusal.NOTHING_TO_SAY)
    if command.to is None:
        return [e.Announced(text, None, None, state.now(), command.only_here)]
    other = state.person(command.to)
    if other is None:
        return nobody(command.to)
    return [e.Announced(text, other.id, other.name, state.now())]


def _other(state: State, user: User, name: str) -> User | e.Refused:
    other = state.person(name)
    if other is None:
        return nobody(name)
    return e.Refused(e.Refusal.TO_ONESELF) if other is user else other


def nobody(name: str) -> e.Refused:
    """Tell that nobody of that name is here."""
    return e.Refused(e.Refusal.NO_SUCH_PERSON, clean(name.strip()[:40]))


def too_fast_for(state: State, user: User, other: User) -> e.Refused | None:
    """Tell that somebody writes to too many strangers; None: they may write to this one."""
    wait = 0.0 if other is user else state.wait_for_stranger(user, other)
    if not wait:
        return None
    return e.Refused(e.Refusal.STRANGERS_FAST, str(state.limits.strangers), str(ceil(wait)))
