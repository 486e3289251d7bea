"""How somebody presents themselves: `SETNAME`, and `MODE` of oneself."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from tests.irc.kit import IRCTestCase
from twistchat.core.limits import DEFAULT_LIMITS, NONE, Limits


class ModeTests(IRCTestCase):
    limits: ClassVar[Limits] = replace(DEFAULT_LIMITS, renames=NONE)

    def test_ones_own(self) -> None:
        (ann,) = self.clients("Ann")
        self.assertEqual(self.asking(ann, "MODE ann"), [":twistchat.chat 221 Ann +"])
        self.assertEqual(self.asking(ann, "MODE Ann +B"), [":Ann MODE Ann +B"])
        self.assertEqual(self.asking(ann, "MODE Ann +Bi"), [":Ann MODE Ann +i"])
        self.assertEqual(self.asking(ann, "MODE Ann"), [":twistchat.chat 221 Ann +Bi"])
        self.assertEqual(self.asking(ann, "MODE Ann -B+B-i"), [":Ann MODE Ann -i"])
        self.assertEqual(self.asking(ann, "MODE Ann i-B"), [":Ann MODE Ann +i-B"])
        self.world.registers(ann)
        self.assertEqual(self.asking(ann, "MODE Ann"), [":twistchat.chat 221 Ann +ir"])

    def test_what_is_not_ones_own_to_change(self) -> None:
        (ann,) = self.clients("ann")
        for letters in ("+o", "-o", "+r", "-r", "+", "-", ":", "-i"):
            self.assertEqual(self.asking(ann, f"MODE ann {letters}"), [], letters)

    def test_what_there_is_not(self) -> None:
        ann, _ = self.clients("ann", "bob")
        unknown = ":twistchat.chat 501 ann There is no such mode of people here"
        self.assertEqual(self.asking(ann, "MODE ann +xyz"), [unknown])
        self.assertEqual(self.asking(ann, "MODE ann +xi"), [unknown, ":ann MODE ann +i"])
        for changes in ("", " +i"):
            self.assertEqual(
                self.asking(ann, f"MODE bob{changes}"),
                [":twistchat.chat 502 ann That is somebody else's to change"],
            )
            self.assertEqual(
                self.asking(ann, f"MODE zoe{changes}"),
                [":twistchat.chat 401 ann zoe Nobody of that name is here"],
            )

    def test_many_letters(self) -> None:
        (ann,) = self.clients("ann")
        self.assertEqual(self.asking(ann, "MODE ann " + "+i-i" * 100), [])


class TooOftenTests(IRCTestCase):
    def test_modes(self) -> None:
        (ann,) = self.clients("ann")
        for _ in range(20):
            told = self.asking(ann, "MODE ann +i", "MODE ann -i")
        self.assertNotIn(":ann MODE ann +i", told)


class SetnameTests(IRCTestCase):
    def test_it_is_changed(self) -> None:
        (ann,) = self.clients("ann")
        self.asking(ann, "SETNAME :Ann of the house of tea")
        assert ann.user is not None
        self.assertEqual(ann.user.persona.realname, "Ann of the house of tea")
        self.assertEqual(ann.user.persona.ident, "ann")

    def test_what_is_none(self) -> None:
        ann, bob = self.clients("ann", "bob")
        self.asking(ann, "CAP REQ setname")
        for realname in ("", "  ", "x" * 121, "茶" * 41):
            self.assertEqual(
                self.asking(ann, f"SETNAME :{realname}"),
                [":twistchat.chat FAIL SETNAME INVALID_REALNAME A real name has 1 to 120 bytes"],
            )
            self.assertEqual(self.asking(bob, f"SETNAME :{realname}"), [])
        assert ann.user is not None
        self.assertEqual(ann.user.persona.realname, "ann in person")
