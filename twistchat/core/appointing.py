"""The rules about who has a part in a room: who made it, its moderators, who has a voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.commands import Moderate
from twistchat.core.deeds import event_of, nobody, nothing
from twistchat.core.law import Deed
from twistchat.core.names import LOBBY, fold
from twistchat.core.rights import Rank, rank_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twistchat.core.accounts import Account
    from twistchat.core.law import Law
    from twistchat.core.model import Room, User
    from twistchat.core.state import State


def founded(state: State, user: User, room: Room) -> e.Moderated | None:
    """Let a room be theirs who make it, if they have an account."""
    if user.account is None or room.name == LOBBY or room.has_log or room.law.founder:
        return None
    now = state.now()
    event = e.Moderated(
        room.name, user.id, user.name, Deed.FOUND, user.id, user.name, "", None, now
    )
    state.decide(event)
    return event


def appoint(
    state: State, user: User, room: Room, command: Moderate
) -> Sequence[e.Item] | e.Refused:
    """Give somebody a part in a room, or take it."""
    match command.deed:
        case Deed.OP | Deed.VOICE:
            found = _to_be_given(state, room, command)
        case _:
            found = _to_be_taken(state, user, room, command)
    if isinstance(found, e.Refused):
        return found
    items: list[e.Item] = []
    for target in found:
        event = event_of(state, user, room, command, target)
        state.decide(event)
        items.append(event)
    return items


def _to_be_given(
    state: State, room: Room, command: Moderate
) -> Sequence[tuple[str, str]] | e.Refused:
    """Find who is to have a part: somebody who is here, or has an account."""
    law = room.law
    holders = law.moderators if command.deed is Deed.OP else law.voiced
    to = _meant(state, command.to)
    if to is None:
        return nobody(command.to)
    if to.id not in holders and len(holders) >= state.limits.sanctions:
        return e.Refused(e.Refusal.SANCTIONS, hint=str(state.limits.sanctions))
    return [(to.id, to.name)]


def _to_be_taken(
    state: State, user: User, room: Room, command: Moderate
) -> Sequence[tuple[str, str]] | e.Refused:
    """Find who has a part: by the name they bear now, or else by that under which it was given."""
    is_op = command.deed is Deed.DEOP
    holders = _moderators(room.law) if is_op else room.law.voiced
    to = _meant(state, command.to)
    if to is not None and to.id in holders:
        found = [(to.id, to.name)]
    else:
        wanted = fold(command.to.strip()[:200])
        found = [
            (key, _called_now(state, key) or name)  # as whoever is told of it knows them
            for key, name in holders.items()
            if name and fold(name) == wanted
        ]
    if not found:
        return nothing(command.to)
    if is_op and not all(_may_depose(user, room.law, identity) for identity, _ in found):
        return e.Refused(e.Refusal.NOT_FOUNDER, room.name)
    return found


def _may_depose(user: User, law: Law, identity: str) -> bool:
    """Whether somebody may let a moderator, who may be themselves, be none any more."""
    if identity == user.id or rank_of(user, law) >= Rank.FOUNDER:
        return True
    return user.id == law.keeper  # and they are not about themselves, so not about the keeper


def _meant(state: State, typed: str) -> User | Account | None:
    return state.accounts.named(typed) or state.person(typed)


def resigned(state: State, user: User, account: Account) -> Sequence[e.Item]:
    """Let an account that is deleted moderate nothing: its owner may stay on, as a guest.

    That they founded a room is worth nothing any more either, and who is there is told so.
    """
    items: list[e.Item] = []
    for room in state.rooms.values():
        is_there = room.law.founder == account.id and account.id in room.members
        if room.law.is_moderated_by(account.id) or is_there:
            resign = Moderate(Deed.DEOP, room.name, account.name)
            event = event_of(state, user, room, resign, (account.id, account.name))
            state.decide(event)
            items.append(event)
    return items


def moderators(state: State, law: Law) -> tuple[str, ...]:
    """Name the moderators of a room, as far as they are called anything now."""
    return _named(state, _moderators(law))


def voiced(state: State, law: Law) -> tuple[str, ...]:
    """Name those who may speak in a moderated room."""
    return _named(state, law.voiced)


def _moderators(law: Law) -> Mapping[str, str]:
    """Find the moderators by id; whoever made the room may be called by another name now."""
    if not law.keeper or law.keeper in law.moderators:
        return law.moderators
    return {law.keeper: "", **law.moderators}


def _named(state: State, holders: Mapping[str, str]) -> tuple[str, ...]:
    names = []
    for identity, before in holders.items():
        if name := _called_now(state, identity) or before:
            names.append(name)
    return tuple(sorted(names))


def _called_now(state: State, identity: str) -> str:
    """Tell what somebody (by `User.id`) is called now; empty: they are gone for good."""
    now = state.people.get(identity) or state.accounts.of(identity)
    return "" if now is None else now.name
