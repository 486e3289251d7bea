"""What a start begins with, and what it costs."""

from __future__ import annotations

from contextlib import closing

from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from twistchat.engine.sqlite.file import connect
from twistchat.engine.sqlite.loading import what_holds
from twistchat.engine.sqlite.migrate import migrate


class LoadingTests(SynchronousTestCase):
    def test_what_was_said_in_all_years_is_not_read(self) -> None:
        path = temporary_folder(self) / "chat.db"
        asked: list[str] = []
        with closing(connect(path)) as database:
            migrate(database, path)
            database.set_trace_callback(asked.append)
            what_holds(database)
            database.set_trace_callback(None)
            plans = [database.execute(f"EXPLAIN QUERY PLAN {query}").fetchall() for query in asked]
        steps = [step for plan in plans for *_, step in plan]
        self.assertIn("SEARCH events USING INDEX events_place (log=? AND number=?)", steps)
        self.assertNotIn("SCAN events", steps)
