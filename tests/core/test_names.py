from __future__ import annotations

from hypothesis import given
from hypothesis.strategies import text
from twisted.trial.unittest import SynchronousTestCase

from twistchat.core.events import Refusal, Refused
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.core.names import fold, nickname, room_name, suggest


def never(folded: str) -> bool:
    return False


class NicknameTests(SynchronousTestCase):
    def good(self, typed: str) -> str:
        name = nickname(typed, DEFAULT_LIMITS, never)
        assert isinstance(name, str), name
        return name

    def refused(self, typed: str) -> Refused:
        refused = nickname(typed, DEFAULT_LIMITS, never)
        assert isinstance(refused, Refused), refused
        # Whatever is suggested is itself a good name.
        self.assertEqual(self.good(refused.hint), refused.hint)
        return refused

    def test_letters_of_every_kind(self) -> None:
        for name in ("alice", "小明", "Zoë", "Ωmega", "мария", "たろう", "a-b_c.d", "r2d2", "[x]"):
            self.assertEqual(self.good(name), name)

    def test_blanks_around_go(self) -> None:
        self.assertEqual(self.good("  alice\t"), "alice")

    def test_shown_in_nfc(self) -> None:
        self.assertEqual(self.good("Zoe\u0308"), "Zoë")

    def test_empty(self) -> None:
        self.assertEqual(self.refused("   ").code, Refusal.NAME_EMPTY)

    def test_forbidden_characters(self) -> None:
        for character in "!@*?,:#&~%+<>/":
            refused = self.refused(f"{character}bob")
            self.assertEqual(refused.code, Refusal.NAME_CHARACTERS, character)
            self.assertEqual(refused.hint, "bob")

    def test_blank_control_bidi_and_invisible_characters(self) -> None:
        for character in " \x00\x1b\x7f\x9b\u00a0\u00ad\u200b\u200d\u200f\u202e\u2060\u3000\u3164":
            self.assertEqual(
                self.refused(f"bo{character}b").code, Refusal.NAME_CHARACTERS, hex(ord(character))
            )
        for character in "\ufeff\ufe0f\u115f\u2800\U000e0041\u034f":
            self.assertEqual(
                self.refused(f"bo{character}b").code, Refusal.NAME_CHARACTERS, hex(ord(character))
            )

    def test_forbidden_after_normalising(self) -> None:
        # Full-width forms of # and <, and an accent that NFKC turns into a blank and a mark.
        for name in ("＃bob", "＜bob", "b´ob", "ﹾ", "…ﷺ"):
            self.assertEqual(self.refused(name).code, Refusal.NAME_CHARACTERS)

    def test_a_mark_needs_a_letter(self) -> None:
        self.assertEqual(self.refused("\u0301bob").code, Refusal.NAME_CHARACTERS)

    def test_digits_alone(self) -> None:
        for name in ("7", "１２", "٣"):
            self.assertEqual(self.refused(name).code, Refusal.NAME_NUMBER)

    def test_length_in_characters_and_cells(self) -> None:
        self.assertEqual(self.good("a" * 24), "a" * 24)
        self.assertEqual(self.refused("a" * 25).hint, "a" * 24)
        self.assertEqual(self.good("明" * 16), "明" * 16)
        self.assertEqual(self.refused("明" * 17).code, Refusal.NAME_LONG)

    def test_reserved(self) -> None:
        for name in ("operator", "OPERATOR", "ｅｘｉｔ"):
            self.assertEqual(self.refused(name).code, Refusal.NAME_RESERVED)

    @given(text(max_size=60))
    def test_any_text_is_a_name_or_gets_a_good_suggestion(self, typed: str) -> None:
        name = nickname(typed, DEFAULT_LIMITS, never)
        if isinstance(name, Refused):
            name = name.hint
        self.assertEqual(self.good(name), name)
        self.assertEqual(fold(fold(name)), fold(name))

    def test_suggestions_are_free(self) -> None:
        taken = {"bob", "bob2"}
        refused = nickname("b o b", DEFAULT_LIMITS, taken.__contains__)
        self.assertEqual(refused, Refused(Refusal.NAME_CHARACTERS, "b o b", "bob3"))

    def test_a_suggestion_is_found_though_the_end_of_the_name_has_to_go(self) -> None:
        for wished in ("1" * 22 + "x", "一" * 15 + "x", "7" * 23 + "é", "1" * 30):
            taken: set[str] = set()
            for _ in range(200):
                free = suggest(wished, DEFAULT_LIMITS, taken.__contains__)
                self.assertNotIn(fold(free), taken)
                self.assertIsInstance(nickname(free, DEFAULT_LIMITS, taken.__contains__), str)
                taken.add(fold(free))

    def test_suggestions_keep_within_the_length(self) -> None:
        taken = {"a" * 24}
        refused = nickname("a" * 30, DEFAULT_LIMITS, taken.__contains__)
        assert isinstance(refused, Refused)
        self.assertEqual(refused.hint, "a" * 23 + "2")

    def test_equal_names(self) -> None:
        for other in ("BOB", "ｂob", "Bob", "ⓑob"):
            self.assertEqual(fold(other), "bob")
        self.assertEqual(fold("STRASSE"), fold("straße"))
        self.assertEqual(fold("Zoe\u0308"), fold("ZOË"))
        self.assertNotEqual(fold("bob"), fold("bob2"))


class RoomNameTests(SynchronousTestCase):
    def test_one_spelling(self) -> None:
        for typed in ("#Lab", "lab", " #LAB ", "＃ｌab"):
            self.assertEqual(room_name(typed, DEFAULT_LIMITS), "#lab")
        self.assertEqual(room_name("#中文", DEFAULT_LIMITS), "#中文")

    def test_refused(self) -> None:
        for typed in ("", "#", "#a b", "#a,b", "#a\u200b"):
            refused = room_name(typed, DEFAULT_LIMITS)
            assert isinstance(refused, Refused), typed
            self.assertEqual(refused.code, Refusal.ROOM_NAME)
        refused = room_name("#" + "a" * 40, DEFAULT_LIMITS)
        assert isinstance(refused, Refused)
        self.assertEqual((refused.code, refused.hint), (Refusal.ROOM_LONG, "32"))
