"""The connection itself: lines, silence, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.irc.kit import IRCTestCase
from twistchat.core.codes import Cause
from twistchat.core.commands import Moderate
from twistchat.core.events import Goodbye
from twistchat.core.law import EVERYWHERE, Deed
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.frontends.irc.connection import last_words
from twistchat.frontends.irc.dialog import is_too_long
from twistchat.frontends.irc.message import parse, word, write

if TYPE_CHECKING:
    from twistchat.core.limits import Limits

INVALID = "INVALID_UTF8 This server speaks UTF-8: your line was not read"


class LineTests(IRCTestCase):
    def test_how_long_one_may_be(self) -> None:
        for line, is_long in (
            (b"x" * 510, False),
            (b"x" * 511, True),
            (b"@" + b"a" * 4094 + b" " + b"x" * 510, False),
            (b"@" + b"a" * 4095 + b" x", True),
            (b"@a " + b"x" * 511, True),
            (b"@" + b"a" * 4200, True),
        ):
            self.assertEqual(is_too_long(line), is_long, len(line))

    def test_what_is_too_long(self) -> None:
        (ann,) = self.clients("ann")
        told = ":twistchat.chat 417 ann A line has 512 bytes at most: yours was not read"
        for line in ("PING " + "x" * 506, "PING " + "x" * 20_000, "@" + "a" * 4095 + " PING x"):
            self.assertEqual(self.asking(ann, line, "PING y")[:2], [
                told, ":twistchat.chat PONG twistchat.chat y",
            ])  # fmt: skip

    def test_what_just_fits(self) -> None:
        (ann,) = self.clients("ann")
        self.assertIn("PONG", self.asking(ann, "@+" + "a" * 4093 + " PING " + "x" * 400)[0])

    def test_no_utf8(self) -> None:
        (ann,) = self.clients("ann", caps="batch labeled-response")
        for data, command, tags in (
            (b"PRIVMSG bob :hi\xaa", "PRIVMSG", {}),
            (b"@label=xyz PRIVMSG bob :hi\xaa", "PRIVMSG", {"label": "xyz"}),
            (b"\xaa\xbb", "��", {}),
            (b":\xaa x", "X", {}),
        ):
            ann.sends(data + b"\r\n")
            self.turn()
            (line,) = ann.heard()
            self.assertEqual(line.short, f":twistchat.chat FAIL {command} {INVALID}")
            self.assertEqual(line.tags, tags)
        client = self.client()
        client.types("NICK bob")
        client.sends(b"USER \xe8rc\xe9 * * :x\r\n")
        self.turn()
        self.assertEqual(self.told(client), [f":twistchat.chat FAIL USER {INVALID}"])

    def test_what_would_end_a_line_is_no_part_of_one(self) -> None:
        (ann,) = self.clients("ann", caps="batch labeled-response")
        for line in ("PING x", "PRIVMSG a,b :hi", "AWAY", "JOIN #tea", "MODE #tea +o ann"):
            ann.sends(b"@label=a\0\rb " + line.encode() + b"\r\n")
            self.turn()
            self.assertEqual(ann.heard()[0].tags, {"label": "ab"}, line)
        ann.sends(b"PING a\rb\r\nNICK a@\0 x\r\n")
        self.turn()
        pong, refused = ann.heard()
        self.assertEqual(pong.params, ("twistchat.chat", "ab"))
        self.assertEqual(refused.params[:2], ("ann", "a@"))

    def test_nothing(self) -> None:
        (ann,) = self.clients("ann")
        for line in ("", " ", ":x", "@a=b", "@a=b :x", "  :x  "):
            self.assertEqual(self.asking(ann, line), [], line)

    def test_unknown_commands(self) -> None:
        (ann,) = self.clients("ann")
        for line, name in (("foo", "FOO"), ("É" * 90, "É" * 40), ("x\0y z", "XY")):
            self.assertEqual(
                self.asking(ann, line),
                [f":twistchat.chat 421 ann {name} There is no such command here"],
            )

    def test_many_parameters(self) -> None:
        (ann,) = self.clients("ann")
        self.assertIn("PONG twistchat.chat 0", self.asking(ann, f"PING {' '.join('0' * 200)}")[0])

    def test_lf_alone_ends_a_line(self) -> None:
        (ann,) = self.clients("ann")
        ann.sends(b"PING a\nPING b\r\n\r\n\n")
        self.turn()
        self.assertEqual([line.params[-1] for line in ann.heard()], ["a", "b"])

    def test_a_word_of_a_client(self) -> None:
        for text, told in (
            ("ann", "ann"), ("", "*"), (" ", "*"), (":", "*"), ("::a", "a"), ("a b", "a"),
            ("a\0b", "a"), ("\0", "*"), ("\u3000a", "a"), ("x" * 50, "x" * 40), ("a:b", "a:b"),
        ):  # fmt: skip
            self.assertEqual(word(text), told, text)
            message = parse(write("s", "401", word(text), "words").encode())
            assert message is not None
            self.assertEqual(message.params, (told, "words"))


class PingTests(IRCTestCase):
    limits: ClassVar[Limits] = DEFAULT_LIMITS

    def test_what_is_said_comes_back(self) -> None:
        (ann,) = self.clients("ann")
        for said in ("x", ":x y", ":", "x y", "茶"):
            told = parse(f"PING {said}".encode())
            assert told is not None
            self.assertEqual(
                self.asking(ann, f"PING {said}"),
                [f":twistchat.chat PONG twistchat.chat {told.params[0]}"],
            )
        self.assertEqual(
            self.asking(ann, "PING"),
            [":twistchat.chat 409 ann Say PING and what is to come back"],
        )
        self.assertEqual(self.asking(ann, "PONG", "PONG x", "ERROR :x"), [])

    def test_behind_all_that_was_asked_before(self) -> None:
        (ann,) = self.clients("ann")
        told = self.asking(ann, "JOIN #tea", "NICK bob", "PING x")
        self.assertTrue(told[-1].endswith("PONG twistchat.chat x"))
        self.assertTrue(any(" NICK " in line for line in told))

    def test_who_is_silent_is_asked_and_then_gone(self) -> None:
        ann, bob = self.clients("ann", "bob", room="#tea")
        for _ in range(4):
            self.wait(25)
            bob.types("PONG x")
        self.assertEqual(
            ann.hears()[-2:],
            ["PING :twistchat.chat",
             "ERROR :Closing link: Nothing was heard from you for too long"],
        )  # fmt: skip
        self.assertFalse(ann.is_connected)
        self.assertTrue(bob.is_connected)
        self.assertIn("QUIT", self.commands(bob.heard()))

    def test_no_pings_for_those_who_are_gone(self) -> None:
        (ann,) = self.clients("ann")
        ann.types("QUIT")
        self.turn()
        self.assertNotIn("Pulse", str(self.world.clock.getDelayedCalls()))


class EndTests(IRCTestCase):
    def test_every_cause_has_last_words(self) -> None:
        for cause in Cause:
            self.assertRegex(last_words(Goodbye(cause)), "^ERROR :Closing link: [A-Z]")
        self.assertEqual(
            last_words(Goodbye(Cause.KICKED, "enough\r\nNICK x")),
            "ERROR :Closing link: You were put out (enough␍␊NICK x)",
        )

    def test_quit(self) -> None:
        ann, bob = self.clients("ann", "bob", room="#tea")
        ann.hears()
        self.assertEqual(self.asking(ann, "QUIT :see you"), [": ERROR Closing link: Quit"])
        self.assertFalse(ann.is_connected)
        self.assertEqual(self.told(bob)[-1], ":ann QUIT Quit: see you")

    def test_put_out(self) -> None:
        (ann,) = self.clients("ann")
        kick = Moderate(Deed.KICK, EVERYWHERE, "ann", words="enough")
        self.world.parts.operator.perform(kick)
        self.turn()
        self.assertRegex(ann.hears()[-1], "^ERROR :Closing link: You were put out")
        self.assertFalse(ann.is_connected)

    def test_the_end_of_input_is_a_quit(self) -> None:
        (ann,) = self.clients("ann")
        ann.types("PING x")
        ann.ends_input()
        self.turn()
        self.assertEqual([line.command for line in ann.heard()], ["PONG", "ERROR"])
