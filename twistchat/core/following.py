"""The rules about several nodes: what others have to know of who is here, and what they decide.

Who made a room is known to all of them by the one order: it is the guest whose `Joined` is the
first of the room that comes in it, whatever each node had decided before. Nodes that come later
know it by `Entered.keeps`. Who has founded it with an account is who is the first in its log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.law import Deed
from twistchat.core.model import User
from twistchat.core.moderation import depart
from twistchat.core.names import LOBBY, fold, suggest
from twistchat.core.offices import close, entered, is_operator
from twistchat.core.people import renamed
from twistchat.core.rights import Rank, rank_of, why_banned, why_not_enter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twistchat.core.state import State

PUT_OUT = frozenset({e.Cause.KICKED, e.Cause.BANNED})


def enter(state: State, user: User) -> Sequence[e.Item]:
    """Take in somebody who is new, or is at other nodes only; whoever is a guest leaves those."""
    if state.people.get(user.id) is not user:
        user.since = user.spoke = state.now()
        state.people[user.id] = user
        state.names[fold(user.name)] = user
    user.is_here = True
    if user.account is None:
        user.elsewhere.clear()
    return [entered(user, state.now())]


def withdraw(state: State, user: User) -> Sequence[e.Item]:
    """Let somebody be at other nodes only."""
    user.is_here = False
    return [e.Withdrew(user.id, user.name, state.now())]


def heard(state: State, said: e.Said) -> None:
    """Take note that somebody said something at another node."""
    user = state.people.get(said.user)
    if user is None:
        return
    user.spoke = said.at
    room = state.rooms.get(said.room)
    if room is not None and room.is_restrained and room.law.rules.slow:
        room.lines[said.user] = said.at


def follow(state: State, item: e.Item, node: str) -> Sequence[e.Item]:
    """Take over what another node has decided; what is to be told of it here, in its place."""
    match item:
        case e.Entered():
            return _entered(state, item, node)
        case e.Withdrew():
            if (user := state.people.get(item.user)) is not None:
                user.elsewhere.discard(node)
            return []
        case e.Joined() | e.Left():
            _moved(state, item)
        case e.Departed():
            return _departed(state, item, node)
        case e.Renamed():
            if (user := state.people.get(item.user)) is not None:
                renamed(state, user, item.new)
        case e.AwayChanged():
            if (user := state.people.get(item.user)) is not None:
                user.away = item.words
        case e.PersonaChanged():
            if (user := state.people.get(item.user)) is not None:
                user.persona = item.persona
        case e.Invited():
            _invited(state, item)
        case e.Whispered():
            one, other = state.people.get(item.user), state.people.get(item.to_user)
            if one is not None:
                one.spoke = item.at
                if other is not None:
                    state.has_written(one, other)
        case e.Moderated(room="", deed=Deed.BAN):
            close(state, item.to_user)
        case _:
            pass
    return [item]


def told(state: State, item: e.Item) -> Sequence[e.Item]:
    """Follow what was decided here, in its place among what other nodes decide.

    What is to be told behind it is what all others make of somebody's `Entered`, by what was
    told before it.
    """
    if isinstance(item, e.Entered):
        return _has_entered(state, item)
    is_known = state.pending.knows(item)  # else it was decided before all was told anew
    rooms = state.pending.told(item)
    match item:
        case e.Joined() | e.Left():
            if is_known:
                _settle_where(state, item.user, rooms)
            else:
                _move(state, item)
            if isinstance(item, e.Joined):
                _makes(state, item)
        case e.Departed():
            user = state.people.get(item.user)
            # They were to stay at another node, which they have left meanwhile.
            if user is not None and not user.is_here and not state.pending.is_entering(user.id):
                depart(state, user, item.cause)
        case e.Renamed():
            user = state.people.get(item.user)
            is_last = not state.pending.is_renamed(item.user)
            if user is not None and is_last and user.name != item.new:
                renamed(state, user, item.new)
        case e.AwayChanged():
            if (user := state.people.get(item.user)) is not None and user.elsewhere:
                user.away = item.words
        case e.PersonaChanged():
            if (user := state.people.get(item.user)) is not None and user.elsewhere:
                user.persona = item.persona
        case _:
            pass
    return ()


def _has_entered(state: State, item: e.Entered) -> Sequence[e.Item]:
    user = state.people.get(item.user)
    if user is not None and item.is_guest:  # and perhaps no longer an account's, at several nodes
        user.elsewhere.clear()
    is_whole = item.is_guest or user is None or not user.elsewhere
    before = state.pending.entered(item.user, item.rooms, is_whole=is_whole)
    _settle_where(state, item.user, state.pending.now(item.user))
    state.pending.told(item)
    items: list[e.Item] = [
        e.Left(room, item.user, item.who, "", item.at)
        for room in before
        if is_whole and room not in item.rooms
    ]
    items += [
        e.Joined(room, item.user, item.who, item.at) for room in item.rooms if room not in before
    ]
    return items


def is_to_be_told_anew(state: State, item: e.Item, node: str = "") -> User | None:
    """Find somebody who is here of whom the other nodes are to know more by what is told now."""
    match item:
        case e.AccountSet() if not node:
            identity = item.account.id
        case e.Moderated(deed=Deed.DEOP):
            identity = item.to_user
        case e.Joined() if not node:
            room, identity = state.rooms.get(item.room), item.user
            if room is None or room.keeper != identity:
                return None
        case _:
            return None
    user = state.people.get(identity)
    return user if user is not None and user.is_here else None


# ---------------------------------------------------------------- who is where


def _entered(
    state: State, item: e.Entered, node: str, *, is_whole: bool = False
) -> Sequence[e.Item]:
    """Follow that somebody is connected to another node; what is other than was known is told.

    `is_whole`: whatever else was known of where they are holds no more.
    """
    user = state.people.get(item.user)
    if user is None:
        user = User(item.user, item.who, is_here=False)
        user.since = item.since
        state.people[item.user] = user
        state.names[fold(item.who)] = user
        for name in state.pending.gone(item.user) or ():
            state.add(user, state.open(name))
    if item.is_guest:
        if state.pending.is_entering(user.id):
            return []  # they have come back here since
        user.is_here = False
        user.elsewhere = {node}
    else:
        user.account = state.accounts.of(item.user)
        is_whole = is_whole or user.elsewhere == {node}
        user.elsewhere.add(node)
    user.office = state.accounts.of(item.office) if item.office else None
    if user.office is None:
        state.officers.pop(user.id, None)
    else:
        state.officers[user.id] = user
    user.operator = is_operator(user)
    user.spoke = max(user.spoke, item.spoke)
    is_all = item.is_guest or (is_whole and not user.is_here)
    # Of rooms that are known here it is known by the order who has made them.
    unknown = [name for name in item.keeps if not _knows_maker(state, name)]
    items = _differences(state, user, item, is_whole=is_all)
    for name in unknown:
        state.keep(user, state.rooms[name])
        state.found.discard(name)
    return items


def _knows_maker(state: State, name: str) -> bool:
    room = state.rooms.get(name)
    return room is not None and room.is_made and name not in state.found


def _differences(state: State, user: User, item: e.Entered, *, is_whole: bool) -> Sequence[e.Item]:
    items: list[e.Item] = []
    if user.name != item.who:
        items += renamed(state, user, item.who)
    if is_whole:
        for room in [room for name, room in user.rooms.items() if name not in item.rooms]:
            state.remove(user, room)
            items.append(e.Left(room.name, user.id, user.name, "", item.at))
    if user.persona != item.persona:
        was, user.persona = user.persona, item.persona
        rooms = tuple(user.rooms)
        items.append(e.PersonaChanged(rooms, user.id, user.name, was, item.persona, item.at))
    if user.away != item.away:
        user.away = item.away
        changed = e.AwayChanged(tuple(user.rooms), user.id, user.name, item.away, item.at)
        items.append(changed)
    for name in item.rooms:
        if name not in user.rooms:
            room = state.open(name)
            room.is_made = True
            state.add(user, room)
            items.append(e.Joined(name, user.id, user.name, item.at))
    return items


def _moved(state: State, item: e.Joined | e.Left) -> None:
    user = state.people.get(item.user)
    if isinstance(item, e.Joined):
        state.open(item.room)
        _makes(state, item)
    elif item.cause in PUT_OUT and (room := state.rooms.get(item.room)) is not None:
        room.admitted.pop(item.user, None)
    if user is None:
        return
    rooms = state.pending.moved(item)
    if rooms is not None:
        _settle_where(state, user.id, rooms)
    else:
        _move(state, item)


def _move(state: State, item: e.Joined | e.Left) -> None:
    user = state.people.get(item.user)
    if user is None:
        return
    if isinstance(item, e.Joined):
        if item.room not in user.rooms:
            state.add(user, state.open(item.room))
    elif (room := user.rooms.get(item.room)) is not None:
        state.remove(user, room)


def _settle_where(state: State, identity: str, rooms: Iterable[str] | None) -> None:
    """Let somebody be where they are by all that is told and under way."""
    user = state.people.get(identity)
    if user is None or rooms is None:
        return
    where = list(rooms)
    for room in [room for name, room in user.rooms.items() if name not in where]:
        state.remove(user, room)
    for name in where:
        if name not in user.rooms:
            state.add(user, state.open(name))


def _departed(state: State, item: e.Departed, node: str) -> Sequence[e.Item]:
    user = state.people.get(item.user)
    if user is None:
        return [item]
    user.elsewhere.discard(node)
    if state.pending.is_entering(user.id):
        return []  # here they have come in since, or are about to be put out
    rooms = () if item.cause in PUT_OUT else tuple(user.rooms.values())
    depart(state, user, item.cause)
    if item.cause is not e.Cause.LEFT:
        for room in rooms:
            state.admit(user.id, room)
    return [item]


def _invited(state: State, item: e.Invited) -> None:
    room, user = state.rooms.get(item.room), state.people.get(item.user)
    if room is not None:
        is_moderator = user is not None and rank_of(user, room.law) >= Rank.MODERATOR
        state.admit(item.to_user, room, is_for_all=is_moderator)


def _makes(state: State, item: e.Joined) -> None:
    """Let whoever is the first in a room be the one who made it, if they have no account."""
    room = state.rooms.get(item.room)
    if room is None or room.is_made:
        return
    room.is_made = True
    if room.has_log or room.name == LOBBY:
        return
    # They may be gone again, and that decided already, where it was.
    state.settle_keeper(room, item.user if state.accounts.of(item.user) is None else "")


# ---------------------------------------------------------------- everything anew


def resync(state: State, item: e.Resynced) -> Sequence[e.Item]:
    """Take over who is at other nodes, anew; what differs from what was known."""
    state.pending.clear()
    state.found = set(state.rooms)
    state.found.update(name for _, each in item.people for name in each.rooms)
    items = _displaced(state, item)
    there: dict[str, None] = {each.user: None for _, each in item.people}
    for user in list(state.people.values()):
        user.elsewhere.clear()
        user.account = state.accounts.of(user.id)
        user.operator = is_operator(user)
        if not user.is_here and user.id not in there:
            items.append(depart(state, user, e.Cause.LOST))
    for node, each in item.people:
        items += _entered(state, each, node, is_whole=True)
    return [*items, *_outlaws(state)]


def _outlaws(state: State) -> Sequence[e.Item]:
    """Put out whoever is here and may not be, as was decided elsewhere while nobody could tell."""
    items: list[e.Item] = []
    now = state.now()
    for user in [user for user in state.people.values() if user.is_here]:
        account = state.accounts.of(user.id)
        if account is not None and account.is_disabled:
            items.append(depart(state, user, e.Cause.KICKED))
        elif why_not_enter(state, user) is not None:
            items.append(depart(state, user, e.Cause.BANNED))
        else:
            for room in list(user.rooms.values()):
                if why_banned(state, user, room) is not None:
                    room.admitted.pop(user.id, None)
                    state.remove(user, room)
                    left = e.Left(room.name, user.id, user.name, "", now, e.Cause.BANNED)
                    items.append(left)
    return items


def _displaced(state: State, item: e.Resynced) -> list[e.Item]:
    """Give another name to who is here and bears that of somebody elsewhere, who has it now."""
    theirs = {fold(each.who): each.user for _, each in item.people}
    items: list[e.Item] = []
    for user in list(state.people.values()):
        if user.is_here and theirs.get(fold(user.name), user.id) != user.id:
            free = suggest(
                user.name,
                state.limits,
                lambda name: (
                    name in theirs or name in state.names or state.accounts.is_registered(name)
                ),
            )
            items += renamed(state, user, free)
    return items
