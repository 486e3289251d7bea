"""What one program was told over all its connections, and whether that is what was kept."""

from __future__ import annotations

from collections import Counter
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from tests.e2e.record import Log

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tests.e2e.record import Record

Place = tuple[str, int]
"""An epoch, and a number under it."""


class Heard(NamedTuple):
    """One line of a room, as it was told."""

    room: str
    epoch: str
    number: int
    text: str
    is_past: bool


class Gap(NamedTuple):
    """Numbers of a room that were left out."""

    room: str
    epoch: str
    first: int
    last: int
    why: str


class Live(NamedTuple):
    """From where on a room is told as it happens."""

    room: str
    epoch: str
    number: int


Told = Heard | Gap | Live


class Story:
    """The life of one program; what is wrong at once is noted while it is told."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.told: dict[str, list[Told]] = {}
        """By room, over all connections."""
        self.kept: list[Heard] = []
        """What it said and was told that it is kept."""
        self.keys: dict[str, str] = {}
        """What it said under each key."""
        self.refused: list[tuple[str, str]] = []
        self.goodbyes: list[str] = []
        self.wrong: list[str] = []
        self._live: set[str] = set()

    def place(self, room: str) -> Place | None:
        """Tell up to where it has read a room."""
        told = self.told.get(room)
        if not told:
            return None
        last = told[-1]
        return (last.epoch, last.last if isinstance(last, Gap) else last.number)

    def comes(self, places: Mapping[str, Place | None]) -> None:
        """Come in, anew or again."""
        self._live.clear()

    def is_cut_off(self) -> None:
        """Hear nothing for a while."""
        self._live.clear()

    def hears(self, heard: Heard) -> None:
        """Be told a line."""
        if heard.is_past == (heard.room in self._live):
            self.wrong.append(f"told as past what is live, or the other way round: {heard}")
        self._add(heard)

    def is_told_of(self, gap: Gap) -> None:
        """Be told that there is something which is not told."""
        self._add(gap)

    def is_live(self, live: Live) -> None:
        """Be told that a room is told as it happens from here on."""
        place = self.place(live.room)
        if place is not None and place != (live.epoch, live.number):
            self.wrong.append(f"told up to {place}, and then {live}")
        self._live.add(live.room)
        self._add(live)

    def acknowledged(self, heard: Heard) -> None:
        """Be told that something is kept."""
        self.kept.append(heard)

    def _add(self, told: Told) -> None:
        self.told.setdefault(told.room, []).append(told)


def faults(
    stories: Sequence[Story], record: Record, perhaps: Collection[str] = ()
) -> Iterator[str]:
    """Tell everything that is wrong, each in a sentence.

    Of what is `perhaps` kept nobody knew whether it is: it may be in a log, and told to nobody.
    """
    times = Counter(record.texts())
    for story in stories:
        for wrong in story.wrong:
            yield f"{story.name}: {wrong}"
        for kept in story.kept:
            yield from _unless_kept(story, kept, record)
            if times[kept.text] != 1:
                yield f"{story.name}: acknowledged, and kept {times[kept.text]} times: {kept}"
        for text in story.keys.values():
            if times[text] > 1:
                yield f"{story.name}: said once, and kept {times[text]} times: {text}"
        for told in story.told.values():
            yield from _order(story, told, record, perhaps)


def _unless_kept(story: Story, heard: Heard, record: Record) -> Iterator[str]:
    log = record.logs.get(heard.room)
    if log is None or log.epoch != heard.epoch or heard.number > len(log.events):
        yield f"{story.name} was told what is not in the database: {heard}"
    elif log.events[heard.number - 1].text != heard.text:
        there = log.events[heard.number - 1]
        yield f"{story.name} was told {heard}, and there is {there}"


def losses(stories: Sequence[Story], ledger: Ledger) -> Iterator[str]:
    """Tell what is wrong where the store may lose what it has, but must not hide it.

    Under one epoch and number nobody is told anything else than others, nothing is told twice,
    and where something is left out one is told that.
    """
    for story in stories:
        for wrong in story.wrong:
            yield f"{story.name}: {wrong}"
        for kept in story.kept:
            yield from ledger.add(kept)
        for told in story.told.values():
            for each in told:
                if isinstance(each, Heard):
                    yield from ledger.add(each)
            yield from _order(story, told)
    yield from ledger.doubles()


class Ledger:
    """Which text stands under which number, as all have been told it together."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str, int], str] = {}
        self._numbers: dict[tuple[str, str], dict[str, list[int]]] = {}
        self._astray: set[Heard] = set()
        """What a store had that went on though another one had taken its place."""
        self._strays: list[tuple[str, dict[str, list[int]]]] = []
        """The numbers of all texts that a store has had, by room."""

    def add(self, heard: Heard) -> Iterator[str]:
        """Take in what somebody was told; tell if others were told something else."""
        if heard._replace(is_past=True) in self._astray:
            return
        place = (heard.room, heard.epoch, heard.number)
        there = self._texts.setdefault(place, heard.text)
        if there != heard.text:
            yield f"under one number, {place}: {there!r} and {heard.text!r}"
        numbers = self._numbers.setdefault(place[:2], {}).setdefault(heard.text, [])
        if heard.number not in numbers:
            numbers.append(heard.number)

    def read(self, record: Record) -> Iterator[str]:
        """Take in what is kept."""
        for room, log in record.logs.items():
            for number, event in zip(log.numbers, log.events, strict=True):
                yield from self.add(Heard(room, log.epoch, number, event.text, True))

    def had(self, record: Record) -> None:
        """Take in what a store has had. Of its last lines perhaps nobody was told, so that others
        may have their numbers; but whoever was told them, was told this."""
        for room, log in record.logs.items():
            numbers = {event.text: [n] for n, event in zip(log.numbers, log.events, strict=True)}
            self._strays.append((room, numbers))

    def goes_astray(self, record: Record, now: Record) -> None:
        """Take in what a store had that went on though another one had taken its place.

        While both do, what is said at either has its number there, and nobody can know of both.
        """
        self.had(record)
        for room, log in record.logs.items():
            other = now.logs.get(room, Log("", 0))
            pairs = zip(log.events, other.events, strict=False)
            begin = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
            for number, event in zip(log.numbers[begin:], log.events[begin:], strict=True):
                self._astray.add(Heard(room, log.epoch, number, event.text, True))

    def doubles(self) -> Iterator[str]:
        """Tell what stands twice under one epoch."""
        for (room, epoch), texts in self._numbers.items():
            for text, numbers in texts.items():
                if len(numbers) > 1:
                    yield f"twice in {room} under {epoch}, {numbers}: {text!r}"

    def runs(self, room: str) -> list[Mapping[str, list[int]]]:
        """By epoch: the numbers of all texts of a room."""
        logs = [(name, texts) for (name, _), texts in self._numbers.items()]
        return [texts for name, texts in (*logs, *self._strays) if name == room]

    def __contains__(self, text: str) -> bool:
        logs = (*self._numbers.values(), *(texts for _, texts in self._strays))
        return any(text in texts for texts in logs)


def _order(
    story: Story,
    told: Sequence[Told],
    record: Record | None = None,
    perhaps: Collection[str] = (),
) -> Iterator[str]:
    """Within an epoch all numbers are told once, in order, or their gap is.

    Another epoch begins with a gap.
    """
    place: Place | None = None
    before: Told | None = None
    for each in told:
        match each:
            case Heard(number=first):
                if record is not None:
                    yield from _unless_kept(story, each, record)
                last = first
            case Gap(first=first, last=last):
                pass
            case Live(number=last):
                first = last + 1  # nothing new
        is_hole = place is not None and place[0] == each.epoch and first != place[1] + 1
        if place is not None and place[0] != each.epoch and not isinstance(each, Gap):
            is_hole = True
        elif isinstance(each, Gap) and each.why == "epoch":
            is_hole = False  # nobody knows what of it was told
        elif is_hole and place is not None and record is not None:
            log = record.logs[each.room]
            between = log.events[place[1] : first - 1]
            is_hole = first <= place[1] or not {event.text for event in between} <= set(perhaps)
        if is_hole:
            yield f"{story.name} was at {place}, and was told {each} behind {before}"
        place, before = (each.epoch, last), each
