"""An engine that is slow, fails, fills up or hangs: what speakers are told, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.logger import capturedLogs, formatEvent
from twisted.python.failure import Failure

from tests.engines import OnSlowEngine
from tests.lines import COME_BACK, without_tokens
from twistchat import ChatProtocol
from twistchat.core.commands import Quit, ReadTopic, SetTopic
from twistchat.core.events import Refusal, Refused, Said, Unkept
from twistchat.core.limits import NONE, Limits
from twistchat.engine.redis.link import AnswerLostError, NotSentError
from twistchat.login import refusal
from twistchat.testing import SlowEngine

if TYPE_CHECKING:
    from twisted.internet.task import Clock

    from twistchat.engine import Committed


class FaultTests(OnSlowEngine):
    limits = Limits(uncommitted=4_000, rate=NONE)

    def test_nothing_is_told_before_it_is_committed(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.slow.hangs = True
        alice.types("hello")
        self.wait(5)
        self.assertEqual(alice.sees() + bob.sees(), [])
        self.slow.answer()
        self.turn()
        self.assertEqual(alice.sees(), ["<alice> hello"])
        self.assertEqual(bob.sees(), ["<alice> hello"])

    def test_a_failed_commit_concerns_its_speaker_alone(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.slow.fails = True
        alice.types("lost")
        bob.types("/who")
        self.turn()
        self.slow.fails = False
        alice.types("kept")
        self.turn()
        self.assertEqual(
            alice.sees(),
            ["-- Not sent: the server could not keep it. Try again: lost", "<alice> kept"],
        )
        self.assertEqual(bob.sees(), ["-- In #lobby (2): alice, bob", "<alice> kept"])
        bob.types("/history")
        self.turn()
        self.assertEqual(bob.sees()[1:], ["[00:00] <alice> kept"])

    def test_one_event_of_a_batch_is_refused_in_its_place(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.slow.refuses = lambda event: (
            Unkept.FAILED if isinstance(event, Said) and event.text == "two" else None
        )
        alice.sends(b"one\ntwo\nthree\n")
        self.turn()
        self.assertEqual(
            alice.sees(),
            [
                "<alice> one",
                "-- Not sent: the server could not keep it. Try again: two",
                "<alice> three",
            ],
        )
        self.assertEqual(bob.sees(), ["<alice> one", "<alice> three"])

    def test_a_failed_topic_changes_nothing_and_lets_input_go_on(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.slow.fails = True
        alice.sends(b"/topic cats\n/topic\n/who\n")
        self.turn()
        self.assertEqual(
            alice.sees(),
            [
                "-- Not sent: the server could not keep it. Try again: cats",
                "-- #lobby has no topic. /topic WORDS sets one.",
                "-- In #lobby (2): alice, bob",
            ],
        )
        self.assertEqual(bob.sees(), [])

    def test_leaving_while_lines_are_under_way(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.slow.hangs = True
        alice.sends(b"one\ntwo\nexit\nthree\n")
        self.wait(1)
        self.assertTrue(alice.is_connected)  # it has not been told goodbye yet
        self.slow.answer()
        self.turn()
        self.assertEqual(bob.sees(), ["<alice> one", "<alice> two", "-- alice left."])
        seen = without_tokens(alice.sees())
        self.assertEqual(seen, ["<alice> one", "<alice> two", COME_BACK, "-- Goodbye."])
        self.assertFalse(alice.is_connected)

    def test_vanishing_while_lines_are_under_way(self) -> None:
        alice, bob = self.people("alice", "bob")
        alice.types("one")
        alice.vanishes()
        self.turn()
        self.assertEqual(bob.sees(), ["<alice> one", "-- alice left (connection lost)."])

    def test_a_later_rename_does_not_rewrite_a_line_under_way(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.slow.hangs = True
        alice.types("one")
        self.wait(0.1)
        alice.types("/nick zed")
        alice.types("two")
        self.slow.answer()
        self.turn()
        self.assertEqual(bob.sees(), ["<alice> one", "-- alice is now zed.", "<zed> two"])

    def test_what_comes_at_the_same_moment_is_one_batch(self) -> None:
        people = self.people(*(f"p{number}" for number in range(10)))
        self.slow.batches.clear()
        for person in people:
            person.types("hello")
        self.assertEqual(self.slow.batches, [])
        self.wait(0)
        self.assertEqual(self.slow.batches, [10])

    def test_what_comes_in_meanwhile_is_one_batch(self) -> None:
        people = self.people(*(f"p{number}" for number in range(10)))
        self.slow.batches.clear()
        people[0].sends(b"first\nwith it\n")
        self.world.clock.advance(0)
        for person in people:
            person.types("next")
        self.turn()
        self.assertEqual(self.slow.batches, [2, 10])

    def test_too_old_and_not_with_the_writer_yet(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.slow.hangs = True
        alice.types("with the writer")
        self.wait(0.1)
        bob.types("waiting")
        self.wait(30)
        self.assertEqual(alice.sees() + bob.sees(), [])
        self.slow.answer()
        self.turn()
        # What the writer held succeeded after all; what had waited for too long did not.
        self.assertEqual(alice.sees(), ["<alice> with the writer"])
        self.assertEqual(
            bob.sees(),
            [
                "<alice> with the writer",
                "-- Not sent: it had to wait for too long. Try again: waiting",
            ],
        )

    def test_reads_pause_while_the_engine_is_full(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.slow.hangs = True
        for number in range(50):
            alice.types(f"{number:04}" + "x" * 400)
        self.wait(1)
        self.assertEqual(alice.wire.producerState, "paused")
        self.assertEqual(bob.wire.producerState, "producing")
        self.slow.answer()
        self.turn()
        seen = [line[8:12] for line in bob.sees()]
        self.assertEqual(seen, [f"{number:04}" for number in range(50)])
        self.assertEqual(alice.wire.producerState, "producing")

    def test_history_that_cannot_be_read_holds_up_nothing(self) -> None:
        alice, _ = self.people("alice", "bob")
        alice.types("before")
        self.turn()
        self.slow.fails = True
        alice.types("/history")
        alice.types("/who")
        with capturedLogs() as logged:
            self.turn()
        self.assertEqual(
            [formatEvent(event) for event in logged],
            ["What was said in #lobby could not be read: the disk is unreadable"],
        )
        self.assertEqual(
            alice.sees(),
            [
                "<alice> before",
                "-- The last lines of #lobby cannot be read now. Try again later.",
                "-- In #lobby (2): alice, bob",
            ],
        )

    def test_the_log_is_not_filled_with_what_cannot_be_read(self) -> None:
        (alice,) = self.people("alice")
        self.slow.fails = True
        with capturedLogs() as logged:
            for _ in range(13):
                alice.types("/history")
                self.wait(10)
        told = [(formatEvent(event) or "").split(": ")[0] for event in logged]
        unread = "What was said in #lobby could not be read"
        self.assertEqual(told, [unread, *[f"{unread} (and 5 times more before)"] * 2])

    def test_whoever_cannot_be_asked_for_names_is_known_of(self) -> None:
        for error in (NotSentError("it is away"), AnswerLostError("it was there")):
            self.assertEqual(refusal(Failure(error)), Refused(Refusal.UNAVAILABLE))
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_names_that_cannot_be_claimed(self) -> None:
        (alice,) = self.people("alice")
        self.slow.fails = True
        carol = self.connect()
        carol.sees()
        carol.types("carol")
        alice.types("/nick zed")
        alice.types("/who")
        self.turn()
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 2)
        unavailable = "-- Sorry, the server cannot give out names now. Try again later."
        self.assertEqual(carol.sees(), [unavailable])
        self.assertEqual(alice.sees(), [unavailable, "-- In #lobby (1): alice"])
        self.slow.fails = False
        carol.types("carol")
        self.turn()
        self.assertIn("-- carol joined.", carol.sees())

    def test_a_topic_is_told_as_it_stands_at_the_answers_place(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.slow.hangs = True
        alice.types("/topic cats")
        self.wait(0.1)
        bob.types("/topic")
        self.slow.answer()
        self.turn()
        self.assertEqual(
            bob.sees(),
            ["-- alice changed the topic of #lobby: cats", "-- Topic of #lobby: cats"],
        )

    def test_an_engine_that_stays_full_takes_little_more(self) -> None:
        people = self.people(*(f"p{number:02}" for number in range(30)))
        self.slow.hangs = True
        for _ in range(5):
            for person in people:
                person.types("x" * 400)
            self.wait(0.1)
        paused = [person for person in people if person.wire.producerState == "paused"]
        self.assertEqual(len(paused), len(people))
        self.slow.answer()
        self.wait(5)
        self.assertEqual(len(people[0].sees()), 150)
        for person in people:
            self.assertEqual(person.wire.producerState, "producing")

    def test_a_command_that_comes_while_input_is_held_waits(self) -> None:
        (alice,) = self.people("alice")
        assert isinstance(alice.protocol, ChatProtocol)
        session = alice.protocol.session
        assert session is not None
        session.receive(SetTopic("#lobby", "cats"))
        session.receive(ReadTopic("#lobby"))
        session.receive(Quit())
        self.turn()
        self.assertEqual(
            without_tokens(alice.sees()),
            [
                "-- alice changed the topic of #lobby: cats",
                "-- Topic of #lobby: cats",
                COME_BACK,
                "-- Goodbye.",
            ],
        )


class SilentHistoryTests(OnSlowEngine):
    def make_engine(self, clock: Clock, limits: Limits) -> SlowEngine:
        class Silent(SlowEngine):
            def history(self, log: str, **page: Any) -> Deferred[list[Committed]]:
                return Deferred()

        return Silent(clock, limits)

    def test_history_that_never_comes_is_given_up(self) -> None:
        alice, _bob = self.people("alice", "bob")
        alice.types("/history")
        alice.types("/who")
        alice.types("exit")
        self.wait(4)
        self.assertEqual(alice.sees(), [])
        with capturedLogs() as logged:
            self.wait(2)
        self.assertEqual(
            formatEvent(logged[0]),
            "What was said in #lobby could not be read: it took longer than 5 s",
        )
        self.assertEqual(
            without_tokens(alice.sees()),
            [
                "-- The last lines of #lobby cannot be read now. Try again later.",
                "-- In #lobby (2): alice, bob",
                COME_BACK,
                "-- Goodbye.",
            ],
        )


class StopTests(OnSlowEngine):
    def stop(self) -> list[None]:
        done: list[None] = []
        self.world.registry.say_goodbye("maintenance")
        self.slow.stop().addCallback(done.append)
        return done

    def test_everything_said_is_told_before_goodbye(self) -> None:
        alice, bob = self.people("alice", "bob")
        door = self.connect()
        door.sees()
        alice.types("one")
        alice.types("two")
        done = self.stop()
        self.turn()
        lines = [
            "<alice> one",
            "<alice> two",
            "-- Goodbye, the server is stopping: maintenance",
        ]
        self.assertEqual(alice.sees(), lines)
        self.assertEqual(bob.sees(), lines)
        self.assertEqual(door.sees(), ["-- Goodbye, the server is stopping."])
        self.assertEqual(done, [None])
        self.assertEqual(self.world.registry.sessions, [])

    def test_nobody_new_comes_in(self) -> None:
        self.people("alice")
        self.stop()
        self.assertEqual(self.connect().sees(), ["-- Goodbye, the server is stopping."])
        self.turn()

    def test_who_types_while_it_stops_is_told(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.slow.hangs = True
        alice.types("one")
        self.stop()
        alice.types("two")
        self.slow.answer()
        self.turn()
        self.assertEqual(
            alice.sees(),
            [
                "-- Not sent: the server is stopping.",
                "<alice> one",
                "-- Goodbye, the server is stopping: maintenance",
            ],
        )
        self.assertEqual(
            bob.sees(), ["<alice> one", "-- Goodbye, the server is stopping: maintenance"]
        )

    def test_what_still_waits_after_three_seconds_is_given_up(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.slow.hangs = True
        alice.types("with the writer")
        self.wait(0.1)
        bob.types("waiting")
        done = self.stop()
        self.wait(2.9)
        self.assertEqual((alice.sees() + bob.sees(), done), ([], []))
        self.wait(0.2)
        self.assertEqual(
            alice.sees(),
            [
                "-- Perhaps not sent: the server does not know. You wrote: with the writer",
                "-- Goodbye, the server is stopping: maintenance",
            ],
        )
        self.assertEqual(
            bob.sees(),
            [
                "-- Not sent: the server is stopping. You wrote: waiting",
                "-- Goodbye, the server is stopping: maintenance",
            ],
        )
        self.assertEqual(done, [None])
        delivered: list[Committed] = []
        self.slow.start(delivered.extend)
        self.slow.answer()  # too late: it is told to nobody
        self.wait(20)
        self.assertEqual(delivered, [])
        self.assertEqual(self.world.clock.getDelayedCalls(), [])
