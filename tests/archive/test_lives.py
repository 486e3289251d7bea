"""Rooms that were forgotten and began anew, in a file that is imported."""

from __future__ import annotations

import time

from tests.archive.kit import ALICE, START, said, topic
from tests.archive.test_import import HEADER, ImportTestCase, end, line, log, written
from twistchat.engine import Stamp


class LivesTests(ImportTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(time, "time", lambda: START + 100)
        self.keep(topic("old"), said("before"))

    def lives(self) -> list[tuple[object, ...]]:
        return self.rows(
            "SELECT ended, number, text FROM events JOIN logs ON logs.id = log"
            " WHERE name = '#lobby' ORDER BY logs.id, number",
            self.other,
        )

    def test_what_was_forgotten_after_the_backup_is_so_after_restoring_too(self) -> None:
        self.succeeds("backup", self.other)
        self.with_store(lambda store: store.move_cursor(ALICE, "#lobby", 2), self.other)
        self.keep(said("after", at=START + 50))
        self.forget("#lobby")
        self.keep(said("next life", at=START + 200))
        ((epoch,),) = self.rows("SELECT epoch FROM logs", self.other)
        self.puts_in(self.takes_out("--since", "2025-11-20T20:00:30"), "--append")
        ended = START + 100
        self.assertEqual(
            self.lives(),
            [(ended, 1, "old"), (ended, 2, "before"), (ended, 3, "after"), (None, 1, "next life")],
        )
        loaded = self.with_store(lambda _: None, self.other)
        self.assertEqual([item.item for item in loaded.events], [said("next life", at=START + 200)])
        self.assertNotEqual(loaded.stands["#lobby"], Stamp(str(epoch), 1))
        self.assertEqual(
            [item.item for item in self.history("#lobby", self.other)],
            [said("next life", at=START + 200)],
        )
        for table in ("standing", "cursors"):
            self.assertEqual(self.rows(f"SELECT * FROM {table}", self.other), [])

    def test_also_if_nothing_was_said_between_the_backup_and_its_end(self) -> None:
        self.succeeds("backup", self.other)
        self.forget("#lobby")
        self.keep(said("next life", at=START + 200))
        self.puts_in(self.takes_out("--since", "2025-11-20T20:00:30"), "--append")
        ended = START + 100
        self.assertEqual(
            self.lives(), [(ended, 1, "old"), (ended, 2, "before"), (None, 1, "next life")]
        )

    def test_several_lives(self) -> None:
        self.succeeds("backup", self.other)
        for place in (1, 2):
            self.keep(said(f"life {place}", at=START + 50))
            self.forget("#lobby")
        self.puts_in(self.takes_out("--since", "2025-11-20T20:00:30"), "--append")
        self.assertEqual([row[1:] for row in self.lives()][-2:], [(3, "life 1"), (1, "life 2")])
        self.assertNotIn("#lobby", self.with_store(lambda _: None, self.other).stands)

    def test_a_topic_that_was_kept_longer_than_the_rest_goes(self) -> None:
        self.keep(said("more"))
        self.rows("DELETE FROM search WHERE rowid = 2")
        self.rows("DELETE FROM events WHERE number = 2")
        self.rows("UPDATE logs SET first = 3")
        self.succeeds("backup", self.other)
        self.forget("#lobby")
        self.puts_in(
            written(HEADER, {**log(), "ended": START + 99}, line(1, at=START + 60), end(1)),
            "--append",
        )
        self.assertEqual([row[1:] for row in self.lives()], [(3, "more"), (4, "hello")])

    def test_a_life_that_ended_before_the_other_began_stays_past(self) -> None:
        self.forget("#lobby")
        self.keep(said("now", at=START + 101), path=self.other)
        self.puts_in(self.takes_out(), "--append")
        self.assertEqual(
            self.rows("SELECT ended IS NULL, last FROM logs WHERE name = '#lobby'", self.other),
            [(1, 1), (0, 2)],
        )
        self.assertEqual(self.loaded(self.other)[0], said("now", at=START + 101))

    def test_a_topic_cannot_hold_in_a_room_that_was_forgotten(self) -> None:
        told = self.refuses(
            written(
                HEADER, {**log(first=5), "ended": START}, line(2, "茶", type="topic"), line(5),
                end(2),
            )
        )  # fmt: skip
        self.assertEqual(
            told,
            "line 3: number 2 of #lobby is less than its first, and nothing holds in a room that"
            " was forgotten",
        )

    def test_very_many_logs_take_no_longer_each(self) -> None:
        before = time.process_time()
        logs = [log(place, f"#r{place}", last=0) for place in range(1, 40_001)]
        self.puts_in(written(HEADER, *logs, end(0)))
        self.assertLess(time.process_time() - before, 6)  # far more if each looked at all
