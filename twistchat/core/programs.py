"""The rules about what somebody's program says for them, and is to know of them."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.people import nobody, too_fast_for
from twistchat.core.rights import why_not_signal, why_not_speak, why_not_whisper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.model import User
    from twistchat.core.state import State


def perform(state: State, user: User, command: c.Signal | c.ShowAs) -> Sequence[e.Item] | e.Refused:
    """Do what somebody's program asks."""
    if isinstance(command, c.Signal):
        return _signal(state, user, command)
    return _show_as(state, user, command)


def _signal(state: State, user: User, command: c.Signal) -> Sequence[e.Item] | e.Refused:
    """Let somebody's program say something to others', where they themselves might speak."""
    text, tags, now = command.text, command.tags, state.now()
    if command.room:
        room = state.membership(user, command.room)
        if isinstance(room, e.Refused):
            return room
        may_not = why_not_speak if command.is_kept else why_not_signal
        if (why_not := may_not(state, user, room)) is not None:
            return why_not
        where = room.name
        if command.is_kept:
            return [e.Tagged(where, user.id, user.name, "", "", tags, now)]
        return [e.Signalled(where, user.id, user.name, "", "", text, command.notice, tags, now)]
    other = state.person(command.to)
    if other is None:
        return nobody(command.to)
    if (why_not := why_not_whisper(state, user, other)) is not None:
        return why_not
    # That one types is told every few seconds, to somebody with whom one talks already.
    is_stranger = bool(text) or user.id not in other.correspondents
    if is_stranger and (refused := too_fast_for(state, user, other)):
        return refused
    if command.is_kept:
        return [e.Tagged("", user.id, user.name, other.id, other.name, tags, now)]
    told = (other.id, other.name, text, command.notice, tags, now)
    return [e.Signalled("", user.id, user.name, *told)]


def _show_as(state: State, user: User, command: c.ShowAs) -> Sequence[e.Item] | e.Refused:
    """Present oneself in another way."""
    if (wait := state.wait(user, "renames")) > 0:
        return e.Refused(e.Refusal.RENAMES_FAST, str(state.limits.renames), str(ceil(wait)))
    was, user.persona = user.persona, command.persona
    rooms = tuple(user.rooms)
    return [e.PersonaChanged(rooms, user.id, user.name, was, command.persona, state.now())]
