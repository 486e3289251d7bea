"""The rules about moderating: who may do what about whom, and what follows at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.appointing import appoint, moderators, voiced
from twistchat.core.deeds import event_of, nobody, nothing, words_of
from twistchat.core.law import ADDRESS, EVERYWHERE, Deed, Sanction, target_key
from twistchat.core.names import fold, room_name
from twistchat.core.offices import close
from twistchat.core.rights import Rank, rank_of, rank_of_account
from twistchat.core.rules import RuleError, changed
from twistchat.core.text import clean
from twistchat.core.whom import find, network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.model import Room, User
    from twistchat.core.state import State


def perform(
    state: State,
    user: User,
    command: c.Moderate | c.ChangeRules | c.ReadRules | c.ListSanctions | c.Delete,
) -> Sequence[e.Item] | e.Refused:
    """Decide what follows from a moderator's command."""
    match command:
        case c.Moderate():
            return moderate(state, user, command)
        case c.ChangeRules():
            return change_rules(state, user, command)
        case c.ReadRules():
            return read_rules(state, user, command)
        case c.ListSanctions():
            return list_sanctions(state, user, command)
        case c.Delete():
            return delete(state, user, command)
        case _:
            assert_never(command)


def moderate(state: State, user: User, command: c.Moderate) -> Sequence[e.Item] | e.Refused:
    """Do something about somebody."""
    room = _place(state, user, command.room)
    if isinstance(room, e.Refused):
        return room
    match command.deed:
        case Deed.KICK:
            return _kick(state, user, room, command)
        case Deed.MUTE | Deed.BAN:
            return _sanction(state, user, room, command)
        case Deed.UNMUTE | Deed.UNBAN:
            return _lift(state, user, room, command)
        case Deed.EXEMPT | Deed.ALLOW if room is not None:
            return _except(state, user, room, command)
        case Deed.UNEXEMPT | Deed.DISALLOW if room is not None:
            return _lift(state, user, room, command)
        case Deed.OP | Deed.DEOP | Deed.VOICE | Deed.DEVOICE if room is not None:
            return appoint(state, user, room, command)
        case _:
            return e.Refused(e.Refusal.NO_SUCH_ROOM, command.room)


def change_rules(state: State, user: User, command: c.ChangeRules) -> Sequence[e.Item] | e.Refused:
    """Change how a room is used."""
    room = _room(state, user, command.room)
    if isinstance(room, e.Refused):
        return room
    try:
        rules, names = changed(room.law.rules, command.changes)
    except RuleError as error:
        code = e.Refusal.RULE_VALUE if error.expected else e.Refusal.NO_SUCH_RULE
        return e.Refused(code, clean(error.name), error.expected)
    if not names:
        return [told(state, room)]
    event = e.RulesChanged(room.name, user.id, user.name, rules, names, state.now())
    state.decide(event)
    return [event]


def read_rules(state: State, user: User, command: c.ReadRules) -> Sequence[e.Item] | e.Refused:
    """Tell how a room is used, to whoever is in it."""
    room = _visible(state, user, command.room)
    return room if isinstance(room, e.Refused) else [told(state, room)]


def told(state: State, room: Room) -> e.RulesTold:
    """Tell how a room is used."""
    law = room.law
    return e.RulesTold(
        room.name,
        law.rules,
        law.founder_name,
        moderators(state, law),
        voiced(state, law),
    )


def list_sanctions(
    state: State, user: User, command: c.ListSanctions
) -> Sequence[e.Item] | e.Refused:
    """Tell who is muted and who is banned, and who is not."""
    room = _place(state, user, command.room)
    if isinstance(room, e.Refused):
        return room
    law, now = (state.law if room is None else room.law), state.now()
    listed = (
        tuple(sanction for sanction in sanctions.values() if sanction.holds(now))
        for sanctions in (law.mutes, law.bans, law.exempt, law.allowed)
    )
    return [e.SanctionsListed("" if room is None else room.name, *listed)]


def delete(state: State, user: User, command: c.Delete) -> Sequence[e.Item] | e.Refused:
    """Take back what was said; the engine knows whether there is anything under that number."""
    room = _room(state, user, command.room)
    if isinstance(room, e.Refused):
        return room
    words = words_of(state, command.words)
    return [e.Deleted(room.name, command.number, user.id, user.name, words, state.now())]


# ---------------------------------------------------------------- where


def _place(state: State, user: User, typed: str) -> Room | e.Refused | None:
    """Find the room that somebody moderates; None: everywhere, which is for operators."""
    if typed == EVERYWHERE:
        return None if user.operator else e.Refused(e.Refusal.OPERATORS_ONLY)
    return _room(state, user, typed)


def _room(state: State, user: User, typed: str) -> Room | e.Refused:
    room = _visible(state, user, typed)
    if isinstance(room, e.Refused):
        return room
    if rank_of(user, room.law) < Rank.MODERATOR:
        return e.Refused(e.Refusal.NOT_MODERATOR, room.name)
    return room


def _visible(state: State, user: User, typed: str) -> Room | e.Refused:
    """Find a room that somebody is in, or moderates without being in it."""
    if not typed:
        return e.Refused(e.Refusal.IN_NO_ROOM)
    name = room_name(typed, state.limits)
    if isinstance(name, e.Refused):
        return name
    room = state.known(name)
    if room is not None and (user.id in room.members or rank_of(user, room.law)):
        return room
    code = e.Refusal.NO_SUCH_ROOM if user.operator else e.Refusal.NOT_IN_ROOM
    return e.Refused(code, name)


# ---------------------------------------------------------------- what


