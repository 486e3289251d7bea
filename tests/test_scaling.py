"""The cost model says what it is made to say, and docs/scaling.md has what it says."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.model import (
    FULL,
    GUIDE,
    LONGEST_TURN,
    MEASURED,
    ONE,
    SEVERAL,
    Coefficients,
    Load,
    Measured,
    enough,
    fitted,
    full_at,
    is_enough,
    node,
    predicted,
    store,
    with_tables,
)

PLAIN = Coefficients(turn=1e-3, line=10e-6, write=10e-6, person=1000)
"""Numbers by which one can reckon."""


class ModelTests(SynchronousTestCase):
    def test_a_calm_process(self) -> None:
        # Ten lines a second, each told a hundred people: a turn of 1 + 0.01 + 1 ms for each.
        one = node(PLAIN, Load(people=100, room=100, every=10))
        self.assertAlmostEqual(one.turn, 0.00201)
        self.assertEqual(one.memory, 100_000)

    def test_a_busy_process_takes_larger_turns(self) -> None:
        # 2,000 lines a second: one by one they would take four seconds of each.
        one = node(PLAIN, Load(people=100, room=100, every=0.05))
        # A turn tells everybody once (1 + 1 ms), and reads what has come meanwhile (2 %).
        self.assertAlmostEqual(one.turn, 0.002 / 0.98)
        # In turns of a tenth of a second it needs 2 ms for each, and 20 µs a millisecond.
        self.assertAlmostEqual(one.full, 0.02 + 0.02)

    def test_nothing_helps_a_process_that_reads_too_much(self) -> None:
        self.assertEqual(node(PLAIN, Load(people=10**6, room=10, every=1)).turn, float("inf"))

    def test_telling_is_shared_out_and_reading_is_not(self) -> None:
        costs = Coefficients(1e-3, 10e-6, 10e-6, 1000, far_line=10e-6, far_person=100)
        load = Load(people=1_000, room=100, every=1)
        one, two = node(costs, load), node(costs, load, 2)
        telling, reading = 1_000 * 100 * 10e-6, 1_000 * 10e-6
        self.assertAlmostEqual(one.full, 0.01 + reading + min(telling, 0.1))
        self.assertAlmostEqual(two.full, 0.01 + reading + min(telling / 2, 0.05))
        self.assertEqual(two.memory, 500 * 1000 + 500 * 100)

    def test_how_many_are_enough(self) -> None:
        load = Load(people=20_000, room=1_000, every=60)
        count = enough(SEVERAL, load)
        assert count is not None
        self.assertGreater(count, 1)
        self.assertLessEqual(node(SEVERAL, load, count).full, FULL)
        self.assertGreater(node(SEVERAL, load, count - 1).full, FULL)
        self.assertIsNone(enough(SEVERAL, Load(people=10**8, room=10, every=10)))

    def test_when_one_is_full(self) -> None:
        for room, every in ((10, 10.0), (1_000, 600.0)):
            people = full_at(ONE, room, every)
            self.assertTrue(is_enough(ONE, Load(people, room, every), 1))
            self.assertFalse(is_enough(ONE, Load(people + 1, room, every), 1))

    def test_redis_has_more_to_do_where_more_is_said(self) -> None:
        few, many = (store(SEVERAL, Load(people, 100, 60), 3) for people in (1_000, 100_000))
        self.assertLess(few, many)

    def test_the_fit_finds_what_was_put_in(self) -> None:
        points = [
            Measured("", shared, people, predicted(PLAIN, Measured("", shared, people, 0)))
            for shared in (1, 10, 100)
            for people in (10, 1_000)
        ]
        for found, given in zip(fitted(points), (1e-3, 10e-6, 10e-6), strict=True):
            self.assertAlmostEqual(found / given, 1)

    def test_the_coefficients_are_those_of_the_fit(self) -> None:
        for found, given in zip(fitted(MEASURED), (ONE.turn, ONE.line, ONE.write), strict=True):
            self.assertAlmostEqual(found / given, 1, places=2)

    def test_a_turn_may_take_a_tenth_of_a_second(self) -> None:
        self.assertEqual((LONGEST_TURN, FULL), (0.1, 0.5))


class GuideTests(SynchronousTestCase):
    def test_the_guide_has_the_tables_of_the_model(self) -> None:
        text = GUIDE.read_text("utf-8")
        self.assertEqual(text, with_tables(text), "python -m benchmarks.model --write")
