"""People and rooms, as they are now."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class User:
    """One person, whatever they came with and over how many connections."""

    id: str
    """Stays the same through every rename; nobody sees it."""
    name: str
    operator: bool = False
    """May do what the operator at the server may do."""
    rooms: dict[str, Room] = field(default_factory=dict)
    """By name, in the order of joining."""


@dataclass(slots=True, eq=False)
class Room:
    """One room: who is in it now, and its durable state, as far as it is committed."""

    name: str
    topic: str = ""
    members: dict[str, User] = field(default_factory=dict)
    """By the user's id, in the order of joining."""
