"""An engine on a Clock, for the suites of `conformance.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.task import Clock

from twistchat.core import events as e
from twistchat.core.limits import Limits
from twistchat.engine import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.trial.unittest import SynchronousTestCase

    from twistchat.engine import Committed, Engine

if TYPE_CHECKING:
    _Case = SynchronousTestCase
else:  # the suites are no test cases by themselves, or they would be run where they are imported
    _Case = object


def said(text: str, room: str = "#lobby", *, who: str = "alice", at: float = 7.0) -> e.Said:
    """Make a line that somebody says."""
    return e.Said(room, "1", who, text, action=False, at=at)


def joined(room: str = "#lobby") -> e.Joined:
    """Make somebody join."""
    return e.Joined(room, "2", "bob", 7.0)


class EngineHarness(_Case):
    """An engine on a Clock, and what it delivers."""

    limits = Limits()

    def setUp(self) -> None:
        """Start the engine."""
        self.clock = Clock()
        self.addCleanup(self.end)
        self.start()

    def end(self) -> None:
        """Stop the engine, after a test."""
        self.engine.stop()
        self.pump()

    def start(self) -> None:
        """Start an engine, perhaps another one on what the first has kept."""
        self.engine = self.make_engine(self.clock, self.limits)
        self.batches: list[Sequence[Committed]] = []
        started: list[None] = []
        self.react: Callable[[Sequence[Committed]], None] = lambda _: None
        self.engine.start(self.deliver).addCallback(started.append)
        self.pump()
        self.assertEqual(started, [None])

    def deliver(self, batch: Sequence[Committed]) -> None:
        """Take a batch. Called by the engine."""
        self.batches.append(batch)
        self.react(batch)

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        """Make an engine; nothing of it may be waited for longer than this Clock's half second."""
        raise NotImplementedError

    def pump(self) -> None:
        """Let time go by."""
        self.clock.pump([0.005] * 100)

    @property
    def delivered(self) -> list[Committed]:
        """All that was delivered since the start."""
        self.pump()
        return [committed for batch in self.batches for committed in batch]

    def put(self, *items: e.Item) -> None:
        """Append items, in one call."""
        self.engine.append([Entry(item) for item in items])

    def history(self, log: str, before: int | None = None, limit: int = 100) -> list[Committed]:
        """Read history."""
        found: list[list[Committed]] = []
        self.engine.history(log, before=before, limit=limit).addCallback(found.append)
        self.pump()
        return found[0]

    def search(
        self,
        *words: str,
        room: str = "#lobby",
        who: str = "",
        since: float | None = None,
        until: float | None = None,
        limit: int = 20,
        before: int = 1_000_000,
    ) -> list[str]:
        """Search, and return the texts that were found."""
        found: list[list[Committed]] = []
        wanted = e.SearchOpened(room, words, who, since, until, limit)
        self.engine.search(wanted, before=before).addCallback(found.append)
        self.pump()
        return [c.item.text for c in found[0] if isinstance(c.item, e.Said)]

    def claim(self, name: str, holder: str) -> bool:
        """Claim a name."""
        answers: list[bool] = []
        self.engine.claim(name, holder).addCallback(answers.append)
        self.pump()
        return answers[0]

    def stop(self) -> None:
        """Stop the engine."""
        done: list[None] = []
        self.engine.stop().addCallback(done.append)
        self.pump()
        self.assertEqual(done, [None])
