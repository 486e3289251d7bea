"""People on nc who come back: what they are shown, and what is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engines import OnSlowEngine, OnSQLite
from tests.lines import TOKEN, without_tokens
from twistchat.core.limits import NONE, Limits
from twistchat.testing import ChatTestCase, program_in

if TYPE_CHECKING:
    from twistchat.testing import Person


class ComingBackTestCase(ChatTestCase):
    limits = Limits(rate=NONE, page=10, replay=3)

    def token_of(self, lines: list[str]) -> str:
        (token,) = TOKEN.findall("\n".join(lines))
        return str(token)

    def asks(self, person: Person) -> str:
        person.sees()
        return self.token_of(self.typing(person, "/token"))

    def back(self, token: str) -> tuple[Person, list[str]]:
        """Come back at the door; what is then seen behind the greeting."""
        person = self.connect()
        person.sees()
        return person, self.typing(person, f"/resume {token}")

    def missed(self, lines: list[str]) -> list[str]:
        """What was said, without times; `? ` before what is marked."""
        return [line[8:] for line in lines if line[:1] == "["]


class ComingBackTests(ComingBackTestCase):
    def test_leaving_shows_how_to_come_back(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "1")
        bob.sees()
        seen = self.typing(bob, "exit")
        self.assertEqual(seen[0][:-39], "-- To come back and read what you miss: /resume ")
        token = self.token_of(seen)
        self.typing(alice, "2", "3")
        alice.sees()
        bob, seen = self.back(token)
        self.assertEqual(seen[0][:16], "-- You are bob. ")
        self.assertEqual(seen[1], "-- You missed 2 lines in #lobby:")
        self.assertEqual(self.missed(seen), ["<alice> 2", "<alice> 3"])
        self.assertEqual(seen[-2:], ["-- bob joined.", "-- Here now (2): alice, bob"])
        self.assertEqual(alice.sees(), ["-- bob joined."])
        self.assertEqual(self.typing(bob, "4"), ["<bob> 4"])

    def test_what_is_said_right_behind_ones_leaving_is_missed(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("1")
        bob.types("exit")
        alice.types("2")
        self.turn()
        seen = bob.sees()
        self.assertEqual(seen[0], "<alice> 1")
        bob, seen = self.back(self.token_of(seen))
        self.assertEqual(self.missed(seen), ["<alice> 2"])

    def test_nothing_was_missed(self) -> None:
        (bob,) = self.people("bob")
        token = self.token_of(self.typing(bob, "exit"))
        _, seen = self.back(token)
        self.assertEqual(seen[1], "-- You missed nothing in #lobby.")

    def test_one_is_back_in_the_rooms_where_one_was(self) -> None:
        alice, bob = self.people("alice", "bob")
        for person in (alice, bob):
            self.typing(person, "/join #lab #tea")
        self.typing(bob, "/leave #lobby")
        token = self.token_of(self.typing(bob, "exit"))
        self.typing(alice, "/msg #lab 1", "/msg #tea 2", "/msg #lobby 3")
        bob, seen = self.back(token)
        self.assertEqual(self.missed(seen), ["[#lab] <alice> 1", "[#tea] <alice> 2"])
        self.assertNotIn("-- Here now", "\n".join(seen))
        self.assertEqual(self.typing(bob, "hi")[-1], "[#tea] <bob> hi")

    def test_a_token_is_shown_to_whoever_asks(self) -> None:
        (bob,) = self.people("bob")
        seen = without_tokens(self.typing(bob, "/token"))
        self.assertEqual(seen[0], "-- To come back as yourself: /resume …")
        self.assertEqual(len(seen), 2)

    def test_ones_own_token_leads_nowhere(self) -> None:
        alice, bob = self.people("alice", "bob")
        token = self.asks(bob)
        (seen,) = self.typing(bob, f"/resume {token}")
        self.assertEqual(seen, "-- You are bob already.")
        self.assertEqual(self.typing(bob, "still here"), ["<bob> still here"])
        self.assertEqual(alice.sees(), ["<bob> still here"])

    def test_tokens_that_are_no_good(self) -> None:
        (bob,) = self.people("bob")
        token = self.asks(bob)
        bad = ("A" if token[0] != "A" else "B") + token[1:]
        no_token = "-- Sorry, that is no token of this chat."
        for words in (bad, "x", token[:-1]):
            self.assertEqual(self.typing(bob, f"/resume {words}"), [no_token])
            _, seen = self.back(words)
            self.assertEqual(seen, [no_token])
        for words in ("", f"{token} {token}"):
            self.assertIn("Usage: /resume", self.typing(bob, f"/resume {words}")[0])
        self.assertEqual(self.typing(bob, "hi"), ["<bob> hi"])

    def test_one_that_is_too_old(self) -> None:
        (bob,) = self.people("bob")
        token = self.token_of(self.typing(bob, "exit"))
        self.wait(7 * 86_400 + 2)
        _, seen = self.back(token)
        self.assertEqual(seen, ["-- Sorry, that token is too old: come in with a name."])

    def test_a_name_that_somebody_else_has_now(self) -> None:
        (bob,) = self.people("bob")
        token = self.token_of(self.typing(bob, "exit"))
        self.people("bob")
        _, seen = self.back(token)
        self.assertEqual(seen[0][:17], "-- You are bob2. ")

    def test_the_name_of_a_lost_connection_is_kept(self) -> None:
        (bob,) = self.people("bob")
        token = self.asks(bob)
        bob.vanishes()
        other = self.connect()
        other.sees()
        self.assertIn("is kept", self.typing(other, "bob")[0])
        _, seen = self.back(token)
        self.assertEqual(seen[0][:16], "-- You are bob. ")

    def test_what_may_be_a_repeat_is_marked(self) -> None:
        alice, bob = self.people("alice", "bob")
        token = self.asks(bob)
        self.typing(alice, "long ago")
        self.wait(70)
        self.typing(alice, "a moment ago")
        self.wait(10)
        bob.vanishes()
        self.wait(1)
        self.typing(alice, "afterwards")
        _, seen = self.back(token)
        self.assertEqual(self.missed(seen), ["? <alice> a moment ago", "<alice> afterwards"])
        self.assertIn("-- You missed 2 lines in #lobby; those with a ? you may have read:", seen)

    def test_what_was_surely_read_is_not_repeated(self) -> None:
        alice, bob = self.people("alice", "bob")
        token = self.asks(bob)
        for number in range(20):
            self.typing(alice, str(number))
            self.wait(10 - self.world.HORIZON)
        bob.vanishes()
        self.turn()
        _, seen = self.back(token)
        # Of the last minute, and of some seconds before it at most.
        self.assertIn(self.missed(seen)[0], ("? <alice> 13", "? <alice> 14"))
        self.assertEqual(self.missed(seen)[-1], "? <alice> 19")

    def test_a_second_loss_is_told_from_where_one_had_come_to(self) -> None:
        alice, bob = self.people("alice", "bob")
        token = self.asks(bob)
        bob.vanishes()
        self.wait(1)
        self.typing(alice, "1")
        bob, seen = self.back(token)
        self.assertEqual(self.missed(seen), ["<alice> 1"])
        self.wait(100)
        self.typing(alice, "2")
        self.wait(100)
        bob.vanishes()
        self.wait(1)
        self.typing(alice, "3")
        _, seen = self.back(token)
        self.assertEqual(seen[0][:16], "-- You are bob. ")
        self.assertEqual(self.missed(seen), ["<alice> 3"])

    def test_one_who_is_lost_again_at_once_misses_nothing(self) -> None:
        alice, bob = self.people("alice", "bob")
        token = self.asks(bob)
        bob.vanishes()
        self.turn()
        self.typing(alice, "1", "2")
        self.wait(100)
        for _ in range(3):
            # What was shown a moment before the connection was lost may not have arrived.
            bob, seen = self.back(token)
            self.assertEqual(
                [line.removeprefix("? ") for line in self.missed(seen)], ["<alice> 1", "<alice> 2"]
            )
            bob.vanishes()
            self.turn()

    def test_who_asks_for_the_token_again_and_is_lost_misses_nothing(self) -> None:
        alice, bob = self.people("alice", "bob")
        token = self.token_of(self.typing(bob, "exit"))
        self.typing(alice, "1")
        self.wait(100)
        bob, _ = self.back(token)
        self.asks(bob)
        bob.vanishes()
        self.turn()
        _, seen = self.back(token)
        self.assertEqual(self.missed(seen), ["? <alice> 1"])

    def test_who_leaves_and_is_gone_at_once_sees_what_may_be_a_repeat(self) -> None:
        alice, bob = self.people("alice", "bob")
        token = self.asks(bob)
        self.wait(100)
        self.typing(alice, "1")
        bob.types("exit")
        bob.vanishes()
        self.typing(alice, "2")
        self.wait(1)
        self.typing(alice, "3")
        _, seen = self.back(token)
        self.assertEqual(self.missed(seen)[0], "? <alice> 1")
        self.assertEqual(self.missed(seen)[-1], "<alice> 3")

    def test_more_than_a_page(self) -> None:
        alice, bob = self.people("alice", "bob")
        token = self.token_of(self.typing(bob, "exit"))
        self.typing(alice, *map(str, range(25)))
        _, seen = self.back(token)
        self.assertEqual(
            seen[1:3],
            [
                "-- You missed 10 lines in #lobby:",
                "-- 15 lines are left out here. /search #lobby until:TIME shows the last of them.",
            ],
        )
        self.assertEqual(self.missed(seen), [f"<alice> {number}" for number in range(15, 25)])

    def test_inside_one_leaves_as_who_one_was_until_then(self) -> None:
        alice, bob = self.people("alice", "bob")
        token = self.token_of(self.typing(bob, "exit"))
        self.typing(alice, "1")
        alice.sees()
        (other,) = self.people("carol")
        alice.sees()
        seen = self.typing(other, f"/resume {token}")
        self.assertIn("-- You are bob. ", "\n".join(seen))
        self.assertEqual(self.missed(seen), ["<alice> 1"])
        self.assertEqual(alice.sees(), ["-- carol left.", "-- bob joined."])
        self.assertEqual(self.typing(other, "me"), ["<bob> me"])
        self.people("carol")
        other.vanishes()
        self.turn()
        self.assertEqual(alice.sees()[-1], "-- bob left (connection lost).")

    def test_over_a_connection_that_seems_to_live(self) -> None:
        alice, ghost = self.people("alice", "bob")
        token = self.asks(ghost)
        self.wait(100)
        self.typing(alice, "1")
        alice.sees()
        _, seen = self.back(token)
        self.assertEqual(self.missed(seen), ["? <alice> 1"])
        self.assertEqual(ghost.sees()[-1], "-- Goodbye: you came back over another connection.")
        self.assertEqual(alice.sees(), [])

    def test_the_end_of_input_shows_it_too(self) -> None:
        (bob,) = self.people("bob")
        bob.ends_input()
        self.turn()
        self.token_of(bob.sees())

    def test_who_speaks_json_now_is_shown_nothing(self) -> None:
        (bob,) = self.people("bob")
        self.typing(bob, "/json", '{"type":"quit"}')
        self.assertFalse(bob.is_connected)


class PaceTests(ComingBackTestCase):
    def test_by_turns_two_people_join_no_more_often_than_one(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        tokens = self.token_of(self.typing(bob, "exit")), self.asks(carol)
        alice.sees()
        for number in range(30):
            self.typing(carol, f"/resume {tokens[number % 2]}")
        joined = [line for line in alice.sees() if line.endswith("joined.")]
        self.assertEqual(len(joined), self.limits.joins - 1)


class GoneTests(ComingBackTestCase):
    def test_nothing_is_under_way_when_all_are_gone(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.asks(alice)
        token = self.asks(bob)
        bob.vanishes()
        bob, _ = self.back(token)
        alice.vanishes()
        self.typing(bob, "exit")
        self.wait(130)
        self.assertEqual(self.world.clock.getDelayedCalls(), [])


class ComingBackOnSlowEngineTests(OnSlowEngine, ComingBackTests):
    """The same, with commits that take a while."""

    def test_a_store_that_fails_gives_no_token(self) -> None:
        (bob,) = self.people("bob")
        self.slow.fails = True
        (seen,) = self.typing(bob, "/token")
        self.assertEqual(
            seen, "-- There is no token to be had now: it cannot be kept. Try again later."
        )
        self.assertEqual(self.typing(bob, "exit"), ["-- Goodbye."])

    def test_a_store_that_fails_to_tell_who_one_was(self) -> None:
        (bob,) = self.people("bob")
        token = self.token_of(self.typing(bob, "exit"))
        self.slow.fails = True
        person, seen = self.back(token)
        self.assertEqual(len(seen), 1)
        self.assertTrue(seen[0].startswith("-- Sorry"), seen)
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 1)
        self.slow.fails = False
        self.assertIn("-- You are bob. ", "\n".join(self.typing(person, f"/resume {token}")))

    def test_who_hangs_up_meanwhile(self) -> None:
        (bob,) = self.people("bob")
        token = self.token_of(self.typing(bob, "exit"))
        for moment in (0.0, 0.004, 0.011, 0.016):
            person = self.connect()
            person.types(f"/resume {token}")
            self.world.clock.advance(moment)
            person.hangs_up()
            self.turn()
            self.assertEqual(self.world.registry.sessions, [])
        self.wait(121)  # for so long it may be kept for whoever was lost on the way back
        self.people("bob")


class ComingBackOnSQLiteTests(OnSQLite, ComingBackTests):
    """The same, on a database."""

    def test_after_a_restart(self) -> None:
        alice, bob = self.people("alice", "bob")
        token = self.asks(bob)
        self.typing(alice, "1")
        self.wait(70)
        self.typing(alice, "2")
        self.restarts()
        self.wait(5)
        (alice,) = self.people("alice")
        self.typing(alice, "3")
        _, seen = self.back(token)
        self.assertEqual(self.missed(seen), ["? <alice> 2", "<alice> 3"])

    def test_after_leaving_and_a_restart(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(alice, "1")
        token = self.token_of(self.typing(bob, "exit"))
        self.typing(alice, "2")
        for ends in (self.restarts, self.is_killed):
            ends()
            person, seen = self.back(token)
            missed = [line.removeprefix("? ") for line in self.missed(seen)]
            self.assertEqual(missed, ["<alice> 2"])
            person.vanishes()
            self.turn()

    def test_after_a_kill(self) -> None:
        alice, bob = self.people("alice", "bob")
        token = self.asks(bob)
        for number in range(20):
            self.typing(alice, str(number))
            self.wait(10 - self.world.HORIZON)
        self.is_killed()
        (alice,) = self.people("alice")
        self.typing(alice, "after")
        _, seen = self.back(token)
        missed = self.missed(seen)
        # Kept every 30 seconds: of the last minute, and of half a one before that.
        self.assertIn(missed[0], [f"? <alice> {number}" for number in range(10, 15)])
        self.assertEqual(missed[-2:], ["? <alice> 19", "<alice> after"])


class BegunAnewTests(ComingBackTestCase):
    limits = Limits(rate=NONE, rooms=2)

    def test_a_room_that_began_anew(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(bob, "/join #lab", "/msg #lab old")
        token = self.token_of(self.typing(bob, "exit"))
        self.typing(alice, "/join #other", "/leave #other", "/join #lab", "/msg #lab new")
        _, seen = self.back(token)
        self.assertIn(
            "-- Nobody knows what you missed in #lab, since it began anew. The last lines:", seen
        )
        self.assertEqual(self.missed(seen), ["[#lab] <alice> new"])


class SwitchingTests(ChatTestCase):
    """`/json`, at the door and inside."""

    def test_at_the_door(self) -> None:
        bob = self.connect()
        bob.sees()
        self.assertTrue(self.typing(bob, "/json")[0].startswith('{"type":"hello"'))
        seen = self.typing(bob, '{"type":"hello","name":"bob"}', "no json")
        self.assertEqual([line.split('"')[3] for line in seen if "error" not in line], [
            "welcome", "live", "joined", "members",
        ])  # fmt: skip
        self.assertEqual(["not-json" in line for line in seen if "error" in line], [True])

    def test_inside(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(bob, "/join #lab", "/echo off", "/times on")
        alice.sees()
        kinds = [line.split('"')[3] for line in self.typing(bob, "/json")]
        self.assertEqual(kinds, ["hello", "welcome", "live", "members", "live", "members"])
        self.assertEqual(alice.sees(), [])
        (line,) = self.typing(bob, '{"type":"say","room":"#lobby","text":"hi"}')
        self.assertIn('"text":"hi"', line)
        self.assertEqual(alice.sees(), ["<bob> hi"])

    def test_in_one_packet(self) -> None:
        (alice,) = self.people("alice")
        bob = self.connect(speaks_first=True)
        bob.sends(
            b'/json\n{"type":"hello","name":"bob"}\n'
            b'{"type":"say","room":"#lobby","text":"hi"}\n{"type":"quit"}\n'
        )
        self.turn()
        self.assertEqual(alice.sees(), ["-- bob joined.", "<bob> hi", "-- bob left."])

    def test_what_was_told_to_a_person_can_be_gone_on_with_by_a_program(self) -> None:
        (bob,) = self.people("bob")
        welcome = self.typing(bob, "/json")[1]
        (token,) = TOKEN.findall(welcome)
        bob.vanishes()
        self.turn()
        program = program_in(self.world)
        program.asks("hello", name="bob", token=token)
        self.turn()
        self.assertTrue(program.hears()[1]["resumed"])


class SwitchingOnSlowEngineTests(OnSlowEngine, SwitchingTests):
    """The same, with commits that take a while."""

    def test_with_something_under_way(self) -> None:
        alice, bob = self.people("alice", "bob")
        for moment in (0.0, 0.004, 0.012, 0.02):
            bob.types("mine")
            alice.types("hers")
            self.world.clock.advance(moment)
            bob.types("/json")
            alice.types("after")
            self.turn()
            seen = "\n".join(bob.sees())
            self.assertEqual([seen.count(word) for word in ("mine", "hers", "after")], [1, 1, 1])
            bob.hangs_up()
            self.turn()
            (bob,) = self.people(f"bob{moment * 1000:g}")
