"""What somebody might expect to be told of the past, and is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from twistchat.core import events as e
from twistchat.core.concerns import weight
from twistchat.wire import LeftOut, WhyLeftOut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.engine import Committed

Opened = e.HistoryOpened | e.SearchOpened | e.JoinOpened
"""What is to be read."""


def seen_here(opened: e.JoinOpened, place: Committed) -> int | None:
    """Tell up to where one has read a room in its present life; None if nobody knows.

    Whoever has read further than the room goes has read what the store has lost since, or what
    has not come to this node.
    """
    seen = opened.seen
    if seen is None or seen.epoch != place.epoch or seen.number > place.number:
        return None
    return seen.number


def unread(opened: e.JoinOpened, place: Committed) -> Sequence[LeftOut]:
    """Find the numbers that somebody missed, and that cannot be read now."""
    if opened.seen is None:
        return ()
    after = seen_here(opened, place)
    if after is None and opened.seen.epoch == place.epoch:
        return (LeftOut(1, place.number, WhyLeftOut.EPOCH),)
    return _holes((), (after or 0) + 1, place.number, WhyLeftOut.UNREAD)


def as_many_as_fit(events: Sequence[Committed], room: int, *, oldest: bool) -> Sequence[Committed]:
    """Leave out what does not fit into so many bytes: the oldest, or what comes behind those."""
    in_turn = events if oldest else events[::-1]
    count = 0
    for committed in in_turn:
        room -= weight(committed.item)
        if count and room < 0:
            break
        count += 1
    return events[:count] if oldest else events[len(events) - count :]


def left_out(
    opened: Opened, place: Committed, events: Sequence[Committed], *, is_cut: bool
) -> Sequence[LeftOut]:
    """Find the numbers that one might expect here and is not told."""
    numbers = [committed.number for committed in events]
    match opened:
        case e.SearchOpened() | e.JoinOpened(seen=None):
            return ()
        case e.HistoryOpened() if opened.is_spoken or opened.log:
            return ()
        case e.HistoryOpened():
            first, last = _expected(opened, place, numbers, is_cut=is_cut)
            return _holes(numbers, first, last, WhyLeftOut.DELETED)
        case e.JoinOpened():
            after = seen_here(opened, place)
            if after is None:
                start = numbers[0] if numbers else place.number + 1
                before = LeftOut(1, start - 1, WhyLeftOut.EPOCH)
                return (before, *_holes(numbers, start, place.number, WhyLeftOut.DELETED))
            head = WhyLeftOut.PAGE if is_cut else WhyLeftOut.DELETED
            return _holes(numbers, after + 1, place.number, head)
        case _:
            assert_never(opened)


def _expected(
    opened: e.HistoryOpened, place: Committed, numbers: Sequence[int], *, is_cut: bool
) -> tuple[int, int]:
    """Tell from which number to which a page has everything, if nothing was deleted."""
    first = numbers[0] if numbers else 1
    last = numbers[-1] if numbers else 0
    is_by_number = opened.since is None and opened.until is None
    if is_by_number and (opened.oldest or not is_cut):
        first = max(opened.after or 0, 0) + 1
    if is_by_number and not (opened.oldest and is_cut):
        last = place.number if opened.before is None else min(opened.before - 1, place.number)
    return first, last


def _holes(
    numbers: Sequence[int], first: int, last: int, at_first: WhyLeftOut
) -> Sequence[LeftOut]:
    """Find the holes in ascending numbers that are to go from the first to the last."""
    holes = []
    why = at_first
    for number in (*numbers, last + 1):
        if number > first:
            holes.append(LeftOut(first, number - 1, why))
        first, why = number + 1, WhyLeftOut.DELETED
    return holes
