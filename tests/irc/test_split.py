"""Long text in parts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twistchat.frontends.irc.message import encode
from twistchat.frontends.irc.split import MOST_MARKS, parts, shortened


class PartsTests(SynchronousTestCase):
    @given(st.text(st.characters(codec="utf-8")), st.integers(4, 40))
    def test_they_make_up_the_text_and_each_fits(self, text: str, room: int) -> None:
        found = parts(text, room)
        self.assertEqual("".join(found), text)
        for part in found:
            self.assertLessEqual(len(part.encode()), room)
        self.assertTrue(all(found) or not text)

    def test_families_and_flags(self) -> None:
        family = "👩‍👩‍👧‍👦"
        for count in range(30):
            for whole in (family, "🇩🇪", "👍🏽", "e\u0301", "क्षि"):
                found = parts("x" * count + whole * 6, 60)
                for part in found:
                    self.assertEqual(part.lstrip("x").replace(whole, ""), "", found)

    def test_blanks_are_preferred_near_the_end(self) -> None:
        self.assertEqual(parts("one two three four", 16), ["one two three ", "four"])
        self.assertEqual(parts("one two three four", 13), ["one two three", " four"])
        self.assertEqual(parts("a " + "x" * 30, 16), ["a " + "x" * 14, "x" * 16])

    def test_a_tower_of_marks_is_cut_all_the_same(self) -> None:
        found = parts("a" + "\u0301" * MOST_MARKS * 4, 90)
        self.assertGreater(len(found), 2)

    @given(st.text(st.characters(codec="utf-8")), st.integers(0, 40))
    def test_shortened(self, text: str, room: int) -> None:
        short = shortened(text, room)
        self.assertTrue(text.startswith(short))
        self.assertTrue(short == text or len(short.encode()) <= room)


class LinesTests(SynchronousTestCase):
    def test_no_line_is_longer_than_any_may_be(self) -> None:
        long = ":x PRIVMSG #a :" + "長" * 300
        tags = "@" + "t" * 600 + " "
        for line in encode([long, tags + long, "short", tags + "short"]).split(b"\r\n")[:-1]:
            body = line[602:] if line.startswith(b"@") else line
            self.assertLessEqual(len(body), 510)
            self.assertTrue(body.startswith((b":x", b"short")))
