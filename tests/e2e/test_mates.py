"""What mates were told is compared with the log: each fault is found, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from twisted.trial.unittest import SynchronousTestCase

from tests.e2e.mates import ROOM, SHOWN, Mate, Stay, faults
from tests.e2e.views import Spoken

ORDER = [Spoken(ROOM, "ann", "said", f"{number}!") for number in range(1, 41)]


class FaultsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.mate = Mate("bob", Random(0))

    def stays(self, past: range, live: range) -> None:
        """Be told lines, by their numbers."""
        stay = Stay([ORDER[number - 1] for number in past], [ORDER[number - 1] for number in live])
        self.mate.stays.append(stay)

    def found(self, *, is_over: bool = False) -> str:
        return "\n".join(faults(self.mate, ORDER, is_over=is_over))

    def test_all_is_well(self) -> None:
        self.stays(range(0), range(1, 11))
        self.stays(range(11, 13), range(13, 41))
        self.assertEqual(self.found(is_over=True), "")

    def test_a_hole(self) -> None:
        self.stays(range(0), range(1, 11))
        self.stays(range(12, 15), range(15, 41))
        self.assertEqual(self.found(), "bob (2) had read up to 10, and was told 12")
        self.mate.stays.pop()
        self.mate.stays[0].live.pop(4)
        self.assertIn("was told 6 behind 4", self.found())

    def test_the_last_lines_alone(self) -> None:
        self.mate.remembers = False
        self.stays(range(0), range(1, 6))
        self.stays(range(11, 11 + SHOWN), range(11 + SHOWN, 41))
        self.assertEqual(self.found(is_over=True), "")
        del self.mate.stays[1].past[0]
        self.assertIn("had read up to 5, and was told 12", self.found())

    def test_twice(self) -> None:
        self.stays(range(0), range(1, 11))
        self.stays(range(10, 15), range(15, 41))
        self.assertEqual(self.found(), "bob (2) had read up to 10, and was told 10 again")
        self.mate.marks = True
        self.assertIn("had read this, and it is not marked", self.found())
        self.mate.stays[1].marked.add("10!")
        self.assertEqual(self.found(), "")
        self.mate.stays[0].live.append(ORDER[9])
        self.assertIn("was told 10 behind 10", self.found())

    def test_in_another_order(self) -> None:
        self.stays(range(0), range(1, 41))
        live = self.mate.stays[0].live
        live[3], live[4] = live[4], live[3]
        self.assertIn("was told 5 behind 3", self.found())

    def test_something_else(self) -> None:
        self.stays(range(0), range(1, 41))
        self.mate.stays[0].live[7] = replace(ORDER[7], kind="did")
        self.assertIn("not in the log", self.found())

    def test_too_little(self) -> None:
        self.stays(range(0), range(1, 40))
        self.assertEqual(self.found(), "")
        self.assertIn("never told what is behind 39", self.found(is_over=True))

    def test_what_was_said(self) -> None:
        self.stays(range(0), range(1, 41))
        self.mate.typed = ["5!", "4!"]
        self.assertIn("in another order", self.found())
        self.mate.typed, self.mate.repeats = ["4!", "never"], True
        self.assertEqual(self.found(), "")
        self.assertIn("not all that bob said", self.found(is_over=True))
