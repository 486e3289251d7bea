"""The end of the chat, now or in a while, and taken back."""

from __future__ import annotations

from twisted.logger import capturedLogs, formatEvent

from tests.console.kit import OperatorTestCase
from tests.engines import OnSlowEngine
from twistchat.frontends.console.closing import in_words


class ClosingTests(OperatorTestCase):
    def test_now(self) -> None:
        self.assertEqual(self.does("shutdown back in five minutes"), ["Stopping."])
        self.assertEqual(self.stopped, ["back in five minutes"])

    def test_now_without_words(self) -> None:
        self.assertEqual(self.data("shutdown"), {"stops_in": 0.0, "reason": ""})
        self.assertEqual(self.stopped, [""])

    def test_in_a_while(self) -> None:
        (alice,) = self.people("alice")
        self.assertEqual(
            self.does("shutdown in 5m Lunch."),
            ["The server stops in 5 minutes. shutdown cancel takes it back."],
        )
        heard = alice.sees()
        for _ in range(300):
            self.assertEqual(self.stopped, [])
            self.wait(1)
            heard += [f"{self.world.clock.seconds() // 1:.0f} {line}" for line in alice.sees()]
        self.wait(1)
        self.assertEqual(self.stopped, ["Lunch."])
        words = [line.partition("-- ")[2] for line in heard]
        self.assertEqual(
            words,
            [
                "The operator to all: The server stops in 5 minutes: Lunch.",
                "The operator to all: The server stops in 1 minute: Lunch.",
                "The operator to all: The server stops in 10 seconds: Lunch.",
            ],
        )

    def test_the_log_has_the_reason_if_there_is_one(self) -> None:
        with capturedLogs() as events:
            self.does("shutdown in 5m Lunch.")
            self.does("shutdown in 5m")
        self.assertEqual(
            [line for event in events if (line := formatEvent(event)).startswith("The server")],
            ["The server stops in 5 minutes: Lunch.", "The server stops in 5 minutes"],
        )

    def test_everybody_is_told_at_sensible_moments(self) -> None:
        for typed, moments in (
            ("15s", ["15 seconds", "10 seconds"]),
            ("12s", ["12 seconds"]),
            ("1m", ["1 minute", "10 seconds"]),
            ("90s", ["1 minute 30 seconds", "1 minute", "10 seconds"]),
            ("2h", ["2 hours", "1 hour", "30 minutes", "10 minutes", "5 minutes", "1 minute",
                    "10 seconds"]),
        ):  # fmt: skip
            (alice,) = self.people(f"alice{typed}")
            self.does(f"shutdown in {typed}")
            self.wait(2 * 3600 + 1)
            told = [line for line in alice.sees() if "The server stops" in line]
            self.assertEqual(
                told, [f"-- The operator to all: The server stops in {left}." for left in moments]
            )
            self.assertEqual(self.stopped.pop(), "")

    def test_for_programs(self) -> None:
        self.assertEqual(
            self.data("shutdown in 2m Lunch."), {"stops_in": 120.0, "reason": "Lunch."}
        )
        self.wait(30)
        self.assertAlmostEqual(self.data("stats")["stops_in"], 90.0, delta=1)
        self.assertIn("in 1 minute 30 seconds", " ".join(self.does("stats")))

    def test_taken_back(self) -> None:
        (alice,) = self.people("alice")
        self.does("shutdown in 5m")
        self.wait(10)
        alice.sees()
        self.assertEqual(self.does("shutdown cancel"), ["The server goes on."])
        self.assertEqual(
            alice.sees(),
            ["-- The operator to all: The server goes on: it does not stop after all."],
        )
        self.wait(600)
        self.assertEqual((self.stopped, alice.sees()), ([], []))
        self.assertEqual(self.refused("shutdown cancel"), "The server is not about to stop.")

    def test_the_last_word_counts(self) -> None:
        self.does("shutdown in 5m one")
        self.does("shutdown in 10m two")
        self.wait(301)
        self.assertEqual(self.stopped, [])
        self.does("shutdown three")
        self.assertEqual(self.stopped, ["three"])
        self.wait(600)
        self.assertEqual(self.stopped, ["three"])

    def test_what_is_no_time_stops_nothing(self) -> None:
        for typed, named in (
            ("in", "Nothing"), ("in a hurry", "a"), ("in 5", "5"), ("in 0m", "0m"),
            ("IN -5m", "-5m"), ("in 5x", "5x"), ("in 300d", "300d"), ("in ٥m", "٥m"),
        ):  # fmt: skip
            self.assertTrue(
                self.refused(f"shutdown {typed}", 2).startswith(f"{named} is no time to stop in.")
            )
        self.wait(600)
        self.assertEqual(self.stopped, [])

    def test_nothing_is_left_to_do_behind_the_end(self) -> None:
        self.does("shutdown in 5m")
        self.office.closing.stop()
        self.wait(600)
        self.assertEqual(self.stopped, [])

    def test_words_for_a_length_of_time(self) -> None:
        for seconds, words in (
            (0.2, "no time"), (1, "1 second"), (59.7, "1 minute"), (3_660, "1 hour 1 minute"),
            (90_061, "1 day 1 hour"), (172_800, "2 days"),
        ):  # fmt: skip
            self.assertEqual(in_words(seconds), words)


class ClosingOnSlowEngineTests(OnSlowEngine, ClosingTests):
    """The same on an engine whose commits wait."""
