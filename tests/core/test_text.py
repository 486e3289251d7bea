from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twistchat.core.text import cells, clean


class CleanTests(SynchronousTestCase):
    def test_plain_text_stays(self) -> None:
        for text in ("hello", "你好，世界", "naïve", "👩‍👧", "שלום", "tab\there", "  indented"):
            self.assertEqual(clean(text), text)

    def test_controls_become_pictures(self) -> None:
        self.assertEqual(clean("a\x1b[31mb"), "a␛[31mb")
        self.assertEqual(clean("\x00\x07\x0d\x0a\x7f"), "␀␇␍␊␡")

    def test_c1_controls_and_line_separators_go(self) -> None:
        self.assertEqual(clean("a\x9bb\x85c\u2028d\u2029e"), "a�b�c�d�e")

    def test_bidi_overrides_and_surrogates_go(self) -> None:
        self.assertEqual(clean("a\u202eb\u2066c\ud800"), "a�b�c�")

    def test_twice_is_once(self) -> None:
        everything = "".join(map(chr, range(0x3000)))
        self.assertEqual(clean(clean(everything)), clean(everything))

    def test_cells(self) -> None:
        self.assertEqual(cells("abc"), 3)
        self.assertEqual(cells("小明"), 4)
