"""What is to be remembered of people is written together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twistchat.engine.sqlite.together import Together

if TYPE_CHECKING:
    from collections.abc import Mapping


class TogetherTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.written: list[dict[str, tuple[str, float]]] = []
        self.answers: list[Deferred[None]] = []
        self.together = Together(self.clock, self.write)

    def write(self, texts: Mapping[str, tuple[str, float]]) -> Deferred[None]:
        self.written.append(dict(texts))
        self.answers.append(Deferred())
        return self.answers[-1]

    def test_all_of_one_turn_is_one_transaction(self) -> None:
        kept = [self.together.put(str(number), "x", 7.0) for number in range(3)]
        self.assertEqual(self.written, [])
        self.clock.advance(0)
        self.assertEqual(self.written, [{"0": ("x", 7.0), "1": ("x", 7.0), "2": ("x", 7.0)}])
        for each in kept:
            self.assertNoResult(each)
        self.answers.pop().callback(None)
        for each in kept:
            self.successResultOf(each)

    def test_what_comes_meanwhile_is_the_next(self) -> None:
        self.together.put("a", "1", 7.0)
        self.clock.advance(0)
        later = self.together.put("a", "2", 7.0)
        other = self.together.put("b", "3", 7.0)
        self.clock.advance(0)
        self.assertEqual(len(self.written), 1)
        self.answers[0].callback(None)
        self.assertEqual(self.written[1:], [{"a": ("2", 7.0), "b": ("3", 7.0)}])
        self.answers[1].callback(None)
        self.successResultOf(later)
        self.successResultOf(other)
        again = self.together.put("a", "4", 7.0)
        self.clock.advance(0)
        self.answers[2].callback(None)
        self.successResultOf(again)

    def test_a_failure_is_told_to_all_of_it_and_the_next_is_tried(self) -> None:
        first = [self.together.put(name, "1", 7.0) for name in "ab"]
        self.clock.advance(0)
        second = self.together.put("c", "1", 7.0)
        self.answers[0].errback(OSError("no space"))
        for each in first:
            self.failureResultOf(each, OSError)
        self.answers[1].callback(None)
        self.successResultOf(second)
