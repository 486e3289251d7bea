"""What an engine hands on, and whether that is kept already."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.simulation.model import must
from twistchat.core.concerns import is_durable, log_of, stands_in
from twistchat.core.events import KeptBefore, NotKept, Said, Whispered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twisted.internet.defer import Deferred

    from twistchat.engine import Committed, Engine, Entry

Kept = dict[str, list["Committed"]]
"""What an engine has kept, by log."""


def as_kept(committed: Committed) -> Committed:
    """Leave out what is of interest only while it is told."""
    item = committed.item
    if isinstance(item, Said):
        item = replace(item, tags="", outside=False)
    elif isinstance(item, Whispered):
        item = replace(item, tags="")
    return replace(committed, item=item, origin=None, label=None, echo=True)


class Watched:
    """An engine, watched: what is appended must come back, in this order, once it is kept."""

    def __init__(self, engine: Engine, is_kept: Callable[[str, Committed], bool]) -> None:
        self.engine: Any = engine
        self.told: list[Committed] = []
        """What it has handed on since it was started."""
        self.wrong: list[str] = []
        self.logs: set[str] = set()
        """Of everything that was ever said."""
        self._is_kept = is_kept
        self._due: list[Entry] = []
        self._is_started = False

    def start(self, deliver: Callable[[Sequence[Committed]], None]) -> Deferred[None]:
        def watch(batch: Sequence[Committed]) -> None:
            if self._is_started:
                for committed in batch:
                    self._take(committed)
            deliver(batch)

        def started(result: None) -> None:
            self._is_started = True
            return result

        starting: Deferred[None] = self.engine.start(watch)
        return starting.addCallback(started)

    def append(self, entries: Sequence[Entry]) -> None:
        self.logs.update(filter(None, (log_of(entry.item) for entry in entries)))
        self._due += entries
        self.engine.append(entries)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def _take(self, committed: Committed) -> None:
        item = committed.item
        decided = item.event if isinstance(item, NotKept | KeptBefore) else item
        due = self._due.pop(0) if self._due else None
        if due is None or due.item != decided or due.origin is not committed.origin:
            self.wrong.append(f"handed on out of order: {item}")
        log = log_of(item)
        if log is not None and not self._is_kept(log, as_kept(committed)):
            self.wrong.append(f"handed on before it was kept: {committed}")
        self.told.append(committed)

    def check(self, kept: Mapping[str, Sequence[Committed]]) -> None:
        """See whether all of it is where it was said to be."""
        must(not self.wrong, "by the engine", *self.wrong[:1])
        last: dict[str, int] = {}
        for committed in self.told:
            item, number = committed.item, committed.number
            if is_durable(item):
                log = log_of(item) or ""
                must(number > last.get(log, 0), "a number that was used already", committed)
                must(number <= len(kept[log]), "told, but not kept", committed)
                there = kept[log][number - 1]
                must(as_kept(there) == as_kept(committed), "kept otherwise", committed, there)
                last[log] = number
            elif (room := stands_in(item)) is not None:
                must(number >= last.get(room, 0), "presence with an older number", committed)
                last[room] = number
        for log, events in kept.items():
            numbers = [event.number for event in events]
            must(numbers == list(range(1, len(events) + 1)), "numbers with a hole", log, numbers)
            must(len({event.epoch for event in events}) < 2, "several epochs", log)
