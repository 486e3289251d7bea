"""Who is told what, in which order, when people are in several rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twistchat.core import events as e
from twistchat.engine import Committed, Label
from twistchat.frontends.jsonlines.format import JSON
from twistchat.frontends.line.format import LineFormat
from twistchat.telling.fanout import Fanout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twistchat.telling.specials import Part
    from twistchat.wire import WireFormat


class Ear:
    """A listener that remembers each write."""

    def __init__(self, wire_format: WireFormat | None = None) -> None:
        self.format: WireFormat = wire_format or LineFormat()
        self.writes: list[bytes] = []

    def put(self, data: bytes) -> None:
        self.writes.append(data)

    is_in = True

    def replaced(self) -> None:
        """Nobody comes back in these tests."""

    def put_out(self, cause: e.Cause, label: Label | None = None, words: str = "") -> None:
        """Nobody is put out in these tests."""

    def tell(self, parts: Iterable[Part]) -> None:
        replies = (
            self.format.encode_reply(c, "") if c and isinstance(c.item, e.Reply) else data
            for c, data in parts
        )
        self.writes.append(b"".join(replies))

    def lines(self) -> list[str]:
        heard = b"".join(self.writes).decode().splitlines()
        self.writes.clear()
        return heard


class FanoutTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.fanout = Fanout(self.clock)
        self.ears: dict[str, Ear] = {}
        self.join("alice", "#lobby", "#lab")
        self.join("bob", "#lobby")
        self.join("carol", "#lab")
        self.clock.advance(0)
        self.forget()

    def join(self, name: str, *rooms: str) -> None:
        if name not in self.ears:
            self.ears[name] = Ear()
            self.fanout.attach(self.ears[name], name)
        for room in rooms:
            self.publish(e.Joined(room, name, name, 0.0))

    def publish(self, *items: e.Item, origin: Ear | None = None) -> None:
        for item in items:
            self.fanout.publish(Committed(item, origin=origin))

    def say(self, name: str, text: str, room: str = "#lobby") -> None:
        self.publish(e.Said(room, name, name, text, False, 0.0), origin=self.ears[name])

    def told(self) -> dict[str, list[str]]:
        self.clock.advance(0)
        return {name: ear.lines() for name, ear in self.ears.items()}

    def forget(self) -> None:
        for ear in self.ears.values():
            ear.writes.clear()

    def test_two_rooms_keep_one_order(self) -> None:
        self.say("bob", "1")
        self.say("carol", "2", "#lab")
        self.say("bob", "3")
        told = self.told()
        self.assertEqual(told["alice"], ["<bob> 1", "[#lab] <carol> 2", "<bob> 3"])
        self.assertEqual(told["bob"], ["<bob> 1", "<bob> 3"])
        self.assertEqual(told["carol"], ["[#lab] <carol> 2"])

    def test_a_departure_comes_once_and_after_the_last_line(self) -> None:
        self.join("bob", "#lab")
        self.told()
        self.say("bob", "bye", "#lab")
        self.publish(e.Departed(("#lobby", "#lab"), "bob", "bob", e.Cause.LEFT, "", 0.0))
        self.say("alice", "gone?")
        told = self.told()
        self.assertEqual(told["alice"], ["[#lab] <bob> bye", "-- bob left.", "<alice> gone?"])
        self.assertEqual(told["carol"], ["[#lab] <bob> bye", "-- bob left."])
        self.assertEqual(told["bob"], ["[#lab] <bob> bye"])  # it is told goodbye instead

    def test_a_thousand_who_come_in_one_turn_are_one_write_for_each(self) -> None:
        names = [f"p{number:03}" for number in range(1_000)]
        for name in names:
            self.ears[name] = Ear(JSON)
            self.fanout.attach(self.ears[name], name)
            self.publish(e.Joined("#lobby", name, name, 0.0))
        self.say("alice", "so many")
        self.clock.advance(0)
        told = {name: len(ear.lines()) for name, ear in self.ears.items() if len(ear.writes) == 1}
        # Each of all who came after them, of themselves, and what was said.
        self.assertEqual(told, told | {name: 1_001 - n for n, name in enumerate(names)})
        # Of each until there were a hundred to hear it; of the others people are told in one line.
        self.assertEqual(told["bob"], 98 + 1)
        self.assertNotIn("carol", told)  # who is in another room

    def test_a_rename_comes_once(self) -> None:
        self.publish(e.Renamed(("#lobby", "#lab"), "alice", "alice", "zed", 0.0))
        for name, lines in self.told().items():
            self.assertEqual(lines, ["-- alice is now zed."], name)

    def test_joining_and_leaving_in_the_middle_of_a_turn(self) -> None:
        self.say("carol", "before", "#lab")
        self.join("bob", "#lab")
        self.say("carol", "while", "#lab")
        self.publish(e.Left("#lab", "bob", "bob", "", 0.0))
        self.say("carol", "after", "#lab")
        self.say("alice", "lobby")
        told = self.told()
        self.assertEqual(
            told["bob"],
            ["-- bob joined #lab.", "[#lab] <carol> while", "-- bob left #lab.", "<alice> lobby"],
        )
        self.assertEqual(len(told["carol"]), 5)
        self.say("carol", "later", "#lab")
        self.assertEqual(self.told()["bob"], [])

    def test_replies_and_private_words_keep_their_place(self) -> None:
        self.say("bob", "1")
        self.publish(e.Noted(("2",)), origin=self.ears["alice"])
        self.publish(e.Whispered("bob", "bob", "alice", "alice", "3", False, 0.0))
        self.say("carol", "4", "#lab")
        told = self.told()
        self.assertEqual(told["alice"], ["<bob> 1", "-- 2", "<bob -> alice> 3", "[#lab] <carol> 4"])
        self.assertEqual(told["bob"], ["<bob> 1", "<bob -> alice> 3"])
        self.assertEqual(told["carol"], ["[#lab] <carol> 4"])

    def test_a_label_is_answered_to_its_session_alone(self) -> None:
        seen: list[Committed] = []

        class Labelled(Ear):
            def tell(self, parts: Iterable[Part]) -> None:
                seen.extend(committed for committed, _ in parts if committed)

        ear = Labelled()
        self.fanout.attach(ear, "dave")
        self.fanout.listen(ear, "#lobby")
        said = e.Said("#lobby", "dave", "dave", "hi", False, 0.0)
        self.fanout.publish(Committed(said, "e", 5, ear, Label("label")))
        self.assertEqual(self.told()["bob"], ["<dave> hi"])
        self.assertEqual(seen, [Committed(e.Kept(said), "e", 5, ear, Label("label"))])

    def test_each_format_is_encoded_once_and_shared(self) -> None:
        others = [Ear(LineFormat(b"\r\n")) for _ in range(3)]
        for number, ear in enumerate(others):
            self.fanout.attach(ear, f"w{number}")
            self.fanout.listen(ear, "#lobby")
        self.say("bob", "hi")
        self.say("bob", "ho")
        self.clock.advance(0)
        self.assertEqual(others[0].writes, [b"<bob> hi\r\n<bob> ho\r\n"])
        for ear in others:
            self.assertIs(ear.writes[0], others[0].writes[0])
        self.assertIs(self.ears["alice"].writes[0], self.ears["bob"].writes[0])

    def test_nothing_is_left_of_those_who_are_gone(self) -> None:
        for number in range(20):
            self.join(f"p{number}", f"#r{number}", "#lab")
            self.clock.advance(0)
            self.fanout.detach(self.ears[f"p{number}"])
        self.assertEqual(set(self.fanout._hearers), {"#lobby", "#lab"})

    def test_nothing_after_detaching(self) -> None:
        self.say("alice", "hi")
        self.fanout.detach(self.ears["bob"])
        self.publish(e.Noted(("x",)), origin=self.ears["bob"])
        self.assertEqual(self.told()["bob"], [])

    def test_a_reader_dropped_in_the_middle_of_telling(self) -> None:
        fanout, ears = self.fanout, self.ears

        class Dropped(Ear):
            def put(self, data: bytes) -> None:
                fanout.detach(ears["bob"])
                fanout.detach(self)
                fanout.publish(Committed(e.Departed(("#lobby",), "x", "x", e.Cause.LOST, "", 0)))

        dropped = Dropped()
        fanout.attach(dropped, "x")
        fanout.listen(dropped, "#lobby")
        self.say("alice", "hi")
        self.clock.advance(0)
        self.assertEqual(
            self.ears["alice"].writes, [b"<alice> hi\n", b"-- x left (connection lost).\n"]
        )

    def test_a_session_that_fails_costs_nobody_else_a_line(self) -> None:
        class Faulty(Ear):
            def put(self, data: bytes) -> None:
                raise ZeroDivisionError

            def tell(self, parts: Iterable[Part]) -> None:
                raise ZeroDivisionError

        faulty = Faulty()
        self.fanout.attach(faulty, "faulty")
        self.fanout.listen(faulty, "#lobby")
        self.join("dave", "#lobby")
        self.say("alice", "hi")
        told = self.told()
        self.assertEqual(told["bob"], ["-- dave joined.", "<alice> hi"])
        self.assertEqual(told["dave"], ["-- dave joined.", "<alice> hi"])
        self.publish(e.Noted(("x",)), origin=faulty)
        self.say("alice", "ho")
        self.assertEqual(self.told()["bob"], ["<alice> ho"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)

    def test_what_cannot_be_written_costs_nobody_anything_else(self) -> None:
        class Faulty(LineFormat):
            def encode(self, committed: Committed) -> bytes:
                if isinstance(committed.item, e.Said) and "bad" in committed.item.text:
                    raise ZeroDivisionError
                return super().encode(committed)

        self.ears["faulty"] = faulty = Ear(Faulty())
        self.fanout.attach(faulty, "faulty")
        self.fanout.listen(faulty, "#lobby")
        for is_special in (False, True):
            self.say("bob", "1")
            if is_special:
                self.publish(e.Noted(("2",)), origin=faulty)
            self.say("bob", "bad")
            self.say("alice", "4")
            told = self.told()
            self.assertEqual(told["alice"], ["<bob> 1", "<bob> bad", "<alice> 4"])
            between = ["-- 2"] if is_special else []
            self.assertEqual(told["faulty"], ["<bob> 1", *between, "<alice> 4"])
        self.fanout.publish(
            Committed(e.Said("#lobby", "bob", "bob", "bad", False, 0.0), origin=faulty, echo=False)
        )
        self.fanout.ignores.add(faulty, "alice")
        self.say("bob", "5")
        self.say("alice", "6")
        told = self.told()
        self.assertEqual(told["alice"], ["<bob> bad", "<bob> 5", "<alice> 6"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 3)

    def test_everybody_in_whatever_room(self) -> None:
        self.publish(e.Announced("tea", None, None, 0.0), e.Announced("you", "bob", "bob", 0.0))
        told = self.told()
        self.assertEqual(told["carol"], ["-- The operator to all: tea"])
        self.assertEqual(
            told["bob"], ["-- The operator to all: tea", "-- The operator to bob: you"]
        )
