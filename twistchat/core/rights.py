"""Who may do what: ranks, and what keeps somebody from speaking or from coming in."""

from __future__ import annotations

from enum import IntEnum
from math import ceil
from typing import TYPE_CHECKING

from twistchat.core.accounts import Role
from twistchat.core.events import Refusal, Refused
from twistchat.core.rules import is_key

if TYPE_CHECKING:
    from twistchat.core.accounts import Account
    from twistchat.core.law import Law, Sanction
    from twistchat.core.model import Room, User
    from twistchat.core.state import State


class Rank(IntEnum):
    """How much somebody may do: nobody may do anything about whoever may do as much."""

    MEMBER = 0
    MODERATOR = 1
    FOUNDER = 2
    OPERATOR = 3
    OWNER = 4
    """Whoever is at the server itself."""


def rank_of(user: User, law: Law) -> Rank:
    """Tell what somebody may do where this holds."""
    if user.operator:
        is_at_server = user.account is None and user.office is None
        return Rank.OWNER if is_at_server else Rank.OPERATOR
    if user.account is not None:
        return rank_of_account(user.account, law)
    return Rank.MODERATOR if law.is_moderated_by(user.id) else Rank.MEMBER


def is_founder(user: User, law: Law) -> bool:
    """Whether somebody made the room, with an account that they still have."""
    return user.account is not None and law.founder == user.account.id


def rank_of_account(account: Account, law: Law) -> Rank:
    """Tell what the owner of an account, who may be away, may do where this holds."""
    if account.role is Role.OPERATOR:
        return Rank.OPERATOR
    if law.founder == account.id:
        return Rank.FOUNDER
    return Rank.MODERATOR if law.is_moderated_by(account.id) else Rank.MEMBER


def why_not_speak(state: State, user: User, room: Room) -> Refused | None:
    """Tell why somebody may not speak in a room now; None if they may, which is then noted."""
    now, law = state.now(), room.law
    if (why_not := why_muted(state, user, room)) is not None:
        return why_not
    if user.id in law.voiced or rank_of(user, law) >= Rank.MODERATOR:
        return None
    if law.rules.moderated:
        return Refused(Refusal.MODERATED, room.name)
    if law.rules.slow:
        before = room.lines.get(user.id)
        if before is not None and (wait := before + law.rules.slow - now) > 0:
            return Refused(Refusal.SLOW_MODE, room.name, str(ceil(wait)))
        _note_line(room, user, now)
    return None


def why_not_signal(state: State, user: User, room: Room) -> Refused | None:
    """Tell why somebody's program may say nothing in a room; None if it may."""
    if (why_not := why_muted(state, user, room)) is not None or not room.law.rules.moderated:
        return why_not
    if user.id in room.law.voiced or rank_of(user, room.law) >= Rank.MODERATOR:
        return None
    return Refused(Refusal.MODERATED, room.name)


def _note_line(room: Room, user: User, now: float) -> None:
    """Note that somebody speaks in a slow room, and forget who may speak again."""
    lines = room.lines
    lines.pop(user.id, None)
    lines[user.id] = now
    while lines[oldest := next(iter(lines))] + room.law.rules.slow <= now:
        del lines[oldest]


def why_not_whisper(state: State, user: User, other: User | None) -> Refused | None:
    """Tell why somebody may say nothing to one person now; operators they may always ask."""
    if other is not None and other.operator:
        return None
    return _muted_everywhere(state, user)


def _muted_everywhere(state: State, user: User) -> Refused | None:
    if not state.law.mutes:
        return None
    sanction = state.law.muted(user, state.now(), in_person=user.operator)
    return None if sanction is None else sanctioned(Refusal.MUTED, "", sanction)


def why_muted(state: State, user: User, room: Room) -> Refused | None:
    """Tell why nothing is told in a room that somebody says, whatever it is said with.

    Moderators are muted in person alone: by whoever may do more.
    """
    if (why_not := _muted_everywhere(state, user)) is not None or not room.law.mutes:
        return why_not
    is_spared = rank_of(user, room.law) >= Rank.MODERATOR
    sanction = room.law.muted(user, state.now(), in_person=is_spared)
    return None if sanction is None else sanctioned(Refusal.MUTED, room.name, sanction)


def is_mute(state: State, user: User) -> bool:
    """Whether somebody is muted in one of the rooms where they are."""
    rooms = user.rooms.values()
    return any(why_muted(state, user, room) is not None for room in rooms)


def may_take_leave(state: State, user: User, *rooms: Room) -> bool:
    """Whether somebody may add parting words: they are heard like a line, in each of the rooms."""
    restrained = [room for room in rooms if room.is_restrained or state.is_restrained]
    return all(why_not_speak(state, user, room) is None for room in restrained)


def why_not_be_called(state: State, user: User, name: str) -> Refused | None:
    """Tell why somebody may not take another name now; None if they may.

    Nobody says by a name what they may not say; and a name is banned also where one is already.
    """
    rooms = user.rooms.values()
    muted = (why_muted(state, user, room) for room in rooms)
    if (why_not := next(filter(None, muted), None)) is not None:
        return why_not
    now = state.now()
    for where, law in (("", state.law), *((room.name, room.law) for room in rooms)):
        if law.bans and (sanction := law.barred(user, name, now)) is not None:
            return sanctioned(Refusal.BANNED, where, sanction)
    return None


def why_not_join(
    state: State, user: User, room: Room, key: str, *, is_kept: bool
) -> Refused | None:
    """Tell why somebody may not come into a room; None if they may.

    `is_kept`: it is known that they were in it, and did not leave.
    """
    if (why_not := why_banned(state, user, room)) is not None:
        return why_not
    law, rules = room.law, room.law.rules
    is_spared = rank_of(user, law) >= Rank.MODERATOR
    is_admitted = room.admitted.get(user.id)
    if is_spared or is_kept or is_admitted:
        return None
    if rules.invite_only and not law.lets_in(user, state.now()):
        return Refused(Refusal.INVITE_ONLY, room.name)
    if rules.key and not is_key(key, rules.key):
        return Refused(Refusal.KEY_NEEDED, room.name)
    if rules.limit and len(room.members) >= rules.limit and is_admitted is None:
        return Refused(Refusal.ROOM_FULL, room.name, str(rules.limit))
    return None


def why_banned(state: State, user: User, room: Room) -> Refused | None:
    """Tell why somebody is kept out of a room by a ban; moderators are by one in person alone."""
    law = room.law
    if not law.bans:
        return None
    is_spared = rank_of(user, law) >= Rank.MODERATOR
    sanction = law.banned(user, state.now(), in_person=is_spared)
    return None if sanction is None else sanctioned(Refusal.BANNED, room.name, sanction)


def why_not_enter(state: State, user: User) -> Refused | None:
    """Tell why somebody may not come into the chat at all; None if they may."""
    if not state.law.bans:
        return None
    sanction = state.law.banned(user, state.now(), in_person=user.operator)
    return None if sanction is None else sanctioned(Refusal.BANNED, "", sanction)


def may_serve(state: State, account: str) -> bool:
    """Whether one may be an operator by an account (its id), whose owner may be banned."""
    now, bans = state.now(), state.law.bans.values()
    return not any(ban.to_user == account and ban.holds(now) for ban in bans)


def sanctioned(code: Refusal, room: str, sanction: Sanction) -> Refused:
    """Tell somebody that they are muted or banned, until when and why."""
    return Refused(code, room, sanction.words, sanction.until, sanction.at)
