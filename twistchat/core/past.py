"""The rules about reading what was said: of a room, or with somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.concerns import private_log
from twistchat.core.deeds import nobody
from twistchat.core.moments import seen_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.model import User
    from twistchat.core.state import State

ASKED = 20
"""Past lines that one is shown who asks for no number, where none are shown on joining."""


def perform(
    state: State, user: User, command: c.ReadHistory | c.ListConversations
) -> Sequence[e.Item] | e.Refused:
    """Open what was said to somebody who may read it."""
    if isinstance(command, c.ReadHistory):
        return _read_history(state, user, command)
    return _list_conversations(state, user, command)


def _read_history(state: State, user: User, command: c.ReadHistory) -> Sequence[e.Item] | e.Refused:
    """Open the lines of a room to somebody who is in it, or what they have said to somebody."""
    where = _log_of(state, user, command)
    if isinstance(where, e.Refused):
        return where
    room, to, log = where
    limit = (state.limits.replay or ASKED) if command.limit is None else command.limit
    return [
        e.HistoryOpened(
            room,
            max(1, min(limit, state.limits.page)),
            command.after,
            command.before,
            seen_from(command.since, state.now()),
            seen_from(command.until, state.now()),
            command.oldest,
            to,
            log,
            command.is_spoken,
            command.around,
            command.epoch,
        )
    ]


def _log_of(state: State, user: User, command: c.ReadHistory) -> tuple[str, str, str] | e.Refused:
    """Find a room that somebody is in; or with whom they have talked, and the log of that."""
    if command.to:
        other = state.person(command.to) or state.accounts.named(command.to)
        if other is None:
            return nobody(command.to)
        return "", other.name, private_log(user.id, other.id)
    room = state.membership(user, command.room)
    return room if isinstance(room, e.Refused) else (room.name, "", "")


def _list_conversations(
    state: State, user: User, command: c.ListConversations
) -> Sequence[e.Item] | e.Refused:
    """Open to somebody where was last spoken, of what they may read."""
    limit = max(1, min(command.limit, state.limits.page))
    rooms, since, until = tuple(user.rooms), command.since, command.until
    return [e.ConversationsOpened(user.id, rooms, since, until, limit, command.oldest)]
