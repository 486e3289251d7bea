"""The model: what must be seen, and what must be kept.

Everything that happens in the rooms of a chat has its place in one *order*. Somebody who is in a
room sees of it exactly what happens there from their own coming to their own going. What is said
there is the room's *log*, which a restart goes on with.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.simulation.lines import DURABLE, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


PADDING = "x" * 700
"""What makes some lines long."""


class WrongError(AssertionError):
    """Something was seen, or kept, that must not be; or something is missing."""


def must(holds: bool, what: str, *about: object) -> None:
    """Say what is wrong, unless it is right."""
    if not holds:
        words = ": ".join([what, *map(str, about)])
        raise WrongError(words.replace(PADDING, "…"))


class Order:
    """What happened in all rooms between two starts of the server, in one order."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.happened = [read(line) for line in lines]
        self.rooms: list[frozenset[str]] = []
        """Of each line: the rooms that hear it."""
        self.members: list[frozenset[str]] = []
        """Of each line about one room: who is in it then."""
        self.comings: dict[str, list[int]] = defaultdict(list)
        """By name: where people came in."""
        self._follow()

    def _follow(self) -> None:
        """Nobody speaks but where they are, and no name is two people's."""
        inside: dict[str, set[str]] = defaultdict(set)
        said: set[str] = set()
        for place, (kind, who, room, text, *_) in enumerate(self.happened):
            line = self.lines[place]
            of_who = frozenset(name for name, members in inside.items() if who in members)
            is_inside = room in of_who if room else bool(of_who)
            must(is_inside is (kind != "joined"), "this person is there, or is not there", line)
            match kind:
                case "joined":
                    inside[room].add(who)
                    if not of_who:
                        self.comings[who].append(place)
                case "left":
                    inside[room].remove(who)
                case "departed":
                    for name in of_who:
                        inside[name].remove(who)
                case "renamed":
                    everybody = {name.casefold() for name in set().union(*inside.values()) - {who}}
                    must(text.casefold() not in everybody, "a name of two people", line)
                    for name in of_who:
                        inside[name] = inside[name] - {who} | {text}
                case _:
                    must(text not in said, "said twice", line)
                    said.add(text)
            self.rooms.append(frozenset({room}) if room else of_who)
            self.members.append(frozenset(inside[room]) if room else frozenset())

    def heard(self, coming: int) -> Iterator[tuple[int, str]]:
        """What somebody must see who came in there: the places, and their own name by then."""
        name, inside = self.happened[coming].who, set()
        for place in range(coming, len(self.lines)):
            kind, who, room, text, *_ = self.happened[place]
            if who == name and kind == "joined":
                inside.add(room)
            if who == name and kind == "departed":
                return
            if who == name and kind == "renamed":
                name = text
            if inside & self.rooms[place]:
                yield place, name
            if who == name and kind == "left":
                inside.remove(room)


class Log:
    """What was said in one room, from its first day on, and where in the order it was seen."""

    def __init__(self, room: str, kept: Sequence[str], begins: int, order: Order) -> None:
        self.kept = kept
        self._begins = begins
        """How much of it there was before this order."""
        self._seen: list[tuple[int, int]] = []
        """Places in the order, and up to where the log was known there."""
        position = begins
        for place, line in enumerate(order.happened):
            if line.kind in DURABLE and line.room == room:
                try:
                    position = kept.index(order.lines[place], position) + 1
                except ValueError:
                    raise WrongError(f"seen, but not kept there: {order.lines[place]}") from None
                self._seen.append((place, position))
        known = {position for _, position in self._seen}
        self._hidden = set(range(begins + 1, len(kept) + 1)) - known
        self.unseen = [kept[position - 1] for position in sorted(self._hidden)]
        """What was kept, and told to nobody."""

    def is_hidden(self, number: int) -> bool:
        """Whether it was kept, and told to nobody: its speaker was told that nobody knows."""
        return number in self._hidden

    def known(self, place: int) -> Iterator[Sequence[str]]:
        """What is the log for those who look at it just before a place in the order.

        What was kept and told to nobody may be in it already, or may not.
        """
        end = self._end(place)
        yield self.kept[:end]
        while end + 1 in self._hidden:
            end += 1
            yield self.kept[:end]

    def topic(self, place: int) -> str:
        """What the room is about, just before a place in the order."""
        told = [at for at in range(1, self._end(place) + 1) if at not in self._hidden]
        topics = [
            line.text for line in (read(self.kept[at - 1]) for at in told) if line.kind == "topic"
        ]
        return topics[-1] if topics else ""

    def _end(self, place: int) -> int:
        return max(
            (position for seen, position in self._seen if seen < place), default=self._begins
        )
