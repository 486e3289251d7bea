"""Many who come and go in one room, told together."""

from __future__ import annotations

from twistchat.core.values import value


@value(frozen=True, slots=True)
class Several:
    """Several people, of whom the first few are named."""

    names: tuple[str, ...] = ()
    """The first three, at most: all of a thousand would be much to tell each of a thousand."""
    count: int = 0
    """How many they are."""

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self.count > 0


@value(frozen=True, slots=True)
class Folded:
    """Several people came into crowded rooms or left them: one line instead of many.

    Fanout makes it of `Joined`, `Left` and `Departed`, for wires that fold presence.
    """

    rooms: tuple[str, ...]
    joined: Several
    left: Several
    """Those who left the room and may be in others."""
    departed: Several
    """Those who left the chat, for whatever cause."""
    at: float
