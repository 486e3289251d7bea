"""What was said before: asked for with CHATHISTORY, or told on joining."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, ClassVar

from twisted.internet.defer import fail

from tests.engines import OnSlowEngine, OnSQLite
from tests.irc.kit import Client, IRCTestCase, Line
from twistchat.core.accounts import Role
from twistchat.core.events import RoomForgotten
from twistchat.core.limits import Limits
from twistchat.engine import Entry
from twistchat.frontends.irc.about import about
from twistchat.frontends.jsonlines.codec import decode, encode
from twistchat.testing import JSON, LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

CAPS = "batch message-tags server-time echo-message labeled-response draft/chathistory"
ROOM = "#tea"


class HistoryCase(IRCTestCase):
    """Somebody on IRC who has said ten things, and is asked what the server has of them."""

    caps = CAPS

    def setUp(self) -> None:
        super().setUp()
        self.wait(100)
        (self.ann,) = self.clients("ann", room=ROOM, caps=self.caps)
        self.said: list[Line] = []

    def say(self, *texts: str, client: Client | None = None, to: str = ROOM) -> None:
        """Say things, each a while after the other; `said` has them as they were told."""
        speaker = client or self.ann
        for text in texts:
            speaker.hears()
            speaker.types(f"PRIVMSG {to} :{text}")
            self.turn()
            self.said += [line for line in speaker.heard() if line.command == "PRIVMSG"]
            self.wait(0.002)

    def page(self, asked: str, client: Client | None = None) -> list[Line]:
        """Ask for history, and return what is in the batch, without its name."""
        client = client or self.ann
        client.hears()
        client.types(f"CHATHISTORY {asked}")
        self.turn()
        begin, *lines, end = client.heard()
        self.assertEqual((begin.command, begin.params[1]), ("BATCH", "chathistory"), begin)
        self.assertEqual(begin.params[2], asked.split(" ")[1])
        name = begin.params[0].removeprefix("+")
        self.assertEqual(end.params, (f"-{name}",))
        found = []
        for line in lines:
            tags = dict(line.tags)
            self.assertEqual(tags.pop("batch"), name)
            found.append(line._replace(tags=tags))
        return found

    def assert_page(
        self, asked: str, expected: Sequence[Line], client: Client | None = None
    ) -> None:
        self.assertEqual(self.page(asked, client), list(expected), asked)

    def assert_fails(self, asked: str, *params: str) -> None:
        """One is told that in a standard reply, and nothing else."""
        self.ann.hears()
        self.ann.types(asked)
        self.turn()
        (line,) = self.ann.heard()
        self.assertEqual((line.command, line.params[:-1]), ("FAIL", ("CHATHISTORY", *params)))
        self.assertTrue(line.params[-1])

    def msgid(self, number: int) -> str:
        return f"msgid={self.said[number].tags['msgid']}"

    def time(self, number: int) -> str:
        return f"timestamp={self.said[number].tags['time']}"


class PageTests(HistoryCase):
    """Pages of a room."""

    def setUp(self) -> None:
        super().setUp()
        self.say(*(f"line {number}" for number in range(10)))

    def test_the_latest(self) -> None:
        self.assert_page(f"LATEST {ROOM} * 100", self.said)
        self.assert_page(f"LATEST {ROOM} * 3", self.said[-3:])
        self.assert_page(f"latest {ROOM.upper()} * 1", self.said[-1:])
        for point in (self.msgid(4), self.time(4)):
            self.assert_page(f"LATEST {ROOM} {point} 100", self.said[5:])
            self.assert_page(f"LATEST {ROOM} {point} 2", self.said[-2:])

    def test_before(self) -> None:
        for point in (self.msgid(6), self.time(6)):
            self.assert_page(f"BEFORE {ROOM} {point} 100", self.said[:6])
            self.assert_page(f"BEFORE {ROOM} {point} 2", self.said[4:6])
        self.assert_page(f"BEFORE {ROOM} {self.msgid(0)} 2", [])

    def test_after(self) -> None:
        for point in (self.msgid(3), self.time(3)):
            self.assert_page(f"AFTER {ROOM} {point} 100", self.said[4:])
            self.assert_page(f"AFTER {ROOM} {point} 3", self.said[4:7])
        self.assert_page(f"AFTER {ROOM} {self.msgid(9)} 3", [])

    def test_between(self) -> None:
        for which in (self.msgid, self.time):
            there, back = f"{which(0)} {which(9)}", f"{which(9)} {which(0)}"
            self.assert_page(f"BETWEEN {ROOM} {there} 100", self.said[1:-1])
            self.assert_page(f"BETWEEN {ROOM} {back} 100", self.said[1:-1])
            self.assert_page(f"BETWEEN {ROOM} {there} 3", self.said[1:4])
            self.assert_page(f"BETWEEN {ROOM} {back} 3", self.said[-4:-1])
            self.assert_page(f"BETWEEN {ROOM} {which(4)} {which(4)} 3", [])

    def test_around(self) -> None:
        for point in (self.msgid(7), self.time(7)):
            self.assert_page(f"AROUND {ROOM} {point} 1", self.said[7:8])
            self.assert_page(f"AROUND {ROOM} {point} 2", self.said[6:8])
            self.assert_page(f"AROUND {ROOM} {point} 3", self.said[6:9])
            self.assert_page(f"AROUND {ROOM} {point} 100", self.said)

    def test_page_after_page(self) -> None:
        pages: list[Line] = []
        page = self.page(f"LATEST {ROOM} * 3")
        while page:
            pages = page + pages
            page = self.page(f"BEFORE {ROOM} msgid={pages[0].tags['msgid']} 3")
        self.assertEqual(pages, self.said)

    def test_a_label(self) -> None:
        self.ann.types(f"@label=7 CHATHISTORY LATEST {ROOM} * 1")
        self.ann.types("@label=8 CHATHISTORY LATEST #nowhere * 1")
        self.turn()
        begin, line, end, fail = self.ann.heard()
        self.assertEqual(begin.tags, {"label": "7"})
        self.assertNotIn("label", line.tags)
        self.assertEqual(end.tags, {})
        self.assertEqual(fail.tags, {"label": "8"})

    def test_what_is_wrong(self) -> None:
        page = f"{ROOM} * 10"
        for asked, *params in (
            ("CHATHISTORY NEWEST " + page, "INVALID_PARAMS", "NEWEST"),
            ("CHATHISTORY LATEST", "INVALID_PARAMS", "LATEST"),
            (f"CHATHISTORY LATEST {page} 1", "INVALID_PARAMS", "LATEST"),
            (f"CHATHISTORY BEFORE {page}", "INVALID_PARAMS", "BEFORE", "*"),
            (f"CHATHISTORY LATEST {ROOM} * ten", "INVALID_PARAMS", "LATEST", "ten"),
            (f"CHATHISTORY LATEST {ROOM} * -1", "INVALID_PARAMS", "LATEST", "-1"),
            (f"CHATHISTORY LATEST {ROOM} * {'9' * 400}", "INVALID_PARAMS", "LATEST", "9" * 40),
            (f"CHATHISTORY AFTER {ROOM} timestamp=x 1", "INVALID_PARAMS", "AFTER", "timestamp=x"),
            (f"CHATHISTORY AFTER {ROOM} msgid=x 1", "INVALID_PARAMS", "AFTER", "msgid=x"),
            (f"CHATHISTORY AFTER {ROOM} id=1 1", "INVALID_MSGREFTYPE", "AFTER", ROOM, "id=1"),
            ("CHATHISTORY LATEST #nowhere * 1", "INVALID_TARGET", "LATEST", "#nowhere"),
            ("CHATHISTORY LATEST nobody * 1", "INVALID_TARGET", "LATEST", "nobody"),
            ("CHATHISTORY LATEST nobody msgid=a-b-1 1", "INVALID_TARGET", "LATEST", "nobody"),
            (
                f"CHATHISTORY BETWEEN {ROOM} {self.msgid(1)} {self.time(2)} 5",
                "INVALID_PARAMS", "BETWEEN",
            ),
            ("CHATHISTORY TARGETS * * 1", "INVALID_PARAMS", "TARGETS", "*"),
        ):  # fmt: skip
            self.assert_fails(asked, *params)

    def test_zero_is_as_many_as_may_be(self) -> None:
        self.assert_page(f"LATEST {ROOM} * 0", self.said)

    def test_messages_of_another_room_stand_nowhere_here(self) -> None:
        self.ann.types("JOIN #milk")
        self.turn()
        msgid = self.msgid(3)
        self.assert_fails(f"CHATHISTORY AFTER #milk {msgid} 1", "INVALID_PARAMS", "AFTER", msgid)

    def test_only_who_is_there_reads_it(self) -> None:
        self.clients("bob", room="#cellar")
        self.assert_fails("CHATHISTORY LATEST #cellar * 1", "INVALID_TARGET", "LATEST", "#cellar")

    def test_what_is_deleted_is_gone(self) -> None:
        (ada,) = self.world.people("ada", front_end=LINE)
        self.world.registers(ada, role=Role.OPERATOR)
        ada.types(f"/delete {ROOM} 3")
        self.turn()
        self.assert_page(f"LATEST {ROOM} * 100", self.said[:2] + self.said[3:])

    def test_it_is_the_same_for_who_was_not_here(self) -> None:
        (bob,) = self.clients("bob", room=ROOM, caps=CAPS)
        self.assert_page(f"LATEST {ROOM} * 100", self.said, bob)

    def test_without_batches_there_are_none(self) -> None:
        (bob,) = self.clients("bob", room=ROOM, caps="draft/chathistory")
        bob.types(f"CHATHISTORY LATEST {ROOM} * 2")
        self.turn()
        self.assertEqual(self.told(bob), [f":ann PRIVMSG {ROOM} line {n}" for n in (8, 9)])

    def test_who_has_not_asked_for_the_capability_has_no_such_command(self) -> None:
        (bob,) = self.clients("bob", room=ROOM)
        (line,) = self.asking(bob, f"CHATHISTORY LATEST {ROOM} * 1")
        self.assertIn(" 421 bob CHATHISTORY ", line)

    def test_what_is_ignored_is_left_out(self) -> None:
        (bob,) = self.clients("bob", room=ROOM, caps=CAPS)
        assert self.ann.user is not None
        self.world.parts.fanout.ignores.add(bob.session, "ann", self.ann.user.id)
        self.assert_page(f"LATEST {ROOM} * 5", [], bob)


class PageOnSlowEngineTests(OnSlowEngine, PageTests):
    """The same, with commits and readings that take a while."""

    def test_what_cannot_be_read(self) -> None:
        self.slow.fails = True
        self.assert_fails(f"CHATHISTORY LATEST {ROOM} * 1", "MESSAGE_ERROR", "LATEST", ROOM)
        self.slow.fails = False
        self.flushLoggedErrors()
        self.assert_page(f"LATEST {ROOM} * 1", self.said[-1:])

    def test_what_is_said_meanwhile_comes_behind_it_and_once(self) -> None:
        (bob,) = self.clients("bob", room=ROOM)
        self.ann.types(f"CHATHISTORY LATEST {ROOM} * 2")
        bob.says("meanwhile", ROOM)
        self.turn()
        texts = [line.params[-1] for line in self.ann.heard() if line.command == "PRIVMSG"]
        self.assertEqual(texts, ["line 8", "line 9", "meanwhile"])


class PageOnSQLiteTests(OnSQLite, PageTests):
    """The same, on a database."""

    def test_after_a_restart(self) -> None:
        self.restarts()
        (self.ann,) = self.clients("ann", room=ROOM, caps=self.caps)
        there = [line.tags["msgid"] for line in self.page(f"LATEST {ROOM} {self.msgid(4)} 100")]
        self.assertEqual(there, [line.tags["msgid"] for line in self.said[5:]])

    def test_in_the_next_life_of_a_room_all_is_new(self) -> None:
        before = self.said
        self.ann.types(f"PART {ROOM}")
        self.turn()
        self.world.engine.append([Entry(RoomForgotten(ROOM, 0.0))])
        self.turn()
        self.said = []
        self.ann.types(f"JOIN {ROOM}")
        self.say("anew", "again")
        msgid = before[4].tags["msgid"]
        self.assert_page(f"LATEST {ROOM} msgid={msgid} 10", self.said)
        self.assert_page(f"AFTER {ROOM} msgid={msgid} 1", self.said[:1])
        self.assert_page(f"BEFORE {ROOM} msgid={msgid} 10", [])
        self.assert_page(f"AROUND {ROOM} msgid={msgid} 10", [])


class PlaybackTests(HistoryCase):
    """With draft/event-playback, what else is kept is told too."""

    caps = CAPS + " draft/event-playback"

    def test_topics_and_deeds(self) -> None:
        lines = []
        for line in (
            f"TOPIC {ROOM} :cats", f"PRIVMSG {ROOM} :one", f"MODE {ROOM} +m",
            f"MODE {ROOM} +b x!*@*", f"TOPIC {ROOM} :dogs", f"PRIVMSG {ROOM} :two",
        ):  # fmt: skip
            self.ann.types(line)
            self.turn()
            lines += self.ann.heard()
            self.wait(0.01)
        self.assertEqual(
            self.commands(lines), ["TOPIC", "PRIVMSG", "MODE", "MODE", "TOPIC", "PRIVMSG"]
        )
        self.assert_page(f"LATEST {ROOM} * 100", lines)
        self.assert_page(f"AFTER {ROOM} msgid={lines[3].tags['msgid']} 1", lines[4:5])
        (bob,) = self.clients("bob", room=ROOM, caps=CAPS)
        self.assert_page(f"LATEST {ROOM} * 2", [lines[1], lines[5]], bob)

    def test_what_programs_say_to_programs_if_they_wish_it_kept(self) -> None:
        (bob,) = self.clients("bob", room=ROOM, caps=CAPS)
        self.ann.hears()
        for to in (ROOM, "bob"):
            self.ann.types(f"@+draft/react=x;+draft/persist TAGMSG {to}")
            self.ann.types(f"@+typing=active TAGMSG {to}")
            self.turn()
            kept, _ = self.ann.heard()
            heard, _ = bob.heard()
            self.assertEqual((kept.command, kept.params), ("TAGMSG", (to,)))
            self.assertEqual(kept.tags["+draft/react"], "x")
            self.assertEqual(heard, kept)
            self.assert_page(f"LATEST {to} * 10", [kept])
            other = ROOM if to == ROOM else "ann"
            self.assert_page(f"LATEST {other} * 10", [], bob)

    def test_people_on_other_wires_do_not_notice(self) -> None:
        (ada,) = self.world.people("ada", front_end=LINE)
        (bot,) = self.world.people("bot", front_end=JSON)
        ada.types(f"/join {ROOM}")
        bot.sends(encode({"type": "join", "room": ROOM}))
        self.turn()
        for person in (ada, bot):
            person.reads()
        self.ann.types(f"@+a=b;+draft/persist TAGMSG {ROOM}")
        self.ann.types(f"PRIVMSG {ROOM} :seen")
        self.turn()
        self.assertEqual(ada.sees(), [f"[{ROOM}] <ann> seen"])
        tagged, said = (decode(line) for line in bot.reads())
        self.assertEqual((tagged["type"], tagged["tags"]), ("tagged", "+a=b;+draft/persist"))
        self.assertEqual((tagged["number"], said["number"]), (1, 2))
        ada.types(f"/history {ROOM}")
        self.turn()
        head, line = ada.sees()
        self.assertEqual(head, f"-- The last line of {ROOM}:")
        self.assertIn("<ann> seen", line)


class PlaybackOnSQLiteTests(OnSQLite, PlaybackTests):
    """The same, on a database."""


class PrivateTests(HistoryCase):
    """What two people have said to each other."""

    def setUp(self) -> None:
        super().setUp()
        (self.bob,) = self.clients("bob", caps=CAPS)
        for number in range(5):
            self.say(f"to bob {number}", to="bob")
            self.say(f"to ann {number}", to="ann", client=self.bob)
        self.bob.hears()

    def test_both_read_all_of_it(self) -> None:
        for client, other in ((self.ann, "bob"), (self.bob, "ann"), (self.ann, "BOB")):
            self.assert_page(f"LATEST {other} * 100", self.said, client)
            self.assert_page(f"LATEST {other} {self.msgid(4)} 100", self.said[5:], client)
            self.assert_page(f"BEFORE {other} {self.time(6)} 2", self.said[4:6], client)
            self.assert_page(f"AROUND {other} {self.msgid(7)} 3", self.said[6:9], client)
            there, back = (self.msgid(0), self.msgid(9)), (self.msgid(9), self.msgid(0))
            self.assert_page(f"BETWEEN {other} {' '.join(there)} 3", self.said[1:4], client)
            self.assert_page(f"BETWEEN {other} {' '.join(back)} 3", self.said[-4:-1], client)

    def test_nobody_else_does(self) -> None:
        (eve,) = self.clients("eve", caps=CAPS)
        self.assert_page("LATEST ann * 100", [], eve)
        self.ann, ann = eve, self.ann
        msgid = self.msgid(3)
        self.assert_fails(f"CHATHISTORY AFTER bob {msgid} 9", "INVALID_PARAMS", "AFTER", msgid)
        self.bob.types("QUIT")
        self.turn()
        (other,) = self.clients("bob", caps=CAPS)  # who has the same name, and is somebody else
        self.assert_page("LATEST ann * 100", [], other)
        self.assert_page("LATEST bob * 100", [], ann)

    def test_words_to_oneself(self) -> None:
        self.said = []
        self.say("note", to="ann")
        once, again = self.said
        self.assertEqual(once, again)
        self.assert_page("LATEST ann * 10", [once])

    def test_where_was_last_spoken(self) -> None:
        self.say("in the room")
        (cat,) = self.clients("cat", caps=CAPS)
        self.say("last", to="cat")
        self.ann.types("NICK anna")
        self.turn()
        expected = [
            ("bob", self.said[9].tags["time"]),
            (ROOM, self.said[10].tags["time"]),
            ("cat", self.said[11].tags["time"]),
        ]
        start, end = "timestamp=1970-01-01T00:00:00.000Z", "timestamp=2262-01-01T00:00:00.000Z"
        self.assertEqual(self.targets(f"{start} {end} 10"), expected)
        self.assertEqual(self.targets(f"{end} {start} 10"), expected)
        self.assertEqual(self.targets(f"{start} {end} 2"), expected[:2])
        self.assertEqual(self.targets(f"{end} {start} 2"), expected[1:])
        self.assertEqual(self.targets(f"{self.time(9)} {self.time(11)} 9"), expected[1:2])
        self.assertEqual(self.targets(f"{self.time(0)} {self.time(9)} 9"), [])
        self.assertEqual(self.targets(f"{start} {end} 9", cat), [("anna", expected[2][1])])
        (eve,) = self.clients("eve", caps=CAPS)
        self.assertEqual(self.targets(f"{start} {end} 9", eve), [])

    def targets(self, asked: str, client: Client | None = None) -> list[tuple[str, str]]:
        client = client or self.ann
        client.hears()
        client.types(f"CHATHISTORY TARGETS {asked}")
        self.turn()
        begin, *lines, end = client.heard()
        self.assertEqual(begin.params[1:], ("draft/chathistory-targets",))
        self.assertEqual(end.command, "BATCH")
        found = []
        for line in lines:
            self.assertEqual((line.command, line.params[0]), ("CHATHISTORY", "TARGETS"))
            found.append((line.params[1], line.params[2]))
        return found

    def test_programs_read_it_too(self) -> None:
        (bot,) = self.world.people("bot", front_end=JSON)
        self.say("hello", to="bot")
        asked = {"type": "history", "to": "Ann", "id": 3}
        bot.reads()
        bot.sends(encode(asked))
        self.turn()
        told, done = (decode(line) for line in bot.reads())
        self.assertEqual((told["type"], told["text"], told["re"]), ("whispered", "hello", 3))
        self.assertTrue(told["past"])
        self.assertEqual((done["type"], done["with"], done["count"]), ("ok", "ann", 1))
        self.assertEqual((done["epoch"], done["number"]), (told["epoch"], told["number"]))


class PrivateOnSlowEngineTests(OnSlowEngine, PrivateTests):
    """The same, with commits and readings that take a while."""


class PrivateOnSQLiteTests(OnSQLite, PrivateTests):
    """The same, on a database."""


class JoiningTests(IRCTestCase):
    """What one is told on joining who does not ask for it."""

    limits: ClassVar[Limits] = Limits(replay=3)

    def setUp(self) -> None:
        super().setUp()
        about(self.world.registry).zone = UTC
        (self.ann,) = self.clients("ann", room=ROOM)
        self.ann.types(f"TOPIC {ROOM} :cats")
        for number in range(4):
            self.ann.says(f"line {number}", ROOM)
        self.ann.says("\x01ACTION waves\x01", ROOM)
        self.turn()
        self.wait(3_600)

    def joined(self, caps: str) -> list[Line]:
        (bob,) = self.clients("bob", caps=caps)
        bob.types(f"JOIN {ROOM}")
        self.turn()
        return bob.heard()

    def test_the_last_lines_behind_the_names_with_their_times(self) -> None:
        lines = self.joined("")
        self.assertEqual(self.commands(lines[:5]), ["JOIN", "332", "333", "353", "366"])
        self.assertEqual([line.short for line in lines[5:]], [
            f":ann PRIVMSG {ROOM} [00:00] line 2",
            f":ann PRIVMSG {ROOM} [00:00] line 3",
            f":ann PRIVMSG {ROOM} \x01ACTION [00:00] waves\x01",
        ])  # fmt: skip

    def test_what_is_a_day_old_has_its_date(self) -> None:
        self.wait(86_400)
        self.assertIn("[1970-01-01 00:00] line 3", self.joined("")[-2].short)

    def test_in_a_batch_for_who_knows_them(self) -> None:
        lines = self.joined("batch server-time")
        begin, *past, end = lines[5:]
        self.assertEqual(begin.params[1:], ("chathistory", ROOM))
        self.assertEqual(end.params, (begin.params[0].replace("+", "-"),))
        self.assertEqual([line.params[1] for line in past], [
            "line 2", "line 3", "\x01ACTION waves\x01"
        ])  # fmt: skip
        for line in past:
            self.assertEqual(line.tags["time"][:17], "1970-01-01T00:00:")

    def test_nothing_for_who_asks_for_it(self) -> None:
        lines = self.joined("batch server-time draft/chathistory")
        self.assertEqual(self.commands(lines), ["JOIN", "332", "333", "353", "366"])

    def test_what_cannot_be_read(self) -> None:
        def fails(*_: object, **__: object) -> object:
            return fail(OSError("the disk is unreadable"))

        self.patch(self.world.engine, "history", fails)
        told = f":twistchat.chat NOTICE {ROOM} What was said in {ROOM} cannot be read now."
        self.assertEqual(self.joined("")[-1].short, told)
        self.flushLoggedErrors()
