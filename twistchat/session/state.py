"""How far a session has come."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """How far a session has come."""

    DOOR = "at the door"
    IN = "in"
    LEAVING = "leaving"
    GONE = "gone"