def _kick(
    state: State, user: User, room: Room | None, command: c.Moderate
) -> Sequence[e.Item] | e.Refused:
    other = state.person(command.to)
    if other is None or (room is not None and other.id not in room.members):
        return nobody(command.to)
    if (refused := _outranked(state, user, room, other.id, other)) and not (
        room is not None and _may_put_out(user, other, room)
    ):
        return refused
    event = event_of(state, user, room, command, (other.id, other.name), rooms=tuple(other.rooms))
    return [event, _put_out(state, other, room, e.Cause.KICKED, event)]


def _may_put_out(user: User, other: User, room: Room) -> bool:
    """Whether somebody puts out one who may do as much: moderators, since that may come back."""
    own, theirs = rank_of(user, room.law), rank_of(other, room.law)
    return other is not user and own == theirs == Rank.MODERATOR


def _sanction(
    state: State, user: User, room: Room | None, command: c.Moderate
) -> Sequence[e.Item] | e.Refused:
    target = _target(state, room, command)
    if isinstance(target, e.Refused):
        return target
    to_user, _ = target
    if (
        to_user
        and to_user != ADDRESS
        and (refused := _outranked(state, user, room, to_user, state.people.get(to_user)))
    ):
        return refused
    event = event_of(state, user, room, command, target)
    met = _met(state, room, event)
    if room is None:
        rooms = dict.fromkeys(name for other in met for name in other.rooms)
        event = replace(event, rooms=tuple(rooms))
    state.decide(event)
    if command.deed is Deed.MUTE:
        return [event]
    if room is None:
        close(state, to_user)
    return [event, *(_put_out(state, other, room, e.Cause.BANNED, event) for other in met)]


def _except(
    state: State, user: User, room: Room, command: c.Moderate
) -> Sequence[e.Item] | e.Refused:
    """Let what keeps others out of a room not keep out somebody, who may be oneself."""
    target = _target(state, room, command)
    if isinstance(target, e.Refused):
        return target
    event = event_of(state, user, room, command, target)
    state.decide(event)
    return [event]


def _target(state: State, room: Room | None, command: c.Moderate) -> tuple[str, str] | e.Refused:
    """Find whom to put on a list, where there is room for one more."""
    law, now = (state.law if room is None else room.law), state.now()
    target = find(state, command, everywhere=room is None)
    if isinstance(target, e.Refused):
        return target
    own = target_key(*target)
    listed = law.listed(command.deed)
    others = sum(1 for key, each in listed.items() if each.holds(now) and key != own)
    if others >= state.limits.sanctions:
        return e.Refused(e.Refusal.SANCTIONS, hint=str(state.limits.sanctions))
    return target


def _met(state: State, room: Room | None, event: e.Moderated) -> Sequence[User]:
    """Find who is muted or banned from now on: moderators only if it is about them in person."""
    law = state.law if room is None else room.law
    sanction = Sanction.of(event)
    people = state.people if room is None else room.members
    is_ban = event.deed is Deed.BAN
    return [
        other
        for other in people.values()
        if (
            sanction.is_about(other)
            or (sanction.meets(other) and rank_of(other, law) < Rank.MODERATOR)
        )
        and not (is_ban and law.exempts(other, other.name, event.at))
    ]


def _put_out(
    state: State, other: User, room: Room | None, cause: e.Cause, event: e.Moderated
) -> e.Left | e.Departed:
    """Let somebody be no longer here, at once."""
    is_told = other.id == event.to_user  # and a pattern names nobody
    if room is not None:
        room.admitted.pop(other.id, None)
        state.remove(other, room)
        return e.Left(room.name, other.id, other.name, "", event.at, cause, is_told)
    return replace(depart(state, other, cause, event.words), is_told=is_told)


def depart(state: State, other: User, cause: e.Cause, words: str = "") -> e.Departed:
    """Let somebody go, out of every room."""
    names = tuple(other.rooms)
    for room in list(other.rooms.values()):
        room.admitted.pop(other.id, None)
        state.remove(other, room)
    del state.people[other.id]
    state.officers.pop(other.id, None)
    state.free(other)
    return e.Departed(names, other.id, other.name, cause, words, state.now())


def _lift(
    state: State, user: User, room: Room | None, command: c.Moderate
) -> Sequence[e.Item] | e.Refused:
    law, now = (state.law if room is None else room.law), state.now()
    wanted = fold(command.to.strip()[:200])
    address, person = network(command.to), state.person(command.to)
    found = [
        sanction
        for sanction in law.listed(command.deed).values()
        if sanction.holds(now)
        and (
            fold(sanction.to) == wanted
            or sanction.to == address
            or (person is not None and sanction.is_about(person))
        )
    ]
    if not found:
        return nothing(command.to)
    is_against = command.deed in (Deed.UNMUTE, Deed.UNBAN)
    if is_against and any(sanction.is_about(user) for sanction in found):
        return e.Refused(e.Refusal.TO_ONESELF)
    items: list[e.Item] = []
    for sanction in found:
        present = state.people.get(sanction.to_user)
        rooms = tuple(present.rooms) if present is not None and room is None else ()
        target = sanction.to_user, sanction.to
        event = event_of(state, user, room, command, target, rooms=rooms)
        state.decide(event)
        items.append(event)
    return items


# ---------------------------------------------------------------- whom


def _outranked(
    state: State, user: User, room: Room | None, identity: str, other: User | None
) -> e.Refused | None:
    """Refuse to do something about oneself, or about whoever may do as much."""
    law = state.law if room is None else room.law
    if identity == user.id:
        return e.Refused(e.Refusal.TO_ONESELF)
    rank, name = Rank.MEMBER, ""
    if other is not None:
        rank, name = rank_of(other, law), other.name
    elif (account := state.accounts.of(identity)) is not None:
        rank, name = rank_of_account(account, law), account.name
    if rank >= rank_of(user, law) and rank:
        return e.Refused(e.Refusal.OUTRANKED, name)
    return None
