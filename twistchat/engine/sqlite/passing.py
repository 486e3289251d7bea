"""What is kept for a time only: keys of what was said, and what is remembered of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twistchat.engine import Repeated, Stamp
from twistchat.engine.keys import Used, digest_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from twistchat.core.events import Durable, Unkept
    from twistchat.engine.sqlite.loading import Log

STEP = 200
"""Rows that are deleted in one transaction: some milliseconds of the writer's."""

FIND = "SELECT epoch, number, digest, at FROM keys WHERE owner = ? AND key = ?"

OLD_KEYS = "SELECT owner, key FROM keys WHERE at <= ? LIMIT ?"

OLD_TEXTS = "SELECT person FROM remembered WHERE until <= ? LIMIT ?"


def read_used(row: tuple[Any, ...]) -> Used:
    """Read what was kept under a key, as `FIND` finds it."""
    epoch, number, digest, at = row
    return Used(Stamp(epoch, number), digest, at)


class NewKeys:
    """The keys of one transaction: what they were used for before, and what they are used for."""

    def __init__(self, database: sqlite3.Connection, key_time: float) -> None:
        self._database = database
        self._key_time = key_time
        self._new: dict[tuple[str, str], tuple[int, Used]] = {}

    def answer(self, event: Durable, key: str) -> Repeated | Unkept | None:
        """See `Used.answer`.

        Raises:
            ValueError: it is a key that no UTF-8 can carry.
        """
        found = self._new.get((event.user, key))
        if found is not None:
            return found[1].answer(event, self._key_time)
        row = self._database.execute(FIND, (event.user, key)).fetchone()
        if row is None:
            return None
        return read_used(row).answer(event, self._key_time)

    def note(self, event: Durable, key: str, log: Log) -> None:
        """Take note of an event that is put at the end of a log."""
        used = Used(Stamp(log.epoch, log.last), digest_of(event), event.at)
        self._new[event.user, key] = log.id, used

    def write(self) -> bool:
        """Write what was noted, with its events; whether there was anything."""
        if self._new:
            self._database.executemany(
                "INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (owner, key, log, used.stamp.epoch, used.stamp.number, used.digest, used.at)
                    for (owner, key), (log, used) in self._new.items()
                ],
            )
        return bool(self._new)


def begin_epoch(database: sqlite3.Connection, log: int, epoch: str) -> None:
    """Let a log, and what stands in it, go on under another epoch."""
    database.execute("UPDATE logs SET epoch = ? WHERE id = ?", (epoch, log))
    database.execute("UPDATE keys SET epoch = ? WHERE log = ?", (epoch, log))


def follow_epochs(database: sqlite3.Connection) -> None:
    """Let all keys have the epochs that their logs have now."""
    database.execute(
        "UPDATE keys SET epoch = (SELECT epoch FROM logs WHERE id = keys.log)"
        " WHERE log IN (SELECT id FROM logs WHERE ended IS NULL)"
    )


def remember(database: sqlite3.Connection, texts: Mapping[str, tuple[str, float]]) -> None:
    """Remember texts of people, each until a time; see `Engine.remember`."""
    database.executemany(
        "INSERT OR REPLACE INTO remembered VALUES (?, ?, ?)",
        [(person, text, until) for person, (text, until) in texts.items()],
    )


def is_any(database: sqlite3.Connection) -> bool:
    """Whether there is anything here."""
    (found,) = database.execute(
        "SELECT EXISTS (SELECT 1 FROM keys) OR EXISTS (SELECT 1 FROM remembered)"
    ).fetchone()
    return bool(found)


def forget_old(database: sqlite3.Connection, now: float, key_time: float) -> bool:
    """Delete some of what has had its time; whether there may be more."""
    keys = database.execute(
        f"DELETE FROM keys WHERE (owner, key) IN ({OLD_KEYS})",  # noqa: S608, constants
        (now - key_time, STEP),
    ).rowcount
    texts = database.execute(
        f"DELETE FROM remembered WHERE person IN ({OLD_TEXTS})",  # noqa: S608, constants
        (now, STEP),
    ).rowcount
    return STEP in (keys, texts)
