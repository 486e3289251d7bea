"""Which limits can be changed while a server runs, and from when on that holds."""

from __future__ import annotations

from dataclasses import fields, replace
from enum import StrEnum

from twistchat.core.limits import Limits


class Takes(StrEnum):
    """From when on a limit holds that is changed while the server runs."""

    AT_ONCE = "at once"
    CONNECTING = "for new connections"
    """Whoever is connected keeps what held when they came."""
    STARTING = "at the next start"


_TAKES = {
    Takes.AT_ONCE: frozenset(
        (
            "clients", "per_address", "per_private_address", "connects", "connects_private",
            "joins", "renames", "strangers", "searches",
            "name_characters", "name_cells", "room_characters", "rooms", "rooms_per_person",
            "topic", "words", "ignores", "name_kept", "replay", "page", "registrations",
            "password_tries", "password_tries_together", "password_wait",
            "password_wait_account", "password_forget", "passwords_waiting",
        )
    ),
    Takes.CONNECTING: frozenset(
        (
            "name_time", "burst", "rate", "turn", "line",
            "queue", "catch_up", "queue_at_most", "buffer", "stall", "farewell",
            "greeting", "handshake", "enter_hint", "ping", "pong",
        )
    ),
}  # fmt: skip
"""What the others promise (what has arrived, what is remembered) is built on from the start."""


def takes_effect(attribute: str) -> Takes:
    """Tell from when on a limit (by its field in `Limits`) holds that is changed meanwhile."""
    return next((takes for takes, names in _TAKES.items() if attribute in names), Takes.STARTING)


def changeable(new: Limits, running: Limits) -> Limits:
    """Take over of new limits what a running server can."""
    kept = {
        limit.name: getattr(running, limit.name)
        for limit in fields(Limits)
        if takes_effect(limit.name) is Takes.STARTING
    }
    return replace(new, **kept)
