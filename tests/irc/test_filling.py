"""What fits into a line, and masks."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twistchat.frontends.irc.filling import cut, fill, space
from twistchat.frontends.irc.wildcards import has_wildcards, matching


class FillingTests(SynchronousTestCase):
    def test_cut(self) -> None:
        for text, size, kept in (
            ("abc", 3, "abc"),
            ("abc", 2, "ab"),
            ("茶茶", 6, "茶茶"),
            ("茶茶", 5, "茶"),
            ("茶茶", 2, ""),
            ("a😀", 4, "a"),
        ):
            self.assertEqual(cut(text, size), kept)

    def test_fill(self) -> None:
        self.assertEqual(fill(["a", "bc", "d"], 4), ["a bc", "d"])
        self.assertEqual(fill(["a", "bc", "d"], 6), ["a bc d"])
        self.assertEqual(fill(["茶", "茶"], 6, ","), ["茶", "茶"])
        self.assertEqual(fill(["too long", "a", "b"], 3), ["too long", "a b"])
        self.assertEqual(fill([], 9), [])

    def test_space(self) -> None:
        self.assertEqual(
            len(":server 353 bob = #a :\r\n"), 512 - space("server", "353", "bob", "=", "#a")
        )

    @given(
        st.lists(st.text(st.characters(exclude_characters=", ", codec="utf-8"), min_size=1)),
        st.integers(1, 60),
    )
    def test_nothing_is_lost(self, entries: list[str], size: int) -> None:
        texts = fill(entries, size, ",")
        self.assertEqual(",".join(texts).split(",") if texts else [], entries)
        for text in texts:
            self.assertTrue("," not in text or len(text.encode()) <= size)


class MaskTests(SynchronousTestCase):
    def test_masks(self) -> None:
        for mask, text, is_match in (
            ("*", "", True),
            ("a*c", "ABBC", True),
            ("a?c", "ac", False),
            ("a?c", "a茶c", True),
            ("[ab]", "a", False),
            ("[ab]", "[AB]", True),
            ("a.c", "abc", False),
            ("ÄB*", "äbc", True),
            ("ｂob", "BOB", True),
            ("*茶*", "#喝茶吧", True),
            ("a\nb", "a\nb", True),
            ("a", "a\n", False),
        ):
            self.assertIs(matching(mask)(text), is_match, (mask, text))
        self.assertTrue(has_wildcards("a?"))
        self.assertFalse(has_wildcards("abc"))

    def test_many_stars_take_no_time(self) -> None:
        begin = time.process_time()
        self.assertFalse(matching("*a" * 120 + "b")("a" * 200))
        self.assertLess(time.process_time() - begin, 0.2)
