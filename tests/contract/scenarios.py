"""What happens on every wire when people come in, talk, are lost and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.contract.wires import Wire
from twistchat.core.limits import NONE, Limits

if TYPE_CHECKING:
    from twistchat.testing import Person


class Scenarios(Wire):
    """A day in a chat."""

    def assert_told(self, people: dict[Person, list[str]]) -> None:
        self.turn()
        for person, lines in people.items():
            self.assertEqual(self.told(person), lines)

    def test_coming_in(self) -> None:
        (alice,) = self.people("alice")
        bob = self.connect()
        self.comes_in(bob, "bob")
        self.assert_told({alice: ["-- bob joined."], bob: ["-- bob joined."]})

    def test_saying(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.says("one")
        bob.says("two")
        alice.says("你好 {x} \\ \"'<>")
        lines = ["<alice> one", "<bob> two", "<alice> 你好 {x} \\ \"'<>"]
        self.assert_told({alice: lines, bob: lines})

    def test_what_could_harm_a_terminal_is_shown_as_pictures(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.says("\x1b[2J\x07\x7f\u202e")
        lines = ["<alice> ␛[2J␇␡\ufffd"]
        self.assert_told({alice: lines, bob: lines})

    def test_several_rooms(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        self.joins(alice, "#lab")
        self.turn()
        self.joins(bob, "#Lab")
        self.turn()
        alice.says("psst", "#lab")
        self.turn()
        joined = ["-- bob joined #lab.", "[#lab] <alice> psst"]
        self.assert_told({alice: ["-- alice joined #lab.", *joined], bob: joined, carol: []})
        self.leaves(bob, "#lab")
        self.turn()
        alice.says("alone", "#lab")
        alice.says("not alone")
        self.assert_told({
            alice: ["-- bob left #lab.", "[#lab] <alice> alone", "<alice> not alone"],
            bob: ["-- bob left #lab.", "<alice> not alone"],
            carol: ["<alice> not alone"],
        })  # fmt: skip

    def test_renaming(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.renames(alice, "al")
        self.turn()
        alice.says("me")
        lines = ["-- alice is now al.", "<al> me"]
        self.assert_told({alice: lines, bob: lines})
        self.people("alice")

    def test_a_name_that_is_taken(self) -> None:
        (alice,) = self.people("alice")
        other = self.connect()
        other.sees()
        self.comes_in(other, "ALICE")
        self.turn()
        self.assertIn("he name ALICE is taken", other.sees()[-1])
        self.comes_in(other, "bob")
        self.assert_told({alice: ["-- bob joined."], other: ["-- bob joined."]})

    def test_whispering(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        self.whispers(alice, "bob", "psst")
        lines = ["<alice -> bob> psst"]
        self.assert_told({alice: lines, bob: lines, carol: []})

    def test_whispering_to_oneself(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.whispers(alice, "alice", "buy milk")
        self.assert_told({alice: ["<alice -> alice> buy milk"], bob: []})

    def test_topics(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.sets_topic(alice, "#lobby", "cats")
        lines = ["-- alice changed the topic of #lobby: cats"]
        self.assert_told({alice: lines, bob: lines})

    def test_being_away(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.is_away(bob, "lunch")
        self.turn()
        alice.sees()
        self.whispers(alice, "bob", "there?")
        self.turn()
        self.assertTrue(self.is_told_away(alice, "bob", "lunch"))

    def test_parting_words(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.quits(bob, "so long")
        self.turn()
        self.assertEqual(self.told(alice), ["-- bob left: so long"])
        self.assertEqual(bob.sees()[-1], "-- Goodbye.")
        self.assertFalse(bob.is_connected)
        self.people("bob")

    def test_a_line_that_is_too_long(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(self.overlong + b"\n")
        self.wait(25)
        alice.says("after")
        self.turn()
        self.assertEqual(self.told(bob), ["<alice> after"])
        refusal, after = (line for line in alice.sees() if "faster" not in line)
        self.assertIn("longer than", refusal)
        self.assertEqual(after, "<alice> after")

    def test_lines_that_nobody_understands(self) -> None:
        alice, bob = self.people("alice", "bob")
        for bad in self.bad:
            alice.sends(bad + b"\n")
            alice.says("after")
            self.turn()
            self.assertEqual(self.told(bob), ["<alice> after"])
            refusal, after = alice.sees()
            self.assertTrue(refusal.startswith("-- "), refusal)
            self.assertEqual(after, "<alice> after")

    def test_split_anywhere(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.dribbles(alice, [self.sentence("你好"), self.sentence("wave")])
        lines = ["<alice> 你好", "<alice> wave"]
        self.assert_told({alice: lines, bob: lines})

    def test_a_flood_is_paced_and_nothing_lost(self) -> None:
        alice, bob = self.people("alice", "bob")
        lines = [f"line {number}" for number in range(120)]
        alice.sends(b"".join(map(self.sentence, lines)))
        self.turn()
        self.assertIn(len(bob.sees()), range(30, 46))
        bob.says("I am not held up")
        self.turn()
        self.assertEqual(bob.sees()[-1], "<bob> I am not held up")
        self.wait(60)
        said = [line for line in alice.sees() if line.startswith("<alice>")]
        self.assertEqual(said, [f"<alice> {line}" for line in lines])

    def test_a_pasted_file_is_said_before_the_end_of_input_counts(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"".join(self.sentence(f"line {number}") for number in range(60)))
        alice.sends(self.sentence("the last").rstrip(b"\n"))
        alice.ends_input()
        self.wait(30)
        self.assertEqual(self.told(bob)[-2:], ["<alice> the last", "-- alice left."])
        self.assertEqual(alice.sees()[-1], "-- Goodbye.")
        self.assertFalse(alice.is_connected)

    def test_everything_in_one_packet(self) -> None:
        (alice,) = self.people("alice")
        bob = self.connect()
        packet: list[bytes] = []
        collecting = self.patch(bob, "sends", packet.append)
        self.comes_in(bob, "bob")
        bob.says("one")
        self.sets_topic(bob, "#lobby", "dogs")
        bob.says("two")
        self.quits(bob, "bye")
        collecting.restore()
        bob.sends(b"".join(packet))
        self.turn()
        self.assertEqual(self.told(alice), [
            "-- bob joined.", "<bob> one", "-- bob changed the topic of #lobby: dogs", "<bob> two",
            "-- bob left: bye",
        ])  # fmt: skip
        self.assertFalse(bob.is_connected)

    def test_being_lost_and_coming_back(self) -> None:
        alice, bob = self.people("alice", "bob")
        bob.says("one")
        token = self.asks_for_token(bob)
        bob.says("two")
        self.turn()
        self.told(alice)
        bob.vanishes()
        self.turn()
        alice.says("three")
        self.turn()
        self.people_may_not_be("bob")
        back = self.connect()
        back.sees()
        self.resumes(back, token, "bob", 2)
        self.turn()
        missed = [line.partition("> ")[2] for line in back.sees() if "> three" in line]
        self.assertEqual(missed, ["three"])
        self.assertEqual(
            [line for line in self.told(alice) if "joined" in line or "left" in line],
            ["-- bob left (connection lost).", "-- bob joined."],
        )
        back.says("four")
        self.turn()
        self.assertEqual(self.told(alice)[-1], "<bob> four")

    def people_may_not_be(self, name: str) -> None:
        other = self.connect()
        other.sees()
        self.comes_in(other, name)
        self.turn()
        self.assertIn("is kept", other.sees()[-1])
        other.hangs_up()

    def test_going_on_over_another_connection(self) -> None:
        alice, bob = self.people("alice", "bob")
        token = self.asks_for_token(bob)
        back = self.connect()
        back.sees()
        self.resumes(back, token, "bob", 0)
        self.turn()
        self.assertFalse(bob.is_connected)
        self.assertEqual(bob.sees()[-1], "-- Goodbye: you came back over another connection.")
        back.says("still me")
        self.turn()
        self.assertEqual(self.told(alice), ["<bob> still me"])
        self.assertEqual(back.sees()[-1], "<bob> still me")

    def test_the_server_stops(self) -> None:
        alice, bob = self.people("alice", "bob")
        door = self.connect()
        alice.says("last words")
        self.world.registry.say_goodbye("for a while")
        self.turn()
        self.assertEqual(self.told(bob)[0], "<alice> last words")
        for person in (alice, bob, door):
            self.assertFalse(person.is_connected)


class FullScenarios(Wire):
    """Where there is no room for more."""

    limits: ClassVar[Limits] = Limits(clients=1)

    def test_a_chat_that_is_full(self) -> None:
        (alice,) = self.people("alice")
        other = self.connect()
        self.turn()
        self.assertEqual(len(other.sees()), 1)
        self.assertFalse(other.is_connected)
        alice.hangs_up()
        self.turn()
        self.people("bob")


class SlowReaderScenarios(Wire):
    """Where little may wait for a reader."""

    limits: ClassVar[Limits] = Limits(rate=NONE, queue=20_000)

    def test_who_does_not_read_is_dropped_and_others_go_on(self) -> None:
        alice, bob = self.people("alice", "bob")
        bob.wire.stall()
        for number in range(self.many):
            alice.says(f"{number} " + "x" * self.words)
        self.wait(20)
        self.assertFalse(bob.is_connected)
        told = self.told(alice)
        self.assertEqual(len(told), self.many + 1)
        self.assertEqual(told[-1], "-- bob left (too slow).")
