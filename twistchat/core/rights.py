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
        return Rank.OWNER if user.account is None else Rank.OPERATOR
    return Rank.MEMBER if user.account is None else rank_of_account(user.account, law)


def rank_of_account(account: Account, law: Law) -> Rank:
    """Tell what the owner of an account, who may be away, may do where this holds."""
    if account.role is Role.OPERATOR:
        return Rank.OPERATOR
    if law.founder == account.id:
        return Rank.FOUNDER
    return Rank.MODERATOR if account.id in law.moderators else Rank.MEMBER


def why_not_speak(state: State, user: User, room: Room) -> Refused | None:
    """Tell why somebody may not speak in a room now; None if they may, which is then noted."""
    now, law = state.now(), room.law
    if user.operator:
        return None
    if (sanction := state.law.muted(user, now)) is not None:
        return sanctioned(Refusal.MUTED, "", sanction)
    if rank_of(user, law) >= Rank.MODERATOR:
        return None
    if (sanction := law.muted(user, now)) is not None:
        return sanctioned(Refusal.MUTED, room.name, sanction)
    if user.id in law.voiced:
        return None
    if law.rules.moderated:
        return Refused(Refusal.MODERATED, room.name)
    if law.rules.slow:
        before = room.lines.get(user.id)
        if before is not None and (wait := before + law.rules.slow - now) > 0:
            return Refused(Refusal.SLOW_MODE, room.name, str(ceil(wait)))
        room.lines[user.id] = now
    return None


def why_not_whisper(state: State, user: User, other: User | None) -> Refused | None:
    """Tell why somebody may say nothing to one person now; operators they may always ask."""
    if user.operator or (other is not None and other.operator) or not state.law.mutes:
        return None
    sanction = state.law.muted(user, state.now())
    return None if sanction is None else sanctioned(Refusal.MUTED, "", sanction)


def is_mute(state: State, user: User, room: Room) -> bool:
    """Whether nothing that somebody says is to be told in a room, whatever it is said with."""
    if not (room.is_restrained or state.is_restrained) or user.operator:
        return False
    now = state.now()
    if state.law.muted(user, now) is not None:
        return True
    return rank_of(user, room.law) < Rank.MODERATOR and room.law.muted(user, now) is not None


def why_not_join(
    state: State, user: User, room: Room, key: str, *, is_kept: bool
) -> Refused | None:
    """Tell why somebody may not come into a room; None if they may.

    `is_kept`: it is known that they were in it, and did not leave.
    """
    law = room.law
    if rank_of(user, law) >= Rank.MODERATOR:
        return None
    if law.bans and (sanction := law.banned(user, state.now())) is not None:
        return sanctioned(Refusal.BANNED, room.name, sanction)
    rules = law.rules
    if is_kept or user.id in room.admitted:
        return None
    if rules.invite_only:
        return Refused(Refusal.INVITE_ONLY, room.name)
    if rules.key and not is_key(key, rules.key):
        return Refused(Refusal.KEY_NEEDED, room.name)
    if rules.limit and len(room.members) >= rules.limit:
        return Refused(Refusal.ROOM_FULL, room.name, str(rules.limit))
    return None


def why_not_enter(state: State, user: User) -> Refused | None:
    """Tell why somebody may not come into the chat at all; None if they may."""
    if not state.law.bans or user.operator:
        return None
    sanction = state.law.banned(user, state.now())
    return None if sanction is None else sanctioned(Refusal.BANNED, "", sanction)


def sanctioned(code: Refusal, room: str, sanction: Sanction) -> Refused:
    """Tell somebody that they are muted or banned, until when and why."""
    return Refused(code, room, sanction.words, sanction.until, sanction.at)
