"""What was done about somebody, as an event: to whom, why, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.durations import UNITS
from twistchat.core.events import Moderated, Refusal, Refused
from twistchat.core.law import LASTING
from twistchat.core.text import clean

if TYPE_CHECKING:
    from twistchat.core.commands import Moderate
    from twistchat.core.model import Room, User
    from twistchat.core.state import State

LONGEST = 100 * UNITS["y"]
"""Seconds; for longer is for good, and no calendar has to know when that is."""


def event_of(
    state: State,
    user: User,
    room: Room | None,
    command: Moderate,
    target: tuple[str, str],
    *,
    rooms: tuple[str, ...] = (),
) -> Moderated:
    """Make the event of what somebody does about a target: its id, and what it is called."""
    now = state.now()
    to_user, to = target
    seconds = command.seconds if command.deed in LASTING else None
    return Moderated(
        "" if room is None else room.name,
        user.id,
        user.name,
        command.deed,
        to_user,
        to,
        words_of(state, command.words),
        None if seconds is None or seconds > LONGEST else now + seconds,
        now,
        rooms if room is None else (),
    )


def words_of(state: State, typed: str) -> str:
    """Read why something is done, cleaned and not too long."""
    return clean(typed.strip())[: state.limits.words]


def nobody(name: str) -> Refused:
    """Refuse to do something about somebody who is not there."""
    return Refused(Refusal.NO_SUCH_PERSON, clean(name.strip()[:40]))


def nothing(name: str) -> Refused:
    """Refuse to take back what was not done."""
    return Refused(Refusal.NOT_SANCTIONED, clean(name.strip()[:40]))
