"""Deeds in any order, with restarts, kills and chores between them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from tests.sqlite.test_file import FileTestCase
from twistchat.archive.check import check as check_all
from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Directory, Role, Standing
from twistchat.core.concerns import SERVER_LOG, is_audited, log_of
from twistchat.core.law import LASTING, NO_LAW, Deed, Law
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.core.rules import without_key
from twistchat.engine import Stamp
from twistchat.engine.retention import Retention
from twistchat.engine.sqlite.file import Durability
from twistchat.engine.sqlite.reader import Reader
from twistchat.engine.sqlite.store import Proposed, Store
from twistchat.testing.deeds import KEY, account, moderated, rules
from twistchat.testing.harness import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.engine import Committed

ROOMS = ("#lobby", "#lab")

SEEDS = 30
STEPS = 60

FEW = 5
"""Lines that a room keeps now and then."""

DAY = 86_400.0


class Model:
    """What was kept, as one would keep it without a file."""

    def __init__(self) -> None:
        self.logs: dict[str, dict[int, e.Durable]] = {name: {} for name in (*ROOMS, SERVER_LOG)}
        """By number, in their last life."""
        self.done: list[e.Durable] = []
        self.laws: dict[str, Law] = {}
        self.accounts = Directory(DEFAULT_LIMITS)

    def takes(self, event: e.Durable) -> int | None:
        """Keep an event; its number, or None if there is nothing that it deletes."""
        log = self.logs[log_of(event) or ""]
        if isinstance(event, e.Deleted):
            there = log.get(event.number)
            if not isinstance(there, e.Said):
                return None
            log[event.number] = e.Erased(there.room, there.user, there.who, there.at, event.who)
        number = len(log) + 1
        log[number] = event
        self.decides(event)
        if is_audited(event):
            is_about_rules = isinstance(event, e.RulesChanged)
            self.done.append(without(event) if is_about_rules else event)
        return number

    def decides(self, event: e.Durable) -> None:
        """Follow what an event decides."""
        if isinstance(event, e.Moderated | e.RulesChanged):
            self.laws[event.room] = self.laws.get(event.room, NO_LAW).after(event)
        elif isinstance(event, e.AccountSet):
            self.accounts.put(event.account)

    def forgets(self, room: str) -> None:
        """Begin another life of a room."""
        self.logs[room] = {}
        self.laws.pop(room, None)

    def what_holds(self, now: float) -> object:
        """Tell all that is decided, as far as it holds at a time."""
        laws = {room: _holding(law, now) for room, law in self.laws.items()}
        return {r: law for r, law in laws.items() if law != NO_LAW}, self.accounts.all()


def without(event: e.Durable) -> e.Durable:
    assert isinstance(event, e.RulesChanged)
    return e.RulesChanged(
        event.room, event.user, event.who, without_key(event.rules), event.changed, event.at
    )


def _holding(law: Law, now: float) -> Law:
    def lasting(sanctions: object) -> dict[str, object]:
        assert isinstance(sanctions, dict)
        return {key: each for key, each in sanctions.items() if each.holds(now)}

    return replace(
        law,
        mutes=lasting(law.mutes),  # type: ignore[arg-type]  # they are, still
        bans=lasting(law.bans),  # type: ignore[arg-type]
        exempt=lasting(law.exempt),  # type: ignore[arg-type]
        allowed=lasting(law.allowed),  # type: ignore[arg-type]
    )


class AnyDeedsTests(FileTestCase):
    def open(self) -> Sequence[Committed]:
        self.now_store = Store(
            self.path, durability=Durability.FAST, retention=Retention(), now=lambda: self.now
        )
        self.addCleanup(self.now_store.close)
        return self.now_store.open().events

    def event(self) -> e.Durable:
        """Anything that anybody may do."""
        random = self.random
        room, number = random.choice(ROOMS), random.randrange(1, 30)
        match random.randrange(8):
            case 0 | 1 | 2:
                self.texts += 1
                return said(f"word{self.texts:05}", room, at=self.now)
            case 3:
                return e.Deleted(room, number, "1", "alice", "", self.now)
            case 4:
                changes = {"slow": float(random.randrange(3)), "key": random.choice((KEY, ""))}
                keep = random.choice((0, 0, FEW))
                return rules(room=room, at=self.now, keep_lines=keep, **changes)
            case 5:
                deed = random.choice((AccountDeed.REGISTER, AccountDeed.ROLE, AccountDeed.DELETE))
                gone = Standing.DELETED if deed is AccountDeed.DELETE else Standing.ACTIVE
                which = random.choice("ab")
                role = random.choice(tuple(Role))
                return account(deed, f"name-{which}", which, standing=gone, role=role)
            case _:
                return self.moderates(room)

    def moderates(self, room: str) -> e.Moderated:
        """Anything that a moderator may do about somebody, or an operator about all."""
        random = self.random
        deed = random.choice(tuple(Deed))
        to = random.choice(("2", "3") if deed in APPOINTED else ("2", "3", ""))
        if deed is Deed.FOUND:
            to = "2"  # a room is made once
        name = f"person{to}" if to else random.choice(("a*", "A*", "b?"))
        until = random.choice((None, self.now + random.randrange(1, 400_000)))
        return moderated(
            deed,
            name,
            to_user=to,
            room=room if deed in PLACED else random.choice((*ROOMS, "")),
            until=until if deed in LASTING else None,
            at=self.now,
        )

    def appends(self) -> None:
        events = [self.event() for _ in range(self.random.randrange(1, 6))]
        outcomes = self.now_store.append([Proposed(event, "e1") for event in events])
        for event, outcome in zip(events, outcomes, strict=True):
            if isinstance(outcome, Stamp):
                self.assertEqual(outcome.number, self.model.takes(event), event)
            else:
                self.assertEqual(outcome, e.Unkept.NO_SUCH_LINE, event)
                self.assertFalse(self.is_there(event), event)

    def is_there(self, event: e.Durable) -> bool:
        """Whether there is something to delete, which the room itself may have let go."""
        assert isinstance(event, e.Deleted)
        if event.number > len(self.model.logs[event.room]):  # it was said later
            return False
        with closing(sqlite3.connect(self.path)) as database:
            found = database.execute(
                "SELECT 1 FROM events JOIN logs ON logs.id = log WHERE name = ? AND ended IS NULL"
                " AND number = ? AND kind = 'said'",
                (event.room, event.number),
            )
            return found.fetchone() is not None

    def begins_anew(self, *, is_killed: bool) -> None:
        if is_killed:
            assert self.now_store._database is not None
            self.now_store._database.close()
            self.now_store._lock.release()
        else:
            self.now_store.close()
        loaded = Model()
        for committed in self.open():
            item = committed.item
            loaded.decides(item)  # type: ignore[arg-type]  # a start delivers nothing else
        self.assertEqual(loaded.what_holds(self.now), self.model.what_holds(self.now))

    def step(self) -> None:
        self.now += self.random.choice((0.0, 1.0, 3_600.0, DAY))
        match self.random.randrange(12):
            case 0:
                self.begins_anew(is_killed=False)
            case 1:
                self.begins_anew(is_killed=True)
            case 2:
                self.now_store.index()
            case 3:
                self.now_store.delete_old(self.now)
            case 4 if self.random.random() < 0.3:
                self.now_store.forget("#lab")
                self.model.forgets("#lab")
            case _:
                self.appends()

    def test_what_holds_is_what_was_decided(self) -> None:
        for seed in range(SEEDS):
            self.random, self.model = Random(seed), Model()
            self.now, self.texts = 1e9, 0
            self.open()
            try:
                for _ in range(STEPS):
                    self.step()
                self.ends()
            except BaseException as error:
                error.add_note(f"seed {seed}")
                raise
            self.now_store.close()
            self.path.unlink()

    def ends(self) -> None:
        for _ in range(2):  # it may be in the middle of a round
            while self.now_store.delete_old(self.now):
                pass
        reader = Reader(self.path)
        self.addCleanup(reader.close)
        for name, log in self.model.logs.items():
            found = {c.number: c.item for c in reader.history(name, None, 10_000)}
            self.assertLessEqual(found.items(), log.items())
            kept_less = any(
                isinstance(event, e.RulesChanged) and event.rules.keep_lines
                for event in log.values()
            )
            keep = FEW if kept_less else 10_000
            kept = set(range(max(1, len(log) - keep + 1), len(log) + 1))
            self.assertLessEqual(kept, set(found), name)
            said_at = {number for number, item in found.items() if isinstance(item, e.Said)}
            if self.model.laws.get(name, NO_LAW).rules.keep_lines:
                self.assertLessEqual(said_at, kept)
            texts = {item.text for item in found.values() if isinstance(item, e.Said)}
            wanted = e.SearchOpened(name, ("word",), "", None, None, 10_000)
            hits = reader.search(wanted, 10_000, has_index=True)
            self.assertEqual({c.item.text for c in hits if isinstance(c.item, e.Said)}, texts)
        audit = reader.audit(10_000, None, None)
        self.assertEqual([each.committed.item for each in audit], self.model.done)
        self.assertEqual(check_all(self.path).faults, ())
        reader.close()
        while self.now_store.index():
            pass
        with closing(sqlite3.connect(self.path)) as database:
            # FTS5 compares itself with the table it belongs to: an error, if they differ.
            database.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
        self.begins_anew(is_killed=False)


APPOINTED = frozenset({Deed.OP, Deed.DEOP, Deed.VOICE, Deed.DEVOICE, Deed.FOUND})
"""Deeds about a person, and no pattern."""

PLACED = APPOINTED | {Deed.EXEMPT, Deed.UNEXEMPT, Deed.ALLOW, Deed.DISALLOW}
"""Deeds that are done in a room alone."""
