"""The rules about rooms: what is said in them, who comes in and goes, what they are about."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.appointing import founded
from twistchat.core.moments import seen_from
from twistchat.core.names import LOBBY, fold, longest_typed, room_name
from twistchat.core.rights import (
    Rank,
    may_take_leave,
    rank_of,
    why_banned,
    why_not_join,
    why_not_speak,
)
from twistchat.core.text import clean, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twistchat.core.model import Room, Seen, User
    from twistchat.core.state import State

    Entry = tuple[User, str, bool]
    """Somebody, what they are called, and whether they are away."""

SORTED = 500
"""Members that are listed by name; more are listed as they came, since each who comes is told."""

FOUND = 20
"""The last lines that a search shows."""

SEARCHED = 20
"""Words that one may look for at once; more are ignored."""

LONGEST_WORD = 50
"""Characters of a word that are looked for; what stands behind them is not: each costs."""

MEMBERS_SHOWN = 1_000
"""Members that are listed at once."""

NAMED_ON_JOINING = 30
"""Members who are named to somebody who comes in; the others are counted."""

TOPIC_SHOWN = 80
"""Characters of each topic in a list of rooms."""

ROOMS_SHOWN = 100
"""Rooms that are listed at once: the fullest."""


def say(state: State, user: User, command: c.Say) -> Sequence[e.Item] | e.Refused:
    """Say something to everybody in a room."""
    room = user.rooms.get(command.room) or _heard_in(state, user, command.room)
    if isinstance(room, e.Refused):
        return room
    text = spoken(command.text)
    if not text:
        return e.Refused(e.Refusal.NOTHING_TO_SAY)
    if room.is_restrained or state.is_restrained:  # as nearly never
        why_not = why_not_speak(state, user, room)
        if why_not is not None:
            return why_not
    user.spoke = now = state.now()
    action, notice, tags = command.action, command.notice, command.tags
    outside = user.id not in room.members
    return [e.Said(room.name, user.id, user.name, text, action, now, notice, tags, outside)]


def _heard_in(state: State, user: User, typed: str) -> Room | e.Refused:
    """Find a room where somebody is heard: they are in it, or it hears people outside."""
    found = state.membership(user, typed)
    if isinstance(found, e.Refused) and found.code is e.Refusal.NOT_IN_ROOM:
        room = state.known(found.about)
        if room is not None and room.members and room.law.rules.outside:
            return why_banned(state, user, room) or room
    return found


def join(state: State, user: User, command: c.Join) -> Sequence[e.Item] | e.Refused:
    """Enter a room; to make it, the one that has been empty for longest may have to go."""
    limits = state.limits
    name = room_name(command.room, limits)
    if isinstance(name, e.Refused):
        return name
    if name in user.rooms:
        return []
    if len(user.rooms) >= limits.rooms_per_person:
        return e.Refused(e.Refusal.ROOMS_PER_PERSON, name, str(limits.rooms_per_person))
    if not command.is_return and (wait := state.wait(user, "joins")):
        return e.Refused(e.Refusal.JOINS_FAST, str(limits.joins), str(ceil(wait)))
    items: list[e.Item] = []
    known = state.rooms.get(name)
    if known is not None:
        why_not = why_not_join(state, user, known, command.key, is_kept=command.is_kept)
        if why_not is not None:
            return why_not
    elif len(state.rooms) >= limits.rooms:
        forgotten = state.forget_oldest()
        if forgotten is None:
            return e.Refused(e.Refusal.ROOMS, name, str(limits.rooms))
        items.append(e.RoomForgotten(forgotten, state.now()))
    room = state.open(name)
    found = None if room.members else founded(state, user, room)
    if known is None and found is None and name != LOBBY:
        state.keep(user, room)
    state.add(user, room)
    past = opened(state, name, command.seen)
    if command.without_past:
        past = e.JoinOpened(name, 0, None)
    joined = e.Joined(name, user.id, user.name, state.now())
    members = members_on_joining(state, room, is_full=command.past_last)
    items += [joined, members, past] if command.past_last else [past, joined, members]
    if found is not None:
        items.append(found)
    return items


def opened(state: State, name: str, seen: Seen | None) -> e.JoinOpened:
    """Open a room to somebody who comes in: what they missed, or its last lines."""
    return e.JoinOpened(name, state.limits.replay if seen is None else state.limits.page, seen)


def rejoin(
    state: State, user: User, seen: Mapping[str, Seen] | None, *, past_last: bool = False
) -> Sequence[e.Item]:
    """Let another connection of somebody hear the rooms where they are."""
    items: list[e.Item] = []
    for room in user.rooms.values():
        past = e.JoinOpened(room.name, 0, None)
        if seen is not None:
            past = opened(state, room.name, seen.get(room.name))
        rejoined, members = (
            e.Rejoined(room.name),
            members_on_joining(state, room, is_full=past_last),
        )
        items += [rejoined, members, past] if past_last else [past, rejoined, members]
    return items


def leave(state: State, user: User, command: c.Leave) -> Sequence[e.Item] | e.Refused:
    """Leave a room, and stay in the chat."""
    room = state.membership(user, command.room)
    if isinstance(room, e.Refused):
        return room
    words = clean(command.words.strip())[: state.limits.words]
    if words and not may_take_leave(state, user, room):
        words = ""
    room.admitted.pop(user.id, None)
    state.remove(user, room)
    return [e.Left(room.name, user.id, user.name, words, state.now())]


def set_topic(state: State, user: User, command: c.SetTopic) -> Sequence[e.Item] | e.Refused:
    """Say what a room is about."""
    room = state.reached(user, command.room)
    if isinstance(room, e.Refused):
        return room
    if room.law.rules.topic_locked and rank_of(user, room.law) < Rank.MODERATOR:
        return e.Refused(e.Refusal.TOPIC_LOCKED, room.name)
    if (room.is_restrained or state.is_restrained) and (
        why_not := why_not_speak(state, user, room)
    ) is not None:
        return why_not
    topic = clean(command.topic.strip())
    if len(topic) > state.limits.topic:
        return e.Refused(e.Refusal.TOPIC_LONG, hint=str(state.limits.topic))
    if not topic and not room.topic:  # nobody else needs to be told that nothing changes
        return [e.TopicTold(room.name, topic)]
    return [e.TopicChanged(room.name, user.id, user.name, topic, state.now())]


def look_at(
    state: State, user: User, command: c.ReadTopic | c.ListMembers
) -> Sequence[e.Item] | e.Refused:
    """Tell what a room is about, or who is in it."""
    room = state.membership(user, command.room)
    if isinstance(room, e.Refused):
        return room
    if isinstance(command, c.ListMembers):
        return [_members(state, room)]
    return [e.TopicTold(room.name, room.topic)]


def list_rooms(state: State, user: User, command: c.ListRooms) -> Sequence[e.Item] | e.Refused:
    """Tell which rooms there are, the fullest first."""
    wanted = fold(command.matching.strip()[: state.limits.room_characters])
    found = [
        room
        for room in state.rooms.values()
        if wanted in room.name
        and (not room.law.rules.secret or room.name in user.rooms or user.operator)
    ]
    found.sort(key=lambda room: (-len(room.members), room.name))
    listed = (
        e.RoomListed(
            room.name, len(room.members), listed_topic(room.topic), room.name in user.rooms
        )
        for room in found[:ROOMS_SHOWN]
    )
    return [e.RoomsListed(tuple(listed), len(found), wanted)]


def listed_topic(topic: str) -> str:
    """Shorten a topic for a list of many."""
    return topic if len(topic) <= TOPIC_SHOWN else topic[: TOPIC_SHOWN - 1] + "…"


def search(state: State, user: User, command: c.Search) -> Sequence[e.Item] | e.Refused:
    """Open what was said in a room to somebody who is in it and looks for something."""
    room = state.membership(user, command.room)
    if isinstance(room, e.Refused):
        return room
    words = tuple(clean(word)[:LONGEST_WORD] for word in command.words[:SEARCHED])
    if not words and not command.who and command.since is None and command.until is None:
        return e.Refused(e.Refusal.NOTHING_TO_SEARCH)
    if wait := state.wait(user, "searches"):
        return e.Refused(e.Refusal.SEARCHES_FAST, str(state.limits.searches), str(ceil(wait)))
    limit = FOUND if command.limit is None else command.limit
    return [
        e.SearchOpened(
            room.name,
            words,
            clean(command.who[: longest_typed(state.limits.name_characters)]),
            seen_from(command.since, state.now()),
            seen_from(command.until, state.now()),
            max(1, min(limit, state.limits.page)),
        )
    ]


def members_on_joining(state: State, room: Room, *, is_full: bool) -> e.MembersListed:
    """Tell who comes into a room who is there; all of them, if it `is_full`."""
    listed = _members(state, room, on_joining=True)
    return replace(listed, roster=_roster(room)) if is_full else listed


def members_told(state: State, item: e.MembersListed) -> e.MembersListed:
    """Tell who is in a room where it is told: other nodes have decided meanwhile.

    Of those who are connected here it tells as it was decided: what was decided about them since
    is told behind it.
    """
    room = state.rooms.get(item.room)
    if room is None or not state.pending.is_used:
        return item
    known = {user.id for user, _, _ in item.here}
    elsewhere = [
        (user, user.name, user.away is not None)
        for user in room.members.values()
        if not user.is_here and user.id not in known
    ]
    entries = [*item.here, *elsewhere]
    listed = _listed(room, entries, on_joining=item.on_joining)
    if not item.roster:
        return listed
    is_as_now = len(entries) == len(room.members) and all(
        user.id in room.members and user.name == name for user, name, _ in entries
    )
    told = _roster(room) if is_as_now else [(user, name) for user, name, _ in entries]
    return replace(listed, roster=told)


def _roster(room: Room) -> list[tuple[User, str]]:
    if room.roster is None:
        room.roster = [(member, member.name) for member in room.members.values()]
    return room.roster


def _members(state: State, room: Room, *, on_joining: bool = False) -> e.MembersListed:
    entries = [(user, user.name, user.away is not None) for user in room.members.values()]
    listed = _listed(room, entries, on_joining=on_joining)
    if not state.pending.is_used:
        return listed
    return replace(listed, here=tuple(entry for entry in entries if entry[0].is_here))


def _listed(room: Room, entries: list[Entry], *, on_joining: bool) -> e.MembersListed:
    if len(entries) <= SORTED:
        entries = sorted(entries, key=lambda entry: fold(entry[1]))
    shown = entries[: NAMED_ON_JOINING if on_joining else MEMBERS_SHOWN]
    return e.MembersListed(
        room.name,
        room.topic,
        tuple(name for _, name, _ in shown),
        len(entries),
        tuple(name for _, name, is_away in shown if is_away),
        on_joining,
    )
