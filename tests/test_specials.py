"""What is special for one session in a turn, among all that everybody hears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twistchat.core import events as e
from twistchat.engine import Committed
from twistchat.frontends.line.format import LineFormat
from twistchat.telling.specials import Special
from twistchat.telling.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twistchat.telling.specials import Part
    from twistchat.wire import WireFormat

ROOMS = ("#lobby", "#lab", "#den")
FORMAT = LineFormat()
OTHER = LineFormat(newline=b"\r\n")
places = st.sets(st.integers(0, 19), max_size=8)


def turn_of(rooms: Iterable[str]) -> Turn:
    """Make a turn in which something is said in these rooms, one after the other."""
    turn = Turn()
    for number, room in enumerate(rooms):
        said = e.Said(room, "a", "alice", str(number), action=False, at=0.0)
        turn.hear(turn.put(Committed(said)), (room,))
    return turn


def written(parts: Iterable[Part]) -> bytes:
    return b"".join(data for _, data in parts)


class Reader:
    """Somebody who is told things."""

    format: WireFormat = FORMAT


class SpecialTests(SynchronousTestCase):
    @given(
        st.lists(st.sampled_from(ROOMS), min_size=20, max_size=20),
        st.dictionaries(st.sampled_from(ROOMS), st.integers(0, 19)),
        places,
        places,
        places,
    )
    def test_each_thing_is_told_once_in_its_place(
        self,
        said: list[str],
        since: dict[str, int],
        besides: set[int],
        untold: set[int],
        instead: set[int],
    ) -> None:
        turn = turn_of(said)
        others = [
            Committed(e.Said(room, "a", "alice", f"not {number}", action=False, at=0.0))
            for number, room in enumerate(said)
        ]
        special = Special(since)
        special.since.update(since)
        special.places |= besides
        special.untold |= untold
        special.instead.update((place, others[place]) for place in instead)
        heard = {n for n, room in enumerate(said) if room in since and n >= since[room]}
        expected = [
            FORMAT.encode(others[place] if place in instead else turn.items[place])
            for place in sorted((heard | besides) - untold)
        ]
        parts = list(special.parts(turn, Reader()))
        self.assertEqual(written(parts), b"".join(expected))
        for committed, data in parts:
            self.assertTrue(data)
            if committed is not None:
                self.assertEqual(FORMAT.encode(committed), data)

    def test_what_many_hear_in_a_row_is_joined_once_for_all(self) -> None:
        turn = turn_of(["#lobby"] * 10)
        runs = []
        for _ in range(2):
            special = Special(["#lobby"])
            special.untold.add(5)
            runs.append([data for _, data in special.parts(turn, Reader())])
        self.assertEqual(len(runs[0]), 2)
        for one, other in zip(*runs, strict=True):
            self.assertIs(one, other)

    def test_what_is_told_behind_another_format_is_written_in_that(self) -> None:
        turn, reader = turn_of(["#lobby", "#lab"] * 4), Reader()
        special = Special(["#lobby", "#lab"])
        special.places.add(3)
        told = []
        for committed, data in special.parts(turn, reader):
            told.append(data)
            if committed is not None:
                reader.format = OTHER
        self.assertEqual(
            b"".join(told),
            b"".join(
                (FORMAT if place < 4 else OTHER).encode(turn.items[place]) for place in range(8)
            ),
        )
