"""In which rooms somebody is, and in which what they type is said."""

from __future__ import annotations

from twistchat.client.showing import LOBBY


class Whereabouts:
    """The rooms that one is told of, in the order of coming into them."""

    def __init__(self) -> None:
        self.rooms: dict[str, None] = {}
        self.is_new = True
        """Whether one has been nowhere yet, as who one is."""
        self._unshown: set[str] = set()

    def hears(self, room: str, typing: str) -> str:
        """Be told a room; returns where typing goes, which was `typing`.

        The owner of an account comes into the rooms where they were, which may be others than the
        lobby.
        """
        if self.is_new:
            self._unshown.add(room)
            if room == LOBBY or typing not in self.rooms:
                typing = room
        self.rooms[room] = None
        return typing

    def joins(self, room: str) -> None:
        """Come into a room."""
        self.rooms[room] = None
        self._unshown.add(room)

    def leaves(self, room: str) -> str:
        """Leave a room; returns in which one is still, or nothing."""
        self.rooms.pop(room, None)
        return next(reversed(self.rooms), "")

    def shows_members(self, room: str) -> bool:
        """Whether it is to be shown who is in a room: of whom comes back it is not."""
        is_unshown = room in self._unshown
        self._unshown.discard(room)
        return is_unshown
