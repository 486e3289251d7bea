"""Rooms on the line wire; on an engine that commits at once, and on a slow one."""

from __future__ import annotations

from tests.engines import OnSlowEngine, OnSQLite
from twistchat.core.limits import NONE, Limits
from twistchat.testing import ChatTestCase


class RoomTests(ChatTestCase):
    def test_joining_moves_what_is_typed(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        self.assertEqual(
            self.typing(alice, "/join #cats", "meow"),
            [
                "-- alice joined #cats.",
                "-- In #cats (1): alice",
                "-- What you type now goes to #cats.",
                "[#cats] <alice> meow",
            ],
        )
        self.assertEqual(bob.sees(), [])
        self.typing(bob, "/join cats")
        self.assertEqual(alice.sees(), ["-- bob joined #cats."])
        self.typing(bob, "purr", "/me purrs")
        self.assertEqual(alice.sees(), ["[#cats] <bob> purr", "[#cats] * bob purrs"])
        self.assertEqual(carol.sees(), [])  # who is not in a room reads none of it

    def test_a_refused_room_among_several(self) -> None:
        (alice,) = self.people("alice")
        self.assertEqual(
            self.typing(alice, "/join #a !!")[-2:],
            [
                "-- !! is no name for a room. Try something like #cats.",
                "-- What you type now goes to #a.",
            ],
        )
        (answer,) = self.typing(alice, "/join " + " ".join(f"r{n}" for n in range(21)))
        self.assertTrue(answer.startswith("-- Usage: /join #ROOM"), answer)

    def test_leaving_a_room_that_one_is_not_in_leaves_no_other(self) -> None:
        (alice,) = self.people("alice")
        self.typing(alice, "/join #cats")
        self.assertEqual(
            self.typing(alice, "/leave dogs"), ["-- You are not in #dogs. /join #dogs goes there."]
        )

    def test_several_at_once_in_one_packet(self) -> None:
        (alice,) = self.people("alice")
        alice.sends(b"/join #a,#b #C d\nin d\n/msg #a in a\n/room #b\nin b\n/room\n")
        self.turn()
        seen = alice.sees()
        self.assertEqual(
            [line for line in seen if "<" in line or "type" in line],
            [
                "-- What you type now goes to #d.",
                "[#d] <alice> in d",
                "[#a] <alice> in a",
                "-- What you type now goes to #b.",
                "[#b] <alice> in b",
                ("-- You are in #lobby, #a, #b, #c, #d. What you type goes to #b."),
            ],
        )

    def test_the_last_lines_of_a_room_are_shown_on_joining_it(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #cats", "/topic about cats", "one", "two")
        self.assertEqual(
            self.typing(bob, "/join #cats"),
            [
                "-- The last 3 lines of #cats:",
                "[00:00] -- alice changed the topic of #cats: about cats",
                "[00:00] [#cats] <alice> one",
                "[00:00] [#cats] <alice> two",
                "-- bob joined #cats.",
                "-- Topic of #cats: about cats",
                "-- In #cats (2): alice, bob",
                "-- What you type now goes to #cats.",
            ],
        )

    def test_an_empty_room_stays_with_its_history(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #cats", "/topic about cats", "meow", "/leave")
        seen = self.typing(bob, "/join #cats")
        self.assertIn("[00:00] [#cats] <alice> meow", seen)
        self.assertIn("-- Topic of #cats: about cats", seen)

    def test_joining_again_only_moves_the_typing(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #cats", "/join #lobby")
        self.assertEqual(self.typing(alice, "/join #cats"), ["-- What you type now goes to #cats."])
        self.assertEqual(
            self.typing(alice, "/join #cats"),
            ["-- You are in #cats already, and what you type goes there."],
        )
        self.assertEqual(bob.sees(), [])

    def test_leaving(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(bob, "/join #cats")
        self.typing(alice, "/join #cats")
        bob.sees()
        self.assertEqual(
            self.typing(alice, "/leave #cats so long"),
            ["-- alice left #cats: so long", "-- What you type now goes to #lobby."],
        )
        self.assertEqual(bob.sees(), ["-- alice left #cats: so long"])
        bob.types("still here?")
        self.turn()
        self.assertEqual(alice.sees(), [])
        self.assertEqual(
            self.typing(alice, "/leave #cats"), ["-- You are not in #cats. /join #cats goes there."]
        )

    def test_leaving_names_the_room_with_or_without_its_sign(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #cats #dogs")
        self.assertEqual(self.typing(alice, "/part cats"), ["-- alice left #cats."])
        self.assertEqual(
            self.typing(alice, "/leave with these words"),
            ["-- alice left #dogs: with these words", "-- What you type now goes to #lobby."],
        )
        self.assertEqual(bob.sees(), [])

    def test_the_lobby_may_be_left_too(self) -> None:
        alice, bob = self.people("alice", "bob")
        nowhere = "-- You are in no room. /join #lobby goes back to the lobby."
        self.assertEqual(self.typing(alice, "/leave"), ["-- alice left #lobby.", nowhere])
        self.assertEqual(bob.sees(), ["-- alice left #lobby."])
        for words in ("hello", "/me waves", "/who", "/topic", "/leave", "/room", "/history"):
            self.assertEqual(self.typing(alice, words), [nowhere], words)
        bob.types("she is gone")
        self.assertEqual(alice.sees(), [])
        self.typing(alice, "/msg bob psst")
        self.assertEqual(bob.sees(), ["<bob> she is gone", "<alice -> bob> psst"])
        self.assertIn("<bob> she is gone", " ".join(self.typing(alice, "/join #lobby")))
        self.assertEqual(self.typing(alice, "back"), ["<alice> back"])

    def test_one_who_shares_several_rooms_is_told_once(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        for person in (alice, bob):
            self.typing(person, "/join #a #b")
        for person in (alice, bob, carol):
            person.sees()
        self.typing(bob, "/nick rob")
        self.assertEqual(alice.sees(), ["-- bob is now rob."])
        self.assertEqual(carol.sees(), ["-- bob is now rob."])
        # Said in one room, and gone from all, in one turn: in this order, and once.
        bob.sends(b"/msg #a last words\n/quit bye\n")
        self.turn()
        self.assertEqual(alice.sees(), ["[#a] <rob> last words", "-- rob left: bye"])
        self.assertEqual(carol.sees(), ["-- rob left: bye"])

    def test_who_is_not_in_a_room_is_refused(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #cats", "secret")
        refused = ["-- You are not in #cats. /join #cats goes there."]
        for words in (
            "/msg #cats hello", "/who #cats", "/topic #cats", "/topic #cats mine now",
            "/history #cats", "/history 5 #cats", "/room #cats", "/invite alice #cats",
        ):  # fmt: skip
            self.assertEqual(self.typing(bob, words), refused, words)
        self.assertEqual(alice.sees(), [])

    def test_the_list_of_rooms(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #cats #dogs", "/topic about dogs")
        self.assertEqual(
            self.typing(bob, "/rooms"),
            [
                "-- There are 3 rooms:",
                "--   #lobby * (2)",
                "--   #cats (1)",
                "--   #dogs (1): about dogs",
                "-- You are in those with a *. /join #ROOM goes into another.",
            ],
        )
        self.assertEqual(
            self.typing(bob, "/rooms DOG"),
            ["-- There is 1 room with dog in its name:", "--   #dogs (1): about dogs"],
        )
        self.assertEqual(
            self.typing(bob, "/rooms bird"),
            ["-- No room has bird in its name. /join #bird would make one."],
        )

    def test_topics(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #cats")
        self.assertEqual(
            self.typing(alice, "/topic", "/topic #lobby all are welcome", "/topic #lobby"),
            [
                "-- #cats has no topic. /topic WORDS sets one.",
                "-- alice changed the topic of #lobby: all are welcome",
                "-- Topic of #lobby: all are welcome",
            ],
        )
        self.assertEqual(bob.sees(), ["-- alice changed the topic of #lobby: all are welcome"])
        self.assertEqual(self.typing(bob, "/topic -"), ["-- bob removed the topic of #lobby."])
        self.assertEqual(
            self.typing(bob, "/topic -"), ["-- #lobby has no topic. /topic WORDS sets one."]
        )
        (answer,) = self.typing(bob, "/topic " + "x" * 401)
        self.assertEqual(answer, "-- That topic is too long: 400 characters at most.")

    def test_history_of_a_room(self) -> None:
        (alice,) = self.people("alice")
        self.typing(alice, "/join #cats", "one", "two", "/room #lobby", "three")
        for words in ("/history 1 #cats", "/history #cats 1", "/history cats 1"):
            self.assertEqual(
                self.typing(alice, words),
                ["-- The last line of #cats:", "[00:00] [#cats] <alice> two"],
            )
        self.assertEqual(
            self.typing(alice, "/history"),
            ["-- The last line of #lobby:", "[00:00] <alice> three"],
        )

    def test_names_of_rooms(self) -> None:
        (alice,) = self.people("alice")
        for name in ("###", "#", "a!b"):
            answer = self.typing(alice, f"/join {name}")[0]
            self.assertEqual(
                answer, f"-- {name[:40]} is no name for a room. Try something like #cats."
            )
        self.assertEqual(
            self.typing(alice, "/join #" + "x" * 40),
            ["-- That is too long for the name of a room: 32 characters at most."],
        )
        self.assertEqual(self.typing(alice, "/join #猫")[0], "-- alice joined #猫.")
        self.assertEqual(self.typing(alice, "/join #ＣＡＴＳ")[0], "-- alice joined #cats.")

    def test_invitations(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        self.typing(alice, "/join #cats")
        told = "-- alice invites bob to #cats: /join #cats goes there."
        self.assertEqual(self.typing(alice, "/invite bob"), [told])
        self.assertEqual(bob.sees(), [told])
        self.assertEqual(carol.sees(), [])
        self.assertEqual(
            self.typing(alice, "/invite carol #lobby"), ["-- carol is in #lobby already."]
        )
        self.assertEqual(
            self.typing(alice, "/invite dora"),
            ["-- Nobody here is called dora. /who shows who is."],
        )
        self.assertEqual(
            self.typing(alice, "/invite alice"), ["-- That would be talking to yourself."]
        )

    def test_members_of_a_room(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #cats", "/away")
        self.typing(bob, "/join #cats")
        self.assertEqual(self.typing(bob, "/who"), ["-- In #cats (2): alice (away), bob"])
        self.assertEqual(self.typing(bob, "/who #lobby"), ["-- In #lobby (2): alice (away), bob"])


class RoomOnSlowEngineTests(OnSlowEngine, RoomTests):
    """The same, with commits that take a while."""


class ManyRoomsTests(ChatTestCase):
    limits = Limits(rooms=4, rooms_per_person=3, joins=NONE)

    def test_rooms_of_one_person(self) -> None:
        (alice,) = self.people("alice")
        self.typing(alice, "/join #a #b")
        self.assertEqual(
            self.typing(alice, "/join #c"),
            ["-- You are in 3 rooms, and that is as many as one may. /leave one, then join #c."],
        )
        self.assertIn("-- alice joined #c.", self.typing(alice, "/leave #a", "/join #c"))

    def test_the_room_that_is_empty_for_longest_goes_first(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #a", "in a", "/leave")
        self.typing(alice, "/join #b", "in b", "/join #a", "/leave #b", "/leave #a")
        self.typing(alice, "/join #c", "in c")
        self.typing(bob, "/join #d")  # the fifth room: #b is forgotten
        self.assertEqual(self.world.parts.chat.room("#b"), None)
        self.assertIn("[00:00] [#a] <alice> in a", self.typing(alice, "/join #a"))
        self.typing(alice, "/leave #a")
        # #a goes for a new #b, whose history is new too.
        self.assertEqual(self.typing(alice, "/join #b")[0], "-- alice joined #b.")
        self.assertEqual(self.typing(alice, "/history"), ["-- Nothing has been said in #b yet."])
        self.assertEqual(self.world.parts.chat.room("#a"), None)

    def test_when_all_rooms_are_in_use(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #a #b")
        self.typing(bob, "/join #c")
        self.assertEqual(
            self.typing(bob, "/join #d"),
            [
                (
                    "-- There are 4 rooms, and somebody is in each. /rooms shows them: "
                    "join one of those."
                )
            ],
        )

    def test_the_lobby_is_never_forgotten(self) -> None:
        (alice,) = self.people("alice")
        self.typing(alice, "kept", "/leave")
        for name in "abcdefg":
            self.typing(alice, f"/join #{name}", "/leave")
        self.assertIn("[00:00] <alice> kept", self.typing(alice, "/join #lobby"))

    def test_rooms_in_which_nothing_was_said_go_first(self) -> None:
        (alice,) = self.people("alice")
        self.typing(alice, "/join #a", "kept", "/leave")
        for name in "bcdefg":
            self.typing(alice, f"/join #{name}", "/leave")
        self.assertIn("[00:00] [#a] <alice> kept", self.typing(alice, "/join #a"))


class ManyRoomsOnSlowEngineTests(OnSlowEngine, ManyRoomsTests):
    """The same, with commits that take a while."""

    def test_a_topic_that_comes_after_its_room_is_forgotten(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #a")
        self.typing(bob, "/join #b", "/join #x")
        alice.types("/topic late")
        alice.vanishes()
        self.typing(bob, "/leave #b", "/join #c")  # the fifth room: #a is forgotten
        self.assertEqual(self.typing(bob, "/rooms")[0], "-- There are 4 rooms:")
        self.assertIsNone(self.world.parts.chat.room("#a"))

    def test_a_new_room_of_that_name_has_no_topic(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/join #a")
        self.typing(bob, "/join #b", "/join #x", "/leave #b")
        alice.types("/topic late")
        alice.vanishes()
        for line in ("/join #c", "/leave #c", "/join #d", "/leave #d", "/join #a", "/topic"):
            bob.types(line)
        self.turn()
        self.assertEqual(bob.sees()[-1], "-- #a has no topic. /topic WORDS sets one.")
        self.assertEqual(self.typing(bob, "/topic new", "/topic")[-1], "-- Topic of #a: new")

    def test_what_is_said_right_behind_the_forgetting_is_kept(self) -> None:
        (alice,) = self.people("alice")
        self.typing(alice, "/join #a", "old", "/leave", "/join #x", "noted", "/join #y")
        alice.sends(b"busy\n/leave #x\n/join #c\n/leave #c\n/join #a\nnew\n")
        self.turn()
        self.assertEqual(
            self.typing(alice, "/history #a")[-2:],
            ["-- The last line of #a:", "[00:00] [#a] <alice> new"],
        )

    def test_who_left_reads_nothing_of_the_rooms_next_life(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        self.typing(alice, "/join #a", "1", "2", "3", "/leave")
        self.typing(bob, "/join #x #y")
        self.slow.delay = 0.2
        carol.types("/join #a")
        carol.types("/leave #a")
        self.world.clock.advance(0.05)  # its history is being read now
        self.slow.delay = 0.01
        for line in ("/leave #x", "/join #c", "/leave #c", "/join #a", "secret"):
            bob.types(line)
            self.world.clock.advance(0.02)
        self.wait(5)
        self.assertFalse([line for line in carol.sees() if "secret" in line])


class ManyForgottenTests(OnSlowEngine, ChatTestCase):
    limits = Limits(rooms=1_100, joins=NONE, rooms_per_person=NONE, rate=NONE)

    def test_a_thousand_in_one_batch(self) -> None:
        alice, bob = self.people("alice", "bob")
        names = [f"#r{number}" for number in range(2_200)]
        for start in range(0, 1_100, 20):
            alice.types(f"/join {' '.join(names[start : start + 20])}")
        self.turn()
        for name in names[:1_099]:
            alice.types(f"/leave {name}")
        self.turn()
        alice.types("hold on")  # what follows waits for this to be written
        for start in range(1_100, 2_180, 20):
            alice.types(f"/join {' '.join(names[start : start + 20])}")
        self.turn()
        bob.sees()
        bob.types("still there?")
        self.turn()
        self.assertEqual(bob.sees(), ["<bob> still there?"])


class ListedTopicTests(OnSlowEngine, ChatTestCase):
    def test_a_list_of_rooms_is_as_new_as_what_was_told_before_it(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("/topic new one")
        bob.types("/rooms")
        self.turn()
        self.assertEqual(
            bob.sees()[:3],
            [
                "-- alice changed the topic of #lobby: new one",
                "-- There is 1 room:",
                "--   #lobby * (2): new one",
            ],
        )


class BigRoomTests(ChatTestCase):
    limits = Limits(connects_private=NONE)

    def test_not_everybody_is_named(self) -> None:
        people = self.people(*(f"p{number:03}" for number in range(120)))
        last = self.connect()
        last.types("last")
        self.turn()
        line = last.sees()[-1]
        self.assertTrue(line.startswith("-- Here now (121): "), line)
        self.assertTrue(line.endswith(" and 91 others; /who lists all."), line)
        last.types("/who")
        self.turn()
        (line,) = last.sees()
        self.assertEqual(line.count("p"), 120)
        people[0].sees()


class RoomOnSQLiteTests(OnSQLite, RoomTests):
    """The same, on a database."""


class ManyRoomsOnSQLiteTests(OnSQLite, ManyRoomsTests):
    """The same, on a database."""
