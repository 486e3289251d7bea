"""What is no text: formatting, and what clients say to clients."""

from twisted.trial.unittest import SynchronousTestCase

from twistchat.frontends.irc.formatting import Words, plain, read_words


class FormattingTests(SynchronousTestCase):
    def test_it_is_taken_out(self) -> None:
        for typed, text in (
            ("\x02bold\x02 and \x1ditalic\x0f", "bold and italic"),
            ("\x0304red\x03 \x034,12on blue\x03", "red on blue"),
            ("\x031,a", ",a"),
            ("\x0312345", "345"),
            ("\x03", ""),
            ("\x04ff0000red\x04 \x04FF0000,00ff00x", "red x"),
            ("\x04xyz", "xyz"),
            ("\x1eno\x1e \x1fyes\x1f \x11code\x11 \x16turned\x16", "no yes code turned"),
        ):
            self.assertEqual(plain(typed), text, typed)

    def test_nothing_else_is(self) -> None:
        for text in ("", "你好, 茶", "a\tb", "1,2 3", "\x07", "e\u0301 👩\u200d👩\u200d👧"):
            self.assertEqual(plain(text), text)


class CTCPTests(SynchronousTestCase):
    def test_actions(self) -> None:
        waves = Words("waves", action=True)
        for typed in ("\x01ACTION waves\x01", "\x01ACTION waves", "\x01action \x02waves\x02\x01"):
            self.assertEqual(read_words(typed), waves, typed)
        for typed in ("\x01ACTION\x01", "\x01ACTION \x01"):
            self.assertEqual(read_words(typed), Words("", action=True))

    def test_questions_and_answers(self) -> None:
        self.assertEqual(read_words("\x01VERSION"), Words("\x01VERSION\x01", ctcp=True))
        self.assertEqual(read_words("\x01PING 1 2\x01"), Words("\x01PING 1 2\x01", ctcp=True))
        self.assertEqual(
            read_words("\x01ACTION waves\x01", notice=True),
            Words("\x01ACTION waves\x01", ctcp=True),
        )

    def test_in_the_middle_it_is_text(self) -> None:
        self.assertEqual(read_words("see \x01VERSION\x01"), Words("see \x01VERSION\x01"))
