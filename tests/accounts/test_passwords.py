"""What a password has to be, and when two of them are the same."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twistchat.accounts.passwords import LONGEST, TYPED, good_password, normalised
from twistchat.core.codes import Refusal
from twistchat.core.events import Refused


class GoodPasswordTests(SynchronousTestCase):
    def refused(self, typed: str, name: str = "alice") -> Refused:
        answer = good_password(typed, name)
        assert isinstance(answer, Refused), answer
        return answer

    def test_good_ones(self) -> None:
        for typed in ("correct horse", "  8  8  ", "密码密码密码密码", "👩‍👧" * 4, "x" * LONGEST):
            self.assertEqual(good_password(typed, "alice"), typed)

    def test_too_short(self) -> None:
        for typed in ("", "7777777", "é" * 7, "密码"):
            self.assertEqual(self.refused(typed), Refused(Refusal.PASSWORD_SHORT, hint="8"))

    def test_what_is_composed_is_counted_as_composed(self) -> None:
        self.assertEqual(self.refused("e\u0301" * 7).code, Refusal.PASSWORD_SHORT)
        self.assertEqual(good_password("e\u0301" * 8, "alice"), "é" * 8)

    def test_too_long(self) -> None:
        for typed in ("x" * (LONGEST + 1), "密" * 171, "x" * (TYPED + 1), "x" * 10**6):
            self.assertEqual(self.refused(typed), Refused(Refusal.PASSWORD_LONG, hint="512"))

    def test_what_cannot_be_typed_everywhere(self) -> None:
        for character in ("\0", "\t", "\x1b", "\x7f", "\ud800", "\ue000", "\U000effff"):
            self.assertEqual(
                self.refused(f"correct{character}horse"), Refused(Refusal.PASSWORD_CHARACTERS)
            )

    def test_the_name_itself(self) -> None:
        for typed in ("margarethe", "MARGARETHE", "Ｍargarethe", " margarethe"):
            self.assertEqual(self.refused(typed, "Margarethe").code, Refusal.PASSWORD_NAME)
        self.assertEqual(good_password("margarethe1", "Margarethe"), "margarethe1")


class NormalisedTests(SynchronousTestCase):
    def test_the_same_keys_elsewhere(self) -> None:
        self.assertEqual(normalised("cafe\u0301 noir"), normalised("café\u00a0noir"))
        self.assertEqual(normalised("a\u3000b"), "a b")

    def test_case_and_width_matter(self) -> None:
        self.assertNotEqual(normalised("Correct horse"), normalised("correct horse"))
        self.assertNotEqual(normalised("ｃorrect horse"), normalised("correct horse"))

    def test_what_nobody_can_have(self) -> None:
        for typed in ("", "a\nb", "\ud800", "x" * (LONGEST + 1), "e\u0301" * 10**6):
            self.assertIsNone(normalised(typed))

    def test_short_ones_are_compared_too(self) -> None:
        self.assertEqual(normalised("x"), "x")  # what was good before may be asked for

    @given(st.text())
    def test_once_is_enough(self, typed: str) -> None:
        once = normalised(typed)
        if once is not None:
            self.assertEqual(normalised(once), once)
            self.assertTrue(unicodedata.is_normalized("NFC", once))
            self.assertLessEqual(len(once.encode()), LONGEST)

    @given(st.text())
    def test_what_is_good_is_the_same_when_it_is_typed_again(self, typed: str) -> None:
        good = good_password(typed, "alice")
        if isinstance(good, str):
            self.assertEqual(normalised(typed), good)
