"""Limits have names, units and reasons, and can be told otherwise."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twistchat.core.limits import NONE, Limits, described, limit_value


class LimitTests(SynchronousTestCase):
    def test_each_has_a_unit_and_a_reason(self) -> None:
        for limit in described():
            self.assertTrue(limit.unit, limit)
            self.assertTrue(limit.why.endswith("."), limit)
            self.assertGreater(limit.default, 0, limit)

    def test_values(self) -> None:
        for name, typed, expected in (
            ("rate", "2.5", ("rate", 2.5)),
            ("rate", 3, ("rate", 3.0)),
            ("per-address", "10", ("per_address", 10)),
            ("per_address", 10, ("per_address", 10)),
            ("queue", "4M", ("queue", 4 * 1024 * 1024)),
            ("line", "1k", ("line", 1024)),
            ("clients", "0", ("clients", NONE)),
            ("rate", 0, ("rate", float(NONE))),
            ("replay", "0", ("replay", 0)),
            ("greeting", 0, ("greeting", 0.0)),
        ):
            value = limit_value(name, typed)
            self.assertEqual(value, expected)
            self.assertIs(type(value[1]), type(expected[1]))
            settings: dict[str, Any] = dict([value])
            self.assertEqual(getattr(Limits(**settings), value[0]), value[1])

    def test_bad_values(self) -> None:
        for name, typed, words in (
            ("rat", 1, "there is no limit 'rat'; did you mean rate?"),
            ("xyzzy", 1, "there is no limit 'xyzzy'"),
            ("rate", "fast", "limit rate takes a number of lines a second, not 'fast'"),
            ("burst", "1.5", "limit burst takes a whole number of lines, not '1.5'"),
            ("line", -1, "limit line takes a whole number of bytes, not -1"),
            ("line", True, "limit line takes a whole number of bytes, not True"),
            ("line", "nan", "limit line takes a whole number of bytes, not 'nan'"),
            ("rate", float("inf"), "limit rate takes a number of lines a second, not inf"),
            ("rate", "", "limit rate takes a number of lines a second, not ''"),
            ("rate", [1], "limit rate takes a number of lines a second, not [1]"),
        ):
            error = self.assertRaises(ValueError, limit_value, name, typed)
            self.assertEqual(str(error), words)
