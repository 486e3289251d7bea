"""What moderators do, as people write it: `#lab bob 10m spam`, `slow=10 key=sesame`."""

from __future__ import annotations

from typing import NamedTuple

from twistchat.core.durations import read_duration


class NoTimeError(Exception):
    """That is no length of time; its text is what was typed."""


class Order(NamedTuple):
    """Something to be done about somebody."""

    room: str
    """Empty: none was named."""
    name: str
    """Empty: nobody was named."""
    seconds: float | None
    """For how long; None: for good."""
    words: str
    """Why."""


def read_order(text: str, *, lasts: bool = False) -> Order:
    """Read `[#ROOM] NAME [TIME] [WORDS...]`; a time where it may hold for a while (`lasts`).

    What begins like a time has to be one: else a slip of the finger would do it for good.

    Raises:
        NoTimeError: it is none, or no time at all.
    """
    room, rest = first_room(text)
    name, _, rest = rest.partition(" ")
    seconds = None
    word, _, after = rest.strip().partition(" ")
    if lasts and word[:1].isdecimal():
        seconds, rest = read_duration(word), after
        if not seconds:
            raise NoTimeError(word)
    return Order(room, name, seconds, rest.strip())


def first_room(text: str) -> tuple[str, str]:
    """Take a room from before the words, if one stands there; else it is empty."""
    text = text.strip()
    first, _, rest = text.partition(" ")
    return (first, rest.strip()) if first.startswith("#") else ("", text)


def read_changes(text: str) -> tuple[tuple[str, str], ...]:
    """Read rules and their new values: `slow=10 secret`; one without a value is switched on."""
    changes = []
    for word in text.split():
        name, is_given, value = word.partition("=")
        changes.append((name, value if is_given else "on"))
    return tuple(changes)


class RoomWanted(NamedTuple):
    """A room that somebody wants to come into."""

    name: str
    key: str = ""


def read_rooms(text: str) -> list[RoomWanted]:
    """Read `#ROOM [key=WORD] [#ROOM...]`, with blanks or commas between; # may be left out.

    A word is a room, and never a key: else somebody's room would be taken for one.
    """
    rooms: list[RoomWanted] = []
    for word in text.split():
        name, is_given, key = word.partition("=")
        if rooms and is_given and name.casefold() == "key":
            rooms[-1] = RoomWanted(rooms[-1].name, key)
        else:
            rooms += (RoomWanted(room) for room in word.split(",") if room)
    return rooms
