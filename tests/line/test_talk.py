"""What people on nc see of each other; on an engine that commits at once, and on a slow one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engines import OnSlowEngine, OnSQLite
from tests.lines import COME_BACK, without_tokens
from twistchat.core.chat import Chat, Extension
from twistchat.core.limits import Limits
from twistchat.testing import ChatTestCase, World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.events import Item, Refused
    from twistchat.core.model import User


class TalkTests(ChatTestCase):
    def test_the_door(self) -> None:
        alice = self.connect()
        self.assertEqual(
            alice.sees(),
            ["-- Welcome to twistchat.", "-- What is your name? Type it and press Enter."],
        )
        alice.types("alice")
        self.turn()
        self.assertEqual(
            alice.sees(),
            [
                "-- You are alice. Type to talk; /help shows the commands, exit leaves.",
                "-- alice joined.",
                "-- Here now (1): alice",
            ],
        )

    def test_a_name_that_is_taken(self) -> None:
        (bob,) = self.people("bob")
        other = self.connect()
        other.sees()
        for taken in ("bob", "BOB", "ｂob"):
            other.types(taken)
            self.turn()
            self.assertEqual(
                other.sees(), [f"-- Sorry, the name {taken} is taken. How about {taken}2?"]
            )
        other.types("bob2")
        self.turn()
        self.assertIn("-- bob2 joined.", other.sees())
        self.assertEqual(bob.sees(), ["-- bob2 joined."])

    def test_two_ask_for_one_name_at_once(self) -> None:
        one, two = self.connect(), self.connect()
        one.types("bob")
        two.types("bob")
        self.turn()
        self.assertIn("-- bob joined.", one.sees())
        self.assertEqual(two.sees()[-1], "-- Sorry, the name bob is taken. How about bob2?")

    def test_a_bad_name_is_refused_with_the_reason(self) -> None:
        other = self.connect()
        other.sees()
        for typed, words in {
            "a b": "How about ab?",
            "123": "How about guest123?",
            "x" * 30: "too long",
            "exit!": "How about exit2?",
        }.items():
            other.types(typed)
            self.turn()
            (answer,) = other.sees()
            self.assertTrue(answer.startswith("-- Sorry, "), answer)
            self.assertIn(words, answer)

    def test_chinese(self) -> None:
        ming, bob = self.people("小明", "bob")
        ming.types("你好，世界")
        self.turn()
        self.assertEqual(bob.sees(), ["<小明> 你好，世界"])

    def test_all_hear_the_speaker_included(self) -> None:
        everybody = self.people("alice", "bob", "carol")
        everybody[0].types("hello")
        self.turn()
        for person in everybody:
            self.assertEqual(person.sees(), ["<alice> hello"])

    def test_one_write_a_client_and_turn(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"one\ntwo\n")
        bob.sends(b"three\n")
        self.turn()
        self.assertEqual(alice.sees(), bob.sees())
        self.assertEqual(alice.writes, [b"<alice> one\n<alice> two\n<bob> three\n"])
        self.assertEqual(bob.writes, alice.writes)
        self.assertIs(bob.writes[0], alice.writes[0])  # encoded and joined once

    def test_one_order_for_all(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        for number in range(20):
            alice.types(f"a{number}")
            bob.types(f"b{number}")
            if number % 3 == 0:
                self.turn()
        self.turn()
        seen = alice.sees()
        self.assertEqual(len(seen), 40)
        self.assertEqual(bob.sees(), seen)
        self.assertEqual(carol.sees(), seen)

    def test_echo_off(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("before")
        alice.types("/echo off")
        self.turn()
        self.assertEqual(
            alice.sees(),
            [
                "<alice> before",
                "-- You no longer see your own lines. /echo on brings them back.",
            ],
        )
        bob.sees()
        alice.types("hello")
        bob.types("hi")
        alice.types("/me waves")
        self.turn()
        self.assertEqual(alice.sees(), ["<bob> hi"])
        self.assertEqual(bob.sees(), ["<alice> hello", "<bob> hi", "* alice waves"])
        alice.types("/echo on")
        alice.types("back")
        self.turn()
        self.assertEqual(alice.sees()[-1], "<alice> back")

    def test_joins_and_leaves_are_announced(self) -> None:
        (alice,) = self.people("alice")
        (bob,) = self.people("bob")
        bob.types("exit")
        self.turn()
        self.assertEqual(alice.sees(), ["-- bob left."])
        self.assertEqual(without_tokens(bob.sees()), [COME_BACK, "-- Goodbye."])
        self.assertFalse(bob.is_connected)

    def test_ways_of_leaving(self) -> None:
        alice, *others = self.people("alice", "b1", "b2", "b3", "b4", "b5")
        others[0].types("/quit see you")
        self.turn()
        others[1].hangs_up()
        self.turn()
        others[2].vanishes()
        self.turn()
        self.wait(3600)
        others[3].vanishes()
        self.turn()
        self.wait(3600)
        others[4].types("still here")
        others[4].vanishes()
        self.turn()
        self.assertEqual(
            alice.sees(),
            [
                "-- b1 left: see you",
                "-- b2 left.",
                "-- b3 left (connection lost).",
                "-- b4 left (timed out).",
                "<b5> still here",
                "-- b5 left (connection lost).",
            ],
        )

    def test_a_name_is_free_again_after_leaving(self) -> None:
        alice, bob = self.people("alice", "bob")
        bob.types("exit")
        self.turn()
        self.people("bob")
        self.assertEqual(len(self.world.registry.people), 2)
        alice.sees()

    def test_join_say_quit_in_one_packet(self) -> None:
        (alice,) = self.people("alice")
        bob = self.connect()
        bob.sees()
        bob.sends(b"bob\nhi\n/me waves\nexit\nnot heard\n")
        self.turn()
        self.assertEqual(
            alice.sees(), ["-- bob joined.", "<bob> hi", "* bob waves", "-- bob left."]
        )
        self.assertEqual(
            without_tokens(bob.sees()[-5:]),
            ["-- Here now (2): alice, bob", "<bob> hi", "* bob waves", COME_BACK, "-- Goodbye."],
        )
        self.assertFalse(bob.is_connected)

    def test_say_and_vanish_in_one_turn(self) -> None:
        alice, bob = self.people("alice", "bob")
        bob.types("last words")
        bob.vanishes()
        self.turn()
        self.assertEqual(alice.sees(), ["<bob> last words", "-- bob left (connection lost)."])

    def test_end_of_input(self) -> None:
        (alice,) = self.people("alice")
        bob = self.connect()
        bob.sends(b"bob\nhi\nno line end")
        self.turn()
        bob.ends_input()
        self.turn()
        self.assertEqual(
            alice.sees(), ["-- bob joined.", "<bob> hi", "<bob> no line end", "-- bob left."]
        )
        self.assertEqual(bob.sees()[-1], "-- Goodbye.")
        self.assertFalse(bob.is_connected)

    def test_end_of_input_while_the_name_is_claimed(self) -> None:
        (alice,) = self.people("alice")
        bob = self.connect()
        bob.sends(b"bob\nhi\n")
        bob.ends_input()
        self.turn()
        self.assertEqual(alice.sees(), ["-- bob joined.", "<bob> hi", "-- bob left."])
        self.assertFalse(bob.is_connected)

    def test_hanging_up_while_the_name_is_claimed(self) -> None:
        (alice,) = self.people("alice")
        bob = self.connect()
        bob.types("bob")
        bob.hangs_up()
        self.turn()
        self.people("bob")  # the name is free
        self.assertEqual(len(self.world.registry.people), 2)
        alice.sees()

    def test_exit_at_the_door(self) -> None:
        for words in ("exit", "/quit", " EXIT ", "/exit"):
            bob = self.connect()
            bob.sees()
            bob.types(words)
            self.turn()
            self.assertEqual(bob.sees(), ["-- Goodbye."])
            self.assertFalse(bob.is_connected)

    def test_commands_at_the_door(self) -> None:
        bob = self.connect()
        bob.sees()
        bob.types("/who")
        self.turn()
        self.assertEqual(bob.sees(), ["-- That needs a name first. What is your name?"])
        for words in ("", "help", "?", "/help"):
            bob.types(words)
            self.turn()
            self.assertEqual(
                bob.sees(),
                ["-- Type the name you want to be called by, and press Enter. exit leaves."],
            )
        bob.types("/nick bob")
        self.turn()
        self.assertIn("-- bob joined.", bob.sees())

    def test_saying_the_word_exit(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("/say exit")
        alice.types("//exit")
        alice.types("//me is no command")
        alice.types("exit now")
        self.turn()
        self.assertEqual(
            bob.sees(),
            ["<alice> exit", "<alice> /exit", "<alice> /me is no command", "<alice> exit now"],
        )

    def test_an_empty_line_does_nothing(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"\n  \n\r\n\t\n")
        self.turn()
        self.assertEqual(alice.sees() + bob.sees(), [])

    def test_blanks_before_a_slash_still_make_a_command(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("   /me waves")
        self.turn()
        self.assertEqual(bob.sees(), ["* alice waves"])

    def test_blanks_before_text_stay(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("    indented  ")
        self.turn()
        self.assertEqual(bob.sees(), ["<alice>     indented"])

    def test_an_unknown_command_is_never_said(self) -> None:
        alice, bob = self.people("alice", "bob")
        for words in ("/hlep", "/xyzzy", "/ hello", "/etc/passwd", "/"):
            alice.types(words)
        self.turn()
        self.assertEqual(bob.sees(), [])
        answers = alice.sees()
        self.assertEqual(len(answers), 5)
        self.assertEqual(answers[0], "-- There is no command /hlep. Did you mean /help?")

    def test_usage(self) -> None:
        (alice,) = self.people("alice")
        for words, usage in {
            "/msg": "/msg NAME WORDS",
            "/msg bob": "/msg NAME WORDS",
            "/me": "/me WORDS",
            "/nick": "/nick NAME",
            "/history 1 #lobby many": "/history [COUNT] [#ROOM]",
            "/echo": "/echo on|off",
            "/join": "/join #ROOM [#ROOM...]",
            "/back now": "/back",
            "/who a b": "/who [#ROOM]",
        }.items():
            alice.types(words)
            self.turn()
            (answer,) = alice.sees()
            self.assertTrue(answer.startswith(f"-- Usage: {usage} (for example /"), answer)

    def test_help_names_every_command(self) -> None:
        (alice,) = self.people("alice")
        alice.types("/help")
        self.turn()
        shown = "\n".join(alice.sees())
        for command in ("/help", "/who", "/nick", "/msg", "/me", "/history", "/echo", "/say"):
            self.assertIn(command, shown)
        self.assertIn("exit", shown)
        alice.types("/help /msg")
        self.turn()
        self.assertEqual(
            alice.sees(),
            [
                "-- /msg NAME WORDS  say something to one person only",
                "--   With #ROOM for NAME it is said in that room, and typing stays here.",
                "--   for example: /msg alice are you there?",
                "--   also: /m, /w, /whisper, /tell, /query",
            ],
        )

    def test_who(self) -> None:
        alice, _, _ = self.people("alice", "小明", "Bob")
        alice.types("/who")
        self.turn()
        self.assertEqual(alice.sees(), ["-- In #lobby (3): alice, Bob, 小明"])

    def test_private_words(self) -> None:
        alice, bob, carol = self.people("alice", "bob", "carol")
        alice.types("/msg BOB psst, you")
        alice.types("/msg nobody psst")
        alice.types("/msg alice psst")
        self.turn()
        self.assertEqual(bob.sees(), ["<alice -> bob> psst, you"])
        self.assertEqual(carol.sees(), [])
        self.assertEqual(
            sorted(alice.sees()),
            sorted(
                [
                    "<alice -> bob> psst, you",
                    "-- Nobody here is called nobody. /who shows who is.",
                    "<alice -> alice> psst",
                ]
            ),
        )

    def test_private_words_are_in_no_history(self) -> None:
        alice, _ = self.people("alice", "bob")
        alice.types("/msg bob secret")
        alice.types("open")
        self.turn()
        carol = self.connect()
        carol.types("carol")
        self.turn()
        shown = "\n".join(carol.sees())
        self.assertIn("<alice> open", shown)
        self.assertNotIn("secret", shown)

    def test_rename(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("before")
        alice.types("/nick alicia")
        alice.types("after")
        self.turn()
        lines = ["<alice> before", "-- alice is now alicia.", "<alicia> after"]
        self.assertEqual(bob.sees(), lines)
        self.assertEqual(alice.sees(), lines)
        self.people("alice")  # free again

    def test_rename_to_a_taken_or_bad_name(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("/nick BOB")
        alice.types("/nick a b")
        alice.types("/nick alice")
        self.turn()
        self.assertEqual(bob.sees(), [])
        taken, bad, same = alice.sees()
        self.assertEqual(taken, "-- Sorry, the name BOB is taken. How about BOB2?")
        self.assertIn("How about ab?", bad)
        self.assertEqual(same, "-- You are alice already.")

    def test_rename_in_case_alone(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("/nick Alice")
        self.turn()
        self.assertEqual(bob.sees(), ["-- alice is now Alice."])
        other = self.connect()
        other.types("alice")
        self.turn()
        self.assertIn("taken", other.sees()[-1])
        alice.sees()

    def test_a_name_is_given_up_only_for_the_new_one(self) -> None:
        alice, _ = self.people("alice", "bob")
        alice.types("/nick bob")
        self.turn()
        other = self.connect()
        other.types("alice")
        self.turn()
        self.assertIn("taken", other.sees()[-1])

    def test_history_on_joining(self) -> None:
        (alice,) = self.people("alice")
        for number in range(25):
            alice.types(f"line {number}")
        self.turn()
        bob = self.connect()
        bob.sees()
        bob.types("bob")
        self.turn()
        seen = bob.sees()
        self.assertEqual(seen[1], "-- The last 20 lines of #lobby:")
        self.assertEqual(seen[2], "[00:00] <alice> line 5")
        self.assertEqual(seen[21], "[00:00] <alice> line 24")
        self.assertEqual(seen[22:], ["-- bob joined.", "-- Here now (2): alice, bob"])

    def test_history_has_no_hole_and_no_double(self) -> None:
        (alice,) = self.people("alice")
        alice.types("before")
        bob = self.connect()
        bob.sees()
        bob.types("bob")
        alice.types("meanwhile")
        self.turn()
        alice.types("after")
        self.turn()
        lines = [line.partition("> ")[2] for line in bob.sees() if "<alice>" in line]
        self.assertEqual(lines, ["before", "meanwhile", "after"])

    def test_asking_for_history(self) -> None:
        (alice,) = self.people("alice")
        alice.types("/history")
        self.turn()
        self.assertEqual(alice.sees(), ["-- Nothing has been said in #lobby yet."])
        alice.sends(b"one\n/topic cats\ntwo\n/history 2\nthree\n")
        self.turn()
        self.assertEqual(
            alice.sees(),
            [
                "<alice> one",
                "-- alice changed the topic of #lobby: cats",
                "<alice> two",
                "-- The last 2 lines of #lobby:",
                "[00:00] -- alice changed the topic of #lobby: cats",
                "[00:00] <alice> two",
                "<alice> three",
            ],
        )

    def test_old_lines_show_their_day(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("long ago")
        self.wait(3 * 24 * 3600)
        bob.types("/history 1")
        self.turn()
        self.assertEqual(bob.sees()[-1], "[1970-01-01 00:00] <alice> long ago")

    def test_topic(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("/topic")
        alice.types("/topic 猫 and dogs")
        self.turn()
        self.assertEqual(
            alice.sees(),
            [
                "-- #lobby has no topic. /topic WORDS sets one.",
                "-- alice changed the topic of #lobby: 猫 and dogs",
            ],
        )
        bob.types("/topic")
        self.turn()
        self.assertEqual(bob.sees()[-1], "-- Topic of #lobby: 猫 and dogs")
        carol = self.connect()
        carol.types("carol")
        self.turn()
        self.assertIn("-- Topic of #lobby: 猫 and dogs", carol.sees())

    def test_input_waits_for_ones_own_change(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"/topic cats\n/topic\n/who\nhello\n")
        self.turn()
        self.assertEqual(
            alice.sees(),
            [
                "-- alice changed the topic of #lobby: cats",
                "-- Topic of #lobby: cats",
                "-- In #lobby (2): alice, bob",
                "<alice> hello",
            ],
        )
        self.assertEqual(
            bob.sees(), ["-- alice changed the topic of #lobby: cats", "<alice> hello"]
        )

    def test_replies_keep_their_place(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"one\n/who\ntwo\n/nope\n/msg bob three\n/echo on\nfour\n")
        self.turn()
        self.assertEqual(
            [line.split(" ")[-1] for line in alice.sees()],
            ["one", "bob", "two", "all.", "three", "again.", "four"],
        )
        self.assertEqual(
            bob.sees(), ["<alice> one", "<alice> two", "<alice -> bob> three", "<alice> four"]
        )

    def test_nothing_typed_looks_like_another_kind_of_line(self) -> None:
        alice, bob = self.people("alice", "bob")
        for text in ("-- bob left.", "<bob> hi", "* bob waves", "[10:00] <bob> hi"):
            alice.types(text)
        alice.types("/me -- bob left.")
        self.turn()
        for line in bob.sees():
            self.assertTrue(line.startswith(("<alice> ", "* alice ")), line)

    def test_escape_sequences_are_shown_and_not_sent(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.sends(b"\x1b[2J\x1b]0;title\x07 \xc2\x9b31m\rover\n")
        alice.sends(b"/topic \x1b[1m\n/quit \x1b[0m\n")
        self.turn()
        self.assertEqual(
            bob.sees(),
            [
                "<alice> ␛[2J␛]0;title␇ �31m␍over",
                "-- alice changed the topic of #lobby: ␛[1m",
                "-- alice left: ␛[0m",
            ],
        )


class TalkOnSlowEngineTests(OnSlowEngine, TalkTests):
    """The same on an engine whose commits wait."""


class TalkOnSQLiteTests(OnSQLite, TalkTests):
    """The same, on a database."""


class TimeTests(ChatTestCase):
    def test_no_name_in_time(self) -> None:
        silent = self.connect()
        silent.sees()
        self.wait(59)
        self.assertTrue(silent.is_connected)
        self.wait(1.5)
        self.assertEqual(silent.sees(), ["-- Goodbye: no name was given in time."])
        self.assertFalse(silent.is_connected)

    def test_somebody_with_a_name_may_be_silent(self) -> None:
        (alice,) = self.people("alice")
        self.wait(24 * 3600)
        self.assertTrue(alice.is_connected)

    def test_text_without_a_line_end(self) -> None:
        alice = self.connect()
        alice.sees()
        alice.sends(b"ali")
        self.wait(0.9)
        self.assertEqual(alice.sees(), [])
        self.wait(0.2)
        self.assertIn("press Enter", alice.sees()[0])
        alice.sends(b"ce\n")
        self.turn()
        self.assertIn("-- alice joined.", alice.sees())
        alice.sends(b"typing slowly")
        self.wait(10)
        self.assertEqual(alice.sees(), [])

    def test_no_hint_for_those_who_end_their_lines(self) -> None:
        alice = self.connect()
        alice.sends(b"ali")
        alice.sends(b"ce\n")
        alice.sees()
        self.wait(5)
        self.assertNotIn("Enter", "".join(alice.sees()))


class FullTests(ChatTestCase):
    limits = Limits(clients=2)

    def test_the_third_is_turned_away(self) -> None:
        self.people("alice", "bob")
        carol = self.connect()
        self.assertEqual(
            carol.sees(), ["-- Sorry, this chat is full (2 are here). Please try again later."]
        )
        carol.types("carol")
        self.turn()
        self.assertFalse(carol.is_connected)
        self.assertEqual(len(self.world.registry.sessions), 2)


class CrowdTests(ChatTestCase):
    def test_a_newcomer_sees_some_names_of_a_crowd(self) -> None:
        self.people(*(f"p{number:02}" for number in range(40)))
        late = self.connect()
        late.types("late")
        self.turn()
        (here,) = [line for line in late.sees() if line.startswith("-- Here now")]
        self.assertTrue(here.startswith("-- Here now (41): late, p00, p01"), here)
        self.assertTrue(here.endswith("p28 and 11 others; /who lists all."), here)


class FaultyExtensionTests(ChatTestCase):
    def setUp(self) -> None:
        def fail(chat: Chat, user: User, room: str, text: str) -> Sequence[Item] | Refused:
            raise ZeroDivisionError

        self.world = World(extensions=[Extension("fail", "", "fail", fail)])

    def test_a_fault_in_an_extension_costs_nobody_the_connection(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("/fail")
        alice.types("hello")
        self.turn()
        self.assertEqual(
            alice.sees(),
            [
                "-- That went wrong in the server, and nothing was done. Its log says why.",
                "<alice> hello",
            ],
        )
        self.assertEqual(bob.sees(), ["<alice> hello"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


class StoppingOnSQLiteTests(OnSQLite):
    def test_who_has_just_come_is_told_the_last_lines_though_the_server_stops(self) -> None:
        (alice,) = self.people("alice")
        self.typing(alice, "hello")
        bob = self.connect()
        bob.types("bob")
        self.world.registry.say_goodbye("")
        self.world.engine.stop().addCallback(lambda _: self.world.parts.fanout.stop())
        self.turn()
        seen = bob.sees()
        self.assertIn("[00:00] <alice> hello", seen)
        self.assertEqual(seen[-1], "-- Goodbye, the server is stopping.")
