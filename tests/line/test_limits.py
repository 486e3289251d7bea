"""What people meet who are too fast or want too much; on both engines."""

from __future__ import annotations

from tests.engines import OnSlowEngine, OnSQLite
from twistchat.core.limits import Limits
from twistchat.testing import ChatTestCase

SLOWED = "-- That was faster than 5 lines a second. The rest comes slowly, nothing is lost."


class PaceTests(ChatTestCase):
    def test_a_paste_arrives_slowly_and_whole(self) -> None:
        alice, bob = self.people("alice", "bob")
        paste = [f"line {number}" for number in range(200)]
        alice.sends("".join(f"{line}\n" for line in paste).encode())
        self.turn()
        seen = bob.sees()
        self.assertEqual(seen, [f"<alice> {line}" for line in paste[: len(seen)]])
        self.assertIn(len(seen), range(40, 46))
        bob.types("you are not held up")
        self.turn()
        self.assertIn("<bob> you are not held up", bob.sees())
        self.wait(10)
        self.assertIn(len(bob.sees()), range(48, 53))
        self.wait(25)
        bob.sees()
        seen = alice.sees()
        self.assertEqual(
            [line for line in seen if "<alice>" in line], [f"<alice> {line}" for line in paste]
        )
        self.assertEqual(seen.count(SLOWED), 1)
        self.assertTrue(alice.is_connected)

    def test_one_is_told_again_when_it_begins_again(self) -> None:
        (alice,) = self.people("alice")
        for _ in range(2):
            alice.sends(b"x\n" * 60)
            self.wait(30)
            self.assertEqual(alice.sees().count(SLOWED), 1)

    def test_nobody_who_types_meets_it(self) -> None:
        (alice,) = self.people("alice")
        for _ in range(100):
            alice.types("quite fast")
            self.wait(0.3)
        self.assertNotIn(SLOWED, alice.sees())

    def test_a_pasted_file_is_said_before_the_end_of_input_counts(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends("".join(f"line {number}\n" for number in range(100)).encode() + b"the last")
        alice.ends_input()
        self.wait(20)
        seen = bob.sees()
        self.assertEqual(len(seen), 102)
        self.assertEqual(seen[-2:], ["<alice> the last", "-- alice left."])
        self.assertFalse(alice.is_connected)

    def test_leaving_meanwhile(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"x\n" * 100)
        self.turn()
        alice.vanishes()
        self.wait(60)
        self.assertEqual(bob.sees()[-1], "-- alice left (connection lost).")
        self.assertEqual(len(self.world.clock.getDelayedCalls()), 0)

    def test_long_lines_count_for_more(self) -> None:
        alice, bob = self.people("alice", "bob")
        for _ in range(10):
            alice.sends(b"x" * 10_000 + b"\n")
        self.turn()
        self.assertEqual(len(bob.sees()), 4)  # each counts for ten and more
        self.wait(60)
        self.assertEqual(len(bob.sees()), 6)

    def test_bytes_that_are_no_lines_count_too(self) -> None:
        alice, bob = self.people("alice", "bob")
        for junk in (b"\xff\xf1" * 30_000, b"\0" * 60_000, b"\n" * 60_000, b"x" * 60_000):
            alice.sends(junk)
            self.turn()
            bob.sees()
            alice.types("after that")
            self.turn()
            self.assertEqual(bob.sees(), [], junk[:4])
            self.wait(60)
            self.assertEqual(len(bob.sees()), 1 if junk[:1] != b"x" else 0)
            self.assertTrue(alice.is_connected)
        self.assertLess(alice.sees().count("-- Not sent: it is longer than 16 KiB."), 10)

    def test_what_is_refused_counts_too(self) -> None:
        (alice,) = self.people("alice")
        alice.sends(b"/nick !\n/nope\n\xff\xff\n" * 100)
        self.wait(10)
        self.assertIn(len(alice.sees()), range(85, 100))
        self.wait(60)
        self.assertIn(len(alice.sees()), range(201, 217))

    def test_each_overlong_line_counts_too(self) -> None:
        (alice,) = self.people("alice")
        for _ in range(300):
            alice.sends(b"x" * 20_000 + b"\n")
        self.turn()
        self.assertLess(len(alice.sees()), 10)

    def test_commands_that_wait_themselves(self) -> None:
        alice, bob = self.people("alice", "bob")
        for command in (b"/history", b"/nick al", b"/topic x", b"/join #cats\n/leave #cats"):
            alice.sends(b"line\n" * 45 + command + b"\nafter\n")
            self.wait(60)
            self.assertIn("after", bob.sees()[-1], command)
        alice.sends(b"line\n" * 45 + b"/history\nthe last")
        alice.ends_input()
        self.wait(60)
        self.assertEqual(bob.sees()[-2:], ["<al> the last", "-- al left."])

    def test_where_it_goes_does_not_depend_on_the_pace(self) -> None:
        alice, bob = self.people("alice", "bob")
        for lines in range(36, 46):
            alice.sends(b"x\n" * lines + b"/join #cats\nfor cats only\n/leave\nfor all\n")
            self.wait(60)
            self.assertEqual([line for line in bob.sees() if " x" not in line], ["<alice> for all"])
            self.assertIn("-- What you type now goes to #lobby.", alice.sees())

    def test_what_waits_when_the_server_stops_is_told_to_be_not_sent(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"".join(b"%d\n" % number for number in range(100)))
        self.turn()
        heard = len(bob.sees())
        self.world.registry.say_goodbye("")
        self.turn()
        seen = alice.sees()
        self.assertEqual(seen.count("-- Not sent: the server is stopping."), 100 - heard)

    def test_nothing_waits_for_its_turn_when_the_server_stops(self) -> None:
        (alice,) = self.people("alice")
        alice.sends(b"/join #a\n" + b"/echo on\n" * 7 + b"left over\n")
        self.world.registry.say_goodbye("")
        self.turn()
        self.assertIn("-- Not sent: the server is stopping.", alice.sees())

    def test_whatever_else_is_waited_for_then(self) -> None:
        (bob,) = self.people("bob")
        bob.sends(b"/history\n/topic x\n/nick b2\n" + b"l\n" * 300)
        self.world.registry.say_goodbye("")
        self.turn()
        seen = bob.sees()
        told = sum(line.startswith("-- Not sent: ") or "> l" in line for line in seen)
        self.assertGreaterEqual(told, 300)
        self.assertEqual(seen[-1], "-- Goodbye, the server is stopping.")

    def test_at_the_door(self) -> None:
        alice = self.connect()
        alice.sees()
        alice.sends(b"!\n" * 100)
        self.turn()
        self.assertIn(SLOWED, alice.sees())
        self.wait(15)
        alice.types("alice")
        self.turn()
        self.assertIn("-- alice joined.", alice.sees())


class PaceOnSlowEngineTests(OnSlowEngine, PaceTests):
    """The same, with commits that take a while."""


class JoinWhileFullTests(OnSlowEngine, ChatTestCase):
    limits = Limits(uncommitted=2_000)

    def test_a_second_room_that_has_to_wait(self) -> None:
        (alice,) = self.people("alice")
        alice.types("x" * 1_500)
        alice.types("/join #a #b")
        self.turn()
        alice.types("where am I?")
        self.turn()
        seen = alice.sees()
        self.assertIn("-- What you type now goes to #b.", seen)
        self.assertEqual(seen[-1], "[#b] <alice> where am I?")


class TooFastTests(ChatTestCase):
    limits = Limits(joins=3, renames=2, strangers=3)

    def test_joins(self) -> None:
        (alice,) = self.people("alice")  # that was the first
        seen = self.typing(alice, "/join #a", "/join #b", "/join #c", "still in b")
        self.assertEqual(
            seen[-2:],
            [
                "-- You may join 3 rooms a minute. Please wait for 20 s, and try again.",
                "[#b] <alice> still in b",
            ],
        )
        self.wait(20)
        self.assertEqual(self.typing(alice, "/join #c")[0], "-- alice joined #c.")

    def test_renames_and_the_name_that_was_not_taken_is_free(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "/nick a1", "/nick a2")
        self.assertEqual(
            self.typing(alice, "/nick a3"),
            ["-- You may change your name 2 times a minute. Please wait for 30 s."],
        )
        self.typing(alice, "I am a2")
        self.assertEqual(bob.sees()[-1], "<a2> I am a2")
        self.assertEqual(self.typing(bob, "/nick a3"), ["-- bob is now a3."])
        self.assertIn("is taken", self.typing(bob, "/nick a2")[-1])

    def test_private_words_to_strangers(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        self.typing(alice, "/msg bob 1", "/msg carol 2", "/msg bob 3")
        too_many = [
            (
                "-- Not sent: you may write 3 times a minute to people who have not written to "
                "you. Please wait for 20 s."
            )
        ]
        self.assertEqual(self.typing(alice, "/msg bob 4"), too_many)
        self.typing(alice, "/join #cats")
        self.assertEqual(self.typing(alice, "/invite bob"), too_many)
        bob.sees()
        # Whoever has written to one is no stranger.
        self.typing(bob, "/msg alice hello?")
        alice.sees()
        self.assertEqual(self.typing(alice, "/msg bob 5"), ["<alice -> bob> 5"])
        self.assertEqual(self.typing(alice, "/msg carol 6"), too_many)
        self.wait(20)
        self.assertEqual(self.typing(alice, "/msg carol 6"), ["<alice -> carol> 6"])
        self.assertEqual(
            [line for line in carol.sees() if "->" in line],
            ["<alice -> carol> 2", "<alice -> carol> 6"],
        )


class TooFastOnSlowEngineTests(OnSlowEngine, TooFastTests):
    """The same, with commits that take a while."""


class PaceOnSQLiteTests(OnSQLite, PaceTests):
    """The same, on a database."""


class TooFastOnSQLiteTests(OnSQLite, TooFastTests):
    """The same, on a database."""
