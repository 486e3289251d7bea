"""What IRC clients are answered: every answer of the core, every refusal, under labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.engines import OnSlowEngine
from tests.irc.kit import IRCTestCase, Line, read_line
from twistchat.core import events as e
from twistchat.core.codes import Cause, Refusal, Unkept
from twistchat.core.law import RoomRules
from twistchat.core.limits import Limits
from twistchat.engine import Committed
from twistchat.frontends.irc.about import about
from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.labels import Asked, asked_by
from twistchat.frontends.irc.refusals import OTHERWISE, OVER_ALL, SAYING
from twistchat.testing import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twistchat.frontends.irc.format import IRCFormat

COMMANDS = (
    "", "JOIN", "PART", "PRIVMSG", "NOTICE", "TAGMSG", "MODE", "KICK", "INVITE", "TOPIC", "NICK",
    "SETNAME", "CHATHISTORY", "AWAY", "REGISTER", "KILL",
)  # fmt: skip


class FormatCase(IRCTestCase):
    def setUp(self) -> None:
        super().setUp()
        (self.bob,) = self.clients("bob", room="#tea")

    def format(self, caps: Cap = Cap.NONE) -> IRCFormat:
        return about(self.world.registry).format(caps)

    def answered(
        self, reply: e.Reply, command: str = "", *, reader: str = "bob", caps: Cap = Cap.NONE
    ) -> list[Line]:
        label = Asked(command, about="#tea").as_label() if command else None
        data = self.format(caps).encode_reply(Committed(reply, "abc", 7, None, label), reader)
        for line in data.split(b"\r\n")[:-1]:
            body = line.partition(b" ")[2] if line.startswith(b"@") else line
            self.assertLessEqual(len(body), 510)
            self.assertNotRegex(line, b"[\r\n\0]")
        return [read_line(line.decode()) for line in data.split(b"\r\n")[:-1]]


class RefusalTests(FormatCase):
    def test_there_is_a_row_for_each(self) -> None:
        self.assertEqual(set(OVER_ALL), set(Refusal))

    def test_each_is_one_line_in_proper_form(self) -> None:
        for code in Refusal:
            for about_, hint in (("#tea", "7"), ("", ""), (":a b\r\nQUIT", "長" * 300)):
                refused = e.Refused(code, about_, hint, until=9e99)
                for command in COMMANDS:
                    for reader in ("bob", ""):
                        lines = self.answered(refused, command, reader=reader)
                        self.assertLessEqual(len(lines), 1, refused)
                        for line in lines:
                            self.assertNotEqual(line.command, "QUIT")
                            self.assertTrue(line.params[-1], refused)

    def test_nothing_is_silent_but_what_is_to_be(self) -> None:
        silent = {
            code
            for code in Refusal
            if not self.answered(e.Refused(code, "x", "y"), "JOIN", reader="bob")
        }
        self.assertEqual(silent, {Refusal.NAME_SAME})

    def test_a_notice_is_never_answered(self) -> None:
        for code in Refusal:
            self.assertEqual(self.answered(e.Refused(code, "x", "y"), "NOTICE"), [])

    def test_by_command(self) -> None:
        for code, command, expected in (
            (Refusal.NOT_IN_ROOM, "PRIVMSG", "404"),
            (Refusal.NOT_IN_ROOM, "PART", "442"),
            (Refusal.MUTED, "PRIVMSG", "404"),
            (Refusal.MUTED, "TOPIC", "482"),
            (Refusal.BANNED, "JOIN", "474"),
            (Refusal.BANNED, "PRIVMSG", "404"),
            (Refusal.RENAMES_FAST, "NICK", "438"),
            (Refusal.RENAMES_FAST, "SETNAME", "FAIL"),
        ):
            (line,) = self.answered(e.Refused(code, "#tea", "x"), command)
            self.assertEqual(line.command, expected, (code, command))
        (line,) = self.answered(e.Refused(Refusal.NOT_IN_ROOM, "#nowhere"), "PART")
        self.assertEqual((line.command, line.params[:2]), ("403", ("bob", "#nowhere")))

    def test_until_when_and_why(self) -> None:
        (line,) = self.answered(e.Refused(Refusal.BANNED, "#tea", "spam", until=600.0), "JOIN")
        told = "You are banned until 1970-01-01 00:10 UTC (spam) (+b)"
        self.assertEqual(line.params, ("bob", "#tea", told))

    def test_whoever_is_not_let_in_is_told_so_in_an_error(self) -> None:
        for code in (Refusal.FULL, Refusal.DRAINING, Refusal.ADDRESS_FULL, Refusal.BANNED):
            (line,) = self.answered(e.Refused(code, "", "7"), reader="")
            self.assertEqual(line.command, "ERROR")

    def test_numerics_are_numerics(self) -> None:
        for row in (*OVER_ALL.values(), *SAYING.values(), *OTHERWISE.values()):
            self.assertRegex(row.numeric, "^([0-9]{3}|NOTICE|ERROR|FAIL|)$")


class EveryAnswerTests(FormatCase):
    """Each answer of the core, in each format: nothing raises, nothing is too long or broken."""

    def answers(self) -> Iterator[e.Reply]:
        long = "長" * 400
        said = e.Said("#tea", "1", "ann", long, False, 0.0)
        yield e.Welcomed("bob")
        yield e.TokenTold("token", 0.0)
        yield e.Rejoined("#tea")
        yield e.Done()
        yield e.MembersListed("#tea", long, ("bob",), 1, on_joining=True)
        yield e.MembersListed("#nowhere", "", (), 0)
        yield e.TopicTold("#tea", long)
        yield e.TopicTold("#tea", "")
        yield e.RulesTold("#tea", RoomRules(), "", (), ())
        yield e.SanctionsListed("#tea", (), ())
        yield e.LoggedOut()
        yield e.Settled()
        yield e.ReadTold("#tea", "", 1)
        yield e.WillFind("ann")
        yield e.PrivateOpened("1")
        yield e.RoomsListed((), 0)
        yield e.PersonDescribed("ann", 1.0, 1.0, None, ())
        yield e.AwayNoted(long)
        yield e.AwayNoted(None)
        yield e.AwayTold("ann", long)
        yield e.HistoryOpened("#tea", 1)
        yield e.ConversationsOpened("1", (), 0.0, 1.0, 1, False)
        yield e.JoinOpened("#tea", 1, None)
        yield e.SearchOpened("#tea", (), "", None, None, 1)
        yield e.Slowed(2.5)
        yield e.Noted((long, "two\r\nQUIT"))
        for cause in Cause:
            yield e.Goodbye(cause, long)
        yield e.Kept(said)
        yield e.KeptBefore(said)
        yield e.KeyOpened("k", e.Refused(Refusal.FAULT), said)
        for why in Unkept:
            yield e.NotKept(said, why)
            yield e.NotKept(e.TopicChanged("#tea", "1", "ann", long, 0.0), why)
            yield e.NotKept(e.Whispered("1", "ann", "2", "bob", long, False, 0.0), why)

    def test_in_each_format(self) -> None:
        self.assertEqual(
            {type(reply) for reply in self.answers()} | {e.Refused, e.Written},
            set(e.Reply.__args__),
        )
        for caps in (Cap.NONE, *Cap, ~Cap.NONE):
            for reply in self.answers():
                for command in ("", "PRIVMSG", "JOIN"):
                    for reader in ("bob", ""):
                        self.answered(reply, command, reader=reader, caps=caps)


class UnkeptTests(OnSlowEngine, IRCTestCase):
    """Nothing is lost silently."""

    def test_it_is_told_which_words_were_not_sent(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        self.slow.refuses = lambda _: Unkept.FAILED
        alice.says("my words", "#tea")
        alice.types("PRIVMSG bob :for you")
        alice.types("TOPIC #tea :cats")
        self.turn()
        words, private, topic = alice.heard()
        self.assertEqual((words.command, words.params[:2]), ("404", ("alice", "#tea")))
        self.assertTrue(words.params[2].endswith("Send it again: my words"), words)
        self.assertEqual((private.command, private.params[0]), ("NOTICE", "alice"))
        self.assertTrue(private.params[1].startswith("[bob] Not sent, since"), private)
        self.assertTrue(private.params[1].endswith("for you"), private)
        self.assertTrue(topic.params[1].startswith("[TOPIC] Not done, since"), topic)
        self.assertEqual(bob.hears(), [])
        self.slow.refuses = lambda _: None
        alice.says("again", "#tea")
        self.turn()
        self.assertEqual(self.told(bob), [":alice PRIVMSG #tea again"])


class LabelTests(IRCTestCase):
    """An answer bears the label of what was asked, whoever answers it."""

    limits: ClassVar[Limits] = Limits(crowd=2)
    caps = "labeled-response batch echo-message"

    def labelled(self, line: str, caps: str = "") -> list[Line]:
        (self.ann,) = self.clients("ann", room="#tea", caps=caps or self.caps)
        return self.asks(line)

    def asks(self, line: str) -> list[Line]:
        self.ann.hears()
        self.ann.types(f"@label=7 {line}")
        self.turn()
        return self.ann.heard()

    def assert_batch(self, lines: list[Line], *commands: str) -> None:
        begin, *inside, end = lines
        self.assertEqual((begin.command, dict(begin.tags)), ("BATCH", {"label": "7"}))
        name, kind = begin.params
        self.assertEqual(kind, "labeled-response")
        self.assertEqual((end.command, end.params), ("BATCH", (name.replace("+", "-"),)))
        self.assertEqual(tuple(self.commands(inside)), commands)
        for line in inside:
            self.assertEqual(dict(line.tags), {"batch": name[1:]})

    def test_one_line(self) -> None:
        for line, command in (
            ("PRIVMSG #tea :x", "PRIVMSG"), ("TOPIC #tea :x", "TOPIC"), ("NICK anna", "NICK"),
            ("JOIN #a*b", "403"), ("PART #nowhere", "403"), ("MODE #tea +v ann", "MODE"),
            ("PING 1", "PONG"), ("TOPIC #tea", "331"), ("AWAY :tea", "306"), ("AWAY", "305"),
            ("PRIVMSG nobody :x", "401"),
        ):  # fmt: skip
            with self.subTest(line):
                room = f"#tea{command}"
                (ann,) = self.clients("ann", room=room, caps=self.caps)
                self.ann = ann
                asked = line.replace("#tea", room)
                lines = [x for x in self.asks(asked) if x.command != "BATCH"]
                (answer,) = lines
                self.assertEqual(answer.command, command)
                self.assertEqual(set(answer.tags) & {"label", "batch"} != set(), True)
                ann.types("QUIT")
                self.turn()

    def test_nothing_to_answer(self) -> None:
        (ack,) = self.labelled("PRIVMSG #tea :x", "labeled-response batch")
        self.assertEqual((ack.command, dict(ack.tags), ack.params), ("ACK", {"label": "7"}, ()))

    def test_several_lines_in_a_batch(self) -> None:
        self.assert_batch(self.labelled("JOIN #milk"), "JOIN", "353", "366")
        self.assert_batch(self.asks("JOIN #x,#y"), "JOIN", "353", "366", "JOIN", "353", "366")

    def test_long_words_in_a_batch(self) -> None:
        (ann,) = self.clients("ann", room="#tea", caps=self.caps)
        said = e.Said("#tea", "1", "ann", "long words " * 60, False, 0.0)
        label = Asked("PRIVMSG", "7").as_label()
        caps = ann.session.format.caps  # type: ignore[attr-defined]  # an IRC client's
        to = about(self.world.registry).format(caps)
        data = to.encode_reply(Committed(e.Kept(said), "abc", 1, None, label), "ann")
        lines = [read_line(line.decode()) for line in data.split(b"\r\n")[:-1]]
        self.assert_batch(lines, "PRIVMSG", "PRIVMSG")

    def test_who_is_away(self) -> None:
        (bob,) = self.clients("bob")
        bob.types("AWAY :tea")
        lines = self.labelled("PRIVMSG bob :there?")
        self.assertEqual(self.commands(lines), ["PRIVMSG", "301"])
        self.assertEqual([dict(line.tags) for line in lines], [{"label": "7"}, {}])

    def test_others_see_no_label(self) -> None:
        (bob,) = self.clients("bob", room="#tea", caps=self.caps)
        self.labelled("PRIVMSG #tea :x")
        self.assertEqual([dict(line.tags) for line in bob.heard()], [{}, {}])

    def test_a_label_that_is_none(self) -> None:
        (ann,) = self.clients("ann", room="#tea", caps=self.caps)
        self.ann = ann
        for label, tags in {"x" * 65: {}, "a\0b": {"label": "ab"}}.items():
            ann.sends(f"@label={label} PING 1\r\n".encode())
            self.turn()
            (pong,) = ann.heard()
            self.assertEqual(dict(pong.tags), tags)
        ann.types(r"@label=a\:b\sc PING 1")
        self.turn()
        (line,) = ann.hears()
        self.assertTrue(line.startswith(r"@label=a\:b\sc :"), line)

    def test_what_was_asked_is_read_as_it_was_written(self) -> None:
        for asked in (
            Asked(), Asked("JOIN"), Asked("JOIN", "7"), Asked("JOIN", "", "r1"),
            Asked("JOIN", "7", "", "#a"), Asked("CHATHISTORY", "", "", "LATEST #a"),
        ):  # fmt: skip
            self.assertEqual(asked_by(asked.as_label()), asked)


class TwoConnectionsTests(IRCTestCase):
    def test_words_of_ones_other_connection(self) -> None:
        (ann,) = self.clients("ann", room="#tea")
        (cat,) = self.world.people("cat", front_end=LINE)
        cat.types("/join #tea")
        self.turn()
        ann.hears()
        ann.says("one", "#tea")
        self.turn()
        self.assertEqual(ann.hears(), [])
