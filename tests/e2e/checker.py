"""Compares what people were shown with what the database kept.

Every text may be typed once only in all views, so that a text is known by itself.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tests.e2e.views import Came, Missed, NotKept, Past, Spoken, TopicShown, View, steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.e2e.record import Log, Record

SHOWN = 20
"""How many past lines are shown on joining (`Limits.replay`)."""


def faults(
    record: Record,
    views: Sequence[View],
    before: Record | None = None,
    *,
    may_refuse: bool = False,
    tells_perhaps: bool = False,
) -> list[str]:
    """Tell everything that is wrong, each in a sentence.

    `before` is what the database had kept earlier, and must still have. Where a disk `may_refuse`
    a batch and take the next one, the server may be killed before it has told of the first. Where
    it `tells_perhaps`, it tells of what nobody knew whether it was kept as soon as it is known.
    """
    checker = _Checker(record, views, may_refuse=may_refuse, tells_perhaps=tells_perhaps)
    return [
        *_of_record(record),
        *(_of_growth(before, record) if before else ()),
        *(fault for view in views for fault in checker.of_view(view)),
        *(fault for view in views for fault in checker.of_typing(view)),
    ]


def _of_record(record: Record) -> Iterator[str]:
    for room, log in record.logs.items():
        if log.numbers != list(range(1, len(log.numbers) + 1)):
            yield f"{room} is not numbered 1, 2, 3 ... in the database: {_odd(log.numbers)}"
        if log.last != len(log.numbers):
            yield f"{room} says that its last number is {log.last}, and has {len(log.numbers)}"
    for text in _repeated(record.texts()):
        yield f"twice in the database: {text!r}"


def _of_growth(before: Record, now: Record) -> Iterator[str]:
    if now.order[: len(before.order)] != before.order:
        yield "what was in the database is not, or not at its place"
    for room, log in before.logs.items():
        if room not in now.logs:
            yield f"{room} is no longer in the database"
        elif now.logs[room].epoch != log.epoch:
            yield f"{room} has begun another epoch"
        elif now.logs[room].events[: len(log.events)] != log.events and not before.order:
            yield f"what was in {room} is not, or not at its place"


class _Checker:
    def __init__(
        self, record: Record, views: Iterable[View], *, may_refuse: bool, tells_perhaps: bool
    ) -> None:
        self._may_refuse = may_refuse
        self._logs = record.logs
        self._numbers = {
            text: number
            for log in record.logs.values()
            for number, text in enumerate((event.text for event in log.events), 1)
        }
        self._order = {text: place for place, text in enumerate(record.order or record.texts())}
        self._has_one_order = bool(record.order)
        self._perhaps = {
            step.text
            for view in views
            for step in steps(view)
            if isinstance(step, NotKept) and step.perhaps and not tells_perhaps
        }
        """Nobody knew of these whether they were kept: no live view has them, a log may."""

    # ------------------------------------------------------------ what one connection was shown

    def of_view(self, view: View) -> Iterator[str]:
        places: dict[str, int | None] = {}
        """The number of the last event that it was shown, of each room that it is in; None: it
        was told that something is missing."""
        at_door: dict[str, int | None] = {}
        """The same, as history showed it before the reader had joined."""
        for step in steps(view):
            match step:
                case Past():
                    yield from self._of_past(view, step, places)
                    if step.lines:
                        at_door[step.room] = self._numbers.get(step.lines[-1].text, 0)
                case Came():
                    places[step.room] = at_door.pop(step.room, 0)
                case Missed():
                    (places if step.room in places else at_door)[step.room] = None
                case Spoken():
                    yield from self._of_live(view, step, places)
                case TopicShown():
                    place = places.get(step.room, 0)
                    topic = self._topic(step.room, place or 0)
                    if topic != step.text and place is not None:
                        yield f"{view} was shown the topic {step.text!r}, and it was {topic!r}"
                case NotKept():
                    if not step.perhaps and step.text in self._numbers:
                        yield f"{view} was told that it was not kept, and it was: {step.text!r}"

    def _of_past(self, view: View, past: Past, places: dict[str, int | None]) -> Iterator[str]:
        unknown = [line for line in past.lines if not self._is_kept(line)]
        for line in unknown:
            yield f"{view} was shown as history what is not in the database: {line}"
        if unknown or not past.lines:
            return
        numbers = [self._numbers[line.text] for line in past.lines]
        last, place = numbers[-1], places.get(past.room)
        if numbers != list(range(last - len(numbers) + 1, last + 1)):
            yield f"{view} was shown {past.room} in another order than the log's: {_odd(numbers)}"
        if place is not None and (last < place or not self._is_run(past.room, place, last + 1)):
            yield f"{view} was shown {past.room} up to {last}, and stood at {place}"
        if past.room not in places and len(numbers) != min(last, SHOWN):
            yield f"{view} was shown {len(numbers)} lines of {past.room}, up to {last}"

    def _of_live(self, view: View, line: Spoken, places: dict[str, int | None]) -> Iterator[str]:
        if not self._is_kept(line):
            yield f"{view} saw what is not in the database: {line}"
            return
        number = self._numbers[line.text]
        place = places.get(line.room)
        if line.room not in places:
            yield f"{view} saw {line}, and was not in {line.room}"
        elif place is None:
            pass
        elif number <= place:
            yield f"{view} saw twice, or behind {place} of {line.room}: {number} {line}"
        elif not self._is_run(line.room, place, number):
            yield f"{view} saw {number} of {line.room} behind {place}: {line}"
        places[line.room] = max(number, place or 0)

    def _is_kept(self, line: Spoken) -> bool:
        number = self._numbers.get(line.text)
        return number is not None and self._event(line.room, number) == line

    def _event(self, room: str, number: int) -> Spoken | None:
        log: Log | None = self._logs.get(room)
        return log.events[number - 1] if log and number <= len(log.events) else None

    def _is_run(self, room: str, place: int, number: int) -> bool:
        """Whether there is nothing between two numbers that should have been shown."""
        between = self._logs[room].events[place : number - 1]
        return all(event.text in self._perhaps for event in between)

    def _topic(self, room: str, place: int) -> str | None:
        log = self._logs.get(room)
        for event in reversed(log.events[:place] if log else ()):
            if event.kind == "topic":
                return event.text
        return None

    # ------------------------------------------------------------ what was typed on it

    def of_typing(self, view: View) -> Iterator[str]:
        """Of one connection all is kept up to some line, in its order, but for what was refused."""
        refused = {step.text for step in steps(view) if isinstance(step, NotKept)}
        expected = [text for text in view.typed if text not in refused]
        kept = [text for text in expected if text in self._numbers]
        if self._may_refuse:
            expected = expected[: self._answered(view, expected)]
        in_turn = [text for text in expected if text in self._numbers]
        if expected[: len(in_turn)] != in_turn:
            yield f"of what {view} typed something in the middle was not kept, and nobody was told"
        for room in [""] if self._has_one_order else list(self._logs):
            places = [self._order[text] for text in kept if not room or self._is_in(room, text)]
            if places != sorted(places):
                yield f"what {view} typed was kept in another order: {_odd(places)}"

    def _is_in(self, room: str, text: str) -> bool:
        event = self._event(room, self._numbers[text])
        return event is not None and event.text == text

    @staticmethod
    def _answered(view: View, expected: Sequence[str]) -> int:
        """Count up to which of these one was told that it was said."""
        told = {step.text for step in steps(view) if isinstance(step, Spoken)}
        return max((n for n, text in enumerate(expected, 1) if text in told), default=0)


def _odd(numbers: Sequence[int]) -> str:
    """Tell where numbers do not go up by one."""
    odd = [pair for pair in pairwise(numbers) if pair[1] != pair[0] + 1]
    return ", ".join(f"{first} and then {second}" for first, second in odd[:5]) or str(numbers[:5])


def _repeated(texts: Iterable[str]) -> list[str]:
    met: set[str] = set()
    twice = []
    for text in texts:
        if text in met:
            twice.append(text)
        met.add(text)
    return twice
