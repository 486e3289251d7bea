"""The password of the house."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twistchat.accounts.attempts import Attempts
from twistchat.accounts.house import House, HousePassword
from twistchat.core.codes import Refusal
from twistchat.core.events import Refused
from twistchat.core.limits import Limits

HERE, THERE = "203.0.113.7", "198.51.100.9"


class HousePasswordTests(SynchronousTestCase):
    def test_the_first_line_of_a_file(self) -> None:
        for text in ("open sesame", "open sesame\n", "open sesame\r\nno matter\n", " open sesame "):
            password = HousePassword.of_file(text)
            for typed in ("open sesame", " open sesame ", "open\u00a0sesame"):
                self.assertTrue(password.is_right(typed), (text, typed))
            for typed in ("", "open", "Open sesame", "open sesame\nno matter", "x" * 10**6):
                self.assertFalse(password.is_right(typed), (text, typed))

    def test_what_is_none(self) -> None:
        for text in ("", "\n", "  \nopen sesame\n"):
            error = self.assertRaises(ValueError, HousePassword.of_file, text)
            self.assertEqual(str(error), "its first line is empty: write the password there")
        for text in ("open\0sesame", "x" * 513):
            error = self.assertRaises(ValueError, HousePassword.of_file, text)
            self.assertIn("1 to 512 bytes", str(error))
            self.assertNotIn("sesame", str(error))

    def test_nothing_shows_it(self) -> None:
        password = HousePassword("open sesame")
        kept = repr(password) + str([getattr(password, name) for name in password.__slots__])
        self.assertNotIn("sesame", kept)


class HouseTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        attempts = Attempts(self.clock, Limits(password_tries_together=3))
        self.house = House(HousePassword("open sesame"), attempts)
        self.open_house = House(None, attempts)

    def test_who_knows_it_comes_in(self) -> None:
        self.assertTrue(self.house.has_password)
        self.assertIsNone(self.house.admit("open sesame", HERE))
        self.assertEqual(self.house.admit("open", HERE), Refused(Refusal.HOUSE_PASSWORD_WRONG))

    def test_a_house_without_one(self) -> None:
        self.assertFalse(self.open_house.has_password)
        self.assertIsNone(self.open_house.admit("", HERE))

    def test_guessing_is_slowed_down(self) -> None:
        for _ in range(4):
            self.assertEqual(self.house.admit("open", HERE), Refused(Refusal.HOUSE_PASSWORD_WRONG))
        wait = Refused(Refusal.ATTEMPTS_FAST, hint="1")
        self.assertEqual(self.house.admit("open sesame", HERE), wait)
        self.assertIsNone(self.house.admit("open sesame", THERE))
        self.clock.advance(1)
        self.assertIsNone(self.house.admit("open sesame", HERE))

    def test_a_whole_school_comes_in(self) -> None:
        for _ in range(1_000):
            self.assertIsNone(self.house.admit("open sesame", HERE))
