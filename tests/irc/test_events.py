"""What IRC clients read of what happens, whatever wire it happens on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tests.irc.kit import IRCTestCase, read_line
from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Role, Standing
from twistchat.core.codes import Cause
from twistchat.core.law import Deed, RoomRules
from twistchat.core.limits import NONE, Limits
from twistchat.core.model import Persona
from twistchat.engine import Committed
from twistchat.frontends.irc.about import about
from twistchat.frontends.irc.caps import NAMES, Cap
from twistchat.frontends.irc.letters import deed_mode
from twistchat.testing import JSON, LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = " ".join(name for name, cap in NAMES.items() if cap is not Cap.ECHO_MESSAGE)


class EventCase(IRCTestCase):
    limits: ClassVar[Limits] = Limits(crowd=NONE)

    def here(self, caps: str = "") -> None:
        """Let somebody be here on nc who is an operator, and bob on IRC."""
        (self.ann,) = self.world.people("ann", front_end=LINE)
        self.world.registers(self.ann, role=Role.OPERATOR)
        (self.bob,) = self.clients("bob", room="#lobby", caps=caps)
        self.ann.sees()

    def typed(self, *lines: str) -> list[str]:
        """What bob reads when ann types that."""
        self.bob.hears()
        for line in lines:
            self.ann.types(line)
        self.turn()
        return self.told(self.bob)


class SayingTests(EventCase):
    def test_words(self) -> None:
        self.here()
        self.assertEqual(self.typed("hello", "/me waves", "/msg bob psst", "/msg bob :x y"), [
            ":ann PRIVMSG #lobby hello",
            ":ann PRIVMSG #lobby \x01ACTION waves\x01",
            ":ann PRIVMSG bob psst",
            ":ann PRIVMSG bob :x y",
        ])  # fmt: skip

    def test_actions_to_one_person(self) -> None:
        self.here()
        user = self.ann.user
        session = next(s for s in self.world.registry.people if s.user is user)
        session.receive(c.Whisper("bob", "waves", action=True))
        session.receive(c.Whisper("bob", "no answer", notice=True))
        session.receive(c.Say("#lobby", "built", notice=True))
        self.turn()
        self.assertEqual(self.told(self.bob), [
            ":ann PRIVMSG bob \x01ACTION waves\x01",
            ":ann NOTICE bob no answer",
            ":ann NOTICE #lobby built",
        ])  # fmt: skip

    def test_the_host_is_cloaked_and_stays(self) -> None:
        self.here()
        self.ann.types("one")
        self.turn()
        (line,) = self.bob.heard()
        user = self.ann.user
        assert user is not None
        nick, at, host = line.source.partition("@")
        self.assertEqual((nick, at), ("ann!chat", "@"))
        self.assertRegex(host, "^[0-9a-f]{12}[.]cloak$")
        self.assertNotIn(user.id, line.source)

    def test_long_words_come_in_parts_that_make_them_up(self) -> None:
        self.here("message-tags server-time batch")
        text = "天地玄黃宇宙洪荒日月盈昃辰宿列張" * 30
        self.ann.types(text)
        self.turn()
        raw = self.bob.hears()
        lines = [read_line(line) for line in raw]
        self.assertEqual("".join(line.params[1] for line in lines), text)
        for line in raw:
            self.assertLessEqual(len(line.partition(" ")[2].encode()) + 2, 512)
        first, *others = (line.tags["msgid"] for line in lines)
        self.assertEqual(others, [f"{first}.{n}" for n in range(1, len(lines))])
        self.assertEqual(len({line.tags["time"] for line in lines}), 1)

    def test_each_part_of_something_done_is_something_done(self) -> None:
        self.here()
        self.ann.types("/me " + "waves and " * 90)
        self.turn()
        lines = self.bob.heard()
        self.assertEqual(len(lines), 2)
        done = ""
        for line in lines:
            text = line.params[1]
            self.assertTrue(text.startswith("\x01ACTION ") and text.endswith("\x01"), text)
            done += text[len("\x01ACTION ") : -1]
        self.assertEqual(done, ("waves and " * 90).rstrip())

    def test_what_fits_is_not_cut_and_what_is_a_byte_longer_is(self) -> None:
        self.here()
        self.ann.types("x")
        self.turn()
        (line,) = self.bob.hears()
        room = 512 - 2 - (len(line) - 1)
        self.ann.types("x" * room)
        self.ann.types("y" * (room + 1))
        self.turn()
        one, two, three = self.bob.hears()
        self.assertEqual((len(one), len(two)), (510, 510))
        self.assertEqual(read_line(three).params, ("#lobby", "y"))


class PresenceTests(EventCase):
    def test_coming_and_going(self) -> None:
        self.here()
        cat = self.world.connect(LINE)
        cat.types("cat")
        self.turn()
        cat.types("/join #tea")
        cat.types("/leave #lobby no time")
        cat.types("/join #lobby")
        cat.types("/leave #lobby")
        cat.types("/join #lobby")
        cat.types("/quit so long")
        self.turn()
        self.assertEqual(self.told(self.bob), [
            ":cat JOIN #lobby",
            ":cat PART #lobby no time",
            ":cat JOIN #lobby",
            ":cat PART #lobby",
            ":cat JOIN #lobby",
            ":cat QUIT Quit: so long",
        ])  # fmt: skip

    def test_a_lost_connection_is_not_what_somebody_says(self) -> None:
        self.here()
        (cat, dan) = self.world.people("cat", "dan", front_end=LINE)
        cat.types("/quit Connection lost")
        dan.vanishes()
        self.turn()
        lines = [line for line in self.told(self.bob) if "QUIT" in line]
        self.assertEqual(lines, [":cat QUIT Quit: Connection lost", ":dan QUIT Connection lost"])

    def test_names(self) -> None:
        self.here()
        (cat,) = self.world.people("cat", front_end=LINE)
        self.bob.hears()
        cat.types("/nick kitty")
        cat.types("me")
        self.turn()
        self.assertEqual(self.told(self.bob), [":cat NICK kitty", ":kitty PRIVMSG #lobby me"])

    def test_being_away(self) -> None:
        self.here("away-notify")
        words = [":ann AWAY tea", ":ann AWAY", ":ann AWAY away"]
        self.assertEqual(self.typed("/away tea", "/back", "/away"), words)
        (cat,) = self.world.people("cat", front_end=LINE)
        cat.types("/leave #lobby")
        cat.types("/away")
        self.turn()
        self.bob.hears()
        cat.types("/join #lobby")
        self.turn()
        self.assertEqual(self.told(self.bob), [":cat JOIN #lobby", ":cat AWAY away"])

    def test_who_did_not_ask_is_not_told_who_is_away(self) -> None:
        self.here()
        self.assertEqual(self.typed("/away tea"), [])

    def test_accounts_and_real_names_on_joining(self) -> None:
        self.here("extended-join")
        self.assertEqual(self.typed("/leave #lobby", "/join #lobby")[1:], [
            ":ann JOIN #lobby ann ann"
        ])  # fmt: skip
        (cat,) = self.clients("cat", room="#lobby")
        self.assertEqual(self.told(self.bob), [":cat JOIN #lobby * cat in person"])
        cat.hangs_up()

    def test_other_personas(self) -> None:
        self.here("setname")
        self.clients("cat", room="#lobby", caps="setname")
        self.told(self.bob)
        session = next(s for s in self.world.registry.people if s.name == "cat")
        session.receive(c.ShowAs(Persona("cat", "the cat")))
        session.receive(c.ShowAs(Persona("cat", "the cat", is_bot=True)))
        self.turn()
        self.assertEqual(self.told(self.bob), [":cat SETNAME the cat"])

    def test_an_invitation(self) -> None:
        self.here()
        self.assertEqual(self.typed("/join #tea", "/invite bob #tea"), [":ann INVITE bob #tea"])

    def test_who_has_asked_is_told_of_invitations(self) -> None:
        self.here("invite-notify")
        self.clients("cat")
        (dan,) = self.clients("dan", room="#lobby", caps="invite-notify")
        self.bob.types("PART #lobby")
        self.bob.types("JOIN #tea")
        self.turn()
        dan.types("JOIN #tea")
        self.turn()
        self.told(dan)
        self.assertEqual(self.asking(self.bob, "INVITE cat #tea"), [
            ":twistchat.chat 341 bob cat #tea"
        ])  # fmt: skip
        self.assertEqual(self.told(dan), [":bob INVITE cat #tea"])

    def test_the_server(self) -> None:
        self.here()
        self.world.parts.pipeline.submit([e.Announced("tea", None, None, 0.0)])
        self.turn()
        server = about(self.world.registry).server
        self.assertEqual(self.bob.hears(), [f":{server} NOTICE * :The operator to all: tea"])
        self.world.registry.say_goodbye("for a while")
        self.turn()
        self.assertEqual(self.bob.hears(), [
            f":{server} NOTICE * :Goodbye, the server is stopping: for a while",
            "ERROR :Closing link: The server is stopping (for a while)",
        ])  # fmt: skip
        self.assertFalse(self.bob.is_connected)

    def test_accounts_that_are_made(self) -> None:
        self.here("account-notify")
        (cat,) = self.clients("cat", room="#lobby", caps="account-notify")
        (dan,) = self.clients("dan", room="#tea", caps="account-notify")
        (eve,) = self.clients("eve", room="#lobby")
        for client in (self.bob, cat, dan, eve):
            client.hears()
        cat.types("REGISTER * * :a good password")
        self.turn()
        self.assertEqual(self.told(self.bob), [":cat ACCOUNT cat"])
        self.assertEqual((dan.hears(), eve.hears()), ([], []))
        assert cat.user is not None
        assert cat.user.account is not None
        gone = replace(cat.user.account, standing=Standing.DELETED, generation=2)
        deleted = e.AccountSet(gone, AccountDeed.DELETE, cat.user.id, "cat", 0.0)
        self.world.parts.pipeline.submit([deleted])
        self.turn()
        self.assertEqual(self.told(self.bob), [":cat ACCOUNT *"])


class ModerationTests(EventCase):
    def test_the_rules_of_a_room_are_modes(self) -> None:
        self.here()
        rules = "key=sesame invite-only=on limit=20 moderated=on secret=on topic-locked=on"
        self.assertEqual(self.typed(f"/rules #lobby {rules}"), [
            ":ann MODE #lobby +kilmst * 20"
        ])  # fmt: skip
        off = "key=off invite-only=off limit=off moderated=off secret=off"
        self.assertEqual(self.typed(f"/rules #lobby {off}"), [":ann MODE #lobby -kilms *"])
        self.assertEqual(self.typed("/rules #lobby outside=on topic-locked=off"), [
            ":ann MODE #lobby -tn"
        ])  # fmt: skip
        told = self.typed("/rules #lobby slow=10 retention=7d,1000 outside=off")
        self.assertEqual(told, [
            ":ann MODE #lobby +n",
            ":twistchat.chat NOTICE #lobby ann changed #lobby: slow=10, retention=1w,1000.",
        ])  # fmt: skip

    def test_every_rule_is_told(self) -> None:
        (bob,) = self.clients("bob", room="#tea")
        to = about(self.world.registry).format(Cap.NONE)
        for name in RoomRules.__slots__:
            event = e.RulesChanged("#tea", "1", "ann", RoomRules(), (name,), 0.0)
            self.assertTrue(to.encode(Committed(event)), name)
        bob.hangs_up()

    def test_parts_in_a_room(self) -> None:
        self.here()
        self.assertEqual(
            self.typed("/op #lobby bob", "/voice #lobby bob", "/devoice #lobby bob"),
            [":ann MODE #lobby +o bob", ":ann MODE #lobby +v bob", ":ann MODE #lobby -v bob"],
        )

    def test_who_is_put_out(self) -> None:
        self.here()
        self.world.people("cat", "dan", front_end=LINE)
        told = self.typed("/kick #lobby cat no shouting", "/kick #lobby dan")
        self.assertEqual(told, [":ann KICK #lobby cat no shouting", ":ann KICK #lobby dan ann"])
        self.assertEqual(self.typed("/kick #lobby bob"), [":ann KICK #lobby bob ann"])

    def test_bans(self) -> None:
        self.here()
        self.world.people("cat", "dan", front_end=LINE)
        self.assertEqual(self.typed("/ban #lobby cat"), [
            ":ann MODE #lobby +b cat!*@*",
            ":ann KICK #lobby cat ann",
        ])  # fmt: skip
        self.assertEqual(self.typed("/unban #lobby cat"), [":ann MODE #lobby -b cat!*@*"])
        told = "ann banned d* from #lobby until 1970-01-01 00:10 UTC (spam)."
        self.assertEqual(self.typed("/ban #lobby d* 10m spam"), [
            ":ann MODE #lobby +b d*!*@*",
            f":twistchat.chat NOTICE #lobby {told}",
            ":ann KICK #lobby dan spam",
        ])  # fmt: skip
        self.assertEqual(self.typed("/ban #lobby bob")[-1], ":ann KICK #lobby bob ann")

    def test_mutes_and_exceptions(self) -> None:
        self.here()
        deeds = ("mute", "unmute", "exempt", "unexempt", "allow", "disallow")
        told = self.typed(*(f"/{deed} #lobby bob" for deed in deeds))
        modes = ("+q", "-q", "+e", "-e", "+I", "-I")
        self.assertEqual(told, [f":ann MODE #lobby {mode} bob!*@*" for mode in modes])

    def test_every_deed_is_told(self) -> None:
        (bob,) = self.clients("bob", room="#tea")
        to = about(self.world.registry).format(Cap.NONE)
        for deed in Deed:
            for room in ("#tea", ""):
                if not room and deed not in (Deed.KICK, Deed.MUTE, Deed.UNMUTE, Deed.BAN):
                    continue
                event = e.Moderated(room, "1", "ann", deed, "2", "bob", "", None, 0.0)
                data = to.encode(Committed(event))
                self.assertEqual(bool(data), deed is not Deed.FOUND, deed)
                if room and deed_mode(deed):
                    self.assertIn(b"MODE", data)
        bob.hangs_up()

    def test_everywhere(self) -> None:
        self.here()
        (cat,) = self.world.people("cat", front_end=LINE)
        self.assertEqual(self.typed("/mute #* cat 1h", "/kick #* cat no shouting"), [
            ":twistchat.chat NOTICE * ann muted cat everywhere until 1970-01-01 01:00 UTC.",
            ":twistchat.chat NOTICE * ann put cat out of the chat (no shouting).",
            ":cat QUIT Put out (no shouting)",
        ])  # fmt: skip
        self.ann.types("/kick #* bob")
        self.turn()
        self.assertEqual(self.bob.hears(), [
            ":twistchat.chat NOTICE * :ann put bob out of the chat.",
            "ERROR :Closing link: You were put out",
        ])  # fmt: skip
        cat.hangs_up()

    def test_topics(self) -> None:
        self.here()
        told = [":ann TOPIC #lobby cats and dogs", ":ann TOPIC #lobby "]
        self.assertEqual(self.typed("/topic #lobby cats and dogs", "/topic #lobby -"), told)

    def test_a_long_topic_is_cut(self) -> None:
        self.here()
        self.ann.types("/topic #lobby " + "題" * 300)
        self.turn()
        (line,) = self.bob.hears()
        self.assertIn(len(line.encode()), range(507, 511))

    def test_what_is_deleted(self) -> None:
        self.here()
        told = self.typed("oops", "/delete #lobby 1 no names")
        self.assertEqual(told[1:], [
            ":twistchat.chat NOTICE #lobby ann deleted line 1 of #lobby (no names)."
        ])  # fmt: skip


class TagTests(EventCase):
    def test_nobody_is_sent_tags_who_did_not_ask(self) -> None:
        self.here()
        for line in ("hello", "/topic #lobby cats", "/away", "/nick x"):
            self.ann.types(line)
        self.turn()
        for line in self.bob.hears():
            self.assertFalse(line.startswith("@"), line)

    def test_each_tag_for_who_asked(self) -> None:
        self.wait(1_000.25)
        self.here("server-time")
        self.ann.types("one")
        self.turn()
        (line,) = self.bob.heard()
        now = self.world.clock.seconds()
        self.assertEqual(list(line.tags), ["time"])
        self.assertEqual(line.tags["time"][:20], "1970-01-01T00:16:40.")
        self.assertLess(now - self.world.HORIZON, 960 + float(line.tags["time"][17:-1]))

    def test_account_tags(self) -> None:
        self.here("account-tag")
        self.ann.types("one")
        self.turn()
        (line,) = self.bob.heard()
        self.assertEqual(dict(line.tags), {"account": "ann"})

    def test_message_ids_are_the_same_for_everybody_and_tell_nothing(self) -> None:
        self.here("message-tags")
        (cat,) = self.clients("cat", room="#lobby", caps="message-tags server-time")
        self.ann.types("one")
        self.ann.types("/msg bob two")
        self.turn()
        one, two = (line.tags["msgid"] for line in self.bob.heard() if line.command == "PRIVMSG")
        (same,) = (line.tags["msgid"] for line in cat.heard())
        self.assertEqual(one, same)
        self.assertNotEqual(one, two)
        for user in (self.ann.user, self.bob.user):
            assert user is not None
            self.assertNotIn(user.id, two)

    def test_what_programs_say_to_programs_is_for_who_asked(self) -> None:
        self.here()
        (cat,) = self.clients("cat", room="#lobby", caps="message-tags")
        self.bob.hears()
        session = next(s for s in self.world.registry.people if s.name == "ann")
        session.receive(c.Say("#lobby", "yes", tags="+draft/reply=x"))
        session.receive(c.Signal("#lobby", "", tags="+typing=active"))
        session.receive(c.Signal("", "cat", "PING 1"))
        session.receive(c.Signal("", "bob", "PING 1", notice=True))
        self.turn()
        said, typing, ping = cat.heard()
        self.assertEqual(said.tags["+draft/reply"], "x")
        self.assertEqual((typing.command, typing.params), ("TAGMSG", ("#lobby",)))
        self.assertEqual(typing.tags["+typing"], "active")
        self.assertTrue(typing.tags["msgid"])
        self.assertEqual(ping.short, ":ann PRIVMSG cat \x01PING 1\x01")
        self.assertEqual(self.told(self.bob), [
            ":ann PRIVMSG #lobby yes", ":ann NOTICE bob \x01PING 1\x01"
        ])  # fmt: skip

    def test_programs_are_marked(self) -> None:
        self.here("message-tags")
        (cat,) = self.clients("cat", room="#lobby")
        session = next(s for s in self.world.registry.people if s.name == "cat")
        session.receive(c.ShowAs(Persona("cat", "", is_bot=True)))
        self.turn()
        self.bob.hears()
        cat.says("beep")
        self.turn()
        (line,) = self.bob.hears()
        self.assertIn(";bot :cat!", line)

    def test_tags_that_would_break_a_line_are_left_out(self) -> None:
        self.here("message-tags")
        session = next(s for s in self.world.registry.people if s.name == "ann")
        for tags in ("+a=b c", "+a=b\r\nQUIT", "+a=\0"):
            session.receive(c.Say("#lobby", "x", tags=tags))
        self.turn()
        for line in self.bob.heard():
            self.assertEqual(list(line.tags), ["msgid"])


class EveryTests(EventCase):
    """Each event of the core, in each format: nothing raises, nothing is too long or broken."""

    def events(self) -> Iterator[e.Event]:
        long, room = "長" * 400, "#tea"
        yield e.Said(room, "1", "ann", long, action=True, at=1e9)
        yield e.Whispered("1", "ann", "2", "bob", long, action=False, at=-1.0)
        yield e.TopicChanged(room, "1", "ann", long, 0.0)
        yield e.RulesChanged(room, "1", "ann", RoomRules(), ("slow", "limit"), 0.0)
        for deed in Deed:
            yield e.Moderated(room, "1", "ann", deed, "2", "bob", long, 9e99, 0.0)
        yield e.Deleted(room, 1, "1", "ann", long, 0.0)
        yield e.Erased(room, "1", "ann", 0.0, "bob")
        yield e.Joined(room, "1", "ann", 0.0)
        for cause in Cause:
            yield e.Left(room, "1", "ann", long, 0.0, cause)
            yield e.Departed((room,), "1", "ann", cause, long, 0.0)
        yield e.Renamed((room,), "1", "ann", "al", 0.0)
        for words in (None, "", long, ":x", "a\r\nQUIT"):
            yield e.AwayChanged((room,), "1", "ann", words, 0.0)
        yield e.Announced(long, None, None, 0.0)
        yield e.Announced(long, "2", "bob", 0.0)
        yield e.Invited(room, "1", "ann", "2", "bob", 0.0)
        yield e.Signalled("", "1", "ann", "2", "bob", "DCC " + long, False, "", 0.0)
        yield e.Signalled(room, "1", "ann", "", "", "", False, "+a=" + long, 0.0)
        yield e.PersonaChanged((room,), "1", "ann", Persona(), Persona("x", long), 0.0)
        yield e.RoomForgotten(room, 0.0)
        yield e.Folded((), e.Several(), e.Several(), e.Several(), 0.0)
        yield e.Stopping(long, 0.0)

    def test_in_each_format(self) -> None:
        self.here()
        every = [Cap.NONE, *Cap, ~Cap.NONE]
        for caps in every:
            to = about(self.world.registry).format(caps)
            for event in self.events():
                data = to.encode(Committed(event, "abc", 7))
                for line in data.split(b"\r\n")[:-1]:
                    self.assertNotRegex(line, b"[\r\n\0]")
                    body = line.partition(b" ")[2] if line.startswith(b"@") else line
                    self.assertLessEqual(len(body), 510, event)
                    body.decode()

    def test_everybody_who_asked_for_the_same_reads_the_same_bytes(self) -> None:
        known = about(self.world.registry)
        one, two = known.format(Cap.BATCH | Cap.SASL), known.format(Cap.SASL | Cap.BATCH)
        self.assertIs(one, two)


class ProgramTests(EventCase):
    def test_a_program_does_not_see_what_is_for_irc_alone(self) -> None:
        (bot,) = self.world.people("bot", front_end=JSON)
        self.here(ALL)
        bot.sees()
        self.bob.types("NICK bert")
        self.turn()
        self.assertEqual(bot.sees(), ["-- bob is now bert."])
